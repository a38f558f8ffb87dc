/**
 * Goal: of ChirpStack's exec a core gets what the settings list, under their limits, once; all else does nothing.
 * Method: requests as ChirpStack's own library writes them, to the real wiring in the simulated world. Programs themselves:
 * host/exec.test.ts.
 */
import { describe, expect, test } from "vitest";
import { BUDGET_MAX, REFUSALS_MAX } from "../../../agent/command/desk.ts";
import { EXECS_REMEMBERED_MAX } from "../../../agent/command/exec.ts";
import type { ExecResult } from "../../../agent/ports.ts";
import { EUI } from "../agent-world.ts";
import { judge } from "../north/judge.ts";
import { type CommandWorld, type CommandWorldOptions, openCommandWorld } from "./command-world.ts";

const LISTED = `[command]
exec = { words = ["/usr/bin/wc", "-w"], modem = ["/usr/sbin/restart-modem"] }
exec_timeout = "5s"
exec_output_max = "2kB"
exec_environment = ["FOO"]
`;

interface Asked {
  readonly command?: string;
  readonly execId?: number;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly gatewayId?: string;
  readonly retain?: boolean;
  readonly json?: boolean;
}

interface Answered {
  readonly execId: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: string;
  readonly gatewayId: string;
}

interface ExecWorld extends Omit<CommandWorld, "ask"> {
  ask(asked?: Asked): Promise<Answered | undefined>;
}

async function openExecWorld(options: CommandWorldOptions = {}): Promise<ExecWorld> {
  const world = await openCommandWorld({ tables: LISTED, ...options });
  const answers: Answered[] = [];
  const { broker } = world.core();
  broker.listen(`eu868/gateway/${EUI}/event/exec`, ({ payload }) => {
    const response = judge.GatewayCommandExecResponse.deserializeBinary(payload);
    answers.push({
      execId: response.getExecId(),
      stdout: Buffer.from(response.getStdout_asU8()).toString(),
      stderr: Buffer.from(response.getStderr_asU8()).toString(),
      error: response.getError(),
      gatewayId: response.getGatewayId(),
    });
  });
  let ids = 0;
  const ask = async (asked: Asked = {}): Promise<Answered | undefined> => {
    ids += 1;
    const { command = "words", execId = ids, stdin = "a b c", environment = {}, retain = false } = asked;
    const before = answers.length;
    const payload = asked.json
      ? jsonOf(asked, execId)
      : octetsOf({ ...asked, command, execId, stdin, environment });
    broker.publish({ topic: `eu868/gateway/${EUI}/command/exec`, payload, qos: 1, retain });
    await world.pass(10_000);
    return answers.slice(before).at(-1);
  };
  return Object.create(world, Object.getOwnPropertyDescriptors({ ask })) as ExecWorld;
}

function octetsOf({
  command = "",
  execId = 0,
  stdin = "",
  environment = {},
  gatewayId = EUI,
}: Asked): Uint8Array {
  const request = new judge.GatewayCommandExecRequest();
  request.setCommand(command);
  request.setExecId(execId);
  request.setGatewayId(gatewayId);
  request.setStdin(Buffer.from(stdin));
  for (const [name, value] of Object.entries(environment)) request.getEnvironmentMap().set(name, value);
  return request.serializeBinary();
}

function jsonOf({ command = "words", stdin = "" }: Asked, execId: number): Buffer {
  const said = {
    command,
    execId,
    gatewayId: EUI,
    stdin: Buffer.from(stdin).toString("base64"),
    environment: { FOO: "x" },
  };
  return Buffer.from(JSON.stringify(said));
}

describe("a program of the list", () => {
  test("is run as it stands there, with the input and the variables that may be given", async () => {
    const world = await openExecWorld();
    const answer = await world.ask({ execId: 7, environment: { FOO: "bar" } });
    expect(answer).toEqual({ execId: 7, stdout: "a b c", stderr: "", error: "", gatewayId: EUI });
    expect(world.execs).toEqual([
      {
        argv: ["/usr/bin/wc", "-w"],
        stdin: Buffer.from("a b c"),
        env: { PATH: expect.stringContaining("/usr/bin"), LANG: "C", FOO: "bar" },
        timeoutMs: 5_000,
        outputOctetsMax: 2_000,
      },
    ]);
    expect((await world.audit()).map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
      "exec words begun",
      "exec words done",
    ]);
  });

  test("may be asked for in JSON", async () => {
    const world = await openExecWorld();
    expect(await world.ask({ json: true, stdin: "x y" })).toMatchObject({ stdout: "x y", error: "" });
    expect(world.execs[0]?.env.FOO).toBe("x");
  });

  test.each([
    [{ exitCode: 3 }, "exit code 3"],
    [{ exitCode: undefined, ended: "timeout" }, "timeout"],
    [{ exitCode: 127, ended: "notStarted" }, "notStarted"],
  ] as const)("that ends with %j says so", async (result, error) => {
    const world = await openExecWorld({
      exec: async () => ({ stdout: Buffer.from("so far"), stderr: Buffer.alloc(0), ...result }),
    });
    expect(await world.ask()).toMatchObject({ stdout: "so far", error });
    expect((await world.audit()).at(-1)?.outcome).toBe("failed");
  });
});

describe("a request does nothing, is answered, and stands in the audit log,", () => {
  async function refusedAs(world: ExecWorld, reason: string, asked: Asked): Promise<void> {
    const before = world.execs.length;
    expect((await world.ask(asked))?.error).toBe(`refused: ${reason}`);
    expect(world.execs.length).toBe(before);
    expect((await world.audit()).at(-1)).toMatchObject({ outcome: "refused", reason });
  }

  test("that the disk does not remember", async () => {
    const world = await openExecWorld();
    world.stores.refuse((operation) => operation === "batch");
    await refusedAs(world, "notRemembered", {});
  });

  test("that was run when the power was cut that very moment", async () => {
    let power = (): void => undefined;
    const world = await openExecWorld({
      exec: async () => {
        power();
        return new Promise(() => undefined);
      },
    });
    power = () => world.cutPower();
    await world.ask({ execId: 77 }).catch(() => undefined);
    expect(world.execs).toHaveLength(1);
    await world.start();
    await world.pass(15_000);
    await refusedAs(world, "replayed", { execId: 77 });
  });

  test("for a program that is not on the list, whatever its name", async () => {
    const world = await openExecWorld();
    for (const command of ["/bin/sh", "reboot", "", "constructor", "__proto__", "words; reboot"])
      await refusedAs(world, "unknown", { command });
  });

  test("with a variable that is not allowed, or cannot be one", async () => {
    const world = await openExecWorld();
    await refusedAs(world, "environment", { environment: { LD_PRELOAD: "/tmp/x.so" } });
    await refusedAs(world, "environment", { environment: { PATH: "/tmp" } });
    await refusedAs(world, "environment", { environment: { FOO: "x".repeat(1_025) } });
  });

  test("when it was asked before, also by a process before this one", async () => {
    const world = await openExecWorld();
    await world.ask({ execId: 9 });
    await refusedAs(world, "replayed", { execId: 9 });
    world.cutPower();
    await world.start();
    await world.pass(10_000);
    await refusedAs(world, "replayed", { execId: 9 });
  });

  test("without a number of its own", async () => {
    await refusedAs(await openExecWorld(), "malformed", { execId: 0 });
  });

  test("while another one runs", async () => {
    let end: (result: ExecResult) => void = () => undefined;
    const world = await openExecWorld({
      exec: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    });
    await world.ask();
    await refusedAs(world, "busy", {});
    end({ exitCode: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) });
  });
});

test("a request that is retained runs nothing at any connection", async () => {
  const world = await openExecWorld();
  await world.ask({ retain: true, execId: 5 });
  const ran = world.execs.length;
  for (let time = 0; time < 3; time++) {
    world.core().broker.die();
    await world.pass(5_000);
    world.core().broker.revive();
    await world.pass(20_000);
  }
  expect(world.execs.length).toBe(ran);
  expect((await world.audit()).at(-1)).toMatchObject({ outcome: "refused", reason: "retained" });
});

test("what is too much is answered a few times, and all of it is in the audit log", async () => {
  const world = await openExecWorld({ exec: () => new Promise(() => undefined) });
  const { broker } = world.core();
  const sent = BUDGET_MAX + REFUSALS_MAX + 20;
  const errors: string[] = [];
  broker.listen(`eu868/gateway/${EUI}/event/exec`, ({ payload }) => {
    errors.push(judge.GatewayCommandExecResponse.deserializeBinary(payload).getError());
  });
  for (let execId = 1; execId <= sent; execId++) {
    const payload = octetsOf({ command: "words", execId });
    broker.publish({ topic: `eu868/gateway/${EUI}/command/exec`, payload, qos: 1 });
    await world.clock.advance(20);
  }
  expect(errors.filter((error) => error === "refused: tooMany")).toHaveLength(REFUSALS_MAX);
  const entries = await world.audit();
  expect(entries.filter(({ outcome }) => outcome === "begun")).toHaveLength(1);
  const refused = entries.filter(({ outcome }) => outcome === "refused");
  expect(refused.reduce((sum, { count = "1" }) => sum + Number(count), 0)).toBe(sent - 1);
  expect(refused.at(-1)).toMatchObject({
    command: "exec words",
    id: String(sent),
    reason: "tooMany",
    count: 20,
  });
});

test("a core that may only read does not even hear of it", async () => {
  const world = await openExecWorld({ commands: "read" });
  expect(await world.ask()).toBeUndefined();
  expect(world.execs).toEqual([]);
});

test("a request for another gateway, or no request at all, is counted", async () => {
  const world = await openExecWorld();
  expect(await world.ask({ gatewayId: "0102030405060708" })).toBeUndefined();
  expect(world.counted("commandIgnored", "wrongGateway")).toBe(1);
  const topic = `eu868/gateway/${EUI}/command/exec`;
  world.core().broker.publish({ topic, payload: Buffer.from('{"execId":{}}'), qos: 1 });
  await world.pass(1_000);
  expect(world.counted("commandIgnored", "undecodable")).toBe(1);
  expect(world.execs).toEqual([]);
});

test("so many numbers are remembered, the newest", async () => {
  const world = await openExecWorld();
  for (let execId = 1; execId <= EXECS_REMEMBERED_MAX + 1; execId++) await world.ask({ execId });
  expect(world.execs.length).toBe(EXECS_REMEMBERED_MAX + 1);
  expect((await world.ask({ execId: 2 }))?.error).toBe("refused: replayed");
  expect((await world.ask({ execId: 1 }))?.error).toBe("");
});

/**
 * Goal: commands of a core reach a real agent through a real broker: a program is run, settings are changed in a real file
 * with a restart, and come back by themselves when the agent will not even start with them.
 * Method: the built agent as a process, a Mosquitto; this test is the supervisor. Everything else: command/*.test.ts.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { judge } from "./north/judge.ts";
import { endAll, type Reader, reader } from "./north/mosquitto-core.ts";
import { createGateway, EUI, type Gateway, openForwarder, type RunningAgent, runCommand } from "./run-rig.ts";

const OWN = `eu868/edge/${EUI}`;
/** As the keeper of our packages says. */
const SUPERVISED = { env: { EDGE_KEEPER: "1" } };

interface Commanded {
  readonly gateway: Gateway;
  readonly core: Reader;
  agent: RunningAgent;
  send(name: string, given?: object, id?: string): Promise<Record<string, unknown>>;
  reply(id: string, outcome?: string): Promise<Record<string, unknown>>;
}

async function commanded(tables: Record<string, string> = {}): Promise<Commanded> {
  const broker = await startMosquitto();
  onTestFinished(broker.kill);
  onTestFinished(endAll);
  const core = await reader(broker, "eu868/#");
  const gateway = createGateway({
    servers: [broker.url],
    core: 'commands = "change"',
    tables: { gateway: `eui = "${EUI}"`, ...tables },
  });
  const agent = await gateway.start(SUPERVISED);
  await until(() => agent.said("core connected").length > 0, "the core");
  let ids = 0;
  const replies = (id: string) =>
    core.messages
      .filter(({ topic }) => topic.startsWith(`${OWN}/reply/`))
      .map(({ payload }) => JSON.parse(payload.toString()) as Record<string, unknown>)
      .filter((reply) => reply.id === id);
  const world: Commanded = {
    gateway,
    core,
    agent,
    reply: async (id, outcome) => {
      const wanted = () => replies(id).find((reply) => outcome === undefined || reply.outcome === outcome);
      await until(() => wanted() !== undefined, `a reply to ${id}`, 60_000);
      return wanted()!;
    },
    send: async (name, given = {}, id = `real-${ids++}`) => {
      // Some boxes do not know whether their clock is right.
      const uptime = {
        bootId: bootId(),
        untilS: Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) + 60,
      };
      const said = { id, issuedAt: new Date().toISOString(), ttlS: 60, uptime, arguments: given };
      await core.client.publishAsync(`${OWN}/command/${name}`, JSON.stringify(said), { qos: 1 });
      return world.reply(id);
    },
  };
  return world;
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
}

test("the log, a program, and the audit log of both", async () => {
  const world = await commanded({ command: 'exec = { words = ["wc", "-w"] }\nexec_timeout = "5s"' });
  const tail = await world.send("log-tail");
  const { lines } = tail.result as { lines: { event: string }[] };
  expect(lines.map(({ event }) => event)).toContain("core connected");

  const request = new judge.GatewayCommandExecRequest();
  request.setCommand("words");
  request.setExecId(77);
  request.setGatewayId(EUI);
  request.setStdin(Buffer.from("one two three"));
  const topic = `eu868/gateway/${EUI}`;
  await world.core.client.publishAsync(`${topic}/command/exec`, Buffer.from(request.serializeBinary()), {
    qos: 1,
  });
  await until(() => world.core.last(`${topic}/event/exec`) !== undefined, "the program's output");
  const answer = judge.GatewayCommandExecResponse.deserializeBinary(world.core.last(`${topic}/event/exec`)!);
  expect(Buffer.from(answer.getStdout_asU8()).toString().trim()).toBe("3");
  expect([answer.getExecId(), answer.getError()]).toEqual([77, ""]);

  await world.agent.stop();
  const shown = runCommand(["audit", "--config", world.gateway.settingsPath, "--json"]);
  expect(shown.code).toBe(0);
  const { entries } = JSON.parse(shown.stdout) as { entries: { command: string; outcome: string }[] };
  expect(entries.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
    "log-tail done",
    "exec words begun",
    "exec words done",
  ]);
});

test("settings with which the agent does not start are taken back at once, and the core is told", async () => {
  const world = await commanded();
  const taken = createSocket("udp4");
  taken.bind(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const before = readFileSync(world.gateway.settingsPath, "utf8");
  const merge = { forwarder: { listen: `127.0.0.1:${taken.address().port}` } };
  expect(await world.send("settings-change", { merge }, "bad")).toMatchObject({ outcome: "accepted" });
  // It ends by itself, in order, and not as if its work were done.
  expect((await world.agent.ended).code).toBe(3);
  expect(readFileSync(world.gateway.settingsPath, "utf8")).toContain(String(taken.address().port));

  const failed = runCommand(["run", "--config", world.gateway.settingsPath], SUPERVISED.env);
  expect(failed.code).toBe(3);
  expect(readFileSync(world.gateway.settingsPath, "utf8")).toBe(before);
  world.agent = await world.gateway.start(SUPERVISED);
  expect(await world.reply("bad", "failed")).toMatchObject({
    reason: "unusable",
    result: { state: "rolledBack" },
  });
  await until(() => !existsSync(`${world.gateway.settingsPath}.trial`), "the note to be gone");
}, 120_000);

test("settings that are good are confirmed by the agent that was started with them", async () => {
  const world = await commanded();
  const merge = { core: { main: { stats_interval: "45s" } } };
  expect(await world.send("settings-change", { merge }, "good")).toMatchObject({ outcome: "accepted" });
  await world.agent.ended;
  world.agent = await world.gateway.start(SUPERVISED);
  const forwarder = await openForwarder(world.agent.port);
  forwarder.pull();
  expect(await world.reply("good", "done")).toMatchObject({ result: { state: "confirmed" } });
  await until(() => !existsSync(`${world.gateway.settingsPath}.trial`), "the note to be gone");
  expect(readFileSync(world.gateway.settingsPath, "utf8")).toContain('stats_interval = "45s"');
}, 120_000);

test("without a supervisor nothing is done that would need one", async () => {
  const world = await commanded();
  await world.agent.stop();
  world.agent = await world.gateway.start();
  await until(() => world.agent.said("core connected").length > 0, "the core");
  const merge = { core: { main: { stats_interval: "45s" } } };
  expect(await world.send("settings-change", { merge })).toMatchObject({
    outcome: "refused",
    reason: "noSupervisor",
    detail: "core.main.stats_interval",
  });
  expect(readFileSync(world.gateway.settingsPath, "utf8")).not.toContain("45s");
});

/** `edge-agent status`, for people in both languages and as JSON; the agent behind the socket is made up. */
import { describe, expect, test } from "vitest";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import { AgentError } from "../../../agent/errors.ts";
import type { ControlAnswer, ControlDoor } from "../../../agent/ports.ts";
import { sayStatus, showStatus } from "../../../agent/technician/status.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";
import { openAgentWorld } from "../agent-world.ts";
import { memoryFiles } from "../config/memory-files.ts";

const SETTINGS = '[control]\nsocket = "/run/here.sock"\n[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';

interface Asked {
  readonly shown: string;
  readonly sockets: string[];
}

async function show(
  answer: () => Promise<ControlAnswer>,
  args: { socket?: string; json?: boolean; config?: string; language?: Language; toml?: string } = {},
): Promise<Asked> {
  const sockets: string[] = [];
  let shown = "";
  const control: ControlDoor = {
    serve: () => Promise.reject(new Error("not here")),
    ask: (socket, request) => {
      sockets.push(`${socket} ${request.method} ${request.path}`);
      return answer();
    },
  };
  const doors = {
    files: memoryFiles({ "/agent.toml": args.toml ?? SETTINGS }),
    env: {},
    control,
    t: makeText(args.language ?? "en"),
    isTerminal: false,
    write: (text: string) => {
      shown += text;
    },
  };
  const { socket, json = false, config = "/agent.toml" } = args;
  await showStatus(doors, { socket, json, config });
  return { shown, sockets };
}

/** Of an agent in the world: a live forwarder, a core that is down, frames kept. */
async function statusOfTrouble(): Promise<AgentStatus> {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  world.core().broker.die();
  for (let fCnt = 0; fCnt < 3; fCnt++) forwarder.push(world.rxpk({ devAddr: "26010001", fCnt }));
  forwarder.push(world.rxpk({ stat: -1 }));
  await world.clock.advance(3_723_000);
  return world.agent.status();
}

describe("where the agent is looked for", () => {
  const answer = async (): Promise<ControlAnswer> => ({ status: 200, body: await statusOfTrouble() });

  test("at the socket of the settings, or at the one that is given, without any settings then", async () => {
    expect((await show(answer)).sockets).toEqual(["/run/here.sock GET /status"]);
    const given = await show(answer, { socket: "/tmp/there.sock", config: "/nowhere.toml" });
    expect(given.sockets).toEqual(["/tmp/there.sock GET /status"]);
  });

  test("settings that are missing or wrong are said as such", async () => {
    await expect(show(answer, { config: "/nowhere.toml" })).rejects.toMatchObject({
      code: "FILE_IO",
      message: expect.stringContaining("/nowhere.toml"),
    });
    await expect(show(answer, { toml: "[control]\nsocet = 1\n" })).rejects.toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringMatching(/\/agent\.toml:2.*socet/),
    });
  });
});

test.each([
  ["en", /^no agent answers on \/run\/here\.sock/],
  ["fr", /^aucun agent ne répond sur \/run\/here\.sock/],
] as const)("where nobody answers, that is said (%s)", async (language, message) => {
  const nobody = () => Promise.reject(new AgentError("CONTROL_UNREACHABLE", "ECONNREFUSED"));
  await expect(show(nobody, { language })).rejects.toMatchObject({
    code: "CONTROL_UNREACHABLE",
    message: expect.stringMatching(message),
  });
});

test("where something else answers than a status, that is no agent either", async () => {
  const elsewhere = async (): Promise<ControlAnswer> => ({ status: 404, body: { error: "not me" } });
  for (const json of [true, false]) {
    await expect(show(elsewhere, { json })).rejects.toMatchObject({ code: "CONTROL_UNREACHABLE" });
  }
});

test("as JSON it is the agent's own answer, in one line", async () => {
  const body = await statusOfTrouble();
  const { shown } = await show(async () => ({ status: 200, body }), { json: true });
  expect(shown.split("\n")).toHaveLength(2);
  expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(body)));
});

describe("for people", () => {
  test("in English: what is silent, what is out of reach, what is kept", async () => {
    const shown = sayStatus(await statusOfTrouble(), makeText("en"), false);
    expect(shown).toContain("edge-agent 1.2.3, running for 1h 2m");
    expect(shown).toContain("7276ff0044010010  silent for 1h 2m");
    expect(shown).toMatch(/main \(7276ff0044010010\) {2}(out of reach|connecting)/);
    expect(shown).toMatch(/3 frames kept, 0\.\d kB, the oldest heard 1h 2m ago/);
    expect(shown).toContain("frameRefused (crcBad): 1");
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test("in French as well", async () => {
    const shown = sayStatus(await statusOfTrouble(), makeText("fr"), false);
    expect(shown).toContain("en marche depuis 1h 2m");
    expect(shown).toContain("silencieux depuis 1h 2m");
    expect(shown).toMatch(/3 trames gardées/);
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test("an agent that nobody has spoken to yet", async () => {
    const world = await openAgentWorld();
    const shown = sayStatus(world.agent.status(), makeText("en"), false);
    expect(shown).toContain("no packet forwarder has spoken yet");
    expect(shown).toContain("empty: everything heard has been delivered");
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test.each([
    ["probing", /agreeing with the other gateways/],
    ["deciding", /agreeing with the other gateways/],
    ["axis", /replays 150 times as fast .* caught up in 9m 20s/],
    ["calm", /\d replayed; devices behind: \d; in flight: \d\n(?! {4}\S)/],
  ] as const)("a core that is back (%s): why frames wait", async (phase, expected) => {
    const status = await statusOfTrouble();
    const plan = { t0Ms: 0, tFromMs: 0, k: 150, by: "", source: "message", leftMs: 560_000 } as const;
    const cores = status.cores.map((core) => ({
      ...core,
      alarms: [],
      courier: { ...core.courier, drain: { phase, plan: phase === "axis" ? plan : undefined } },
    }));
    const shown = sayStatus({ ...status, cores }, makeText("en"), false);
    expect(shown).toMatch(expected);
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test.each([
    [
      "en",
      "alarm: the broker is there, but nobody has subscribed to our events (noSubscriber)",
      "alarm: new (new)",
    ],
    [
      "fr",
      "alarme : le broker répond, mais personne n'est abonné à nos évènements (noSubscriber)",
      "alarme : new (new)",
    ],
  ] as const)(
    "alarms are said in words, and by their code where there are none (%s)",
    async (language, known, unknown) => {
      const status = await statusOfTrouble();
      const cores = status.cores.map((core) => ({ ...core, alarms: ["noSubscriber", "new"] }));
      const shown = sayStatus({ ...status, cores }, makeText(language), false);
      expect(shown).toContain(known);
      expect(shown).toContain(unknown);
    },
  );

  test("before a forwarder speaks it says that the cores wait for the gateway's EUI", async () => {
    const world = await openAgentWorld();
    expect(sayStatus({ ...world.agent.status(), cores: [] }, makeText("en"), false)).toContain(
      "waits for the EUI",
    );
  });

  test("headings are bold on a terminal only", async () => {
    const world = await openAgentWorld();
    const status = world.agent.status();
    expect(sayStatus(status, makeText("en"), true)).toContain("\u001b[1mJournal\u001b[0m");
    expect(sayStatus(status, makeText("en"), false)).not.toContain("\u001b");
  });
});

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

/** Its sentences, each on one line however long. */
function sentences(...asked: Parameters<typeof sayStatus>): string {
  return sayStatus(...asked).replace(/\n {6,}(?=\S)/g, " ");
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
    expect(shown).toMatch(/frames kept: 3, 0\.\d kB, the oldest heard 1h 2m ago/);
    expect(shown).toContain("frameRefused (crcBad): 1");
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test("figures as the reader's language writes them, like journal stats", async () => {
    const status = await statusOfTrouble();
    const journal = { ...status.journal, storedFrames: 13_973, storedOctets: 3_210_000 };
    const many = { ...status, journal, counters: { frameKept: 1_234_567 } };
    const english = sayStatus(many, makeText("en"), false);
    expect(english).toContain("frames kept: 13,973, 3.2 MB, ");
    expect(english).toContain("frameKept: 1,234,567\n");
    const french = sayStatus(many, makeText("fr"), false);
    expect(french).toMatch(/trames gardées : 13\u202f973, 3,2 Mo, /);
  });

  test("in French as well", async () => {
    const shown = sayStatus(await statusOfTrouble(), makeText("fr"), false);
    expect(shown).toContain("en marche depuis 1\u00a0h 2\u00a0min");
    expect(shown).toContain("silencieux depuis 1\u00a0h 2\u00a0min");
    expect(shown).toMatch(/trames gardées : 3\b/);
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
    ["set", "An iStation (profile k, as set)", "An iStation (profil k, d'après les réglages)"],
    ["recognised", "An iStation (profile k, recognised)", "An iStation (profil k, reconnu)"],
    [
      "ambiguous",
      "not recognised for sure: a, b fit alike, k is used",
      "a, b conviennent autant, k est appliqué",
    ],
    ["unknown", "model not recognised, profile k is used", "modèle non reconnu, le profil k est appliqué"],
    ["missing", "no gateway profiles beside the program", "aucun profil de passerelle"],
  ] as const)("the profile of the gateway, and how it was found: %s", async (how, english, french) => {
    const status = await statusOfTrouble();
    expect(sayStatus(status, makeText("en"), false)).not.toContain("Gateway\n");
    const candidates = how === "ambiguous" ? ["a", "b"] : [];
    const profile = { name: "k", title: "An iStation", how, candidates };
    expect(sayStatus({ ...status, profile }, makeText("en"), false)).toContain(`Gateway\n  ${english}`);
    const inFrench = sayStatus({ ...status, profile }, makeText("fr"), false);
    expect(inFrench).toContain(french);
    expect(inFrench).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test("what was given up for its age or for want of room, by reason, and that not all was delivered", async () => {
    const status = await statusOfTrouble();
    const dropped = { expired: 12, thinned: 3 } as const;
    const journal = { ...status.journal, storedFrames: 0, dropped, full: true };
    const shown = sayStatus({ ...status, journal }, makeText("en"), false);
    expect(shown).toMatch(/Journal\n {2}empty\n {2}given up: 12 too old for a core\n {2}given up: 3 \w/);
    expect(shown).toContain("full: frames are carried, but not stored");
    expect(shown).not.toContain("everything heard has been delivered");
    const french = sayStatus({ ...status, journal }, makeText("fr"), false);
    expect(french).toContain("abandonnées : 12 trop vieilles pour un cœur");
    expect(`${shown}${french}`).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  const PLAN = { t0Ms: 0, tFromMs: 0, k: 150, by: "", source: "message", leftMs: 560_000 } as const;
  test.each([
    ["probing", { phase: "probing", plan: undefined }, /the oldest frame goes first and alone/],
    ["deciding", { phase: "deciding", plan: undefined }, /agreeing with the other gateways/],
    ["on the axis", { phase: "axis", plan: PLAN }, /replays 150 times as fast .* caught up in 9m 20s/],
    [
      "without a clock to trust",
      { phase: "axis", plan: { ...PLAN, source: "blind" } },
      /clock is not to be trusted: it replays after the others, in 9m 20s/,
    ],
    ["at the axis's end", { phase: "axis", plan: { ...PLAN, leftMs: 0 } }, /what is left .* 20 a second/],
    ["after the axis", { phase: "calm", plan: { ...PLAN, leftMs: 0 } }, /what is left .* 20 a second/],
    ["not taking any", { phase: "away", plan: undefined }, /in reach, but it takes no frames yet/],
  ] as const)("a core that is back (%s): why frames wait", async (_when, drain, expected) => {
    const status = await statusOfTrouble();
    const cores = status.cores.map((core) => ({
      ...core,
      state: "connected" as const,
      alarms: [],
      courier: { ...core.courier, drain, lanesBehind: 3, replayRatePerS: 20 },
    }));
    const shown = sentences({ ...status, cores }, makeText("en"), false);
    expect(shown).toMatch(expected);
    expect(shown).not.toMatch(/undefined|NaN|\{\w+\}/);
  });

  test("the rate of what is left is written as the language writes figures", async () => {
    const status = await statusOfTrouble();
    const drain = { phase: "calm" as const, plan: undefined };
    const cores = status.cores.map((core) => ({
      ...{ ...core, state: "connected" as const, alarms: [] },
      courier: { ...core.courier, drain, lanesBehind: 3, replayRatePerS: 2.5 },
    }));
    expect(sentences({ ...status, cores }, makeText("fr"), false)).toContain("jusqu'à 2,5 par seconde");
  });

  test("of a core with nothing behind, or out of reach, nothing is said to wait", async () => {
    const status = await statusOfTrouble();
    for (const [state, lanesBehind] of [
      ["connected", 0],
      ["waiting", 3],
    ] as const) {
      const cores = status.cores.map((core) => ({
        ...core,
        state,
        alarms: [],
        courier: { ...core.courier, drain: { phase: "calm" as const, plan: undefined }, lanesBehind },
      }));
      const shown = sentences({ ...status, cores }, makeText("en"), false);
      expect(shown).toMatch(/\d replayed; devices behind: \d; in flight: \d\n(?! {4}\S)/);
    }
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
      const shown = sentences({ ...status, cores }, makeText(language), false);
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

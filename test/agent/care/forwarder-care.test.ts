/** A forwarder that dies, in the world: what is done for it, how often, and what keeps it from being done. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ASK_AGAIN_MS, createForwarderCare, LOOK_EVERY_MS } from "../../../agent/care/forwarder-care.ts";
import { DAY_MS, FIRST_PAUSE_MS, type Moment, pauseMs } from "../../../agent/care/restart-policy.ts";
import { openRestartWay } from "../../../agent/care/restart-way.ts";
import type { ForwarderHelp } from "../../../agent/config/profile-defaults.ts";
import { AgentError } from "../../../agent/errors.ts";
import type { Claim } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldCommands } from "../../../simulator/world/commands.ts";
import { WorldFiles } from "../../../simulator/world/files.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";

const MINUTE_MS = 60_000;
const REQUEST = "/run/edge-agent/forwarder-restart";
const KEROS5: ForwarderHelp = {
  restart: ["monit", "restart", "lorafwd"],
  status: ["monit", "summary"],
  process: "lorafwd",
  switchFile: "/etc/default/lorafwd",
  switchOffKey: "DISABLE_LORAFWD",
  isSure: true,
};

interface Box {
  readonly clock: WorldClock;
  readonly files: WorldFiles;
  readonly notes: Map<string, string>;
  readonly restartedAtMs: number[];
  /** What the forwarder does. */
  lives: boolean;
  hangs: boolean;
  program: string;
  /** A restart brings it back. */
  curable: boolean;
  exitCode: number;
  stopped: boolean;
  deaf: boolean;
  maintained: boolean;
  claimed: boolean;
  mayClaim: boolean;
  historyKnown: boolean;
  trusted: boolean;
  settings: { restartForwarder: "auto" | "always" | "never"; restartsPerDay: number; hungAfterMs: number };
  help: ForwarderHelp | undefined;
  ownCommand: readonly string[];
}

function makeBox(more: Partial<Box> = {}): Box {
  return {
    clock: new WorldClock(Date.UTC(2026, 10, 22, 12)),
    files: new WorldFiles({ "/etc/default/lorafwd": 'DISABLE_LORAFWD="no"\n' }),
    notes: new Map(),
    restartedAtMs: [],
    lives: true,
    hangs: false,
    program: "/usr/bin/lorafwd",
    curable: true,
    exitCode: 0,
    stopped: false,
    deaf: false,
    maintained: false,
    claimed: false,
    mayClaim: true,
    historyKnown: true,
    trusted: true,
    settings: { restartForwarder: "auto", restartsPerDay: 4, hungAfterMs: 30 * MINUTE_MS },
    help: KEROS5,
    ownCommand: [],
    ...more,
  };
}

/** One life of the agent on this box. */
function agentOn(box: Box) {
  const { clock, files, notes } = box;
  const commands = new WorldCommands();
  const log = createWorldLog();
  const bornMs = clock.monotonicMs();
  let lastPullMs: number | undefined;
  const restarted = (): void => {
    box.restartedAtMs.push(clock.monotonicMs());
    if (box.curable) box.lives = true;
  };
  commands.programs.set("monit", ([, verb]) => {
    if (verb === "summary") {
      const state = box.stopped ? "not monitored" : "running";
      return { exitCode: 0, stdout: `Process 'lorafwd'      ${state}\n` };
    }
    restarted();
    return { exitCode: box.exitCode, stdout: "" };
  });
  const claim = async (): Promise<Claim> => {
    if (!box.mayClaim) throw new AgentError("FILE_IO", "no right");
    if (box.claimed) return { ok: false, pid: 7 };
    box.claimed = true;
    return {
      ok: true,
      release: async () => {
        box.claimed = false;
      },
    };
  };
  const way = openRestartWay({
    commands,
    files,
    box: {
      claim,
      processes: async () => (box.lives || box.hangs ? [{ argv: [box.program, "-vv"], directory: "/" }] : []),
    },
    help: box.help,
    ownCommand: box.ownCommand,
    requestPath: REQUEST,
    wallMs: () => clock.wallMs(),
  });
  const heartbeat = (): void => {
    if (box.lives) lastPullMs = clock.monotonicMs();
    timer = clock.after(10_000, heartbeat);
  };
  let timer = clock.after(0, heartbeat);
  const care = createForwarderCare({
    clock,
    log,
    way,
    notes: {
      get: (name) => (box.historyKnown ? notes.get(name) : undefined),
      set: (name, value) => void notes.set(name, value),
    },
    historyKnown: () => box.historyKnown,
    settings: () => box.settings,
    moment: (): Moment => ({
      kernelBootId: clock.kernelBootId(),
      monotonicMs: clock.monotonicMs(),
      wallMs: clock.wallMs(),
      trusted: box.trusted,
    }),
    heard: () =>
      lastPullMs === undefined
        ? []
        : [
            {
              pullSource: { host: "127.0.0.1", port: 40_000 },
              pullPeriodMs: 10_000,
              pullDataAgeMs: clock.monotonicMs() - lastPullMs,
              pushDataAgeMs: undefined,
            },
          ],
    hearsItself: () => (box.deaf ? new Promise(() => undefined) : Promise.resolve(true)),
    isMaintained: () => box.maintained,
  });
  return {
    care,
    log,
    bornMs,
    end: () => {
      timer.cancel();
      care.stop();
    },
  };
}

/** A forwarder that has been well for a while, and then is not. */
async function dying(more: Partial<Box> = {}) {
  const box = makeBox(more);
  const agent = agentOn(box);
  await box.clock.advance(5 * MINUTE_MS);
  expect(agent.care.view().restarts).toEqual([]);
  const diedMs = box.clock.monotonicMs();
  box.lives = false;
  const minutesOfRestarts = (): number[] =>
    box.restartedAtMs.map((ms) => Math.round((ms - diedMs) / MINUTE_MS));
  return { box, ...agent, diedMs, minutesOfRestarts };
}

describe("a forwarder that dies", () => {
  test("is restarted within four minutes, once, and is well again", async () => {
    const { box, care, minutesOfRestarts } = await dying();
    await box.clock.advance(4 * MINUTE_MS);
    expect(minutesOfRestarts()).toHaveLength(1);
    expect(minutesOfRestarts()[0]).toBeLessThanOrEqual(4);
    await box.clock.advance(DAY_MS);
    expect(box.restartedAtMs).toHaveLength(1);
    expect(care.view()).toMatchObject({ state: "well", refused: undefined, restarts: [] });
  });

  test("and hangs, is restarted after half an hour", async () => {
    const { box, care, minutesOfRestarts } = await dying({ hangs: true });
    await box.clock.advance(29 * MINUTE_MS);
    expect(box.restartedAtMs).toEqual([]);
    expect(care.view().state).toBe("silent");
    await box.clock.advance(2 * MINUTE_MS);
    expect(minutesOfRestarts()).toEqual([30]);
    expect(care.view().restarts).toEqual([
      expect.objectContaining({ by: "care", why: expect.stringMatching(/^silent for 18\d\d s$/) }),
    ]);
  });

  test("and whose process nobody has ever seen by that name, is taken for one that hangs", async () => {
    const { box, minutesOfRestarts } = await dying({ program: "/usr/bin/lorafwd2" });
    await box.clock.advance(29 * MINUTE_MS);
    expect(box.restartedAtMs).toEqual([]);
    await box.clock.advance(2 * MINUTE_MS);
    expect(minutesOfRestarts()).toEqual([30]);
  });

  test("again and again is restarted after ever longer pauses, four times a day", async () => {
    const { box, care, minutesOfRestarts } = await dying({ curable: false });
    await box.clock.advance(DAY_MS - 10 * MINUTE_MS);
    const [first = 0, ...others] = minutesOfRestarts();
    expect(first).toBeLessThanOrEqual(4);
    expect(others.map((minute) => minute - first)).toEqual([10, 40, 130]);
    expect(care.view()).toMatchObject({ state: "dead", refused: "dailyLimit", perDayMax: 4 });
  });

  test("when the command fails counts as restarted", async () => {
    const { box, minutesOfRestarts, care } = await dying({ curable: false, exitCode: 1 });
    await box.clock.advance(12 * MINUTE_MS);
    expect(care.view().restarts).toHaveLength(1);
    expect(care.view().refused).toBe("failed");
    await box.clock.advance(DAY_MS - 30 * MINUTE_MS);
    expect(minutesOfRestarts()).toHaveLength(4);
  });

  test("is remembered over restarts of the agent, which do not give it a new day", async () => {
    const { box, end } = await dying({ curable: false });
    await box.clock.advance(12 * 60 * MINUTE_MS);
    end();
    for (let life = 0; life < 10; life++) {
      const agent = agentOn(box);
      await box.clock.advance(60 * MINUTE_MS);
      agent.end();
    }
    expect(box.restartedAtMs).toHaveLength(4);
  });

  test("just before the agent is restarted is restarted all the same", async () => {
    const { box, end } = await dying();
    end();
    const agent = agentOn(box);
    await box.clock.advance(4 * MINUTE_MS);
    expect(box.restartedAtMs).toEqual([]);
    await box.clock.advance(3 * MINUTE_MS);
    expect(box.restartedAtMs).toHaveLength(1);
    agent.end();
  });

  test("costs no note while it lives but the one that says so", async () => {
    const { notes } = (await dying()).box;
    expect([...notes.keys()]).toEqual(["health.care.heard"]);
    expect(JSON.parse(notes.get("health.care.heard")!)).toMatchObject({ seen: true });
  });
});

describe("nothing is done by itself", () => {
  test.each<[string, Partial<Box>, string]>([
    [
      "where the setting forbids it",
      { settings: { ...makeBox().settings, restartForwarder: "never" } },
      "never",
    ],
    [
      "where no restart a day is allowed",
      { settings: { ...makeBox().settings, restartsPerDay: 0 } },
      "never",
    ],
    ["where the profile has no command", { help: undefined }, "noCommand"],
    ["where nobody is sure of the command", { help: { ...KEROS5, isSure: false } }, "unsure"],
    ["during maintenance", { maintained: true }, "maintenance"],
    ["while setup is at work", { claimed: true }, "setup"],
    ["when somebody has stopped it", { stopped: true }, "stopped"],
    ["when we do not hear ourselves", { deaf: true }, "deaf"],
    ["while nobody knows what was done before", { historyKnown: false }, "noHistory"],
    [
      "when its switch is off",
      { files: new WorldFiles({ "/etc/default/lorafwd": 'DISABLE_LORAFWD="yes"\n' }) },
      "switchedOff",
    ],
  ])("%s", async (_name, more, fault) => {
    const { box, care, log } = await dying(more);
    await box.clock.advance(6 * 60 * MINUTE_MS);
    expect(box.restartedAtMs).toEqual([]);
    expect(care.view().refused).toBe(fault);
    // Told once, and not every half minute.
    expect(log.lines.filter(({ event }) => event === "forwarder left as it is").length).toBeLessThanOrEqual(
      1,
    );
  });

  test("for a forwarder that never spoke in this boot", async () => {
    const box = makeBox({ lives: false });
    const { care } = agentOn(box);
    await box.clock.advance(DAY_MS);
    expect(box.restartedAtMs).toEqual([]);
    expect(care.view().state).toBe("unheard");
  });

  test("after stop()", async () => {
    const { box, end } = await dying();
    end();
    await box.clock.advance(DAY_MS);
    expect(box.restartedAtMs).toEqual([]);
    expect(box.clock.pendingTimers).toBe(0);
  });

  test("for an hour of maintenance, and then at once", async () => {
    const { box, minutesOfRestarts } = await dying({ maintained: true });
    await box.clock.advance(60 * MINUTE_MS);
    box.maintained = false;
    await box.clock.advance(LOOK_EVERY_MS);
    expect(minutesOfRestarts()).toEqual([61]);
  });

  test("while it is stopped on purpose, which is asked of monit every ten minutes only", async () => {
    const { box, minutesOfRestarts } = await dying({ stopped: true });
    await box.clock.advance(65 * MINUTE_MS);
    box.stopped = false;
    await box.clock.advance(ASK_AGAIN_MS);
    expect(minutesOfRestarts()).toHaveLength(1);
  });

  test("but always means also by a command that is only reported", async () => {
    const settings = { ...makeBox().settings, restartForwarder: "always" } as const;
    const { box } = await dying({ help: { ...KEROS5, isSure: false }, settings });
    await box.clock.advance(5 * MINUTE_MS);
    expect(box.restartedAtMs).toHaveLength(1);
  });
});

describe("who asks for a restart", () => {
  test("has it, dead or not, in maintenance too, whatever the setting", async () => {
    const settings = { ...makeBox().settings, restartForwarder: "never" } as const;
    const box = makeBox({ settings, maintained: true, help: { ...KEROS5, isSure: false } });
    const { care } = agentOn(box);
    expect(await care.restart("command of core main")).toEqual({ ok: true });
    expect(care.view().restarts).toEqual([
      { by: "command", why: "command of core main", ageMs: 0, wallMs: box.clock.wallMs() },
    ]);
  });

  test("is refused with a reason: too soon, setup, no command, another one under way", async () => {
    const box = makeBox();
    const { care } = agentOn(box);
    const [first, second] = await Promise.all([care.restart("one"), care.restart("two")]);
    expect(first).toEqual({ ok: true });
    expect(second).toEqual({ ok: false, fault: "busy" });
    expect(await care.restart("three")).toEqual({ ok: false, fault: "tooSoon", waitMs: MINUTE_MS });
    await box.clock.advance(MINUTE_MS);
    box.claimed = true;
    expect(await care.restart("four")).toEqual({ ok: false, fault: "setup" });
    box.claimed = false;
    box.exitCode = 124;
    expect(await care.restart("five")).toEqual({ ok: false, fault: "failed", exitCode: 124 });
    expect(box.claimed).toBe(false);
    const nowhere = agentOn(makeBox({ help: undefined }));
    expect(await nowhere.care.restart("six")).toEqual({ ok: false, fault: "noCommand" });
  });

  test("puts off what care would do by itself", async () => {
    const { box, care } = await dying({ curable: false });
    await care.restart("by hand");
    const asked = box.clock.monotonicMs();
    await box.clock.advance(FIRST_PAUSE_MS + MINUTE_MS);
    expect(box.restartedAtMs[1]! - asked).toBeGreaterThanOrEqual(FIRST_PAUSE_MS);
  });
});

describe("an agent without the right to restart anything", () => {
  test("leaves its wish where root watches for it", async () => {
    const { box, minutesOfRestarts } = await dying({ mayClaim: false });
    box.files.put(REQUEST, "");
    await box.clock.advance(4 * MINUTE_MS);
    expect(minutesOfRestarts()).toEqual([]);
    const wish = (await box.files.read(REQUEST))!.toString();
    expect(Number(wish)).toBeGreaterThan(Date.UTC(2026, 10, 22, 12));
  });

  test("minds a setup that is at work, as far as it can see", async () => {
    const { box, care } = await dying({ mayClaim: false });
    box.files.put("/var/run/edge-agent-setup.pid", "7\n");
    await box.clock.advance(5 * MINUTE_MS);
    expect(box.restartedAtMs).toEqual([]);
    expect(care.view().refused).toBe("setup");
  });
});

test("what another version wrote, or nobody, is no history and no harm", async () => {
  for (const note of ["", "{", "[1,null,{}]", '{"a":1}', "null", '"x"']) {
    const notes = new Map([
      ["health.care.restarts", note],
      ["health.care.heard", note],
    ]);
    const { box } = await dying({ notes });
    await box.clock.advance(5 * MINUTE_MS);
    expect(box.restartedAtMs).toHaveLength(1);
  }
});

/**
 * Goal: never more restarts than the daily limit, never closer than the back-off, over lives of the agent, reboots of
 * the box and a clock that is wrong at times, for a forwarder that nothing brings back.
 */
test("whatever happens, the limits hold", async () => {
  const event = fc.oneof(
    fc.record({ hours: fc.integer({ min: 1, max: 400 }) }),
    fc.constant({ agent: true }),
    fc.constant({ reboot: true }),
    fc.record({ trusted: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 3, maxLength: 25 }),
      fc.integer({ min: 1, max: 6 }),
      async (events, restartsPerDay) => {
        let box = makeBox({ curable: false });
        box.settings = { ...box.settings, restartsPerDay };
        let trueMs = 0;
        let sinceMs = box.clock.monotonicMs();
        const restartedMs: number[] = [];
        let agent = agentOn(box);
        const settle = (): void => {
          restartedMs.push(...box.restartedAtMs.splice(0).map((ms) => trueMs + ms - sinceMs));
          trueMs += box.clock.monotonicMs() - sinceMs;
          sinceMs = box.clock.monotonicMs();
        };
        const advance = async (minutes: number): Promise<void> => {
          box.lives = true;
          await box.clock.advance(2 * MINUTE_MS);
          box.lives = false;
          await box.clock.advance(minutes * MINUTE_MS);
          settle();
        };
        for (const one of events) {
          if ("hours" in one) await advance(one.hours * 6);
          else if ("trusted" in one) box.trusted = one.trusted;
          else {
            agent.end();
            if ("reboot" in one) {
              const clock = new WorldClock(
                box.trusted ? box.clock.wallMs() : 0,
                1_000,
                String(trueMs).padStart(32, "0"),
              );
              box = { ...box, clock };
              sinceMs = clock.monotonicMs();
            }
            agent = agentOn(box);
            await advance(20);
          }
        }
        agent.end();
        restartedMs.forEach((ms, index) => {
          const before = restartedMs.slice(0, index).filter((other) => ms - other < DAY_MS);
          expect(before.length).toBeLessThan(restartsPerDay);
          if (before.length > 0) {
            expect(ms - before.at(-1)!).toBeGreaterThanOrEqual(pauseMs(before.length));
          }
        });
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

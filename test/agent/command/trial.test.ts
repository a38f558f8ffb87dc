/**
 * Goal: whatever ends the agent or the power while settings are on trial, the file is the old one or the new one, whole, and
 * the old one once the trial has failed; a person's hand is never undone.
 * Method: the power is cut behind each single file operation of a trial, of a start, and of a rollback; then the agent
 * starts until nothing changes any more.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  beginTrial,
  endTrial,
  resumeTrial,
  rollBack,
  type TrialFiles,
  type TrialPlan,
} from "../../../agent/command/trial.ts";
import {
  judgeAtStart,
  readTrialNote,
  STARTS_MAX,
  type TrialNote,
} from "../../../agent/command/trial-note.ts";
import { AgentError } from "../../../agent/errors.ts";
import { sha256 } from "../../../agent/host/digest.ts";
import { memoryFiles } from "../config/memory-files.ts";

const PATH = "/etc/agent.toml";
const [OLD, NEW, HAND] = ["old = 1\n", "new = 1\n", "by = 'hand'\n"].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
];
const PLAN: TrialPlan = {
  id: "a",
  coreId: "main",
  gatewayEui: "0".repeat(16),
  needsRestart: true,
  limitMs: 600_000,
};
const BOOT = "a".repeat(32);
const OTHER_BOOT = "b".repeat(32);

interface Box {
  readonly trial: TrialFiles;
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Operations done so far. */
  operations(): number;
  /** So many more operations, and the power goes. */
  cutAfter(operations: number): void;
}

class PowerCut extends Error {}

function openBox(): Box {
  const files = memoryFiles({ [PATH]: OLD });
  let done = 0;
  let left = Number.POSITIVE_INFINITY;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    if (left === 0) throw new PowerCut();
    left -= 1;
    done += 1;
    return run();
  };
  return {
    trial: {
      files: {
        read: (path, max) => files.read(path, max),
        replace: (path, content) => step(() => files.replace(path, content)),
        remove: (path) => step(() => files.remove(path)),
      },
      settingsPath: PATH,
      sha256,
    },
    contents: files.contents,
    operations: () => done,
    cutAfter: (operations) => {
      left = operations;
    },
  };
}

const clockAt = (monotonicMs: number, boot = BOOT) => ({
  monotonicMs: () => monotonicMs,
  kernelBootId: () => boot,
});
const orCut = (run: Promise<unknown>): Promise<unknown> =>
  run.catch((error: unknown) => {
    if (!(error instanceof PowerCut)) throw error;
  });
const settings = ({ contents }: Box): string => contents.get(PATH)!.toString();
const begin = ({ trial }: Box) => beginTrial(trial, clockAt(0), PLAN, { previous: OLD, next: NEW });

test("a trial is three operations, and the settings are changed by the last", async () => {
  const box = openBox();
  await begin(box);
  expect(box.operations()).toBe(3);
  expect(settings(box)).toBe(NEW.toString());
});

test.each([0, 1, 2, 3])(
  "a power cut behind operation %i of its beginning leaves the old settings, or the new ones on trial",
  async (cut) => {
    const box = openBox();
    box.cutAfter(cut);
    await orCut(begin(box));
    expect(settings(box)).toBe((cut < 3 ? OLD : NEW).toString());
    box.cutAfter(Number.POSITIVE_INFINITY);
    const note = await resumeTrial(box.trial, clockAt(1_000, OTHER_BOOT));
    if (cut < 2) expect(note).toBeUndefined();
    else expect(note?.state).toBe(cut === 2 ? "rolledBack" : "onTrial");
    if (cut === 2) expect(note?.why).toBe("interrupted");
    // And however often it starts after that.
    for (let start = 0; start < 5; start++) await resumeTrial(box.trial, clockAt(5_000, OTHER_BOOT));
    expect(settings(box)).toBe(OLD.toString());
  },
);

test.each([0, 1, 2])(
  "a power cut behind operation %i of a rollback is made good at the next start",
  async (cut) => {
    const box = openBox();
    const note = await begin(box);
    box.cutAfter(cut);
    await orCut(rollBack(box.trial, note, "unreached"));
    box.cutAfter(Number.POSITIVE_INFINITY);
    const resumed = await resumeTrial(box.trial, clockAt(600_001));
    expect(settings(box)).toBe(OLD.toString());
    expect(resumed?.state).toBe("rolledBack");
  },
);

test("what nobody was told yet is told after any number of starts, and forgotten then", async () => {
  const box = openBox();
  await rollBack(box.trial, await begin(box), "unreached");
  for (let start = 0; start < 10; start++)
    expect(await resumeTrial(box.trial, clockAt(start, OTHER_BOOT))).toMatchObject({
      state: "rolledBack",
      why: "unreached",
    });
  await endTrial(box.trial);
  expect(await resumeTrial(box.trial, clockAt(0))).toBeUndefined();
  expect(settings(box)).toBe(OLD.toString());
});

test("a note that is damaged, or of a later version, undoes nothing", async () => {
  for (const text of ["", "{", "null", '{"version":2}', '{"version":1,"state":"onTrial"}']) {
    const box = openBox();
    await begin(box);
    (box.contents as Map<string, Buffer>).set(`${PATH}.trial`, Buffer.from(text));
    expect(await resumeTrial(box.trial, clockAt(1e9))).toBeUndefined();
    expect(settings(box)).toBe(NEW.toString());
  }
});

test("a previous file that somebody has touched is not put in place", async () => {
  const box = openBox();
  const note = await begin(box);
  (box.contents as Map<string, Buffer>).set(`${PATH}.previous`, HAND);
  expect(await rollBack(box.trial, note, "unreached")).toBeUndefined();
  expect(settings(box)).toBe(NEW.toString());
});

test("what a person has written since is not undone, though the previous file is whole", async () => {
  const box = openBox();
  const note = await begin(box);
  (box.contents as Map<string, Buffer>).set(PATH, HAND);
  expect(await rollBack(box.trial, note, "unreached")).toBeUndefined();
  expect(settings(box)).toBe(HAND.toString());
  expect(box.contents.has(`${PATH}.trial`)).toBe(false);
});

test("whatever happens in whatever order, the file is the old one, the new one, or a person's, and a person's stays", async () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant("start" as const), afterMs: fc.nat(400_000), reboot: fc.boolean() }),
    fc.record({ kind: fc.constant("cut" as const), afterOperations: fc.nat(2), reboot: fc.boolean() }),
    fc.record({ kind: fc.constant("hand" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 12 }), async (events) => {
      const box = openBox();
      await begin(box);
      let nowMs = 0;
      let boot = BOOT;
      let byHand = false;
      for (const one of events) {
        if (one.kind === "hand") {
          (box.contents as Map<string, Buffer>).set(PATH, HAND);
          byHand = true;
          continue;
        }
        if (one.reboot) {
          boot = boot === BOOT ? OTHER_BOOT : BOOT;
          nowMs = 0;
        }
        if (one.kind === "start") nowMs += one.afterMs;
        box.cutAfter(one.kind === "cut" ? one.afterOperations : Number.POSITIVE_INFINITY);
        await orCut(resumeTrial(box.trial, clockAt(nowMs, boot)));
        expect(settings(box)).toEqual(byHand ? HAND.toString() : expect.stringMatching(/^(old|new) = 1\n$/));
      }
      box.cutAfter(Number.POSITIVE_INFINITY);
      for (let start = 0; start <= STARTS_MAX; start++) await resumeTrial(box.trial, clockAt(nowMs, boot));
      expect(settings(box)).toBe((byHand ? HAND : OLD).toString());
    }),
  );
});

test("on a disk that takes nothing any more a trial is watched all the same", async () => {
  const box = openBox();
  await begin(box);
  const replace = async (): Promise<never> => {
    throw new AgentError("FILE_IO", "read-only file system");
  };
  const trial = { ...box.trial, files: { ...box.trial.files, replace } };
  expect(await resumeTrial(trial, clockAt(1_000))).toMatchObject({ state: "onTrial", id: "a" });
});

describe("a start, by the note", () => {
  const note: TrialNote = {
    version: 1,
    state: "onTrial",
    ...PLAN,
    bootId: BOOT,
    untilMonotonicMs: 600_000,
    starts: 0,
    digest: sha256(NEW),
    previousDigest: sha256(OLD),
  };
  const at = (monotonicMs: number, kernelBootId = BOOT) => ({ monotonicMs, kernelBootId });

  test("goes on within the limit, and takes back at it", () => {
    expect(judgeAtStart(note, note.digest, at(599_999))).toEqual({
      do: "goOn",
      note: { ...note, starts: 1 },
    });
    expect(judgeAtStart(note, note.digest, at(600_000))).toEqual({ do: "rollBack", why: "unreached" });
  });

  test("begins the limit anew after a boot, for nobody knows how long that took", () => {
    const step = judgeAtStart(note, note.digest, at(20_000, OTHER_BOOT));
    expect(step).toMatchObject({ do: "goOn", note: { bootId: OTHER_BOOT, untilMonotonicMs: 620_000 } });
  });

  test("is the last when there were too many", () => {
    const often = { ...note, starts: STARTS_MAX };
    expect(judgeAtStart(often, note.digest, at(1))).toEqual({ do: "rollBack", why: "unusable" });
    expect(judgeAtStart({ ...note, starts: STARTS_MAX - 1 }, note.digest, at(1)).do).toBe("goOn");
  });

  test("forgets it when somebody has changed the file", () => {
    expect(judgeAtStart(note, sha256(HAND), at(1))).toEqual({ do: "forget" });
  });

  test("reads no note out of anything", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (octets) => {
          expect(readTrialNote(Buffer.from(octets))).toBeUndefined();
        },
      ),
    );
  });
});

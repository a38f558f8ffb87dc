/**
 * Goal: nothing that arrives on a command's topic makes the agent throw, and only what is good in every field is taken.
 * Method: the limits one by one; octets, JSON and damaged envelopes by chance.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { argumentsSchema, readArguments, type Shape } from "../../../agent/command/arguments.ts";
import { createBudget } from "../../../agent/command/budget.ts";
import { COMMANDS, type CommandName, rightFor } from "../../../agent/command/catalogue.ts";
import {
  COMMAND_OCTETS_MAX,
  type Envelope,
  readEnvelope,
  TTL_S_MAX,
} from "../../../agent/command/envelope.ts";
import {
  CLOCK_SKEW_MS,
  lifetimeFault,
  type Now,
  UNANSWERED_MS_MAX,
} from "../../../agent/command/lifetime.ts";
import { rememberSeen, SEEN_CHANGES_MAX } from "../../../agent/command/seen.ts";
import { fits } from "../config/json-schema.ts";

const GOOD = { id: "a", issuedAt: "2026-01-01T00:00:00Z", ttlS: 60 };
const ISSUED_MS = Date.UTC(2026, 0, 1);
const read = (said: unknown) => readEnvelope(Buffer.from(JSON.stringify(said)));
const names = Object.keys(COMMANDS) as CommandName[];

describe("an envelope", () => {
  test("says from when until when, by ttlS or by expiresAt", () => {
    const value: Envelope = {
      id: "a",
      issuedAtMs: ISSUED_MS,
      expiresAtMs: ISSUED_MS + 60_000,
      uptime: undefined,
      arguments: {},
    };
    expect(read(GOOD)).toEqual({ ok: true, value });
    const { ttlS: _ttlS, ...rest } = GOOD;
    expect(read({ ...rest, expiresAt: "2026-01-01T00:01:00Z" })).toEqual({ ok: true, value });
  });

  test.each([
    ["no id", { ...GOOD, id: undefined }, "id", undefined],
    ["an id that is too long", { ...GOOD, id: "a".repeat(65) }, "id", undefined],
    ["an id that no topic or log should hold", { ...GOOD, id: "a/b" }, "id", undefined],
    ["no time", { ...GOOD, issuedAt: undefined }, "issuedAt", "a"],
    ["a time that is not UTC", { ...GOOD, issuedAt: "2026-01-01T00:00:00+01:00" }, "issuedAt", "a"],
    ["no end", { ...GOOD, ttlS: undefined }, "expiresAt", "a"],
    ["two ends", { ...GOOD, expiresAt: "2026-01-01T00:01:00Z" }, "ttlS", "a"],
    ["an end too far away", { ...GOOD, ttlS: TTL_S_MAX + 1 }, "ttlS", "a"],
    ["no length of life", { ...GOOD, ttlS: 0 }, "ttlS", "a"],
    ["half an uptime", { ...GOOD, uptime: { untilS: 5 } }, "uptime", "a"],
    ["a field nobody knows", { ...GOOD, dryRun: true }, "envelope", "a"],
  ])("with %s is refused", (_what, said, field, id) => {
    const fault = { reason: "malformed", field, ...(id === undefined ? {} : { id }) };
    expect(read(said)).toEqual({ ok: false, fault });
  });

  test("may be as long as the limit, and not an octet longer", () => {
    const text = JSON.stringify(GOOD);
    expect(readEnvelope(Buffer.from(text.padEnd(COMMAND_OCTETS_MAX))).ok).toBe(true);
    expect(readEnvelope(Buffer.from(text.padEnd(COMMAND_OCTETS_MAX + 1)))).toEqual({
      ok: false,
      fault: { reason: "tooLarge" },
    });
  });

  test("whose arguments are deep as a well is refused, not walked", () => {
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    const text = JSON.stringify({ ...GOOD, arguments: 1 }).replace('"arguments":1', `"arguments":${deep}`);
    expect(readEnvelope(Buffer.from(text))).toMatchObject({ ok: false, fault: { field: "arguments" } });
  });

  test("made of anything at all never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(readEnvelope(Buffer.from(octets)).ok).toBe(false);
      }),
    );
    fc.assert(fc.property(fc.json(), (text) => void readEnvelope(Buffer.from(text))));
    fc.assert(
      fc.property(
        fc.record(
          Object.fromEntries(
            [...Object.keys(GOOD), "expiresAt", "uptime", "arguments"].map((field) => [
              field,
              fc.option(fc.jsonValue()),
            ]),
          ) as Record<string, fc.Arbitrary<unknown>>,
        ),
        (said) => void read(said),
      ),
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (at, octet) => {
        const octets = Buffer.from(JSON.stringify({ ...GOOD, arguments: { lines: 5 } }));
        octets[at % octets.length] = octet;
        readEnvelope(octets);
      }),
    );
  });
});

describe("arguments", () => {
  test("made of anything never throw, are taken only where the published schema fits, and have a right", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        const shape = COMMANDS[name].arguments as Shape;
        const given = readArguments(shape, value);
        if (!given.ok) return;
        expect(fits(value, argumentsSchema(shape))).toBe(true);
        expect(["read", "change"]).toContain(rightFor(name, given.value as never));
      }),
    );
  });

  test("named like what every object has are nobody's", () => {
    for (const name of names) {
      const shape = COMMANDS[name].arguments as Shape;
      expect(readArguments(shape, JSON.parse('{"__proto__":1}'))).toEqual({ ok: false, fault: "__proto__" });
      expect(readArguments(shape, { constructor: 1 }).ok).toBe(false);
    }
  });
});

describe("the life of a command", () => {
  const now: Now = {
    wallMs: ISSUED_MS,
    monotonicMs: 1e6,
    kernelBootId: "a".repeat(32),
    clockState: "synchronised",
  };
  const envelope = { issuedAtMs: ISSUED_MS, expiresAtMs: ISSUED_MS + 60_000, uptime: undefined };
  const arrived = { unansweredMs: 0 };
  const judged = (
    wallMs: number,
    more: { envelope?: object; arrived?: object; now?: object; right?: "read" | "change" } = {},
  ) =>
    lifetimeFault(
      { ...envelope, ...more.envelope },
      { ...arrived, ...more.arrived },
      more.right ?? "change",
      { ...now, wallMs, ...more.now },
    );

  test("ends at its end, and may begin a little ahead of our clock", () => {
    expect(judged(ISSUED_MS + 59_999)).toBeUndefined();
    expect(judged(ISSUED_MS + 60_000)).toBe("expired");
    expect(judged(ISSUED_MS - CLOCK_SKEW_MS)).toBeUndefined();
    expect(judged(ISSUED_MS - CLOCK_SKEW_MS - 1)).toBe("issuedInFuture");
  });

  test("ends with the message's own, and with a wait in the connection", () => {
    expect(judged(ISSUED_MS, { arrived: { expiresInMs: 0 } })).toBe("expired");
    expect(judged(ISSUED_MS, { arrived: { unansweredMs: UNANSWERED_MS_MAX } })).toBeUndefined();
    expect(judged(ISSUED_MS, { arrived: { unansweredMs: UNANSWERED_MS_MAX + 1 } })).toBe("expired");
  });

  test("by a wrong clock is the boot's own, and without that only reading is done", () => {
    const wrong = { clockState: "unsynchronised" };
    const uptime = { bootId: now.kernelBootId, untilMs: 1e6 + 1 };
    expect(judged(0, { now: wrong })).toBe("clockUnknown");
    expect(judged(0, { now: wrong, right: "read" })).toBeUndefined();
    expect(judged(0, { now: wrong, envelope: { uptime } })).toBeUndefined();
    expect(judged(0, { now: { ...wrong, monotonicMs: 1e6 + 1 }, envelope: { uptime } })).toBe("expired");
    const far = { ...uptime, untilMs: 1e6 + TTL_S_MAX * 1e3 + 1 };
    expect(judged(0, { now: wrong, envelope: { uptime: far } })).toBe("issuedInFuture");
  });
});

describe("a command that was seen", () => {
  const boot = "c".repeat(32);
  const at = (wallMs: number, more: Partial<Now> = {}): Now => ({
    wallMs,
    monotonicMs: wallMs - ISSUED_MS,
    kernelBootId: boot,
    clockState: "synchronised",
    ...more,
  });
  const until = (expiresAtMs: number): Envelope => ({
    id: "a",
    issuedAtMs: ISSUED_MS,
    expiresAtMs,
    uptime: undefined,
    arguments: {},
  });
  const memoryNotes = () => {
    const kept = new Map<string, string>();
    return {
      kept,
      get: (name: string) => kept.get(name),
      set: (name: string, value: string) => void kept.set(name, value),
    };
  };

  test("is remembered for as long as it could be good, whatever the clock does", () => {
    const notes = memoryNotes();
    const first = rememberSeen(notes);
    const envelope = until(ISSUED_MS + 60_000);
    expect(first.remember("main/a", envelope, "change", at(ISSUED_MS))).toBe(true);
    // A day ahead, another comes, and the clock is put back.
    first.remember(
      "main/b",
      until(ISSUED_MS + 86_400_000),
      "change",
      at(ISSUED_MS + 86_400_000, { monotonicMs: 10 }),
    );
    expect(rememberSeen(notes).has("main/a")).toBe(true);
    expect(rememberSeen(notes).has("main/c")).toBe(false);
  });

  test("is forgotten once it could not be good any more", () => {
    const seen = rememberSeen(memoryNotes());
    seen.remember("main/a", until(ISSUED_MS + 60_000), "change", at(ISSUED_MS));
    const later = ISSUED_MS + 2 * TTL_S_MAX * 1e3;
    seen.remember("main/b", until(later), "change", at(later));
    expect(seen.has("main/a")).toBe(false);
  });

  test("keeps its place: beyond the limit nothing more is obeyed, and the note stays a note", () => {
    const notes = memoryNotes();
    const seen = rememberSeen(notes);
    const longest = (number: number): string =>
      `${"c".repeat(32)}/${"e".repeat(16)}/${String(number).padStart(64, "i")}`;
    for (let number = 0; number < SEEN_CHANGES_MAX; number++)
      expect(seen.remember(longest(number), until(ISSUED_MS + 3_600_000), "change", at(ISSUED_MS))).toBe(
        true,
      );
    expect(seen.remember(longest(1e6), until(ISSUED_MS + 3_600_000), "change", at(ISSUED_MS))).toBe(false);
    expect(seen.remember("read", until(ISSUED_MS + 3_600_000), "read", at(ISSUED_MS))).toBe(true);
    expect(notes.kept.get("command.seen")!.length).toBeLessThan(16 * 1024);
  });

  test("by a note that is damaged is not known, and nothing breaks", () => {
    for (const text of ["[", "{}", "[1]", '[["a"]]', '[["a",null]]', '[["a",[1,2,3]],["b",[1,"x",5]]]']) {
      const seen = rememberSeen({ get: () => text, set: () => undefined });
      expect(() => seen.has("a")).not.toThrow();
      expect(() => seen.remember("z", until(ISSUED_MS), "change", at(ISSUED_MS))).not.toThrow();
    }
  });
});

test("a budget gives what it has, and then one at a time", () => {
  const budget = createBudget(3, 1_000);
  const takes = [0, 0, 0, 0, 999, 1_000, 1_001, 2_500, 2_999, 3_000, 90_000, 90_000, 90_000, 90_000];
  expect(takes.map((atMs) => budget.take(atMs))).toEqual([
    ...[true, true, true, false],
    ...[false, true, false],
    ...[true, false, true],
    ...[true, true, true, false],
  ]);
});

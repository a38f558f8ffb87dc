/**
 * Goal: whatever a journal holds is carried to another one through a file, and nothing of it is lost or doubled.
 * Method: frames by chance (fast-check prints the seed), real LevelDB on both sides, the export's own lines in between.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ClockState, Frame, FrameDraft } from "../../../agent/frame/frame.ts";
import { laneOf } from "../../../agent/frame/frame.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { fingerprintOf, makeFingerprints } from "../../../agent/journal/fingerprint.ts";
import { readDocument, toDocument } from "../../../agent/journal/frame-document.ts";
import {
  IMPORT_GATEWAYS_MAX,
  type ImportEvent,
  type ImportParts,
  importFrames,
} from "../../../agent/journal/import.ts";
import { readImported } from "../../../agent/journal/imported.ts";
import { isBroken, type Kept, readKept } from "../../../agent/journal/kept-frames.ts";
import type { OpenJournal } from "../../../agent/journal/store-journal.ts";
import { readPhy } from "../../../agent/lorawan/phy.ts";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";
import { testFolder } from "../../test-folder.ts";
import { MemoryFiles, openRealJournal } from "./fixtures.ts";
import { draftOf, type KeptDraft, keepAll, readings, rxpkOf } from "./kept.ts";

const NOW = {
  wallMs: Date.UTC(2026, 0, 2),
  monotonicMs: 5_000,
  kernelBootId: "ab".repeat(16),
  clockState: "gps",
};

function partsOf(journal: OpenJournal, more: Partial<ImportParts> = {}): ImportParts {
  return {
    inspection: journal.inspection,
    files: openFiles(),
    coresOf: () => ["main"],
    maxAgeMsOf: () => Number.POSITIVE_INFINITY,
    now: () => ({ ...NOW, clockState: "gps" }),
    dryRun: false,
    again: false,
    keep: journal.keep,
    kept: () => journal.commitNow(),
    ...more,
  };
}

async function bringIn(
  journal: OpenJournal,
  documents: readonly unknown[],
  more: Partial<ImportParts> = {},
): Promise<ImportEvent[]> {
  const lines = (async function* () {
    for (let from = 0; from < documents.length; from += 7) {
      yield documents.slice(from, from + 7).map((frame, at) => ({ line: from + at + 1, frame }));
    }
  })();
  const events: ImportEvent[] = [];
  for await (const piece of importFrames(partsOf(journal, more), lines)) events.push(...piece);
  return events;
}

function endOf(events: readonly ImportEvent[]) {
  const end = events.at(-1)!;
  if (end.kind !== "end") throw new Error("no end");
  return { ...end.counts, gateways: end.gateways };
}

/** As JSON and back, as through a file. */
async function documentsOf(journal: OpenJournal): Promise<unknown[]> {
  const all: Kept[] = [];
  for await (const piece of readKept(journal.inspection)) all.push(...piece);
  return all.map((kept) => JSON.parse(JSON.stringify(toDocument(kept))));
}

async function textsOf(journal: OpenJournal): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of readKept(journal.inspection)) {
    for (const kept of piece) if (!isBroken(kept)) all.push(JSON.stringify([kept.lane, pick(kept.frame)]));
  }
  return all;
}

/** All that must come through; an import marks what it brings as delayed. */
function pick({ sequence: _, delayed: __, ...rest }: Frame): Omit<FrameDraft, "delayed"> {
  return rest;
}

/** Texts that forwarders of all kinds may write. */
const oddText = fc.string({ unit: "binary", maxLength: 40 });
const drafts: fc.Arbitrary<KeptDraft> = fc
  .record({
    gatewayEui: fc.constantFrom("7276ff002e062701", "0000000000000001", "ffffffffffffffff"),
    phy: fc.oneof(
      fc.uint8Array({ minLength: 0, maxLength: 60 }).map((octets) => Buffer.from(octets).toString("hex")),
      fc.tuple(fc.nat(0xff), fc.nat(0xffff)).map(([address, fCnt]) => {
        const phy = Buffer.alloc(13);
        phy[0] = 0x40;
        phy.writeUInt32LE(address, 1);
        phy.writeUInt16LE(fCnt, 6);
        return phy.toString("hex");
      }),
    ),
    tmst: fc.nat(2 ** 32 - 1),
    more: fc.record({
      meta: fc.dictionary(oddText, oddText, { maxKeys: 3 }),
      "é\u2028": oddText,
      brd: fc.nat(3),
    }),
    arrivedWallMs: fc.double({ min: -1e12, max: 4e12, noNaN: true }),
    arrivedMonotonicMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
    ageAtArrivalMs: fc.nat(1e9),
    concentratorSession: fc.nat(1e6),
    clockState: fc.constantFrom<ClockState>("gps", "synchronised", "unsynchronised"),
    repetition: fc.boolean(),
  })
  .map(({ phy, tmst, more, ...rest }): KeptDraft => {
    const rxpkText = rxpkOf(phy, tmst, more);
    const read = readPhy(Buffer.from(phy, "hex"));
    const draft = { ...rest, rxpkText, kernelBootId: "0f".repeat(16), delayed: false };
    // -0 is 0 in JSON, and the same moment.
    draft.arrivedWallMs += 0;
    return { draft, lane: laneOf(rest.gatewayEui, read.ok ? read.value : undefined) };
  });

test("what one journal exports another one has after the import: nothing lost, nothing doubled, no text bent", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(drafts, { minLength: 1, maxLength: 60 }), async (given) => {
      const [from, to] = (await Promise.all(
        [0, 1].map(async () => (await openRealJournal(temporary())).journal),
      )) as [OpenJournal, OpenJournal];
      try {
        await keepAll(from, given);
        const documents = await documentsOf(from);
        const distinct = new Map(documents.map((one, at) => [keyOf(given[at]!), one]));
        const end = endOf(await bringIn(to, [...documents, ...documents]));
        expect(end).toMatchObject({ imported: distinct.size, refused: 0 });
        expect(end.passedOver).toBe(2 * documents.length - distinct.size);
        expect((await textsOf(to)).sort()).toEqual(
          (await textsOf(from)).filter((_text, at) => isFirst(given, at)).sort(),
        );
        expect(endOf(await bringIn(to, documents))).toMatchObject({ imported: 0 });
        expect(endOf(await bringIn(from, await documentsOf(to)))).toMatchObject({ imported: 0 });
      } finally {
        await Promise.all([from.close(), to.close()]);
      }
    }),
    { numRuns: process.env.LONG ? 300 : 25 },
  );
});

const folders: string[] = [];
const root = () => {
  folders[0] ??= testFolder("journal");
  return folders[0];
};
let opened = 0;
const temporary = (): string => `${root()}/${opened++}`;

function keyOf({ draft }: KeptDraft): string {
  const rxpk = readRxpk(draft.rxpkText);
  if (!rxpk.ok) throw new Error(rxpk.fault);
  const { high, low } = fingerprintOf(draft.gatewayEui, rxpk.value);
  return `${high}/${low}`;
}

function isFirst(given: readonly KeptDraft[], at: number): boolean {
  const key = keyOf(given[at]!);
  return given.findIndex((one) => keyOf(one) === key) === at;
}

test("an imported frame is a replay, and its context no answer's", async () => {
  const { journal } = await openRealJournal(testFolder("journal"));
  const [one] = readings(1);
  const { draft } = draftOf(one!);
  const document = toDocument({ frame: { sequence: 1, ...draft }, lane: "", cores: [], sizeOctets: 1 });
  await bringIn(journal, [document]);
  const { lane } = journal.backlog("main")[0]!;
  expect(await journal.next("main", lane, -1)).toMatchObject({ delayed: true, gatewayEui: draft.gatewayEui });
  await journal.close();
});

test("the time that only the first gateway could make true comes along", () => {
  const { draft } = draftOf(readings(1)[0]!, {
    clockState: "unsynchronised",
    arrivedWallMs: 12,
    ageAtArrivalMs: 700,
  });
  const document = toDocument({ frame: { sequence: 1, ...draft }, lane: "", cores: ["main"], sizeOctets: 1 });
  const heardAt = "2026-03-01T12:00:00.250Z";
  expect(readDocument({ ...document, heardAt, timeSource: "repaired" })).toMatchObject({
    value: { draft: { clockState: "synchronised", arrivedWallMs: Date.parse(heardAt) + 700 } },
  });
  expect(readDocument({ ...document, heardAt, timeSource: "unsynced" })).toMatchObject({
    value: { draft: { clockState: "unsynchronised", arrivedWallMs: 12 } },
  });
});

test("what is older than max_age, or unwanted here, is refused and not dropped behind a promise", async () => {
  const { journal } = await openRealJournal(testFolder("journal"));
  const documents = readings(3).map((one) =>
    toDocument({ frame: { sequence: 1, ...draftOf(one).draft }, lane: "", cores: ["main"], sizeOctets: 1 }),
  );
  // The second was heard a day before NOW, to the second.
  const old = await bringIn(journal, documents, { maxAgeMsOf: () => 86_400_000 - 1_000 });
  expect(endOf(old)).toMatchObject({ imported: 2, refused: 1 });
  expect(old).toContainEqual({ kind: "refused", line: 1, fault: "tooOld" });
  const unwanted = await bringIn(journal, documents, { coresOf: () => [] });
  expect(endOf(unwanted)).toMatchObject({ imported: 0, refused: 3 });
  await journal.close();
});

test("frames of more than IMPORT_GATEWAYS_MAX gateways are refused", async () => {
  const { journal } = await openRealJournal(testFolder("journal"));
  const documents = Array.from({ length: IMPORT_GATEWAYS_MAX + 1 }, (_, at) => {
    const gatewayEui = (at + 1).toString(16).padStart(16, "0");
    const { draft } = draftOf(readings(1)[0]!, { gatewayEui });
    return toDocument({ frame: { sequence: 1, ...draft }, lane: "", cores: [], sizeOctets: 1 });
  });
  const events = await bringIn(journal, documents);
  expect(endOf(events)).toMatchObject({ imported: IMPORT_GATEWAYS_MAX, refused: 1 });
  expect(events).toContainEqual({ kind: "refused", line: IMPORT_GATEWAYS_MAX + 1, fault: "tooManyGateways" });
  await journal.close();
});

test("a disk that does not take them is said, and nothing is counted that was not kept", async () => {
  const { journal } = await openRealJournal(testFolder("journal"));
  const documents = readings(3).map((one) =>
    toDocument({ frame: { sequence: 1, ...draftOf(one).draft }, lane: "", cores: [], sizeOctets: 1 }),
  );
  const files = new MemoryFiles();
  const givingUp = bringIn(journal, documents, {
    files,
    keep: (_draft, _lane, _cores, onCustody) => queueMicrotask(() => onCustody("givenUp")),
  });
  await expect(givingUp).rejects.toMatchObject({ code: "STORE_IO" });
  expect(files.contents.size, "nothing is remembered as imported").toBe(0);
  await journal.close();
});

test("the memory of imports forgets the oldest beyond its bound, and survives damage as an empty one", async () => {
  const files = new MemoryFiles();
  const imported = await readImported(files, "/j", 3);
  for (let low = 1; low <= 5; low++) imported.add({ high: 7, low });
  await imported.save();
  const again = await readImported(files, "/j", 3);
  expect([1, 2, 3, 4, 5].map((low) => again.known.has({ high: 7, low }))).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  const bytes = files.contents.get("/j/imported")!;
  bytes[9]! ^= 1;
  expect((await readImported(files, "/j", 3)).known.size).toBe(0);
});

test("a set of fingerprints is a set, also while it grows", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(0xffff_ffff)), { maxLength: 3_000 }), (given) => {
      const set = makeFingerprints();
      const judge = new Set<string>();
      for (const [high, low] of given) {
        if (high === 0 && low <= 1) continue;
        const isNew = !judge.has(`${high}/${low}`);
        judge.add(`${high}/${low}`);
        expect(set.has({ high, low })).toBe(!isNew);
        expect(set.add({ high, low })).toBe(isNew);
      }
      expect(set.size).toBe(judge.size);
    }),
    { numRuns: 30 },
  );
});

test("a million receptions have a million fingerprints", () => {
  const set = makeFingerprints();
  const count = process.env.LONG ? 1_000_000 : 100_000;
  const payload = Buffer.alloc(16);
  const base = readRxpk(rxpkOf("40".padEnd(32, "0"), 1));
  if (!base.ok) throw new Error(base.fault);
  for (let at = 0; at < count; at++) {
    payload.writeUInt32LE(at % 1_000, 1);
    payload.writeUInt16LE(Math.floor(at / 1_000), 6);
    set.add(fingerprintOf("7276ff002e062701", { ...base.value, payload, tmstUs: at }));
  }
  expect(set.size).toBe(count);
});

/**
 * The journal's limits on LevelDB and a real disk: what is thinned or drained gives its space back, and neither frames
 * nor cores wait for it.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Journal } from "../../../agent/journal/journal.ts";
import { testFolder } from "../../test-folder.ts";
import { draft, laneOfMeter, openRealJournal, readLane } from "./fixtures.ts";

const LANES = 100;
const MAX_OCTETS = 12_000_000;
const FRAMES = 20_000;
const PATIENCE = { timeout: 60_000, interval: 50 };
/** Incompressible, so that the disk cannot hide what is there. */
let noise = 1;
function rxpkText(octets: number): string {
  const bytes = Buffer.alloc(octets);
  for (let at = 0; at < octets; at++) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = noise >>> 24;
  }
  return JSON.stringify({ data: bytes.toString("base64") });
}

function octetsOf(directory: string): number {
  let octets = 0;
  for (const name of readdirSync(directory)) {
    octets += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return octets;
}

async function fill(journal: Journal, frames: number): Promise<void> {
  for (let from = 0; from < frames; from += 250) {
    const kept = Array.from(
      { length: Math.min(250, frames - from) },
      (_, at) =>
        new Promise<void>((resolve) => {
          const text = { rxpkText: rxpkText(450) };
          journal.keep(draft(text), laneOfMeter((from + at) % LANES), ["main"], () => resolve());
        }),
    );
    await Promise.all(kept);
  }
}

const limits = () => ({ maxSizeOctets: MAX_OCTETS, homeNetIds: [], maxAgeMsOf: () => 365 * 86_400_000 });

test("a journal that is filled past its size stays within it on disk, and keeps each first and last frame", async () => {
  const directory = join(testFolder("journal"), "journal");
  const { journal, lines } = await openRealJournal(directory, { limits });
  const firsts = new Map<number, number>();
  let largestOctets = 0;
  for (let part = 0; part < 10; part++) {
    await fill(journal, FRAMES / 10);
    largestOctets = Math.max(largestOctets, journal.stats().storedOctets);
    if (part > 0) continue;
    for (let meter = 0; meter < LANES; meter++) {
      firsts.set(meter, (await journal.next("main", laneOfMeter(meter), -1))!.sequence);
    }
  }
  // Faster than it can be thinned: then what comes waits for room, and the last batch is what is too much.
  expect(largestOctets).toBeLessThan(MAX_OCTETS + 250 * 1_000);
  const isAtRest = (): void => {
    expect(journal.stats().storedOctets).toBeLessThan(0.9 * MAX_OCTETS);
    const said = lines.map(({ event }) => event);
    const thinnings = said.filter((event) => event === "journal thinned").length;
    expect(thinnings).toBeGreaterThan(0);
    expect(said.filter((event) => event === "journal compacted")).toHaveLength(thinnings);
  };
  await vi.waitFor(isAtRest, PATIENCE);
  const { dropped, storedFrames, storedOctets } = journal.stats();
  expect(storedFrames + dropped.thinned!).toBe(FRAMES);
  expect(octetsOf(directory)).toBeLessThan(storedOctets + 8_000_000);
  let left = 0;
  for (let meter = 0; meter < LANES; meter++) {
    const frames = await readLane(journal, laneOfMeter(meter));
    expect(frames[0]!.sequence).toBe(firsts.get(meter));
    left += frames.length;
  }
  expect(left).toBe(storedFrames);
  await journal.close();
  const again = await openRealJournal(directory, { limits });
  expect(again.journal.stats()).toMatchObject({ storedFrames, dropped, lostAtOpen: 0 });
  await again.journal.close();
}, 180_000);

test("a large drain gives its space back, once", async () => {
  const directory = join(testFolder("journal"), "journal");
  const { journal, lines } = await openRealJournal(directory);
  await fill(journal, FRAMES);
  const { storedOctets } = journal.stats();
  expect(octetsOf(directory)).toBeGreaterThan(storedOctets * 0.8);
  for (let meter = 0; meter < LANES; meter++) {
    for (let after = -1; ; ) {
      const frame = await journal.next("main", laneOfMeter(meter), after);
      if (frame === undefined) break;
      journal.taken("main", frame);
      after = frame.sequence;
    }
  }
  const isSmall = (): void => {
    expect(journal.stats().storedFrames).toBe(0);
    expect(octetsOf(directory)).toBeLessThan(storedOctets / 4);
    expect(compactions()).toBeGreaterThan(0);
  };
  const compactions = (): number => lines.filter(({ event }) => event === "journal compacted").length;
  await vi.waitFor(isSmall, PATIENCE);
  expect(compactions()).toBeLessThan(4);
  await journal.close();
}, 180_000);

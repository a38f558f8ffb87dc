/**
 * What a journal writes to the flash. Months of frames at one a second would take months: so the clock here goes from
 * event to event, and stands while the disk works. The disk is the real one.
 */
import { openFiles } from "../../agent/host/files.ts";
import { openJournal } from "../../agent/journal/store-journal.ts";
import type { Clock, Timer } from "../../agent/ports.ts";
import { CORES, draftOf, LOG, laneOfMeter, meterOf } from "./journal-load.ts";
import type { FlashAnswer, FlashQuestion } from "./journal-run.ts";
import { writtenOctets } from "./process-reading.ts";
import { watchedStores } from "./watched-stores.ts";

export async function flash(directory: string, question: FlashQuestion): Promise<FlashAnswer & Measured> {
  const { frames, perSecond, commitIntervalMs, roundTripMs } = question;
  const stores = watchedStores();
  const clock = steppedClock(stores.whenIdle);
  const journal = await openJournal({
    stores,
    files: openFiles(),
    clock,
    log: LOG,
    directory,
    cores: CORES,
    commitIntervalMs,
  });
  const fromOctets = writtenOctets(process.pid);
  for (let number = 0; number < frames; number++) {
    const meter = meterOf(number, "even");
    const frame = journal.keep(draftOf(number, meter, clock, 0), laneOfMeter(meter), CORES, () => {});
    if (roundTripMs !== undefined) clock.after(roundTripMs, () => journal.taken(CORES[0], frame));
    await clock.advance(1e3 / perSecond);
  }
  await clock.advance(Math.max(commitIntervalMs, roundTripMs ?? 0) + SETTLE_MS);
  const storedOctets = writtenOctets(process.pid) - fromOctets;
  const { commits, storedTotal: stored, storedOctets: recordsOctets, storedFrames } = journal.stats();

  const lanes = journal.backlog(CORES[0]).map(({ lane }) => ({ lane, after: -1 }));
  for (let turn = lanes.shift(); turn !== undefined; turn = lanes.shift()) {
    const frame = await journal.next(CORES[0], turn.lane, turn.after);
    if (frame === undefined) continue;
    journal.taken(CORES[0], frame);
    turn.after = frame.sequence;
    lanes.push(turn);
    await clock.advance(1e3 / DELIVERED_PER_SECOND);
  }
  await clock.advance(SETTLE_MS);
  if (journal.stats().storedFrames !== 0) throw new Error("not everything was delivered");
  await journal.close();
  const cycleOctets = writtenOctets(process.pid) - fromOctets;
  return { commits, stored, storedOctets, cycleOctets, recordOctets: recordsOctets / storedFrames };
}

interface Measured {
  readonly recordOctets: number;
}

/** After the last frame: what is not urgent is written within a second. */
const SETTLE_MS = 2_000;
/** A backlog of an hour in a few minutes. */
const DELIVERED_PER_SECOND = 100;

interface SteppedClock extends Clock {
  /** Runs what comes due meanwhile, each at its moment. */
  advance(byMs: number): Promise<void>;
}

function steppedClock(whenIdle: () => Promise<void>): SteppedClock {
  const startWallMs = Date.now();
  let nowMs = 60_000;
  /** The next one last. */
  const waiting: { dueMs: number; run: () => void }[] = [];
  const after = (delayMs: number, run: () => void): Timer => {
    const event = { dueMs: nowMs + delayMs, run };
    let place = waiting.length;
    while (place > 0 && waiting[place - 1]!.dueMs <= event.dueMs) place -= 1;
    waiting.splice(place, 0, event);
    return {
      cancel: () => {
        const at = waiting.indexOf(event);
        if (at >= 0) waiting.splice(at, 1);
      },
    };
  };
  return {
    wallMs: () => startWallMs + nowMs,
    monotonicMs: () => nowMs,
    kernelBootId: () => "0".repeat(32),
    after,
    sleep: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    advance: async (byMs) => {
      const untilMs = nowMs + byMs;
      await whenIdle();
      for (let next = waiting.at(-1); next !== undefined && next.dueMs <= untilMs; next = waiting.at(-1)) {
        waiting.pop();
        nowMs = Math.max(nowMs, next.dueMs);
        next.run();
        await whenIdle();
      }
      nowMs = untilMs;
    },
  };
}

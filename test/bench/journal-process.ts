/** The process in which a journal is measured; what is asked of it stands in journal-run.ts. */
import type { Frame, FrameDraft, Lane } from "../../agent/frame/frame.ts";
import { createCounters } from "../../agent/health/counters.ts";
import { openFiles } from "../../agent/host/files.ts";
import { openStores } from "../../agent/host/store.ts";
import type { CustodyOutcome, Journal } from "../../agent/journal/journal.ts";
import { openJournal } from "../../agent/journal/store-journal.ts";
import { createCourier } from "../../agent/north/courier.ts";
import { gwEncoding } from "../../agent/north/gw-encoding.ts";
import type { Pace } from "../../agent/north/pace.ts";
import { toUplinkFrame } from "../../agent/north/uplink-message.ts";
import type { Clock } from "../../agent/ports.ts";
import { flash } from "./journal-flash-run.ts";
import { CORES, draftOf, EUI, hurriedClock, LOG, laneOfMeter, meterOf } from "./journal-load.ts";
import type { JournalAnswer, JournalQuestion } from "./journal-run.ts";
import { type Memory, memoryOf } from "./process-reading.ts";

const [CORE] = CORES;
const HOUR_MS = 3_600_000;

function open(directory: string, clock: Clock): Promise<Journal> {
  const doors = { stores: openStores(), files: openFiles(), clock, log: LOG };
  return openJournal({ ...doors, directory, cores: CORES, commitIntervalMs: 0 });
}

/** Times what runs. @returns milliseconds, and processor microseconds of all threads. */
async function timed(run: () => Promise<void>): Promise<{ tookMs: number; cpuUs: number }> {
  const from = process.cpuUsage();
  const fromMs = performance.now();
  await run();
  const tookMs = performance.now() - fromMs;
  const { user, system } = process.cpuUsage(from);
  return { tookMs, cpuUs: user + system };
}

// --------------------------------------------------------------------------------------------- storing

interface Heard {
  readonly draft: FrameDraft;
  readonly lane: Lane;
}

/** Keeps so many at once. @returns when all of them are on disk. */
function keepTogether(journal: Journal, count: number, heardAt: (at: number) => Heard): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = count;
    const told = (outcome: CustodyOutcome): void => {
      if (outcome === "givenUp") reject(new Error("given up"));
      left -= 1;
      if (left === 0) resolve();
    };
    for (let at = 0; at < count; at++) {
      const { draft, lane } = heardAt(at);
      journal.keep(draft, lane, CORES, told);
    }
  });
}

/** The turn of the loop in which a commit takes in hand what has come. */
const taken = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Made beforehand: what they cost is the load's, not the journal's. */
const DRAFTS = 8_192;
const WARM_BATCHES = 40;
const WARM_FRAMES = 10_000;

async function append(
  directory: string,
  { batch, durationMs }: JournalQuestion & { kind: "append" },
): Promise<JournalAnswer> {
  const clock = hurriedClock(1);
  const journal = await open(directory, clock);
  const heard = Array.from({ length: DRAFTS }, (_, frame): Heard => {
    const meter = meterOf(frame, "even");
    return { draft: draftOf(frame, meter, clock, HOUR_MS), lane: laneOfMeter(meter) };
  });
  let frames = 0;
  const keepBatch = (): Promise<void> => {
    const from = frames;
    frames += batch;
    return keepTogether(journal, batch, (at) => heard[(from + at) % DRAFTS]!);
  };
  /** Frames do not wait for the disk: while one batch is being committed, the next one comes in. */
  const keepUntil = async (isEnough: () => boolean): Promise<void> => {
    for (let committing = keepBatch(); ; ) {
      await taken();
      const next = isEnough() ? undefined : keepBatch();
      await committing;
      if (next === undefined) return;
      committing = next;
    }
  };
  await keepUntil(() => frames >= Math.min(WARM_FRAMES, WARM_BATCHES * batch));
  const warm = frames;
  const commitsBefore = journal.stats().commits;
  const untilMs = performance.now() + durationMs;
  const took = await timed(() => keepUntil(() => performance.now() >= untilMs));
  const { storedOctets, storedFrames, commits } = journal.stats();
  if (storedFrames !== frames) throw new Error(`${storedFrames} of ${frames} frames are stored`);
  if ((commits - commitsBefore) * batch !== frames - warm) throw new Error("commits of another size");
  await journal.close();
  return { frames: frames - warm, ...took, recordOctets: storedOctets / storedFrames };
}

const FILL_BATCH = 2_000;

async function fill(
  directory: string,
  { frames, shape }: JournalQuestion & { kind: "fill" },
): Promise<JournalAnswer> {
  const clock = hurriedClock(1);
  const journal = await open(directory, clock);
  const took = await timed(async () => {
    for (let from = 0; from < frames; from += FILL_BATCH) {
      await keepTogether(journal, Math.min(FILL_BATCH, frames - from), (at) => {
        const meter = meterOf(from + at, shape);
        return { draft: draftOf(from + at, meter, clock, HOUR_MS), lane: laneOfMeter(meter) };
      });
    }
  });
  const { storedOctets, storedFrames } = journal.stats();
  await journal.close();
  return { frames, ...took, recordOctets: storedOctets / storedFrames };
}

// --------------------------------------------------------------------------------- opening and draining

async function openAndClose(directory: string): Promise<JournalAnswer> {
  await import("level");
  let journal: Journal | undefined;
  const took = await timed(async () => {
    journal = await open(directory, hurriedClock(1));
  });
  const most = memoryOf(process.pid);
  const frames = journal!.stats().storedFrames;
  await journal!.close();
  return { frames, ...took, memory: most };
}

/** Frames of different lanes on their way at once. */
const ON_THEIR_WAY = 64;

/** Lane after lane in turn, each frame taken as soon as it was read. */
async function drain(
  directory: string,
  { framesMax }: JournalQuestion & { kind: "drain" },
): Promise<JournalAnswer> {
  const journal = await open(directory, hurriedClock(1));
  const lanes = journal.backlog(CORE).map(({ lane }) => ({ lane, after: -1 }));
  let frames = 0;
  let at = 0;
  const walk = async (): Promise<void> => {
    while (frames < framesMax) {
      const turn = lanes[at++ % lanes.length]!;
      const frame: Frame | undefined = await journal.next(CORE, turn.lane, turn.after);
      if (frame === undefined) throw new Error("a lane has fewer frames than the others");
      frames += 1;
      journal.taken(CORE, frame);
      turn.after = frame.sequence;
    }
  };
  const took = await timed(async () => {
    await Promise.all(Array.from({ length: ON_THEIR_WAY }, walk));
  });
  await journal.close();
  return { frames, ...took };
}

const NO_LIMIT: Pace = {
  arrived: () => {},
  demand: () => {},
  limit: () => {},
  answered: () => {},
  take: () => true,
  giveBack: () => {},
  readyAtMs: (nowMs) => nowMs,
  ratePerS: () => Number.POSITIVE_INFINITY,
};

/** As many as a connection ever has. */
const SLOTS = 256;
/**
 * Half a second of rest between two frames of a lane would hold it up at 10,000 a second. Not much faster: by the same clock
 * a read counts as slow, and others are begun beside it.
 */
const COURIER_SPEED = 4;
const LOOK_EVERY = 16_384;

/** The same by the courier, each frame encoded for a core that takes it at once. */
async function carry(
  directory: string,
  { framesMax }: JournalQuestion & { kind: "carry" },
): Promise<JournalAnswer> {
  const journal = await open(directory, hurriedClock(1));
  const encoding = gwEncoding("protobuf");
  const looks: Memory[] = [];
  let frames = 0;
  let octets = 0;
  let onDone = (): void => {};
  const courier = createCourier({
    coreId: CORE,
    gatewayEui: EUI,
    settings: { late: false, pairing: false, mayPropose: false, replayRateMaxPerS: 0 },
    journal,
    connection: {
      get connected() {
        return frames < framesMax;
      },
      slots: SLOTS,
      send: (carried) => {
        octets += encoding.uplinkFrame(toUplinkFrame(carried)).length;
        frames += 1;
        if (frames % LOOK_EVERY === 0) looks.push(memoryOf(process.pid));
        if (frames === framesMax) onDone();
        return Promise.resolve("taken");
      },
      sendLate: () => Promise.resolve("taken"),
      proposePlan: () => Promise.resolve("taken"),
      status: () => {
        throw new Error("nobody asks");
      },
    },
    clock: hurriedClock(COURIER_SPEED),
    clockState: () => "synchronised",
    clockOffsetMs: () => 0,
    counters: createCounters(),
    log: LOG,
    pace: NO_LIMIT,
  });
  const took = await timed(async () => {
    const done = new Promise<void>((resolve) => {
      onDone = resolve;
    });
    courier.connected();
    await done;
  });
  courier.close();
  await journal.close();
  return { frames, ...took, recordOctets: octets / frames, memory: mostOf(looks) };
}

function mostOf(looks: readonly Memory[]): Memory {
  return {
    rssMb: Math.max(...looks.map(({ rssMb }) => rssMb)),
    privateMb: Math.max(...looks.map(({ privateMb }) => privateMb)),
    anonymousMb: Math.max(...looks.map(({ anonymousMb }) => anonymousMb)),
  };
}

// ---------------------------------------------------------------------------------------------- flash

async function flashOf(
  directory: string,
  question: JournalQuestion & { kind: "flash" },
): Promise<JournalAnswer> {
  let answer: Awaited<ReturnType<typeof flash>>;
  const took = await timed(async () => {
    answer = await flash(directory, question);
  });
  const { recordOctets, ...measured } = answer!;
  return { frames: question.frames, ...took, recordOctets, flash: measured };
}

function answer(question: JournalQuestion): Promise<JournalAnswer> {
  const { directory } = question;
  switch (question.kind) {
    case "append":
      return append(directory, question);
    case "fill":
      return fill(directory, question);
    case "open":
      return openAndClose(directory);
    case "drain":
      return drain(directory, question);
    case "carry":
      return carry(directory, question);
    case "flash":
      return flashOf(directory, question);
  }
}

process.on(
  "message",
  (question: JournalQuestion) => void answer(question).then((given) => process.send!(given)),
);
process.once("disconnect", () => process.exit());

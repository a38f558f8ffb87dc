import { AgentError, isAgentError } from "../../../agent/errors.ts";
import type { Frame, FrameDraft, Lane } from "../../../agent/frame/frame.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openStores } from "../../../agent/host/store.ts";
import type { CustodyOutcome, Journal } from "../../../agent/journal/journal.ts";
import { type JournalOptions, type OpenJournal, openJournal } from "../../../agent/journal/store-journal.ts";
import type { Clock, DiskSpace, Files, Log, LogFields } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldStores } from "../../../simulator/world/store.ts";

export const EUI = "7276ff002e062701";
export const DIRECTORY = "/user/edge-agent/journal";
export const INTERVAL_MS = 80;

/** A lane of a meter by its number. */
export function laneOfMeter(meter: number): Lane {
  return `${EUI}/d${meter.toString(16).padStart(8, "0")}`;
}

let drafts = 0;

export function draft(changes: Partial<FrameDraft> = {}): FrameDraft {
  drafts++;
  return {
    gatewayEui: EUI,
    rxpkText: `{"tmst":${drafts},"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","data":"QA=="}`,
    arrivedWallMs: Date.UTC(2026, 0, 1) + drafts,
    arrivedMonotonicMs: 60_000 + drafts / 3,
    kernelBootId: "0123456789abcdef0123456789abcdef",
    ageAtArrivalMs: 0,
    concentratorSession: 1,
    clockState: "synchronised",
    delayed: false,
    repetition: false,
    ...changes,
  };
}

/** Files in memory; a lost one is absent, as on a real disk. */
export class MemoryFiles implements Files {
  readonly contents = new Map<string, Buffer>();
  async read(path: string): Promise<Buffer | undefined> {
    return this.contents.get(path);
  }
  async stamp(path: string): Promise<string | undefined> {
    return this.contents.get(path)?.toString("hex");
  }
  async replace(path: string, content: Uint8Array): Promise<void> {
    this.contents.set(path, Buffer.from(content));
  }
  async remove(path: string): Promise<void> {
    this.contents.delete(path);
  }
  freeOctets = 1024 ** 3;
  async space(): Promise<DiskSpace> {
    return { freeOctets: this.freeOctets, totalOctets: 2 * 1024 ** 3 };
  }
  async allocate(path: string, octets: number): Promise<void> {
    if (octets > this.freeOctets) throw new AgentError("FILE_IO", `${path}: no room`);
    this.contents.set(path, Buffer.alloc(octets));
  }
}

export interface LogLine extends LogFields {
  readonly level: string;
  readonly event: string;
}

export function collectLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: string) =>
    (fields: LogFields, event: string): void => {
      lines.push({ ...fields, level, event });
    };
  const log: Log = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return { log, lines };
}

export interface World {
  readonly stores: WorldStores;
  readonly clock: WorldClock;
  readonly files: MemoryFiles;
  readonly lines: LogLine[];
  /** A start of the agent. */
  open(changes?: Partial<JournalOptions>): Promise<OpenJournal>;
  /** The power is cut (WorldStores.cutPower): nothing of what was started before ever runs again. */
  cutPower(keepBatches?: number): void;
}

export function makeWorld(defaults: Partial<JournalOptions> = {}): World {
  const stores = new WorldStores();
  const clock = new WorldClock();
  const files = new MemoryFiles();
  const { log, lines } = collectLog();
  let powerCuts = 0;
  return {
    stores,
    clock,
    files,
    lines,
    cutPower: (keepBatches) => {
      powerCuts++;
      stores.cutPower(DIRECTORY, keepBatches);
    },
    open: (changes) =>
      openJournal({
        stores,
        files,
        clock: clockUntil(clock, () => powerCuts),
        log,
        directory: DIRECTORY,
        cores: ["main"],
        commitIntervalMs: INTERVAL_MS,
        ...defaults,
        ...changes,
      }),
  };
}

/** A clock whose timers are as dead as their process once the generation has changed. */
function clockUntil(clock: WorldClock, generation: () => number): Clock {
  const born = generation();
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    kernelBootId: () => clock.kernelBootId(),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
    after: (delayMs, run) =>
      clock.after(delayMs, () => {
        if (generation() === born) run();
      }),
  };
}

/** A journal on a real disk, under the real clock, with a commit as soon as the loop turns. */
export async function openRealJournal(
  directory: string,
  changes: Partial<JournalOptions> = {},
): Promise<{ journal: OpenJournal; lines: LogLine[] }> {
  const { log, lines } = collectLog();
  const journal = await openJournal({
    stores: openStores(),
    files: openFiles(),
    clock: openClock(),
    log,
    directory,
    cores: ["main"],
    commitIntervalMs: 0,
    // A busy test machine is slower than any disk.
    openingPatienceMs: 60_000,
    ...changes,
  });
  return { journal, lines };
}

/** Keeps a frame and waits for its custody. */
export function keepHeld(
  journal: Journal,
  lane: Lane,
  cores: readonly string[] = ["main"],
  changes: Partial<FrameDraft> = {},
): Promise<Frame> {
  return new Promise((resolve, reject) => {
    const told = (outcome: CustodyOutcome): void => {
      if (outcome === "held") resolve(frame);
      else reject(new Error("given up"));
    };
    const frame = journal.keep(draft(changes), lane, cores, told);
  });
}

/** All that a core would be handed out, lane by lane. */
export async function readAll(journal: Journal, core = "main"): Promise<Map<Lane, Frame[]>> {
  const all = new Map<Lane, Frame[]>();
  for (const { lane } of journal.backlog(core)) all.set(lane, await readLane(journal, lane, core));
  return all;
}

/** The lane's next frame, asked for once a second until the disk answers. */
export async function nextPatiently(
  journal: Journal,
  clock: Clock,
  lane: Lane,
  after = -1,
): Promise<Frame | undefined> {
  for (;;) {
    try {
      return await journal.next("main", lane, after);
    } catch (error) {
      if (!isAgentError(error, "STORE_IO")) throw error;
      await clock.sleep(1_000);
    }
  }
}

export async function readLane(journal: Journal, lane: Lane, core = "main"): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (let after = -1; ; after = frames.at(-1)!.sequence) {
    const frame = await journal.next(core, lane, after);
    if (frame === undefined) return frames;
    frames.push(frame);
  }
}

/**
 * What the journal's bench asks of a process of its own, which has a journal on the disk that is measured and nothing
 * else: no agent, no core, no network. The process is journal-process.ts.
 */
import { type Helper, startHelper } from "./children.ts";
import type { Shape } from "./journal-load.ts";
import type { Memory } from "./process-reading.ts";

export type JournalQuestion = { readonly directory: string } & (
  | { readonly kind: "append"; readonly batch: number; readonly durationMs: number }
  | { readonly kind: "fill"; readonly frames: number; readonly shape: Shape }
  | { readonly kind: "open" }
  | { readonly kind: "drain"; readonly framesMax: number }
  | { readonly kind: "carry"; readonly framesMax: number }
  | FlashQuestion
);

/** Time is moved, not waited for: what is written does not depend on it, but on which frames share a commit. */
export interface FlashQuestion {
  readonly kind: "flash";
  readonly frames: number;
  readonly perSecond: number;
  readonly commitIntervalMs: number;
  /** A core takes each frame so long after it was kept; absent: all of them when the last one is stored. */
  readonly roundTripMs?: number;
}

export interface JournalAnswer {
  readonly frames: number;
  readonly tookMs: number;
  /** Of all threads. */
  readonly cpuUs: number;
  readonly recordOctets?: number;
  /** The most that was seen. */
  readonly memory?: Memory;
  readonly flash?: FlashAnswer;
}

export interface FlashAnswer {
  readonly commits: number;
  /** Of the frames, those that reached the disk. */
  readonly stored: number;
  /** That the process caused to be written: until all frames were stored, and until all were delivered. */
  readonly storedOctets: number;
  readonly cycleOctets: number;
}

const PROCESS = new URL("journal-process.ts", import.meta.url);

export async function askJournal(
  flags: readonly string[],
  question: JournalQuestion,
): Promise<JournalAnswer> {
  const helper: Helper<JournalQuestion, JournalAnswer> = startHelper(PROCESS, flags);
  try {
    return await helper.ask(question);
  } finally {
    await helper.end();
  }
}

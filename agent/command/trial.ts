/**
 * A change of settings on trial: kept when the core that sent it is reached again, taken back by itself when it is not.
 *
 * The promise. From the moment the changed file has its name, a note beside it says that it is on trial; whatever ends the
 * agent or the power from then on, the previous file is back, to the octet, when the core has not been reached within the
 * limit, or the agent has started three times without getting there. It is never taken back when somebody has changed the
 * file since. Until it was told, what came of it is not forgotten.
 *
 * The note, and what a start means: trial-note.ts. Here is what touches files; when it is asked: trial-watch.ts in the
 * running agent, run.ts before one runs.
 */
import { isAgentError } from "../errors.ts";
import type { Clock, Files } from "../ports.ts";
import {
  judgeAtStart,
  type RollbackReason,
  readTrialNote,
  type TrialNote,
  trialPaths,
  writeTrialNote,
} from "./trial-note.ts";

export interface TrialFiles {
  readonly files: Pick<Files, "read" | "replace" | "remove">;
  readonly settingsPath: string;
  /** SHA-256, hex. */
  readonly sha256: (content: Uint8Array) => string;
}

export interface TrialPlan {
  readonly id: string;
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly needsRestart: boolean;
  readonly limitMs: number;
}

const NOTE_OCTETS_MAX = 4_096;

/**
 * Puts the changed settings in their place, on trial.
 * @throws AgentError FILE_IO; the settings are then as they were.
 */
export async function beginTrial(
  trial: TrialFiles,
  clock: Pick<Clock, "monotonicMs" | "kernelBootId">,
  plan: TrialPlan,
  content: { readonly previous: Buffer; readonly next: Buffer },
): Promise<TrialNote> {
  const { files, settingsPath, sha256 } = trial;
  const paths = trialPaths(settingsPath);
  const note: TrialNote = {
    version: 1,
    state: "onTrial",
    ...plan,
    bootId: clock.kernelBootId(),
    untilMonotonicMs: Math.round(clock.monotonicMs() + plan.limitMs),
    starts: 0,
    digest: sha256(content.next),
    previousDigest: sha256(content.previous),
  };
  await files.replace(paths.previous, content.previous);
  await files.replace(paths.note, writeTrialNote(note));
  try {
    await files.replace(settingsPath, content.next);
  } catch (error) {
    await files.remove(paths.note).catch(() => undefined);
    throw error;
  }
  return note;
}

/**
 * What a start of the agent means for a trial, done: before the settings are read.
 * @returns the note of a trial that goes on, or of one whose end nobody was told yet.
 * @throws AgentError FILE_IO
 */
export async function resumeTrial(
  trial: TrialFiles,
  clock: Pick<Clock, "monotonicMs" | "kernelBootId">,
): Promise<TrialNote | undefined> {
  const { files, settingsPath, sha256 } = trial;
  const paths = trialPaths(settingsPath);
  const note = readTrialNote(await files.read(paths.note, NOTE_OCTETS_MAX));
  if (note === undefined) return undefined;
  const content = await files.read(settingsPath);
  const now = { monotonicMs: clock.monotonicMs(), kernelBootId: clock.kernelBootId() };
  const step = judgeAtStart(note, content === undefined ? "" : sha256(content), now);
  if (step.do === "forget") {
    await files.remove(paths.note);
    return undefined;
  }
  if (step.do === "rollBack") return rollBack(trial, note, step.why);
  const next: TrialNote = step.do === "goOn" ? step.note : { ...note, state: "rolledBack", why: step.why };
  await files.replace(paths.note, writeTrialNote(next)).catch((error: unknown) => {
    // On a disk that takes no note any more a trial is watched all the same; only this start is not counted.
    if (!isAgentError(error, "FILE_IO")) throw error;
  });
  return next;
}

/**
 * The previous settings come back.
 * @returns the note, which waits to be told; undefined when somebody has changed one of the files since.
 * @throws AgentError FILE_IO
 */
export async function rollBack(
  { files, settingsPath, sha256 }: TrialFiles,
  note: TrialNote,
  why: RollbackReason,
): Promise<TrialNote | undefined> {
  const paths = trialPaths(settingsPath);
  const content = await files.read(settingsPath);
  const previous = await files.read(paths.previous);
  const digest = content === undefined ? "" : sha256(content);
  const isWhole = previous !== undefined && sha256(previous) === note.previousDigest;
  if (digest !== note.previousDigest) {
    if (digest !== note.digest || !isWhole) {
      await files.remove(paths.note);
      return undefined;
    }
    await files.replace(settingsPath, previous);
  }
  const rolledBack: TrialNote = { ...note, state: "rolledBack", why };
  await files.replace(paths.note, writeTrialNote(rolledBack));
  return rolledBack;
}

/** It has been confirmed, or its end told. @throws AgentError FILE_IO */
export async function endTrial({ files, settingsPath }: TrialFiles): Promise<void> {
  await files.remove(trialPaths(settingsPath).note);
}

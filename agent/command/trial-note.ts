/**
 * The note that lies beside a settings file which is on trial, and what is decided by it when the agent starts.
 *
 *   agent.toml             the changed settings
 *   agent.toml.previous    those before them, to the octet; they stay when the trial has ended
 *   agent.toml.trial       this note: who has sent the change, until when his core must be reached, what the two files are
 *
 * Pure. Its promise, and who writes it when: trial.ts.
 */
import { isTable } from "./arguments.ts";

export type RollbackReason =
  /** The core was not reached in time. */
  | "unreached"
  /** The agent ended again and again, or would not start. */
  | "unusable"
  /** The power went before the change was made. */
  | "interrupted";

export interface TrialNote {
  readonly version: 1;
  readonly state: "onTrial" | "rolledBack";
  /** Of the command, and whose it was. */
  readonly id: string;
  readonly coreId: string;
  readonly gatewayEui: string;
  /** It took a restart to come into force, and takes one to go. */
  readonly needsRestart: boolean;
  readonly limitMs: number;
  /** The boot in whose time the limit ends. */
  readonly bootId: string;
  readonly untilMonotonicMs: number;
  /** How often the agent has started since. */
  readonly starts: number;
  /** SHA-256 of the settings on trial, and of those before. */
  readonly digest: string;
  readonly previousDigest: string;
  readonly why?: RollbackReason;
}

/** The first is the one that the change asks for. */
export const STARTS_MAX = 3;

export function trialPaths(settingsPath: string): { readonly note: string; readonly previous: string } {
  return { note: `${settingsPath}.trial`, previous: `${settingsPath}.previous` };
}

export function writeTrialNote(note: TrialNote): Buffer {
  return Buffer.from(`${JSON.stringify(note)}\n`);
}

/** @returns undefined for what is no note of ours: nothing is rolled back by it. */
export function readTrialNote(content: Buffer | undefined): TrialNote | undefined {
  if (content === undefined) return undefined;
  try {
    const said: unknown = JSON.parse(content.toString("utf8"));
    if (!isTable(said) || said.version !== 1) return undefined;
    const texts = [said.id, said.coreId, said.gatewayEui, said.bootId, said.digest, said.previousDigest];
    const numbers = [said.limitMs, said.untilMonotonicMs, said.starts];
    const isSound =
      (said.state === "onTrial" || said.state === "rolledBack") &&
      texts.every((one) => typeof one === "string") &&
      numbers.every((one) => Number.isFinite(one)) &&
      typeof said.needsRestart === "boolean";
    return isSound ? (said as unknown as TrialNote) : undefined;
  } catch {
    return undefined;
  }
}

export type TrialStep =
  /** The trial goes on, by this note. */
  | { readonly do: "goOn"; readonly note: TrialNote }
  | { readonly do: "rollBack"; readonly why: RollbackReason }
  /** The previous settings are in force already; it is only to be told. */
  | { readonly do: "tell"; readonly why: RollbackReason }
  /** Somebody has changed the file since: his word counts. */
  | { readonly do: "forget" };

/** What a start of the agent means for a trial. @param digest of the settings file as it lies there now. */
export function judgeAtStart(
  note: TrialNote,
  digest: string,
  now: { readonly monotonicMs: number; readonly kernelBootId: string },
): TrialStep {
  if (digest === note.previousDigest) return { do: "tell", why: note.why ?? "interrupted" };
  if (digest !== note.digest) return { do: "forget" };
  if (note.state === "rolledBack") return { do: "rollBack", why: note.why ?? "unreached" };
  const starts = note.starts + 1;
  if (starts > STARTS_MAX) return { do: "rollBack", why: "unusable" };
  if (note.bootId === now.kernelBootId) {
    if (now.monotonicMs >= note.untilMonotonicMs) return { do: "rollBack", why: "unreached" };
    return { do: "goOn", note: { ...note, starts } };
  }
  // Nobody knows how long the power was away. The limit begins anew, and the starts are counted.
  const untilMonotonicMs = now.monotonicMs + note.limitMs;
  return { do: "goOn", note: { ...note, starts, bootId: now.kernelBootId, untilMonotonicMs } };
}

/**
 * What the commands of the technician's bench have in common: their doors, the way to the running agent, and the feed
 * they follow (control/feed-lines.ts).
 */
import { openSettings, settingsUnusable } from "../config/open.ts";
import type { FeedEvent } from "../control/feed-events.ts";
import { AgentError, isAgentError } from "../errors.ts";
import type {
  BoxFile,
  Clock,
  ControlAnswer,
  ControlDoor,
  ControlRequest,
  Files,
  LargeFiles,
  Terminal,
} from "../ports.ts";
import type { Translate } from "../text/text.ts";
import type { JournalDoors } from "./journal-access.ts";
import { type Paint, paintFor } from "./paint.ts";

/** All that they need of the world. */
export interface BenchDoors {
  readonly files: Files;
  readonly largeFiles: LargeFiles;
  readonly control: ControlDoor;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly t: Translate;
  /** Standard output; resolves when it is written. */
  readonly print: (text: string) => Promise<void>;
  /** Standard error. */
  readonly writeError: (text: string) => void;
  /** Of standard output; undefined: it is no terminal. */
  readonly columns: () => number | undefined;
  /** @returns undefined where there is no terminal to draw on and to read keys from. */
  readonly openTerminal: () => Terminal | undefined;
  /** Asks a person; undefined: there is nobody to ask. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** The person wants it to end. */
  readonly interrupted: AbortSignal;
  readonly setExitCode: (code: number) => void;
  /** A file with its mode. @returns undefined when there is none. @throws AgentError FILE_IO */
  readonly look: (path: string) => Promise<BoxFile | undefined>;
  /** Opens what only the journal's questions need. */
  readonly openJournal: () => Promise<JournalDoors>;
  /** An absolute path of one that a person typed. */
  readonly resolve: (path: string) => string;
  /** The packet forwarder's own settings. @throws AgentError FILE_IO */
  readonly forwarderFiles: () => Promise<readonly { readonly path: string; readonly content: Buffer }[]>;
  /** The doctor's report. @throws AgentError */
  readonly doctor: (args: BenchArguments) => Promise<unknown>;
  readonly gzip: (octets: Uint8Array) => Promise<Uint8Array>;
  readonly version: string;
}

export interface BenchArguments {
  readonly config: string;
  readonly socket: string | undefined;
}

/** Colours where a person sees them and has not asked for none (no-color.org). */
export function paintOf({ columns, env }: Pick<BenchDoors, "columns" | "env">): Paint {
  return paintFor(columns() !== undefined && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb");
}

/** @throws AgentError SETTINGS_INVALID and FILE_IO when the settings that name the socket cannot be read */
export async function socketOf(
  doors: Pick<BenchDoors, "files" | "env" | "t">,
  { config, socket }: BenchArguments,
): Promise<string> {
  if (socket !== undefined) return socket;
  const loaded = await openSettings(doors, config);
  if (!loaded.ok) throw settingsUnusable(config, loaded.troubles, doors.t);
  return loaded.settings.control.socket;
}

export type Ask = (request: Pick<ControlRequest, "method" | "path" | "body">) => Promise<ControlAnswer>;

/**
 * The running agent, to be asked.
 * @throws AgentError as socketOf(); what it gives throws CONTROL_UNREACHABLE, with the next step in its message.
 */
export async function findAgent(doors: BenchDoors, args: BenchArguments): Promise<Ask> {
  const { control, interrupted: signal, t } = doors;
  const socket = await socketOf(doors, args);
  return async (request) => {
    const answer = await control.ask(socket, { ...request, signal }).catch((error: unknown) => {
      if (!isAgentError(error, "CONTROL_UNREACHABLE")) throw error;
      throw new AgentError(error.code, t("bench.noAgent", { socket, config: args.config }), error);
    });
    if (answer.status === 404) throw new AgentError("CONTROL_UNREACHABLE", t("journal.oldAgent"));
    if (answer.status === 200) return answer;
    const { error: reason = String(answer.status) } = (answer.body ?? {}) as { error?: string };
    throw new AgentError("CONTROL_UNREACHABLE", t("journal.refused", { reason }));
  };
}

/** What comes of the feed beside its events. */
export type FeedLine =
  | (FeedEvent & { readonly phyPayload?: string })
  | { readonly kind: "head"; readonly wallMs: number }
  | { readonly kind: "alive"; readonly wallMs: number }
  | { readonly kind: "dropped"; readonly events: number };

/**
 * Follows the feed until the person has had enough.
 * @throws AgentError as findAgent(); CONTROL_UNREACHABLE when the agent goes away meanwhile.
 */
export async function* followFeed(
  doors: BenchDoors,
  ask: Ask,
  options: { readonly payload: boolean },
): AsyncGenerator<readonly FeedLine[]> {
  const { interrupted, t } = doors;
  const gone = (reason: string): AgentError =>
    new AgentError("CONTROL_UNREACHABLE", t("bench.agentGone", { reason }));
  const path = options.payload ? "/feed?payload=1" : "/feed";
  const { lines } = await ask({ method: "GET", path, body: undefined });
  try {
    for await (const piece of lines ?? []) {
      yield piece as readonly FeedLine[];
      if (interrupted.aborted) return;
    }
  } catch (error) {
    if (interrupted.aborted) return;
    throw isAgentError(error, "CONTROL_UNREACHABLE") ? gone(error.reason) : error;
  }
  // It ends its answer only when it stops.
  if (!interrupted.aborted) throw gone(t("bench.stopped"));
}

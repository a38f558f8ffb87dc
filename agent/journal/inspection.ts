/**
 * The journal looked at, for people: nothing here changes it, and a failure is only the looker's. What is read of it
 * is in kept-frames.ts, lane-table.ts and verification.ts.
 *
 * It is looked at in one of two ways: inside the running agent, between two batches and with rests, so that frames go
 * first (inspectOpen), or on a folder that no agent holds (inspectFolder). The latter never repairs, audits or creates:
 * what LevelDB does by itself when it opens is all that is written.
 */
import { AgentError, isAgentError } from "../errors.ts";
import type { Clock, Files, KeyValueStore, KeyValueStores } from "../ports.ts";
import { type Claims, makeClaims } from "./claims.ts";
import { describeHolder, type Holder, readHolder } from "./holder.ts";
import { FORMAT, IDENTITY_KEY, readIdentity } from "./identity.ts";
import type { Shelves } from "./shelves.ts";
import { readTally, TALLY_KEY, type Tally } from "./tally.ts";
import type { Writer } from "./writer.ts";

export type ReadableStore = Pick<KeyValueStore, "get" | "entries" | "keys">;

export interface Inspection {
  readonly directory: string;
  /** Frames may come and go while it is looked at. */
  readonly isLive: boolean;
  /** Names of the cores that frames are kept for. */
  readonly cores: readonly string[];
  /** @throws AgentError STORE_IO, STORE_DAMAGED */
  look<T>(read: (store: ReadableStore) => Promise<T>): Promise<T>;
  /** The cores that have yet to take a frame whose index entry has these claims; none: it is about to go. */
  waiting(sequence: number, diskClaims: number): readonly string[];
  /** The cores of a record whose index entry was not read, where that needs no reading; else undefined. */
  waitingForSure(sequence: number): readonly string[] | undefined;
  /** What was promised; undefined when that cannot be read. */
  tally(): Tally | undefined;
  /** Changes with every batch. */
  generation(): number;
  /** Lets others go first; to be awaited between two pieces. */
  rest(): Promise<void>;
}

/** The bits of an index entry. */
const EVERY_CORE = 0xff;
/** A rest lasts as long as the work before it, so that half of a core is left to frames; within these bounds. */
const REST_MS_MIN = 1;
const REST_MS_MAX = 50;

export interface OpenJournalParts {
  readonly directory: string;
  readonly clock: Clock;
  readonly claims: Claims;
  readonly shelves: Pick<Shelves, "recall">;
  readonly writer: Pick<Writer, "look" | "tally" | "generation">;
}

export function inspectOpen({ directory, clock, claims, shelves, writer }: OpenJournalParts): Inspection {
  let restedMs = clock.monotonicMs();
  return {
    directory,
    isLive: true,
    ...standingIn(claims, (sequence) => shelves.recall(sequence)?.claims),
    get cores() {
      return claims.names(EVERY_CORE);
    },
    look: writer.look,
    tally: () => writer.tally,
    generation: () => writer.generation,
    rest: async () => {
      const tookMs = clock.monotonicMs() - restedMs;
      await clock.sleep(Math.min(Math.max(tookMs, REST_MS_MIN), REST_MS_MAX));
      restedMs = clock.monotonicMs();
    },
  };
}

export interface FolderParts {
  readonly stores: KeyValueStores;
  readonly files: Files;
  /** For the boot in which the last holder lived. */
  readonly clock: Pick<Clock, "kernelBootId">;
  readonly directory: string;
  /** Every octet on disk is verified first. */
  readonly thorough: boolean;
}

export interface FolderInspection {
  readonly inspection: Inspection;
  readonly holder: Holder | undefined;
  close(): Promise<void>;
}

/**
 * @returns undefined when there is no journal; nothing is created then.
 * @throws AgentError STORE_LOCKED (says by whom), STORE_NEWER (left untouched), STORE_DAMAGED (left as it is), STORE_IO
 */
export async function inspectFolder(parts: FolderParts): Promise<FolderInspection | undefined> {
  const { stores, files, directory } = parts;
  const holder = await readHolder(files, directory);
  refuseNewer(directory, holder?.format);
  if ((await files.stamp(`${directory}/CURRENT`)) === undefined) {
    if (holder === undefined) return undefined;
    throw new AgentError(
      "STORE_DAMAGED",
      `${directory}: CURRENT is missing`,
      undefined,
      "CURRENT is missing",
    );
  }
  // A process that died may have left what LevelDB meets with an assertion (opening.ts).
  const crashed = holder?.process?.kernelBootId === parts.clock.kernelBootId();
  const store = await stores.open(directory, { thorough: parts.thorough || crashed }).catch(async (error) => {
    if (!isAgentError(error, "STORE_LOCKED")) throw error;
    const by = await describeHolder(files, holder);
    throw new AgentError("STORE_LOCKED", `the journal ${directory} is held by ${by}`, error, by);
  });
  try {
    const identity = readIdentity(await store.get(IDENTITY_KEY));
    refuseNewer(directory, identity?.format);
    const tally = readTally(await store.get(TALLY_KEY));
    const claims = makeClaims(identity?.cores ?? []);
    const inspection: Inspection = {
      directory,
      isLive: false,
      ...standingIn(claims, () => undefined),
      cores: claims.names(EVERY_CORE),
      look: (read) => read(store),
      tally: () => tally,
      generation: () => 0,
      rest: () => Promise.resolve(),
    };
    return { inspection, holder, close: () => store.close() };
  } catch (error) {
    await store.close().catch(() => {});
    throw error;
  }
}

function standingIn(claims: Claims, newer: (sequence: number) => number | undefined) {
  const waiting = (sequence: number, diskClaims: number): readonly string[] =>
    claims.names(claims.standing(newer(sequence) ?? diskClaims, sequence));
  const waitingForSure = (sequence: number): readonly string[] | undefined => {
    const [core, ...others] = claims.names(EVERY_CORE);
    if (core === undefined || others.length > 0) return undefined;
    return waiting(sequence, 1 << claims.slotOf(core)!);
  };
  return { waiting, waitingForSure };
}

function refuseNewer(directory: string, format: number | undefined): void {
  if (format === undefined || format <= FORMAT) return;
  throw new AgentError(
    "STORE_NEWER",
    `the journal ${directory} was written by a newer version (format ${format})`,
  );
}

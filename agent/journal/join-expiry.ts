/**
 * The end of stored joins: some seconds after they came to disk no answer can reach their device any more. They are
 * removed then, a timer for all that wait, none while there is none.
 *
 * What is stored at a start is of an earlier run, and as good as gone. What age is: expiry.ts.
 */
import type { Lane } from "../frame/frame.ts";
import type { Clock, KeyValueStore, Log, Timer } from "../ports.ts";
import { ALL_CLAIMS, DROPS_AT_ONCE, type Dropper } from "./dropper.ts";
import { laneRange, readIndexKey } from "./keys.ts";
import type { Held } from "./memory.ts";
import type { Shelf, Shelves } from "./shelves.ts";

/** Longer than any join lives (north/freshness.ts), from the moment it was stored. */
export const JOIN_STORED_MS = 6_000;
const KEYS_AT_ONCE = 256;

export interface JoinExpiry {
  /** The store has been opened. @param inheritedUpTo the highest sequence that an earlier run can have given. */
  begin(inheritedUpTo: number): void;
  /** These are on disk. */
  stored(added: readonly { readonly held: Held }[]): void;
}

export interface JoinExpiryParts {
  readonly log: Log;
  readonly shelves: Shelves;
  readonly dropper: Dropper;
  readonly after: Clock["after"];
  isStopped(): boolean;
  /** One thing after the other. */
  inTurn(job: () => Promise<void>): Promise<void>;
  /** @returns undefined when the journal is closed, or the disk does not answer. */
  read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined>;
  /** Lets others have their turn. @returns false: it is time to stop */
  rest(): Promise<boolean>;
}

export function makeJoinExpiry(parts: JoinExpiryParts): JoinExpiry {
  const { log, shelves, dropper, isStopped, read, rest } = parts;
  /** Lanes with joins that wait for the timer, and the youngest of each. */
  const joins = new Map<Lane, number>();
  let timer: Timer | undefined;

  /** A join that was stored before the timer was set has had its time when it rings; others wait for the next one. */
  function arm(): void {
    if (timer !== undefined || joins.size === 0 || isStopped()) return;
    const due = [...joins];
    joins.clear();
    timer = parts.after(JOIN_STORED_MS, () => {
      timer = undefined;
      void parts.inTurn(() => dropJoins(due));
      arm();
    });
  }

  async function dropJoins(due: readonly (readonly [Lane, number])[]): Promise<void> {
    let frames = 0;
    for (const [lane, upTo] of due) {
      const shelf = shelves.get(lane);
      if (shelf === undefined) continue;
      if (!dropper.isInFlight(ALL_CLAIMS, lane)) frames += await dropLane(shelf, upTo);
      else joins.set(lane, joins.get(lane) ?? upTo);
      if (isStopped()) return;
    }
    if (frames > 0) log.info({ frames }, "joins expired");
    arm();
  }

  async function dropLane(shelf: Shelf, upTo: number): Promise<number> {
    let frames = 0;
    const { gte: end } = laneRange(shelf.prefix, upTo);
    for (let from = -1; ; ) {
      const range = { gte: laneRange(shelf.prefix, from).gte, lt: end, limit: KEYS_AT_ONCE };
      const keys = (await read((store) => store.keys(range))) ?? [];
      const sequences = keys.map(readIndexKey).flatMap((entry) => (entry ? [entry.sequence] : []));
      for (let at = 0; at < sequences.length; at += DROPS_AT_ONCE) {
        const part = sequences.slice(at, at + DROPS_AT_ONCE);
        frames += (await dropper.drop(part, ALL_CLAIMS, "joinExpired", shelf.lane)).frames;
      }
      await dropper.flush();
      from = sequences.at(-1) ?? from;
      if (keys.length < KEYS_AT_ONCE || !(await rest())) return frames;
    }
  }

  return {
    begin: (inheritedUpTo) => {
      for (const { lane } of shelves.all()) if (isOfJoins(lane)) joins.set(lane, inheritedUpTo);
      arm();
    },
    stored: (added) => {
      for (const { held } of added) if (isOfJoins(held.lane)) joins.set(held.lane, held.frame.sequence);
      arm();
    },
  };
}

function isOfJoins(lane: Lane): boolean {
  return lane[17] === "j";
}

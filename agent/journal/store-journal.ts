/**
 * The journal (journal.ts) on a key-value store.
 *
 * A frame waits in memory (memory.ts) until every core has taken it or a commit has put it on disk (writer.ts), where
 * shelves.ts knows in which lanes it lies. So while the cores take everything in time the disk is never touched.
 * Which cores have still to get a stored frame is one bit per core in its index key: a core that takes it rewrites
 * that key, the last one removes the record. That is exact for any order of taking, also across restarts, and
 * costs no more than a mark of progress per lane would, because lanes are served in turn.
 */
import assert from "node:assert/strict";
import type { Frame, FrameDraft, Lane } from "../frame/frame.ts";
import type { Clock, Files, KeyValueStores, Log } from "../ports.ts";
import { ownIdentity, readHolder, writeHolder } from "./holder.ts";
import { FORMAT, firstSequence } from "./identity.ts";
import type { CustodyOutcome, Journal, LaneBacklog } from "./journal.ts";
import { isLane } from "./keys.ts";
import { type Held, makeMemory, settle } from "./memory.ts";
import { openJournalStore, openStore } from "./opening.ts";
import { makeReader } from "./reader.ts";
import { writeRecord } from "./record.ts";
import { makeShelves, type Stored } from "./shelves.ts";
import { framesOf, octetsOf } from "./tally.ts";
import { makeWriter } from "./writer.ts";

/** Frames without custody, in memory. Beyond it the oldest is given up. */
export const MEMORY_OCTETS_MAX = 4 * 1024 * 1024;

/** What a frame costs in memory beside its text. */
export const FRAME_OVERHEAD_OCTETS = 400;

/** How long close() waits for a disk that has stalled over takings it should still hear of. */
const CLOSE_PATIENCE_MS = 500;

export interface JournalOptions {
  readonly stores: KeyValueStores;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute path. */
  readonly directory: string;
  /** Ids of all cores configured, 1 to CORES_MAX. Records of others are freed. */
  readonly cores: readonly string[];
  readonly commitIntervalMs: number;
  readonly memoryOctetsMax?: number;
}

/**
 * Opens the journal, and repairs it where it must; what was lost is in stats().lostAtOpen and in the log.
 * @throws AgentError STORE_LOCKED (says by whom), STORE_NEWER (left untouched), STORE_IO
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { clock, log, files, directory, commitIntervalMs } = options;
  const memoryOctetsMax = options.memoryOctetsMax ?? MEMORY_OCTETS_MAX;
  const memory = makeMemory();
  const shelves = makeShelves();
  const opened = await openJournalStore(options, shelves);
  const { claims, openCount, notes } = opened;
  const reopen = async (repair: boolean) => {
    if (!repair) return openStore(options, await readHolder(files, directory), false);
    await options.stores.repair(directory);
    return { store: await options.stores.open(directory), repaired: true };
  };
  const writer = makeWriter({ clock, log, commitIntervalMs, claims, memory, shelves, reopen }, opened);
  const process = await ownIdentity(files, clock.kernelBootId());
  await sayHolder(process === undefined ? {} : { process });

  let closed = false;
  const reader = makeReader({ directory, log, claims, memory, shelves, writer, isClosed: () => closed });
  let sequence = firstSequence(openCount);
  let keptTotal = 0;
  let givenUpTotal = 0;
  /** Given up, and not yet told. */
  const leaving = new Map<number, Held>();
  /** Takings whose frame is being looked up; close() waits for them, or a core would get it again. */
  const recallings = new Set<Promise<void>>();

  async function sayHolder(rest: object): Promise<void> {
    await writeHolder(files, directory, { format: FORMAT, openCount, ...rest }).catch((error: Error) =>
      log.warn({ directory, error: error.message }, "journal holder not written"),
    );
  }

  // ----------------------------------------------------------------------------------------- memory

  function keep(
    draft: FrameDraft,
    lane: Lane,
    cores: readonly string[],
    onCustody: (outcome: CustodyOutcome) => void,
  ): Frame {
    const wanted = claims.of(cores);
    assert(!closed, "the journal is closed");
    assert(wanted !== 0, "no configured core should have the frame");
    assert(isLane(lane) && lane.startsWith(draft.gatewayEui), "a lane of the frame's own gateway");
    const frame: Frame = {
      sequence: sequence++,
      gatewayEui: draft.gatewayEui,
      rxpkText: draft.rxpkText,
      arrivedWallMs: draft.arrivedWallMs,
      arrivedMonotonicMs: draft.arrivedMonotonicMs,
      kernelBootId: draft.kernelBootId,
      ageAtArrivalMs: draft.ageAtArrivalMs,
      concentratorSession: draft.concentratorSession,
      clockState: draft.clockState,
      delayed: draft.delayed,
      repetition: draft.repetition,
    };
    memory.add({
      frame,
      lane,
      claims: wanted,
      octets: FRAME_OVERHEAD_OCTETS + frame.rxpkText.length,
      keptMs: clock.monotonicMs(),
      waiters: [onCustody],
      aside: false,
    });
    keptTotal++;
    while (memory.octets > memoryOctetsMax && giveUpOldest());
    writer.kept(memory.octets > memoryOctetsMax / 2);
    return frame;
  }

  /** @returns false when all there is is being committed at this moment. */
  function giveUpOldest(): boolean {
    const held = memory.oldestWaiting();
    if (held === undefined) return false;
    memory.drop(held);
    writer.taken();
    giveUp(held);
    return true;
  }

  function giveUp(held: Held): void {
    givenUpTotal++;
    // Told in a turn of its own: whoever keeps a frame must not be called back before keep() has returned.
    if (leaving.size === 0) queueMicrotask(tellGivenUp);
    leaving.set(held.frame.sequence, held);
  }

  function tellGivenUp(): void {
    const told = [...leaving.values()];
    leaving.clear();
    for (const held of told) settle(held, "givenUp");
  }

  function whenCustody(of: number, onCustody: (outcome: CustodyOutcome) => void): void {
    const held = leaving.get(of) ?? memory.get(of);
    if (held === undefined || (held.claims === 0 && !held.aside)) onCustody("held");
    else held.waiters.push(onCustody);
  }

  function taken(core: string, frame: Frame): void {
    const slot = claims.slotOf(core);
    if (slot === undefined || closed) return;
    const claim = 1 << slot;
    const held = memory.get(frame.sequence);
    if (held !== undefined) takenFromMemory(held, claim);
    else withStored(frame, (stored) => takenFromDisk(stored, claim));
  }

  function setAside(core: string, frame: Frame): void {
    const slot = claims.slotOf(core);
    if (slot === undefined || closed) return;
    const claim = 1 << slot;
    log.warn({ core, sequence: frame.sequence, gatewayEui: frame.gatewayEui }, "frame set aside");
    const held = memory.get(frame.sequence);
    if (held !== undefined && held.claims & claim) {
      // It goes to disk in any case: apart from the lanes, but as safe as the rest before custody is said.
      held.aside = true;
      takenFromMemory(held, claim);
    } else if (held === undefined) {
      withStored(frame, (stored) => {
        if (!(stored.claims & claim)) return;
        stored.aside = writeRecord(frame, stored.lane, claims.names(stored.claims));
        takenFromDisk(stored, claim);
      });
    }
  }

  function withStored(frame: Frame, change: (stored: Stored) => void): void {
    const stored = shelves.recall(frame.sequence);
    if (stored !== undefined) change(stored);
    else if (frame.sequence < sequence) {
      const recalling = reader.recall(frame.sequence).then((found) => {
        recallings.delete(recalling);
        if (found !== undefined && !closed) change(found);
      });
      recallings.add(recalling);
    }
  }

  function takenFromMemory(held: Held, claim: number): void {
    if (!(held.claims & claim)) return;
    held.claims &= ~claim;
    if (held.claims !== 0 || held.aside) return;
    if (!memory.isCommitting(held)) {
      memory.drop(held);
      writer.taken();
    }
    settle(held, "held");
  }

  // ------------------------------------------------------------------------------------------- disk

  function takenFromDisk(stored: Stored, claim: number): void {
    if (!(stored.claims & claim)) return;
    shelves.take(stored, claim);
    writer.changed();
  }

  async function finishRecallings(): Promise<void> {
    if (recallings.size === 0 || writer.failing !== undefined) return;
    const patience = new AbortController();
    const all = Promise.all(recallings);
    await Promise.race([all, clock.sleep(CLOSE_PATIENCE_MS, patience.signal).catch(() => {})]);
    patience.abort();
  }

  function backlog(core: string): readonly LaneBacklog[] {
    const slot = claims.slotOf(core);
    if (slot === undefined) return [];
    const lanes = new Map<Lane, LaneBacklog>();
    for (const { lane, frames, oldest } of shelves.all()) {
      if (frames[slot]) lanes.set(lane, { lane, frames: frames[slot], oldestSequence: oldest[slot]! });
    }
    for (const [lane, all] of memory.lanes()) {
      const mine = all.filter((held) => (held.claims >> slot) & 1);
      if (mine.length === 0) continue;
      const onDisk = lanes.get(lane);
      const first = mine[0]!.frame.sequence;
      lanes.set(lane, {
        lane,
        frames: mine.length + (onDisk?.frames ?? 0),
        oldestSequence: Math.min(first, onDisk?.oldestSequence ?? first),
      });
    }
    return [...lanes.values()].sort((one, other) => one.oldestSequence - other.oldestSequence);
  }

  return {
    keep,
    whenCustody,
    taken,
    setAside,
    next: reader.next,
    backlog,
    notes: {
      get: (name) => notes.get(name),
      set: (name, value) => {
        notes.set(name, value);
        writer.noted(name, value);
      },
    },
    stats: () => ({
      storedFrames: framesOf(writer.tally),
      storedOctets: octetsOf(writer.tally),
      memoryFrames: memory.frames,
      memoryOctets: memory.octets,
      oldestArrivedWallMs: writer.oldestArrivedWallMs,
      keptTotal,
      storedTotal: writer.storedTotal,
      removedTotal: writer.removedTotal,
      givenUpTotal,
      asideTotal: writer.asideTotal,
      lostAtOpen: writer.lost,
      commits: writer.commits,
      lastCommitMs: writer.lastCommitMs,
      failing: writer.failing,
    }),
    close: async () => {
      if (closed) return;
      await finishRecallings();
      await writer.close();
      closed = true;
      const { added, removed } = writer.tally;
      if (writer.failing === undefined) await sayHolder({ added, removed });
      for (let held = memory.oldestWaiting(); held !== undefined; held = memory.oldestWaiting()) {
        memory.drop(held);
        giveUp(held);
      }
    },
  };
}

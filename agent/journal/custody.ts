/**
 * Custody: frames from keep() to the moment when somebody else answers for them: every core has taken them, or the disk
 * holds them, or the bounded memory had to let them go. And what cores say of frames, wherever these are: taken, set aside.
 *
 * What waits in memory lies in memory.ts, what lies on disk is known in shelves.ts, writer.ts carries from one to the other.
 */
import assert from "node:assert/strict";
import type { Frame, FrameDraft, Lane } from "../frame/frame.ts";
import { inTime } from "../in-time.ts";
import type { Clock, Log } from "../ports.ts";
import type { Books } from "./books.ts";
import type { Claims } from "./claims.ts";
import type { CustodyOutcome, Journal } from "./journal.ts";
import { isLane } from "./keys.ts";
import { type Held, type Memory, settle } from "./memory.ts";
import type { Reader } from "./reader.ts";
import { writeRecord } from "./record.ts";
import type { Shelves, Stored } from "./shelves.ts";
import type { StoreOpener } from "./store-opener.ts";
import type { Writer } from "./writer.ts";

/** What a frame costs in memory beside its text. */
export const FRAME_OVERHEAD_OCTETS = 400;

/** How long the end waits for a disk that has stalled over takings it should still hear of. */
const CLOSE_PATIENCE_MS = 500;

export interface Custody extends Pick<Journal, "keep" | "whenCustody" | "taken" | "setAside"> {
  readonly keptTotal: number;
  readonly givenUpTotal: number;
  /** Resolves when the takings whose frame is still being looked up are entered, as far as the disk answers in time. */
  finish(): Promise<void>;
  /** Gives up all that is only in memory. @returns how many frames */
  giveUpAll(): number;
}

export interface CustodyParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly books: Books;
  readonly claims: Claims;
  readonly memory: Memory;
  readonly shelves: Shelves;
  readonly opener: Pick<StoreOpener, "nextSequence" | "settled">;
  readonly reader: Pick<Reader, "recall">;
  readonly writer: Writer;
  readonly memoryOctetsMax: number;
  isClosed(): boolean;
}

export function makeCustody(parts: CustodyParts): Custody {
  const { clock, log, books, claims, memory, shelves, opener, reader, writer, memoryOctetsMax } = parts;
  let keptTotal = 0;
  let givenUpTotal = 0;
  /** Given up, and not yet told. */
  const leaving = new Map<number, Held>();
  /** Takings whose frame is being looked up; the end waits for them, or a core would get it again. */
  const recallings = new Set<Promise<void>>();

  // ----------------------------------------------------------------------------------------- memory

  function keep(
    draft: FrameDraft,
    lane: Lane,
    cores: readonly string[],
    onCustody: (outcome: CustodyOutcome) => void,
  ): Frame {
    const wanted = claims.of(cores);
    assert(!parts.isClosed(), "the journal is closed");
    assert(wanted !== 0, "no configured core should have the frame");
    assert(isLane(lane) && lane.startsWith(draft.gatewayEui), "a lane of the frame's own gateway");
    const frame: Frame = {
      sequence: opener.nextSequence(),
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
      aside: 0,
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
    const held = leaving.get(of) ?? memory.get(opener.settled(of));
    if (held === undefined || (held.claims === 0 && !held.aside)) onCustody("held");
    else held.waiters.push(onCustody);
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

  // ------------------------------------------------------------------------------- what cores say

  function taken(core: string, frame: Frame): void {
    const slot = claims.slotOf(core);
    if (slot === undefined || parts.isClosed()) return;
    const claim = 1 << slot;
    const of = opener.settled(frame.sequence);
    const held = memory.get(of);
    if (held !== undefined) takenFromMemory(held, claim);
    else withStored(of, (stored) => takenFromDisk(stored, claim));
  }

  function setAside(core: string, frame: Frame): void {
    const slot = claims.slotOf(core);
    if (slot === undefined || parts.isClosed()) return;
    const claim = 1 << slot;
    const sequence = opener.settled(frame.sequence);
    log.warn({ core, sequence, gatewayEui: frame.gatewayEui }, "frame set aside");
    const held = memory.get(sequence);
    if (held !== undefined && held.claims & claim) {
      // It goes to disk in any case: apart from the lanes, but as safe as the rest before custody is said.
      held.aside |= claim;
      takenFromMemory(held, claim);
    } else if (held === undefined) {
      withStored(sequence, (stored) => {
        if (!(stored.claims & claim)) return;
        stored.asideFor = (stored.asideFor ?? 0) | claim;
        stored.aside = writeRecord({ ...frame, sequence }, stored.lane, claims.names(stored.asideFor));
        takenFromDisk(stored, claim);
      });
    }
  }

  function withStored(sequence: number, change: (stored: Stored) => void): void {
    const stored = shelves.recall(sequence);
    if (stored !== undefined) change(stored);
    // Beyond what is on disk nothing was stored: that one was given up.
    else if (sequence <= books.confirmed) {
      const recalling = reader.recall(sequence).then((found) => {
        recallings.delete(recalling);
        if (found !== undefined && !parts.isClosed()) change(found);
      });
      recallings.add(recalling);
    }
  }

  function takenFromDisk(stored: Stored, claim: number): void {
    if (!(stored.claims & claim)) return;
    shelves.take(stored, claim);
    writer.changed();
  }

  return {
    get keptTotal() {
      return keptTotal;
    },
    get givenUpTotal() {
      return givenUpTotal;
    },
    keep,
    whenCustody,
    taken,
    setAside,
    finish: async () => {
      if (recallings.size === 0 || writer.failing !== undefined) return;
      await inTime(clock, CLOSE_PATIENCE_MS, Promise.all(recallings), undefined);
    },
    giveUpAll: () => {
      const left = memory.clear();
      for (const held of left) giveUp(held);
      return left.length;
    },
  };
}

/**
 * The two knives of thinning.ts: one that cuts, and one that only says what it would have cut. Both cut in the same
 * portions, so that a dry run ends where the real one would.
 */
import type { Lane } from "../frame/frame.ts";
import type { KeyValueStore } from "../ports.ts";
import type { Claims } from "./claims.ts";
import { ALL_CLAIMS, DROPS_AT_ONCE, type Dropper } from "./dropper.ts";
import type { DropCounts, DropReason } from "./drops.ts";
import { type IndexEntry, recordKey } from "./keys.ts";
import type { Shelf, Shelves } from "./shelves.ts";
import { octetsOf } from "./tally.ts";
import type { Knife } from "./thinning.ts";
import type { Writer } from "./writer.ts";

/** Sequences that a dry run remembers; some 20 MB. */
export const DRY_RUN_FRAMES_MAX = 500_000;

export interface Cut {
  /** By reason, how many frames went, or would. */
  readonly dropped: DropCounts;
  readonly frames: number;
  readonly octets: number;
}

export interface KnifeParts {
  readonly claims: Claims;
  readonly shelves: Shelves;
  readonly writer: Pick<Writer, "tally">;
  readonly dropper: Dropper;
  /** Nothing more is cut when the records have this size. */
  readonly targetOctets: number;
}

export function makeKnife(parts: KnifeParts): {
  readonly knife: Knife;
  dropped(): Cut;
  /** The highest sequence that was to go; -1: none. */
  youngest(): number;
} {
  const { writer, dropper, targetOctets } = parts;
  const tally = makeTally();
  let youngest = -1;
  const sizeOctets = (): number => octetsOf(writer.tally) - dropper.pendingOctets;
  const knife: Knife = {
    get sizeOctets() {
      return sizeOctets();
    },
    standing: (entry) => standing(parts, entry),
    framesOf: mostFrames,
    isInFlight: dropper.isInFlight,
    cut: async (lane, sequences, reason) => {
      let cut = 0;
      for (let at = 0; at < sequences.length && sizeOctets() > targetOctets; at += DROPS_AT_ONCE) {
        const portion = sequences.slice(at, at + DROPS_AT_ONCE);
        const { frames, octets } = await dropper.drop(portion, ALL_CLAIMS, reason, lane);
        tally.add(reason, frames, octets);
        for (const sequence of portion) youngest = Math.max(youngest, sequence);
        cut += frames;
      }
      return cut;
    },
  };
  return { knife, dropped: tally.sum, youngest: () => youngest };
}

/** @param read gives undefined when the journal is closed. */
export function makeDryKnife(
  parts: KnifeParts & { read<T>(read: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> },
): { readonly knife: Knife; dropped(): Cut; isSpent(): boolean } {
  const { writer, dropper, targetOctets, read } = parts;
  const tally = makeTally();
  const gone = new Set<number>();
  const goneOfLane = new Map<Lane, number>();
  const isSpent = (): boolean => gone.size >= DRY_RUN_FRAMES_MAX;
  const sizeOctets = (): number => (isSpent() ? 0 : octetsOf(writer.tally) - tally.sum().octets);
  const octetsOfRecords = async (sequences: readonly number[]): Promise<number> => {
    const keys = sequences.map((sequence) => recordKey(sequence));
    const found = (await read((store) => store.getMany(keys))) ?? [];
    return found.reduce((octets, value) => octets + (value?.length ?? 0), 0);
  };

  const knife: Knife = {
    get sizeOctets() {
      return sizeOctets();
    },
    standing: (entry) => (gone.has(entry.sequence) ? 0 : standing(parts, entry)),
    framesOf: (shelf) => mostFrames(shelf) - (goneOfLane.get(shelf.lane) ?? 0),
    isInFlight: dropper.isInFlight,
    cut: async (lane, sequences, reason) => {
      let cut = 0;
      for (let at = 0; at < sequences.length && sizeOctets() > targetOctets; at += DROPS_AT_ONCE) {
        const portion = sequences.slice(at, at + DROPS_AT_ONCE).filter((each) => !gone.has(each));
        const octets = await octetsOfRecords(portion);
        for (const sequence of portion) gone.add(sequence);
        goneOfLane.set(lane, (goneOfLane.get(lane) ?? 0) + portion.length);
        tally.add(reason, portion.length, octets);
        cut += portion.length;
      }
      return cut;
    },
  };
  return { knife, dropped: tally.sum, isSpent };
}

function standing({ shelves, claims }: KnifeParts, entry: IndexEntry): number {
  return shelves.recall(entry.sequence)?.claims ?? claims.standing(entry.claims, entry.sequence);
}

function mostFrames({ frames }: Shelf): number {
  let most = 0;
  for (const count of frames) most = Math.max(most, count ?? 0);
  return most;
}

function makeTally(): { add(reason: DropReason, frames: number, octets: number): void; sum(): Cut } {
  const dropped: Partial<Record<DropReason, number>> = {};
  let frames = 0;
  let octets = 0;
  return {
    add: (reason, more, moreOctets) => {
      if (more > 0) dropped[reason] = (dropped[reason] ?? 0) + more;
      frames += more;
      octets += moreOctets;
    },
    sum: () => ({ dropped: { ...dropped }, frames, octets }),
  };
}

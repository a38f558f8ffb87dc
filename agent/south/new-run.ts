/**
 * Is that a new run of the concentrator? Offsets (`arrival - tmst`) that do not fit the running clock are noted here
 * until enough frames agree on one.
 *
 * Frames of a running concentrator agree, for they arrive as far apart as they were in the air. Old frames of a
 * store do so by chance, or when they are drained at the very pace of the air; so where something speaks against a
 * new run, more agreement is asked for. Pure; what is made of the proof: concentrator-clock.ts.
 */
import { apartMs } from "./tmst.ts";

/** Frames that agree on an offset do so within the jitter of a forwarder, and two crystals' drift. */
const AGREE_MS = 150;
const AGREE_PPM = 100;
/** New offsets under observation; a burst from a store shows many, a restart one. */
export const CANDIDATES_MAX = 4;
/** Enough where nothing speaks against it: so many frames over so long, either way. */
const PROOFS = [
  { frames: 3, spanMs: 2_000 },
  { frames: 2, spanMs: 10_000 },
] as const;
/** Enough where something does: UTC, or a counter too high to have started at 0 since the last live frame. */
const STRONG_PROOF = { frames: 3, spanMs: 60_000 } as const;

/** An offset on which frames agreed so far. */
export interface Candidate {
  readonly offsetMs: number;
  readonly frames: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Observation {
  readonly candidates: readonly Candidate[];
  /** The new run's offset, once there is proof. */
  readonly provenOffsetMs: number | undefined;
}

/** Notes a frame's offset. @param likely nothing speaks against a new run. */
export function observe(
  candidates: readonly Candidate[],
  offsetMs: number,
  nowMs: number,
  likely: boolean,
): Observation {
  const agreeing = candidates.find((known) => agrees(known, offsetMs, nowMs));
  const candidate: Candidate =
    agreeing === undefined
      ? { offsetMs, frames: 1, firstMs: nowMs, lastMs: nowMs }
      : {
          offsetMs: apartMs(offsetMs, agreeing.offsetMs) < 0 ? offsetMs : agreeing.offsetMs,
          frames: agreeing.frames + 1,
          firstMs: agreeing.firstMs,
          lastMs: nowMs,
        };
  const others = candidates.filter((known) => known !== agreeing);
  // The one that has been silent longest makes room.
  if (others.length >= CANDIDATES_MAX) others.shift();
  return {
    candidates: [...others, candidate],
    provenOffsetMs: isProven(candidate, likely) ? candidate.offsetMs : undefined,
  };
}

function agrees(candidate: Candidate, offsetMs: number, nowMs: number): boolean {
  const withinMs = AGREE_MS + ((nowMs - candidate.lastMs) * AGREE_PPM) / 1e6;
  return Math.abs(apartMs(offsetMs, candidate.offsetMs)) <= withinMs;
}

function isProven({ frames, firstMs, lastMs }: Candidate, likely: boolean): boolean {
  const spanMs = lastMs - firstMs;
  const proofs = likely ? PROOFS : [STRONG_PROOF];
  return proofs.some((proof) => frames >= proof.frames && spanMs >= proof.spanMs);
}

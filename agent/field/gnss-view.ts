/**
 * What is known of the GNSS receiver: a state machine over bursts (gnss.ts), pure.
 *
 *   starting ──> noPort | silent | garbage | searching | fix
 *   fix ──(three bursts without a fix)──> lost, or noPort, silent, garbage
 *   anything ──(a burst with a fix)──> fix
 *
 * searching: sentences, and never a fix since the agent started or since the port came back; a first fix may take
 * 15 minutes (Kerlink wiki, systeme_mana:peripherals). lost: there was one.
 */
import { type Belief, believing, nextBelief } from "./belief.ts";
import type { Epoch } from "./epoch.ts";
import { type Position, unrolled } from "./nmea.ts";

export type GnssState = "starting" | "noPort" | "silent" | "garbage" | "searching" | "fix" | "lost";

/** What one look at the port has brought. */
export type Burst =
  | { readonly found: "noPort"; readonly reason: string }
  | {
      readonly found: "lines";
      /** Sound sentences, of any kind; what was none; and the epochs of which all is known. */
      readonly sentences: number;
      readonly faults: number;
      readonly epochs: readonly Epoch[];
    };

export interface GnssFix {
  readonly position: Position;
  readonly altitudeM?: number | undefined;
  readonly hdop?: number | undefined;
  readonly satellites?: number | undefined;
  readonly monotonicMs: number;
}

export interface GnssView {
  readonly belief: Belief<GnssState>;
  /** The latest; also when it is lost. */
  readonly fix?: GnssFix;
  /** In use and in view as last heard, with or without a fix. */
  readonly satellites?: number | undefined;
  readonly inView?: number | undefined;
  /** How far our wall clock is ahead of the receiver's time; a receiver speaks some 100 ms late. */
  readonly clockAheadMs?: number | undefined;
  /** Why there is no port. */
  readonly reason?: string;
}

/** So many bursts in a row must say so before a fix is lost. */
export const DOUBTS_MAX = 3;
/** One epoch may be a reflection. */
const FIX_EPOCHS_MIN = 2;

export function newGnssView(nowMonotonicMs: number): GnssView {
  return { belief: believing<GnssState>("starting", nowMonotonicMs) };
}

/** @param notBeforeWallMs earlier is no time that a receiver can rightly tell. */
export function afterBurst(
  view: GnssView,
  burst: Burst,
  nowMonotonicMs: number,
  notBeforeWallMs: number,
): GnssView {
  const seen = stateOf(view, burst);
  // Only what was had can be lost; every other change is told at once.
  const isWorse = view.belief.state === "fix";
  const belief = nextBelief(view.belief, seen, isWorse, DOUBTS_MAX, nowMonotonicMs);
  const { reason: _past, satellites: _used, inView: _seen, ...kept } = view;
  if (burst.found === "noPort") return { ...kept, belief, reason: burst.reason };
  const last = burst.epochs.at(-1);
  return {
    ...kept,
    belief,
    ...fixOf(burst.epochs, nowMonotonicMs),
    satellites: last?.satellites,
    inView: last?.inView,
    clockAheadMs: aheadMs(last, notBeforeWallMs) ?? view.clockAheadMs,
  };
}

function stateOf({ belief, fix }: GnssView, burst: Burst): GnssState {
  if (burst.found === "noPort") return "noPort";
  if (burst.epochs.filter(({ isFix }) => isFix).length >= FIX_EPOCHS_MIN) return "fix";
  if (burst.sentences === 0) return burst.faults === 0 ? "silent" : "garbage";
  const hadFix = fix !== undefined && (belief.state === "fix" || belief.state === "lost");
  return hadFix ? "lost" : "searching";
}

function fixOf(epochs: readonly Epoch[], monotonicMs: number): { readonly fix: GnssFix } | undefined {
  const good = epochs.filter(({ isFix }) => isFix);
  const { position, altitudeM, hdop, satellites } = good.at(-1) ?? {};
  if (good.length < FIX_EPOCHS_MIN || position === undefined) return undefined;
  return { fix: { position, altitudeM, hdop, satellites, monotonicMs } };
}

/** A receiver without a fix runs on its own clock, or on none. */
function aheadMs(epoch: Epoch | undefined, notBeforeWallMs: number): number | undefined {
  if (epoch?.wallMs === undefined || epoch.heardWallMs === undefined || !epoch.isFix) return undefined;
  const wallMs = unrolled(epoch.wallMs, notBeforeWallMs);
  return wallMs === undefined ? undefined : Math.round(epoch.heardWallMs - wallMs);
}

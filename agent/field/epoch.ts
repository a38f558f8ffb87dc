/**
 * The sentences of one moment, put together: a receiver says each second what it knows in several of them.
 *
 * Sentences are read in the order of their arrival; a GGA or RMC of another time begins a new epoch. The first epoch
 * after a port was opened may have lost its beginning, and is not given. Pure.
 */
import type { Position, Sentence } from "./nmea.ts";

export interface Epoch {
  readonly isFix: boolean;
  readonly satellites?: number | undefined;
  readonly inView?: number | undefined;
  readonly hdop?: number | undefined;
  readonly position?: Position | undefined;
  readonly altitudeM?: number | undefined;
  /** What the receiver takes for UTC, with or without a fix. */
  readonly wallMs?: number | undefined;
  /** Our own wall clock when that was said; set by who hears it. */
  readonly heardWallMs?: number | undefined;
}

/** Kerlink's own rule for a good fix (wiki, systeme_mana:peripherals): GGA quality, and four satellites. */
const SATELLITES_MIN = 4;
/** Of a made-up talker nobody knows how many there are. */
const SIGNALS_MAX = 32;

export interface Epochs {
  /** @returns the epoch that this sentence ends, if any. */
  add(sentence: Sentence): Epoch | undefined;
  /** What has come of the epoch that nothing has ended yet; undefined also for the first one. */
  rest(): Epoch | undefined;
}

export function createEpochs(): Epochs {
  let open: Draft = {};
  let time: string | undefined;
  let whole = false;
  return {
    add: (sentence) => {
      let ended: Epoch | undefined;
      if ((sentence.kind === "gga" || sentence.kind === "rmc") && isOtherTime(sentence.time)) {
        if (whole) ended = epochOf(open);
        // Without a time each GGA is a moment of its own.
        whole = whole || time !== undefined || open.gga !== undefined || open.rmc !== undefined;
        open = {};
        time = sentence.time ?? "";
      }
      take(open, sentence);
      return ended;
    },
    rest: () => (whole && (open.gga ?? open.rmc) !== undefined ? epochOf(open) : undefined),
  };

  function isOtherTime(next: string | undefined): boolean {
    return time === undefined || (next ?? "") !== time || (next === undefined && open.gga !== undefined);
  }
}

interface Draft {
  gga?: Extract<Sentence, { kind: "gga" }>;
  rmc?: Extract<Sentence, { kind: "rmc" }>;
  gsaHdop?: number | undefined;
  inView?: Map<string, number>;
}

function take(draft: Draft, sentence: Sentence): void {
  if (sentence.kind === "gga") draft.gga = sentence;
  else if (sentence.kind === "rmc") draft.rmc = sentence;
  else if (sentence.kind === "gsa") draft.gsaHdop = sentence.hdop ?? draft.gsaHdop;
  else {
    draft.inView ??= new Map();
    const { talker, signal, inView } = sentence;
    // Two signals of one satellite are one satellite.
    const known = draft.inView.get(talker);
    if (draft.inView.size < SIGNALS_MAX || known !== undefined) {
      draft.inView.set(talker, signal === "" ? inView : Math.max(known ?? 0, inView));
    }
  }
}

function epochOf({ gga, rmc, gsaHdop, inView }: Draft): Epoch {
  const position = gga?.position ?? rmc?.position;
  return {
    isFix: position !== undefined && (gga === undefined ? rmc?.valid === true : isGoodGga(gga)),
    satellites: gga?.satellites,
    inView: inView && [...inView.values()].reduce((sum, count) => sum + count, 0),
    hdop: gga?.hdop ?? gsaHdop,
    position,
    altitudeM: gga?.altitudeM,
    wallMs: rmc?.wallMs,
  };
}

/** Estimated, entered by hand or simulated is no fix. */
function isGoodGga({ quality, satellites }: NonNullable<Draft["gga"]>): boolean {
  return quality >= 1 && quality <= 5 && (satellites ?? 0) >= SATELLITES_MIN;
}

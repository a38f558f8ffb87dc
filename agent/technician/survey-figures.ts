/**
 * A walk test in figures: RSSI, SNR, spreading factors, and the packet delivery ratio by the device's counter. Pure.
 *
 * PDR: different counters heard, of those that the device used from the first heard to the last. A counter that comes
 * late (LATE_MAX behind at most, and missed so far) fills its gap; heard already, a moment ago, it is a repetition. A
 * counter that falls by more than HALF is a wrap of its 16 bits; any other fall, or a leap, is a device that began anew,
 * and a new stretch. Joins have no counter to tell: of them only those heard are known.
 */
const WRAP = 0x1_0000;
const HALF = 0x8000;
/** More is no walk, but another session of the device. */
const GAP_MAX = 1_000;
/** Another gateway's copy, or a frame that its forwarder held back, is overtaken by few. */
const LATE_MAX = 8;
/** No device begins anew sooner. */
const REPETITION_MS_MAX = 5_000;

export interface SurveyRow {
  readonly wallMs: number;
  readonly gatewayEui: string;
  readonly fCnt: number | undefined;
  readonly rssiDbm: number | undefined;
  readonly snrDb: number | undefined;
  readonly spreadingFactor: number | undefined;
  readonly frequencyHz: number;
  readonly datr: string | number;
  /** Frames missed just before this one. */
  readonly missed: number;
}

export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface SurveyFigures {
  readonly heard: number;
  /** undefined: nobody can know (joins). */
  readonly expected: number | undefined;
  /** 0..1 */
  readonly delivery: number | undefined;
  readonly rssiDbm: Spread | undefined;
  readonly snrDb: Spread | undefined;
  /** Frames by spreading factor, the fastest first. */
  readonly spreadingFactors: readonly (readonly [number, number])[];
}

export interface Survey {
  /** @returns the row; undefined for a repetition of a frame that was heard already. */
  add(heard: Omit<SurveyRow, "missed">): SurveyRow | undefined;
  readonly rows: readonly SurveyRow[];
  figures(): SurveyFigures;
}

export function createSurvey(): Survey {
  const rows: SurveyRow[] = [];
  let last: number | undefined;
  let expected = 0;
  let counted = 0;
  /** The last counters of this stretch, and when they were heard; undefined: missed so far. */
  let lately = new Map<number, number | undefined>();

  function note(fCnt: number, missed: number, wallMs: number): void {
    for (let back = Math.min(missed, LATE_MAX); back > 0; back--)
      lately.set((fCnt - back + WRAP) % WRAP, undefined);
    lately.delete(fCnt);
    lately.set(fCnt, wallMs);
    for (const old of lately.keys()) {
      if (lately.size <= LATE_MAX) break;
      lately.delete(old);
    }
  }

  /** @returns frames missed before it, -1: it fills a gap; undefined: heard already. */
  function step(fCnt: number, wallMs: number): number | undefined {
    if (lately.has(fCnt)) {
      const heardMs = lately.get(fCnt);
      if (heardMs === undefined) {
        lately.set(fCnt, wallMs);
        return -1;
      }
      if (fCnt === last || Math.abs(wallMs - heardMs) <= REPETITION_MS_MAX) return undefined;
    }
    const before = last;
    last = fCnt;
    const ahead = before === undefined ? 1 : (fCnt - before + WRAP) % WRAP;
    const isAnew = before !== undefined && fCnt < before && before - fCnt <= HALF;
    const isGap = !isAnew && ahead <= GAP_MAX;
    if (!isGap) lately = new Map();
    const missed = isGap ? ahead - 1 : 0;
    note(fCnt, missed, wallMs);
    return missed;
  }

  return {
    rows,
    add: (heard) => {
      const missed = heard.fCnt === undefined ? 0 : step(heard.fCnt, heard.wallMs);
      if (missed === undefined) return undefined;
      const row = { ...heard, missed: Math.max(0, missed) };
      rows.push(row);
      if (heard.fCnt !== undefined) {
        counted += 1;
        expected += 1 + missed;
      }
      return row;
    },
    figures: () => {
      const factors = new Map<number, number>();
      for (const { spreadingFactor: sf } of rows)
        if (sf !== undefined) factors.set(sf, (factors.get(sf) ?? 0) + 1);
      return {
        heard: rows.length,
        expected: counted === 0 ? undefined : expected,
        delivery: counted === 0 ? undefined : counted / expected,
        rssiDbm: spreadOf(rows.map(({ rssiDbm }) => rssiDbm)),
        snrDb: spreadOf(rows.map(({ snrDb }) => snrDb)),
        spreadingFactors: [...factors].sort(([one], [other]) => one - other),
      };
    },
  };
}

function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of known) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, mean: sum / known.length, max };
}

/**
 * A walk test in figures: RSSI, SNR, spreading factors, and the packet delivery ratio by the device's counter. Pure.
 *
 * PDR: different counters heard, of those that the device used from the first heard to the last. A counter that falls by
 * more than HALF is a wrap of its 16 bits; any other fall is a device that began anew, and a new stretch. Joins have no
 * counter to tell: of them only those heard are known.
 */
const WRAP = 0x1_0000;
const HALF = 0x8000;
/** More is no walk, but another session of the device. */
const GAP_MAX = 10_000;

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

  /** @returns frames missed before it; undefined: heard already. */
  function step(fCnt: number): number | undefined {
    const before = last;
    last = fCnt;
    if (before === undefined) return 0;
    const ahead = (fCnt - before + WRAP) % WRAP;
    if (ahead === 0) return undefined;
    const isAnew = fCnt < before && before - fCnt <= HALF;
    return isAnew || ahead > GAP_MAX ? 0 : ahead - 1;
  }

  return {
    rows,
    add: (heard) => {
      const missed = heard.fCnt === undefined ? 0 : step(heard.fCnt);
      if (missed === undefined) return undefined;
      const row = { ...heard, missed };
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

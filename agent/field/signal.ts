/**
 * How well a cellular modem hears its network: figures, which of them can be true, and a grade for people.
 *
 * The scales on which modems write them are in modem-answers.ts and modem-dialects.ts. Pure.
 */

export interface Signal {
  readonly rssiDbm?: number | undefined;
  /** LTE and NR. */
  readonly rsrpDbm?: number | undefined;
  readonly rsrqDb?: number | undefined;
  readonly sinrDb?: number | undefined;
}

/**
 * What the standards can express: RSSI 3GPP TS 27.007, 8.5 and 8.69 (a strong signal next to a mast is above CSQ 31);
 * RSRP and RSRQ TS 36.133, 9.1.4 and 9.1.7; SINR as the dialects' scales have it.
 */
const POSSIBLE = {
  rssiDbm: [-120, -20],
  rsrpDbm: [-141, -30],
  rsrqDb: [-34, 2.5],
  sinrDb: [-25, 40],
} as const;

export type SignalFigure = keyof typeof POSSIBLE;
const FIGURES = Object.keys(POSSIBLE) as SignalFigure[];

/** @returns the figures that can be true, to a tenth. Modems write 0, 255 or 99 for what they do not know. */
export function plausible(signal: Signal): Signal {
  const kept: { -readonly [F in SignalFigure]?: number } = {};
  for (const figure of FIGURES) {
    const value = signal[figure];
    const [least, most] = POSSIBLE[figure];
    if (value !== undefined && value >= least && value <= most) kept[figure] = Math.round(value * 10) / 10;
  }
  return kept;
}

export const GRADES = ["poor", "fair", "good", "excellent"] as const;
export type Grade = (typeof GRADES)[number];

/**
 * From where on each figure is fair, good, excellent. RSRP: signaltester.co.uk and Teltonika; RSRQ: signaltester.co.uk;
 * SINR: Cradlepoint; RSSI, for 2G and 3G: Digi. Makers differ by some decibels.
 */
const FROM: Readonly<Record<SignalFigure, readonly [fair: number, good: number, excellent: number]>> = {
  rsrpDbm: [-100, -90, -80],
  rsrqDb: [-15, -10, -10],
  sinrDb: [7, 10, 12.5],
  rssiDbm: [-85, -85, -70],
};

export interface Grading {
  readonly grade: Grade;
  /** The figure that is no better. */
  readonly by: SignalFigure;
}

/**
 * A link is as good as the worst of its figures. RSSI counts only where no LTE figure is known: it hears the neighbours
 * as well.
 */
export function gradeOf(signal: Signal): Grading | undefined {
  const lte = (["rsrpDbm", "rsrqDb", "sinrDb"] as const).filter((figure) => signal[figure] !== undefined);
  const counting: readonly SignalFigure[] = lte.length > 0 ? lte : ["rssiDbm"];
  let worst: Grading | undefined;
  for (const figure of counting) {
    const value = signal[figure];
    if (value === undefined) continue;
    const grade = GRADES[FROM[figure].filter((from) => value >= from).length]!;
    if (worst === undefined || GRADES.indexOf(grade) < GRADES.indexOf(worst.grade)) {
      worst = { grade, by: figure };
    }
  }
  return worst;
}

/** Moments as the drain is asked at them, and when frames were heard. */

export interface Moment {
  readonly monotonicMs: number;
  readonly utcMs: number;
  /** Whether utcMs may be compared with other gateways' (axis.ts, canRide). */
  readonly clockGood: boolean;
  readonly kernelBootId: string;
}

/** When a frame was heard, as far as anybody knows. */
export interface HeardAt {
  readonly heardUtcMs: number | undefined;
  readonly ageMs: number;
}

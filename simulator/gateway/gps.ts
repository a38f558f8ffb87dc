/**
 * A gateway's GPS receiver: what UTC is at a moment of true time, whatever the host's wall clock says.
 */
import type { Clock } from "../../agent/ports.ts";

export interface Gps {
  /** Whether there is a time reference now. */
  locked(): boolean;
  /** Whole microseconds since the Unix epoch. */
  utcUsAt(trueUs: number): number;
  trueUsAt(utcUs: number): number;
}

/** A receiver that is always locked and takes the wall clock of this moment for the truth; later steps are ignored. */
export function createGps(clock: Clock): Gps {
  const offsetUs = Math.round((clock.wallMs() - clock.monotonicMs()) * 1_000);
  return {
    locked: () => true,
    utcUsAt: (trueUs) => trueUs + offsetUs,
    trueUsAt: (utcUs) => utcUs - offsetUs,
  };
}

/**
 * What is remembered of frames that were sent and not acknowledged in time: how often, whether others were meanwhile,
 * and whether the acknowledgement came after all. By a frame's sequence; it knows neither time nor datagrams.
 *
 * Silence is no refusal: a road that loses a third each way leaves every second datagram unanswered. So a frame is
 * under suspicion only after TRIES_MAX of them, others having passed since the one before; the courier then sets it
 * aside when it happens again (suspicion.ts).
 */
export const TRIES_MAX = 20;
/** Of each kind; beyond it the oldest is forgotten. */
const FRAMES_REMEMBERED_MAX = 1_024;

interface Vain {
  readonly times: number;
  /** How many datagrams had been acknowledged by then. */
  readonly acked: number;
}

export interface GwmpTries {
  /** It was sent before, in vain: it goes alone, and not live. */
  isVain(sequence: number): boolean;
  /** @param acked how many datagrams have been acknowledged so far. @returns true when it is under suspicion. */
  failed(sequence: number, acked: number): boolean;
  /** It has been acknowledged. */
  passed(sequence: number): void;
  /** It has been acknowledged when nobody waited for it: its next try is to be none. */
  passedLate(sequence: number): void;
  /** @returns true once, for a frame that has passed late. */
  hasPassed(sequence: number): boolean;
}

export function createGwmpTries(): GwmpTries {
  const vain = new Map<number, Vain>();
  const late = new Map<number, true>();

  return {
    isVain: (sequence) => vain.has(sequence),
    failed: (sequence, acked) => {
      const before = vain.get(sequence);
      const times = (before?.times ?? 0) + 1;
      remember(vain, sequence, { times, acked });
      return times >= TRIES_MAX && before !== undefined && acked > before.acked;
    },
    passed: (sequence) => {
      vain.delete(sequence);
    },
    passedLate: (sequence) => remember(late, sequence, true),
    hasPassed: (sequence) => late.delete(sequence),
  };
}

function remember<T>(known: Map<number, T>, sequence: number, value: T): void {
  known.delete(sequence);
  known.set(sequence, value);
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size > FRAMES_REMEMBERED_MAX) known.delete(oldest);
}

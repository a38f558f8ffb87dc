/**
 * Hysteresis: good news is believed at once, bad news when it has come several times in a row. One look that found
 * nothing is an ordinary thing (a bus passes, a port is busy); a state that flaps wakes people for nothing.
 *
 * Pure.
 */
export interface Belief<State extends string> {
  readonly state: State;
  /** Monotonic, when it was first so. */
  readonly sinceMonotonicMs: number;
  /** How many looks in a row have said worse than what is believed. */
  readonly doubts: number;
}

export function believing<State extends string>(state: State, nowMonotonicMs: number): Belief<State> {
  return { state, sinceMonotonicMs: nowMonotonicMs, doubts: 0 };
}

/**
 * @param seen what the latest look found. @param isWorse than what is believed.
 * @param doubtsMax from how many on bad news is believed.
 */
export function nextBelief<State extends string>(
  belief: Belief<State>,
  seen: State,
  isWorse: boolean,
  doubtsMax: number,
  nowMonotonicMs: number,
): Belief<State> {
  if (seen === belief.state) return belief.doubts === 0 ? belief : { ...belief, doubts: 0 };
  const doubts = belief.doubts + 1;
  if (isWorse && doubts < doubtsMax) return { ...belief, doubts };
  return believing(seen, nowMonotonicMs);
}

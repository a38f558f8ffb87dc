/**
 * What is known of the cellular modem: a state machine over rounds of questions (modem.ts, modem-manager.ts), pure.
 *
 *   starting ──> noPort | noManager | noModem | silent | garbage | answers
 *   answers ──(two rounds in a row)──> any of the others
 *   anything ──(one round)──> answers
 */
import { type Belief, believing, nextBelief } from "./belief.ts";
import type { Registration } from "./modem-answers.ts";
import type { Signal } from "./signal.ts";

export interface ModemReading {
  readonly maker?: string | undefined;
  readonly model?: string | undefined;
  /** Whose words the signal was read in; absent: the standard's, or a manager's. */
  readonly dialect?: string | undefined;
  readonly registration: Registration;
  readonly name?: string | undefined;
  /** 2G, 3G, LTE, LTE-M, NB-IoT or 5G. */
  readonly technology?: string | undefined;
  readonly signal: Signal;
}

/** noManager: oFono or ModemManager does not answer. noModem: it does, and has none. */
export type ModemState = "starting" | "noPort" | "noManager" | "noModem" | "silent" | "garbage" | "answers";

export type ModemRound =
  | { readonly found: Exclude<ModemState, "starting" | "answers">; readonly reason?: string }
  | { readonly found: "answers"; readonly reading: ModemReading };

export interface ModemView {
  readonly belief: Belief<ModemState>;
  /** The latest, and when (monotonic); also when nobody answers any more. */
  readonly reading?: ModemReading & { readonly monotonicMs: number };
  readonly reason?: string | undefined;
}

const DOUBTS_MAX = 2;

export function newModemView(nowMonotonicMs: number): ModemView {
  return { belief: believing<ModemState>("starting", nowMonotonicMs) };
}

export function afterRound(view: ModemView, round: ModemRound, nowMonotonicMs: number): ModemView {
  const isWorse = view.belief.state === "answers";
  const belief = nextBelief(view.belief, round.found, isWorse, DOUBTS_MAX, nowMonotonicMs);
  if (round.found === "answers")
    return { belief, reading: { ...round.reading, monotonicMs: nowMonotonicMs } };
  return { ...view, belief, reason: round.reason };
}

/**
 * What to leave out when a broker will not have all of what we say. Frames come before states: a broker whose
 * access list closes the connection because of a retained state, a last will or a subscription to our own state
 * must still get the frames.
 *
 * Pure. What the manner means on the wire is in chirpstack-mqtt.ts.
 */
import type { MqttClosed } from "../ports.ts";

/** How to behave on the next connection. */
export interface Manner {
  /** Register a last will. */
  readonly will: boolean;
  /** Say ONLINE and OFFLINE. */
  readonly state: boolean;
  /** Subscribe to our own state, to correct a late will. */
  readonly watch: boolean;
}

interface Caution {
  manner(): Manner;
  /** CONNACK came. @returns true when it came only because the will was left out. */
  connected(manner: Manner): boolean;
  /**
   * @param heldMs from CONNACK to the end; undefined: it was never connected.
   * @returns true when more is left out from now on.
   */
  ended(heldMs: number | undefined, why: MqttClosed): boolean;
  /** New credentials: everything is tried again. */
  reset(): void;
}

/** A connection that ends so soon after CONNACK was ended by what we said first. */
const QUICK_CLOSE_MS = 1_000;
const QUICK_CLOSES_MAX = 2;
/** So many refusals of who we are, and the will comes under suspicion: a broker has one code for both. */
const REFUSALS_MAX = 2;

export function createCaution(): Caution {
  let leftOut: 0 | 1 | 2 = 0;
  let quickCloses = 0;
  let refusals = 0;

  return {
    manner: () => {
      const withoutWill = refusals >= REFUSALS_MAX && refusals % 2 === 0;
      return { will: leftOut < 2 && !withoutWill, state: leftOut < 2, watch: leftOut < 1 };
    },
    connected: (manner) => {
      const only = refusals >= REFUSALS_MAX && manner.state && !manner.will;
      // Perhaps the broker only had a change of mind: the next connection tries once with the will.
      refusals = only ? REFUSALS_MAX - 1 : 0;
      return only;
    },
    ended: (heldMs, why) => {
      if (heldMs === undefined) {
        if (why.code === "credentials" && why.reasonCode !== undefined) refusals += 1;
        return false;
      }
      if (heldMs >= QUICK_CLOSE_MS || why.code === "takenOver") {
        quickCloses = 0;
        return false;
      }
      quickCloses += 1;
      if (quickCloses < QUICK_CLOSES_MAX || leftOut === 2) return false;
      quickCloses = 0;
      leftOut = leftOut === 0 ? 1 : 2;
      return true;
    },
    reset: () => {
      leftOut = 0;
      quickCloses = 0;
      refusals = 0;
    },
  };
}

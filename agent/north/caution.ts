/**
 * What to leave out when a broker will not have all of what we say. Frames come before states: a broker whose
 * access list closes the connection because of a retained state, a last will or a subscription to our own state
 * must still get the frames.
 *
 * A bad road closes connections as soon as such a broker does. So nothing is left out for good: when leaving out
 * all does not help, the road is at fault and all is said again; and after a connection that held for long, one
 * item comes back on trial.
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
  /**
   * Takes one item back once the connection has held for long; not again where that was in vain.
   * @param heldMs since CONNACK.
   * @returns true when there is something to try, on a new connection.
   */
  takesBack(heldMs: number): boolean;
  /** New credentials: everything is tried again. */
  reset(): void;
}

/** A connection that ends so soon after CONNACK was ended by what we said first. */
const QUICK_CLOSE_MS = 1_000;
const QUICK_CLOSES_MAX = 2;
/** A connection that held so long is no longer the one that was closed at once. */
export const HELD_LONG_MS = 10 * 60_000;
/** So many refusals of who we are, and the will comes under suspicion: a broker has one code for both. */
const REFUSALS_MAX = 2;

/** 0: nothing, 1: the watch on our own state, 2: will and states too. */
type LeftOut = 0 | 1 | 2;

export function createCaution(): Caution {
  let leftOut: LeftOut = 0;
  let quickCloses = 0;
  /** What comes next has an item more than the connection that held. */
  let onTrial = false;
  /** What was left out when taking one back was in vain. */
  let vainAt: LeftOut = 0;
  let refusals = 0;
  /** Connected without the will, because only so it was let in. */
  let willLeftOut = false;
  /** It was tried with the will once more since. */
  let willTried = false;

  return {
    manner: () => {
      const withoutWill = refusals >= REFUSALS_MAX && refusals % 2 === 0;
      return { will: leftOut < 2 && !withoutWill, state: leftOut < 2, watch: leftOut < 1 };
    },
    connected: (manner) => {
      const only = refusals >= REFUSALS_MAX && manner.state && !manner.will;
      // Perhaps the broker only had a change of mind: the next connection tries once with the will.
      refusals = only ? REFUSALS_MAX - 1 : 0;
      willLeftOut = only;
      if (!only) willTried = false;
      return only;
    },
    ended: (heldMs, why) => {
      if (heldMs === undefined) {
        if (why.code === "credentials" && why.reasonCode !== undefined) refusals += 1;
        return false;
      }
      if (heldMs >= QUICK_CLOSE_MS || why.code === "takenOver") {
        quickCloses = 0;
        onTrial = false;
        // The connection is gone anyway: a trial costs little, even where the last one was in vain.
        if (heldMs >= HELD_LONG_MS) takeBack();
        return false;
      }
      quickCloses += 1;
      // On trial the item is a known suspect: once is enough.
      if (quickCloses < QUICK_CLOSES_MAX && !onTrial) return false;
      quickCloses = 0;
      if (leftOut === 2) {
        leftOut = 0;
        vainAt = 0;
        return false;
      }
      leftOut = leftOut === 0 ? 1 : 2;
      if (onTrial) vainAt = leftOut;
      onTrial = false;
      return true;
    },
    takesBack: (heldMs) => {
      if (heldMs >= HELD_LONG_MS && willLeftOut && !willTried) {
        // A core that would not have us for an hour, and then did, has nothing against the will.
        willTried = true;
        return true;
      }
      if (heldMs < HELD_LONG_MS || leftOut === 0 || leftOut === vainAt) return false;
      takeBack();
      return true;
    },
    reset: () => {
      leftOut = 0;
      quickCloses = 0;
      refusals = 0;
      onTrial = false;
      vainAt = 0;
      willLeftOut = false;
      willTried = false;
    },
  };

  function takeBack(): void {
    if (leftOut === 0) return;
    leftOut = leftOut === 2 ? 1 : 0;
    quickCloses = 0;
    onTrial = true;
  }
}

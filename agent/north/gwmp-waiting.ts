/**
 * The frames that wait for the next PUSH_DATA of a link, and which of them go together. What becomes of those that went:
 * gwmp-flight.ts.
 *
 * A frame goes live once, and at once: held back for longer than LIVE_MS_MAX, or sent again, it goes as a replay. A join
 * that cannot go live does not go. Live frames go first, and the two never share a datagram.
 */
import type { Carried, Delivery } from "./core.ts";
import { LIVE_OCTETS_MAX, loadOf, REPLAY_OCTETS_MAX } from "./gwmp-load.ts";
import { replayedRxpk } from "./gwmp-rxpk.ts";
import type { GwmpTries } from "./gwmp-tries.ts";

/**
 * A live frame keeps its own tmst for so long. The Things Stack sends an answer 800 ms ahead by the clock it derives
 * from tmst; a tmst this late still leaves it time to arrive.
 */
export const LIVE_MS_MAX = 500;

/** A frame that was handed over, until it is known what came of it. */
export interface Passenger {
  readonly carried: Carried;
  readonly sequence: number;
  /** Since when it waits, monotonic. */
  readonly sinceMs: number;
  settled: boolean;
  readonly resolve: (delivery: Delivery) => void;
}

export interface Departure {
  readonly passengers: readonly Passenger[];
  readonly isLive: boolean;
  /** The PUSH_DATA's JSON. */
  readonly body: string;
}

export interface GwmpWaiting {
  add(passenger: Passenger, nowMs: number): void;
  /** Takes out who goes next; undefined when nobody is left. */
  next(nowMs: number): Departure | undefined;
  all(): readonly Passenger[];
  /** Takes out everybody. */
  drain(): readonly Passenger[];
  readonly size: number;
}

export interface GwmpWaitingParts {
  readonly tries: Pick<GwmpTries, "isVain">;
  /** As createPresentTmst() gives it. */
  readonly presentTmstUs: (board: number) => number;
  /** A join that is not sent any more. */
  readonly onJoinNotLive: (passenger: Passenger) => void;
}

export function createGwmpWaiting({ tries, presentTmstUs, onJoinNotLive }: GwmpWaitingParts): GwmpWaiting {
  let live: Passenger[] = [];
  let replays: Passenger[] = [];

  const isVain = ({ sequence }: Passenger): boolean => tries.isVain(sequence);
  const liveText = ({ carried }: Passenger): string => carried.heard.frame.rxpkText;
  const replayText = ({ carried }: Passenger): string =>
    replayedRxpk(carried, presentTmstUs(carried.heard.rxpk.board ?? 0));

  function add(passenger: Passenger, nowMs: number): void {
    if (mayGoLive(passenger, nowMs)) live.push(passenger);
    else if (passenger.carried.expiresInMs === undefined) replays.push(passenger);
    else onJoinNotLive(passenger);
  }

  function mayGoLive(passenger: Passenger, nowMs: number): boolean {
    const { carried, sinceMs } = passenger;
    if (carried.replay || isVain(passenger)) return false;
    return carried.ageMs + nowMs - sinceMs <= LIVE_MS_MAX;
  }

  /** Who has waited too long goes as a replay; who was acknowledged meanwhile goes not at all. */
  function sortOut(nowMs: number): void {
    const waiting = live;
    live = [];
    for (const passenger of waiting) if (!passenger.settled) add(passenger, nowMs);
    replays = replays.filter(({ settled }) => !settled);
  }

  return {
    add,
    next: (nowMs) => {
      sortOut(nowMs);
      const isLive = live.length > 0;
      const queue = isLive ? live : replays;
      if (queue.length === 0) return undefined;
      const { count, body } = isLive
        ? loadOf(queue, liveText, isVain, LIVE_OCTETS_MAX)
        : loadOf(queue, replayText, isVain, REPLAY_OCTETS_MAX);
      return { passengers: queue.splice(0, count), isLive, body };
    },
    all: () => [...live, ...replays],
    drain: () => {
      const all = [...live, ...replays];
      live = [];
      replays = [];
      return all;
    },
    get size() {
      return live.length + replays.length;
    },
  };
}

/**
 * How long somebody listened: the time in which a gateway's forwarder lived and this agent ran. A device is silent only in
 * such time, and what nobody could hear is not lost to the radio. Pure but for its memory.
 */
export interface Listening {
  /** How long so far; it stands still while nobody listens. */
  at(nowMs: number): number;
  /** It was looked at, or heard. */
  is(on: boolean, nowMs: number): void;
}

/** Of one gateway; nobody listens at first. */
export function createListening(): Listening {
  let listenedMs = 0;
  /** undefined: nobody listens. */
  let sinceMs: number | undefined;
  return {
    at: (nowMs) => (sinceMs === undefined ? listenedMs : listenedMs + Math.max(0, nowMs - sinceMs)),
    is: (on, nowMs) => {
      if (on === (sinceMs !== undefined)) return;
      if (sinceMs !== undefined) listenedMs += Math.max(0, nowMs - sinceMs);
      sinceMs = on ? nowMs : undefined;
    },
  };
}

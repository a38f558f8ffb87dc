/**
 * No more datagrams in a breath than a server takes: The Things Stack drops what comes beyond ten within 10 ms, and
 * it does so behind its PUSH_ACK, so that nobody could notice.
 *
 * Half of that leaves room for what a road pushes together, and for what is never held back (PULL_DATA, TX_ACK,
 * stat), but counts here too. Pure: it is told what was sent, and when, monotonic milliseconds.
 *
 * Source: The Things Stack, pkg/gatewayserver/io/udp/config.go, RateLimitingConfig; firewall_ratelimit.go.
 */
export const DATAGRAMS_IN_WINDOW_MAX = 5;
export const WINDOW_MS = 10;

export interface DatagramPace {
  sent(nowMs: number): void;
  /** @returns how long to wait before the next one; 0: not at all. */
  waitMs(nowMs: number): number;
}

export function createDatagramPace(): DatagramPace {
  const sentMs = new Array<number>(DATAGRAMS_IN_WINDOW_MAX).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  return {
    sent: (nowMs) => {
      sentMs[oldest] = nowMs;
      oldest = (oldest + 1) % DATAGRAMS_IN_WINDOW_MAX;
    },
    waitMs: (nowMs) => Math.max(0, sentMs[oldest]! + WINDOW_MS - nowMs),
  };
}

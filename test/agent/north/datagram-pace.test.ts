/** The pace of datagrams against the rule of a server that drops bursts: ten within 10 ms. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createDatagramPace,
  DATAGRAMS_IN_WINDOW_MAX,
  WINDOW_MS,
} from "../../../agent/north/datagram-pace.ts";

/** Source: The Things Stack, pkg/gatewayserver/io/udp/config.go. */
const SERVER_MAX = 10;

test(`${DATAGRAMS_IN_WINDOW_MAX} at once, then a pause`, () => {
  const pace = createDatagramPace();
  for (let datagram = 0; datagram < DATAGRAMS_IN_WINDOW_MAX; datagram++) {
    expect(pace.waitMs(100)).toBe(0);
    pace.sent(100);
  }
  expect(pace.waitMs(103)).toBe(WINDOW_MS - 3);
  expect(pace.waitMs(100 + WINDOW_MS)).toBe(0);
});

test("whatever is asked of it, no 10 ms hold more than the server takes, even with four that never wait", () => {
  const pauses = fc.array(fc.nat({ max: 3 }), { minLength: 20, maxLength: 200 });
  fc.assert(
    fc.property(pauses, fc.array(fc.nat({ max: 200 }), { maxLength: 4 }), (asked, unasked) => {
      const pace = createDatagramPace();
      const sentMs: number[] = [];
      let nowMs = 0;
      for (const [at, pauseMs] of asked.entries()) {
        nowMs += pauseMs;
        if (unasked.includes(at)) {
          pace.sent(nowMs);
          sentMs.push(nowMs);
        }
        nowMs += pace.waitMs(nowMs);
        pace.sent(nowMs);
        sentMs.push(nowMs);
      }
      for (const fromMs of sentMs) {
        const within = sentMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + WINDOW_MS).length;
        expect(within).toBeLessThanOrEqual(SERVER_MAX);
      }
    }),
  );
});

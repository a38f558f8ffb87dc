/** Goal: what `watch` counts is true from its first second on. */
import { describe, expect, test } from "vitest";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import type { UplinkEvent } from "../../../agent/control/feed-events.ts";
import { paintFor } from "../../../agent/technician/paint.ts";
import {
  createWatchState,
  perMinute,
  RATE_WATCHED_MS_MIN,
  take,
  type WatchState,
} from "../../../agent/technician/watch-state.ts";
import { drawWatch, FIRST_VIEW } from "../../../agent/technician/watch-view.ts";
import { makeWords } from "../../../agent/technician/words.ts";
import { makeText } from "../../../agent/text/text.ts";

/** Far from zero: the machine has run for long. */
const OPENED_MS = 7_000_000;
const UPLINK = { kind: "uplink", verdict: "kept", frequencyHz: 868_100_000, sizeOctets: 20 };

/** One frame a second. */
function watched(seconds: number): WatchState {
  const state = createWatchState(OPENED_MS);
  for (let at = 1; at <= seconds; at++)
    take(state, { ...UPLINK, sequence: at } as unknown as UplinkEvent, OPENED_MS + at * 1_000);
  return state;
}

describe("frames a minute", () => {
  test.each([5, 20, 59, 60, 180])("are 60 when one came each second, for %d s", (seconds) => {
    const rate = perMinute(watched(seconds), OPENED_MS + seconds * 1_000);
    expect(rate).toBeGreaterThanOrEqual(60);
    // Both ends of the minute count.
    expect(rate).toBeLessThanOrEqual(61);
  });

  test("fall again when nothing comes", () => {
    const state = watched(30);
    expect(perMinute(state, OPENED_MS + 60_000)).toBe(30);
    expect(perMinute(state, OPENED_MS + 100_000)).toBe(0);
  });

  test("are not said before they mean something", () => {
    expect(perMinute(watched(4), OPENED_MS + RATE_WATCHED_MS_MIN - 1)).toBeUndefined();
    expect(perMinute(watched(4), OPENED_MS + RATE_WATCHED_MS_MIN)).toBe(48);
  });
});

test.each([
  [{ statuses: ["COLLISION_PACKET"], reason: "COLLISION_PACKET" }, ": COLLISION_PACKET"],
  [{ statuses: ["INTERNAL_ERROR"], reason: "SEND_LBT" }, ": INTERNAL_ERROR (SEND_LBT)"],
  [{ statuses: ["INTERNAL_ERROR"], reason: "txAckMissing" }, ": no answer came, it may be on air"],
  [{ statuses: ["TX_FREQ", "OK"], reason: "TX_FREQ" }, ": TX_FREQ, OK"],
])("a downlink's answer is said once: %j", (ack, said) => {
  const t = makeText("en");
  const state = createWatchState(OPENED_MS);
  const road = { coreId: "main", gatewayEui: "7276ff0044010010", downlinkId: 1 };
  state.downlinks.push({
    command: { kind: "downlink", ...road, wallMs: 0, items: [] },
    ack: { kind: "txAck", ...road, wallMs: 0, ...ack },
  } as unknown as WatchState["downlinks"][number]);
  const status: AgentStatus | undefined = undefined;
  const scene = { state, view: FIRST_VIEW, status, gone: undefined, wallMs: 0, monotonicMs: OPENED_MS };
  const lines = drawWatch(
    scene,
    { columns: 80, rows: 24 },
    { t, words: makeWords(t), paint: paintFor(false) },
  );
  expect(lines.at(-2)).toMatch(new RegExp(`main${said.replace(/[()]/g, "\\$&")}$`));
  expect(lines[2]).toBe("heard: 0, repeats: 0, refused: 0");
});

/** The GNSS receiver's state, over hours of the world's clock, with a receiver that is made up. */
import { describe, expect, test } from "vitest";
import { BURST_MS_MAX, type Gnss, startGnss } from "../../../agent/field/gnss.ts";
import { DOUBTS_MAX, type GnssState } from "../../../agent/field/gnss-view.ts";
import { ABSENT_WAIT_MS_MAX } from "../../../agent/field/rounds.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldSerial } from "../../../simulator/world/serial.ts";
import { epoch } from "./nmea-lines.ts";

const PORT = "/dev/nmea2";
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 22, 12);

interface Sky {
  readonly clock: WorldClock;
  readonly serial: WorldSerial;
  readonly gnss: Gnss;
  readonly changes: GnssState[];
  /** What the receiver says each second; undefined: nothing. */
  says: ((wallMs: number) => string) | undefined;
  state(): GnssState;
}

function openSky({ heldPorts = [] as string[], plugged = true, intervalMs = MINUTE_MS } = {}): Sky {
  const clock = new WorldClock(START_MS);
  const serial = new WorldSerial();
  const changes: GnssState[] = [];
  if (plugged) serial.plug(PORT);
  const gnss = startGnss({
    clock,
    serial,
    settings: { port: PORT, baud: 9_600, intervalMs },
    heldPorts,
    builtWallMs: Date.UTC(2026, 0, 1),
    onChange: ({ belief }) => changes.push(belief.state),
  });
  const sky: Sky = { clock, serial, gnss, changes, says: undefined, state: () => gnss.view().belief.state };
  const second = (): void => {
    if (sky.says !== undefined) serial.say(PORT, sky.says(clock.wallMs()));
    clock.after(1_000, second);
  };
  second();
  return sky;
}

const fix = (wallMs: number): string => epoch(wallMs);
const noFix = (wallMs: number): string => epoch(wallMs, { fix: false, satellites: 2 });

describe("a GNSS receiver", () => {
  test("starts cold, searches, has its fix, loses it, and finds it again", async () => {
    const sky = openSky();
    sky.says = (wallMs) => epoch(wallMs, { fix: false, clock: false });
    await sky.clock.advance(10 * MINUTE_MS);
    expect(sky.state()).toBe("searching");
    sky.says = fix;
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.gnss.view()).toMatchObject({
      belief: { state: "fix" },
      fix: { satellites: 9, hdop: 0.92, altitudeM: 98.4, position: { latitudeDeg: 47.3883183 } },
      satellites: 9,
      inView: 10,
    });
    sky.says = noFix;
    await sky.clock.advance(5 * MINUTE_MS);
    expect(sky.state()).toBe("lost");
    expect(sky.gnss.view()).toMatchObject({ satellites: 2, fix: { satellites: 9 } });
    sky.says = fix;
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.changes).toEqual(["searching", "fix", "lost", "fix"]);
    await sky.gnss.stop();
  });

  test(`keeps its fix over ${DOUBTS_MAX - 1} bad looks, and loses it at the next`, async () => {
    const sky = openSky();
    sky.says = fix;
    await sky.clock.advance(2 * MINUTE_MS);
    sky.says = noFix;
    await sky.clock.advance((DOUBTS_MAX - 1) * MINUTE_MS + 10_000);
    expect(sky.state()).toBe("fix");
    sky.says = fix;
    await sky.clock.advance(2 * MINUTE_MS);
    sky.says = noFix;
    await sky.clock.advance(DOUBTS_MAX * MINUTE_MS + 10_000);
    expect(sky.changes).toEqual(["fix", "lost"]);
    await sky.gnss.stop();
  });

  test.each([
    ["silent", "says nothing", undefined],
    ["garbage", "speaks at another speed", () => "\u00ff\u00e0x\u0080fx\n\u00f8\u0000~\n"],
    ["searching", "has three satellites, which is no good fix", (at: number) => epoch(at, { satellites: 3 })],
  ] as const)("is %s when it %s", async (state, _what, says) => {
    const sky = openSky();
    sky.says = says;
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.changes).toEqual([state]);
    await sky.gnss.stop();
  });

  test("that is unplugged is told after three looks, is looked for ever more seldom, and is back when it is back", async () => {
    const sky = openSky();
    sky.says = fix;
    await sky.clock.advance(2 * MINUTE_MS);
    sky.serial.unplug(PORT);
    await sky.clock.advance(3 * MINUTE_MS);
    expect(sky.state()).toBe("fix");
    await sky.clock.advance(24 * 60 * MINUTE_MS);
    expect(sky.gnss.view()).toMatchObject({ belief: { state: "noPort" }, reason: "no such port" });
    sky.serial.plug(PORT);
    await sky.clock.advance(ABSENT_WAIT_MS_MAX + BURST_MS_MAX);
    expect(sky.state()).toBe("fix");
    await sky.clock.advance(10 * MINUTE_MS);
    expect(sky.changes).toEqual(["fix", "noPort", "fix"]);
    await sky.gnss.stop();
  });

  test("that is another's is never opened", async () => {
    const sky = openSky({ heldPorts: ["/dev/nmea1", PORT] });
    sky.says = fix;
    await sky.clock.advance(24 * 60 * MINUTE_MS);
    expect(sky.state()).toBe("noPort");
    expect(sky.serial.openings.get(PORT)).toBeUndefined();
    await sky.gnss.stop();
  });

  test("is listened to for three seconds a minute, and the port is closed between", async () => {
    const sky = openSky();
    sky.says = fix;
    await sky.clock.advance(MINUTE_MS);
    let openMs = 0;
    for (let ms = 0; ms < 60 * MINUTE_MS; ms += 250) {
      await sky.clock.advance(250);
      if (sky.serial.isOpen(PORT)) openMs += 250;
    }
    expect(openMs / 60).toBeGreaterThan(1_000);
    expect(openMs / 60).toBeLessThan(4_500);
    await sky.gnss.stop();
  });

  test("whose port has kept old sentences is judged by new ones only", async () => {
    const sky = openSky();
    sky.serial.plug(PORT, { onOpen: (say) => say(epoch(START_MS - 900_000).repeat(5)) });
    sky.says = noFix;
    await sky.clock.advance(3 * MINUTE_MS);
    expect(sky.changes).toEqual(["searching"]);
    await sky.gnss.stop();
  });

  test("tells how far the gateway's clock is off, also over a rolled week", async () => {
    const sky = openSky();
    sky.says = (wallMs) => epoch(wallMs - 90_000);
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.gnss.view().clockAheadMs).toBe(90_000);
    sky.says = (wallMs) => epoch(wallMs + 5_000 - 1_024 * 7 * 86_400_000);
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.gnss.view().clockAheadMs).toBe(-5_000);
    await sky.gnss.stop();
  });

  test("that floods us is left, and nothing runs after stop", async () => {
    const sky = openSky();
    sky.says = (wallMs) => epoch(wallMs, { fix: false }).repeat(500);
    await sky.clock.advance(2 * MINUTE_MS);
    expect(sky.state()).toBe("searching");
    await sky.gnss.stop();
    const before = sky.serial.openings.get(PORT);
    await sky.clock.advance(60 * MINUTE_MS);
    expect(sky.serial.openings.get(PORT)).toBe(before);
    expect(sky.serial.isOpen(PORT)).toBe(false);
  });

  test("can be left in the middle of a burst", async () => {
    const sky = openSky();
    await sky.clock.advance(6_000);
    expect(sky.serial.isOpen(PORT)).toBe(true);
    await sky.gnss.stop();
    expect(sky.serial.isOpen(PORT)).toBe(false);
    expect(sky.state()).toBe("starting");
  });
});

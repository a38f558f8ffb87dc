/** What the virtual concentrator makes of what is on air, read back by the agent's own readers. */
import { describe, expect, test } from "vitest";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";
import type { Reception, Transmission } from "../../../simulator/air/air.ts";
import {
  type Concentrator,
  createConcentrator,
  type HeardFrame,
} from "../../../simulator/gateway/concentrator.ts";
import { createGps, type Gps } from "../../../simulator/gateway/gps.ts";
import { EU868_PLAN } from "../../../simulator/gateway/radio-plan.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import vectors from "../../vectors/gps-time.json" with { type: "json" };

const PHY = Buffer.from("40112233448000000102030405060708", "hex");

function reception(changes: Partial<Transmission> = {}, levels: Partial<Reception> = {}): Reception {
  const transmission: Transmission = {
    phyPayload: PHY,
    frequencyHz: 868_300_000,
    spreadingFactor: 9,
    bandwidthHz: 125_000,
    inverted: false,
    powerDbm: 14,
    startUs: 61_000_000,
    airtimeUs: 200_000,
    ...changes,
  };
  const endUs = transmission.startUs + transmission.airtimeUs;
  return { transmission, endUs, rssiDbm: -101.4, snrDb: 7.25, ...levels };
}

/** A concentrator that started when the clock showed 60 s, and what it heard. */
function concentratorOf(options: { clock?: WorldClock; gps?: Gps; driftPpm?: number } = {}): {
  concentrator: Concentrator;
  heard: HeardFrame[];
} {
  const heard: HeardFrame[] = [];
  const { clock = new WorldClock(), gps, driftPpm = 0 } = options;
  const concentrator = createConcentrator({
    name: "gateway",
    clock,
    plan: EU868_PLAN,
    driftPpm,
    gps,
    onHeard: (frame) => heard.push(frame),
  });
  concentrator.start();
  return { concentrator, heard };
}

function rxpkOf(frame: HeardFrame | undefined) {
  const rxpk = readRxpk(frame!.rxpk);
  if (!rxpk.ok) throw new Error(rxpk.fault);
  return rxpk.value;
}

describe("the virtual concentrator", () => {
  test("writes an rxpk that our reader reads field by field", () => {
    const { concentrator, heard } = concentratorOf();
    concentrator.hear(reception());
    expect(rxpkOf(heard[0])).toEqual({
      jver: 1,
      tmstUs: 1_200_000,
      timeUtcMs: undefined,
      tmmsMs: undefined,
      fineTimeNs: undefined,
      frequencyHz: 868_300_000,
      crc: "ok",
      modulation: { kind: "lora", spreadingFactor: 9, bandwidthHz: 125_000, codeRate: "4/5" },
      rssiDbm: -101,
      snrDb: 7.3,
      channel: 1,
      rfChain: 1,
      board: undefined,
      antenna: undefined,
      frequencyOffsetHz: 0,
      delayed: false,
      metadata: new Map(),
      payload: PHY,
    });
  });

  test("writes it to the letter as the reference forwarder does", () => {
    const gps: Gps = { locked: () => true, utcUsAt: (us) => us + 1_612_379_026_500_349, trueUsAt: () => 0 };
    const { concentrator, heard } = concentratorOf({ gps });
    concentrator.hear(reception({ startUs: 60_000_000, airtimeUs: 1, frequencyHz: 868_298_760 }));
    expect(heard[0]!.rxpk).toBe(
      '{"jver":1,"tmst":1,"time":"2021-02-03T19:04:46.500350Z","tmms":1296414304500' +
        ',"chan":1,"rfch":1,"freq":868.300000,"mid": 1,"stat":1,"modu":"LORA","datr":"SF9BW125","codr":"4/5"' +
        ',"rssis":-102,"lsnr":7.3,"foff":-1240,"rssi":-101,"size":16,"data":"QBEiM0SAAAABAgMEBQYHCA=="}',
    );
  });

  test("stamps a frame with its end, as the counter has it: drift, wrap and all", () => {
    const { concentrator, heard } = concentratorOf({ driftPpm: -10 });
    concentrator.hear(reception({ startUs: 60_000_000, airtimeUs: 500_000 }));
    concentrator.hear(reception({ startUs: 60_000_000 + 2 ** 32, airtimeUs: 42_950 + 500_000 }));
    expect(heard.map(({ tmst }) => tmst)).toEqual([499_995, 499_994]);
  });

  test("counts from 0 again after a restart, and misses the frame that was on air meanwhile", async () => {
    const clock = new WorldClock();
    const { concentrator, heard } = concentratorOf({ clock });
    await clock.advance(1_100);
    concentrator.start();
    concentrator.hear(reception());
    expect(heard).toEqual([]);
    concentrator.hear(reception({ startUs: 61_100_000 }));
    expect(heard[0]!.tmst).toBe(200_000);
  });

  test("hears nothing once it is stopped", () => {
    const { concentrator, heard } = concentratorOf();
    concentrator.stop();
    concentrator.hear(reception());
    expect(heard).toEqual([]);
  });

  test.each([
    [867_100_000, 3, 0],
    [867_900_000, 7, 0],
    [868_100_000, 0, 1],
    [868_500_000, 2, 1],
  ])("hears %i Hz on channel %i of chain %i", (frequencyHz, channel, rfChain) => {
    const { concentrator, heard } = concentratorOf();
    concentrator.hear(reception({ frequencyHz }));
    expect(rxpkOf(heard[0])).toMatchObject({ frequencyHz, channel, rfChain });
  });

  test("hears no channel that it is not set to, no bandwidth and no spreading factor either", () => {
    const { concentrator, heard } = concentratorOf();
    concentrator.hear(reception({ frequencyHz: 869_525_000 }));
    concentrator.hear(reception({ frequencyHz: 868_300_000 + 31_251 }));
    concentrator.hear(reception({ bandwidthHz: 500_000 }));
    concentrator.hear(reception({ bandwidthHz: 250_000, spreadingFactor: 9 }));
    expect(heard).toEqual([]);
    concentrator.hear(reception({ bandwidthHz: 250_000, spreadingFactor: 7 }));
    expect(rxpkOf(heard[0])).toMatchObject({ channel: 8 });
  });

  test("tells the level of the signal apart from that of channel and noise", () => {
    const { concentrator, heard } = concentratorOf();
    concentrator.hear(reception({}, { rssiDbm: -115, snrDb: -10 }));
    expect(JSON.parse(heard[0]!.rxpk)).toMatchObject({ rssi: -115, rssis: -125, lsnr: -10 });
  });

  test("has no time while the GPS has no lock", () => {
    const clock = new WorldClock();
    let locked = false;
    const { concentrator, heard } = concentratorOf({
      clock,
      gps: { ...createGps(clock), locked: () => locked },
    });
    concentrator.hear(reception());
    locked = true;
    concentrator.hear(reception());
    expect(rxpkOf(heard[0])).toMatchObject({ timeUtcMs: undefined, tmmsMs: undefined });
    expect(rxpkOf(heard[1]).timeUtcMs).toBe(Date.UTC(2026, 0, 1) + 1_200);
  });

  test("keeps GPS time when somebody steps the gateway's wall clock", () => {
    const clock = new WorldClock();
    const { concentrator, heard } = concentratorOf({ clock, gps: createGps(clock) });
    clock.stepWall(-3_600_000);
    concentrator.hear(reception());
    expect(rxpkOf(heard[0]).timeUtcMs).toBe(Date.UTC(2026, 0, 1) + 1_200);
  });

  const published = vectors.vectors.filter(({ utc }) => Date.parse(utc) >= Date.UTC(1980, 0, 7));
  test.each(published)("GPS time at $utc", ({ utc, gpsSeconds }) => {
    const clock = new WorldClock(Date.parse(utc) - 1_200);
    const { concentrator, heard } = concentratorOf({ clock, gps: createGps(clock) });
    concentrator.hear(reception());
    const rxpk = rxpkOf(heard[0]);
    expect(rxpk.tmmsMs).toBe(Math.round(gpsSeconds * 1_000));
    expect(rxpk.timeUtcMs).toBe(Date.parse(utc));
  });
});

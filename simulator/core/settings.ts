/**
 * The core's settings and their defaults: those of ChirpStack where it has them.
 */
import assert from "node:assert/strict";
import { CFLIST_FREQUENCIES_MAX } from "../meter/join-frames.ts";
import type { JoinSettings } from "./join-server.ts";

export interface RigCoreSettings extends JoinSettings {
  /** How long copies of an uplink are collected, milliseconds. */
  readonly deduplicationMs: number;
  /**
   * After that wait each uplink is handled on its own, this many milliseconds later at most: drawn, so that two
   * uplinks which came together may change places, as tasks do.
   */
  readonly taskSpreadMs: number;
  /**
   * Answers carry RX2 as their second item (ChirpStack's rx_window 0), or RX1 alone (1): a join-accept at SF12 is on
   * air for 1.8 s, and a gateway that sends it hears nothing else.
   */
  readonly usesRx2: boolean;
  /** Share of the devices, 0..1, for each of which one application downlink waits from the start. */
  readonly downlinkShare: number;
  /** Share of those, 0..1, that are confirmed. */
  readonly confirmedDownlinkShare: number;
}

const RIG_CORE_SETTINGS: RigCoreSettings = {
  netId: "000000",
  rx1DelayS: 1,
  rx1DataRateOffset: 0,
  rx2DataRate: 0,
  extraChannelsHz: [867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000],
  deduplicationMs: 200,
  taskSpreadMs: 5,
  usesRx2: true,
  downlinkShare: 0,
  confirmedDownlinkShare: 0,
};

/** Settings come from programs and from scenarios that were checked: what is wrong here is a bug. */
export function completeSettings(given: Partial<RigCoreSettings> = {}): RigCoreSettings {
  const settings = { ...RIG_CORE_SETTINGS, ...given };
  const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;
  assert.ok(within(settings.rx1DelayS, 1, 15), "rx1DelayS is 1..15");
  assert.ok(within(settings.rx1DataRateOffset, 0, 5), "rx1DataRateOffset is 0..5");
  assert.ok(within(settings.rx2DataRate, 0, 6), "rx2DataRate is 0..6");
  assert.ok(settings.extraChannelsHz.length <= CFLIST_FREQUENCIES_MAX, "a CFList has five places");
  assert.ok(settings.deduplicationMs >= 0 && settings.taskSpreadMs >= 0, "waits are not negative");
  return settings;
}

import { expect, test } from "vitest";
import {
  HISTORY_EVERY_MS,
  HISTORY_SAMPLES_MAX,
  type HistoryFigures,
  startHistory,
} from "../../../../agent/health/report/history.ts";
import { historyFigures } from "../../../../agent/health/report/history-figures.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { busyGateway } from "./busy-gateway.ts";

function historyWorld() {
  const clock = new WorldClock();
  let figures: HistoryFigures = {
    signalDbm: -95.04,
    roundTripMs: 43.21,
    journalFrames: 3,
    heardTotal: 1_000,
    crcBadTotal: 100,
  };
  const history = startHistory({ clock, figures: () => figures });
  return {
    clock,
    history,
    change: (more: Partial<HistoryFigures>) => {
      figures = { ...figures, ...more };
    },
  };
}

test("a sample has what was heard in its five minutes, not since ever", async () => {
  const { clock, history, change } = historyWorld();
  change({ heardTotal: 1_040, crcBadTotal: 110 });
  await clock.advance(HISTORY_EVERY_MS);
  const [sample] = history.view().samples;
  expect(sample).toEqual({
    wallMs: clock.wallMs(),
    signalDbm: -95,
    roundTripMs: 43.2,
    journalFrames: 3,
    frames: 40,
    crcBadPercent: 25,
  });
});

test("what is not known has no place: no signal, no core, nothing heard", async () => {
  const { clock, history, change } = historyWorld();
  change({ signalDbm: undefined, roundTripMs: undefined });
  await clock.advance(HISTORY_EVERY_MS);
  expect(history.view().samples).toEqual([{ wallMs: clock.wallMs(), journalFrames: 3, frames: 0 }]);
});

test("a day is kept and no more, the oldest first, each at its time", async () => {
  const { clock, history, change } = historyWorld();
  for (let index = 0; index < HISTORY_SAMPLES_MAX + 5; index++) {
    change({ journalFrames: index });
    await clock.advance(HISTORY_EVERY_MS);
  }
  const { samples } = history.view();
  expect(samples.map(({ journalFrames }) => journalFrames)).toEqual(
    Array.from({ length: HISTORY_SAMPLES_MAX }, (_none, index) => index + 5),
  );
  const times = samples.map(({ wallMs }) => wallMs);
  expect(times.at(-1)).toBe(clock.wallMs());
  for (const [index, wallMs] of times.slice(1).entries())
    expect(wallMs - times[index]!).toBe(HISTORY_EVERY_MS);
});

test("a gateway that goes takes its totals along, and makes no negative frames", async () => {
  const { clock, history, change } = historyWorld();
  change({ heardTotal: 10, crcBadTotal: 0 });
  await clock.advance(HISTORY_EVERY_MS);
  expect(history.view().samples[0]).toMatchObject({ frames: 0 });
});

test("nothing is taken after the stop", async () => {
  const { clock, history } = historyWorld();
  history.stop();
  await clock.advance(10 * HISTORY_EVERY_MS);
  expect(history.view().samples).toEqual([]);
});

test("the signal is LTE's where there is one, else the carrier's or the wireless network's; of a core that is away no round trip", () => {
  const { field, cores, journal, forwarders } = busyGateway();
  const of = (more: object) => historyFigures({ field, cores, journal, forwarders, ...more });
  expect(of({})).toEqual({
    signalDbm: -98,
    roundTripMs: 183.4567,
    journalFrames: 123_456,
    heardTotal: 35_802_469,
    crcBadTotal: 1_234_567,
  });
  const { modem, system } = field;
  const gsm = { ...modem!, reading: { ...modem!.reading!, signal: { rssiDbm: -67 } } };
  expect(of({ field: { modem: gsm } }).signalDbm).toBe(-67);
  const wlan = { name: "wlan0", rxOctets: 0, txOctets: 0, rxErrors: 0, txErrors: 0, signalDbm: -50 };
  const wireless = { system: { ...system!, backhaul: "wlan0", interfaces: [wlan] } };
  expect(of({ field: wireless }).signalDbm).toBe(-50);
  expect(of({ field: { ...wireless, modem: { ...modem!, state: "silent" } } }).signalDbm).toBe(-50);
  expect(of({ cores: [{ ...cores[0]!, state: "waiting" }] }).roundTripMs).toBeUndefined();
});

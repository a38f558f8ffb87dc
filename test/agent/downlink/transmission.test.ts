import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { prepare } from "../../../agent/downlink/transmission.ts";
import type { DownlinkItem } from "../../../agent/north/core.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { contextHeard, delay, FSK, IMMEDIATELY, itemOf, LORA, SESSION } from "./given.ts";

const { bodies } = JSON.parse(readFileSync(new URL("../../vectors/gwmp.json", import.meta.url), "utf8")) as {
  bodies: { id: string; json: string }[];
};

/** What a peer wrote, by its name in the vectors. */
const writtenByOthers = (id: string): object => JSON.parse(bodies.find((body) => body.id === id)!.json);

function prepareNow(fields: Partial<DownlinkItem>) {
  const clock = new WorldClock();
  const arrival = { arrivedMonotonicMs: clock.monotonicMs(), unansweredMs: 0 };
  const now = {
    monotonicMs: clock.monotonicMs(),
    kernelBootId: clock.kernelBootId(),
    gpsMs: undefined,
    gpsFloorMs: 0,
  };
  return prepare(itemOf(fields) as DownlinkItem, arrival, now, () => SESSION);
}

function txpkOf(fields: Partial<DownlinkItem>): Record<string, unknown> {
  const prepared = prepareNow(fields);
  if (!prepared.ok) throw new Error(prepared.fault.reason);
  return JSON.parse(prepared.value.json).txpk;
}

const FOUR_OCTETS = Buffer.from("01020304", "hex");
const SF12 = { ...LORA, spreadingFactor: 12 } as const;

test("a PULL_RESP says what ChirpStack's gateway bridge says, field by field", () => {
  const common = { phyPayload: FOUR_OCTETS, powerDbm: 14, board: 1, antenna: 2 };
  expect({ txpk: txpkOf({ ...common, modulation: SF12, timing: IMMEDIATELY }) }).toEqual(
    writtenByOthers("gwb-txpk-imme"),
  );
  expect({
    txpk: txpkOf({ ...common, modulation: SF12, timing: { kind: "gpsEpoch", gpsMs: 5_000 } }),
  }).toEqual(writtenByOthers("gwb-txpk-gps"));
  const context = contextHeard(new WorldClock(), { tmstUs: 1_000_000, board: 1, antenna: 2 });
  expect({ txpk: txpkOf({ ...common, modulation: FSK, timing: delay(1_000), context }) }).toEqual(
    writtenByOthers("gwb-txpk-fsk"),
  );
});

test("what a core leaves out is filled in where a forwarder insists on it, and left out where it does not", () => {
  expect(txpkOf({ modulation: { ...LORA, codeRate: undefined } })).toMatchObject({ codr: "4/5", rfch: 0 });
  expect(txpkOf({ modulation: { ...FSK, deviationHz: undefined } })).toMatchObject({ fdev: 25_000 });
  expect(txpkOf({ modulation: { ...FSK, deviationHz: 0 } })).toMatchObject({ fdev: 25_000 });
  expect(Object.keys(txpkOf({}))).not.toContain("prea");
  expect(Object.keys(txpkOf({}))).not.toContain("ncrc");
  expect(txpkOf({ preamble: 10, noCrc: true })).toMatchObject({ prea: 10, ncrc: true });
});

test("booleans are booleans, and nothing is null", () => {
  for (const polarizationInversion of [true, false]) {
    const txpk = txpkOf({ polarizationInversion });
    expect(txpk.ipol).toBe(polarizationInversion);
    expect(txpk.imme).toBe(true);
    expect(Object.values(txpk)).not.toContain(null);
  }
});

test("power is EIRP in whole decibels, never more than was asked for", () => {
  expect(txpkOf({ powerDbm: 16 }).powe).toBe(16);
  expect(txpkOf({ powerDbm: 16.9 }).powe).toBe(16);
  expect(txpkOf({ powerDbm: -3.1 }).powe).toBe(-4);
  expect(txpkOf({ powerDbm: 0 }).powe).toBe(0);
});

test("a GPS time with a fraction of a millisecond is rounded: a forwarder takes whole ones", () => {
  expect(txpkOf({ timing: { kind: "gpsEpoch", gpsMs: 5_000.6 } }).tmms).toBe(5_001);
});

test("an answer goes out on the board that heard the uplink", () => {
  const context = contextHeard(new WorldClock(), { board: 2, antenna: 1 });
  expect(txpkOf({ timing: delay(1_000), context, board: 0 })).toMatchObject({ brd: 2, ant: 1 });
});

test("a board or preamble no forwarder knows is refused", () => {
  expect(prepareNow({ board: 256 })).toMatchObject({ ok: false, fault: { status: "INTERNAL_ERROR" } });
  expect(prepareNow({ preamble: 65_536 })).toMatchObject({ ok: false, fault: { status: "INTERNAL_ERROR" } });
});

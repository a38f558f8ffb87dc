/**
 * Goal: addresses tell sessions apart, and what is remembered is bounded.
 */
import { expect, test } from "vitest";
import { type CoreSession, createDevices, FORMER_SESSIONS_MAX } from "../../../simulator/core/devices.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { DEVICE } from "./core-world.ts";

const sessionAt = (devAddr: string): CoreSession => ({
  devEui: DEVICE.devEui,
  devAddr,
  keys: {} as never,
  receive: {} as never,
  nextFCntUp: 0,
  fCntDown: 0,
});

test("a DevAddr is never given twice while it or a former session has it", () => {
  // A stream that draws each number four times.
  let draws = 0;
  const chance = { unit: () => 0, below: (below: number) => Math.floor(draws++ / 4) % below };
  const devices = createDevices([DEVICE], "000000", chance);
  const device = devices.get(DEVICE.devEui)!;
  const given = Array.from({ length: 5 }, () => {
    const devAddr = devices.drawDevAddr();
    devices.open(device, sessionAt(devAddr));
    return devAddr;
  });
  expect(given).toEqual(["00000000", "00000001", "00000002", "00000003", "00000004"]);
  expect(devices.byDevAddr("00000004")).toBe(device);
  expect(devices.byDevAddr("00000003")).toBeUndefined();
  expect(devices.former("00000003")).toBeDefined();
});

test("beyond FORMER_SESSIONS_MAX the oldest session is forgotten", () => {
  const devices = createDevices([DEVICE], "000000", new WorldRng(1).stream("dev-addrs"));
  const device = devices.get(DEVICE.devEui)!;
  const addressOf = (number: number): string => number.toString(16).padStart(8, "0");
  for (let number = 0; number <= FORMER_SESSIONS_MAX; number++)
    devices.open(device, sessionAt(addressOf(number)));
  expect(devices.former(addressOf(0))).toBeDefined();
  devices.open(device, sessionAt(addressOf(FORMER_SESSIONS_MAX + 1)));
  expect(devices.former(addressOf(0))).toBeUndefined();
  expect(devices.former(addressOf(1))).toBeDefined();
});

test("a NetID that cannot be read is said", () => {
  expect(() => createDevices([], "xyz", new WorldRng(1).stream("dev-addrs"))).toThrow(/badNetId/);
});

/**
 * Goal: whatever stands on an event topic, reading it ends in a message or a fault.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readGatewayMessage } from "../../../simulator/core/gateway-messages.ts";
import { NORTH, SOUTH, uplinkFrame } from "./core-world.ts";

const topic = (event: string): string => `eu868/gateway/${NORTH}/event/${event}`;

test("octets that nobody meant are a fault, never a throw", () => {
  const octets = fc.uint8Array({ maxLength: 80 });
  fc.assert(
    fc.property(octets, fc.constantFrom("up", "ack", "stats"), fc.boolean(), (bytes, event, json) => {
      const payload = json
        ? Buffer.from(`{"gatewayId":${Buffer.from(bytes).toString("latin1")}`)
        : Buffer.from(bytes);
      expect(typeof readGatewayMessage(topic(event), payload).ok).toBe("boolean");
    }),
    { numRuns: 2_000 },
  );
});

test("an uplink cut at any octet is a fault or still names its gateway", () => {
  const whole = Buffer.from(uplinkFrame(NORTH, Buffer.alloc(23)).serializeBinary());
  for (let cut = 0; cut < whole.length; cut++) {
    const read = readGatewayMessage(topic("up"), whole.subarray(0, cut));
    if (read.ok) expect(read.value.gatewayEui).toBe(NORTH);
  }
});

test("two gateways' copies have one key, and any other octet of the radio or the frame another", () => {
  const phyPayload = Buffer.from("40aabbccdd", "hex");
  const keyOf = (frame: ReturnType<typeof uplinkFrame>): string => {
    const read = readGatewayMessage(topic("up"), Buffer.from(frame.serializeBinary()));
    return read.ok && read.value.kind === "up" ? read.value.copy.key : "";
  };
  const north = keyOf(uplinkFrame(NORTH, phyPayload, { rssiDbm: -120, gpsMs: 1_000 }));
  expect(keyOf(uplinkFrame(SOUTH, phyPayload, { snrDb: -9 }))).toBe(north);
  const inverted = uplinkFrame(NORTH, phyPayload);
  inverted.getTxInfo()!.getModulation()!.getLora()!.setPolarizationInversion(true);
  const preambled = uplinkFrame(NORTH, phyPayload);
  preambled.getTxInfo()!.getModulation()!.getLora()!.setPreamble(8);
  const others = [
    inverted,
    preambled,
    uplinkFrame(NORTH, phyPayload, { frequencyHz: 868_300_000 }),
    uplinkFrame(NORTH, phyPayload, { spreadingFactor: 8 }),
    uplinkFrame(NORTH, Buffer.from("40aabbccde", "hex")),
  ].map(keyOf);
  expect(new Set([north, ...others]).size).toBe(6);
});

test("JSON with its defaults written out has the key of the octets without", () => {
  const phyPayload = Buffer.from("40aabbccdd", "hex");
  const json = {
    phyPayload: phyPayload.toString("base64"),
    txInfo: {
      frequency: 868_100_000,
      modulation: {
        lora: {
          spreadingFactor: 7,
          bandwidth: 125_000,
          codeRate: "CR_4_5",
          preamble: 0,
          noCrc: false,
          polarizationInversion: false,
        },
      },
    },
    rxInfo: { gatewayId: SOUTH },
  };
  const keys = [
    Buffer.from(JSON.stringify(json)),
    Buffer.from(uplinkFrame(NORTH, phyPayload).serializeBinary()),
  ].map((payload) => {
    const read = readGatewayMessage(topic("up"), payload);
    return read.ok && read.value.kind === "up" ? read.value.copy.key : undefined;
  });
  expect(keys[0]).toBeDefined();
  expect(keys[0]).toBe(keys[1]);
});

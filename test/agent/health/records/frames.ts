/** Frames as the records are told of them. */
import type { Rxpk } from "../../../../agent/lorawan/rxpk.ts";

/** A good LoRa frame unless told otherwise. */
export function rxpkOf(shape: Partial<Rxpk> = {}): Rxpk {
  return {
    jver: 1,
    tmstUs: 0,
    timeUtcMs: undefined,
    tmmsMs: undefined,
    fineTimeNs: undefined,
    frequencyHz: 868_100_000,
    crc: "ok",
    modulation: { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" },
    rssiDbm: -90,
    snrDb: 5,
    channel: undefined,
    rfChain: undefined,
    board: undefined,
    antenna: undefined,
    frequencyOffsetHz: undefined,
    delayed: false,
    metadata: new Map(),
    payload: Buffer.alloc(16),
    ...shape,
  };
}

/** PHYPayload of a data frame of this device. */
export function payloadOf(devAddr: number): Buffer {
  const payload = Buffer.alloc(16);
  payload[0] = 0x40;
  payload.writeUInt32LE(devAddr, 1);
  return payload;
}

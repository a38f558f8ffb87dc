/**
 * Opens the frames of the technician's own devices with their keys (frame-keys.ts): whether the MIC is right, the whole
 * FCnt, and the FRMPayload in the clear.
 *
 * On air is the low half of FCnt; the high half is found by the MIC, upwards from the last that fitted.
 *
 * The MIC of a 1.1 uplink has two halves, one by each network server. The forwarding one's needs FNwkSIntKey and FCnt.
 * The serving one's needs besides what only the device knows: the data rate and channel as it numbers them, which are all
 * tried (of 16 bits, so that a wrong SNwkSIntKey passes with one frame in 43), and, where it acknowledges, the counter of
 * what it acknowledges, which is not (any MIC would pass).
 *
 * Source: LoRaWAN 1.0.4, 4.4; LoRaWAN 1.1, 4.4.
 */
import type { DeviceKeys, KeyRing } from "./frame-keys.ts";

/** High halves that are tried: 4 million frames of one session. */
const HIGH_HALVES_MAX = 64;
const DATA_RATES_MAX = 16;
/** CN470 has the most (RP002-1.0.4). */
const CHANNELS_MAX = 96;

/** What the keys tell of a frame. */
export type Opened =
  | {
      /** half: of a 1.1 frame that acknowledges, the forwarding server's half. */
      readonly mic: "good" | "half";
      /** All 32 bits. */
      readonly fCnt: number;
      /** Decrypted; undefined: the frame has none. */
      readonly frmPayload: Buffer | undefined;
    }
  | { readonly mic: "bad"; readonly version: DeviceKeys["version"] }
  /** A downlink of 1.1 that acknowledges. */
  | { readonly mic: "unknown" };

/** @returns undefined for a frame of a device whose keys nobody gave. */
export type FrameOpener = (devAddr: string, phyPayload: Buffer) => Opened | undefined;

type LoraPacket = typeof import("lora-packet")["default"];
type Packet = ReturnType<LoraPacket["fromWire"]>;
type Keys11 = Extract<DeviceKeys, { version: "1.1" }>;
type Judgement = "good" | "half" | "bad" | "unknown";

/** Loads the cipher: only when there are keys. */
export async function openFrames(ring: KeyRing): Promise<FrameOpener> {
  // A CommonJS module whose types put it one level deeper than it is.
  const { default: module } = await import("lora-packet");
  const loraPacket = module as unknown as LoraPacket;
  const lastHigh = new Map<string, number>();
  return (devAddr, phyPayload) => {
    const keys = ring.get(devAddr);
    if (keys === undefined) return undefined;
    const packet = loraPacket.fromWire(phyPayload);
    const from = lastHigh.get(devAddr) ?? 0;
    for (let tried = 0; tried < HIGH_HALVES_MAX; tried++) {
      const high = (from + tried) % HIGH_HALVES_MAX;
      const mic = judge(loraPacket, packet, keys, high);
      if (mic === "bad") continue;
      if (mic === "unknown") return { mic };
      lastHigh.set(devAddr, high);
      return {
        mic,
        fCnt: high * 0x1_0000 + (packet.getFCnt() ?? 0),
        frmPayload: decrypted(loraPacket, packet, keys, high),
      };
    }
    return { mic: "bad", version: keys.version };
  };
}

function judge(loraPacket: LoraPacket, packet: Packet, keys: DeviceKeys, high: number): Judgement {
  if (keys.version === "1.1") return judge11(loraPacket, packet, keys, high);
  return loraPacket.verifyMIC(packet, keys.nwkSKey, undefined, highOctets(high)) ? "good" : "bad";
}

function judge11(
  loraPacket: LoraPacket,
  packet: Packet,
  { fNwkSIntKey, sNwkSIntKey }: Keys11,
  high: number,
): Judgement {
  const octets = highOctets(high);
  const acknowledges = packet.getFCtrlACK() === true;
  if (packet.getDir() === "down") {
    if (acknowledges) return "unknown";
    return loraPacket.verifyMIC(packet, sNwkSIntKey, undefined, octets) ? "good" : "bad";
  }
  const whole = loraPacket.calculateMIC(packet, fNwkSIntKey, undefined, octets);
  if (packet.MIC === undefined || !whole.subarray(0, 2).equals(packet.MIC.subarray(2, 4))) return "bad";
  if (acknowledges) return "half";
  // Most devices have few channels: those come first.
  for (let channel = 0; channel < CHANNELS_MAX; channel++) {
    for (let rate = 0; rate < DATA_RATES_MAX; rate++) {
      // Written into by the library.
      const confFCntTxDrTxCh = Buffer.from([0, 0, rate, channel]);
      if (loraPacket.verifyMIC(packet, fNwkSIntKey, sNwkSIntKey, octets, confFCntTxDrTxCh)) return "good";
    }
  }
  return "bad";
}

function decrypted(
  loraPacket: LoraPacket,
  packet: Packet,
  keys: DeviceKeys,
  high: number,
): Buffer | undefined {
  if (packet.FRMPayload === undefined || packet.FRMPayload.length === 0) return undefined;
  const ofPort0 = keys.version === "1.1" ? keys.nwkSEncKey : keys.nwkSKey;
  return loraPacket.decrypt(packet, keys.appSKey, ofPort0, highOctets(high)) ?? undefined;
}

function highOctets(high: number): Buffer {
  return Buffer.from([high & 0xff, high >> 8]);
}

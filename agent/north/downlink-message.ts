/**
 * What a core commands: ChirpStack's gw.DownlinkFrame as a DownlinkCommand.
 *
 * Pure. How the message was encoded is in gw-encoding.ts; whether it may still be sent, in agent/downlink/.
 *
 * Source: chirpstack/chirpstack, api/proto/gw/gw.proto.
 */

import type { gw } from "../lorawan/gw.js";
import type { Read } from "../lorawan/read.ts";
import type { DownlinkItem, DownlinkTiming } from "./core.ts";
import { toMs } from "./gw-time.ts";
import { fromGwModulation } from "./modulation.ts";

/** A core sends two (RX1 and RX2); more than this is no downlink. */
const DOWNLINK_ITEMS_MAX = 16;

interface DownlinkMessage {
  readonly downlinkId: number;
  /** As it was sent: "" when it names none. */
  readonly gatewayEui: string;
  /** How many items there were: the answer has one status for each. */
  readonly itemCount: number;
  readonly items: Read<readonly DownlinkItem[], DownlinkItemsFault>;
}

type DownlinkItemsFault = "noItems" | "tooManyItems" | "noTxInfo" | "noModulation";

export function fromDownlinkFrame(frame: gw.DownlinkFrame.$Properties): DownlinkMessage {
  const items = frame.items ?? [];
  return {
    downlinkId: frame.downlinkId ?? 0,
    gatewayEui: (frame.gatewayId ?? "").toLowerCase(),
    itemCount: items.length,
    items: readItems(items),
  };
}

function readItems(
  items: readonly gw.DownlinkFrameItem.$Properties[],
): Read<readonly DownlinkItem[], DownlinkItemsFault> {
  if (items.length === 0) return { ok: false, fault: "noItems" };
  if (items.length > DOWNLINK_ITEMS_MAX) return { ok: false, fault: "tooManyItems" };
  const value: DownlinkItem[] = [];
  for (const item of items) {
    const read = readItem(item);
    if (!read.ok) return read;
    value.push(read.value);
  }
  return { ok: true, value };
}

function readItem({
  phyPayload,
  txInfo,
}: gw.DownlinkFrameItem.$Properties): Read<DownlinkItem, DownlinkItemsFault> {
  if (!txInfo) return { ok: false, fault: "noTxInfo" };
  const modulation = txInfo.modulation ? fromGwModulation(txInfo.modulation) : undefined;
  if (modulation === undefined) return { ok: false, fault: "noModulation" };
  const lora = txInfo.modulation?.lora;
  return {
    ok: true,
    value: {
      phyPayload: asBuffer(phyPayload),
      frequencyHz: txInfo.frequency ?? 0,
      powerDbm: txInfo.power ?? 0,
      modulation,
      polarizationInversion: lora?.polarizationInversion ?? false,
      preamble: lora?.preamble ?? 0,
      noCrc: lora?.noCrc ?? false,
      board: txInfo.board ?? 0,
      antenna: txInfo.antenna ?? 0,
      timing: txInfo.timing ? readTiming(txInfo.timing) : undefined,
      context: asBuffer(txInfo.context),
    },
  };
}

function readTiming({ immediately, delay, gpsEpoch }: gw.Timing.$Properties): DownlinkTiming | undefined {
  if (immediately) return { kind: "immediately" };
  if (delay) return { kind: "delay", delayMs: delay.delay ? toMs(delay.delay) : 0 };
  if (gpsEpoch?.timeSinceGpsEpoch) return { kind: "gpsEpoch", gpsMs: toMs(gpsEpoch.timeSinceGpsEpoch) };
  return undefined;
}

function asBuffer(bytes: Uint8Array | null | undefined): Buffer {
  if (!bytes) return Buffer.alloc(0);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

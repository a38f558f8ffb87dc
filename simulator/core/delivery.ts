/**
 * What the core delivers: one object per accepted uplink, written as one line of JSON. Pure.
 */
import { readW1, W1_FPORT, type W1Reading } from "../meter/payload.ts";
import { bestCopy } from "./downlink.ts";
import { type EventTime, eventTime } from "./event-time.ts";
import type { UplinkCopy } from "./gateway-messages.ts";

interface DeliveredBy {
  readonly gatewayEui: string;
  readonly rssiDbm: number;
  readonly snrDb: number;
  readonly delayed: boolean;
  /** How long the agent says it kept the frame. */
  readonly holdMs?: number;
}

export interface Delivery {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
  /** null: no FPort, and then no payload. */
  readonly fPort: number | null;
  readonly confirmed: boolean;
  readonly payloadHex: string;
  readonly payloadBase64: string;
  /** null: no payload of a meter we know. */
  readonly decoded: W1Reading | null;
  /** Of the gateway that heard it best. */
  readonly rssiDbm: number;
  readonly snrDb: number;
  readonly spreadingFactor: number;
  readonly frequencyHz: number;
  /** Gateways whose copies came within the de-duplication window. */
  readonly redundancy: number;
  /** Each once, the first that came first. */
  readonly gateways: readonly DeliveredBy[];
  /** RFC 3339, UTC. */
  readonly heardAt: string;
  readonly heardAtSource: EventTime["source"];
  readonly receivedAt: string;
  /** Any copy was a replay. */
  readonly delayed: boolean;
}

export interface DeliveredFrame {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
  readonly fPort: number | undefined;
  readonly confirmed: boolean;
  readonly payload: Buffer;
}

/** @param copies as collected, not empty. @param nowWallMs UTC, milliseconds. */
export function deliveryOf(
  frame: DeliveredFrame,
  copies: readonly UplinkCopy[],
  nowWallMs: number,
): Delivery {
  const best = bestCopy(copies);
  const gateways = deliveredBy(copies);
  const { heardMs, source } = eventTime(copies, nowWallMs);
  const { payload, fPort, ...identity } = frame;
  return {
    ...identity,
    fPort: fPort ?? null,
    payloadHex: payload.toString("hex"),
    payloadBase64: payload.toString("base64"),
    decoded: decodedOf(fPort, payload),
    rssiDbm: best.rssiDbm,
    snrDb: best.snrDb,
    spreadingFactor: best.spreadingFactor,
    frequencyHz: best.frequencyHz,
    redundancy: gateways.length,
    gateways,
    heardAt: new Date(heardMs).toISOString(),
    heardAtSource: source,
    receivedAt: new Date(nowWallMs).toISOString(),
    delayed: copies.some(({ delayed }) => delayed),
  };
}

export function deliveryLine(delivery: Delivery): string {
  return `${JSON.stringify(delivery)}\n`;
}

/** Of several copies by one gateway (a repeat over MQTT) the first counts. */
function deliveredBy(copies: readonly UplinkCopy[]): DeliveredBy[] {
  const byEui = new Map<string, DeliveredBy>();
  for (const { gatewayEui, rssiDbm, snrDb, delayed, holdMs } of copies) {
    if (byEui.has(gatewayEui)) continue;
    byEui.set(gatewayEui, {
      gatewayEui,
      rssiDbm,
      snrDb,
      delayed,
      ...(holdMs === undefined ? {} : { holdMs }),
    });
  }
  return [...byEui.values()];
}

function decodedOf(fPort: number | undefined, payload: Buffer): W1Reading | null {
  if (fPort !== W1_FPORT) return null;
  const read = readW1(payload);
  return read.ok ? read.value : null;
}

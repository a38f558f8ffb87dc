/**
 * A replay once more, for whoever reads `[prefix/]edge/<eui>/late`: what a core refuses because its counter is behind
 * can be had from here. The reader drops what the core has delivered (the same uplinkId, or the same counter of that
 * device) and opens the rest with its own keys.
 *
 * Pure. When it is sent: courier.ts. The message: late.schema.json; times are UTC in ISO 8601.
 */
import type { Modulation } from "../lorawan/rxpk.ts";
import type { Carried } from "./core.ts";
import { uplinkIdOf } from "./uplink-message.ts";

const VERSION = 1;

export function lateMessage({ heard: { frame, rxpk }, ageMs, heardUtcMs, timeSource }: Carried): Buffer {
  const message = {
    version: VERSION,
    gatewayId: frame.gatewayEui,
    uplinkId: uplinkIdOf(frame, rxpk),
    sequence: frame.sequence,
    phyPayload: rxpk.payload.toString("base64"),
    heardAt: heardUtcMs === undefined ? undefined : new Date(heardUtcMs).toISOString(),
    timeSource,
    holdMs: Math.round(ageMs),
    heldByForwarder: frame.delayed,
    rx: {
      frequencyHz: rxpk.frequencyHz,
      ...radioOf(rxpk.modulation),
      crc: rxpk.crc,
      rssiDbm: rxpk.rssiDbm,
      snrDb: rxpk.snrDb,
      channel: rxpk.channel,
      rfChain: rxpk.rfChain,
      board: rxpk.board,
      antenna: rxpk.antenna,
      tmstUs: rxpk.tmstUs,
    },
    metadata: rxpk.metadata.size === 0 ? undefined : Object.fromEntries(rxpk.metadata),
  };
  return Buffer.from(JSON.stringify(message));
}

function radioOf(modulation: Modulation): object {
  const { kind, ...how } = modulation;
  return { modulation: kind, ...how };
}

/**
 * What was received, by gateway, since it was last asked: the rx half of the core's GatewayStats.
 *
 * Counted here, frame by frame; a forwarder's repeats count once. What it heard and never sent (a bad CRC, mostly)
 * it tells in its stat, by totals of its own period, which is not ours. So at each stat that which its totals
 * exceed our own count since the stat before is added: over time the sums are the forwarder's, and no frame counts
 * twice. There is one reader: taking sets to zero.
 */
import type { Modulation, Rxpk } from "../lorawan/rxpk.ts";
import type { Stat } from "../lorawan/stat.ts";

/** As north/core.ts' GatewayStats has them. */
export interface RxStatistics {
  readonly rxReceived: number;
  readonly rxReceivedOk: number;
  readonly rxPerFrequencyHz: ReadonlyMap<number, number>;
  readonly rxPerModulation: readonly { readonly modulation: Modulation; readonly count: number }[];
  /** The last that the forwarder told. */
  readonly location: Stat["location"];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Frequencies and modulations told apart between two readings; what comes on top is in the totals alone. */
export const RX_KINDS_MAX = 64;

export interface RxCounts {
  heard(rxpk: Rxpk): void;
  stat(stat: Stat): void;
  take(): RxStatistics;
}

/** Of one gateway. */
export function createRxCounts(): RxCounts {
  let received = 0;
  let receivedOk = 0;
  let sinceStat = 0;
  let okSinceStat = 0;
  let perFrequencyHz = new Map<number, number>();
  let perModulation = new Map<number, { readonly modulation: Modulation; count: number }>();
  let location: Stat["location"];
  let metadata: ReadonlyMap<string, string> = new Map();

  return {
    heard: (rxpk) => {
      received += 1;
      sinceStat += 1;
      if (rxpk.crc === "ok") {
        receivedOk += 1;
        okSinceStat += 1;
      }
      const before = perFrequencyHz.get(rxpk.frequencyHz);
      if (before !== undefined || perFrequencyHz.size < RX_KINDS_MAX) {
        perFrequencyHz.set(rxpk.frequencyHz, (before ?? 0) + 1);
      }
      const code = modulationCode(rxpk.modulation);
      const kind = perModulation.get(code);
      if (kind) kind.count += 1;
      else if (perModulation.size < RX_KINDS_MAX) {
        perModulation.set(code, { modulation: rxpk.modulation, count: 1 });
      }
    },
    stat: (stat) => {
      const more = Math.max(0, (stat.rxReceived ?? 0) - sinceStat);
      received += more;
      receivedOk += Math.min(more, Math.max(0, (stat.rxOk ?? 0) - okSinceStat));
      sinceStat = 0;
      okSinceStat = 0;
      location = stat.location ?? location;
      metadata = metadataOf(stat);
    },
    take: () => {
      const taken: RxStatistics = {
        rxReceived: received,
        rxReceivedOk: receivedOk,
        rxPerFrequencyHz: perFrequencyHz,
        rxPerModulation: [...perModulation.values()],
        location,
        metadata,
      };
      received = 0;
      receivedOk = 0;
      perFrequencyHz = new Map();
      perModulation = new Map();
      return taken;
    },
  };
}

function metadataOf(stat: Stat): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (stat.temperatureC !== undefined) metadata.set("temperature_c", String(stat.temperatureC));
  if (stat.ackRatePercent !== undefined) metadata.set("ack_rate_percent", String(stat.ackRatePercent));
  return metadata;
}

/** One number per modulation, code rate included: they are one line each in the core's statistics. */
function modulationCode(modulation: Modulation): number {
  switch (modulation.kind) {
    case "lora": {
      const rate = modulation.codeRate;
      const rateCode = rate === undefined ? 0 : rate.charCodeAt(2) + (rate.length > 3 ? 64 : 0);
      return (modulation.spreadingFactor * 1e7 + modulation.bandwidthHz) * 256 + rateCode;
    }
    case "fsk":
      return -modulation.bitrate;
    case "lrFhss":
      return -1e12 - modulation.channelWidthHz * 256 - (modulation.codeRate?.charCodeAt(0) ?? 0);
  }
}

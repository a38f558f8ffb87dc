/**
 * A forwarder's counters, and the stat that tells them. Counters run on; a stat tells those of its period.
 *
 * Source: sx1302_hal V2.1.0, PROTOCOL.md, section 4, and lora_pkt_fwd.c, main loop; Kerlink: helium/semtech-udp,
 * push_data_stat_null_ackr.
 */
import { writeStatTime } from "../../agent/lorawan/utc-text.ts";
import type { Manner } from "./manner.ts";

export interface Counts {
  /** Heard, with whatever CRC. */
  rxnb: number;
  /** Of these, with a good CRC. */
  rxok: number;
  /** Put into a PUSH_DATA, each once. */
  rxfw: number;
  /** PUSH_DATA sent, and acknowledged in time. */
  pushed: number;
  acked: number;
  /** PULL_RESP with a txpk that could be read. */
  dwnb: number;
  /** Downlinks that went on air. */
  txnb: number;
}

export interface Location {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
  readonly altitudeM: number;
}

interface StatFacts {
  readonly wallMs: number;
  readonly bootWallMs: number;
  readonly location: Location | undefined;
  /** Between the last PUSH_DATA and its PUSH_ACK. */
  readonly pingMs: number;
}

export interface Statistics {
  readonly counts: Counts;
  /** The JSON text of a stat about the period since the last one. */
  takeStat(facts: StatFacts): string;
}

/** A concentrator in the shade. */
const TEMPERATURE_C = 31.5;

export function createStatistics(manner: Pick<Manner, "ackrOfNothing" | "statExtras">): Statistics {
  const counts: Counts = { rxnb: 0, rxok: 0, rxfw: 0, pushed: 0, acked: 0, dwnb: 0, txnb: 0 };
  let before = { ...counts };

  const extraText = (extra: Manner["statExtras"][number], facts: StatFacts): string => {
    switch (extra) {
      case "temp":
        return `,"temp":${TEMPERATURE_C.toFixed(1)}`;
      case "boot":
        return `,"boot":"${writeStatTime(facts.bootWallMs)}"`;
      case "ping":
        return `,"ping":${Math.round(facts.pingMs)}`;
    }
  };

  return {
    counts,
    takeStat: (facts) => {
      const period = (name: keyof Counts): number => counts[name] - before[name];
      const pushed = period("pushed");
      const ackr = pushed === 0 ? manner.ackrOfNothing : (100 * period("acked")) / pushed;
      const text =
        `{"time":"${writeStatTime(facts.wallMs)}"${facts.location ? locationText(facts.location) : ""}` +
        `,"rxnb":${period("rxnb")},"rxok":${period("rxok")},"rxfw":${period("rxfw")}` +
        `,"ackr":${ackr === null ? "null" : ackr.toFixed(1)}` +
        `,"dwnb":${period("dwnb")},"txnb":${period("txnb")}` +
        `${manner.statExtras.map((extra) => extraText(extra, facts)).join("")}}`;
      before = { ...counts };
      return text;
    },
  };
}

function locationText({ latitudeDeg, longitudeDeg, altitudeM }: Location): string {
  const degrees = `,"lati":${latitudeDeg.toFixed(5)},"long":${longitudeDeg.toFixed(5)}`;
  return `${degrees},"alti":${Math.round(altitudeM)}`;
}

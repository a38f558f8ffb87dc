/**
 * rxpk as the reference forwarder writes it: the gateway's side of agent/lorawan/rxpk.ts.
 *
 * Written by hand and not by JSON.stringify, as there: six decimals of a megahertz, one of an SNR, a blank before
 * mid. The air has LoRa with a good CRC at 4/5 only; other frames will have their words here when it has them.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_up; PROTOCOL.md, section 4.
 */
import type { Reception } from "../air/air.ts";
import type { RxChannel } from "./radio-plan.ts";

export interface RxpkFacts {
  readonly reception: Reception;
  readonly channel: RxChannel;
  readonly tmst: number;
  /** Whole microseconds since the Unix epoch, and milliseconds since the GPS epoch; undefined without GPS. */
  readonly stamp: { readonly utcUs: number; readonly tmmsMs: number } | undefined;
}

export function writeRxpk({ reception, channel, tmst, stamp }: RxpkFacts): string {
  const { transmission, rssiDbm, snrDb } = reception;
  const { phyPayload, spreadingFactor, bandwidthHz } = transmission;
  const time = stamp ? `,"time":"${isoMicros(stamp.utcUs)}","tmms":${stamp.tmmsMs}` : "";
  const tuned = `"chan":${channel.channel},"rfch":${channel.rfChain},"freq":${megahertz(channel.frequencyHz)}`;
  const signal = `"rssis":${Math.round(signalRssiDbm(rssiDbm, snrDb))},"lsnr":${snrDb.toFixed(1)}`;
  const modem = String(channel.channel).padStart(2);
  const offsetHz = Math.round(transmission.frequencyHz - channel.frequencyHz);
  return (
    `{"jver":1,"tmst":${tmst}${time},${tuned},"mid":${modem},"stat":1,"modu":"LORA"` +
    `,"datr":"SF${spreadingFactor}BW${bandwidthHz / 1_000}","codr":"4/5",${signal},"foff":${offsetHz}` +
    `,"rssi":${Math.round(rssiDbm)},"size":${phyPayload.length},"data":"${phyPayload.toString("base64")}"}`
  );
}

/** What a forwarder's store says of a frame that it held back. */
export function markDelayed(rxpk: string): string {
  return `${rxpk.slice(0, -1)},"delayed":true}`;
}

function megahertz(frequencyHz: number): string {
  return (frequencyHz / 1e6).toFixed(6);
}

function isoMicros(utcUs: number): string {
  const micros = String(utcUs % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(utcUs / 1_000_000) * 1_000).toISOString().slice(0, 19)}.${micros}Z`;
}

/** Of what a channel's RSSI measures, the share that is signal and not noise. */
function signalRssiDbm(channelRssiDbm: number, snrDb: number): number {
  return channelRssiDbm - 10 * Math.log10(1 + 10 ** (-snrDb / 10));
}

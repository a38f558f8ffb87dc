/**
 * What a virtual concentrator sends: takes downlinks or refuses them as the reference forwarder does.
 *
 * Whether there is room is decided in jit-queue.ts; what was taken goes out through tx-chain.ts. What was asked for
 * is read in txpk-request.ts, and the server is answered by downstream.ts.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_down; lgw_time_on_air of libloragw.
 */
import { airtimeUs } from "../../agent/lorawan/airtime.ts";
import { gpsMsFromUtcMs, utcMsFromGpsMs } from "../../agent/lorawan/gps-time.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import type { Clock } from "../../agent/ports.ts";
import { type Air, nowUs } from "../air/air.ts";
import type { Counter } from "./counter.ts";
import type { Gps } from "./gps.ts";
import { type JitFault, type JitKind, QUEUE_BEACONS_MAX } from "./jit-queue.ts";
import { type RadioPlan, settablePowerDbm } from "./radio-plan.ts";
import { createTxChain, type NotEmittedReason, type TxOrder } from "./tx-chain.ts";
import type { TxRequest } from "./txpk-request.ts";

export type TxRefusal = JitFault | "TX_FREQ" | "GPS_UNLOCKED";

export interface TransmitterParts {
  /** The gateway's name on air. */
  readonly name: string;
  readonly clock: Clock;
  readonly air: Air;
  readonly plan: RadioPlan;
  readonly gps: Gps | undefined;
  /** With GPS, room for a class B beacon is kept this often (LoRaWAN: 128 s). The beacons themselves are not sent. */
  readonly beaconPeriodS: number | undefined;
  readonly counter: () => Counter;
  readonly onEmitted: (order: TxOrder) => void;
  readonly onNotEmitted: (order: TxOrder, reason: NotEmittedReason) => void;
}

export interface Transmitter {
  /** Takes a downlink, or says why not. */
  submit(token: number, request: TxRequest): Read<TxOrder, TxRefusal>;
  /** Forgets all that waits. */
  clear(): void;
}

const JIT_KINDS: Readonly<Record<TxRequest["at"]["kind"], JitKind>> = {
  tmst: "classA",
  tmms: "classB",
  immediately: "classC",
};

export function createTransmitter(parts: TransmitterParts): Transmitter {
  const { clock, plan, gps, counter } = parts;
  let lastBeaconGpsS = 0;

  const emit = (order: TxOrder): void => {
    const { request, startUs, airtimeUs } = order;
    const { phyPayload, frequencyHz, inverted, modulation } = request;
    const powerDbm = order.powerDbm + plan.antennaGainDb;
    // FSK is on air too, but there is nobody who would hear it.
    if (modulation.kind === "lora") {
      const { spreadingFactor, bandwidthHz } = modulation;
      const signal = { phyPayload, frequencyHz, spreadingFactor, bandwidthHz, inverted };
      parts.air.transmit(parts.name, { ...signal, powerDbm, startUs, airtimeUs });
    }
    parts.onEmitted(order);
  };

  const chains = plan.txChains.map((limits) =>
    limits ? createTxChain({ ...parts, limits, onEmitted: emit }) : undefined,
  );

  const submit = (token: number, request: TxRequest): Read<TxOrder, TxRefusal> => {
    const chain = chains[request.rfChain]!;
    const { frequencyHz, modulation, at } = request;
    if (at.kind === "tmms" && !gps?.locked()) return { ok: false, fault: "GPS_UNLOCKED" };
    if (frequencyHz < chain.limits.minHz || frequencyHz > chain.limits.maxHz) {
      return { ok: false, fault: "TX_FREQ" };
    }
    const askedDbm = request.powerDbm === undefined ? 0 : request.powerDbm - plan.antennaGainDb;
    const powerDbm = settablePowerDbm(plan, askedDbm);
    const airtimeUs = onAirUs(request);
    const waiting = { token, request, airtimeUs, powerDbm, powerExact: powerDbm === askedDbm };
    reserveBeacons();
    const placed = chain.queue.place(counter().at(nowUs(clock)), {
      kind: JIT_KINDS[at.kind],
      countUs: countOf(at),
      airtimeMs: halAirtimeMs(modulation.kind, airtimeUs),
      packet: waiting,
    });
    if (!placed.ok) return placed;
    chain.arm();
    return { ok: true, value: chain.orderOf(waiting, placed.value) };
  };

  const countOf = (at: TxRequest["at"]): number => {
    if (at.kind === "tmst") return at.tmstUs;
    if (at.kind === "immediately") return 0;
    return countAtGpsMs(at.tmmsMs);
  };

  const countAtGpsMs = (gpsMs: number): number => counter().at(gps!.trueUsAt(utcMsFromGpsMs(gpsMs) * 1_000));

  /** The next beacons have their places in the queue of the first chain before anything else is judged. */
  const reserveBeacons = (): void => {
    const queue = chains[0]?.queue;
    const periodS = parts.beaconPeriodS;
    if (periodS === undefined || !queue || !gps?.locked()) return;
    const now = nowUs(clock);
    const gpsS = Math.floor(gpsMsFromUtcMs(Math.floor(gps.utcUsAt(now) / 1_000)) / 1_000);
    let nextS = Math.max(lastBeaconGpsS, gpsS - (gpsS % periodS));
    // Some may be refused: too late, or a packet is there already. The one after is tried then.
    for (let tries = 2 * QUEUE_BEACONS_MAX; tries > 0 && queue.beacons < QUEUE_BEACONS_MAX; tries--) {
      nextS += periodS;
      const countUs = countAtGpsMs(nextS * 1_000);
      const placed = queue.place(counter().at(now), {
        kind: "beacon",
        countUs,
        airtimeMs: 0,
        packet: undefined,
      });
      if (placed.ok) lastBeaconGpsS = nextS;
    }
  };

  return {
    submit,
    clear: () => {
      for (const chain of chains) chain?.clear();
      lastBeaconGpsS = 0;
    },
  };
}

/** 0 where there is none to reckon (FSK of bit rate 0, which the radio will refuse). */
function onAirUs({ modulation, phyPayload, noCrc, noHeader, preamble }: TxRequest): number {
  const us = airtimeUs(modulation, phyPayload.length, { noCrc, noHeader, preamble });
  return Number.isFinite(us) ? Math.round(us) : 0;
}

/** The HAL reckons in whole milliseconds: rounded for LoRa, cut and one more for FSK. */
function halAirtimeMs(kind: "lora" | "fsk", airtimeUs: number): number {
  return kind === "lora" ? Math.floor(airtimeUs / 1_000 + 0.5) : Math.floor(airtimeUs / 1_000) + 1;
}

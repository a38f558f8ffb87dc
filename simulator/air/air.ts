/**
 * The air: who hears whom. Meters and virtual gateways hand their transmissions in; each is heard by the others at
 * its end, with a strength.
 *
 * True time is counted in microseconds of the clock's monotonic time; a transmission carries the moment for which
 * it was planned, so that a timer that fires late moves nothing on air. The first form has no collisions and hears
 * by a fixed probability and level per pair; the radio model takes this file's place in the same shape.
 */
import type { Clock, Rng, RngStream } from "../../agent/ports.ts";

/** LoRa only: the fleet's meters use nothing else yet. */
export interface Transmission {
  readonly phyPayload: Buffer;
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  readonly bandwidthHz: number;
  /** Downlinks are sent with inverted polarity: meters hear only those, gateways only the others. */
  readonly inverted: boolean;
  readonly powerDbm: number;
  /** True time of the first preamble symbol. */
  readonly startUs: number;
  readonly airtimeUs: number;
}

export interface Reception {
  readonly transmission: Transmission;
  /** True time of the end of the frame. */
  readonly endUs: number;
  readonly rssiDbm: number;
  readonly snrDb: number;
}

export interface Listener {
  /** Stable name, for chance: the same pair hears alike in every run of one seed. */
  readonly name: string;
  hear(reception: Reception): void;
}

export interface Air {
  addGateway(gateway: Listener): void;
  addMeter(meter: Listener): void;
  /** @param from the sender's name. */
  transmit(from: string, transmission: Transmission): void;
}

export interface AirOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  /** Probability that a gateway hears a meter's transmission, drawn per transmission and gateway. Default 1. */
  readonly hearing?: number;
}

export function nowUs(clock: Clock): number {
  return Math.round(clock.monotonicMs() * 1_000);
}

export function createAir({ clock, rng, hearing = 1 }: AirOptions): Air {
  const gateways: Ear[] = [];
  const meters: Ear[] = [];
  const earOf = (listener: Listener): Ear => ({
    listener,
    chance: rng.stream(`air/${listener.name}`),
    fading: rng.stream(`fading/${listener.name}`),
    levelsDbm: new Map(),
  });
  /** Drawn once per pair, from a stream of its own: adding a meter changes no other pair. */
  const levelDbm = (from: string, { listener: { name }, levelsDbm }: Ear): number => {
    const known = levelsDbm.get(from);
    if (known !== undefined) return known;
    const drawn = -75 - 40 * rng.stream(`level/${from}/${name}`).unit();
    levelsDbm.set(from, drawn);
    return drawn;
  };
  return {
    addGateway: (gateway) => gateways.push(earOf(gateway)),
    addMeter: (meter) => meters.push(earOf(meter)),
    transmit: (from, transmission) => {
      const endUs = transmission.startUs + transmission.airtimeUs;
      const ears = transmission.inverted ? meters : gateways;
      clock.after((endUs - nowUs(clock)) / 1_000, () => {
        for (const ear of ears) {
          if (!transmission.inverted && ear.chance.unit() >= hearing) continue;
          const rssiDbm = Math.round(levelDbm(from, ear) + 4 * ear.fading.unit());
          ear.listener.hear({ transmission, endUs, rssiDbm, snrDb: snrOf(rssiDbm) });
        }
      });
    },
  };
}

/** A listener, and what is drawn for it: a downlink is offered to every meter there is. */
interface Ear {
  readonly listener: Listener;
  readonly chance: RngStream;
  readonly fading: RngStream;
  readonly levelsDbm: Map<string, number>;
}

/** Above a noise floor of -117 dBm at 125 kHz, as far as the chip can tell (it saturates near +10 dB). */
function snrOf(rssiDbm: number): number {
  return Math.min(10, rssiDbm + 117 - 6);
}

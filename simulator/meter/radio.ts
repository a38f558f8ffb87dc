/**
 * The radio of a class A device: sends on a channel whose duty cycle allows it, and listens in the two windows that
 * follow, never otherwise.
 *
 * What the frames mean is the meter's affair (meter.ts); when the windows are, receive-windows.ts.
 */
import { loraAirtimeUs } from "../../agent/lorawan/airtime.ts";
import type { RngStream } from "../../agent/ports.ts";
import type { Air, Reception, Transmission } from "../air/air.ts";
import { DATA_RATES, type ReceiveParameters } from "./eu868.ts";
import type { DownlinkMiss } from "./meter-event.ts";
import { freeUs, type OffTimes, rest } from "./off-time.ts";
import { missOf, type ReceiveWindow, type ReceiveWindows, receiveWindows } from "./receive-windows.ts";

export interface RadioOptions {
  readonly name: string;
  readonly air: Air;
  /** Draws the channels. */
  readonly chance: RngStream;
  readonly dutyCycle: "kept" | "waived";
  /** EIRP. */
  readonly powerDbm: number;
  /** A window has received a frame, whoever it is for. @returns whether it was for this device. */
  readonly onReceived: (bytes: Buffer, window: ReceiveWindow, reception: Reception) => boolean;
  /** A downlink was on air that no window received, whoever it was for. */
  readonly onMissed: (bytes: Buffer, why: DownlinkMiss, reception: Reception) => void;
}

export interface Sent {
  readonly transmission: Transmission;
  readonly windows: ReceiveWindows;
}

export interface Radio {
  /** @returns a free channel, drawn, or when the first of them will be free. */
  channelAt(
    atUs: number,
    channelsHz: readonly number[],
  ): { readonly hz: number } | { readonly freeUs: number };
  /** Sends, and opens the windows after it. @param startUs of the first preamble symbol, true time. */
  send(
    phyPayload: Buffer,
    on: { readonly dataRate: number; readonly frequencyHz: number; readonly startUs: number },
    receive: ReceiveParameters,
  ): Sent;
  /** No window is open any more: they were answered, or are over. */
  sleep(): void;
}

export function uplinkAirtimeUs(sizeOctets: number, dataRate: number): number {
  return loraAirtimeUs({ ...DATA_RATES[dataRate]!, sizeOctets, crc: true });
}

export function createRadio(options: RadioOptions): Radio {
  const { name, air, chance, dutyCycle, powerDbm, onReceived, onMissed } = options;
  const offTimes: OffTimes = new Map();
  let windows: ReceiveWindows | undefined;
  /** RX1 is receiving something until then. */
  let busyUntilUs = Number.NEGATIVE_INFINITY;

  const hear = (reception: Reception): void => {
    const { transmission } = reception;
    if (!transmission.inverted) return;
    const heard = windowHearing(transmission, windows, busyUntilUs);
    if (typeof heard === "string") {
      onMissed(transmission.phyPayload, heard, reception);
      return;
    }
    const isOurs = onReceived(transmission.phyPayload, heard, reception);
    // A frame for somebody else holds the receiver to its end: only then is it known to be one.
    if (!isOurs) busyUntilUs = reception.endUs;
  };
  air.addMeter({ name, hear });

  return {
    channelAt: (atUs, channelsHz) => {
      const free =
        dutyCycle === "waived" ? channelsHz : channelsHz.filter((hz) => freeUs(offTimes, hz) <= atUs);
      if (free.length > 0) return { hz: free[chance.below(free.length)]! };
      return { freeUs: Math.min(...channelsHz.map((hz) => freeUs(offTimes, hz))) };
    },
    send: (phyPayload, { dataRate, frequencyHz, startUs }, receive) => {
      const { spreadingFactor, bandwidthHz } = DATA_RATES[dataRate]!;
      const airtimeUs = uplinkAirtimeUs(phyPayload.length, dataRate);
      const modulation = { frequencyHz, spreadingFactor, bandwidthHz, inverted: false, powerDbm };
      const transmission = { phyPayload, ...modulation, startUs, airtimeUs };
      rest(offTimes, frequencyHz, startUs, airtimeUs);
      windows = receiveWindows({ endUs: startUs + airtimeUs, frequencyHz, dataRate }, receive);
      air.transmit(name, transmission);
      return { transmission, windows };
    },
    sleep: () => {
      windows = undefined;
    },
  };
}

function windowHearing(
  transmission: Transmission,
  windows: ReceiveWindows | undefined,
  busyUntilUs: number,
): ReceiveWindow | DownlinkMiss {
  if (windows === undefined) return "notListening";
  const [rx1, rx2] = windows;
  const nearest = transmission.startUs <= (rx1.openUs + rx2.openUs) / 2 ? rx1 : rx2;
  const miss = missOf(nearest, transmission);
  if (miss !== undefined) return miss;
  return transmission.startUs < busyUntilUs ? "busy" : nearest;
}

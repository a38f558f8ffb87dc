/**
 * What a gateway's radio heard: by channel, data rate and CRC result, and how strong. Only ever added to.
 *
 * Frames are counted as the forwarder tells them, its repeats once; most forwarders tell of no frame with a bad CRC, and
 * those are in the sums of their stats alone.
 */
import type { CrcStatus, Modulation, Rxpk } from "../../lorawan/rxpk.ts";
import type { Stat } from "../../lorawan/stat.ts";
import { createHistogram } from "./histogram.ts";
import type { RadioView } from "./view.ts";

/** Channels, and data rates, told apart. A gateway has ten of each; what comes on top is one number. */
export const RADIO_KINDS_MAX = 32;
/** Classes of RSSI: up to -135 dBm, then by 5 dB, from -30 dBm on. */
const RSSI = { from: -140, step: 5, classes: 23 } as const;
/** Classes of SNR, of 2.5 dB as the floors of the spreading factors: up to -22.5 dB, ..., from 15 dB on. */
const SNR = { from: -25, step: 2.5, classes: 17 } as const;

export interface Radio {
  /** @param rxpk no repeat of the forwarder. */
  heard(rxpk: Rxpk): void;
  stat(stat: Stat): void;
  view(gatewayEui: string): RadioView;
}

type Counts = Record<CrcStatus, number>;

/** Of one gateway. */
export function createRadio(): Radio {
  const crc = noCounts();
  const channels = new Map<number, Counts>();
  const rates = new Map<number, Counts & { readonly rate: string }>();
  let otherChannels = 0;
  let otherRates = 0;
  const rssiDbm = createHistogram(RSSI.from, RSSI.step, RSSI.classes);
  const snrDb = createHistogram(SNR.from, SNR.step, SNR.classes);
  const told = { stats: 0, received: 0, ok: 0, forwarded: 0 };

  const channelOf = (frequencyHz: number): Counts | undefined => {
    const known = channels.get(frequencyHz);
    if (known !== undefined || channels.size >= RADIO_KINDS_MAX) return known;
    const made = noCounts();
    channels.set(frequencyHz, made);
    return made;
  };
  const rateOf = (modulation: Modulation): Counts | undefined => {
    const code = codeOf(modulation);
    const known = rates.get(code);
    if (known !== undefined || rates.size >= RADIO_KINDS_MAX) return known;
    const made = { ...noCounts(), rate: nameOf(modulation) };
    rates.set(code, made);
    return made;
  };

  return {
    heard: (rxpk) => {
      const result = rxpk.crc;
      crc[result] += 1;
      const channel = channelOf(rxpk.frequencyHz);
      if (channel === undefined) otherChannels += 1;
      else channel[result] += 1;
      const rate = rateOf(rxpk.modulation);
      if (rate === undefined) otherRates += 1;
      else rate[result] += 1;
      if (result !== "ok") return;
      if (rxpk.rssiDbm !== undefined) rssiDbm.add(rxpk.rssiDbm);
      if (rxpk.snrDb !== undefined) snrDb.add(rxpk.snrDb);
    },
    stat: ({ rxReceived = 0, rxOk = 0, rxForwarded = 0 }) => {
      told.stats += 1;
      told.received += rxReceived;
      told.ok += rxOk;
      told.forwarded += rxForwarded;
    },
    view: (gatewayEui) => ({
      gatewayEui,
      crc: { ...crc },
      channels: [...channels]
        .map(([frequencyHz, counts]) => ({ frequencyHz, ...counts }))
        .sort((one, other) => one.frequencyHz - other.frequencyHz),
      rates: [...rates.values()].map((counts) => ({ ...counts })),
      otherChannels,
      otherRates,
      rssiDbm: rssiDbm.view(),
      snrDb: snrDb.view(),
      told: { ...told },
    }),
  };
}

function noCounts(): Counts {
  return { ok: 0, bad: 0, none: 0 };
}

/** One number per data rate; small ones for what is usual. */
function codeOf(modulation: Modulation): number {
  switch (modulation.kind) {
    case "lora":
      return modulation.spreadingFactor * 4_096 + Math.round(modulation.bandwidthHz / 1e3);
    case "fsk":
      return 65_536 + modulation.bitrate;
    case "lrFhss":
      return -Math.round(modulation.channelWidthHz / 1e3);
  }
}

function nameOf(modulation: Modulation): string {
  switch (modulation.kind) {
    case "lora":
      return `SF${modulation.spreadingFactor}BW${modulation.bandwidthHz / 1e3}`;
    case "fsk":
      return `FSK${modulation.bitrate}`;
    case "lrFhss":
      return `LRFHSS${modulation.channelWidthHz / 1e3}`;
  }
}

/** The parts of a report that tell of the radio: what was heard, and what was sent. Pure. */
import type { SubBandLoad } from "../../downlink/duty-cycle.ts";
import type { ByCrc, Histogram, RadioView } from "../records/view.ts";
import { compact } from "./compact.ts";
import type { CrcCounts, RxPart, TxPart } from "./message.ts";

/** Those with the most frames; a gateway has ten. */
const CHANNELS_TOLD_MAX = 16;
const RATES_TOLD_MAX = 10;

export function rxOf(radio: RadioView): RxPart {
  const { crc, channels, rates, rssiDbm, snrDb, told } = radio;
  return compact<RxPart>({
    crc: countsOf(crc),
    channels: busiest(channels, CHANNELS_TOLD_MAX).map((channel) => [
      channel.frequencyHz,
      ...countsOf(channel),
    ]),
    rates: Object.fromEntries(busiest(rates, RATES_TOLD_MAX).map((rate) => [rate.rate, countsOf(rate)])),
    rssiDbm: trimmed(rssiDbm),
    snrDb: trimmed(snrDb),
    told: told.stats === 0 ? undefined : [told.received, told.ok],
  });
}

export function dutyCycleOf(loads: readonly SubBandLoad[]): NonNullable<TxPart["dutyCycle"]> {
  return Object.fromEntries(
    loads.map(({ subBand, airtimeUs, limitUs }) => [
      subBand,
      [Math.round(airtimeUs / 1e3), Math.round(limitUs / 1e3)],
    ]),
  );
}

function countsOf({ ok, bad, none }: ByCrc): CrcCounts {
  return [ok, bad, none];
}

function busiest<T extends ByCrc>(of: readonly T[], most: number): readonly T[] {
  if (of.length <= most) return of;
  const frames = ({ ok, bad, none }: ByCrc): number => ok + bad + none;
  return [...of].sort((one, other) => frames(other) - frames(one)).slice(0, most);
}

/** Without its empty ends; what it says stays the same. */
function trimmed({ from, step, counts }: Histogram): Histogram | undefined {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return undefined;
  const last = counts.findLastIndex((count) => count > 0);
  return { from: from + first * step, step, counts: counts.slice(first, last + 1) };
}

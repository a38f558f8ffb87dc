/**
 * By what a reception is known again, in whatever journal it lies: all that makes a repeat a repeat (EUI, board, tmst,
 * frequency, data rate, PHYPayload), as 64 bits. It is what north's uplink_id is made of, in twice the width: among a
 * million frames that one falls together by chance, this does not. The concentrator session is no part of it: journals
 * number it each for itself.
 *
 * Pure. Whoever can put frames on air can make two that fall together; of an import he could then keep one back.
 */
import type { Modulation, Rxpk } from "../lorawan/rxpk.ts";

/** Two halves of 32 bits. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

export function fingerprintOf(gatewayEui: string, rxpk: Rxpk): Fingerprint {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const mix = (value: number): void => {
    high = Math.imul(high ^ value, 0x9e3779b1);
    low = Math.imul(low ^ value, 0x5f356495);
    high ^= high >>> 15;
    low ^= low >>> 13;
  };
  for (let at = 0; at < gatewayEui.length; at += 4) mix(Number.parseInt(gatewayEui.slice(at, at + 4), 16));
  mix(rxpk.board ?? 0);
  mix(rxpk.tmstUs);
  mix(rxpk.frequencyHz);
  mix(codeOf(rxpk.modulation));
  const { payload } = rxpk;
  for (let at = 0; at < payload.length; at++) mix(payload[at]!);
  mix(payload.length);
  const mixedHigh = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  const mixedLow =
    Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(mixedHigh ^ (mixedHigh >>> 13), 0xc2b2ae35);
  return { high: mixedHigh >>> 0, low: mixedLow >>> 0 };
}

/** One number per datr. */
function codeOf(modulation: Modulation): number {
  switch (modulation.kind) {
    case "lora":
      return modulation.spreadingFactor * 0x0100_0000 + modulation.bandwidthHz;
    case "fsk":
      return 0x4000_0000 + modulation.bitrate;
    case "lrFhss":
      return 0x8000_0000 + modulation.channelWidthHz;
  }
}

export interface Fingerprints {
  readonly size: number;
  has(of: Fingerprint): boolean;
  /** @returns false when it was there already. */
  add(of: Fingerprint): boolean;
}

/** A set of them: 16 octets each, for there may be a million. */
export function makeFingerprints(): Fingerprints {
  let cells = new Uint32Array(2 * 1_024);
  let size = 0;
  /** 0, 0 stands for an empty cell; the one fingerprint in 2^64 that looks so is taken for its neighbour. */
  const lowOf = ({ high, low }: Fingerprint): number => (high === 0 && low === 0 ? 1 : low);

  const find = (table: Uint32Array, high: number, low: number): number => {
    const mask = table.length / 2 - 1;
    for (let cell = low & mask; ; cell = (cell + 1) & mask) {
      const at = 2 * cell;
      if (table[at] === high && table[at + 1] === low) return at;
      if (table[at] === 0 && table[at + 1] === 0) return at;
    }
  };
  const grow = (): void => {
    const larger = new Uint32Array(cells.length * 2);
    for (let at = 0; at < cells.length; at += 2) {
      const high = cells[at]!;
      const low = cells[at + 1]!;
      if (high === 0 && low === 0) continue;
      const to = find(larger, high, low);
      larger[to] = high;
      larger[to + 1] = low;
    }
    cells = larger;
  };
  return {
    get size() {
      return size;
    },
    has: (of) => {
      const low = lowOf(of);
      const at = find(cells, of.high, low);
      return cells[at] === of.high && cells[at + 1] === low;
    },
    add: (of) => {
      const low = lowOf(of);
      const at = find(cells, of.high, low);
      if (cells[at] === of.high && cells[at + 1] === low) return false;
      cells[at] = of.high;
      cells[at + 1] = low;
      size++;
      if (size * 2 > cells.length / 2) grow();
      return true;
    },
  };
}

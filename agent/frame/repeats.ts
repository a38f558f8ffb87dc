/**
 * The table of repeats: which transmissions were heard lately, and what became of them.
 *
 * It tells three things apart that carry the same PHYPayload: a repeat (the forwarder sends again what it sent:
 * the same reception in everything), a ghost (one transmission demodulated on a second channel: within one airtime,
 * another frequency), and the device's own repetition (another tmst). What is made of each: admission.ts.
 *
 * Bounded twice: the newest REPEATS_MAX receptions, none older than a wrap of tmst. A ring of typed arrays with
 * chained buckets, 56 octets per reception, because it is looked up with every frame and lives as long as the
 * agent. Payloads are not kept but hashed, to 64 bits seeded by chance: no two that fit in the table collide by
 * accident, and nobody outside can make two that do.
 */
import type { Modulation } from "../lorawan/rxpk.ts";

/** A minute at the rate a concentrator can demodulate at all, a quarter of an hour at a busy ten frames a second. */
export const REPEATS_MAX = 8_192;
/** After a wrap of tmst the same one says nothing. */
export const REPEATS_AGE_MS_MAX = 2 ** 32 / 1e3;

/** One reception, as far as repeats are told by it. */
export interface Reception {
  readonly gatewayEui: string;
  readonly concentratorSession: number;
  readonly board: number;
  readonly tmstUs: number;
  readonly frequencyHz: number;
  readonly modulation: Modulation;
  readonly snrDb: number | undefined;
  readonly payload: Uint8Array;
}

/** Slots of what the table holds of the same PHYPayload; -1 for none. */
interface Match {
  /** The same reception in everything. */
  readonly repeat: number;
  /** The same transmission on another frequency, the best of them by SNR. */
  readonly ghost: number;
  /** The same PHYPayload in any other reception. */
  readonly heardBefore: boolean;
}

export interface Repeats {
  /** @param airtimeUs of this transmission. */
  find(reception: Reception, airtimeUs: number, nowMs: number): Match;
  /** Adds the reception of the last find(). @returns its slot, valid until REPEATS_MAX others have been added. */
  addFound(reception: Reception, nowMs: number): number;
  /** The frame in the journal that stands for the slot; undefined while it has not been kept. */
  sequenceAt(slot: number): number | undefined;
  setSequence(slot: number, sequence: number): void;
  snrDbAt(slot: number): number;
  remove(slot: number): void;
  /** The frame is gone without having been kept: its repeat is a new frame. */
  forget(sequence: number): void;
  readonly size: number;
}

const BUCKETS = 2 ** Math.ceil(Math.log2(REPEATS_MAX));
const NONE = -1;
/** Better than no SNR at all, worse than any. */
const NO_SNR_DB = -128;

/** @param seed by chance, 32 bits. @param max for tests. */
export function createRepeats(seed: number, max = REPEATS_MAX): Repeats {
  const heads = new Int32Array(BUCKETS).fill(NONE);
  const nexts = new Int32Array(max);
  const used = new Uint8Array(max);
  const hashesA = new Uint32Array(max);
  const hashesB = new Uint32Array(max);
  const tmstsUs = new Uint32Array(max);
  const frequenciesHz = new Float64Array(max);
  const modulations = new Uint32Array(max);
  const sessions = new Uint32Array(max);
  const boards = new Uint32Array(max);
  const snrsDb = new Float32Array(max);
  const heardMs = new Float64Array(max);
  const sequences = new Float64Array(max).fill(NONE);
  const euiSeeds = new Map<string, number>();
  let at = 0;
  let size = 0;
  let hashA = 0;
  let hashB = 0;

  const hash = (gatewayEui: string, payload: Uint8Array): void => {
    let euiSeed = euiSeeds.get(gatewayEui);
    if (euiSeed === undefined) {
      euiSeed = seed;
      for (let i = 0; i < gatewayEui.length; i++)
        euiSeed = Math.imul(euiSeed ^ gatewayEui.charCodeAt(i), 0x01000193);
      if (euiSeeds.size >= EUI_SEEDS_MAX) euiSeeds.clear();
      euiSeeds.set(gatewayEui, euiSeed);
    }
    let a = euiSeed ^ 0xdeadbeef;
    let b = euiSeed ^ 0x41c6ce57;
    for (let i = 0; i < payload.length; i++) {
      const octet = payload[i]!;
      a = Math.imul(a ^ octet, 0x9e3779b1);
      b = Math.imul(b ^ octet, 0x5f356495);
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
    hashA = a >>> 0;
    hashB = (b ^ payload.length) >>> 0;
  };

  const remove = (slot: number): void => {
    if (used[slot] === 0) return;
    used[slot] = 0;
    sequences[slot] = NONE;
    size -= 1;
    const bucket = hashesA[slot]! & (BUCKETS - 1);
    const next = nexts[slot]!;
    if (heads[bucket] === slot) {
      heads[bucket] = next;
      return;
    }
    let before = heads[bucket]!;
    while (nexts[before] !== slot) before = nexts[before]!;
    nexts[before] = next;
  };

  return {
    find: (reception, airtimeUs, nowMs) => {
      hash(reception.gatewayEui, reception.payload);
      const modulation = modulationCode(reception.modulation);
      const { tmstUs, frequencyHz, board, concentratorSession } = reception;
      let repeat = NONE;
      let ghost = NONE;
      let heardBefore = false;
      for (let slot = heads[hashA & (BUCKETS - 1)]!; slot !== NONE; slot = nexts[slot]!) {
        if (hashesA[slot] !== hashA || hashesB[slot] !== hashB) continue;
        if (nowMs - heardMs[slot]! > REPEATS_AGE_MS_MAX) continue;
        heardBefore = true;
        if (sessions[slot] !== concentratorSession || boards[slot] !== board) continue;
        const sameChannel = frequenciesHz[slot] === frequencyHz;
        if (sameChannel && tmstsUs[slot] === tmstUs && modulations[slot] === modulation) repeat = slot;
        else if (!sameChannel && isWithin(tmstsUs[slot]!, tmstUs, airtimeUs)) {
          if (ghost === NONE || snrsDb[slot]! > snrsDb[ghost]!) ghost = slot;
        }
      }
      return { repeat, ghost, heardBefore };
    },
    addFound: (reception, nowMs) => {
      const slot = at;
      at = at + 1 === max ? 0 : at + 1;
      remove(slot);
      used[slot] = 1;
      size += 1;
      hashesA[slot] = hashA;
      hashesB[slot] = hashB;
      tmstsUs[slot] = reception.tmstUs;
      frequenciesHz[slot] = reception.frequencyHz;
      modulations[slot] = modulationCode(reception.modulation);
      sessions[slot] = reception.concentratorSession;
      boards[slot] = reception.board;
      snrsDb[slot] = reception.snrDb ?? NO_SNR_DB;
      heardMs[slot] = nowMs;
      const bucket = hashA & (BUCKETS - 1);
      nexts[slot] = heads[bucket]!;
      heads[bucket] = slot;
      return slot;
    },
    sequenceAt: (slot) => (sequences[slot]! >= 0 ? sequences[slot] : undefined),
    setSequence: (slot, sequence) => {
      sequences[slot] = sequence;
    },
    snrDbAt: (slot) => snrsDb[slot]!,
    remove,
    forget: (sequence) => {
      const slot = sequences.indexOf(sequence);
      if (slot >= 0) remove(slot);
    },
    get size() {
      return size;
    },
  };
}

const EUI_SEEDS_MAX = 256;

/** Modulo 2^32, either side. */
function isWithin(aUs: number, bUs: number, withinUs: number): boolean {
  const apartUs = (aUs - bUs) >>> 0;
  return Math.min(apartUs, 2 ** 32 - apartUs) <= withinUs;
}

/** One number per datr. */
function modulationCode(modulation: Modulation): number {
  switch (modulation.kind) {
    case "lora":
      return (modulation.spreadingFactor * 0x0100_0000 + modulation.bandwidthHz) >>> 0;
    case "fsk":
      return (0x4000_0000 + modulation.bitrate) >>> 0;
    case "lrFhss":
      return (0x8000_0000 + modulation.channelWidthHz) >>> 0;
  }
}

/**
 * The devices that were heard, by gateway and DevAddr: when, how well, how regularly, and what of them was missed.
 *
 *   heard      different counters
 *   expected   counters that the device used while somebody listened: heard and lost
 *   lost       expected - heard. What is a gap says counter.ts. A gap over a time in which nobody listened (the agent or
 *              the forwarder did not run) is not counted: that is an outage, and told as one
 *   silent     it used to talk (SILENT_HEARD_MIN counters), and was not heard for a day of listening, and for three times
 *              as long as it takes usually
 *
 * Bounded: DEVICES_MAX, none unheard for RECORDS_AGE_MS_MAX. Where every place is taken, the one in place of which nothing
 * is missed goes: foreign ones heard once, then others heard once, then foreign ones, then all; of each kind the
 * one unheard longest. So addresses that somebody makes up push each other out, and no meter.
 *
 * Typed arrays, some 110 octets per device, of which a known one allocates nothing with its frames; where each stands:
 * device-slots.ts. Times are monotonic milliseconds, before a restart negative perhaps. What outlives the process:
 * device-notes.ts.
 */
import type { Rxpk } from "../../lorawan/rxpk.ts";
import { judgeCounter, learnInterval } from "./counter.ts";
import { createDeviceSlots, NO_SLOT } from "./device-slots.ts";

export const DEVICES_MAX = 4_096;
export const RECORDS_AGE_MS_MAX = 14 * 86_400_000;
const DAY_MS = 86_400_000;
export const SILENT_HEARD_MIN = 10;
const SILENT_INTERVALS = 3;
/** Listening is looked at by the minute. */
const UNWATCHED_MS = 120_000;
/** Fewer samples say too little of how many frames there may have been. */
const INTERVALS_MIN = 3;
const MARGIN_WEIGHT = 1 / 8;
/** Apart from each other further than any two moments. */
const KIND_MS = 1e13;

/** SNR at which a spreading factor can just be demodulated. Source: Semtech SX1276 data sheet, table 13; SF5: SX1302. */
const FLOOR_SF5_DB = -2.5;
const FLOOR_STEP_DB = 2.5;

/** One device as it is kept, for device-notes.ts. Absent figures are NaN; ages are relative to one moment. */
export interface DeviceRow {
  readonly devAddr: number;
  readonly lastFCnt: number;
  readonly heard: number;
  readonly expected: number;
  readonly repeats: number;
  readonly restarts: number;
  readonly firstAgeMs: number;
  readonly lastAgeMs: number;
  /** Of it, while somebody listened. */
  readonly silentMs: number;
  readonly intervalMs: number;
  readonly intervals: number;
  /** 0: not LoRa. */
  readonly spreadingFactor: number;
  readonly lastRssiDbm: number;
  readonly lastSnrDb: number;
  readonly bestRssiDbm: number;
  readonly bestSnrDb: number;
  readonly marginDb: number;
}

export interface DevicesParts {
  /** By chance, 32 bits: nobody must be able to choose addresses that share a bucket. */
  readonly seed: number;
  readonly isForeign: (devAddr: number) => boolean;
  /** For how long somebody has listened on this gateway. */
  readonly listenedMs: (gateway: number, nowMs: number) => number;
  /** For tests. */
  readonly max?: number;
}

export interface Devices {
  /**
   * An uplink of a data frame, admitted.
   * @param gateway a small whole number that stands for the gateway.
   * @param heardMs when the gateway heard it; @param nowMs when it arrived.
   */
  heard(gateway: number, fCnt: number, rxpk: Rxpk, heardMs: number, nowMs: number): void;
  /** Those unheard for RECORDS_AGE_MS_MAX go. */
  prune(nowMs: number): void;
  /** All of a gateway go. */
  drop(gateway: number): void;
  /**
   * Adds what an earlier run knew; what this one has heard since stays in force.
   * @param isDated false: how long ago `savedMs` really was, nobody knows.
   */
  restore(gateway: number, row: DeviceRow, savedMs: number, isDated: boolean): void;
  /** What was heard until then was heard so much earlier. */
  shift(untilMs: number, byMs: number): void;
  /** @param sinceMs since when devices are recorded: within its first day all are new, and none is called so. */
  sum(gateway: number, nowMs: number, sinceMs: number): DevicesSum;
  /** Calls for each device of a gateway. */
  each(gateway: number, nowMs: number, sinceMs: number, tell: (device: DeviceFigures) => void): void;
  readonly size: number;
  readonly evicted: number;
}

/** DevicesSummary (view.ts) says what each is. */
export interface DevicesSum {
  known: number;
  heardIn24h: number;
  heardIn14Days: number;
  newIn24h: number;
  heard: number;
  expected: number;
  readonly silent: SilentOne[];
}

/** A DevAddr that is silent. */
export interface SilentOne {
  readonly lastMs: number;
  readonly intervalMs: number;
}

/** A device, without what needs a wall clock or a name. */
export interface DeviceFigures extends DeviceRow {
  readonly foreign: boolean;
  /** Between frames heard; NaN with one. */
  readonly meanIntervalMs: number;
  readonly isNew: boolean;
  readonly silent: boolean;
}

export function createDevices({ seed, isForeign, listenedMs, max = DEVICES_MAX }: DevicesParts): Devices {
  const slots = createDeviceSlots({ seed, max, rankOf });
  const firstMs = new Float64Array(max);
  const lastMs = new Float64Array(max);
  const lastListenedMs = new Float64Array(max);
  const intervalsMs = new Float64Array(max);
  const intervals = new Uint8Array(max);
  const fCnts = new Uint16Array(max);
  const heards = new Uint32Array(max);
  const expecteds = new Uint32Array(max);
  const repeats = new Uint32Array(max);
  const restarts = new Uint32Array(max);
  const factors = new Uint8Array(max);
  /** Nobody knows how long it was that nobody listened. */
  const resumed = new Uint8Array(max);
  const lastRssis = new Float32Array(max);
  const lastSnrs = new Float32Array(max);
  const bestRssis = new Float32Array(max);
  const bestSnrs = new Float32Array(max);
  const margins = new Float32Array(max);

  const begin = (slot: number, fCnt: number, heardMs: number): void => {
    firstMs[slot] = heardMs;
    fCnts[slot] = fCnt;
    heards[slot] = 1;
    expecteds[slot] = 1;
    repeats[slot] = 0;
    restarts[slot] = 0;
    intervalsMs[slot] = 0;
    intervals[slot] = 0;
    resumed[slot] = 0;
    bestRssis[slot] = Number.NaN;
    bestSnrs[slot] = Number.NaN;
    margins[slot] = Number.NaN;
  };

  /** @param listened up to now. */
  const follow = (slot: number, fCnt: number, heardMs: number, listened: number): void => {
    const elapsedMs = heardMs - lastMs[slot]!;
    const step = (fCnt - fCnts[slot]!) & 0xffff;
    const intervalMs = intervals[slot]! < INTERVALS_MIN ? 0 : intervalsMs[slot]!;
    switch (judgeCounter(step, elapsedMs, intervalMs)) {
      case "repeat":
        repeats[slot]! += 1;
        return;
      case "late":
        if (heards[slot]! < expecteds[slot]!) heards[slot]! += 1;
        return;
      case "stale":
        return;
      case "restart":
        restarts[slot]! += 1;
        heards[slot]! += 1;
        expecteds[slot]! += 1;
        fCnts[slot] = fCnt;
        return;
      case "next": {
        const unheardMs = elapsedMs - (listened - lastListenedMs[slot]!);
        const isDated = resumed[slot] === 0;
        heards[slot]! += 1;
        expecteds[slot]! += isDated && unheardMs <= UNWATCHED_MS ? step : 1;
        fCnts[slot] = fCnt;
        resumed[slot] = 0;
        if (!isDated) return;
        intervalsMs[slot] = learnInterval(intervalsMs[slot]!, intervals[slot]!, elapsedMs / step);
        if (intervals[slot]! < 0xff) intervals[slot]! += 1;
      }
    }
  };

  const measure = (slot: number, { modulation, rssiDbm, snrDb }: Rxpk): void => {
    const factor = modulation.kind === "lora" ? modulation.spreadingFactor : 0;
    factors[slot] = factor;
    lastRssis[slot] = rssiDbm ?? Number.NaN;
    lastSnrs[slot] = snrDb ?? Number.NaN;
    // Written so that NaN gives way.
    if (rssiDbm !== undefined && !(bestRssis[slot]! >= rssiDbm)) bestRssis[slot] = rssiDbm;
    if (snrDb === undefined) return;
    if (!(bestSnrs[slot]! >= snrDb)) bestSnrs[slot] = snrDb;
    if (factor === 0) return;
    const marginDb = snrDb - floorDb(factor);
    const before = margins[slot]!;
    margins[slot] = Number.isNaN(before) ? marginDb : before + (marginDb - before) * MARGIN_WEIGHT;
  };

  const meanMs = (slot: number): number =>
    heards[slot]! > 1 ? (lastMs[slot]! - firstMs[slot]!) / (heards[slot]! - 1) : Number.NaN;
  const isSilent = (slot: number, silentMs: number): boolean => {
    if (silentMs <= DAY_MS || heards[slot]! < SILENT_HEARD_MIN) return false;
    return silentMs > SILENT_INTERVALS * Math.max(intervalsMs[slot]!, meanMs(slot));
  };
  const isNew = (slot: number, nowMs: number, sinceMs: number): boolean =>
    nowMs - firstMs[slot]! <= DAY_MS && firstMs[slot]! - sinceMs > DAY_MS;

  const figuresOf = (slot: number, nowMs: number, sinceMs: number): DeviceFigures => {
    const silentMs = Math.max(0, listenedMs(slots.gateways[slot]!, nowMs) - lastListenedMs[slot]!);
    return {
      devAddr: slots.devAddrs[slot]!,
      lastFCnt: fCnts[slot]!,
      heard: heards[slot]!,
      expected: expecteds[slot]!,
      repeats: repeats[slot]!,
      restarts: restarts[slot]!,
      firstAgeMs: nowMs - firstMs[slot]!,
      lastAgeMs: nowMs - lastMs[slot]!,
      silentMs,
      intervalMs: intervalsMs[slot]!,
      intervals: intervals[slot]!,
      spreadingFactor: factors[slot]!,
      lastRssiDbm: lastRssis[slot]!,
      lastSnrDb: lastSnrs[slot]!,
      bestRssiDbm: bestRssis[slot]!,
      bestSnrDb: bestSnrs[slot]!,
      marginDb: margins[slot]!,
      foreign: isForeign(slots.devAddrs[slot]!),
      meanIntervalMs: meanMs(slot),
      isNew: isNew(slot, nowMs, sinceMs),
      silent: isSilent(slot, silentMs),
    };
  };

  const restore = (gateway: number, row: DeviceRow, savedMs: number, isDated: boolean): void => {
    const known = slots.find(gateway, row.devAddr);
    if (known === NO_SLOT && slots.size >= max) return;
    const slot = known === NO_SLOT ? slots.take(gateway, row.devAddr) : known;
    const atMs = savedMs - row.lastAgeMs;
    firstMs[slot] = Math.min(known === NO_SLOT ? atMs : firstMs[slot]!, savedMs - row.firstAgeMs);
    bestRssis[slot] = greater(known === NO_SLOT ? Number.NaN : bestRssis[slot]!, row.bestRssiDbm);
    bestSnrs[slot] = greater(known === NO_SLOT ? Number.NaN : bestSnrs[slot]!, row.bestSnrDb);
    if (known !== NO_SLOT) {
      heards[slot]! += row.heard;
      expecteds[slot]! += row.expected;
      repeats[slot]! += row.repeats;
      restarts[slot]! += row.restarts;
      return;
    }
    lastMs[slot] = atMs;
    lastListenedMs[slot] = -row.silentMs;
    heards[slot] = row.heard;
    expecteds[slot] = row.expected;
    repeats[slot] = row.repeats;
    restarts[slot] = row.restarts;
    fCnts[slot] = row.lastFCnt;
    intervalsMs[slot] = row.intervalMs;
    intervals[slot] = row.intervals;
    factors[slot] = row.spreadingFactor;
    lastRssis[slot] = row.lastRssiDbm;
    lastSnrs[slot] = row.lastSnrDb;
    margins[slot] = row.marginDb;
    resumed[slot] = isDated ? 0 : 1;
  };

  /** The lowest goes first: by kind, and within it by time. */
  function rankOf(slot: number): number {
    const isSingle = heards[slot] === 1;
    const kind = (isSingle ? 0 : 2) + (isForeign(slots.devAddrs[slot]!) ? 0 : 1);
    return kind * KIND_MS + lastMs[slot]!;
  }

  return {
    heard: (gateway, fCnt, rxpk, heardMs, nowMs) => {
      const { payload } = rxpk;
      const devAddr = (payload[1]! | (payload[2]! << 8) | (payload[3]! << 16) | (payload[4]! << 24)) >>> 0;
      const listened = listenedMs(gateway, nowMs);
      let slot = slots.find(gateway, devAddr);
      if (slot === NO_SLOT) {
        slot = slots.take(gateway, devAddr);
        begin(slot, fCnt, heardMs);
      } else {
        follow(slot, fCnt, heardMs, listened);
        if (heardMs < lastMs[slot]!) return;
      }
      lastMs[slot] = heardMs;
      lastListenedMs[slot] = listened;
      measure(slot, rxpk);
    },
    prune: (nowMs) => {
      slots.removeIf((slot) => nowMs - lastMs[slot]! > RECORDS_AGE_MS_MAX);
    },
    drop: (gateway) => {
      slots.removeIf((slot) => slots.gateways[slot] === gateway);
    },
    restore,
    shift: (untilMs, byMs) => {
      for (let slot = 0; slot < slots.end; slot++) {
        if (firstMs[slot]! <= untilMs) firstMs[slot]! -= byMs;
        if (lastMs[slot]! <= untilMs) lastMs[slot]! -= byMs;
      }
    },
    sum: (gateway, nowMs, sinceMs) => {
      const sum = { known: 0, heardIn24h: 0, heardIn14Days: 0, newIn24h: 0, heard: 0, expected: 0 };
      const silent: SilentOne[] = [];
      const listened = listenedMs(gateway, nowMs);
      for (let slot = 0; slot < slots.end; slot++) {
        if (!slots.isOf(slot, gateway)) continue;
        const ageMs = nowMs - lastMs[slot]!;
        sum.known += 1;
        if (ageMs <= DAY_MS) sum.heardIn24h += 1;
        if (ageMs <= RECORDS_AGE_MS_MAX) sum.heardIn14Days += 1;
        if (isNew(slot, nowMs, sinceMs)) sum.newIn24h += 1;
        sum.heard += heards[slot]!;
        sum.expected += expecteds[slot]!;
        if (isSilent(slot, listened - lastListenedMs[slot]!))
          silent.push({ lastMs: lastMs[slot]!, intervalMs: intervalsMs[slot]! });
      }
      return { ...sum, silent };
    },
    each: (gateway, nowMs, sinceMs, tell) => {
      for (let slot = 0; slot < slots.end; slot++) {
        if (slots.isOf(slot, gateway)) tell(figuresOf(slot, nowMs, sinceMs));
      }
    },
    get size() {
      return slots.size;
    },
    get evicted() {
      return slots.evicted;
    },
  };
}

export function floorDb(spreadingFactor: number): number {
  return FLOOR_SF5_DB - (spreadingFactor - 5) * FLOOR_STEP_DB;
}

/** The other where one is NaN. */
function greater(one: number, other: number): number {
  return one >= other || Number.isNaN(other) ? one : other;
}

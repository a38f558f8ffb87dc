/**
 * Places for devices, found by gateway and DevAddr: a number each, below `max`, by which their figures lie in arrays.
 *
 * Chained buckets in typed arrays, since it is looked up with every frame. Where every place is taken, those of the lowest
 * rank make room. Pure but for its memory.
 */
export const NO_SLOT = -1;
/** Places made at once, for ranking costs the whole table. */
const EVICTED_SHARE = 1 / 64;

export interface DeviceSlotsParts {
  /** By chance, 32 bits: nobody must be able to choose addresses that share a bucket. */
  readonly seed: number;
  readonly max: number;
  /** The lowest goes first. */
  readonly rankOf: (slot: number) => number;
}

export interface DeviceSlots {
  /** @returns NO_SLOT when it has none. */
  find(gateway: number, devAddr: number): number;
  /** A place for one that has none. */
  take(gateway: number, devAddr: number): number;
  removeIf(isToGo: (slot: number) => boolean): void;
  /** Whether somebody of this gateway has it. */
  isOf(slot: number, gateway: number): boolean;
  /** No place from here on has ever been taken. */
  readonly end: number;
  readonly size: number;
  readonly evicted: number;
  readonly devAddrs: Uint32Array;
  readonly gateways: Uint16Array;
}

export function createDeviceSlots({ seed, max, rankOf }: DeviceSlotsParts): DeviceSlots {
  const buckets = 2 ** Math.ceil(Math.log2(2 * max));
  const heads = new Int32Array(buckets).fill(NO_SLOT);
  const nexts = new Int32Array(max);
  const devAddrs = new Uint32Array(max);
  const gateways = new Uint16Array(max);
  const used = new Uint8Array(max);
  /** Below `end`. */
  const free: number[] = [];
  let end = 0;
  let size = 0;
  let evicted = 0;

  const bucketOf = (gateway: number, devAddr: number): number => {
    const mixed = Math.imul((devAddr ^ seed) + gateway, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (buckets - 1);
  };

  const remove = (slot: number): void => {
    const bucket = bucketOf(gateways[slot]!, devAddrs[slot]!);
    if (heads[bucket] === slot) heads[bucket] = nexts[slot]!;
    else {
      let before = heads[bucket]!;
      while (nexts[before] !== slot) before = nexts[before]!;
      nexts[before] = nexts[slot]!;
    }
    used[slot] = 0;
    size -= 1;
    free.push(slot);
  };

  /** All places are taken. */
  const evict = (): void => {
    const ranks = new Float64Array(max);
    for (let slot = 0; slot < max; slot++) ranks[slot] = rankOf(slot);
    const wanted = Math.ceil(max * EVICTED_SHARE);
    const limit = ranks.slice().sort()[wanted - 1]!;
    for (let slot = 0, gone = 0; slot < max && gone < wanted; slot++) {
      if (ranks[slot]! > limit) continue;
      remove(slot);
      evicted += 1;
      gone += 1;
    }
  };

  return {
    find: (gateway, devAddr) => {
      let slot = heads[bucketOf(gateway, devAddr)]!;
      while (slot !== NO_SLOT && (devAddrs[slot] !== devAddr || gateways[slot] !== gateway)) {
        slot = nexts[slot]!;
      }
      return slot;
    },
    take: (gateway, devAddr) => {
      if (size >= max) evict();
      const slot = free.pop() ?? end++;
      const bucket = bucketOf(gateway, devAddr);
      nexts[slot] = heads[bucket]!;
      heads[bucket] = slot;
      used[slot] = 1;
      devAddrs[slot] = devAddr;
      gateways[slot] = gateway;
      size += 1;
      return slot;
    },
    removeIf: (isToGo) => {
      for (let slot = 0; slot < end; slot++) if (used[slot] === 1 && isToGo(slot)) remove(slot);
    },
    isOf: (slot, gateway) => used[slot] === 1 && gateways[slot] === gateway,
    get end() {
      return end;
    },
    get size() {
      return size;
    },
    get evicted() {
      return evicted;
    },
    devAddrs,
    gateways,
  };
}

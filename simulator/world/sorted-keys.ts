/**
 * Keys in order, for stores with a hundred thousand of them: chunks of bounded length, so that adding one moves a
 * chunk and not everything.
 *
 * Keys are text of one octet a character (latin-1), which sorts as the octets do.
 */
export const CHUNK_KEYS_MAX = 512;

export interface KeyRange {
  /** The first key that may be meant; undefined: from the beginning. */
  readonly from: string | undefined;
  /** Whether `from` itself is meant. */
  readonly fromIncluded: boolean;
  /** Not included; undefined: to the end. */
  readonly to: string | undefined;
  readonly limit: number;
  readonly reverse: boolean;
}

export interface SortedKeys {
  /** Of one that is not there. */
  add(key: string): void;
  /** Of one that is there. */
  remove(key: string): void;
  select(range: KeyRange): string[];
}

/** @param keys each once, in any order. */
export function createSortedKeys(keys: Iterable<string>): SortedKeys {
  const all = [...keys].sort((one, other) => (one < other ? -1 : 1));
  const chunks: string[][] = [];
  for (let at = 0; at < all.length; at += CHUNK_KEYS_MAX / 2)
    chunks.push(all.slice(at, at + CHUNK_KEYS_MAX / 2));

  /** The chunk in which the key is, or would be: the last that begins at or before it. */
  const chunkOf = (key: string): number => {
    const at = countUntil(chunks.length, (chunk) => chunks[chunk]![0]! <= key);
    return Math.max(0, at - 1);
  };

  function* walk({ from, fromIncluded, to }: KeyRange): Generator<string> {
    const isBefore = (key: string): boolean =>
      from !== undefined && (key < from || (key === from && !fromIncluded));
    let at = from === undefined ? 0 : chunkOf(from);
    let place = countUntil(chunks[at]?.length ?? 0, (index) => isBefore(chunks[at]![index]!));
    for (; at < chunks.length; at++, place = 0) {
      const chunk = chunks[at]!;
      for (; place < chunk.length; place++) {
        const key = chunk[place]!;
        if (to !== undefined && key >= to) return;
        yield key;
      }
    }
  }

  function* walkBack({ from, fromIncluded, to }: KeyRange): Generator<string> {
    let at = to === undefined ? chunks.length - 1 : Math.min(chunkOf(to), chunks.length - 1);
    for (; at >= 0; at--) {
      const chunk = chunks[at]!;
      const end = to === undefined ? chunk.length : countUntil(chunk.length, (index) => chunk[index]! < to);
      for (let place = end - 1; place >= 0; place--) {
        const key = chunk[place]!;
        if (from !== undefined && (key < from || (key === from && !fromIncluded))) return;
        yield key;
      }
    }
  }

  return {
    add: (key) => {
      const at = chunkOf(key);
      const chunk = chunks[at];
      if (chunk === undefined) {
        chunks.push([key]);
        return;
      }
      chunk.splice(
        countUntil(chunk.length, (place) => chunk[place]! < key),
        0,
        key,
      );
      if (chunk.length > CHUNK_KEYS_MAX) chunks.splice(at + 1, 0, chunk.splice(CHUNK_KEYS_MAX / 2));
    },
    remove: (key) => {
      const at = chunkOf(key);
      const chunk = chunks[at]!;
      chunk.splice(
        countUntil(chunk.length, (place) => chunk[place]! < key),
        1,
      );
      if (chunk.length === 0) chunks.splice(at, 1);
    },
    select: (range) => {
      const selected: string[] = [];
      for (const key of range.reverse ? walkBack(range) : walk(range)) {
        if (selected.length >= range.limit) break;
        selected.push(key);
      }
      return selected;
    },
  };
}

/** @param isBefore true for the first ones, false for all the others. @returns how many are first. */
function countUntil(length: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

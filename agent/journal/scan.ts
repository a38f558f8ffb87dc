/**
 * Scans: a range of the store in pieces, in order of key; between two of them the event loop runs. The limit bounds what
 * is in memory at once.
 */
import type { KeyValueStore } from "../ports.ts";
import type { Range } from "./keys.ts";

type Readable = Pick<KeyValueStore, "keys" | "entries">;

/** How the store is reached: each piece is asked for by itself. */
type Look = <T>(read: (store: Readable) => Promise<T>) => Promise<T>;

/** For who has the store at hand. */
export function lookInto(store: Readable): Look {
  return (read) => read(store);
}

/** @throws AgentError as the store does */
export function scanKeys(look: Look, range: Range, limit: number): AsyncGenerator<Buffer[]> {
  return pieces(
    (part) => look((store) => store.keys(part)),
    range,
    limit,
    (key) => key,
  );
}

/** @throws AgentError as the store does */
export function scanEntries(look: Look, range: Range, limit: number): AsyncGenerator<[Buffer, Buffer][]> {
  return pieces(
    (part) => look((store) => store.entries(part)),
    range,
    limit,
    ([key]) => key,
  );
}

async function* pieces<T>(
  read: (range: { gt?: Buffer; gte?: Buffer; lt: Buffer; limit: number }) => Promise<T[]>,
  range: Range,
  limit: number,
  keyOf: (item: T) => Buffer,
): AsyncGenerator<T[]> {
  let from: { gt: Buffer } | { gte: Buffer } = { gte: range.gte };
  for (;;) {
    const items = await read({ ...from, lt: range.lt, limit });
    if (items.length > 0) yield items;
    if (items.length < limit) return;
    from = { gt: keyOf(items.at(-1)!) };
  }
}

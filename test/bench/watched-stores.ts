/** Real stores that tell when they have nothing to do: for a clock that stands while the disk works. */
import { openStores } from "../../agent/host/store.ts";
import type { KeyValueStore, KeyValueStores } from "../../agent/ports.ts";

export interface WatchedStores extends KeyValueStores {
  /** Batches that were fsynced so far. */
  readonly synced: number;
  whenIdle(): Promise<void>;
}

export function watchedStores(): WatchedStores {
  const stores = openStores();
  let busy = 0;
  let synced = 0;
  const watched = <T>(work: Promise<T>): Promise<T> => {
    busy += 1;
    return work.finally(() => {
      busy -= 1;
    });
  };
  const watch = (store: KeyValueStore): KeyValueStore => ({
    ...store,
    batch: (operations, options) => {
      if (options.sync) synced += 1;
      return watched(store.batch(operations, options));
    },
    entries: (range) => watched(store.entries(range)),
    compact: (from, to) => watched(store.compact(from, to)),
  });
  return {
    ...stores,
    get synced() {
      return synced;
    },
    open: async (directory, options) => watch(await stores.open(directory, options)),
    whenIdle: async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (busy > 0);
    },
  };
}

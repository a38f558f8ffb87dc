/**
 * The doors of a dry run: the journal is opened as an agent would open it, and nothing of what that writes reaches the
 * disk. Where there is none it looks empty, and none is made; a damaged one is left to those who may repair.
 */
import { AgentError } from "../errors.ts";
import type { Files, KeyValueStore, KeyValueStores } from "../ports.ts";

export function makeDryDoors({ files, stores }: { readonly files: Files; readonly stores: KeyValueStores }): {
  readonly files: Files;
  readonly stores: KeyValueStores;
} {
  return {
    files: {
      read: (path) => files.read(path),
      stamp: (path) => files.stamp(path),
      space: (path) => files.space(path),
      replace: nothing,
      remove: nothing,
      allocate: nothing,
    },
    stores: {
      open: async (directory, options) =>
        (await files.stamp(`${directory}/CURRENT`)) === undefined
          ? EMPTY
          : unwritten(await stores.open(directory, options)),
      repair: async (directory) => {
        throw new AgentError("STORE_DAMAGED", `${directory}: it has to be repaired first`);
      },
    },
  };
}

function unwritten(store: KeyValueStore): KeyValueStore {
  return {
    ...EMPTY,
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    entries: (range) => store.entries(range),
    keys: (range) => store.keys(range),
    close: () => store.close(),
  };
}

const nothing = async (): Promise<void> => {};

const EMPTY: KeyValueStore = {
  batch: nothing,
  get: async () => undefined,
  getMany: async (keys) => keys.map(() => undefined),
  entries: async () => [],
  keys: async () => [],
  compact: nothing,
  close: nothing,
};

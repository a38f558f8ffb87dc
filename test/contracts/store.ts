/** What every KeyValueStore does: one suite for agent/host/store.ts and simulator/world/store.ts. */
import { expect, test } from "vitest";
import type { KeyValueStore, KeyValueStores, StoreOperation } from "../../agent/ports.ts";

const key = (text: string): Buffer => Buffer.from(text, "latin1");
const put = (name: string, value: string): StoreOperation => ({
  type: "put",
  key: key(name),
  value: key(value),
});
const del = (name: string): StoreOperation => ({ type: "del", key: key(name) });
const texts = (keys: readonly Buffer[]): string[] => keys.map((each) => each.toString("latin1"));

/** @param prepare fresh stores and a directory in which there is nothing yet; called once per test. */
export function storeContract(prepare: () => { stores: KeyValueStores; directory: string }): void {
  const opened = async (
    ...operations: StoreOperation[]
  ): Promise<{ stores: KeyValueStores; directory: string; store: KeyValueStore }> => {
    const { stores, directory } = prepare();
    const store = await stores.open(directory);
    await store.batch(operations, { sync: true });
    return { stores, directory, store };
  };

  test("gives back what was put, and undefined for what was not", async () => {
    const { store } = await opened(put("a", "1"), put("empty", ""));
    expect((await store.get(key("a")))?.toString()).toBe("1");
    expect((await store.get(key("empty")))?.length).toBe(0);
    expect(await store.get(key("b"))).toBeUndefined();
    await store.close();
  });

  test("gives several at once in the order in which they were asked for", async () => {
    const { store } = await opened(put("a", "1"), put("b", "2"), put("empty", ""));
    const found = await store.getMany(["b", "none", "a", "empty", "b"].map(key));
    expect(found.map((value) => value?.toString())).toEqual(["2", undefined, "1", "", "2"]);
    expect(await store.getMany([])).toEqual([]);
    await store.close();
    await expect(store.getMany([key("a")])).rejects.toMatchObject({ code: "STORE_IO" });
  });

  test("takes a batch in its order", async () => {
    const { store } = await opened(put("a", "1"), put("b", "1"));
    await store.batch([del("a"), put("a", "2"), put("b", "2"), del("b")], { sync: false });
    expect((await store.get(key("a")))?.toString()).toBe("2");
    expect(await store.get(key("b"))).toBeUndefined();
    await store.close();
  });

  test("keeps its content over a close", async () => {
    const { stores, directory, store } = await opened(put("a", "1"));
    await store.batch([put("b", "2")], { sync: false });
    await store.close();
    const again = await stores.open(directory);
    expect(texts(await again.keys({ limit: 10 }))).toEqual(["a", "b"]);
    await again.close();
  });

  test("orders keys as octets", async () => {
    const { store } = await opened(
      put("\xff", ""),
      put("\x80", ""),
      put("a\x00", ""),
      put("a", ""),
      put("b", ""),
    );
    expect(texts(await store.keys({ limit: 10 }))).toEqual(["a", "a\x00", "b", "\x80", "\xff"]);
    await store.close();
  });

  test("honours each end of a range, the limit and the direction", async () => {
    const { store } = await opened(...["a", "b", "c", "d", "e"].map((name) => put(name, name.toUpperCase())));
    const keys = async (range: Parameters<KeyValueStore["keys"]>[0]): Promise<string> =>
      texts(await store.keys(range)).join("");
    expect(await keys({ gte: key("b"), lt: key("d"), limit: 10 })).toBe("bc");
    expect(await keys({ gt: key("b"), limit: 10 })).toBe("cde");
    expect(await keys({ gt: key("bb"), lt: key("dd"), limit: 10 })).toBe("cd");
    expect(await keys({ gte: key("b"), limit: 2 })).toBe("bc");
    expect(await keys({ lt: key("d"), limit: 2, reverse: true })).toBe("cb");
    expect(await keys({ gte: key("x"), limit: 10 })).toBe("");
    expect(await keys({ limit: 0 })).toBe("");
    const entries = await store.entries({ gte: key("b"), lt: key("d"), limit: 10 });
    expect(entries.map(([name, value]) => `${name}${value}`)).toEqual(["bB", "cC"]);
    await store.close();
  });

  test("gives as many entries as the limit allows, however large they are", async () => {
    const value = Buffer.alloc(50_000, 7);
    const names = Array.from({ length: 60 }, (_, index) => `k${String(index).padStart(3, "0")}`);
    const { store } = await opened(
      ...names.map((name): StoreOperation => ({ type: "put", key: key(name), value })),
    );
    const entries = await store.entries({ limit: 50 });
    expect(entries.map(([name]) => name.toString())).toEqual(names.slice(0, 50));
    expect(entries.every(([, each]) => each.equals(value))).toBe(true);
    await store.close();
  });

  test("is held by one only", async () => {
    const { stores, directory, store } = await opened(put("a", "1"));
    await expect(stores.open(directory)).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await expect(stores.repair(directory)).rejects.toMatchObject({ code: "STORE_LOCKED" });
    expect((await store.get(key("a")))?.toString()).toBe("1");
    await store.close();
    await (await stores.open(directory, { thorough: true })).close();
  });

  test("refuses with STORE_IO once it is closed", async () => {
    const { store } = await opened(put("a", "1"));
    await store.close();
    await expect(store.get(key("a"))).rejects.toMatchObject({ code: "STORE_IO" });
    await expect(store.keys({ limit: 1 })).rejects.toMatchObject({ code: "STORE_IO" });
    await expect(store.batch([put("a", "2")], { sync: true })).rejects.toMatchObject({ code: "STORE_IO" });
  });

  test("keeps what lives through a compaction and a repair", async () => {
    const { stores, directory, store } = await opened(put("a", "1"), put("b", "2"), put("c", "3"));
    await store.batch([del("b")], { sync: false });
    await store.compact(key("a"), key("z"));
    await store.close();
    await stores.repair(directory);
    const again = await stores.open(directory);
    expect(texts(await again.keys({ limit: 10 }))).toEqual(["a", "c"]);
    await again.close();
  });
}

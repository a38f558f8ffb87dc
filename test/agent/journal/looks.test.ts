/** People's looks at the store: they disturb nobody, and a disk that hangs costs one thread at most. */
import { expect, test } from "vitest";
import { LOOK_MS_MAX, makeLooks } from "../../../agent/journal/looks.ts";
import type { KeyValueStore } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";

function openLooks() {
  const clock = new WorldClock();
  const disk = { store: {} as KeyValueStore | undefined, failing: undefined as string | undefined };
  const look = makeLooks({ clock, store: () => disk.store, failing: () => disk.failing });
  return { clock, disk, look };
}

test("one goes after the other, and one's failure is its own", async () => {
  const { look, clock } = openLooks();
  const order: string[] = [];
  const of = (name: string) => async () => {
    order.push(`${name} begins`);
    await clock.sleep(100);
    order.push(`${name} ends`);
    if (name === "two") throw new Error("two");
    return name;
  };
  const all = Promise.allSettled(["one", "two", "three"].map((name) => look(of(name))));
  await clock.advance(400);
  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(order).toEqual(["one", "two", "three"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(clock.pendingTimers).toBe(0);
});

test("behind one that hangs nobody begins, and each is told in time", async () => {
  const { look, clock } = openLooks();
  let begun = 0;
  const hanging = () => {
    begun++;
    return new Promise<void>(() => {});
  };
  void look(hanging);
  const others = Array.from({ length: 10 }, () => look(hanging).catch((error) => error.code));
  await clock.advance(LOOK_MS_MAX);
  expect(await Promise.all(others)).toEqual(Array(10).fill("STORE_IO"));
  expect(begun).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("none begins while the disk refuses or is not open, and it is said what the disk says", async () => {
  const { look, disk } = openLooks();
  const never = async () => expect.fail("it was asked");
  disk.failing = "the disk has not answered for 10 s";
  await expect(look(never)).rejects.toMatchObject({ code: "STORE_IO", message: disk.failing });
  disk.failing = undefined;
  disk.store = undefined;
  await expect(look(never)).rejects.toMatchObject({ code: "STORE_IO" });
});

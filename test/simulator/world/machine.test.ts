import { expect, test } from "vitest";
import { createWorld } from "../../../simulator/world/doors.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";
import { createMachine } from "../../../simulator/world/machine.ts";

const DIRECTORY = "/journal";
const put = (name: string) => ({ type: "put", key: Buffer.from(name), value: Buffer.from(name) }) as const;

async function openMachine() {
  const world = createWorld(1);
  const machine = createMachine({ world, name: "m", seed: 1, directory: DIRECTORY });
  const log = createWorldLog();
  const doors = machine.begin(log);
  const store = await doors.stores.open(DIRECTORY);
  const writing = store.batch([put("synced")], { sync: true });
  await world.clock.advance(machine.fsyncMs);
  await writing;
  await store.batch([put("unsynced")], { sync: false });
  return { world, machine, log, doors, store };
}

type Opened = Awaited<ReturnType<typeof openMachine>>;

/** What the next process finds. */
async function keysAfter({ machine, log }: Pick<Opened, "machine" | "log">): Promise<string[]> {
  const store = await machine.begin(log).stores.open(DIRECTORY);
  return (await store.keys({ limit: 10 })).map(String);
}

test("a killed process leaves what it wrote, synced or not, and acts no more", async () => {
  const opened = await openMachine();
  const { world, machine, doors, store } = opened;
  const acted: string[] = [];
  doors.clock.after(10, () => acted.push("timer"));
  void doors.clock.sleep(10).then(() => acted.push("sleep"));
  void store.batch([put("late")], { sync: true }).then(() => acted.push("batch"));
  await doors.udp.bind({ host: "127.0.0.1", port: 1700 }, () => acted.push("datagram"));
  machine.kill();
  const other = await world.udp.bind({ host: "127.0.0.1", port: 0 }, () => undefined);
  other.send(Buffer.from("x"), { host: "127.0.0.1", port: 1700 });
  await world.clock.advance(1_000);
  expect(acted).toEqual([]);
  expect(await keysAfter(opened)).toEqual(["late", "synced", "unsynced"]);
});

test("a power cut forgets what was not synced, and boots in 1970 without a battery", async () => {
  const opened = await openMachine();
  const { machine } = opened;
  const before = machine.kernel.kernelBootId();
  machine.cutPower();
  machine.kernel.bootIn1970(20_000);
  expect(machine.kernel.wallMs()).toBe(20_000);
  expect(machine.kernel.monotonicMs()).toBe(20_000);
  expect(machine.kernel.kernelBootId()).not.toBe(before);
  expect(machine.kernel.kernelBootId()).toMatch(/^[0-9a-f]{32}$/);
  const keys = await keysAfter(opened);
  expect(keys).toContain("synced");
});

test("an fsync confirms what was written before it began", async () => {
  const { world, machine, store, log } = await openMachine();
  const syncing = store.batch([put("covered")], { sync: true });
  await world.clock.advance(1);
  await store.batch([put("after")], { sync: false });
  await world.clock.advance(machine.fsyncMs);
  await syncing;
  machine.stores.cutPower(DIRECTORY);
  const kept = (await keysAfter({ machine, log })).filter((name) => name !== "after");
  expect(kept).toEqual(["covered", "synced", "unsynced"]);
});

test("files, control sockets and programs fail as they do elsewhere", async () => {
  const { machine, doors } = await openMachine();
  machine.files.put("/a", "1");
  const stamp = await doors.files.stamp("/a");
  await doors.files.replace("/a", Buffer.from("1"));
  expect(await doors.files.stamp("/a")).not.toBe(stamp);
  machine.files.refuses = true;
  await expect(doors.files.read("/a")).rejects.toMatchObject({ code: "FILE_IO" });
  const answer = async () => ({ status: 200, body: "here" });
  await doors.control.serve("/sock", answer);
  await expect(doors.control.serve("/sock", answer)).rejects.toMatchObject({ code: "CONTROL_BIND" });
  expect(await doors.control.ask("/sock", { method: "GET", path: "/", body: undefined })).toMatchObject({
    body: "here",
  });
  machine.kill();
  await expect(
    doors.control.ask("/sock", { method: "GET", path: "/", body: undefined }),
  ).rejects.toMatchObject({
    code: "CONTROL_UNREACHABLE",
  });
  expect((await doors.commands.run(["chronyc"], 1_000)).exitCode).toBe(127);
});

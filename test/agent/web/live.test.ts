/** The stream of what happens: batched, bounded, and silent while nobody looks. */
import { expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import {
  BATCH_EVENTS_MAX,
  BATCH_EVERY_MS,
  BEHIND_MS_MAX,
  READERS_MAX,
  STATUS_EVERY_MS,
  WAITING_OCTETS_MAX,
} from "../../../agent/web/live.ts";
import { IDLE_MS_MAX } from "../../../agent/web/sessions.ts";
import type { ShownFrames, ShownStatus } from "../../../agent/web/shown.ts";
import { openDeskRig, openReader, told } from "./desk-rig.ts";
import { madeUpFrame } from "./made-up-gateway.ts";

async function watchOn(rig: ReturnType<typeof openDeskRig>, cookie?: string) {
  const answer = await rig.ask({ path: "/api/live", headers: cookie === undefined ? {} : { cookie } });
  const reader = openReader();
  const leave = answer.stream!(reader);
  return { reader, leave };
}

function hear(rig: ReturnType<typeof openDeskRig>, frames: number): void {
  for (let frame = 0; frame < frames; frame++)
    for (const event of madeUpFrame(frame, rig.clock.wallMs())) rig.gateway.feed.emit(event);
}

test("who looks is told the status at once and every few seconds, and frames in batches", async () => {
  const rig = openDeskRig("loopback");
  const { reader } = await watchOn(rig);
  await rig.clock.advance(1);
  expect(told<ShownStatus>(reader, "status")).toMatchObject([{ version: "1.2.3" }]);
  hear(rig, 3);
  await rig.clock.advance(BATCH_EVERY_MS - 1);
  expect(told(reader, "frames")).toEqual([]);
  await rig.clock.advance(1);
  const [batch] = told<ShownFrames>(reader, "frames");
  expect(batch!.events.map(({ kind }) => kind)).toEqual([
    "uplink",
    "delivered",
    "uplink",
    "delivered",
    "uplink",
    "delivered",
  ]);
  await rig.clock.advance(STATUS_EVERY_MS);
  expect(told(reader, "status")).toHaveLength(2);
  expect(told(reader, "frames")).toHaveLength(1);
});

test("a status that cannot be told leaves one out, and the agent at work", async () => {
  const rig = openDeskRig("loopback");
  const { reader } = await watchOn(rig);
  await rig.clock.advance(1);
  const { status } = rig.gateway;
  Object.defineProperty(rig.gateway, "status", {
    configurable: true,
    get: () => {
      throw new AgentError("FILE_IO", "no disk");
    },
  });
  await rig.clock.advance(STATUS_EVERY_MS);
  expect(told(reader, "status")).toHaveLength(1);
  Object.defineProperty(rig.gateway, "status", { value: status, writable: true });
  await rig.clock.advance(STATUS_EVERY_MS);
  expect(told(reader, "status")).toHaveLength(2);
});

test("while nobody looks nothing listens and no timer runs", async () => {
  const rig = openDeskRig("loopback");
  expect(rig.gateway.feed.hasListeners).toBe(false);
  const { reader, leave } = await watchOn(rig);
  expect(rig.gateway.feed.hasListeners).toBe(true);
  leave();
  expect(rig.gateway.feed.hasListeners).toBe(false);
  const before = reader.written.length;
  await rig.clock.advance(60_000);
  expect(reader.written).toHaveLength(before);
});

test("of a storm of frames a batch holds its limit, and says how many it left out", async () => {
  const rig = openDeskRig("loopback");
  const { reader } = await watchOn(rig);
  hear(rig, BATCH_EVENTS_MAX);
  await rig.clock.advance(BATCH_EVERY_MS);
  const [batch] = told<ShownFrames>(reader, "frames");
  expect([batch!.events.length, batch!.left]).toEqual([BATCH_EVENTS_MAX, BATCH_EVENTS_MAX]);
});

test("a reader who takes nothing misses batches, does not hold up another, and is cut off in the end", async () => {
  const rig = openDeskRig("loopback");
  const slow = await watchOn(rig);
  const quick = await watchOn(rig);
  slow.reader.waiting = WAITING_OCTETS_MAX + 1;
  const before = slow.reader.written.length;
  for (let spentMs = 0; spentMs < BEHIND_MS_MAX; spentMs += 1_000) {
    expect(slow.reader.isCut).toBe(false);
    hear(rig, 1);
    await rig.clock.advance(1_000);
  }
  hear(rig, 1);
  await rig.clock.advance(1_000);
  expect([slow.reader.isCut, quick.reader.isCut]).toEqual([true, false]);
  expect(slow.reader.written).toHaveLength(before);
  expect(told(quick.reader, "frames").length).toBeGreaterThan(25);
});

test("a reader who was behind and has caught up goes on", async () => {
  const rig = openDeskRig("loopback");
  const { reader } = await watchOn(rig);
  reader.waiting = WAITING_OCTETS_MAX + 1;
  await rig.clock.advance(BEHIND_MS_MAX - 5_000);
  reader.waiting = WAITING_OCTETS_MAX;
  await rig.clock.advance(10_000);
  reader.waiting = WAITING_OCTETS_MAX + 1;
  await rig.clock.advance(10_000);
  expect(reader.isCut).toBe(false);
});

test("only so many may look at a time, and one who leaves makes room", async () => {
  const rig = openDeskRig("loopback");
  const watching = [];
  for (let reader = 0; reader < READERS_MAX; reader++) watching.push(await watchOn(rig));
  const refused = await rig.ask({ path: "/api/live" });
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "10"]);
  watching[0]!.leave();
  expect((await rig.ask({ path: "/api/live" })).status).toBe(200);
});

test("requests that come together find no more room than there is", async () => {
  const rig = openDeskRig("loopback");
  const answers = await Promise.all(
    Array.from({ length: READERS_MAX + 2 }, () => rig.ask({ path: "/api/live" })),
  );
  const readers = answers
    .filter(({ stream }) => stream !== undefined)
    .map((answer) => {
      const reader = openReader();
      answer.stream!(reader);
      return reader;
    });
  expect(readers.filter(({ isCut }) => !isCut)).toHaveLength(READERS_MAX);
});

test("a session that is over ends the stream, with a word", async () => {
  const rig = openDeskRig("network");
  const cookie = await rig.signIn();
  const { reader } = await watchOn(rig, cookie);
  await rig.clock.advance(2 * IDLE_MS_MAX);
  expect(told(reader, "end"), "looking is using").toEqual([]);
  await rig.ask({ method: "POST", path: "/api/session/end", headers: { cookie }, json: {} });
  await rig.clock.advance(STATUS_EVERY_MS);
  expect(told(reader, "end")).toEqual([{}]);
  await rig.clock.advance(1_000);
  expect(reader.isCut).toBe(true);
  const before = reader.written.length;
  hear(rig, 1);
  await rig.clock.advance(STATUS_EVERY_MS);
  expect(reader.written).toHaveLength(before);
});

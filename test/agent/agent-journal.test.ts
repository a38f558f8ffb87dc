/** Frames of another gateway brought into a running agent: what its core sees, and that the guest leaves again. */
import { expect, test } from "vitest";
import { toDocument } from "../../agent/journal/frame-document.ts";
import type { ControlAnswer } from "../../agent/ports.ts";
import { EUI, OTHER_EUI, openAgentWorld } from "./agent-world.ts";
import { draftOf, readings } from "./journal/kept.ts";

type World = Awaited<ReturnType<typeof openAgentWorld>>;

/** Asks, and moves time until all lines have come. */
async function linesOf(world: World, answer: Promise<ControlAnswer>): Promise<Record<string, unknown>[]> {
  const got: Record<string, unknown>[] = [];
  let ended = false;
  const reading = (async () => {
    for await (const piece of (await answer).lines!) got.push(...(piece as typeof got));
    ended = true;
  })();
  while (!ended) await world.clock.advance(100);
  await reading;
  return got;
}

function importOf(world: World, gatewayEui: string, frames: number) {
  const lines = (async function* () {
    yield readings(frames, 2).map((one, line) => {
      const { draft } = draftOf(one, {
        gatewayEui,
        arrivedWallMs: world.clock.wallMs() - 3_600_000 + one.atMs,
      });
      const kept = { frame: { sequence: line, ...draft }, lane: "", cores: ["main"], sizeOctets: 1 };
      return { line, frame: toDocument(kept) };
    });
  })();
  return linesOf(world, world.ask({ method: "POST", path: "/journal/import", body: undefined, lines }));
}

test("they go in their own gateway's name, marked as replays; its connection ends when the last was taken", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  const events = await importOf(world, OTHER_EUI, 6);
  expect(events.at(-1)).toMatchObject({ kind: "end", counts: { imported: 6 }, gateways: [OTHER_EUI] });
  const core = world.core();
  await world.clock.advance(5_000);
  expect(core.state(OTHER_EUI)).toBe("ONLINE");
  await world.clock.advance(3_600_000);
  expect(core.ups).toHaveLength(6);
  for (const up of core.ups) expect(up).toMatchObject({ gatewayEui: OTHER_EUI });
  expect(core.state(OTHER_EUI), "the guest has left").toBe("OFFLINE");
  expect(core.state(EUI), "the host is there").toBe("ONLINE");
  expect((await importOf(world, OTHER_EUI, 6)).at(-1)).toMatchObject({
    counts: { imported: 0, passedOver: 6 },
  });
});

test("a guest whose frames a restart finds still here leaves too, when they are delivered", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  world.core().broker.die();
  await importOf(world, OTHER_EUI, 6);
  await world.stop();
  await world.start();
  forwarder.pull();
  world.core().broker.revive();
  await world.clock.advance(5_000);
  expect(world.core().state(OTHER_EUI)).toBe("ONLINE");
  await world.clock.advance(3_600_000);
  expect(world.core().ups).toHaveLength(6);
  expect(world.core().state(OTHER_EUI), "the guest has left").toBe("OFFLINE");
  expect(world.core().state(EUI), "the host is there").toBe("ONLINE");
});

test("frames of its own gateway do not end the gateway's own connection", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.clock.advance(1_000);
  await importOf(world, EUI, 2);
  await world.clock.advance(600_000);
  expect(world.core().ups).toHaveLength(2);
  expect(world.core().state(EUI)).toBe("ONLINE");
});

test("while the disk refuses, stats says what is known without it, and other questions are told so", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  world.core().broker.die();
  forwarder.push(world.rxpk());
  await world.clock.advance(500);
  world.stores.refuse(() => true);
  forwarder.push(world.rxpk());
  await world.clock.advance(500);
  const ask = (path: string) => world.ask({ method: "GET", path, body: undefined });
  const { status, body } = await ask("/journal/stats");
  expect(status).toBe(200);
  expect(body).toMatchObject({ storedFrames: 1, dropped: {}, running: { memoryFrames: 1 } });
  expect(body).toMatchObject({ aside: undefined, running: { failing: expect.stringMatching(/./) } });
  const questions = [
    ["GET", "/journal/lanes"],
    ["GET", "/journal/frames"],
    ["GET", "/journal/verify"],
    ["POST", "/journal/thin?to=0"],
  ] as const;
  for (const [method, path] of questions) {
    const reading = (async () => {
      for await (const _ of (await world.ask({ method, path, body: undefined })).lines!);
    })();
    await expect(reading, path).rejects.toMatchObject({ code: "STORE_IO" });
  }
});

test("no more than two answers are written at the same time; who hangs up frees his place", async () => {
  const world = await openAgentWorld();
  const asked = () => world.ask({ method: "GET", path: "/journal/verify", body: undefined });
  const open = [];
  for (let times = 0; times < 2; times++) {
    const lines = (await asked()).lines![Symbol.asyncIterator]();
    await lines.next();
    open.push(lines);
  }
  expect(await asked()).toMatchObject({ status: 503 });
  await open[0]!.return!();
  expect(await asked()).toMatchObject({ status: 200 });
  expect(await world.ask({ method: "GET", path: "/journal/elsewhere", body: undefined })).toMatchObject({
    status: 404,
  });
});

/** The road up, in both manners: what leaves, when, and what becomes of what is not acknowledged. */
import { describe, expect, test } from "vitest";
import { splitPushBody } from "../../../agent/lorawan/push-body.ts";
import { readRxpk } from "../../../agent/lorawan/rxpk.ts";
import { readStat } from "../../../agent/lorawan/stat.ts";
import { KERLINK, type Manner, REFERENCE } from "../../../simulator/gateway/manner.ts";
import { WATCHED_DATAGRAMS_MAX } from "../../../simulator/gateway/upstream.ts";
import { EUI, type GatewayWorld, gatewayWorld, UPLINK_US } from "./gateway-world.ts";

const UPLINK_MS = UPLINK_US / 1_000;
/** A frame is fetched at the next turn of 10 ms. */
const FETCHED_MS = Math.ceil(UPLINK_MS / 10) * 10;

/** The number that an uplink of numbered() carries. */
function numberIn(rxpk: Record<string, unknown>): number {
  return Buffer.from(String(rxpk.data), "base64").readUInt16LE(6);
}

function numbered(number: number): Buffer {
  const octets = Buffer.from("40112233448000000102030405", "hex");
  octets.writeUInt16LE(number, 6);
  return octets;
}

/** The numbers in each PUSH_DATA that carried any, in order. */
function numbersSent(world: GatewayWorld): number[][] {
  return world.bodies().flatMap(({ rxpk }) => (rxpk ? [rxpk.map(numberIn)] : []));
}

async function hearNumbered(world: GatewayWorld, from: number, to: number, everyMs: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    world.uplink(numbered(number));
    await world.clock.advance(everyMs);
  }
}

describe("the reference manner", () => {
  test("pushes what it heard at the next turn of 10 ms, readable by our readers", async () => {
    const world = await gatewayWorld();
    const endUs = world.uplink(numbered(7));
    await world.clock.advance(FETCHED_MS - 0.01);
    expect(world.pushes()).toHaveLength(0);
    await world.clock.advance(0.02);
    const [push] = world.pushes();
    expect(push!.said).toMatchObject({ kind: "pushData", version: 2, gatewayEui: EUI });
    const body = splitPushBody(push!.said.kind === "pushData" ? push!.said.body : Buffer.alloc(0));
    expect(body).toMatchObject({ faults: [], stat: undefined });
    expect(readRxpk(body.rxpks[0]!)).toMatchObject({
      ok: true,
      value: { tmstUs: UPLINK_US, payload: numbered(7) },
    });
    expect(world.eventsOf("heard")).toEqual([
      { kind: "heard", eui: EUI, phyPayload: numbered(7), tmst: UPLINK_US, trueUs: endUs },
    ]);
  });

  test("puts frames heard at about the same moment into one PUSH_DATA, eight at most", async () => {
    const world = await gatewayWorld();
    for (let number = 1; number <= 11; number++) world.uplink(numbered(number));
    await world.clock.advance(FETCHED_MS + 1);
    expect(numbersSent(world)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11],
    ]);
  });

  test("waits 100 ms for the PUSH_ACK with its receiver blocked, then goes on and never repeats", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(30);
    world.uplink(numbered(2));
    await world.clock.advance(FETCHED_MS - 30 + 99);
    expect(numbersSent(world)).toEqual([[1]]);
    await world.clock.advance(2);
    expect(numbersSent(world)).toEqual([[1], [2]]);
    world.server.answers.push = true;
    await world.clock.advance(25_000);
    expect(numbersSent(world)).toEqual([[1], [2]]);
    expect(world.eventsOf("pushUnacknowledged").map(({ datagram }) => datagram)).toEqual([1, 2]);
    expect(world.forwarder.status()).toMatchObject({ rxnb: 2, rxfw: 2, pushed: 2, acked: 0, heldFrames: 0 });
  });

  test("takes a PUSH_ACK that comes within 100 ms, and tells of one that comes later", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(FETCHED_MS + 99);
    world.server.acknowledge(world.pushes()[0]!);
    await world.clock.advance(0.5);
    expect(world.eventsOf("pushAcknowledged")).toMatchObject([{ datagram: 1, rxpkCount: 1, inTime: true }]);
    world.uplink(numbered(2));
    await world.clock.advance(FETCHED_MS + 500);
    world.server.acknowledge(world.pushes()[1]!);
    await world.clock.advance(1);
    const late = world.eventsOf("pushAcknowledged")[1]!;
    expect(late).toMatchObject({ datagram: 2, inTime: false });
    expect(late.afterMs).toBeGreaterThan(400);
    expect(world.forwarder.status()).toMatchObject({ pushed: 2, acked: 1 });
  });

  test("a datagram that is no answer costs it half of its patience", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(FETCHED_MS + 10);
    world.server.send(Buffer.from("0200000400", "hex"), world.pushes()[0]!.from);
    await world.clock.advance(49);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(0);
    await world.clock.advance(2);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(1);
  });

  test("acks that come too late are read in the next wait and shorten it", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(FETCHED_MS + 150);
    world.server.acknowledge(world.pushes()[0]!);
    await world.clock.advance(1);
    const sentBeforeMs = world.clock.monotonicMs();
    world.uplink(numbered(2));
    while (world.pushes().length < 2) await world.clock.advance(1);
    await world.clock.advance(49);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(1);
    await world.clock.advance(2);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(2);
    expect(world.clock.monotonicMs() - sentBeforeMs).toBeLessThan(UPLINK_MS + 70);
  });

  test("loses the 256th frame that waits in the concentrator", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    world.uplink(numbered(0));
    await world.clock.advance(FETCHED_MS + 1);
    for (let number = 1; number <= 257; number++) world.uplink(numbered(number));
    await world.clock.advance(UPLINK_MS + 1);
    expect(world.eventsOf("frameDropped")).toMatchObject([
      { reason: "fifoFull", phyPayload: numbered(256) },
      { reason: "fifoFull", phyPayload: numbered(257) },
    ]);
  });

  test("loses what lies in the concentrator when that is restarted", async () => {
    const world = await gatewayWorld();
    world.uplink(numbered(1));
    await world.clock.advance(UPLINK_MS + 0.5);
    world.forwarder.restartConcentrator();
    world.uplink(numbered(2));
    await world.clock.advance(100);
    expect(world.eventsOf("frameDropped")).toMatchObject([{ reason: "restarted", phyPayload: numbered(1) }]);
    expect(numbersSent(world)).toEqual([[2]]);
    expect(world.bodies()[0]!.rxpk![0]!.tmst).toBe(UPLINK_US);
  });

  test("tells every 30 s what happened in those, and only those", async () => {
    const world = await gatewayWorld({
      location: { latitudeDeg: 45.76, longitudeDeg: 4.85, altitudeM: 173.6 },
    });
    await hearNumbered(world, 1, 2, 1_000);
    world.server.answers.push = false;
    await hearNumbered(world, 3, 4, 1_000);
    await world.clock.advance(26_011);
    world.server.answers.push = true;
    await world.clock.advance(30_000);
    const stats = world.bodies().flatMap(({ stat }) => (stat ? [stat] : []));
    expect(stats).toEqual([
      {
        time: "2026-01-01 00:00:30 GMT",
        lati: 45.76,
        long: 4.85,
        alti: 174,
        rxnb: 4,
        rxok: 4,
        rxfw: 4,
        ackr: 50,
        dwnb: 0,
        txnb: 0,
        temp: 31.5,
      },
      // The first stat's own datagram was sent, and not acknowledged, in the second period.
      expect.objectContaining({ time: "2026-01-01 00:01:00 GMT", rxnb: 0, rxfw: 0, ackr: 0, temp: 31.5 }),
    ]);
    expect(readStat(JSON.stringify(stats[0]))).toMatchObject({
      ok: true,
      value: { rxReceived: 4, ackRatePercent: 50 },
    });
  });

  test("remembers its last 1,024 datagrams for a late PUSH_ACK, and no more", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    const tokens = () => world.pushes().map(({ said }) => said.token.join());
    while (new Set(tokens()).size <= WATCHED_DATAGRAMS_MAX) await hearNumbered(world, 1, 1, 180);
    // Drawn from 65,536, some came twice; these two must not have.
    const [first, second] = world.pushes();
    for (const { said } of [first!, second!]) {
      expect(tokens().filter((token) => token === said.token.join())).toHaveLength(1);
    }
    world.server.acknowledge(first!);
    await world.clock.advance(1);
    expect(world.eventsOf("pushAcknowledged")).toEqual([]);
    world.server.acknowledge(second!);
    await world.clock.advance(1);
    expect(world.eventsOf("pushAcknowledged")).toMatchObject([{ datagram: 2, inTime: false }]);
  });

  test("of a flood while it does not wait, 64 datagrams stay in its socket", async () => {
    const world = await gatewayWorld({ manner: { ...REFERENCE, statMs: 600_000 } });
    world.server.answers.push = false;
    world.uplink(numbered(0));
    await world.clock.advance(200);
    for (let n = 0; n < 80; n++) world.server.send(Buffer.from("flood"), world.pushes()[0]!.from);
    for (let n = 1; n <= 255; n++) world.uplink(numbered(n));
    await world.clock.advance(FETCHED_MS + 1);
    // 255 frames are 32 datagrams: each wasted two reads, so each was given up at once.
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(1 + 32);
    world.uplink(numbered(256));
    await world.clock.advance(FETCHED_MS + 1);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(1 + 32);
    await world.clock.advance(100);
    expect(world.eventsOf("pushUnacknowledged")).toHaveLength(1 + 33);
  });

  test("ignores a PUSH_ACK of version 1, one from elsewhere, and one by the other road", async () => {
    const world = await gatewayWorld();
    world.server.answers.push = false;
    const stranger = await world.udp.bind({ host: "127.0.0.1", port: 0 }, () => undefined);
    world.uplink(numbered(1));
    await world.clock.advance(FETCHED_MS + 1);
    const [push] = world.pushes();
    const [high, low] = push!.said.token;
    const pull = world.server.arrived.find(({ said }) => said.kind === "pullData")!;
    stranger.send(Buffer.from([2, high, low, 1]), push!.from);
    world.server.send(Buffer.from([1, high, low, 1]), push!.from);
    world.server.send(Buffer.from([2, high, low, 1]), pull.from);
    await world.clock.advance(200);
    expect(world.forwarder.status()).toMatchObject({ pushed: 1, acked: 0 });
  });

  test("draws its tokens: the same seed the same ones, another seed others", async () => {
    const tokens = async (seed: number) => {
      const world = await gatewayWorld({}, undefined, seed);
      await hearNumbered(world, 1, 10, 100);
      return world.pushes().map(({ said }) => said.token.join());
    };
    expect(await tokens(1)).toEqual(await tokens(1));
    expect(await tokens(1)).not.toEqual(await tokens(2));
    expect(new Set(await tokens(1)).size).toBe(10);
  });
});

describe("the kerlink manner", () => {
  const kerlink = (changes: Partial<Manner> = {}) => gatewayWorld({ manner: { ...KERLINK, ...changes } });

  test("repeats after 3 s exactly what was not acknowledged, marked as delayed, and nothing else ever", async () => {
    const world = await kerlink();
    await hearNumbered(world, 1, 3, 200);
    world.server.answers.push = false;
    await hearNumbered(world, 4, 6, 200);
    await world.clock.advance(2_000);
    expect(numbersSent(world)).toEqual([[1], [2], [3], [4]]);
    world.server.answers.push = true;
    await world.clock.advance(5_000);
    expect(numbersSent(world)).toEqual([[1], [2], [3], [4], [4, 5, 6]]);
    const delayed = world
      .bodies()
      .flatMap(({ rxpk }) => rxpk?.map((one) => [numberIn(one), one.delayed]) ?? []);
    expect(delayed).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, undefined],
      [4, true],
      // Never sent before, but held back.
      [5, undefined],
      [6, undefined],
    ]);
    await world.clock.advance(60_000);
    expect(numbersSent(world)).toHaveLength(5);
    expect(world.forwarder.status()).toMatchObject({ rxnb: 6, rxfw: 6, acked: 6, heldFrames: 0 });
  });

  test("a repeated rxpk differs from the first only by its mark", async () => {
    const world = await kerlink();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(4_000);
    const [first, second] = world.bodies().map(({ rxpk }) => rxpk![0]!);
    expect(second).toEqual({ ...first, delayed: true });
    expect(readRxpk(JSON.stringify(second))).toMatchObject({ ok: true, value: { delayed: true } });
  });

  test("leaves the mark out where it is set to", async () => {
    const world = await kerlink({ keeps: { ...KERLINK.keeps, marksDelayed: false } });
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(10_000);
    const texts = world.pushes().map(({ said }) => (said.kind === "pushData" ? said.body.toString() : ""));
    expect(texts.length).toBeGreaterThan(2);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).not.toContain("delayed");
  });

  test("a frame that waited 3 s behind others is delayed although it was never sent", async () => {
    const world = await kerlink({ keeps: { ...KERLINK.keeps, datagramOctetsMax: 300 } });
    world.server.answers.push = false;
    await hearNumbered(world, 1, 2, 100);
    await world.clock.advance(2_800);
    world.server.answers.push = true;
    await hearNumbered(world, 3, 3, 5_000);
    const marks = world.bodies().map(({ rxpk }) => rxpk!.map((one) => [numberIn(one), one.delayed ?? false]));
    expect(marks).toEqual([[[1, false]], [[1, true]], [[2, true]], [[3, false]]]);
  });

  test("holds 200; the newest takes the place of the oldest, and the server gets the last 200", async () => {
    const world = await kerlink();
    world.server.answers.push = false;
    await hearNumbered(world, 1, 230, 100);
    expect(world.forwarder.status().heldFrames).toBe(200);
    const dropped = world.eventsOf("frameDropped");
    expect(dropped.map(({ reason, phyPayload }) => [reason, phyPayload.readUInt16LE(6)])).toEqual(
      Array.from({ length: 30 }, (_, n) => ["storeFull", n + 1]),
    );
    const before = world.pushes().length;
    world.server.answers.push = true;
    await world.clock.advance(10_000);
    const after = numbersSent(world).slice(before);
    // What was on its way when the server came back was not acknowledged: it is in there once more.
    expect(after.flat()).toEqual(Array.from({ length: 200 }, (_, n) => n + 31));
    expect(world.forwarder.status().heldFrames).toBe(0);
    const sizes = world.pushes().map(({ bytes }) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20_000);
    expect(Math.max(...sizes)).toBeGreaterThan(19_700);
  });

  test("datagrams from the store leave at least 100 ms apart", async () => {
    const world = await kerlink();
    await hearNumbered(world, 1, 40, 13);
    await world.clock.advance(1_000);
    const times = world.pushes().map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, n) => atMs - times[n]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100 - 1e-6);
    expect(numbersSent(world).flat()).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  test("a PUSH_ACK after 3 s is none: the frame is sent once more", async () => {
    const world = await kerlink();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(FETCHED_MS + 3_050);
    expect(numbersSent(world)).toEqual([[1], [1]]);
    world.server.acknowledge(world.pushes()[0]!);
    await world.clock.advance(1);
    expect(world.eventsOf("pushAcknowledged")).toMatchObject([{ datagram: 1, inTime: false }]);
    expect(world.forwarder.status()).toMatchObject({ acked: 0, heldFrames: 1 });
    world.server.acknowledge(world.pushes()[1]!);
    await world.clock.advance(5_000);
    expect(numbersSent(world)).toEqual([[1], [1]]);
    expect(world.forwarder.status()).toMatchObject({ acked: 1, heldFrames: 0 });
  });

  test("keeps its store through a restart of the concentrator, and through its own", async () => {
    const world = await kerlink();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(500);
    world.forwarder.restartConcentrator();
    await world.forwarder.stop();
    await world.clock.advance(60_000);
    world.server.answers.push = true;
    await world.forwarder.start();
    await world.clock.advance(500);
    expect(numbersSent(world)).toEqual([[1], [1]]);
    expect(world.bodies()[1]!.rxpk![0]).toMatchObject({ delayed: true, tmst: UPLINK_US });
  });

  test("says ackr null while nothing was pushed, and tells boot and ping", async () => {
    const world = await kerlink();
    await world.clock.advance(30_200);
    expect(world.bodies()[0]!.stat).toEqual({
      time: "2026-01-01 00:00:30 GMT",
      rxnb: 0,
      rxok: 0,
      rxfw: 0,
      ackr: null,
      dwnb: 0,
      txnb: 0,
      boot: "2026-01-01 00:00:00 GMT",
      ping: 0,
    });
  });

  test("binds its sockets anew after 10 unanswered datagrams, and loses nothing by it", async () => {
    const world = await kerlink();
    const portsOf = (kind: string) =>
      new Set(world.server.arrived.filter(({ said }) => said.kind === kind).map(({ from }) => from.port));
    world.server.answers.push = false;
    world.server.answers.pull = false;
    world.uplink(numbered(1));
    // PUSH_DATA time out each 3.01 s from 3.07 s on, PULL_DATA at 13 s and 23 s: the tenth of all at 24.14 s.
    await world.clock.advance(24_130);
    expect(world.forwarder.status().socketRestarts).toBe(0);
    await world.clock.advance(20);
    expect(world.forwarder.status().socketRestarts).toBe(1);
    await world.clock.advance(4_000);
    expect(portsOf("pushData").size).toBe(2);
    expect(portsOf("pullData").size).toBe(2);
    world.server.answers.push = true;
    world.server.answers.pull = true;
    await world.clock.advance(100_000);
    expect(world.forwarder.status()).toMatchObject({ socketRestarts: 1, heldFrames: 0 });
  });

  test("does not restart its sockets when something is answered in between", async () => {
    const world = await kerlink();
    world.server.answers.push = false;
    world.uplink(numbered(1));
    await world.clock.advance(120_000);
    expect(world.pushes().length).toBeGreaterThan(30);
    expect(world.forwarder.status().socketRestarts).toBe(0);
  });
});

test("the reference has no store and the other has one: nothing else in the code knows them apart", () => {
  expect(REFERENCE.keeps.kind).toBe("nothing");
  expect(KERLINK.keeps.kind).toBe("store");
});

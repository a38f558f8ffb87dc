/**
 * Goal: between a packet forwarder and a server behind Semtech UDP the agent changes nothing for the server, and yet
 * loses no frame.
 * Method: the real wiring over the simulated world; a server stricter than any (test/gwmp-lns.ts), a road of 20 ms each
 * way. What each rule is in detail: test/agent/downlink/live-uplinks.test.ts, test/agent/north/gwmp-*.test.ts.
 */
import { describe, expect, test } from "vitest";
import { LIVE_MS_MAX } from "../../agent/north/gwmp-waiting.ts";
import type { UdpPeer } from "../../agent/ports.ts";
import { sayStatus } from "../../agent/technician/status.ts";
import { makeText } from "../../agent/text/text.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { answerTo, type GwmpLns, openLns } from "../gwmp-lns.ts";
import {
  type AgentWorld,
  coreToml,
  dataPhy,
  EUI,
  gwmpCoreToml,
  joinPhy,
  openAgentWorld,
  phyOf,
  settingsOf,
  type WorldForwarder,
} from "./agent-world.ts";

const LNS: UdpPeer = { host: "10.0.0.5", port: 1700 };
const SERVER = "udp://lns.example:1700";
const ROAD_MS = 20;
const COMMIT_MS = 80;
const FSYNC_MS = 7;
const STAT =
  '{"time":"2026-01-01 00:00:00 GMT","rxnb":3,"rxok":2,"rxfw":2,"ackr":100.0,"dwnb":0,"txnb":0,"hal":"x"}';

interface Between {
  readonly world: AgentWorld;
  readonly forwarder: WorldForwarder;
  readonly lns: GwmpLns;
  /** Lets time pass with a living forwarder. */
  pass(ms: number): Promise<void>;
}

/** The concentrator's counter of agent-world.ts: it started with the kernel. */
const trueTmstUs = (world: Pick<AgentWorld, "clock">) => (): number =>
  Math.round(world.clock.monotonicMs() * 1_000) % 2 ** 32;

async function serve(world: AgentWorld, at: UdpPeer = LNS): Promise<GwmpLns> {
  return openLns({ udp: world.udp, clock: world.clock, at, euis: [EUI], trueTmstUs: trueTmstUs(world) });
}

/** An agent between a forwarder and its server, settled in. */
async function between(
  options: { more?: string; cores?: readonly string[]; tables?: Record<string, string> } = {},
): Promise<Between> {
  const { more = "", tables = {} } = options;
  const cores = options.cores ?? [gwmpCoreToml("lns", [SERVER], more)];
  const world = await openAgentWorld({ settings: settingsOf({ tables, cores }) });
  world.udp.names.set("lns.example", [LNS.host]);
  world.udp.fate = (from, to) => [isFar(from) || isFar(to) ? ROAD_MS : 0];
  const lns = await serve(world);
  const forwarder = await world.forwarder();
  const pass = async (ms: number): Promise<void> => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 5_000) {
      forwarder.pull();
      await world.clock.advance(Math.min(leftMs, 5_000));
    }
  };
  await pass(1_000);
  await world.settleIn(forwarder);
  await pass(1_000);
  lns.uplinks.length = 0;
  return { world, forwarder, lns, pass };
}

function isFar({ host }: UdpPeer): boolean {
  return host.startsWith("10.");
}

const physOf = (lns: GwmpLns): string[] =>
  lns.uplinks.map(({ rxpk }) => Buffer.from(String(rxpk.data), "base64").toString("hex"));

describe("a server in reach", () => {
  test("gets the datagram as the forwarder sent it, to the octet, and the forwarder its PUSH_ACK from there", async () => {
    const { world, forwarder, lns } = await between();
    const strange = world
      .rxpk({ "x-vendor": { a: [1, 2.5] }, freq: 868.1 })
      .replace("868.1,", "868.100000, ");
    const [first, second] = [strange, world.rxpk({ devAddr: "26010002" })];
    const token = forwarder.push(first, second);
    await world.clock.advance(2 * ROAD_MS - 1);
    expect(forwarder.acked).not.toContain(token);
    await world.clock.advance(1);
    expect(forwarder.acked).toContain(token);
    expect(lns.uplinks.map(({ text }) => text)).toEqual(new Array(2).fill(`{"rxpk":[${first},${second}]}`));
    expect(lns.faults).toEqual([]);
  });

  test("is all that frames need: of a thousand none is written to disk", async () => {
    const { world, forwarder, lns } = await between();
    const { batches } = world.stores;
    for (let frame = 0; frame < 1_000; frame++) {
      if (frame % 100 === 0) forwarder.pull();
      forwarder.push(world.rxpk({ devAddr: "26010000", fCnt: frame }));
      await world.clock.advance(50);
    }
    expect(lns.uplinks).toHaveLength(1_000);
    expect(world.stores.batches - batches).toBe(0);
    expect(lns.faults).toEqual([]);
  });

  test("knows the concentrator's clock as well as it did from the forwarder", async () => {
    const { world, forwarder, lns } = await between();
    for (let frame = 0; frame < 50; frame++) {
      forwarder.push(
        world.rxpk({ devAddr: `260100${10 + frame}` }),
        world.rxpk({ devAddr: `260200${10 + frame}` }),
      );
      await world.clock.advance(100);
    }
    for (const { clockErrorMs } of lns.uplinks) expect(clockErrorMs).toBe(ROAD_MS);
  });

  test("hears the forwarder's own stat when the forwarder says it, and none of ours", async () => {
    const { world, forwarder, lns, pass } = await between();
    lns.stats.length = 0;
    await pass(120_000);
    expect(lns.stats).toEqual([]);
    forwarder.pushBody(`{"stat":${STAT}}`);
    await world.clock.advance(ROAD_MS);
    expect(lns.stats.map(({ text }) => text)).toEqual([STAT]);
    expect(lns.faults).toEqual([]);
  });

  test("sees the gateway live as long as the forwarder does, and no longer", async () => {
    const { world, lns, pass } = await between();
    lns.pulls.length = 0;
    await pass(60_000);
    expect(lns.pulls.length).toBeGreaterThanOrEqual(5);
    await world.clock.advance(30_000);
    lns.pulls.length = 0;
    const { heard } = lns;
    await world.clock.advance(600_000);
    expect(lns.pulls).toEqual([]);
    expect(lns.heard).toBe(heard);
    await pass(20_000);
    expect(lns.pulls.length, "it is back").toBeGreaterThan(0);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", kind: "gwmp", server: SERVER });
  });
});

describe("a server that drops bursts behind its PUSH_ACK", () => {
  test("gets no burst: not from a hundred datagrams in a breath, not when the road comes back", async () => {
    const { world, forwarder, lns, pass } = await between();
    const said: string[] = [];
    const burst = (at: number): void => {
      for (let frame = 0; frame < 100; frame++) {
        const rxpk = world.rxpk({ devAddr: (0x26010000 + at * 1_000 + frame).toString(16) });
        said.push(phyOf(rxpk));
        forwarder.push(rxpk);
      }
    };
    burst(0);
    await pass(20_000);
    // The road is dark: what was sent waits, and arrives in one breath.
    let held = 30_000;
    const darkFromMs = world.clock.monotonicMs();
    world.udp.fate = (from, to) => {
      const openInMs = Math.max(0, darkFromMs + held - world.clock.monotonicMs());
      return [isFar(from) || isFar(to) ? ROAD_MS + openInMs : 0];
    };
    burst(1);
    await pass(30_000);
    held = 0;
    await pass(600_000);
    expect(lns.dropped).toBe(0);
    expect(new Set(physOf(lns)).size).toBe(200);
    expect(new Set(physOf(lns))).toEqual(new Set(said));
    expect(lns.faults).toEqual([]);
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });
});

test("a server next door, which answers at once, gets no burst either", async () => {
  const { world, forwarder, lns, pass } = await between();
  world.udp.fate = () => [0];
  for (let frame = 0; frame < 100; frame++) {
    forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
    await world.clock.advance(0.1);
  }
  await pass(10_000);
  expect(lns.dropped).toBe(0);
  expect(new Set(physOf(lns)).size).toBe(100);
});

describe("a forwarder that is silent", () => {
  test("leaves frames that are carried all the same, and no word that it lives", async () => {
    const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
    lns.listens = false;
    const heard: string[] = [];
    for (let frame = 0; frame < 10; frame++) {
      const rxpk = world.rxpk({ devAddr: (0x26010000 + frame).toString(16) });
      heard.push(phyOf(rxpk));
      forwarder.push(rxpk);
      await pass(1_000);
    }
    await world.stop();
    await world.start();
    await world.clock.advance(120_000);
    lns.listens = true;
    lns.pulls.length = 0;
    await world.clock.advance(120_000);
    expect(new Set(physOf(lns))).toEqual(new Set(heard));
    expect(lns.pulls).toEqual([]);
    expect(lns.faults).toEqual([]);
    for (const { clockErrorMs } of lns.uplinks) expect(Math.abs(clockErrorMs! - ROAD_MS)).toBeLessThan(50);
  });
});

describe("a server out of reach", () => {
  test("costs the forwarder nothing: its PUSH_ACK comes when the frame is on disk", async () => {
    const { world, forwarder, lns } = await between();
    lns.listens = false;
    const rxpk = world.rxpk();
    const token = forwarder.push(rxpk);
    await world.clock.advance(COMMIT_MS);
    expect(forwarder.acked).not.toContain(token);
    await world.clock.advance(2 * FSYNC_MS);
    expect(forwarder.acked).toContain(token);
    expect(world.durable).toContain(phyOf(rxpk));
  });

  test("is said to be so, and found again at another address, with all that was kept", async () => {
    const { world, forwarder, lns, pass } = await between();
    await lns.close();
    const heard: string[] = [];
    for (let frame = 0; frame < 40; frame++) {
      const rxpk = world.rxpk({ devAddr: (0x26010000 + frame).toString(16) });
      heard.push(phyOf(rxpk));
      forwarder.push(rxpk);
      await pass(1_000);
    }
    expect(world.agent.status().cores[0]).toMatchObject({ state: "waiting", lastError: "unanswered" });
    expect(world.agent.status().cores[0]!.alarms).toEqual(["unanswered"]);
    const said = (language: "en" | "fr") => sayStatus(world.agent.status(), makeText(language), false);
    expect(said("en")).toMatch(/lns \(7276ff0044010010\) {2}out of reach for \d+s: it does not answer/);
    expect(said("fr")).toMatch(/injoignable depuis \d+\u00a0s : il ne répond pas/);
    const elsewhere = { host: "10.0.0.9", port: 1700 };
    const moved = await serve(world, elsewhere);
    world.udp.names.set("lns.example", [elsewhere.host]);
    await pass(20 * 60_000);
    expect(new Set(physOf(moved))).toEqual(new Set(heard));
    expect(moved.faults).toEqual([]);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", alarms: [] });
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });

  test("with eight datagrams on their way is out of reach, and not one that takes no frames", async () => {
    const { world, forwarder, lns, pass } = await between();
    lns.listens = false;
    for (let frame = 0; frame < 8; frame++) {
      forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
      await world.clock.advance(20);
    }
    for (let second = 0; second < 30; second++) {
      await pass(1_000);
      expect(world.agent.status().cores[0]!.alarms).not.toContain("pushUnanswered");
    }
    expect(world.counted("pushUnanswered")).toBe(8);
    expect(world.agent.status().cores[0]).toMatchObject({ alarms: ["unanswered"] });
  });

  test("with a spare: the spare serves, and the first is taken again when it is back", async () => {
    const spareAt = { host: "10.0.0.6", port: 1701 };
    const cores = [gwmpCoreToml("lns", [SERVER, `udp://${spareAt.host}:${spareAt.port}`])];
    const { world, lns, pass } = await between({ cores });
    const spare = await serve(world, spareAt);
    lns.listens = false;
    await pass(120_000);
    expect(world.agent.status().cores[0]).toMatchObject({
      state: "connected",
      server: "udp://10.0.0.6:1701",
    });
    expect(spare.pulls.length).toBeGreaterThan(0);
    lns.listens = true;
    await pass(11 * 60_000);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", server: SERVER });
    expect([...lns.faults, ...spare.faults]).toEqual([]);
  });

  test("is found where it was while the name server is dead, and no worse than before", async () => {
    const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
    world.udp.names.set("lns.example", []);
    lns.listens = false;
    const rxpk = world.rxpk();
    forwarder.push(rxpk);
    await pass(60_000);
    expect(world.agent.status().cores[0]!.state).not.toBe("connected");
    lns.listens = true;
    await pass(120_000);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected" });
    expect(physOf(lns)).toContain(phyOf(rxpk));
  });

  test("at the first of its name's addresses is found at the second, a spare in the settings or not", async () => {
    const cores = [gwmpCoreToml("lns", [SERVER, "udp://10.0.0.66:1700"])];
    const { world, pass } = await between({ cores });
    await world.stop();
    world.udp.names.set("lns.example", ["10.0.0.99", LNS.host]);
    await world.start();
    await pass(60_000);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", server: SERVER });
  });

  test("for a moment is tried again before its spare", async () => {
    const spareAt = { host: "10.0.0.6", port: 1701 };
    const cores = [gwmpCoreToml("lns", [SERVER, `udp://${spareAt.host}:${spareAt.port}`])];
    const { world, forwarder, lns, pass } = await between({ cores });
    const spare = await serve(world, spareAt);
    lns.listens = false;
    for (let frame = 0; frame < 3; frame++) {
      forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
      await world.clock.advance(100);
    }
    await pass(8_500);
    expect(world.agent.status().cores[0]!.state).not.toBe("connected");
    lns.listens = true;
    await pass(10_000);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", server: SERVER });
    expect(spare.heard).toBe(0);
  });

  test("a name that nobody knows is said by that reason", async () => {
    const { world, lns, pass } = await between();
    world.udp.names.set("lns.example", []);
    await lns.close();
    await pass(120_000);
    expect(world.agent.status().cores[0]).toMatchObject({ state: "waiting", lastError: "noAddress" });
  });
});

describe("a replay", () => {
  test("carries the concentrator's present tmst, so that no clock is put back, and the time it was heard", async () => {
    const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
    lns.listens = false;
    const heard = new Map<string, number>();
    for (let frame = 0; frame < 30; frame++) {
      const rxpk = world.rxpk({ devAddr: (0x26010000 + (frame % 5)).toString(16), fCnt: frame });
      heard.set(phyOf(rxpk), world.clock.wallMs());
      forwarder.push(rxpk);
      await pass(60_000);
    }
    lns.listens = true;
    await pass(300_000);
    expect(new Set(physOf(lns))).toEqual(new Set(heard.keys()));
    for (const [at, { rxpk, clockErrorMs }] of lns.uplinks.entries()) {
      expect(Math.abs(clockErrorMs! - ROAD_MS), `datagram of uplink ${at}`).toBeLessThan(5);
      expect(rxpk.delayed).toBe(true);
      expect(Date.parse(String(rxpk.time))).toBe(heard.get(physOf(lns)[at]!));
    }
    expect(new Set(lns.uplinks.map(({ rxpk }) => rxpk.tmst)).size, "no tmst twice").toBe(lns.uplinks.length);
    expect(lns.faults).toEqual([]);
  });

  test("of a frame whose GPS time is nonsense ends nobody", async () => {
    const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
    lns.listens = false;
    const rxpk = world.rxpk({ tmms: 8.9e15 });
    forwarder.push(rxpk);
    await pass(60_000);
    lns.listens = true;
    await pass(90_000);
    expect(physOf(lns)).toContain(phyOf(rxpk));
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });

  test("gets no downlink: its answer is TOO_LATE, that of a live frame beside it goes out", async () => {
    const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
    lns.listens = false;
    forwarder.push(world.rxpk({ devAddr: "26010001" }));
    await pass(60_000);
    lns.listens = true;
    await pass(90_000);
    const replayed = lns.uplinks.at(-1)!;
    expect(replayed.rxpk.delayed).toBe(true);
    const refusedToken = lns.down(answerTo(Number(replayed.rxpk.tmst), 1_000_000));
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks).toEqual([{ token: refusedToken, body: '{"txpk_ack":{"error":"TOO_LATE"}}' }]);

    forwarder.push(world.rxpk({ devAddr: "26010002" }));
    await world.clock.advance(ROAD_MS);
    lns.down(answerTo(Number(lns.uplinks.at(-1)!.rxpk.tmst), 1_000_000));
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps).toHaveLength(1);
    expect(lns.faults).toEqual([]);
  });

  test("of a frame marked delayed by its forwarder is one, however it came", async () => {
    const { world, forwarder, lns } = await between();
    forwarder.push(world.rxpk({ ageMs: 60_000, delayed: true }));
    await world.clock.advance(1_000);
    expect(lns.uplinks[0]!.clockErrorMs).toBeCloseTo(ROAD_MS, 0);
  });

  test("after an acknowledgement was lost is none of the live frame's clock", async () => {
    const { world, forwarder, lns, pass } = await between();
    lns.answersPush = false;
    forwarder.push(world.rxpk());
    await world.clock.advance(100);
    lns.answersPush = true;
    await pass(10_000);
    expect(lns.uplinks).toHaveLength(2);
    for (const { clockErrorMs } of lns.uplinks) expect(clockErrorMs).toBeCloseTo(ROAD_MS, 0);
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });
});

test("a join that was not acknowledged is not sent again: no answer to it could pass", async () => {
  const { world, forwarder, lns, pass } = await between();
  lns.answersPush = false;
  forwarder.push(world.rxpk({ phy: joinPhy(7) }));
  await pass(60_000);
  expect(lns.uplinks).toHaveLength(1);
  expect(world.counted("frameDropped", "joinExpired")).toBe(1);
});

test("an acknowledgement slower than the patience still counts: the frame does not travel for ever", async () => {
  const { world, forwarder, lns, pass } = await between();
  world.udp.fate = (from, to) => [isFar(from) || isFar(to) ? 2_500 : 0];
  for (let frame = 0; frame < 5; frame++) {
    forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
    await pass(30_000);
  }
  await pass(120_000);
  expect(new Set(physOf(lns)).size).toBe(5);
  expect(lns.uplinks.length).toBeLessThan(20);
  expect(world.agent.status().cores[0]).toMatchObject({ state: "connected" });
  expect(world.agent.status().journal.storedFrames).toBe(0);
});

test("a server that answers PULL_DATA and no PUSH_DATA is told apart, and gets all when it takes frames", async () => {
  const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
  lns.answersPush = false;
  const heard: string[] = [];
  for (let frame = 0; frame < 10; frame++) {
    const rxpk = world.rxpk({ devAddr: (0x26010000 + frame).toString(16) });
    heard.push(phyOf(rxpk));
    forwarder.push(rxpk);
    await pass(10_000);
  }
  expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", alarms: ["pushUnanswered"] });
  expect(lns.heard, "it is not shouted at").toBeLessThan(200);
  lns.answersPush = true;
  await pass(120_000);
  expect(new Set(physOf(lns))).toEqual(new Set(heard));
  expect(world.agent.status().cores[0]!.alarms).toEqual([]);
  expect(world.agent.status().journal).toMatchObject({ storedFrames: 0, asideTotal: 0 });
});

test("a server that takes no frames has a spare: that gets them, and the first is not tried again for an hour", async () => {
  const spareAt = { host: "10.0.0.6", port: 1701 };
  const cores = [
    gwmpCoreToml("lns", [SERVER, `udp://${spareAt.host}:${spareAt.port}`], "replay_pairing = false"),
  ];
  const { world, forwarder, lns, pass } = await between({ cores });
  const spare = await serve(world, spareAt);
  lns.answersPush = false;
  const heard: string[] = [];
  for (let frame = 0; frame < 100; frame++) {
    const rxpk = world.rxpk({ devAddr: (0x26010000 + frame).toString(16) });
    heard.push(phyOf(rxpk));
    forwarder.push(rxpk);
    await pass(10_000);
  }
  await pass(60_000);
  expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", server: "udp://10.0.0.6:1701" });
  expect(new Set(physOf(spare))).toEqual(new Set(heard));
  expect(world.counted("coreLost", "pushUnanswered")).toBe(1);
  await pass(30 * 60_000);
  expect(world.agent.status().cores[0]!.server).toBe("udp://10.0.0.6:1701");
  lns.answersPush = true;
  await pass(40 * 60_000);
  expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", server: SERVER, alarms: [] });
  expect([...lns.faults, ...spare.faults]).toEqual([]);
});

test("a server that answers PUSH_DATA and no PULL_DATA gets its frames live, and somebody is told", async () => {
  const { world, forwarder, lns, pass } = await between();
  lns.answersPull = false;
  await world.stop();
  await world.start();
  await pass(60_000);
  expect(world.agent.status().cores[0]).toMatchObject({ state: "connected", alarms: ["pullUnanswered"] });
  lns.uplinks.length = 0;
  lns.pulls.length = 0;
  const lost = () => world.counted("coreLost", "unanswered");
  const before = lost();
  for (let frame = 0; frame < 20; frame++) {
    forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
    await pass(30_000);
  }
  expect(lns.uplinks.map(({ clockErrorMs }) => clockErrorMs)).toEqual(new Array(20).fill(ROAD_MS));
  expect(lost()).toBe(before);
  expect(lns.pulls.length, "the road down is asked for all the same").toBeGreaterThanOrEqual(55);
  lns.answersPull = true;
  await pass(30_000);
  expect(world.agent.status().cores[0]!.alarms).toEqual([]);
  expect(lns.faults).toEqual([]);
});

test("a frame on which the server chokes is set aside, and stops no other", async () => {
  const { world, forwarder, lns, pass } = await between({ more: "replay_pairing = false" });
  const poison = world.rxpk({ devAddr: "2601dead" });
  const poisonData = JSON.parse(poison).data as string;
  const deliver = world.udp.fate;
  // What carries it never arrives: too long for a road, or refused without a word.
  const swallow = swallowing(world, poisonData);
  world.udp.fate = (from, to) => (isFar(to) && swallow.takes() ? [] : deliver(from, to));
  forwarder.push(poison);
  for (let frame = 0; frame < 60; frame++) {
    forwarder.push(world.rxpk({ devAddr: (0x26010000 + frame).toString(16) }));
    await pass(5_000);
  }
  expect(new Set(physOf(lns)).size).toBe(60);
  expect(world.agent.status().journal).toMatchObject({ storedFrames: 0, asideTotal: 1 });
});

test("a road that loses a fifth each way delivers all of it, most of it live, and blames no frame", async () => {
  const spare = "udp://10.0.0.66:1700";
  const cores = [gwmpCoreToml("lns", [SERVER, spare], "replay_pairing = false")];
  const { world, forwarder, lns, pass } = await between({ cores });
  const chance = new WorldRng(7).stream("loss");
  const deliver = world.udp.fate;
  world.udp.fate = (from, to) => ((isFar(from) || isFar(to)) && chance.unit() < 0.2 ? [] : deliver(from, to));
  const heard: string[] = [];
  for (let frame = 0; frame < 300; frame++) {
    const rxpk = world.rxpk({ devAddr: (0x26010000 + (frame % 40)).toString(16), fCnt: frame });
    heard.push(phyOf(rxpk));
    forwarder.push(rxpk);
    await pass(3_000);
  }
  await pass(120_000);
  expect(new Set(physOf(lns))).toEqual(new Set(heard));
  const live = lns.uplinks.filter(({ rxpk }) => rxpk.delayed === undefined);
  // Of 240 that the road lets through at their first try.
  expect(live.length).toBeGreaterThan(180);
  for (const { clockErrorMs } of lns.uplinks) expect(clockErrorMs).toBeLessThan(LIVE_MS_MAX + ROAD_MS);
  expect(world.counted("coreLost", "unanswered")).toBeLessThanOrEqual(1);
  expect(world.agent.status().journal).toMatchObject({ storedFrames: 0, asideTotal: 0 });
  expect(lns.faults).toEqual([]);
});

/** Knows of the datagram that is being sent whether it carries this. */
function swallowing(world: AgentWorld, data: string): { takes(): boolean } {
  let taken = false;
  world.onSent = (bytes) => {
    taken = Buffer.from(bytes).toString("utf8").includes(data);
  };
  return { takes: () => taken };
}

describe("a downlink", () => {
  async function heardUplink(
    options: Parameters<typeof between>[0] = {},
  ): Promise<Between & { tmst: number }> {
    const all = await between(options);
    all.forwarder.pull();
    all.forwarder.push(all.world.rxpk());
    await all.world.clock.advance(ROAD_MS);
    return { ...all, tmst: Number(all.lns.uplinks.at(-1)!.rxpk.tmst) };
  }

  test("goes to the forwarder as it is, unknown fields and all; what the forwarder says comes back as it is", async () => {
    const { world, forwarder, lns, tmst } = await heardUplink();
    const token = lns.down(answerTo(tmst, 1_000_000));
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps.map(({ json }) => json)).toEqual([
      JSON.stringify({ txpk: answerTo(tmst, 1_000_000) }),
    ]);
    expect(lns.txAcks).toEqual([]);
    forwarder.txAck('{"txpk_ack":{"warn":"TX_POWER","value":12}}');
    await world.clock.advance(ROAD_MS);
    expect(lns.txAcks).toEqual([{ token, body: '{"txpk_ack":{"warn":"TX_POWER","value":12}}' }]);
    expect(lns.faults).toEqual([]);
  });

  test.each([
    "",
    '{"txpk_ack":{"error":"COLLISION_PACKET"}}',
    '{"txpk_ack":{"error":"SOMETHING_NEW"}}',
    "\0",
  ])("is answered with the forwarder's own word %j", async (word) => {
    const { world, forwarder, lns, tmst } = await heardUplink();
    lns.down(answerTo(tmst, 5_000_000));
    await world.clock.advance(ROAD_MS);
    forwarder.txAck(word);
    await world.clock.advance(ROAD_MS);
    expect(lns.txAcks.map(({ body }) => body)).toEqual([word.replace("\0", "")]);
    expect(lns.faults).toEqual([]);
  });

  test("that is too late for its window goes on, and the forwarder's word on it comes back", async () => {
    const { world, forwarder, lns, tmst, pass } = await heardUplink();
    await pass(4_000);
    forwarder.pull();
    const token = lns.down(answerTo(tmst, 1_000_000));
    await world.clock.advance(ROAD_MS + 150);
    expect(forwarder.pullResps).toHaveLength(1);
    forwarder.txAck('{"txpk_ack":{"error":"TOO_EARLY"}}');
    await world.clock.advance(ROAD_MS);
    expect(lns.txAcks).toEqual([{ token, body: '{"txpk_ack":{"error":"TOO_EARLY"}}' }]);
    expect(lns.faults).toEqual([]);
  });

  test("of which the forwarder says nothing is not spoken of", async () => {
    const { world, forwarder, lns, tmst, pass } = await heardUplink();
    lns.down(answerTo(tmst, 2_000_000));
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps).toHaveLength(1);
    await pass(20_000);
    expect(lns.txAcks).toEqual([]);
    expect(world.counted("downlinkUnconfirmed", "txAckMissing")).toBe(1);
  });

  test.each([
    ["half a second off", (tmst: number) => answerTo(tmst, 1_500_000)],
    ["at a moment of another day", (tmst: number) => answerTo(tmst, 3_000_123_456)],
    ["without a moment", () => ({ ...answerTo(0, 0), tmst: undefined, imme: false })],
  ])("%s is TOO_LATE, and never meets the radio", async (_what, txpk) => {
    const { world, forwarder, lns, tmst } = await heardUplink();
    lns.down(txpk(tmst));
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks.map(({ body }) => body)).toEqual(['{"txpk_ack":{"error":"TOO_LATE"}}']);
  });

  test("for 18 s ago is TOO_LATE, though a forwarder would wait for it", async () => {
    const { world, forwarder, lns, tmst, pass } = await heardUplink();
    await pass(18_000);
    lns.down(answerTo(tmst, 16_000_000));
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks.map(({ body }) => body)).toEqual(['{"txpk_ack":{"error":"TOO_LATE"}}']);
  });

  test("after a restart of the concentrator is TOO_LATE when it answers the run before", async () => {
    const { world, forwarder, lns, tmst } = await heardUplink();
    const restartedMs = world.clock.monotonicMs();
    for (let frame = 0; frame < 6; frame++) {
      forwarder.pull();
      await world.clock.advance(2_000);
      forwarder.push(world.rxpk({ tmst: Math.round((world.clock.monotonicMs() - restartedMs) * 1_000) }));
    }
    await world.clock.advance(ROAD_MS);
    lns.down(answerTo(tmst, 15_000_000));
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    lns.down(answerTo(Number(lns.uplinks.at(-1)!.rxpk.tmst), 5_000_000));
    await world.clock.advance(ROAD_MS);
    expect(lns.txAcks.map(({ body }) => body)).toEqual(['{"txpk_ack":{"error":"TOO_LATE"}}']);
    expect(forwarder.pullResps, "that of the new run goes out").toHaveLength(1);
  });

  test.each([
    ["at once (class C)", () => ({ imme: true })],
    ["at a GPS time (class B)", (world: AgentWorld) => ({ tmms: gpsMs(world) + 30_000 })],
  ])("%s needs no uplink", async (_what, when) => {
    const { world, forwarder, lns } = await between();
    lns.down({ ...answerTo(0, 0), tmst: undefined, ...when(world) });
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps).toHaveLength(1);
  });

  test("at a GPS time of yesterday is TOO_LATE", async () => {
    const { world, forwarder, lns } = await between();
    lns.down({ ...answerTo(0, 0), tmst: undefined, tmms: gpsMs(world) - 86_400_000 });
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks.map(({ body }) => body)).toEqual(['{"txpk_ack":{"error":"TOO_LATE"}}']);
  });

  test("of a version 1 server is passed on, and has no TX_ACK", async () => {
    const { world, forwarder, lns, tmst } = await heardUplink();
    lns.down(answerTo(tmst, 1_000_000), { version: 1 });
    await world.clock.advance(ROAD_MS);
    expect(forwarder.pullResps).toHaveLength(1);
    forwarder.txAck();
    await world.clock.advance(ROAD_MS);
    expect(lns.txAcks).toEqual([]);
    expect(lns.faults).toEqual([]);
  });

  test("that no forwarder could read is dropped as a forwarder drops it, without a word", async () => {
    const { world, forwarder, lns } = await heardUplink();
    lns.down('{"txpk":{"imme":tr');
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks).toEqual([]);
    expect(world.counted("commandIgnored", "badJson")).toBe(1);
  });

  test("of a core that may not transmit does not go, and the core is told", async () => {
    const { world, forwarder, lns, tmst } = await heardUplink({ more: "may_transmit = false" });
    lns.down(answerTo(tmst, 1_000_000));
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.pullResps).toEqual([]);
    expect(lns.txAcks.map(({ body }) => body)).toEqual(['{"txpk_ack":{"error":"UNKNOWN"}}']);
  });

  test("is charged to the duty cycle, given back when it is refused, and refused where it does not fit", async () => {
    const tables = { downlink: "enforce_duty_cycle = true" };
    const { world, forwarder, lns, tmst } = await heardUplink({ tables });
    const loadUs = (): number => world.agent.status().dutyCycle[0]?.subBands[0]?.airtimeUs ?? 0;
    lns.down(answerTo(tmst, 1_000_000));
    await world.clock.advance(ROAD_MS);
    const onceUs = loadUs();
    expect(onceUs).toBeGreaterThan(40_000);
    forwarder.txAck('{"txpk_ack":{"error":"COLLISION_PACKET"}}');
    await world.clock.advance(1);
    expect(loadUs()).toBe(0);
    const long = { ...answerTo(0, 0), tmst: undefined, imme: true, datr: "SF12BW125", size: 51 };
    for (let command = 0; command < 40; command++) {
      lns.down({ ...long, data: Buffer.alloc(51, 0x60).toString("base64") });
      await world.clock.advance(ROAD_MS);
      if (forwarder.pullResps.length > command + 1) forwarder.txAck();
      await world.clock.advance(ROAD_MS);
    }
    expect(lns.txAcks.at(-1)!.body).toBe('{"txpk_ack":{"error":"UNKNOWN"}}');
    expect(loadUs()).toBeLessThanOrEqual(36_000_000);
    expect(world.counted("downlinkItemRefused", "dutyCycle")).toBeGreaterThan(0);
  });
});

function gpsMs(world: AgentWorld): number {
  return world.clock.wallMs() - Date.UTC(1980, 0, 6) + 18_000;
}

describe("two cores at once", () => {
  const cores = [coreToml("main"), gwmpCoreToml("lns", [SERVER])];

  test("each gets every frame", async () => {
    const { world, forwarder, lns } = await between({ cores });
    const rxpk = world.rxpk();
    const token = forwarder.push(rxpk);
    await world.clock.advance(2 * ROAD_MS);
    expect(forwarder.acked).toContain(token);
    expect(physOf(lns)).toEqual([phyOf(rxpk)]);
    expect(world.core("main").ups.at(-1)!.phy).toBe(phyOf(rxpk));
  });

  test.each(["lns", "main"])(
    "%s down: the other has no delay, and it gets all when it is back",
    async (down) => {
      const { world, forwarder, lns, pass } = await between({ cores });
      world.core("main").ups.length = 0;
      const isLnsDown = down === "lns";
      if (isLnsDown) lns.listens = false;
      else world.core("main").broker.die();
      const heard: string[] = [];
      const tookMs: number[] = [];
      for (let frame = 0; frame < 60; frame++) {
        const rxpk = world.rxpk({ devAddr: (0x26010000 + (frame % 7)).toString(16), fCnt: frame });
        heard.push(phyOf(rxpk));
        const sentMs = world.clock.monotonicMs();
        forwarder.push(rxpk);
        await pass(2_000);
        tookMs.push((isLnsDown ? world.core("main").ups : lns.uplinks).at(-1)!.atMs - sentMs);
      }
      expect(forwarder.acked.length).toBeGreaterThanOrEqual(60);
      expect(Math.max(...tookMs)).toBeLessThanOrEqual(ROAD_MS);
      expect(isLnsDown ? physOf(lns) : world.core("main").ups).toEqual([]);
      if (isLnsDown) lns.listens = true;
      else world.core("main").broker.revive();
      await pass(25 * 60_000);
      expect(new Set(physOf(lns))).toEqual(new Set(heard));
      expect(new Set(world.core("main").ups.map(({ phy }) => phy))).toEqual(new Set(heard));
      expect(inOrder(isLnsDown ? physOf(lns) : world.core("main").ups.map(({ phy }) => phy))).toBe(true);
      expect(lns.faults).toEqual([]);
      expect(world.agent.status().journal.storedFrames).toBe(0);
    },
  );

  test("a restart of the agent in between loses nothing, and keeps the concentrator's clock", async () => {
    const { world, forwarder, lns, pass } = await between({ cores });
    lns.listens = false;
    const heard: string[] = [];
    for (let frame = 0; frame < 10; frame++) {
      const rxpk = world.rxpk({ devAddr: (0x26010000 + frame).toString(16) });
      heard.push(phyOf(rxpk));
      forwarder.push(rxpk);
      await pass(10_000);
    }
    await world.stop();
    await world.clock.advance(30_000);
    await world.start();
    lns.listens = true;
    await pass(25 * 60_000);
    expect(new Set(physOf(lns))).toEqual(new Set(heard));
    for (const { clockErrorMs } of lns.uplinks) expect(Math.abs(clockErrorMs! - ROAD_MS)).toBeLessThan(10);
  });
});

/** The frames of each device by rising counter. */
function inOrder(phys: readonly string[]): boolean {
  const last = new Map<string, number>();
  return phys.every((phy) => {
    const bytes = Buffer.from(phy, "hex");
    const [device, fCnt] = [bytes.toString("hex", 1, 5), bytes.readUInt16LE(6)];
    const rises = fCnt > (last.get(device) ?? -1);
    last.set(device, fCnt);
    return rises;
  });
}

test("the strict server refuses what no forwarder may say", async () => {
  const { world, lns } = await between();
  const at = { host: "10.9.9.9", port: 5_000 };
  const stranger = await world.udp.bind(at, () => undefined);
  const phy = Buffer.from(dataPhy("26010001", 1), "hex").toString("base64");
  const eui = Buffer.from(EUI, "hex");
  for (const bytes of [
    Buffer.from("0200", "hex"),
    Buffer.concat([Buffer.from([3, 0, 1, 0]), eui]),
    Buffer.concat([Buffer.from([2, 0, 1, 0]), Buffer.alloc(8), Buffer.from("{}")]),
    Buffer.concat([Buffer.from([2, 0, 1, 0]), eui, Buffer.from("{")]),
    Buffer.concat([Buffer.from([2, 0, 2, 0]), eui, Buffer.from(`{"rxpk":[{"data":"${phy}","lsnr":null}]}`)]),
    Buffer.concat([Buffer.from([2, 0, 3, 2]), eui, Buffer.from("{}")]),
    Buffer.concat([Buffer.from([2, 0, 4, 5]), eui]),
  ]) {
    lns.faults.length = 0;
    stranger.send(bytes, LNS);
    await world.clock.advance(ROAD_MS);
    expect(lns.faults.length, bytes.toString("hex")).toBeGreaterThan(0);
  }
  for (let datagram = 0; datagram < 11; datagram++)
    stranger.send(Buffer.concat([Buffer.from([2, 9, datagram, 0]), eui, Buffer.from("{}")]), LNS);
  await world.clock.advance(ROAD_MS);
  expect(lns.dropped).toBe(1);
});

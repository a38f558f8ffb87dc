/**
 * Goal: the whole agent, as it is wired, keeps what each part promises.
 * Method: the real wiring over the simulated world; time is moved, never waited for. What is on MQTT is read by
 * ChirpStack's published definitions. Datagrams made by chance are in agent-datagrams.test.ts, the road back in
 * agent-downlink.test.ts.
 */
import { describe, expect, test } from "vitest";
import { EVICTED_AFTER_MS, EVICTION_EVERY_MS } from "../../agent/south/sessions.ts";
import {
  coreToml,
  dataPhy,
  EUI,
  joinPhy,
  OTHER_EUI,
  openAgentWorld,
  phyOf,
  settingsOf,
} from "./agent-world.ts";

const COMMIT_MS = 80;

describe("a core in reach", () => {
  test("gets each frame at once, and the forwarder its PUSH_ACK when the core has it", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    forwarder.pull();
    await world.clock.advance(50);
    const rxpk = world.rxpk();
    const token = forwarder.push(rxpk);
    await world.clock.advance(9);
    expect(forwarder.acked, "before the PUBACK").toEqual([]);
    await world.clock.advance(1);
    expect(forwarder.acked).toEqual([token]);
    expect(world.core().ups).toMatchObject([{ gatewayEui: EUI, phy: phyOf(rxpk), replayed: false }]);
    expect(forwarder.pullAcks).toHaveLength(1);
    expect(world.core().state()).toBe("ONLINE");
  });

  test("is all that frames need: of a thousand none is written to disk", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await world.settleIn(forwarder);
    const { batches } = world.stores;
    for (let frame = 0; frame < 1_000; frame++) {
      forwarder.push(world.rxpk({ devAddr: "26010000", fCnt: frame }));
      await world.clock.advance(20);
    }
    await world.clock.advance(1_000);
    expect(world.stores.batches - batches).toBe(0);
    expect(world.core().ups).toHaveLength(1_002);
    expect(forwarder.acked).toHaveLength(1_002);
    expect(world.agent.status().journal).toMatchObject({ keptTotal: 1_002, storedTotal: 0, memoryFrames: 0 });
  });

  test("that refuses a frame gets the device's next one after it, not before", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await world.settleIn(forwarder);
    world.core().ups.length = 0;
    let refusals = 1;
    const quotaExceeded = 151;
    world.core().broker.pubackCode = () => (refusals-- > 0 ? quotaExceeded : undefined);
    const [first, second] = [0, 1].map((fCnt) => world.rxpk({ devAddr: "26010001", fCnt }));
    forwarder.push(first!, second!);
    await world.clock.advance(60_000);
    expect(world.core().ups.map(({ phy }) => phy)).toEqual([phyOf(first!), phyOf(second!)]);
  });

  test("that nobody listens to has not taken a frame; it gets it once it listens", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().unsubscribe();
    const rxpk = world.rxpk();
    const token = forwarder.push(rxpk);
    await world.clock.advance(1_000);
    expect(forwarder.acked).toEqual([token]);
    expect(world.durable).toContain(phyOf(rxpk));
    expect(world.agent.status().cores[0]!.alarms).toContain("noSubscriber");
    world.core().subscribe();
    await world.clock.advance(60_000);
    expect(world.core().ups.map(({ phy }) => phy)).toEqual([phyOf(rxpk)]);
    expect(world.agent.status().journal.storedFrames).toBe(0);
    expect(world.agent.status().cores[0]!.alarms).toEqual([]);
  });
});

describe("a core out of reach", () => {
  test("costs one synced batch per interval, and a PUSH_ACK that waits for it", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await world.settleIn(forwarder);
    world.core().broker.die();
    await world.clock.advance(1_000);
    const before = world.stores.syncs;
    forwarder.acked.length = 0;

    const early: boolean[] = [];
    const heard: string[] = [];
    const unanswered = new Map<string, string>();
    world.onSent = (bytes) => {
      if (bytes[3] !== 1) return;
      const rxpk = unanswered.get(Buffer.from(bytes).toString("hex", 1, 3))!;
      early.push(!world.durable.has(phyOf(rxpk)));
    };
    for (let frame = 0; frame < 20; frame++) {
      const rxpk = world.rxpk({ devAddr: `2601000${frame % 10}` });
      heard.push(phyOf(rxpk));
      unanswered.set(forwarder.push(rxpk), rxpk);
      await world.clock.advance(10);
    }
    await world.clock.advance(200);
    expect(forwarder.acked).toEqual([...unanswered.keys()]);
    expect(early, "was on disk before its PUSH_ACK left").toEqual(new Array(20).fill(false));
    // 200 ms of frames, each commit 80 ms after the oldest that waits.
    expect(world.stores.syncs - before).toBe(3);

    world.core().broker.revive();
    await world.clock.advance(120_000);
    expect(
      world
        .core()
        .ups.slice(2)
        .map(({ phy }) => phy)
        .sort(),
    ).toEqual([...heard].sort());
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });

  test("the PUSH_ACK comes an interval and an fsync after the frame, not before", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    await world.clock.advance(100);
    forwarder.push(world.rxpk());
    await world.clock.advance(COMMIT_MS + 6);
    expect(forwarder.acked).toEqual([]);
    await world.clock.advance(10);
    expect(forwarder.acked).toHaveLength(1);
  });

  test("still gives PULL_ACKs at once, and PUSH_ACKs for what need not be kept", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    await world.clock.advance(100);
    forwarder.pull();
    const stat = forwarder.pushBody('{"stat":{"rxnb":1,"rxok":1,"rxfw":1,"ackr":100,"dwnb":0,"txnb":0}}');
    const bad = forwarder.push(world.rxpk({ stat: -1 }));
    const broken = forwarder.pushBody('{"rxpk":[');
    await world.clock.advance(0);
    await world.clock.advance(0);
    expect(forwarder.pullAcks).toHaveLength(1);
    expect(forwarder.acked).toEqual([stat, bad, broken]);
  });

  test("back again: each device's frames come in order, half a second apart", async () => {
    const settings = settingsOf({ cores: [coreToml("main", "replay_pairing = false")] });
    const world = await openAgentWorld({ settings });
    const forwarder = await world.forwarder();
    world.core().broker.die();
    const devices = ["26010001", "26010002", "26010003"];
    for (let fCnt = 0; fCnt < 8; fCnt++) {
      for (const devAddr of devices) forwarder.push(world.rxpk({ devAddr, fCnt }));
      await world.clock.advance(10_000);
    }
    world.core().broker.revive();
    await world.clock.advance(90_000);
    for (const devAddr of devices) {
      const ours = world.core().ups.filter(({ phy }) => phy.startsWith(dataPhy(devAddr, 0).slice(0, 10)));
      expect(ours.map(({ phy }) => phy)).toEqual(ours.map((_, fCnt) => dataPhy(devAddr, fCnt)));
      expect(ours).toHaveLength(8);
      expect(ours.every(({ replayed }) => replayed)).toBe(true);
      const gapsMs = ours.slice(1).map(({ atMs }, i) => atMs - ours[i]!.atMs);
      expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(500);
      expect(Math.max(...gapsMs), "and not slower than that").toBeLessThan(1_000);
    }
  });

  test("a live frame of a device with stored frames waits for its turn", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    for (let fCnt = 0; fCnt < 5; fCnt++) {
      forwarder.push(world.rxpk({ devAddr: "26010001", fCnt }));
      await world.clock.advance(5_000);
    }
    world.core().broker.revive();
    while (world.core().ups.length === 0) await world.clock.advance(100);
    forwarder.push(
      world.rxpk({ devAddr: "26010001", fCnt: 5 }),
      world.rxpk({ devAddr: "26010002", fCnt: 0 }),
    );
    await world.clock.advance(20);
    expect(world.core().ups.at(-1)!.phy, "the other device does not wait").toBe(dataPhy("26010002", 0));
    await world.clock.advance(30_000);
    const ours = world.core().ups.filter(({ phy }) => phy !== dataPhy("26010002", 0));
    expect(ours.map(({ phy }) => phy)).toEqual([0, 1, 2, 3, 4, 5].map((fCnt) => dataPhy("26010001", fCnt)));
  });

  test("a road that swallows everything is noticed, and nothing is lost on it", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    await world.settleIn(forwarder);
    world.core().broker.answers = false;
    const heard = [0, 1, 2, 3, 4, 5].map((device) => world.rxpk({ devAddr: `2601000${device}`, fCnt: 0 }));
    forwarder.push(...heard);
    await world.clock.advance(60_000);
    expect(world.agent.status().cores[0]!.alarms).toContain("unanswered");
    expect(world.agent.status().journal.storedFrames).toBe(6);
    world.core().broker.answers = true;
    await world.clock.advance(180_000);
    expect(world.core().ups.map(({ phy }) => phy)).toEqual(expect.arrayContaining(heard.map(phyOf)));
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });

  test("a join older than five seconds dies, a younger one lives, and both are acknowledged", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    forwarder.push(world.rxpk());
    await world.clock.advance(100);
    world.core().broker.die();
    await world.clock.advance(3_000);
    const dying = forwarder.push(world.rxpk({ phy: joinPhy(1) }));
    await world.clock.advance(6_000);
    world.core().broker.revive();
    await world.clock.advance(60_000);
    const living = forwarder.push(world.rxpk({ phy: joinPhy(2) }));
    await world.clock.advance(1_000);
    expect(forwarder.acked).toEqual(expect.arrayContaining([dying, living]));
    const joins = world.core().ups.filter(({ phy }) => phy.startsWith("00"));
    expect(joins.map(({ phy }) => phy)).toEqual([joinPhy(2)]);
    const { storedFrames, dropped } = world.agent.status().journal;
    expect(world.counted("frameDropped", "joinExpired") + (dropped.joinExpired ?? 0)).toBe(1);
    expect(storedFrames).toBe(0);
  });
});

describe("a restart with frames stored", () => {
  test("serves the gateway before its forwarder speaks", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    const kept = [0, 1, 2].map((fCnt) => world.rxpk({ devAddr: "26010001", fCnt }));
    forwarder.push(...kept);
    await world.clock.advance(200);
    await world.stop();
    world.core().broker.revive();
    await world.start();
    await world.clock.advance(30_000);
    expect(world.core().ups.map(({ phy }) => phy)).toEqual(kept.map(phyOf));
    expect(world.core().state()).toBe("ONLINE");
    expect(world.agent.status().forwarders).toEqual([]);
  });

  test("after a power cut every acknowledged frame is still there, none of the others is acknowledged", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    const rxpks = new Map<string, string>();
    for (let fCnt = 0; fCnt < 30; fCnt++) {
      const rxpk = world.rxpk({ devAddr: `260100${10 + (fCnt % 7)}`, fCnt });
      rxpks.set(forwarder.push(rxpk), phyOf(rxpk));
      await world.clock.advance(11);
    }
    world.cutPower();
    expect(forwarder.acked.length).toBeGreaterThan(10);
    expect(forwarder.acked.length).toBeLessThan(30);
    world.core().broker.revive();
    await world.start();
    await world.clock.advance(60_000);
    const arrived = world.core().ups.map(({ phy }) => phy);
    expect(arrived).toEqual(expect.arrayContaining(forwarder.acked.map((token) => rxpks.get(token)!)));
  });

  test("stopped, it says OFFLINE and puts on disk what waited", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    forwarder.pull();
    await world.clock.advance(100);
    world.core().broker.answers = false;
    const rxpk = world.rxpk();
    forwarder.push(rxpk);
    await world.clock.advance(20);
    expect(world.durable).not.toContain(phyOf(rxpk));
    await world.stop();
    expect(world.core().state()).toBe("OFFLINE");
    expect(world.durable).toContain(phyOf(rxpk));
  });
});

describe("several of a kind", () => {
  test("two forwarders: each has its own topics, its own state and its own answers", async () => {
    const world = await openAgentWorld();
    const [one, other] = [await world.forwarder(EUI), await world.forwarder(OTHER_EUI)];
    one.pull();
    other.pull();
    await world.clock.advance(100);
    // The same transmission, heard by both.
    const rxpk = world.rxpk();
    one.push(rxpk);
    other.push(rxpk);
    await world.clock.advance(100);
    expect(world.core().ups.map(({ gatewayEui }) => gatewayEui)).toEqual([EUI, OTHER_EUI]);
    expect([one.acked, other.acked]).toMatchObject([{ length: 1 }, { length: 1 }]);
    expect([world.core().state(EUI), world.core().state(OTHER_EUI)]).toEqual(["ONLINE", "ONLINE"]);
    await world.stop();
    expect([world.core().state(EUI), world.core().state(OTHER_EUI)]).toEqual(["OFFLINE", "OFFLINE"]);
  });

  test("EUIs that somebody made up keep nobody out for ever, and leave nothing behind", async () => {
    const settings = settingsOf({ tables: { forwarder: "gateways_max = 2" } });
    const world = await openAgentWorld({ settings });
    const spoofed = await Promise.all(["00000000000000a1", "00000000000000a2"].map(world.forwarder));
    for (const forwarder of spoofed) forwarder.push(world.rxpk());
    await world.clock.advance(1_000);
    const real = await world.forwarder();
    real.push(world.rxpk());
    await world.clock.advance(1_000);
    expect(real.acked).toEqual([]);
    await world.clock.advance(EVICTED_AFTER_MS + EVICTION_EVERY_MS);
    real.push(world.rxpk());
    await world.clock.advance(3_000);
    expect(real.acked).toHaveLength(1);
    expect(world.core().state(EUI)).toBe("ONLINE");
    expect(world.core().state("00000000000000a1")).toBe("OFFLINE");
    expect(world.agent.status().cores.map(({ gatewayEui }) => gatewayEui)).toEqual(["00000000000000a2", EUI]);
    const said = world.log.filter(({ event }) => event === "silent gateway gave its place");
    expect(said).toMatchObject([
      { level: "warn", fields: { gatewayEui: "00000000000000a1", newcomer: EUI } },
    ]);
    await world.stop();
    await world.start();
    await world.clock.advance(2_000);
    expect(world.agent.status().cores, "nothing waits for anybody").toEqual([]);
  });

  test("one whose frames wait for a core keeps its place, however silent", async () => {
    const settings = settingsOf({ tables: { forwarder: "gateways_max = 1" } });
    const world = await openAgentWorld({ settings });
    const old = await world.forwarder();
    world.core().broker.die();
    old.push(world.rxpk());
    await world.clock.advance(EVICTED_AFTER_MS + EVICTION_EVERY_MS);
    const next = await world.forwarder(OTHER_EUI);
    next.push(world.rxpk());
    await world.clock.advance(2_000);
    expect(next.acked).toEqual([]);
    world.core().broker.revive();
    await world.clock.advance(5 * 60_000 + EVICTED_AFTER_MS);
    next.push(world.rxpk());
    await world.clock.advance(2_000);
    expect(next.acked).toHaveLength(1);
  });

  test("two cores, one of them down: the other waits for nothing, the first gets all in the end", async () => {
    const settings = settingsOf({ cores: [coreToml("main"), coreToml("second")] });
    const world = await openAgentWorld({ settings });
    const forwarder = await world.forwarder();
    await world.settleIn(forwarder);
    for (const id of ["main", "second"]) world.core(id).ups.length = 0;
    forwarder.acked.length = 0;
    world.core("main").broker.die();
    const heard: string[] = [];
    for (let fCnt = 0; fCnt < 12; fCnt++) {
      const rxpk = world.rxpk({ devAddr: "26010001", fCnt });
      heard.push(phyOf(rxpk));
      forwarder.push(rxpk);
      await world.clock.advance(12);
      expect(world.core("second").ups, "at once").toHaveLength(fCnt + 1);
      await world.clock.advance(2_000);
    }
    // One core has it, the other has not: custody is the disk's.
    expect(forwarder.acked).toHaveLength(12);
    for (const phy of heard) expect(world.durable).toContain(phy);
    world.core("main").broker.revive();
    await world.clock.advance(90_000);
    expect(world.core("main").ups.map(({ phy }) => phy)).toEqual(heard);
    expect(world.core("second").ups, "nothing twice").toHaveLength(12);
    expect(world.agent.status().journal.storedFrames).toBe(0);
  });

  test("a frame that both cores take in time needs no disk", async () => {
    const settings = settingsOf({ cores: [coreToml("main"), coreToml("second")] });
    const world = await openAgentWorld({ settings });
    const forwarder = await world.forwarder();
    forwarder.push(world.rxpk());
    await world.clock.advance(1_000);
    expect(forwarder.acked).toHaveLength(1);
    expect(world.agent.status().journal.storedTotal).toBe(0);
  });
});

describe("stats", () => {
  test("come on their interval while the forwarder lives, and no longer", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    for (let second = 0; second < 130; second++) {
      if (second % 10 === 0) forwarder.pull();
      await world.clock.advance(1_000);
    }
    const alive = world.core().stats.length;
    expect(alive).toBe(4);
    await world.clock.advance(300_000);
    // Its period was ten seconds: one more interval may end within three of them.
    expect(world.core().stats.length - alive).toBeLessThanOrEqual(1);
    forwarder.pull();
    await world.clock.advance(30_000);
    forwarder.pull();
    await world.clock.advance(30_000);
    expect(world.core().stats.length).toBeGreaterThan(alive + 1);
  });

  test("a gateway whose forwarder has never spoken sends none", async () => {
    const world = await openAgentWorld({ settings: settingsOf({ tables: { gateway: `eui = "${EUI}"` } }) });
    await world.clock.advance(300_000);
    expect(world.core().state()).toBe("ONLINE");
    expect(world.core().stats).toEqual([]);
  });
});

describe("who may speak", () => {
  test("an EUI that is not accepted gets silence, whatever it says, and is counted", async () => {
    const settings = settingsOf({ tables: { forwarder: `accept_eui = ["${EUI}"]` } });
    const world = await openAgentWorld({ settings });
    const [ours, foreign] = [await world.forwarder(EUI), await world.forwarder(OTHER_EUI)];
    foreign.pull();
    foreign.push(world.rxpk());
    ours.push(world.rxpk());
    await world.clock.advance(1_000);
    expect([foreign.acked, foreign.pullAcks]).toEqual([[], []]);
    expect(ours.acked).toHaveLength(1);
    expect(world.counted("gatewayRefused", "notAccepted")).toBe(2);
    expect(world.core().ups.map(({ gatewayEui }) => gatewayEui)).toEqual([EUI]);
    expect(world.core().state(OTHER_EUI)).toBeUndefined();
  });
});

describe("settings read again", () => {
  const filtered = settingsOf({ tables: { filter: 'dev_addr_prefixes = ["26000000/8"]' } });

  test("a filter counts from the next frame on; what was kept stays", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    world.core().broker.die();
    forwarder.push(world.rxpk({ devAddr: "13000001", fCnt: 1 }));
    await world.clock.advance(1_000);
    expect(world.agent.reload(filtered)).toEqual({ live: ["filter.dev_addr_prefixes"], restart: [] });
    const refused = forwarder.push(world.rxpk({ devAddr: "13000001", fCnt: 2 }));
    forwarder.push(world.rxpk({ devAddr: "26000001", fCnt: 3 }));
    await world.clock.advance(1_000);
    expect(forwarder.acked, "nothing to keep is acknowledged").toContain(refused);
    world.core().broker.revive();
    await world.clock.advance(90_000);
    const arrived = world.core().ups.map(({ phy }) => phy);
    expect(arrived.sort()).toEqual([dataPhy("13000001", 1), dataPhy("26000001", 3)].sort());
    expect(world.counted("frameRefused", "netId")).toBe(1);
  });

  test("an EUI no longer accepted is silenced, and heard again when it is", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    forwarder.pull();
    await world.clock.advance(100);
    const pinned = settingsOf({ tables: { forwarder: `accept_eui = ["${OTHER_EUI}"]` } });
    expect(world.agent.reload(pinned).live).toEqual(["forwarder.accept_eui"]);
    forwarder.pull();
    forwarder.push(world.rxpk());
    await world.clock.advance(1_000);
    expect([forwarder.pullAcks.length, forwarder.acked.length]).toEqual([1, 0]);
    expect(world.agent.status().forwarders).toEqual([]);
    world.agent.reload(settingsOf());
    forwarder.pull();
    forwarder.push(world.rxpk());
    await world.clock.advance(1_000);
    expect([forwarder.pullAcks.length, forwarder.acked.length]).toEqual([2, 1]);
    expect(world.core().ups).toHaveLength(1);
  });

  test("what cannot change while running is named, and does not change", async () => {
    const world = await openAgentWorld();
    const next = settingsOf({
      tables: { journal: 'commit_interval = "1s"', log: 'level = "debug"' },
      cores: [coreToml("main", 'encoding = "json"'), coreToml("third")],
    });
    expect(world.agent.reload(next)).toEqual({
      live: ["log.level"],
      restart: ["journal.commit_interval", "core.main.encoding", "core.third"],
    });
    const forwarder = await world.forwarder();
    world.core().broker.die();
    await world.clock.advance(100);
    forwarder.push(world.rxpk());
    await world.clock.advance(150);
    expect(forwarder.acked, "committed after 80 ms still").toHaveLength(1);
    expect(world.agent.status().cores.map(({ id }) => id)).toEqual(["main"]);
  });
});

describe("the control socket", () => {
  test("tells forwarders, cores, journal, counters and clock, and no path but its own", async () => {
    const world = await openAgentWorld();
    const forwarder = await world.forwarder();
    forwarder.pull();
    forwarder.push(world.rxpk(), world.rxpk({ stat: -1 }));
    await world.clock.advance(1_000);
    const answer = await world.ask({ method: "GET", path: "/status", body: undefined });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        version: "1.2.3",
        uptimeMs: expect.any(Number),
        listen: { host: "127.0.0.1", port: 1700 },
        clock: { state: "synchronised", source: "probe" },
        forwarders: [{ gatewayEui: EUI, alive: true, rxpk: { ok: 1, bad: 1 } }],
        cores: [{ id: "main", gatewayEui: EUI, state: "connected", courier: { carriedLive: 1 } }],
        journal: { keptTotal: 1, storedFrames: 0 },
        counters: { frameKept: 1, frameRefused: { crcBad: 1 } },
      },
    });
    expect(await world.ask({ method: "POST", path: "/status", body: {} })).toMatchObject({ status: 404 });
    expect(await world.ask({ method: "GET", path: "/elsewhere", body: undefined })).toMatchObject({
      status: 404,
    });
  });
});

describe("a start that fails leaves nothing open", () => {
  test.each([
    ["the port is taken", "UDP_BIND"],
    ["the control socket is taken", "CONTROL_BIND"],
  ])("%s", async (_what, code) => {
    const world = await openAgentWorld();
    await world.stop();
    const hindered = code === "UDP_BIND" ? world.takePort() : world.refuseControl();
    const forwarder = await world.forwarder();
    const failing = expect(world.start()).rejects.toMatchObject({ code });
    // It speaks to an agent that will not come to be.
    for (let spoken = 0; spoken < 30; spoken++) {
      forwarder.pull();
      await world.clock.advance(1);
    }
    await failing;
    await hindered();
    await world.clock.advance(1_000);
    expect(world.core().broker.links).toBe(0);
    await world.start();
    forwarder.push(world.rxpk());
    await world.clock.advance(1_000);
    expect(forwarder.acked).toHaveLength(1);
  });
});

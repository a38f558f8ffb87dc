/**
 * Goal: the connection to a core comes back whatever ends it, and never harms by coming back.
 * Method: the real connection over simulated brokers; time is moved, never waited for.
 */
import { describe, expect, test } from "vitest";
import { backoff } from "../../../agent/north/backoff.ts";
import { CREDENTIAL_OCTETS_MAX } from "../../../agent/north/credentials.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { carriedOf, GATEWAY_EUI } from "./carried.ts";
import { coreWorld, FIRST, SECOND } from "./core-world.ts";

const CLIENT_ID = `edge-agent-${GATEWAY_EUI}-main`;
const MINUTE_MS = 60_000;

/** Moments, since now, at which the broker was asked. */
async function attemptsWithin(world: ReturnType<typeof coreWorld>, spanMs: number): Promise<number[]> {
  const fromMs = world.clock.monotonicMs();
  const moments: number[] = [];
  let known = world.first.connects.length + world.second.connects.length;
  for (let ms = 0; ms < spanMs; ms += 100) {
    await world.clock.advance(100);
    const connects = world.first.connects.length + world.second.connects.length;
    for (; known < connects; known++) moments.push(world.clock.monotonicMs() - fromMs);
  }
  return moments;
}

describe("waiting", () => {
  test("doubles its ceiling up to the longest, and draws from all of it", () => {
    const waits = backoff({ firstMs: 1_000, longestMs: 60_000 }, { unit: () => 0.999_999, below: () => 0 });
    expect(Array.from({ length: 8 }, () => waits.next().value)).toEqual([
      999, 1_999, 3_999, 7_999, 15_999, 31_999, 59_999, 59_999,
    ]);
    const chance = new WorldRng(7).stream("x");
    const drawn = Array.from(
      { length: 500 },
      () => backoff({ firstMs: 1_000, longestMs: 1_000 }, chance).next().value,
    );
    expect(Math.min(...drawn)).toBeLessThan(50);
    expect(Math.max(...drawn)).toBeGreaterThan(950);
  });

  test("a core that is away for an hour is asked about twice a minute, and said to be away once", async () => {
    const world = coreWorld();
    world.first.alive = false;
    world.connection.start();
    const { sinceWallMs } = world.connection.status();
    const moments = await attemptsWithin(world, 60 * MINUTE_MS);
    expect(world.connection.status().sinceWallMs, "out of reach since").toBe(sinceWallMs);
    expect(moments.length).toBeGreaterThan(70);
    expect(moments.length).toBeLessThan(220);
    expect(world.log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(world.connection.status()).toMatchObject({
      state: "waiting",
      server: undefined,
      lastError: "unreachable: nothing listens",
    });
    world.first.revive();
    await world.clock.advance(MINUTE_MS);
    expect(world.connection.status()).toMatchObject({
      state: "connected",
      server: FIRST,
      lastError: undefined,
    });
  });

  test("what a broker is asked with is told to that broker alone", async () => {
    const url = "wss://first/mqtt?token=SECRET99";
    const world = coreWorld({ settings: { servers: [url] } });
    const broker = world.mqtt.broker(url);
    broker.alive = false;
    await world.up();
    expect(world.connection.status()).toMatchObject({ lastError: "unreachable: nothing listens" });
    broker.revive();
    await world.clock.advance(MINUTE_MS);
    expect(world.connection.status()).toMatchObject({
      state: "connected",
      server: "wss://first/mqtt?********",
    });
    expect(broker.connects.length).toBeGreaterThan(0);
    expect(world.log.lines.map(({ event }) => event)).toContain("core not connected");
    expect(JSON.stringify([world.log.lines, world.connection.status()])).not.toContain("SECRET99");
  });

  test("gateways that lost the core together do not come back together", async () => {
    const moments = [];
    for (let seed = 1; seed <= 20; seed++) {
      const world = coreWorld({ seed });
      await world.up();
      await world.clock.advance(MINUTE_MS);
      world.first.kick(CLIENT_ID);
      moments.push((await attemptsWithin(world, 2_000))[0]);
    }
    expect(new Set(moments).size).toBeGreaterThan(6);
  });

  test("after a connection that held, it starts from the shortest wait again", async () => {
    const world = coreWorld();
    world.first.alive = false;
    world.connection.start();
    await world.clock.advance(10 * MINUTE_MS);
    world.first.revive();
    await world.clock.advance(2 * MINUTE_MS);
    world.first.kick(CLIENT_ID);
    expect((await attemptsWithin(world, 1_500)).length).toBe(1);
    expect(world.connection.connected).toBe(true);
  });

  test.each([
    ["reads its credentials", true, -1],
    ["connects", true, 3],
    ["waits", false, 100_000],
  ])("stopped while it %s, it never comes back", async (_what, alive, advanceMs) => {
    const world = coreWorld();
    world.first.alive = alive;
    world.connection.start();
    if (advanceMs >= 0) await world.clock.advance(advanceMs);
    const asked = world.first.connects.length;
    await world.after(1_000, world.connection.stop());
    world.first.revive();
    await world.clock.advance(60 * MINUTE_MS);
    expect(world.first.connects).toHaveLength(asked);
    expect(world.first.links).toBe(0);
    expect(world.seen.ups).toBe(0);
    expect(world.connection.status().state).toBe("stopped");
  });
});

describe("each connection", () => {
  test("starts clean, with a will, subscribes again and says ONLINE again", async () => {
    const world = coreWorld({ settings: { keepaliveMs: 45_500, username: "gw" } });
    await world.up();
    world.first.die();
    await world.clock.advance(10);
    expect(world.seen).toMatchObject({ ups: 1, downs: 1 });
    expect(world.connection.connected).toBe(false);
    world.first.retained.clear();
    world.first.revive();
    await world.clock.advance(10_000);
    expect(world.seen).toMatchObject({ ups: 2, downs: 1 });
    expect(world.state()).toBe("ONLINE");
    expect(world.first.connects.at(-1)).toMatchObject({
      clientId: CLIENT_ID,
      version: 5,
      keepaliveS: 46,
      username: "gw",
      will: { topic: `eu868/gateway/${GATEWAY_EUI}/state/conn`, retain: true },
    });
    expect(
      world.first.publish({
        topic: `eu868/gateway/${GATEWAY_EUI}/command/down`,
        payload: Buffer.alloc(0),
        qos: 1,
      }),
    ).toBe(true);
  });

  test("the client id can be set", async () => {
    const world = coreWorld({ settings: { clientId: "tower-12" } });
    await world.up();
    expect(world.first.connects[0]!.clientId).toBe("tower-12");
  });

  test("a PUBACK that never comes ends it, not before its time, and the next one works", async () => {
    const world = coreWorld({ settings: { pubackTimeoutMs: 12_000 } });
    world.first.listen("#");
    await world.up();
    world.first.hears = false;
    const sent = world.connection.send(carriedOf());
    expect(await world.after(11_900, sent)).toBe("nothing yet");
    expect(await world.after(12_200, sent)).toBe("closed");
    expect(world.connection.status()).toMatchObject({ lastError: "timeout: no answer for 12000 ms" });
    expect(world.connection.status().alarms).toContain("unanswered");
    world.first.hears = true;
    await world.clock.advance(3 * MINUTE_MS);
    expect(world.connection.connected).toBe(true);
    expect(world.connection.status().alarms).toEqual([]);
  });

  test("a connection on which everything is answered is never ended by us", async () => {
    const world = coreWorld({ settings: { pubackTimeoutMs: 1_000 } });
    world.first.listen("#");
    world.first.latencyMs = 450;
    await world.up();
    for (let time = 0; time < 200; time++) {
      void world.connection.send(carriedOf());
      await world.clock.advance(70);
    }
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
  });

  test("a SUBACK that never comes ends it as well", async () => {
    const world = coreWorld();
    world.first.answers = false;
    world.connection.start();
    await world.clock.advance(MINUTE_MS);
    expect(world.seen.ups).toBe(0);
    expect(world.first.connects.length).toBeGreaterThan(1);
  });
});

describe("several servers", () => {
  const servers = { settings: { servers: [FIRST, SECOND] } };

  test("when the core moves to the next one, so does the gateway", async () => {
    const world = coreWorld(servers);
    await world.up();
    expect(world.connection.status().server).toBe(FIRST);
    world.first.die();
    await world.clock.advance(10_000);
    expect(world.connection.status()).toMatchObject({ state: "connected", server: SECOND });
    expect(world.state(world.second)).toBe("ONLINE");
  });

  test("after ten minutes elsewhere the first is tried, and taken without a gap", async () => {
    const world = coreWorld(servers);
    world.first.listen("#");
    world.second.listen("#");
    world.first.alive = false;
    world.connection.start();
    await world.clock.advance(10_000);
    expect(world.connection.status().server).toBe(SECOND);
    await world.clock.advance(20 * MINUTE_MS);
    expect(world.connection.status().server).toBe(SECOND);
    world.first.revive();

    let lost = 0;
    for (let second = 0; second < 12 * 60; second++) {
      void world.connection.send(carriedOf()).then((delivery) => {
        if (delivery !== "taken") lost += 1;
      });
      await world.clock.advance(1_000);
    }
    expect(world.connection.status()).toMatchObject({ state: "connected", server: FIRST });
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
    expect(lost).toBe(0);
    expect(world.second.links).toBe(0);
    expect(world.state(world.second), "we said goodbye there").toBe("OFFLINE");
    expect(world.counters.get("onlineAgain"), "and did not answer ourselves").toBe(0);
    expect(world.state()).toBe("ONLINE");
  });

  test("a first server that stays away is tried now and then, and costs nothing", async () => {
    const world = coreWorld(servers);
    world.first.alive = false;
    world.connection.start();
    await world.clock.advance(60 * MINUTE_MS);
    expect(world.first.connects.length).toBeLessThanOrEqual(8);
    expect(world.first.connects.length).toBeGreaterThanOrEqual(5);
    expect(world.seen).toMatchObject({ ups: 1, downs: 0 });
  });

  test("a server that answers CONNECT and closes at once does not keep the gateway", async () => {
    const world = coreWorld(servers);
    world.first.closesOn = (packet) => packet === "connect";
    world.connection.start();
    await world.clock.advance(20_000);
    expect(world.connection.status()).toMatchObject({ state: "connected", server: SECOND });
  });

  test("the second is lost while the first is being tried: the first is taken", async () => {
    const world = coreWorld(servers);
    world.first.alive = false;
    world.connection.start();
    await world.clock.advance(10_000);
    world.first.revive();
    world.first.latencyMs = 2_000;
    while (world.first.connects.length < 2) await world.clock.advance(1_000);
    world.second.die();
    await world.clock.advance(15_000);
    expect(world.connection.status()).toMatchObject({ state: "connected", server: FIRST });
    expect(world.seen).toMatchObject({ ups: 2, downs: 1 });
    await world.clock.advance(5 * MINUTE_MS);
    expect(world.first.links).toBe(1);
  });
});

describe("somebody else with our client id", () => {
  test("is left alone for minutes, and an alarm says so", async () => {
    const world = coreWorld();
    await world.up();
    world.first.takeOver(CLIENT_ID);
    const moments = await attemptsWithin(world, 10 * MINUTE_MS);
    expect(moments[0]).toBeGreaterThanOrEqual(2.5 * MINUTE_MS);
    expect(moments[0]).toBeLessThanOrEqual(7.6 * MINUTE_MS);
    expect(world.connection.status().alarms).toEqual(["takenOver"]);
    await world.clock.advance(6 * MINUTE_MS);
    expect(world.connection.status().alarms).toEqual([]);
  });

  test("who fights for it is not fought: after each defeat we wait as long again", async () => {
    const world = coreWorld();
    await world.up();
    for (let defeat = 0; defeat < 3; defeat++) {
      world.first.takeOver(CLIENT_ID);
      expect((await attemptsWithin(world, 8 * MINUTE_MS))[0]).toBeGreaterThanOrEqual(2.5 * MINUTE_MS);
    }
  });

  test("on 3.1.1, where the broker does not say why, closes that follow each other are alarmed", async () => {
    const world = coreWorld({ settings: { mqttVersion: 4 } });
    await world.up();
    for (let defeat = 0; defeat < 6; defeat++) {
      world.first.takeOver(CLIENT_ID);
      await world.clock.advance(20_000);
    }
    expect(world.connection.status().alarms).toContain("oftenClosed");
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.connection.status().alarms).toEqual([]);
  });
});

describe("credentials", () => {
  const secure = {
    settings: {
      username: "gw",
      passwordFile: "/etc/p",
      caFile: "/etc/ca",
      certFile: "/etc/cert",
      keyFile: "/etc/key",
    },
    files: { "/etc/p": "secret\n", "/etc/ca": "CA", "/etc/cert": "C1", "/etc/key": "K1" },
  };

  test("are read from their files at every connect, the password without its line end", async () => {
    const world = coreWorld(secure);
    await world.up();
    const [asked] = world.first.connects;
    expect(asked).toMatchObject({ username: "gw", password: "secret" });
    expect([asked!.ca, asked!.cert, asked!.key].map(String)).toEqual(["CA", "C1", "K1"]);
    await world.disk.replace("/etc/cert", Buffer.from("C2"));
    world.first.kick(CLIENT_ID);
    await world.clock.advance(5_000);
    expect(String(world.first.connects[1]!.cert)).toBe("C2");
  });

  test("are the environment's where it has a password: it wins over a file, which need not even be there", async () => {
    const world = coreWorld({
      settings: { username: "gw", password: "of the service", passwordFile: "/etc/p" },
    });
    await world.up();
    expect(world.first.connects[0]).toMatchObject({ username: "gw", password: "of the service" });
  });

  test("that change are used within some two minutes, once all of them are written, without losing a frame", async () => {
    const world = coreWorld(secure);
    world.first.listen("#");
    await world.up();
    await world.clock.advance(5 * MINUTE_MS);
    expect(world.first.connects).toHaveLength(1);
    await world.disk.replace("/etc/cert", Buffer.from("C2"));
    await world.clock.advance(MINUTE_MS);
    await world.disk.replace("/etc/key", Buffer.from("K2"));
    // Somewhat under a second: there is always something in flight.
    world.first.latencyMs = 450;
    const deliveries: Promise<unknown>[] = [];
    for (let second = 0; second < 180; second++) {
      if (world.connection.connected) deliveries.push(world.connection.send(carriedOf()));
      await world.clock.advance(1_000);
    }
    expect(world.first.connects).toHaveLength(2);
    expect([world.first.connects[1]!.cert, world.first.connects[1]!.key].map(String)).toEqual(["C2", "K2"]);
    expect(new Set(await Promise.all(deliveries))).toEqual(new Set(["taken"]));
    expect(world.seen).toMatchObject({ ups: 2, downs: 1 });
    expect(world.state()).toBe("ONLINE");
  });

  test("that cannot be read are an alarm, and are read again", async () => {
    const world = coreWorld({ ...secure, files: { "/etc/p": "secret" } });
    await world.up();
    expect(world.first.connects).toEqual([]);
    expect(world.connection.status()).toMatchObject({
      alarms: ["credentialsUnreadable"],
      lastError: "credentials: /etc/ca is missing",
    });
    for (const path of ["/etc/ca", "/etc/cert", "/etc/key"]) await world.disk.replace(path, Buffer.from("x"));
    await world.clock.advance(MINUTE_MS);
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: [] });
  });

  test.each([
    ["password", { passwordFile: "/etc/p" }, "the password in /etc/p is longer than 65535 octets"],
    ["user name", { passwordFile: "" }, "the user name is longer than 65535 octets"],
  ])("whose %s is longer than MQTT can say are an alarm", async (what, { passwordFile }, fault) => {
    const ofLength = (octets: number) => `é${"x".repeat(octets - 2)}`;
    const given = (octets: number) => ({
      settings: { passwordFile, username: what === "user name" ? ofLength(octets) : "gw" },
      files: { "/etc/p": `${ofLength(octets)}\n` },
    });
    const longest = coreWorld(given(CREDENTIAL_OCTETS_MAX));
    await longest.up();
    expect(longest.connection.connected).toBe(true);

    const world = coreWorld(given(CREDENTIAL_OCTETS_MAX + 1));
    await world.up();
    expect(world.first.connects).toEqual([]);
    expect(world.connection.status()).toMatchObject({
      alarms: ["credentialsUnreadable"],
      lastError: `credentials: ${fault}`,
    });
  });

  test("on a disk that fails are an alarm too", async () => {
    const world = coreWorld(secure);
    world.disk.break();
    await world.up();
    expect(world.connection.status().alarms).toEqual(["credentialsUnreadable"]);
  });

  test("that are refused are an alarm, with the broker's reason", async () => {
    const world = coreWorld();
    world.first.refuses = () => ({
      code: "credentials",
      detail: "Bad User Name or Password",
      reasonCode: 134,
    });
    await world.up();
    expect(world.connection.status()).toMatchObject({
      alarms: ["credentialsRefused"],
      lastError: "credentials: Bad User Name or Password",
    });
    world.first.refuses = () => undefined;
    await world.clock.advance(5 * MINUTE_MS);
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: [] });
  });

  test("never appear in the log", async () => {
    const world = coreWorld(secure);
    world.first.refuses = () => ({ code: "credentials", detail: "no", reasonCode: 135 });
    await world.up();
    expect(JSON.stringify(world.log.lines)).not.toMatch(/secret|K1/);
  });
});

describe("a broker that will not have all we say", () => {
  test("refuses the will: we come without one, and say so", async () => {
    const world = coreWorld();
    world.first.refuses = ({ will }) =>
      will ? { code: "credentials", detail: "Not authorized", reasonCode: 135 } : undefined;
    await world.up();
    await world.clock.advance(5 * MINUTE_MS);
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: ["willRefused"] });
    expect(world.state()).toBe("ONLINE");
    const asked = world.first.connects.length;
    world.first.kick(CLIENT_ID);
    await world.clock.advance(5_000);
    expect(world.connection.connected).toBe(true);
    expect(world.first.connects, "at the second attempt").toHaveLength(asked + 2);
    world.first.refuses = () => undefined;
    world.first.kick(CLIENT_ID);
    await world.clock.advance(5_000);
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: [] });
  });

  test("closes over the subscription to our own state: we do without", async () => {
    const world = coreWorld();
    world.first.listen("#");
    const filters: string[] = [];
    world.first.subackCode = (filter) => {
      filters.push(filter);
      if (filter.endsWith("/state/conn")) world.first.kick(CLIENT_ID);
      return undefined;
    };
    world.connection.start();
    await world.clock.advance(MINUTE_MS);
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: ["closedAtOnce"] });
    expect(filters.filter((filter) => filter.endsWith("/state/conn"))).toHaveLength(2);
    expect(world.state()).toBe("ONLINE");
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
  });

  test("closes over ONLINE: we do without states, and the frames get through", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.closesOn = (packet) => typeof packet === "object" && packet.topic.endsWith("/state/conn");
    world.connection.start();
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.connection.connected).toBe(true);
    expect(world.first.connects.at(-1)!.will).toBeUndefined();
    expect(await world.after(100, world.connection.send(carriedOf()))).toBe("taken");
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.connection.status().alarms).toEqual(["closedAtOnce"]);
    const asked = world.first.connects.length;
    await world.clock.advance(60 * MINUTE_MS);
    expect(world.first.connects.length, "after ten minutes it is tried once more, in vain").toBe(asked);
    expect(world.connection.connected).toBe(true);
  });

  test("was only a bad road: what was left out comes back by itself, and the alarm goes", async () => {
    const world = coreWorld();
    world.first.listen("#");
    world.first.closesOn = (packet) => packet === "connect";
    world.connection.start();
    while (world.first.connects.length < 4) await world.clock.advance(10);
    world.first.closesOn = () => false;
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.first.connects.at(-1)!.will, "the states were blamed").toBeUndefined();
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: ["closedAtOnce"] });
    const deliveries: Promise<unknown>[] = [];
    for (let second = 0; second < 25 * 60; second++) {
      if (world.connection.connected) deliveries.push(world.connection.send(carriedOf()));
      await world.clock.advance(1_000);
    }
    expect(new Set(await Promise.all(deliveries))).toEqual(new Set(["taken"]));
    expect(world.first.connects.at(-1)!.will).toBeDefined();
    expect(world.state()).toBe("ONLINE");
    expect(world.connection.status()).toMatchObject({ state: "connected", alarms: [] });
    const asked = world.first.connects.length;
    await world.clock.advance(60 * MINUTE_MS);
    expect(world.first.connects, "and that is that").toHaveLength(asked);
  });
});

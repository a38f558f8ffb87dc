/**
 * Goal: the contract holds against the real broker, with real connections, certificates and access lists.
 * Method: a Mosquitto per test, on a free port; conditions are awaited, not times.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Authority, createAuthority } from "../../authority.ts";
import { type Mosquitto, type MosquittoOptions, startMosquitto } from "../../mosquitto.ts";
import { until } from "../../until.ts";
import { carriedOf, GATEWAY_EUI, JOIN_RXPK, LORA_RXPK } from "./carried.ts";
import { judge } from "./judge.ts";
import { endAll, endings, reader, realCore, road } from "./mosquitto-core.ts";

const GATEWAY = `gateway/${GATEWAY_EUI}`;
const STATE = `${GATEWAY}/state/conn`;
const FILLER_OCTETS = 512 * 1024;

afterEach(endAll);

async function broker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const started = await startMosquitto(options);
  endings.push(started.stop);
  return started;
}

function stateOf(payload: Buffer | undefined): "ONLINE" | "OFFLINE" | undefined {
  if (payload === undefined) return undefined;
  const online = judge.ConnState.deserializeBinary(payload).getState() === judge.ConnState.State.ONLINE;
  return online ? "ONLINE" : "OFFLINE";
}

const connected = (core: ReturnType<typeof realCore>) =>
  until(() => core.connection.connected, `a connection; ${core.connection.status().lastError}`);

const trouble = (core: ReturnType<typeof realCore>) =>
  until(() => core.connection.status().lastError !== undefined, "trouble");

describe.each([5, 4] as const)("MQTT version %s", (mqttVersion) => {
  test("frames, stats, acks, states and commands go their ways", async () => {
    const mosquitto = await broker();
    const lns = await reader(mosquitto, "#");
    const core = realCore({ servers: [mosquitto.url], mqttVersion });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("taken");
    core.connection.sendTxAck({ gatewayEui: GATEWAY_EUI, downlinkId: 5, statuses: ["OK"] });
    await until(() => lns.last(`${GATEWAY}/event/ack`) !== undefined, "the ack");
    const up = judge.UplinkFrame.deserializeBinary(lns.last(`${GATEWAY}/event/up`)!);
    expect(up.getTxInfo()!.getFrequency()).toBe(866_349_812);
    expect(stateOf(lns.last(STATE))).toBe("ONLINE");

    const command = new judge.DownlinkFrame();
    command.setDownlinkId(77);
    command.setGatewayId(GATEWAY_EUI);
    const item = new judge.DownlinkFrameItem();
    const txInfo = new judge.DownlinkTxInfo();
    const modulation = new judge.Modulation();
    modulation.setFsk(new judge.FskModulationInfo());
    txInfo.setModulation(modulation);
    item.setTxInfo(txInfo);
    command.addItems(item);
    lns.client.publish(`${GATEWAY}/command/down`, Buffer.from(command.serializeBinary()), { qos: 1 });
    await until(() => core.seen.commands.length === 1, "the command");
    expect(core.seen.commands[0]!.downlinkId).toBe(77);

    await core.connection.stop();
    await until(() => stateOf(lns.last(STATE)) === "OFFLINE", "OFFLINE");
  });
});

describe("who may come", () => {
  let ours: Authority;
  let foreign: Authority;
  beforeAll(() => {
    ours = createAuthority("ours");
    foreign = createAuthority("foreign");
  });
  afterAll(() => {
    ours.remove();
    foreign.remove();
  });

  function secure(
    server = ours.issue("server"),
    protocol: "mqtt" | "websockets" = "mqtt",
  ): Promise<Mosquitto> {
    return broker({ protocol, tls: { caFile: ours.caFile, ...server, clientCertificates: true } });
  }

  const gateway = () => ours.issue(GATEWAY_EUI);

  test.each(["mqtt", "websockets"] as const)(
    "with a certificate of our authority: %s over TLS",
    async (protocol) => {
      const mosquitto = await secure(ours.issue("server"), protocol);
      const core = realCore({ servers: [mosquitto.url], caFile: ours.caFile, ...gateway() });
      await connected(core);
      expect(await core.connection.send(carriedOf())).toBe("noSubscriber");
    },
  );

  test("websockets without TLS as well", async () => {
    const mosquitto = await broker({ protocol: "websockets" });
    const core = realCore({ servers: [`${mosquitto.url}/mqtt`] });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("noSubscriber");
  });

  test("a broker whose certificate another authority made is not believed", async () => {
    const mosquitto = await secure();
    const core = realCore({ servers: [mosquitto.url], caFile: foreign.caFile, ...gateway() });
    await trouble(core);
    expect(core.connection.status().lastError).toMatch(/^tls: /);
    expect(core.seen.ups).toBe(0);
  });

  test("nor one whose certificate has expired", async () => {
    const mosquitto = await secure(ours.issue("old-server", { expired: true }));
    const core = realCore({ servers: [mosquitto.url], caFile: ours.caFile, ...gateway() });
    await trouble(core);
    expect(core.connection.status().lastError).toMatch(/^tls: .*expired/);
  });

  test.each([
    ["has expired", () => ours.issue("old-gateway", { expired: true })],
    ["is of another authority", () => foreign.issue(GATEWAY_EUI)],
    ["is missing", () => ({})],
  ])(
    "a gateway whose certificate %s stays outside, and says that TLS was the reason",
    async (_what, identity) => {
      const mosquitto = await secure();
      const core = realCore({ servers: [mosquitto.url], caFile: ours.caFile, ...identity() });
      await trouble(core);
      expect(core.connection.status().lastError).toMatch(/^tls: /);
      expect(core.seen.ups).toBe(0);
    },
  );

  test("a key that is none is told as such", async () => {
    const mosquitto = await secure();
    const core = realCore({
      servers: [mosquitto.url],
      caFile: ours.caFile,
      certFile: gateway().certFile,
      keyFile: ours.caFile,
    });
    await trouble(core);
    expect(core.connection.status().lastError).toMatch(/^tls: /);
  });

  test.each([5, 4] as const)(
    "a wrong password is an alarm, a right one a connection, version %s",
    async (mqttVersion) => {
      const directory = mkdtempSync(join(tmpdir(), "password-"));
      endings.push(async () => rmSync(directory, { recursive: true }));
      const passwordFile = join(directory, "password");
      const mosquitto = await broker({ users: { gw: "right" } });
      writeFileSync(passwordFile, "wrong\n");
      const core = realCore({ servers: [mosquitto.url], mqttVersion, username: "gw", passwordFile });
      await trouble(core);
      expect(core.connection.status()).toMatchObject({
        alarms: ["credentialsRefused"],
        lastError: expect.stringMatching(/^credentials: .*Not authorized/i),
      });
      writeFileSync(passwordFile, "right\n");
      await connected(core);
      expect(core.connection.status().alarms).toEqual([]);
    },
  );
});

describe("what a broker's answer is worth", () => {
  /** Everybody may read everything; nobody may publish uplinks. */
  const acl = `topic read #\ntopic write ${STATE}\n`;

  test("MQTT 5: a frame that the access list refuses is not taken, and alarmed", async () => {
    const mosquitto = await broker({ acl });
    await reader(mosquitto, "#");
    const core = realCore({ servers: [mosquitto.url] });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("refused");
    expect(core.connection.status().alarms).toEqual(["uplinkRefused"]);
  });

  test("MQTT 3.1.1: the broker says it has what it threw away, and nobody can know", async () => {
    const mosquitto = await broker({ acl });
    const lns = await reader(mosquitto, "#");
    const core = realCore({ servers: [mosquitto.url], mqttVersion: 4 });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("taken");
    // What is said after the frame comes after it.
    await core.connection.stop();
    await until(() => stateOf(lns.last(STATE)) === "OFFLINE", "OFFLINE");
    expect(lns.messages.map(({ payload }) => stateOf(payload))).toContain("ONLINE");
    expect(lns.last(`${GATEWAY}/event/up`)).toBeUndefined();
  });

  test("MQTT 5: a frame that nobody listens to is not taken; once somebody does, it is", async () => {
    const mosquitto = await broker();
    const core = realCore({ servers: [mosquitto.url] });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("noSubscriber");
    expect(core.connection.status().alarms).toEqual(["noSubscriber"]);
    const lns = await reader(mosquitto, "gateway/+/event/+");
    expect(await core.connection.send(carriedOf())).toBe("taken");
    expect(core.connection.status().alarms).toEqual([]);
    await until(() => lns.messages.length === 1, "the frame");
  });
});

describe("a connection that ends", () => {
  test("a broker killed and restarted mid-traffic: every frame gets its answer, and none is lost", async () => {
    const mosquitto = await broker();
    const lns = await reader(mosquitto, `${GATEWAY}/event/up`);
    const core = realCore({ servers: [mosquitto.url] });
    await connected(core);

    const frames = 400;
    const taken = new Set<number>();
    const outcomes = { taken: 0, closed: 0, noSubscriber: 0, refused: 0 };
    let next = 0;
    let flying = 0;
    const again: number[] = [];
    let isFrozen = false;
    let killed: Promise<void> | undefined;
    while (taken.size < frames) {
      while (
        core.connection.connected &&
        flying < core.connection.slots &&
        (again.length > 0 || next < frames)
      ) {
        const tmst = again.shift() ?? next++;
        flying += 1;
        void core.connection.send(carriedOf({ ...carriedRxpk, tmst })).then((delivery) => {
          flying -= 1;
          outcomes[delivery] += 1;
          if (delivery === "taken") taken.add(tmst);
          else again.push(tmst);
        });
      }
      if (isFrozen && flying > 0) killed ??= mosquitto.restart();
      if (taken.size > 100 && !isFrozen) {
        // What is sent from here on has certainly no answer when it is killed.
        await until(() => flying === 0, "all answers");
        mosquitto.freeze();
        isFrozen = true;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await killed;
    expect(outcomes.closed, "some were in flight").toBeGreaterThan(0);
    expect(core.seen).toMatchObject({ ups: 2, downs: 1 });
    const heard = () =>
      new Set(
        lns.messages.map(({ payload }) =>
          Buffer.from(
            judge.UplinkFrame.deserializeBinary(payload).getRxInfo()!.getContext_asU8(),
          ).readUInt32BE(0),
        ),
      );
    await until(() => heard().size === frames, `${frames} frames at the reader`);
    const fresh = await reader(mosquitto, STATE);
    await until(() => stateOf(fresh.last(STATE)) === "ONLINE", "ONLINE at the restarted broker");
    const subscriptions = () => mosquitto.log().split(`${GATEWAY}/command/down`).length - 1;
    await until(() => subscriptions() >= 2, "subscriptions at both");
  });

  test("a broker that moved is found by the list of servers", async () => {
    const [here, there] = [await broker(), await broker()];
    const core = realCore({ servers: [here.url, there.url] });
    await connected(core);
    await here.kill();
    await until(
      () => core.connection.status().server === there.url && core.connection.connected,
      "the other",
    );
    const lns = await reader(there, STATE);
    await until(() => stateOf(lns.last(STATE)) === "ONLINE", "ONLINE there");
  });

  test("a port where nothing listens, then a name that is none: both unreachable", async () => {
    const dead = realCore({ servers: ["mqtt://127.0.0.1:9"] });
    // Too long a word: the resolver refuses it without asking anybody on a network.
    const unnamed = realCore({ servers: [`mqtt://${"x".repeat(64)}.invalid:1883`] });
    await Promise.all([trouble(dead), trouble(unnamed)]);
    expect(dead.connection.status().lastError).toMatch(/^unreachable: /);
    expect(unnamed.connection.status().lastError).toMatch(/^unreachable: /);
  });

  test("on a road that is cut the broker says OFFLINE for us, and we say ONLINE again", async () => {
    const mosquitto = await broker();
    const lns = await reader(mosquitto, STATE);
    const way = await road(mosquitto.port);
    const core = realCore({ servers: [`mqtt://127.0.0.1:${way.port}`] });
    const states = () => lns.messages.map(({ payload }) => stateOf(payload));
    await until(() => states().includes("ONLINE"), "ONLINE");
    way.cut();
    await until(() => states().includes("OFFLINE"), "the will");
    await until(() => states().at(-1) === "ONLINE", "ONLINE again");
    expect(core.seen).toMatchObject({ ups: 2, downs: 1 });
    expect(core.connection.status().lastError).toBeUndefined();
  });

  test("a join that outlives its time on a dark road gives the connection up, and never arrives", async () => {
    const mosquitto = await broker();
    const lns = await reader(mosquitto, "#");
    const way = await road(mosquitto.port);
    const core = realCore({ servers: [`mqtt://127.0.0.1:${way.port}`], pubackTimeoutMs: 60_000 });
    await connected(core);
    expect(await core.connection.send(carriedOf())).toBe("taken");
    const ups = () => lns.messages.filter(({ topic }) => topic === `${GATEWAY}/event/up`);
    await until(() => ups().length === 1, "the frame before");

    way.darken();
    // More than the relay's kernel takes from ours.
    void core.connection.publishOwn!({
      name: "filler",
      payload: Buffer.alloc(FILLER_OCTETS),
      retain: false,
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const join = core.connection.send(carriedOf(JOIN_RXPK, { expiresInMs: 300 }));
    expect(await join).toBe("closed");
    way.lighten();
    await until(() => core.seen.ups === 2, "another connection");
    expect(await core.connection.send(carriedOf())).toBe("taken");
    await until(() => lns.messages.some(({ payload }) => stateOf(payload) === "OFFLINE"), "the will");
    await until(() => ups().length > 1, "the frame after");
    const phys = ups()
      .slice(1)
      .map(({ payload }) => judge.UplinkFrame.deserializeBinary(payload).getPhyPayload_asB64());
    expect(phys).toEqual([LORA_RXPK.data]);
  });

  test("another client with our id throws us out; we come back, and what was in flight is reported", async () => {
    const mosquitto = await broker();
    const core = realCore({ servers: [mosquitto.url] });
    await connected(core);
    mosquitto.freeze();
    const sent = core.connection.send(carriedOf());
    const clientId = `edge-agent-${GATEWAY_EUI}-main`;
    // We may come back before it has subscribed: then that fails.
    void reader(mosquitto, "other", { clientId, reconnectPeriod: 0 }).catch(() => undefined);
    mosquitto.thaw();
    expect(["closed", "noSubscriber"]).toContain(await sent);
    await until(() => core.seen.downs === 1, "the defeat");
    await until(() => core.seen.ups === 2, "the return");
  });

  test("stopped on a frozen broker, it is stopped within a second", async () => {
    const mosquitto = await broker();
    const core = realCore({ servers: [mosquitto.url] });
    await connected(core);
    mosquitto.freeze();
    const sent = core.connection.send(carriedOf());
    // A machine that stands still meanwhile stops them both.
    let tenths = 0;
    const counting = setInterval(() => {
      tenths += 1;
    }, 100);
    await core.connection.stop();
    clearInterval(counting);
    expect(tenths).toBeLessThan(10);
    expect(await sent).toBe("closed");
  });
});

const carriedRxpk = JSON.parse(carriedOf().heard.frame.rxpkText);

import { describe, expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { readDownward, writePullData, writePushData } from "../../../agent/lorawan/gwmp.ts";
import { createSouth } from "../../../agent/south/listener.ts";
import {
  EVICTED_AFTER_MS,
  EVICTION_EVERY_MS,
  PULL_PERIOD_DEFAULT_MS,
} from "../../../agent/south/sessions.ts";
import { EUI, Notes, openRig, pushOf, type Rig, rxpkOf } from "./south-rig.ts";

const OTHER = "0000000000000002";
const TXPK = '{"txpk":{"imme":true}}';

/** PULL_DATA every `everyMs`, so often. */
async function pullEvery(rig: Rig, everyMs: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await rig.pull();
    await rig.clock.advance(everyMs);
  }
}

describe("PULL_DATA", () => {
  test("is acknowledged at once, in its version and with its token", async () => {
    const rig = await openRig();
    await rig.pull(rig.down, 2, [1, 2]);
    await rig.pull(rig.down, 1, [3, 4]);
    expect(rig.down.received).toEqual(["02010204", "01030404"]);
  });

  test("makes a gateway known, once, before anything of it is kept", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf()));
    await rig.pull();
    expect(rig.gateways).toEqual([EUI]);
    expect(rig.south.gateways()).toEqual([EUI]);
  });
});

describe("PULL_RESP", () => {
  test("goes to where the newest PULL_DATA came from, never to the PUSH_DATA's source", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf()));
    expect(rig.south.sendPullResp(EUI, 1, TXPK)).toBe(false);
    await rig.pull();
    const moved = await rig.open(50_003);
    await rig.pull(moved);
    rig.down.received.length = 0;
    moved.received.length = 0;
    expect(rig.south.sendPullResp(EUI, 0xbeef, TXPK)).toBe(true);
    await rig.clock.advance(0);
    expect(rig.down.received).toEqual([]);
    expect(moved.received).toHaveLength(1);
    expect(readDownward(Buffer.from(moved.received[0]!, "hex"))).toEqual({
      ok: true,
      value: { kind: "pullResp", version: 2, token: [0xbe, 0xef], body: TXPK },
    });
  });

  test("carries no token to a forwarder of protocol 1, which has no TX_ACK", async () => {
    const rig = await openRig();
    await rig.pull(rig.down, 1);
    expect(rig.south.hasTxAck(EUI)).toBe(false);
    rig.south.sendPullResp(EUI, 0xbeef, TXPK);
    await rig.clock.advance(0);
    expect(rig.down.received.at(-1)).toBe(`01000003${Buffer.from(TXPK).toString("hex")}`);
    await rig.pull(rig.down, 2);
    expect(rig.south.hasTxAck(EUI)).toBe(true);
  });

  test("is not sent to a forwarder that has fallen silent, nor to one never heard", async () => {
    const rig = await openRig();
    await pullEvery(rig, 5_000, 6);
    await rig.clock.advance(10_000);
    expect(rig.south.sendPullResp(EUI, 1, TXPK)).toBe(false);
    expect(rig.south.sendPullResp(OTHER, 1, TXPK)).toBe(false);
  });

  test("its TX_ACK comes back with the number it was sent with", async () => {
    const rig = await openRig();
    await rig.pull();
    rig.south.sendPullResp(EUI, 0x1234, TXPK);
    await rig.txAck("", [0x12, 0x34]);
    await rig.txAck("\0", [0x12, 0x34]);
    await rig.txAck('{"txpk_ack":{"error":"TOO_LATE"}}', [0xff, 0xff]);
    expect(rig.txAcks).toEqual([
      { gatewayEui: EUI, token: 0x1234, text: "" },
      { gatewayEui: EUI, token: 0x1234, text: "" },
      { gatewayEui: EUI, token: 0xffff, text: '{"txpk_ack":{"error":"TOO_LATE"}}' },
    ]);
  });
});

describe("who may speak", () => {
  test("only pinned EUIs, when there are any; others get silence and are counted", async () => {
    const rig = await openRig({ forwarder: { acceptEui: [EUI.toUpperCase()] } });
    await rig.pull();
    await rig.pull(rig.down, 2, [1, 1], OTHER);
    await rig.push(pushOf(rxpkOf()), [1, 1], OTHER);
    expect(rig.down.received).toEqual(["02aabb04"]);
    expect(rig.up.received).toEqual([]);
    expect(rig.keeper.kept).toEqual([]);
    expect(rig.gateways).toEqual([EUI]);
    expect(rig.counters.get("gatewayRefused", "notAccepted")).toBe(2);
  });

  test("as many as the settings say, when none is pinned", async () => {
    const rig = await openRig({ forwarder: { gatewaysMax: 2 } });
    for (const eui of [EUI, OTHER, "0000000000000003", EUI]) await rig.pull(rig.down, 2, [1, 1], eui);
    expect(rig.down.received).toHaveLength(3);
    expect(rig.south.gateways()).toEqual([EUI, OTHER]);
    expect(rig.counters.get("gatewayRefused", "tooMany")).toBe(1);
  });

  describe("where every place is taken", () => {
    const NEW = "0000000000000003";
    const pull = (rig: Rig, eui: string) => rig.pull(rig.down, 2, [1, 1], eui);

    test("the longest silent gives its place to a new one, not before its time", async () => {
      const rig = await openRig({ forwarder: { gatewaysMax: 2 } });
      await pull(rig, EUI);
      await rig.clock.advance(1_000);
      await pull(rig, OTHER);
      await rig.clock.advance(EVICTED_AFTER_MS - 1_001);
      await pull(rig, NEW);
      expect(rig.south.gateways(), "a moment too early").toEqual([EUI, OTHER]);
      await rig.clock.advance(EVICTION_EVERY_MS);
      await pull(rig, NEW);
      expect(rig.south.gateways()).toEqual([OTHER, NEW]);
      expect(rig.gone).toEqual([EUI]);
      expect(rig.counters.get("gatewayEvicted")).toBe(1);
      expect(rig.south.status().map(({ alive }) => alive)).toEqual([false, true]);
    });

    test("nobody who speaks, and nobody whose frames wait, gives it", async () => {
      const rig = await openRig({ forwarder: { gatewaysMax: 2 } });
      for (const eui of [EUI, OTHER]) await pull(rig, eui);
      rig.waiting.push(EUI);
      for (let minute = 0; minute < 30; minute++) {
        await pull(rig, OTHER);
        await rig.clock.advance(60_000);
      }
      await pull(rig, NEW);
      expect(rig.south.gateways()).toEqual([EUI, OTHER]);
      rig.waiting.length = 0;
      await rig.clock.advance(EVICTION_EVERY_MS);
      await pull(rig, NEW);
      expect(rig.south.gateways()).toEqual([OTHER, NEW]);
    });

    test("a flood of new ones is looked at once in ten seconds", async () => {
      const rig = await openRig({ forwarder: { gatewaysMax: 4 } });
      for (const eui of [EUI, OTHER, "00000000000000a1", "00000000000000a2"]) await pull(rig, eui);
      await rig.clock.advance(EVICTED_AFTER_MS);
      for (let number = 0; number < 100; number++)
        await pull(rig, `00000000000001${(number + 16).toString(16)}`);
      expect(rig.gone).toEqual([EUI]);
      await rig.clock.advance(EVICTION_EVERY_MS);
      await pull(rig, NEW);
      expect(rig.gone).toEqual([EUI, OTHER]);
    });

    test("who gave it away leaves no note behind, and begins anew when it comes back", async () => {
      const rig = await openRig({ forwarder: { gatewaysMax: 1 } });
      await rig.push(pushOf(rxpkOf()));
      expect(rig.notes.get(`concentrator/${EUI}/0`)).toBeDefined();
      rig.keeper.settleAll();
      await rig.clock.advance(EVICTED_AFTER_MS);
      await pull(rig, NEW);
      expect(rig.notes.get(`concentrator/${EUI}/0`)).toBeUndefined();
      await rig.clock.advance(EVICTED_AFTER_MS);
      await pull(rig, EUI);
      expect(rig.south.gateways()).toEqual([EUI]);
    });
  });

  test("what a reload of the settings says", async () => {
    const rig = await openRig();
    await rig.pull();
    rig.settings.forwarder.acceptEui = [OTHER];
    expect(rig.south.reconfigure()).toEqual([EUI]);
    await rig.pull();
    await rig.pull(rig.down, 2, [1, 1], OTHER);
    expect(rig.down.received).toEqual(["02aabb04", "02010104"]);
  });

  test("frames are filtered by what a reload says", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf()));
    rig.settings.filter.devAddrPrefixes = ["01000000/8"];
    rig.south.reconfigure();
    await rig.push(pushOf(rxpkOf()));
    expect(rig.keeper.kept).toHaveLength(1);
    expect(rig.counters.get("frameRefused", "netId")).toBe(1);
  });

  test("not what is no GWMP", async () => {
    const rig = await openRig();
    for (const hex of ["", "02", "03010304", "0000000000000000000000007b7d", `02010109${EUI}`]) {
      await rig.send(rig.up, Buffer.from(hex, "hex"));
    }
    expect(rig.up.received).toEqual([]);
    expect(rig.south.gateways()).toEqual([]);
    expect(rig.counters.snapshot().datagramRefused).toEqual({ tooShort: 3, wrongVersion: 1, unknownKind: 1 });
  });
});

describe("a forwarder lives", () => {
  test("while its last PULL_DATA is younger than three of its own periods", async () => {
    const rig = await openRig();
    expect(rig.south.isAlive(EUI)).toBe(false);
    await pullEvery(rig, 60_000, 7);
    // The last was 60 s ago; its period is a minute.
    await rig.clock.advance(119_000);
    expect(rig.south.isAlive(EUI)).toBe(true);
    await rig.clock.advance(2_000);
    expect(rig.south.isAlive(EUI)).toBe(false);
    await rig.pull();
    expect(rig.south.isAlive(EUI)).toBe(true);
  });

  test("three default periods long after its first PULL_DATA", async () => {
    const rig = await openRig();
    await rig.pull();
    await rig.clock.advance(3 * PULL_PERIOD_DEFAULT_MS - 1);
    expect(rig.south.isAlive(EUI)).toBe(true);
    await rig.clock.advance(1);
    expect(rig.south.isAlive(EUI)).toBe(false);
  });

  test("not by its PUSH_DATA alone", async () => {
    const rig = await openRig();
    await rig.push('{"stat":{}}');
    expect(rig.south.isAlive(EUI)).toBe(false);
  });

  test("a lost PULL_DATA or an absence does not stretch its period", async () => {
    const rig = await openRig();
    await pullEvery(rig, 5_000, 6);
    await rig.clock.advance(5_000);
    await pullEvery(rig, 5_000, 1);
    expect(rig.south.status()[0]!.pullPeriodMs).toBe(5_000);
    await rig.clock.advance(3_600_000);
    await pullEvery(rig, 5_000, 1);
    expect(rig.south.status()[0]!.pullPeriodMs).toBe(5_000);
  });
});

test("an absence after the first PULL_DATAs is no period", async () => {
  const rig = await openRig();
  await pullEvery(rig, 5_000, 1);
  await pullEvery(rig, 3_600_000, 1);
  await rig.pull();
  expect(rig.south.status()[0]!.pullPeriodMs).toBe(5_000);
});

describe("the status", () => {
  test("tells each forwarder's figures", async () => {
    const rig = await openRig();
    await rig.pull();
    await rig.clock.advance(1_000);
    await rig.push(pushOf(rxpkOf(), rxpkOf({ stat: -1 }), rxpkOf({ stat: 0 }), '{"tmst":?}'));
    await rig.push('{"rxpk":[{"tmst"');
    await rig.clock.advance(500);
    await rig.push('{"stat":{"rxnb":9,"rxok":1,"temp":41.5}}');
    await rig.txAck("");
    const [status] = rig.south.status();
    expect(status).toMatchObject({
      gatewayEui: EUI,
      alive: true,
      version: 2,
      pullSource: { host: "127.0.0.1", port: 50_002 },
      pullDataAgeMs: 1_500,
      pushDataAgeMs: 0,
      statAgeMs: 0,
      stat: { rxReceived: 9, rxOk: 1, temperatureC: 41.5 },
      datagrams: { pushData: 3, pullData: 1, txAck: 1 },
      rxpk: { ok: 1, bad: 1, none: 1, unreadable: 1 },
      brokenBodies: 1,
      acksWaiting: 1,
      acksWithheld: 0,
    });
    rig.keeper.settleAll();
    expect(rig.south.status()[0]!.acksWaiting).toBe(0);
    expect(rig.counters.get("frameRefused", "crcBad")).toBe(1);
    expect(rig.counters.get("frameRefused", "crcNone")).toBe(1);
    expect(rig.counters.get("rxpkUnreadable", "badJson")).toBe(1);
  });

  test("statistics are taken once, and count a forwarder's repeats once", async () => {
    const rig = await openRig();
    const json = pushOf(rxpkOf(), rxpkOf({ freq: 868.3, stat: -1 }));
    await rig.push(json);
    const repeated = pushOf(rxpkOf({ freq: 868.5 }));
    await rig.push(repeated);
    await rig.push(repeated);
    await rig.push('{"stat":{"rxnb":10,"rxok":4,"lati":46.24,"long":3.25,"alti":145}}');
    const taken = rig.south.takeRxStatistics(EUI)!;
    expect(taken).toMatchObject({ rxReceived: 10, rxReceivedOk: 4 });
    expect([...taken.rxPerFrequencyHz]).toEqual([
      [868_100_000, 1],
      [868_300_000, 1],
      [868_500_000, 1],
    ]);
    expect(taken.location).toEqual({ latitudeDeg: 46.24, longitudeDeg: 3.25, altitudeM: 145 });
    expect(rig.south.takeRxStatistics(EUI)).toMatchObject({ rxReceived: 0, rxReceivedOk: 0 });
    expect(rig.south.takeRxStatistics(OTHER)).toBeUndefined();
  });
});

describe("the concentrator's session", () => {
  test("rises when the forwarder comes back from another port with a young counter", async () => {
    const rig = await openRig();
    await rig.pull();
    await rig.push(pushOf(rxpkOf({ tmst: 3_000_000_000 })));
    await rig.clock.advance(10_000);
    await rig.push(pushOf(rxpkOf({ tmst: 3_010_000_000 })));
    expect(rig.south.currentSession(EUI, 0)).toBe(1);
    await rig.clock.advance(20_000);
    await rig.pull(await rig.open(50_009));
    await rig.clock.advance(3_000);
    await rig.push(pushOf(rxpkOf({ tmst: 5_500_000 })));
    expect(rig.south.currentSession(EUI, 0)).toBe(2);
    expect(rig.keeper.kept.at(-1)!.draft).toMatchObject({ concentratorSession: 2, ageAtArrivalMs: 0 });
  });

  test("goes on over a restart of the agent alone, and the forwarder's store is known for what it is", async () => {
    const notes = new Notes();
    const before = await openRig({ notes });
    await before.push(pushOf(rxpkOf({ tmst: 1_000_000_000 })));
    await before.clock.advance(60_000);
    await before.push(pushOf(rxpkOf({ tmst: 1_060_000_000 })));
    await before.south.close();

    await before.clock.advance(300_000);
    const after = await openRig({ notes, clock: before.clock });
    await after.push(pushOf(rxpkOf({ tmst: 1_120_000_000 }), rxpkOf({ tmst: 1_240_000_000 })));
    const drafts = after.keeper.kept.map(({ draft }) => draft);
    expect(drafts.map(({ concentratorSession }) => concentratorSession)).toEqual([1, 1]);
    expect(drafts.map(({ ageAtArrivalMs }) => Math.round(ageAtArrivalMs / 1e3))).toEqual([240, 120]);
  });

  test("is another after a restart of the agent where the concentrator restarted too", async () => {
    const notes = new Notes();
    const before = await openRig({ notes });
    await before.push(pushOf(rxpkOf({ tmst: 1_000_000_000 })));
    await before.clock.advance(60_000);
    await before.push(pushOf(rxpkOf({ tmst: 1_060_000_000 })));
    await before.south.close();

    await before.clock.advance(30_000);
    const after = await openRig({ notes, clock: before.clock });
    await after.clock.advance(2_000);
    await after.push(pushOf(rxpkOf({ tmst: 12_000_000 })));
    expect(after.keeper.kept[0]!.draft).toMatchObject({ concentratorSession: 2, ageAtArrivalMs: 0 });
  });

  test("notes little: at a session's start, when it is proven, and on close", async () => {
    const rig = await openRig();
    for (let i = 0; i < 100; i++) {
      await rig.push(pushOf(rxpkOf({ tmst: 1_000_000_000 + i * 10_000_000 })));
      await rig.clock.advance(10_000);
    }
    expect(rig.notes.writes).toBe(2);
    await rig.south.close();
    expect(rig.notes.writes).toBe(3);
  });
});

test("a taken address is said as such", async () => {
  const rig = await openRig();
  const settings = { ...rig.settings, forwarder: { ...rig.settings.forwarder, listen: rig.south.address } };
  await expect(
    createSouth({
      udp: rig.udp,
      clock: rig.clock,
      rng: { stream: () => ({ unit: () => 0, below: () => 0 }) },
      log: { debug() {}, info() {}, warn() {}, error() {}, child: () => ({}) as never },
      counters: rig.counters,
      settings: () => settings,
      notes: rig.notes,
      clockState: { state: () => "gps", heardGps: () => undefined },
      keeper: rig.keeper,
      onGateway: () => undefined,
      mayLeave: () => true,
      onGatewayGone: () => undefined,
      onTxAck: () => undefined,
      onStat: () => undefined,
    }),
  ).rejects.toThrow(AgentError);
});

test("after close nothing is heard or sent, and no timer is left", async () => {
  const rig = await openRig();
  await rig.push(pushOf(rxpkOf()));
  await rig.south.close();
  rig.keeper.settleAll();
  rig.up.socket.send(writePushData(2, [1, 1], EUI, pushOf(rxpkOf())), rig.south.address);
  rig.down.socket.send(writePullData(2, [1, 1], EUI), rig.south.address);
  await rig.clock.advance(0);
  expect(rig.up.received).toEqual([]);
  expect(rig.down.received).toEqual([]);
  expect(rig.keeper.kept).toHaveLength(1);
  expect(rig.clock.pendingTimers).toBe(0);
});

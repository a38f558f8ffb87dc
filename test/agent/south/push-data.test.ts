import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writePushData } from "../../../agent/lorawan/gwmp.ts";
import { REPEATS_WAITING_MAX } from "../../../agent/south/push-data.ts";
import gwmp from "../../vectors/gwmp.json" with { type: "json" };
import { EUI, openRig, PUSH_ACK, phyOf, pushOf, rxpkOf } from "./south-rig.ts";

const STAT =
  '{"stat":{"time":"2026-01-01 00:00:00 GMT","rxnb":2,"rxok":2,"rxfw":2,"ackr":null,"dwnb":0,"txnb":0}}';

describe("a PUSH_ACK promises custody", () => {
  test("it waits until the frame has custody, however late", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf()));
    await rig.clock.advance(5_000);
    expect(rig.keeper.kept).toHaveLength(1);
    expect(rig.up.received).toEqual([]);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([PUSH_ACK]);
    expect(rig.south.status()[0]!.ackLatency.longestMs).toBeGreaterThanOrEqual(5_000);
  });

  test("it waits for every frame of the datagram", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf(), rxpkOf(), rxpkOf()));
    for (const { sequence } of rig.keeper.kept) {
      expect(rig.up.received).toEqual([]);
      rig.keeper.settle(sequence, "held");
      await rig.clock.advance(0);
    }
    expect(rig.up.received).toEqual([PUSH_ACK]);
  });

  test("it never comes when a frame was given up, and the frame's repeat is a new frame", async () => {
    const rig = await openRig();
    const json = pushOf(rxpkOf(), rxpkOf());
    await rig.push(json);
    rig.keeper.settle(1, "givenUp");
    rig.keeper.settle(2, "held");
    await rig.clock.advance(60_000);
    expect(rig.up.received).toEqual([]);
    expect(rig.south.status()[0]).toMatchObject({ acksWithheld: 1, acksWaiting: 0 });

    await rig.push(json, [9, 9]);
    expect(rig.keeper.kept.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(rig.keeper.kept[2]!.draft.rxpkText).toBe(rig.keeper.kept[0]!.draft.rxpkText);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual(["02090901"]);
  });

  test("a repeat is not kept again, and is acknowledged with the frame it repeats", async () => {
    const rig = await openRig();
    const json = pushOf(rxpkOf());
    await rig.push(json, [1, 1]);
    await rig.push(json, [2, 2]);
    await rig.push(json, [3, 3]);
    expect(rig.keeper.kept).toHaveLength(1);
    expect(rig.up.received).toEqual([]);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual(["02010101", "02020201", "02030301"]);

    await rig.push(json, [4, 4]);
    expect(rig.up.received).toContain("02040401");
    expect(rig.keeper.kept).toHaveLength(1);
    expect(rig.counters.get("frameRepeated")).toBe(3);
  });

  test("a repeat of a frame that is given up meanwhile is not acknowledged either", async () => {
    const rig = await openRig();
    const json = pushOf(rxpkOf());
    await rig.push(json, [1, 1]);
    await rig.push(json, [2, 2]);
    rig.keeper.settleAll("givenUp");
    await rig.clock.advance(60_000);
    expect(rig.up.received).toEqual([]);
    await rig.push(json, [3, 3]);
    expect(rig.keeper.kept).toHaveLength(2);
  });

  test("a repeat with a new frame beside it waits for both", async () => {
    const rig = await openRig();
    const known = rxpkOf();
    await rig.push(pushOf(known), [1, 1]);
    await rig.push(pushOf(known, rxpkOf()), [2, 2]);
    rig.keeper.settle(2, "held");
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([]);
    rig.keeper.settle(1, "held");
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual(["02010101", "02020201"]);
  });

  test("a forwarder that repeats for ever is waited for a bounded number of times, and never lied to", async () => {
    const rig = await openRig();
    const json = pushOf(rxpkOf());
    await rig.push(json, [1, 1]);
    const repeat = writePushData(2, [2, 2], EUI, json);
    for (let i = 0; i < REPEATS_WAITING_MAX + 10; i++) rig.up.socket.send(repeat, rig.south.address);
    await rig.clock.advance(0);
    expect(rig.keeper.waiting).toBe(REPEATS_WAITING_MAX + 1);
    expect(rig.counters.get("repeatNotAwaited")).toBe(10);
    expect(rig.up.received).toEqual([]);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toHaveLength(REPEATS_WAITING_MAX + 1);
    await rig.push(json, [5, 5]);
    expect(rig.up.received.at(-1)).toBe("02050501");
  });

  test.each([
    ["only stat", STAT],
    ["stat with a null ackr", gwmp.datagrams.find(({ id }) => id === "helium-stat-null-ackr")!.hex],
    ["no JSON at all", ""],
    ["an empty object", "{}"],
    ["malformed JSON", '{"rxpk":[{"tmst":1,'],
    ["no JSON object", "Hello"],
    ["a broken rxpk alone", '{"rxpk":[{"tmst":1,"stat":?}]}'],
    ["a bad CRC", pushOf(rxpkOf({ stat: -1 }))],
    ["no LoRaWAN frame", pushOf(rxpkOf({ data: "AQID" }))],
    ["a downlink overheard", pushOf(rxpkOf({ data: "YDQSASYAAAABAAAAAAAAAA==" }))],
    ["no payload", pushOf(rxpkOf({ data: "" }))],
  ])("nothing to keep is acknowledged at once: %s", async (_what, content) => {
    const rig = await openRig();
    const isWhole = /^02[0-9a-f]+$/.test(content);
    if (isWhole) await rig.send(rig.up, Buffer.from(content, "hex"));
    else await rig.push(content);
    expect(rig.keeper.kept).toEqual([]);
    expect(rig.up.received).toHaveLength(1);
  });

  test("two datagrams with one token are two datagrams", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf()));
    await rig.push(pushOf(rxpkOf()));
    rig.keeper.settle(2, "held");
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([PUSH_ACK]);
    rig.keeper.settle(1, "held");
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([PUSH_ACK, PUSH_ACK]);
  });

  test("the answer goes to where the datagram came from, in its version", async () => {
    const rig = await openRig();
    await rig.pull();
    await rig.send(rig.up, writePushData(1, [7, 8], EUI, pushOf(rxpkOf())));
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual(["01070801"]);
    expect(rig.down.received).toEqual(["02aabb04"]);
  });
});

describe("what peers stumbled over", () => {
  const fsk = rxpkOf({ modu: "FSK", datr: 50_000, codr: undefined, lsnr: undefined });
  test.each([
    ["FSK beside LoRa", [fsk, rxpkOf()], 2],
    ["codr OFF", [rxpkOf({ codr: "OFF" })], 1],
    ["no codr", [rxpkOf({ codr: undefined })], 1],
    ["a float rssi", [rxpkOf({ rssi: -61.5 })], 1],
    [
      "jver 2 with rsig only",
      [rxpkOf({ jver: 2, chan: undefined, rssi: undefined, rsig: [{ ant: 0, lsnr: 1, rssic: -46 }] })],
      1,
    ],
    ["broken JSON beside a good rxpk", ['{"tmst":1,"stat":?}', rxpkOf()], 1],
    ["a good rxpk before a broken one", [rxpkOf(), '{"tmst":1,"data":"}'], 1],
    ["an unknown datr beside a good rxpk", [rxpkOf({ datr: "SF99BW1" }), rxpkOf()], 1],
    ["no object beside a good rxpk", ["null", "7", rxpkOf()], 1],
    ["unpadded base64", [rxpkOf({ data: phyOf(77).replaceAll("=", "") })], 1],
  ])("%s costs no good frame", async (_what, rxpks, good) => {
    const rig = await openRig();
    await rig.push(pushOf(...rxpks));
    expect(rig.keeper.kept).toHaveLength(good);
    expect(rig.up.received).toEqual([]);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([PUSH_ACK]);
  });

  test("trailing NUL and blanks are no part of the JSON", async () => {
    const rig = await openRig();
    await rig.push(Buffer.from(`${pushOf(rxpkOf())}\n\0`));
    expect(rig.keeper.kept).toHaveLength(1);
    expect(rig.south.status()[0]!.brokenBodies).toBe(0);
  });

  test.each([20_000, 65_507 - 12])("a PUSH_DATA of %i octets of JSON loses nothing", async (octets) => {
    const rig = await openRig();
    const rxpks: string[] = [];
    while (pushOf(...rxpks, rxpkOf()).length <= octets) rxpks.push(rxpkOf());
    const json = pushOf(...rxpks).padEnd(octets, " ");
    await rig.push(json);
    expect(json.length).toBe(octets);
    expect(rig.keeper.kept.map(({ draft }) => draft.rxpkText)).toEqual(rxpks);
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received).toEqual([PUSH_ACK]);
  });

  test("every vector that is a PUSH_DATA is answered, its readable frames kept first", async () => {
    for (const { hex, expected } of gwmp.datagrams) {
      if (expected.type !== "PUSH_DATA" || !("gatewayEui" in expected)) continue;
      const rig = await openRig({ filter: { crc: ["ok", "bad", "none"], lorawanOnly: false } });
      await rig.send(rig.up, Buffer.from(hex, "hex"));
      const json = "json" in expected ? (expected.json as { rxpk?: unknown[] }) : {};
      expect(rig.keeper.kept.length, hex).toBe(json.rxpk?.length ?? 0);
      rig.keeper.settleAll();
      await rig.clock.advance(0);
      expect(rig.up.received).toEqual([`${hex.slice(0, 6)}01`]);
    }
  });
});

describe("what is kept", () => {
  test("is the frame's own text, its arrival, age and session", async () => {
    const rig = await openRig();
    const text = rxpkOf();
    await rig.push(pushOf(text));
    expect(rig.keeper.kept[0]!.draft).toEqual({
      gatewayEui: EUI,
      rxpkText: text,
      arrivedWallMs: rig.clock.wallMs(),
      arrivedMonotonicMs: rig.clock.monotonicMs(),
      kernelBootId: rig.clock.kernelBootId(),
      ageAtArrivalMs: 0,
      concentratorSession: 1,
      clockState: "unsynchronised",
      delayed: false,
      repetition: false,
    });
    expect(rig.keeper.kept[0]!.phy).toMatchObject({ kind: "data", devAddr: "26011234" });
  });

  test("an old frame of the forwarder's store carries its age, marked or not", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf({ tmst: 1_000_000_000 })));
    await rig.clock.advance(600_000);
    await rig.push(pushOf(rxpkOf({ tmst: 1_600_000_000 })));
    await rig.push(pushOf(rxpkOf({ tmst: 1_300_000_000 }), rxpkOf({ tmst: 1_400_000_000, delayed: true })));
    const [, , unmarked, marked] = rig.keeper.kept.map(({ draft }) => draft);
    expect(unmarked).toMatchObject({ delayed: false });
    expect(unmarked!.ageAtArrivalMs / 1e3).toBeCloseTo(300, 0);
    expect(marked).toMatchObject({ delayed: true });
    expect(marked!.ageAtArrivalMs / 1e3).toBeCloseTo(200, 0);
  });

  test("two boards have two clocks", async () => {
    const rig = await openRig();
    await rig.push(pushOf(rxpkOf({ tmst: 1_000_000_000, brd: 0 }), rxpkOf({ tmst: 7_000_000, brd: 1 })));
    await rig.clock.advance(60_000);
    await rig.push(pushOf(rxpkOf({ tmst: 1_060_000_000, brd: 0 }), rxpkOf({ tmst: 37_000_000, brd: 1 })));
    const ages = rig.keeper.kept.map(({ draft }) => Math.round(draft.ageAtArrivalMs / 1e3));
    expect(ages).toEqual([0, 0, 0, 30]);
    expect(rig.south.currentSession(EUI, 1)).toBe(1);
    expect(rig.south.currentSession(EUI, 2)).toBeUndefined();
  });

  test("a live tmms is laid beside the wall clock, an old one is not", async () => {
    const rig = await openRig();
    const tmms = (utcMs: number): number => utcMs - Date.UTC(1980, 0, 6) + 18_000;
    const at = (sinceMs: number) => 1_000_000_000 + sinceMs * 1e3;
    await rig.push(pushOf(rxpkOf({ tmst: at(0) })));
    await rig.clock.advance(60_000);
    const wallMs = rig.clock.wallMs();
    await rig.push(pushOf(rxpkOf({ tmst: at(60_000), tmms: tmms(wallMs - 7_000) })));
    expect(rig.gpsHeard).toEqual([{ utcMs: wallMs - 7_000, wallMs }]);
    await rig.push(pushOf(rxpkOf({ tmst: at(30_000), tmms: tmms(wallMs - 37_000) })));
    expect(rig.gpsHeard).toHaveLength(1);
    rig.clockState = "synchronised";
    await rig.push(pushOf(rxpkOf({ tmst: at(20_000), tmms: tmms(wallMs - 40_000) })));
    expect(rig.keeper.kept.at(-1)!.draft.ageAtArrivalMs / 1e3).toBeCloseTo(40, 0);
    expect(rig.gpsHeard).toHaveLength(1);
  });

  test("a tmms is laid beside the wall clock as it was when the frame was heard", async () => {
    const rig = await openRig();
    for (const s of [0, 10, 20]) {
      await rig.push(pushOf(rxpkOf({ tmst: 1_000_000_000 + s * 1_000_000 })));
      await rig.clock.advance(10_000);
    }
    // Heard at 30 s, arrived 600 ms later.
    await rig.clock.advance(600);
    const tmms = rig.clock.wallMs() - 600 - Date.UTC(1980, 0, 6) + 18_000;
    await rig.push(pushOf(rxpkOf({ tmst: 1_030_000_000, tmms })));
    const [{ utcMs, wallMs }] = rig.gpsHeard as [(typeof rig.gpsHeard)[0]];
    expect(utcMs).toBe(rig.clock.wallMs() - 600);
    expect(wallMs).toBeCloseTo(utcMs, -1);
  });
});

describe("whatever arrives", () => {
  /** Checks the promises after each datagram, and again when all has custody. */
  async function expectPromisesKept(datagrams: readonly Uint8Array[]): Promise<void> {
    const rig = await openRig({ filter: { crc: ["ok", "bad", "none"], lorawanOnly: false } });
    for (const bytes of datagrams) {
      const before = { kept: rig.keeper.kept.length, acks: rig.up.received.length };
      await rig.send(rig.up, bytes);
      const keptMore = rig.keeper.kept.length > before.kept;
      if (keptMore) expect(rig.up.received.length, "acknowledged without custody").toBe(before.acks);
    }
    const owed = rig.south.status().reduce((sum, { acksWaiting }) => sum + acksWaiting, 0);
    const sent = rig.up.received.length;
    rig.keeper.settleAll();
    await rig.clock.advance(0);
    expect(rig.up.received.length).toBe(sent + owed);
    await rig.south.close();
  }

  test("arbitrary datagrams neither crash nor are acknowledged without custody", async () => {
    const header = fc
      .tuple(
        fc.constantFrom(0, 1, 2, 3),
        fc.uint8Array({ minLength: 2, maxLength: 2 }),
        fc.constantFrom(0, 2, 5, 9),
      )
      .map(([version, token, kind]) =>
        Buffer.concat([Buffer.from([version, ...token, kind]), Buffer.from(EUI, "hex")]),
      );
    const framed = fc
      .tuple(
        header,
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((json) => Buffer.from(json)),
        ),
      )
      .map((parts) => Buffer.concat(parts));
    const datagram = fc.oneof(fc.uint8Array({ maxLength: 400 }), framed);
    await fc.assert(fc.asyncProperty(fc.array(datagram, { maxLength: 8 }), expectPromisesKept), {
      numRuns: 150,
    });
  });

  test("mutated datagrams neither crash nor are acknowledged without custody", async () => {
    const sound = fc.constantFrom(
      ...gwmp.datagrams.map(({ hex }) => Buffer.from(hex, "hex")),
      writePushData(2, [1, 2], EUI, pushOf(rxpkOf(), rxpkOf(), rxpkOf())),
    );
    const mutation = fc.record({ at: fc.nat(), octet: fc.nat(255), cut: fc.boolean() });
    const mutated = fc.tuple(sound, fc.array(mutation, { maxLength: 4 })).map(([bytes, mutations]) => {
      let out = Buffer.from(bytes);
      for (const { at, octet, cut } of mutations) {
        if (out.length === 0) break;
        if (cut) out = out.subarray(0, at % out.length);
        else out[at % out.length] = octet;
      }
      return out;
    });
    await fc.assert(fc.asyncProperty(fc.array(mutated, { maxLength: 8 }), expectPromisesKept), {
      numRuns: 150,
    });
  });

  test("a good rxpk is kept whatever stands beside it", async () => {
    const rig = await openRig();
    const bad = fc.oneof(
      fc.json(),
      fc.constantFrom(
        '{"tmst":?}',
        "{}",
        "null",
        '{"stat":1,"data":"AQ=="}',
        '{"rxpk":[]}',
        '{"a":{"b":[1,{"c":2}]}}',
      ),
      fc
        .record({ tmst: fc.anything(), freq: fc.anything(), data: fc.anything() })
        .map((o) => JSON.stringify(o) ?? "{}"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(bad, { maxLength: 4 }),
        fc.array(bad, { maxLength: 4 }),
        async (before, after) => {
          const good = rxpkOf();
          await rig.push(pushOf(...before, good, ...after));
          expect(rig.keeper.kept.map(({ draft }) => draft.rxpkText)).toContain(good);
          rig.keeper.settleAll();
          await rig.clock.advance(10);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a stat", () => {
  const text = STAT.slice('{"stat":'.length, -1);

  test("is handed on as it stood there, beside frames too", async () => {
    const rig = await openRig();
    await rig.push(STAT);
    await rig.push(`{"rxpk":[${rxpkOf()}],"stat":${text}}`);
    expect(rig.statTexts).toEqual([text, text]);
  });

  test("that is no JSON is not", async () => {
    const rig = await openRig();
    await rig.push('{"stat":{"ackr":?}}');
    expect(rig.statTexts).toEqual([]);
  });
});

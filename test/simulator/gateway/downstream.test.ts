/** The road down through the whole virtual gateway: PULL_RESP in, TX_ACK out, and what a meter hears of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loraAirtimeUs } from "../../../agent/lorawan/airtime.ts";
import { gpsMsFromUtcMs } from "../../../agent/lorawan/gps-time.ts";
import { readTxAck } from "../../../agent/lorawan/tx-ack.ts";
import { createGps } from "../../../simulator/gateway/gps.ts";
import { KERLINK, REFERENCE } from "../../../simulator/gateway/manner.ts";
import { EU868_PLAN } from "../../../simulator/gateway/radio-plan.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import vectors from "../../vectors/gwmp.json" with { type: "json" };
import { EUI, type GatewayWorld, gatewayWorld } from "./gateway-world.ts";

const SOUND = {
  imme: false,
  tmst: 1_000_000,
  freq: 868.1,
  rfch: 0,
  powe: 14,
  modu: "LORA",
  datr: "SF7BW125",
  codr: "4/5",
  ipol: true,
  ncrc: true,
  size: 3,
  data: "AQID",
};
const AIRTIME_US = loraAirtimeUs({
  sizeOctets: 3,
  spreadingFactor: 7,
  bandwidthHz: 125_000,
  crc: false,
});
/** From start to start of two downlinks that just collide: the airtime of 25.856 ms in whole ones, and the margins. */
const APART_US = 26_000 + 1_000 + 41_500;

function txpk(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ txpk: { ...SOUND, ...changes } });
}

/** Sends it and gives the gateway no time to speak of. @returns the body of the TX_ACK, undefined when none came. */
async function answerTo(world: GatewayWorld, body: string): Promise<string | undefined> {
  const before = world.txAcks().length;
  world.pullResp(body);
  await world.clock.advance(0);
  return world.txAcks()[before];
}

const error = (name: string) => `{"txpk_ack":{"error":"${name}"}}`;

describe("the reference manner", () => {
  test("asks for downlinks at once and every 5 s, with a socket of its own", async () => {
    const world = await gatewayWorld();
    world.uplink();
    await world.clock.advance(14_999);
    const pulls = world.server.arrived.filter(({ said }) => said.kind === "pullData");
    expect(pulls.map(({ atMs }) => atMs - 60_000)).toEqual([0, 5_000, 10_000]);
    expect(pulls[0]!.said).toMatchObject({ gatewayEui: EUI, version: 2 });
    expect(new Set(pulls.map(({ from }) => from.port)).size).toBe(1);
    expect(pulls[0]!.from.port).not.toBe(world.pushes()[0]!.from.port);
  });

  test("acknowledges when it accepts, with the token of the PULL_RESP and nothing behind", async () => {
    const world = await gatewayWorld();
    world.pullResp(txpk(), [0xfe, 0x01]);
    await world.clock.advance(0);
    expect(world.server.arrived.at(-1)!.bytes.toString("hex")).toBe(`02fe0105${EUI}`);
    expect(world.receptions).toEqual([]);
  });

  test("a meter hears the answer to its uplink one second after its end, to the microsecond", async () => {
    const world = await gatewayWorld();
    const endUs = world.uplink();
    await world.clock.advance(100);
    const tmst = Number(world.bodies()[0]!.rxpk![0]!.tmst);
    expect(await answerTo(world, txpk({ tmst: tmst + 1_000_000 }))).toBe("");
    await world.clock.advance(1_500);
    expect(world.receptions).toMatchObject([
      {
        transmission: {
          phyPayload: Buffer.from([1, 2, 3]),
          frequencyHz: 868_100_000,
          spreadingFactor: 7,
          bandwidthHz: 125_000,
          inverted: true,
          powerDbm: 14,
          startUs: endUs + 1_000_000,
          airtimeUs: AIRTIME_US,
        },
        endUs: endUs + 1_000_000 + AIRTIME_US,
      },
    ]);
    const startUs = endUs + 1_000_000;
    expect(world.eventsOf("downlinkAccepted")).toMatchObject([
      { token: 0x0102, startUs, tmst: tmst + 1_000_000 },
    ]);
    expect(world.eventsOf("emitted")).toMatchObject([
      { token: 0x0102, startUs, airtimeUs: AIRTIME_US, powerDbm: 14 },
    ]);
    expect(world.forwarder.status()).toMatchObject({ dwnb: 1, txnb: 1 });
  });

  test.each([
    ["a crystal 30 ppm too fast", 30],
    ["one 30 ppm too slow", -30],
  ])(
    "with %s the answer still comes one second after the uplink, but for its error in that second",
    async (_, ppm) => {
      const world = await gatewayWorld({ driftPpm: ppm }, new WorldClock(undefined, 987_654_321));
      await world.clock.advance(3_600_000);
      const endUs = world.uplink();
      await world.clock.advance(100);
      const tmst = Number(world.bodies().findLast(({ rxpk }) => rxpk)!.rxpk![0]!.tmst);
      expect(await answerTo(world, txpk({ tmst: (tmst + 1_000_000) % 2 ** 32 }))).toBe("");
      await world.clock.advance(1_500);
      const errorUs = world.receptions[0]!.transmission.startUs - (endUs + 1_000_000);
      expect(Math.abs(errorUs + ppm)).toBeLessThanOrEqual(2);
    },
  );

  test("answers across the counter's wrap", async () => {
    const world = await gatewayWorld();
    await world.clock.advance(4_294_967.296 - 500 + 0.001);
    const endUs = world.uplink();
    await world.clock.advance(100);
    const tmst = Number(world.bodies().findLast(({ rxpk }) => rxpk)!.rxpk![0]!.tmst);
    expect(tmst).toBeGreaterThan(4_294_000_000);
    expect(await answerTo(world, txpk({ tmst: (tmst + 1_000_000) % 2 ** 32 }))).toBe("");
    await world.clock.advance(1_500);
    expect(world.receptions[0]!.transmission.startUs).toBe(endUs + 1_000_000);
  });

  test("a timer that runs late moves nothing on air", async () => {
    // As on a busy machine: every timer of the gateway comes 25 ms late.
    class LateClock extends WorldClock {
      override after(delayMs: number, run: () => void) {
        return super.after(delayMs === 0 ? 0 : delayMs + 25, run);
      }
    }
    const world = await gatewayWorld({}, new LateClock());
    expect(await answerTo(world, txpk({ tmst: 1_000_000 }))).toBe("");
    expect(await answerTo(world, txpk({ tmst: 1_000_000 + APART_US + 1 }))).toBe("");
    await world.clock.advance(2_000);
    expect(world.receptions.map(({ transmission }) => transmission.startUs)).toEqual([
      61_000_000,
      61_000_000 + APART_US + 1,
    ]);
  });

  test("refuses what is 42.5 ms ahead, and sends what is one microsecond further", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ tmst: 42_500 }))).toBe(error("TOO_LATE"));
    expect(await answerTo(world, txpk({ tmst: 42_501 }))).toBe("");
    await world.clock.advance(200);
    expect(world.receptions.map(({ transmission }) => transmission.startUs)).toEqual([60_042_501]);
    expect(world.eventsOf("downlinkRefused")).toEqual([
      { kind: "downlinkRefused", eui: EUI, token: 0x0102, error: "TOO_LATE" },
    ]);
    expect(world.forwarder.status()).toMatchObject({ dwnb: 2, txnb: 1 });
  });

  test("refuses what is more than 512 s ahead", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ tmst: 512_000_001 }))).toBe(error("TOO_EARLY"));
    expect(await answerTo(world, txpk({ tmst: 512_000_000 }))).toBe("");
  });

  test("refuses a downlink that shares a microsecond with another, and one more than 32", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ tmst: 1_000_000 }))).toBe("");
    expect(await answerTo(world, txpk({ tmst: 1_000_000 + APART_US }))).toBe(error("COLLISION_PACKET"));
    expect(await answerTo(world, txpk({ tmst: 1_000_000 + APART_US + 1 }))).toBe("");
    for (let n = 0; n < 30; n++)
      expect(await answerTo(world, txpk({ tmst: 2_000_000 + n * 100_000 }))).toBe("");
    expect(await answerTo(world, txpk({ imme: true }))).toBe(error("COLLISION_PACKET"));
    await world.clock.advance(10_000);
    expect(world.receptions).toHaveLength(32);
  });

  test("refuses frequencies outside of its chain's range, whose ends it takes", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ freq: 862.9999 }))).toBe(error("TX_FREQ"));
    expect(await answerTo(world, txpk({ freq: 863, tmst: 1_000_000 }))).toBe("");
    expect(await answerTo(world, txpk({ freq: 870, tmst: 2_000_000 }))).toBe("");
    expect(await answerTo(world, txpk({ freq: 870.0001 }))).toBe(error("TX_FREQ"));
    expect(world.forwarder.status().dwnb).toBe(4);
  });

  test.each([
    [28, 27],
    [11, 12],
    [undefined, 12],
  ])("asked for %s dBm it sends with %i and warns", async (powe, value) => {
    const world = await gatewayWorld();
    const body = await answerTo(world, txpk({ powe }));
    expect(body).toBe(`{"txpk_ack":{"warn":"TX_POWER","value":${value}}}`);
    expect(readTxAck(body!)).toEqual({
      ok: true,
      value: { outcome: "warn", warn: "TX_POWER", powerDbm: value },
    });
    await world.clock.advance(2_000);
    expect(world.receptions[0]!.transmission.powerDbm).toBe(value);
  });

  test("powe is EIRP: the antenna's gain is taken off, and radiated again", async () => {
    const world = await gatewayWorld({ plan: { ...EU868_PLAN, antennaGainDb: 3 } });
    expect(await answerTo(world, txpk({ powe: 30 }))).toBe("");
    expect(await answerTo(world, txpk({ powe: 14, tmst: 2_000_000 }))).toContain('"value":12}');
    await world.clock.advance(3_000);
    expect(world.receptions.map(({ transmission }) => transmission.powerDbm)).toEqual([30, 15]);
  });

  test("sends an immediate downlink 80 ms later, and the next when there is room", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ imme: true }))).toBe("");
    expect(await answerTo(world, txpk({ imme: true }))).toBe("");
    await world.clock.advance(1_000);
    expect(world.receptions.map(({ transmission }) => transmission.startUs)).toEqual([
      60_080_000,
      60_080_000 + APART_US + 40_000,
    ]);
  });

  test("a GPS time without GPS is refused", async () => {
    const world = await gatewayWorld();
    const body = txpk({ tmst: undefined, tmms: gpsMsFromUtcMs(world.clock.wallMs() + 1_000) });
    expect(await answerTo(world, body)).toBe(error("GPS_UNLOCKED"));
    expect(world.forwarder.status().dwnb).toBe(0);
  });

  test("with GPS it is sent at that moment, whatever the crystal does", async () => {
    const clock = new WorldClock();
    const world = await gatewayWorld({ gps: createGps(clock), driftPpm: 25 }, clock);
    await clock.advance(600_000);
    const body = txpk({ tmst: undefined, tmms: gpsMsFromUtcMs(clock.wallMs() + 1_000) });
    expect(await answerTo(world, body)).toBe("");
    await clock.advance(2_000);
    expect(Math.abs(world.receptions[0]!.transmission.startUs - 661_000_000)).toBeLessThanOrEqual(1);
  });

  test("keeps class B beacons free: a ping slot within 3 s before one is refused, an answer is not", async () => {
    const clock = new WorldClock();
    const world = await gatewayWorld({ gps: createGps(clock), beaconPeriodS: 128 }, clock);
    const gpsNowMs = gpsMsFromUtcMs(clock.wallMs());
    const untilBeaconMs = 128_000 - (gpsNowMs % 128_000);
    const ping = (beforeMs: number) => txpk({ tmst: undefined, tmms: gpsNowMs + untilBeaconMs - beforeMs });
    expect(await answerTo(world, ping(2_000))).toBe(error("COLLISION_BEACON"));
    expect(await answerTo(world, txpk({ tmst: (untilBeaconMs - 2_000) * 1_000 }))).toBe("");
    expect(await answerTo(world, txpk({ tmst: (untilBeaconMs + 128_000 - 20) * 1_000 }))).toBe(
      error("COLLISION_BEACON"),
    );
    await clock.advance(600_000);
    expect(world.receptions).toHaveLength(1);
    expect(await answerTo(world, txpk({ tmst: 600_000_000 + 1_000_000 }))).toBe("");
  });

  test.each([
    ["a stale answer of 5 minutes", 300_000, error("TOO_EARLY")],
    ["one of 63 min 3 s", 3_783_000, error("TOO_EARLY")],
    ["one of 63 min 5 s, which goes out at a moment that means nothing", 3_785_000, ""],
    ["one of 71 min 35 s, likewise", 4_295_000, ""],
    ["one of 71 min 36.95 s", 4_295_950, error("TOO_LATE")],
    ["one of 71 min 38 s", 4_298_000, error("TOO_EARLY")],
  ])("%s", async (_what, ageMs, answer) => {
    const world = await gatewayWorld();
    await world.clock.advance(ageMs);
    expect(await answerTo(world, txpk({ tmst: 1_000_000 }))).toBe(answer);
  });

  test.each([
    ["broken JSON", '{"txpk":{'],
    ["no txpk", '{"rxpk":{}}'],
    ["no codr", txpk({ codr: undefined })],
    ["modu as one server spells it", txpk({ modu: "Fsk", datr: 50_000, fdev: 25_000 })],
    ["a chain that cannot send", txpk({ rfch: 1 })],
    ["a text longer than its buffer", txpk({ rubbish: "x".repeat(1_000) })],
  ])("says nothing at all to %s", async (_what, body) => {
    const world = await gatewayWorld();
    expect(await answerTo(world, body)).toBeUndefined();
    await world.clock.advance(3_000);
    expect(world.receptions).toEqual([]);
    expect(world.eventsOf("downlinkIgnored")).toHaveLength(1);
    expect(world.forwarder.status()).toMatchObject({ dwnb: 0, txnb: 0 });
  });

  test("only warns itself of a wrong size: it sends as many octets as were said", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ size: 5 }))).toBe("");
    await world.clock.advance(2_000);
    expect(world.receptions[0]!.transmission.phyPayload).toEqual(Buffer.from([1, 2, 3, 0, 0]));
  });

  test("takes 256 octets and cannot send them", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ size: 256 }))).toBe("");
    expect(await answerTo(world, txpk({ size: 255, tmst: 3_000_000 }))).toBe("");
    await world.clock.advance(5_000);
    expect(world.eventsOf("notEmitted")).toMatchObject([{ reason: "refusedByRadio" }]);
    expect(world.receptions).toHaveLength(1);
  });

  test("a downlink taken while the one before is being programmed takes its place", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ tmst: 1_000_000 }))).toBe("");
    // 39 ms before: it has left the queue, which therefore sees no collision.
    await world.clock.advance(961);
    world.pullResp(txpk({ tmst: 961_000 + 42_600 }), [9, 9]);
    await world.clock.advance(1_000);
    expect(world.receptions.map(({ transmission }) => transmission.startUs)).toEqual([
      60_000_000 + 961_000 + 42_600,
    ]);
    expect(world.eventsOf("notEmitted")).toMatchObject([{ token: 0x0102, reason: "overwritten" }]);
  });

  test("a downlink that is due while another one is on air is dropped", async () => {
    const world = await gatewayWorld();
    expect(await answerTo(world, txpk({ tmst: 1_000_000, datr: "SF12BW125" }))).toBe("");
    await world.clock.advance(1_100);
    world.pullResp(txpk({ tmst: 1_300_000 }), [9, 9]);
    await world.clock.advance(3_000);
    expect(world.receptions.map(({ transmission }) => transmission.spreadingFactor)).toEqual([12]);
    expect(world.eventsOf("notEmitted")).toMatchObject([{ token: 0x0909, reason: "busy" }]);
  });

  test("forgets what was planned when the concentrator is restarted", async () => {
    const world = await gatewayWorld();
    await answerTo(world, txpk({ tmst: 1_000_000 }));
    await answerTo(world, txpk({ tmst: 2_000_000 }));
    await world.clock.advance(970);
    world.forwarder.restartConcentrator();
    await world.clock.advance(5_000);
    expect(world.receptions).toEqual([]);
    expect(world.eventsOf("notEmitted").map(({ reason }) => reason)).toEqual(["restarted", "restarted"]);
    // The counter is 5 s old: what was planned for then is planned anew.
    expect(await answerTo(world, txpk({ tmst: 6_000_000 }))).toBe("");
  });

  test("after a stop it sends, answers and asks nothing more", async () => {
    const world = await gatewayWorld();
    await answerTo(world, txpk());
    await world.forwarder.stop();
    const arrived = world.server.arrived.length;
    world.uplink();
    world.pullResp(txpk({ tmst: 5_000_000 }));
    await world.clock.advance(60_000);
    expect(world.server.arrived).toHaveLength(arrived);
    expect(world.receptions).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test("FSK is accepted, sent and told, and nobody hears it", async () => {
    const world = await gatewayWorld();
    const fsk = { modu: "FSK", datr: 50_000, fdev: 25_000, codr: undefined, ipol: undefined };
    expect(await answerTo(world, txpk(fsk))).toBe("");
    await world.clock.advance(2_000);
    expect(world.eventsOf("emitted")).toHaveLength(1);
    expect(world.receptions).toEqual([]);
  });
});

describe("the kerlink manner", () => {
  test("acknowledges at the moment it sends, with one octet 00 behind", async () => {
    const world = await gatewayWorld({ manner: KERLINK });
    expect(await answerTo(world, txpk({ tmst: 1_000_000 }))).toBeUndefined();
    await world.clock.advance(999.9);
    expect(world.txAcks()).toEqual([]);
    await world.clock.advance(0.2);
    expect(world.server.arrived.at(-1)!.bytes.toString("hex")).toBe(`02010205${EUI}00`);
  });

  test("refuses at once", async () => {
    const world = await gatewayWorld({ manner: KERLINK });
    expect(await answerTo(world, txpk({ tmst: 10_000 }))).toBe(error("TOO_LATE"));
    expect(world.server.arrived.at(-1)!.bytes.at(-1)).not.toBe(0);
  });

  test("calls a power it does not have an error, although it sends", async () => {
    const world = await gatewayWorld({ manner: KERLINK });
    expect(await answerTo(world, txpk({ powe: 29 }))).toBeUndefined();
    await world.clock.advance(1_100);
    expect(world.txAcks()).toEqual([error("TX_POWER")]);
    expect(world.receptions[0]!.transmission.powerDbm).toBe(27);
  });

  test("asks for downlinks every 10 s and reads texts of any length", async () => {
    const world = await gatewayWorld({ manner: KERLINK });
    await world.clock.advance(30_500);
    expect(world.server.arrived.filter(({ said }) => said.kind === "pullData")).toHaveLength(4);
    await answerTo(world, txpk({ tmst: 31_500_000, rubbish: "x".repeat(5_000) }));
    await world.clock.advance(1_500);
    expect(world.txAcks()).toEqual([""]);
  });
});

/** What sx1302_hal makes of each txpk that others publish, by the rules that gwmp.json tells of it. */
describe("published txpk", () => {
  /** The answer without GPS, and how many octets go on air (FSK included). */
  const EXPECTED: Record<string, { answer: string | undefined; octets?: number }> = {
    "pull-resp-mqttfwd": { answer: "", octets: 3 },
    "proto-txpk-lora": { answer: "", octets: 32 },
    // 861.3 MHz, 926.9 MHz and 904.1 MHz in a gateway of 863 to 870.
    "proto-txpk-fsk": { answer: error("TX_FREQ") },
    "helium-timed": { answer: error("TX_FREQ") },
    "helium-tmst-string": { answer: error("TX_FREQ") },
    // Neither rfch nor codr.
    "tts-txpk-lora": { answer: undefined },
    "tts-txpk-fsk": { answer: undefined },
    "gwb-txpk-fsk": { answer: "", octets: 4 },
    "gwb-txpk-imme": { answer: "", octets: 4 },
    "gwb-txpk-gps": { answer: error("GPS_UNLOCKED") },
    "helium-imme-null": { answer: "", octets: 15 },
  };
  const bodies = [
    ...vectors.bodies.map(({ id, json }) => ({ id, json })),
    ...vectors.datagrams
      .filter(({ expected }) => expected.type === "PULL_RESP")
      .map(({ id, hex }) => ({ id, json: Buffer.from(hex, "hex").toString("utf8", 4) })),
  ].filter(({ json }) => json.includes('"txpk":'));

  test("each has its expectation", () => {
    expect(bodies.map(({ id }) => id).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(bodies)("$id", async ({ id, json }) => {
    const world = await gatewayWorld();
    const { tmst } = JSON.parse(json).txpk;
    // Half a second before its moment, where it has one.
    if (typeof tmst === "number") await world.clock.advance(tmst / 1_000 - 500);
    expect(await answerTo(world, json)).toBe(EXPECTED[id]!.answer);
    await world.clock.advance(5_000);
    expect(world.eventsOf("emitted")[0]?.phyPayload.length).toBe(EXPECTED[id]!.octets);
  });

  test.each(["proto-txpk-fsk", "helium-timed", "helium-tmst-string"])(
    "%s in a gateway of its own region",
    async (id) => {
      const plan = { ...EU868_PLAN, txChains: [{ minHz: 860_000_000, maxHz: 928_000_000 }, undefined] };
      const world = await gatewayWorld({ plan });
      const { json } = bodies.find((body) => body.id === id)!;
      const { txpk } = JSON.parse(json);
      if (typeof txpk.tmst === "number") await world.clock.advance(txpk.tmst / 1_000 - 500);
      expect(await answerTo(world, json)).toBe("");
      await world.clock.advance(3_000);
      expect(world.eventsOf("emitted")[0]).toMatchObject({ frequencyHz: Math.trunc(txpk.freq * 1e6) });
      expect(world.eventsOf("emitted")[0]!.phyPayload).toHaveLength(txpk.size);
    },
  );
});

describe("whatever the network sends", () => {
  const rubbish = fc.oneof(
    fc.uint8Array({ maxLength: 1_200 }).map((octets) => Buffer.from(octets)),
    fc.json().map((json) => Buffer.concat([Buffer.from([2, 0, 0, 3]), Buffer.from(json)])),
    fc
      .dictionary(fc.constantFrom(...Object.keys(SOUND), "tmms", "prea", "fdev", "nhdr"), fc.jsonValue())
      .map((changes) => Buffer.concat([Buffer.from([2, 0, 0, 3]), Buffer.from(txpk(changes))])),
    fc
      .record({
        imme: fc.boolean(),
        tmst: fc.double(),
        rfch: fc.double(),
        freq: fc.double(),
        powe: fc.double(),
        size: fc.double(),
        prea: fc.double(),
        datr: fc.double(),
        modu: fc.constantFrom("LORA", "FSK"),
        fdev: fc.double(),
      })
      .map((changes) => Buffer.concat([Buffer.from([2, 0, 0, 3]), Buffer.from(txpk(changes))])),
  );

  test.each([
    ["reference", REFERENCE],
    ["kerlink", KERLINK],
  ])(
    "the %s manner lives on and answers the next sound PULL_RESP",
    async (_name, manner) => {
      await fc.assert(
        fc.asyncProperty(fc.array(rubbish, { maxLength: 20 }), async (datagrams) => {
          const clock = new WorldClock();
          const world = await gatewayWorld({ manner, gps: createGps(clock) }, clock);
          const push = world.uplink();
          await clock.advance(100);
          expect(push).toBeGreaterThan(0);
          for (const datagram of datagrams) {
            world.server.send(datagram, world.pushes()[0]!.from);
            world.server.send(datagram, world.server.arrived[0]!.from);
            await clock.advance(0);
          }
          // Whatever was taken is over by then, 255 octets at SF12 as well.
          await clock.advance(600_000);
          const acks = world.txAcks().length;
          world.pullResp(txpk({ tmst: Math.round((world.nowUs() - 60_000_000 + 500_000) % 2 ** 32) }));
          await clock.advance(1_000);
          expect(world.txAcks()).toHaveLength(acks + 1);
          expect(world.txAcks().at(-1)).toBe("");
          await world.forwarder.stop();
        }),
        { numRuns: 60 },
      );
    },
    60_000,
  );
});

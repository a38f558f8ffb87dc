/**
 * Goal: meters, gateways, agents and core, each proved alone, understand each other; an outage delays readings and
 * loses none.
 * Method: all of them in one simulated world (fleet-world.ts), judged by the ledger and by what the meters meant.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Delivery } from "../../simulator/core/delivery.ts";
import type { LedgerDocument } from "../../simulator/ledger.ts";
import type { MeterEvent } from "../../simulator/meter/meter-event.ts";
import { type FleetWorld, openFleetWorld } from "./fleet-world.ts";

const METERS = 20;
const SEED = 7;
const CALM_MS = 180_000;
const OUTAGE_MS = 45_000;
const AFTER_MS = 120_000;
/** An uplink's last window, its copies collected, its delivery. */
const LAST_MS = 10_000;
/** LoRaWAN's own figure for how exactly a window is met. */
const WINDOW_US_MAX = 20;

interface Run {
  readonly world: FleetWorld;
  /** True time. */
  readonly outageUs: { readonly from: number; readonly to: number };
  readonly calm: LedgerDocument;
  readonly heldInOutage: number;
  readonly end: LedgerDocument;
}

function openWorld(seed: number): Promise<FleetWorld> {
  const settings = {
    schedule: { intervalMs: 20_000, jitterMs: 2_000 },
    confirmedShare: 0.3,
    dutyCycle: "waived",
  } as const;
  return openFleetWorld({ seed, meters: METERS, settings, core: { downlinkShare: 0.5 } });
}

/** Calm, an outage of `lose`, calm again; then the meters stop. */
async function live(seed: number, lose: (world: FleetWorld) => () => void): Promise<Run> {
  const world = await openWorld(seed);
  const nowUs = (): number => world.clock.monotonicMs() * 1_000;
  world.fleet.start(20_000);
  await world.advance(CALM_MS);
  const calm = world.document();
  const from = nowUs();
  const restore = lose(world);
  await world.advance(OUTAGE_MS);
  const heldInOutage = world.held();
  restore();
  const to = nowUs();
  await world.advance(AFTER_MS);
  world.fleet.stop();
  await world.advance(LAST_MS);
  return { world, outageUs: { from, to }, calm, heldInOutage, end: world.document() };
}

function everybodyLosesTheCore({ broker }: FleetWorld): () => void {
  broker.die();
  return () => broker.revive();
}

function theFirstLosesItsRoad({ sites }: FleetWorld): () => void {
  sites[0]!.cutRoad();
  return () => sites[0]!.mendRoad();
}

function meterEvents<K extends MeterEvent["kind"]>(
  { world }: Run,
  kind: K,
): Extract<MeterEvent, { kind: K }>[] {
  return world.meterEvents.filter(
    (event): event is Extract<MeterEvent, { kind: typeof kind }> => event.kind === kind,
  );
}

type UplinkSent = Extract<MeterEvent, { kind: "uplinkSent" }>;

function nameOf({ devAddr, fCnt }: { readonly devAddr: string; readonly fCnt: number }): string {
  return `${devAddr}/${fCnt}`;
}

/** Each uplink's first transmission, by name. */
function uplinksOf(run: Run): Map<string, UplinkSent> {
  const first = meterEvents(run, "uplinkSent").filter(({ attempt }) => attempt === 1);
  return new Map(first.map((event) => [nameOf(event), event]));
}

/** Names of the confirmed uplinks whose first transmission ended then. */
function confirmedBetween(run: Run, fromUs: number, toUs: number): string[] {
  return [...uplinksOf(run).values()]
    .filter((uplink) => uplink.confirmed && endUs(uplink) > fromUs && endUs(uplink) < toUs)
    .map(nameOf);
}

/** Those of them that no downlink acknowledged after the first transmission. */
function unacknowledged(run: Run, names: readonly string[]): string[] {
  const repeated = new Set(
    meterEvents(run, "uplinkSent")
      .filter(({ attempt }) => attempt > 1)
      .map(nameOf),
  );
  const acknowledged = new Set(
    meterEvents(run, "downlinkReceived").flatMap(({ devAddr, acknowledges }) =>
      acknowledges === undefined ? [] : [nameOf({ devAddr, fCnt: acknowledges })],
    ),
  );
  return names.filter((name) => repeated.has(name) || !acknowledged.has(name));
}

/** Uplinks whose answer no item found room for: a gateway sends one frame at a time. */
function refusedAnswers({ world }: Run): Set<string> {
  const answered = new Map<string, string>();
  const byDownlink = new Map<number, string>();
  const refused = new Set<string>();
  for (const event of world.coreEvents) {
    if (event.kind === "delivered") answered.set(event.devEui, nameOf(event));
    else if (event.kind === "downlinkSent")
      byDownlink.set(event.downlinkId, answered.get(event.devEui) ?? "join");
    else if (event.kind === "txAck" && event.status === "COLLISION_PACKET")
      refused.add(byDownlink.get(event.downlinkId)!);
  }
  return refused;
}

function endUs({ startUs, airtimeUs }: UplinkSent): number {
  return startUs + airtimeUs;
}

describe("a fleet, two gateways with their agents, and a core:", () => {
  let run: Run;
  let uplinks: Map<string, UplinkSent>;
  beforeAll(async () => {
    run = await live(SEED, everybodyLosesTheCore);
    uplinks = uplinksOf(run);
  });

  test("in calm all join, and every uplink is delivered once, by two gateways", () => {
    const { calm } = run;
    expect(calm.uplinksSent).toBeGreaterThan(METERS * 6);
    expect(calm).toMatchObject({
      joined: METERS,
      uplinksHeard: calm.uplinksSent,
      uplinksDelivered: calm.uplinksSent,
      heardByTwo: calm.uplinksSent,
      lost: 0,
      overtaken: 0,
      unacknowledged: 0,
      duplicatesDelivered: 0,
    });
  });

  test("in calm every confirmed uplink is acknowledged in a window, unless the transmitter was busy", () => {
    const confirmed = confirmedBetween(run, 0, run.outageUs.from - LAST_MS * 1_000);
    expect(confirmed.length).toBeGreaterThan(METERS);
    const refused = refusedAnswers(run);
    expect(refused.size).toBeLessThan(0.1 * confirmed.length);
    expect(unacknowledged(run, confirmed)).toEqual(confirmed.filter((name) => refused.has(name)));
  });

  test("downlinks meet their window to the microsecond, as far as crystals allow", () => {
    const received = meterEvents(run, "downlinkReceived");
    expect(received.some(({ window }) => window === 2)).toBe(true);
    expect(received.filter(({ offUs }) => Math.abs(offUs) > WINDOW_US_MAX)).toEqual([]);
  });

  test("the core reads what the meters meant, and knows when it was heard, live or late", () => {
    expect(run.world.deliveries).toHaveLength(uplinks.size);
    for (const delivery of run.world.deliveries) {
      const uplink = uplinks.get(nameOf(delivery))!;
      expect(delivery).toMatchObject({
        devEui: uplink.devEui,
        fPort: uplink.fPort,
        confirmed: uplink.confirmed,
        payloadHex: uplink.payload.toString("hex"),
        decoded: uplink.reading,
        frequencyHz: uplink.frequencyHz,
        spreadingFactor: uplink.spreadingFactor,
      });
      expect(Math.abs(heardUs(run, delivery) - endUs(uplink)), nameOf(delivery)).toBeLessThan(2_500);
    }
  });

  test("what is sent while nobody has the core waits in both journals, and is delivered after", () => {
    const { end, calm, heldInOutage, outageUs } = run;
    const sentInOutage = [...uplinks.values()].filter(
      (uplink) => endUs(uplink) > outageUs.from && endUs(uplink) < outageUs.to,
    );
    expect(sentInOutage.length).toBeGreaterThan(METERS);
    expect(heldInOutage).toBeGreaterThanOrEqual(2 * sentInOutage.length);
    expect(end.bufferedPeak).toBeGreaterThanOrEqual(heldInOutage);
    expect(end.drainMs).toBeGreaterThan(0);
    expect(end.uplinksSent).toBeGreaterThan(calm.uplinksSent + sentInOutage.length);
    expect(end).toMatchObject({
      uplinksDelivered: end.uplinksSent,
      lost: 0,
      overtaken: 0,
      unacknowledged: 0,
      duplicatesDelivered: 0,
    });
    expect(run.world.held()).toBe(0);
    const late = new Set(run.world.ledger.late(2_000).map(nameOf));
    for (const uplink of sentInOutage) {
      const delivery = run.world.deliveries.find((one) => nameOf(one) === nameOf(uplink))!;
      expect([delivery.delayed, late.has(nameOf(uplink))], nameOf(uplink)).toEqual([true, true]);
    }
  });

  test("the core answers what it got late, and none of these answers goes on air", () => {
    const tooLate = run.world.coreEvents.filter(
      (event) => event.kind === "txAck" && event.status === "TOO_LATE",
    );
    expect(tooLate.length).toBeGreaterThan(0);
    expect(meterEvents(run, "downlinkMissed")).toEqual([]);
    expect(meterEvents(run, "downlinkReceived").some(({ startUs }) => startUs > run.outageUs.to)).toBe(true);
  });

  test("the outage over, meters that nobody acknowledged go on, and are acknowledged again", () => {
    expect(meterEvents(run, "uplinkGivenUp").length).toBeGreaterThan(0);
    const { to } = run.outageUs;
    const confirmed = confirmedBetween(run, to + 60e6, to + AFTER_MS * 1_000 - 10e6);
    expect(confirmed.length).toBeGreaterThan(5);
    const refused = refusedAnswers(run);
    expect(unacknowledged(run, confirmed)).toEqual(confirmed.filter((name) => refused.has(name)));
  });
});

describe("when one gateway alone loses its road", () => {
  let run: Run;
  beforeAll(async () => {
    run = await live(SEED, theFirstLosesItsRoad);
  });

  test("its neighbour delivers in time, and what it kept comes after without harm", () => {
    const { end, heldInOutage, world } = run;
    expect(heldInOutage).toBeGreaterThan(METERS);
    expect(end).toMatchObject({
      uplinksDelivered: end.uplinksSent,
      lost: 0,
      overtaken: 0,
      unacknowledged: 0,
      duplicatesDelivered: 0,
    });
    expect(world.ledger.late(2_000)).toEqual([]);
    expect(world.held()).toBe(0);
    expect(end.heardByTwo).toBeLessThan(end.uplinksDelivered);
  });

  test("no meter is left without an answer that a transmitter had time for", () => {
    const refused = refusedAnswers(run);
    expect(meterEvents(run, "uplinkGivenUp").filter((event) => !refused.has(nameOf(event)))).toEqual([]);
    expect(meterEvents(run, "downlinkMissed")).toEqual([]);
  });
});

describe("chance", () => {
  test("the same seed lives the same twice, to the octet; another seed does not", async () => {
    const [one, again, other] = [
      await live(SEED, everybodyLosesTheCore),
      await live(SEED, everybodyLosesTheCore),
      await live(SEED + 1, everybodyLosesTheCore),
    ];
    expect(JSON.stringify(again.end)).toBe(JSON.stringify(one.end));
    expect(again.world.story() === one.world.story()).toBe(true);
    expect(other.world.story() === one.world.story()).toBe(false);
    expect(other.end.lost).toBe(0);
  });
});

/** In true time. */
function heardUs({ world }: Run, { heardAt }: Delivery): number {
  return (Date.parse(heardAt) - world.clock.wallMs() + world.clock.monotonicMs()) * 1_000;
}

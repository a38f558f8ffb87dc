/**
 * Goal: meters, gateways, agents and core, each proved alone, understand each other; an outage delays readings and
 * loses none.
 * Method: all of them in one simulated world (fleet-world.ts), judged by the ledger and by what the meters meant.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Delivery } from "../../simulator/core/delivery.ts";
import type { LedgerDocument } from "../../simulator/ledger.ts";
import type { DownlinkMiss, MeterEvent } from "../../simulator/meter/meter-event.ts";
import { type FleetWorld, openFleetWorld } from "./fleet-world.ts";

const METERS = 20;
const SEED = 7;
const CALM_MS = 180_000;
const OUTAGE_MS = 45_000;
const UNNOTICED_MS = 10_000;
/** Replays wait for one another's gateways: a plan lies a minute and more ahead. */
const DRAIN_MS_MAX = 300_000;
const AFTER_MS = 60_000;
/** An uplink's last window, its copies collected, its delivery. */
const LAST_MS = 10_000;
const HINDRANCES: readonly DownlinkMiss[] = ["busy", "fCntNotRising"];
/** From the end of a frame to its delivery: fetched, carried, its copies collected. */
const LIVE_MS_MAX = 300;
/** A host's clock and a concentrator's, told in whole milliseconds. */
const HEARD_US_MAX = 2_500;
/** LoRaWAN's own figure for how exactly a window is met. */
const WINDOW_US_MAX = 20;

interface Run {
  readonly world: FleetWorld;
  /** True time. */
  readonly outageUs: { readonly from: number; readonly to: number };
  readonly heldInOutage: number;
  /** True time, when the journals were found empty again. */
  readonly drainedUs: number;
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
  const from = nowUs();
  const restore = lose(world);
  await world.advance(OUTAGE_MS);
  const heldInOutage = world.held();
  restore();
  const to = nowUs();
  const untilMs = world.clock.monotonicMs() + DRAIN_MS_MAX;
  // An agent that is on its way back to the core finds live frames to keep meanwhile.
  do await world.advance(1_000);
  while (world.held() > 0 && world.clock.monotonicMs() < untilMs);
  const drainedUs = nowUs();
  await world.advance(AFTER_MS);
  world.fleet.stop();
  await world.advance(LAST_MS);
  return { world, outageUs: { from, to }, heldInOutage, drainedUs, end: world.document() };
}

/** At first nobody notices: what is sent vanishes, and connections end later. */
function everybodyLosesTheCore({ broker, clock }: FleetWorld): () => void {
  broker.hears = false;
  clock.after(UNNOTICED_MS, () => broker.die());
  return () => {
    broker.hears = true;
    broker.revive();
  };
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

function groupByName(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const name = nameOf(delivery);
    groups.set(name, [...(groups.get(name) ?? []), delivery]);
  }
  return groups;
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

/**
 * Uplinks whose answer radio itself kept from the meter: no item found room (a gateway sends one frame at a time, and
 * may find so when it has already taken a second), the meter was still receiving somebody else's, or it bore a counter
 * once more because the gateway's word that it had been sent was lost with the road.
 */
function hinderedAnswers(run: Run): Set<string> {
  const { world } = run;
  const answered = new Map<string, string>();
  const byDownlink = new Map<number, string>();
  const hindered = new Set<string>();
  for (const event of world.coreEvents) {
    if (event.kind === "delivered") answered.set(event.devEui, nameOf(event));
    else if (event.kind === "downlinkSent")
      byDownlink.set(event.downlinkId, answered.get(event.devEui) ?? "join");
    else if (event.kind === "txAck" && event.status === "COLLISION_PACKET")
      hindered.add(byDownlink.get(event.downlinkId) ?? "forgotten");
  }
  const dueUs = new Map<string, number>();
  for (const event of world.gatewayEvents) {
    if (event.kind === "downlinkAccepted") dueUs.set(`${event.eui}/${event.token}`, event.startUs);
    else if (event.kind === "notEmitted")
      hindered.add(answeredAt(run, dueUs.get(`${event.eui}/${event.token}`)!));
  }
  const last = new Map<string, string>();
  for (const event of world.meterEvents) {
    if (event.kind === "uplinkSent") last.set(event.devAddr, nameOf(event));
    else if (event.kind === "downlinkMissed" && HINDRANCES.includes(event.why))
      hindered.add(last.get(event.devAddr)!);
  }
  return hindered;
}

/** The uplink in one of whose windows a downlink would have begun then. */
function answeredAt(run: Run, startUs: number): string {
  const asked = meterEvents(run, "uplinkSent").find((uplink) =>
    [1e6, 2e6].some((delayUs) => Math.abs(endUs(uplink) + delayUs - startUs) <= WINDOW_US_MAX),
  );
  return asked === undefined ? "join" : nameOf(asked);
}

/** Downlinks that came when, where or how no window was open for them. */
function misplaced(run: Run): unknown[] {
  return meterEvents(run, "downlinkMissed").filter(({ why }) => !HINDRANCES.includes(why));
}

/** Every delivery says what its meter meant, and when that ended on air. */
function expectMeant(run: Run): void {
  const uplinks = uplinksOf(run);
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
    expect(Math.abs(heardUs(run, delivery) - endUs(uplink)), nameOf(delivery)).toBeLessThan(HEARD_US_MAX);
  }
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

  test("in calm all join, and every uplink is delivered once, at once, by two gateways", () => {
    const { world, outageUs, end } = run;
    expect(end.joined).toBe(METERS);
    const calm = [...uplinks.values()].filter((uplink) => endUs(uplink) < outageUs.from - LAST_MS * 1_000);
    expect(calm.length).toBeGreaterThan(METERS * 6);
    const delivered = groupByName(world.deliveries);
    for (const uplink of calm) {
      const [delivery, ...more] = delivered.get(nameOf(uplink)) ?? [];
      expect(delivery, nameOf(uplink)).toMatchObject({ redundancy: 2, delayed: false });
      expect(more).toEqual([]);
      expect(Date.parse(delivery!.receivedAt) - Date.parse(delivery!.heardAt)).toBeLessThan(LIVE_MS_MAX);
    }
  });

  test("in calm every confirmed uplink is acknowledged in a window, unless radio hindered it", () => {
    const confirmed = confirmedBetween(run, 0, run.outageUs.from - LAST_MS * 1_000);
    expect(confirmed.length).toBeGreaterThan(METERS);
    const hindered = hinderedAnswers(run);
    expect(hindered.size).toBeLessThan(0.1 * meterEvents(run, "downlinkReceived").length);
    expect(unacknowledged(run, confirmed)).toEqual(confirmed.filter((name) => hindered.has(name)));
  });

  test("downlinks meet their window to the microsecond, as far as crystals allow", () => {
    const received = meterEvents(run, "downlinkReceived");
    expect(received.some(({ window }) => window === 2)).toBe(true);
    expect(received.filter(({ offUs }) => Math.abs(offUs) > WINDOW_US_MAX)).toEqual([]);
  });

  test("the core reads what the meters meant, and knows when it was heard, live or late", () => {
    expectMeant(run);
  });

  test("what is sent while nobody has the core waits in both journals, and is delivered after", () => {
    const { end, heldInOutage, outageUs } = run;
    const sentInOutage = [...uplinks.values()].filter(
      (uplink) => endUs(uplink) > outageUs.from && endUs(uplink) < outageUs.to,
    );
    expect(sentInOutage.length).toBeGreaterThan(METERS);
    expect(heldInOutage).toBeGreaterThanOrEqual(2 * sentInOutage.length);
    expect(end.bufferedPeak).toBeGreaterThanOrEqual(heldInOutage);
    expect(end.drainMs).toBeGreaterThan(0);
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
    expect(misplaced(run)).toEqual([]);
    expect(meterEvents(run, "downlinkReceived").some(({ startUs }) => startUs > run.outageUs.to)).toBe(true);
  });

  test("the outage over, meters that nobody acknowledged go on, and are acknowledged again", () => {
    expect(meterEvents(run, "uplinkGivenUp").length).toBeGreaterThan(0);
    const { drainedUs } = run;
    const confirmed = confirmedBetween(run, drainedUs, drainedUs + (AFTER_MS - LAST_MS) * 1_000);
    expect(confirmed.length).toBeGreaterThan(5);
    const hindered = hinderedAnswers(run);
    expect(unacknowledged(run, confirmed)).toEqual(confirmed.filter((name) => hindered.has(name)));
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

  test("also without the GPS of the first, the core knows when an uplink was heard", () => {
    expect(run.world.deliveries.some(({ heardAtSource }) => heardAtSource === "gateway")).toBe(true);
    expectMeant(run);
  });

  test("no meter is left without an answer that radio allowed", () => {
    const hindered = hinderedAnswers(run);
    const { from } = run.outageUs;
    // The core chose the first gateway for them, and then the road was gone.
    const atTheEdge = new Set(confirmedBetween(run, from - 1e6, from));
    const forsaken = meterEvents(run, "uplinkGivenUp")
      .map(nameOf)
      .filter((name) => !hindered.has(name) && !atTheEdge.has(name));
    expect(forsaken).toEqual([]);
    expect(misplaced(run)).toEqual([]);
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

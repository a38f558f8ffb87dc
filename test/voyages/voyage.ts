/**
 * A voyage: the whole agent, twice, through a day in which things fail by seed; then calm; then judgement.
 *
 *   meters ~~ air ~~> forwarders ──UDP──> agents ──MQTT over failing roads──> broker ──> rig core
 *
 * What is asked of every voyage: what was acknowledged reached the core, nobody lost a reading for another reason than
 * that an agent or a datagram had died with it, no join came late, no answer went out at a meaningless moment, nothing
 * is stuck when the storm is over, and nothing threw.
 *
 *   npm run voyage -- 42            the day of seed 42, and how it ended (main.ts)
 *   npm run voyage -- 42 --days 7
 */
import { MEMORY_OCTETS_MAX } from "../../agent/journal/store-journal.ts";
import type { LedgerDocument, UplinkStory } from "../../simulator/ledger.ts";
import type { World } from "../../simulator/world/doors.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import type { Custody } from "./custody.ts";
import { describeDraw, drawVoyage, type VoyageDraw } from "./draw.ts";
import type { Site } from "./site.ts";
import { createSwarm } from "./swarm.ts";
import { CORE_CLIENT_ID, isQuiet, openVoyageWorld, type VoyageWorld } from "./voyage-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** After the storm: more than a replay plan may hold anything. */
const DRAIN_MS_MAX = 4 * 3_600_000;
const CALM_MS_MIN = 10 * MINUTE_MS;
const FINDINGS_SHOWN_MAX = 8;
/** Timers that an agent, its forwarder and its road may have when all is quiet. */
const TIMERS_PER_SITE_MAX = 60;

export interface VoyageOptions {
  readonly seed: number;
  readonly days: number;
  /** Instead of what the seed draws. */
  readonly draw?: VoyageDraw;
}

export interface VoyageEnd {
  readonly seed: number;
  readonly draw: VoyageDraw;
  /** What should not have been; empty: all is well. */
  readonly findings: readonly string[];
  /** Of everything that happened, in order. */
  readonly hash: string;
  readonly lastEvents: readonly string[];
  readonly faults: Readonly<Record<string, number>>;
  readonly ledger: LedgerDocument;
  readonly custody: Custody["counts"];
  /** Uplinks that the late channel gave back. */
  readonly recovered: number;
  /** undefined: it ended before judgement. */
  readonly lostBy: LostBy | undefined;
  /** What the agents and the core logged, by level and event. */
  readonly logged: ReadonlyMap<string, number>;
  /** From the calm to empty journals, virtual. */
  readonly drainedMs: number;
}

export async function runVoyage({ seed, days, draw: given }: VoyageOptions): Promise<VoyageEnd> {
  const draw = given ?? drawVoyage(new WorldRng(seed));
  const world = await openVoyageWorld({ seed, ...draw, onHeard: (eui) => swarm.heard(eui) });
  const { clock, sites, fleet, ledger, custody, second, late, log, story, bug } = world;
  failUdp(world, draw);
  const swarm = createSwarm({
    world,
    draw,
    sites,
    broker: world.broker,
    second,
    coreClientId: CORE_CLIENT_ID,
    onFault: (what) => story.tell(`fault ${what}`),
    onDisk: ({ eui }, obeys) => {
      custody.diskObeys(eui, obeys);
      second?.custody.diskObeys(eui, obeys);
    },
  });

  let drainedMs = 0;
  let lostBy: LostBy | undefined;
  process.on("unhandledRejection", bug);
  process.on("uncaughtException", bug);
  try {
    await world.start(30 * MINUTE_MS);
    swarm.start();
    for (let hour = 0; hour < 24 * days; hour++) {
      await clock.advance(HOUR_MS);
      judgeMemory(world);
    }
    swarm.calm();
    story.tell("calm");
    const calmMs = clock.monotonicMs();
    while (clock.monotonicMs() - calmMs < DRAIN_MS_MAX) {
      await clock.advance(MINUTE_MS);
      if (clock.monotonicMs() - calmMs >= CALM_MS_MIN) fleet.stop();
      if (clock.monotonicMs() - calmMs > CALM_MS_MIN + MINUTE_MS && sites.every(isQuiet)) break;
    }
    drainedMs = clock.monotonicMs() - calmMs;
    // What has just been taken is still on its way through the core.
    await clock.advance(MINUTE_MS);
    lostBy = judge(world, draw);
    for (const site of sites) site.restart(24 * HOUR_MS);
    await clock.advance(5_000);
    if (clock.pendingTimers > TIMERS_PER_SITE_MAX * sites.length + draw.meters)
      world.find(`${clock.pendingTimers} timers are left`);
  } catch (error) {
    bug(error);
  } finally {
    process.off("unhandledRejection", bug);
    process.off("uncaughtException", bug);
  }
  return {
    seed,
    draw,
    findings: world.findings,
    hash: story.hash(),
    lastEvents: story.last(),
    faults: swarm.counts,
    ledger: ledger.document({ bufferedPeak: 0, drainMs: drainedMs }),
    custody: custody.counts,
    recovered: late.recoveredTotal,
    lostBy,
    logged: log.counts,
    drainedMs,
  };
}

// -------------------------------------------------------------------------------------------- judgement

function judgeMemory({ sites, find }: VoyageWorld): void {
  for (const { eui, agent } of sites) {
    const { memoryOctets } = agent?.status().journal ?? { memoryOctets: 0 };
    if (memoryOctets > MEMORY_OCTETS_MAX) find(`${eui}: ${memoryOctets} octets in memory`);
  }
}

function judge(world: VoyageWorld, draw: VoyageDraw): LostBy {
  const { sites, custody, second, ledger, late, log, find } = world;
  for (const site of sites) {
    const { eui, agent, forwarder } = site;
    if (agent === undefined) {
      find(`${eui}: no agent runs`);
      continue;
    }
    const { journal, cores } = agent.status();
    const { storedFrames, memoryFrames, failing, lostAtOpen } = journal;
    if (storedFrames + memoryFrames > 0)
      find(`${eui}: stuck with ${storedFrames} + ${memoryFrames} frames, ${JSON.stringify(cores)}`);
    if (forwarder.status().heldFrames > 0) find(`${eui}: the forwarder holds frames`);
    if (failing !== undefined) find(`${eui}: journal failing: ${failing}`);
    if (lostAtOpen > 0) find(`${eui}: ${lostAtOpen} records lost at open`);
    judgeCounters(site, find);
    for (const { state, courier } of cores) {
      if (state !== "connected") find(`${eui}: ${state} in the calm`);
      if (courier.lanesBehind + courier.inFlight > 0)
        find(`${eui}: ${JSON.stringify(courier)} and nothing kept`);
    }
  }
  for (const fault of new Set(second?.faults())) find(`said to the second core: ${fault}`);
  // Said by the journal and by the courier.
  const asideMax = (log.counts.get("warn: frame set aside") ?? 0) / 2;
  const goneMax = asideMax + droppedByLimits(sites);
  const wrong = [...custody.close(goneMax), ...(second?.custody.close(goneMax) ?? [])];
  for (const { what, copy, atMs } of wrong.slice(0, FINDINGS_SHOWN_MAX)) find(`${what}: ${copy} at ${atMs}`);
  if (wrong.length > FINDINGS_SHOWN_MAX) find(`... ${wrong.length - FINDINGS_SHOWN_MAX} more of custody`);
  for (const { devEui, devAddr, fCnt, refusal } of draw.late ? ledger.overtaken() : []) {
    // A join that a dark road held back has opened a session of which its device knows nothing.
    const isCutOff = refusal === "sessionOver" && custody.counts.joinsHeldByRoad > 0;
    if (!isCutOff && !late.has({ devAddr, fCnt }))
      find(`overtaken and not recovered: uplink ${fCnt} of ${devEui}`);
  }
  return judgeLost(ledger.lost(), world, draw);
}

/** Every frame of the last process has gone one way, and only one. */
function judgeCounters({ eui, agent }: Site, find: VoyageWorld["find"]): void {
  const { journal, cores, counters } = agent!.status();
  const { keptTotal, givenUpTotal, storedFrames, memoryFrames, droppedTotal } = journal;
  // Also where the disk was there only after the start.
  const inheritedFrames = storedFrames + journal.removedTotal - journal.storedTotal;
  // What was dropped is counted for all cores together.
  if (cores.length > 1) return;
  if ((counters.frameKept ?? 0) !== keptTotal)
    find(`${eui}: ${counters.frameKept} counted, ${keptTotal} kept`);
  const { carriedLive = 0, replayed = 0, setAside = 0 } = cores[0]?.courier ?? {};
  const dropped = Object.values(counters.frameDropped ?? {}).reduce((sum, count) => sum + count, 0);
  const gone = carriedLive + replayed + setAside + dropped + droppedTotal;
  const left = storedFrames + memoryFrames;
  // One that was given up may have been under way.
  const unaccounted = inheritedFrames + keptTotal - gone - left;
  if (unaccounted < 0 || unaccounted > givenUpTotal)
    find(`${eui}: ${inheritedFrames} + ${keptTotal} frames, ${gone} gone, ${left} left`);
}

/** What the ledger calls lost, by whose doing. */
export interface LostBy {
  /** No datagram with it reached an agent. */
  udp: number;
  /** Every agent that got it was ended before it had custody. */
  death: number;
  /** The broker had it for the core, whose connection ended before it arrived there. */
  core: number;
  /** It was acknowledged, and given up for its age or for want of room. */
  limits: number;
}

/** How many data frames the journals say that they gave up. */
function droppedByLimits(sites: readonly Site[]): number {
  return sites.reduce((sum, { agent }) => {
    const { joinExpired: _joins, ...rest } = agent?.status().journal.dropped ?? {};
    return sum + Object.values(rest).reduce((all, count) => all + count, 0);
  }, 0);
}

/** Heard by a gateway whose agent ran, and never at the core: nobody may have promised anything. */
function judgeLost(
  lost: readonly UplinkStory[],
  { custody, sites, find }: VoyageWorld,
  draw: VoyageDraw,
): LostBy {
  const by: LostBy = { udp: 0, death: 0, core: 0, limits: 0 };
  const limitsMax = droppedByLimits(sites);
  const { coreAway, brokerDies } = draw.faults;
  for (const { devEui, devAddr, fCnt } of lost) {
    const copies = custody.copiesOf(devAddr, fCnt);
    if (copies.length === 0) by.udp += 1;
    else if (copies.every(({ acknowledgedMs, takenMs }) => (acknowledgedMs ?? takenMs) === undefined))
      by.death += 1;
    else if (copies.some(({ takenMs }) => takenMs !== undefined) && (coreAway ?? brokerDies)) by.core += 1;
    else if (by.limits < limitsMax) by.limits += 1;
    else find(`lost: uplink ${fCnt} of ${devEui} under ${devAddr}: ${JSON.stringify(copies)}`);
  }
  return by;
}

// ------------------------------------------------------------------------------------------------ the UDP

function failUdp({ udp, rng }: World, { udp: { lost, repeated, late } }: VoyageDraw): void {
  if (lost + repeated + late === 0) return;
  const chance = rng.stream("udp");
  udp.fate = () => {
    // Always all draws, so that one rate moves no other's.
    const [isLost, isRepeated, isLate] = [lost, repeated, late].map((share) => chance.unit() < share);
    const delayMs = 50 * chance.unit();
    if (isLost) return [];
    const once = isLate ? delayMs : 0;
    return isRepeated ? [once, once + delayMs] : [once];
  };
}

// ------------------------------------------------------------------------------------------- for people

/** What a failing run prints. */
export function tellEnd(end: VoyageEnd, days: number): string {
  const {
    seed,
    draw,
    findings,
    hash,
    faults,
    ledger,
    custody,
    drainedMs,
    logged,
    lastEvents,
    lostBy,
    recovered,
  } = end;
  const lines = [
    `voyage ${seed}, ${days} day(s), ${findings.length === 0 ? "well" : "NOT WELL"}, hash ${hash}`,
    `  ${describeDraw(draw)}`,
    `  faults ${JSON.stringify(faults)}`,
    `  ledger ${JSON.stringify(ledger)}`,
    `  custody ${JSON.stringify(custody)}, lost by ${JSON.stringify(lostBy)}, recovered ${recovered}, drained in ${Math.round(drainedMs / MINUTE_MS)} min`,
    `  logged ${JSON.stringify(Object.fromEntries(logged))}`,
  ];
  if (findings.length === 0) return lines.join("\n");
  return [
    ...lines,
    ...findings.map((finding) => `  ! ${finding}`),
    "  the last events:",
    ...lastEvents.map((line) => `    ${line.slice(0, 300)}`),
    `  once more: npm run voyage -- ${seed}${days === 1 ? "" : ` --days ${days}`}`,
  ].join("\n");
}

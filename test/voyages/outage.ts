/**
 * The proof of custody: meters behind two gateways, a day without the core (or with one gateway's road away), and what
 * the ledger says when everything has been replayed.
 */
import type { CoreEvent } from "../../simulator/core/core-event.ts";
import type { UplinkStory } from "../../simulator/ledger.ts";
import type { GatewayDraw } from "./draw.ts";
import { isQuiet, openVoyageWorld, type VoyageWorld } from "./voyage-world.ts";

export interface OutageCase {
  readonly seed?: number;
  readonly meters: number;
  readonly hearing: number;
  readonly manner: GatewayDraw["manner"];
  readonly pairing?: boolean;
  /** By which the second gateway's clock is ahead. */
  readonly skewMs?: number;
  /** By which the second gateway's road is back later. */
  readonly apartMs?: number;
  /** Of the roads, each way. */
  readonly latencyMs?: number;
  readonly late?: boolean;
  /** Gateways without a road. */
  readonly out?: "both" | "first";
  /** There is one gateway only. */
  readonly alone?: boolean;
  /** More lines of the core's TOML. */
  readonly coreSettings?: string;
  readonly outageMs?: number;
}

export interface OutageEnd {
  /** Uplinks that a gateway heard. */
  readonly heard: number;
  readonly lost: number;
  readonly overtaken: number;
  /** Frames in the journals when the roads were back. */
  readonly stored: number;
  /** From then until the journals were empty. */
  readonly drainMs: number;
  readonly findings: readonly string[];
  readonly overtakenUplinks: readonly UplinkStory[];
  /** Of the overtaken, those for which no delivery by the other gateway alone is to blame. */
  readonly notOvertakenByNeighbour: readonly UplinkStory[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** More than any plan may take. */
const DRAIN_MS_MAX = 3 * HOUR_MS;

export async function runOutage({
  seed = 1,
  meters,
  hearing,
  manner,
  pairing = true,
  skewMs = 2_000,
  apartMs = 5_000,
  latencyMs = 20,
  late = false,
  out = "both",
  alone = false,
  coreSettings = "",
  outageMs = 24 * HOUR_MS,
}: OutageCase): Promise<OutageEnd> {
  const delivered: Extract<CoreEvent, { kind: "delivered" }>[] = [];
  const world = await openVoyageWorld({
    seed,
    meters,
    intervalMin: 60,
    hearing,
    confirmedShare: 0,
    downlinkShare: 0,
    usesRx2: false,
    pairing,
    proposal: true,
    late,
    second: "none",
    secondBy: "mqtt",
    maxAge: "30d",
    maxSizeOctets: 512e6,
    gateways: (alone ? [3] : [3, -7]).map((driftPpm) => gateway(manner, driftPpm, coreSettings)),
    onCoreEvent: (event) => {
      if (event.kind === "delivered") delivered.push(event);
    },
  });
  const { clock, sites, fleet, ledger, custody } = world;
  for (const { machine } of sites) machine.road.latencyMs = latencyMs;
  sites[1]?.setClock(skewMs, true);
  await world.start(30 * MINUTE_MS);
  await clock.advance(3 * HOUR_MS);

  const cut = out === "both" ? sites : sites.slice(0, 1);
  for (const site of cut) site.machine.road.state = "cut";
  await clock.advance(outageMs);
  const stored = sites.reduce((sum, { agent }) => sum + agent!.status().journal.storedFrames, 0);
  const backMs = clock.monotonicMs();
  for (const site of cut) {
    site.machine.road.state = "open";
    await clock.advance(apartMs);
  }
  const drainMs = (await drained(world)) - backMs;
  // Live frames that rode along, and what a gateway still says of them.
  await clock.advance(HOUR_MS);
  fleet.stop();
  await clock.advance(2 * MINUTE_MS);
  for (const { what } of custody.close(0)) world.find(what);
  for (const site of sites) if (!isQuiet(site)) world.find(`${site.eui} still holds frames`);

  const { uplinksHeard, lost, overtaken } = ledger.document({ bufferedPeak: 0, drainMs });
  const overtakenUplinks = ledger.overtaken();
  return {
    heard: uplinksHeard,
    lost,
    overtaken,
    stored,
    drainMs,
    findings: world.findings,
    overtakenUplinks,
    notOvertakenByNeighbour: overtakenUplinks.filter(
      (uplink) => alone || !isOvertakenBy(sites[1]!.eui, uplink, delivered),
    ),
  };
}

/** @returns when it was, true time. */
async function drained({ clock, sites }: VoyageWorld): Promise<number> {
  const untilMs = clock.monotonicMs() + DRAIN_MS_MAX;
  while (clock.monotonicMs() < untilMs) {
    if (sites.every(({ agent }) => agent!.status().journal.storedFrames === 0)) break;
    await clock.advance(5_000);
  }
  return clock.monotonicMs();
}

/** Heard by others alone, and a later uplink of its session was delivered by this gateway alone while it was stored. */
function isOvertakenBy(
  eui: string,
  { heardBy, devAddr, fCnt }: UplinkStory,
  delivered: readonly Extract<CoreEvent, { kind: "delivered" }>[],
): boolean {
  if (heardBy.some(({ gatewayEui }) => gatewayEui === eui)) return false;
  const next = delivered.find((other) => other.devAddr === devAddr && other.fCnt > fCnt);
  return next?.gatewayEuis.length === 1 && next.gatewayEuis[0] === eui;
}

function gateway(manner: GatewayDraw["manner"], driftPpm: number, coreSettings: string): GatewayDraw {
  return {
    manner,
    gps: "none",
    driftPpm,
    commitInterval: manner === "kerlink" ? "1s" : "80ms",
    statsInterval: "5m",
    encoding: "protobuf",
    // So that both are back when their roads are.
    coreSettings: `retry_max = "1s"\n${coreSettings}`,
  };
}

/** The parts of a report that tell of custody: the journal, and the cores that frames are kept for. Pure. */
import type { JournalStats } from "../../journal/journal.ts";
import type { CourierStatus } from "../../north/courier.ts";
import type { RouteStatus } from "../../north/routes.ts";
import type { CoreLinkView, JournalRecordsView, RecordsView } from "../records/view.ts";
import { compact, rounded, roundedOr, seconds } from "./compact.ts";
import type { CorePart, JournalPart } from "./message.ts";

const FAILING_CHARACTERS_MAX = 64;

export function journalOf(
  stats: JournalStats,
  records: JournalRecordsView | undefined,
  wallMs: number,
): JournalPart {
  const latency = records?.commitLatency;
  const oldestMs = stats.oldestArrivedWallMs;
  return compact<JournalPart>({
    frames: stats.storedFrames,
    octets: stats.storedOctets,
    // Of a clock put right since, this says nothing: never a negative age.
    oldestAgeS: oldestMs === undefined ? undefined : Math.max(0, seconds(wallMs - oldestMs)),
    memoryFrames: stats.memoryFrames || undefined,
    drops: stats.dropped as Record<string, number>,
    commitP50Ms: roundedOr(latency?.p50Ms),
    commitP95Ms: roundedOr(latency?.p95Ms),
    commitLongestMs: roundedOr(latency?.longestMs),
    givenOctets: records?.givenOctets,
    lostAtOpen: stats.lostAtOpen || undefined,
    aside: stats.asideTotal || undefined,
    givenUp: stats.givenUpTotal || undefined,
    full: stats.full || undefined,
    failing: stats.failing?.slice(0, FAILING_CHARACTERS_MAX),
  });
}

/** @param left stored frames that it has not taken. */
export function coreOf(core: RouteStatus, records: RecordsView, left: number, wallMs: number): CorePart {
  const link = records.cores.find(
    ({ coreId, gatewayEui }) => coreId === core.id && gatewayEui === core.gatewayEui,
  );
  return compact<CorePart>({
    id: core.id,
    kind: core.kind,
    up: core.state === "connected",
    sinceS: Math.max(0, seconds(link?.sinceMs ?? wallMs - core.sinceWallMs)),
    roundTripMs: roundedOr(core.roundTripMs),
    inFlight: core.inFlight || undefined,
    ...countsOf(link),
    left: left || undefined,
    leftS: left === 0 ? undefined : leftS(core.courier, left),
    replayed: core.courier.replayed || undefined,
  });
}

function countsOf(link: CoreLinkView | undefined): Partial<CorePart> {
  if (link === undefined) return {};
  const { connects, outages, awayMs, sentOctets, receivedOctets } = link;
  return { connects, outages, awayS: seconds(awayMs), sentOctets, receivedOctets };
}

/** When the last of them will have gone; undefined while it is not known when the first will. */
function leftS({ drain, replayRatePerS }: CourierStatus, left: number): number | undefined {
  if (drain.phase === "axis" && drain.plan !== undefined) return seconds(drain.plan.leftMs);
  if (drain.phase !== "calm" || replayRatePerS <= 0) return undefined;
  return rounded(Math.ceil(left / replayRatePerS));
}

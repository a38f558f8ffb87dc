/**
 * The commands journal-stats, journal-thin and journal-export: the journal's desk (control/journal-desk.ts) asked on
 * behalf of a core.
 *
 * An export goes north in replies, never into a file: the flash of a gateway is no place to leave things, and who stands
 * before it has `edge-agent journal export`. It is bounded, for cellular data has a price, and a core is only given
 * frames that wait for it: what is meant for another core is none of its business.
 */
import type { Desk } from "../control/journal-desk.ts";
import type { JournalReport } from "../control/journal-report.ts";
import { isTable } from "./arguments.ts";
import { EXPORT_OCTETS_USUAL, type GivenTo } from "./catalogue.ts";
import { type Answer, done, failed, REPLY_OCTETS_MAX, refused } from "./reply.ts";

/** A part's frames: a reply without what stands around them. */
const PART_OCTETS_MAX = REPLY_OCTETS_MAX - 2_048;

type Line = Readonly<Record<string, unknown>>;

export async function tellJournalStats(desk: Desk): Promise<Answer> {
  const answer = await desk({ method: "GET", path: "/journal/stats", body: undefined });
  if (answer?.status !== 200) return failed("busy");
  const { directory: _local, ...report } = answer.body as JournalReport;
  return done(report);
}

export async function thinJournal(desk: Desk, given: GivenTo<"journal-thin">): Promise<Answer> {
  const { toOctets, toPercent, dryRun = true } = given;
  if ((toOctets === undefined) === (toPercent === undefined))
    return refused("malformed", "toOctets or toPercent, one of them");
  let to = toOctets ?? 0;
  if (toPercent !== undefined) {
    const stats = await desk({ method: "GET", path: "/journal/stats", body: undefined });
    if (stats?.status !== 200) return failed("busy");
    to = Math.floor(((stats.body as JournalReport).storedOctets * toPercent) / 100);
  }
  const path = `/journal/thin?to=${to}${dryRun ? "&dryRun=1" : ""}`;
  for await (const { kind, ...thinned } of linesOf(desk, "POST", path)) {
    if (kind !== "end") continue;
    const { frames, octets, leftOctets, dropped, reached } = thinned;
    return done({ dryRun, frames, octets, leftOctets, dropped, reached });
  }
  return failed("busy");
}

/**
 * Hands over the frames part by part.
 * @param say gives one part away; the next is read when it has left.
 * @returns the last part.
 */
export async function exportJournal(
  desk: Desk,
  given: GivenTo<"journal-export">,
  coreId: string,
  gatewayEui: string,
  say: (result: object) => Promise<boolean>,
): Promise<Answer> {
  let leftOctets = given.octetsMax ?? EXPORT_OCTETS_USUAL;
  let part: Line[] = [];
  let partOctets = 0;
  let nextAfter = given.afterSequence ?? -1;
  for await (const { kind, frame } of linesOf(desk, "GET", pathOf(given))) {
    if (kind !== "frame" || !isTable(frame) || !isFor(frame, given, coreId, gatewayEui)) continue;
    const octets = Buffer.byteLength(JSON.stringify(frame)) + 1;
    // A record that no reply holds is left where it is.
    if (octets > PART_OCTETS_MAX) continue;
    if (octets > leftOctets) return done({ frames: part, nextAfter });
    if (partOctets + octets > PART_OCTETS_MAX) {
      if (!(await say({ frames: part }))) return failed("unreached");
      part = [];
      partOctets = 0;
    }
    part.push(frame);
    partOctets += octets;
    leftOctets -= octets;
    nextAfter = Number(frame.sequence);
  }
  return done({ frames: part });
}

function pathOf({ devAddr, devEui, aside }: GivenTo<"journal-export">): string {
  if (aside === true) return "/journal/aside";
  if (devAddr !== undefined) return `/journal/frames?devAddr=${devAddr}`;
  return devEui === undefined ? "/journal/frames" : `/journal/frames?devEui=${devEui}`;
}

/** What was set aside was taken out of every lane; it is told to whoever it waited for. */
function isFor(
  frame: Line,
  { afterSequence = -1 }: GivenTo<"journal-export">,
  coreId: string,
  gatewayEui: string,
): boolean {
  const { sequence, cores, gatewayEui: of } = frame;
  if (!(Number(sequence) > afterSequence)) return false;
  return of === gatewayEui && Array.isArray(cores) && cores.includes(coreId);
}

async function* linesOf(desk: Desk, method: "GET" | "POST", path: string): AsyncGenerator<Line> {
  const answer = await desk({ method, path, body: undefined });
  if (answer?.status !== 200 || answer.lines === undefined) return;
  for await (const piece of answer.lines) for (const line of piece) if (isTable(line)) yield line;
}

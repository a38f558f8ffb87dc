/**
 * Availability: how long the gateway (this box with the agent on it), the packet forwarder and each core link were up,
 * over the day, month and year of UTC, across restarts and power cuts.
 *
 * Time is measured by the monotonic clock, in pieces (pieces.ts), and gets its dates once the wall clock is trusted,
 * reckoned backwards from that moment: a clock that is wrong after a boot, or steps, neither makes time nor loses any.
 * Only the time between two boots is a difference of wall clocks, and only of trusted ones; it lies before everything
 * that was not dated when the power went. A clock that nobody vouches for within a week is believed after all.
 *
 *   gateway    up while the agent runs; all other time since its first start is down
 *   forwarder  up until its last PULL_DATA, once the next one has come; down from there when none came in time
 *   core/<id>  up while at least one gateway of ours is connected to it; unknown while none has a route to it
 *
 * While the agent does not run, forwarder and links are unknown. Which time counts how: account.ts. Who looks and when:
 * agent/health/health.ts.
 */
import type { JournalNotes } from "../../journal/journal.ts";
import type { Clock } from "../../ports.ts";
import { PULL_PERIOD_DEFAULT_MS } from "../../south/sessions.ts";
import { type Account, accountOf } from "./account.ts";
import { type Calendar, openCalendar, type Period, utcText } from "./calendar.ts";
import { type Outage, openOutageLog } from "./outages.ts";
import {
  append,
  bucketOf,
  lengthOf,
  type OffCause,
  type Piece,
  planned,
  readPieces,
  type State,
  writePieces,
} from "./pieces.ts";
import { readStamp, type Stamp, writeStamp } from "./stamp.ts";

const OUTAGES_NOTE = "health.outages";
/** So long a forwarder that was heard by an earlier run may take to be heard by this one. */
export const FORWARDER_PATIENCE_MS = 3 * PULL_PERIOD_DEFAULT_MS;
/** A clock that nobody has vouched for by then is believed as it is. */
export const UNDATED_MS_MAX = 7 * 86_400_000;

/** "gateway": this box with the agent running on it; "core": the link to one core, by its id. */
export type SubjectKind = "gateway" | "forwarder" | "core";

export interface SubjectAvailability {
  readonly kind: SubjectKind;
  readonly coreId?: string | undefined;
  readonly state: State;
  /** Of the running day, month and year of UTC. */
  readonly day: Account;
  readonly month: Account;
  readonly year: Account;
}

export interface AvailabilityView {
  /** Of UTC: "2026-11-22". */
  readonly utcDay: string;
  /** false: the clock is not trusted yet; what is of this run is dated by it all the same, and will be put right. */
  readonly isDated: boolean;
  /** The gateway first, then the forwarder, then the cores in the order of the settings. */
  readonly subjects: readonly SubjectAvailability[];
}

/** How things stand at this moment. */
export interface Seen {
  /** undefined: no forwarder has been heard since the agent started. */
  readonly forwarder: { readonly alive: boolean; readonly lastPullMonotonicMs: number } | undefined;
  /** By core id. */
  readonly links: ReadonlyMap<string, State>;
  /** Planned maintenance has been announced. */
  readonly planned: boolean;
}

export interface AvailabilityParts {
  readonly clock: Pick<Clock, "wallMs" | "monotonicMs" | "kernelBootId">;
  readonly notes: JournalNotes;
  /** The notes of earlier runs may still come: the disk has not answered. */
  readonly notesMayCome: () => boolean;
  readonly isTrusted: (wallMs: number, monotonicMs: number) => boolean;
  readonly seen: () => Seen;
  readonly coreIds: readonly string[];
  /** By the wall clock as it is now, also when it is over. */
  readonly maintenanceUntilWallMs: () => number | undefined;
}

export interface Availability {
  /** Accounts for the time up to now: what stood at the last look has stood until this one. */
  look(): void;
  /** @param clean the agent is about to end, in peace. */
  stamp(clean: boolean): void;
  view(): AvailabilityView;
  /** The oldest first. */
  outages(): readonly Outage[];
  /** Others have been told outages up to this number: ours follow from it (outages.ts, after()). */
  outagesAfter(toldNumber: number): void;
  /** Before an outage is told: it and its number are written down, so that no later one is given the same. */
  keepOutages(): void;
  /** The kernel's boot id as the run before had it, where it was another one. */
  readonly rebootedFrom: string | undefined;
}

/** What is known of one subject. */
interface Track {
  readonly subject: string;
  state: State;
  /** Monotonic: accounted for up to here. */
  cursorMs: number;
  /** Not dated yet. */
  pieces: Piece[];
}

/** Before the pieces of this boot the gateway was off. */
interface Off {
  readonly cause: OffCause;
  readonly subjects: ReadonlySet<string>;
}

export function keepAvailability(parts: AvailabilityParts): Availability {
  const { clock, notes } = parts;
  const startMs = clock.monotonicMs();
  const calendar: Calendar = openCalendar(notes);
  const outages = openOutageLog();
  const track = (subject: string, state: State): Track => ({ subject, state, cursorMs: startMs, pieces: [] });
  const gateway = track("gateway", "up");
  const forwarder = track("forwarder", "up");
  const links = parts.coreIds.map((id) => track(`core/${id}`, "unknown"));
  const tracks = [gateway, forwarder, ...links];
  let resumed = false;
  let heard = false;
  let isFirstLook = true;
  let off: Off | undefined;
  let anchorUtcMs: number | undefined;
  let isDated = false;
  /** Since when it is planned, or is not, and how it was before: a forwarder is accounted for later than the others. */
  let plan = { isOn: false, sinceMs: startMs, wasOn: false };
  let rebootedFrom: string | undefined;
  /** What is on disk has time without dates, or is of an earlier run. */
  let isStampBehind = true;

  // -------------------------------------------------------------------------------- what was before

  function resume(): void {
    if (resumed || parts.notesMayCome()) return;
    resumed = true;
    const stamp = readStamp(notes);
    outages.read(notes.get(OUTAGES_NOTE), stamp?.anchorUtcMs ?? 0);
    if (stamp !== undefined) takeUp(stamp);
  }

  function takeUp(stamp: Stamp): void {
    anchorUtcMs = stamp.anchorUtcMs;
    heard ||= stamp.heard;
    if (stamp.today !== undefined) calendar.restore(stamp.today.utcDay, stamp.today.sheet);
    const sameBoot = stamp.boot === clock.kernelBootId() && stamp.monotonicMs <= startMs;
    if (!sameBoot) rebootedFrom = stamp.boot;
    const subjects = new Set(Object.keys(stamp.pieces));
    if (sameBoot && stamp.off !== undefined) off = { cause: stamp.off, subjects };
    if (!sameBoot && anchorUtcMs !== undefined)
      off = { cause: stamp.off ?? (stamp.clean ? "gatewayOff" : "powerCut"), subjects };
    const goneMs = sameBoot ? startMs - stamp.monotonicMs : 0;
    for (const each of tracks) {
      if (!subjects.has(each.subject)) continue;
      const before = readPieces(stamp.pieces[each.subject]!);
      const gone = goneFor(
        each,
        goneMs,
        stamp.clean ? "restart" : "crash",
        clock.wallMs() - uptimeMs() - goneMs,
      );
      each.pieces = joined(before, gone, each.pieces);
    }
  }

  const uptimeMs = (): number => clock.monotonicMs() - startMs;

  /** The time in which the agent did not run, as this subject has it. @param fromWallMs by the clock as it is now. */
  function goneFor({ subject }: Track, ms: number, cause: OffCause, fromWallMs: number): Piece[] {
    if (ms <= 0) return [];
    if (subject !== "gateway") return [{ state: "unknown", planned: false, ms }];
    const plannedMs = (parts.maintenanceUntilWallMs() ?? fromWallMs) - fromWallMs;
    return planned({ state: "down", planned: false, cause, ms }, plannedMs);
  }

  // -------------------------------------------------------------------------------------- this run

  function advance(each: Track, toMs: number): void {
    for (const [untilMs, isPlanned] of [
      [Math.min(toMs, plan.sinceMs), plan.wasOn],
      [toMs, plan.isOn],
    ] as const) {
      if (untilMs <= each.cursorMs) continue;
      append(each.pieces, { state: each.state, planned: isPlanned, ms: untilMs - each.cursorMs });
      each.cursorMs = untilMs;
    }
  }

  function lookAtForwarder(seen: Seen["forwarder"], nowMs: number): void {
    if (seen === undefined) {
      if (!heard) forwarder.cursorMs = nowMs;
      if (!heard || nowMs - startMs < FORWARDER_PATIENCE_MS) return;
      forwarder.state = "down";
      advance(forwarder, nowMs);
      return;
    }
    if (!heard) forwarder.cursorMs = Math.max(forwarder.cursorMs, Math.min(seen.lastPullMonotonicMs, nowMs));
    heard = true;
    advance(forwarder, seen.lastPullMonotonicMs);
    forwarder.state = seen.alive ? "up" : "down";
    if (!seen.alive) advance(forwarder, nowMs);
  }

  function look(): void {
    const nowMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    resume();
    const seen = parts.seen();
    advance(gateway, nowMs);
    lookAtForwarder(seen.forwarder, nowMs);
    for (const link of links) {
      const state = seen.links.get(link.subject.slice("core/".length)) ?? "unknown";
      if (isFirstLook) link.state = state;
      advance(link, nowMs);
      link.state = state;
    }
    isFirstLook = false;
    if (seen.planned !== plan.isOn) plan = { isOn: seen.planned, sinceMs: nowMs, wasOn: plan.isOn };
    isDated = resumed && parts.isTrusted(wallMs, nowMs);
    if (isDated) date(wallMs, nowMs);
    // Time that the stamp has undated would lie after the dark, were the power to go now.
    if (isDated && isStampBehind) writeDown(false);
    else if (resumed && lengthOf(gateway.pieces) >= UNDATED_MS_MAX) date(likelyUtcMs(wallMs), nowMs);
  }

  // ------------------------------------------------------------------------------------------ dates

  /** All pieces get their dates. @param utcMs what the monotonic `nowMs` is. */
  function date(utcMs: number, nowMs: number): void {
    if (off !== undefined) placeOff(off, utcMs - (nowMs - gateway.cursorMs) - lengthOf(gateway.pieces));
    off = undefined;
    calendar.turnTo(utcMs);
    for (const each of tracks) {
      forEachDated(each, utcMs - (nowMs - each.cursorMs), (piece, fromUtcMs, toUtcMs) => {
        calendar.add(each.subject, bucketOf(piece), fromUtcMs, toUtcMs);
        const { cause, planned: isPlanned } = piece;
        if (piece.state !== "down") outages.over(each.subject);
        else outages.down({ subject: each.subject, cause, planned: isPlanned, fromUtcMs, toUtcMs });
      });
      each.pieces = [];
    }
    anchorUtcMs = utcMs;
  }

  /** Between the last dated moment and the first piece the gateway was off. */
  function placeOff({ cause, subjects }: Off, untilUtcMs: number): void {
    const fromUtcMs = anchorUtcMs ?? untilUtcMs;
    for (const each of tracks) {
      if (!subjects.has(each.subject)) continue;
      each.pieces = joined(goneFor(each, untilUtcMs - fromUtcMs, cause, fromUtcMs), each.pieces);
    }
  }

  /** What the time is likely to be while nobody vouches for the clock: never before what is known to have passed. */
  function likelyUtcMs(wallMs: number): number {
    return Math.max(wallMs, (anchorUtcMs ?? 0) + lengthOf(gateway.pieces));
  }

  // ------------------------------------------------------------------------------------- told, kept

  /** What is not dated yet is shown as of now. */
  function withUndated(each: Track, { day, month, year }: Period, utcMs: number): Period {
    if (isDated) return { day, month, year };
    const today = utcText(utcMs);
    const behindMs = clock.monotonicMs() - each.cursorMs;
    forEachDated(each, utcMs - behindMs, (piece, fromUtcMs, toUtcMs) => {
      const date = utcText(fromUtcMs);
      const bucket = bucketOf(piece);
      const ms = toUtcMs - fromUtcMs;
      if (date.slice(0, 4) === today.slice(0, 4)) year[bucket] += ms;
      if (date.slice(0, 7) === today.slice(0, 7)) month[bucket] += ms;
      if (date === today) day[bucket] += ms;
    });
    return { day, month, year };
  }

  function subjectView(each: Track, utcMs: number): SubjectAvailability {
    const { day, month, year } = withUndated(each, calendar.sums(each.subject, utcMs), utcMs);
    const [kind, coreId] = each.subject.split(/\/(.*)/s) as [SubjectKind, string | undefined];
    return {
      kind,
      coreId,
      state: each === forwarder && !heard ? "unknown" : each.state,
      day: accountOf(day),
      month: accountOf(month),
      year: accountOf(year),
    };
  }

  function writeDown(clean: boolean): void {
    const nowMs = clock.monotonicMs();
    // An agent that ends in peace leaves a living forwarder alive; of a power cut nobody knows.
    if (clean && heard && forwarder.state === "up") advance(forwarder, nowMs);
    if (clean && isDated) date(clock.wallMs(), nowMs);
    isStampBehind = !isDated;
    calendar.save();
    if (outages.changed) notes.set(OUTAGES_NOTE, outages.write());
    const known = tracks.filter((each) => each !== forwarder || heard);
    writeStamp(notes, {
      boot: clock.kernelBootId(),
      monotonicMs: nowMs,
      clean,
      anchorUtcMs,
      pieces: Object.fromEntries(known.map((each) => [each.subject, writePieces(upTo(each, nowMs))])),
      off: off?.cause,
      heard,
      today: calendar.today,
    });
  }

  return {
    look,
    stamp: (clean) => {
      look();
      if (resumed) writeDown(clean);
    },
    view: () => {
      look();
      const utcMs = isDated ? clock.wallMs() : likelyUtcMs(clock.wallMs());
      return {
        utcDay: utcText(utcMs),
        isDated,
        subjects: tracks.map((each) => subjectView(each, utcMs)),
      };
    },
    outages: () => outages.list(),
    outagesAfter: (toldNumber) => {
      if (resumed) outages.after(toldNumber);
    },
    keepOutages: () => {
      // With the stamp: an outage must not lie after the moment from which the power is thought to have been away.
      if (resumed && outages.changed) writeDown(false);
    },
    get rebootedFrom() {
      return rebootedFrom;
    },
  };
}

/** What is not accounted for yet is unknown to who comes after us. */
function upTo({ pieces, cursorMs }: Track, nowMs: number): Piece[] {
  return joined(pieces, [{ state: "unknown", planned: false, ms: nowMs - cursorMs }]);
}

function joined(...lists: readonly (readonly Piece[])[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of lists.flat()) append(all, piece);
  return all;
}

/** Walks the pieces of a track in order, whose last one ends at `endUtcMs`. */
function forEachDated(
  { pieces }: Track,
  endUtcMs: number,
  run: (piece: Piece, fromUtcMs: number, toUtcMs: number) => void,
): void {
  let fromUtcMs = endUtcMs - lengthOf(pieces);
  for (const piece of pieces) {
    run(piece, fromUtcMs, fromUtcMs + piece.ms);
    fromUtcMs += piece.ms;
  }
}

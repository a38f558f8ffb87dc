/**
 * A drain: from the moment at which a core takes frames again until its gateway has caught up, and by which plan.
 *
 *   calm ──nothing gets through──> away ──up──> probing ──a frame is taken──> deciding ──> on the axis ──> calm
 *
 * - *Away* until a frame is taken: outage.ts. Had the outage ended with the connection, a plan would be spent on a core
 *   that is still starting, and its frames would go out unpaired when it is there.
 * - An outage of a minute or less starts no axis.
 * - *Deciding*: a plan that was heard and is of this outage is followed. Else one is awaited for LISTEN_MS and a while
 *   that is each gateway's own (all propose at once otherwise, and each would hear all), then proposed; it counts when
 *   the broker says it back, since MQTT 3.1.1 acknowledges even what it then throws away. Else the boundaries of
 *   replay-plan.ts.
 * - *On the axis* a later plan never replaces an earlier one, a message replaces what was made here, and nothing local
 *   changes it, a new outage least of all: what fell due meanwhile is due when the road is back. A proposer that hears a
 *   later plan for the same outage says its own again, for those who come after.
 * - A gateway whose clock cannot tell when a frame was heard, and any frame whose time nobody knows, comes after the others:
 *   when the axis has caught up, which needs no clock but the monotonic one.
 *
 * Nothing waits for ever. Deciding ends by itself. A plan holds a frame until its axis has caught up and AFTER_MS at the
 * most: AHEAD_MS_MAX + AXIS_MS_MAX after it was first followed, on the monotonic clock, whatever stamps and clocks say
 * and however often the road breaks. A plan that is replaced is replaced by an earlier one, PLAN_CHANGES_MAX times. Only
 * an outage after the axis is over starts another, and frames of before the last t0 are free of it: none is planned for
 * more than twice. A restart resumes the plan from the journal's notes; after a reboot, when the monotonic clock has begun
 * anew, REBOOTS_MAX times, then it counts as caught up.
 *
 * An outage may outlast the process: once it is long enough for a plan its beginning is noted, with the first frame that
 * comes then (which goes to disk anyway), and the note goes when the outage does.
 *
 * Pure: each question brings its moment. Clocks, notes and proposals come from departures.ts; what a plan means for a
 * frame: followed.ts.
 */
import { readDrainNote, writeDrainNote } from "./drain-note.ts";
import {
  AFTER_MS,
  ANY_TIME,
  type Followed,
  followOn,
  followPlan,
  goesAtMs,
  isCaughtUp,
  LONG_AGO,
  type PlanSource,
} from "./followed.ts";
import type { HeardAt, Moment } from "./moment.ts";
import { createOutage } from "./outage.ts";
import {
  boundaryPlan,
  faultOf,
  OUTAGE_MS_MIN,
  type PlanFault,
  proposedPlan,
  type ReplayPlan,
  readReplayPlan,
  winsOver,
} from "./replay-plan.ts";

/** What is retained comes with the subscription; this is for brokers that take their time. */
export const LISTEN_MS = 2_000;
/** Those who would propose do it at moments of their own within so long. */
export const PROPOSE_SPREAD_MS = 20_000;
/** A proposal that was not said back by then was not accepted. */
export const ECHO_MS = 5_000;
/** Boundaries are counted from the return and so long, for the moment of deciding is each gateway's own. */
export const DECIDE_MS_MAX = 30_000;
export const PLAN_CHANGES_MAX = 16;
const PLANS_HEARD_MAX = 4;
const REPROPOSALS_MAX = 3;
/** Two plans whose outages began so near each other are for the same one. */
const SAME_OUTAGE_MS = 10 * 60_000;

export interface DrainStatus {
  readonly phase: "calm" | "away" | "probing" | "deciding" | "axis";
  readonly plan:
    | {
        readonly t0Ms: number;
        readonly tFromMs: number;
        readonly k: number;
        readonly by: string;
        readonly source: PlanSource;
        /** 0: it has caught up. */
        readonly leftMs: number;
      }
    | undefined;
}

export interface DrainParts {
  readonly gatewayEui: string;
  readonly mayPropose: boolean;
  /** What an earlier run remembered; undefined or "": nothing. */
  readonly note: string | undefined;
  readonly remember: (note: string) => void;
  readonly propose: (plan: ReplayPlan) => void;
  /** Lanes that wait should ask again: their moment may have changed. */
  readonly onChange: () => void;
}

export interface Drain {
  /**
   * The journal has found at last what an earlier run kept: what is known of outages begins anew with it, unless a plan
   * is followed already.
   */
  found(at: Moment, note: string | undefined): void;
  /** Nothing gets through: the connection ended, or a frame was not taken. */
  lost(at: Moment): void;
  /** The connection is up. @param hasBacklog whether there is an old frame to try it with. */
  up(at: Moment, hasBacklog: boolean): void;
  /** A frame was kept. */
  kept(at: Moment): void;
  /** A frame was taken. @param probe the oldest, when it was that one; else undefined. */
  passed(at: Moment, probe: HeardAt | undefined): void;
  /** What stands on the plan's topic. @returns why it is of no use. */
  hear(at: Moment, payload: Buffer): PlanFault | undefined;
  /** Nothing is stored any more. */
  drained(at: Moment): void;
  /** There was no outage, or nothing is left of it: nothing here holds anything, and nothing need be told or asked. */
  readonly calm: boolean;
  /** Whether one old frame at a time may go, the oldest first. */
  readonly probing: boolean;
  /** When a data frame may be sent, monotonic; -Infinity: any time. */
  mayGoAtMs(at: Moment, heard: HeardAt): number;
  /** Does what is due. @returns when to be called again, monotonic; undefined: not for its own sake. */
  tick(at: Moment): number | undefined;
  /** While a plan is followed. */
  readonly plan: ReplayPlan | undefined;
  /** Monotonic; when the plan's axis has caught up. */
  readonly endsMs: number | undefined;
  status(at: Moment): DrainStatus;
}

/** Monotonic. */
interface Deciding {
  readonly outageFromMs: number;
  readonly returnedMs: number;
  readonly untilMs: number;
  readonly proposed: boolean;
  readonly freeBeforeMs: number;
}

export function createDrain(parts: DrainParts): Drain {
  const outage = createOutage(remember);
  let deciding: Deciding | undefined;
  let followed: Followed | undefined;
  let note = parts.note === "" ? undefined : parts.note;
  let changes = 0;
  let reproposals = 0;
  let heardPlans: ReplayPlan[] = [];

  const isOver = (at: Moment): boolean => isCaughtUp(followed, at);

  function found(at: Moment, remembered: string | undefined): void {
    if (followed !== undefined) remember(at);
    if (followed !== undefined || deciding !== undefined) return;
    note = remembered === "" ? undefined : remembered;
    outage.reset();
  }

  // ------------------------------------------------------------------------------- the end of an outage

  function up(at: Moment, hasBacklog: boolean): void {
    if (note !== undefined) resume(at, hasBacklog);
    if (deciding !== undefined || !isOver(at)) {
      outage.settled();
      return;
    }
    const over = outage.up(at, hasBacklog);
    if (over !== undefined && over.outageMs > OUTAGE_MS_MIN) decide(at, over.outageMs);
  }

  function passed(at: Moment, probe: HeardAt | undefined): void {
    const over = outage.passed(at, probe, (heardMs) => followed !== undefined && heardMs < followed.beginsMs);
    if (over === undefined || !isOver(at) || deciding !== undefined) return;
    if (over.outageMs > OUTAGE_MS_MIN) decide(at, over.outageMs);
    else if (over.wasProbing) parts.onChange();
  }

  // --------------------------------------------------------------------------------------- which plan

  function decide(at: Moment, outageMs: number): void {
    const { monotonicMs } = at;
    changes = 0;
    reproposals = 0;
    deciding = {
      outageFromMs: monotonicMs - outageMs,
      returnedMs: monotonicMs,
      untilMs: monotonicMs + LISTEN_MS + (parts.mayPropose ? spreadMs(parts.gatewayEui) : 0),
      proposed: false,
      freeBeforeMs: followed?.beginsMs ?? LONG_AGO,
    };
    const known = heardPlans.filter((plan) => isOfThisOutage(plan, at));
    const first = known.reduce<ReplayPlan | undefined>(
      (best, plan) => (best === undefined || winsOver(plan, best) ? plan : best),
      undefined,
    );
    if (first !== undefined) follow(at, first, "message");
    else parts.onChange();
  }

  function isOfThisOutage(plan: ReplayPlan, at: Moment): boolean {
    if (!at.clockGood) return true;
    return faultOf(plan, at.utcMs) === undefined && plan.t0Ms > outageFromUtcMs(at);
  }

  function outageFromUtcMs(at: Moment): number {
    if (!at.clockGood) return 0;
    if (deciding === undefined) return followed?.outageFromMs ?? 0;
    return at.utcMs - (at.monotonicMs - deciding.outageFromMs);
  }

  function hear(at: Moment, payload: Buffer): PlanFault | undefined {
    if (payload.length === 0) {
      // Somebody took it away, as one does with what is retained. Who follows it goes on.
      heardPlans = [];
      return undefined;
    }
    const read = readReplayPlan(payload);
    if (!read.ok) return read.fault;
    const plan = read.value;
    const fault = at.clockGood ? faultOf(plan, at.utcMs) : undefined;
    if (fault !== undefined) return fault;
    heardPlans = [...heardPlans.filter((other) => !isSame(other, plan)), plan].slice(-PLANS_HEARD_MAX);
    if (deciding !== undefined) {
      if (isOfThisOutage(plan, at)) follow(at, plan, "message");
    } else if (followed !== undefined && !isOver(at)) compare(at, plan, followed);
    return undefined;
  }

  function compare(at: Moment, plan: ReplayPlan, { plan: current, source }: Followed): void {
    if (source === "message" && !winsOver(plan, current)) {
      sayAgain(plan, current);
      return;
    }
    if (changes >= PLAN_CHANGES_MAX || !isOfThisOutage(plan, at)) return;
    changes += 1;
    follow(at, plan, "message");
  }

  /** What stands retained should be the plan that is followed, or who comes next follows another. */
  function sayAgain(plan: ReplayPlan, current: ReplayPlan): void {
    const competes = !isSame(plan, current) && Math.abs(plan.tFromMs - current.tFromMs) <= SAME_OUTAGE_MS;
    if (!competes || current.by !== parts.gatewayEui || reproposals >= REPROPOSALS_MAX) return;
    reproposals += 1;
    parts.propose(current);
  }

  function follow(at: Moment, plan: ReplayPlan, source: PlanSource): void {
    const freeBeforeMs = deciding?.freeBeforeMs ?? followed?.freeBeforeMs ?? LONG_AGO;
    followed = followPlan(at, plan, source, followed, { freeBeforeMs, outageFromMs: outageFromUtcMs(at) });
    deciding = undefined;
    remember(at);
    parts.onChange();
  }

  function tick(at: Moment): number | undefined {
    if (deciding !== undefined && at.monotonicMs >= deciding.untilMs) settle(at, deciding);
    if (deciding !== undefined) return deciding.untilMs;
    const overMs = followed === undefined ? 0 : followed.endsMs + AFTER_MS;
    return overMs > at.monotonicMs ? overMs : undefined;
  }

  /** Nobody has said anything in time. */
  function settle(at: Moment, { outageFromMs, returnedMs, proposed }: Deciding): void {
    const utcOf = (monotonicMs: number): number => at.utcMs - (at.monotonicMs - monotonicMs);
    if (at.clockGood && parts.mayPropose && !proposed) {
      deciding = { ...deciding!, proposed: true, untilMs: at.monotonicMs + ECHO_MS };
      parts.propose(proposedPlan(utcOf(outageFromMs), at.utcMs, parts.gatewayEui));
      return;
    }
    const plan = boundaryPlan(utcOf(outageFromMs), utcOf(returnedMs) + DECIDE_MS_MAX);
    follow(at, plan, at.clockGood ? "boundaries" : "blind");
  }

  // ------------------------------------------------------------------------------------ following it

  function mayGoAtMs(at: Moment, heard: HeardAt): number {
    if (deciding !== undefined) {
      const isFree = at.monotonicMs - heard.ageMs < deciding.freeBeforeMs;
      return isFree ? ANY_TIME : deciding.untilMs;
    }
    return followed === undefined ? ANY_TIME : goesAtMs(followed, at, heard);
  }

  function drained(at: Moment): void {
    if (followed === undefined || at.monotonicMs < followed.endsMs + AFTER_MS) return;
    followed = undefined;
    parts.remember("");
  }

  // ------------------------------------------------------------------------------------- remembering

  function remember(at: Moment): void {
    parts.remember(writeDrainNote({ bootId: at.kernelBootId, followed, away: outage.awayAt(at) }));
  }

  /** An earlier run followed a plan, and may not have caught up; or it ended in an outage. */
  function resume(at: Moment, hasBacklog: boolean): void {
    const remembered = readDrainNote(note ?? "");
    note = undefined;
    if (remembered === undefined) return;
    const isSameBoot = remembered.bootId === at.kernelBootId;
    if (remembered.away !== undefined) outage.resume(at, remembered.away, isSameBoot);
    const before = remembered.followed;
    if (before === undefined || isSameBoot) {
      followed = before;
      return;
    }
    if (!hasBacklog && !at.clockGood) return;
    followed = followOn(before, at);
    remember(at);
  }

  function status(at: Moment): DrainStatus {
    const phase = ((): DrainStatus["phase"] => {
      if (deciding !== undefined) return "deciding";
      if (outage.probing) return "probing";
      if (!isOver(at)) return "axis";
      return outage.away ? "away" : "calm";
    })();
    if (followed === undefined) return { phase, plan: undefined };
    const { plan, source, endsMs } = followed;
    const { t0Ms, tFromMs, k, by } = plan;
    const leftMs = Math.max(0, Math.round(endsMs - at.monotonicMs));
    return { phase, plan: { t0Ms, tFromMs, k, by, source, leftMs } };
  }

  return {
    found,
    lost: outage.lost,
    up,
    kept: (at) => {
      if (outage.isToBeNoted(at)) remember(at);
    },
    passed,
    hear,
    drained,
    get calm() {
      return !outage.away && deciding === undefined && followed === undefined;
    },
    get probing() {
      return outage.probing;
    },
    mayGoAtMs,
    tick,
    get plan() {
      return followed?.plan;
    },
    get endsMs() {
      return followed?.endsMs;
    },
    status,
  };
}

/** A moment of this gateway's own: EUIs of one maker differ in their last digits, so those are stirred. */
function spreadMs(gatewayEui: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < gatewayEui.length; at++)
    hash = Math.imul(hash ^ gatewayEui.charCodeAt(at), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % PROPOSE_SPREAD_MS;
}

function isSame(one: ReplayPlan, other: ReplayPlan): boolean {
  return !winsOver(one, other) && !winsOver(other, one);
}

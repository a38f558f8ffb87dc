/**
 * A drain: from the moment at which a core takes frames again until its gateway has caught up, and by which plan.
 *
 *   calm ──nothing gets through──> away ──up──> probing ──a frame is taken──> deciding ──> on the axis ──> calm
 *
 * - *Away* is not the same as disconnected: a broker without its core takes nothing either. So the outage ends with the
 *   first frame that is taken, the oldest one, sent alone (probing). Had it begun with the connection, a plan would be
 *   spent on a core that is still starting, and its frames would go out unpaired when it is there.
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
 * Pure: each question brings its moment. Timers and lanes are in courier.ts.
 */
import { dueAtMs, RIDE_MS_MAX } from "./axis.ts";
import {
  AHEAD_MS_MAX,
  AXIS_MS_MAX,
  axisLengthMs,
  boundaryPlan,
  caughtUpAtMs,
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
/** Beside the others' last frames, their live ones. */
export const AFTER_MS = 30_000;
/** What a gateway without a clock assumes of a plan that has yet to begin. */
const BLIND_AHEAD_MS = 5 * 60_000;
const ANY_TIME = Number.NEGATIVE_INFINITY;
/** Monotonic, and a number that a note can hold: frames of earlier boots were heard at negative times. */
const LONG_AGO = -1e15;
export const PLAN_CHANGES_MAX = 16;
const PLANS_HEARD_MAX = 4;
const REPROPOSALS_MAX = 3;
const REBOOTS_MAX = 3;
/** Two plans whose outages began so near each other are for the same one. */
const SAME_OUTAGE_MS = 10 * 60_000;

export interface Moment {
  readonly monotonicMs: number;
  readonly utcMs: number;
  /** Whether utcMs may be compared with other gateways' (axis.ts, canRide). */
  readonly clockGood: boolean;
  readonly kernelBootId: string;
}

/** When a frame was heard, as far as anybody knows. */
export interface HeardAt {
  readonly heardUtcMs: number | undefined;
  readonly ageMs: number;
}

export type PlanSource = "message" | "boundaries" | "blind";

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
  /** Nothing gets through: the connection ended, or a frame was not taken. */
  lost(at: Moment): void;
  /** The connection is up. @param hasBacklog whether there is an old frame to try it with. */
  up(at: Moment, hasBacklog: boolean): void;
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

interface Followed {
  readonly plan: ReplayPlan;
  readonly source: PlanSource;
  /** Monotonic, these four: followed since, its t0, caught up. */
  readonly sinceMs: number;
  readonly beginsMs: number;
  readonly endsMs: number;
  /** Frames heard before this were planned for before. */
  readonly freeBeforeMs: number;
  /** UTC; 0 where nobody knew. Plans for an earlier moment are for another outage. */
  readonly outageFromMs: number;
  readonly reboots: number;
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
  /** Since when nothing has got through, monotonic. Of a new process it is only known from its oldest frame. */
  let awayFromMs: number | undefined;
  let isNew = true;
  let probing = false;
  let deciding: Deciding | undefined;
  let followed: Followed | undefined;
  let note = parts.note === "" ? undefined : parts.note;
  let changes = 0;
  let reproposals = 0;
  let heardPlans: ReplayPlan[] = [];

  const isOver = (at: Moment): boolean => followed === undefined || at.monotonicMs >= followed.endsMs;

  // ------------------------------------------------------------------------------- the end of an outage

  function up(at: Moment, hasBacklog: boolean): void {
    if (note !== undefined) resume(at, hasBacklog);
    if (deciding !== undefined || !isOver(at)) {
      isNew = false;
      return;
    }
    if (isNew) awayFromMs ??= at.monotonicMs;
    if (awayFromMs === undefined) return;
    const awayMs = at.monotonicMs - awayFromMs;
    if (hasBacklog) {
      probing = isNew || awayMs > OUTAGE_MS_MIN;
      return;
    }
    const wasNew = isNew;
    returned();
    if (!wasNew && awayMs > OUTAGE_MS_MIN) decide(at, awayMs);
  }

  function passed(at: Moment, probe: HeardAt | undefined): void {
    if (awayFromMs === undefined || (isNew && probing && probe === undefined)) return;
    const sinceMs = at.monotonicMs - awayFromMs;
    const observed = isNew ? 0 : sinceMs;
    const wasProbing = probing;
    returned();
    if (!isOver(at) || deciding !== undefined) return;
    // Frames that were under way when the road broke are older than what was seen of the outage.
    const heardMs = at.monotonicMs - (probe?.ageMs ?? 0);
    const planned = followed !== undefined && heardMs < followed.beginsMs;
    const outageMs = planned || !wasProbing ? observed : Math.max(observed, probe?.ageMs ?? 0);
    if (outageMs > OUTAGE_MS_MIN) decide(at, outageMs);
    else if (wasProbing) parts.onChange();
  }

  function returned(): void {
    awayFromMs = undefined;
    isNew = false;
    probing = false;
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
    const { monotonicMs } = at;
    const leftMs = at.clockGood ? caughtUpAtMs(plan) - at.utcMs : BLIND_AHEAD_MS + axisLengthMs(plan);
    const sinceMs = followed !== undefined && !isOver(at) ? followed.sinceMs : monotonicMs;
    followed = {
      plan,
      source,
      sinceMs,
      beginsMs: at.clockGood ? monotonicMs + plan.t0Ms - at.utcMs : monotonicMs,
      endsMs: Math.min(monotonicMs + Math.max(0, leftMs), sinceMs + WAIT_MS_MAX),
      freeBeforeMs: deciding?.freeBeforeMs ?? followed?.freeBeforeMs ?? LONG_AGO,
      outageFromMs: outageFromUtcMs(at),
      reboots: 0,
    };
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

  function mayGoAtMs(at: Moment, { heardUtcMs, ageMs }: HeardAt): number {
    const heardMs = at.monotonicMs - ageMs;
    if (deciding !== undefined) return heardMs < deciding.freeBeforeMs ? ANY_TIME : deciding.untilMs;
    if (followed === undefined || heardMs < followed.freeBeforeMs) return ANY_TIME;
    const lastMs = followed.endsMs + AFTER_MS;
    if (at.monotonicMs >= lastMs) return ANY_TIME;
    if (!at.clockGood || heardUtcMs === undefined || followed.source === "blind") {
      return heardMs < followed.sinceMs ? lastMs : Math.min(lastMs, heardMs + RIDE_MS_MAX);
    }
    const dueMs = at.monotonicMs + dueAtMs(followed.plan, heardUtcMs) - at.utcMs;
    return Math.min(dueMs, lastMs);
  }

  function drained(at: Moment): void {
    if (followed === undefined || at.monotonicMs < followed.endsMs + AFTER_MS) return;
    followed = undefined;
    parts.remember("");
  }

  // ------------------------------------------------------------------------------------- remembering

  function remember(at: Moment): void {
    parts.remember(JSON.stringify({ version: 1, bootId: at.kernelBootId, ...followed }));
  }

  /** An earlier run followed a plan, and may not have caught up. */
  function resume(at: Moment, hasBacklog: boolean): void {
    const remembered = readNote(note ?? "");
    note = undefined;
    if (remembered === undefined) return;
    const { bootId, ...before } = remembered;
    if (bootId === at.kernelBootId) {
      followed = before;
      return;
    }
    if (!hasBacklog && !at.clockGood) return;
    const reboots = before.reboots + 1;
    const leftMs = at.clockGood ? caughtUpAtMs(before.plan) - at.utcMs : axisLengthMs(before.plan);
    const waitMs = reboots > REBOOTS_MAX ? 0 : Math.min(Math.max(0, leftMs), WAIT_MS_MAX);
    const begunMs = at.clockGood ? at.utcMs - before.plan.t0Ms : 0;
    const sinceMs = at.monotonicMs;
    followed = {
      ...before,
      sinceMs,
      beginsMs: sinceMs - begunMs,
      endsMs: sinceMs + waitMs,
      freeBeforeMs: sinceMs + before.freeBeforeMs - before.beginsMs,
      reboots,
    };
    remember(at);
  }

  function status(at: Moment): DrainStatus {
    const phase = ((): DrainStatus["phase"] => {
      if (deciding !== undefined) return "deciding";
      if (probing) return "probing";
      if (!isOver(at)) return "axis";
      return awayFromMs === undefined ? "calm" : "away";
    })();
    if (followed === undefined) return { phase, plan: undefined };
    const { plan, source, endsMs } = followed;
    const { t0Ms, tFromMs, k, by } = plan;
    const leftMs = Math.max(0, Math.round(endsMs - at.monotonicMs));
    return { phase, plan: { t0Ms, tFromMs, k, by, source, leftMs } };
  }

  return {
    lost: (at) => {
      probing = false;
      awayFromMs ??= at.monotonicMs;
    },
    up,
    passed,
    hear,
    drained,
    get calm() {
      return awayFromMs === undefined && deciding === undefined && followed === undefined;
    },
    get probing() {
      return probing;
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

/** From the moment a plan is first followed, with a clock that is right, until it has caught up. */
const WAIT_MS_MAX = AHEAD_MS_MAX + AXIS_MS_MAX;

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

/** The notes are our own, but a disk can lie, and an older version may have written them. */
function readNote(text: string): (Followed & { readonly bootId: string }) | undefined {
  try {
    const said = JSON.parse(text) as Record<string, unknown> & { plan?: Record<string, unknown> };
    const moments = [said.sinceMs, said.beginsMs, said.endsMs, said.freeBeforeMs, said.outageFromMs];
    const numbers = [...moments, said.reboots];
    const planned = [said.plan?.t0Ms, said.plan?.tFromMs, said.plan?.k];
    const sound = [...numbers, ...planned].every(Number.isFinite) && typeof said.bootId === "string";
    if (said.version !== 1 || !sound) return undefined;
    if (!["message", "boundaries", "blind"].includes(said.source as string)) return undefined;
    const { version: _version, ...rest } = said;
    return rest as unknown as Followed & { readonly bootId: string };
  } catch {
    return undefined;
  }
}

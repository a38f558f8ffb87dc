/**
 * Outages: the last ones, one line each, so that the core can tell "the gateway was off" from "the road was down" when
 * they reach it afterwards. Pure but for its memory.
 *
 *   gatewayOff       the box was shut down, and said so before
 *   powerCut         the box went without a word; it began within the stamp interval after `fromWallMs`
 *   restart          the agent alone was gone: stopped, or crashed (isCrash; its beginning is then as uncertain)
 *   backhaulDown     a core link was down while the gateway was up
 *   forwarderSilent  the packet forwarder said nothing while the gateway was up
 *
 * Where the note of earlier runs was lost the numbers begin anew, until it is known what others have been told: no number
 * is ever given twice to somebody (after()).
 */
import type { OffCause } from "./pieces.ts";

export type OutageKind = "gatewayOff" | "powerCut" | "restart" | "backhaulDown" | "forwarderSilent";

export interface Outage {
  /** Rises with each one, over restarts: who has told the core of some knows which are new. */
  readonly number: number;
  readonly kind: OutageKind;
  /** Of backhaulDown: which. */
  readonly coreId?: string | undefined;
  readonly fromWallMs: number;
  /** undefined: it lasts. */
  readonly toWallMs: number | undefined;
  /** It began within planned maintenance. */
  readonly isPlanned: boolean;
  /** Of restart: without a word before. */
  readonly isCrash?: boolean | undefined;
}

/** The latest are kept. */
export const OUTAGES_MAX = 64;
/** A link or a forwarder that is back sooner is counted in its account, and not told. */
export const OUTAGE_MS_MIN = 10_000;

/** A stretch of time in which a subject was down. */
export interface Down {
  readonly subject: string;
  readonly cause?: OffCause | undefined;
  readonly planned: boolean;
  readonly fromUtcMs: number;
  readonly toUtcMs: number;
}

export interface OutageLog {
  /** Follows what was said of this subject before, if it was down then. */
  down(stretch: Down): void;
  /** The subject is up again, or nobody can say. */
  over(subject: string): void;
  list(): readonly Outage[];
  /**
   * Somebody has been told numbers up to this one: where ours do not follow from it, those listed are numbered on from it.
   * Before the first is told, of all who may be told; none of ours has been told by then.
   */
  after(toldNumber: number): void;
  /** Whether list() has changed but for the ends of those that last. */
  readonly changed: boolean;
  write(): string;
  /** What an earlier run wrote. @param endedUtcMs when those that lasted were last seen. */
  read(text: string | undefined, endedUtcMs: number): void;
}

type Open = { -readonly [Field in keyof Outage]: Outage[Field] };

export function openOutageLog(): OutageLog {
  let outages: Outage[] = [];
  let next = 1;
  /** No earlier run has left its numbers, and nobody has been told any since. */
  let isAnew = true;
  let changed = false;
  /** Those that last, listed or still too short for it. */
  const open = new Map<string, Open & { untilMs: number }>();

  const list = (outage: Open): void => {
    outage.number = next;
    next += 1;
    outages.push(outage);
    if (outages.length > OUTAGES_MAX) outages = outages.slice(-OUTAGES_MAX);
    changed = true;
  };

  const shiftBy = (numbers: number): void => {
    for (const outage of outages) (outage as Open).number += numbers;
    next += numbers;
  };

  const end = (subject: string): void => {
    const ended = open.get(subject);
    if (ended === undefined) return;
    open.delete(subject);
    if (ended.number === 0) return;
    ended.toWallMs = Math.round(ended.untilMs);
    changed = true;
  };

  return {
    down: ({ subject, cause, planned, fromUtcMs, toUtcMs }) => {
      const known = open.get(subject);
      const outage = known ?? {
        number: 0,
        ...kindOf(subject, cause),
        fromWallMs: Math.round(fromUtcMs),
        toWallMs: undefined,
        isPlanned: planned,
        untilMs: toUtcMs,
      };
      outage.untilMs = toUtcMs;
      if (known === undefined) open.set(subject, outage);
      const isTold = cause !== undefined || toUtcMs - outage.fromWallMs >= OUTAGE_MS_MIN;
      if (outage.number === 0 && isTold) list(outage);
    },
    over: end,
    list: () => outages.map(withoutUntil),
    after: (toldNumber) => {
      // Numbers that follow from what was told are at most as far as the latest that was given.
      if (!isAnew && toldNumber < next) return;
      isAnew = false;
      changed = true;
      shiftBy(Math.max(0, toldNumber));
    },
    get changed() {
      return changed;
    },
    write: () => {
      changed = false;
      return JSON.stringify({ next, isAnew: isAnew || undefined, outages: outages.map(withoutUntil) });
    },
    read: (text, endedUtcMs) => {
      const before = parse(text);
      if (before === undefined) return;
      isAnew = before.isAnew === true;
      shiftBy(before.next - 1);
      const ended = before.outages.map((outage) => ({
        ...outage,
        toWallMs: outage.toWallMs ?? Math.max(outage.fromWallMs, Math.round(endedUtcMs)),
      }));
      outages = [...ended, ...outages].slice(-OUTAGES_MAX);
    },
  };
}

function withoutUntil(outage: Outage): Outage {
  const { untilMs: _memory, ...told } = outage as Open & { untilMs?: number };
  return told;
}

function kindOf(subject: string, cause: OffCause | undefined): Pick<Outage, "kind" | "coreId" | "isCrash"> {
  if (cause === "crash") return { kind: "restart", isCrash: true };
  if (cause !== undefined) return { kind: cause };
  if (subject === "forwarder") return { kind: "forwarderSilent" };
  return { kind: "backhaulDown", coreId: subject.slice(subject.indexOf("/") + 1) };
}

interface Written {
  readonly next: number;
  readonly isAnew?: boolean | undefined;
  readonly outages: readonly Outage[];
}

function parse(text: string | undefined): Written | undefined {
  if (text === undefined) return undefined;
  try {
    const said = JSON.parse(text) as Written;
    return Number.isInteger(said.next) && Array.isArray(said.outages) ? said : undefined;
  } catch {
    return undefined;
  }
}

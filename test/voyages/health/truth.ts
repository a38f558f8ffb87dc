/**
 * What really was: of one gateway's box, its packet forwarder and its core link, which of them was up, down, in planned
 * maintenance, or beyond anybody's knowledge, at which true time. It is told by whoever injects the faults, and knows no
 * agent.
 *
 * Where an agent is allowed to be wrong the stretch says so: what else it may be counted as. A power cut may be counted
 * from the last stamp (five minutes against us), a restart to the second, a dark road from when it is noticed.
 */
export const SUBJECTS = ["gateway", "forwarder", "link"] as const;
export type Subject = (typeof SUBJECTS)[number];
export type TrueState = "up" | "down" | "maintenance" | "unknown";

/** Between two moments, milliseconds of true time. */
interface Stretch {
  readonly fromMs: number;
  toMs: number;
  readonly state: TrueState;
}

/** What lies within may also be counted as this. */
interface Doubt {
  readonly subject: Subject;
  readonly fromMs: number;
  readonly toMs: number;
  readonly as: TrueState;
}

/** Between these an availability must lie; undefined: there was nothing to judge. */
export interface Bounds {
  readonly least: number | undefined;
  readonly most: number | undefined;
}

export interface Truth {
  set(subject: Subject, state: TrueState, atMs: number): void;
  stateOf(subject: Subject): TrueState | undefined;
  doubt(subject: Subject, fromMs: number, toMs: number, as: TrueState): void;
  /** Planned maintenance counts apart from what is known. */
  maintenance(fromMs: number, toMs: number): void;
  availability(subject: Subject, fromMs: number, toMs: number): Bounds;
}

type Sums = Record<TrueState, number>;

export function createTruth(): Truth {
  const stretches: Record<Subject, Stretch[]> = { gateway: [], forwarder: [], link: [] };
  const doubts: Doubt[] = [];
  const planned: { readonly fromMs: number; readonly toMs: number }[] = [];

  const last = (subject: Subject): Stretch | undefined => stretches[subject].at(-1);

  /** What lies within the window, by state. Planned: all that somebody could know. */
  const sum = (subject: Subject, fromMs: number, toMs: number): Sums => {
    const sums: Sums = { up: 0, down: 0, maintenance: 0, unknown: 0 };
    for (const stretch of stretches[subject]) {
      const ms = overlapMs(stretch, fromMs, toMs);
      if (ms === 0) continue;
      const plannedMs =
        stretch.state === "unknown"
          ? 0
          : planned.reduce(
              (all, one) =>
                all + overlapMs(one, Math.max(fromMs, stretch.fromMs), Math.min(toMs, stretch.toMs)),
              0,
            );
      sums[stretch.state] += ms - plannedMs;
      sums.maintenance += plannedMs;
    }
    return sums;
  };

  return {
    set: (subject, state, atMs) => {
      const before = last(subject);
      if (before !== undefined) before.toMs = atMs;
      stretches[subject].push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY, state });
    },
    stateOf: (subject) => last(subject)?.state,
    doubt: (subject, fromMs, toMs, as) => doubts.push({ subject, fromMs, toMs, as }),
    maintenance: (fromMs, toMs) => planned.push({ fromMs, toMs }),
    availability: (subject, fromMs, toMs) => {
      const { up, down } = sum(subject, fromMs, toMs);
      const may = { less: { up: 0, down: 0 }, more: { up: 0, down: 0 } };
      for (const doubt of doubts) {
        if (doubt.subject !== subject) continue;
        const from = Math.max(fromMs, doubt.fromMs);
        const to = Math.min(toMs, doubt.toMs);
        if (to <= from) continue;
        const within = sum(subject, from, to);
        may.less.up += doubt.as === "up" ? 0 : within.up;
        may.less.down += doubt.as === "down" ? 0 : within.down;
        if (doubt.as === "up" || doubt.as === "down") {
          const others = to - from - within[doubt.as];
          may.more[doubt.as] += others;
        }
      }
      return {
        least: share(up - may.less.up, down + may.more.down),
        most: share(up + may.more.up, down - may.less.down),
      };
    },
  };
}

function overlapMs(
  stretch: { readonly fromMs: number; readonly toMs: number },
  fromMs: number,
  toMs: number,
): number {
  return Math.max(0, Math.min(stretch.toMs, toMs) - Math.max(stretch.fromMs, fromMs));
}

function share(upMs: number, downMs: number): number | undefined {
  const up = Math.max(0, upMs);
  const all = up + Math.max(0, downMs);
  return all === 0 ? undefined : up / all;
}

/**
 * The journal's desk (journal-desk.ts) in the running agent: the journal that is open, and what is brought in goes to
 * the couriers. Its code is loaded when somebody asks.
 */

import type { CoreFilters } from "../frame/core-filters.ts";
import type { ClockState, Lane } from "../frame/frame.ts";
import type { Counters } from "../health/counters.ts";
import type { OpenJournal } from "../journal/store-journal.ts";
import type { Routes } from "../north/routes.ts";
import type { Clock, Files } from "../ports.ts";
import type { Guests } from "./guests.ts";
import type { Desk } from "./journal-desk.ts";
import type { ByCore } from "./journal-report.ts";

export interface AgentDeskParts {
  readonly journal: OpenJournal;
  readonly routes: Pick<Routes, "remind">;
  readonly guests: Pick<Guests, "watch">;
  readonly counters: Pick<Counters, "count">;
  readonly clock: Clock;
  readonly files: Files;
  readonly clockState: () => ClockState;
  readonly coresOf: CoreFilters;
  readonly maxAgeMsOf: (core: string) => number;
}

export function openAgentDesk(parts: AgentDeskParts): Desk {
  let opened: Promise<Desk> | undefined;
  return async (request) => {
    if (!request.path.startsWith("/journal/")) return undefined;
    opened ??= open(parts);
    return (await opened)(request);
  };
}

async function open(parts: AgentDeskParts): Promise<Desk> {
  const { openDesk } = await import("./journal-desk.ts");
  const { journal, routes, guests, counters, clock, files, clockState } = parts;
  return openDesk({
    inspection: journal.inspection,
    clock,
    files,
    now: () => ({
      wallMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
      kernelBootId: clock.kernelBootId(),
      clockState: clockState(),
    }),
    known: () => ({ stats: journal.stats(), ...waiting(journal) }),
    pen: {
      coresOf: parts.coresOf,
      maxAgeMsOf: parts.maxAgeMsOf,
      keep: (draft, lane, wanted, onCustody) => {
        journal.keep(draft, lane, wanted, onCustody);
        counters.count("frameImported");
      },
      kept: (lanes) => {
        journal.commitNow();
        routes.remind(lanes);
        guests.watch([...lanes].map((lane) => lane.slice(0, lane.indexOf("/"))));
      },
      takeOut: (kept) => {
        counters.count("frameTakenOut");
        for (const core of kept.cores) journal.taken(core, kept.frame);
      },
      tryFlush: journal.tryFlush,
      thin: journal.thin,
    },
  });
}

function waiting(journal: OpenJournal): { readonly devices: number; readonly byCore: ByCore } {
  const lanes = new Set<Lane>();
  const byCore: Record<string, number> = {};
  for (const core of journal.inspection.cores) {
    byCore[core] = 0;
    for (const { lane, frames } of journal.backlog(core)) {
      lanes.add(lane);
      byCore[core] += frames;
    }
  }
  return { devices: lanes.size, byCore };
}

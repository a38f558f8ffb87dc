/** The figures of the day's history (history.ts), from what is told elsewhere. Pure. */
import type { FieldStatus } from "../../field/field.ts";
import type { JournalStats } from "../../journal/journal.ts";
import type { RouteStatus } from "../../north/routes.ts";
import type { ForwarderStatus } from "../../south/sessions.ts";
import type { HistoryFigures } from "./history.ts";

export interface HistorySources {
  readonly field: FieldStatus;
  readonly cores: readonly RouteStatus[];
  readonly journal: Pick<JournalStats, "storedFrames">;
  readonly forwarders: readonly ForwarderStatus[];
}

export function historyFigures({ field, cores, journal, forwarders }: HistorySources): HistoryFigures {
  const { modem, system } = field;
  const signal = modem?.state === "answers" ? modem.reading?.signal : undefined;
  const wireless = system?.interfaces.find(({ name }) => name === system.backhaul)?.signalDbm;
  const heard = (...results: readonly ("ok" | "bad" | "none")[]): number =>
    forwarders.reduce((sum, { rxpk }) => sum + results.reduce((all, one) => all + rxpk[one], 0), 0);
  return {
    signalDbm: signal?.rsrpDbm ?? signal?.rssiDbm ?? wireless,
    roundTripMs: cores[0]?.state === "connected" ? cores[0].roundTripMs : undefined,
    journalFrames: journal.storedFrames,
    heardTotal: heard("ok", "bad", "none"),
    crcBadTotal: heard("bad"),
  };
}

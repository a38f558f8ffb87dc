/**
 * Outages told afterwards, each once, so that a core can tell a gateway that was off from one whose road was down. Which
 * ones a core has been told is a note in the journal, and outlives restarts. Pure; when they are sent: mailbox.ts.
 *
 * They may end in another order than they began: the note has the number up to which all are told, and those beyond.
 */
import type { Outage } from "../availability/outages.ts";
import { compact, seconds, utcText } from "./compact.ts";
import { type OutageMessage, VERSION } from "./message.ts";

/** As many as are remembered at all (availability/outages.ts) may wait; the note stays some hundred octets. */
interface Told {
  /** This and all before. */
  readonly upTo: number;
  readonly beyond: readonly number[];
}

/** @param note undefined or unreadable: none has been told. */
export function readTold(note: string | undefined): Told {
  try {
    const { upTo, beyond } = JSON.parse(note ?? "{}") as Partial<Told>;
    if (Number.isInteger(upTo) && Array.isArray(beyond) && beyond.every(Number.isInteger))
      return { upTo: upTo!, beyond };
  } catch {}
  return { upTo: -1, beyond: [] };
}

/** @returns the highest number that was told; -1: none was. */
export function lastTold({ upTo, beyond }: Told): number {
  return Math.max(upTo, ...beyond);
}

export function writeTold(told: Told): string {
  return JSON.stringify(told);
}

/** @returns those that are over and not told yet, the oldest first. */
export function untold(outages: readonly Outage[], told: Told): readonly (Outage & { toWallMs: number })[] {
  return outages
    .filter((outage): outage is Outage & { toWallMs: number } => outage.toWallMs !== undefined)
    .filter(({ number }) => number > told.upTo && !told.beyond.includes(number))
    .sort((one, other) => one.number - other.number);
}

/** @param outages all that are remembered: what is no longer among them need not be told any more. */
export function afterTelling(told: Told, number: number, outages: readonly Outage[]): Told {
  const all = new Set([...told.beyond, number]);
  const open = outages.map((one) => one.number).filter((one) => one > told.upTo && !all.has(one));
  const oldestOpen = Math.min(...open, Number.POSITIVE_INFINITY);
  const upTo = Math.max(told.upTo, ...[...all].filter((one) => one < oldestOpen));
  return { upTo, beyond: [...all].filter((one) => one > upTo).sort((one, other) => one - other) };
}

export function outageMessage(
  outage: Outage & { toWallMs: number },
  gatewayEui: string,
  isDated: boolean,
): Buffer {
  const { number, kind, coreId, fromWallMs, toWallMs, isPlanned, isCrash } = outage;
  const message = compact<OutageMessage>({
    version: VERSION,
    gatewayId: gatewayEui,
    number,
    kind,
    coreId,
    from: utcText(fromWallMs),
    to: utcText(toWallMs),
    durationS: Math.max(0, seconds(toWallMs - fromWallMs)),
    planned: isPlanned || undefined,
    crash: isCrash || undefined,
    undated: isDated ? undefined : true,
  });
  return Buffer.from(JSON.stringify(message));
}

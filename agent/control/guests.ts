/**
 * Guests: gateways that are served only for the sake of stored frames, which an import brought or an earlier run left.
 *
 * They are let go of when nothing of theirs waits any more: their own agent may come back, and two connections of one
 * client id throw each other out. One whose forwarder speaks here meanwhile is a guest no longer.
 */
import type { Journal } from "../journal/journal.ts";
import type { Clock, Timer } from "../ports.ts";

/** How often they are looked at, while there are any. */
export const GUESTS_EVERY_MS = 60_000;

export interface Guests {
  /** These are served because of what is stored. */
  watch(gatewayEuis: Iterable<string>): void;
  stop(): void;
}

/** @returns the gateways of which frames wait for any of these cores. */
export function gatewaysWithBacklog(
  journal: Pick<Journal, "backlog">,
  cores: readonly string[],
): Set<string> {
  return new Set(
    cores.flatMap((core) => journal.backlog(core).map(({ lane }) => lane.slice(0, lane.indexOf("/")))),
  );
}

export interface GuestsParts {
  readonly journal: Pick<Journal, "backlog">;
  readonly clock: Pick<Clock, "after">;
  readonly cores: readonly string[];
  /** Its forwarder has spoken, or the settings name it. */
  readonly isOwn: (gatewayEui: string) => boolean;
  readonly letGo: (gatewayEui: string) => void;
}

export function watchGuests({ journal, clock, cores, isOwn, letGo }: GuestsParts): Guests {
  const guests = new Set<string>();
  let timer: Timer | undefined;

  function look(): void {
    timer = undefined;
    const waiting = gatewaysWithBacklog(journal, cores);
    for (const guest of guests) {
      if (waiting.has(guest)) continue;
      guests.delete(guest);
      if (!isOwn(guest)) letGo(guest);
    }
    arm();
  }

  function arm(): void {
    if (guests.size > 0) timer ??= clock.after(GUESTS_EVERY_MS, look);
  }

  return {
    watch: (gatewayEuis) => {
      for (const gatewayEui of gatewayEuis) if (!isOwn(gatewayEui)) guests.add(gatewayEui);
      arm();
    },
    stop: () => {
      timer?.cancel();
      guests.clear();
    },
  };
}

/**
 * Guests: gateways that are served although their forwarder has not spoken: for the sake of stored frames, which an import
 * brought or an earlier run left, or because an earlier run heard them and the core should know that they are silent.
 *
 * They are let go of when nothing of theirs waits any more, those that are expected when another connects in their name:
 * their own agent may come back, or their forwarder have moved to another, and two connections of one client id throw
 * each other out. One whose forwarder speaks here meanwhile is a guest no longer.
 */
import type { Journal } from "../journal/journal.ts";
import type { Clock, Timer } from "../ports.ts";

/** How often they are looked at, while there are any. */
export const GUESTS_EVERY_MS = 60_000;

export interface Guests {
  /** @param gatewayEuis are served because of what is stored. @param expected because an earlier run heard them. */
  watch(gatewayEuis: Iterable<string>, expected?: readonly string[]): void;
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
  /** Another client has thrown out its connection to a core. */
  readonly isTakenOver: (gatewayEui: string) => boolean;
  readonly letGo: (gatewayEui: string) => void;
}

export function watchGuests({ journal, clock, cores, isOwn, isTakenOver, letGo }: GuestsParts): Guests {
  const guests = new Set<string>();
  const awaited = new Set<string>();
  let timer: Timer | undefined;

  function look(): void {
    timer = undefined;
    const waiting = gatewaysWithBacklog(journal, cores);
    for (const guest of guests) {
      if (waiting.has(guest)) continue;
      if (awaited.has(guest) && !isOwn(guest) && !isTakenOver(guest)) continue;
      guests.delete(guest);
      awaited.delete(guest);
      if (!isOwn(guest)) letGo(guest);
    }
    arm();
  }

  function arm(): void {
    if (guests.size > 0) timer ??= clock.after(GUESTS_EVERY_MS, look);
  }

  return {
    watch: (gatewayEuis, expected = []) => {
      for (const gatewayEui of expected) awaited.add(gatewayEui);
      for (const gatewayEui of [...gatewayEuis, ...expected]) if (!isOwn(gatewayEui)) guests.add(gatewayEui);
      arm();
    },
    stop: () => {
      timer?.cancel();
      guests.clear();
      awaited.clear();
    },
  };
}

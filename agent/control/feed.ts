/**
 * The live feed: what passes through the agent, told to whoever looks on (`edge-agent watch`, `frames`, `survey`, the
 * local page). It keeps nothing and changes nothing; what happened while nobody looked is in the journal and the records.
 *
 * Without listeners it costs one boolean per frame: those who tell it ask `hasListeners` before they make anything. What
 * a slow reader does not take is dropped, the oldest first, and he is told how much (feed-lines.ts).
 *
 * A listener is called from inside the agent's own work: it must be short, and must not throw.
 */
import type { DownlinkOnlooker } from "../downlink/onlooker.ts";
import type { CrossingOnlooker } from "../north/crossing.ts";
import type { Clock } from "../ports.ts";
import type { PushOnlooker } from "../south/push-data.ts";
import { type FeedEvent, headerOfOctets, onAirOf, uplinkEvent } from "./feed-events.ts";

/** @param phyPayload the octets of an uplink, for those who need them: a view, good for this call only. */
export type FeedListener = (event: FeedEvent, phyPayload?: Buffer) => void;

/** Listeners at the same time: a few technicians and pages. */
export const FEED_LISTENERS_MAX = 16;

export interface Feed {
  /** Whether anything should be told at all. */
  readonly hasListeners: boolean;
  emit(event: FeedEvent, phyPayload?: Buffer): void;
  /** @returns what ends it; harmless twice. undefined: FEED_LISTENERS_MAX listen already. */
  subscribe(listener: FeedListener): (() => void) | undefined;
}

/** The feed as those see it who tell it. */
export interface Onlooker extends PushOnlooker, CrossingOnlooker, DownlinkOnlooker {}

export function createFeed(clock: Pick<Clock, "wallMs" | "monotonicMs">): Feed & Onlooker {
  const listeners = new Set<FeedListener>();
  let hasListeners = false;

  function emit(event: FeedEvent, phyPayload?: Buffer): void {
    for (const listener of listeners) listener(event, phyPayload);
  }

  return {
    get hasListeners() {
      return hasListeners;
    },
    emit,
    subscribe: (listener) => {
      if (listeners.size >= FEED_LISTENERS_MAX) return undefined;
      // Two subscriptions of one function are two.
      const own: FeedListener = (event, phyPayload) => listener(event, phyPayload);
      listeners.add(own);
      hasListeners = true;
      return () => {
        listeners.delete(own);
        hasListeners = listeners.size > 0;
      };
    },

    judged: (gatewayEui, arrivedWallMs, heard, verdict, sequence) =>
      emit(uplinkEvent(gatewayEui, arrivedWallMs, heard, verdict, sequence), heard.rxpk.payload),
    custody: (gatewayEui, sequence, outcome) =>
      emit({ kind: "custody", wallMs: clock.wallMs(), gatewayEui, sequence, outcome }),

    delivered: (coreId, gatewayEui, sequence, delivery, replay, tookMs) =>
      emit({
        ...{ kind: "delivered", wallMs: clock.wallMs(), gatewayEui, coreId, sequence, delivery, replay },
        ...(tookMs === undefined ? {} : { tookMs: Math.round(tookMs) }),
      }),

    commanded: ({ gatewayEui, coreId, downlinkId }, items) =>
      emit({
        ...{ kind: "downlink", wallMs: clock.wallMs(), gatewayEui, coreId },
        ...(downlinkId === undefined ? {} : { downlinkId }),
        items: items.map(({ phyPayload, frequencyHz, modulation, powerDbm, timing }) => {
          const header = headerOfOctets(phyPayload);
          return {
            ...onAirOf(frequencyHz, modulation, phyPayload.length),
            powerDbm,
            ...(timing === undefined ? {} : { timing }),
            ...(header === undefined ? {} : { header }),
          };
        }),
      }),
    sent: ({ gatewayEui, coreId, downlinkId }, { at, onAirMonotonicMs }, item) =>
      emit({
        ...{ kind: "txpk", wallMs: clock.wallMs(), gatewayEui, coreId, moment: at.kind },
        ...(downlinkId === undefined ? {} : { downlinkId }),
        ...(item === undefined ? {} : onAirOf(item.frequencyHz, item.modulation, item.sizeOctets)),
        ...(item?.powerDbm === undefined ? {} : { powerDbm: item.powerDbm }),
        ...(onAirMonotonicMs === undefined
          ? {}
          : { inMs: Math.round(onAirMonotonicMs - clock.monotonicMs()) }),
      }),
    answered: ({ gatewayEui, coreId, downlinkId }, { statuses, powerDbm, reason }) =>
      emit({
        ...{ kind: "txAck", wallMs: clock.wallMs(), gatewayEui, coreId, statuses },
        ...(downlinkId === undefined ? {} : { downlinkId }),
        ...(powerDbm === undefined ? {} : { powerDbm }),
        ...(reason === undefined ? {} : { reason }),
      }),
  };
}

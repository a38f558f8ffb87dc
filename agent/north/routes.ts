/**
 * The routes north: for each gateway that is heard, one courier and one connection to each core.
 *
 * A route is made when its gateway is first heard of: from the settings, from frames that an earlier run left in
 * the journal, or from its forwarder. Routes are never removed: a forwarder that is silent still has frames to be
 * carried.
 */
import type { CoreSettings } from "../config/settings.ts";
import type { ClockState, HeardFrame, Lane } from "../frame/frame.ts";
import type { Counters } from "../health/counters.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock, Log } from "../ports.ts";
import type {
  CoreConnection,
  CoreHandlers,
  CoreStatus,
  DownlinkAck,
  DownlinkCommand,
  GatewayStats,
} from "./core.ts";
import { type Courier, type CourierStatus, createCourier } from "./courier.ts";

export interface RoutesParts {
  readonly cores: readonly CoreSettings[];
  readonly journal: Journal;
  readonly clock: Clock;
  readonly clockState: () => ClockState;
  /** What to add to the wall clock to get UTC, by the last source that told. */
  readonly clockOffsetMs: () => number | undefined;
  readonly counters: Counters;
  readonly log: Log;
  /** Makes the connection of one kind of core; it does not start it. */
  readonly connect: (core: CoreSettings, gatewayEui: string, handlers: CoreHandlers) => CoreConnection;
  readonly onDownlink: (command: DownlinkCommand) => void;
  /** The interval at which a gateway's stats are wanted: the shortest that one of its cores asks for. */
  readonly onStatsInterval: (gatewayEui: string, intervalMs: number) => void;
}

export interface RouteStatus extends CoreStatus {
  readonly courier: CourierStatus;
}

export interface Routes {
  /** Makes sure that the gateway has its routes. */
  ensure(gatewayEui: string): void;
  /** A frame that the journal has just taken into keeping, for every core. */
  offer(heard: HeardFrame, lane: Lane): void;
  sendStats(gatewayEui: string, stats: GatewayStats): void;
  sendTxAck(coreId: string, ack: DownlinkAck): void;
  readonly gateways: readonly string[];
  status(): RouteStatus[];
  stop(): Promise<void>;
}

interface Route {
  readonly coreId: string;
  readonly connection: CoreConnection;
  readonly courier: Courier;
}

export function createRoutes(parts: RoutesParts): Routes {
  const byGateway = new Map<string, readonly Route[]>();

  function ensure(gatewayEui: string): void {
    if (byGateway.has(gatewayEui)) return;
    const statsIntervals = new Map<string, number>(
      parts.cores.map((core) => [core.id, core.statsIntervalMs]),
    );
    const setStatsInterval = (coreId: string, intervalMs: number): void => {
      statsIntervals.set(coreId, intervalMs);
      parts.onStatsInterval(gatewayEui, Math.min(...statsIntervals.values()));
    };
    const routes = parts.cores.map((core) => makeRoute(core, gatewayEui, setStatsInterval));
    byGateway.set(gatewayEui, routes);
    parts.log.info({ gatewayEui, cores: routes.map(({ coreId }) => coreId) }, "gateway served");
    parts.onStatsInterval(gatewayEui, Math.min(...statsIntervals.values()));
    for (const { connection } of routes) connection.start();
  }

  function makeRoute(
    core: CoreSettings,
    gatewayEui: string,
    setStatsInterval: (coreId: string, intervalMs: number) => void,
  ): Route {
    const connection = parts.connect(core, gatewayEui, {
      onConnected: () => courier.connected(),
      onDisconnected: () => courier.disconnected(),
      onDownlink: parts.onDownlink,
      onStatsInterval: (intervalMs) => setStatsInterval(core.id, intervalMs),
      onReplayPlan: (payload) => courier.hearPlan(payload),
    });
    const { journal, clock, clockState, clockOffsetMs, counters, log } = parts;
    const courier = createCourier({
      coreId: core.id,
      gatewayEui,
      settings: {
        late: core.late,
        pairing: core.replayPairing,
        mayPropose: core.replayProposal,
        replayRateMaxPerS: core.replayRateMaxPerS,
      },
      journal,
      connection,
      clock,
      clockState,
      clockOffsetMs,
      counters,
      log,
    });
    return { coreId: core.id, connection, courier };
  }

  const all = (): Route[] => [...byGateway.values()].flat();
  return {
    ensure,
    offer: (heard, lane) => {
      for (const { courier } of byGateway.get(heard.frame.gatewayEui) ?? []) courier.offer(heard, lane);
    },
    sendStats: (gatewayEui, stats) => {
      for (const { connection } of byGateway.get(gatewayEui) ?? []) connection.sendStats(stats);
    },
    sendTxAck: (coreId, ack) => {
      const route = byGateway.get(ack.gatewayEui)?.find((candidate) => candidate.coreId === coreId);
      route?.connection.sendTxAck(ack);
    },
    get gateways() {
      return [...byGateway.keys()];
    },
    status: () =>
      all().map(({ connection, courier }) => ({ ...connection.status(), courier: courier.status() })),
    stop: async () => {
      for (const { courier } of all()) courier.close();
      await Promise.all(all().map(({ connection }) => connection.stop()));
    },
  };
}

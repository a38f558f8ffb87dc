/**
 * The routes north: for each gateway that is heard, one courier and one connection to each core.
 *
 * A route is made when its gateway is first heard of: from the settings, from frames that an earlier run left in
 * the journal, or from its forwarder. A forwarder that is silent keeps its routes, for it still has frames to be
 * carried; they go when it has given its place to another (agent/south/sessions.ts).
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
  Delivery,
  DownlinkAck,
  DownlinkCommand,
  ExecAnswer,
  ExecCommand,
  GatewayStats,
  OwnCommand,
  OwnMessage,
  TxpkRequest,
} from "./core.ts";
import { type Courier, type CourierStatus, createCourier } from "./courier.ts";
import type { CrossingOnlooker } from "./crossing.ts";

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
  readonly onTxpk: (request: TxpkRequest) => void;
  readonly onOwnCommand: (command: OwnCommand) => void;
  readonly onExec: (command: ExecCommand) => void;
  /** A connection came, or went. */
  readonly onLink: (coreId: string, gatewayEui: string, isUp: boolean) => void;
  /** The interval at which a gateway's stats are wanted: the shortest that one of its cores asks for. */
  readonly onStatsInterval: (gatewayEui: string, intervalMs: number) => void;
  readonly onlooker?: CrossingOnlooker | undefined;
}

export interface RouteStatus extends CoreStatus {
  readonly courier: CourierStatus;
}

export interface Routes {
  /** Makes sure that the gateway has its routes. */
  ensure(gatewayEui: string): void;
  /** The gateway is no longer served. */
  remove(gatewayEui: string): void;
  /** A frame that the journal has just taken into keeping, for these cores. */
  offer(heard: HeardFrame, lane: Lane, cores: readonly string[]): void;
  /** Frames of these lanes were brought into the journal from elsewhere. Their gateways get their routes. */
  remind(lanes: Iterable<Lane>): void;
  /** The journal has found at last what an earlier run kept (Journal.whenFound). */
  found(): void;
  sendStats(gatewayEui: string, stats: GatewayStats): void;
  /** The forwarder's own stat, for the cores that want it as it is. */
  passStat(gatewayEui: string, text: string): void;
  sendTxAck(coreId: string, ack: DownlinkAck): void;
  /**
   * Says something in our own namespace, for this gateway.
   * @returns refused also where this core has no place for it; closed: it is not served.
   */
  publishOwn(coreId: string, gatewayEui: string, message: OwnMessage): Promise<Delivery>;
  /** Answers an ExecCommand. */
  sendExec(coreId: string, answer: ExecAnswer): Promise<Delivery>;
  /** Says a replay plan to all gateways of this core (replay-plan.ts). */
  proposePlan(coreId: string, gatewayEui: string, plan: Uint8Array): Promise<Delivery>;
  /** Whether a frame of this lane is on its way to this core. */
  isInFlight(coreId: string, lane: Lane): boolean;
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
      parts.cores.filter(hasOurStats).map((core) => [core.id, core.statsIntervalMs]),
    );
    const setStatsInterval = (coreId: string, intervalMs: number): void => {
      statsIntervals.set(coreId, intervalMs);
      parts.onStatsInterval(gatewayEui, Math.min(...statsIntervals.values()));
    };
    const routes = parts.cores.map((core) => makeRoute(core, gatewayEui, setStatsInterval));
    byGateway.set(gatewayEui, routes);
    parts.log.info({ gatewayEui, cores: routes.map(({ coreId }) => coreId) }, "gateway served");
    if (statsIntervals.size > 0) parts.onStatsInterval(gatewayEui, Math.min(...statsIntervals.values()));
    for (const { connection } of routes) connection.start();
  }

  function makeRoute(
    core: CoreSettings,
    gatewayEui: string,
    setStatsInterval: (coreId: string, intervalMs: number) => void,
  ): Route {
    const connection = parts.connect(core, gatewayEui, {
      onConnected: () => {
        courier.connected();
        parts.onLink(core.id, gatewayEui, true);
      },
      onDisconnected: () => {
        courier.disconnected();
        parts.onLink(core.id, gatewayEui, false);
      },
      onDownlink: parts.onDownlink,
      onTxpk: parts.onTxpk,
      onStatsInterval: (intervalMs) => setStatsInterval(core.id, intervalMs),
      onReplayPlan: (payload) => courier.hearPlan(payload),
      onOwnCommand: parts.onOwnCommand,
      onExec: parts.onExec,
    });
    const { journal, clock, clockState, clockOffsetMs, counters, log, onlooker } = parts;
    const courier = createCourier({
      onlooker,
      coreId: core.id,
      gatewayEui,
      settings: {
        late: core.late,
        pairing: core.replayPairing,
        // A plan needs a place where all gateways see it.
        mayPropose: core.kind === "chirpstack-mqtt" && core.replayProposal,
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

  function remove(gatewayEui: string): void {
    const routes = byGateway.get(gatewayEui) ?? [];
    byGateway.delete(gatewayEui);
    for (const { courier, connection } of routes) {
      courier.forget();
      void connection.stop();
    }
  }

  const all = (): Route[] => [...byGateway.values()].flat();
  const connectionOf = (coreId: string, gatewayEui: string): CoreConnection | undefined =>
    byGateway.get(gatewayEui)?.find((route) => route.coreId === coreId)?.connection;
  return {
    ensure,
    remove,
    offer: (heard, lane, cores) => {
      for (const { coreId, courier } of byGateway.get(heard.frame.gatewayEui) ?? [])
        if (cores.includes(coreId)) courier.offer(heard, lane);
    },
    remind: (lanes) => {
      for (const lane of lanes) {
        const gatewayEui = lane.slice(0, lane.indexOf("/"));
        ensure(gatewayEui);
        for (const { courier } of byGateway.get(gatewayEui) ?? []) courier.remind(lane);
      }
    },
    found: () => {
      for (const { courier } of all()) courier.found();
    },
    sendStats: (gatewayEui, stats) => {
      for (const { connection } of byGateway.get(gatewayEui) ?? []) connection.sendStats(stats);
    },
    passStat: (gatewayEui, text) => {
      for (const { connection } of byGateway.get(gatewayEui) ?? []) connection.passStat?.(text);
    },
    sendTxAck: (coreId, ack) => {
      const route = byGateway.get(ack.gatewayEui)?.find((candidate) => candidate.coreId === coreId);
      route?.connection.sendTxAck(ack);
    },
    sendExec: async (coreId, answer) =>
      (await connectionOf(coreId, answer.gatewayEui)?.sendExec?.(answer)) ?? "refused",
    proposePlan: async (coreId, gatewayEui, plan) =>
      (await connectionOf(coreId, gatewayEui)?.proposePlan(plan)) ?? "refused",
    publishOwn: async (coreId, gatewayEui, message) => {
      const connection = connectionOf(coreId, gatewayEui);
      if (connection === undefined) return "closed";
      return (await connection.publishOwn?.(message)) ?? "refused";
    },
    isInFlight: (coreId, lane) => {
      const routes = byGateway.get(lane.slice(0, lane.indexOf("/")));
      return routes?.find((route) => route.coreId === coreId)?.courier.isInFlight(lane) ?? false;
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

/** The others get the forwarder's own. */
function hasOurStats({ kind }: CoreSettings): boolean {
  return kind === "chirpstack-mqtt";
}

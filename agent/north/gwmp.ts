/**
 * The core kind "gwmp": a network server behind Semtech UDP (REQUEA and other closed cores, The Things Stack), to
 * which the agent is the packet forwarder. One link per core and gateway.
 *
 *   PUSH_DATA   from us: frames (gwmp-flight.ts), and the forwarder's own stat as it said it, when it says it
 *   PULL_DATA   from us, while the forwarder lives (gwmp-link.ts)
 *   PULL_RESP   to us: its txpk goes to the forwarder as it is, or not at all (agent/downlink/passage.ts)
 *   TX_ACK      from us, by the server's own token: what the forwarder said, as it said it
 *
 * The promise: a frame is taken when a PUSH_DATA that carried it was PUSH_ACKed. That is all such a server can say:
 * it may drop what it has acknowledged, and nobody will know.
 *
 * With the forwarder's live frames passed on to the octet, its version, its stat and its word on downlinks, a server
 * that had the forwarder before sees no difference; but frames it would have missed arrive late, as replays.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT.
 */
import type { CoreSettings } from "../config/settings.ts";
import { createLiveUplinks } from "../downlink/live-uplinks.ts";
import type { Counters } from "../health/counters.ts";
import { type Downward, type GwmpVersion, writeTxAck } from "../lorawan/gwmp.ts";
import type { Clock, Log, Rng, Udp } from "../ports.ts";
import { createAlarms } from "./alarms.ts";
import type { CoreConnection, CoreHandlers } from "./core.ts";
import { createGwmpFlight } from "./gwmp-flight.ts";
import { createGwmpLink, type GwmpAlarm } from "./gwmp-link.ts";

/** What such a core must know of the packet forwarder it is passed on from. */
export interface ForwarderView {
  isAlive(): boolean;
  /** undefined before its first PULL_DATA. */
  version(): GwmpVersion | undefined;
  /** What a board's counter shows now, 0..2^32-1. */
  presentTmstUs(board: number): number;
}

export interface GwmpParts {
  readonly settings: CoreSettings;
  readonly gatewayEui: string;
  readonly forwarder: ForwarderView;
  readonly udp: Udp;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly counters: Pick<Counters, "count">;
  readonly handlers: CoreHandlers;
}

export function createGwmp(parts: GwmpParts): CoreConnection {
  const { settings, gatewayEui, forwarder, udp, clock, handlers } = parts;
  const log = parts.log.child({ coreId: settings.id, gatewayEui });
  const count = parts.counters.count.bind(parts.counters);
  const alarms = createAlarms<GwmpAlarm>(log);
  const chance = parts.rng.stream(`core/${settings.id}/${gatewayEui}`);
  const uplinks = createLiveUplinks();
  const version = (): GwmpVersion => forwarder.version() ?? 2;

  const link = createGwmpLink({
    servers: settings.servers,
    pullIntervalMs: settings.pullIntervalMs,
    retryMaxMs: settings.retryMaxMs,
    gatewayEui,
    udp,
    clock,
    chance,
    log,
    count,
    alarms,
    version,
    forwarderIsAlive: () => forwarder.isAlive(),
    hooks: {
      onUp: () => handlers.onConnected(),
      onDown: () => {
        flight.lost();
        handlers.onDisconnected();
      },
      onCertain: () => flight.resume(),
      onSaid,
      onSent: () => flight.sent(),
    },
  });
  const flight = createGwmpFlight({
    gatewayEui,
    pushAckTimeoutMs: settings.pushAckTimeoutMs,
    clock,
    chance,
    count,
    alarms,
    link,
    version,
    presentTmstUs: (board) => forwarder.presentTmstUs(board),
    uplinks,
  });

  function onSaid(said: Downward): void {
    if (said.kind === "pushAck") flight.acknowledged(said.token);
    if (said.kind !== "pullResp") return;
    link.answered();
    count("downlinkCommand");
    const { version: saidIn, token, body } = said;
    handlers.onTxpk({
      coreId: settings.id,
      gatewayEui,
      json: body,
      uplinks,
      reply: (text) => {
        // Version 1 has no TX_ACK.
        if (saidIn === 1) return;
        const sent = link.send(writeTxAck(saidIn, token, gatewayEui, text));
        count("txAckSent", sent ? "sent" : "notConnected");
      },
    });
  }

  return {
    start: link.start,
    stop: link.stop,
    get connected() {
      return link.up;
    },
    get slots() {
      return flight.slots;
    },
    send: flight.send,
    // What the contract of such a core has no place for.
    sendLate: () => Promise.resolve("refused"),
    proposePlan: () => Promise.resolve("refused"),
    sendStats: () => undefined,
    sendTxAck: () => undefined,
    passStat: (text) => count("statsSent", flight.sendStat(text) ? "sent" : "notConnected"),
    status: () => ({
      id: settings.id,
      gatewayEui,
      kind: settings.kind,
      ...link.status(),
      roundTripMs: flight.roundTripMs,
      inFlight: flight.inFlight,
      alarms: alarms.list(),
    }),
  };
}

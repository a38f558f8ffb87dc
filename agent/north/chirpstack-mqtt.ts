/**
 * The core kind "chirpstack-mqtt": ChirpStack v4's gateway contract over MQTT, one connection per core and gateway.
 *
 *   [prefix/]gateway/<eui>/event/{up,stats,ack}      from us, QoS 1
 *   [prefix/]gateway/<eui>/state/conn                from us, retained, and our last will
 *   [prefix/]gateway/<eui>/command/{down,config}     to us
 *   [prefix/]edge/<eui>/…                            from us: what the contract has no place for
 *   [prefix/]edge/replay-plan                        from one to all, retained: how a common outage is replayed
 *
 * The promise: send() resolves with "taken" only when the broker has answered that it has the frame and that
 * somebody listens. MQTT 5 says both in the PUBACK's reason code. MQTT 3.1.1 has none: its PUBACK means that the
 * broker has read the frame, even where its access list then throws it away.
 *
 * What is carried, in which order and when, is decided in courier.ts; servers, retries and credentials in
 * connection.ts; the messages in uplink-message.ts, report-message.ts and downlink-message.ts.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/gateway/backend/mqtt.rs; MQTT 5.0, 3.4.2.1.
 */
import type { CoreSettings } from "../config/settings.ts";
import type { Counters } from "../health/counters.ts";
import type { Clock, Files, Log, Mqtt, MqttMessage, MqttPublished, Rng, Timer } from "../ports.ts";
import { createAlarms } from "./alarms.ts";
import { type ConnectionAlarm, createConnection, type Session } from "./connection.ts";
import type { Carried, CoreConnection, CoreHandlers, Delivery, DownlinkAck } from "./core.ts";
import { fromDownlinkFrame } from "./downlink-message.ts";
import type { Reported } from "./flight.ts";
import {
  decodeConnState,
  decodeDownlinkFrame,
  decodeGatewayConfiguration,
  gwEncoding,
} from "./gw-encoding.ts";
import { toMs } from "./gw-time.ts";
import { lateMessage } from "./late-message.ts";
import { createOwnNamespace } from "./own-namespace.ts";
import { toConnState, toDownlinkTxAck, toGatewayStats } from "./report-message.ts";
import { toUplinkFrame } from "./uplink-message.ts";

/** A late last will is answered so long after it came: two who share an EUI must not shout at each other. */
const ONLINE_AGAIN_MS = 1_000;
/** What a core may ask for; outside of it, the nearer end. */
const STATS_INTERVAL_MS_MIN = 5_000;
const STATS_INTERVAL_MS_MAX = 60 * 60_000;
/** MQTT reason codes. */
const NO_MATCHING_SUBSCRIBERS = 16;
const FIRST_REFUSAL = 128;

type ChirpstackAlarm =
  | ConnectionAlarm
  | "noSubscriber"
  | "uplinkRefused"
  | "reportRefused"
  | "stateRefused"
  | "subscriptionRefused"
  | "ownNamespaceSuspended";

export interface ChirpstackMqttParts {
  readonly settings: CoreSettings;
  readonly gatewayEui: string;
  readonly mqtt: Mqtt;
  readonly files: Files;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly counters: Pick<Counters, "count">;
  readonly handlers: CoreHandlers;
}

export interface ChirpstackMqttConnection extends CoreConnection {
  /**
   * Publishes in our own namespace, best effort.
   * @param topic below `[prefix/]edge/<eui>/`.
   * @returns "refused" also while the namespace is suspended.
   */
  sendOwn(topic: string, payload: Uint8Array, options?: { readonly retain?: boolean }): Promise<Delivery>;
}

export function createChirpstackMqtt(parts: ChirpstackMqttParts): ChirpstackMqttConnection {
  const { settings, gatewayEui, clock, handlers } = parts;
  const log = parts.log.child({ coreId: settings.id, gatewayEui });
  const count = parts.counters.count.bind(parts.counters);
  const alarms = createAlarms<ChirpstackAlarm>(log);
  const topics = topicsOf(settings.topicPrefix, gatewayEui);
  const encoding = gwEncoding(settings.encoding);
  const offline = encoding.connState(toConnState(gatewayEui, false));
  const online = encoding.connState(toConnState(gatewayEui, true));
  const ownNamespace = createOwnNamespace();
  let active: Session | undefined;
  let onlineAgain: Timer | undefined;
  let configVersion = "";
  /** Of the last session too: what a join has left to live depends on it from its first moment. */
  let roundTripMs: number | undefined;

  const connection = createConnection({
    settings,
    clientId: settings.clientId || `edge-agent-${gatewayEui}-${settings.id}`,
    mqtt: parts.mqtt,
    files: parts.files,
    clock,
    chance: parts.rng.stream(`core/${settings.id}/${gatewayEui}`),
    log,
    count,
    alarms,
    hooks: {
      will: { topic: topics.state, payload: offline, retain: true },
      prepare,
      onUp: (session) => {
        const moved = active !== undefined;
        active = session;
        if (!moved) handlers.onConnected();
      },
      onDown: () => {
        onlineAgain?.cancel();
        onlineAgain = undefined;
        active = undefined;
        ownNamespace.closed(clock.monotonicMs());
        tellOwnNamespace();
        handlers.onDisconnected();
      },
      onMessage,
      farewell: (session) => say(session, offline),
    },
  });

  // ------------------------------------------------------------------------------------------- states

  async function prepare(session: Session): Promise<boolean> {
    const commands = [topics.down, topics.config];
    const watched = session.manner.watch ? [topics.state] : [];
    const planned = session.manner.watch && settings.replayPairing ? [topics.plan] : [];
    const filters = [...commands, ...watched, ...planned];
    const granted = await session.link.subscribe(filters, 1);
    if (granted === undefined) return false;
    const notGranted = filters.filter((_filter, at) => (granted[at] ?? FIRST_REFUSAL) >= FIRST_REFUSAL);
    // Without a common plan each gateway makes its own: nothing that somebody should look at.
    const refused = notGranted.filter((filter) => filter !== topics.plan);
    if (notGranted.length > refused.length) count("planRefused");
    if (refused.length > 0) alarms.raise("subscriptionRefused", { refused, codes: granted });
    else alarms.clear("subscriptionRefused");
    // ONLINE says that commands arrive.
    if (!refused.includes(topics.down)) void say(session, online);
    return true;
  }

  async function say(session: Session, state: Uint8Array): Promise<void> {
    if (!session.manner.state) return;
    const published = await session.flight.publish({
      topic: topics.state,
      payload: state,
      qos: 1,
      retain: true,
    });
    if (isRefusal(published)) alarms.raise("stateRefused", published);
    else if (published.outcome === "acknowledged") alarms.clear("stateRefused");
  }

  /** What stands last on our own state's topic is what everybody believes. */
  function onState(payload: Buffer): void {
    const state = decodeConnState(payload);
    if (!state.ok) return;
    onlineAgain?.cancel();
    onlineAgain = undefined;
    if (state.value.state === 1) return;
    onlineAgain = clock.after(ONLINE_AGAIN_MS, () => {
      onlineAgain = undefined;
      if (active === undefined) return;
      count("onlineAgain");
      void say(active, online);
    });
  }

  // ---------------------------------------------------------------------------------------- northward

  function send(carried: Carried): Promise<Delivery> {
    const session = active;
    if (session === undefined) return Promise.resolve("closed");
    const payload = encoding.uplinkFrame(toUplinkFrame(carried));
    const { expiresInMs } = carried;
    const message = { topic: topics.up, payload, qos: 1 } as const;
    return session.flight
      .publish(expiresInMs === undefined ? message : { ...message, expiryS: expiryS(expiresInMs) })
      .then((published) => {
        roundTripMs = session.flight.roundTripMs ?? roundTripMs;
        return delivered(published);
      });
  }

  function delivered(published: MqttPublished): Delivery {
    if (published.outcome === "closed") return "closed";
    if (isRefusal(published)) {
      alarms.raise("uplinkRefused", published);
      return "refused";
    }
    alarms.clear("uplinkRefused");
    if (published.reasonCode === NO_MATCHING_SUBSCRIBERS) {
      alarms.raise("noSubscriber");
      return "noSubscriber";
    }
    alarms.clear("noSubscriber");
    return "taken";
  }

  /** Stats and acks: nobody need listen, and nothing is sent again. */
  function report(what: "statsSent" | "txAckSent", topic: string, payload: Uint8Array): void {
    if (active === undefined) {
      count(what, "notConnected");
      return;
    }
    void active.flight.report({ topic, payload, qos: 1 }).then((published) => {
      if (isRefusal(published)) alarms.raise("reportRefused", { topic, ...published });
      else if (published.outcome === "acknowledged") alarms.clear("reportRefused");
      if (published.outcome !== "acknowledged") count(what, published.outcome);
      else count(what, isRefusal(published) ? "refused" : "taken");
    });
  }

  async function sendOwn(
    topic: string,
    payload: Uint8Array,
    options: { readonly retain?: boolean } = {},
  ): Promise<Delivery> {
    return sayBeside(topics.own + topic, payload, options);
  }

  /** Beside the core's contract: a broker that will not have it must not cost a frame. */
  async function sayBeside(
    topic: string,
    payload: Uint8Array,
    options: { readonly retain?: boolean } = {},
  ): Promise<Delivery> {
    if (active === undefined) return "closed";
    if (ownNamespace.suspended) return "refused";
    ownNamespace.published(clock.monotonicMs());
    const published = await active.flight.publish({ topic, payload, qos: 1, ...options });
    if (published.outcome === "closed") return "closed";
    if (!isRefusal(published)) return "taken";
    ownNamespace.refused();
    tellOwnNamespace();
    return "refused";
  }

  function tellOwnNamespace(): void {
    if (ownNamespace.suspended) alarms.raise("ownNamespaceSuspended");
  }

  // ---------------------------------------------------------------------------------------- southward

  function onMessage(session: Session, message: MqttMessage): void {
    if (message.topic === topics.state) {
      // A session that was given up hears the OFFLINE we said on it.
      if (active === undefined || session === active) onState(message.payload);
      return;
    }
    if (message.topic === topics.plan) {
      handlers.onReplayPlan(message.payload);
      return;
    }
    const fault = obey(session, message);
    if (fault !== undefined) count("commandIgnored", fault);
  }

  /** @returns why a command was not obeyed. */
  function obey(session: Session, { topic, payload, retain, expiryS }: MqttMessage): string | undefined {
    // A retained command was meant for another time, whoever left it there.
    if (retain) return "retained";
    if (expiryS !== undefined && expiryS <= 0) return "expired";
    if (topic === topics.down) return onDownlinkFrame(session, payload);
    if (topic === topics.config) return onConfiguration(payload);
    return "unknownTopic";
  }

  function onDownlinkFrame(session: Session, payload: Buffer): string | undefined {
    const decoded = decodeDownlinkFrame(payload);
    if (!decoded.ok) return decoded.fault;
    const { downlinkId, gatewayEui: addressee, items, itemCount } = fromDownlinkFrame(decoded.value);
    if (!isOurs(addressee)) return "wrongGateway";
    if (!items.ok) {
      // The core waits for an answer even to what cannot be used.
      if (items.fault === "noTxInfo" || items.fault === "noModulation")
        sendTxAck({ gatewayEui, downlinkId, statuses: new Array(itemCount).fill("INTERNAL_ERROR") });
      return items.fault;
    }
    count("downlinkCommand");
    handlers.onDownlink({
      coreId: settings.id,
      gatewayEui,
      downlinkId,
      items: items.value,
      arrivedMonotonicMs: clock.monotonicMs(),
      unansweredMs: session.flight.unansweredMs(),
    });
    return undefined;
  }

  function sendTxAck(ack: DownlinkAck): void {
    report("txAckSent", topics.ack, encoding.downlinkTxAck(toDownlinkTxAck(ack)));
  }

  function onConfiguration(payload: Buffer): string | undefined {
    const decoded = decodeGatewayConfiguration(payload);
    if (!decoded.ok) return decoded.fault;
    const { gatewayId, version, statsInterval } = decoded.value;
    if (!isOurs((gatewayId ?? "").toLowerCase())) return "wrongGateway";
    configVersion = version ?? "";
    const wantedMs = statsInterval ? toMs(statsInterval) : 0;
    if (wantedMs > 0)
      handlers.onStatsInterval(Math.min(Math.max(wantedMs, STATS_INTERVAL_MS_MIN), STATS_INTERVAL_MS_MAX));
    return undefined;
  }

  /** The topic already says whose it is; a command that names another gateway is somebody's mistake. */
  function isOurs(eui: string): boolean {
    return eui === "" || eui === gatewayEui;
  }

  return {
    start: connection.start,
    stop: connection.stop,
    get connected() {
      return active !== undefined;
    },
    get slots() {
      return active?.flight.slots ?? 0;
    },
    send,
    sendLate: (carried) => sendOwn("late", lateMessage(carried)),
    proposePlan: (plan) => sayBeside(topics.plan, plan, { retain: true }),
    sendStats: (stats) =>
      report(
        "statsSent",
        topics.stats,
        encoding.gatewayStats(toGatewayStats(gatewayEui, stats, configVersion)),
      ),
    sendTxAck,
    sendOwn,
    status: () => ({
      id: settings.id,
      gatewayEui,
      kind: settings.kind,
      ...connection.status(),
      roundTripMs,
      inFlight: active?.flight.inFlight ?? 0,
      alarms: alarms.list(),
    }),
  };
}

function topicsOf(prefix: string, eui: string) {
  const top = prefix === "" ? "" : `${prefix}/`;
  const gateway = `${top}gateway/${eui}`;
  return {
    up: `${gateway}/event/up`,
    stats: `${gateway}/event/stats`,
    ack: `${gateway}/event/ack`,
    state: `${gateway}/state/conn`,
    down: `${gateway}/command/down`,
    config: `${gateway}/command/config`,
    own: `${top}edge/${eui}/`,
    plan: `${top}edge/replay-plan`,
  };
}

/** Whole seconds, never 0: that would mean "already expired" to some brokers and "never" to others. */
function expiryS(expiresInMs: number): number {
  return Math.max(1, Math.ceil(expiresInMs / 1e3));
}

function isRefusal(published: Reported): published is MqttPublished & { outcome: "acknowledged" } {
  return published.outcome === "acknowledged" && published.reasonCode >= FIRST_REFUSAL;
}

/**
 * The core kind "chirpstack-mqtt": ChirpStack v4's gateway contract over MQTT, one connection per core and gateway.
 *
 * The promise: send() resolves with "taken" only when the broker has answered that it has the frame and that
 * somebody listens. MQTT 5 says both in the PUBACK's reason code. MQTT 3.1.1 has none: its PUBACK means that the
 * broker has read the frame, even where its access list then throws it away.
 *
 * What is carried, in which order and when, is decided in courier.ts; servers, retries and credentials in
 * connection.ts; the topics in chirpstack-topics.ts, what arrives on them in chirpstack-commands.ts; the messages in
 * uplink-message.ts, report-message.ts and downlink-message.ts.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/gateway/backend/mqtt.rs; MQTT 5.0, 3.4.2.1.
 */
import type { CoreSettings } from "../config/settings.ts";
import type { Counters } from "../health/counters.ts";
import type {
  Clock,
  Files,
  Log,
  Mqtt,
  MqttMessage,
  MqttPublish,
  MqttPublished,
  Rng,
  Timer,
} from "../ports.ts";
import { createAlarms } from "./alarms.ts";
import type { Session } from "./attempt.ts";
import { createChirpstackCommands } from "./chirpstack-commands.ts";
import { chirpstackTopics } from "./chirpstack-topics.ts";
import { type ConnectionAlarm, createConnection } from "./connection.ts";
import type {
  Carried,
  CoreConnection,
  CoreHandlers,
  Delivery,
  DownlinkAck,
  ExecAnswer,
  GatewayStats,
  OwnMessage,
} from "./core.ts";
import type { Reported } from "./flight.ts";
import { decodeConnState, gwEncoding } from "./gw-encoding.ts";
import { lateMessage } from "./late-message.ts";
import { createOwnNamespace } from "./own-namespace.ts";
import { toConnState, toDownlinkTxAck, toGatewayStats } from "./report-message.ts";
import { createTxAcks } from "./tx-acks.ts";
import { toUplinkFrame } from "./uplink-message.ts";

/** A late last will is answered so long after it came: two who share an EUI must not shout at each other. */
const ONLINE_AGAIN_MS = 1_000;
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

export function createChirpstackMqtt(parts: ChirpstackMqttParts): CoreConnection {
  const { settings, gatewayEui, clock, handlers } = parts;
  const log = parts.log.child({ coreId: settings.id, gatewayEui });
  const count = parts.counters.count.bind(parts.counters);
  const alarms = createAlarms<ChirpstackAlarm>(log);
  const topics = chirpstackTopics(settings.topicPrefix, gatewayEui);
  const encoding = gwEncoding(settings.encoding);
  const offline = encoding.connState(toConnState(gatewayEui, false));
  const online = encoding.connState(toConnState(gatewayEui, true));
  const ownNamespace = createOwnNamespace();
  let active: Session | undefined;
  let onlineAgain: Timer | undefined;
  /** Of the last session too: what a join has left to live depends on it from its first moment. */
  let lastRoundTripMs: number | undefined;
  /** How long the join waited for whose sake the session is given up. */
  let outlivedMs: number | undefined;
  const roundTrip = (): number | undefined => active?.flight.roundTripMs ?? lastRoundTripMs;

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
        lastRoundTripMs = roundTrip();
        active = session;
        if (!moved) handlers.onConnected();
        txAcks.connected();
      },
      onDown: () => {
        lastRoundTripMs = outlivedMs ?? roundTrip();
        outlivedMs = undefined;
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

  const txAcks = createTxAcks({
    clock,
    send: (payload, expiresInMs) => report("txAckSent", topics.ack, payload, expiresInMs),
    count: (what) => count("txAckSent", what),
  });
  const commands = createChirpstackCommands({
    coreId: settings.id,
    gatewayEui,
    topics,
    clock,
    count,
    handlers,
    sendTxAck,
  });

  // ------------------------------------------------------------------------------------------- states

  async function prepare(session: Session): Promise<boolean> {
    const commanded = [topics.down, topics.config];
    const owned = session.manner.watch && settings.commands !== "none" ? [`${topics.ownCommand}+`] : [];
    const watched = session.manner.watch ? [topics.state] : [];
    const planned = session.manner.watch && settings.replayPairing ? [topics.plan] : [];
    if (owned.length > 0 && settings.commands === "change") owned.push(topics.exec);
    const filters = [...commanded, ...watched, ...planned, ...owned];
    const granted = await session.link.subscribe(filters, 1);
    if (granted === undefined) return false;
    const notGranted = filters.filter((_filter, at) => (granted[at] ?? FIRST_REFUSAL) >= FIRST_REFUSAL);
    // Without a common plan each gateway makes its own, and a broker need not let commands of ours pass: nothing that
    // somebody should look at.
    const refused = notGranted.filter((filter) => commanded.includes(filter) || watched.includes(filter));
    if (planned.some((filter) => notGranted.includes(filter))) count("planRefused");
    if (owned.some((filter) => notGranted.includes(filter))) count("ownCommandsRefused");
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
    if (expiresInMs !== undefined) return sendMortal(session, message, expiresInMs);
    return session.flight.publish(message).then((published) => delivered(published));
  }

  /**
   * What has outlived its time unanswered may still lie in the kernel, and would go out once the road is open again:
   * the connection is given up, and what it has not sent with it (agent/host/mqtt-socket.ts).
   */
  function sendMortal(session: Session, message: MqttPublish, expiresInMs: number): Promise<Delivery> {
    const patienceMs = expiresInMs + (roundTrip() ?? 0);
    const timer = clock.after(patienceMs, () => {
      // Until an answer on the next session says otherwise, this road has no time for joins.
      outlivedMs = patienceMs;
      count("joinUnanswered");
      connection.giveUp(session, {
        code: "timeout",
        detail: `a join unanswered for ${Math.round(patienceMs)} ms`,
      });
    });
    return session.flight.publish({ ...message, expiryS: expiryS(expiresInMs) }).then((published) => {
      timer.cancel();
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

  /** Stats and acks: nobody need listen. @returns undefined while there is no connection. */
  function report(
    what: "statsSent" | "txAckSent",
    topic: string,
    payload: Uint8Array,
    expiresInMs?: number,
  ): Promise<Reported> | undefined {
    if (active === undefined) return undefined;
    const message = { topic, payload, qos: 1 } as const;
    const mortal = expiresInMs === undefined ? message : { ...message, expiryS: expiryS(expiresInMs) };
    return active.flight.report(mortal).then((published) => {
      if (isRefusal(published)) alarms.raise("reportRefused", { topic, ...published });
      else if (published.outcome === "acknowledged") alarms.clear("reportRefused");
      if (published.outcome !== "acknowledged") count(what, published.outcome);
      else count(what, isRefusal(published) ? "refused" : "taken");
      return published;
    });
  }

  /** Old stats are worth nothing: the next are due soon. */
  function sendStats(stats: GatewayStats): void {
    const payload = encoding.gatewayStats(toGatewayStats(gatewayEui, stats, commands.configVersion));
    if (report("statsSent", topics.stats, payload) === undefined) count("statsSent", "notConnected");
  }

  function sendTxAck(ack: DownlinkAck): void {
    txAcks.add(encoding.downlinkTxAck(toDownlinkTxAck(ack)));
  }

  /** What belongs to a frame goes with the frames. */
  const besideFrames = (topic: string, payload: Uint8Array, retain: boolean): Promise<Delivery> =>
    sayBeside({ topic, payload, qos: 1, retain }, (session, message) => session.flight.publish(message));

  function publishOwn({ name, payload, retain, expiresInMs, correlation }: OwnMessage): Promise<Delivery> {
    const message: MqttPublish = {
      topic: topics.own + name,
      payload,
      qos: 1,
      retain,
      ...(expiresInMs === undefined ? {} : { expiryS: expiryS(expiresInMs) }),
      ...(correlation === undefined ? {} : { correlation }),
    };
    return sayBeside(message, (session, own) => session.flight.beside(own));
  }

  /** Beside the core's contract: a broker that will not have it must not cost a frame. */
  async function sayBeside(
    message: MqttPublish,
    publish: (session: Session, message: MqttPublish) => Promise<Reported>,
  ): Promise<Delivery> {
    const { topic } = message;
    if (active === undefined) return "closed";
    if (!ownNamespace.mayPublish(topic, clock.monotonicMs())) return "refused";
    ownNamespace.published(topic, clock.monotonicMs());
    const published = await publish(active, message);
    if (published.outcome === "closed") return "closed";
    if (published.outcome === "queueFull") return "refused";
    const refused = isRefusal(published);
    if (refused) ownNamespace.refused(topic, clock.monotonicMs());
    else ownNamespace.accepted(topic);
    tellOwnNamespace();
    if (refused) return "refused";
    return published.reasonCode === NO_MATCHING_SUBSCRIBERS ? "noSubscriber" : "taken";
  }

  function sendExec({ execId, stdout, stderr, error }: ExecAnswer): Promise<Delivery> {
    const payload = encoding.execResponse({ gatewayId: gatewayEui, execId, stdout, stderr, error });
    const message = { topic: topics.execEvent, payload, qos: 1, retain: false } as const;
    return sayBeside(message, (session, answer) => session.flight.beside(answer));
  }

  function tellOwnNamespace(): void {
    if (ownNamespace.suspended) alarms.raise("ownNamespaceSuspended");
    else alarms.clear("ownNamespaceSuspended");
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
    if (message.topic.startsWith(topics.ownCommand)) onOwnCommand(session, message);
    else commands.hear(session, message);
  }

  function onOwnCommand(session: Session, message: MqttMessage): void {
    const { payload, retain, expiryS, correlation } = message;
    handlers.onOwnCommand({
      coreId: settings.id,
      gatewayEui,
      name: message.topic.slice(topics.ownCommand.length),
      payload,
      retained: retain,
      arrivedMonotonicMs: clock.monotonicMs(),
      ...(expiryS === undefined ? {} : { expiresInMs: expiryS * 1e3 }),
      ...(correlation === undefined ? {} : { correlation }),
      unansweredMs: session.flight.unansweredMs(),
    });
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
    sendLate: (carried) => besideFrames(`${topics.own}late`, lateMessage(carried), false),
    proposePlan: (plan) => besideFrames(topics.plan, plan, true),
    sendStats,
    sendTxAck,
    publishOwn,
    sendExec,
    status: () => ({
      id: settings.id,
      gatewayEui,
      kind: settings.kind,
      ...connection.status(),
      roundTripMs: roundTrip(),
      inFlight: active?.flight.inFlight ?? 0,
      alarms: alarms.list(),
    }),
  };
}

/** Whole seconds, never 0: that would mean "already expired" to some brokers and "never" to others. */
function expiryS(expiresInMs: number): number {
  return Math.max(1, Math.ceil(expiresInMs / 1e3));
}

function isRefusal(published: Reported): published is MqttPublished & { outcome: "acknowledged" } {
  return published.outcome === "acknowledged" && published.reasonCode >= FIRST_REFUSAL;
}

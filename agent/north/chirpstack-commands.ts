/**
 * What a ChirpStack core wants of its gateway: the commands that arrive on its topics, read and judged. What is done
 * about a downlink is in agent/downlink/; that they arrive at all, in chirpstack-mqtt.ts.
 */
import type { Clock, MqttMessage } from "../ports.ts";
import type { Session } from "./attempt.ts";
import type { ChirpstackTopics } from "./chirpstack-topics.ts";
import type { CoreHandlers, DownlinkAck } from "./core.ts";
import { fromDownlinkFrame } from "./downlink-message.ts";
import { decodeDownlinkFrame, decodeExecRequest, decodeGatewayConfiguration } from "./gw-encoding.ts";
import { toMs } from "./gw-time.ts";

/** What a core may ask for; outside of it, the nearer end. */
const STATS_INTERVAL_MS_MIN = 5_000;
const STATS_INTERVAL_MS_MAX = 60 * 60_000;

export interface ChirpstackCommandsParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly topics: Pick<ChirpstackTopics, "down" | "config" | "exec">;
  readonly clock: Clock;
  readonly count: (name: string, reason?: string) => void;
  readonly handlers: Pick<CoreHandlers, "onDownlink" | "onStatsInterval" | "onExec">;
  /** Answers what cannot be used. */
  readonly sendTxAck: (ack: DownlinkAck) => void;
}

export interface ChirpstackCommands {
  hear(session: Session, message: MqttMessage): void;
  /** By which the core knows its configuration; "" before it gave one. */
  readonly configVersion: string;
}

export function createChirpstackCommands(parts: ChirpstackCommandsParts): ChirpstackCommands {
  const { coreId, gatewayEui, topics, clock, count, handlers } = parts;
  let configVersion = "";

  /** @returns why a command was not obeyed. */
  function obey(session: Session, message: MqttMessage): string | undefined {
    const { topic, payload, retain, expiryS } = message;
    // Its refusals are to be told and noted, and that is done elsewhere.
    if (topic === topics.exec) return onExecRequest(session, message);
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
        parts.sendTxAck({ gatewayEui, downlinkId, statuses: new Array(itemCount).fill("INTERNAL_ERROR") });
      return items.fault;
    }
    count("downlinkCommand");
    handlers.onDownlink({
      coreId,
      gatewayEui,
      downlinkId,
      items: items.value,
      arrivedMonotonicMs: clock.monotonicMs(),
      unansweredMs: session.flight.unansweredMs(),
    });
    return undefined;
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

  function onExecRequest(session: Session, { payload, retain, expiryS }: MqttMessage): string | undefined {
    const decoded = decodeExecRequest(payload);
    if (!decoded.ok) return decoded.fault;
    const { gatewayId, execId, command, stdin, environment } = decoded.value;
    if (!isOurs((gatewayId ?? "").toLowerCase())) return "wrongGateway";
    handlers.onExec({
      coreId,
      gatewayEui,
      execId: execId ?? 0,
      command: command ?? "",
      stdin: stdin ?? Buffer.alloc(0),
      environment: environment ?? {},
      retained: retain,
      unansweredMs: session.flight.unansweredMs(),
      ...(expiryS === undefined ? {} : { expiresInMs: expiryS * 1e3 }),
    });
    return undefined;
  }

  /** The topic already says whose it is; a command that names another gateway is somebody's mistake. */
  function isOurs(eui: string): boolean {
    return eui === "" || eui === gatewayEui;
  }

  return {
    hear: (session, message) => {
      const fault = obey(session, message);
      if (fault !== undefined) count("commandIgnored", fault);
    },
    get configVersion() {
      return configVersion;
    },
  };
}

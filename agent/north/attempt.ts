/**
 * An attempt: one try at one server, which becomes a session once CONNACK has come, and ends once.
 *
 * It watches over what goes unanswered and ends politely or not. Whether there is a next attempt, when and at which
 * server is decided in connection.ts.
 */
import type { CoreSettings } from "../config/settings.ts";
import { withoutUrlSecrets } from "../config/shown-url.ts";
import { inTime } from "../in-time.ts";
import type { Clock, Mqtt, MqttClosed, MqttLink, MqttMessage, MqttWill, Timer } from "../ports.ts";
import type { Manner } from "./caution.ts";
import type { Credentials } from "./credentials.ts";
import { createFlight, type Flight } from "./flight.ts";

const CONNECT_TIMEOUT_MS = 20_000;
const CLOSE_MS_MAX = 400;

/** One connection from CONNACK to its end. */
export interface Session {
  /** To be shown. */
  readonly server: string;
  readonly link: MqttLink;
  readonly flight: Flight;
  readonly manner: Manner;
}

export interface Attempt {
  readonly serverIndex: number;
  /** To be shown. */
  readonly server: string;
  readonly manner: Manner;
  /** Of the credential files it was made with. */
  readonly stamp: string;
  /** Once CONNACK has come. */
  readonly session: Session | undefined;
  /** Monotonic. */
  readonly connackMs: number | undefined;
  readonly over: boolean;
  /** Given up: its end changes nothing. */
  retired: boolean;
  /** Ends it at once, for this reason. */
  giveUp(why: MqttClosed): void;
  /** Ends it at once, for no reason that anybody need know. */
  abandon(): void;
  /** Ends it politely; it is over when this resolves, or as good as. */
  close(): Promise<void>;
}

export interface AttemptParts {
  readonly settings: CoreSettings;
  readonly serverIndex: number;
  readonly clientId: string;
  readonly credentials: Credentials;
  readonly manner: Manner;
  readonly will: MqttWill;
  readonly mqtt: Mqtt;
  readonly clock: Clock;
  readonly onConnected: (attempt: Attempt, session: Session) => void;
  readonly onMessage: (session: Session, message: MqttMessage) => void;
  /** A packet of ours got no answer; the end follows. */
  readonly onUnanswered: (attempt: Attempt) => void;
  readonly onEnded: (attempt: Attempt, why: MqttClosed) => void;
}

export function openAttempt(parts: AttemptParts): Attempt {
  const { settings, serverIndex, manner, clock } = parts;
  const { stamp, ...credentials } = parts.credentials;
  const url = settings.servers[serverIndex]!;
  const server = withoutUrlSecrets(url);
  let session: Session | undefined;
  let connackMs: number | undefined;
  let watchdog: Timer | undefined;
  let over = false;
  let endedBecause: MqttClosed | undefined;
  let onOver: (() => void) | undefined;

  const link = parts.mqtt.connect(
    {
      url,
      version: settings.mqttVersion,
      clientId: parts.clientId,
      keepaliveS: Math.max(1, Math.ceil(settings.keepaliveMs / 1e3)),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      ...credentials,
      ...(manner.will ? { will: parts.will } : {}),
    },
    {
      onConnected: ({ receiveMaximum }) => {
        connackMs = clock.monotonicMs();
        session = { server, link, flight: createFlight(link, receiveMaximum, clock), manner };
        watch();
        parts.onConnected(attempt, session);
      },
      onMessage: (message) => {
        if (session) parts.onMessage(session, message);
      },
      onClosed: (why) => {
        over = true;
        watchdog?.cancel();
        onOver?.();
        parts.onEnded(attempt, endedBecause ?? why);
      },
    },
  );

  /** One timer for all that is unanswered, instead of one for each packet. */
  function watch(inMs = settings.pubackTimeoutMs): void {
    watchdog = clock.after(inMs, () => {
      const leftMs = settings.pubackTimeoutMs - link.unansweredMs();
      if (leftMs > 0) {
        watch(leftMs);
        return;
      }
      parts.onUnanswered(attempt);
      attempt.giveUp({ code: "timeout", detail: `no answer for ${settings.pubackTimeoutMs} ms` });
    });
  }

  const attempt: Attempt = {
    serverIndex,
    server,
    manner,
    stamp,
    get session() {
      return session;
    },
    get connackMs() {
      return connackMs;
    },
    get over() {
      return over;
    },
    retired: false,
    giveUp: (why) => {
      endedBecause ??= why;
      link.close("abruptly");
    },
    abandon: () => link.close("abruptly"),
    close: async () => {
      if (over) return;
      const ended = new Promise<void>((resolve) => {
        onOver = resolve;
      });
      link.close("politely");
      await inTime(clock, CLOSE_MS_MAX, ended, undefined);
    },
  };
  return attempt;
}

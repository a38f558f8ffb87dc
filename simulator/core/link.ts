/**
 * The core's connection to its broker: one clean session after the other, each subscribed at QoS 1, tried again every
 * second.
 *
 * While it is down nothing waits anywhere: a broker that says so (MQTT 5) answers gateways "no matching subscribers",
 * and a downlink that is to be sent is lost, for it would come too late.
 */
import type { Clock, Log, Mqtt, MqttLink, MqttMessage, Timer } from "../../agent/ports.ts";

export interface BrokerAddress {
  /** mqtt, mqtts, ws or wss URL without credentials. */
  readonly url: string;
  /** 4 is MQTT 3.1.1. */
  readonly version?: 4 | 5;
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM. */
  readonly ca?: Uint8Array;
}

export interface CoreLinkParts {
  readonly mqtt: Mqtt;
  readonly clock: Clock;
  readonly log: Log;
  readonly broker: BrokerAddress;
  readonly filters: readonly string[];
  readonly onMessage: (message: MqttMessage) => void;
}

export interface CoreLink {
  start(): void;
  /** Resolves when it is subscribed, now or later. */
  whenSubscribed(): Promise<void>;
  readonly subscribed: boolean;
  /** @returns false when it is down: nothing was sent. */
  publish(topic: string, payload: Uint8Array): boolean;
  /** Resolves when the connection has ended. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;
const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10_000;
const REFUSED_CODE_MIN = 128;

export function createCoreLink({ mqtt, clock, log, broker, filters, onMessage }: CoreLinkParts): CoreLink {
  const { version = 5, clientId = "meter-fleet-core", ...address } = broker;
  let link: MqttLink | undefined;
  let subscribed = false;
  let stopped = true;
  let retry: Timer | undefined;
  let waiting: (() => void)[] = [];
  let ended: (() => void) | undefined;

  const connect = (): void => {
    const opened = mqtt.connect(
      { ...address, version, clientId, keepaliveS: KEEPALIVE_S, connectTimeoutMs: CONNECT_TIMEOUT_MS },
      {
        onConnected: () => void subscribe(opened),
        onMessage,
        onClosed: ({ code, detail }) => {
          subscribed = false;
          link = undefined;
          ended?.();
          if (stopped) return;
          log.warn({ code, detail, url: address.url }, "core not connected");
          retry = clock.after(RETRY_MS, connect);
        },
      },
    );
    link = opened;
  };

  const subscribe = async (opened: MqttLink): Promise<void> => {
    const codes = await opened.subscribe(filters, 1);
    if (codes === undefined || opened !== link || stopped) return;
    if (codes.some((code) => code >= REFUSED_CODE_MIN)) {
      log.error({ filters, codes }, "core may not subscribe");
      opened.close("politely");
      return;
    }
    subscribed = true;
    log.info({ url: address.url, filters }, "core subscribed");
    for (const resolve of waiting.splice(0)) resolve();
  };

  return {
    start: () => {
      if (!stopped) return;
      stopped = false;
      connect();
    },
    whenSubscribed: () => (subscribed ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    get subscribed() {
      return subscribed;
    },
    publish: (topic, payload) => {
      if (!subscribed || link === undefined) return false;
      void link.publish({ topic, payload, qos: 1 });
      return true;
    },
    stop: () => {
      stopped = true;
      subscribed = false;
      waiting = [];
      retry?.cancel();
      const open = link;
      if (open === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        ended = resolve;
        open.close("politely");
      });
    },
  };
}

/**
 * MQTT inside one process: brokers in memory which die, refuse, swallow and answer reason codes as the test wants.
 * The mirror of agent/host/mqtt.ts; test/contracts/mqtt.test.ts runs against both.
 *
 * A link that is given up is reset: what waits on the road is thrown away. One whose process has died is not, its kernel
 * sends what it was given.
 *
 * Every packet takes `latencyMs` each way, on the world's clock, or what the gateway's road takes (road.ts). Clients
 * send no pings: a dead road is noticed by what goes unanswered. A broker that hears nothing of the end of a connection
 * gives it up after one and a half keepalives.
 */
import type {
  Clock,
  Mqtt,
  MqttClosed,
  MqttConnectOptions,
  MqttHandlers,
  MqttLink,
  MqttMessage,
  MqttPublish,
  MqttPublished,
  Timer,
} from "../../agent/ports.ts";
import type { WorldRoad } from "./road.ts";

const NO_MATCHING_SUBSCRIBERS = 16;
/** Fixed header, packet id, property lengths. */
const PACKET_OCTETS = 8;
/** Over a dead road the FIN never comes. */
const POLITE_CLOSE_MS_MAX = 500;
/** A CONNECT, and what it takes to get there. */
const CONNECT_OCTETS = 200;
const TAKEN_OVER: MqttClosed = {
  code: "takenOver",
  detail: "another client took the client id over",
  reasonCode: 142,
};
const CUT: MqttClosed = { code: "closed", detail: "the far side closed the connection" };
const BY_US: MqttClosed = { code: "closed", detail: "closed by the agent" };

export class WorldMqtt implements Mqtt {
  readonly #clock: Clock;
  readonly #brokers = new Map<string, WorldBroker>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The broker at this URL; made when it is first asked for. Elsewhere nothing listens. */
  broker(url: string): WorldBroker {
    const known = this.#brokers.get(url);
    if (known) return known;
    const made = new WorldBroker(this.#clock);
    this.#brokers.set(url, made);
    return made;
  }

  connect(options: MqttConnectOptions, handlers: MqttHandlers): MqttLink {
    return new WorldLink(this.#clock, this.#brokers.get(options.url), options, handlers, undefined);
  }

  /** The same brokers at the end of this road. */
  over(road: WorldRoad): { connect(options: MqttConnectOptions, handlers: MqttHandlers): OrphanableLink } {
    return {
      connect: (options, handlers) =>
        new WorldLink(this.#clock, this.#brokers.get(options.url), options, handlers, road),
    };
  }
}

export interface OrphanableLink extends MqttLink {
  /** Its process has died: the kernel sends what it was given, and closes. */
  orphan(): void;
}

/** A client that is no WorldLink: the core, a monitor. */
interface Listener {
  readonly filter: string;
  readonly onMessage: (message: MqttMessage) => void;
}

export class WorldBroker {
  readonly #clock: Clock;
  readonly #links = new Set<WorldLink>();
  readonly #listeners = new Set<Listener>();
  readonly retained = new Map<string, MqttMessage>();
  /** Everything it took, in order. */
  readonly taken: MqttMessage[] = [];
  /** Every connect it saw. */
  readonly connects: MqttConnectOptions[] = [];
  /** false: `taken` and `connects` stay as they are; a week of them is too much to remember. */
  remembers = true;

  latencyMs = 5;
  receiveMaximum = 65_535;
  /** false: nothing listens there. */
  alive = true;
  /** false: what is sent to it vanishes, as on a dead road. */
  hears = true;
  /** false: it takes what comes and answers nothing. */
  answers = true;
  /** CONNACK with a refusal. */
  refuses: (options: MqttConnectOptions) => MqttClosed | undefined = () => undefined;
  /** The PUBACK's reason code, and from 128 on it is not taken; undefined: as a sound broker answers. */
  pubackCode: (message: MqttPublish) => number | undefined = () => undefined;
  /** Told of each message it takes, and whether somebody listened. */
  onTaken: (message: MqttPublish, matched: boolean) => void = () => undefined;
  subackCode: (filter: string) => number | undefined = () => undefined;
  /** true: it closes the connection instead of answering this. */
  closesOn: (packet: MqttPublish | "subscribe" | "connect") => boolean = () => false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get links(): number {
    return this.#links.size;
  }

  /** Another client listens. @returns what ends it. */
  listen(filter: string, onMessage: (message: MqttMessage) => void = () => undefined): () => void {
    const listener = { filter, onMessage };
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Another client publishes. @returns whether somebody listens. */
  publish(message: MqttPublish): boolean {
    if (message.retain === true) this.#retain(message);
    const live: MqttMessage = { ...asMessage(message), retain: false };
    let matched = false;
    for (const { filter, onMessage } of this.#listeners) {
      if (!matches(filter, message.topic)) continue;
      matched = true;
      onMessage(live);
    }
    for (const link of this.#links) {
      if (!link.wants(message.topic)) continue;
      matched = true;
      link.deliver(live);
    }
    return matched;
  }

  /** All connections end without a word; nothing listens until revive(). What is retained survives. */
  die(): void {
    this.alive = false;
    for (const link of [...this.#links]) this.#cut(link, CUT);
  }

  revive(): void {
    this.alive = true;
  }

  /** Ends the connections of this client id, as the broker. */
  kick(clientId: string, why: MqttClosed = CUT): void {
    for (const link of [...this.#links]) if (link.clientId === clientId) this.#cut(link, why);
  }

  /** Another client comes with the same client id: the will is published, the old connection ends. */
  takeOver(clientId: string): void {
    for (const link of [...this.#links]) {
      if (link.clientId !== clientId) continue;
      this.#cut(link, link.version === 5 ? TAKEN_OVER : CUT);
    }
  }

  // ------------------------------------------------------------------------------- what links tell it

  admit(link: WorldLink, options: MqttConnectOptions): MqttClosed | "silence" | undefined {
    if (this.remembers) this.connects.push(options);
    if (!this.alive) return { code: "unreachable", detail: "nothing listens" };
    if (!this.hears) return "silence";
    const refusal = this.refuses(options);
    if (refusal) return refusal;
    this.takeOver(options.clientId);
    this.#links.add(link);
    return undefined;
  }

  /** @returns the PUBACK's reason code; "silence" when none is sent, "close" when the connection is closed. */
  take(message: MqttPublish, version: 4 | 5): number | "silence" | "close" {
    if (!this.hears) return "silence";
    if (this.closesOn(message)) return "close";
    const wanted = this.pubackCode(message);
    const refused = wanted !== undefined && wanted >= 128;
    if (!refused && this.remembers) this.taken.push(asMessage(message));
    const matched = refused ? false : this.publish(message);
    if (!refused) this.onTaken(message, matched);
    if (!this.answers) return "silence";
    if (version === 4) return 0;
    return wanted ?? (matched ? 0 : NO_MATCHING_SUBSCRIBERS);
  }

  grant(link: WorldLink, filters: readonly string[], qos: 0 | 1): readonly number[] | "silence" | "close" {
    if (!this.hears) return "silence";
    if (this.closesOn("subscribe")) return "close";
    const codes = filters.map((filter) => this.subackCode(filter) ?? qos);
    filters.forEach((filter, at) => {
      if (codes[at]! >= 128) return;
      link.filters.add(filter);
      for (const message of this.retained.values())
        if (matches(filter, message.topic)) this.#clock.after(0, () => link.deliver(message));
    });
    return this.answers ? codes : "silence";
  }

  leave(link: WorldLink): void {
    this.#links.delete(link);
  }

  /** The connection ended without DISCONNECT. */
  bury(link: WorldLink): void {
    if (!this.#links.delete(link) || !this.alive || link.will === undefined) return;
    this.publish({ ...link.will, qos: 1 });
  }

  has(link: WorldLink): boolean {
    return this.#links.has(link);
  }

  #cut(link: WorldLink, why: MqttClosed): void {
    this.bury(link);
    link.hangUp(why);
  }

  #retain(message: MqttPublish): void {
    if (message.payload.length === 0) this.retained.delete(message.topic);
    else this.retained.set(message.topic, { ...asMessage(message), retain: true });
  }
}

class WorldLink implements OrphanableLink {
  readonly filters = new Set<string>();
  readonly #clock: Clock;
  readonly #broker: WorldBroker | undefined;
  readonly #options: MqttConnectOptions;
  readonly #handlers: MqttHandlers;
  /** What ends each unanswered packet when the connection does, and when it was sent. */
  readonly #unanswered = new Map<() => void, number>();
  readonly #patience: Timer;
  readonly #road: WorldRoad | undefined;
  readonly #leaveRoad: (() => void) | undefined;
  #sentOctets = 0;
  #receivedOctets = 0;
  #connected = false;
  #ended = false;
  /** What waits on the road is thrown away. */
  #reset = false;

  constructor(
    clock: Clock,
    broker: WorldBroker | undefined,
    options: MqttConnectOptions,
    handlers: MqttHandlers,
    road: WorldRoad | undefined,
  ) {
    this.#clock = clock;
    this.#road = road;
    this.#broker = broker;
    this.#options = options;
    this.#handlers = handlers;
    this.#patience = clock.after(options.connectTimeoutMs, () =>
      this.end({ code: "timeout", detail: "no CONNACK came" }),
    );
    this.#leaveRoad = road?.onCut(() => {
      this.#noticeLater();
      this.end(CUT);
    });
    if (road?.state === "cut") {
      queueMicrotask(() => this.end({ code: "unreachable", detail: "no road" }));
      return;
    }
    this.#north(CONNECT_OCTETS, () => this.#arrive(), "opening");
  }

  get clientId(): string {
    return this.#options.clientId;
  }

  get version(): 4 | 5 {
    return this.#options.version;
  }

  get will(): MqttConnectOptions["will"] {
    return this.#options.will;
  }

  wants(topic: string): boolean {
    for (const filter of this.filters) if (matches(filter, topic)) return true;
    return false;
  }

  deliver(message: MqttMessage): void {
    this.#south(octetsOf(message), () => {
      // On 3.1.1 a message says neither how long it may live nor to what it belongs.
      const { expiryS: _expiryS, correlation: _correlation, ...old } = message;
      this.#handlers.onMessage(this.version === 5 ? message : old);
    });
  }

  publish(message: MqttPublish): Promise<MqttPublished> {
    if (!this.#connected) return Promise.resolve({ outcome: "closed" });
    const copy: MqttPublish = { ...message, payload: Buffer.from(message.payload) };
    if (message.qos === 0) {
      this.#north(octetsOf(message), () => this.#broker!.take(copy, this.version));
      return Promise.resolve({ outcome: "acknowledged", reasonCode: 0 });
    }
    return this.#ask<number, MqttPublished>(
      octetsOf(message),
      () => this.#broker!.take(copy, this.version),
      (reasonCode) => ({ outcome: "acknowledged", reasonCode }),
      { outcome: "closed" },
    );
  }

  subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly number[] | undefined> {
    if (!this.#connected) return Promise.resolve(undefined);
    return this.#ask<readonly number[], readonly number[] | undefined>(
      filters.join("").length + PACKET_OCTETS,
      () => this.#broker!.grant(this, filters, qos),
      (codes) => codes,
      undefined,
    );
  }

  unansweredMs(): number {
    for (const sentMs of this.#unanswered.values()) return this.#clock.monotonicMs() - sentMs;
    return 0;
  }

  octets(): { readonly sent: number; readonly received: number } {
    return { sent: this.#sentOctets, received: this.#receivedOctets };
  }

  close(how: "politely" | "abruptly"): void {
    const broker = this.#broker;
    if (how === "politely" && this.#connected && broker?.hears === true) {
      this.#connected = false;
      this.#settleAll();
      this.#north(PACKET_OCTETS, () => broker.leave(this));
      // The FIN comes back, if anything does.
      this.#south(0, () => this.end(BY_US));
      if (this.#road === undefined) return;
      this.#noticeLater();
      this.#clock.after(POLITE_CLOSE_MS_MAX, () => {
        this.#reset ||= !this.#ended;
        this.end(BY_US);
      });
      return;
    }
    this.#connected = false;
    // In one breath, as on a real gateway: nobody may find a link that says closed before it says that it ended.
    queueMicrotask(() => {
      this.#reset = true;
      if (this.#road === undefined) broker?.bury(this);
      else {
        // The reset itself is sent once.
        if (this.#road.state === "open") this.#road.carry("north", 0, () => broker?.bury(this), ALWAYS);
        this.#noticeLater();
      }
      this.end(BY_US);
    });
  }

  orphan(): void {
    this.#connected = false;
    queueMicrotask(() => {
      this.#north(0, () => this.#broker?.bury(this));
      this.#noticeLater();
      this.end(BY_US);
    });
  }

  /** The broker ends it. */
  hangUp(why: MqttClosed): void {
    if (this.#road === undefined) this.end(why);
    else this.#south(PACKET_OCTETS, () => this.end(why));
  }

  end(why: MqttClosed): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connected = false;
    this.#patience.cancel();
    this.#leaveRoad?.();
    this.#settleAll();
    this.#handlers.onClosed(why);
  }

  /** The broker hears no more of it, and will see that. */
  #noticeLater(): void {
    const broker = this.#broker;
    if (broker?.has(this) === true)
      this.#clock.after(1_500 * this.#options.keepaliveS, () => broker.bury(this));
  }

  #settleAll(): void {
    const all = [...this.#unanswered.keys()];
    this.#unanswered.clear();
    for (const settle of all) settle();
  }

  #arrive(): void {
    const refusal =
      this.#broker === undefined
        ? ({ code: "unreachable", detail: "no such host" } as const)
        : this.#broker.admit(this, this.#options);
    if (refusal === "silence") return;
    this.#south(PACKET_OCTETS, () => {
      if (refusal !== undefined) return this.end(refusal);
      this.#connected = true;
      this.#patience.cancel();
      this.#handlers.onConnected({ receiveMaximum: this.#broker!.receiveMaximum });
      if (this.#broker!.closesOn("connect")) this.#broker!.kick(this.clientId);
    });
  }

  /** One packet that wants an answer: there, back, or the connection ends first. */
  #ask<A, R>(
    octets: number,
    there: () => A | "silence" | "close",
    answered: (answer: A) => R,
    closed: R,
  ): Promise<R> {
    return new Promise((resolve) => {
      const settle = (): void => resolve(closed);
      this.#unanswered.set(settle, this.#clock.monotonicMs());
      this.#north(octets, () => {
        const answer = there();
        if (answer === "silence") return;
        if (answer === "close") return this.#broker!.kick(this.clientId);
        this.#south(PACKET_OCTETS, () => {
          this.#unanswered.delete(settle);
          resolve(answered(answer));
        });
      });
    });
  }

  /** What arrives over a road is taken even if this side has hung up behind it, as long as the broker has not. */
  #north(octets: number, arrive: () => void, when: "open" | "opening" = "open"): void {
    this.#sentOctets += octets;
    if (this.#road === undefined) this.#afterLatency(arrive);
    else if (when === "opening") this.#road.carry("north", octets, () => this.#ended || arrive(), ALWAYS);
    else
      this.#road.carry(
        "north",
        octets,
        () => this.#broker?.has(this) && arrive(),
        () => !this.#reset,
      );
  }

  #south(octets: number, arrived: () => void): void {
    const arrive = (): void => {
      this.#receivedOctets += octets;
      arrived();
    };
    if (this.#road === undefined) this.#afterLatency(arrive);
    else
      this.#road.carry(
        "south",
        octets,
        () => this.#ended || arrive(),
        () => !this.#ended,
      );
  }

  #afterLatency(run: () => void): void {
    this.#clock.after(this.#broker?.latencyMs ?? 0, () => {
      if (!this.#ended) run();
    });
  }
}

const ALWAYS = (): boolean => true;

function octetsOf({ topic, payload }: { readonly topic: string; readonly payload: Uint8Array }): number {
  return topic.length + payload.length + PACKET_OCTETS;
}

/** Their levels: few, and each is asked of every message. */
const FILTERS = new Map<string, readonly string[]>();

/** Only the levels' rules: `+` is one level, a last `#` is all the rest. */
function matches(filter: string, topic: string): boolean {
  const wanted = FILTERS.get(filter) ?? filter.split("/");
  FILTERS.set(filter, wanted);
  const given = topic.split("/");
  for (let level = 0; level < wanted.length; level++) {
    if (wanted[level] === "#") return true;
    if (wanted[level] !== "+" && wanted[level] !== given[level]) return false;
    if (level >= given.length) return false;
  }
  return wanted.length === given.length;
}

function asMessage({ topic, payload, retain, expiryS, correlation }: MqttPublish): MqttMessage {
  return {
    topic,
    payload: Buffer.from(payload),
    retain: retain === true,
    ...(expiryS === undefined ? {} : { expiryS }),
    ...(correlation === undefined ? {} : { correlation: Buffer.from(correlation) }),
  };
}

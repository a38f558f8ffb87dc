/**
 * The reporter: tells the cores that want it how each gateway is. The small report on its interval, the full one on a
 * longer one and when it is asked for, alarms as they happen, outages once they are over.
 *
 *   edge/<eui>/health        small, retained          edge/<eui>/alarm    an event
 *   edge/<eui>/health/full   full, retained           edge/<eui>/alarms   the set that stands, retained
 *   edge/<eui>/outage        one that is over
 *
 * Scattered: each gateway reports at a moment of its own within the interval, and after a connection came it waits for a
 * moment of its own too, for after a common outage 1,615 gateways come back together. A report that falls due while the
 * core is away is not sent afterwards: the next is newer.
 *
 * Never at the cost of a frame: all of it goes when nothing else waits (north/flight.ts, beside()), is left out while
 * the broker will not have it (north/own-namespace.ts), and a month of it stays within MONTH_OCTETS_MAX (message.ts has
 * the limits, wire-octets.ts reckons).
 */
import type { CoreSettings, Settings } from "../../config/settings.ts";
import type { JournalNotes } from "../../journal/journal.ts";
import type { Delivery, OwnMessage } from "../../north/core.ts";
import type { RouteStatus } from "../../north/routes.ts";
import type { Clock, Rng, Timer } from "../../ports.ts";
import type { Counters } from "../counters.ts";
import type { Health } from "../health.ts";
import type { DeviceView } from "../records/view.ts";
import { createMailbox, type Mailbox, toldNoteOf } from "./mailbox.ts";
import { FULL_OCTETS_MAX, SMALL_OCTETS_MAX } from "./message.ts";
import { lastTold, readTold } from "./outage-messages.ts";
import { type ReportSource, writeFull, writeSmall } from "./report.ts";
import { monthOctets, wireOctets } from "./wire-octets.ts";

/** After a connection came, within so long. */
export const SETTLE_MS = 60_000;
/**
 * After a connection came the full report goes with the next small one, for a broker that has forgotten it; so often at
 * the most, for the sake of the month's octets. What is missing then comes within full_interval.
 */
export const EARLY_FULL_EVERY_MS = 86_400_000;

export interface ReporterParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly counters: Pick<Counters, "count">;
  readonly notes: JournalNotes;
  readonly cores: readonly CoreSettings[];
  readonly settings: Settings["health"];
  readonly source: () => ReportSource;
  readonly links: () => readonly Pick<RouteStatus, "id" | "gatewayEui" | "state" | "server">[];
  readonly isTimeTrusted: () => boolean;
  /** Reads what is only read on demand; then the source is of now. */
  readonly refresh: () => Promise<void>;
  readonly devices: () => readonly DeviceView[];
  /** Names of voltages that go first in the full report. */
  readonly voltagesFirst?: readonly string[] | undefined;
  /** Stored frames of this gateway that this core has not taken. */
  readonly leftOf: (coreId: string, gatewayEui: string) => number;
  readonly health: Pick<Health, "onAlarm" | "view" | "expected" | "outagesAfter" | "keepOutages">;
  /** Routes.publishOwn. */
  readonly publish: (coreId: string, gatewayEui: string, message: OwnMessage) => Promise<Delivery>;
}

export interface ReporterView {
  /** Sent since the start, by name: how many, and what they cost on the road. */
  readonly sent: Readonly<Record<string, { readonly messages: number; readonly octets: number }>>;
  /** What the reports of one gateway to one core cost in 30 days at their present size, headers included. */
  readonly monthOctets: number;
  /** And at the most, by their limits. */
  readonly monthOctetsMax: number;
}

export interface Reporter {
  /** A connection came: this core can be told. */
  linkUp(coreId: string, gatewayEui: string): void;
  /** The gateway is no longer served. */
  drop(gatewayEui: string): void;
  /** Somebody asks for the full report. @returns it as it is now, JSON; all who get reports are sent it too. */
  onRequest(gatewayEui: string): Promise<Buffer>;
  view(): ReporterView;
  stop(): void;
}

interface Gateway {
  timer: Timer;
  /** When the full one is due, monotonic. */
  fullDueMs: number;
  /** When it was last due because a connection came. */
  earlyFullMs: number;
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** Cores that have just come, each with its moment. */
  readonly settling: Map<string, Timer>;
}

export function startReporter(parts: ReporterParts): Reporter {
  const { clock, counters, settings } = parts;
  const { reportIntervalMs, fullIntervalMs } = settings;
  const cores = parts.cores.filter(({ kind, health }) => kind === "chirpstack-mqtt" && health);
  const gateways = new Map<string, Gateway>();
  const sent = new Map<string, { messages: number; octets: number }>();
  const sizes = { small: SMALL_OCTETS_MAX, full: FULL_OCTETS_MAX };
  let stopped = false;
  const unlisten = parts.health.onAlarm((event) => {
    for (const [gatewayEui, { mailboxes }] of gateways) {
      if (!concerns(event.alarm.subject, gatewayEui, gateways)) continue;
      for (const mailbox of mailboxes.values()) mailbox.happened(event);
      deliver(gatewayEui);
    }
  });

  function begin(gatewayEui: string): Gateway {
    const known = gateways.get(gatewayEui);
    if (known !== undefined) return known;
    const chance = parts.rng.stream(`health/${gatewayEui}`);
    const mailboxes = new Map(cores.map((core) => [core.id, mailboxOf(core, gatewayEui)]));
    const gateway: Gateway = {
      timer: clock.after(chance.unit() * reportIntervalMs, () => tick(gatewayEui)),
      fullDueMs: Number.NEGATIVE_INFINITY,
      earlyFullMs: Number.NEGATIVE_INFINITY,
      mailboxes,
      settling: new Map(),
    };
    gateways.set(gatewayEui, gateway);
    return gateway;
  }

  function mailboxOf({ id: coreId }: CoreSettings, gatewayEui: string): Mailbox {
    return createMailbox({
      coreId,
      gatewayEui,
      counters,
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      isTimeTrusted: parts.isTimeTrusted,
      notes: parts.notes,
      alarms: () =>
        parts.health.view().alarms.filter(({ subject }) => concerns(subject, gatewayEui, gateways)),
      outages: () => {
        parts.health.outagesAfter(lastToldNumber());
        const { outages, availability } = parts.health.view();
        return { outages, isDated: availability.isDated };
      },
      keepOutages: parts.health.keepOutages,
      publish: (message) => publish(coreId, gatewayEui, message),
    });
  }

  /** The highest number of an outage that any core has been told of any gateway of this agent. */
  function lastToldNumber(): number {
    const gatewayEuis = new Set([...gateways.keys(), ...parts.health.expected()]);
    const told = [...gatewayEuis].flatMap((gatewayEui) =>
      cores.map(({ id }) => lastTold(readTold(parts.notes.get(toldNoteOf(id, gatewayEui))))),
    );
    return Math.max(-1, ...told);
  }

  function tick(gatewayEui: string): void {
    const gateway = gateways.get(gatewayEui);
    if (gateway === undefined) return;
    gateway.timer = clock.after(reportIntervalMs, () => tick(gatewayEui));
    void report(gatewayEui, gateway);
  }

  async function report(gatewayEui: string, gateway: Gateway): Promise<void> {
    if (serversOf(gatewayEui).size === 0) {
      counters.count("ownSent", "health.notConnected");
      return;
    }
    // At the nearest of the small ones, so that the two intervals need not divide.
    const isFullDue = clock.monotonicMs() >= gateway.fullDueMs - reportIntervalMs / 2;
    await send(gatewayEui, "small", await compose(gatewayEui, "small"));
    if (isFullDue) {
      const deliveries = await send(gatewayEui, "full", await compose(gatewayEui, "full"));
      if ([...deliveries.values()].some(isWithBroker))
        gateway.fullDueMs = clock.monotonicMs() + fullIntervalMs;
    }
    deliver(gatewayEui);
  }

  async function compose(gatewayEui: string, size: "small" | "full"): Promise<Buffer> {
    await parts.refresh();
    const moment = {
      gatewayEui,
      wallMs: clock.wallMs(),
      intervalMs: reportIntervalMs,
      leftOf: (coreId: string) => parts.leftOf(coreId, gatewayEui),
      voltagesFirst: parts.voltagesFirst,
      reportsOctets: monthOf(sizes),
    };
    return size === "small"
      ? writeSmall(parts.source(), moment)
      : writeFull(parts.source(), { ...moment, devices: parts.devices() });
  }

  /** @returns what came of it, by core; of those that are connected. */
  async function send(
    gatewayEui: string,
    size: "small" | "full",
    payload: Buffer,
  ): Promise<ReadonlyMap<string, Delivery>> {
    if (stopped) return new Map();
    sizes[size] = payload.length;
    const name = size === "small" ? "health" : "health/full";
    const deliveries = new Map<string, Delivery>();
    await Promise.all(
      [...serversOf(gatewayEui).keys()].map(async (coreId) => {
        const delivery = await publish(coreId, gatewayEui, { name, payload, retain: true });
        deliveries.set(coreId, delivery);
        counters.count("ownSent", `${name}.${delivery}`);
      }),
    );
    return deliveries;
  }

  async function publish(coreId: string, gatewayEui: string, message: OwnMessage): Promise<Delivery> {
    if (stopped) return "closed";
    const delivery = await parts.publish(coreId, gatewayEui, message);
    if (isWithBroker(delivery)) {
      const counted = sent.get(message.name) ?? { messages: 0, octets: 0 };
      counted.messages += 1;
      counted.octets += wireOctets(topicOf(coreId, gatewayEui, message.name), message.payload.length);
      sent.set(message.name, counted);
    }
    return delivery;
  }

  /** The cores that can be told now, and where each is. */
  function serversOf(gatewayEui: string): ReadonlyMap<string, string | undefined> {
    return new Map(
      parts
        .links()
        .filter((one) => one.gatewayEui === gatewayEui && one.state === "connected")
        .filter(({ id }) => cores.some((core) => core.id === id))
        .map(({ id, server }) => [id, server]),
    );
  }

  function deliver(gatewayEui: string): void {
    const gateway = gateways.get(gatewayEui);
    if (gateway === undefined || stopped) return;
    for (const [coreId, server] of serversOf(gatewayEui))
      if (!gateway.settling.has(coreId)) void gateway.mailboxes.get(coreId)!.deliver(server);
  }

  function topicOf(coreId: string, gatewayEui: string, name: string): string {
    const prefix = cores.find(({ id }) => id === coreId)?.topicPrefix ?? "";
    return `${prefix === "" ? "" : `${prefix}/`}edge/${gatewayEui}/${name}`;
  }

  function monthOf({ small, full }: { readonly small: number; readonly full: number }): number {
    const topic = topicOf(cores[0]?.id ?? "", "0".repeat(16), "health");
    return (
      monthOctets(wireOctets(topic, small), reportIntervalMs) +
      monthOctets(wireOctets(`${topic}/full`, full), fullIntervalMs)
    );
  }

  function monthMax(): number {
    const topic = topicOf(cores[0]?.id ?? "", "0".repeat(16), "health/full");
    const early = monthOctets(wireOctets(topic, FULL_OCTETS_MAX), EARLY_FULL_EVERY_MS);
    return monthOf({ small: SMALL_OCTETS_MAX, full: FULL_OCTETS_MAX }) + early;
  }

  return {
    linkUp: (coreId, gatewayEui) => {
      if (stopped || !cores.some(({ id }) => id === coreId)) return;
      const gateway = begin(gatewayEui);
      const { settling } = gateway;
      gateway.mailboxes.get(coreId)!.connected();
      const nowMs = clock.monotonicMs();
      if (gateway.fullDueMs > nowMs && nowMs - gateway.earlyFullMs >= EARLY_FULL_EVERY_MS) {
        gateway.earlyFullMs = nowMs;
        gateway.fullDueMs = Number.NEGATIVE_INFINITY;
      }
      settling.get(coreId)?.cancel();
      const delayMs = parts.rng.stream(`health/${gatewayEui}/${coreId}`).unit() * SETTLE_MS;
      const timer = clock.after(delayMs, () => {
        settling.delete(coreId);
        deliver(gatewayEui);
      });
      settling.set(coreId, timer);
    },
    drop: (gatewayEui) => {
      const gateway = gateways.get(gatewayEui);
      gateways.delete(gatewayEui);
      gateway?.timer.cancel();
      for (const timer of gateway?.settling.values() ?? []) timer.cancel();
    },
    onRequest: async (gatewayEui) => {
      const payload = await compose(gatewayEui, "full");
      void send(gatewayEui, "full", payload);
      return payload;
    },
    view: () => ({
      sent: Object.fromEntries([...sent].map(([name, counted]) => [name, { ...counted }])),
      monthOctets: monthOf(sizes),
      monthOctetsMax: monthMax(),
    }),
    stop: () => {
      stopped = true;
      unlisten();
      for (const { timer, settling } of gateways.values()) {
        timer.cancel();
        for (const one of settling.values()) one.cancel();
      }
    },
  };
}

/** What is retained counts as told once the broker has it. */
function isWithBroker(delivery: Delivery): boolean {
  return delivery === "taken" || delivery === "noSubscriber";
}

/**
 * An alarm of another gateway of this agent is no affair of this one's; one of the box is everybody's.
 * @param subject a gateway's EUI, alone or before a slash (`<eui>/<sub-band>`), or something else.
 */
function concerns(
  subject: string | undefined,
  gatewayEui: string,
  gateways: ReadonlyMap<string, unknown>,
): boolean {
  const [of] = (subject ?? "").split("/");
  return of === gatewayEui || !gateways.has(of!);
}

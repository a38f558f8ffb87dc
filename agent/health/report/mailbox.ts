/**
 * What one core has to be told of one gateway, and was not yet: alarm events, the set of alarms, outages. One at a time,
 * in their order, and only while the core takes them.
 *
 *   alarm    each event. They wait in memory, ALARM_EVENTS_MAX of them; the oldest go first.
 *   alarms   the set that stands, retained: when it has changed, and once on each connection, also on one that
 *            moved to another server of the core.
 *   outage   each that is over, until the core took it (MQTT 5: and somebody listened), across restarts.
 *
 * Which connections there are and when they are ready is the reporter's affair (reporter.ts).
 */
import type { Counters } from "../../health/counters.ts";
import type { JournalNotes } from "../../journal/journal.ts";
import type { Delivery, OwnMessage } from "../../north/core.ts";
import type { Alarm, AlarmEvent } from "../alarms/alarm.ts";
import type { Outage } from "../availability/outages.ts";
import { alarmMessage, alarmsMessage, fingerprintOf, type Speaker } from "./alarm-messages.ts";
import { afterTelling, outageMessage, readTold, untold, writeTold } from "./outage-messages.ts";

export const ALARM_EVENTS_MAX = 32;
/** Nobody listens to outages: so long until it is tried again. */
export const UNHEARD_MS = 3_600_000;
/** A clock that cannot be trusted may still be put right: outages wait for it, but not for ever. */
export const UNDATED_MS_MAX = 900_000;

export interface MailboxParts {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
  readonly isTimeTrusted: () => boolean;
  readonly notes: JournalNotes;
  readonly counters: Pick<Counters, "count">;
  /** Those of this gateway, the gravest first. */
  readonly alarms: () => readonly Alarm[];
  readonly outages: () => { readonly outages: readonly Outage[]; readonly isDated: boolean };
  /** Before an outage is told (Health.keepOutages). */
  readonly keepOutages: () => void;
  readonly publish: (message: OwnMessage) => Promise<Delivery>;
}

export interface Mailbox {
  happened(event: AlarmEvent): void;
  /** The connection is a new one: what its broker still has nobody knows. One that kept nothing may have restarted. */
  connected(): void;
  /** Says what is to be said to this server. Resolves when nothing more can be said now. */
  deliver(server: string | undefined): Promise<void>;
}

/** The note of what this core has been told of this gateway. */
export function toldNoteOf(coreId: string, gatewayEui: string): string {
  return `health.told.${coreId}.${gatewayEui}`;
}

export function createMailbox(parts: MailboxParts): Mailbox {
  const { coreId, gatewayEui, monotonicMs, notes } = parts;
  const toldNote = toldNoteOf(coreId, gatewayEui);
  const beganMs = monotonicMs();
  const events: { readonly event: AlarmEvent; readonly monotonicMs: number }[] = [];
  /** What stands retained, as far as we know, and where. */
  let standing: string | undefined;
  let connections = 0;
  let unheardUntilMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const speaker = (): Speaker => ({
    gatewayEui,
    wallMs: parts.wallMs(),
    isTimeTrusted: parts.isTimeTrusted(),
  });

  async function say(name: string, payload: Buffer, retain: boolean): Promise<Delivery> {
    const delivery = await parts.publish({ name, payload, retain });
    parts.counters.count("ownSent", `${name}.${delivery}`);
    return delivery;
  }

  /** @returns whether the next may follow. */
  async function sayEvents(): Promise<boolean> {
    for (let next = events[0]; next !== undefined; next = events[0]) {
      const delivery = await say(
        "alarm",
        alarmMessage(next.event, monotonicMs() - next.monotonicMs, speaker()),
        false,
      );
      if (!isDone(delivery)) return false;
      // Meanwhile the oldest may have had to go.
      if (events[0] === next) events.shift();
    }
    return true;
  }

  async function saySet(server: string | undefined): Promise<boolean> {
    const alarms = parts.alarms();
    const now = `${server} ${fingerprintOf(alarms)}`;
    if (now === standing) return true;
    const saidOn = connections;
    const delivery = await say("alarms", alarmsMessage(alarms, speaker()), true);
    if (isDone(delivery) && saidOn === connections) standing = now;
    return isDone(delivery);
  }

  async function sayOutages(): Promise<void> {
    if (monotonicMs() < unheardUntilMs) return;
    const { outages, isDated } = parts.outages();
    if (!isDated && monotonicMs() - beganMs < UNDATED_MS_MAX) return;
    const left = untold(outages, readTold(notes.get(toldNote)));
    if (left.length > 0) parts.keepOutages();
    for (const next of left) {
      const delivery = await say("outage", outageMessage(next, gatewayEui, isDated), false);
      if (delivery === "noSubscriber") unheardUntilMs = monotonicMs() + UNHEARD_MS;
      if (delivery !== "taken") return;
      notes.set(toldNote, writeTold(afterTelling(readTold(notes.get(toldNote)), next.number, outages)));
    }
  }

  async function sayAll(server: string | undefined): Promise<void> {
    if ((await sayEvents()) && (await saySet(server))) await sayOutages();
    // What happened while the last was on its way.
    if (events.length === 0) await saySet(server);
  }

  return {
    happened: (event) => {
      events.push({ event, monotonicMs: monotonicMs() });
      if (events.length > ALARM_EVENTS_MAX) {
        events.shift();
        parts.counters.count("ownSent", "alarm.givenUp");
      }
    },
    connected: () => {
      connections += 1;
      standing = undefined;
    },
    deliver: (server) => {
      underWay ??= sayAll(server).finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}

/** Of what is retained or of the moment, it is enough that the broker has it. */
function isDone(delivery: Delivery): boolean {
  return delivery === "taken" || delivery === "noSubscriber";
}

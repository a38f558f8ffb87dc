/**
 * Health: what the agent knows of itself and its gateway, judged. One timer looks every ten seconds: time is accounted for
 * (availability/), the rules are asked (alarms/), and every five minutes what must outlive the process is noted, in as few
 * writes as can be:
 *
 *   health.stamp         every five minutes, and at the end: until when we lived, and today's account
 *   health.days.*, health.months.*   when a day ends          health.outages, health.alarms   when they have changed;
 *                                    outages, with the stamp, also before one of them is told
 *   health.hours         hourly                               health.forwarders               daily
 *   health.maintenance   at once
 *
 * Not here: figures counted as things happen (records/), what is told to the core (report/), what is done about it
 * (agent/care/).
 */
import type { JournalNotes } from "../journal/journal.ts";
import type { RouteStatus } from "../north/routes.ts";
import type { Certificates, Clock, Files, Log, Timer } from "../ports.ts";
import type { WallClockState } from "../south/clock-state.ts";
import type { ForwarderStatus } from "../south/sessions.ts";
import type { Alarm, AlarmEvent } from "./alarms/alarm.ts";
import { readCredentialEnds } from "./alarms/credentials.ts";
import { alarmsOf, type Moment, type Standing, type Standings, step } from "./alarms/engine.ts";
import { createGatherer, type Told } from "./alarms/gather.ts";
import { openHours } from "./alarms/hours.ts";
import { knowForwarders } from "./alarms/known-forwarders.ts";
import type { CredentialReading } from "./alarms/readings.ts";
import { CREDENTIALS_EVERY_MS, FIELD_EVERY_MS, judge, LOOK_EVERY_MS } from "./alarms/rules.ts";
import { keepStandings, readStandings, signatureOf } from "./alarms/standings-note.ts";
import { type AvailabilityView, keepAvailability, type Seen } from "./availability/availability.ts";
import { keepMaintenance, type Maintenance, type MaintenanceFlag } from "./availability/maintenance.ts";
import type { Outage } from "./availability/outages.ts";
import type { State } from "./availability/pieces.ts";
import { STAMP_EVERY_MS } from "./availability/stamp.ts";
import type { Records } from "./records/records.ts";
import type { RecordsView } from "./records/view.ts";

const HOURS_NOTE = "health.hours";

export type AlarmView = Alarm;

export interface HealthView {
  readonly availability: AvailabilityView;
  /** The oldest first. */
  readonly outages: readonly Outage[];
  /** Those that stand, the gravest first. */
  readonly alarms: readonly AlarmView[];
  readonly maintenance: MaintenanceFlag | undefined;
  readonly records: RecordsView;
}

export interface Health {
  /** Accounts for the time until now, and tells. */
  view(): HealthView;
  readonly maintenance: Maintenance;
  /** Called with each alarm that is raised, worsens or is cleared. @returns what ends it. */
  onAlarm(listener: (event: AlarmEvent) => void): () => void;
  /** Something has changed that should be accounted for now: a core link came or went. */
  look(): void;
  /** Before outages are told: others have been told some, up to this number (Availability.outagesAfter). */
  outagesAfter(toldNumber: number): void;
  /** Before an outage is told: it is written down (Availability.keepOutages). */
  keepOutages(): void;
  /** The gateways whose forwarder should be heard (known-forwarders.ts). */
  expected(): readonly string[];
  /** Stamps: what follows is no power cut. Before the journal is closed. */
  stop(): void;
}

export interface HealthParts extends Omit<Told, "clockView" | "field" | "records" | "silentDevAddrs"> {
  readonly clock: Clock;
  readonly log: Log;
  readonly files: Files;
  /** Absent: nobody looks when certificates end. */
  readonly certificates?: Certificates | undefined;
  readonly notes: JournalNotes;
  readonly clockState: Pick<WallClockState, "state" | "view">;
  readonly records: Pick<Records, "view" | "devices">;
  readonly field: { refresh(): Promise<void>; status(): ReturnType<Told["field"]> };
}

export function startHealth(parts: HealthParts): Health {
  const { clock, notes, settings } = parts;
  const log = parts.log.child({ part: "health" });
  const boot = clock.kernelBootId();
  const listeners = new Set<(event: AlarmEvent) => void>();
  const hours = openHours();
  const known = knowForwarders(notes);
  const told: Told = {
    ...parts,
    // Each costs something to put together, and several ask within one look.
    forwarders: () => looked?.forwarders ?? parts.forwarders(),
    cores: () => looked?.cores ?? parts.cores(),
    clockView: () => parts.clockState.view(),
    field: () => parts.field.status(),
    records: () => parts.records.view(),
    silentDevAddrs: () =>
      parts.records
        .devices()
        .filter(({ silent, mayHaveJoined }) => silent && !mayHaveJoined)
        .sort((one, other) => other.silentMs - one.silentMs)
        .map(({ devAddr }) => devAddr),
  };
  /** What one look has found; only while it lasts. */
  let looked:
    | { readonly forwarders: readonly ForwarderStatus[]; readonly cores: readonly RouteStatus[] }
    | undefined;
  const gatherer = createGatherer(clock, told, hours);
  let standings: Standings = new Map<string, Standing>();
  let written = "";
  let restored = false;
  let gatewayEuis: readonly string[] = [];
  let credentials: readonly CredentialReading[] | undefined;
  let stopped = false;
  const startMs = clock.monotonicMs();
  let stampedMs = startMs;
  let refreshedMs = Number.NEGATIVE_INFINITY;
  let readCredentialsMs = Number.NEGATIVE_INFINITY;

  const isTrusted = (wallMs: number, monotonicMs: number): boolean =>
    parts.clockState.state(wallMs, monotonicMs) !== "unsynchronised";
  const now = (): Moment => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() });

  const maintenance = keepMaintenance({ clock, notes, onChange: () => availability.look() });
  const availability = keepAvailability({
    clock,
    notes,
    notesMayCome: () => !parts.isFound(),
    isTrusted,
    coreIds: settings().cores.map(({ id }) => id),
    maintenanceUntilWallMs: maintenance.untilWallMs,
    seen: (): Seen => ({
      forwarder: seenForwarder(),
      links: linkStates(),
      planned: maintenance.current() !== undefined,
    }),
  });

  function seenForwarder(): Seen["forwarder"] {
    const nowMs = clock.monotonicMs();
    const own = settings().gateway.eui;
    const heard = told
      .forwarders()
      .filter((one) => one.pullDataAgeMs !== undefined && (own === "" || one.gatewayEui === own));
    if (heard.length === 0) return undefined;
    const youngestMs = Math.min(...heard.map(({ pullDataAgeMs }) => pullDataAgeMs!));
    return { alive: heard.some(({ alive }) => alive), lastPullMonotonicMs: nowMs - youngestMs };
  }

  function linkStates(): Map<string, State> {
    const states = new Map<string, State>();
    for (const { id, state } of told.cores()) {
      if (state === "connected") states.set(id, "up");
      else if (state !== "stopped" && states.get(id) !== "up") states.set(id, "down");
    }
    return states;
  }

  // ------------------------------------------------------------------------------------------ alarms

  function restore(): void {
    if (restored || !parts.isFound()) return;
    restored = true;
    standings = new Map([...readStandings(notes, boot), ...standings]);
    written = signatureOf(standings);
    hours.read(notes.get(HOURS_NOTE));
    known.restore();
  }

  function lookAtAlarms(): void {
    const moment = now();
    const trusted = isTrusted(moment.wallMs, moment.monotonicMs);
    const forwarders = told.forwarders();
    const alive = forwarders.filter((one: ForwarderStatus) => one.alive).map(({ gatewayEui }) => gatewayEui);
    gatewayEuis = known.look(settings().gateway.eui, alive, trusted ? moment.wallMs : undefined);
    const readings = gatherer.gather({
      nowMs: moment.monotonicMs,
      wallMs: moment.wallMs,
      isTrusted: trusted,
      gatewayEuis,
      forwarders,
      credentials,
      rebootedFrom: availability.rebootedFrom,
    });
    const stepped = step(standings, judge(readings), moment);
    standings = stepped.standings;
    for (const event of stepped.events) tell(event);
  }

  function tell(event: AlarmEvent): void {
    const { id, subject, severity, evidence } = event.alarm;
    const level = event.event === "cleared" || severity === "info" ? "info" : "warn";
    log[level]({ alarm: id, subject, severity, ...evidence }, `alarm ${event.event}`);
    for (const listener of listeners) listener(event);
  }

  // ------------------------------------------------------------------------------------------- disk

  /** What is read from disk: never waited for. */
  function refresh(nowMs: number): void {
    if (nowMs - refreshedMs >= FIELD_EVERY_MS) {
      refreshedMs = nowMs;
      void parts.field.refresh();
    }
    const { certificates, files } = parts;
    if (certificates === undefined || nowMs - readCredentialsMs < CREDENTIALS_EVERY_MS) return;
    readCredentialsMs = nowMs;
    void readCredentialEnds({ files, certificates, cores: settings().cores }).then((read) => {
      credentials = read;
    });
  }

  function save(clean: boolean): void {
    stampedMs = clock.monotonicMs();
    if (restored) {
      const signature = signatureOf(standings);
      if (signature !== written) keepStandings(notes, standings, boot, now());
      written = signature;
      if (hours.changed) notes.set(HOURS_NOTE, hours.write());
      if (known.changed) known.save();
    }
    availability.stamp(clean);
  }

  function tick(): void {
    timer = clock.after(LOOK_EVERY_MS, tick);
    looked = { forwarders: parts.forwarders(), cores: parts.cores() };
    availability.look();
    maintenance.tick();
    restore();
    lookAtAlarms();
    looked = undefined;
    const nowMs = clock.monotonicMs();
    refresh(nowMs);
    if (nowMs - stampedMs >= STAMP_EVERY_MS) save(false);
  }

  // What stands must not seem gone until the first look.
  restore();
  let timer: Timer = clock.after(LOOK_EVERY_MS, tick);

  return {
    view: () => ({
      availability: availability.view(),
      outages: availability.outages(),
      alarms: alarmsOf(standings, now()),
      maintenance: maintenance.current(),
      records: parts.records.view(),
    }),
    maintenance,
    onAlarm: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look: () => {
      if (!stopped) availability.look();
    },
    outagesAfter: availability.outagesAfter,
    keepOutages: () => {
      if (!stopped) availability.keepOutages();
    },
    expected: () => {
      restore();
      return known.look(settings().gateway.eui, [], undefined);
    },
    stop: () => {
      if (stopped) return;
      stopped = true;
      timer.cancel();
      save(true);
    },
  };
}

/**
 * The records: every figure of the gateway's health that must be counted as it happens. Here they are kept together,
 * looked at by the minute, and noted so that they outlive the process; what each counts stands in its own module.
 *
 * What is made of them: alarms (alarms/), reports (report/), `edge-agent status` and `devices`.
 *
 * Noted in the journal (each write costs flash, so seldom, and at the end):
 *
 *   health.traffic, health.drops    at most hourly, when something has changed
 *   health.devices.<n>, .joins.<n>  an hour after the start, then every six hours
 *
 * After a power cut the devices are those of up to six hours before; what was heard in between is missing, and is
 * not counted as lost: nobody is sure that anybody listened.
 */
import type { ClockState } from "../../frame/frame.ts";
import { makeDevAddrMatcher } from "../../lorawan/dev-addr.ts";
import type { Phy } from "../../lorawan/phy.ts";
import type { Rxpk } from "../../lorawan/rxpk.ts";
import type { Stat } from "../../lorawan/stat.ts";
import type { Clock, Rng, Timer } from "../../ports.ts";
import { type CoreLinks, createCoreLinks } from "./core-links.ts";
import { deviceViews, joinViews, summarise } from "./device-views.ts";
import { createDevices } from "./devices.ts";
import { createDropTimes } from "./drop-times.ts";
import { createGateways, type Gateway } from "./gateways.ts";
import { createJoins } from "./joins.ts";
import { createKeeping, type Notes } from "./keeping.ts";
import type { LatencyView } from "./latency-window.ts";
import { createTraffic } from "./traffic.ts";
import { createTransmissions, type Transmissions } from "./transmissions.ts";
import type { DeviceView, JoinView, RecordsView } from "./view.ts";

/** Listening, months and drops are looked at so often. */
export const LOOK_EVERY_MS = 60_000;

export interface RecordsParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly clockState: () => ClockState;
  readonly notes: Notes;
  /** The notes of earlier runs can be read. */
  readonly isFound: () => boolean;
  /** As Journal.whenFound. */
  readonly whenFound: (listener: () => void) => void;
  /** The gateway's forwarder lives. */
  readonly isListening: (gatewayEui: string) => boolean;
  /** NetIDs that are ours, asked when it matters; none: nobody is foreign. */
  readonly homeNetIds: () => readonly string[];
  readonly journal: () => {
    readonly dropped: Readonly<Partial<Record<string, number>>>;
    readonly commitLatency: LatencyView;
    readonly givenOctets: number;
  };
}

export interface Records {
  /** Takes in what earlier runs noted, and begins to look. What was counted by then stays counted. */
  start(): void;
  /** What the radio heard, but for a forwarder's repeats. */
  heard(gatewayEui: string, rxpk: Rxpk): void;
  /** Of that, what was admitted. @param heardMs when it was heard, @param arrivedMs when it came; monotonic. */
  admitted(gatewayEui: string, rxpk: Rxpk, phy: Phy | undefined, heardMs: number, arrivedMs: number): void;
  stat(gatewayEui: string, stat: Stat): void;
  readonly transmissions: Transmissions;
  readonly links: CoreLinks;
  /** The gateway is no longer served. */
  drop(gatewayEui: string): void;
  view(): RecordsView;
  /** Every device in the table, the one heard last first. Costs some milliseconds: for those who ask. */
  devices(): DeviceView[];
  joins(): JoinView[];
  /** Notes what must outlive the process. */
  stop(): void;
}

export function createRecords(parts: RecordsParts): Records {
  const { clock } = parts;
  const startedMs = clock.monotonicMs();
  const gateways = createGateways();
  const devices = createDevices({
    seed: parts.rng.stream("records").below(2 ** 32),
    isForeign: foreignTo(parts.homeNetIds),
    listenedMs: (gateway, nowMs) => gateways.at(gateway)?.listening.at(nowMs) ?? 0,
  });
  const joins = createJoins();
  const traffic = createTraffic();
  const transmissions = createTransmissions();
  const links = createCoreLinks(clock, traffic.add);
  const drops = createDropTimes();
  const keeping = createKeeping({ ...parts, gateways, devices, joins, traffic, drops });
  let timer: Timer | undefined;

  const wallIfTrusted = (): number | undefined =>
    parts.clockState() === "unsynchronised" ? undefined : clock.wallMs();

  const lookAround = (): void => {
    const nowMs = clock.monotonicMs();
    for (const { gatewayEui, listening } of gateways.all()) {
      listening.is(parts.isListening(gatewayEui), nowMs);
    }
    links.collect();
    traffic.tick(nowMs, wallIfTrusted());
    drops.look(parts.journal().dropped as Readonly<Record<string, number>>, nowMs);
  };
  const tick = (): void => {
    timer = clock.after(LOOK_EVERY_MS, tick);
    lookAround();
    keeping.tick();
  };
  const found = (): void => {
    keeping.restore();
    drops.look(parts.journal().dropped as Readonly<Record<string, number>>, clock.monotonicMs());
  };

  traffic.tick(startedMs, wallIfTrusted());

  const heardData = (
    gateway: Gateway,
    fCnt: number,
    rxpk: Rxpk,
    heardMs: number,
    arrivedMs: number,
  ): void => {
    gateway.listening.is(true, arrivedMs);
    devices.heard(gateway.index, fCnt, rxpk, heardMs, arrivedMs);
  };

  return {
    start: () => {
      if (parts.isFound()) found();
      else parts.whenFound(found);
      timer = clock.after(LOOK_EVERY_MS, tick);
    },
    heard: (gatewayEui, rxpk) => gateways.find(gatewayEui).radio.heard(rxpk),
    admitted: (gatewayEui, rxpk, phy, heardMs, arrivedMs) => {
      if (phy === undefined) return;
      if (phy.kind === "data") heardData(gateways.find(gatewayEui), phy.fCnt, rxpk, heardMs, arrivedMs);
      else if (phy.kind === "joinRequest" || phy.kind === "rejoinRequest")
        joins.heard(gatewayEui, phy.devEui, rxpk, heardMs);
    },
    stat: (gatewayEui, stat) => gateways.find(gatewayEui).radio.stat(stat),
    transmissions,
    links,
    drop: (gatewayEui) => {
      const gone = gateways.remove(gatewayEui);
      if (gone !== undefined) devices.drop(gone.index);
      joins.drop(gatewayEui);
      transmissions.drop(gatewayEui);
      links.drop(gatewayEui);
    },
    view: () => {
      const nowMs = clock.monotonicMs();
      links.collect();
      const { dropped, commitLatency, givenOctets } = parts.journal();
      return {
        countedMs: nowMs - startedMs,
        radio: gateways.all().map(({ gatewayEui, radio }) => radio.view(gatewayEui)),
        transmissions: transmissions.view(),
        devices: summarise({ gateways, devices, joins, nowMs, sinceMs: keeping.sinceMs }),
        cores: links.view(),
        traffic: traffic.view(wallIfTrusted()),
        journal: {
          commitLatency,
          givenOctets,
          drops: Object.entries(dropped).map(([reason, frames = 0]) => {
            const lastMs = drops.lastMs(reason);
            const lastAgeMs = lastMs === undefined ? undefined : nowMs - lastMs;
            const lastWallMs = lastAgeMs === undefined ? undefined : clock.wallMs() - lastAgeMs;
            return { reason, frames, lastAgeMs, lastWallMs };
          }),
        },
      };
    },
    devices: () => deviceViews({ gateways, devices, joins, clock, sinceMs: keeping.sinceMs }),
    joins: () => joinViews(joins, clock),
    stop: () => {
      timer?.cancel();
      lookAround();
      keeping.save();
    },
  };
}

/** Compiled anew when the setting has changed. */
function foreignTo(homeNetIds: () => readonly string[]): (devAddr: number) => boolean {
  let compiled: readonly string[] | undefined;
  let isHome: (devAddr: number) => boolean = () => true;
  return (devAddr) => {
    const asked = homeNetIds();
    if (asked !== compiled) {
      compiled = asked;
      isHome = makeDevAddrMatcher(asked, []);
    }
    return !isHome(devAddr);
  };
}

/**
 * The forwarders we hear: who may speak, where each is to be answered, whether it lives, and its figures.
 *
 * A PULL_RESP goes to where the newest PULL_DATA came from, with its version; never to where PUSH_DATA comes from,
 * which is another socket of the forwarder. A forwarder lives while its last PULL_DATA is younger than three of its
 * periods, which is measured: 5 s to a minute, as its operator set it.
 *
 * No sockets here (listener.ts), and no frames (push-data.ts). Pure but for its memory.
 */
import type { Settings } from "../config/settings.ts";
import type { GwmpVersion } from "../lorawan/gwmp.ts";
import type { CrcStatus } from "../lorawan/rxpk.ts";
import type { Stat } from "../lorawan/stat.ts";
import type { UdpPeer } from "../ports.ts";
import { type AckLatency, type AckLatencyView, createAckLatency } from "./ack-latency.ts";
import { createRxCounts, type RxCounts } from "./rx-statistics.ts";

/** Alive: this many periods without PULL_DATA are no silence yet. */
const ALIVE_PERIODS = 3;
/** Believed until two PULL_DATAs have come: half of Kerlink's, six times the reference forwarder's. */
export const PULL_PERIOD_DEFAULT_MS = 30_000;
const PULL_PERIOD_MS_MIN = 1_000;
/** A longer pause is an absence, not a period. */
const PULL_PERIOD_MS_MAX = 300_000;
/**
 * Where every place is taken, a gateway that has been silent for so long, and of which no frame waits, gives its place to
 * one that is new: EUIs that somebody made up must not keep the real ones out for ever. Who wants to keep strangers out
 * altogether pins the EUIs.
 */
export const EVICTED_AFTER_MS = 10 * 60_000;
/** A flood of new EUIs is not looked at more often. */
export const EVICTION_EVERY_MS = 10_000;
/** Their median is the period: one lost PULL_DATA, or one sent early, moves it not. */
const INTERVALS_MAX = 5;

/** One forwarder; its figures are only ever added to. */
export interface Forwarder {
  readonly gatewayEui: string;
  pullSource: UdpPeer | undefined;
  version: GwmpVersion | undefined;
  lastHeardMs: number;
  lastPullMs: number | undefined;
  lastPushMs: number | undefined;
  readonly intervalsMs: number[];
  pushData: number;
  pullData: number;
  txAck: number;
  readonly rxpk: Record<CrcStatus | "unreadable", number>;
  brokenBodies: number;
  acksWaiting: number;
  acksWithheld: number;
  readonly ackLatency: AckLatency;
  readonly rxCounts: RxCounts;
  stat: Stat | undefined;
  lastStatMs: number | undefined;
}

/** Ages in milliseconds, undefined for what never came. */
export interface ForwarderStatus {
  readonly gatewayEui: string;
  readonly alive: boolean;
  readonly version: GwmpVersion | undefined;
  /** Where PULL_RESPs go. */
  readonly pullSource: UdpPeer | undefined;
  readonly pullPeriodMs: number;
  readonly pullDataAgeMs: number | undefined;
  readonly pushDataAgeMs: number | undefined;
  readonly statAgeMs: number | undefined;
  readonly stat: Stat | undefined;
  readonly datagrams: { readonly pushData: number; readonly pullData: number; readonly txAck: number };
  readonly rxpk: Readonly<Record<CrcStatus | "unreadable", number>>;
  /** PUSH_DATAs whose JSON was broken somewhere. */
  readonly brokenBodies: number;
  /** PUSH_DATAs that wait for custody, and those never to be acknowledged. */
  readonly acksWaiting: number;
  readonly acksWithheld: number;
  readonly ackLatency: AckLatencyView;
}

/** notAccepted: not among the pinned EUIs. tooMany: gatewaysMax others were first. */
type SessionRefusal = "notAccepted" | "tooMany";

export interface Sessions {
  /** The forwarder of this EUI, made when it is new; or why it gets silence. */
  find(gatewayEui: string, nowMs: number): Forwarder | SessionRefusal;
  /**
   * Takes the longest silent one away, when it has been silent long enough.
   * @param mayLeave asked of one gateway after the other, the longest silent first.
   * @returns its EUI; undefined: nobody left.
   */
  evict(nowMs: number, mayLeave: (gatewayEui: string) => boolean): string | undefined;
  get(gatewayEui: string): Forwarder | undefined;
  all(): IterableIterator<Forwarder>;
  /** Takes up changed settings. @returns the EUIs that are no longer accepted, and are forgotten. */
  configure(settings: Settings["forwarder"]): string[];
}

export function createSessions(settings: Settings["forwarder"]): Sessions {
  const forwarders = new Map<string, Forwarder>();
  let accepted = acceptedOf(settings);
  let gatewaysMax = settings.gatewaysMax;
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    find: (gatewayEui, nowMs) => {
      const known = forwarders.get(gatewayEui);
      if (known !== undefined) return known;
      if (accepted !== undefined && !accepted.has(gatewayEui)) return "notAccepted";
      if (accepted === undefined && forwarders.size >= gatewaysMax) return "tooMany";
      const made = newForwarder(gatewayEui, nowMs);
      forwarders.set(gatewayEui, made);
      return made;
    },
    evict: (nowMs, mayLeave) => {
      if (nowMs - lookedMs < EVICTION_EVERY_MS) return undefined;
      lookedMs = nowMs;
      const gone = [...forwarders.values()]
        .filter(
          ({ lastHeardMs, acksWaiting }) => nowMs - lastHeardMs >= EVICTED_AFTER_MS && acksWaiting === 0,
        )
        .sort((one, other) => one.lastHeardMs - other.lastHeardMs)
        .find(({ gatewayEui }) => mayLeave(gatewayEui));
      if (gone !== undefined) forwarders.delete(gone.gatewayEui);
      return gone?.gatewayEui;
    },
    get: (gatewayEui) => forwarders.get(gatewayEui),
    all: () => forwarders.values(),
    configure: (changed) => {
      accepted = acceptedOf(changed);
      gatewaysMax = changed.gatewaysMax;
      const gone = [...forwarders.keys()].filter((eui) => accepted !== undefined && !accepted.has(eui));
      for (const eui of gone) forwarders.delete(eui);
      return gone;
    },
  };
}

/** @returns undefined: everybody. */
export function acceptedOf(settings: Settings["forwarder"]): ReadonlySet<string> | undefined {
  if (settings.acceptEui.length === 0) return undefined;
  return new Set(settings.acceptEui.map((eui) => eui.toLowerCase()));
}

function newForwarder(gatewayEui: string, nowMs: number): Forwarder {
  return {
    gatewayEui,
    pullSource: undefined,
    version: undefined,
    lastHeardMs: nowMs,
    lastPullMs: undefined,
    lastPushMs: undefined,
    intervalsMs: [],
    pushData: 0,
    pullData: 0,
    txAck: 0,
    rxpk: { ok: 0, bad: 0, none: 0, unreadable: 0 },
    brokenBodies: 0,
    acksWaiting: 0,
    acksWithheld: 0,
    ackLatency: createAckLatency(),
    rxCounts: createRxCounts(),
    stat: undefined,
    lastStatMs: undefined,
  };
}

/**
 * Notes a PULL_DATA.
 * @returns true when the forwarder is back: from another source than before, or after a silence.
 */
export function pulled(forwarder: Forwarder, version: GwmpVersion, from: UdpPeer, nowMs: number): boolean {
  const { pullSource, lastPullMs } = forwarder;
  const moved = pullSource !== undefined && (pullSource.port !== from.port || pullSource.host !== from.host);
  const silent = lastPullMs !== undefined && !isAlive(forwarder, nowMs);
  if (lastPullMs !== undefined && !moved && nowMs - lastPullMs <= PULL_PERIOD_MS_MAX) {
    forwarder.intervalsMs.push(nowMs - lastPullMs);
    if (forwarder.intervalsMs.length > INTERVALS_MAX) forwarder.intervalsMs.shift();
  }
  forwarder.pullData += 1;
  forwarder.pullSource = from;
  forwarder.version = version;
  forwarder.lastPullMs = nowMs;
  return moved || silent;
}

function pullPeriodMs(forwarder: Forwarder): number {
  const { intervalsMs } = forwarder;
  if (intervalsMs.length === 0) return PULL_PERIOD_DEFAULT_MS;
  const sorted = [...intervalsMs].sort((a, b) => a - b);
  return Math.max(PULL_PERIOD_MS_MIN, sorted[sorted.length >> 1]!);
}

export function isAlive(forwarder: Forwarder, nowMs: number): boolean {
  const { lastPullMs } = forwarder;
  return lastPullMs !== undefined && nowMs - lastPullMs < ALIVE_PERIODS * pullPeriodMs(forwarder);
}

export function forwarderStatus(forwarder: Forwarder, nowMs: number): ForwarderStatus {
  const { gatewayEui, version, pullSource, stat, brokenBodies, acksWaiting, acksWithheld } = forwarder;
  const ageOf = (atMs: number | undefined): number | undefined =>
    atMs === undefined ? undefined : nowMs - atMs;
  return {
    gatewayEui,
    alive: isAlive(forwarder, nowMs),
    version,
    pullSource,
    pullPeriodMs: pullPeriodMs(forwarder),
    pullDataAgeMs: ageOf(forwarder.lastPullMs),
    pushDataAgeMs: ageOf(forwarder.lastPushMs),
    statAgeMs: ageOf(forwarder.lastStatMs),
    stat,
    datagrams: { pushData: forwarder.pushData, pullData: forwarder.pullData, txAck: forwarder.txAck },
    rxpk: { ...forwarder.rxpk },
    brokenBodies,
    acksWaiting,
    acksWithheld,
    ackLatency: forwarder.ackLatency.view(nowMs),
  };
}

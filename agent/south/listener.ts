/**
 * The south: the socket on which packet forwarders speak GWMP, and all that is known of them.
 *
 * PULL_ACK is sent always and at once, core or no core: it says that the agent lives. When a PUSH_ACK is sent is
 * push-data.ts' to say. EUIs that are not accepted get silence, and are counted. What follows from a downlink
 * command is decided in agent/downlink/; here it is only sent, and its TX_ACK handed on.
 */
import type { Settings } from "../config/settings.ts";
import { createAdmission } from "../frame/admission.ts";
import type { Counters } from "../health/counters.ts";
import type { Records } from "../health/records/records.ts";
import type { JournalNotes } from "../journal/journal.ts";
import {
  type GwmpVersion,
  readUpward,
  type Token,
  writePullAck,
  writePullResp,
  writePushAck,
} from "../lorawan/gwmp.ts";
import type { Clock, Log, Rng, Timer, Udp, UdpPeer } from "../ports.ts";
import type { WallClockState } from "./clock-state.ts";
import { createConcentratorClocks } from "./concentrator-clocks.ts";
import { createPushDataHandler, type Keeper, type PushOnlooker } from "./push-data.ts";
import type { RxStatistics } from "./rx-statistics.ts";
import {
  createSessions,
  type Forwarder,
  type ForwarderStatus,
  forwarderStatus,
  isAlive,
  pulled,
} from "./sessions.ts";

/** How often the living are looked for among the silent, to say so in the log. */
const LIVENESS_EVERY_MS = 30_000;
const RECONNECT_LOG_EVERY_MS = 60_000;

export interface SouthParts {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly counters: Pick<Counters, "count">;
  /** Asked at the start and at each reconfigure(). */
  readonly settings: () => Pick<Settings, "forwarder" | "filter">;
  readonly notes: JournalNotes;
  readonly clockState: Pick<WallClockState, "state" | "heardGps">;
  readonly keeper: Keeper;
  /** A gateway speaks for the first time; called before anything of it is kept. */
  readonly onGateway: (gatewayEui: string) => void;
  /** Whether a gateway may give its place to a new one: no frame of it waits. Asked rarely. */
  readonly mayLeave: (gatewayEui: string) => boolean;
  /** A silent gateway has given its place to a new one. */
  readonly onGatewayGone: (gatewayEui: string) => void;
  /** @param token as given to sendPullResp(). @param text what followed the EUI; empty when nothing did. */
  readonly onTxAck: (gatewayEui: string, token: number, text: string) => void;
  /** What the forwarder says of itself. @param text a JSON object, as it stood in the PUSH_DATA. */
  readonly onStat: (gatewayEui: string, text: string) => void;
  readonly records?: Pick<Records, "heard" | "admitted" | "stat"> | undefined;
  readonly onlooker?: PushOnlooker | undefined;
}

export interface South {
  /** Where it really listens. */
  readonly address: UdpPeer;
  /**
   * Sends a PULL_RESP to where the gateway's newest PULL_DATA came from.
   * @param token 0..65535; protocol 1 has none and gets zero.
   * @returns false when that is not known, or the forwarder is silent: nothing was sent.
   */
  sendPullResp(gatewayEui: string, token: number, json: string): boolean;
  /** The forwarder speaks protocol 2, which has TX_ACK. */
  hasTxAck(gatewayEui: string): boolean;
  /** The protocol version the gateway's forwarder speaks; undefined before its first PULL_DATA. */
  version(gatewayEui: string): GwmpVersion | undefined;
  /** What the concentrator's counter shows now, as ConcentratorClocks has it. */
  presentTmstUs(gatewayEui: string, board: number): number;
  /** The concentrator's running session; undefined while no live frame has told it. */
  currentSession(gatewayEui: string, board: number): number | undefined;
  isAlive(gatewayEui: string): boolean;
  /** The notes of earlier runs are there at last (Journal.whenFound). */
  found(): void;
  /** Sends itself an empty datagram, and resolves to true when it comes. It may never resolve. */
  hearsItself(): Promise<boolean>;
  /** The EUIs heard so far. */
  gateways(): string[];
  /** Since the last call; undefined for a gateway never heard. One reader. */
  takeRxStatistics(gatewayEui: string): RxStatistics | undefined;
  status(): ForwarderStatus[];
  /** Takes up changed filters and accepted EUIs. @returns the EUIs that are no longer accepted. */
  reconfigure(): string[];
  /** Notes the clocks, closes the socket. What arrives later is not heard; PUSH_ACKs still owed are not sent. */
  close(): Promise<void>;
}

/** @throws AgentError UDP_BIND */
export async function createSouth(parts: SouthParts): Promise<South> {
  const { clock, counters } = parts;
  const log = parts.log.child({ part: "south" });
  const first = parts.settings();
  const sessions = createSessions(first.forwarder);
  const admission = createAdmission(first.filter, parts.rng.stream("repeats").below(2 ** 32), {
    isWanted: (phy) => parts.keeper.isWanted(phy),
  });
  const kernelBootId = clock.kernelBootId();
  const clocks = createConcentratorClocks(parts.notes, kernelBootId, clock.monotonicMs());
  const monotonicMs = (): number => clock.monotonicMs();
  const pushData = createPushDataHandler({ ...parts, admission, clocks, kernelBootId, monotonicMs });
  const silent = new Set<string>();
  const reconnectsLoggedMs = new Map<string, number>();
  let closed = false;
  let evictions = 0;
  let onEcho: (() => void) | undefined;

  const find = (gatewayEui: string, nowMs: number): Forwarder | undefined => {
    const known = sessions.get(gatewayEui);
    if (known !== undefined) return known;
    let found = sessions.find(gatewayEui, nowMs);
    if (found === "tooMany" && evict(gatewayEui, nowMs)) found = sessions.find(gatewayEui, nowMs);
    if (typeof found === "string") {
      counters.count("gatewayRefused", found);
      return undefined;
    }
    log.info({ gatewayEui }, "gateway heard");
    parts.onGateway(gatewayEui);
    return found;
  };

  const evict = (newcomer: string, nowMs: number): boolean => {
    const gone = sessions.evict(nowMs, parts.mayLeave);
    if (gone === undefined) return false;
    counters.count("gatewayEvicted");
    // Once for people: who makes EUIs up makes many.
    const level = evictions === 0 ? "warn" : "debug";
    log[level]({ gatewayEui: gone, newcomer }, "silent gateway gave its place");
    evictions += 1;
    clocks.forget(gone);
    forget(gone);
    parts.onGatewayGone(gone);
    return true;
  };

  const forget = (gatewayEui: string): void => {
    silent.delete(gatewayEui);
    reconnectsLoggedMs.delete(gatewayEui);
  };

  const send = (bytes: Buffer, to: UdpPeer): void => {
    if (!closed) socket.send(bytes, to);
  };

  const onPullData = (forwarder: Forwarder, version: 1 | 2, from: UdpPeer, nowMs: number): void => {
    const { gatewayEui, lastHeardMs } = forwarder;
    if (!pulled(forwarder, version, from, nowMs)) return;
    clocks.reconnected(gatewayEui, lastHeardMs, nowMs);
    counters.count("forwarderReconnected");
    // Two forwarders under one EUI, or a restless NAT, would say so with every PULL_DATA.
    if (nowMs - (reconnectsLoggedMs.get(gatewayEui) ?? Number.NEGATIVE_INFINITY) < RECONNECT_LOG_EVERY_MS)
      return;
    reconnectsLoggedMs.set(gatewayEui, nowMs);
    log.info({ gatewayEui, silentMs: Math.round(nowMs - lastHeardMs) }, "forwarder reconnected");
  };

  const onDatagram = (bytes: Buffer, from: UdpPeer): void => {
    if (closed) return;
    const arrival = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    const read = readUpward(bytes);
    if (!read.ok) {
      if (bytes.length === 0 && onEcho !== undefined && from.port === socket.address.port) onEcho();
      else counters.count("datagramRefused", read.fault);
      return;
    }
    const { kind, version, token, gatewayEui } = read.value;
    const forwarder = find(gatewayEui, arrival.monotonicMs);
    if (forwarder === undefined) return;
    if (kind === "pushData") {
      pushData(forwarder, read.value.body, arrival, () => send(writePushAck(version, token), from));
    } else if (kind === "pullData") {
      send(writePullAck(version, token), from);
      onPullData(forwarder, version, from, arrival.monotonicMs);
    } else {
      forwarder.txAck += 1;
      parts.onTxAck(gatewayEui, numberOf(token), read.value.body);
    }
    forwarder.lastHeardMs = arrival.monotonicMs;
  };

  const lookForSilence = (): void => {
    timer = clock.after(LIVENESS_EVERY_MS, lookForSilence);
    const nowMs = clock.monotonicMs();
    for (const forwarder of sessions.all()) {
      const { gatewayEui, lastPullMs } = forwarder;
      const isSilent = lastPullMs !== undefined && !isAlive(forwarder, nowMs);
      if (isSilent === silent.has(gatewayEui)) continue;
      if (isSilent) silent.add(gatewayEui);
      else silent.delete(gatewayEui);
      const silentMs = Math.round(nowMs - (lastPullMs ?? nowMs));
      if (isSilent) log.warn({ gatewayEui, silentMs }, "forwarder silent");
    }
  };

  const alive = (gatewayEui: string): boolean => {
    const forwarder = sessions.get(gatewayEui);
    return forwarder !== undefined && isAlive(forwarder, clock.monotonicMs());
  };

  const socket = await parts.udp.bind(first.forwarder.listen, onDatagram);
  let timer: Timer = clock.after(LIVENESS_EVERY_MS, lookForSilence);
  log.info({ host: socket.address.host, port: socket.address.port }, "listening for packet forwarders");

  return {
    address: socket.address,
    sendPullResp: (gatewayEui, token, json) => {
      const forwarder = sessions.get(gatewayEui);
      if (closed || forwarder?.pullSource === undefined || forwarder.version === undefined) return false;
      if (!isAlive(forwarder, clock.monotonicMs())) return false;
      const { version, pullSource } = forwarder;
      send(writePullResp(version, version === 1 ? [0, 0] : tokenOf(token), json), pullSource);
      return true;
    },
    hasTxAck: (gatewayEui) => sessions.get(gatewayEui)?.version === 2,
    version: (gatewayEui) => sessions.get(gatewayEui)?.version,
    presentTmstUs: (gatewayEui, board) => clocks.presentTmstUs(gatewayEui, board, clock.monotonicMs()),
    currentSession: clocks.session,
    found: clocks.found,
    isAlive: alive,
    hearsItself: () =>
      new Promise((resolve) => {
        onEcho = () => {
          onEcho = undefined;
          resolve(true);
        };
        send(Buffer.alloc(0), { host: reachable(socket.address.host), port: socket.address.port });
      }),
    gateways: () => [...sessions.all()].map(({ gatewayEui }) => gatewayEui),
    takeRxStatistics: (gatewayEui) => sessions.get(gatewayEui)?.rxCounts.take(),
    status: () => {
      const nowMs = clock.monotonicMs();
      return [...sessions.all()].map((forwarder) => forwarderStatus(forwarder, nowMs));
    },
    reconfigure: () => {
      const { forwarder, filter } = parts.settings();
      admission.configure(filter);
      const gone = sessions.configure(forwarder);
      for (const gatewayEui of gone) {
        clocks.drop(gatewayEui);
        forget(gatewayEui);
      }
      return gone;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      timer.cancel();
      clocks.close();
      await socket.close();
    },
  };
}

/** Opaque on the wire; ours is written and read in the same order, so any will do. */
function tokenOf(number: number): Token {
  return [(number >> 8) & 0xff, number & 0xff];
}

function numberOf([high, low]: Token): number {
  return high * 256 + low;
}

/** Where a socket that is bound to every address is reached from here. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

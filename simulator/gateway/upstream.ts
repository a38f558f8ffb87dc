/**
 * A forwarder's road up: frames and stat leave in PUSH_DATA, one datagram at a time, and wait for its PUSH_ACK.
 *
 * What becomes of frames that are not acknowledged is in held-frames.ts. A PUSH_ACK that comes after the wait is no
 * acknowledgement to the forwarder; it is still told to those who watch.
 *
 * Sources: sx1302_hal V2.1.0, packet_forwarder/src/lora_pkt_fwd.c, thread_up; Kerlink's commented lorafwd.toml
 * ([database], [gwmp]). That a forwarder with a store has one datagram on its way at a time is our reading of it.
 */
import { readDownward, type Token, writePushData } from "../../agent/lorawan/gwmp.ts";
import type { Clock, RngStream, Timer } from "../../agent/ports.ts";
import type { HeardFrame } from "./concentrator.ts";
import type { GatewayEventSink } from "./gateway-event.ts";
import { createFifo, createStore, type Held } from "./held-frames.ts";
import type { Manner } from "./manner.ts";
import type { Counts } from "./statistics.ts";
import { drawToken, numberOfToken } from "./token.ts";

/** Datagrams whose late PUSH_ACK would still be told. */
export const WATCHED_DATAGRAMS_MAX = 1_024;
/** Datagrams that lie unread in the reference's socket between two waits. */
const UNREAD_DATAGRAMS_MAX = 64;
const HEADER_OCTETS = 12;
const RXPK_MEMBER_OCTETS = '"rxpk":[],'.length;

export interface UpstreamParts {
  readonly eui: string;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly manner: Manner;
  readonly counts: Counts;
  readonly emit: GatewayEventSink;
  /** @returns false while there is no socket; nothing is sent then. */
  readonly send: (bytes: Buffer) => boolean;
  readonly onAnswered: () => void;
  readonly onTimeout: () => void;
}

export interface Upstream {
  /** Takes a frame to be sent. */
  take(frame: HeardFrame): void;
  /** Takes a stat's JSON text; a newer one replaces one not yet sent. */
  report(stat: string): void;
  onDatagram(bytes: Buffer): void;
  /** Frames that lie in the concentrator are lost with it; a store keeps its own. */
  concentratorRestarted(): void;
  start(): void;
  /** Waits no more, sends no more. What is held stays. */
  stop(): void;
  /** Frames that wait, and those of a store that are sent and not acknowledged. */
  readonly heldFrames: number;
  readonly pingMs: number;
}

interface Datagram {
  readonly number: number;
  readonly token: Token;
  readonly frames: readonly Held[];
  readonly sentMs: number;
}

export function createUpstream(parts: UpstreamParts): Upstream {
  const { eui, clock, manner, counts, emit } = parts;
  const { keeps, ackWaitMs, fetchMs } = manner;
  const hasStore = keeps.kind === "store";
  const cooldownMs = hasStore ? keeps.cooldownMs : 0;
  const datagramOctetsMax = hasStore ? keeps.datagramOctetsMax : Number.POSITIVE_INFINITY;
  const held = hasStore ? createStore(keeps, ackWaitMs) : createFifo(keeps);
  let stat: string | undefined;
  let running = false;
  let startedMs = 0;
  let lastFetchMs = Number.NEGATIVE_INFINITY;
  let fetchTimer: Timer | undefined;
  let inFlight: Datagram | undefined;
  let waitTimer: Timer | undefined;
  let readsLeft = 0;
  let unreadDatagrams = 0;
  let datagrams = 0;
  let pingMs = 0;
  /** By token; the latest of a token. */
  const watched = new Map<number, Datagram>();

  const nothingToSend = (): boolean => held.size === 0 && stat === undefined;

  /** Sees to it that what waits is fetched at a coming turn of the forwarder's loop. */
  const schedule = (): void => {
    if (!running || inFlight || fetchTimer || nothingToSend()) return;
    const nowMs = clock.monotonicMs();
    const turnMs = fetchMs - ((nowMs - startedMs) % fetchMs);
    fetchTimer = clock.after(Math.max(turnMs, lastFetchMs + cooldownMs - nowMs), () => {
      fetchTimer = undefined;
      fetch();
    });
  };

  /** Without a cool-down the loop goes round at once while there is something. */
  const goOn = (): void => {
    if (cooldownMs > 0) schedule();
    else fetch();
  };

  const fetch = (): void => {
    if (!running || nothingToSend()) return;
    const nowMs = clock.monotonicMs();
    const token = drawToken(parts.chance);
    const frames = held.batch(nowMs, datagramOctetsMax - overheadOctets(stat));
    const texts = frames.map((one) => held.textOf(one, nowMs));
    if (!parts.send(writePushData(2, token, eui, bodyOf(texts, stat)))) {
      schedule();
      return;
    }
    stat = undefined;
    lastFetchMs = nowMs;
    datagrams++;
    inFlight = { number: datagrams, token, frames, sentMs: nowMs };
    noteSent(inFlight);
    startWaiting();
  };

  const noteSent = (datagram: Datagram): void => {
    const { frames } = datagram;
    const token = numberOfToken(datagram.token);
    watched.delete(token);
    if (watched.size >= WATCHED_DATAGRAMS_MAX) watched.delete(watched.keys().next().value!);
    watched.set(token, datagram);
    const repeatedCount = frames.filter(({ timesSent }) => timesSent > 0).length;
    held.sent(frames);
    counts.pushed++;
    counts.rxfw += frames.length - repeatedCount;
    emit({
      kind: "pushSent",
      eui,
      datagram: datagram.number,
      token,
      rxpkCount: frames.length,
      repeatedCount,
    });
  };

  /** What lay unread in the socket uses up reads of this wait. */
  const startWaiting = (): void => {
    const reads = manner.ackWaitReads ?? 1;
    const wasted = Math.min(reads, unreadDatagrams);
    unreadDatagrams -= wasted;
    readsLeft = reads - wasted;
    read();
  };

  const read = (): void => {
    if (readsLeft === 0) timeOut();
    else waitTimer = clock.after(ackWaitMs / (manner.ackWaitReads ?? 1), endRead);
  };

  const endRead = (): void => {
    waitTimer?.cancel();
    readsLeft--;
    read();
  };

  const timeOut = (): void => {
    const { number, token, frames } = inFlight!;
    inFlight = undefined;
    const rxpkCount = frames.length;
    emit({ kind: "pushUnacknowledged", eui, datagram: number, token: numberOfToken(token), rxpkCount });
    parts.onTimeout();
    goOn();
  };

  /** @returns the datagram it acknowledges, however late. */
  const noteAcknowledged = (token: number): Datagram | undefined => {
    const datagram = watched.get(token);
    if (datagram === undefined) return undefined;
    watched.delete(token);
    const { number, frames, sentMs } = datagram;
    const afterMs = clock.monotonicMs() - sentMs;
    const inTime = datagram === inFlight;
    const rxpkCount = frames.length;
    emit({ kind: "pushAcknowledged", eui, datagram: number, token, rxpkCount, afterMs, inTime });
    return datagram;
  };

  const acknowledge = ({ frames, sentMs }: Datagram): void => {
    waitTimer?.cancel();
    inFlight = undefined;
    counts.acked++;
    pingMs = clock.monotonicMs() - sentMs;
    held.acknowledged(frames);
    parts.onAnswered();
    goOn();
  };

  const drop = (frame: HeardFrame, reason: "fifoFull" | "storeFull" | "restarted"): void => {
    emit({ kind: "frameDropped", eui, phyPayload: frame.phyPayload, tmst: frame.tmst, reason });
  };

  return {
    take: (frame) => {
      const lost = held.add(frame, clock.monotonicMs());
      if (lost) drop(lost, hasStore ? "storeFull" : "fifoFull");
      schedule();
    },
    report: (text) => {
      stat = text;
      schedule();
    },
    onDatagram: (bytes) => {
      const said = readDownward(bytes);
      const isAck = said.ok && said.value.version === 2 && said.value.kind === "pushAck";
      const datagram = isAck ? noteAcknowledged(numberOfToken(said.value.token)) : undefined;
      if (datagram && datagram === inFlight) acknowledge(datagram);
      else if (manner.ackWaitReads === undefined) return;
      else if (inFlight) endRead();
      else unreadDatagrams = Math.min(unreadDatagrams + 1, UNREAD_DATAGRAMS_MAX);
    },
    concentratorRestarted: () => {
      for (const frame of held.concentratorRestarted()) drop(frame, "restarted");
    },
    start: () => {
      running = true;
      startedMs = clock.monotonicMs();
      unreadDatagrams = 0;
      schedule();
    },
    stop: () => {
      running = false;
      fetchTimer?.cancel();
      waitTimer?.cancel();
      fetchTimer = undefined;
      inFlight = undefined;
      stat = undefined;
    },
    get heldFrames() {
      return held.size;
    },
    get pingMs() {
      return pingMs;
    },
  };
}

function bodyOf(rxpks: readonly string[], stat: string | undefined): string {
  const members = [];
  if (rxpks.length > 0) members.push(`"rxpk":[${rxpks.join(",")}]`);
  if (stat !== undefined) members.push(`"stat":${stat}`);
  return `{${members.join(",")}}`;
}

/** All of a datagram that is not rxpk. */
function overheadOctets(stat: string | undefined): number {
  return HEADER_OCTETS + bodyOf([], stat).length + RXPK_MEMBER_OCTETS;
}

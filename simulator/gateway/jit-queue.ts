/**
 * The just-in-time queue of one TX chain: which downlinks a concentrator takes, and when it programs them.
 *
 * Pure: the counter's value is an argument. What a downlink asks for is read in txpk-request.ts; frequency and
 * power are judged before, in transmitter.ts. All counts are microseconds modulo 2^32, and so are the comparisons:
 * a stale tmst more than 512 s "ahead" is TOO_EARLY, a nearer one is taken and goes out at a moment that means
 * nothing, exactly as on a real gateway.
 *
 * Source: sx1302_hal V2.1.0, packet_forwarder/src/jitqueue.c and inc/jitqueue.h. One thing is better here: the
 * queue stays in order when the counter wraps (there it is sorted by signed counts).
 */
import type { Read } from "../../agent/lorawan/read.ts";
import { ahead, aheadSigned } from "./counter.ts";

const START_DELAY_US = 1_500;
const MARGIN_US = 1_000;
/** How long before its moment a downlink leaves the queue and is programmed. */
export const PROGRAM_AHEAD_US = 40_000;
/** A downlink this near, or nearer, is TOO_LATE. */
const TOO_LATE_US = START_DELAY_US + MARGIN_US + PROGRAM_AHEAD_US;
/** One further ahead is TOO_EARLY: three beacons wait in the queue, of 128 s each, and one is on its way. */
const ADVANCE_US_MAX = 4 * 128_000_000;
export const QUEUE_PACKETS_MAX = 32;
export const QUEUE_BEACONS_MAX = 3;
const IMMEDIATE_AFTER_US = 2 * PROGRAM_AHEAD_US;
/** No ping slot is placed so shortly before a beacon; class A and C answers are. */
const BEACON_GUARD_US = 3_000_000;
const BEACON_RESERVED_US = 2_120_000;

/** Named as the classes the reference takes them for: A by tmst, B by tmms, C immediately. */
export type JitKind = "classA" | "classB" | "classC" | "beacon";
export type JitFault = "TOO_LATE" | "TOO_EARLY" | "COLLISION_PACKET" | "COLLISION_BEACON";

interface JitRequest<T> {
  readonly kind: JitKind;
  /** When the first preamble symbol should leave; of no meaning for classC. */
  readonly countUs: number;
  /** Whole milliseconds, as the HAL reckons; of no meaning for a beacon. */
  readonly airtimeMs: number;
  readonly packet: T;
}

interface Planned<T> {
  readonly kind: JitKind;
  readonly countUs: number;
  readonly packet: T;
}

export interface JitQueue<T> {
  /** Takes it or says why not; a full queue is COLLISION_PACKET. @returns the count it is planned for. */
  place(nowCountUs: number, request: JitRequest<T>): Read<number, JitFault>;
  /** Takes out the soonest one that is due to be programmed. */
  takeDue(nowCountUs: number): Planned<T> | undefined;
  /** The count at which takeDue() will next have something. */
  dueCountUs(): number | undefined;
  /** Takes out all, the soonest first. */
  drain(): Planned<T>[];
  readonly size: number;
  readonly beacons: number;
}

interface Node<T> extends Planned<T> {
  readonly preUs: number;
  readonly postUs: number;
}

export function createJitQueue<T>(): JitQueue<T> {
  /** The soonest first. */
  const nodes: Node<T>[] = [];

  const place = (nowCountUs: number, request: JitRequest<T>): Read<number, JitFault> => {
    if (nodes.length >= QUEUE_PACKETS_MAX) return { ok: false, fault: "COLLISION_PACKET" };
    const asked = nodeOf(request);
    const countUs = request.kind === "classC" ? firstFreeUs(nowCountUs, asked, nodes) : request.countUs;
    const node = { ...asked, countUs };
    const aheadUs = ahead(nowCountUs, countUs);
    if (aheadUs <= TOO_LATE_US) return { ok: false, fault: "TOO_LATE" };
    const planned = request.kind === "classA" || request.kind === "classB";
    if (planned && aheadUs > ADVANCE_US_MAX) return { ok: false, fault: "TOO_EARLY" };
    const hit = nodes.find((other) => collide(node, ignoringGuard(node, other)));
    if (hit) return { ok: false, fault: hit.kind === "beacon" ? "COLLISION_BEACON" : "COLLISION_PACKET" };
    nodes.push(node);
    nodes.sort((a, b) => aheadSigned(nowCountUs, a.countUs) - aheadSigned(nowCountUs, b.countUs));
    return { ok: true, value: countUs };
  };

  return {
    place,
    takeDue: (nowCountUs) => {
      const soonest = nodes[0];
      if (!soonest || aheadSigned(nowCountUs, soonest.countUs) >= PROGRAM_AHEAD_US) return undefined;
      return nodes.shift();
    },
    // One microsecond inside: exactly PROGRAM_AHEAD_US ahead is not due yet.
    dueCountUs: () => (nodes[0] ? (nodes[0].countUs - PROGRAM_AHEAD_US + 1) >>> 0 : undefined),
    drain: () => nodes.splice(0),
    get size() {
      return nodes.length;
    },
    get beacons() {
      return nodes.filter((node) => node.kind === "beacon").length;
    },
  };
}

function nodeOf<T>({ kind, countUs, airtimeMs, packet }: JitRequest<T>): Node<T> {
  const preUs = START_DELAY_US + PROGRAM_AHEAD_US;
  if (kind === "beacon") {
    return { kind, countUs, packet, preUs: preUs + BEACON_GUARD_US, postUs: BEACON_RESERVED_US };
  }
  return { kind, countUs, packet, preUs, postUs: airtimeMs * 1_000 };
}

/** Where an immediate downlink goes: soon, else behind the first one that leaves room before the next. */
function firstFreeUs(nowCountUs: number, asked: Node<unknown>, nodes: readonly Node<unknown>[]): number {
  const soonUs = (nowCountUs + IMMEDIATE_AFTER_US) >>> 0;
  const fits = (countUs: number, other: Node<unknown>): boolean => !collide({ ...asked, countUs }, other);
  if (nodes.every((other) => fits(soonUs, other))) return soonUs;
  let countUs = soonUs;
  for (const [index, { countUs: beforeUs, postUs }] of nodes.entries()) {
    countUs = (beforeUs + postUs + asked.preUs + PROGRAM_AHEAD_US + MARGIN_US) >>> 0;
    const next = nodes[index + 1];
    if (!next || fits(countUs, next)) break;
  }
  return countUs;
}

function collide(a: Node<unknown>, b: Node<unknown>): boolean {
  return (
    ahead(b.countUs, a.countUs) <= a.preUs + b.postUs + MARGIN_US ||
    ahead(a.countUs, b.countUs) <= b.preUs + a.postUs + MARGIN_US
  );
}

/** The guard before a beacon keeps ping slots out, not answers. */
function ignoringGuard<T>(node: Node<T>, other: Node<T>): Node<T> {
  const answers = node.kind === "classA" || node.kind === "classC";
  return answers && other.kind === "beacon" ? { ...other, preUs: START_DELAY_US } : other;
}

/**
 * The ledger: the judge. It is told what meters sent, what gateways heard, which agents were running and what the
 * core took, and says what became of every uplink.
 *
 * Pure, and it knows no code of the agent: it reads addresses and counters from the octets itself. Events are told in
 * the order in which they happened. An uplink is one (DevEUI, DevAddr, FCnt): a meter that joins again counts anew,
 * under another DevAddr; repetitions on air are the same uplink.
 *
 *   sent ⊇ heard          by at least one gateway
 *   lost                  heard by a gateway whose agent was running, and never reached the core
 *   overtaken             reached the core, was refused because of its counter (or because its meter had joined
 *                         again), and no copy of it was delivered
 *   heardByTwo            delivered with the copies of two gateways within one de-duplication window
 *   unacknowledged        datagrams that an agent which went on running never acknowledged
 */
import type { CoreEvent } from "./core/core-event.ts";
import type { GatewayEvent } from "./gateway/gateway-event.ts";
import type { MeterEvent } from "./meter/meter-event.ts";

/** The document that the demo prints. */
export interface LedgerDocument {
  readonly meters: number;
  /** Meters that have joined at least once. */
  readonly joined: number;
  readonly uplinksSent: number;
  readonly uplinksHeard: number;
  readonly uplinksDelivered: number;
  readonly lost: number;
  readonly overtaken: number;
  readonly unacknowledged: number;
  /** Deliveries beyond the first of an uplink. */
  readonly duplicatesDelivered: number;
  readonly heardByTwo: number;
  readonly bufferedPeak: number;
  readonly drainMs: number;
  /** Join-accepts and others, by the core. */
  readonly downlinksSent: number;
  /** Of these, received by their meter in one of its windows. */
  readonly downlinksInWindow: number;
}

/** What the ledger cannot see: the agents' own figures. */
interface AgentFigures {
  /** Frames that waited in all agents' journals at most, summed. */
  readonly bufferedPeak: number;
  /** From CONNACK to an empty journal. */
  readonly drainMs: number;
}

/** True time, microseconds; `to` is not included. */
interface Interval {
  readonly fromUs: number;
  readonly toUs: number;
}

interface Hearing {
  readonly gatewayEui: string;
  readonly atUs: number;
  readonly agentRunning: boolean;
}

/** One uplink, for a person to look at. */
export interface UplinkStory {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
  /** First preamble symbol of its first transmission. */
  readonly sentUs: number;
  readonly heardBy: readonly Hearing[];
  /** Why the core refused it, the last time it did. */
  readonly refusal: string | undefined;
  /** From the end of its first transmission to its delivery; undefined: not delivered. */
  readonly delayMs: number | undefined;
}

export interface Ledger {
  meter(event: MeterEvent): void;
  gateway(event: GatewayEvent): void;
  core(event: CoreEvent): void;
  /** The agent process behind this gateway runs from now on; before the first call it does not. */
  agentUp(gatewayEui: string): void;
  agentDown(gatewayEui: string): void;
  document(figures: AgentFigures): LedgerDocument;
  /** Overtaken uplinks that were sent in none of the intervals. */
  overtakenOutside(intervals: readonly Interval[]): number;
  lost(): readonly UplinkStory[];
  overtaken(): readonly UplinkStory[];
  /** Delivered later than this after the end of their first transmission. */
  late(longerThanMs: number): readonly UplinkStory[];
}

interface Uplink {
  readonly session: Session;
  readonly fCnt: number;
  readonly sentUs: number;
  readonly endUs: number;
  readonly heardBy: Hearing[];
  deliveries: number;
  deliveredUs: number | undefined;
  byTwo: boolean;
  refusal: string | undefined;
}

interface Session {
  readonly devEui: string;
  readonly devAddr: string;
  readonly uplinks: Map<number, Uplink>;
  lastFCnt: number;
}

/** @param meters how many there are, whether they ever send or not. */
export function createLedger({ meters }: { readonly meters: number }): Ledger {
  const sessions: Session[] = [];
  /** The newest session under each DevAddr, as octets 1..4 of a frame count it. */
  const byDevAddr = new Map<number, Session>();
  const joined = new Set<string>();
  const running = new Set<string>();
  /** PUSH_DATA not acknowledged yet, by gateway. */
  const unanswered = new Map<string, Set<number>>();
  let downlinksSent = 0;
  let downlinksInWindow = 0;

  function openSession(devEui: string, devAddr: string): Session {
    const session = { devEui, devAddr, uplinks: new Map(), lastFCnt: -1 };
    sessions.push(session);
    byDevAddr.set(Number.parseInt(devAddr, 16), session);
    return session;
  }

  function sessionOf(devEui: string, devAddr: string): Session | undefined {
    const session = byDevAddr.get(Number.parseInt(devAddr, 16));
    return session?.devEui === devEui ? session : undefined;
  }

  function sent(event: Extract<MeterEvent, { kind: "uplinkSent" }>): void {
    const { devEui, devAddr, fCnt, startUs, airtimeUs } = event;
    // A meter that was in a session before the ledger was opened.
    const session = sessionOf(devEui, devAddr) ?? openSession(devEui, devAddr);
    if (session.uplinks.has(fCnt)) return;
    session.lastFCnt = Math.max(session.lastFCnt, fCnt);
    session.uplinks.set(fCnt, {
      session,
      fCnt,
      sentUs: startUs,
      endUs: startUs + airtimeUs,
      heardBy: [],
      deliveries: 0,
      deliveredUs: undefined,
      byTwo: false,
      refusal: undefined,
    });
  }

  /** @returns undefined for joins, and for frames of meters that are not ours. */
  function uplinkOnAir(phyPayload: Buffer): Uplink | undefined {
    const mType = phyPayload[0]! >> 5;
    if (phyPayload.length < DATA_OCTETS_MIN || (mType !== DATA_UP && mType !== CONFIRMED_DATA_UP))
      return undefined;
    const session = byDevAddr.get(phyPayload.readUInt32LE(1));
    if (session === undefined) return undefined;
    // The latest counter so far that ends in the 16 bits on air.
    const behind = (session.lastFCnt - phyPayload.readUInt16LE(6)) & 0xffff;
    return session.uplinks.get(session.lastFCnt - behind);
  }

  function uplinkAtCore(event: Extract<CoreEvent, { kind: "delivered" | "refusedByCounter" }>) {
    return sessionOf(event.devEui, event.devAddr)?.uplinks.get(event.fCnt);
  }

  function* uplinks(): Generator<Uplink> {
    for (const session of sessions) yield* session.uplinks.values();
  }

  function storiesOf(isWanted: (uplink: Uplink) => boolean): UplinkStory[] {
    const stories: UplinkStory[] = [];
    for (const uplink of uplinks()) if (isWanted(uplink)) stories.push(storyOf(uplink));
    return stories;
  }

  return {
    meter: (event) => {
      switch (event.kind) {
        case "joined":
          joined.add(event.devEui);
          downlinksInWindow += 1;
          openSession(event.devEui, event.devAddr);
          break;
        case "uplinkSent":
          sent(event);
          break;
        case "downlinkReceived":
          downlinksInWindow += 1;
      }
    },

    gateway: (event) => {
      switch (event.kind) {
        case "heard":
          uplinkOnAir(event.phyPayload)?.heardBy.push({
            gatewayEui: event.eui,
            atUs: event.trueUs,
            agentRunning: running.has(event.eui),
          });
          break;
        case "pushSent":
          if (running.has(event.eui)) datagramsOf(unanswered, event.eui).add(event.datagram);
          break;
        case "pushAcknowledged":
          unanswered.get(event.eui)?.delete(event.datagram);
      }
    },

    core: (event) => {
      switch (event.kind) {
        case "delivered": {
          const uplink = uplinkAtCore(event);
          if (uplink === undefined) break;
          uplink.deliveries += 1;
          uplink.deliveredUs ??= event.atUs;
          uplink.byTwo ||= event.gatewayEuis.length >= 2;
          break;
        }
        case "refusedByCounter": {
          const uplink = uplinkAtCore(event);
          if (uplink !== undefined) uplink.refusal = event.reason;
          break;
        }
        case "downlinkSent":
          downlinksSent += 1;
      }
    },

    agentUp: (gatewayEui) => {
      running.add(gatewayEui);
    },
    agentDown: (gatewayEui) => {
      running.delete(gatewayEui);
      // What it had not acknowledged when it ended, it could not any more.
      unanswered.delete(gatewayEui);
    },

    document: ({ bufferedPeak, drainMs }) => {
      const count = { sent: 0, heard: 0, delivered: 0, lost: 0, overtaken: 0, duplicates: 0, byTwo: 0 };
      for (const uplink of uplinks()) {
        count.sent += 1;
        if (uplink.heardBy.length > 0) count.heard += 1;
        if (uplink.deliveries > 0) count.delivered += 1;
        if (isLost(uplink)) count.lost += 1;
        if (isOvertaken(uplink)) count.overtaken += 1;
        if (uplink.byTwo) count.byTwo += 1;
        count.duplicates += Math.max(0, uplink.deliveries - 1);
      }
      let unacknowledged = 0;
      for (const datagrams of unanswered.values()) unacknowledged += datagrams.size;
      return {
        meters,
        joined: joined.size,
        uplinksSent: count.sent,
        uplinksHeard: count.heard,
        uplinksDelivered: count.delivered,
        lost: count.lost,
        overtaken: count.overtaken,
        unacknowledged,
        duplicatesDelivered: count.duplicates,
        heardByTwo: count.byTwo,
        bufferedPeak,
        drainMs,
        downlinksSent,
        downlinksInWindow,
      };
    },

    overtakenOutside: (intervals) => {
      const isWithin = (us: number): boolean =>
        intervals.some(({ fromUs, toUs }) => us >= fromUs && us < toUs);
      let outside = 0;
      for (const uplink of uplinks()) if (isOvertaken(uplink) && !isWithin(uplink.sentUs)) outside += 1;
      return outside;
    },

    lost: () => storiesOf(isLost),
    overtaken: () => storiesOf(isOvertaken),
    late: (longerThanMs) => storiesOf((uplink) => (delayMsOf(uplink) ?? 0) > longerThanMs),
  };
}

const DATA_UP = 0b010;
const CONFIRMED_DATA_UP = 0b100;
const DATA_OCTETS_MIN = 12;

function isLost({ heardBy, deliveries, refusal }: Uplink): boolean {
  return deliveries === 0 && refusal === undefined && heardBy.some(({ agentRunning }) => agentRunning);
}

function isOvertaken({ deliveries, refusal }: Uplink): boolean {
  return deliveries === 0 && refusal !== undefined;
}

function delayMsOf({ deliveredUs, endUs }: Uplink): number | undefined {
  return deliveredUs === undefined ? undefined : (deliveredUs - endUs) / 1_000;
}

function storyOf(uplink: Uplink): UplinkStory {
  const { session, fCnt, sentUs, heardBy, refusal } = uplink;
  const { devEui, devAddr } = session;
  return { devEui, devAddr, fCnt, sentUs, heardBy: [...heardBy], refusal, delayMs: delayMsOf(uplink) };
}

function datagramsOf(byGateway: Map<string, Set<number>>, gatewayEui: string): Set<number> {
  const known = byGateway.get(gatewayEui);
  if (known !== undefined) return known;
  const made = new Set<number>();
  byGateway.set(gatewayEui, made);
  return made;
}

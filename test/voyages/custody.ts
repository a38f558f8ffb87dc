/**
 * The judge of what an agent promised, by what passed its doors: which frames came in by PUSH_DATA, which were
 * acknowledged, which the broker took for the core, and when joins were let go.
 *
 * It reads the octets itself and knows nothing of the agent. What became of readings is the ledger's to say
 * (simulator/ledger.ts).
 */
import { readGatewayMessage } from "../../simulator/core/gateway-messages.ts";

/** A frame as one gateway heard it: EUI and PHYPayload. A device's own repetitions are one. */
type Copy = string;

interface Datagram {
  readonly copies: readonly Copy[];
  readonly atMs: number;
}

export interface CopyStory {
  /** Reached an agent, at this true time, milliseconds. */
  receivedMs: number;
  acknowledgedMs: number | undefined;
  takenMs: number | undefined;
}

export interface CustodyFinding {
  readonly what: string;
  readonly copy: string;
  readonly atMs: number;
}

const PUSH_DATA = 0;
const PUSH_ACK = 1;
/** With a disk that obeys an acknowledgement takes no longer, whatever the core does. */
const ACK_MS_MAX = 120_000;
/** JOIN_ACCEPT_DELAY1, after which no answer meets an open window. */
const JOIN_LIFE_MS = 5_000;
/** What was let go in time may be on its way when its time is over. */
const ON_ITS_WAY_MS = 1_000;
const JOIN_REQUEST = 0b000;

export interface Custody {
  /** At the agent's door. @param from the port a datagram came from. */
  received(eui: string, bytes: Buffer, from: number): void;
  sent(eui: string, bytes: Uint8Array, to: number): void;
  published(eui: string, topic: string, payload: Uint8Array): void;
  /** The broker has it, and somebody listened. */
  taken(topic: string, payload: Uint8Array): void;
  /** A server behind Semtech UDP has it, and has said so. @param data of the rxpk, base64. */
  takenBy(eui: string, data: string): void;
  /** A concentrator heard it; true time. */
  heard(eui: string, phyPayload: Buffer, atMs: number): void;
  /** The process behind this gateway has ended: what it had not acknowledged it never will. */
  ended(eui: string): void;
  /** The disk refuses, or obeys again. */
  diskObeys(eui: string, obeys: boolean): void;
  /** All copies of the uplinks whose frames say so. @param devAddr 8 hex digits. */
  copiesOf(devAddr: string, fCnt: number): readonly CopyStory[];
  readonly findings: readonly CustodyFinding[];
  /** What should be settled by the end. @param asideMax frames that the agents say they put aside. */
  close(asideMax: number): readonly CustodyFinding[];
  readonly counts: Record<"acknowledged" | "taken" | "joinsExpired" | "joinsHeldByRoad" | "unkept", number>;
}

export function createCustody(nowMs: () => number): Custody {
  const stories = new Map<Copy, CopyStory>();
  const byUplink = new Map<string, readonly CopyStory[]>();
  const joinsHeardMs = new Map<Copy, number>();
  const endedMs = new Map<string, number>();
  const waiting = new Map<string, Map<string, Datagram>>();
  const disks = new Map<string, { readonly obeys: boolean; readonly sinceMs: number }>();
  const findings: CustodyFinding[] = [];
  const counts = { acknowledged: 0, taken: 0, joinsExpired: 0, joinsHeldByRoad: 0, unkept: 0 };

  const find = (what: string, copy: Copy): void => {
    findings.push({ what, copy, atMs: nowMs() });
  };
  const waitingOf = (eui: string): Map<string, Datagram> => {
    const known = waiting.get(eui) ?? new Map<string, Datagram>();
    waiting.set(eui, known);
    return known;
  };
  const checkPatience = (eui: string): void => {
    const disk = disks.get(eui) ?? { obeys: true, sinceMs: 0 };
    const said = new Set<Copy>();
    for (const { copies, atMs } of waitingOf(eui).values()) {
      if (!disk.obeys || nowMs() - Math.max(atMs, disk.sinceMs) <= ACK_MS_MAX) continue;
      // A forwarder with a store sends the same frame many times: one acknowledgement is enough.
      for (const copy of copies) if (stories.get(copy)?.acknowledgedMs === undefined) said.add(copy);
    }
    for (const copy of said) find("not acknowledged with a sound disk", copy);
  };
  const takenCopy = (copy: Copy): void => {
    const story = stories.get(copy);
    if (story === undefined) {
      find("the core was told of a frame that no agent received", copy);
      return;
    }
    const joinHeardMs = joinsHeardMs.get(copy);
    if (joinHeardMs !== undefined && nowMs() - joinHeardMs > JOIN_LIFE_MS + ON_ITS_WAY_MS) {
      // Only the kernel of a process that has died since sends what nobody can call back.
      const isOrphan = (endedMs.get(copy.slice(0, copy.indexOf("/"))) ?? 0) > joinHeardMs;
      if (isOrphan) counts.joinsHeldByRoad += 1;
      else find("a join reached the core late", copy);
    }
    if (story.takenMs === undefined) counts.taken += 1;
    story.takenMs ??= nowMs();
  };
  const isJoin = (phy: Buffer): boolean => phy.readUInt8(0) >> 5 === JOIN_REQUEST;

  return {
    findings,
    counts,
    received: (eui, bytes, from) => {
      if (bytes[3] !== PUSH_DATA || bytes.length < 12) return;
      // Also of one without frames: tokens come again, and its acknowledgement must not be taken for an older one's.
      const copies = copiesOf(eui, bytes);
      waitingOf(eui).set(`${from}/${bytes.toString("hex", 1, 3)}`, { copies, atMs: nowMs() });
      for (const copy of copies) {
        if (stories.has(copy)) continue;
        const story: CopyStory = { receivedMs: nowMs(), acknowledgedMs: undefined, takenMs: undefined };
        stories.set(copy, story);
        const uplink = uplinkOf(copy);
        byUplink.set(uplink, [...(byUplink.get(uplink) ?? []), story]);
      }
    },
    sent: (eui, bytes, to) => {
      if (bytes[3] !== PUSH_ACK) return;
      const name = `${to}/${Buffer.from(bytes.subarray(1, 3)).toString("hex")}`;
      const datagram = waitingOf(eui).get(name);
      if (datagram === undefined) return;
      waitingOf(eui).delete(name);
      for (const copy of datagram.copies) {
        const story = stories.get(copy)!;
        if (story.acknowledgedMs === undefined) counts.acknowledged += 1;
        story.acknowledgedMs ??= nowMs();
      }
    },
    published: (eui, topic, payload) => {
      if (!topic.endsWith("/event/up")) return;
      const copy = copyIn(topic, payload);
      const heardMs = copy === undefined ? undefined : joinsHeardMs.get(copy);
      if (heardMs !== undefined && nowMs() - heardMs > JOIN_LIFE_MS) find(`join sent late by ${eui}`, copy!);
    },
    taken: (topic, payload) => {
      const copy = topic.endsWith("/event/up") ? copyIn(topic, payload) : undefined;
      if (copy !== undefined) takenCopy(copy);
    },
    takenBy: (eui, data) => takenCopy(`${eui}/${data}`),
    heard: (eui, phyPayload, atMs) => {
      if (isJoin(phyPayload)) joinsHeardMs.set(copyOf(eui, phyPayload), atMs);
    },
    ended: (eui) => {
      checkPatience(eui);
      endedMs.set(eui, nowMs());
      waiting.delete(eui);
    },
    diskObeys: (eui, obeys) => {
      if (!obeys) checkPatience(eui);
      disks.set(eui, { obeys, sinceMs: nowMs() });
    },
    copiesOf: (devAddr, fCnt) => byUplink.get(`${devAddr}/${fCnt & 0xffff}`) ?? [],
    close: (asideMax) => {
      for (const eui of waiting.keys()) checkPatience(eui);
      const undelivered: Copy[] = [];
      for (const [copy, { acknowledgedMs, takenMs }] of stories) {
        if (takenMs !== undefined) continue;
        if (joinsHeardMs.has(copy)) counts.joinsExpired += 1;
        else if (acknowledgedMs === undefined) counts.unkept += 1;
        else undelivered.push(copy);
      }
      if (undelivered.length > asideMax)
        for (const copy of undelivered)
          find(`acknowledged and not delivered ${JSON.stringify(stories.get(copy))}`, copy);
      return findings;
    },
  };
}

function copyOf(eui: string, phyPayload: Uint8Array): Copy {
  return `${eui}/${Buffer.from(phyPayload).toString("base64")}`;
}

/** DevAddr and the counter's sixteen bits, as they stand in a data frame; nonsense for a join. */
function uplinkOf(copy: Copy): string {
  const phy = Buffer.from(copy.slice(copy.indexOf("/") + 1), "base64");
  return `${phy.readUInt32LE(1).toString(16).padStart(8, "0")}/${phy.readUInt16LE(6)}`;
}

function copiesOf(eui: string, bytes: Buffer): Copy[] {
  const body = JSON.parse(bytes.toString("utf8", 12)) as { rxpk?: { data: string }[] };
  return (body.rxpk ?? []).map(({ data }) => `${eui}/${data}`);
}

function copyIn(topic: string, payload: Uint8Array): Copy | undefined {
  const read = readGatewayMessage(topic, Buffer.from(payload));
  if (!read.ok || read.value.kind !== "up") return undefined;
  return copyOf(read.value.gatewayEui, read.value.copy.phyPayload);
}

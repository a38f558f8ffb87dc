/**
 * The reader of `[prefix/]edge/<eui>/late`: what the core refused because its counter was behind can be had from there.
 *
 * Each replay of an agent comes here as well as on event/up. What the core has delivered, or still may, is none of this
 * reader's; the rest it opens with the session's own keys, also of a session that is over, and hands on once, marked as
 * recovered. A frame can be behind for good only when the core has delivered a later one, so a reader that waits
 * DECIDES_AFTER_MS for the core's own verdict is never too early; what the core was never given (its publish went
 * astray) is handed on after WAITS_MS_MAX.
 *
 * The message: agent/north/late.schema.json. It is told on events as core.ts tells its own.
 */
import { readPhy } from "../../agent/lorawan/phy.ts";
import type { Read } from "../../agent/lorawan/read.ts";
import type { Clock } from "../../agent/ports.ts";
import { isDataMicGood, openData } from "../meter/data-frames.ts";
import type { LateFault, Tell } from "./core-event.ts";
import type { CoreSession, Devices } from "./devices.ts";

/** More than de-duplication and the tasks behind it take. */
export const DECIDES_AFTER_MS = 2_000;
export const WAITS_MS_MAX = 900_000;
const LOOKS_EVERY_MS = 30_000;
const MESSAGE_OCTETS_MAX = 16_384;
const VERSION = 1;
const ROUND = 0x10000;
/** Rounds of the counter that are tried, from the newest back. */
const ROUNDS_MAX = 4;

/** A reading that the core has not delivered and will not. */
export interface Recovered {
  readonly devEui: string;
  readonly devAddr: string;
  readonly fCnt: number;
  readonly fPort: number | undefined;
  readonly payload: Buffer;
  readonly gatewayEui: string;
  /** RFC 3339, UTC; undefined: nobody knows. */
  readonly heardAt: string | undefined;
}

export interface LateReaderParts {
  readonly clock: Clock;
  readonly devices: Pick<Devices, "byDevAddr" | "former">;
  readonly tell: Tell;
  readonly onRecovered: (recovered: Recovered) => void;
}

export interface LateReader {
  /** The core has delivered it. */
  delivered(devAddr: string, fCnt: number): void;
  /** @param payload of a message on `edge/<eui>/late`. */
  read(payload: Buffer): void;
  /** What waits is dropped. */
  stop(): void;
}

interface LateFrame {
  readonly gatewayEui: string;
  readonly phyPayload: Buffer;
  readonly heardAt: string | undefined;
}

interface Opened extends Recovered {
  /** The core would still take this counter. */
  readonly mayBeDelivered: boolean;
}

export function createLateReader({ clock, devices, tell, onRecovered }: LateReaderParts): LateReader {
  /** By DevAddr: counters that were delivered or recovered. */
  const known = new Map<string, Set<number>>();
  let stopped = false;

  const knownOf = (devAddr: string): Set<number> => {
    const counters = known.get(devAddr) ?? new Set<number>();
    known.set(devAddr, counters);
    return counters;
  };

  function consider(late: LateFrame, untilMs: number): void {
    const opened = open(late);
    if (!opened.ok) {
      tell({ kind: "lateRefused", fault: opened.fault });
      return;
    }
    const { mayBeDelivered, ...recovered } = opened.value;
    const { devEui, devAddr, fCnt, gatewayEui } = recovered;
    if (knownOf(devAddr).has(fCnt)) tell({ kind: "lateDropped", devEui, devAddr, fCnt, gatewayEui });
    else if (mayBeDelivered && clock.monotonicMs() < untilMs) later(late, LOOKS_EVERY_MS, untilMs);
    else {
      knownOf(devAddr).add(fCnt);
      tell({ kind: "recovered", devEui, devAddr, fCnt, gatewayEui });
      onRecovered(recovered);
    }
  }

  function open({ phyPayload, gatewayEui, heardAt }: LateFrame): Read<Opened, LateFault> {
    const phy = readPhy(phyPayload);
    if (!phy.ok || phy.value.kind !== "data" || !phy.value.up) return { ok: false, fault: "noUplink" };
    const { devAddr } = phy.value;
    const current = devices.byDevAddr(devAddr)?.session;
    const session = current ?? devices.former(devAddr);
    if (session === undefined) return { ok: false, fault: "unknownDevAddr" };
    const fCnt = counterOf(phyPayload, phy.value.fCnt, session);
    if (fCnt === undefined) return { ok: false, fault: "micBad" };
    const { fPort, payload } = openData(phyPayload, phy.value, session.keys, fCnt);
    const mayBeDelivered = current !== undefined && fCnt >= current.nextFCntUp;
    const { devEui } = session;
    const recovered = { devEui, devAddr, fCnt, fPort, payload: Buffer.from(payload), gatewayEui, heardAt };
    return { ok: true, value: { ...recovered, mayBeDelivered } };
  }

  function later(late: LateFrame, delayMs: number, untilMs: number): void {
    clock.after(delayMs, () => {
      if (!stopped) consider(late, untilMs);
    });
  }

  return {
    delivered: (devAddr, fCnt) => {
      knownOf(devAddr).add(fCnt);
    },
    read: (payload) => {
      const late = readLateMessage(payload);
      if (late.ok) later(late.value, DECIDES_AFTER_MS, clock.monotonicMs() + WAITS_MS_MAX);
      else tell({ kind: "lateRefused", fault: late.fault });
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** The 32 bits behind the 16 on air, of a frame that may be far behind; undefined: no key of ours has signed it. */
function counterOf(phyPayload: Buffer, wire: number, session: CoreSession): number | undefined {
  const { nwkSKey } = session.keys;
  const newest = Math.floor(session.nextFCntUp / ROUND) * ROUND + ROUND;
  for (let round = newest; round >= Math.max(0, newest - ROUNDS_MAX * ROUND); round -= ROUND)
    if (isDataMicGood(phyPayload, nwkSKey, round + wire)) return round + wire;
  return undefined;
}

function readLateMessage(payload: Buffer): Read<LateFrame, LateFault> {
  if (payload.length > MESSAGE_OCTETS_MAX) return { ok: false, fault: "tooLong" };
  let said: unknown;
  try {
    said = JSON.parse(payload.toString("utf8"));
  } catch {
    return { ok: false, fault: "notJson" };
  }
  const { version, gatewayId, phyPayload, heardAt } = (said ?? {}) as Record<string, unknown>;
  if (version !== VERSION) return { ok: false, fault: "badVersion" };
  if (typeof gatewayId !== "string" || typeof phyPayload !== "string")
    return { ok: false, fault: "incomplete" };
  return {
    ok: true,
    value: {
      gatewayEui: gatewayId,
      phyPayload: Buffer.from(phyPayload, "base64"),
      heardAt: typeof heardAt === "string" ? heardAt : undefined,
    },
  };
}

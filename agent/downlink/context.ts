/**
 * The context of an uplink: what a core hands back, unread, with the downlink that answers it.
 *
 * It carries all that is needed to see that an answer is stale, so that the agent keeps no table of what it
 * sent. It is made when a frame goes north (agent/north/uplink-message.ts) and judged in freshness.ts; nothing
 * here decides. A core may also send an empty context, one that is days old, or another gateway's: reading
 * returns a fault instead of throwing.
 *
 *   octet   0..3   4        5..8                  9..16            17..22              23     24     25
 *           tmst   version  concentratorSession   kernelBootId[8]  heardMonotonicMs    flags  board  antenna
 *
 * All numbers are big-endian. tmst stands first because peers that read a context expect it there.
 * heardMonotonicMs is signed: a forwarder's own store may hold frames from before this kernel booted.
 */
import type { Frame } from "../frame/frame.ts";
import type { Read } from "../lorawan/read.ts";
import type { Rxpk } from "../lorawan/rxpk.ts";

export interface UplinkContext {
  /** Microseconds of the concentrator's counter at the end of the frame; wraps at 2^32. */
  readonly tmstUs: number;
  readonly concentratorSession: number;
  /** The first 16 hex digits of the kernel boot id: compare with isSameKernelBoot(). */
  readonly kernelBootIdStart: string;
  /** Monotonic time of reception (arrival minus age at arrival); meaningful within the same kernel boot only. */
  readonly heardMonotonicMs: number;
  /** The forwarder had held the frame back: a replay, whatever its tmst says. */
  readonly delayed: boolean;
  readonly board: number;
  readonly antenna: number;
}

/** empty: there is none (class C, GPS time). foreign: not of this make or version. */
export type ContextFault = "empty" | "foreign";

const VERSION = 1;
const SIZE_OCTETS = 26;
const FLAG_DELAYED = 0x01;
const BOOT_ID_DIGITS = 16;
/** Of 48 bits, signed. */
const MONOTONIC_MS_MAX = 2 ** 47 - 1;

/** @returns the same octets for the same frame, however often it is carried. */
export function contextOf(frame: Frame, rxpk: Rxpk): Buffer {
  const context = Buffer.alloc(SIZE_OCTETS);
  context.writeUInt32BE(rxpk.tmstUs >>> 0, 0);
  context[4] = VERSION;
  context.writeUInt32BE(frame.concentratorSession >>> 0, 5);
  context.write(frame.kernelBootId.slice(0, BOOT_ID_DIGITS), 9, "hex");
  context.writeIntBE(heardMonotonicMs(frame), 17, 6);
  context[23] = frame.delayed ? FLAG_DELAYED : 0;
  context[24] = octet(rxpk.board);
  context[25] = octet(rxpk.antenna);
  return context;
}

export function readContext(bytes: Uint8Array): Read<UplinkContext, ContextFault> {
  if (bytes.length === 0) return { ok: false, fault: "empty" };
  if (bytes.length !== SIZE_OCTETS || bytes[4] !== VERSION) return { ok: false, fault: "foreign" };
  const context = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    ok: true,
    value: {
      tmstUs: context.readUInt32BE(0),
      concentratorSession: context.readUInt32BE(5),
      kernelBootIdStart: context.toString("hex", 9, 17),
      heardMonotonicMs: context.readIntBE(17, 6),
      delayed: (context[23]! & FLAG_DELAYED) !== 0,
      board: context[24]!,
      antenna: context[25]!,
    },
  };
}

/** @param kernelBootId as Clock gives it: 32 hex digits. */
export function isSameKernelBoot(context: UplinkContext, kernelBootId: string): boolean {
  return kernelBootId.startsWith(context.kernelBootIdStart);
}

function heardMonotonicMs(frame: Frame): number {
  const heardMs = Math.round(frame.arrivedMonotonicMs - frame.ageAtArrivalMs);
  return Math.max(-MONOTONIC_MS_MAX, Math.min(heardMs, MONOTONIC_MS_MAX));
}

function octet(value: number | undefined): number {
  return value !== undefined && value >= 0 && value <= 0xff ? value : 0;
}

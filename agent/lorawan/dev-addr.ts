/**
 * Which network a DevAddr or a JoinEUI belongs to: NetIDs, prefixes, ranges.
 *
 * Pure. Prefixes and ranges are compiled to plain comparisons once; the filters of agent/frame/ ask per frame.
 *
 *   DevAddr   type prefix (type + 1 bits: 0, 10, 110 ... 11111110) | NwkID | NwkAddr        11111111: no type
 *   NetID     type 3 bits | ID 21 bits, of which the low ones are the NwkID
 *
 * NetIDs of types 3 to 7 that differ in the other ID bits share one DevAddr prefix: a DevAddr cannot tell them apart.
 *
 * Source: LoRaWAN Backend Interfaces 1.0 with the erratum on the NwkID lengths of types 3 and 4.
 */
import type { Read } from "./read.ts";

/** Bits of NwkID in a DevAddr, by NetID type. */
export const NWK_ID_BITS = [6, 6, 9, 11, 12, 13, 15, 17] as const;

const DEV_ADDR_BITS = 32;
const NET_ID = /^[0-9a-f]{6}$/i;
const DEV_ADDR_PREFIX = /^([0-9a-f]{8})(?:\/(\d{1,2}))?$/i;
const JOIN_EUI_PREFIX = /^([0-9a-f]{16})(?:\/(\d{1,2}))?$/i;
const JOIN_EUI = /^[0-9a-f]{16}$/i;

/** All DevAddrs of low..high, both included. */
export interface DevAddrRange {
  readonly low: number;
  readonly high: number;
}

/** All JoinEUIs of from..to, both included: 16 lower-case hex digits, whose order is that of the numbers. */
export interface JoinEuiRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The DevAddrs a NetID gives out.
 * @param netId 6 hex digits.
 */
export function devAddrPrefixOfNetId(netId: string): Read<DevAddrRange, "badNetId"> {
  if (!NET_ID.test(netId)) return { ok: false, fault: "badNetId" };
  const number = Number.parseInt(netId, 16);
  const type = number >>> 21;
  const nwkIdBits = NWK_ID_BITS[type]!;
  const nwkId = number & (2 ** nwkIdBits - 1);
  const typePrefix = (2 ** type - 1) * 2;
  const nwkAddrCount = 2 ** nwkAddrBits(type);
  const low = (typePrefix * 2 ** nwkIdBits + nwkId) * nwkAddrCount;
  return { ok: true, value: { low, high: low + nwkAddrCount - 1 } };
}

/**
 * The DevAddrs of a prefix such as "26000000/7"; without a length it is one DevAddr. Bits beyond the length do not
 * count.
 */
export function readDevAddrPrefix(text: string): Read<DevAddrRange, "badPrefix"> {
  const match = DEV_ADDR_PREFIX.exec(text);
  const lengthBits = Number(match?.[2] ?? DEV_ADDR_BITS);
  if (match === null || lengthBits > DEV_ADDR_BITS) return { ok: false, fault: "badPrefix" };
  const count = 2 ** (DEV_ADDR_BITS - lengthBits);
  const low = Math.floor(Number.parseInt(match[1]!, 16) / count) * count;
  return { ok: true, value: { low, high: low + count - 1 } };
}

/** The prefix as it is written: "26000000/7". @param range one that a prefix or NetID gave. */
export function writeDevAddrPrefix(range: DevAddrRange): string {
  const lengthBits = DEV_ADDR_BITS - Math.log2(range.high - range.low + 1);
  return `${range.low.toString(16).padStart(8, "0")}/${lengthBits}`;
}

/**
 * The network part of a DevAddr: the NetID's type, and as much of its ID as a DevAddr holds.
 * @param devAddr 8 hex digits, or the number.
 * @returns undefined for DevAddrs that start with eight ones: no type has them.
 */
export function networkOfDevAddr(devAddr: string | number): { type: number; nwkId: number } | undefined {
  const number = devAddrNumber(devAddr);
  const type = Math.clz32(~number);
  const nwkIdBits = NWK_ID_BITS[type];
  if (nwkIdBits === undefined) return undefined;
  const nwkId = Math.floor(number / 2 ** nwkAddrBits(type)) % 2 ** nwkIdBits;
  return { type, nwkId };
}

/**
 * Compiles NetIDs and prefixes. Both empty: every DevAddr matches.
 *
 * @throws RangeError when one cannot be read: the settings have checked them.
 */
export function makeDevAddrMatcher(
  netIds: readonly string[],
  prefixes: readonly string[],
): (devAddr: string | number) => boolean {
  const ranges = [
    ...netIds.map((netId) => soundOf(devAddrPrefixOfNetId(netId), netId)),
    ...prefixes.map((prefix) => soundOf(readDevAddrPrefix(prefix), prefix)),
  ];
  if (ranges.length === 0) return () => true;
  return (devAddr) => {
    const number = devAddrNumber(devAddr);
    for (const range of ranges) if (number >= range.low && number <= range.high) return true;
    return false;
  };
}

/** The JoinEUIs of a prefix such as "0100000000000000/8"; without a length it is one JoinEUI. */
export function readJoinEuiPrefix(text: string): Read<JoinEuiRange, "badPrefix"> {
  const match = JOIN_EUI_PREFIX.exec(text);
  const lengthBits = BigInt(match?.[2] ?? 64);
  if (match === null || lengthBits > 64n) return { ok: false, fault: "badPrefix" };
  const rest = (1n << (64n - lengthBits)) - 1n;
  const to = BigInt(`0x${match[1]}`) | rest;
  return { ok: true, value: { from: euiText(to ^ rest), to: euiText(to) } };
}

/** A range, both ends included. @param from 16 hex digits, not above `to`. */
export function readJoinEuiRange(from: string, to: string): Read<JoinEuiRange, "badRange"> {
  const range = { from: from.toLowerCase(), to: to.toLowerCase() };
  const sound = JOIN_EUI.test(from) && JOIN_EUI.test(to) && range.from <= range.to;
  return sound ? { ok: true, value: range } : { ok: false, fault: "badRange" };
}

/**
 * Compiles JoinEUI ranges. Empty: every JoinEUI matches.
 *
 * @returns asks for 16 lower-case hex digits.
 * @throws RangeError when one cannot be read: the settings have checked them.
 */
export function makeJoinEuiMatcher(
  pairs: readonly (readonly [from: string, to: string])[],
): (joinEui: string) => boolean {
  const ranges = pairs.map(([from, to]) => soundOf(readJoinEuiRange(from, to), `${from}-${to}`));
  if (ranges.length === 0) return () => true;
  return (joinEui) => {
    for (const range of ranges) if (joinEui >= range.from && joinEui <= range.to) return true;
    return false;
  };
}

/** The bits of a DevAddr that type prefix (type + 1 of them) and NwkID leave. */
function nwkAddrBits(type: number): number {
  return DEV_ADDR_BITS - (type + 1) - NWK_ID_BITS[type]!;
}

function devAddrNumber(devAddr: string | number): number {
  return typeof devAddr === "number" ? devAddr : Number.parseInt(devAddr, 16);
}

function euiText(eui: bigint): string {
  return eui.toString(16).padStart(16, "0");
}

function soundOf<T>(read: Read<T, string>, text: string): T {
  if (!read.ok) throw new RangeError(`${read.fault}: ${text}`);
  return read.value;
}

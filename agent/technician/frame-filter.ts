/** Which frames a person wants to see: what the command line says, checked, and whether a frame fits. Pure. */
import type { MType, PhyHeader } from "../control/feed-events.ts";
import { AgentError } from "../errors.ts";
import { devAddrPrefixOfNetId, readDevAddrPrefix } from "../lorawan/dev-addr.ts";
import type { Translate } from "../text/text.ts";

/** What --type takes, and the MTypes behind each word. */
const TYPES: Readonly<Record<string, readonly MType[]>> = {
  join: ["joinRequest"],
  rejoin: ["rejoinRequest"],
  data: ["unconfirmedUp", "confirmedUp"],
  unconfirmed: ["unconfirmedUp"],
  confirmed: ["confirmedUp"],
  proprietary: ["proprietary"],
  down: ["unconfirmedDown", "confirmedDown", "joinAccept"],
};
export const FRAME_TYPES = Object.keys(TYPES);

/** As typed. */
export interface FilterArguments {
  readonly devAddr?: string | undefined;
  readonly devEui?: string | undefined;
  readonly netId?: string | undefined;
  readonly type?: readonly string[] | undefined;
  readonly rssiMin?: string | number | undefined;
  readonly rssiMax?: string | number | undefined;
  readonly sf?: readonly (string | number)[] | undefined;
}

/** What a filter looks at: a feed's uplink has it, and so has a frame of the journal. */
export interface Sight {
  readonly header?: PhyHeader | undefined;
  readonly rssiDbm?: number | undefined;
  readonly spreadingFactor?: number | undefined;
}

export type FrameFilter = (sight: Sight) => boolean;

/** @throws AgentError USAGE */
export function readFilter(args: FilterArguments, t: Translate): FrameFilter {
  const filters: FrameFilter[] = [];
  if (args.devAddr !== undefined) filters.push(byDevAddr("--dev-addr", args.devAddr, t));
  if (args.netId !== undefined) filters.push(byNetId(args.netId, t));
  if (args.devEui !== undefined) filters.push(byDevEui(args.devEui, t));
  const types = (args.type ?? []).flatMap((type) => TYPES[type] ?? []);
  if (types.length > 0) filters.push(({ header }) => header !== undefined && types.includes(header.mType));
  const minDbm = readNumber("--rssi-min", args.rssiMin, -110, t);
  const maxDbm = readNumber("--rssi-max", args.rssiMax, -110, t);
  // Of a frame without RSSI nobody knows.
  if (minDbm !== undefined) filters.push(({ rssiDbm }) => rssiDbm !== undefined && rssiDbm >= minDbm);
  if (maxDbm !== undefined) filters.push(({ rssiDbm }) => rssiDbm !== undefined && rssiDbm <= maxDbm);
  const factors = (args.sf ?? []).map((sf) => readNumber("--sf", String(sf).replace(/^sf/i, ""), 12, t));
  if (factors.length > 0) filters.push(({ spreadingFactor }) => factors.includes(spreadingFactor));
  return (sight) => filters.every((filter) => filter(sight));
}

/**
 * A whole DevAddr, its first digits ("2601"), or a prefix by bits ("26000000/7"); also with 0x or separators.
 * @throws AgentError USAGE
 */
function byDevAddr(option: string, given: string, t: Translate): FrameFilter {
  const plain = plainHex(given);
  if (plain.includes("/")) {
    const range = readDevAddrPrefix(plain);
    if (!range.ok) throw new AgentError("USAGE", t("frames.badDevAddr", { option, given }));
    return within(range.value);
  }
  if (!/^[0-9a-f]{1,8}$/.test(plain))
    throw new AgentError("USAGE", t("frames.badDevAddr", { option, given }));
  return ({ header }) => header?.devAddr?.startsWith(plain) ?? false;
}

function byNetId(given: string, t: Translate): FrameFilter {
  const netId = plainHex(given);
  const range = devAddrPrefixOfNetId(netId);
  if (!range.ok) throw new AgentError("USAGE", t("frames.badNetId", { given }));
  const inRange = within(range.value);
  // A rejoin says its NetID itself.
  return (sight) => inRange(sight) || sight.header?.netId === netId;
}

function byDevEui(given: string, t: Translate): FrameFilter {
  const plain = plainHex(given);
  if (!/^[0-9a-f]{1,16}$/.test(plain))
    throw new AgentError("USAGE", t("journal.badAddress", { option: "--dev-eui", given, digits: 16 }));
  return ({ header }) => header?.devEui?.startsWith(plain) ?? false;
}

function within({ low, high }: { readonly low: number; readonly high: number }): FrameFilter {
  return ({ header }) => {
    if (header?.devAddr === undefined) return false;
    const number = Number.parseInt(header.devAddr, 16);
    return number >= low && number <= high;
  };
}

/** As people copy it. */
function plainHex(given: string): string {
  return given
    .trim()
    .toLowerCase()
    .replace(/^0x/, "")
    .replaceAll(/[:\s-]/g, "");
}

function readNumber(
  option: string,
  given: string | number | undefined,
  example: number,
  t: Translate,
): number | undefined {
  if (given === undefined) return undefined;
  const number = String(given).trim() === "" ? Number.NaN : Number(String(given).replace(",", "."));
  if (Number.isFinite(number)) return number;
  throw new AgentError("USAGE", t("frames.badNumber", { option, given: String(given), example }));
}

/**
 * What is typed while watching, word by word; all of them must fit: "sf12", "join", "crcbad" (why it was refused), else
 * the first digits of a DevAddr or a DevEUI.
 */
export function readTypedFilter(
  typed: string,
): (sight: Sight & { readonly reason?: string | undefined }) => boolean {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return (sight) =>
    words.every((word) => {
      const { header, spreadingFactor, reason } = sight;
      if (/^sf\d+$/.test(word)) return `sf${spreadingFactor}` === word;
      if (Object.hasOwn(TYPES, word)) return header !== undefined && TYPES[word]!.includes(header.mType);
      if (reason?.toLowerCase() === word) return true;
      const digits = plainHex(word);
      return [header?.devAddr, header?.devEui].some((address) => address?.startsWith(digits) ?? false);
    });
}

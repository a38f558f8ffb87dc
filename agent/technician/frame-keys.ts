/**
 * The keys of `frames --keys FILE`: the one place where the agent meets a key. They stay in this process's memory, and
 * are never printed, logged, or sent to the agent. What they open: frame-opener.ts.
 *
 *   CSV    dev_addr,nwk_skey,app_skey                                       LoRaWAN 1.0.x, also without this line
 *          dev_addr,f_nwk_s_int_key,s_nwk_s_int_key,nwk_s_enc_key,app_s_key          1.1, also without this line
 *   TOML   [26011bda]
 *          nwk_skey = "32 hex digits"             or the three of 1.1, by these names
 *          app_skey = "32 hex digits"
 *
 * Names are read by their letters alone: NwkSKey is nwk_skey.
 */
import { parse } from "smol-toml";
import type { Read } from "../lorawan/read.ts";

export const KEYS_OCTETS_MAX = 4 * 1024 * 1024;

/** A session's keys: of LoRaWAN 1.0.x two, of 1.1 four. */
export type DeviceKeys =
  | { readonly version: "1.0"; readonly nwkSKey: Buffer; readonly appSKey: Buffer }
  | {
      readonly version: "1.1";
      readonly fNwkSIntKey: Buffer;
      readonly sNwkSIntKey: Buffer;
      readonly nwkSEncKey: Buffer;
      readonly appSKey: Buffer;
    };

/** By DevAddr, 8 lower-case hex digits. */
export type KeyRing = ReadonlyMap<string, DeviceKeys>;

/** Where in a file: from 1. */
export interface KeysPlace {
  readonly unit: "line" | "table";
  readonly number: number;
}

/** What is wrong with a file, and where; never what stands there. */
export interface KeysFault {
  readonly fault: "notReadable" | "badDevAddr" | "badKey" | "noKeys";
  readonly place?: KeysPlace;
}

/** What a line or a table says, by its names' letters. */
type Fields = ReadonlyMap<string, unknown>;

const NAMES_10 = ["devaddr", "nwkskey", "appskey"];
const NAMES_11 = ["devaddr", "fnwksintkey", "snwksintkey", "nwksenckey", "appskey"];

/** @returns at least one device's keys. */
export function readKeys(text: string): Read<KeyRing, KeysFault> {
  const read = isCsv(text) ? readCsv(text) : readToml(text);
  return read.ok && read.value.size === 0 ? { ok: false, fault: { fault: "noKeys" } } : read;
}

function isCsv(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== "" && !line.trim().startsWith("#")) ?? "";
  return /^"?[\w:.-]+"?\s*[,;\t]/.test(first.trim());
}

function readCsv(text: string): Read<KeyRing, KeysFault> {
  const ring = new Map<string, DeviceKeys>();
  let head: readonly string[] | undefined;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    if (ring.size === 0 && cells.map(lettersOf).includes("devaddr")) {
      head = cells.map(lettersOf);
      continue;
    }
    const names = head ?? (cells.length >= NAMES_11.length ? NAMES_11 : NAMES_10);
    const fields = new Map(names.map((name, column) => [name, cells[column]]));
    const fault = addTo(ring, fields);
    if (fault !== undefined) return { ok: false, fault: { fault, place: { unit: "line", number: at + 1 } } };
  }
  return { ok: true, value: ring };
}

function readToml(text: string): Read<KeyRing, KeysFault> {
  let tables: Record<string, unknown>;
  try {
    tables = parse(text);
  } catch (error) {
    // Its message shows the line, and with it the key.
    const { line } = error as { line?: number };
    const place = line === undefined ? {} : { place: { unit: "line", number: line } as const };
    return { ok: false, fault: { fault: "notReadable", ...place } };
  }
  const ring = new Map<string, DeviceKeys>();
  for (const [at, [devAddr, table]] of Object.entries(tables).entries()) {
    const said = Object.entries((table ?? {}) as Record<string, unknown>);
    const fields = new Map([
      ...said.map(([name, value]) => [lettersOf(name), value] as const),
      ["devaddr", devAddr],
    ]);
    const fault = addTo(ring, fields);
    if (fault !== undefined) return { ok: false, fault: { fault, place: { unit: "table", number: at + 1 } } };
  }
  return { ok: true, value: ring };
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, "");
}

function addTo(ring: Map<string, DeviceKeys>, fields: Fields): KeysFault["fault"] | undefined {
  const address = hexOf(fields.get("devaddr"), 8);
  if (address === undefined) return "badDevAddr";
  const keys = keysOf(fields);
  if (keys === undefined) return "badKey";
  ring.set(address, keys);
  return undefined;
}

/** @returns undefined where one is missing, or is no key. */
function keysOf(fields: Fields): DeviceKeys | undefined {
  const keyOf = (name: string): Buffer | undefined => {
    const hex = hexOf(fields.get(name), 32);
    return hex === undefined ? undefined : Buffer.from(hex, "hex");
  };
  const appSKey = keyOf("appskey");
  if (appSKey === undefined) return undefined;
  const isOf11 = NAMES_11.slice(1, -1).some((name) => (fields.get(name) ?? "") !== "");
  if (!isOf11) {
    const nwkSKey = keyOf("nwkskey");
    return nwkSKey === undefined ? undefined : { version: "1.0", nwkSKey, appSKey };
  }
  const [fNwkSIntKey, sNwkSIntKey, nwkSEncKey] = NAMES_11.slice(1, -1).map(keyOf);
  if (fNwkSIntKey === undefined || sNwkSIntKey === undefined || nwkSEncKey === undefined) return undefined;
  // So network servers show the one NwkSKey of a 1.0 session.
  const isOneKey = fNwkSIntKey.equals(sNwkSIntKey) && fNwkSIntKey.equals(nwkSEncKey);
  return isOneKey
    ? { version: "1.0", nwkSKey: fNwkSIntKey, appSKey }
    : { version: "1.1", fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey };
}

function hexOf(given: unknown, digits: number): string | undefined {
  if (typeof given !== "string") return undefined;
  const plain = given
    .toLowerCase()
    .replace(/^0x/, "")
    .replaceAll(/[\s:-]/g, "");
  return plain.length === digits && /^[0-9a-f]+$/.test(plain) ? plain : undefined;
}

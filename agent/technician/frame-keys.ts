/**
 * The one place where the agent meets a key: `frames --keys FILE` opens the FRMPayload of the technician's own devices.
 * Keys stay in this process's memory; they are never printed, logged, or sent to the agent.
 *
 *   TOML   [26011bda]                        CSV   dev_addr,nwk_skey,app_skey
 *          nwk_skey = "32 hex digits"              26011bda,32 hex digits,32 hex digits
 *          app_skey = "32 hex digits"
 *
 * On air is the low half of FCnt; the high half is found by the MIC, upwards from the last that fitted. LoRaWAN 1.0.x: the
 * MIC of 1.1 needs more than one key, and is "bad" here.
 */
import { parse } from "smol-toml";
import type { Read } from "../lorawan/read.ts";

export const KEYS_OCTETS_MAX = 4 * 1024 * 1024;
/** High halves that are tried: 4 million frames of one session. */
const HIGH_HALVES_MAX = 64;

export interface DeviceKeys {
  readonly nwkSKey: Buffer;
  readonly appSKey: Buffer;
}

/** By DevAddr, 8 lower-case hex digits. */
export type KeyRing = ReadonlyMap<string, DeviceKeys>;

/** What is wrong with a file, and where; never what stands there. */
export interface KeysFault {
  readonly where: string;
  readonly fault: "notReadable" | "badDevAddr" | "badKey";
}

export function readKeys(text: string): Read<KeyRing, KeysFault> {
  return isCsv(text) ? readCsv(text) : readToml(text);
}

function isCsv(text: string): boolean {
  const first = text.split(/\r?\n/).find((line) => line.trim() !== "" && !line.trim().startsWith("#")) ?? "";
  return /^"?[\w:.-]+"?\s*[,;\t]/.test(first.trim());
}

function readCsv(text: string): Read<KeyRing, KeysFault> {
  const ring = new Map<string, DeviceKeys>();
  let order = [0, 1, 2];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
    const names = cells.map((cell) => cell.toLowerCase().replaceAll(/[^a-z]/g, ""));
    if (ring.size === 0 && names.includes("devaddr")) {
      order = ["devaddr", "nwkskey", "appskey"].map((name) => names.indexOf(name));
      continue;
    }
    const [devAddr, nwkSKey, appSKey] = order.map((place) => cells[place]);
    const fault = addTo(ring, `line ${at + 1}`, devAddr, nwkSKey, appSKey);
    if (fault !== undefined) return { ok: false, fault };
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
    return { ok: false, fault: { where: line === undefined ? "" : `line ${line}`, fault: "notReadable" } };
  }
  const ring = new Map<string, DeviceKeys>();
  for (const [at, [devAddr, table]] of Object.entries(tables).entries()) {
    const { nwk_skey: nwkSKey, app_skey: appSKey } = (table ?? {}) as Record<string, unknown>;
    const fault = addTo(ring, `table ${at + 1}`, devAddr, nwkSKey, appSKey);
    if (fault !== undefined) return { ok: false, fault };
  }
  return { ok: true, value: ring };
}

function addTo(
  ring: Map<string, DeviceKeys>,
  where: string,
  devAddr: unknown,
  nwkSKey: unknown,
  appSKey: unknown,
): KeysFault | undefined {
  const address = hexOf(devAddr, 8);
  if (address === undefined) return { where, fault: "badDevAddr" };
  const [nwk, app] = [hexOf(nwkSKey, 32), hexOf(appSKey, 32)];
  if (nwk === undefined || app === undefined) return { where, fault: "badKey" };
  ring.set(address, { nwkSKey: Buffer.from(nwk, "hex"), appSKey: Buffer.from(app, "hex") });
  return undefined;
}

function hexOf(given: unknown, digits: number): string | undefined {
  if (typeof given !== "string") return undefined;
  const plain = given
    .toLowerCase()
    .replace(/^0x/, "")
    .replaceAll(/[\s:-]/g, "");
  return plain.length === digits && /^[0-9a-f]+$/.test(plain) ? plain : undefined;
}

// -------------------------------------------------------------------------------------------- opening

/** What the keys tell of a frame. */
export type Opened =
  | {
      readonly mic: "good";
      /** All 32 bits. */
      readonly fCnt: number;
      /** Decrypted; undefined: the frame has none. */
      readonly frmPayload: Buffer | undefined;
    }
  | { readonly mic: "bad" };

/** @returns undefined for a frame of a device whose keys nobody gave. */
export type FrameOpener = (devAddr: string, phyPayload: Buffer) => Opened | undefined;

/** Loads the cipher: only when there are keys. */
export async function openFrames(ring: KeyRing): Promise<FrameOpener> {
  // A CommonJS module whose types put it one level deeper than it is.
  const { default: module } = await import("lora-packet");
  const loraPacket = module as unknown as typeof module.default;
  const lastHigh = new Map<string, number>();
  return (devAddr, phyPayload) => {
    const keys = ring.get(devAddr);
    if (keys === undefined) return undefined;
    const packet = loraPacket.fromWire(phyPayload);
    const from = lastHigh.get(devAddr) ?? 0;
    for (let tried = 0; tried < HIGH_HALVES_MAX; tried++) {
      const high = (from + tried) % HIGH_HALVES_MAX;
      const highOctets = Buffer.from([high & 0xff, high >> 8]);
      if (!loraPacket.verifyMIC(packet, keys.nwkSKey, undefined, highOctets)) continue;
      lastHigh.set(devAddr, high);
      const isEmpty = packet.FRMPayload === undefined || packet.FRMPayload.length === 0;
      return {
        mic: "good",
        fCnt: high * 0x1_0000 + (packet.getFCnt() ?? 0),
        frmPayload: isEmpty
          ? undefined
          : (loraPacket.decrypt(packet, keys.appSKey, keys.nwkSKey, highOctets) ?? undefined),
      };
    }
    return { mic: "bad" };
  };
}

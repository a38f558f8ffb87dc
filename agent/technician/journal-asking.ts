/** What a person may say of frames on the command line, checked, and as a question to the desk. Pure. */
import { readDurationMs } from "../config/quantity.ts";
import { AgentError } from "../errors.ts";
import type { Translate } from "../text/text.ts";

export interface DeviceArguments {
  readonly devAddr: string | undefined;
  readonly devEui: string | undefined;
}

/** @returns what the desk is asked of one device; undefined for what was not given. @throws AgentError USAGE */
export function readDevice({ devAddr, devEui }: DeviceArguments, t: Translate): DeviceArguments {
  return {
    devAddr: readHex("--dev-addr", devAddr, 8, t),
    devEui: readHex("--dev-eui", devEui, 16, t),
  };
}

/** As people copy it: also with 0x, colons, dashes or capitals. */
function readHex(
  option: string,
  given: string | undefined,
  digits: number,
  t: Translate,
): string | undefined {
  if (given === undefined) return undefined;
  const plain = given.toLowerCase().replace(/^0x/, "").replaceAll(/[:-]/g, "");
  if (plain.length === digits && /^[0-9a-f]+$/.test(plain)) return plain;
  throw new AgentError("USAGE", t("journal.badAddress", { option, given, digits }));
}

/** @returns wall time, milliseconds. @throws AgentError USAGE */
export function readMoment(
  option: string,
  given: string | undefined,
  nowWallMs: number,
  t: Translate,
): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d+(ms|s|m|h|d)$/.test(given)) return nowWallMs - readDurationMs(given);
  // Whatever else Date.parse would make of a word is a guess.
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(atMs)) throw new AgentError("USAGE", t("journal.badTime", { option, given }));
  return atMs;
}

/** @param given a number, or what was typed where that is none. @param example of a good one. @throws AgentError USAGE */
export function readCount(
  option: string,
  given: number | string | undefined,
  t: Translate,
  example = 20,
): number | undefined {
  if (given === undefined) return undefined;
  const count = given === "" ? Number.NaN : Number(given);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new AgentError("USAGE", t("journal.badNumber", { option, given: String(given), example }));
}

/** @returns path and query; what is undefined or false is left out, true stands without a value. */
export function question(
  path: string,
  asked: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined && value !== false) query.set(name, value === true ? "" : String(value));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

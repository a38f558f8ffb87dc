/**
 * What the standard's own AT commands answer: registration, operator, technology, signal. Any modem has these; the
 * makers' own are in modem-dialects.ts. Pure.
 *
 * Source: 3GPP TS 27.007: 7.2 (+CREG), 10.1.20 (+CGREG), 10.1.22 (+CEREG), 7.3 (+COPS), 8.5 (+CSQ), 8.69 (+CESQ).
 */
import { plausible, type Signal } from "./signal.ts";

export type Registration = "home" | "roaming" | "searching" | "denied" | "none" | "unknown";

/** The better first: a modem that is registered for data only says 0 to AT+CREG. */
const REGISTRATIONS: readonly Registration[] = ["home", "roaming", "searching", "denied", "none", "unknown"];

export function betterRegistration(one: Registration, other: Registration): Registration {
  return REGISTRATIONS.indexOf(one) <= REGISTRATIONS.indexOf(other) ? one : other;
}

/** 6 and 7 are for messages only, 9 and 10 without preference for circuits; to us they are registrations. */
const BY_STAT: Readonly<Record<string, Registration>> = {
  0: "none",
  1: "home",
  2: "searching",
  3: "denied",
  4: "unknown",
  5: "roaming",
  6: "home",
  7: "roaming",
  9: "home",
  10: "roaming",
};

/**
 * `+CEREG: <n>,<stat>[,…]`. The same words come unasked as `+CEREG: <stat>[,"<tac>",…]`: there the second field is
 * text, or missing.
 * @returns undefined when no line answers the question.
 */
export function readRegistration(lines: readonly string[]): Registration | undefined {
  for (const line of lines) {
    const [, stat] = fieldsOf(line);
    if (stat !== undefined && /^\d{1,2}$/.test(stat)) return BY_STAT[stat] ?? "unknown";
  }
  return undefined;
}

export interface Operator {
  readonly name?: string | undefined;
  readonly technology?: string | undefined;
}

/** As people know them; 27.007, 7.3, <AcT>. */
const TECHNOLOGIES: Readonly<Record<string, string>> = {
  0: "2G",
  1: "2G",
  2: "3G",
  3: "2G",
  4: "3G",
  5: "3G",
  6: "3G",
  7: "LTE",
  8: "2G",
  9: "NB-IoT",
  10: "LTE",
  11: "5G",
  12: "5G",
  13: "5G",
};
const NAME_CHARACTERS_MAX = 40;

/** `+COPS: <mode>[,<format>,"<oper>"[,<AcT>]]`. */
export function readOperator(lines: readonly string[]): Operator {
  const [, , name, act] = fieldsOf(lines[0] ?? "");
  return {
    name: name === undefined || name === "" ? undefined : name.slice(0, NAME_CHARACTERS_MAX),
    technology: act === undefined ? undefined : TECHNOLOGIES[act],
  };
}

/** `+CSQ: <rssi>,<ber>`: 0 to 31 in steps of 2 dB from -113 dBm, 99 unknown. Some write 100 to 191 for TD-SCDMA. */
export function readCsq(lines: readonly string[]): Signal {
  const csq = numbersOf(lines[0] ?? "")[0];
  return csq === undefined || csq > 31 ? {} : plausible({ rssiDbm: -113 + 2 * csq });
}

/** `+CESQ: <rxlev>,<ber>,<rscp>,<ecno>,<rsrq>,<rsrp>`; 99 or 255: not known, or another technology. */
export function readCesq(lines: readonly string[]): Signal {
  const [, , , , rsrq, rsrp] = numbersOf(lines[0] ?? "");
  return plausible({
    rsrqDb: rsrq === undefined || rsrq > 34 ? undefined : rsrqOfCode(rsrq),
    rsrpDbm: rsrp === undefined || rsrp > 97 ? undefined : rsrpOfCode(rsrp),
  });
}

/** TS 36.133, 9.1.4: code 1 is from -140 dBm on. */
export function rsrpOfCode(code: number): number {
  return code - 141;
}

/** TS 36.133, 9.1.7: code 1 is from -19.5 dB on. */
export function rsrqOfCode(code: number): number {
  return code / 2 - 20;
}

/** What follows the name of a line, split at commas outside of quotes, without the quotes. */
export function fieldsOf(line: string): string[] {
  const colon = line.indexOf(":");
  const said = line.slice(colon + 1).trim();
  if (colon < 0 || said === "") return [];
  return (
    said.match(/("[^"]*"|[^,"])+|(?<=^|,)(?=,|$)/g)?.map((field) => field.trim().replace(/^"|"$/g, "")) ?? []
  );
}

/** As fieldsOf; what is no decimal number is undefined. */
export function numbersOf(line: string): (number | undefined)[] {
  return fieldsOf(line).map((field) => (/^-?\d+(\.\d+)?$/.test(field) ? Number(field) : undefined));
}

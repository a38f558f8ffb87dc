/**
 * The kinds of value a setting can have: how each is checked, printed, taken from the environment and told to JSON
 * Schema. Which setting has which kind: table.ts. Checks between several settings: cross.ts.
 *
 * TOML carries units in the value ("48h", "512MB"); past this file durations are milliseconds, sizes octets.
 */
import * as v from "valibot";
import { type Said, said } from "../text/said.ts";
import { printDuration, printSize, readDurationMs, readSizeOctets } from "./quantity.ts";
import { HIDDEN, withoutUrlSecrets } from "./shown-url.ts";

/** What a TOML document can hold, of which dates and fractions are never what a setting wants. */
export type TomlValue =
  | string
  | number
  | boolean
  | readonly TomlValue[]
  | { readonly [name: string]: TomlValue };

/** @template T what the rest of the agent sees. */
export interface Kind<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** What people are told when the schema refuses. */
  readonly expected: Said;
  /** The kind of each element, where this is a list: a wrong element is named alone. */
  readonly element?: Kind<unknown>;
  /** JSON Schema 2020-12 of the TOML value. It knows no ranges of durations and sizes. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** The TOML value that reads back as this one. */
  readonly toml: (value: T) => TomlValue;
  /** What people are shown of that TOML value, where it may carry a secret; absent: all of it. */
  readonly shown?: (toml: TomlValue) => TomlValue;
  /** The TOML value an environment variable stands for; whether it is right, the schema says. */
  readonly fromText: (text: string) => TomlValue;
}

export const LIST_ITEMS_MAX = 64;
const TEXT_CHARACTERS_MAX = 256;
const TOPIC_PREFIX_CHARACTERS_MAX = 128;
/** PATH_MAX of Linux, without the first slash and the NUL. */
const PATH_CHARACTERS_MAX = 4094;
/** sun_path of unix(7) is 108 octets, the last one NUL. */
const SOCKET_PATH_OCTETS_MAX = 107;

// ------------------------------------------------------------------------------------------- scalars

/** Text that matches a pattern. `reads` makes the value of the agent from it, `prints` the text again. */
function textKind<T>(
  expected: Said,
  pattern: RegExp,
  reads: (text: string) => T | undefined,
  prints: (value: T) => string,
): Kind<T> {
  return {
    expected,
    jsonSchema: { type: "string", pattern: pattern.source },
    schema: v.pipe(
      v.string(),
      v.regex(pattern),
      v.transform(reads),
      v.check((value) => value !== undefined),
      v.transform((value) => value as T),
    ),
    toml: prints,
    fromText: (text) => text,
  };
}

const same = (text: string): string => text;
const lower = (text: string): string => text.toLowerCase();
/** C0 and DEL, for a class of a pattern. */
const CONTROL = "\\u0000-\\u001f\\u007f";
const HEX16 = "[0-9a-fA-F]{16}";

export const text: Kind<string> = textKind(
  said("expected.text", { max: TEXT_CHARACTERS_MAX }),
  new RegExp(`^[^${CONTROL}]{0,${TEXT_CHARACTERS_MAX}}$`),
  same,
  same,
);

export function name(charactersMax: number): Kind<string> {
  const pattern = new RegExp(`^[a-z0-9][a-z0-9_-]{0,${charactersMax - 1}}$`);
  return textKind(said("expected.name", { max: charactersMax }), pattern, same, same);
}

export const topicPrefix: Kind<string> = textKind(
  said("expected.topicPrefix"),
  new RegExp(`^(?!/)(?!.*/$)[^+#${CONTROL}]{0,${TOPIC_PREFIX_CHARACTERS_MAX}}$`),
  same,
  same,
);

export const eui: Kind<string> = textKind(said("expected.eui"), new RegExp(`^${HEX16}$`), lower, same);
export const euiOrEmpty: Kind<string> = textKind(
  said("expected.euiOrEmpty"),
  new RegExp(`^(${HEX16})?$`),
  lower,
  same,
);
export const netId: Kind<string> = textKind(said("expected.netId"), /^[0-9a-fA-F]{6}$/, lower, same);
export const devAddrPrefix: Kind<string> = textKind(
  said("expected.devAddrPrefix"),
  /^[0-9a-fA-F]{8}\/(3[0-2]|[12]?[0-9])$/,
  lower,
  same,
);

export const joinEuiRange = textKind<readonly [string, string]>(
  said("expected.joinEuiRange"),
  new RegExp(`^${HEX16}-${HEX16}$`),
  (range) => {
    const from = range.slice(0, 16).toLowerCase();
    const to = range.slice(17).toLowerCase();
    return from <= to ? [from, to] : undefined;
  },
  (range) => range.join("-"),
);

/** @param min and max as they are written, such as "1s". */
export function duration(min: string, max: string): Kind<number> {
  return textKind(
    said("expected.duration", { min, max }),
    /^[0-9]{1,12}(ms|s|m|h|d)$/,
    within(readDurationMs, min, max),
    printDuration,
  );
}

/** The same, or empty, which is 0. */
export function durationOrEmpty(min: string, max: string): Kind<number> {
  const reads = within(readDurationMs, min, max);
  return textKind(
    said("expected.durationOrEmpty", { min, max }),
    /^([0-9]{1,12}(ms|s|m|h|d))?$/,
    (written) => (written === "" ? 0 : reads(written)),
    (delayMs) => (delayMs === 0 ? "" : printDuration(delayMs)),
  );
}

/** @param min and max as they are written, such as "8MB". */
export function size(min: string, max: string): Kind<number> {
  return textKind(
    said("expected.size", { min, max }),
    /^[0-9]{1,12}(kB|MB|GB|KiB|MiB|GiB)$/,
    within(readSizeOctets, min, max),
    printSize,
  );
}

/** A level with its unit, such as "2.6dBi"; or empty: undefined, nobody has said. @param min and max in that unit. */
export function decibelsOrEmpty(unit: "dB" | "dBi", min: number, max: number): Kind<number> {
  const pattern = new RegExp(`^(${min < 0 ? "-?" : ""}[0-9]{1,2}(\\.[0-9]{1,2})?${unit})?$`);
  const levelOf = (written: string): number | undefined =>
    written === "" ? undefined : Number(written.slice(0, -unit.length));
  const kind: Kind<number | undefined> = {
    expected: said("expected.decibelsOrEmpty", { unit, min, max }),
    jsonSchema: { type: "string", pattern: pattern.source },
    schema: v.pipe(
      v.string(),
      v.regex(pattern),
      v.transform(levelOf),
      v.check((value) => value === undefined || (value >= min && value <= max)),
    ),
    toml: (value) => (value === undefined ? "" : `${value}${unit}`),
    fromText: (text) => text,
  };
  // The table's rows are of what a setting is when it is set.
  return kind as Kind<number>;
}

function within(reads: (text: string) => number, min: string, max: string) {
  const lowest = reads(min);
  const highest = reads(max);
  return (written: string): number | undefined => {
    const value = reads(written);
    return value >= lowest && value <= highest ? value : undefined;
  };
}

export const path: Kind<string> = textKind(
  said("expected.path"),
  new RegExp(`^/[^${CONTROL}]{0,${PATH_CHARACTERS_MAX}}$`),
  same,
  same,
);
export const pathOrEmpty: Kind<string> = textKind(
  said("expected.pathOrEmpty"),
  new RegExp(`^(/[^${CONTROL}]{0,${PATH_CHARACTERS_MAX}})?$`),
  same,
  same,
);
export const socketPath: Kind<string> = textKind(
  said("expected.socketPath", { max: SOCKET_PATH_OCTETS_MAX }),
  new RegExp(`^/[^${CONTROL}]+$`),
  (socket) => (Buffer.byteLength(socket) <= SOCKET_PATH_OCTETS_MAX ? socket : undefined),
  same,
);

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A bare IPv6 address stands in brackets, as in a URL (RFC 3986, 3.2.2). */
export const hostPort: Kind<HostPort> = textKind(
  said("expected.hostPort"),
  /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/,
  readHostPort,
  printHostPort,
);

/** The same, or empty, which has an empty host. */
export const hostPortOrEmpty: Kind<HostPort> = textKind(
  said("expected.hostPortOrEmpty"),
  /^((\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5})?$/,
  (written) => (written === "" ? { host: "", port: 0 } : readHostPort(written)),
  (at) => (at.host === "" ? "" : printHostPort(at)),
);

function readHostPort(written: string): HostPort | undefined {
  const colon = written.lastIndexOf(":");
  const port = Number(written.slice(colon + 1));
  return port <= 65_535 ? { host: written.slice(0, colon).replace(/^\[|\]$/g, ""), port } : undefined;
}

function printHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export const host: Kind<string> = textKind(
  said("expected.host"),
  /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$/,
  (written) => (Number(/:([0-9]+)$/.exec(written)?.[1] ?? 0) <= 65_535 ? written : undefined),
  same,
);

const SERVER_SCHEMES = ["mqtt:", "mqtts:", "ws:", "wss:", "udp:"];

export const serverUrl: Kind<string> = {
  ...textKind(
    said("expected.serverUrl"),
    /^(mqtts?|wss?|udp):\/\/[^\s@/?#]+([/?][^\s#]*)?$/,
    (written) => (isServerUrl(written) ? written : undefined),
    same,
  ),
  shown: (url) => withoutUrlSecrets(String(url)),
};

function isServerUrl(written: string): boolean {
  if (!URL.canParse(written)) return false;
  const url = new URL(written);
  if (!SERVER_SCHEMES.includes(url.protocol) || url.hostname === "") return false;
  // Only a WebSocket is asked for at a path; behind mqtt:// it would be silently ignored.
  return url.protocol.startsWith("ws") || (["", "/"].includes(url.pathname) && url.search === "");
}

export function integer(min: number, max: number): Kind<number> {
  return {
    expected: said("expected.integer", { min, max }),
    jsonSchema: { type: "integer", minimum: min, maximum: max },
    schema: v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)),
    toml: (value) => value,
    fromText: numberFromText,
  };
}

export const boolean: Kind<boolean> = {
  expected: said("expected.boolean"),
  jsonSchema: { type: "boolean" },
  schema: v.boolean(),
  toml: (value) => value,
  fromText: (written) => (written === "true" ? true : written === "false" ? false : written),
};

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    expected: said("expected.choice", { choices: choices.map((one) => `"${one}"`).join(", ") }),
    jsonSchema: { enum: choices },
    schema: v.picklist(choices),
    toml: (value) => value,
    fromText: (written) => written,
  };
}

/** 5, or "3.1.1", which on the wire is protocol level 4 (MQTT 3.1.1, 3.1.2.2) and may be written so. */
export const mqttVersion: Kind<4 | 5> = {
  expected: said("expected.choice", { choices: '5, "3.1.1", 4' }),
  jsonSchema: { enum: [5, "3.1.1", 4] },
  schema: v.pipe(
    v.picklist([5, "3.1.1", 4]),
    v.transform((version) => (version === "3.1.1" ? 4 : version)),
  ),
  toml: (version) => (version === 4 ? "3.1.1" : version),
  fromText: numberFromText,
};

function numberFromText(written: string): TomlValue {
  return /^-?[0-9]{1,15}$/.test(written) ? Number(written) : written;
}

// --------------------------------------------------------------------------------------------- lists

/** @param itemsMin 0: the list may be empty. */
export function list<T>(element: Kind<T>, itemsMin: 0 | 1 = 0): Kind<readonly T[]> {
  const { shown } = element;
  return {
    expected:
      itemsMin === 0
        ? said("expected.list", { max: LIST_ITEMS_MAX, element: element.expected })
        : said("expected.listSome", { max: LIST_ITEMS_MAX, element: element.expected }),
    element: element as Kind<unknown>,
    jsonSchema: { type: "array", items: element.jsonSchema, minItems: itemsMin, maxItems: LIST_ITEMS_MAX },
    schema: v.pipe(v.array(element.schema), v.minLength(itemsMin), v.maxLength(LIST_ITEMS_MAX)),
    toml: (values) => values.map((value) => element.toml(value)),
    ...(shown === undefined ? {} : { shown: (toml) => (toml as readonly TomlValue[]).map(shown) }),
    fromText: (written) =>
      written.trim() === "" ? [] : written.split(",").map((one) => element.fromText(one.trim())),
  };
}

/** A program and its arguments, among which may be a password: only the program is shown. Empty: none. */
export const commandLine: Kind<readonly string[]> = { ...list(text), shown: programOf };

function programOf(commandLine: TomlValue): TomlValue {
  const [program, ...given] = commandLine as readonly TomlValue[];
  if (program === undefined) return [];
  return given.length === 0 ? [program] : [program, HIDDEN];
}

// -------------------------------------------------------------------------------------------- tables

const PROGRAM_NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0,31}";
/** In the environment it stands as JSON. */
export const programs: Kind<Readonly<Record<string, readonly string[]>>> = {
  expected: said("expected.programs", { max: LIST_ITEMS_MAX }),
  jsonSchema: {
    type: "object",
    patternProperties: { [`^${PROGRAM_NAME}$`]: list(text, 1).jsonSchema },
    additionalProperties: false,
  },
  schema: v.pipe(
    // A list would pass for a table without names.
    v.custom((given) => !Array.isArray(given)),
    v.record(v.pipe(v.string(), v.regex(new RegExp(`^${PROGRAM_NAME}$`))), list(text, 1).schema),
    v.check((given) => Object.keys(given).length <= LIST_ITEMS_MAX),
  ),
  toml: (value) => value,
  shown: (named) =>
    Object.fromEntries(Object.entries(named).map(([name, commandLine]) => [name, programOf(commandLine)])),
  fromText: (written) => {
    try {
      return JSON.parse(written) as TomlValue;
    } catch {
      return written;
    }
  },
};

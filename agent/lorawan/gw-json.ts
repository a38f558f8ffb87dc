/**
 * The JSON form of the gw messages, by the rules of protojson: lowerCamelCase names, octets as base64, enums by
 * name, 64-bit numbers as text, Duration "1.500s", Timestamp RFC 3339, defaults left out.
 *
 * Pure. Messages are the plain objects of gw.d.ts; one table, walked both ways, says what each field is. When
 * reading, names may also stand as in the .proto (snake_case), enums as numbers, numbers as text, and unknown keys
 * are skipped, as protojson demands. The octet form is gw.js.
 *
 * Source: protobuf.dev, "ProtoJSON format"; names as in gw.proto.
 */
import { TX_STATUSES } from "./tx-status.ts";

type Json = unknown;
type Message = Record<string, unknown>;

/** How one field is written and read. `write` gives undefined for a default, which is left out. */
interface Kind {
  write(value: unknown): Json | undefined;
  /** @throws JsonShapeError */
  read(json: Json): unknown;
}

type Shape = Readonly<Record<string, Kind>>;

/** The JSON is not what the message's definition asks for. */
class JsonShapeError extends Error {}

export function writeJson(shape: Shape, message: object): Message {
  const json: Message = {};
  for (const name in shape) {
    const value = (message as Message)[name];
    if (value === undefined || value === null) continue;
    const written = shape[name]!.write(value);
    if (written !== undefined) json[name] = written;
  }
  return json;
}

/** @throws JsonShapeError */
export function readJson(shape: Shape, json: Json): Message {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new JsonShapeError("no object");
  const message: Message = {};
  for (const name in shape) {
    const value = (json as Message)[name] ?? (json as Message)[snakeCase(name)];
    if (value !== undefined && value !== null) message[name] = shape[name]!.read(value);
  }
  return message;
}

// ---------------------------------------------------------------------------------------- kinds of field

const number: Kind = {
  write: (value) => (value === 0 ? undefined : value),
  read: (json) => {
    const value = typeof json === "string" && json !== "" ? Number(json) : json;
    if (typeof value !== "number" || !Number.isFinite(value)) throw new JsonShapeError("no number");
    return value;
  },
};

const text: Kind = {
  write: (value) => (value === "" ? undefined : value),
  read: (json) => {
    if (typeof json !== "string") throw new JsonShapeError("no text");
    return json;
  },
};

const bool: Kind = {
  write: (value) => (value === false ? undefined : value),
  read: (json) => {
    if (typeof json !== "boolean") throw new JsonShapeError("no boolean");
    return json;
  },
};

const octets: Kind = {
  write: (value) => {
    const bytes = value as Uint8Array;
    if (bytes.length === 0) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  },
  // Node's reader takes the URL-safe alphabet and missing padding too.
  read: (json) => Buffer.from(text.read(json) as string, "base64"),
};

function enumeration(names: Readonly<Record<string, number>>): Kind {
  const byNumber = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  return {
    write: (value) => (value === 0 ? undefined : (byNumber.get(value as number) ?? value)),
    read: (json) => {
      const value = typeof json === "string" ? names[json] : json;
      if (typeof value !== "number") throw new JsonShapeError(`no such name: ${String(json)}`);
      return value;
    },
  };
}

const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;

const duration: Kind = {
  write: (value) => {
    const { seconds, nanos } = parts(value);
    return `${seconds}${fraction(nanos)}s`;
  },
  read: (json) => {
    const found = DURATION.exec(text.read(json) as string);
    if (found === null) throw new JsonShapeError("no duration");
    const sign = found[1] === "-" ? -1 : 1;
    return { seconds: sign * Number(found[2]), nanos: sign * Number((found[3] ?? "").padEnd(9, "0")) };
  },
};

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

const timestamp: Kind = {
  write: (value) => {
    const { seconds, nanos } = parts(value);
    return `${new Date(seconds * 1e3).toISOString().slice(0, -".000Z".length)}${fraction(nanos)}Z`;
  },
  read: (json) => {
    const [, start, digits = "", zone] = TIMESTAMP.exec(text.read(json) as string) ?? [];
    const atMs = Date.parse(`${start}${zone}`);
    if (Number.isNaN(atMs)) throw new JsonShapeError("no timestamp");
    return { seconds: atMs / 1e3, nanos: Number(digits.padEnd(9, "0")) };
  },
};

function message(shape: Shape): Kind {
  return { write: (value) => writeJson(shape, value as object), read: (json) => readJson(shape, json) };
}

function list(kind: Kind): Kind {
  return {
    write: (value) => {
      const items = value as readonly unknown[];
      return items.length === 0 ? undefined : items.map((item) => kind.write(item));
    },
    read: (json) => {
      if (!Array.isArray(json)) throw new JsonShapeError("no list");
      return json.map((item) => kind.read(item));
    },
  };
}

/** Keys are text in JSON, whatever they are in the message. */
function map(kind: Kind): Kind {
  return {
    write: (value) => {
      const entries = Object.entries(value as object);
      if (entries.length === 0) return undefined;
      return Object.fromEntries(entries.map(([key, item]) => [key, kind.write(item) ?? item]));
    },
    read: (json) => {
      if (typeof json !== "object" || json === null) throw new JsonShapeError("no map");
      return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, kind.read(item)]));
    },
  };
}

function parts(value: unknown): { seconds: number; nanos: number } {
  const { seconds, nanos } = value as { seconds?: number | null; nanos?: number | null };
  return { seconds: Number(seconds ?? 0), nanos: nanos ?? 0 };
}

/** None, or as many of three, six or nine digits as are needed. */
function fraction(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.replace(/(?:000){1,2}$/, "")}`;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

// ---------------------------------------------------------------------------------------------- messages

const codeRate = enumeration({
  CR_UNDEFINED: 0,
  CR_4_5: 1,
  CR_4_6: 2,
  CR_4_7: 3,
  CR_4_8: 4,
  CR_3_8: 5,
  CR_2_6: 6,
  CR_1_4: 7,
  CR_1_6: 8,
  CR_5_6: 9,
  CR_LI_4_5: 10,
  CR_LI_4_6: 11,
  CR_LI_4_8: 12,
});

const modulation = message({
  lora: message({
    bandwidth: number,
    spreadingFactor: number,
    codeRate,
    polarizationInversion: bool,
    preamble: number,
    noCrc: bool,
  }),
  fsk: message({ frequencyDeviation: number, datarate: number }),
  lrFhss: message({ operatingChannelWidth: number, gridSteps: number, codeRate }),
});

export const UPLINK_FRAME: Shape = {
  phyPayload: octets,
  txInfo: message({ frequency: number, modulation }),
  rxInfo: message({
    gatewayId: text,
    uplinkId: number,
    gwTime: timestamp,
    timeSinceGpsEpoch: duration,
    fineTimeSinceGpsEpoch: duration,
    rssi: number,
    snr: number,
    channel: number,
    rfChain: number,
    board: number,
    antenna: number,
    context: octets,
    metadata: map(text),
    crcStatus: enumeration({ NO_CRC: 0, BAD_CRC: 1, CRC_OK: 2 }),
  }),
};

const perModulation = list(message({ modulation, count: number }));

export const GATEWAY_STATS: Shape = {
  gatewayId: text,
  time: timestamp,
  location: message({
    latitude: number,
    longitude: number,
    altitude: number,
    source: enumeration({ UNKNOWN: 0, GPS: 1 }),
  }),
  configVersion: text,
  rxPacketsReceived: number,
  rxPacketsReceivedOk: number,
  txPacketsReceived: number,
  txPacketsEmitted: number,
  metadata: map(text),
  txPacketsPerFrequency: map(number),
  rxPacketsPerFrequency: map(number),
  txPacketsPerModulation: perModulation,
  rxPacketsPerModulation: perModulation,
  txPacketsPerStatus: map(number),
};

const txStatus = enumeration(Object.fromEntries(TX_STATUSES.map((name, value) => [name, value])));

export const DOWNLINK_TX_ACK: Shape = {
  downlinkId: number,
  items: list(message({ status: txStatus })),
  gatewayId: text,
};

export const CONN_STATE: Shape = { state: enumeration({ OFFLINE: 0, ONLINE: 1 }), gatewayId: text };

export const EXEC_REQUEST: Shape = {
  command: text,
  stdin: octets,
  environment: map(text),
  gatewayId: text,
  execId: number,
};

export const EXEC_RESPONSE: Shape = {
  stdout: octets,
  stderr: octets,
  error: text,
  gatewayId: text,
  execId: number,
};

export const DOWNLINK_FRAME: Shape = {
  downlinkId: number,
  items: list(
    message({
      phyPayload: octets,
      txInfo: message({
        frequency: number,
        power: number,
        modulation,
        board: number,
        antenna: number,
        timing: message({
          immediately: message({}),
          delay: message({ delay: duration }),
          gpsEpoch: message({ timeSinceGpsEpoch: duration }),
        }),
        context: octets,
      }),
    }),
  ),
  gatewayId: text,
};

export const GATEWAY_CONFIGURATION: Shape = { version: text, statsInterval: duration, gatewayId: text };

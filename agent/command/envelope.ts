/**
 * The envelope in which a command arrives: JSON, the same around every command.
 *
 *   { "id": "5f0c…", "issuedAt": "2026-01-01T00:00:00Z", "ttlS": 60, "arguments": { … } }
 *   { "id": "5f0c…", "issuedAt": "…", "expiresAt": "…", "uptime": { "bootId": "…", "untilS": 5400 } }
 *
 * `expiresAt` or `ttlS`, one of them. `uptime` is for a gateway whose clock nobody can trust: the boot that the command is
 * for, and until when in that boot's own time; every reply tells both. A field that is not known refuses the whole: a
 * misspelt one must not be as good as none.
 *
 * Pure. Whether it is still good: lifetime.ts.
 */
import type { Read } from "../lorawan/read.ts";
import { isTable, momentOf } from "./arguments.ts";

/** A whole settings file of a usual length fits. */
export const COMMAND_OCTETS_MAX = 64 * 1024;
export const TTL_S_MAX = 3_600;
export const ID_PATTERN = "^[A-Za-z0-9._:-]{1,64}$";
const ID = new RegExp(ID_PATTERN);
const BOOT_ID = /^[0-9a-f]{32}$/;
const DEPTH_MAX = 16;

export interface Envelope {
  readonly id: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly uptime: { readonly bootId: string; readonly untilMs: number } | undefined;
  /** Not read yet. */
  readonly arguments: unknown;
}

/** What is wrong, and the id where it could be read: then there is somebody to answer. */
export interface EnvelopeFault {
  readonly reason: "tooLarge" | "malformed";
  /** The field that is wrong. */
  readonly field?: string;
  readonly id?: string;
}

const FIELDS = ["id", "issuedAt", "expiresAt", "ttlS", "uptime", "arguments"];

export function readEnvelope(payload: Buffer): Read<Envelope, EnvelopeFault> {
  if (payload.length > COMMAND_OCTETS_MAX) return { ok: false, fault: { reason: "tooLarge" } };
  const said = parse(payload);
  if (!isTable(said)) return { ok: false, fault: { reason: "malformed" } };
  const id = typeof said.id === "string" && ID.test(said.id) ? said.id : undefined;
  const fault = (field: string): Read<never, EnvelopeFault> => ({
    ok: false,
    fault: { reason: "malformed", field, ...(id === undefined ? {} : { id }) },
  });
  if (id === undefined) return fault("id");
  if (Object.keys(said).some((field) => !FIELDS.includes(field))) return fault("envelope");
  if (isDeep(said, 0)) return fault("arguments");
  const issuedAtMs = typeof said.issuedAt === "string" ? momentOf(said.issuedAt) : undefined;
  if (issuedAtMs === undefined) return fault("issuedAt");
  const expiresAtMs = expiryOf(said, issuedAtMs);
  if (expiresAtMs === undefined) return fault(said.ttlS === undefined ? "expiresAt" : "ttlS");
  const uptime = said.uptime === undefined ? undefined : uptimeOf(said.uptime);
  if (said.uptime !== undefined && uptime === undefined) return fault("uptime");
  return { ok: true, value: { id, issuedAtMs, expiresAtMs, uptime, arguments: said.arguments ?? {} } };
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** @returns undefined when it is not said, said twice, or too far ahead. */
function expiryOf(
  { expiresAt, ttlS }: Readonly<Record<string, unknown>>,
  issuedAtMs: number,
): number | undefined {
  if ((expiresAt === undefined) === (ttlS === undefined)) return undefined;
  if (ttlS !== undefined) {
    const isSound = Number.isInteger(ttlS) && (ttlS as number) >= 1 && (ttlS as number) <= TTL_S_MAX;
    return isSound ? issuedAtMs + (ttlS as number) * 1e3 : undefined;
  }
  const expiresAtMs = typeof expiresAt === "string" ? momentOf(expiresAt) : undefined;
  if (expiresAtMs === undefined || expiresAtMs <= issuedAtMs) return undefined;
  return expiresAtMs - issuedAtMs <= TTL_S_MAX * 1e3 ? expiresAtMs : undefined;
}

function uptimeOf(said: unknown): Envelope["uptime"] {
  if (!isTable(said) || Object.keys(said).length !== 2) return undefined;
  const { bootId, untilS } = said;
  if (typeof bootId !== "string" || !BOOT_ID.test(bootId)) return undefined;
  if (typeof untilS !== "number" || !Number.isFinite(untilS) || untilS < 0) return undefined;
  return { bootId, untilMs: untilS * 1e3 };
}

/** What is deep costs whoever walks it. */
function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth >= DEPTH_MAX || Object.values(value).some((one) => isDeep(one, depth + 1));
}

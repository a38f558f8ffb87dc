/**
 * The certificate and key by which the local page proves itself: the operator's files, or one of its own that it signs
 * itself (the package selfsigned). Loaded only where the page is opened to a network.
 *
 * Nobody vouches for a certificate of its own: `edge-agent web code` prints its fingerprint, for comparing. It is kept,
 * so that a browser which was told to trust it need not be told again until it ends, and no longer.
 */
import { X509Certificate } from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { createSecureContext } from "node:tls";
import { AgentError } from "../errors.ts";
import type { WebIdentity } from "../ports.ts";
import { replaceWhole } from "./whole-file.ts";

const DAY_MS = 86_400_000;
/** Safari opens no page whose certificate lasts more than 825 days, and offers no way past (Apple, HT210176). */
const OWN_MS = 820 * DAY_MS;
/** A phone's clock may be behind. */
const BEFORE_MS = DAY_MS;
/** A new one is made before it ends. */
const RENEWED_BEFORE_MS = 30 * DAY_MS;
const MODE = 0o600;
const PARTS = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

/** @throws AgentError WEB_BIND for files that are not there, or are no certificate and its key. */
export async function readIdentity(certFile: string, keyFile: string): Promise<WebIdentity> {
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  return checked(cert, key, certFile);
}

/** As WebDoor.ownIdentity. */
export async function ownIdentity(path: string, host: string, nowWallMs: number): Promise<WebIdentity> {
  const kept = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return "";
    throw unusable(path, cause);
  });
  // What a hand has damaged is made anew: it vouches for nothing.
  const identity = tryParts(kept, path);
  if (identity !== undefined && isGood(identity, nowWallMs)) {
    // A copy that was put back may be open to all.
    await chmod(path, MODE).catch((cause: Error) => {
      throw unusable(path, cause);
    });
    return identity;
  }
  const made = await makePem(host, nowWallMs);
  await replaceWhole(path, MODE, (file) => file.writeFile(made)).catch((cause: Error) => {
    throw unusable(path, cause);
  });
  return tryParts(made, path)!;
}

/** One from the future is: a clock that begins in 1970 at every boot must not make a new one each time. */
function isGood({ cert }: WebIdentity, nowWallMs: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert);
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  return nowWallMs < toMs - RENEWED_BEFORE_MS && toMs - fromMs <= OWN_MS;
}

function tryParts(pem: string, path: string): WebIdentity | undefined {
  const parts = [...pem.matchAll(PARTS)];
  const cert = parts.find(([, kind]) => kind === "CERTIFICATE")?.[0];
  const key = parts.find(([, kind]) => kind!.endsWith("PRIVATE KEY"))?.[0];
  if (cert === undefined || key === undefined) return undefined;
  try {
    return checked(Buffer.from(cert), Buffer.from(key), path);
  } catch {
    return undefined;
  }
}

/** An EC key: a handshake with it costs an ARM core a tenth of what RSA does. */
async function makePem(host: string, nowWallMs: number): Promise<string> {
  const { generate } = await import("selfsigned");
  const name = hostname();
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowWallMs - BEFORE_MS),
    notAfterDate: new Date(nowWallMs - BEFORE_MS + OWN_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: namesOf([host, name, "localhost"]) },
    ],
  });
  return `${made.cert.trim()}\n${made.private.trim()}\n`;
}

function namesOf(hosts: readonly string[]) {
  const some = hosts.filter((host) => host !== "" && host !== "0.0.0.0" && host !== "::");
  return [...new Set(some)].map((host) =>
    isIP(host) > 0 ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  );
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: Error) => {
    throw unusable(path, cause);
  });
}

/** @throws AgentError WEB_BIND */
function checked(cert: Buffer, key: Buffer, path: string): WebIdentity {
  try {
    createSecureContext({ cert, key });
    return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
  } catch (cause) {
    throw unusable(path, cause as Error);
  }
}

function unusable(path: string, cause: Error): AgentError {
  return new AgentError("WEB_BIND", `${path} cannot be used: ${cause.message}`, cause);
}

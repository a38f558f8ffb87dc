/** The road to a server looked at step by step on a real gateway: names, TCP, TLS, certificates, and who has a port. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { lookup, Resolver } from "node:dns/promises";
import { readdir, readFile, readlink } from "node:fs/promises";
import { connect, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { type DetailedPeerCertificate, connect as secure, type TLSSocket } from "node:tls";
import { inTime } from "../in-time.ts";
import type { CertificateSeen, LookedUp, PortHolder, Reach, TcpSeen, TlsSeen, UdpPeer } from "../ports.ts";
import { openClock } from "./clock.ts";

const CHAIN_MAX = 10;
const PEM_MAX = 64;

export function openReach(): Reach {
  const clock = openClock();
  return {
    lookup: (host, timeoutMs) =>
      inTime(clock, timeoutMs, lookUp(host, timeoutMs), { ok: false, code: "TIMEOUT" }),
    tcp,
    tls,
    certificates,
    keyFits,
    addresses,
    udpHolders,
  };
}

/**
 * getaddrinfo(3), as the agent's own connections do; but it cannot be called off, takes half a minute to give up, and the
 * process does not end before it. So where no name server says anything at all, it is not even asked.
 */
async function lookUp(host: string, timeoutMs: number): Promise<LookedUp> {
  if (!(await mayBeAnswered(host, timeoutMs))) return { ok: false, code: "TIMEOUT" };
  try {
    const found = await lookup(host, { all: true, verbatim: true });
    return { ok: true, addresses: found.map(({ address }) => address) };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

/** By a file, by the neighbours (RFC 6762), or by a name server that says anything, if only that it knows nothing. */
async function mayBeAnswered(host: string, timeoutMs: number): Promise<boolean> {
  if (isIP(host) !== 0 || /(^|\.)(local|localhost)\.?$/i.test(host)) return true;
  const hosts = await readFile("/etc/hosts", "latin1").catch(() => "");
  if (hosts.toLowerCase().split(/\s+/).includes(host.toLowerCase())) return true;
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  // Several servers are asked one after the other.
  const timer = setTimeout(() => resolver.cancel(), timeoutMs);
  const code = await resolver.resolve4(host).then(() => "", codeOf);
  clearTimeout(timer);
  return code !== "ETIMEOUT" && code !== "ECANCELLED";
}

function tcp({ host, port }: UdpPeer, timeoutMs: number): Promise<TcpSeen> {
  return new Promise((resolve) => {
    const begunMs = performance.now();
    const socket = connect({ host, port });
    const settle = (seen: TcpSeen): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.setTimeout(timeoutMs, () => settle({ ok: false, code: "TIMEOUT" }));
    socket.once("error", (error) => settle({ ok: false, code: codeOf(error) }));
    socket.once("connect", () => settle({ ok: true, tookMs: Math.round(performance.now() - begunMs) }));
  });
}

const tls: Reach["tls"] = ({ host, port, name, ca, cert, key }, timeoutMs) =>
  new Promise((resolve) => {
    let socket: TLSSocket;
    const settle = (seen: TlsSeen): void => {
      socket?.destroy();
      resolve(seen);
    };
    const fail = (error: unknown): void =>
      settle({
        ok: false,
        code: codeOf(error),
        detail: error instanceof Error ? error.message : String(error),
      });
    try {
      socket = secure({
        host,
        port,
        servername: isIP(name) === 0 ? name : "",
        rejectUnauthorized: false,
        ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
        ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
        ...(key === undefined ? {} : { key: Buffer.from(key) }),
        // Whether it is the right name is told in the same words as all else that is wrong with a certificate.
        checkServerIdentity: () => undefined,
      });
    } catch (error) {
      // A key or certificate that cannot be read is thrown.
      return fail(error);
    }
    socket.setTimeout(timeoutMs, () => settle({ ok: false, code: "TIMEOUT", detail: "no answer" }));
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      const distrust = distrustOf(socket, name);
      settle({
        ok: true,
        protocol: socket.getProtocol() ?? "?",
        chain: chainOf(socket.getPeerCertificate(true)),
        ...(distrust === undefined ? {} : { distrust }),
      });
    });
  });

function distrustOf(socket: TLSSocket, name: string): string | undefined {
  if (!socket.authorized) {
    const why: unknown = socket.authorizationError;
    return why instanceof Error ? codeOf(why) : String(why);
  }
  const certificate = socket.getPeerX509Certificate();
  const fits = isIP(name) === 0 ? certificate?.checkHost(name) : certificate?.checkIP(name);
  return fits === undefined ? "HOSTNAME_MISMATCH" : undefined;
}

/** The last of a chain that ends with itself names itself as its issuer. */
function chainOf(first: DetailedPeerCertificate): readonly CertificateSeen[] {
  const chain: CertificateSeen[] = [];
  let at: DetailedPeerCertificate | undefined = first;
  while (at?.raw !== undefined && chain.length < CHAIN_MAX) {
    chain.push(certificateSeen(new X509Certificate(at.raw)));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
}

function certificates(pem: Uint8Array): readonly CertificateSeen[] | undefined {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (TRUSTED )?CERTIFICATE-----/g);
  if (blocks === null) return undefined;
  try {
    return blocks.slice(0, PEM_MAX).map((block) => certificateSeen(new X509Certificate(block)));
  } catch {
    return undefined;
  }
}

function keyFits(cert: Uint8Array, key: Uint8Array): boolean | undefined {
  try {
    return new X509Certificate(Buffer.from(cert)).checkPrivateKey(createPrivateKey(Buffer.from(key)));
  } catch {
    return undefined;
  }
}

function certificateSeen(certificate: X509Certificate): CertificateSeen {
  const { subject, issuer, validFrom, validTo, ca } = certificate;
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    validFromMs: Date.parse(validFrom),
    validToMs: Date.parse(validTo),
    isAuthority: ca,
  };
}

function oneLine(name: string): string {
  return (name ?? "").replaceAll("\n", ", ");
}

function addresses(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(networkInterfaces()).map(([name, all = []]) => [
      name,
      all.map(({ address }) => address).filter((address) => !address.toLowerCase().startsWith("fe80:")),
    ]),
  );
}

/** Source: proc(5), /proc/net/udp: the local address is the second field, the socket's inode the tenth. */
async function udpHolders(port: number): Promise<readonly PortHolder[] | undefined> {
  const tables = await Promise.all(
    ["/proc/net/udp", "/proc/net/udp6"].map((path) => readFile(path, "latin1").catch(() => "")),
  );
  if (tables.every((table) => table === "")) return undefined;
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = tables.flatMap((table) =>
    table
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(suffix))
      .map((fields) => fields[9] ?? ""),
  );
  return inodes.length === 0 ? [] : holdersOf(new Set(inodes));
}

async function holdersOf(inodes: ReadonlySet<string>): Promise<readonly PortHolder[]> {
  const pids = (await readdir("/proc").catch((): string[] => [])).filter((name) => /^[0-9]+$/.test(name));
  const holders: PortHolder[] = [];
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const [, inode] =
        /^socket:\[([0-9]+)\]$/.exec(await readlink(`${folder}/${name}`).catch(() => "")) ?? [];
      if (inode === undefined || !inodes.has(inode)) continue;
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      holders.push({ pid: Number(pid), program: line.split("\0").filter(Boolean).slice(0, 3).join(" ") });
      break;
    }
  }
  return holders.length === 0 ? [{ pid: undefined, program: undefined }] : holders;
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}

/**
 * SNTP: asks a time server how far our wall clock is off.
 *
 * The 48 octets of a client and nothing more: no keys, no discipline of the clock (that is the gateway's NTP
 * daemon's), and never faster than clock-state.ts asks. Own code because no small client on npm is kept that takes
 * a socket from outside, and the message is one table.
 *
 *   octet   0            1        ...  24..31      32..39      40..47
 *           LI VN mode   stratum       originate   receive     transmit
 *
 * A timestamp is 32 bits of seconds since 1900 and 32 of fraction; seconds below 2^31 count from 2036 on.
 * Source: RFC 4330, sections 3 to 5.
 */
import type { Read } from "../lorawan/read.ts";
import type { Clock, RngStream, Timer, Udp, UdpPeer, UdpSocket } from "../ports.ts";

const SNTP_SIZE_OCTETS = 48;
const SNTP_PORT = 123;
const VERSION_4_CLIENT = 0x23;
const MODE_SERVER = 4;
const LEAP_ALARM = 3;
const STRATUM_MAX = 15;
const ORIGINATE_AT = 24;
const RECEIVE_AT = 32;
const TRANSMIT_AT = 40;
const UNIX_EPOCH_S = 2_208_988_800;
const ERA_S = 2 ** 32;

/**
 * tooShort: no SNTP message. notServer: not the answer of a server. notAsked: it answers another question.
 * unsynchronised: the server does not know the time itself. kissOfDeath: it asks to be left alone.
 */
export type SntpFault = "tooShort" | "notServer" | "notAsked" | "unsynchronised" | "kissOfDeath";

/** @param nonce 8 octets, echoed by the server: our time is none of its business, and a nonce is hard to forge. */
export function writeSntpRequest(nonce: Uint8Array): Buffer {
  const request = Buffer.alloc(SNTP_SIZE_OCTETS);
  request[0] = VERSION_4_CLIENT;
  request.set(nonce.subarray(0, 8), TRANSMIT_AT);
  return request;
}

/**
 * Reads a server's answer.
 * @returns how far the wall clock is behind UTC, in milliseconds (negative: ahead).
 */
export function readSntpAnswer(
  bytes: Buffer,
  nonce: Uint8Array,
  sentWallMs: number,
  receivedWallMs: number,
): Read<number, SntpFault> {
  if (bytes.length < SNTP_SIZE_OCTETS) return { ok: false, fault: "tooShort" };
  if ((bytes[0]! & 0x07) !== MODE_SERVER) return { ok: false, fault: "notServer" };
  if (bytes.compare(nonce, 0, 8, ORIGINATE_AT, ORIGINATE_AT + 8) !== 0)
    return { ok: false, fault: "notAsked" };
  const stratum = bytes[1]!;
  if (stratum === 0) return { ok: false, fault: "kissOfDeath" };
  if (bytes[0]! >> 6 === LEAP_ALARM || stratum > STRATUM_MAX) return { ok: false, fault: "unsynchronised" };
  const reached = unixMs(bytes, RECEIVE_AT) - sentWallMs;
  const returned = unixMs(bytes, TRANSMIT_AT) - receivedWallMs;
  return { ok: true, value: (reached + returned) / 2 };
}

function unixMs(bytes: Buffer, at: number): number {
  const seconds = bytes.readUInt32BE(at);
  const inEra = seconds >= 2 ** 31 ? seconds : seconds + ERA_S;
  return (inEra - UNIX_EPOCH_S) * 1e3 + (bytes.readUInt32BE(at + 4) * 1e3) / ERA_S;
}

/** @param server host or host:port; an IPv6 address with a port stands in brackets. */
export function sntpPeer(server: string): UdpPeer {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  return host === undefined
    ? { host: server, port: SNTP_PORT }
    : { host, port: port === undefined ? SNTP_PORT : Number(port) };
}

export interface SntpParts {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly rng: RngStream;
}

/**
 * Asks one server once.
 * @returns the offset in milliseconds to add to the wall clock, or undefined when no usable answer came in time.
 */
export async function askSntp(
  parts: SntpParts,
  server: string,
  timeoutMs: number,
): Promise<number | undefined> {
  const { udp, clock, rng } = parts;
  const nonce = Buffer.from(Array.from({ length: 8 }, () => rng.below(256)));
  const peer = sntpPeer(server);
  let sentWallMs = 0;
  let timer: Timer | undefined;
  let socket: UdpSocket | undefined;
  try {
    return await new Promise<number | undefined>((resolve, reject) => {
      const local = { host: peer.host.includes(":") ? "::" : "0.0.0.0", port: 0 };
      const onAnswer = (bytes: Buffer): void => {
        const read = readSntpAnswer(bytes, nonce, sentWallMs, clock.wallMs());
        if (read.ok) resolve(read.value);
      };
      udp.bind(local, onAnswer).then((bound) => {
        socket = bound;
        sentWallMs = clock.wallMs();
        timer = clock.after(timeoutMs, () => resolve(undefined));
        bound.send(writeSntpRequest(nonce), peer);
      }, reject);
    });
  } catch {
    // No socket: as good as no answer.
    return undefined;
  } finally {
    timer?.cancel();
    await socket?.close();
  }
}

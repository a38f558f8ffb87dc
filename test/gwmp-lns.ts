/**
 * A network server behind Semtech UDP, stricter than any: what a forwarder must not say is noted as a fault. It opens
 * the Udp port, so it stands in the world as well as on a real socket.
 *
 * Its rules are its peers' (test/vectors/gwmp.json, peerBehaviour): The Things Stack acknowledges a PUSH_DATA and then
 * drops what comes beyond ten datagrams within 10 ms, and lays the highest tmst of each beside its arrival to know the
 * concentrator's clock; chirpstack-mqtt-forwarder wants the mandatory fields of an rxpk and takes no null.
 */
import type { Clock, Udp, UdpPeer, UdpSocket } from "../agent/ports.ts";

/** Source: The Things Stack, pkg/gatewayserver/io/udp/config.go, RateLimitingConfig. */
const BURST = { datagramsMax: 10, withinMs: 10 } as const;
const MANDATORY = ["tmst", "freq", "stat", "modu", "datr", "size", "data"] as const;
/** So long a token means one datagram. */
const TOKEN_MS = 30_000;

type Fields = Readonly<Record<string, unknown>>;

export interface LnsUplink {
  readonly eui: string;
  readonly rxpk: Fields;
  /** As it stood in the datagram. */
  readonly text: string;
  readonly atMs: number;
  /** Counts the PUSH_DATAs. */
  readonly datagram: number;
  /** By how much the clock derived from this datagram was off the concentrator's; undefined: the test has none. */
  readonly clockErrorMs: number | undefined;
}

export interface GwmpLns {
  /** Where it really listens. */
  readonly address: UdpPeer;
  /** What no forwarder may do. */
  readonly faults: string[];
  readonly uplinks: LnsUplink[];
  readonly stats: { readonly text: string; readonly atMs: number }[];
  /** When PULL_DATAs came. */
  readonly pulls: number[];
  readonly txAcks: { readonly token: string; readonly body: string }[];
  /** Every datagram it heard, also those it dropped, and how many it dropped behind its acknowledgement. */
  heard: number;
  dropped: number;
  /** Says nothing; hears and remembers all the same. */
  answersPush: boolean;
  answersPull: boolean;
  /** false: nothing reaches it. */
  listens: boolean;
  /** A PULL_RESP to where the newest PULL_DATA came from. @returns its token, hex. */
  down(txpk: Fields | string, options?: { readonly version?: 1 | 2; readonly eui?: string }): string;
  /** It has forgotten all that it knew of gateways. */
  restart(): void;
  close(): Promise<void>;
}

export interface LnsOptions {
  readonly udp: Udp;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly at: UdpPeer;
  /** The gateways it knows; others get silence. */
  readonly euis: readonly string[];
  /** What the concentrator's counter shows now. */
  readonly trueTmstUs?: () => number;
  readonly onUplink?: (uplink: LnsUplink) => void;
  /**
   * Absent: what comes in bursts is dropped. On a real socket a datagram has come when this process looks, and a busy
   * machine makes bursts of what was sent in good order.
   */
  readonly takesBursts?: boolean;
}

export async function openLns(options: LnsOptions): Promise<GwmpLns> {
  const { udp, clock, at, euis, trueTmstUs, onUplink, takesBursts = false } = options;
  const paths = new Map<string, { peer: UdpPeer; version: number }>();
  const pushed = new Map<string, { atMs: number; body: string }>();
  const asked = new Set<string>();
  let recentMs: number[] = [];
  let nextToken = 0xbe00;
  let datagrams = 0;
  let closed: Promise<void> | undefined;

  const fault = (what: string): void => {
    lns.faults.push(what);
  };
  const answer = (bytes: Buffer, kind: number, to: UdpPeer): void =>
    socket.send(Buffer.from([bytes[0]!, bytes[1]!, bytes[2]!, kind]), to);

  const isBurst = (nowMs: number): boolean => {
    recentMs = [...recentMs.filter((atMs) => nowMs - atMs < BURST.withinMs), nowMs];
    return !takesBursts && recentMs.length > BURST.datagramsMax;
  };

  const onDatagram = (bytes: Buffer, from: UdpPeer): void => {
    if (!lns.listens) return;
    lns.heard += 1;
    const [version, , , kind] = bytes;
    const eui = bytes.toString("hex", 4, 12);
    const body = bytes.toString("utf8", 12);
    const token = bytes.toString("hex", 1, 3);
    if (bytes.length < 12) fault(`too short: ${bytes.toString("hex")}`);
    else if (version !== 1 && version !== 2) fault(`version ${version}`);
    else if (!euis.includes(eui)) fault(`unknown EUI ${eui}`);
    else if (kind === 0) onPush(bytes, from, token, body);
    else if (kind === 2) onPull(bytes, from, eui);
    else if (kind === 5) onTxAck(version, token, body);
    else fault(`kind ${kind}`);
  };

  const onPush = (bytes: Buffer, from: UdpPeer, token: string, body: string): void => {
    const nowMs = clock.monotonicMs();
    const eui = bytes.toString("hex", 4, 12);
    // Of one socket; what only asks has a token of its own, drawn.
    const name = `${from.host}:${from.port}/${token}`;
    const before = body === "{}" ? undefined : pushed.get(name);
    if (before !== undefined && nowMs - before.atMs < TOKEN_MS && before.body !== body)
      fault(`token ${token} of two datagrams`);
    if (body !== "{}") pushed.set(name, { atMs: nowMs, body });
    const said = parsed(body);
    if (said === undefined) {
      fault(`no JSON: ${body}`);
      return;
    }
    if (lns.answersPush) answer(bytes, 1, from);
    if (isBurst(nowMs)) {
      lns.dropped += 1;
      return;
    }
    datagrams += 1;
    for (const key of Object.keys(said)) if (key !== "rxpk" && key !== "stat") fault(`member ${key}`);
    if (said.stat !== undefined) lns.stats.push({ text: body.slice('{"stat":'.length, -1), atMs: nowMs });
    if (Array.isArray(said.rxpk)) onRxpks(eui, said.rxpk as Fields[], body, nowMs);
    else if (said.rxpk !== undefined) fault("rxpk is no array");
  };

  const onRxpks = (eui: string, rxpks: readonly Fields[], body: string, nowMs: number): void => {
    if (rxpks.length === 0) fault("an empty rxpk array");
    const tmsts = rxpks.map(({ tmst }) => Number(tmst));
    const clockErrorMs = trueTmstUs && apartMs(trueTmstUs(), Math.max(...tmsts));
    for (const rxpk of rxpks) {
      for (const key of MANDATORY) if (rxpk[key] === undefined) fault(`rxpk without ${key}`);
      for (const [key, value] of Object.entries(rxpk)) if (value === null) fault(`${key} is null`);
      if (rxpk.modu === "LORA" && typeof rxpk.codr !== "string") fault("rxpk without codr");
      if (!Number.isInteger(rxpk.tmst) || Number(rxpk.tmst) < 0 || Number(rxpk.tmst) >= 2 ** 32)
        fault(`tmst ${rxpk.tmst}`);
      const uplink = { eui, rxpk, text: body, atMs: nowMs, datagram: datagrams, clockErrorMs };
      lns.uplinks.push(uplink);
      onUplink?.(uplink);
    }
  };

  const onPull = (bytes: Buffer, from: UdpPeer, eui: string): void => {
    if (bytes.length !== 12) fault("a PULL_DATA with more");
    lns.pulls.push(clock.monotonicMs());
    paths.set(eui, { peer: from, version: bytes[0]! });
    if (lns.answersPull) answer(bytes, 4, from);
  };

  const onTxAck = (version: number, token: string, body: string): void => {
    if (version === 1) fault("a TX_ACK of version 1");
    if (!asked.delete(token)) fault(`a TX_ACK that answers nothing: ${token}`);
    if (body !== "" && !body.startsWith("{")) fault(`a TX_ACK with ${JSON.stringify(body)}`);
    lns.txAcks.push({ token, body });
  };

  const lns: GwmpLns = {
    address: at,
    faults: [],
    uplinks: [],
    stats: [],
    pulls: [],
    txAcks: [],
    heard: 0,
    dropped: 0,
    answersPush: true,
    answersPull: true,
    listens: true,
    down: (txpk, { version = 2, eui = euis[0]! } = {}) => {
      const path = paths.get(eui);
      if (path === undefined) throw new Error("no PULL_DATA has come");
      const number = version === 1 ? 0 : nextToken++;
      const head = Buffer.from([version, number >> 8, number & 0xff, 3]);
      const token = head.toString("hex", 1, 3);
      if (version === 2) asked.add(token);
      const json = typeof txpk === "string" ? txpk : JSON.stringify({ txpk });
      socket.send(Buffer.concat([head, Buffer.from(json)]), path.peer);
      return token;
    },
    restart: () => {
      paths.clear();
      pushed.clear();
      asked.clear();
    },
    close: () => {
      closed ??= socket.close();
      return closed;
    },
  };
  const socket: UdpSocket = await udp.bind(at, onDatagram);
  return Object.assign(lns, { address: socket.address });
}

function parsed(body: string): Fields | undefined {
  try {
    return JSON.parse(body) as Fields;
  } catch {
    return undefined;
  }
}

/** `a - b` of a 32-bit microsecond counter, in milliseconds, the shorter way round. */
function apartMs(aUs: number, bUs: number): number {
  return (((aUs - bUs) | 0) as number) / 1e3;
}

/** What is in an answer of class A, at so many microseconds behind this tmst. */
export function answerTo(tmstUs: number, behindUs: number): Fields {
  return {
    imme: false,
    tmst: (tmstUs + behindUs) % 2 ** 32,
    freq: 868.1,
    rfch: 0,
    powe: 14,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    ipol: true,
    size: 14,
    ncrc: true,
    data: "YAECAwQAAQABVaq7zN0=",
    // A field that nobody knows is none of our business.
    "x-lns": { route: [1, 2] },
  };
}

/**
 * A south in a simulated world: a forwarder's two sockets, and a keeper whose custody is given by hand.
 */
import type { FrameDraft } from "../../../agent/frame/frame.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import type { CustodyOutcome } from "../../../agent/journal/journal.ts";
import { writePullData, writePushData, writeTxAck } from "../../../agent/lorawan/gwmp.ts";
import type { Phy } from "../../../agent/lorawan/phy.ts";
import type { Rxpk } from "../../../agent/lorawan/rxpk.ts";
import type { Log, UdpSocket } from "../../../agent/ports.ts";
import { createSouth, type South, type SouthParts } from "../../../agent/south/listener.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { WorldUdp } from "../../../simulator/world/udp.ts";

export const EUI = "7276ff0044010010";

const OPEN_FILTER = {
  crc: ["ok"] as ("ok" | "bad" | "none")[],
  lorawanOnly: true,
  netIds: [] as string[],
  devAddrPrefixes: [] as string[],
  joinEuiRanges: [] as [string, string][],
};

const FORWARDER = {
  listen: { host: "127.0.0.1", port: 0 },
  acceptEui: [] as string[],
  gatewaysMax: 4,
  txPowerErrorMeansSent: false,
};

const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT_LOG,
};

interface KeptFrame {
  readonly sequence: number;
  readonly draft: FrameDraft;
  readonly rxpk: Rxpk;
  readonly phy: Phy | undefined;
}

/** Keeps in memory only; custody is given or refused by the test. */
class FakeKeeper {
  readonly kept: KeptFrame[] = [];
  readonly #waiters = new Map<number, ((outcome: CustodyOutcome) => void)[]>();
  #next = 1;
  #inKeep = false;

  keep(
    draft: FrameDraft,
    rxpk: Rxpk,
    phy: Phy | undefined,
    onCustody: (outcome: CustodyOutcome) => void,
  ): number {
    if (this.#inKeep) throw new Error("keep() within keep()");
    const sequence = this.#next++;
    this.kept.push({ sequence, draft, rxpk, phy });
    this.#waiters.set(sequence, [onCustody]);
    return sequence;
  }

  isWanted(): boolean {
    return true;
  }

  whenCustody(sequence: number, onCustody: (outcome: CustodyOutcome) => void): void {
    const waiters = this.#waiters.get(sequence);
    if (waiters) waiters.push(onCustody);
    else onCustody("held");
  }

  settle(sequence: number, outcome: CustodyOutcome): void {
    const waiters = this.#waiters.get(sequence) ?? [];
    this.#waiters.delete(sequence);
    for (const onCustody of waiters) onCustody(outcome);
  }

  settleAll(outcome: CustodyOutcome = "held"): void {
    for (const sequence of [...this.#waiters.keys()]) this.settle(sequence, outcome);
  }

  hasCustody(sequence: number): boolean {
    return !this.#waiters.has(sequence);
  }

  get waiting(): number {
    let waiting = 0;
    for (const waiters of this.#waiters.values()) waiting += waiters.length;
    return waiting;
  }
}

export class Notes {
  readonly values = new Map<string, string>();
  writes = 0;
  get(name: string): string | undefined {
    return this.values.get(name);
  }
  set(name: string, value: string): void {
    this.writes += 1;
    if (value === "") this.values.delete(name);
    else this.values.set(name, value);
  }
}

/** One socket of a packet forwarder. */
interface ForwarderSocket {
  readonly socket: UdpSocket;
  /** What came, as hex. */
  readonly received: string[];
}

export interface Rig {
  readonly clock: WorldClock;
  readonly udp: WorldUdp;
  readonly keeper: FakeKeeper;
  readonly counters: ReturnType<typeof createCounters>;
  readonly notes: Notes;
  readonly south: South;
  readonly gateways: string[];
  /** Those that gave their place away. */
  readonly gone: string[];
  /** Those with frames that wait. */
  readonly waiting: string[];
  /** Stats as they were handed on. */
  readonly statTexts: string[];
  readonly txAcks: { gatewayEui: string; token: number; text: string }[];
  readonly gpsHeard: { utcMs: number; wallMs: number }[];
  readonly settings: { forwarder: typeof FORWARDER; filter: typeof OPEN_FILTER };
  clockState: "gps" | "synchronised" | "unsynchronised";
  /** The forwarder's PUSH_DATA socket. */
  readonly up: ForwarderSocket;
  /** Its PULL_DATA and TX_ACK socket. */
  readonly down: ForwarderSocket;
  open(port: number): Promise<ForwarderSocket>;
  send(from: ForwarderSocket, bytes: Uint8Array): Promise<void>;
  /** PUSH_DATA with this JSON, and the token's two octets. */
  push(json: string | Buffer, token?: [number, number], eui?: string): Promise<void>;
  pull(from?: ForwarderSocket, version?: 1 | 2, token?: [number, number], eui?: string): Promise<void>;
  txAck(text: string, token?: [number, number]): Promise<void>;
}

export interface RigOptions {
  readonly forwarder?: Partial<typeof FORWARDER>;
  readonly filter?: Partial<typeof OPEN_FILTER>;
  readonly notes?: Notes;
  readonly clock?: WorldClock;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? new WorldClock();
  const udp = new WorldUdp(clock);
  const keeper = new FakeKeeper();
  const counters = createCounters();
  const notes = options.notes ?? new Notes();
  const settings = {
    forwarder: { ...FORWARDER, ...options.forwarder },
    filter: { ...OPEN_FILTER, ...options.filter },
  };
  const gateways: string[] = [];
  const gone: string[] = [];
  const txAcks: Rig["txAcks"] = [];
  const statTexts: string[] = [];
  const gpsHeard: Rig["gpsHeard"] = [];
  const parts: SouthParts = {
    udp,
    clock,
    rng: new WorldRng(1),
    log: SILENT_LOG,
    counters,
    settings: () => settings,
    notes,
    clockState: {
      state: () => rig.clockState,
      heardGps: (utcMs, wallMs) => gpsHeard.push({ utcMs, wallMs }),
    },
    keeper,
    onGateway: (gatewayEui) => gateways.push(gatewayEui),
    mayLeave: (gatewayEui) => !rig.waiting.includes(gatewayEui),
    onGatewayGone: (gatewayEui) => gone.push(gatewayEui),
    onTxAck: (gatewayEui, token, text) => txAcks.push({ gatewayEui, token, text }),
    onStat: (_gatewayEui, text) => statTexts.push(text),
  };
  const south = await createSouth(parts);
  const open = async (port: number): Promise<ForwarderSocket> => {
    const received: string[] = [];
    const socket = await udp.bind({ host: "127.0.0.1", port }, (bytes) =>
      received.push(bytes.toString("hex")),
    );
    return { socket, received };
  };
  const send = async (from: ForwarderSocket, bytes: Uint8Array): Promise<void> => {
    from.socket.send(bytes, south.address);
    await clock.advance(0);
    await clock.advance(0);
  };
  const up = await open(50_001);
  const down = await open(50_002);
  const rig: Rig = {
    gone,
    waiting: [],
    clock,
    udp,
    keeper,
    counters,
    notes,
    south,
    gateways,
    txAcks,
    statTexts,
    gpsHeard,
    settings,
    clockState: "unsynchronised",
    up,
    down,
    open,
    send,
    push: (json, token = [0x12, 0x34], eui = EUI) => send(up, writePushData(2, token, eui, json)),
    pull: (from = down, version = 2, token = [0xaa, 0xbb], eui = EUI) =>
      send(from, writePullData(version, token, eui)),
    txAck: (text, token = [0, 1]) => send(down, writeTxAck(2, token, EUI, text)),
  };
  return rig;
}

export interface RxpkShape {
  readonly tmst?: number;
  readonly freq?: number;
  readonly stat?: number;
  readonly lsnr?: number | undefined;
  readonly data?: string;
  readonly [key: string]: unknown;
}

let nextCounter = 0;

/** An unconfirmed data frame's PHYPayload, base64. */
export function phyOf(fCnt: number, devAddr = "26011234"): string {
  const bytes = Buffer.alloc(16);
  bytes[0] = 0x40;
  Buffer.from(devAddr, "hex").reverse().copy(bytes, 1);
  bytes.writeUInt16LE(fCnt & 0xffff, 6);
  bytes[8] = 1;
  bytes.writeUInt32LE(fCnt >>> 0, 12);
  return bytes.toString("base64");
}

/** A LoRa rxpk as the reference forwarder writes it; each call another frame unless `data` is given. */
export function rxpkOf(shape: RxpkShape = {}): string {
  const fCnt = nextCounter++;
  return JSON.stringify({
    tmst: 1_000_000 + fCnt * 1_000,
    chan: 2,
    rfch: 0,
    freq: 868.1,
    stat: 1,
    modu: "LORA",
    datr: "SF7BW125",
    codr: "4/5",
    rssi: -61,
    lsnr: 7.5,
    size: 16,
    data: phyOf(fCnt),
    ...shape,
  });
}

export function pushOf(...rxpks: string[]): string {
  return `{"rxpk":[${rxpks.join(",")}]}`;
}

/** PUSH_ACK of the rig's default token, and others. */
export const PUSH_ACK = "02123401";

/**
 * A packet forwarder and the few devices that it hears: what a small real gateway sends its agent, as little of it as
 * says everything. What whole forwarders and meters do is the fleet's (simulator/gateway, simulator/meter).
 *
 *   PULL_DATA every period · each device's frames on its interval, one PUSH_DATA each · the stat every five minutes
 */
import { loraAirtimeUs } from "../../../agent/lorawan/airtime.ts";
import { readDownward, writePullData, writePushData, writeTxAck } from "../../../agent/lorawan/gwmp.ts";
import type { Clock, RngStream, Timer, UdpPeer, UdpSocket } from "../../../agent/ports.ts";
import type { WorldUdp } from "../../../simulator/world/udp.ts";

const STAT_EVERY_MS = 300_000;
const JITTER = 0.05;
const STORM_EVERY_MS = 10_000;
const STORM_FRAMES = 4;
const RATES = ["SF7BW125", "SF8BW125", "SF9BW125", "SF10BW125"] as const;
const CHANNELS_MHZ = [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9] as const;

export interface RadioHeadParts {
  readonly eui: string;
  /** True time: the concentrator's counter. */
  readonly clock: Clock;
  readonly udp: WorldUdp;
  readonly server: UdpPeer;
  readonly chance: RngStream;
  readonly pullPeriodMs: number;
  readonly devices: number;
  readonly intervalMs: number;
  /** The gateway's own clock, for the stat. */
  readonly wallMs: () => number;
  readonly onPull: () => void;
  /** It runs now, or has died. */
  readonly onChange: () => void;
}

export interface RadioHead {
  start(): Promise<void>;
  /** The process dies. */
  stop(): Promise<void>;
  readonly isRunning: boolean;
  /** The power goes: its counters begin anew. */
  forget(): void;
  /** Share of the frames that still come through the antenna, by device. */
  hearing: (device: number) => boolean;
  /** So many receptions are damaged as well: something disturbs the radio. */
  isStormy: boolean;
  /** Time on air of what it was told to send, milliseconds, and when. */
  readonly emissions: readonly { readonly atMs: number; readonly airtimeMs: number }[];
}

export async function createRadioHead(parts: RadioHeadParts): Promise<RadioHead> {
  const { eui, clock, udp, server, chance } = parts;
  const timers = new Set<Timer>();
  const emissions: { atMs: number; airtimeMs: number }[] = [];
  const fCnts = Array.from({ length: parts.devices }, () => chance.below(1_000));
  const address = 0x26_00_00_00 + chance.below(0x7f_ffff) * 2;
  const counts = { rxnb: 0, rxok: 0, rxfw: 0, dwnb: 0, txnb: 0 };
  let socket: UdpSocket | undefined;
  let token = 0;

  const nextToken = (): [number, number] => {
    token = (token + 1) & 0xffff;
    return [token >> 8, token & 0xff];
  };
  const later = (delayMs: number, run: () => void): void => {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      run();
    });
    timers.add(timer);
  };
  const push = (body: object): void =>
    socket?.send(writePushData(2, nextToken(), eui, JSON.stringify(body)), server);

  const pull = (): void => {
    later(parts.pullPeriodMs, pull);
    parts.onPull();
    socket?.send(writePullData(2, nextToken(), eui), server);
  };

  const speak = (device: number): void => {
    const aheadMs = parts.intervalMs * (1 + JITTER * (2 * chance.unit() - 1));
    later(aheadMs, () => speak(device));
    fCnts[device] = (fCnts[device]! + 1) & 0xffff;
    const drawn = [chance.below(CHANNELS_MHZ.length), chance.below(RATES.length)] as const;
    if (!head.hearing(device)) return;
    counts.rxnb += 1;
    counts.rxok += 1;
    counts.rxfw += 1;
    push({ rxpk: [rxpk(dataFrame(address + device, fCnts[device]!), ...drawn, 1)] });
  };

  const rxpk = (phy: Buffer, channel: number, rate: number, crc: 1 | -1): object => ({
    tmst: Math.round(clock.monotonicMs() * 1_000) % 2 ** 32,
    chan: channel,
    rfch: 0,
    freq: CHANNELS_MHZ[channel],
    stat: crc,
    modu: "LORA",
    datr: RATES[rate],
    codr: "4/5",
    rssi: -60 - chance.below(60),
    lsnr: 9.5 - chance.below(18),
    size: phy.length,
    data: phy.toString("base64"),
  });

  const storm = (): void => {
    later(STORM_EVERY_MS, storm);
    if (!head.isStormy) return;
    const damaged = Array.from({ length: STORM_FRAMES }, () => {
      const phy = Buffer.alloc(12, chance.below(256));
      return rxpk(phy, chance.below(CHANNELS_MHZ.length), chance.below(RATES.length), -1);
    });
    counts.rxnb += STORM_FRAMES;
    counts.rxfw += STORM_FRAMES;
    push({ rxpk: damaged });
  };

  const tell = (): void => {
    later(STAT_EVERY_MS, tell);
    const time = `${new Date(parts.wallMs()).toISOString().slice(0, 19).replace("T", " ")} GMT`;
    push({ stat: { time, ...counts, ackr: 100 } });
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] = 0;
  };

  const onDatagram = (bytes: Buffer, from: UdpPeer): void => {
    const read = readDownward(bytes);
    if (!read.ok || read.value.kind !== "pullResp") return;
    const { txpk } = JSON.parse(read.value.body) as { txpk: { datr: string; size: number } };
    const spreadingFactor = Number(/^SF(\d+)/.exec(txpk.datr)![1]);
    const onAir = { spreadingFactor, bandwidthHz: 125_000, sizeOctets: txpk.size, crc: false };
    emissions.push({ atMs: clock.monotonicMs(), airtimeMs: loraAirtimeUs(onAir) / 1_000 });
    counts.dwnb += 1;
    counts.txnb += 1;
    socket?.send(writeTxAck(2, read.value.token, eui), from);
  };

  const head: RadioHead = {
    get isRunning() {
      return socket !== undefined;
    },
    hearing: () => true,
    isStormy: false,
    emissions,
    start: async () => {
      socket ??= await udp.bind({ host: "127.0.0.1", port: 0 }, onDatagram);
      parts.onChange();
      pull();
      later(STAT_EVERY_MS * chance.unit(), tell);
      later(STORM_EVERY_MS, storm);
      for (const device of fCnts.keys()) later(parts.intervalMs * chance.unit(), () => speak(device));
    },
    stop: async () => {
      for (const timer of timers) timer.cancel();
      timers.clear();
      const closing = socket;
      socket = undefined;
      parts.onChange();
      await closing?.close();
    },
    forget: () => {
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] = 0;
    },
  };
  return head;
}

/** PHYPayload of an unconfirmed data frame; nobody here has its key. */
function dataFrame(devAddr: number, fCnt: number): Buffer {
  const phy = Buffer.alloc(24);
  phy.writeUInt8(0x40, 0);
  phy.writeUInt32LE(devAddr, 1);
  phy.writeUInt16LE(fCnt, 6);
  phy.writeUInt8(2, 8);
  phy.writeUInt32LE((fCnt * 2_654_435_761) >>> 0, 12);
  phy.writeUInt32LE((devAddr ^ fCnt) >>> 0, 20);
  return phy;
}

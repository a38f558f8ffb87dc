/**
 * The process that plays a packet forwarder under load: PULL_DATA every ten seconds, PUSH_DATA with one frame each.
 *
 * No two frames are alike: the tmst is the running microsecond, and five hundred meters count up in turn. A frame
 * unanswered for UNANSWERED_MS_MAX is given up, so that a datagram which the kernel dropped does not keep its place
 * in the window for ever; it is missing in the number acknowledged.
 */
import { createSocket } from "node:dgram";
import { quantile } from "./figure.ts";
import type { Load, Measured } from "./load.ts";

const EUI = Buffer.from("7076ff0056010203", "hex");
const VERSION = 2;
const PUSH_DATA = 0;
const PUSH_ACK = 1;
const PULL_DATA = 2;
const PULL_EVERY_MS = 10_000;
const UNANSWERED_MS_MAX = 4_000;
const METERS = 500;
/** A water meter's reading: header, port, 27 octets, MIC. */
const PHY_OCTETS = 40;
const HEAD_OCTETS = 12 + '{"rxpk":['.length;
const TAIL_OCTETS = "]}".length;
const TOKENS = 65_536;
/** Sent in one turn of the loop: the kernel's receive buffer must hold a burst. */
const BURST_MAX = 128;
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024;
const WINDOW_LOOKED_AT_EVERY_MS = 5;

const socket = createSocket("udp4");
const sentAtMs = new Float64Array(TOKENS);
const counters = new Uint16Array(METERS);
const phy = Buffer.alloc(PHY_OCTETS, 0x5a);
let meter = 0;
let token = 0;
let lastTmstUs = 0;

let randomAddresses = false;

function pushData(): Buffer {
  meter = (meter + 1) % METERS;
  counters[meter]! += 1;
  phy[0] = 0x40;
  phy.writeUInt32LE(randomAddresses ? (Math.random() * 2 ** 32) >>> 0 : 0x26010000 + meter, 1);
  phy[5] = 0x80;
  phy.writeUInt16LE(counters[meter]!, 6);
  phy[8] = 2;
  phy.writeUInt32LE((lastTmstUs * 2_654_435_761) >>> 0, PHY_OCTETS - 4);
  lastTmstUs = Math.max(lastTmstUs + 1, Math.floor(performance.now() * 1e3));
  const channel = meter % 8;
  const frequency = (867.1 + channel * 0.2).toFixed(6);
  const rxpk =
    `{"rxpk":[{"jver":1,"tmst":${lastTmstUs % 2 ** 32},"chan":${channel},"rfch":${channel >> 2},"freq":${frequency}` +
    `,"mid": ${channel},"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssis":-97,"lsnr":7.8,"foff":-512` +
    `,"rssi":-96,"size":${PHY_OCTETS},"data":"${phy.toString("base64")}"}]}`;
  const datagram = Buffer.allocUnsafe(12 + rxpk.length);
  token = (token + 1) % TOKENS;
  datagram[0] = VERSION;
  datagram.writeUInt16BE(token, 1);
  datagram[3] = PUSH_DATA;
  EUI.copy(datagram, 4);
  datagram.write(rxpk, 12, "latin1");
  return datagram;
}

function pullData(): Buffer {
  return Buffer.concat([Buffer.from([VERSION, 0, 0, PULL_DATA]), EUI]);
}

async function run(load: Load): Promise<Measured> {
  const latenciesMs: number[] = [];
  randomAddresses = load.randomAddresses === true;
  const startMs = performance.now();
  const endMs = startMs + load.durationMs;
  let sent = 0;
  let unanswered = 0;
  let acknowledged = 0;
  let inTime = 0;
  let pullDueMs = startMs;
  // A full window refills itself by its acknowledgements.
  const pauseMs =
    load.kind === "paced" ? Math.max(1, Math.min(50, 1e3 / load.perSecond)) : WINDOW_LOOKED_AT_EVERY_MS;
  sentAtMs.fill(0);

  const send = (): void => {
    const datagram = pushData();
    if (sentAtMs[token] !== 0) unanswered -= 1;
    sentAtMs[token] = performance.now();
    socket.send(datagram, load.port, "127.0.0.1");
    sent += 1;
    unanswered += 1;
  };
  const onMessage = (bytes: Buffer): void => {
    if (bytes[3] !== PUSH_ACK) return;
    const of = bytes.readUInt16BE(1);
    if (sentAtMs[of] === 0) return;
    const nowMs = performance.now();
    latenciesMs.push(nowMs - sentAtMs[of]!);
    sentAtMs[of] = 0;
    unanswered -= 1;
    acknowledged += 1;
    if (nowMs >= endMs) return;
    inTime += 1;
    if (load.kind === "windowed") refill(nowMs);
  };
  const giveUp = (nowMs: number): void => {
    for (let of = 0; of < TOKENS; of++) {
      if (sentAtMs[of] === 0 || nowMs - sentAtMs[of]! < UNANSWERED_MS_MAX) continue;
      sentAtMs[of] = 0;
      unanswered -= 1;
    }
  };
  const due = (nowMs: number): number =>
    load.kind === "paced"
      ? Math.floor(((nowMs - startMs) * load.perSecond) / 1e3) + 1 - sent
      : load.unansweredMax - unanswered;

  const refill = (nowMs: number): void => {
    for (let left = Math.min(due(nowMs), BURST_MAX); left > 0; left--) send();
  };

  socket.on("message", onMessage);
  while (performance.now() < endMs) {
    const nowMs = performance.now();
    if (nowMs >= pullDueMs) {
      socket.send(pullData(), load.port, "127.0.0.1");
      pullDueMs = nowMs + PULL_EVERY_MS;
      giveUp(nowMs);
    }
    refill(nowMs);
    await after(pauseMs);
  }
  const lateMs = performance.now() + UNANSWERED_MS_MAX;
  while (unanswered > 0 && performance.now() < lateMs) await after(5);
  socket.off("message", onMessage);
  return {
    sent,
    acknowledged,
    perSecond: (inTime * 1e3) / load.durationMs,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    rxpkOctets: pushData().length - HEAD_OCTETS - TAIL_OCTETS,
  };
}

function after(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

// The acknowledgements of a whole commit come at once.
socket.bind(0, "127.0.0.1", () => socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS));
process.on("message", (load: Load) => void run(load).then((measured) => process.send!(measured)));
process.once("disconnect", () => process.exit());

/** The process in which a floor is measured; what each is stands in floor.ts. */
import { randomFillSync } from "node:crypto";
import { createSocket } from "node:dgram";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { quantile } from "./figure.ts";
import type { FloorAnswer, FloorQuestion } from "./floor.ts";
import { writtenOctets } from "./process-reading.ts";

const ACK_OCTETS = 4;
const SYNCED_OCTETS = 4_096;
const KEY_OCTETS = 9;
/** An index entry is a key, in as many places as there are devices; the tally is one small value, each time anew. */
const INDEX = 0x6c;
const INDEX_OCTETS = 29;
const INDEX_PLACES = 5_000;
const TALLY_KEY = Buffer.from("mtally");
const TALLY_OCTETS = 36;
const NOTHING = Buffer.alloc(0);
/** Records are text: half of what is written can be pressed out, as of an rxpk. */
const RANDOM_SHARE = 0.5;

function echo(): Promise<FloorAnswer> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => {
    const ack = Buffer.from(bytes.subarray(0, ACK_OCTETS));
    ack[3] = 1;
    socket.send(ack, from.port, from.address);
  });
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      try {
        socket.setRecvBufferSize(4 * 1024 * 1024);
      } catch {
        // Its default will do.
      }
      resolve({ port: socket.address().port });
    });
  });
}

type Store = Level<Buffer, Buffer>;

async function openStore(directory: string): Promise<Store> {
  const level: Store = new Level(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
  await level.open();
  return level;
}

function write(batch: ReturnType<Store["batch"]>, sync: boolean): Promise<void> {
  return (batch.write as (options: { sync: boolean }) => Promise<void>)({ sync });
}

const random = randomFillSync(Buffer.alloc(1024 * 1024));

function recordOf(number: number, octets: number): Buffer {
  const value = Buffer.alloc(octets);
  const at = (number * 61) % (random.length - octets);
  random.copy(value, 0, at, at + octets * RANDOM_SHARE);
  return value;
}

function recordKey(number: number): Buffer {
  const key = Buffer.alloc(KEY_OCTETS);
  key.writeDoubleBE(number, 1);
  return key;
}

function indexKey(number: number): Buffer {
  const index = Buffer.alloc(INDEX_OCTETS);
  index[0] = INDEX;
  index.writeUInt32BE(INDEX_PLACES + (number % INDEX_PLACES), 10);
  index.writeDoubleBE(number, INDEX_OCTETS - 11);
  return index;
}

function putRecord(
  batch: ReturnType<Store["batch"]>,
  number: number,
  octets: number,
  indexed: boolean,
): void {
  batch.put(recordKey(number), recordOf(number, octets));
  if (indexed) batch.put(indexKey(number), NOTHING);
}

async function store(question: FloorQuestion & { kind: "store" }): Promise<FloorAnswer> {
  const { directory, recordOctets, batch, durationMs, indexed } = question;
  const level = await openStore(join(directory, "store"));
  const fromUs = cpuUs();
  const fromMs = performance.now();
  const fromOctets = writtenOctets(process.pid);
  let records = 0;
  while (performance.now() - fromMs < durationMs) {
    const chained = level.batch();
    for (let i = 0; i < batch; i++) putRecord(chained, records++, recordOctets, indexed);
    if (indexed) chained.put(TALLY_KEY, Buffer.alloc(TALLY_OCTETS));
    await write(chained, true);
  }
  const tookS = (performance.now() - fromMs) / 1e3;
  const cpuUsPerRecord = (cpuUs() - fromUs) / records;
  const octets = writtenOctets(process.pid) - fromOctets;
  await level.close();
  return { perSecond: records / tookS, cpuUsPerRecord, octetsPerRecord: octets / records };
}

const QUEUE_BATCH = 512;
const AT_ONCE = 64;

async function queue(question: FloorQuestion & { kind: "queue" }): Promise<FloorAnswer> {
  const { directory, recordOctets, records } = question;
  const level = await openStore(join(directory, "store"));
  for (let from = 0; from < records; from += QUEUE_BATCH) {
    const chained = level.batch();
    for (let at = from; at < Math.min(records, from + QUEUE_BATCH); at++)
      putRecord(chained, at, recordOctets, true);
    await write(chained, false);
  }
  const fromUs = cpuUs();
  const fromMs = performance.now();
  for (let from = 0; from < records; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, records - from) }, (_, at) => from + at);
    await Promise.all(numbers.map((number) => level.get(recordKey(number))));
    const chained = level.batch();
    for (const number of numbers) chained.del(recordKey(number)).del(indexKey(number));
    await write(chained.put(TALLY_KEY, Buffer.alloc(TALLY_OCTETS)), false);
  }
  const tookS = (performance.now() - fromMs) / 1e3;
  const cpuUsPerRecord = (cpuUs() - fromUs) / records;
  await level.close();
  return { perSecond: records / tookS, cpuUsPerRecord };
}

const KEYS_AT_ONCE = 2_048;

async function walk({ directory }: FloorQuestion & { kind: "walk" }): Promise<FloorAnswer> {
  const fromMs = performance.now();
  const level = await openStore(directory);
  const iterator = level.iterator({ gte: Buffer.from([INDEX]), lt: Buffer.from([INDEX + 1]), values: false });
  let keys = 0;
  for (;;) {
    const read = await iterator.nextv(KEYS_AT_ONCE);
    if (read.length === 0) break;
    keys += read.length;
  }
  await iterator.close();
  const tookMs = performance.now() - fromMs;
  await level.close();
  return { keys, tookMs };
}

async function file(question: FloorQuestion & { kind: "file" }): Promise<FloorAnswer> {
  const { directory, recordOctets, batch, records } = question;
  const appended = await open(join(directory, "records"), "a");
  const fromOctets = writtenOctets(process.pid);
  for (let from = 0; from < records; from += batch) {
    const octets = Array.from({ length: batch }, (_, at) => recordOf(from + at, recordOctets));
    await appended.appendFile(Buffer.concat(octets));
    await appended.datasync();
  }
  const octets = writtenOctets(process.pid) - fromOctets;
  await appended.close();
  return { octetsPerRecord: octets / (Math.ceil(records / batch) * batch) };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function twoSyncs(question: FloorQuestion & { kind: "twoSyncs" }): Promise<FloorAnswer> {
  const file = await open(join(question.directory, "synced"), "a");
  const tookMs: number[] = [];
  for (let i = 0; i < question.times; i++) {
    const fromMs = performance.now();
    for (let twice = 0; twice < 2; twice++) {
      await file.appendFile(Buffer.alloc(SYNCED_OCTETS, i));
      await file.datasync();
    }
    tookMs.push(performance.now() - fromMs);
  }
  await file.close();
  return { p50Ms: quantile(tookMs, 0.5), p99Ms: quantile(tookMs, 0.99) };
}

function answer(question: FloorQuestion): Promise<FloorAnswer> {
  switch (question.kind) {
    case "echo":
      return echo();
    case "store":
      return store(question);
    case "queue":
      return queue(question);
    case "walk":
      return walk(question);
    case "file":
      return file(question);
    case "twoSyncs":
      return twoSyncs(question);
  }
}

process.on(
  "message",
  (question: FloorQuestion) => void answer(question).then((given) => process.send!(given)),
);
process.once("disconnect", () => process.exit());

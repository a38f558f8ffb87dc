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

async function store(question: FloorQuestion & { kind: "store" }): Promise<FloorAnswer> {
  const { directory, recordOctets, batch, durationMs } = question;
  const encodings = { keyEncoding: "buffer", valueEncoding: "buffer" };
  const level = new Level<Buffer, Buffer>(join(directory, "store"), encodings);
  await level.open();
  const random = randomFillSync(Buffer.alloc(1024 * 1024));
  const fromMs = performance.now();
  const fromOctets = writtenOctets(process.pid);
  let records = 0;
  while (performance.now() - fromMs < durationMs) {
    const chained = level.batch();
    for (let i = 0; i < batch; i++) {
      const key = Buffer.alloc(KEY_OCTETS);
      key.writeDoubleBE(records++, 1);
      const value = Buffer.alloc(recordOctets);
      const at = (records * 61) % (random.length - recordOctets);
      random.copy(value, 0, at, at + recordOctets * RANDOM_SHARE);
      chained.put(key, value);
    }
    await (chained.write as (options: { sync: boolean }) => Promise<void>)({ sync: true });
  }
  const tookS = (performance.now() - fromMs) / 1e3;
  const octets = writtenOctets(process.pid) - fromOctets;
  await level.close();
  return { perSecond: records / tookS, octetsPerRecord: octets / records };
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
  if (question.kind === "echo") return echo();
  return question.kind === "store" ? store(question) : twoSyncs(question);
}

process.on(
  "message",
  (question: FloorQuestion) => void answer(question).then((given) => process.send!(given)),
);
process.once("disconnect", () => process.exit());

/**
 * Goal: a PUSH_ACK is a promise that a power cut cannot break. On an agent whose core is down, the frame's record is
 * written to the journal's log and fdatasync has returned before the PUSH_ACK leaves; and a journal cut to what was
 * synced at any of these moments opens with every frame acknowledged until then.
 * Method: the agent under strace, which dates every write, sync and datagram. (Killing proves nothing here: the page
 * cache survives a process.)
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { deriveHeard } from "../../agent/frame/heard.ts";
import { openClock } from "../../agent/host/clock.ts";
import { openFiles } from "../../agent/host/files.ts";
import { openStores } from "../../agent/host/store.ts";
import { openJournal } from "../../agent/journal/store-journal.ts";
import { testFolder } from "../test-folder.ts";
import { until } from "../until.ts";
import { writtenLog } from "./north/core-world.ts";
import { createGateway, type Forwarder, openForwarder } from "./run-rig.ts";

const FRAMES = 60;
const CALLS = "write,pwrite64,fdatasync,fsync,sendto,sendmsg,sendmmsg,recvmsg,recvmmsg,recvfrom";

/** A call that ended well: when it began and when it had returned, in seconds. */
interface Call {
  readonly name: string;
  readonly beganS: number;
  readonly returnedS: number;
  /** Its arguments, strings as latin-1. */
  readonly text: string;
  /** The octets of its strings. */
  readonly strings: readonly Buffer[];
  readonly result: number;
}

type Begun = Pick<Call, "name" | "beganS" | "text">;

/** What `strace -f -ttt -T -xx -y` wrote; a call that was interrupted by another thread stands on two lines. */
function readTrace(trace: string): Call[] {
  const begun = new Map<string, Begun>();
  const calls: Call[] = [];
  const end = (call: Begun, rest: string): void => {
    const ended = /^(.*)\) += (-?\d+).*<(\d+\.\d+)>$/s.exec(rest);
    if (ended === null) return;
    const [, more = "", result = "", took = ""] = ended;
    const returnedS = call.beganS + Number(took);
    const escaped = call.text + more;
    const strings = [...escaped.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, string]) => octetsOf(string!));
    calls.push({ ...call, text: unescaped(escaped), strings, returnedS, result: Number(result) });
  };
  for (const line of trace.split("\n")) {
    const [, thread = "", at = "", what = ""] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(what);
    const started = /^(\w+)\((.*)$/.exec(what);
    if (resumed !== null) {
      const call = begun.get(thread);
      begun.delete(thread);
      if (call !== undefined) end(call, resumed[2]!);
    } else if (started !== null) {
      const call = { name: started[1]!, beganS: Number(at), text: "" };
      const unfinished = / <unfinished \.\.\.>$/;
      if (unfinished.test(started[2]!)) {
        begun.set(thread, { ...call, text: started[2]!.replace(unfinished, "") });
      } else end(call, started[2]!);
    }
  }
  return calls.sort((one, other) => one.returnedS - other.returnedS);
}

function unescaped(text: string): string {
  return text.replaceAll(/(?:\\x[0-9a-f]{2})+/g, (octets) => octetsOf(octets).toString("latin1"));
}

function octetsOf(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll("\\x", ""), "hex");
}

// -------------------------------------------------------------------------------------- one traced run

interface Traced {
  readonly calls: readonly Call[];
  readonly forwarder: Forwarder;
  /** A copy of the journal as the killed agent left it. */
  readonly journal: string;
}

async function traceOutage(): Promise<Traced> {
  const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
  const traceFile = join(gateway.directory, "trace");
  const strace = [
    "strace",
    "-f",
    "-ttt",
    "-T",
    "-xx",
    "-y",
    "-s",
    "70000",
    "-e",
    `trace=${CALLS}`,
    "-o",
    traceFile,
  ];
  const agent = await gateway.start({ under: strace });
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  await until(() => forwarder.pullAcks === 1, "a PULL_ACK");
  for (let fCnt = 0; fCnt < FRAMES; fCnt++) {
    forwarder.push(`260100${10 + (fCnt % 13)}`, fCnt);
    // Some arrive together, some alone; what each waits for is its own commit.
    if (fCnt % 4 === 3) await until(() => forwarder.acked.size > fCnt - 8, "PUSH_ACKs");
  }
  await until(() => forwarder.acked.size === FRAMES, "every PUSH_ACK");
  // The last PUSH_ACK may have come before strace has written that it left; the thread goes on only when it has.
  forwarder.pull();
  await until(() => forwarder.pullAcks === 2, "another PULL_ACK");
  await agent.kill();
  const journal = mkdtempSync(join(tmpdir(), "journal-"));
  cpSync(gateway.journal, journal, { recursive: true });
  return { calls: readTrace(readFileSync(traceFile, "latin1")), forwarder, journal };
}

beforeAll(() => {
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
  } catch {
    throw new Error(
      "strace is not installed, and what it shows cannot be shown otherwise: `npm run verify` installs it, " +
        "or `apt-get install strace`",
    );
  }
});

describe("an agent whose core is down", () => {
  test("has each frame synced before its PUSH_ACK leaves, and a cut at any sync keeps all acknowledged", async () => {
    const { calls, forwarder, journal } = await traceOutage();
    onTestFinished(() => rmSync(journal, { recursive: true, force: true }));
    const log = logOf(calls);
    const writes = calls.filter(({ name, text }) => name.includes("write") && text.includes(log));
    const syncs = calls.filter(({ name, text }) => name.endsWith("sync") && text.includes(log));
    const pushes = received(calls);
    const acks = sent(calls);
    expect(pushes.size).toBe(FRAMES);
    expect(acks.size).toBe(FRAMES);
    expect(syncs.length).toBeGreaterThan(3);

    /** When each frame was acknowledged, by the PHYPayload. */
    const ackedS = new Map<string, number>();
    for (const [token, push] of pushes) {
      const phy = phyIn(push.text);
      const ack = acks.get(token);
      expect(ack, `a PUSH_ACK for ${phy}`).toBeDefined();
      ackedS.set(phy, ack!.beganS);
      const record = writes.find(({ text }) => text.includes(base64Of(phy)));
      expect(record, `a record of ${phy}`).toBeDefined();
      expect(record!.beganS).toBeGreaterThan(push.beganS);
      const sync = syncs.find(({ beganS }) => beganS >= record!.returnedS);
      expect(sync?.result).toBe(0);
      expect(sync!.returnedS, "fdatasync returns before the PUSH_ACK leaves").toBeLessThan(ack!.beganS);
    }
    expect([...ackedS.keys()].sort()).toEqual([...forwarder.sent].sort());

    let checked = 0;
    for (const [i, sync] of syncs.entries()) {
      const untilS = syncs[i + 1]?.returnedS ?? Number.POSITIVE_INFINITY;
      const promised = [...ackedS].filter(([, atS]) => atS < untilS).map(([phy]) => phy);
      const isLast = i === syncs.length - 1;
      if (!isLast && i % 5 !== 4) continue;
      const syncedOctets = writes
        .filter(({ returnedS }) => returnedS <= sync.beganS)
        .reduce((octets, { result }) => octets + result, 0);
      const kept = await framesOfCut(journal, log, syncedOctets);
      expect(
        promised.filter((phy) => !kept.has(phy)),
        `cut at ${syncedOctets} octets`,
      ).toEqual([]);
      checked += promised.length;
      if (isLast) expect(promised).toHaveLength(FRAMES);
    }
    expect(checked).toBeGreaterThan(FRAMES);
  }, 120_000);
});

/** The file that LevelDB writes ahead to: the only one while nothing is compacted. */
function logOf(calls: readonly Call[]): string {
  const logs = calls.flatMap(({ name, text }) =>
    name.endsWith("sync") ? (/<([^>]*\.log)>/.exec(text)?.[1] ?? []) : [],
  );
  const newest = logs.at(-1);
  if (newest === undefined) throw new Error("nothing was ever synced");
  return newest;
}

/** PUSH_DATAs as they arrived, by token. */
function received(calls: readonly Call[]): Map<string, Call> {
  return datagrams(calls, "recv", (octets) => octets.length > 12 && octets[3] === 0);
}

/** PUSH_ACKs as they left, by token. */
function sent(calls: readonly Call[]): Map<string, Call> {
  return datagrams(calls, "send", (octets) => octets.length === 4 && octets[3] === 1);
}

function datagrams(calls: readonly Call[], name: string, is: (octets: Buffer) => boolean): Map<string, Call> {
  const found = new Map<string, Call>();
  for (const call of calls) {
    if (!call.name.startsWith(name)) continue;
    for (const octets of call.strings) if (is(octets)) found.set(octets.toString("hex", 1, 3), call);
  }
  return found;
}

function phyIn(datagram: string): string {
  return Buffer.from(/"data":"([^"]*)"/.exec(datagram)![1]!, "base64").toString("hex");
}

function base64Of(phy: string): string {
  return Buffer.from(phy, "hex").toString("base64");
}

/** Opens a copy whose log was cut, as after a power cut. @returns the PHYPayloads it holds, hex. */
async function framesOfCut(journal: string, log: string, octets: number): Promise<Set<string>> {
  const directory = testFolder("cut");
  cpSync(journal, directory, { recursive: true });
  truncateSync(join(directory, basename(log)), octets);
  const opened = await openJournal({
    stores: openStores(),
    files: openFiles(),
    clock: openClock(),
    log: writtenLog(),
    directory,
    cores: ["main"],
    commitIntervalMs: 80,
  });
  const kept = new Set<string>();
  for (const { lane } of opened.backlog("main")) {
    let after = -1;
    for (;;) {
      const frame = await opened.next("main", lane, after);
      if (frame === undefined) break;
      after = frame.sequence;
      const heard = deriveHeard(frame);
      if (heard.ok) kept.add(heard.value.rxpk.payload.toString("hex"));
    }
  }
  await opened.close();
  return kept;
}

/**
 * The whole pipeline on a gateway's processor: GWMP in, a journal that grows until LevelDB compacts, a restart, and
 * everything out to a real Mosquitto.
 */
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import { freePort } from "../../free-port.ts";
import { startMosquitto } from "../../mosquitto.ts";
import { until } from "../../until.ts";
import { dataPhy } from "../agent-world.ts";
import { readUplink } from "../chirpstack.ts";
import { endAll, reader } from "../north/mosquitto-core.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  type Gateway,
  openForwarder,
  type RunningAgent,
  rxpkOf,
} from "../run-rig.ts";

const RXPK_PER_DATAGRAM = 20;
const DATAGRAMS_UNDER_WAY = 16;
const READY_MS_MAX = 90_000;
const DELIVERED_MS_MAX = 400_000;
/** A key that nobody knows is kept as it was heard, and fills LevelDB's write buffer (4 MiB) by 1,500 frames. */
const FILLER = randomBytes(1_900).toString("base64");

export interface Passage {
  /** Frames that find no core and go to disk. */
  readonly stored: number;
  /** Frames that come after the restart, when there is one. */
  readonly live: number;
  /** Of the stored ones, how many are waited for: the courier takes its time. */
  readonly replayed: number;
  /** The words that start the agent. */
  readonly program: readonly string[];
}

/** @returns what LevelDB has done meanwhile: tables that are there, and merges by its own log. */
export async function passThrough({ stored, live, replayed, program }: Passage) {
  onTestFinished(endAll);
  const port = await freePort();
  const gateway = createGateway({
    servers: [`mqtt://127.0.0.1:${port}`],
    tables: { journal: 'commit_interval = "50ms"' },
    core: "replay_pairing = false\n",
  });
  const start = () => gateway.start({ program, readyMsMax: READY_MS_MAX });
  const first = await start();
  const forwarder = await openForwarder(first.port);
  await fill(forwarder, first, 0, stored);
  expect((await askJournal(gateway)).storedFrames).toBe(stored);
  await end(first);

  const mosquitto = await startMosquitto({ port });
  onTestFinished(mosquitto.kill);
  const heard = new Set<string>();
  const lns = await reader(mosquitto, `eu868/gateway/${EUI}/event/up`);
  lns.client.on("message", (_topic, payload) => heard.add(readUplink(payload).phy));
  const second = await start();
  expect(await framesFound(gateway)).toBeGreaterThan(stored / 2);
  forwarder.port = second.port;
  await fill(forwarder, second, stored, stored + live);
  const wanted = live + replayed;
  await until(() => heard.size >= wanted, `${wanted} frames at the core`, DELIVERED_MS_MAX).catch((error) => {
    throw new Error(`${error.message}: ${heard.size} came\n${second.stderr().slice(-2_000)}`);
  });
  await end(second);
  const files = readdirSync(gateway.journal, { recursive: true }).map(String);
  return {
    tables: files.filter((name) => name.endsWith(".ldb")).length,
    merges: mergesIn(files.map((name) => join(gateway.journal, name))),
  };
}

/**
 * On a processor so slow it may not have closed everything in the time that it gives itself (run.ts, STOP_MS_MAX): then it
 * ends by SIGTERM, which is as clean. What it has acknowledged it has in either case.
 */
async function end(agent: RunningAgent): Promise<void> {
  const { code, signal } = await agent.stop();
  expect(signal ?? code, agent.stderr().slice(-2_000)).toBeOneOf([0, "SIGTERM"]);
}

/** A large journal is still being opened when the agent listens already. @returns frames, once there are any. */
async function framesFound(gateway: Gateway): Promise<number> {
  for (const untilMs = Date.now() + READY_MS_MAX; Date.now() < untilMs; ) {
    const { storedFrames } = await askJournal(gateway);
    if (storedFrames > 0) return storedFrames;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return 0;
}

async function askJournal({ socket }: Gateway): Promise<AgentStatus["journal"]> {
  const { body } = await openControlDoor().ask(socket, { method: "GET", path: "/status", body: undefined });
  return (body as AgentStatus).journal;
}

/** As LevelDB's own logs say, the newest and the one before it. */
function mergesIn(files: readonly string[]): number {
  const logs = files.filter((name) => /\/LOG(\.old)?$/.test(name));
  return logs.flatMap((name) => readFileSync(name, "utf8").match(/Compacted \d+@/g) ?? []).length;
}

/** Fills the journal with these frames as fast as it acknowledges. @throws when the agent ends. */
export async function fill(
  forwarder: Forwarder,
  agent: RunningAgent,
  from: number,
  to: number,
): Promise<void> {
  let ended: unknown;
  void agent.ended.then((how) => {
    ended = how;
  });
  const acked = (since: number): boolean =>
    forwarder.sent.slice(since).every((id) => forwarder.acked.has(id));
  let batch = 0;
  for (let at = from; at < to; at += RXPK_PER_DATAGRAM) {
    const texts = Array.from({ length: Math.min(RXPK_PER_DATAGRAM, to - at) }, (_, k) => frame(at + k));
    forwarder.pushBody(`{"rxpk":[${texts.join()}]}`, `datagram ${at}`);
    batch += 1;
    if (batch % DATAGRAMS_UNDER_WAY !== 0 && at + RXPK_PER_DATAGRAM < to) continue;
    const sent = forwarder.sent.length;
    await until(
      () => acked(Math.max(0, sent - DATAGRAMS_UNDER_WAY)) || ended !== undefined,
      "acknowledgements",
      60_000,
    );
    if (ended !== undefined) throw new Error(`the agent ended: ${JSON.stringify(ended)}`);
  }
}

function frame(at: number): string {
  const rxpk = rxpkOf(dataPhy((0x26010000 + at).toString(16), 1));
  return `${rxpk.slice(0, -1)},"filler":"${FILLER}"}`;
}

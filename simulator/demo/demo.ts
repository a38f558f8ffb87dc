/**
 * The demo: the main job, seen by a user. Two gateways, each with its own edge-agent process, meters that both hear,
 * a core, and three outages; then the verdict of a ledger that knows no agent code.
 *
 * The wiring only. What happens when is in story.ts; who judges is simulator/ledger.ts. Agents reach the core through
 * a relay that can be cut (backhaul.ts), so any broker will do.
 */

import { createSocket } from "node:dgram";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { AgentError } from "../../agent/errors.ts";
import { openClock } from "../../agent/host/clock.ts";
import { openMqtt } from "../../agent/host/mqtt.ts";
import { openUdp } from "../../agent/host/udp.ts";
import type { Clock, Log } from "../../agent/ports.ts";
import { createAir } from "../air/air.ts";
import { EMBEDDED_MQTT_VERSION, openBroker } from "../core/broker.ts";
import { createRigCore } from "../core/core.ts";
import { deliveryLine } from "../core/delivery.ts";
import { createForwarder } from "../gateway/forwarder.ts";
import { MANNERS } from "../gateway/manner.ts";
import { createLedger, type Ledger, type LedgerDocument } from "../ledger.ts";
import { createFleet, drawMembers } from "../meter/fleet.ts";
import { troublesOf } from "../report/verdict.ts";
import { storyLines, verdictLines } from "../report/words.ts";
import { WorldRng } from "../world/rng.ts";
import { type AgentProcess, createAgentProcess } from "./agent-process.ts";
import { type Backhaul, openBackhaul } from "./backhaul.ts";
import { type Buffers, watchBuffers } from "./buffers.ts";
import { openScreen } from "./screen.ts";
import { type Deed, type Story, tellStory } from "./story.ts";

const EUIS = ["02f1eefffe000001", "02f1eefffe000002"] as const;
/**
 * Meters wake one after the other, this far apart: a join-accept at SF7 is on air for 72 ms, and a gateway can send
 * only one at a time.
 */
const WAKE_EVERY_MS = 80;
/** Of the whole, at most; more meters than that wake closer together, and some need a second try. */
const WAKE_SHARE_MAX = 0.3;
/** JOIN_ACCEPT_DELAY1, and some. */
const LAST_JOIN_MS = 6_000;
/** The story waits so long for meters whose join-accept met another on air, and which try again. */
const JOIN_PATIENCE_MS = 45_000;
/** Readings are those of this day, whatever day it is, so that a seed always tells the same. */
const CALENDAR_MS = Date.UTC(2026, 0, 12, 6);
const INTERVAL_MS = 6_000;
const JITTER_MS = 2_000;
/** A busy machine drains more slowly; a stuck agent never does. */
const DRAIN_MS_MAX = 60_000;
const PROGRESS_EVERY_MS = 250;
const BROKER_MS_MAX = 10_000;

export interface DemoOptions {
  readonly meters: number;
  readonly seconds: number;
  readonly seed: number;
  readonly broker?: string | undefined;
  readonly manner: keyof typeof MANNERS;
  readonly keep: boolean;
  readonly json: boolean;
  /** The edge-agent command's file. */
  readonly agentProgram: string;
}

/** @returns whether the run was good. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), "meter-fleet-demo-"));
  if (options.keep) process.stderr.write(keptWords(directory));
  const closers = createClosers();
  closers.push(async () => cleanUp(directory, options));
  const onSignal = (signal: NodeJS.Signals): void => {
    void closers.closeAll().then(() => process.exit(128 + constants.signals[signal]));
  };
  // Not once(): who watches the terminal's cursor would find nobody else listening, and let the signal kill us at once.
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await play(options, directory, closers);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    await closers.closeAll();
  }
}

async function play(options: DemoOptions, directory: string, closers: Closers): Promise<boolean> {
  const clock = openClock();
  const rng = new WorldRng(options.seed);
  const ledger = createLedger({ meters: options.meters });
  const lengthMs = options.seconds * 1_000;
  const wakeMs = Math.min(options.meters * WAKE_EVERY_MS, lengthMs * WAKE_SHARE_MAX);
  const joinMs = wakeMs + LAST_JOIN_MS;
  const story = tellStory(lengthMs, joinMs, rng);
  const screen = await openScreen(process.stderr, !options.json);
  const counts = { joined: new Set<string>(), sent: 0, delivered: 0 };

  const broker = options.broker === undefined ? await openBroker() : undefined;
  if (broker) closers.push(() => broker.close());
  const coreUrl = options.broker ?? (await broker!.road()).url;
  const members = drawMembers(rng, options.meters, CALENDAR_MS).map((member, number) => ({
    ...member,
    wakes: number / options.meters,
  }));
  const deliveries = createWriteStream(join(directory, "deliveries.jsonl"));
  closers.push(() => new Promise((closed) => deliveries.end(() => closed())));
  const core = createRigCore({
    mqtt: openMqtt(clock),
    broker: { url: coreUrl, version: broker ? EMBEDDED_MQTT_VERSION : 5 },
    topicPrefix: "eu868",
    clock,
    rng,
    log: SILENT,
    devices: members.map(({ identity }) => identity),
    settings: { usesRx2: false, downlinkShare: 0.25 },
    onDelivery: (delivery) => deliveries.write(deliveryLine(delivery)),
    onEvent: (event) => {
      ledger.core(event);
      if (event.kind === "delivered") counts.delivered += 1;
    },
  });
  core.start();
  closers.push(() => core.stop());
  await within(BROKER_MS_MAX, core.whenSubscribed(), `no broker takes our subscription at ${coreUrl}`);

  const air = createAir({ clock, rng });
  const backhauls: Backhaul[] = [];
  const agents: AgentProcess[] = [];
  for (const [number, gatewayEui] of EUIS.entries()) {
    const backhaul = await openBackhaul(hostAndPort(coreUrl));
    closers.push(() => backhaul.close());
    const agent = createAgentProcess({
      name: `agent-${number + 1}`,
      directory: join(directory, `agent-${number + 1}`),
      program: options.agentProgram,
      coreUrl: throughRelay(coreUrl, backhaul.port),
      gatewayEui,
      port: await freeUdpPort(),
      mqttVersion: broker ? EMBEDDED_MQTT_VERSION : 5,
    });
    closers.push(() => agent.stop());
    await agent.start();
    ledger.agentUp(gatewayEui);
    const forwarder = createForwarder({
      eui: gatewayEui,
      server: { host: "127.0.0.1", port: agent.port },
      udp: openUdp(() => undefined),
      clock,
      rng,
      air,
      manner: MANNERS[options.manner],
      onEvent: ledger.gateway,
    });
    closers.push(() => forwarder.stop());
    await forwarder.start();
    backhauls.push(backhaul);
    agents.push(agent);
  }
  const buffers = watchBuffers(agents, clock);
  closers.push(async () => buffers.stop());
  await buffers.untilEmpty(DRAIN_MS_MAX);

  const fleet = createFleet({
    members,
    settings: {
      schedule: { intervalMs: INTERVAL_MS, jitterMs: JITTER_MS },
      confirmedShare: 0.05,
      dataRate: 5,
      joinDataRates: [5],
      joinRetryMs: { fromMs: 2_000, toMs: 5_000 },
      dutyCycle: "waived",
    },
    clock,
    rng,
    air,
    startMs: CALENDAR_MS,
    onEvent: (event) => {
      ledger.meter(event);
      if (event.kind === "joined") counts.joined.add(event.devEui);
      if (event.kind === "uplinkSent" && event.attempt === 1) counts.sent += 1;
    },
  });
  closers.push(async () => fleet.stop());

  screen.scene(`${options.meters} meters join through two gateways`);
  let startMs = clock.monotonicMs();
  fleet.start(wakeMs);
  const progress = setInterval(() => {
    const secondsLeft = options.seconds - (clock.monotonicMs() - startMs) / 1_000;
    screen.figures({
      secondsLeft,
      meters: options.meters,
      joined: counts.joined.size,
      sent: counts.sent,
      delivered: counts.delivered,
      waiting: buffers.now,
    });
  }, PROGRESS_EVERY_MS);
  closers.push(async () => clearInterval(progress));

  await clock.sleep(joinMs);
  const patientUntilMs = clock.monotonicMs() + JOIN_PATIENCE_MS;
  while (counts.joined.size < options.meters && clock.monotonicMs() < patientUntilMs) {
    await clock.sleep(PROGRESS_EVERY_MS);
    startMs = clock.monotonicMs() - joinMs;
  }

  const perform = stage({ backhauls, agents, ledger, rest: () => fleet.stop() });
  for (const { atMs, deed, words } of story.scenes) {
    await clock.sleep(Math.max(0, startMs + atMs - clock.monotonicMs()));
    screen.scene(words);
    await perform(deed);
  }
  await clock.sleep(LAST_WINDOWS_MS);
  const empty = await buffers.untilEmpty(DRAIN_MS_MAX);
  await clock.sleep(LAST_DELIVERIES_MS);
  clearInterval(progress);
  screen.close();
  return report({ options, directory, ledger, buffers, story, startMs, empty, clock });
}

/** A meter's last windows are over, and the forwarders have handed on what they heard. */
const LAST_WINDOWS_MS = 2_500;
/** The core collects copies for 200 ms before it looks at an uplink. */
const LAST_DELIVERIES_MS = 1_000;

function stage(parts: {
  readonly backhauls: readonly Backhaul[];
  readonly agents: readonly AgentProcess[];
  readonly ledger: Ledger;
  readonly rest: () => void;
}): (deed: Deed) => Promise<void> {
  const { backhauls, agents, ledger } = parts;
  return async (deed) => {
    switch (deed.kind) {
      case "cut":
        return backhauls[deed.gateway]!.cut();
      case "restore":
        return backhauls[deed.gateway]!.restore();
      case "cutAll":
        for (const backhaul of backhauls) backhaul.cut();
        return;
      case "restoreAll":
        for (const backhaul of backhauls) backhaul.restore();
        return;
      case "kill":
        ledger.agentDown(EUIS[deed.gateway]);
        return agents[deed.gateway]!.kill();
      case "start":
        await agents[deed.gateway]!.start();
        return ledger.agentUp(EUIS[deed.gateway]);
      case "fleetRests":
        return parts.rest();
    }
  };
}

/** Says the verdict. @returns whether it is good. */
function report(parts: {
  readonly options: DemoOptions;
  readonly directory: string;
  readonly ledger: Ledger;
  readonly buffers: Buffers;
  readonly story: Story;
  readonly startMs: number;
  readonly empty: boolean;
  readonly clock: Clock;
}): boolean {
  const { options, ledger, buffers, story, startMs } = parts;
  const document: LedgerDocument = ledger.document({ bufferedPeak: buffers.peak, drainMs: buffers.drainMs });
  const { fromMs, toMs } = story.common;
  const overtakenOutside = ledger.overtakenOutside([
    { fromUs: (startMs + fromMs) * 1_000, toUs: (startMs + toMs) * 1_000 },
  ]);
  const isGood = troublesOf(document, overtakenOutside).length === 0 && parts.empty;
  if (options.json) {
    process.stdout.write(`${JSON.stringify(document)}\n`);
    return isGood;
  }
  process.stdout.write(`${verdictLines(document, overtakenOutside).join("\n")}\n`);
  if (!parts.empty) process.stdout.write("An agent did not drain in time.\n");
  for (const line of storyLines(ledger.lost(), startMs * 1_000)) process.stdout.write(`  lost: ${line}\n`);
  if (!isGood) {
    for (const line of storyLines(ledger.overtaken(), startMs * 1_000))
      process.stdout.write(`  overtaken: ${line}\n`);
  }
  if (options.keep) process.stdout.write(`Settings, journals, logs and deliveries: ${parts.directory}\n`);
  return isGood;
}

/** At the start: while the demo plays, its agents answer as any agent does. */
function keptWords(directory: string): string {
  return `Settings, journals, logs and deliveries: ${directory}
While it runs: edge-agent status --config ${join(directory, "agent-1", "agent.toml")}
`;
}

/** @throws AgentError CORE_UNREACHABLE when it takes longer. */
async function within<T>(limitMs: number, awaited: Promise<T>, otherwise: string): Promise<T> {
  let timeout: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(() => reject(new AgentError("CORE_UNREACHABLE", otherwise)), limitMs);
  });
  return await Promise.race([awaited, tooLate]).finally(() => clearTimeout(timeout));
}

async function cleanUp(directory: string, { keep }: DemoOptions): Promise<void> {
  if (!keep) await rm(directory, { recursive: true, force: true });
}

interface Closers {
  /** Once closing has begun, what comes late is closed at once. */
  readonly push: (close: () => Promise<void>) => void;
  /** The last opened first; one that fails does not keep the others open. Resolves when all are closed, whoever asked first. */
  readonly closeAll: () => Promise<void>;
}

function createClosers(): Closers {
  const open: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let close = open.pop(); close !== undefined; close = open.pop()) {
      await close().catch((error: unknown) => process.stderr.write(`while closing: ${String(error)}\n`));
    }
  };
  return {
    push: (close) => {
      open.push(close);
      closing = closing?.then(run);
    },
    closeAll: () => {
      closing ??= run();
      return closing;
    },
  };
}

function hostAndPort(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 1883) };
}

function throughRelay(url: string, port: number): string {
  const relayed = new URL(url);
  relayed.hostname = "127.0.0.1";
  relayed.port = String(port);
  return relayed.href.replace(/\/$/, "");
}

/** A forwarder's server has one port, before and after the agent's restart. */
function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

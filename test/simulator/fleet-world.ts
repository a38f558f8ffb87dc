/**
 * The whole conversation in the simulated world: meters, air, two virtual gateways, each with the real agent behind
 * it, a broker, the rig core, and the ledger that judges. Time moves when told; nothing is on a wire or a disk.
 *
 *   meters ~~ air ~~> gateway 1 (kerlink)   ──UDP──> agent 1 ──MQTT──┐
 *                 └─> gateway 2 (reference) ──UDP──> agent 2 ──MQTT──┴──> broker ──> rig core
 *
 * The agents' roads fail one by one (cutRoad) or all with the broker (broker.die). The same with processes, sockets
 * and a clock that cannot be told is the demo.
 */

import { type Agent, startAgent } from "../../agent/agent.ts";
import { loadSettings } from "../../agent/config/load.ts";
import type { Settings } from "../../agent/config/settings.ts";
import { loadKinds } from "../../agent/north/kinds.ts";
import type { Clock, ControlDoor, Doors, KeyValueStores } from "../../agent/ports.ts";
import { createAir } from "../../simulator/air/air.ts";
import { createRigCore } from "../../simulator/core/core.ts";
import type { CoreEvent } from "../../simulator/core/core-event.ts";
import type { Delivery } from "../../simulator/core/delivery.ts";
import type { RigCoreSettings } from "../../simulator/core/settings.ts";
import { createForwarder, type Forwarder } from "../../simulator/gateway/forwarder.ts";
import type { GatewayEvent } from "../../simulator/gateway/gateway-event.ts";
import { createGps } from "../../simulator/gateway/gps.ts";
import { KERLINK, type Manner, REFERENCE } from "../../simulator/gateway/manner.ts";
import { createLedger, type Ledger, type LedgerDocument } from "../../simulator/ledger.ts";
import { createFleet, drawMembers, type Fleet } from "../../simulator/meter/fleet.ts";
import type { MeterEvent } from "../../simulator/meter/meter-event.ts";
import type { MeterSettings } from "../../simulator/meter/meter-settings.ts";
import { WorldClock } from "../../simulator/world/clock.ts";
import { type WorldBroker, WorldMqtt } from "../../simulator/world/mqtt.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { WorldStores } from "../../simulator/world/store.ts";
import { WorldUdp } from "../../simulator/world/udp.ts";
import { memoryFiles } from "../agent/config/memory-files.ts";
import { type Line, writtenLog } from "../agent/north/core-world.ts";

/** Loaded before any world begins: in a world nothing waits for the machine's disk. */
const connectCore = await loadKinds(["chirpstack-mqtt", "gwmp"]);

const BROKER = "mqtt://core:1883";
const HOST = "127.0.0.1";
const SYNCHRONISED = "/synchronised";
/** Each concentrator's crystal is its own, and only one has a GPS receiver beside it. */
const GATEWAYS = [
  { eui: "02f1eefffe000001", manner: KERLINK, driftPpm: 3, hasGps: true },
  { eui: "02f1eefffe000002", manner: REFERENCE, driftPpm: -5, hasGps: false },
] as const;
/** What one synced batch takes. */
const FSYNC_MS = 7;
/** How often the agents are asked how much they hold. */
const LOOK_EVERY_MS = 1_000;

export interface FleetWorldOptions {
  readonly seed: number;
  readonly meters: number;
  readonly settings: Omit<MeterSettings, "dataRate"> & { readonly dataRate?: number };
  readonly core?: Partial<RigCoreSettings>;
  /** Share of the transmissions that each gateway hears. Default 1. */
  readonly hearing?: number;
}

/** A gateway and the agent beside it. */
export interface Site {
  readonly eui: string;
  readonly forwarder: Forwarder;
  readonly agent: Agent;
  /** Its road to the core, and to nobody else's. */
  cutRoad(): void;
  mendRoad(): void;
}

export interface FleetWorld {
  readonly clock: WorldClock;
  readonly broker: WorldBroker;
  readonly sites: readonly Site[];
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly meterEvents: readonly MeterEvent[];
  readonly gatewayEvents: readonly GatewayEvent[];
  readonly coreEvents: readonly CoreEvent[];
  readonly deliveries: readonly Delivery[];
  /** What the agents and the core wrote into their logs. */
  readonly log: readonly Line[];
  /** Everything that meters, gateways and core did, in order, a line of JSON each. */
  story(): string;
  advance(byMs: number): Promise<void>;
  /** Frames in all agents' journals. */
  held(): number;
  document(): LedgerDocument;
}

export async function openFleetWorld(options: FleetWorldOptions): Promise<FleetWorld> {
  const clock = new WorldClock();
  const rng = new WorldRng(options.seed);
  const udp = new WorldUdp(clock);
  const mqtt = new WorldMqtt(clock);
  const broker = mqtt.broker(BROKER);
  const air = createAir({ clock, rng, hearing: options.hearing ?? 1 });
  const ledger = createLedger({ meters: options.meters });
  const log = writtenLog();
  const meterEvents: MeterEvent[] = [];
  const gatewayEvents: GatewayEvent[] = [];
  const coreEvents: CoreEvent[] = [];
  const deliveries: Delivery[] = [];
  const story: string[] = [];
  const note =
    <E extends object>(events: E[], tell: (event: E) => void) =>
    (event: E) => {
      events.push(event);
      story.push(JSON.stringify(event));
      tell(event);
    };

  const members = drawMembers(rng, options.meters, clock.wallMs());
  const core = createRigCore({
    mqtt,
    broker: { url: BROKER },
    topicPrefix: "eu868",
    clock,
    rng,
    log,
    devices: members.map(({ identity }) => identity),
    settings: options.core ?? {},
    onDelivery: (delivery) => deliveries.push(delivery),
    onEvent: note(coreEvents, ledger.core),
  });
  core.start();
  await moving(clock, core.whenSubscribed());

  const cut = new Set<string>();
  broker.refuses = ({ clientId }) =>
    [...cut].some((eui) => clientId.includes(eui)) ? { code: "unreachable", detail: "no road" } : undefined;
  const sites: Site[] = [];
  for (const [number, { eui, manner, driftPpm, hasGps }] of GATEWAYS.entries()) {
    const doors: Doors = {
      clock: kernelOf(clock, number),
      rng: new WorldRng(options.seed + number + 1),
      udp,
      mqtt,
      stores: slowStores(new WorldStores(), clock),
      files: memoryFiles({ [SYNCHRONISED]: "" }),
      commands: { run: async () => ({ exitCode: 127, stdout: "" }) },
      control: NO_CONTROL,
      log,
    };
    const settings = settingsOf(eui, 1_700 + number, manner);
    const agent = await moving(
      clock,
      startAgent({ settings, connectCore, doors, version: "1.2.3", builtWallMs: 0 }),
    );
    ledger.agentUp(eui);
    const forwarder = createForwarder({
      eui,
      server: agent.address,
      udp,
      clock,
      rng,
      air,
      manner,
      driftPpm,
      ...(hasGps ? { gps: createGps(clock) } : {}),
      onEvent: note(gatewayEvents, ledger.gateway),
    });
    await forwarder.start();
    sites.push({
      eui,
      forwarder,
      agent,
      cutRoad: () => {
        cut.add(eui);
        broker.kick(clientIdOf(broker, eui));
      },
      mendRoad: () => cut.delete(eui),
    });
  }

  const onEvent = note(meterEvents, ledger.meter);
  const fleet = createFleet({ members, settings: options.settings, clock, rng, air, onEvent });
  const held = (): number => sites.reduce((sum, { agent }) => sum + frames(agent.status().journal), 0);
  const drain = watchDrain(sites, clock);
  let bufferedPeak = 0;
  return {
    clock,
    broker,
    sites,
    fleet,
    ledger,
    meterEvents,
    gatewayEvents,
    coreEvents,
    deliveries,
    log: log.lines,
    story: () => `${story.join("\n")}\n`,
    advance: async (byMs) => {
      for (const untilMs = clock.monotonicMs() + byMs; clock.monotonicMs() < untilMs; ) {
        await clock.advance(Math.min(LOOK_EVERY_MS, untilMs - clock.monotonicMs()));
        bufferedPeak = Math.max(bufferedPeak, held());
        drain.look();
      }
    },
    held,
    document: () => ledger.document({ bufferedPeak, drainMs: drain.longestMs() }),
  };
}

/** Like the demo's: from the connection's return to an empty journal, the longest. */
function watchDrain(sites: readonly Site[], clock: Clock): { look(): void; longestMs(): number } {
  const sinceMs = new Map<Site, number>();
  let longestMs = 0;
  return {
    look: () => {
      for (const site of sites) {
        const { cores, journal } = site.agent.status();
        if (cores.some(({ state }) => state !== "connected")) sinceMs.delete(site);
        else if (frames(journal) > 0) sinceMs.set(site, sinceMs.get(site) ?? clock.monotonicMs());
        else {
          longestMs = Math.max(longestMs, clock.monotonicMs() - (sinceMs.get(site) ?? clock.monotonicMs()));
          sinceMs.delete(site);
        }
      }
    },
    longestMs: () => longestMs,
  };
}

function frames(journal: { readonly storedFrames: number; readonly memoryFrames: number }): number {
  return journal.storedFrames + journal.memoryFrames;
}

function clientIdOf(broker: WorldBroker, eui: string): string {
  return broker.connects.findLast(({ clientId }) => clientId.includes(eui))!.clientId;
}

function settingsOf(eui: string, port: number, manner: Manner): Settings {
  const tomlText = `
[gateway]
eui = "${eui}"
[forwarder]
listen = "${HOST}:${port}"
tx_power_error_means_sent = ${manner.otherPowerIs === "error"}
[journal]
path = "/journal"
[clock]
probe_file = "${SYNCHRONISED}"
[[core]]
id = "main"
servers = ["${BROKER}"]
topic_prefix = "eu868"
`;
  const read = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  return read.settings;
}

/** The one time of the world, told by a kernel of its own. */
function kernelOf(clock: Clock, number: number): Clock {
  return {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    kernelBootId: () => (number + 1).toString(16).padStart(32, "0"),
    after: (delayMs, run) => clock.after(delayMs, run),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
  };
}

function slowStores(stores: KeyValueStores, clock: Clock): KeyValueStores {
  return {
    repair: (directory) => stores.repair(directory),
    open: async (directory) => {
      const store = await stores.open(directory);
      return {
        ...store,
        batch: async (operations, options) => {
          if (options.sync) await clock.sleep(FSYNC_MS);
          await store.batch(operations, options);
        },
      };
    },
  };
}

const NO_CONTROL: ControlDoor = {
  serve: async () => ({ close: async () => undefined }),
  ask: () => Promise.reject(new Error("nobody asks here")),
};

/** Moves time until the promise is there. */
async function moving<T>(clock: WorldClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const settle = (): void => {
    done = true;
  };
  promise.then(settle, settle);
  for (let step = 0; !done; step++) {
    if (step > 10_000) throw new Error("it takes for ever");
    await clock.advance(1);
  }
  return promise;
}

/**
 * A gateway of a voyage: its machine, its packet forwarder, and the agent on it with whoever restarts it when it has
 * ended, as init and monit do.
 */

import { type Agent, startAgent } from "../../agent/agent.ts";
import { loadSettings } from "../../agent/config/load.ts";
import type { Settings } from "../../agent/config/settings.ts";
import { isAgentError } from "../../agent/errors.ts";
import { loadKinds } from "../../agent/north/kinds.ts";
import type { Clock, Log } from "../../agent/ports.ts";
import type { Air } from "../../simulator/air/air.ts";
import { createForwarder, type Forwarder } from "../../simulator/gateway/forwarder.ts";
import type { GatewayEvent } from "../../simulator/gateway/gateway-event.ts";
import { createGps, type Gps } from "../../simulator/gateway/gps.ts";
import { MANNERS } from "../../simulator/gateway/manner.ts";
import type { World } from "../../simulator/world/doors.ts";
import { createMachine, type Machine, type Watch } from "../../simulator/world/machine.ts";
import type { GatewayDraw, VoyageDraw } from "./draw.ts";

/** Loaded before any world begins: in a world nothing waits for the machine's disk. */
const connectCore = await loadKinds(["chirpstack-mqtt", "gwmp"]);

export const BROKER = "mqtt://core:1883";
export const TOPIC_PREFIX = "eu868";
export const SECOND_BROKER = "mqtt://second:1883";
export const SECOND_PREFIX = "second";
export const SECOND_LNS = { host: "10.0.0.5", port: 1700 } as const;
export const EUIS = ["02f1eefffe000001", "02f1eefffe000002"] as const;
const HOST = "127.0.0.1";
const JOURNAL = "/user/journal";
const SYNCHRONISED = "/run/synchronised";
/** Kept by init: a process that ends at once is not started more often. */
const RESTART_MS = 5_000;
/** The program is older than the voyage, and much younger than 1970. */
const BUILT_WALL_MS = Date.UTC(2025, 5, 1);
/** From power to a running agent. */
const BOOT_MS = 20_000;

export interface SiteParts {
  readonly world: World;
  readonly air: Air;
  readonly number: number;
  readonly seed: number;
  readonly draw: GatewayDraw;
  readonly plan: Pick<
    VoyageDraw,
    "pairing" | "proposal" | "late" | "second" | "secondBy" | "maxAge" | "maxSizeOctets"
  >;
  readonly log: Log;
  readonly watch: Watch;
  readonly onGatewayEvent: (event: GatewayEvent) => void;
  readonly onConcentratorRestart: () => void;
  /** The process runs from now on, or has ended. */
  readonly onUp: () => void;
  readonly onDown: (how: Ending) => void;
  /** What nobody should have thrown. */
  readonly onBug: (error: unknown) => void;
}

/** stopped: everything was closed. died: it had no time for it. */
export type Ending = "stopped" | "died";

export interface Site {
  readonly eui: string;
  readonly machine: Machine;
  readonly forwarder: Forwarder;
  readonly agent: Agent | undefined;
  /** By which its GPS receiver is ahead of UTC. */
  gpsAheadMs: number;
  start(): void;
  /** SIGKILL; comes back after so long. */
  kill(downMs: number): void;
  /** SIGTERM; comes back after so long. */
  restart(downMs: number): void;
  /** @param wallOffsetMs of the clock after the boot; undefined: it is 1970. */
  cutPower(downMs: number, wallOffsetMs: number | undefined): void;
  restartForwarder(downMs: number): void;
  restartConcentrator(): void;
  /** What the kernel's clock is off, and whether it says that it is right. */
  setClock(offsetMs: number, saysRight: boolean): void;
}

export function createSite(parts: SiteParts): Site {
  const { world, number, draw } = parts;
  const { clock } = world;
  const eui = EUIS[number]!;
  const machine = createMachine({
    world,
    name: `site${number}`,
    seed: parts.seed * 16 + number,
    directory: JOURNAL,
    files: { [SYNCHRONISED]: "" },
  });
  const settings = settingsOf(eui, 1_700 + number, parts);
  let agent: Agent | undefined;
  /** Rises with each process: what an earlier one was about means nothing any more. */
  let life = 0;
  let running = false;
  let powered = true;
  let forwarderLife = 0;

  const start = (): void => {
    if (running || !powered) return;
    running = true;
    life += 1;
    const mine = life;
    const doors = machine.begin(parts.log, parts.watch);
    startAgent({ settings, connectCore, doors, version: "1.2.3", builtWallMs: BUILT_WALL_MS }).then(
      (started) => {
        if (mine !== life) return;
        agent = started;
        parts.onUp();
      },
      (error: unknown) => {
        if (mine !== life) return;
        if (!isAgentError(error)) parts.onBug(error);
        gone("died");
        machine.kill();
        clock.after(RESTART_MS, start);
      },
    );
  };

  const gone = (how: Ending): void => {
    const wasUp = agent !== undefined;
    agent = undefined;
    running = false;
    life += 1;
    if (wasUp) parts.onDown(how);
  };

  const kill = (downMs: number): void => {
    if (!running) return;
    gone("died");
    machine.kill();
    clock.after(downMs, start);
  };

  const stopForwarder = async (): Promise<void> => {
    forwarderLife += 1;
    await forwarder.stop();
  };
  const startForwarder = (after: number): void => {
    const mine = forwarderLife;
    clock.after(after, () => {
      if (mine === forwarderLife && powered) void forwarder.start();
    });
  };

  const gps = gpsOf(clock, draw, () => site.gpsAheadMs);
  const forwarder = createForwarder({
    eui,
    server: { host: HOST, port: 1_700 + number },
    udp: world.udp,
    clock: forwarderClock(clock, machine.kernel),
    rng: world.rng,
    air: parts.air,
    manner: MANNERS[draw.manner],
    driftPpm: draw.driftPpm,
    ...(gps === undefined ? {} : { gps }),
    onEvent: parts.onGatewayEvent,
  });

  const site: Site = {
    eui,
    machine,
    forwarder,
    get agent() {
      return agent;
    },
    gpsAheadMs: draw.gps === "second ahead" ? 1_000 : 0,
    start,
    kill,
    restart: (downMs) => {
      const stopping = agent;
      if (stopping === undefined) return;
      const mine = life;
      // Its supervisor waits for it, but not longer.
      const impatience = clock.after(1_900, () => {
        if (mine === life) kill(downMs);
      });
      stopping.stop().then(
        () => {
          impatience.cancel();
          if (mine !== life) return;
          gone("stopped");
          machine.ended();
          clock.after(downMs, start);
        },
        (error: unknown) => parts.onBug(error),
      );
    },
    cutPower: (downMs, wallOffsetMs) => {
      if (!powered) return;
      powered = false;
      gone("died");
      machine.cutPower();
      site.restartConcentrator();
      void stopForwarder();
      clock.after(downMs, () => {
        powered = true;
        machine.files.take(SYNCHRONISED);
        if (wallOffsetMs === undefined) machine.kernel.bootIn1970(BOOT_MS);
        else machine.kernel.boot(wallOffsetMs, BOOT_MS);
        start();
        startForwarder(0);
      });
    },
    restartForwarder: (downMs) => {
      if (!powered) return;
      // What lies in the concentrator's own memory is gone; a store stays.
      site.restartConcentrator();
      void stopForwarder();
      startForwarder(downMs);
    },
    restartConcentrator: () => {
      forwarder.restartConcentrator();
      parts.onConcentratorRestart();
    },
    setClock: (offsetMs, saysRight) => {
      machine.kernel.wallOffsetMs = offsetMs;
      if (saysRight) machine.files.put(SYNCHRONISED, "");
      else machine.files.take(SYNCHRONISED);
    },
  };
  return site;
}

/** The air knows one true time; the forwarder writes the gateway's own into its stat. */
function forwarderClock(clock: Clock, kernel: Clock): Clock {
  return {
    wallMs: () => kernel.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    kernelBootId: () => kernel.kernelBootId(),
    after: (delayMs, run) => clock.after(delayMs, run),
    sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
  };
}

function gpsOf(clock: Clock, { gps }: GatewayDraw, aheadMs: () => number): Gps | undefined {
  if (gps === "none") return undefined;
  const right = createGps(clock);
  return {
    locked: right.locked,
    utcUsAt: (trueUs) => right.utcUsAt(trueUs) + 1_000 * aheadMs(),
    trueUsAt: (utcUs) => right.trueUsAt(utcUs) - 1_000 * aheadMs(),
  };
}

/** It hears, and may not transmit; of joins it gets none where it should have data only. */
function secondCore({ second, secondBy, pairing, proposal }: SiteParts["plan"], draw: GatewayDraw): string {
  if (second === "none") return "";
  const byMqtt = `
servers = ["${SECOND_BROKER}"]
topic_prefix = "${SECOND_PREFIX}"
encoding = "${draw.encoding}"
stats_interval = "${draw.statsInterval}"
replay_proposal = ${proposal}`;
  const byGwmp = `
kind = "gwmp"
servers = ["udp://${SECOND_LNS.host}:${SECOND_LNS.port}"]`;
  return `
[[core]]
id = "second"
${secondBy === "mqtt" ? byMqtt : byGwmp}
replay_pairing = ${pairing}
${second === "data" ? 'join_eui_ranges = ["ffffffffffffffff-ffffffffffffffff"]' : ""}`;
}

function settingsOf(eui: string, port: number, { draw, plan }: SiteParts): Settings {
  const tomlText = `
[gateway]
eui = "${eui}"
[forwarder]
listen = "${HOST}:${port}"
tx_power_error_means_sent = ${MANNERS[draw.manner].otherPowerIs === "error"}
[journal]
path = "${JOURNAL}"
commit_interval = "${draw.commitInterval}"
max_age = "${plan.maxAge}"
[clock]
probe_file = "${SYNCHRONISED}"
[[core]]
id = "main"
servers = ["${BROKER}"]
topic_prefix = "${TOPIC_PREFIX}"
encoding = "${draw.encoding}"
stats_interval = "${draw.statsInterval}"
replay_pairing = ${plan.pairing}
replay_proposal = ${plan.proposal}
late = ${plan.late}
${draw.coreSettings ?? ""}
${secondCore(plan, draw)}
`;
  const read = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  const { settings } = read;
  return { ...settings, journal: { ...settings.journal, maxSizeOctets: plan.maxSizeOctets } };
}

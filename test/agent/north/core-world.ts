/**
 * A connection to a core in the simulated world, with everything it says written down.
 */
import type { CoreSettings } from "../../../agent/config/settings.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import { createChirpstackMqtt } from "../../../agent/north/chirpstack-mqtt.ts";
import type { DownlinkCommand, ExecCommand, OwnCommand } from "../../../agent/north/core.ts";
import type { Log, LogFields } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldMqtt } from "../../../simulator/world/mqtt.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { GATEWAY_EUI } from "./carried.ts";

export const FIRST = "mqtt://first:1883";
export const SECOND = "mqtt://second:1883";
export const GATEWAY = `eu868/gateway/${GATEWAY_EUI}`;

export function coreSettings(more: Partial<CoreSettings> = {}): CoreSettings {
  return {
    id: "main",
    kind: "chirpstack-mqtt",
    servers: [FIRST],
    topicPrefix: "eu868",
    mqttVersion: 5,
    encoding: "protobuf",
    username: "",
    passwordFile: "",
    caFile: "",
    certFile: "",
    keyFile: "",
    clientId: "",
    keepaliveMs: 60_000,
    pubackTimeoutMs: 30_000,
    pullIntervalMs: 10_000,
    pushAckTimeoutMs: 2_000,
    retryMaxMs: 60_000,
    statsIntervalMs: 30_000,
    replayPairing: true,
    replayProposal: true,
    replayRateMaxPerS: 0,
    late: false,
    maxAgeMs: 0,
    netIds: [],
    devAddrPrefixes: [],
    joinEuiRanges: [],
    mayTransmit: true,
    health: true,
    commands: "none",
    ...more,
  };
}

export interface Line {
  readonly level: string;
  readonly fields: LogFields;
  readonly event: string;
}

export function writtenLog(lines: Line[] = []): Log & { readonly lines: Line[] } {
  const write = (level: string) => (fields: LogFields, event: string) => lines.push({ level, fields, event });
  return {
    lines,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => writtenLog(lines),
  };
}

export interface CoreWorldOptions {
  readonly settings?: Partial<CoreSettings>;
  readonly files?: Readonly<Record<string, string>>;
  readonly seed?: number;
}

export function coreWorld({ settings = {}, files = {}, seed = 1 }: CoreWorldOptions = {}) {
  const clock = new WorldClock();
  const mqtt = new WorldMqtt(clock);
  const first = mqtt.broker(FIRST);
  const second = mqtt.broker(SECOND);
  const log = writtenLog();
  const counters = createCounters();
  const disk = memoryFiles(files);
  const seen = {
    ups: 0,
    downs: 0,
    commands: [] as DownlinkCommand[],
    statsIntervals: [] as number[],
    plans: [] as string[],
    ownCommands: [] as OwnCommand[],
    execs: [] as ExecCommand[],
  };
  const connection = createChirpstackMqtt({
    settings: coreSettings(settings),
    gatewayEui: GATEWAY_EUI,
    mqtt,
    files: disk,
    clock,
    rng: new WorldRng(seed),
    log,
    counters,
    handlers: {
      onConnected: () => {
        seen.ups += 1;
      },
      onDisconnected: () => {
        seen.downs += 1;
      },
      onDownlink: (command) => seen.commands.push(command),
      onStatsInterval: (intervalMs) => seen.statsIntervals.push(intervalMs),
      onTxpk: () => undefined,
      onReplayPlan: (payload) => seen.plans.push(payload.toString()),
      onOwnCommand: (command) => seen.ownCommands.push(command),
      onExec: (command) => seen.execs.push(command),
    },
  });
  return {
    clock,
    mqtt,
    first,
    second,
    log,
    counters,
    disk,
    seen,
    connection,
    /** Starts it and lets a second pass. */
    async up(): Promise<void> {
      connection.start();
      await clock.advance(1_000);
    },
    /** What a promise came to, once the clock has moved. */
    async after<T>(advanceMs: number, promise: Promise<T>): Promise<T | "nothing yet"> {
      let value: T | "nothing yet" = "nothing yet";
      void promise.then((it) => {
        value = it;
      });
      await clock.advance(advanceMs);
      return value;
    },
    /** The state that stands retained at a broker. */
    state(broker = first): "ONLINE" | "OFFLINE" | undefined {
      const payload = broker.retained.get(`${GATEWAY}/state/conn`)?.payload;
      if (payload === undefined) return undefined;
      return payload.includes(Buffer.from([0x10, 0x01])) ? "ONLINE" : "OFFLINE";
    },
  };
}

/** The road back between a core that listens and a forwarder that a test plays. */
import { TEST_CORE } from "../../../agent/control/downlink-test.ts";
import { createDownlinks, type Downlinks, type DownlinksParts } from "../../../agent/downlink/downlinks.ts";
import { createCounters } from "../../../agent/health/counters.ts";
import type { TxStatus } from "../../../agent/lorawan/tx-status.ts";
import type { DownlinkAck, DownlinkCommand } from "../../../agent/north/core.ts";
import type { Log, LogFields } from "../../../agent/ports.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { SESSION } from "./given.ts";

interface Sent {
  readonly gatewayEui: string;
  readonly token: number;
  readonly json: string;
  readonly txpk: Readonly<Record<string, unknown>>;
}

export interface RoadBack {
  readonly clock: WorldClock;
  readonly downlinks: Downlinks;
  readonly counters: ReturnType<typeof createCounters>;
  /** PULL_RESPs, in order. */
  readonly sent: Sent[];
  readonly acks: DownlinkAck[];
  readonly logged: { readonly level: string; readonly fields: LogFields; readonly event: string }[];
  /** What may change under way. */
  readonly world: {
    enforceDutyCycle: boolean;
    txPowerErrorMeansSent: boolean;
    session: number | undefined;
    gpsMs: number | undefined;
    connected: boolean;
    hasTxAck: boolean;
    onSend: (sent: Sent) => void;
  };
  command(command: DownlinkCommand): void;
  /** The TX_ACK of the newest PULL_RESP. */
  answer(text: string): void;
  /** The statuses of the only command there was; undefined while it is not answered. */
  statuses(): readonly TxStatus[] | undefined;
}

export function roadBack(fields: Partial<RoadBack["world"]> = {}): RoadBack {
  const clock = new WorldClock();
  const counters = createCounters();
  const world: RoadBack["world"] = {
    enforceDutyCycle: false,
    txPowerErrorMeansSent: false,
    session: SESSION,
    gpsMs: undefined,
    connected: true,
    hasTxAck: true,
    onSend: () => {},
    ...fields,
  };
  const sent: Sent[] = [];
  const acks: DownlinkAck[] = [];
  const logged: RoadBack["logged"] = [];
  const parts: DownlinksParts = {
    clock,
    rng: new WorldRng(1),
    log: logInto(logged),
    counters,
    settings: () => ({
      downlink: { enforceDutyCycle: world.enforceDutyCycle },
      forwarder: {
        listen: { host: "127.0.0.1", port: 0 },
        acceptEui: [],
        gatewaysMax: 16,
        txPowerErrorMeansSent: world.txPowerErrorMeansSent,
      },
    }),
    coreMayTransmit: (coreId) => coreId === "main" || coreId === TEST_CORE,
    currentSession: () => world.session,
    gpsNowMs: () => world.gpsMs,
    gpsFloorMs: 0,
    hasTxAck: () => world.hasTxAck,
    send: (gatewayEui, token, json) => {
      if (!world.connected) return false;
      const one = { gatewayEui, token, json, txpk: JSON.parse(json).txpk };
      sent.push(one);
      world.onSend(one);
      return true;
    },
  };
  const downlinks = createDownlinks(parts);
  return {
    clock,
    downlinks,
    counters,
    sent,
    acks,
    logged,
    world,
    command: (command) => downlinks.command(command, (ack) => acks.push(ack)),
    answer: (text) => {
      const last = sent.at(-1)!;
      downlinks.txAck(last.gatewayEui, last.token, text);
    },
    statuses: () => {
      if (acks.length > 1) throw new Error(`${acks.length} answers to one command`);
      return acks[0]?.statuses;
    },
  };
}

export const txError = (error: string): string => JSON.stringify({ txpk_ack: { error } });

function logInto(logged: RoadBack["logged"]): Log {
  const at = (level: string) => (fields: LogFields, event: string) => {
    logged.push({ level, fields, event });
  };
  const log: Log = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return log;
}

/**
 * A rig core in the simulated world, with gateways that say what a test tells them and a meter's hand to sign it.
 *
 * What gateways say and what they are told is written and read by ChirpStack's own published definitions.
 */
import { createRequire } from "node:module";
import type { Log } from "../../../agent/ports.ts";
import { createRigCore, type RigCore } from "../../../simulator/core/core.ts";
import type { CoreEvent } from "../../../simulator/core/core-event.ts";
import type { Delivery } from "../../../simulator/core/delivery.ts";
import type { DeviceIdentity } from "../../../simulator/core/devices.ts";
import type { RigCoreSettings } from "../../../simulator/core/settings.ts";
import { type CmacKey, cmacKey } from "../../../simulator/meter/cmac.ts";
import { readJoinAccept, writeJoinRequest } from "../../../simulator/meter/join-frames.ts";
import { W1_FPORT } from "../../../simulator/meter/payload.ts";
import { composeUplink, openSession, type Session } from "../../../simulator/meter/session.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldMqtt } from "../../../simulator/world/mqtt.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { Duration, judge } from "../../agent/north/judge.ts";

const { Timestamp } = createRequire(import.meta.url)("google-protobuf/google/protobuf/timestamp_pb.js") as {
  Timestamp: new () => { setSeconds(seconds: number): void; setNanos(nanos: number): void };
};

export const URL = "mqtt://core:1883";
export const NORTH = "7276ff0039030001";
export const SOUTH = "7276ff0039030002";

export const DEVICE: DeviceIdentity = {
  devEui: "02f1ee00000000a1",
  joinEui: "02f1ee0000000001",
  appKey: Buffer.from("000102030405060708090a0b0c0d0e0f", "hex"),
};
export const OTHER_DEVICE: DeviceIdentity = {
  ...DEVICE,
  devEui: "02f1ee00000000a2",
  appKey: Buffer.from("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "hex"),
};

/** No task overtakes another, unless a test wants it. */
const CALM: Partial<RigCoreSettings> = { taskSpreadMs: 0 };

export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

export interface HeardAs {
  readonly frequencyHz?: number;
  readonly spreadingFactor?: number;
  readonly bandwidthHz?: number;
  readonly rssiDbm?: number;
  readonly snrDb?: number;
  readonly context?: Buffer;
  readonly gwTimeMs?: number;
  readonly gpsMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** gw.UplinkFrame as a gateway writes it. */
export function uplinkFrame(gatewayEui: string, phyPayload: Buffer, as: HeardAs = {}) {
  const lora = new judge.LoraModulationInfo();
  lora.setBandwidth(as.bandwidthHz ?? 125_000);
  lora.setSpreadingFactor(as.spreadingFactor ?? 7);
  lora.setCodeRate(judge.CodeRate.CR_4_5);
  const modulation = new judge.Modulation();
  modulation.setLora(lora);
  const txInfo = new judge.UplinkTxInfo();
  txInfo.setFrequency(as.frequencyHz ?? 868_100_000);
  txInfo.setModulation(modulation);
  const rxInfo = new judge.UplinkRxInfo();
  rxInfo.setGatewayId(gatewayEui);
  rxInfo.setRssi(as.rssiDbm ?? -90);
  rxInfo.setSnr(as.snrDb ?? 5);
  rxInfo.setContext(as.context ?? Buffer.from([1, 2, 3, 4]));
  if (as.gwTimeMs !== undefined) rxInfo.setGwTime(timeOf(new Timestamp(), as.gwTimeMs) as never);
  if (as.gpsMs !== undefined) rxInfo.setTimeSinceGpsEpoch(timeOf(new Duration(), as.gpsMs) as never);
  for (const [name, value] of Object.entries(as.metadata ?? {})) rxInfo.getMetadataMap().set(name, value);
  const frame = new judge.UplinkFrame();
  frame.setPhyPayload(phyPayload);
  frame.setTxInfo(txInfo);
  frame.setRxInfo(rxInfo);
  return frame;
}

function timeOf(
  time: { setSeconds(seconds: number): void; setNanos(nanos: number): void },
  ms: number,
): object {
  time.setSeconds(Math.floor(ms / 1_000));
  time.setNanos((ms % 1_000) * 1e6);
  return time;
}

/** A downlink command as ChirpStack's definitions read it. */
export interface Command {
  readonly gatewayEui: string;
  readonly downlinkId: number;
  readonly items: readonly {
    readonly phyPayload: Buffer;
    readonly frequencyHz: number;
    readonly powerDbm: number;
    readonly spreadingFactor: number;
    readonly bandwidthHz: number;
    readonly codeRate: number;
    readonly polarizationInversion: boolean;
    readonly delayMs: number | undefined;
    readonly context: Buffer;
  }[];
}

export function readCommand(topicGatewayEui: string, payload: Buffer): Command {
  const frame = judge.DownlinkFrame.deserializeBinary(payload);
  if (frame.getGatewayId() !== topicGatewayEui) throw new Error("the topic names another gateway");
  return {
    gatewayEui: frame.getGatewayId(),
    downlinkId: frame.getDownlinkId(),
    items: frame.getItemsList().map((item) => {
      const txInfo = item.getTxInfo()!;
      const lora = txInfo.getModulation()!.getLora()!;
      const delay = txInfo.getTiming()?.getDelay()?.getDelay() as
        | { getSeconds(): number; getNanos(): number }
        | undefined;
      return {
        phyPayload: Buffer.from(item.getPhyPayload_asU8()),
        frequencyHz: txInfo.getFrequency(),
        powerDbm: txInfo.getPower(),
        spreadingFactor: lora.getSpreadingFactor(),
        bandwidthHz: lora.getBandwidth(),
        codeRate: lora.getCodeRate(),
        polarizationInversion: lora.getPolarizationInversion(),
        delayMs: delay && 1_000 * delay.getSeconds() + delay.getNanos() / 1e6,
        context: Buffer.from(txInfo.getContext_asU8()),
      };
    }),
  };
}

export function txAck(gatewayEui: string, downlinkId: number, statuses: readonly number[]): Buffer {
  const ack = new judge.DownlinkTxAck();
  ack.setGatewayId(gatewayEui);
  ack.setDownlinkId(downlinkId);
  ack.setItemsList(
    statuses.map((status) => {
      const item = new judge.DownlinkTxAckItem();
      item.setStatus(status as never);
      return item;
    }),
  );
  return Buffer.from(ack.serializeBinary());
}

/** A meter's side of the keys: it signs what gateways then hear. */
export class Hand {
  readonly identity: DeviceIdentity;
  readonly #appKey: CmacKey;
  session: Session | undefined;

  constructor(identity: DeviceIdentity = DEVICE) {
    this.identity = identity;
    this.#appKey = cmacKey(identity.appKey);
  }

  joinRequest(devNonce: number): Buffer {
    return writeJoinRequest({ ...this.identity, devNonce }, this.#appKey);
  }

  /** Takes a join-accept over, as the answer to the request with this nonce. */
  take(accept: Buffer, devNonce: number): Session {
    const read = readJoinAccept(accept, { encryption: this.#appKey });
    if (!read.ok) throw new Error(read.fault);
    this.session = openSession(read.value, devNonce, this.#appKey);
    return this.session;
  }

  uplink(payload: Buffer = Buffer.from("0102", "hex"), confirmed = false): Buffer {
    return composeUplink(this.session!, { confirmed, fPort: W1_FPORT, payload }).bytes;
  }
}

export interface CoreWorldOptions {
  readonly settings?: Partial<RigCoreSettings>;
  readonly topicPrefix?: string;
  readonly seed?: number;
  readonly devices?: readonly DeviceIdentity[];
}

export interface CoreWorld {
  readonly clock: WorldClock;
  readonly mqtt: WorldMqtt;
  readonly core: RigCore;
  readonly events: CoreEvent[];
  readonly deliveries: Delivery[];
  /** Downlinks, newest last. */
  readonly commands: Command[];
  /** The gateway publishes that it heard this; nothing waits for the core. */
  hears(gatewayEui: string, phyPayload: Buffer, as?: HeardAs): void;
  /** The gateway publishes these octets as an event. */
  says(gatewayEui: string, event: string, payload: Uint8Array): void;
  /** Joins through NORTH and lets ten seconds pass. */
  join(hand: Hand, devNonce: number): Promise<Session>;
  /** Events of one kind. */
  told<K extends CoreEvent["kind"]>(kind: K): Extract<CoreEvent, { kind: K }>[];
}

export async function coreWorld(options: CoreWorldOptions = {}): Promise<CoreWorld> {
  const clock = new WorldClock();
  const mqtt = new WorldMqtt(clock);
  const broker = mqtt.broker(URL);
  const topicPrefix = options.topicPrefix ?? "eu868";
  const top = topicPrefix === "" ? "" : `${topicPrefix}/`;
  const events: CoreEvent[] = [];
  const deliveries: Delivery[] = [];
  const commands: Command[] = [];
  const core = createRigCore({
    mqtt,
    broker: { url: URL },
    topicPrefix,
    clock,
    rng: new WorldRng(options.seed ?? 1),
    log: SILENT,
    devices: options.devices ?? [DEVICE, OTHER_DEVICE],
    settings: { ...CALM, ...options.settings },
    onDelivery: (delivery) => deliveries.push(delivery),
    onEvent: (event) => events.push(event),
  });
  broker.listen(`${top}gateway/+/command/down`, ({ topic, payload }) => {
    if (payload[0] !== 0x7b) commands.push(readCommand(topic.split("/").at(-3)!, payload));
  });
  core.start();
  await clock.advance(100);

  const says = (gatewayEui: string, event: string, payload: Uint8Array): void => {
    broker.publish({ topic: `${top}gateway/${gatewayEui}/event/${event}`, payload, qos: 1 });
  };
  const hears = (gatewayEui: string, phyPayload: Buffer, as?: HeardAs): void =>
    says(gatewayEui, "up", uplinkFrame(gatewayEui, phyPayload, as).serializeBinary());
  return {
    clock,
    mqtt,
    core,
    events,
    deliveries,
    commands,
    hears,
    says,
    join: async (hand, devNonce) => {
      hears(NORTH, hand.joinRequest(devNonce));
      await clock.advance(1_000);
      const command = commands.at(-1)!;
      says(NORTH, "ack", txAck(NORTH, command.downlinkId, [1]));
      await clock.advance(9_000);
      return hand.take(command.items[0]!.phyPayload, devNonce);
    },
    told: <K extends CoreEvent["kind"]>(kind: K) =>
      events.filter((event): event is Extract<CoreEvent, { kind: K }> => event.kind === kind),
  };
}

/**
 * The rig core: a network server over MQTT, as strict as ChirpStack v4, for when no real one is at hand.
 *
 *   event/up ──> de-duplication 200 ms ──> a task of its own ──> uplinks: join, delivery or refusal
 *   event/ack ──────────────────────────────────> answers <─────────────┘
 *                              command/down <────────┘
 *   edge/+/late ──> late reader, where it is wanted
 *
 * It subscribes to all gateways under its topic prefix and speaks the gateway contract of ChirpStack (topics and gw
 * messages). What it does not do: MAC commands, ADR, classes B and C, LoRaWAN 1.1, other bands than EU868. The broker
 * is broker.ts or somebody else's.
 */
import assert from "node:assert/strict";
import type { Clock, Log, Mqtt, MqttMessage, Rng, RngStream } from "../../agent/ports.ts";
import { nowUs } from "../air/air.ts";
import { createAnswers } from "./answers.ts";
import { type CoreEvent, countName, type Tell } from "./core-event.ts";
import { createDeduplication } from "./deduplication.ts";
import type { Delivery } from "./delivery.ts";
import { createDevices, type Device, type DeviceIdentity, type QueueItem } from "./devices.ts";
import {
  commandTopic,
  eventFilter,
  isLateTopic,
  lateFilter,
  readGatewayMessage,
  type UplinkCopy,
  writeDownlinkFrame,
} from "./gateway-messages.ts";
import { createLateReader, type Recovered } from "./late-reader.ts";
import { type BrokerAddress, createCoreLink } from "./link.ts";
import { completeSettings, type RigCoreSettings } from "./settings.ts";
import { createUplinks } from "./uplinks.ts";

/** Fits every data rate of EU868. */
export const APPLICATION_OCTETS_MAX = 51;
const APPLICATION_FPORT_MAX = 223;

export interface RigCoreParts {
  readonly mqtt: Mqtt;
  readonly broker: BrokerAddress;
  /** Such as "eu868"; "": none. */
  readonly topicPrefix: string;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly devices: readonly DeviceIdentity[];
  readonly settings?: Partial<RigCoreSettings>;
  readonly onDelivery?: (delivery: Delivery) => void;
  /** When given, the agents' late channel is read too: what was refused because of its counter comes here. */
  readonly onRecovered?: (recovered: Recovered) => void;
  readonly onEvent?: (event: CoreEvent) => void;
}

export interface RigCore {
  /** Connects, and again whenever the connection ends. */
  start(): void;
  /** Resolves when gateways are heard: before it, what they publish is nobody's. */
  whenSubscribed(): Promise<void>;
  /** A downlink for the device's next uplink, behind those that wait. Of a device that the core was given. */
  enqueue(devEui: string, item: QueueItem): void;
  /** Events so far, by countName(). */
  counts(): Readonly<Record<string, number>>;
  /** Disconnects. What is still being collected is dropped. */
  stop(): Promise<void>;
}

export function createRigCore(parts: RigCoreParts): RigCore {
  const { clock, rng, topicPrefix } = parts;
  const settings = completeSettings(parts.settings);
  const tasks = rng.stream("core/tasks");
  const devices = createDevices(parts.devices, settings.netId, rng.stream("core/dev-addrs"));
  const counts: Record<string, number> = {};
  /** Gateways that write JSON are answered in JSON. */
  const writesJson = new Map<string, boolean>();
  let stopped = false;

  drawQueues(devices.all(), settings, rng.stream("core/queues"));

  const tell: Tell = (event) => {
    const name = countName(event);
    counts[name] = (counts[name] ?? 0) + 1;
    if (event.kind === "delivered") late?.delivered(event.devAddr, event.fCnt);
    parts.onEvent?.({ atUs: nowUs(clock), ...event });
  };

  const late =
    parts.onRecovered && createLateReader({ clock, devices, tell, onRecovered: parts.onRecovered });

  const link = createCoreLink({
    ...parts,
    log: parts.log.child({ part: "core" }),
    filters: [eventFilter(topicPrefix), ...(late ? [lateFilter(topicPrefix)] : [])],
    onMessage: receive,
  });

  const answers = createAnswers({
    clock,
    chance: rng.stream("core/downlink-ids"),
    usesRx2: settings.usesRx2,
    tell,
    publish: (gatewayEui, frame) => {
      const octets = writeDownlinkFrame(frame, writesJson.get(gatewayEui) ?? false);
      return link.publish(commandTopic(topicPrefix, gatewayEui), octets);
    },
  });

  const uplinks = createUplinks({
    clock,
    settings,
    devices,
    answers,
    tell,
    onDelivery: (delivery) => parts.onDelivery?.(delivery),
  });

  const deduplication = createDeduplication<UplinkCopy>({
    clock,
    delayMs: settings.deduplicationMs,
    onCollected: (copies) => {
      clock.after(settings.taskSpreadMs * tasks.unit(), () => {
        if (!stopped) uplinks.handle(copies);
      });
    },
    onSwallowed: ({ gatewayEui }) => tell({ kind: "duplicate", gatewayEui }),
  });

  function receive({ topic, payload }: MqttMessage): void {
    if (stopped) return;
    if (late && isLateTopic(topic)) {
      late.read(payload);
      return;
    }
    const read = readGatewayMessage(topic, payload);
    if (!read.ok) {
      tell({ kind: "messageRefused", fault: read.fault });
      return;
    }
    const { value } = read;
    writesJson.set(value.gatewayEui, value.json);
    if (value.kind === "up") deduplication.put(value.copy.key, value.copy);
    else if (value.kind === "ack") answers.acknowledge(value.ack);
  }

  return {
    start: () => link.start(),
    whenSubscribed: () => link.whenSubscribed(),
    enqueue: (devEui, item) => {
      const device = devices.get(devEui);
      assert.ok(device !== undefined, "the device is known");
      assert.ok(item.fPort >= 1 && item.fPort <= APPLICATION_FPORT_MAX, "an application's FPort is 1..223");
      assert.ok(item.payload.length <= APPLICATION_OCTETS_MAX, "a downlink's payload has 51 octets at most");
      device.queue.push(item);
    },
    counts: () => ({ ...counts }),
    stop: () => {
      stopped = true;
      late?.stop();
      return link.stop();
    },
  };
}

const DRAWN_ITEM = { fPort: 10, sizeOctets: 4 };

function drawQueues(devices: Iterable<Device>, settings: RigCoreSettings, chance: RngStream): void {
  for (const { queue } of devices) {
    // Always all draws: what one device gets moves no other's.
    const isChosen = chance.unit() < settings.downlinkShare;
    const confirmed = chance.unit() < settings.confirmedDownlinkShare;
    const payload = Buffer.from(Array.from({ length: DRAWN_ITEM.sizeOctets }, () => chance.below(256)));
    if (isChosen) queue.push({ fPort: DRAWN_ITEM.fPort, payload, confirmed });
  }
}

/**
 * The rig core's own join server, counters and answers, sitting on the air itself: what it hears it handles at once,
 * and its downlinks go on air in RX1 without a network between. For tests of what meters and core say to each other;
 * the whole road, with gateways, agents and a broker, is in fleet-world.ts.
 */
import { loraAirtimeUs } from "../../agent/lorawan/airtime.ts";
import type { Clock, Rng } from "../../agent/ports.ts";
import { type Air, nowUs, type Reception } from "../../simulator/air/air.ts";
import { createAnswers } from "../../simulator/core/answers.ts";
import type { CoreEvent, Tell } from "../../simulator/core/core-event.ts";
import type { Delivery } from "../../simulator/core/delivery.ts";
import { createDevices, type DeviceIdentity, type QueueItem } from "../../simulator/core/devices.ts";
import type { DownlinkFrame } from "../../simulator/core/downlink.ts";
import { completeSettings } from "../../simulator/core/settings.ts";
import { createUplinks } from "../../simulator/core/uplinks.ts";
import { DATA_RATES } from "../../simulator/meter/eu868.ts";

const NAME = "00000000000000a1";

export interface CoreOnAir {
  readonly events: readonly CoreEvent[];
  readonly deliveries: readonly Delivery[];
  /** For the device's next uplink. */
  enqueue(devEui: string, item: QueueItem): void;
}

export interface CoreOnAirParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly air: Air;
  readonly devices: readonly DeviceIdentity[];
}

export function putCoreOnAir({ clock, rng, air, devices: identities }: CoreOnAirParts): CoreOnAir {
  const settings = completeSettings();
  const devices = createDevices(identities, settings.netId, rng.stream("core/dev-addrs"));
  const events: CoreEvent[] = [];
  const deliveries: Delivery[] = [];
  const tell: Tell = (event) => events.push({ atUs: nowUs(clock), ...event } as CoreEvent);

  const answers = createAnswers({
    clock,
    chance: rng.stream("core/downlink-ids"),
    usesRx2: settings.usesRx2,
    tell,
    publish: (gatewayEui, frame) => {
      transmit(frame);
      const statuses = ["OK", "IGNORED"];
      clock.after(0, () => answers.acknowledge({ gatewayEui, downlinkId: frame.downlinkId ?? 0, statuses }));
      return true;
    },
  });
  const uplinks = createUplinks({
    clock,
    settings,
    devices,
    answers,
    tell,
    onDelivery: (delivery) => deliveries.push(delivery),
  });

  /** The first item, so long after the uplink whose end is the context. */
  function transmit(frame: DownlinkFrame): void {
    const { phyPayload, txInfo } = frame.items![0]!;
    const { frequency, power, modulation, timing, context } = txInfo!;
    const { bandwidth, spreadingFactor } = modulation!.lora!;
    const { seconds, nanos } = timing!.delay!.delay!;
    const radio = {
      frequencyHz: frequency!,
      bandwidthHz: bandwidth!,
      spreadingFactor: spreadingFactor!,
      powerDbm: power!,
      inverted: true,
    };
    const bytes = Buffer.from(phyPayload!);
    air.transmit(NAME, {
      ...radio,
      phyPayload: bytes,
      startUs: Buffer.from(context!).readDoubleBE() + 1e6 * Number(seconds) + nanos! / 1e3,
      airtimeUs: loraAirtimeUs({ ...radio, sizeOctets: bytes.length, crc: false }),
    });
  }

  function hear({ transmission, endUs, rssiDbm, snrDb }: Reception): void {
    const { phyPayload, frequencyHz, spreadingFactor, bandwidthHz } = transmission;
    const dataRate = DATA_RATES.findIndex(
      (rate) => rate.spreadingFactor === spreadingFactor && rate.bandwidthHz === bandwidthHz,
    );
    const context = Buffer.alloc(8);
    context.writeDoubleBE(endUs);
    const radio = { frequencyHz, dataRate, spreadingFactor, rssiDbm, snrDb, board: 0, antenna: 0 };
    const times = { gwTimeMs: undefined, gpsMs: undefined, delayed: false, holdMs: undefined };
    uplinks.handle([{ gatewayEui: NAME, phyPayload, key: "", ...radio, context, ...times }]);
  }

  air.addGateway({ name: NAME, hear });
  return { events, deliveries, enqueue: (devEui, item) => devices.get(devEui)!.queue.push(item) };
}

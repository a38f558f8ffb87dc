/**
 * An air in which one meter is alone, and a core that answers it as a test says: every transmission is handed to the
 * test, which may put a downlink of any shape on air at any true time.
 */
import { loraAirtimeUs } from "../../../agent/lorawan/airtime.ts";
import type { Air, Listener, Transmission } from "../../../simulator/air/air.ts";
import { nowUs } from "../../../simulator/air/air.ts";
import { cmacKey } from "../../../simulator/meter/cmac.ts";
import { type DataFrame, dataKeys, writeDataFrame } from "../../../simulator/meter/data-frames.ts";
import { type JoinAccept, writeJoinAccept } from "../../../simulator/meter/join-frames.ts";
import { sessionKeys10 } from "../../../simulator/meter/keys.ts";
import { createMeter, type Meter } from "../../../simulator/meter/meter.ts";
import type { MeterEvent } from "../../../simulator/meter/meter-event.ts";
import type { MeterSettings } from "../../../simulator/meter/meter-settings.ts";
import { createWater, drawHousehold } from "../../../simulator/meter/water.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

export const APP_KEY = Buffer.from("00112233445566778899aabbccddeeff", "hex");
export const ACCEPT: JoinAccept = {
  joinNonce: 0x010203,
  netId: "000013",
  devAddr: "26011fee",
  optNeg: false,
  rx1DataRateOffset: 0,
  rx2DataRate: 0,
  rxDelayS: 1,
  cfList: undefined,
};
const SETTINGS: MeterSettings = {
  schedule: { intervalMs: 3_600_000, jitterMs: 0 },
  confirmedShare: 0,
  dataRate: 5,
  joinDataRates: [5],
};

/** Both windows, the join-accept, and the minute within which the first uplink comes. */
const JOINED_WITHIN_S = 70;

type Shape = Partial<Transmission> & { readonly startUs: number };
type Kind = MeterEvent["kind"];

export interface Scene {
  readonly clock: WorldClock;
  readonly meter: Meter;
  /** The meter's transmissions, in order. */
  readonly sent: Transmission[];
  readonly events: MeterEvent[];
  of<K extends Kind>(kind: K): Extract<MeterEvent, { kind: K }>[];
  /** A downlink on air; as RX1 of the last transmission expects it, unless said otherwise. */
  answer(bytes: Buffer, shape: Shape): void;
  /** Where the last transmission's windows nominally open. */
  rx1Us(delayS?: number): number;
  accept(changed?: Partial<JoinAccept>): Buffer;
  /** A downlink of the session, FCnt counted by the caller. */
  downlink(frame: Partial<DataFrame>): Buffer;
  /** Joins in RX1 of the first join-request, and waits for the first uplink to be on its way. */
  join(changed?: Partial<JoinAccept>): Promise<void>;
}

export function stage(settings: Partial<MeterSettings> = {}, seed = 1): Scene {
  const clock = new WorldClock();
  const sent: Transmission[] = [];
  const events: MeterEvent[] = [];
  let listener: Listener | undefined;
  const air: Air = {
    addGateway: () => undefined,
    addMeter: (meter) => {
      listener = meter;
    },
    transmit: (_from, transmission) => sent.push(transmission),
  };
  const meter = createMeter({
    identity: { devEui: "02f1ee0000000001", joinEui: "02f1ee0000000001", appKey: APP_KEY },
    settings: { ...SETTINGS, ...settings },
    water: createWater(drawHousehold(new WorldRng(seed).stream("household"), clock.wallMs())),
    clock,
    rng: new WorldRng(seed),
    air,
    onEvent: (event) => events.push(event),
  });
  let devNonce = 0;

  const scene: Scene = {
    clock,
    meter,
    sent,
    events,
    of: (kind) => events.filter((event) => event.kind === kind) as never,
    answer: (phyPayload, shape) => {
      const { frequencyHz, spreadingFactor, bandwidthHz } = sent.at(-1)!;
      const modulation = { frequencyHz, spreadingFactor, bandwidthHz, ...shape };
      const airtimeUs = loraAirtimeUs({ ...modulation, sizeOctets: phyPayload.length, crc: false });
      const transmission = { phyPayload, inverted: true, powerDbm: 14, airtimeUs, ...modulation };
      const endUs = shape.startUs + airtimeUs;
      clock.after((endUs - nowUs(clock)) / 1_000, () =>
        listener!.hear({ transmission, endUs, rssiDbm: -100, snrDb: 5 }),
      );
    },
    rx1Us: (delayS = 1) => sent.at(-1)!.startUs + sent.at(-1)!.airtimeUs + delayS * 1_000_000,
    accept: (changed = {}) => {
      devNonce = scene.of("joinSent").at(-1)!.devNonce;
      return writeJoinAccept({ ...ACCEPT, ...changed }, { encryption: cmacKey(APP_KEY) });
    },
    downlink: (frame) => {
      const keys = dataKeys(sessionKeys10(cmacKey(APP_KEY).aes, { ...ACCEPT, devNonce }));
      const plain = { up: false, confirmed: false, devAddr: ACCEPT.devAddr, fCnt: 0, fPort: undefined };
      return writeDataFrame({ ...plain, ...frame }, keys);
    },
    join: async (changed) => {
      meter.start(0);
      await clock.advance(1);
      scene.answer(scene.accept(changed), { startUs: scene.rx1Us(5) });
      for (let second = 0; scene.of("uplinkSent").length === 0; second++) {
        if (second > JOINED_WITHIN_S) throw new Error("the meter never reported");
        await clock.advance(1_000);
      }
    },
  };
  return scene;
}

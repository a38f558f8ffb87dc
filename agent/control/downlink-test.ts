/**
 * A technician's test of the radio's other direction: one frame is sent, at once, and what the forwarder said comes back.
 *
 *   POST /downlink-test   TestWish: what is not wished is chosen      TestAnswer
 *
 * The frame is of MType "proprietary", which every device ignores, and has no DevAddr. It takes the road of every downlink
 * (downlink/downlinks.ts), so it is counted and charged like one; unlike a core's it never exceeds the duty cycle, whatever
 * the settings say. It is refused where no core may transmit, outside the sub-bands of EU863-870, above their power or
 * below any forwarder's, and where the frames heard are of another region.
 *
 * Source: LoRaWAN 1.0.4, 4.2.1 (MType 111); the sub-bands: lorawan/region.ts; RX2 of EU863-870: RP002-1.0.4, 2.4.7.
 */

import type { Downlinks } from "../downlink/downlinks.ts";
import type { SubBandLoad } from "../downlink/duty-cycle.ts";
import { airtimeUs } from "../lorawan/airtime.ts";
import { subBandOf } from "../lorawan/region.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";
import type { DownlinkItem } from "../north/core.ts";
import type { Clock, ControlAnswer, ControlRequest, Log } from "../ports.ts";
import type { ForwarderStatus } from "../south/sessions.ts";
import type { Feed } from "./feed.ts";

/** The name in which the test asks for its downlink: no core can have it, for an id has no brackets. */
export const TEST_CORE = "(test)";

const FREQUENCY_HZ = 869_525_000;
const SPREADING_FACTOR = 9;
const POWER_DBM = 14;
/**
 * The lowest of the reference forwarders' gain tables (packet_forwarder, global_conf.json, tx_lut_0): below it none can
 * obey, and a device across the street hears nothing; it is a slip of the finger.
 */
const POWER_DBM_MIN = -6;
const BANDWIDTH_HZ = 125_000;
const PROPRIETARY = 0xe0;
const PREAMBLE = 8;
const SPREADING_FACTOR_MIN = 7;
const SPREADING_FACTOR_MAX = 12;
const REGION_LOW_HZ = 863_000_000;
const REGION_HIGH_HZ = 870_000_000;

/** What the body of the question may have. */
export interface TestWish {
  /** true: nothing is sent, only said what would be. */
  readonly dryRun?: boolean;
  readonly gatewayEui?: string;
  readonly frequencyHz?: number;
  readonly spreadingFactor?: number;
  /** EIRP. */
  readonly powerDbm?: number;
}

export type TestFault =
  | "badWish"
  | "noForwarder"
  | "unknownGateway"
  | "severalGateways"
  | "forwarderSilent"
  | "mayNotTransmit"
  | "otherRegion"
  | "outsideBands"
  | "tooStrong"
  | "tooWeak"
  | "dutyCycle";

/** What would be sent. */
export interface TestPlan {
  readonly gatewayEui: string;
  readonly frequencyHz: number;
  readonly spreadingFactor: number;
  /** EIRP, whole: a forwarder takes no other (downlink/transmission.ts). Never more than was wished. */
  readonly powerDbm: number;
  readonly airtimeUs: number;
  readonly phyPayload: string;
  readonly subBand: string;
  /** Of the sub-band: used within the hour, and allowed. */
  readonly usedUs: number;
  readonly limitUs: number;
}

export type TestAnswer =
  | {
      readonly ok: false;
      readonly fault: TestFault;
      readonly gateways?: readonly string[];
      readonly limit?: number;
    }
  | { readonly ok: true; readonly plan: TestPlan; readonly said?: TestSaid };

/** What became of it. */
export interface TestSaid {
  readonly status: TxStatus | undefined;
  /** Another power than was asked for, where the forwarder said so. */
  readonly powerDbm?: number;
  /** The forwarder's own word, or why it was not sent. */
  readonly reason?: string;
  readonly tookMs: number;
}

export interface DownlinkTestParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: Feed;
  readonly downlinks: Pick<Downlinks, "command" | "allows" | "dutyCycleLoads">;
  readonly forwarders: () => readonly ForwarderStatus[];
  /** Any core may: else this gateway is one that only listens. */
  readonly mayTransmit: () => boolean;
  /** Where frames were heard. */
  readonly heardFrequenciesHz: (gatewayEui: string) => readonly number[];
}

/** @returns undefined for what is not its question. */
export function answerDownlinkTest(
  request: ControlRequest,
  parts: DownlinkTestParts,
): Promise<ControlAnswer> | undefined {
  if (request.method !== "POST" || request.path !== "/downlink-test") return undefined;
  return test(parts, (request.body ?? {}) as TestWish).then((body) => ({ status: 200, body }));
}

async function test(parts: DownlinkTestParts, wish: TestWish): Promise<TestAnswer> {
  const plan = planOf(parts, wish);
  if ("fault" in plan) return { ok: false, ...plan };
  if (wish.dryRun === true) return { ok: true, plan };
  const { gatewayEui, frequencyHz, spreadingFactor, powerDbm } = plan;
  parts.log.info({ gatewayEui, frequencyHz, spreadingFactor, powerDbm }, "downlink test");
  return { ok: true, plan, said: await send(parts, plan) };
}

// -------------------------------------------------------------------------------------------- the plan

type Fault = { readonly fault: TestFault; readonly gateways?: readonly string[]; readonly limit?: number };

function planOf(parts: DownlinkTestParts, wish: TestWish): TestPlan | Fault {
  const { frequencyHz = FREQUENCY_HZ, spreadingFactor = SPREADING_FACTOR, powerDbm = POWER_DBM } = wish;
  if (![frequencyHz, powerDbm].every(Number.isFinite) || !Number.isInteger(spreadingFactor))
    return { fault: "badWish" };
  if (spreadingFactor < SPREADING_FACTOR_MIN || spreadingFactor > SPREADING_FACTOR_MAX)
    return { fault: "badWish" };
  if (!parts.mayTransmit()) return { fault: "mayNotTransmit" };
  const gateway = gatewayOf(parts, wish.gatewayEui);
  if (typeof gateway !== "string") return gateway;
  const heard = parts.heardFrequenciesHz(gateway);
  const isElsewhere = heard.length > 0 && !heard.some((hz) => hz >= REGION_LOW_HZ && hz <= REGION_HIGH_HZ);
  if (isElsewhere) return { fault: "otherRegion" };
  const band = subBandOf(frequencyHz);
  const [low, high] = [frequencyHz - BANDWIDTH_HZ / 2, frequencyHz + BANDWIDTH_HZ / 2];
  // The whole channel, and not its middle alone.
  if (band === undefined || low < band.lowHz || high > band.highHz) return { fault: "outsideBands" };
  if (powerDbm > band.maxEirpDbm) return { fault: "tooStrong", limit: band.maxEirpDbm };
  if (powerDbm < POWER_DBM_MIN) return { fault: "tooWeak", limit: POWER_DBM_MIN };
  const phyPayload = payloadOf();
  const modulation = loraOf(spreadingFactor);
  const usUs = airtimeUs(modulation, phyPayload.length, { noCrc: true, preamble: PREAMBLE });
  const nowMs = parts.clock.monotonicMs();
  const load: SubBandLoad | undefined = parts.downlinks
    .dutyCycleLoads(gateway)
    .find(({ subBand }) => subBand === band.name);
  const limitUs = Math.round(band.dutyCycle * 3_600_000_000);
  if (!parts.downlinks.allows(gateway, frequencyHz, usUs, nowMs)) return { fault: "dutyCycle" };
  return {
    ...{ gatewayEui: gateway, frequencyHz, spreadingFactor, airtimeUs: usUs },
    powerDbm: Math.floor(powerDbm),
    phyPayload: phyPayload.toString("hex"),
    ...{ subBand: band.name, usedUs: load?.airtimeUs ?? 0, limitUs },
  };
}

function gatewayOf({ forwarders }: DownlinkTestParts, asked: string | undefined): string | Fault {
  const all = forwarders();
  const named = asked === undefined ? all : all.filter(({ gatewayEui }) => gatewayEui === asked);
  const gateways = all.map(({ gatewayEui }) => gatewayEui);
  if (all.length === 0) return { fault: "noForwarder" };
  if (named.length === 0) return { fault: "unknownGateway", gateways };
  const alive = named.filter((one) => one.alive);
  if (alive.length === 0) return { fault: "forwarderSilent", gateways };
  return alive.length === 1 ? alive[0]!.gatewayEui : { fault: "severalGateways", gateways };
}

function payloadOf(): Buffer {
  return Buffer.concat([Buffer.from([PROPRIETARY]), Buffer.from("edge-agent test", "ascii")]);
}

function loraOf(spreadingFactor: number) {
  return { kind: "lora", spreadingFactor, bandwidthHz: BANDWIDTH_HZ, codeRate: "4/5" } as const;
}

// ------------------------------------------------------------------------------------------ the sending

/** Resolves when the command has been answered, which it always is (downlink/downlinks.ts). */
function send({ clock, feed, downlinks }: DownlinkTestParts, plan: TestPlan): Promise<TestSaid> {
  const { gatewayEui, frequencyHz, spreadingFactor, powerDbm } = plan;
  const arrivedMonotonicMs = clock.monotonicMs();
  const item: DownlinkItem = {
    phyPayload: Buffer.from(plan.phyPayload, "hex"),
    ...{ frequencyHz, powerDbm, modulation: loraOf(spreadingFactor) },
    ...{ polarizationInversion: true, preamble: PREAMBLE, noCrc: true, board: 0, antenna: 0 },
    timing: { kind: "immediately" },
    context: Buffer.alloc(0),
  };
  return new Promise((resolve) => {
    // The answer alone has no word for the power; the feed has what the forwarder said.
    let said: { powerDbm?: number; reason?: string } = {};
    const stop = feed.subscribe((event) => {
      if (event.kind !== "txAck" || event.coreId !== TEST_CORE || event.gatewayEui !== gatewayEui) return;
      const { powerDbm: told, reason } = event;
      said = {
        ...(told === undefined ? {} : { powerDbm: told }),
        ...(reason === undefined ? {} : { reason }),
      };
    });
    downlinks.command(
      {
        ...{ coreId: TEST_CORE, gatewayEui, downlinkId: 0, items: [item] },
        ...{ arrivedMonotonicMs, unansweredMs: 0 },
      },
      ({ statuses }) => {
        const tookMs = Math.round(clock.monotonicMs() - arrivedMonotonicMs);
        // The feed is told right after the answer.
        queueMicrotask(() => {
          stop?.();
          resolve({ status: statuses[0], ...said, tookMs });
        });
      },
    );
  });
}

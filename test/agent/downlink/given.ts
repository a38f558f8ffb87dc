/** What the tests of the road back start from: an uplink, its answer, and a forwarder that can be asked. */
import { contextOf } from "../../../agent/downlink/context.ts";
import type { Frame } from "../../../agent/frame/frame.ts";
import type { Rxpk } from "../../../agent/lorawan/rxpk.ts";
import type { DownlinkCommand, DownlinkItem, DownlinkTiming } from "../../../agent/north/core.ts";
import type { Clock } from "../../../agent/ports.ts";

export const EUI = "aa555a0000000001";
export const SESSION = 7;

export interface Heard {
  readonly tmstUs: number;
  readonly heardMonotonicMs: number;
  readonly kernelBootId: string;
  readonly concentratorSession: number;
  readonly delayed: boolean;
  readonly board: number;
  readonly antenna: number;
}

/** The context of an uplink heard now, unless told otherwise, as the agent itself makes it. */
export function contextHeard(clock: Clock, heard: Partial<Heard> = {}): Buffer {
  const frame: Frame = {
    sequence: 1,
    gatewayEui: EUI,
    rxpkText: "{}",
    arrivedWallMs: clock.wallMs(),
    arrivedMonotonicMs: heard.heardMonotonicMs ?? clock.monotonicMs(),
    kernelBootId: heard.kernelBootId ?? clock.kernelBootId(),
    ageAtArrivalMs: 0,
    concentratorSession: heard.concentratorSession ?? SESSION,
    clockState: "synchronised",
    delayed: heard.delayed ?? false,
    repetition: false,
  };
  const rxpk = { tmstUs: heard.tmstUs ?? 1_000_000, board: heard.board ?? 0, antenna: heard.antenna ?? 0 };
  return contextOf(frame, rxpk as Rxpk);
}

export const LORA = { kind: "lora", spreadingFactor: 9, bandwidthHz: 125_000, codeRate: "4/5" } as const;
export const FSK = { kind: "fsk", bitrate: 50_000, deviationHz: 25_000 } as const;
export const LR_FHSS = { kind: "lrFhss", channelWidthHz: 137_000, gridSteps: 8, codeRate: "1/3" } as const;

export const IMMEDIATELY: DownlinkTiming = { kind: "immediately" };
export const delay = (delayMs: number): DownlinkTiming => ({ kind: "delay", delayMs });

/** An answer in RX1, as ChirpStack sends it. */
export function itemOf<T extends Partial<DownlinkItem>>(fields: T): DownlinkItem & T {
  return {
    phyPayload: Buffer.from("60010203040001000155aabbccdd", "hex"),
    frequencyHz: 868_100_000,
    powerDbm: 16,
    modulation: LORA,
    polarizationInversion: true,
    preamble: 0,
    noCrc: false,
    board: 0,
    antenna: 0,
    timing: IMMEDIATELY,
    context: Buffer.alloc(0),
    ...fields,
  };
}

export function commandOf(
  clock: Clock,
  items: readonly DownlinkItem[],
  fields: Partial<DownlinkCommand> = {},
): DownlinkCommand {
  return {
    coreId: "main",
    gatewayEui: EUI,
    downlinkId: 1,
    items,
    arrivedMonotonicMs: clock.monotonicMs(),
    unansweredMs: 0,
    ...fields,
  };
}

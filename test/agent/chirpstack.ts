/**
 * What ChirpStack says and reads, made and decoded by the definitions that it publishes.
 */
import { Duration, judge } from "./north/judge.ts";

export type DownlinkFrame = InstanceType<typeof judge.DownlinkFrame>;

export interface Answer {
  /** Milliseconds after the uplink; undefined: immediately. */
  readonly delayMs?: number | undefined;
  readonly context?: Uint8Array;
  readonly frequencyHz?: number;
  readonly powerDbm?: number;
  /** PHYPayload. */
  readonly phy?: Buffer;
  readonly fsk?: boolean;
}

/** A downlink with one item for each answer, RX1 and RX2 usually. */
export function downlinkFrame(downlinkId: number, answers: readonly Answer[]): DownlinkFrame {
  const frame = new judge.DownlinkFrame();
  frame.setDownlinkId(downlinkId);
  for (const answer of answers) {
    const txInfo = new judge.DownlinkTxInfo();
    txInfo.setFrequency(answer.frequencyHz ?? 868_100_000);
    txInfo.setPower(answer.powerDbm ?? 16);
    txInfo.setModulation(modulationOf(answer.fsk === true));
    txInfo.setTiming(timingOf(answer.delayMs));
    txInfo.setContext(answer.context ?? new Uint8Array());
    const item = new judge.DownlinkFrameItem();
    item.setPhyPayload(answer.phy ?? Buffer.from("60010203040001000155aabbccdd", "hex"));
    item.setTxInfo(txInfo);
    frame.addItems(item);
  }
  return frame;
}

function modulationOf(isFsk: boolean): InstanceType<typeof judge.Modulation> {
  const modulation = new judge.Modulation();
  if (isFsk) {
    const fsk = new judge.FskModulationInfo();
    fsk.setDatarate(50_000);
    fsk.setFrequencyDeviation(25_000);
    modulation.setFsk(fsk);
    return modulation;
  }
  const lora = new judge.LoraModulationInfo();
  lora.setBandwidth(125_000);
  lora.setSpreadingFactor(9);
  lora.setCodeRate(judge.CodeRate.CR_4_5);
  lora.setPolarizationInversion(true);
  modulation.setLora(lora);
  return modulation;
}

function timingOf(delayMs: number | undefined): InstanceType<typeof judge.Timing> {
  const timing = new judge.Timing();
  if (delayMs === undefined) {
    timing.setImmediately(new judge.ImmediatelyTimingInfo());
    return timing;
  }
  const duration = new Duration();
  duration.setSeconds(Math.floor(delayMs / 1_000));
  duration.setNanos((delayMs % 1_000) * 1e6);
  const delay = new judge.DelayTimingInfo();
  delay.setDelay(duration as never);
  timing.setDelay(delay);
  return timing;
}

/** gw.TxAckStatus by name. */
export function statusName(status: number): string {
  const names = Object.entries(judge.TxAckStatus).find(([, value]) => value === status);
  return names?.[0] ?? String(status);
}

export interface TxAck {
  readonly gatewayEui: string;
  readonly downlinkId: number;
  readonly statuses: readonly string[];
}

export function readTxAck(payload: Uint8Array): TxAck {
  const ack = judge.DownlinkTxAck.deserializeBinary(payload);
  return {
    gatewayEui: ack.getGatewayId(),
    downlinkId: ack.getDownlinkId(),
    statuses: ack.getItemsList().map((item) => statusName(item.getStatus())),
  };
}

export interface Uplink {
  readonly gatewayEui: string;
  /** PHYPayload, hex. */
  readonly phy: string;
  readonly context: Buffer;
  readonly uplinkId: number;
  readonly replayed: boolean;
}

export function readUplink(payload: Uint8Array): Uplink {
  const up = judge.UplinkFrame.deserializeBinary(payload);
  const rxInfo = up.getRxInfo()!;
  return {
    gatewayEui: rxInfo.getGatewayId(),
    phy: Buffer.from(up.getPhyPayload_asU8()).toString("hex"),
    context: Buffer.from(rxInfo.getContext_asU8()),
    uplinkId: rxInfo.getUplinkId(),
    replayed: rxInfo.getMetadataMap().get("delayed") === "true",
  };
}

export function readConnState(payload: Uint8Array): "ONLINE" | "OFFLINE" {
  const { ONLINE } = judge.ConnState.State;
  return judge.ConnState.deserializeBinary(payload).getState() === ONLINE ? "ONLINE" : "OFFLINE";
}

/**
 * Frames about to be carried, for tests: as a forwarder's rxpk gives them, with everything else plain.
 */
import type { Frame } from "../../../agent/frame/frame.ts";
import { deriveHeard } from "../../../agent/frame/heard.ts";
import type { Carried } from "../../../agent/north/core.ts";

export const GATEWAY_EUI = "7076ff0056040000";

/** A LoRa data frame (vector helium-push-rxpk's shape). */
export const LORA_RXPK = {
  tmst: 3_512_348_611,
  chan: 2,
  rfch: 0,
  freq: 866.349812,
  stat: 1,
  modu: "LORA",
  datr: "SF7BW125",
  codr: "4/6",
  rssi: -35.4,
  lsnr: 5.1,
  size: 32,
  data: "QAQDAgGAAQABppRkJhXWw7WC9DhwV1fNFsc=",
};

/** A join-request, as LORA_RXPK else. */
export const JOIN_RXPK = { ...LORA_RXPK, size: 23, data: "AAEAAAAAAAAAAgAAAAAAAAADAEdmdmc=" };

function frameOf(rxpk: object | string = LORA_RXPK, more: Partial<Frame> = {}): Frame {
  return {
    sequence: 7,
    gatewayEui: GATEWAY_EUI,
    rxpkText: typeof rxpk === "string" ? rxpk : JSON.stringify(rxpk),
    arrivedWallMs: Date.UTC(2026, 0, 1, 12),
    arrivedMonotonicMs: 90_000,
    kernelBootId: "0123456789abcdef0123456789abcdef",
    ageAtArrivalMs: 0,
    concentratorSession: 3,
    clockState: "synchronised",
    delayed: false,
    repetition: false,
    ...more,
  };
}

export function carriedOf(
  rxpk: object | string = LORA_RXPK,
  more: Partial<Omit<Carried, "heard">> & { frame?: Partial<Frame> } = {},
): Carried {
  const { frame, ...carried } = more;
  const heard = deriveHeard(frameOf(rxpk, frame));
  if (!heard.ok) throw new Error(`no rxpk: ${heard.fault}`);
  return {
    heard: heard.value,
    ageMs: 40,
    replay: false,
    heardUtcMs: Date.UTC(2026, 0, 1, 12),
    timeSource: "ntp",
    expiresInMs: undefined,
    ...carried,
  };
}

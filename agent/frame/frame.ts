/**
 * A frame: one transmission as one gateway heard it.
 *
 * `Frame` is what is kept, and no more: whatever can be derived from it (modulation, DevAddr, the message for
 * the core) is made when it is needed, so that a later version reads better what an earlier one stored.
 * `HeardFrame` is a frame together with what was read from its text. Which frames are kept: admission.ts.
 */
import type { Phy } from "../lorawan/phy.ts";
import type { Rxpk } from "../lorawan/rxpk.ts";

/** How far the gateway's wall clock could be trusted at a moment. One spelling everywhere. */
export type ClockState = "gps" | "synchronised" | "unsynchronised";

export interface Frame {
  /** Rises with every frame kept, also across restarts; unique within one journal. */
  readonly sequence: number;
  /** 16 lower-case hex digits. */
  readonly gatewayEui: string;
  /** The rxpk's JSON text, as heard. */
  readonly rxpkText: string;
  readonly arrivedWallMs: number;
  readonly arrivedMonotonicMs: number;
  readonly kernelBootId: string;
  /** How old the frame was when it arrived, by the concentrator's clock; 0 for a live one. */
  readonly ageAtArrivalMs: number;
  /** Which run of the concentrator heard it; rises when the concentrator restarts. */
  readonly concentratorSession: number;
  /** The wall clock's state at arrival. */
  readonly clockState: ClockState;
  /** The forwarder said that it had held this frame back. */
  readonly delayed: boolean;
  /** The same PHY was heard before with another tmst: a device's own repetition (NbTrans). */
  readonly repetition: boolean;
}

/** A frame before the journal has numbered it. */
export type FrameDraft = Omit<Frame, "sequence">;

export interface HeardFrame {
  readonly frame: Frame;
  readonly rxpk: Rxpk;
  /** undefined when the payload is no LoRaWAN frame (and the settings let such pass). */
  readonly phy: Phy | undefined;
}

/**
 * Frames of one device in order: the lane's name. Data frames by DevAddr, joins and rejoins by DevEUI, all else
 * in one lane; lanes of two gateways never mix.
 */
export type Lane = string;

/** @returns `<gatewayEui>/d<devAddr>`, `<gatewayEui>/j<devEui>` or `<gatewayEui>/x`. */
export function laneOf(gatewayEui: string, phy: Phy | undefined): Lane {
  if (phy?.kind === "data") return `${gatewayEui}/d${phy.devAddr}`;
  if (phy?.kind === "joinRequest" || phy?.kind === "rejoinRequest") return `${gatewayEui}/j${phy.devEui}`;
  return `${gatewayEui}/x`;
}

/** A replay is a frame older than this when it is sent; younger ones are live. */
export const LIVE_AGE_LIMIT_MS = 2_000;

/**
 * The frame's age now.
 * @param monotonicMs only meaningful within the frame's own kernel boot; otherwise wall time decides.
 */
export function ageMs(
  frame: Frame,
  now: { monotonicMs: number; wallMs: number; kernelBootId: string },
): number {
  const sinceArrivalMs =
    frame.kernelBootId === now.kernelBootId
      ? now.monotonicMs - frame.arrivedMonotonicMs
      : Math.max(now.wallMs - frame.arrivedWallMs, LIVE_AGE_LIMIT_MS + 1);
  return frame.ageAtArrivalMs + sinceArrivalMs;
}

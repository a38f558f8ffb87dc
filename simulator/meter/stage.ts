/**
 * The two stages of a meter's life, joining (joining.ts) and reporting (reporting.ts), and what both work with.
 */
import type { RngStream } from "../../agent/ports.ts";
import type { Reception, Transmission } from "../air/air.ts";
import type { DownlinkMiss, MeterEvent, OnAir } from "./meter-event.ts";
import type { MeterIdentity, MeterSettings } from "./meter-settings.ts";
import type { Radio, Sent } from "./radio.ts";
import { closeUs, type ReceiveWindow } from "./receive-windows.ts";

export interface Stage {
  /** A window received a frame. @returns whether it was for this meter. */
  receive(bytes: Buffer, window: ReceiveWindow, reception: Reception): boolean;
  /** A downlink was on air, for whomever, that no window received. */
  miss(bytes: Buffer, why: DownlinkMiss, transmission: Transmission): void;
}

export interface StageTools {
  readonly identity: MeterIdentity;
  readonly settings: MeterSettings;
  readonly radio: Radio;
  readonly chance: RngStream;
  /** Plans the one thing to come, instead of what was planned; it is told the moment it was planned for. */
  readonly at: (atUs: number, run: (atUs: number) => void) => void;
  readonly tell: (event: MeterEvent) => void;
}

/** Late timers of a real clock come in any order: a meter gives up a little after the last octet could have come. */
const CLOSE_GUARD_US = 100_000;

/**
 * Plans what happens when both windows have passed in vain.
 *
 * A real radio sleeps as soon as a window shows no preamble. Here the air tells of a frame at its end only, so a
 * meter waits for the longest that might have begun: up to 2.8 s more, where RX2 is at SF12.
 */
export function afterWindows(tools: StageTools, sent: Sent, unanswered: (atUs: number) => void): void {
  tools.at(closeUs(sent.windows) + CLOSE_GUARD_US, (atUs) => {
    tools.radio.sleep();
    unanswered(atUs);
  });
}

export function onAir(sent: Sent, attempt: number): OnAir {
  const { frequencyHz, spreadingFactor, startUs, airtimeUs } = sent.transmission;
  return { frequencyHz, spreadingFactor, startUs, airtimeUs, attempt };
}

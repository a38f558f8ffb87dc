/** What the journal's bench is fed with: a water meter's readings as one gateway heard them, and a clock in a hurry. */

import type { FrameDraft, Lane } from "../../agent/frame/frame.ts";
import { openClock } from "../../agent/host/clock.ts";
import type { Clock, Log, Timer } from "../../agent/ports.ts";

export const CORES = ["main"] as const;

export const EUI = "7076ff0056010203";
const FIRST_DEV_ADDR = 0x26010000;
/** Header, port, 27 octets, MIC. */
const PHY_OCTETS = 40;
const KNUTH = 2_654_435_761;

/** Who sent what: each frame's meter, in the order in which they were heard. */
export type Shape = "even" | "loud";

export const DEVICES = 5_000;
/** Of the loud meter's frames, when a million are stored. */
const LOUD_SHARE = 10_000 / 1_000_000;

/** @returns the meter of the frame with this number: all in turn, or one of them far more often. */
export function meterOf(frame: number, shape: Shape): number {
  return shape === "loud" && frame % (1 / LOUD_SHARE) === 0 ? 0 : frame % DEVICES;
}

export function laneOfMeter(meter: number): Lane {
  return `${EUI}/d${(FIRST_DEV_ADDR + meter).toString(16).padStart(8, "0")}`;
}

const phy = Buffer.alloc(PHY_OCTETS, 0x5a);

/** No two are alike; what was encrypted cannot be compressed. @param agoMs before now. */
export function draftOf(frame: number, meter: number, clock: Clock, agoMs: number): FrameDraft {
  const tmst = (frame * 60_000) % 2 ** 32;
  phy[0] = 0x40;
  phy.writeUInt32LE(FIRST_DEV_ADDR + meter, 1);
  phy[5] = 0x80;
  phy.writeUInt16LE(frame & 0xffff, 6);
  phy[8] = 2;
  for (let at = 9, word = frame + 1; at + 4 <= PHY_OCTETS; at += 4) {
    word = Math.imul(word ^ (word >>> 15), KNUTH) + at;
    phy.writeInt32LE(word | 0, at);
  }
  const channel = meter % 8;
  return {
    gatewayEui: EUI,
    rxpkText:
      `{"jver":1,"tmst":${tmst},"chan":${channel},"rfch":${channel >> 2},"freq":${(867.1 + channel * 0.2).toFixed(6)}` +
      `,"mid": ${channel},"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssis":-97,"lsnr":7.8,"foff":-512` +
      `,"rssi":-96,"size":${PHY_OCTETS},"data":"${phy.toString("base64")}"}`,
    arrivedWallMs: clock.wallMs() - agoMs,
    arrivedMonotonicMs: clock.monotonicMs() - agoMs,
    kernelBootId: clock.kernelBootId(),
    ageAtArrivalMs: 0,
    concentratorSession: 1,
    clockState: "synchronised",
    delayed: false,
    repetition: false,
  };
}

/**
 * The gateway's clock, `speed` times as fast. What is due at once runs in this turn of the loop: Node's shortest timer is
 * a millisecond, which is longer than a commit. A sleep has no end: who would go on without what is measured waits for it.
 */
export function hurriedClock(speed: number): Clock {
  const clock = openClock();
  const startMs = clock.monotonicMs();
  const startWallMs = clock.wallMs();
  const sinceMs = (): number => (clock.monotonicMs() - startMs) * speed;
  const after = (delayMs: number, run: () => void): Timer => {
    if (delayMs > 0) return clock.after(delayMs / speed, run);
    const immediate = setImmediate(run);
    return { cancel: () => clearImmediate(immediate) };
  };
  return {
    wallMs: () => startWallMs + sinceMs(),
    monotonicMs: () => startMs + sinceMs(),
    kernelBootId: clock.kernelBootId,
    after,
    sleep: () => new Promise(() => {}),
  };
}

/** What a journal has to say while nothing is wrong is not for a bench. */
export const LOG: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields, event) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
  error: (fields, event) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
  child: () => LOG,
};

/**
 * A stored frame read again: its text becomes what was heard, as the running version reads it.
 *
 * Live frames need it not, they come with what was read on arrival. Pure.
 */
import { readPhy } from "../lorawan/phy.ts";
import type { Read } from "../lorawan/read.ts";
import { type RxpkFault, readRxpk } from "../lorawan/rxpk.ts";
import type { Frame, HeardFrame } from "./frame.ts";

/** @returns the reader's fault when an earlier version read what this one cannot. */
export function deriveHeard(frame: Frame): Read<HeardFrame, RxpkFault> {
  const rxpk = readRxpk(frame.rxpkText);
  if (!rxpk.ok) return rxpk;
  const phy = readPhy(rxpk.value.payload);
  return { ok: true, value: { frame, rxpk: rxpk.value, phy: phy.ok ? phy.value : undefined } };
}

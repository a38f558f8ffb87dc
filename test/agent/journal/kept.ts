/** Journals with frames as meters send them, for the tests of what is looked at, carried away and brought in. */
import type { FrameDraft, Lane } from "../../../agent/frame/frame.ts";
import { laneOf } from "../../../agent/frame/frame.ts";
import type { OpenJournal } from "../../../agent/journal/store-journal.ts";
import { readPhy } from "../../../agent/lorawan/phy.ts";
import { dataPhy } from "../agent-world.ts";
import { EUI } from "./fixtures.ts";

export const HEARD_MS = Date.UTC(2026, 0, 1);
export const OTHER_BOOT = "fedcba9876543210fedcba9876543210";

export interface Reading {
  readonly devAddr: string;
  readonly fCnt: number;
  /** Since the first. */
  readonly atMs: number;
}

/** So many readings of so many meters, one after the other, a second apart. */
export function readings(count: number, meters = 8): Reading[] {
  return Array.from({ length: count }, (_, at) => ({
    devAddr: (0x26010000 + (at % meters)).toString(16).padStart(8, "0"),
    fCnt: Math.floor(at / meters),
    atMs: at * 1_000,
  }));
}

/** As a forwarder writes it. */
export function rxpkOf(phy: string, tmst: number, more: object = {}): string {
  return JSON.stringify({
    tmst,
    chan: 2,
    rfch: 1,
    freq: 868.5,
    stat: 1,
    modu: "LORA",
    datr: "SF9BW125",
    codr: "4/5",
    rssi: -97,
    lsnr: -3.2,
    size: phy.length / 2,
    data: Buffer.from(phy, "hex").toString("base64"),
    ...more,
  });
}

export interface KeptDraft {
  readonly draft: FrameDraft;
  readonly lane: Lane;
}

/** Heard in an earlier boot, under a right clock. */
export function draftOf({ devAddr, fCnt, atMs }: Reading, changes: Partial<FrameDraft> = {}): KeptDraft {
  const phy = dataPhy(devAddr, fCnt);
  const gatewayEui = changes.gatewayEui ?? EUI;
  const read = readPhy(Buffer.from(phy, "hex"));
  const draft: FrameDraft = {
    gatewayEui,
    rxpkText: rxpkOf(phy, (1_000 * atMs) % 2 ** 32),
    arrivedWallMs: HEARD_MS + atMs,
    arrivedMonotonicMs: 60_000.125 + atMs,
    kernelBootId: OTHER_BOOT,
    ageAtArrivalMs: 0,
    concentratorSession: 3,
    clockState: "synchronised",
    delayed: false,
    repetition: false,
    ...changes,
  };
  return { draft, lane: laneOf(gatewayEui, read.ok ? read.value : undefined) };
}

/** Keeps them all; resolves when all have custody. */
export async function keepAll(
  journal: OpenJournal,
  drafts: readonly KeptDraft[],
  cores: readonly string[] = ["main"],
): Promise<void> {
  const AT_ONCE = 1_024;
  for (let from = 0; from < drafts.length; from += AT_ONCE) {
    const held = drafts.slice(from, from + AT_ONCE).map(
      ({ draft, lane }) =>
        new Promise((told) => {
          journal.keep(draft, lane, cores, told);
        }),
    );
    journal.commitNow();
    await Promise.all(held);
  }
}

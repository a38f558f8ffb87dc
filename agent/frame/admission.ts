/**
 * Admission: which frames are kept. Decided before anything is stored, for what is stored must be carried.
 *
 * In this order: CRC policy, not LoRaWAN, downlinks overheard, the filters by network, whether any core should have it
 * (core-filters.ts), then what the table of repeats says (repeats.ts):
 *
 *   repeat      not kept again; it is acknowledged when the frame it repeats has custody.
 *   ghost       one transmission on two channels, of which only one is true; the core would answer RX1 on the
 *               channel of whichever comes first. Of one datagram (there both usually are, for they end at the same
 *               moment) only the best by SNR is kept. Across datagrams the worse is refused when it comes second.
 *               When the better comes second the worse is already on its way and cannot be called back; the better
 *               is kept too, as a repetition: the core takes whichever it sees first and drops the other by its
 *               counter, so the answer may be right, which it could not be without.
 *   repetition  the same PHYPayload again (NbTrans, or another board): kept and marked, for it may get through
 *               where the first did not; in a replay one copy is enough.
 *
 * Pure but for its memory, the table. Unreadable rxpks are counted where they are read (agent/south/).
 */
import { airtimeUs } from "../lorawan/airtime.ts";
import { type Phy, readPhy } from "../lorawan/phy.ts";
import type { CrcStatus, Rxpk } from "../lorawan/rxpk.ts";
import { createNetworkFilter, type FilterSettings, type NetworkRefusal } from "./network-filter.ts";
import { createRepeats, REPEATS_MAX } from "./repeats.ts";

type Refusal =
  | "crcBad"
  | "crcNone"
  | "crcOk"
  | "notLorawan"
  | "downlink"
  | NetworkRefusal
  | "noCore"
  | "ghost"
  | "repeatInDatagram";

export type Verdict =
  | {
      readonly kind: "admitted";
      /** undefined when the payload is no LoRaWAN frame (and the settings let such pass). */
      readonly phy: Phy | undefined;
      readonly repetition: boolean;
      /** Name of this reception for kept(). */
      readonly slot: number;
    }
  | { readonly kind: "repeat"; readonly sequence: number }
  | { readonly kind: "refused"; readonly reason: Refusal };

export interface Candidate {
  readonly rxpk: Rxpk;
  readonly concentratorSession: number;
}

export interface Admission {
  /**
   * Judges the frames of one datagram, together, for its ghosts.
   * @returns a verdict for each, in order. Each admitted one must be kept() before the next call.
   */
  judge(gatewayEui: string, frames: readonly Candidate[], nowMs: number): Verdict[];
  /** The journal has numbered an admitted frame. */
  kept(slot: number, sequence: number): void;
  /** The journal had to give the frame up: its repeat is a new frame. */
  forget(sequence: number): void;
  /** New settings for what comes; what was kept stays. */
  configure(settings: AdmissionSettings): void;
  /** Receptions in the table of repeats. */
  readonly remembered: number;
}

export interface AdmissionSettings extends FilterSettings {
  readonly crc: readonly CrcStatus[];
  readonly lorawanOnly: boolean;
}

export interface AdmissionOptions {
  /** Whether any core should have it. Absent: always. */
  readonly isWanted?: (phy: Phy | undefined) => boolean;
  /** For tests. */
  readonly repeatsMax?: number;
}

/** @param seed by chance, 32 bits: the hash of repeats must not be guessed. */
export function createAdmission(
  settings: AdmissionSettings,
  seed: number,
  { isWanted = () => true, repeatsMax = REPEATS_MAX }: AdmissionOptions = {},
): Admission {
  const repeats = createRepeats(seed, repeatsMax);
  let { crc, lorawanOnly } = settings;
  let filter = createNetworkFilter(settings);

  /** @returns the refusal, or the PHY. */
  const screen = (rxpk: Rxpk): { refusal: Refusal } | { phy: Phy | undefined } => {
    if (!crc.includes(rxpk.crc)) return { refusal: CRC_REFUSAL[rxpk.crc] };
    const read = readPhy(rxpk.payload);
    if (!read.ok) {
      if (lorawanOnly) return { refusal: "notLorawan" };
      return isWanted(undefined) ? { phy: undefined } : { refusal: "noCore" };
    }
    const phy = read.value;
    if (phy.kind === "joinAccept" || (phy.kind === "data" && !phy.up)) return { refusal: "downlink" };
    const refusal = filter(phy, lorawanOnly);
    if (refusal !== undefined) return { refusal };
    return isWanted(phy) ? { phy } : { refusal: "noCore" };
  };

  const judgeOne = (
    gatewayEui: string,
    candidate: Candidate,
    nowMs: number,
    verdicts: Verdict[],
  ): Verdict => {
    const { rxpk, concentratorSession } = candidate;
    const screened = screen(rxpk);
    if ("refusal" in screened) return { kind: "refused", reason: screened.refusal };
    const reception = {
      gatewayEui,
      concentratorSession,
      board: rxpk.board ?? 0,
      tmstUs: rxpk.tmstUs,
      frequencyHz: rxpk.frequencyHz,
      modulation: rxpk.modulation,
      snrDb: rxpk.snrDb,
      payload: rxpk.payload,
    };
    const match = repeats.find(reception, airtimeUs(rxpk.modulation, rxpk.payload.length), nowMs);
    if (match.repeat >= 0) {
      const sequence = repeats.sequenceAt(match.repeat);
      if (sequence === undefined) return { kind: "refused", reason: "repeatInDatagram" };
      return { kind: "repeat", sequence };
    }
    if (match.ghost >= 0) {
      const isBetter = (rxpk.snrDb ?? Number.NEGATIVE_INFINITY) > repeats.snrDbAt(match.ghost);
      if (!isBetter) return { kind: "refused", reason: "ghost" };
      if (repeats.sequenceAt(match.ghost) === undefined) {
        const loser = verdicts.findIndex(
          (verdict) => verdict.kind === "admitted" && verdict.slot === match.ghost,
        );
        const { repetition } = verdicts[loser] as Verdict & { kind: "admitted" };
        verdicts[loser] = { kind: "refused", reason: "ghost" };
        repeats.remove(match.ghost);
        return { kind: "admitted", phy: screened.phy, repetition, slot: repeats.addFound(reception, nowMs) };
      }
    }
    const slot = repeats.addFound(reception, nowMs);
    return { kind: "admitted", phy: screened.phy, repetition: match.heardBefore, slot };
  };

  return {
    judge: (gatewayEui, frames, nowMs) => {
      const verdicts: Verdict[] = [];
      for (const frame of frames) verdicts.push(judgeOne(gatewayEui, frame, nowMs, verdicts));
      return verdicts;
    },
    kept: repeats.setSequence,
    forget: repeats.forget,
    configure: (changed) => {
      ({ crc, lorawanOnly } = changed);
      filter = createNetworkFilter(changed);
    },
    get remembered() {
      return repeats.size;
    },
  };
}

const CRC_REFUSAL = { ok: "crcOk", bad: "crcBad", none: "crcNone" } as const;

/**
 * A PUSH_DATA's way: split, read, dated, judged, kept; and its PUSH_ACK.
 *
 * The promise: the PUSH_ACK leaves when no admitted frame of the datagram is only in memory, and not before, however
 * late that is. A datagram with nothing to keep is acknowledged at once, or a forwarder with a store would repeat it
 * for ever. One of which a frame was given up is never acknowledged, and that frame is new when it is repeated. A
 * repeat is acknowledged with the frame it repeats.
 *
 * Each datagram stands for itself, whatever its token: forwarders use tokens twice.
 */
import type { Admission, Candidate, Verdict } from "../frame/admission.ts";
import type { ClockState, FrameDraft } from "../frame/frame.ts";
import type { Counters } from "../health/counters.ts";
import type { Records } from "../health/records/records.ts";
import type { CustodyOutcome } from "../journal/journal.ts";
import { utcMsFromGpsMs } from "../lorawan/gps-time.ts";
import type { Phy } from "../lorawan/phy.ts";
import { splitPushBody } from "../lorawan/push-body.ts";
import { type Rxpk, readRxpk } from "../lorawan/rxpk.ts";
import { readStat } from "../lorawan/stat.ts";
import type { WallClockState } from "./clock-state.ts";
import type { AgeReading, HeardTime, Now } from "./concentrator-clock.ts";
import type { ConcentratorClocks } from "./concentrator-clocks.ts";
import type { Forwarder } from "./sessions.ts";

/**
 * Repeats that wait for the custody of what they repeat. A forwarder that is never acknowledged repeats for ever;
 * beyond this its repeats are not waited for, and not acknowledged.
 */
export const REPEATS_WAITING_MAX = 4_096;
/** A frame this young was heard now: its tmms can be laid beside the wall clock. */
const GPS_AGE_MS_MAX = 1_000;

/** Who keeps what is admitted: the journal, and the courier told of it (agent.ts). */
export interface Keeper {
  /** Whether any core should have it: what nobody should have is not kept. @param phy undefined: no LoRaWAN. */
  isWanted(phy: Phy | undefined): boolean;
  /**
   * @param onCustody called once, never from inside keep().
   * @returns the frame's sequence.
   */
  keep(
    draft: FrameDraft,
    rxpk: Rxpk,
    phy: Phy | undefined,
    onCustody: (outcome: CustodyOutcome) => void,
  ): number;
  /** As Journal.whenCustody. */
  whenCustody(sequence: number, onCustody: (outcome: CustodyOutcome) => void): void;
}

/** Whoever looks on (agent/control/feed.ts). He is told only while he listens. */
export interface PushOnlooker {
  readonly hasListeners: boolean;
  /** @param sequence of an admitted frame. */
  judged(
    gatewayEui: string,
    arrivedWallMs: number,
    heard: { readonly rxpk: Rxpk; readonly ageMs: number },
    verdict: Verdict,
    sequence: number | undefined,
  ): void;
  custody(gatewayEui: string, sequence: number, outcome: CustodyOutcome): void;
}

export interface PushDataParts {
  readonly counters: Pick<Counters, "count">;
  readonly keeper: Keeper;
  readonly admission: Admission;
  readonly clocks: ConcentratorClocks;
  readonly clockState: Pick<WallClockState, "state" | "heardGps">;
  readonly kernelBootId: string;
  readonly monotonicMs: () => number;
  /** @param text the stat's JSON as it stood in the datagram. */
  readonly onStat: (gatewayEui: string, text: string) => void;
  readonly records?: Pick<Records, "heard" | "admitted" | "stat"> | undefined;
  readonly onlooker?: PushOnlooker | undefined;
}

/** When a datagram arrived, by one reading of both clocks. */
interface Arrival {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** An rxpk that could be read. */
interface Read extends Candidate {
  readonly text: string;
  readonly age: AgeReading;
}

/** @param acknowledge sends the PUSH_ACK; called at most once, perhaps before this returns. */
export type PushDataHandler = (
  forwarder: Forwarder,
  body: Buffer,
  arrival: Arrival,
  acknowledge: () => void,
) => void;

export function createPushDataHandler(parts: PushDataParts): PushDataHandler {
  const { counters, keeper, admission, clocks, clockState, kernelBootId, records, onlooker } = parts;
  let repeatsWaiting = 0;

  const readStatOf = (forwarder: Forwarder, text: string, nowMs: number): void => {
    const stat = readStat(text);
    if (!stat.ok) {
      counters.count("statUnreadable", stat.fault);
      return;
    }
    forwarder.stat = stat.value;
    forwarder.lastStatMs = nowMs;
    forwarder.rxCounts.stat(stat.value);
    records?.stat(forwarder.gatewayEui, stat.value);
    parts.onStat(forwarder.gatewayEui, text);
  };

  const readRxpks = (forwarder: Forwarder, texts: readonly string[]): { text: string; rxpk: Rxpk }[] => {
    const read: { text: string; rxpk: Rxpk }[] = [];
    for (const text of texts) {
      const rxpk = readRxpk(text);
      if (rxpk.ok) {
        forwarder.rxpk[rxpk.value.crc] += 1;
        read.push({ text, rxpk: rxpk.value });
      } else {
        forwarder.rxpk.unreadable += 1;
        counters.count("rxpkUnreadable", rxpk.fault);
      }
    }
    return read;
  };

  /** All teach the clock before any is judged: the youngest of a datagram tells how old the others are. */
  const dated = (eui: string, read: readonly { text: string; rxpk: Rxpk }[], now: Now): Read[] => {
    const times = read.map(({ rxpk }) => heardTimeOf(rxpk));
    for (const [i, { rxpk }] of read.entries()) clocks.learn(eui, rxpk.board ?? 0, times[i]!, now);
    return read.map(({ text, rxpk }, i) => {
      const age = clocks.judge(eui, rxpk.board ?? 0, times[i]!, now);
      const { utcMs, utcFromGps } = times[i]!;
      if (utcFromGps && age.certain && age.ageMs <= GPS_AGE_MS_MAX) {
        clockState.heardGps(utcMs!, now.wallMs - age.ageMs);
      }
      return { text, rxpk, age, concentratorSession: age.session };
    });
  };

  const draftOf = (
    eui: string,
    { text, rxpk, age }: Read,
    repetition: boolean,
    arrival: Arrival,
    state: ClockState,
  ): FrameDraft => ({
    gatewayEui: eui,
    rxpkText: text,
    arrivedWallMs: arrival.wallMs,
    arrivedMonotonicMs: arrival.monotonicMs,
    kernelBootId,
    ageAtArrivalMs: Math.round(age.ageMs),
    concentratorSession: age.session,
    clockState: state,
    delayed: rxpk.delayed,
    repetition,
  });

  return (forwarder, body, arrival, acknowledge) => {
    const { gatewayEui } = forwarder;
    forwarder.lastPushMs = arrival.monotonicMs;
    forwarder.pushData += 1;
    const split = splitPushBody(body);
    if (split.faults.length > 0) {
      forwarder.brokenBodies += 1;
      for (const fault of split.faults) counters.count("pushDataBroken", fault);
    }
    const read = readRxpks(forwarder, split.rxpks);

    /** What must have custody yet, and this function itself until it ends. */
    let waiting = 1;
    let givenUp = false;
    let late = false;
    const settle = (outcome: CustodyOutcome): void => {
      if (outcome === "givenUp") givenUp = true;
      waiting -= 1;
      if (waiting > 0) return;
      if (late) forwarder.acksWaiting -= 1;
      if (givenUp) {
        forwarder.acksWithheld += 1;
        return;
      }
      acknowledge();
      const nowMs = parts.monotonicMs();
      forwarder.ackLatency.add(nowMs - arrival.monotonicMs, nowMs);
    };

    const keep = (frame: Read, verdict: Verdict & { kind: "admitted" }, state: ClockState): void => {
      waiting += 1;
      const { monotonicMs } = arrival;
      records?.admitted(gatewayEui, frame.rxpk, verdict.phy, monotonicMs - frame.age.ageMs, monotonicMs);
      const draft = draftOf(gatewayEui, frame, verdict.repetition, arrival, state);
      const sequence = keeper.keep(draft, frame.rxpk, verdict.phy, (outcome) => {
        if (outcome === "givenUp") admission.forget(sequence);
        settle(outcome);
        if (onlooker?.hasListeners) onlooker.custody(gatewayEui, sequence, outcome);
      });
      admission.kept(verdict.slot, sequence);
      if (onlooker?.hasListeners) tell(frame, verdict, sequence);
    };

    const tell = (frame: Read, verdict: Verdict, sequence?: number): void => {
      const heard = { rxpk: frame.rxpk, ageMs: frame.age.ageMs };
      onlooker?.judged(gatewayEui, arrival.wallMs, heard, verdict, sequence);
    };

    const waitForRepeated = (sequence: number): void => {
      counters.count("frameRepeated");
      if (repeatsWaiting >= REPEATS_WAITING_MAX) {
        counters.count("repeatNotAwaited");
        givenUp = true;
        return;
      }
      waiting += 1;
      repeatsWaiting += 1;
      keeper.whenCustody(sequence, (outcome) => {
        repeatsWaiting -= 1;
        settle(outcome);
      });
    };

    if (read.length > 0) {
      const state = clockState.state(arrival.wallMs, arrival.monotonicMs);
      const frames = dated(gatewayEui, read, { ...arrival, wallTrusted: state !== "unsynchronised" });
      const verdicts = admission.judge(gatewayEui, frames, arrival.monotonicMs);
      for (const [i, frame] of frames.entries()) {
        const verdict = verdicts[i]!;
        if (verdict.kind !== "repeat") {
          forwarder.rxCounts.heard(frame.rxpk);
          records?.heard(gatewayEui, frame.rxpk);
        }
        if (verdict.kind !== "admitted" && onlooker?.hasListeners) tell(frame, verdict);
        if (verdict.kind === "admitted") keep(frame, verdict, state);
        else if (verdict.kind === "repeat") waitForRepeated(verdict.sequence);
        else counters.count("frameRefused", verdict.reason);
      }
    }
    if (split.stat !== undefined) readStatOf(forwarder, split.stat, arrival.monotonicMs);
    late = waiting > 1;
    if (late) forwarder.acksWaiting += 1;
    settle("held");
  };
}

function heardTimeOf(rxpk: Rxpk): HeardTime {
  const { tmstUs, delayed, tmmsMs, timeUtcMs } = rxpk;
  const utcFromGps = tmmsMs !== undefined;
  return { tmstUs, delayed, utcMs: utcFromGps ? utcMsFromGpsMs(tmmsMs) : timeUtcMs, utcFromGps };
}

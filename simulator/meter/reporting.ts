/**
 * Reporting: what a meter does in a session. Readings on a schedule, confirmed ones repeated until acknowledged,
 * downlinks received and, where they ask for it, acknowledged with the next reading.
 *
 * Source: LoRaWAN 1.0.3, chapters 3, 4 and 18.1.
 */
import assert from "node:assert/strict";
import type { DownlinkMiss } from "./meter-event.ts";
import { W1_FPORT, type W1Reading, w1ReadingAt, writeW1 } from "./payload.ts";
import { composeUplink, downlinkIsFor, receiveDownlink, type Session } from "./session.ts";
import { afterWindows, onAir, type Stage, type StageTools } from "./stage.ts";
import type { Water } from "./water.ts";

/** Of one confirmed uplink: two at each data rate, then one rate lower. */
export const CONFIRMED_ATTEMPTS_MAX = 8;
const ATTEMPTS_PER_DATA_RATE = 2;
/** ACK_TIMEOUT is 2 s with 1 s either way, after RX2 has opened. */
const ACK_TIMEOUT_FROM_US = 1_000_000;
const ACK_TIMEOUT_SPREAD_US = 2_000_000;
const FIRST_UPLINK_WITHIN_MS = 60_000;

/** An uplink on its way: sent, and sent again until it is acknowledged. */
interface Uplink {
  readonly bytes: Buffer;
  readonly fCnt: number;
  readonly ack: boolean;
  readonly confirmed: boolean;
  readonly payload: Buffer;
  readonly reading: W1Reading;
  attempts: number;
  /** Earliest repeat. */
  retryUs: number;
}

export interface ReportingOptions {
  readonly tools: StageTools;
  readonly session: Session;
  readonly water: Water;
  /** UTC, milliseconds, at a moment of true time. */
  readonly calendar: (atUs: number) => number;
  /** When the session began. */
  readonly sinceUs: number;
}

/** Begins at once: the first uplink is planned. */
export function createReporting({ tools, session, water, calendar, sinceUs }: ReportingOptions): Stage {
  const { identity, settings, radio, chance, at, tell } = tools;
  const { devEui } = identity;
  const { devAddr } = session;
  const intervalUs = 1_000 * settings.schedule.intervalMs;
  const jitterUs = 1_000 * settings.schedule.jitterMs;
  const firstUs = sinceUs + Math.min(intervalUs, 1_000 * FIRST_UPLINK_WITHIN_MS) * chance.unit();
  let slot = 0;
  let uplink: Uplink | undefined;

  const begin = (atUs: number): void => {
    const reading = w1ReadingAt(water, calendar(atUs));
    const payload = writeW1(reading);
    const confirmed = chance.unit() < settings.confirmedShare;
    const composed = composeUplink(session, { confirmed, fPort: W1_FPORT, payload });
    uplink = { ...composed, confirmed, payload, reading, attempts: 0, retryUs: 0 };
    send(atUs);
  };

  const send = (atUs: number): void => {
    assert.ok(uplink !== undefined, "there is an uplink to send");
    const channel = radio.channelAt(atUs, session.channelsHz);
    if (!("hz" in channel)) {
      at(channel.freeUs, send);
      return;
    }
    const { bytes, fCnt, ack, confirmed, payload, reading } = uplink;
    const dataRate = Math.max(0, settings.dataRate - Math.floor(uplink.attempts / ATTEMPTS_PER_DATA_RATE));
    const sent = radio.send(bytes, { dataRate, frequencyHz: channel.hz, startUs: atUs }, session.receive);
    uplink.attempts++;
    uplink.retryUs = sent.windows[1].openUs + ACK_TIMEOUT_FROM_US;
    const said = { devAddr, fCnt, fPort: W1_FPORT, confirmed, ack, payload, reading };
    tell({ kind: "uplinkSent", devEui, ...said, ...onAir(sent, uplink.attempts) });
    afterWindows(tools, sent, unacknowledged);
  };

  /** Nothing came, or not the acknowledgement that may be wanted. */
  const unacknowledged = (atUs: number): void => {
    assert.ok(uplink !== undefined, "an uplink was sent");
    const { fCnt, attempts, confirmed, retryUs } = uplink;
    if (confirmed && attempts < CONFIRMED_ATTEMPTS_MAX) {
      at(Math.max(atUs, retryUs) + ACK_TIMEOUT_SPREAD_US * chance.unit(), send);
      return;
    }
    if (confirmed) tell({ kind: "uplinkGivenUp", devEui, devAddr, fCnt, attempts });
    end(atUs);
  };

  const end = (atUs: number): void => {
    uplink = undefined;
    slot = Math.max(slot + 1, Math.ceil((atUs - firstUs) / intervalUs));
    at(firstUs + slot * intervalUs + jitterUs * chance.unit(), begin);
  };

  const missed = (why: DownlinkMiss, startUs: number): void =>
    tell({ kind: "downlinkMissed", devEui, devAddr, why, startUs });

  at(firstUs, begin);
  return {
    receive: (bytes, window, { transmission: { startUs }, endUs }) => {
      const read = receiveDownlink(session, bytes);
      if (!read.ok) {
        if (read.fault !== "foreign") missed(read.fault, startUs);
        return false;
      }
      radio.sleep();
      const { fCnt, ack, confirmed, fPort, payload, fOpts } = read.value;
      const acknowledges = ack && uplink?.confirmed ? uplink.fCnt : undefined;
      const macOctets = fOpts.length + (fPort === 0 ? payload.length : 0);
      const said = { fCnt, acknowledges, confirmed, fPort, payload: Buffer.from(payload), macOctets };
      const offUs = startUs - window.openUs;
      tell({ kind: "downlinkReceived", devEui, devAddr, window: window.number, ...said, startUs, offUs });
      if (acknowledges === undefined) unacknowledged(endUs);
      else end(endUs);
      return true;
    },
    miss: (bytes, why, { startUs }) => {
      if (downlinkIsFor(session, bytes)) missed(why, startUs);
    },
  };
}

/**
 * Joining: join-requests on the three channels all meters know, until a core answers.
 *
 * Each has a drawn channel and data rate and a DevNonce never used before. Between two lies a drawn wait, and
 * together they stay in the budget of join-budget.ts.
 *
 * Source: LoRaWAN 1.0.3, 6.2 and chapter 7.
 */
import { cmacKey } from "./cmac.ts";
import type { DevNonces } from "./dev-nonces.ts";
import { JOIN_CHANNELS_HZ, JOIN_DATA_RATES, JOIN_RECEIVE } from "./eu868.ts";
import { afterJoinRequest, type JoinSpending, joinAllowedUs } from "./join-budget.ts";
import { JOIN_REQUEST_OCTETS, readJoinAccept, writeJoinRequest } from "./join-frames.ts";
import { uplinkAirtimeUs } from "./radio.ts";
import { openSession, type Session } from "./session.ts";
import { afterWindows, onAir, type Stage, type StageTools } from "./stage.ts";

const RETRY_MS = { fromMs: 5_000, toMs: 20_000 };

export interface Joining extends Stage {
  /** Sends the first join-request at this moment. */
  begin(atUs: number): void;
}

/** @param onJoined told the session, and when the join-accept ended. */
export function createJoining(
  tools: StageTools,
  devNonces: DevNonces,
  onJoined: (session: Session, atUs: number) => void,
): Joining {
  const { identity, settings, radio, chance, at, tell } = tools;
  const { joinDataRates = JOIN_DATA_RATES, joinRetryMs = RETRY_MS } = settings;
  const { devEui } = identity;
  const appKey = cmacKey(identity.appKey);
  let spending: JoinSpending | undefined;
  let attempts = 0;
  let devNonce = 0;

  const request = (atUs: number): void => {
    const dataRate = joinDataRates[chance.below(joinDataRates.length)]!;
    const airtimeUs = uplinkAirtimeUs(JOIN_REQUEST_OCTETS, dataRate);
    const allowedUs = joinAllowedUs(spending, airtimeUs, atUs);
    if (allowedUs > atUs) {
      at(allowedUs + waitUs(), request);
      return;
    }
    const channel = radio.channelAt(atUs, JOIN_CHANNELS_HZ);
    if (!("hz" in channel)) {
      at(channel.freeUs, request);
      return;
    }
    const drawn = devNonces.next();
    if (drawn === undefined) return;
    devNonce = drawn;
    attempts++;
    spending = afterJoinRequest(spending, airtimeUs, atUs);
    const bytes = writeJoinRequest({ ...identity, devNonce }, appKey);
    const sent = radio.send(bytes, { dataRate, frequencyHz: channel.hz, startUs: atUs }, JOIN_RECEIVE);
    tell({ kind: "joinSent", devEui, devNonce, ...onAir(sent, attempts) });
    afterWindows(tools, sent, (closedUs) => at(closedUs + waitUs(), request));
  };

  const waitUs = (): number =>
    1_000 * (joinRetryMs.fromMs + (joinRetryMs.toMs - joinRetryMs.fromMs) * chance.unit());

  return {
    begin: (atUs) => at(atUs, request),
    receive: (bytes, window, { endUs }) => {
      const read = readJoinAccept(bytes, { encryption: appKey });
      if (!read.ok) return false;
      radio.sleep();
      const session = openSession(read.value, devNonce, appKey);
      const { devAddr } = session;
      tell({ kind: "joined", devEui, devAddr, window: window.number, atUs: endUs, attempts });
      onJoined(session, endUs);
      return true;
    },
    // A join-accept names nobody in the clear: whose it was, only its key could tell.
    miss: () => undefined,
  };
}

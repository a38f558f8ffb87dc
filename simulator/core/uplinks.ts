/**
 * What becomes of an uplink once its copies are collected: a join, a delivery, or a refusal.
 *
 * Where ChirpStack is careless with late frames, so is this: a join-request never seen before is accepted whenever it
 * comes and puts an end to the session there is, and late data are answered as if they were live.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/uplink/{mod,data,join}.rs.
 */
import { type Phy, readPhy } from "../../agent/lorawan/phy.ts";
import type { Clock } from "../../agent/ports.ts";
import { isDataMicGood, openData } from "../meter/data-frames.ts";
import { JOIN_CHANNELS_HZ } from "../meter/eu868.ts";
import type { Answers } from "./answers.ts";
import type { Tell, UplinkFault } from "./core-event.ts";
import { type Delivery, deliveryOf } from "./delivery.ts";
import type { CoreSession, Devices } from "./devices.ts";
import { type CounterVerdict, judgeCounter } from "./frame-counter.ts";
import type { UplinkCopy } from "./gateway-messages.ts";
import { answerJoin } from "./join-server.ts";
import type { RigCoreSettings } from "./settings.ts";

/** What LoRaWAN says of it, and over which radio it came. */
export interface Uplink<K extends Phy["kind"]> {
  readonly phy: Extract<Phy, { kind: K }>;
  /** Not empty. */
  readonly copies: readonly UplinkCopy[];
  readonly phyPayload: Buffer;
  readonly frequencyHz: number;
  readonly dataRate: number;
  /** Each once, in the order in which their copies came. */
  readonly gatewayEuis: readonly string[];
}

export interface UplinksParts {
  readonly clock: Clock;
  readonly settings: RigCoreSettings;
  readonly devices: Devices;
  readonly answers: Answers;
  readonly tell: Tell;
  readonly onDelivery: (delivery: Delivery) => void;
}

export interface Uplinks {
  /** @param copies of one transmission, not empty. */
  handle(copies: readonly UplinkCopy[]): void;
}

export function createUplinks(parts: UplinksParts): Uplinks {
  const { clock, settings, devices, answers, tell } = parts;
  const channelsHz = new Set([...JOIN_CHANNELS_HZ, ...settings.extraChannelsHz]);

  function handle(copies: readonly UplinkCopy[]): void {
    const { phyPayload, frequencyHz, dataRate } = copies[0]!;
    const gatewayEuis = [...new Set(copies.map(({ gatewayEui }) => gatewayEui))];
    const refuse = (fault: UplinkFault): void => tell({ kind: "uplinkRefused", fault, gatewayEuis });
    const read = readPhy(phyPayload);
    if (!read.ok) refuse("malformed");
    else if (dataRate === undefined) refuse("unknownDataRate");
    else if (!channelsHz.has(frequencyHz)) refuse("unknownChannel");
    else {
      const phy = read.value;
      const radio = { copies, phyPayload, frequencyHz, dataRate, gatewayEuis };
      if (phy.kind === "joinRequest") join({ phy, ...radio });
      else if (phy.kind === "data" && phy.up) receive({ phy, ...radio });
      else refuse("unexpectedType");
    }
  }

  function join(uplink: Uplink<"joinRequest">): void {
    const { phy, phyPayload, gatewayEuis } = uplink;
    const { devEui, devNonce } = phy;
    const device = devices.get(devEui);
    if (device === undefined) {
      tell({ kind: "joinRefused", devEui, reason: "unknownDevice", gatewayEuis });
      return;
    }
    const devAddr = devices.drawDevAddr();
    const joined = answerJoin(device, phy, phyPayload, devAddr, settings);
    if (!joined.ok) {
      tell({ kind: "joinRefused", devEui, reason: joined.fault, gatewayEuis });
      return;
    }
    const { accept, session } = joined.value;
    const formerDevAddr = device.session?.devAddr;
    devices.open(device, session);
    tell({ kind: "joinAccepted", devEui, devAddr, devNonce, gatewayEuis, formerDevAddr });
    answers.acceptJoin(uplink, device, accept);
  }

  function receive(uplink: Uplink<"data">): void {
    const { phy, phyPayload, gatewayEuis, copies } = uplink;
    const { devAddr, fPort, confirmed } = phy;
    const device = devices.byDevAddr(devAddr);
    const session = device?.session;
    if (device === undefined || session === undefined) {
      tellOfFormer(uplink);
      return;
    }
    const { devEui, keys } = session;
    const verdict = verdictOn(uplink, session);
    if (verdict.kind === "micBad") {
      tell({ kind: "micFailed", devAddr, gatewayEuis });
      return;
    }
    const { fCnt } = verdict;
    if (verdict.kind === "refused") {
      tell({ kind: "refusedByCounter", devEui, devAddr, fCnt, gatewayEuis, reason: verdict.reason });
      return;
    }
    session.nextFCntUp = fCnt + 1;
    const payload = Buffer.from(openData(phyPayload, phy, keys, fCnt).payload);
    const frame = { devEui, devAddr, fCnt, fPort, confirmed, payload };
    const delivery = deliveryOf(frame, copies, clock.wallMs());
    tell({ kind: "delivered", devEui, devAddr, fCnt, gatewayEuis, delayed: delivery.delayed });
    parts.onDelivery(delivery);
    answers.answerData(uplink, device, session);
  }

  /** Nobody has this DevAddr now. ChirpStack knows no more; here it is told whose it was. */
  function tellOfFormer(uplink: Uplink<"data">): void {
    const { devAddr } = uplink.phy;
    const { gatewayEuis } = uplink;
    const session = devices.former(devAddr);
    const verdict = session && verdictOn(uplink, session);
    if (session === undefined || verdict === undefined || verdict.kind === "micBad") {
      tell({ kind: "unknownDevAddr", devAddr, gatewayEuis });
      return;
    }
    const { devEui } = session;
    tell({
      kind: "refusedByCounter",
      devEui,
      devAddr,
      fCnt: verdict.fCnt,
      gatewayEuis,
      reason: "sessionOver",
    });
  }

  return { handle };
}

function verdictOn({ phy, phyPayload }: Uplink<"data">, session: CoreSession): CounterVerdict {
  const { nwkSKey } = session.keys;
  return judgeCounter(session.nextFCntUp, phy.fCnt, (fCnt) => isDataMicGood(phyPayload, nwkSKey, fCnt));
}

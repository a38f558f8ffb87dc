/**
 * The road back: join-accepts, acknowledgements and what waits in a device's queue, each through the gateway that
 * heard the uplink best, and what gateways say became of them.
 *
 * How a downlink looks is in downlink.ts, what its acknowledgement moves in transmissions.ts.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/downlink/{data,join}.rs.
 */
import type { Clock, RngStream } from "../../agent/ports.ts";
import { writeDataFrame } from "../meter/data-frames.ts";
import { JOIN_RECEIVE, type ReceiveParameters } from "../meter/eu868.ts";
import type { DownlinkPurpose, Tell } from "./core-event.ts";
import type { CoreSession, Device } from "./devices.ts";
import { bestCopy, type DownlinkFrame, downlinkFrame, windowsAfter } from "./downlink.ts";
import type { TxAck } from "./gateway-messages.ts";
import { createTransmissions, type Transmission } from "./transmissions.ts";
import type { Uplink } from "./uplinks.ts";

export interface AnswersParts {
  readonly clock: Clock;
  /** As in RigCoreSettings. */
  readonly usesRx2: boolean;
  /** Draws downlink ids. */
  readonly chance: RngStream;
  readonly tell: Tell;
  /** @returns false when the core is not connected: nothing was sent. */
  readonly publish: (gatewayEui: string, frame: DownlinkFrame) => boolean;
}

export interface Answers {
  acceptJoin(uplink: Uplink<"joinRequest">, device: Device, accept: Buffer): void;
  /** An acknowledgement, what waits in the queue, or both; nothing when there is neither. */
  answerData(uplink: Uplink<"data">, device: Device, session: CoreSession): void;
  acknowledge(ack: TxAck): void;
}

interface Downlink extends Omit<Transmission, "itemCount"> {
  readonly phyPayload: Buffer;
  readonly purpose: DownlinkPurpose;
}

export function createAnswers({ clock, chance, tell, publish, usesRx2 }: AnswersParts): Answers {
  const transmissions = createTransmissions(clock);

  function send(
    uplink: Uplink<"joinRequest"> | Uplink<"data">,
    receive: ReceiveParameters,
    { phyPayload, purpose, ...transmission }: Downlink,
  ): void {
    const copy = bestCopy(uplink.copies);
    const { gatewayEui } = copy;
    const windows = windowsAfter(uplink, receive).slice(0, usesRx2 ? 2 : 1);
    const downlinkId = chance.below(2 ** 32);
    transmissions.sent(downlinkId, { ...transmission, itemCount: windows.length });
    if (!publish(gatewayEui, downlinkFrame(downlinkId, copy, windows, phyPayload))) return;
    const { devEui } = transmission.device.identity;
    tell({ kind: "downlinkSent", downlinkId, devEui, gatewayEui, purpose });
  }

  return {
    acceptJoin: (uplink, device, accept) =>
      send(uplink, JOIN_RECEIVE, {
        device,
        phyPayload: accept,
        purpose: "joinAccept",
        fCntDown: undefined,
        queueItem: undefined,
      }),

    answerData: (uplink, device, session) => {
      const { confirmed, adrAckReq } = uplink.phy;
      const { queue } = device;
      // Acknowledged by this uplink or not: what was sent confirmed is not sent again.
      if (device.pending) queue.shift();
      device.pending = false;
      const queueItem = queue[0];
      if (queueItem === undefined && !confirmed && !adrAckReq) return;
      const { devAddr, fCntDown } = session;
      const frame = {
        up: false,
        confirmed: queueItem?.confirmed ?? false,
        devAddr,
        fCnt: fCntDown,
        fPort: queueItem?.fPort,
        ack: confirmed,
        adr: true,
        bit4: queue.length > 1,
        ...(queueItem ? { payload: queueItem.payload } : {}),
      };
      send(uplink, session.receive, {
        device,
        phyPayload: writeDataFrame(frame, session.keys),
        purpose: queueItem ? "application" : confirmed ? "acknowledgement" : "adrAckReq",
        fCntDown,
        queueItem,
      });
    },

    acknowledge: (ack) => {
      const { downlinkId, gatewayEui } = ack;
      const { status, transmission } = transmissions.acknowledge(ack);
      const devEui = transmission?.device.identity.devEui;
      tell({ kind: "txAck", downlinkId, gatewayEui, status, devEui });
    },
  };
}

/**
 * Downlinks that were handed to gateways, remembered until their acknowledgement or 30 s.
 *
 * Only a positive acknowledgement moves anything: the downlink counter rises, an unconfirmed item leaves the queue, a
 * confirmed one waits for the device. After a negative one, or none, the next downlink has the same counter and the
 * same item again.
 *
 * Source: chirpstack/chirpstack, chirpstack/src/downlink/tx_ack.rs and storage/downlink_frame.rs.
 */
import type { Clock } from "../../agent/ports.ts";
import type { Device, QueueItem } from "./devices.ts";
import type { TxAck } from "./gateway-messages.ts";

export const REMEMBERED_MS = 30_000;

export interface Transmission {
  readonly device: Device;
  readonly itemCount: number;
  /** Of a data downlink; a join-accept has none. */
  readonly fCntDown: number | undefined;
  readonly queueItem: QueueItem | undefined;
}

interface Acknowledged {
  /** The first OK, else the last status; NONE: no item was acknowledged. */
  readonly status: string;
  /** undefined: not remembered, or more items acknowledged than were sent. */
  readonly transmission: Transmission | undefined;
}

export interface Transmissions {
  sent(downlinkId: number, transmission: Transmission): void;
  acknowledge(ack: TxAck): Acknowledged;
  readonly size: number;
}

export function createTransmissions(clock: Clock): Transmissions {
  /** Oldest first. */
  const remembered = new Map<number, { readonly transmission: Transmission; readonly untilMs: number }>();
  const forgetOld = (): void => {
    const nowMs = clock.monotonicMs();
    for (const [downlinkId, { untilMs }] of remembered) {
      if (untilMs > nowMs) return;
      remembered.delete(downlinkId);
    }
  };
  return {
    sent: (downlinkId, transmission) => {
      forgetOld();
      remembered.delete(downlinkId);
      remembered.set(downlinkId, { transmission, untilMs: clock.monotonicMs() + REMEMBERED_MS });
    },
    acknowledge: ({ downlinkId, statuses }) => {
      forgetOld();
      const status = statuses.includes("OK") ? "OK" : (statuses.at(-1) ?? "NONE");
      const transmission = remembered.get(downlinkId)?.transmission;
      if (transmission === undefined || statuses.length === 0 || statuses.length > transmission.itemCount)
        return { status, transmission: undefined };
      if (status === "OK") settle(transmission);
      return { status, transmission };
    },
    get size() {
      forgetOld();
      return remembered.size;
    },
  };
}

/** ChirpStack moves the counter of the session that is current by now, even if a join came between; so do we. */
function settle({ device, fCntDown, queueItem }: Transmission): void {
  const { session, queue } = device;
  if (fCntDown !== undefined && session !== undefined) session.fCntDown = fCntDown + 1;
  if (queueItem === undefined || queue[0] !== queueItem) return;
  if (queueItem.confirmed) device.pending = true;
  else queue.shift();
}

/**
 * The devices the core knows, and their sessions.
 *
 * A device has one session; a join puts another in its place at once, as ChirpStack does. What was before is
 * remembered only so that a frame which comes too late for it can be named: the core itself refuses it as unknown.
 * DevAddrs are drawn and, other than ChirpStack's, never given twice: those who judge tell sessions by them.
 */
import { devAddrPrefixOfNetId } from "../../agent/lorawan/dev-addr.ts";
import type { RngStream } from "../../agent/ports.ts";
import type { DataKeys } from "../meter/data-frames.ts";
import type { ReceiveParameters } from "../meter/eu868.ts";

export interface DeviceIdentity {
  /** 16 lower-case hex digits. */
  readonly devEui: string;
  readonly joinEui: string;
  /** 16 octets. */
  readonly appKey: Buffer;
}

/** A downlink that waits for its device's next uplink. */
export interface QueueItem {
  /** 1..223. */
  readonly fPort: number;
  readonly payload: Buffer;
  readonly confirmed: boolean;
}

export interface Device {
  readonly identity: DeviceIdentity;
  /** `joinEui/devNonce` of all join-requests that were accepted. */
  readonly usedNonces: Set<string>;
  joinNonce: number;
  session: CoreSession | undefined;
  readonly queue: QueueItem[];
  /** The head of the queue was sent, confirmed, and waits for its acknowledgement. */
  pending: boolean;
}

export interface CoreSession {
  readonly devEui: string;
  readonly devAddr: string;
  readonly keys: DataKeys;
  readonly receive: ReceiveParameters;
  /** The lowest uplink counter that is accepted. */
  nextFCntUp: number;
  /** Of the next downlink. Rises when a gateway says that one was sent. */
  fCntDown: number;
}

/** Sessions that are over and still remembered; beyond it the oldest is forgotten. */
export const FORMER_SESSIONS_MAX = 100_000;

export interface Devices {
  get(devEui: string): Device | undefined;
  /** The device whose session has this DevAddr now. */
  byDevAddr(devAddr: string): Device | undefined;
  /** A session that is over. */
  former(devAddr: string): CoreSession | undefined;
  drawDevAddr(): string;
  /** The device's session is this one from now on. */
  open(device: Device, session: CoreSession): void;
  all(): Iterable<Device>;
}

/** @throws RangeError when the NetID cannot be read. */
export function createDevices(
  identities: readonly DeviceIdentity[],
  netId: string,
  chance: RngStream,
): Devices {
  const range = devAddrPrefixOfNetId(netId);
  if (!range.ok) throw new RangeError(`${range.fault}: ${netId}`);
  const { low, high } = range.value;
  const byDevEui = new Map(identities.map((identity) => [identity.devEui, newDevice(identity)]));
  const byDevAddr = new Map<string, Device>();
  const former = new Map<string, CoreSession>();
  return {
    get: (devEui) => byDevEui.get(devEui),
    byDevAddr: (devAddr) => byDevAddr.get(devAddr),
    former: (devAddr) => former.get(devAddr),
    drawDevAddr: () => {
      for (;;) {
        const devAddr = (low + chance.below(high - low + 1)).toString(16).padStart(8, "0");
        if (!byDevAddr.has(devAddr) && !former.has(devAddr)) return devAddr;
      }
    },
    open: (device, session) => {
      const last = device.session;
      if (last !== undefined) {
        byDevAddr.delete(last.devAddr);
        former.set(last.devAddr, last);
        if (former.size > FORMER_SESSIONS_MAX) former.delete(former.keys().next().value!);
      }
      device.session = session;
      byDevAddr.set(session.devAddr, device);
    },
    all: () => byDevEui.values(),
  };
}

function newDevice(identity: DeviceIdentity): Device {
  return { identity, usedNonces: new Set(), joinNonce: 0, session: undefined, queue: [], pending: false };
}

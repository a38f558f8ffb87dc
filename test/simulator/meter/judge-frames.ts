/**
 * The judge of the frames the simulator makes: lora-packet, where it is right.
 *
 * It is not for frames without FPort or with an empty payload, which it cannot build, and it reads malformed ones
 * beyond their end; those are judged by the published vectors alone.
 */
import { createDecipheriv } from "node:crypto";
import loraPacketModule from "lora-packet";

/** A CommonJS module whose types put it one level deeper than it is. */
const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;

const octets = (hex: string) => Buffer.from(hex, "hex");

/** The upper half of a counter as lora-packet wants it: little-endian. */
function upperHalf(fCnt: number): Buffer {
  const half = Buffer.alloc(2);
  half.writeUInt16LE(fCnt >>> 16);
  return half;
}

export interface JudgedData {
  readonly mType: string;
  readonly devAddr: string;
  readonly fCnt: number;
  readonly fPort: number | null;
  readonly ack: boolean;
  readonly adr: boolean;
  readonly fOpts: string;
  readonly payload: string;
  readonly micGood: boolean;
}

export const judge = {
  joinRequest(bytes: Buffer, appKey: string) {
    const packet = loraPacket.fromWire(bytes);
    return {
      joinEui: packet.AppEUI!.toString("hex"),
      devEui: packet.DevEUI!.toString("hex"),
      devNonce: packet.DevNonce!.readUInt16BE(),
      micGood: loraPacket.verifyMIC(packet, undefined, octets(appKey)),
    };
  },

  joinAccept(bytes: Buffer, appKey: string) {
    const clear = loraPacket.decryptJoinAccept(loraPacket.fromWire(bytes), octets(appKey));
    const packet = loraPacket.fromWire(
      Buffer.concat([bytes.subarray(0, 1), clear.subarray(-bytes.length + 1)]),
    );
    return {
      joinNonce: packet.AppNonce!.readUIntBE(0, 3),
      netId: packet.NetID!.toString("hex"),
      devAddr: packet.DevAddr!.toString("hex"),
      rx1DataRateOffset: packet.getDLSettingsRxOneDRoffset(),
      rx2DataRate: packet.getDLSettingsRxTwoDataRate(),
      rxDelayS: packet.getRxDelayDel(),
      cfList: packet.CFList!.toString("hex"),
      micGood: loraPacket.verifyMIC(packet, undefined, octets(appKey)),
    };
  },

  /** Session keys of LoRaWAN 1.0.x. */
  sessionKeys(appKey: string, accept: { joinNonce: number; netId: string }, devNonce: number) {
    const nonces = Buffer.alloc(5);
    nonces.writeUIntBE(accept.joinNonce, 0, 3);
    nonces.writeUInt16BE(devNonce, 3);
    const [joinNonceOctets, devNonceOctets] = [nonces.subarray(0, 3), nonces.subarray(3)];
    const { NwkSKey, AppSKey } = loraPacket.generateSessionKeys10(
      octets(appKey),
      octets(accept.netId),
      joinNonceOctets,
      devNonceOctets,
    );
    return { nwkSKey: NwkSKey, appSKey: AppSKey };
  },

  /** A plain join-accept as a server would send it. */
  encryptJoinAccept(plain: Buffer, appKey: string): Buffer {
    const decipher = createDecipheriv("aes-128-ecb", octets(appKey), null).setAutoPadding(false);
    return Buffer.concat([plain.subarray(0, 1), decipher.update(plain.subarray(1)), decipher.final()]);
  },

  data(bytes: Buffer, keys: { nwkSKey: Buffer; appSKey: Buffer }, fCnt: number): JudgedData {
    const packet = loraPacket.fromWire(bytes);
    return {
      mType: packet.getMType(),
      devAddr: packet.DevAddr!.toString("hex"),
      fCnt: packet.getFCnt()!,
      fPort: packet.getFPort(),
      ack: packet.getFCtrlACK()!,
      adr: packet.getFCtrlADR()!,
      fOpts: packet.FOpts!.toString("hex"),
      payload: loraPacket.decrypt(packet, keys.appSKey, keys.nwkSKey, upperHalf(fCnt)).toString("hex"),
      micGood: loraPacket.verifyMIC(packet, keys.nwkSKey, undefined, upperHalf(fCnt)),
    };
  },
};

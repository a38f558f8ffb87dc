/**
 * Session keys of LoRaWAN 1.0.x and 1.1, from the root keys and what the join exchanged.
 *
 * Keys come and go as 16 octets; aes.ts and cmac.ts make them ready for use. EUIs and NetID are big-endian hex, as
 * everywhere in text, and nonces are whole numbers; all turn little-endian inside.
 *
 * Source: LoRaWAN 1.0.3, 6.2.5; LoRaWAN 1.1, 6.1.1.3 and 6.2.5.
 */
import { type AesKey, BLOCK_OCTETS, encryptBlock } from "./aes.ts";

export interface SessionKeys10 {
  readonly nwkSKey: Buffer;
  readonly appSKey: Buffer;
}

export interface SessionKeys11 {
  readonly fNwkSIntKey: Buffer;
  readonly sNwkSIntKey: Buffer;
  readonly nwkSEncKey: Buffer;
  readonly appSKey: Buffer;
}

export interface JoinServerKeys {
  readonly jsIntKey: Buffer;
  readonly jsEncKey: Buffer;
}

/**
 * 1.0.x, from the AppKey; a 1.1 device on a 1.0 core (OptNeg 0) the same way from its NwkKey.
 * @param exchanged joinNonce 24 bits, netId 6 hex digits, devNonce 16 bits.
 */
export function sessionKeys10(
  rootKey: AesKey,
  exchanged: { readonly joinNonce: number; readonly netId: string; readonly devNonce: number },
): SessionKeys10 {
  const middle = Buffer.alloc(8);
  middle.writeUIntLE(exchanged.joinNonce, 0, 3);
  middle.writeUIntLE(Number.parseInt(exchanged.netId, 16), 3, 3);
  middle.writeUInt16LE(exchanged.devNonce, 6);
  return { nwkSKey: derive(rootKey, 0x01, middle), appSKey: derive(rootKey, 0x02, middle) };
}

/**
 * 1.1 (OptNeg 1).
 * @param exchanged joinNonce 24 bits, joinEui 16 hex digits, devNonce 16 bits: after a rejoin, its RJcount.
 */
export function sessionKeys11(
  rootKeys: { readonly nwkKey: AesKey; readonly appKey: AesKey },
  exchanged: { readonly joinNonce: number; readonly joinEui: string; readonly devNonce: number },
): SessionKeys11 {
  const middle = Buffer.alloc(13);
  middle.writeUIntLE(exchanged.joinNonce, 0, 3);
  Buffer.from(exchanged.joinEui, "hex").reverse().copy(middle, 3);
  middle.writeUInt16LE(exchanged.devNonce, 11);
  return {
    fNwkSIntKey: derive(rootKeys.nwkKey, 0x01, middle),
    appSKey: derive(rootKeys.appKey, 0x02, middle),
    sNwkSIntKey: derive(rootKeys.nwkKey, 0x03, middle),
    nwkSEncKey: derive(rootKeys.nwkKey, 0x04, middle),
  };
}

/** 1.1: the keys of join-accepts, the same for the life of the device. @param devEui 16 hex digits. */
export function joinServerKeys(nwkKey: AesKey, devEui: string): JoinServerKeys {
  const middle = Buffer.from(devEui, "hex").reverse();
  return { jsEncKey: derive(nwkKey, 0x05, middle), jsIntKey: derive(nwkKey, 0x06, middle) };
}

function derive(rootKey: AesKey, type: number, middle: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK_OCTETS);
  block[0] = type;
  middle.copy(block, 1);
  encryptBlock(rootKey, block, 0, block, 0);
  return block;
}

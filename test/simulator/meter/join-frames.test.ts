import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPhy } from "../../../agent/lorawan/phy.ts";
import { aesKey, encryptBlock } from "../../../simulator/meter/aes.ts";
import { type CmacKey, cmac, cmacKey, micAt } from "../../../simulator/meter/cmac.ts";
import {
  cfListFrequenciesHz,
  isRequestMicGood,
  type JoinAccept,
  type JoinAcceptKeys,
  readJoinAccept,
  writeCfList,
  writeJoinAccept,
  writeJoinRequest,
} from "../../../simulator/meter/join-frames.ts";
import { joinServerKeys, sessionKeys10, sessionKeys11 } from "../../../simulator/meter/keys.ts";
import joins from "../../vectors/joins.json" with { type: "json" };
import { judge } from "./judge-frames.ts";

const octets = (hex: string) => Buffer.from(hex, "hex");
const key = (hex: string) => cmacKey(octets(hex));
const hexOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString("hex"));

describe("join-requests", () => {
  type Vector = { id: string; phyPayload: string; key: string; expectMicOk?: boolean };
  const vectors: readonly (Vector & { decoded: { joinEui: string; devEui: string; devNonce: number } })[] =
    joins.joinRequests;

  test.each(vectors)("$id: the MIC is judged rightly", ({ phyPayload, key: keyHex, expectMicOk }) => {
    expect(isRequestMicGood(octets(phyPayload), key(keyHex))).toBe(expectMicOk ?? true);
  });

  test.each(vectors.filter(({ id, expectMicOk }) => expectMicOk !== false && !id.endsWith("mic-only")))(
    "$id: is written octet by octet",
    ({ phyPayload, key: keyHex, decoded }) => {
      expect(writeJoinRequest(decoded, key(keyHex)).toString("hex")).toBe(phyPayload);
      const { joinEui, devEui, devNonce } = decoded;
      const value = { kind: "joinRequest", joinEui, devEui, devNonce };
      expect(readPhy(octets(phyPayload))).toEqual({ ok: true, value });
    },
  );

  test("lora-packet finds every field and the MIC good", () => {
    fc.assert(
      fc.property(hexOf(8), hexOf(8), fc.nat(0xffff), hexOf(16), (joinEui, devEui, devNonce, appKey) => {
        const bytes = writeJoinRequest({ joinEui, devEui, devNonce }, key(appKey));
        expect(judge.joinRequest(bytes, appKey)).toEqual({ joinEui, devEui, devNonce, micGood: true });
      }),
    );
  });

  test("no single octet can change without the MIC telling", () => {
    const appKey = key("00112233445566778899aabbccddeeff");
    const request = { joinEui: "0102030405060708", devEui: "1112131415161718", devNonce: 7 };
    const bytes = writeJoinRequest(request, appKey);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      expect(isRequestMicGood(changed, appKey)).toBe(false);
    }
  });
});

describe("rejoin-requests", () => {
  type Vector = { id: string; phyPayload: string; key?: string };
  const signed = (joins.rejoinRequests as Vector[]).filter((vector) => vector.key !== undefined);

  test.each(signed)("$id: the MIC is good", ({ phyPayload, key: keyHex }) => {
    expect(isRequestMicGood(octets(phyPayload), key(keyHex!))).toBe(true);
  });
});

interface AcceptVector {
  readonly id: string;
  readonly phyPayload: string;
  readonly encKey?: string;
  readonly alreadyPlain?: boolean;
  readonly expectMicOk?: boolean;
  readonly mic: {
    readonly key?: string;
    readonly jsIntKey?: string;
    readonly joinReqType?: string;
    readonly joinEui?: string;
    readonly devNonce?: number;
  };
  readonly plaintextPhy: string;
  readonly decoded: {
    readonly joinNonce: number;
    readonly netId: string;
    readonly devAddr: string;
    readonly dlSettings: {
      readonly optNeg: boolean;
      readonly rx1DrOffset: number;
      readonly rx2DataRate: number;
    };
    readonly rxDelay: number;
    readonly cfList?: { readonly raw: string; readonly freqs: readonly number[] };
  };
  readonly expectedSessionKeys?: {
    readonly devNonce?: number;
    readonly rjCount?: number;
    readonly appKey?: string;
    readonly NwkSKey?: string;
    readonly AppSKey: string;
    readonly FNwkSIntKey?: string;
  };
}

const acceptVectors = joins.joinAccepts as unknown as readonly AcceptVector[];

function keysOf({ encKey, mic }: AcceptVector): JoinAcceptKeys {
  const encryption = key(encKey ?? mic.key!);
  if (mic.jsIntKey === undefined) return { encryption };
  const joinReqType = Number.parseInt(mic.joinReqType!, 16);
  const { joinEui, devNonce } = mic as { joinEui: string; devNonce: number };
  return { encryption, optNeg: { integrity: key(mic.jsIntKey), joinReqType, joinEui, devNonce } };
}

function acceptOf({ decoded }: AcceptVector): JoinAccept {
  return {
    joinNonce: decoded.joinNonce,
    netId: decoded.netId,
    devAddr: decoded.devAddr,
    optNeg: decoded.dlSettings.optNeg,
    rx1DataRateOffset: decoded.dlSettings.rx1DrOffset,
    rx2DataRate: decoded.dlSettings.rx2DataRate,
    rxDelayS: decoded.rxDelay,
    cfList: decoded.cfList && octets(decoded.cfList.raw),
  };
}

/** Plain in the source: encrypted again by the device's own operation undone, to be read like the others. */
function onAir(vector: AcceptVector): Buffer {
  return vector.alreadyPlain
    ? judge.encryptJoinAccept(octets(vector.phyPayload), vector.mic.key!)
    : octets(vector.phyPayload);
}

describe("join-accepts", () => {
  test.each(acceptVectors)("$id: a device reads it, or refuses it", (vector) => {
    const read = readJoinAccept(onAir(vector), keysOf(vector));
    if (vector.expectMicOk === false) expect(read).toEqual({ ok: false, fault: "micBad" });
    else expect(read).toEqual({ ok: true, value: acceptOf(vector) });
  });

  test.each(acceptVectors.filter(({ expectMicOk }) => expectMicOk !== false))(
    "$id: a server writes it, octet by octet",
    (vector) => {
      const written = writeJoinAccept(acceptOf(vector), keysOf(vector));
      expect(written.toString("hex")).toBe(onAir(vector).toString("hex"));
    },
  );

  test.each(acceptVectors.filter(({ decoded }) => decoded.cfList))("$id: its CFList", ({ decoded }) => {
    expect(cfListFrequenciesHz(octets(decoded.cfList!.raw))).toEqual(decoded.cfList!.freqs);
    expect(writeCfList(decoded.cfList!.freqs).toString("hex")).toBe(decoded.cfList!.raw);
  });

  test("the session of a published join: from the frame to its keys", () => {
    const vector = acceptVectors.find(({ id }) => id === "ja10-08-cflist-session")!;
    const read = readJoinAccept(octets(vector.phyPayload), keysOf(vector));
    if (!read.ok) throw new Error(read.fault);
    const { devNonce, NwkSKey, AppSKey } = vector.expectedSessionKeys!;
    const keys = sessionKeys10(aesKey(octets(vector.encKey!)), { ...read.value, devNonce: devNonce! });
    expect(keys).toEqual({ nwkSKey: octets(NwkSKey!), appSKey: octets(AppSKey) });
  });

  test.each(acceptVectors.filter(({ id }) => id.startsWith("ja11-03")))("$id: the session", (vector) => {
    const read = readJoinAccept(octets(vector.phyPayload), keysOf(vector));
    if (!read.ok) throw new Error(read.fault);
    const expected = vector.expectedSessionKeys!;
    const roots = {
      nwkKey: aesKey(octets("01020304050607080102030405060708")),
      appKey: aesKey(octets(expected.appKey!)),
    };
    const { joinEui } = vector.mic as { joinEui: string };
    const keys = sessionKeys11(roots, { ...read.value, joinEui, devNonce: expected.rjCount! });
    expect(keys.fNwkSIntKey.toString("hex")).toBe(expected.FNwkSIntKey);
    expect(keys.appSKey.toString("hex")).toBe(expected.AppSKey);
  });

  test("lora-packet reads what we write, with and without CFList", () => {
    const cfLists = fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          joinNonce: fc.nat(0xffffff),
          netId: hexOf(3),
          devAddr: hexOf(4),
          optNeg: fc.constant(false),
          rx1DataRateOffset: fc.nat(7),
          rx2DataRate: fc.nat(15),
          rxDelayS: fc.nat(15),
          cfList: cfLists,
        }),
        hexOf(16),
        (accept, appKey) => {
          const bytes = writeJoinAccept(accept, { encryption: key(appKey) });
          expect(bytes).toHaveLength(accept.cfList ? 33 : 17);
          const { cfList, optNeg, ...rest } = accept;
          expect(judge.joinAccept(bytes, appKey)).toEqual({
            ...rest,
            cfList: Buffer.from(cfList ?? []).toString("hex"),
            micGood: true,
          });
          const read = readJoinAccept(bytes, { encryption: key(appKey) });
          expect(read).toEqual({ ok: true, value: { ...accept, cfList: cfList && Buffer.from(cfList) } });
        },
      ),
    );
  });

  test.each([
    ["another meter's key", "ffffffffffffffffffffffffffffffff", 17, 0x20, "micBad"],
    ["a length no join-accept has", "00112233445566778899aabbccddeeff", 18, 0x20, "notAJoinAccept"],
    ["another MType", "00112233445566778899aabbccddeeff", 17, 0x60, "notAJoinAccept"],
  ])("%s is refused", (_what, keyHex, length, mhdr, fault) => {
    const bytes = Buffer.alloc(length, 1);
    bytes[0] = mhdr;
    expect(readJoinAccept(bytes, { encryption: key(keyHex) })).toEqual({ ok: false, fault });
  });

  test("a CFList of another type names no frequencies", () => {
    const mask = Buffer.alloc(16, 0xff);
    mask[15] = 1;
    expect(cfListFrequenciesHz(mask)).toEqual([]);
  });

  test("a sixth frequency is a bug", () => {
    expect(() => writeCfList([1, 2, 3, 4, 5, 6].map((step) => step * 100))).toThrow("five places");
  });
});

describe("MICs and encryption of join-accepts, by themselves", () => {
  type Vector = Record<string, string> & { id: string; micValue: string; devNonce?: number };
  const vectors = joins.joinAcceptMicAndCrypto as unknown as Vector[];

  function integrityKey(vector: Vector): CmacKey {
    if (vector.jsIntKey !== undefined) return key(vector.jsIntKey);
    const { jsIntKey } = joinServerKeys(aesKey(octets(vector.nwkKey!)), vector.devEui!);
    return cmacKey(jsIntKey);
  }

  test.each(vectors.filter(({ version }) => version === "1.1"))("$id", (vector) => {
    const devNonce = Buffer.alloc(2);
    devNonce.writeUInt16LE(vector.devNonce!);
    const covered = Buffer.concat([
      octets(vector.joinReqType!),
      octets(vector.joinEui!).reverse(),
      devNonce,
      octets(vector.msg!),
    ]);
    expect(micAt(cmac(integrityKey(vector), covered), 0)).toBe(micAt(octets(vector.micValue), 0));
  });

  test("1.0.x", () => {
    const vector = vectors.find(({ id }) => id === "jam10-cs")!;
    const mic = cmac(key(vector.key!), octets(vector.msg!));
    expect(Buffer.from(mic).subarray(0, 4)).toEqual(octets(vector.micValue));
  });

  test("the answer to a rejoin-request is encrypted with JSEncKey", () => {
    const vector = vectors.find(({ id }) => id === "jae-rejoin-cs")!;
    const { jsEncKey } = joinServerKeys(aesKey(octets(vector.nwkKey!)), vector.devEui!);
    const encrypted = octets(vector.micValue);
    encryptBlock(aesKey(jsEncKey), encrypted, 0, encrypted, 0);
    expect(encrypted.toString("hex")).toBe(vector.plain);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cmacKey } from "../../../simulator/meter/cmac.ts";
import {
  type DataFrame,
  dataKeys,
  fullFCnt,
  isDataMicGood,
  readDataFrame,
  writeDataFrame,
} from "../../../simulator/meter/data-frames.ts";
import vectors from "../../vectors/data-frames.json" with { type: "json" };
import framesToParse from "../../vectors/frame-parse.json" with { type: "json" };
import { judge } from "./judge-frames.ts";

const octets = (hex: string) => Buffer.from(hex, "hex");
/** Some sources publish no AppSKey because their frame needs none. */
const UNUSED = "00000000000000000000000000000000";

interface FrameVector {
  readonly id: string;
  readonly version: string;
  readonly keys: { readonly NwkSKey: string; readonly AppSKey?: string };
  readonly fcnt32: number;
  readonly plain: string | null;
  readonly computedPlain?: string;
  readonly foptsPlain?: string;
  readonly decoded: {
    readonly mtype: string;
    readonly devAddr: string;
    readonly fctrl: {
      readonly adr: boolean;
      readonly adrAckReq?: boolean;
      readonly rfu6?: boolean;
      readonly ack: boolean;
      readonly classB?: boolean;
      readonly fPending?: boolean;
    };
    readonly fport: number | null;
  };
  readonly phyPayload: string;
}

const frames = (vectors.frames as unknown as FrameVector[]).filter(({ version }) => version === "1.0.x");

function keysOf({ keys }: FrameVector) {
  return dataKeys({ nwkSKey: octets(keys.NwkSKey), appSKey: octets(keys.AppSKey ?? UNUSED) });
}

function frameOf(vector: FrameVector): Required<DataFrame> {
  const { mtype, devAddr, fctrl, fport } = vector.decoded;
  return {
    up: mtype.endsWith("Up"),
    confirmed: mtype.startsWith("Confirmed"),
    devAddr,
    fCnt: vector.fcnt32,
    fPort: fport ?? undefined,
    ack: fctrl.ack,
    adr: fctrl.adr,
    adrAckReq: fctrl.adrAckReq ?? fctrl.rfu6 ?? false,
    bit4: fctrl.classB ?? fctrl.fPending ?? false,
    fOpts: octets(vector.foptsPlain ?? ""),
    payload: octets(vector.plain ?? vector.computedPlain ?? ""),
  };
}

describe("data frames of 1.0.x", () => {
  test("uplinks and downlinks, FOpts, FPort 0 and none, and counters beyond 16 bits are at hand", () => {
    expect(frames.length).toBeGreaterThanOrEqual(13);
    expect(frames.some(({ decoded }) => decoded.mtype.endsWith("Down"))).toBe(true);
    expect(frames.some(({ decoded }) => decoded.fport === 0)).toBe(true);
    expect(frames.some(({ decoded }) => decoded.fport === null)).toBe(true);
    expect(frames.some(({ fcnt32 }) => fcnt32 > 0xffff)).toBe(true);
  });

  test.each(frames)("$id: is verified and decrypted", (vector) => {
    const read = readDataFrame(octets(vector.phyPayload), keysOf(vector), vector.fcnt32);
    expect(read).toEqual({ ok: true, value: frameOf(vector) });
  });

  test.each(frames)("$id: is written octet by octet", (vector) => {
    expect(writeDataFrame(frameOf(vector), keysOf(vector)).toString("hex")).toBe(vector.phyPayload);
  });

  test.each(frames)("$id: another counter or a changed octet is found out", (vector) => {
    const bytes = octets(vector.phyPayload);
    const { nwkSKey } = keysOf(vector);
    expect(isDataMicGood(bytes, nwkSKey, vector.fcnt32 + 0x10000)).toBe(false);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x04;
      expect(isDataMicGood(changed, nwkSKey, vector.fcnt32)).toBe(false);
    }
  });

  const published = vectors.keystream.filter(({ what }) => what.startsWith("FRMPayload"));
  test.each(published)("key stream $id", ({ key, devAddr, dir, fcnt32, plain, cipher }) => {
    const keys = dataKeys({ nwkSKey: octets(UNUSED), appSKey: octets(key) });
    const frame = {
      up: dir === "up",
      confirmed: false,
      devAddr,
      fCnt: fcnt32,
      fPort: 1,
      payload: octets(plain),
    };
    expect(writeDataFrame(frame, keys).subarray(9, -4).toString("hex")).toBe(cipher);
  });

  test("a MIC published by itself", () => {
    const { key, fcnt32, msg, mic } = vectors.micOnly.find(({ id }) => id === "mic-10-up")!;
    expect(isDataMicGood(octets(msg! + mic), cmacKey(octets(key)), fcnt32!)).toBe(true);
  });
});

describe("every frame we make", () => {
  const keyOctets = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
  const frame = fc
    .record({
      up: fc.boolean(),
      confirmed: fc.boolean(),
      devAddr: fc.nat(0xffffffff).map((number) => number.toString(16).padStart(8, "0")),
      fCnt: fc.oneof(fc.nat(0xffff), fc.nat(0xffffffff)),
      fPort: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 223 })),
      ack: fc.boolean(),
      adr: fc.boolean(),
      fOpts: fc.uint8Array({ maxLength: 15 }).map((bytes) => Buffer.from(bytes)),
      payload: fc.uint8Array({ minLength: 1, maxLength: 222 }).map((bytes) => Buffer.from(bytes)),
    })
    .map((made) => (made.fPort === 0 ? { ...made, fOpts: Buffer.alloc(0) } : made));

  test("is found good and decrypted by lora-packet", () => {
    fc.assert(
      fc.property(frame, keyOctets, keyOctets, (made, nwkSKey, appSKey) => {
        const bytes = writeDataFrame(made, dataKeys({ nwkSKey, appSKey }));
        expect(judge.data(bytes, { nwkSKey, appSKey }, made.fCnt)).toEqual({
          mType: `${made.confirmed ? "Confirmed" : "Unconfirmed"} Data ${made.up ? "Up" : "Down"}`,
          devAddr: made.devAddr,
          fCnt: made.fCnt & 0xffff,
          fPort: made.fPort,
          ack: made.ack,
          adr: made.adr,
          fOpts: made.fOpts.toString("hex"),
          payload: made.payload.toString("hex"),
          micGood: true,
        });
      }),
    );
  });

  test("comes back whole, also without FPort or payload", () => {
    const bare = frame.chain((made) =>
      fc.constantFrom(
        made,
        { ...made, fPort: undefined, payload: Buffer.alloc(0) },
        { ...made, payload: Buffer.alloc(0) },
      ),
    );
    fc.assert(
      fc.property(bare, keyOctets, keyOctets, (made, nwkSKey, appSKey) => {
        const keys = dataKeys({ nwkSKey, appSKey });
        const value = { ...made, adrAckReq: false, bit4: false };
        expect(readDataFrame(writeDataFrame(made, keys), keys, made.fCnt)).toEqual({ ok: true, value });
      }),
    );
  });

  const keys = dataKeys({ nwkSKey: Buffer.alloc(16, 1), appSKey: Buffer.alloc(16, 2) });
  const plain = { up: true, confirmed: false, devAddr: "01020304", fCnt: 1, fPort: 1 };

  test.each([
    ["sixteen octets of FOpts", { ...plain, fOpts: Buffer.alloc(16) }, "15 octets"],
    ["a payload without FPort", { ...plain, fPort: undefined, payload: Buffer.alloc(1) }, "needs an FPort"],
    ["MAC commands in two places", { ...plain, fPort: 0, fOpts: Buffer.alloc(1) }, "one place"],
    ["more than 259 octets", { ...plain, payload: Buffer.alloc(247) }, "259 octets"],
  ])("%s is a bug", (_what, made, message) => {
    expect(() => writeDataFrame(made, keys)).toThrow(message);
  });

  test("the longest frame is whole", () => {
    const longest = writeDataFrame({ ...plain, payload: Buffer.alloc(246) }, keys);
    expect(longest).toHaveLength(259);
    expect(readDataFrame(longest, keys, 1).ok).toBe(true);
  });
});

describe("the counter behind its sixteen bits", () => {
  test.each(framesToParse.fcntReconstruct.cases)("$wire after $last is $next", ({ last, wire, next }) => {
    expect(fullFCnt(last, wire)).toBe(next);
  });

  test("the first of a session is what it says", () => expect(fullFCnt(undefined, 7)).toBe(7));
});

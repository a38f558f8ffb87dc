import fc from "fast-check";
import loraPacket from "lora-packet";
import { describe, expect, test } from "vitest";
import { type Phy, readPhy } from "../../../agent/lorawan/phy.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

// Its types speak of a default export, its code has none.
const { fromWire } = loraPacket as unknown as (typeof loraPacket)["default"];

const FRAMES = vectors("frame-parse.json");
const read = (hex: string) => readPhy(Buffer.from(hex, "hex"));
type Data = Extract<Phy, { kind: "data" }>;

const KINDS: Record<string, object> = {
  JoinRequest: { kind: "joinRequest" },
  JoinAccept: { kind: "joinAccept" },
  UnconfirmedDataUp: { kind: "data", up: true, confirmed: false },
  UnconfirmedDataDown: { kind: "data", up: false, confirmed: false },
  ConfirmedDataUp: { kind: "data", up: true, confirmed: true },
  ConfirmedDataDown: { kind: "data", up: false, confirmed: true },
  RejoinRequest: { kind: "rejoinRequest" },
  Proprietary: { kind: "proprietary" },
};
const FAULTS: Record<string, string> = {
  empty: "empty",
  "too-short": "tooShort",
  "unsupported-major": "unsupportedMajor",
  "fopts-with-fport0": "fOptsWithFPort0",
  "fopts-beyond-frame": "fOptsBeyondFrame",
  "join-request-length": "joinRequestLength",
  "join-accept-length": "joinAcceptLength",
  "rejoin-length-or-type": "rejoinLengthOrType",
};

/** What a vector calls a field, in our terms. */
function expectFields(phy: Phy, expected: Record<string, unknown>): void {
  const { mtype, rejoinType, devNonce, fctrl, fcnt16, fopts, fport, frm, mic, encrypted, payload, ...same } =
    expected;
  if (mtype !== undefined) expect(phy).toMatchObject(KINDS[mtype as string]!);
  if (rejoinType !== undefined) expect(phy).toMatchObject({ kind: "rejoinRequest", type: rejoinType });
  if (devNonce !== undefined)
    expect(phy).toMatchObject({ devNonce: Number.parseInt(devNonce as string, 16) });
  expect(phy).toMatchObject(same);
  if (phy.kind !== "data") return;
  if (fcnt16 !== undefined) expect(phy.fCnt).toBe(fcnt16);
  if (fport !== undefined) expect(phy.fPort).toBe(fport ?? undefined);
  if (fopts !== undefined) expect(phy.fOpts.toString("hex")).toBe(fopts);
  if (frm !== undefined) expect(phy.frmPayload.toString("hex")).toBe(frm);
  if (mic !== undefined) expect(phy.mic.toString("hex")).toBe(mic);
  if (fctrl !== undefined) expect(fCtrlOf(phy)).toBe(fctrl);
}

function fCtrlOf(phy: Data): string {
  const bits = [phy.adr, phy.adrAckReq, phy.ack, phy.bit4].map((bit) => (bit ? 1 : 0)).join("");
  return ((Number.parseInt(bits, 2) << 4) | phy.fOpts.length).toString(16).padStart(2, "0");
}

describe("frames written by others", () => {
  test("are all here", () => {
    const { mhdr, fctrl, frames, malformed, macPayload, fcntWire, scalars, rejoinPayload } = FRAMES;
    const counts = [mhdr, fctrl, frames, malformed, macPayload, fcntWire, scalars, rejoinPayload].map(
      (group) => group.length,
    );
    expect(counts).toEqual([10, 6, 9, 8, 5, 1, 2, 3]);
    // Not read by the agent, which has no keys and counts no frames: the insides of a join-accept, FCnt's high half.
    expect(Object.keys(FRAMES).sort()).toEqual(
      [
        ...["title", "source", "mhdr", "fctrl", "fctrlBits", "frames", "malformed", "macPayload", "fcntWire"],
        ...[
          "scalars",
          "dlSettings",
          "cfList",
          "joinAcceptPlain",
          "rejoinPayload",
          "lengths",
          "fcntReconstruct",
        ],
      ].sort(),
    );
  });

  test.each(FRAMES.mhdr as { byte: string; mtype: string }[])("MHDR $byte is a $mtype", ({ byte, mtype }) => {
    const lengths: Record<string, number> = { JoinRequest: 23, JoinAccept: 17, RejoinRequest: 19 };
    const rest = "00".repeat((lengths[mtype] ?? 12) - 1);
    expect(valueOrFault(read(byte + rest))).toMatchObject(KINDS[mtype]!);
    // The RFU bits of MHDR say nothing yet; the other Majors are not ours.
    const octet = Number.parseInt(byte, 16);
    const withRfu = (octet | 0b11100).toString(16).padStart(2, "0");
    expect(valueOrFault(read(withRfu + rest))).toMatchObject(KINDS[mtype]!);
    for (const major of [1, 2, 3]) {
      expect(faultOf(read((octet | major).toString(16).padStart(2, "0") + rest))).toBe("unsupportedMajor");
    }
  });

  test.each(
    FRAMES.fctrl as {
      byte: string;
      adr: boolean;
      bit6: boolean;
      ack: boolean;
      bit4: boolean;
      fOptsLen: number;
    }[],
  )("FCtrl $byte", ({ byte, adr, bit6, ack, bit4, fOptsLen }) => {
    for (const mhdr of ["40", "60", "80", "a0"]) {
      const phy = valueOrFault(read(`${mhdr}04030201${byte}0100${"0d".repeat(fOptsLen)}d6c3b582`)) as Data;
      expect(phy).toMatchObject({ adr, adrAckReq: bit6, ack, bit4 });
      expect(phy.fOpts.length).toBe(fOptsLen);
      expect(fCtrlOf(phy)).toBe(byte);
    }
  });

  test.each(FRAMES.frames as { id: string; phyPayload: string; expected: Record<string, unknown> }[])(
    "$id",
    ({ phyPayload, expected }) => expectFields(valueOrFault(read(phyPayload)), expected),
  );

  test.each(FRAMES.malformed as { id: string; phyPayload: string; expectError: string }[])(
    "$id is refused: $expectError",
    ({ phyPayload, expectError }) => expect(faultOf(read(phyPayload))).toBe(FAULTS[expectError]),
  );

  test.each(FRAMES.macPayload as { id: string; macPayload: string; expected: Record<string, unknown> }[])(
    "$id",
    ({ macPayload, expected }) => {
      const phy = read(`40${macPayload}d6c3b582`);
      if (expected.error !== undefined) expect(faultOf(phy)).toBe(FAULTS[expected.error as string]);
      else expectFields(valueOrFault(phy), expected);
    },
  );

  test("the counter on air is its low 16 bits, little-endian", () => {
    for (const { fcnt32, wire } of FRAMES.fcntWire) {
      const phy = valueOrFault(read(`400403020100${wire}d6c3b582`)) as Data;
      expect(phy.fCnt).toBe(fcnt32 & 0xffff);
    }
  });

  test("a DevNonce is little-endian", () => {
    const { wire, value } = FRAMES.scalars.find(({ kind }: { kind: string }) => kind === "DevNonce");
    expect(valueOrFault(read(`00${"01".repeat(16)}${wire}00000000`))).toMatchObject({ devNonce: value });
  });

  test.each(
    FRAMES.rejoinPayload as {
      hex: string;
      rejoinType: number;
      netId?: string;
      joinEui?: string;
      devEui: string;
    }[],
  )("rejoin-request $rejoinType", ({ hex, rejoinType, netId, joinEui, devEui }) => {
    const phy = valueOrFault(read(`c0${hex}00000000`));
    expect(phy).toEqual({ kind: "rejoinRequest", type: rejoinType, netId, joinEui, devEui, rjCount: 219 });
  });

  test("every other length of a frame of fixed length is refused", () => {
    const { dataMin, joinRequest, joinAccept, rejoin02, rejoin1 } = FRAMES.lengths;
    const lengthsOf = (start: string) => {
      const sound: number[] = [];
      for (let length = start.length / 2; length <= 255; length++) {
        const bytes = Buffer.alloc(length);
        bytes.write(start, "hex");
        if (readPhy(bytes).ok) sound.push(length);
      }
      return sound;
    };
    expect(lengthsOf("00")).toEqual([joinRequest]);
    expect(lengthsOf("20")).toEqual(joinAccept);
    expect(lengthsOf("c000")).toEqual([rejoin02]);
    expect(lengthsOf("c002")).toEqual([rejoin02]);
    expect(lengthsOf("c001")).toEqual([rejoin1]);
    expect(lengthsOf("c003")).toEqual([]);
    expect(lengthsOf("40")).toEqual(Array.from({ length: 256 - dataMin }, (_, i) => dataMin + i));
  });
});

describe("frames of the other vector files", () => {
  test("every data frame is read as it was decoded there", () => {
    const { frames } = vectors("data-frames.json");
    expect(frames.length).toBe(20);
    for (const { id, phyPayload, decoded } of frames) {
      const phy = valueOrFault(read(phyPayload)) as Data;
      expect(phy, id).toMatchObject({
        ...KINDS[decoded.mtype],
        devAddr: decoded.devAddr,
        fCnt: decoded.fcnt16,
      });
      expect(phy.fPort, id).toBe(decoded.fport ?? undefined);
      expect(phy.mic.toString("hex"), id).toBe(decoded.mic);
      expect(fCtrlOf(phy), id).toBe(decoded.fctrl.raw);
      expect(phy.fOpts.toString("hex"), id).toBe(decoded.foptsOnWire ?? "");
      expect(phy.frmPayload.toString("hex"), id).toBe(decoded.frmPayloadOnWire ?? "");
    }
  });

  test("every join-request, join-accept and rejoin-request is told for what it is", () => {
    const { joinRequests, joinAccepts, rejoinRequests } = vectors("joins.json");
    expect([joinRequests.length, joinAccepts.length, rejoinRequests.length]).toEqual([8, 11, 7]);
    for (const { id, phyPayload, decoded } of joinRequests) {
      if (id === "jr-08-mic-only") {
        // Nothing but 01: its MIC was of interest there, its MHDR is none.
        expect(faultOf(read(phyPayload))).toBe("unsupportedMajor");
        continue;
      }
      const { joinEui, devEui, devNonce } = decoded;
      expect(valueOrFault(read(phyPayload)), id).toEqual({ kind: "joinRequest", joinEui, devEui, devNonce });
    }
    for (const { id, phyPayload } of joinAccepts) {
      expect(valueOrFault(read(phyPayload)), id).toEqual({ kind: "joinAccept" });
    }
    for (const { id, phyPayload, decoded } of rejoinRequests) {
      const { type, devEui, netId, joinEui } = decoded;
      const rjCount = decoded.rjCount0 ?? decoded.rjCount1;
      expect(valueOrFault(read(phyPayload)), id).toEqual({
        kind: "rejoinRequest",
        type,
        netId,
        joinEui,
        devEui,
        rjCount,
      });
    }
  });
});

describe("an independent judge", () => {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  test("lora-packet reads every data frame as we do", () => {
    const data = fc.record({
      mhdr: fc.constantFrom(0x40, 0x60, 0x80, 0xa0),
      devAddr: octets(4),
      flags: fc.nat(15),
      fCnt: octets(2),
      fOpts: fc.uint8Array({ maxLength: 15 }),
      fPort: fc.integer({ min: 1, max: 255 }),
      frmPayload: fc.uint8Array({ minLength: 1, maxLength: 222 }),
      mic: octets(4),
    });
    fc.assert(
      fc.property(data, ({ mhdr, devAddr, flags, fCnt, fOpts, fPort, frmPayload, mic }) => {
        const bytes = Buffer.from([
          mhdr,
          ...devAddr,
          (flags << 4) | fOpts.length,
          ...fCnt,
          ...fOpts,
          fPort,
          ...frmPayload,
          ...mic,
        ]);
        const phy = valueOrFault(readPhy(bytes)) as Data;
        const theirs = fromWire(bytes);
        expect(phy.devAddr).toBe(theirs.DevAddr!.toString("hex"));
        expect(phy.fCnt).toBe(theirs.FCnt!.readUInt16BE(0));
        expect(fCtrlOf(phy)).toBe(theirs.FCtrl!.toString("hex"));
        expect([phy.adr, phy.ack]).toEqual([theirs.getFCtrlADR(), theirs.getFCtrlACK()]);
        expect(phy.fOpts.equals(theirs.FOpts!)).toBe(true);
        expect(phy.fPort).toBe(theirs.getFPort());
        expect(phy.frmPayload.equals(theirs.FRMPayload!)).toBe(true);
        expect(phy.mic.equals(theirs.MIC!)).toBe(true);
        expect([phy.up, phy.confirmed]).toEqual([theirs.getDir() === "up", theirs.isConfirmed()]);
      }),
    );
  });

  test("lora-packet reads every join-request as we do", () => {
    fc.assert(
      fc.property(octets(22), (rest) => {
        const bytes = Buffer.from([0x00, ...rest]);
        const theirs = fromWire(bytes);
        expect(valueOrFault(readPhy(bytes))).toEqual({
          kind: "joinRequest",
          joinEui: theirs.AppEUI!.toString("hex"),
          devEui: theirs.DevEUI!.toString("hex"),
          devNonce: theirs.DevNonce!.readUInt16BE(0),
        });
      }),
    );
  });

  test("where it is wrong we differ: Major other than 0, FOpts beyond the frame", () => {
    const major1 = "410403020180010001a694642615d6c3b582";
    expect(fromWire(Buffer.from(major1, "hex")).isDataMessage()).toBe(true);
    expect(faultOf(read(major1))).toBe("unsupportedMajor");
    expect(faultOf(read("4004030201030000000000000000".slice(0, 24)))).toBe("fOptsBeyondFrame");
  });

  test("no octets make it throw, and what is read fits into the frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const bytes = Buffer.from(octets);
        const phy = readPhy(bytes);
        if (!phy.ok || phy.value.kind !== "data") return;
        const { fOpts, fPort, frmPayload } = phy.value;
        expect(12 + fOpts.length + (fPort === undefined ? 0 : 1) + frmPayload.length).toBe(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeTxpk } from "../../../agent/lorawan/txpk.ts";
import { EU868_PLAN } from "../../../simulator/gateway/radio-plan.ts";
import { readTxRequest, type TxRequest } from "../../../simulator/gateway/txpk-request.ts";

const ABLE = { gpsLocked: true, txChains: EU868_PLAN.txChains };

const SOUND = {
  imme: false,
  tmst: 1_000_000,
  freq: 868.1,
  rfch: 0,
  powe: 14,
  modu: "LORA",
  datr: "SF7BW125",
  codr: "4/5",
  ipol: true,
  size: 3,
  data: "AQID",
};

function read(changes: Record<string, unknown>) {
  const txpk: Record<string, unknown> = { ...SOUND, ...changes };
  return readTxRequest(JSON.stringify({ txpk }), ABLE);
}

function request(changes: Record<string, unknown>): TxRequest {
  const answer = read(changes);
  if (!answer.ok) throw new Error(answer.fault);
  return answer.value;
}

describe("a txpk as the reference forwarder reads it", () => {
  test("field by field", () => {
    expect(request({})).toEqual({
      at: { kind: "tmst", tmstUs: 1_000_000 },
      frequencyHz: 868_100_000,
      rfChain: 0,
      powerDbm: 14,
      modulation: { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" },
      inverted: true,
      preamble: 8,
      noCrc: false,
      noHeader: false,
      phyPayload: Buffer.from([1, 2, 3]),
    });
  });

  test.each([
    ["freq", "noFrequency"],
    ["rfch", "noRfChain"],
    ["modu", "badModulation"],
    ["datr", "badDataRate"],
    ["codr", "badCodeRate"],
    ["size", "noSize"],
    ["data", "noPayload"],
    ["tmst", "noMoment"],
  ])("without %s it is dropped", (field, fault) => {
    expect(read({ [field]: undefined })).toEqual({ ok: false, fault });
  });

  test.each([
    [{ modu: "Fsk", datr: 50_000 }, "badModulation"],
    [{ modu: "lora" }, "badModulation"],
    [{ modu: "FSK", datr: undefined, fdev: 25_000 }, "badDataRate"],
    [{ modu: "FSK", datr: 50_000 }, "noDeviation"],
    [{ datr: "SF13BW125" }, "badDataRate"],
    [{ datr: "SF7BW200" }, "badDataRate"],
    [{ datr: 50_000 }, "badDataRate"],
    [{ codr: "4/5LI" }, "badCodeRate"],
    [{ codr: "OFF" }, "badCodeRate"],
    [{ data: null }, "noPayload"],
    [{ rfch: 1 }, "rfChainCannotSend"],
    [{ rfch: 7 }, "rfChainCannotSend"],
  ])("%j is dropped", (changes, fault) => {
    expect(read(changes)).toEqual({ ok: false, fault });
  });

  test("what is no JSON, or has no txpk, is dropped", () => {
    expect(readTxRequest("{", ABLE)).toEqual({ ok: false, fault: "badJson" });
    expect(readTxRequest("[]", ABLE)).toEqual({ ok: false, fault: "notAnObject" });
    expect(readTxRequest('{"txpk":[]}', ABLE)).toEqual({ ok: false, fault: "notAnObject" });
  });

  test("imme wins over tmst, tmst over tmms; imme must be true itself", () => {
    expect(request({ imme: true, tmms: 5 }).at).toEqual({ kind: "immediately" });
    expect(request({ imme: 1, tmms: 5 }).at).toEqual({ kind: "tmst", tmstUs: 1_000_000 });
    expect(request({ tmst: undefined, tmms: 5 }).at).toEqual({ kind: "tmms", tmmsMs: 5 });
  });

  test("a tmst that is no number is 0, and one beyond 32 bits is cut to them", () => {
    expect(request({ tmst: "immediate" }).at).toEqual({ kind: "tmst", tmstUs: 0 });
    expect(request({ tmst: null }).at).toEqual({ kind: "tmst", tmstUs: 0 });
    expect(request({ tmst: 2 ** 32 + 7.9 }).at).toEqual({ kind: "tmst", tmstUs: 7 });
  });

  test("a GPS time without lock is refused before anything else is looked at", () => {
    const text = JSON.stringify({ txpk: { tmms: 5 } });
    expect(readTxRequest(text, { ...ABLE, gpsLocked: false })).toEqual({ ok: false, fault: "gpsUnlocked" });
    expect(readTxRequest(text, ABLE)).toEqual({ ok: false, fault: "noFrequency" });
  });

  test("the frequency is cut to whole hertz, not rounded", () => {
    expect(request({ freq: 868.1234569 }).frequencyHz).toBe(868_123_456);
    expect(request({ freq: 926.9000244140625 }).frequencyHz).toBe(926_900_024);
    expect(request({ freq: "868.1" }).frequencyHz).toBe(0);
  });

  test("no step of 100 Hz loses a hertz to the cut, if written with six decimals", () => {
    for (let hz = 863_000_000; hz <= 870_000_000; hz += 100) {
      const read = Math.trunc(1e6 * JSON.parse((hz / 1e6).toFixed(6)));
      if (read !== hz) throw new Error(`${hz} became ${read}`);
    }
    expect(request({ freq: 868.3 }).frequencyHz).toBe(868_300_000);
  });

  test("what is there and not false means true: null, 0 and words", () => {
    for (const value of [null, 0, "no", true]) {
      expect(request({ ipol: value, ncrc: value, nhdr: value })).toMatchObject({
        inverted: true,
        noCrc: true,
        noHeader: true,
      });
    }
    expect(request({ ipol: false, ncrc: false })).toMatchObject({ inverted: false, noCrc: false });
    expect(request({ ipol: undefined }).inverted).toBe(false);
  });

  test("a preamble below six symbols is six, and none is eight", () => {
    expect(request({ prea: 5 }).preamble).toBe(6);
    expect(request({ prea: 10 }).preamble).toBe(10);
  });

  test("size octets are sent, whatever data holds", () => {
    expect(request({ size: 2 }).phyPayload).toEqual(Buffer.from([1, 2]));
    expect(request({ size: 5 }).phyPayload).toEqual(Buffer.from([1, 2, 3, 0, 0]));
  });

  test("all that our agent writes is read as it was meant", () => {
    const txpks = fc.record({
      at: fc.oneof(
        fc.constant({ kind: "immediately" as const }),
        fc.record({ kind: fc.constant("tmst" as const), tmstUs: fc.nat(2 ** 32 - 1) }),
        fc.record({ kind: fc.constant("tmms" as const), tmmsMs: fc.nat(2_000_000_000_000) }),
      ),
      frequencyHz: fc.integer({ min: 8_630_000, max: 8_700_000 }).map((step) => step * 100),
      powerDbm: fc.option(fc.integer({ min: -10, max: 30 }), { nil: undefined }),
      modulation: fc.record({
        kind: fc.constant("lora" as const),
        spreadingFactor: fc.integer({ min: 7, max: 12 }),
        bandwidthHz: fc.constantFrom(125_000, 250_000, 500_000),
        codeRate: fc.constant("4/5" as const),
      }),
      polarizationInversion: fc.boolean(),
      preamble: fc.constant(8),
      noCrc: fc.boolean(),
      board: fc.constant(0),
      antenna: fc.constant(undefined),
      payload: fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from(octets)),
    });
    fc.assert(
      fc.property(txpks, (txpk) => {
        const written = writeTxpk(txpk);
        const request = written.ok ? readTxRequest(written.value, ABLE) : written;
        const { at, frequencyHz, powerDbm, modulation, preamble, noCrc } = txpk;
        expect(request).toMatchObject({
          ok: true,
          value: {
            at,
            frequencyHz,
            powerDbm,
            modulation,
            inverted: txpk.polarizationInversion,
            preamble,
            noCrc,
            noHeader: false,
            phyPayload: txpk.payload,
          },
        });
      }),
    );
  });

  test("any JSON under any field is read or dropped, never thrown at", () => {
    const fields = fc.dictionary(
      fc.constantFrom(...Object.keys(SOUND), "tmms", "ncrc", "prea", "fdev"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fields, (changes) => void read(changes)),
      { numRuns: 1_000 },
    );
  });
});

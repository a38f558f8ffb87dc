import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PULL_RESP_OCTETS_MAX, writePullResp } from "../../../agent/lorawan/gwmp.ts";
import { readTxpk, TX_PAYLOAD_OCTETS_MAX, type Txpk, writeTxpk } from "../../../agent/lorawan/txpk.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

interface TxpkVector {
  id: string;
  json: string;
  sizeMismatch?: boolean;
}

const GWMP = vectors("gwmp.json");
const TXPKS: TxpkVector[] = [
  ...GWMP.bodies,
  ...GWMP.datagrams.map(({ id, hex }: { id: string; hex: string }) => ({
    id,
    json: Buffer.from(hex, "hex").subarray(4).toString(),
  })),
].filter(({ json }) => json.startsWith('{"txpk"'));

const LORA: Txpk = {
  at: { kind: "tmst", tmstUs: 1_001_234 },
  frequencyHz: 868_300_000,
  powerDbm: 16,
  modulation: { kind: "lora", spreadingFactor: 8, bandwidthHz: 125_000, codeRate: "4/5" },
  polarizationInversion: true,
  preamble: 0,
  noCrc: false,
  board: 0,
  antenna: 0,
  payload: Buffer.from("010203", "hex"),
};
const FSK: Txpk = { ...LORA, modulation: { kind: "fsk", bitrate: 50_000, deviationHz: 25_000 } };
const said = (txpk: Txpk) => JSON.parse(valueOrFault(writeTxpk(txpk))).txpk;
const faultWith = (fields: object) => faultOf(writeTxpk({ ...LORA, ...fields } as Txpk));

/** Vectors that the reference forwarder would drop, with the field it misses. */
const DROPPED: Record<string, string> = { "tts-txpk-lora": "badRfChain", "tts-txpk-fsk": "badRfChain" };
/** Bodies by peers that write as we do, to the octet. */
const SAME_TEXT = ["gwb-txpk-fsk", "gwb-txpk-imme", "gwb-txpk-gps", "helium-imme-null", "pull-resp-mqttfwd"];

describe("txpks written by others", () => {
  test("are all here", () => {
    expect(TXPKS.length).toBe(11);
  });

  test.each(TXPKS)("$id is read as the reference forwarder reads it", ({ id, json, sizeMismatch }) => {
    const read = readTxpk(json);
    if (id in DROPPED) {
      expect(faultOf(read)).toBe(DROPPED[id]);
      return;
    }
    const txpk = valueOrFault(read);
    const said = JSON.parse(json).txpk;
    expect(txpk.at.kind).toBe(said.imme === true ? "immediately" : said.tmst === undefined ? "tmms" : "tmst");
    // helium-timed writes 926.9 MHz as it stands in 32-bit floating point.
    expect(txpk.frequencyHz).toBe(id === "helium-timed" ? 926_900_000 : Math.round(said.freq * 1e6));
    expect(txpk.powerDbm).toBe(said.powe);
    expect(txpk.polarizationInversion).toBe(said.ipol ?? false);
    expect([txpk.board, txpk.antenna]).toEqual([said.brd, said.ant]);
    expect(txpk.payload.length === said.size).toBe(sizeMismatch !== true);
    if (txpk.modulation.kind === "lora") {
      const { spreadingFactor, bandwidthHz, codeRate } = txpk.modulation;
      expect(`SF${spreadingFactor}BW${bandwidthHz / 1000} ${codeRate}`).toBe(`${said.datr} ${said.codr}`);
    } else {
      expect(txpk.modulation).toEqual({ kind: "fsk", bitrate: said.datr, deviationHz: said.fdev });
    }
  });

  test.each(TXPKS.filter(({ id }) => !(id in DROPPED)))(
    "$id means the same when we write it",
    ({ id, json }) => {
      const txpk = valueOrFault(readTxpk(json));
      const written = valueOrFault(writeTxpk(txpk));
      expect(valueOrFault(readTxpk(written))).toEqual(txpk);
      if (SAME_TEXT.includes(id)) expect(written).toBe(json);
    },
  );

  test("five of them are ours to the octet", () => {
    expect(TXPKS.filter(({ id }) => SAME_TEXT.includes(id)).length).toBe(SAME_TEXT.length);
  });
});

describe("what we write", () => {
  test("has real booleans, no null, and every field the strictest forwarder wants", () => {
    expect(
      said({
        ...LORA,
        powerDbm: undefined,
        board: undefined,
        antenna: undefined,
        noCrc: true,
        noHeader: true,
      }),
    ).toEqual({
      imme: false,
      rfch: 0,
      tmst: 1_001_234,
      freq: 868.3,
      modu: "LORA",
      datr: "SF8BW125",
      codr: "4/5",
      ipol: true,
      ncrc: true,
      nhdr: true,
      size: 3,
      data: "AQID",
    });
    expect(said({ ...FSK, preamble: 5, at: { kind: "tmms", tmmsMs: 1_436_486_418_000 } })).toEqual({
      imme: false,
      rfch: 0,
      powe: 16,
      ant: 0,
      brd: 0,
      tmms: 1_436_486_418_000,
      freq: 868.3,
      modu: "FSK",
      datr: 50_000,
      fdev: 25_000,
      prea: 5,
      size: 3,
      data: "AQID",
    });
  });

  test("a code rate or deviation nobody told is LoRaWAN's", () => {
    expect(
      said({ ...LORA, modulation: { ...LORA.modulation, codeRate: undefined } as Txpk["modulation"] }).codr,
    ).toBe("4/5");
    expect(said({ ...FSK, modulation: { kind: "fsk", bitrate: 50_000, deviationHz: undefined } }).fdev).toBe(
      25_000,
    );
  });

  test("the power is whole dBm, and never louder than was asked for", () => {
    expect([13.9, 16.15, -0.5].map((powerDbm) => said({ ...LORA, powerDbm }).powe)).toEqual([13, 16, -1]);
  });

  test("long interleaving keeps its own name", () => {
    const modulation = { kind: "lora", spreadingFactor: 7, bandwidthHz: 812_000, codeRate: "4/8LI" } as const;
    expect(said({ ...LORA, modulation })).toMatchObject({ datr: "SF7BW812", codr: "4/8LI" });
  });

  test("every frequency has at most six decimals, which a forwarder that truncates reads rightly at each 100 Hz", () => {
    for (let hz = 863_000_000; hz <= 870_000_000; hz += 100) {
      const { freq } = said({ ...LORA, frequencyHz: hz });
      if (Math.trunc(1e6 * freq) !== hz) expect.fail(`${hz} is read as ${Math.trunc(1e6 * freq)}`);
    }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff_ffff }), (frequencyHz) => {
        const text = valueOrFault(writeTxpk({ ...LORA, frequencyHz }));
        expect(/"freq":\d+(\.\d{1,6})?[,}]/.test(text) || frequencyHz < 1_000).toBe(true);
      }),
    );
  });

  test("whatever can be written is read as it was, in a datagram under 1,000 octets", () => {
    const at: fc.Arbitrary<Txpk["at"]> = fc.oneof(
      fc.constant({ kind: "immediately" } as const),
      fc.record({ kind: fc.constant("tmst" as const), tmstUs: fc.integer({ min: 0, max: 0xffff_ffff }) }),
      fc.record({ kind: fc.constant("tmms" as const), tmmsMs: fc.maxSafeNat() }),
    );
    const modulation: fc.Arbitrary<Txpk["modulation"]> = fc.oneof(
      fc.record({
        kind: fc.constant("lora" as const),
        spreadingFactor: fc.integer({ min: 5, max: 12 }),
        bandwidthHz: fc.constantFrom(125_000, 250_000, 500_000, 1_625_000),
        codeRate: fc.constantFrom("4/5", "4/6", "4/7", "4/8", "4/5LI", "4/6LI", "4/8LI"),
      }),
      fc.record({
        kind: fc.constant("fsk" as const),
        bitrate: fc.integer({ min: 1, max: 1_000_000 }),
        deviationHz: fc.integer({ min: 0, max: 0xffff_ffff }),
      }),
    );
    const octet = fc.integer({ min: 0, max: 255 });
    const txpks = fc.record({
      at,
      modulation,
      frequencyHz: fc.integer({ min: 863_000_0, max: 870_000_0 }).map((steps) => steps * 100),
      rfChain: octet,
      powerDbm: fc.integer({ min: -128, max: 127 }),
      polarizationInversion: fc.boolean(),
      preamble: fc.integer({ min: 0, max: 0xffff }),
      noCrc: fc.boolean(),
      noHeader: fc.boolean(),
      board: octet,
      antenna: octet,
      payload: fc.uint8Array({ maxLength: TX_PAYLOAD_OCTETS_MAX }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(txpks, (txpk) => {
        const text = valueOrFault(writeTxpk(txpk));
        expect(text.includes("null")).toBe(false);
        const lora = txpk.modulation.kind === "lora";
        const sent = lora ? txpk : { ...txpk, polarizationInversion: false, noHeader: false };
        expect(valueOrFault(readTxpk(text))).toEqual(sent);
      }),
    );
  });

  test("the longest datagram stays within what the reference forwarder can hold", () => {
    const longest: Txpk = {
      at: { kind: "tmms", tmmsMs: Number.MAX_SAFE_INTEGER },
      frequencyHz: 4_294_967_295,
      rfChain: 255,
      powerDbm: -128,
      modulation: { kind: "lora", spreadingFactor: 12, bandwidthHz: 1_625_000, codeRate: "4/8LI" },
      polarizationInversion: false,
      preamble: 0xffff,
      noCrc: true,
      noHeader: true,
      board: 255,
      antenna: 255,
      payload: Buffer.alloc(TX_PAYLOAD_OCTETS_MAX),
    };
    const datagram = writePullResp(2, [0, 0], valueOrFault(writeTxpk(longest)));
    expect(datagram.length).toBeLessThanOrEqual(PULL_RESP_OCTETS_MAX);
    expect(faultOf(writeTxpk({ ...longest, payload: Buffer.alloc(TX_PAYLOAD_OCTETS_MAX + 1) }))).toBe(
      "tooLong",
    );
  });

  test("what cannot be said is a fault", () => {
    expect(faultWith({ at: { kind: "tmst", tmstUs: 2 ** 32 } })).toBe("badMoment");
    expect(faultWith({ at: { kind: "tmst", tmstUs: -1 } })).toBe("badMoment");
    expect(faultWith({ at: { kind: "tmms", tmmsMs: Number.NaN } })).toBe("badMoment");
    for (const frequencyHz of [0, Number.NaN, 868_100_000.5, 2 ** 32])
      expect(faultWith({ frequencyHz })).toBe("badFrequency");
    expect(faultWith({ rfChain: 256 })).toBe("badRfChain");
    for (const powerDbm of [Number.NaN, 128, -129]) expect(faultWith({ powerDbm })).toBe("badPower");
    for (const change of [
      { spreadingFactor: 13 },
      { spreadingFactor: 4 },
      { bandwidthHz: 125_500 },
      { bandwidthHz: 0 },
    ]) {
      expect(faultWith({ modulation: { ...LORA.modulation, ...change } })).toBe("badModulation");
    }
    const lrFhss = { kind: "lrFhss", channelWidthHz: 137_000, gridSteps: 8, codeRate: "1/3" };
    expect(faultWith({ modulation: lrFhss })).toBe("badModulation");
    expect(faultWith({ modulation: { ...FSK.modulation, bitrate: 0 } })).toBe("badModulation");
    expect(faultWith({ modulation: { ...FSK.modulation, deviationHz: -1 } })).toBe("badDeviation");
    expect(faultWith({ preamble: Number.NaN })).toBe("badPreamble");
    expect(faultWith({ board: -1 })).toBe("badAntenna");
    expect(faultWith({ antenna: 256 })).toBe("badAntenna");
  });
});

describe("the forwarder's side", () => {
  const SAID = JSON.parse(valueOrFault(writeTxpk(LORA))).txpk;
  const read = (fields: object) => readTxpk(JSON.stringify({ txpk: { ...SAID, ...fields } }));

  test("drops in silence what the reference forwarder drops", () => {
    expect(faultOf(readTxpk("{"))).toBe("badJson");
    expect(faultOf(readTxpk('{"rxpk":{}}'))).toBe("notAnObject");
    expect(faultOf(read({ tmst: undefined }))).toBe("noMoment");
    // 1 is not true.
    expect(faultOf(read({ imme: 1, tmst: undefined }))).toBe("noMoment");
    expect(faultOf(read({ freq: undefined }))).toBe("badFrequency");
    expect(faultOf(read({ rfch: undefined }))).toBe("badRfChain");
    expect(faultOf(read({ modu: "lora" }))).toBe("badModulation");
    expect(faultOf(read({ modu: "Fsk", datr: 50_000, fdev: 25_000 }))).toBe("badModulation");
    expect(faultOf(read({ datr: "SF7" }))).toBe("badModulation");
    expect(faultOf(read({ codr: undefined }))).toBe("badCodeRate");
    expect(faultOf(read({ modu: "FSK", datr: 50_000 }))).toBe("badDeviation");
    expect(faultOf(read({ size: undefined }))).toBe("badSize");
    expect(faultOf(read({ data: undefined }))).toBe("badPayload");
    expect(faultOf(read({ data: "-_==" }))).toBe("badPayload");
    expect(faultOf(read({ data: Buffer.alloc(256).toString("base64") }))).toBe("tooLong");
  });

  test("takes what is no boolean for true", () => {
    const flags = valueOrFault(read({ ipol: 0, ncrc: null, nhdr: "no" }));
    expect([flags.polarizationInversion, flags.noCrc, flags.noHeader]).toEqual([true, true, true]);
    const off = valueOrFault(read({ ipol: false, ncrc: undefined, nhdr: false }));
    expect([off.polarizationInversion, off.noCrc, off.noHeader]).toEqual([false, false, false]);
  });

  test("imme wins over tmst, tmst over tmms", () => {
    expect(valueOrFault(read({ imme: true, tmms: 5 })).at).toEqual({ kind: "immediately" });
    expect(valueOrFault(read({ tmms: 5 })).at).toEqual({ kind: "tmst", tmstUs: SAID.tmst });
    expect(valueOrFault(read({ tmms: 5, tmst: undefined })).at).toEqual({ kind: "tmms", tmmsMs: 5 });
  });

  test("no text makes it throw", () => {
    fc.assert(fc.property(fc.jsonValue(), (txpk) => void readTxpk(JSON.stringify({ txpk }))));
    fc.assert(fc.property(fc.string(), (text) => void readTxpk(text)));
  });
});

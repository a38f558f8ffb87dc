import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GPS_MS_MAX, utcMsFromGpsMs } from "../../../agent/lorawan/gps-time.ts";
import { splitPushBody } from "../../../agent/lorawan/push-body.ts";
import {
  ANTENNAS_MAX,
  METADATA_CHARS_MAX,
  METADATA_ENTRIES_MAX,
  PAYLOAD_OCTETS_MAX,
  type Rxpk,
  readRxpk,
} from "../../../agent/lorawan/rxpk.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

// biome-ignore lint/suspicious/noExplicitAny: fields of a vector
type Fields = Record<string, any>;

interface Body {
  id: string;
  json: string;
}

const RXPK_BODIES: Body[] = vectors("gwmp.json").bodies.filter(({ json }: Body) =>
  json.startsWith('{"rxpk"'),
);
const RXPK_DATAGRAMS: { id: string; hex: string; expected: { json?: { rxpk?: Fields[] } } }[] = vectors(
  "gwmp.json",
).datagrams.filter(
  ({ expected }: { expected: { json?: { rxpk?: unknown } } }) => expected.json?.rxpk !== undefined,
);

/** The least an rxpk can be, as an object to change. */
const LEAST = { tmst: 1, freq: 868.1, modu: "LORA", datr: "SF7BW125", data: "" };
const rxpkWith = (fields: object): Rxpk => valueOrFault(readRxpk(JSON.stringify({ ...LEAST, ...fields })));
const faultWith = (fields: object) => faultOf(readRxpk(JSON.stringify({ ...LEAST, ...fields })));

function firstRxpk(json: string): ReturnType<typeof readRxpk> {
  const body = splitPushBody(Buffer.from(json));
  expect(body.faults).toEqual([]);
  expect(body.rxpks.length).toBe(1);
  return readRxpk(body.rxpks[0]!);
}

const lora = (spreadingFactor: number, khz: number, codeRate: string) => ({
  kind: "lora",
  spreadingFactor,
  bandwidthHz: khz * 1000,
  codeRate,
});

/** What each body of the vectors says, in our terms. */
const EXPECTED: Record<string, Partial<Record<keyof Rxpk, unknown>>> = {
  "proto-rxpk-fsk": {
    tmstUs: 3512348514,
    timeUtcMs: Date.UTC(2013, 2, 31, 16, 21, 17) + 530.974,
    frequencyHz: 869_100_000,
    modulation: { kind: "fsk", bitrate: 50_000, deviationHz: undefined },
    rssiDbm: -75,
    snrDb: undefined,
    payload: Buffer.from("TEST_PACKET_1234"),
  },
  "tts-rxpk-lrfhss": {
    // 868.1 MHz in 32-bit floating point.
    frequencyHz: 868_100_000,
    modulation: { kind: "lrFhss", channelWidthHz: 123_000, gridSteps: 8, codeRate: undefined },
    snrDb: -12,
  },
  "tts-rxpk-108": { modulation: lora(7, 125, "4/5"), frequencyHz: 868_100_000, rssiDbm: -107 },
  "tts-rxpk-lrfhss-2": {
    modulation: { kind: "lrFhss", channelWidthHz: 125_000, gridSteps: 52, codeRate: "2/3" },
  },
  "tts-rxpk-19": {
    crc: "none",
    fineTimeNs: 12_345_678,
    frequencyOffsetHz: -42,
    rssiDbm: undefined,
    modulation: lora(10, 125, "4/7"),
    payload: Buffer.from("40292e012680000001c85685e7722efafce6c1", "hex"),
  },
  "gwb-rxpk-gps": {
    tmmsMs: 600_000,
    tmstUs: 1_000_000,
    fineTimeNs: 999_999_999,
    board: 2,
    channel: 1,
    rfChain: 3,
    modulation: lora(12, 500, "4/5"),
    rssiDbm: -60,
    snrDb: 5.5,
  },
  "mqttfwd-finetime": { tmmsMs: 5_100, fineTimeNs: 3_000_000, board: 3, antenna: 1, rssiDbm: 120 },
  "gwb-rxpk-rsig": { antenna: 9, channel: 10, snrDb: 7.7, rssiDbm: -80, board: 2, rfChain: 3 },
};

describe("rxpks written by others", () => {
  test("are all here", () => {
    expect(RXPK_BODIES.length).toBe(9);
    expect(RXPK_DATAGRAMS.length).toBe(4);
    expect(Object.keys(EXPECTED)).toEqual(
      RXPK_BODIES.map(({ id }) => id).filter((id) => id !== "proto-rxpk-lora-ftime"),
    );
  });

  test.each(RXPK_BODIES.filter(({ id }) => id !== "proto-rxpk-lora-ftime"))("$id is read", ({ id, json }) => {
    const rxpk = valueOrFault(firstRxpk(json));
    const said = JSON.parse(json).rxpk[0];
    expect(rxpk.payload.length).toBe(said.size);
    expect(rxpk.payload).toEqual(Buffer.from(said.data, "base64"));
    const { payload, ...rest } = EXPECTED[id]!;
    expect(rxpk).toMatchObject(rest);
    for (const [key, value] of Object.entries(rest))
      if (value === undefined) expect(rxpk).toHaveProperty(key, value);
    if (payload !== undefined) expect(rxpk.payload.equals(payload as Buffer)).toBe(true);
  });

  test("the example of PROTOCOL.md mixes two base64 alphabets and is refused; all else of it is read", () => {
    const { json } = RXPK_BODIES.find(({ id }) => id === "proto-rxpk-lora-ftime")!;
    expect(faultOf(firstRxpk(json))).toBe("badBase64");
    const mended = json.replace(/"-DS4([^"]*)-z/, '"+DS4$1/z');
    expect(valueOrFault(firstRxpk(mended))).toMatchObject({
      tmstUs: 3512348611,
      timeUtcMs: Date.UTC(2020, 9, 1, 9, 30, 52) + 592.567,
      tmmsMs: 1285579871592,
      fineTimeNs: 85_224_290,
      frequencyHz: 866_349_812,
      frequencyOffsetHz: -3313,
      crc: "ok",
      modulation: lora(7, 125, "4/6"),
    });
    expect(valueOrFault(firstRxpk(mended)).payload.length).toBe(32);
  });

  test.each(RXPK_DATAGRAMS)("$id is read", ({ hex, expected }) => {
    const rxpk = valueOrFault(firstRxpk(Buffer.from(hex, "hex").subarray(12).toString()));
    const said = expected.json!.rxpk![0]!;
    expect(rxpk.tmstUs).toBe(said.tmst);
    expect(rxpk.frequencyHz).toBe(Math.round(said.freq * 1e6));
    expect(rxpk.crc).toBe({ "1": "ok", "-1": "bad" }[String(said.stat)]);
    expect(rxpk.payload.length).toBe(said.size);
    expect(rxpk.jver).toBe(said.jver ?? 1);
    expect(rxpk.snrDb).toBe(said.lsnr ?? said.rsig[0].lsnr);
    expect(rxpk.rssiDbm).toBe(said.rssi ?? said.rsig[0].rssic);
    expect(rxpk.timeUtcMs).toBe(
      said.time === undefined ? undefined : new Date(said.time).getTime() + microsOf(said.time),
    );
  });
});

/** The part of a millisecond that Date does not read. */
function microsOf(time: string): number {
  return Number(`0.${/\.\d{3}(\d{3})Z$/.exec(time)?.[1] ?? "0"}`);
}

describe("data rates and code rates written by others", () => {
  const { datr } = vectors("gwmp.json");
  const modulationOf = (text: string) => {
    const modu = text.includes("CW") ? "LR-FHSS" : text.startsWith('"') ? "LORA" : "FSK";
    return { ...LEAST, modu, datr: JSON.parse(text) };
  };

  test("are all here", () => {
    expect([datr.valid.length, datr.invalid.length, datr.codr.accepted.length]).toEqual([4, 4, 11]);
  });

  test.each<[string, string]>(datr.valid)("%s is %s", (text, meaning) => {
    const { modulation } = valueOrFault(readRxpk(JSON.stringify(modulationOf(text))));
    const said =
      modulation.kind === "lora"
        ? `LoRa SF${modulation.spreadingFactor} ${modulation.bandwidthHz / 1000} kHz`
        : modulation.kind === "fsk"
          ? `FSK ${modulation.bitrate / 1000} kbps`
          : `LR-FHSS ${modulation.channelWidthHz / 1000} kHz`;
    expect(said).toBe(meaning);
  });

  test.each(datr.invalid as string[])("%s is a fault for every modulation", (text) => {
    for (const modu of ["LORA", "FSK", "LR-FHSS"]) {
      expect(faultWith({ modu, datr: JSON.parse(text) })).toBe("badDataRate");
    }
  });

  test.each(datr.codr.accepted as string[])("%s", (line) => {
    const lrFhss = line.startsWith("LR-FHSS: ") || line === "5/6";
    const base = lrFhss ? { modu: "LR-FHSS", datr: "M0CW137" } : {};
    const codeRateOf = (codr: string) => {
      const { modulation } = rxpkWith({ ...base, codr });
      return modulation.kind === "fsk" ? "fsk" : modulation.codeRate;
    };
    const [names, meaning] = line.replace("LR-FHSS: ", "").replace(")", "").split(" (=");
    const groups = names!.split(", ").map((group) => group.split(" and "));
    expect(groups.flat().length).toBeGreaterThan(0);
    for (const group of groups) {
      const read = group.map(codeRateOf);
      expect(new Set(read).size).toBe(1);
      expect(meaning === undefined ? [...group] : [meaning]).toContain(read[0]);
    }
  });

  test.each(["OFF", "4/9", "", null, 5, undefined])("code rate %s is none, and no fault", (codr) => {
    expect(rxpkWith({ codr }).modulation).toEqual({ ...lora(7, 125, "4/5"), codeRate: undefined });
  });

  test.each([
    "SF4BW125",
    "SF13BW125",
    "SF7BW0",
    "SF7BW2001",
    "SF7BW125x",
    "sf7bw125",
    "SFBW125",
    "BW125",
    "SF7BW-1",
    "",
  ])("%s is no LoRa data rate", (text) => expect(faultWith({ datr: text })).toBe("badDataRate"));

  test("2.4 GHz widths, SF5 and SF6 are read", () => {
    expect(rxpkWith({ datr: "SF5BW1625", codr: "4/8LI" }).modulation).toEqual(lora(5, 1625, "4/8LI"));
  });

  test.each([0, -1, 50_000.5, 1_000_001, "fast", [], {}])("%s is no FSK bit rate", (datr) => {
    expect(faultWith({ modu: "FSK", datr })).toBe("badDataRate");
  });

  test.each(["M0", "CW137", "M0CW", "MxCW137", "M0CW2001", 137])("%s is no LR-FHSS data rate", (datr) => {
    expect(faultWith({ modu: "LR-FHSS", datr })).toBe("badDataRate");
  });

  test.each(["FSK", "Fsk", "fsk"])("%s is FSK", (modu) => {
    expect(rxpkWith({ modu, datr: 50_000 }).modulation.kind).toBe("fsk");
    expect(rxpkWith({ modu, datr: "50000" }).modulation.kind).toBe("fsk");
  });

  test.each(["LR-FHSS", "LRFHSS", "lr-fhss"])("%s is LR-FHSS", (modu) => {
    expect(rxpkWith({ modu, datr: "M0CW137", codr: "2/6" }).modulation).toEqual({
      kind: "lrFhss",
      channelWidthHz: 137_000,
      gridSteps: 0,
      codeRate: "1/3",
    });
  });

  test.each(["", "OOK", null, 1, "LORA".repeat(100)])("%s is no modulation", (modu) => {
    expect(faultWith({ modu })).toBe("unknownModulation");
  });
});

describe("an rxpk's quirks", () => {
  test("only tmst, freq, modu, datr and data must be there", () => {
    expect(rxpkWith({})).toEqual({
      jver: 1,
      tmstUs: 1,
      timeUtcMs: undefined,
      tmmsMs: undefined,
      fineTimeNs: undefined,
      frequencyHz: 868_100_000,
      crc: "none",
      modulation: { ...lora(7, 125, "4/5"), codeRate: undefined },
      rssiDbm: undefined,
      snrDb: undefined,
      channel: undefined,
      rfChain: undefined,
      board: undefined,
      antenna: undefined,
      frequencyOffsetHz: undefined,
      delayed: false,
      metadata: new Map(),
      payload: Buffer.alloc(0),
    });
    const missing = ["tmst", "freq", "modu", "datr", "data"].map((key) => faultWith({ [key]: undefined }));
    expect(missing).toEqual(["badTmst", "badFrequency", "unknownModulation", "badDataRate", "noPayload"]);
  });

  test("optional fields that make no sense are not said", () => {
    const nonsense = {
      jver: "x",
      time: 5,
      tmms: -1,
      ftime: 1e9,
      rssi: "loud",
      lsnr: null,
      chan: -1,
      rfch: 1.5,
    };
    const more = { brd: 2 ** 32, ant: [], foff: {}, delayed: "yes", meta: [], rsig: [null, 3], size: "many" };
    expect(rxpkWith({ ...nonsense, ...more })).toEqual(rxpkWith({}));
    expect(
      valueOrFault(
        readRxpk('{"tmst":1,"freq":868.1,"modu":"LORA","datr":"SF7BW125","data":"","rssi":1e999}'),
      ),
    ).toEqual(rxpkWith({}));
  });

  test("a GPS time that no date can be made of is not said", () => {
    expect(rxpkWith({ tmms: GPS_MS_MAX }).tmmsMs).toBe(GPS_MS_MAX);
    expect(new Date(utcMsFromGpsMs(GPS_MS_MAX)).toISOString()).toMatch(/^9999-12-31T23:59:/);
    for (const tmms of [GPS_MS_MAX + 1, 8.64e15, Number.MAX_SAFE_INTEGER])
      expect(rxpkWith({ tmms })).toEqual(rxpkWith({}));
  });

  test("numbers may be floats or strings", () => {
    const rxpk = rxpkWith({
      tmst: "4294967295",
      freq: "868.3",
      rssi: -58.75,
      lsnr: "-7.5",
      chan: 2.0,
      stat: "1",
    });
    expect(rxpk).toMatchObject({
      tmstUs: 4294967295,
      frequencyHz: 868_300_000,
      rssiDbm: -58.75,
      snrDb: -7.5,
      channel: 2,
    });
    expect(rxpk.crc).toBe("ok");
  });

  test("tmst is a whole number of 32 bits", () => {
    expect(rxpkWith({ tmst: 0 }).tmstUs).toBe(0);
    for (const tmst of [-1, 4294967296, 1.5, null, "", "now", true])
      expect(faultWith({ tmst })).toBe("badTmst");
  });

  test("a frequency beyond 32 bits of Hz, or none, is a fault", () => {
    for (const freq of [0, -868.1, 4294.967296, null, "868,1"])
      expect(faultWith({ freq })).toBe("badFrequency");
  });

  test("CRC status is 1, 0, -1 or missing; anything else is a fault", () => {
    expect([1, 0, -1, null, undefined].map((stat) => rxpkWith({ stat }).crc)).toEqual([
      "ok",
      "none",
      "bad",
      "none",
      "none",
    ]);
    for (const stat of [2, "?", true, 0.5]) expect(faultWith({ stat })).toBe("badCrcStatus");
  });

  test("base64 is standard, padded or not", () => {
    for (const data of ["+/8B", "+/8", "+/8=", "+w", "+w=="]) {
      expect(rxpkWith({ data }).payload).toEqual(Buffer.from(data, "base64"));
    }
    for (const data of ["-_8B", "+_8=", "A", "A===", "AQ=B", "AQ\n==", "AQI!", "====", "AQID AQID", "é"]) {
      expect(faultWith({ data }), data).toBe("badBase64");
    }
    for (const data of [null, 5, ["AQ=="]]) expect(faultWith({ data })).toBe("noPayload");
  });

  test("every payload is read from either spelling, and refused in the URL-safe one where that differs", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: PAYLOAD_OCTETS_MAX }), (bytes) => {
        const payload = Buffer.from(bytes);
        const data = payload.toString("base64");
        expect(rxpkWith({ data }).payload.equals(payload)).toBe(true);
        expect(rxpkWith({ data: data.replace(/=+$/, "") }).payload.equals(payload)).toBe(true);
        const urlSafe = data.replaceAll("+", "-").replaceAll("/", "_");
        if (urlSafe !== data) expect(faultWith({ data: urlSafe })).toBe("badBase64");
      }),
    );
  });

  test("a payload has at most 255 octets", () => {
    const longest = Buffer.alloc(PAYLOAD_OCTETS_MAX, 0x5a);
    expect(rxpkWith({ data: longest.toString("base64") }).payload).toEqual(longest);
    const data = Buffer.alloc(PAYLOAD_OCTETS_MAX + 1).toString("base64");
    expect(faultWith({ data })).toBe("payloadTooLong");
  });

  test("size does not have to agree with data", () => {
    expect(rxpkWith({ size: 87, data: "AQID" }).payload.length).toBe(3);
  });

  test("of several antennas the one of best SNR counts, then of best signal, then of best channel RSSI", () => {
    const best = (rsig: unknown) =>
      rxpkWith({ rsig, rssi: -1, lsnr: -2, chan: 3, ant: 4, foff: 5, ftime: 6 });
    const equal = [
      { ant: 0, lsnr: 5, rssis: -90, rssic: -80 },
      { ant: 1, lsnr: 5, rssis: -85, rssic: -82 },
      { ant: 2, lsnr: 5, rssis: -85, rssic: -81, chan: 7, foff: -100, ftime: 999 },
      { ant: 3, lsnr: 5, rssis: -85, rssic: -81 },
      { ant: 4, lsnr: 4.9, rssis: -20, rssic: -20 },
    ];
    expect(best(equal)).toMatchObject({
      antenna: 2,
      snrDb: 5,
      rssiDbm: -81,
      channel: 7,
      frequencyOffsetHz: -100,
      fineTimeNs: 999,
    });
    // What the antenna does not say, the top level does.
    expect(best([{ ant: 8 }])).toMatchObject({
      antenna: 8,
      snrDb: -2,
      rssiDbm: -1,
      channel: 3,
      frequencyOffsetHz: 5,
      fineTimeNs: 6,
    });
    expect(best([{ rssis: -70 }]).rssiDbm).toBe(-70);
    for (const rsig of [[], null, {}, "x"]) expect(best(rsig)).toMatchObject({ antenna: 4, rssiDbm: -1 });
  });

  test("antennas beyond the limit are not looked at", () => {
    const rsig = (count: number) => Array.from({ length: count }, (_, ant) => ({ ant, lsnr: ant }));
    expect(rxpkWith({ rsig: rsig(ANTENNAS_MAX) }).antenna).toBe(ANTENNAS_MAX - 1);
    expect(rxpkWith({ rsig: rsig(ANTENNAS_MAX + 1) }).antenna).toBe(ANTENNAS_MAX - 1);
  });

  test("Kerlink's mark of a held frame, its time without fraction and its empty data are read", () => {
    const rxpk = rxpkWith({ delayed: true, data: "", time: "2022-09-10T12:30:15Z", jver: 2 });
    expect(rxpk).toMatchObject({ delayed: true, jver: 2, timeUtcMs: Date.UTC(2022, 8, 10, 12, 30, 15) });
    expect(rxpkWith({ time: "" }).timeUtcMs).toBe(undefined);
  });

  test("metadata is text to text, of bounded number and length", () => {
    const fits = "x".repeat(METADATA_CHARS_MAX);
    const meta = {
      site: "tower",
      [fits]: fits,
      number: 5,
      nothing: null,
      long: `${fits}x`,
      [`${fits}x`]: "x",
    };
    expect([...rxpkWith({ meta }).metadata]).toEqual([
      ["site", "tower"],
      [fits, fits],
    ]);
    const many = Object.fromEntries(
      Array.from({ length: METADATA_ENTRIES_MAX + 1 }, (_, i) => [`k${i}`, "v"]),
    );
    expect([...rxpkWith({ meta: many }).metadata.keys()]).toEqual(
      Object.keys(many).slice(0, METADATA_ENTRIES_MAX),
    );
  });

  test("what is no JSON object is a fault", () => {
    for (const text of ["", "?", '{"tmst":1', '{"stat":?}']) expect(faultOf(readRxpk(text))).toBe("badJson");
    for (const text of ["null", "[]", "5", '"x"']) expect(faultOf(readRxpk(text))).toBe("notAnObject");
  });

  test("no text makes it throw", () => {
    const keys = [
      "tmst",
      "freq",
      "stat",
      "modu",
      "datr",
      "codr",
      "data",
      "rsig",
      "meta",
      "time",
      "tmms",
      "__proto__",
    ];
    const object = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(object, (fields) => void readRxpk(JSON.stringify({ ...LEAST, ...fields }))),
      { numRuns: 1_000 },
    );
    fc.assert(fc.property(fc.string(), (text) => void readRxpk(text)));
    expect(faultOf(readRxpk("[".repeat(65_507)))).toBe("badJson");
    expect(faultOf(readRxpk("[".repeat(32_000) + "]".repeat(32_000)))).toBe("notAnObject");
  });
});

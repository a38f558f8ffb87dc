import { describe, expect, test } from "vitest";
import { type AdmissionSettings, type Candidate, createAdmission } from "../../../agent/frame/admission.ts";
import { REPEATS_AGE_MS_MAX } from "../../../agent/frame/repeats.ts";
import type { Rxpk } from "../../../agent/lorawan/rxpk.ts";
import netid from "../../vectors/netid-devaddr.json" with { type: "json" };

const EUI = "0102030405060708";
const OPEN: AdmissionSettings = {
  crc: ["ok"],
  lorawanOnly: true,
  netIds: [],
  devAddrPrefixes: [],
  joinEuiRanges: [],
};

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const reversed = (text: string): string => hex(text).reverse().toString("hex");
const dataUp = (devAddr: string, fCnt = "0100"): Buffer =>
  hex(`40 ${reversed(devAddr)} 00 ${fCnt} 01 aabb 11223344`);
const join = (joinEui: string): Buffer => hex(`00 ${reversed(joinEui)} ${"22".repeat(8)} 0100 11223344`);
const rejoin0 = (netId: string): Buffer => hex(`c0 00 ${reversed(netId)} ${"22".repeat(8)} 0100 11223344`);
const rejoin1 = (joinEui: string): Buffer =>
  hex(`c0 01 ${reversed(joinEui)} ${"22".repeat(8)} 0100 11223344`);
const DATA_DOWN = hex("60 34120126 00 0100 01 aabb 11223344");
const JOIN_ACCEPT = hex(`20 ${"33".repeat(16)}`);
const PROPRIETARY = hex("e0 010203");
const NO_LORAWAN = hex("010203");

function heard(payload: Buffer, shape: Partial<Rxpk> = {}, concentratorSession = 1): Candidate {
  const rxpk: Rxpk = {
    jver: 1,
    tmstUs: 1_000_000,
    timeUtcMs: undefined,
    tmmsMs: undefined,
    fineTimeNs: undefined,
    frequencyHz: 868_100_000,
    crc: "ok",
    modulation: { kind: "lora", spreadingFactor: 7, bandwidthHz: 125_000, codeRate: "4/5" },
    rssiDbm: -60,
    snrDb: 7,
    channel: 0,
    rfChain: 0,
    board: undefined,
    antenna: undefined,
    frequencyOffsetHz: undefined,
    delayed: false,
    metadata: new Map(),
    payload,
    ...shape,
  };
  return { rxpk, concentratorSession };
}

/** "admitted", "repeat" or why it was refused, of one frame alone. */
function verdictOf(settings: Partial<AdmissionSettings>, payload: Buffer, shape: Partial<Rxpk> = {}): string {
  const admission = createAdmission({ ...OPEN, ...settings }, 1, { repeatsMax: 16 });
  const [verdict] = admission.judge(EUI, [heard(payload, shape)], 0);
  return verdict!.kind === "refused" ? verdict!.reason : verdict!.kind;
}

/** An admission with a journal that numbers what it keeps. */
function journal(settings: Partial<AdmissionSettings> = {}, repeatsMax = 64) {
  const admission = createAdmission({ ...OPEN, ...settings }, 7, { repeatsMax });
  let next = 1;
  return {
    admission,
    datagram: (frames: Candidate[], nowMs = 0, eui = EUI): string[] =>
      admission.judge(eui, frames, nowMs).map((verdict) => {
        if (verdict.kind === "repeat") return `repeat of ${verdict.sequence}`;
        if (verdict.kind === "refused") return verdict.reason;
        admission.kept(verdict.slot, next);
        return `${verdict.repetition ? "repetition" : "new"} ${next++}`;
      }),
  };
}

describe("the CRC policy", () => {
  test.each([
    [["ok"], "ok", "admitted"],
    [["ok"], "bad", "crcBad"],
    [["ok"], "none", "crcNone"],
    [["ok", "none"], "none", "admitted"],
    [["bad"], "bad", "admitted"],
    [["bad"], "ok", "crcOk"],
    [[], "ok", "crcOk"],
  ] as const)("%j meets %s: %s", (crc, status, verdict) => {
    expect(verdictOf({ crc }, dataUp("26011234"), { crc: status })).toBe(verdict);
  });
});

describe("what is LoRaWAN, and whose", () => {
  const filtered = { netIds: ["000013"], joinEuiRanges: [["0000000000000001", "0000000000000002"]] as const };
  test.each([
    ["a data frame", {}, dataUp("26011234"), "admitted"],
    ["a join-request", {}, join("0000000000000001"), "admitted"],
    ["a proprietary frame", {}, PROPRIETARY, "admitted"],
    ["a downlink overheard", {}, DATA_DOWN, "downlink"],
    ["a join-accept overheard", {}, JOIN_ACCEPT, "downlink"],
    ["a downlink where all may pass", { lorawanOnly: false }, DATA_DOWN, "downlink"],
    ["no LoRaWAN frame", {}, NO_LORAWAN, "notLorawan"],
    ["nothing at all", {}, Buffer.alloc(0), "notLorawan"],
    ["no LoRaWAN frame where all may pass", { lorawanOnly: false }, NO_LORAWAN, "admitted"],
    [
      "no LoRaWAN frame against filters where all may pass",
      { ...filtered, lorawanOnly: false },
      NO_LORAWAN,
      "admitted",
    ],
    ["our NetID", filtered, dataUp("26011234"), "admitted"],
    ["another's NetID", filtered, dataUp("01011234"), "netId"],
    ["our JoinEUI", filtered, join("0000000000000002"), "admitted"],
    ["another's JoinEUI", filtered, join("0000000000000003"), "joinEui"],
    ["a rejoin 0 of our NetID", filtered, rejoin0("000013"), "admitted"],
    ["a rejoin 0 of another's", filtered, rejoin0("000014"), "netId"],
    ["a rejoin 1 of our JoinEUI", filtered, rejoin1("0000000000000001"), "admitted"],
    ["a rejoin 1 of another's", filtered, rejoin1("0000000000000009"), "joinEui"],
    ["a proprietary frame against filters", filtered, PROPRIETARY, "proprietary"],
    [
      "a join against DevAddr prefixes alone",
      { devAddrPrefixes: ["26000000/7"] },
      join("0000000000000009"),
      "admitted",
    ],
    [
      "a prefix beside a NetID",
      { netIds: ["000001"], devAddrPrefixes: ["26000000/7"] },
      dataUp("26011234"),
      "admitted",
    ],
    ["NetIDs in capitals", { netIds: ["00000A"] }, rejoin0("00000a"), "admitted"],
  ] as const)("%s", (_what, settings, payload, verdict) => {
    expect(verdictOf(settings, payload)).toBe(verdict);
  });

  test.each(netid.prefixMatch)("DevAddr $devAddr against $prefix", ({ devAddr, prefix, matches }) => {
    expect(verdictOf({ devAddrPrefixes: [prefix] }, dataUp(devAddr))).toBe(matches ? "admitted" : "netId");
  });

  test.each(netid.joinEuiRange)("JoinEUI $joinEui against $range", ({ joinEui, range, matches }) => {
    const joinEuiRanges = [[range[0]!, range[1]!] as const];
    expect(verdictOf({ joinEuiRanges }, join(joinEui))).toBe(matches ? "admitted" : "joinEui");
  });

  test.each(netid.netIdSetPrefix)(
    "DevAddr $devAddrAllOnesHost is of NetID $netId",
    ({ netId, devAddrAllOnesHost }) => {
      expect(verdictOf({ netIds: [netId] }, dataUp(devAddrAllOnesHost))).toBe("admitted");
    },
  );
});

describe("a forwarder's repeat", () => {
  const frame = dataUp("26011234");

  test("is the frame it repeats, in whatever datagram it comes", () => {
    const { datagram } = journal();
    expect(datagram([heard(frame)])).toEqual(["new 1"]);
    expect(datagram([heard(frame)], 3_000)).toEqual(["repeat of 1"]);
    expect(datagram([heard(dataUp("26015678")), heard(frame)], 6_000)).toEqual(["new 2", "repeat of 1"]);
  });

  test("within one datagram is refused: its original waits in the same", () => {
    const { datagram } = journal();
    expect(datagram([heard(frame), heard(frame)])).toEqual(["new 1", "repeatInDatagram"]);
  });

  test.each([
    ["another tmst", heard(frame, { tmstUs: 9_000_000 }), EUI, "repetition 2"],
    ["another board", heard(frame, { board: 1 }), EUI, "repetition 2"],
    ["another concentrator session", heard(frame, {}, 2), EUI, "repetition 2"],
    [
      "another datr",
      heard(frame, {
        modulation: { kind: "lora", spreadingFactor: 8, bandwidthHz: 125_000, codeRate: "4/5" },
      }),
      EUI,
      "repetition 2",
    ],
    ["another PHY", heard(dataUp("26011234", "0200")), EUI, "new 2"],
    ["another gateway", heard(frame), "ffffffffffffffff", "new 2"],
  ] as const)("is not one with %s", (_what, other, eui, verdict) => {
    const { datagram } = journal();
    datagram([heard(frame)]);
    expect(datagram([other], 5_000, eui)).toEqual([verdict]);
  });

  test("is a new frame once the journal has given its original up", () => {
    const { admission, datagram } = journal();
    datagram([heard(frame), heard(dataUp("26015678"))]);
    admission.forget(1);
    expect(datagram([heard(frame), heard(dataUp("26015678"))], 3_000)).toEqual(["new 3", "repeat of 2"]);
    expect(admission.remembered).toBe(2);
  });

  test("is remembered for a wrap of tmst and no longer", () => {
    const { datagram } = journal();
    datagram([heard(frame)], 0);
    expect(datagram([heard(frame)], REPEATS_AGE_MS_MAX)).toEqual(["repeat of 1"]);
    expect(datagram([heard(frame)], REPEATS_AGE_MS_MAX + 1)).toEqual(["new 2"]);
    expect(datagram([heard(frame)], REPEATS_AGE_MS_MAX + 2)).toEqual(["repeat of 2"]);
  });

  test("is remembered among so many, the oldest forgotten first", () => {
    const { admission, datagram } = journal({}, 8);
    const frames = Array.from({ length: 9 }, (_, i) => heard(dataUp("26011234", `0${i}00`)));
    for (const candidate of frames) datagram([candidate]);
    expect(admission.remembered).toBe(8);
    expect(datagram([frames[8]!])).toEqual(["repeat of 9"]);
    expect(datagram([frames[1]!])).toEqual(["repeat of 2"]);
    expect(datagram([frames[0]!])).toEqual(["new 10"]);
  });
});

describe("a device's own repetition", () => {
  test("is kept and marked", () => {
    const { datagram } = journal();
    const frame = dataUp("26011234");
    expect(datagram([heard(frame)])).toEqual(["new 1"]);
    expect(datagram([heard(frame, { tmstUs: 4_000_000, frequencyHz: 868_500_000 })], 3_000)).toEqual([
      "repetition 2",
    ]);
    expect(datagram([heard(frame, { tmstUs: 4_000_000, frequencyHz: 868_500_000 })], 6_000)).toEqual([
      "repeat of 2",
    ]);
  });
});

describe("a ghost", () => {
  const frame = dataUp("26011234");
  const strong = heard(frame, { snrDb: 9.5, frequencyHz: 868_100_000 });
  const weak = heard(frame, { snrDb: -12, frequencyHz: 868_300_000, tmstUs: 1_000_040 });

  test("loses to the best SNR of its datagram, in either order", () => {
    expect(journal().datagram([strong, weak])).toEqual(["new 1", "ghost"]);
    const { datagram } = journal();
    expect(datagram([weak, strong])).toEqual(["ghost", "new 1"]);
    expect(datagram([weak, strong], 3_000)).toEqual(["ghost", "repeat of 1"]);
  });

  test("loses among three", () => {
    const middle = heard(frame, { snrDb: 2, frequencyHz: 868_500_000 });
    expect(journal().datagram([weak, middle, strong])).toEqual(["ghost", "ghost", "new 1"]);
  });

  test("that comes in a later datagram is refused", () => {
    const { datagram } = journal();
    expect(datagram([strong])).toEqual(["new 1"]);
    expect(datagram([weak], 10)).toEqual(["ghost"]);
  });

  test("that came first cannot be called back: the better is kept beside it, as a repetition", () => {
    const { datagram } = journal();
    expect(datagram([weak])).toEqual(["new 1"]);
    expect(datagram([strong], 10)).toEqual(["repetition 2"]);
    expect(datagram([weak, strong], 3_000)).toEqual(["repeat of 1", "repeat of 2"]);
  });

  test("over the wrap of tmst is one still", () => {
    const before = heard(frame, { tmstUs: 2 ** 32 - 20 });
    const behind = heard(frame, { tmstUs: 15, snrDb: -3, frequencyHz: 868_300_000 });
    expect(journal().datagram([before, behind])).toEqual(["new 1", "ghost"]);
  });

  test("ends with the airtime: what comes later is the device's repetition", () => {
    // 15 octets at SF7BW125 last 46.3 ms.
    const within = heard(frame, { tmstUs: 1_046_000, snrDb: -3, frequencyHz: 868_300_000 });
    const beyond = heard(frame, { tmstUs: 1_048_000, snrDb: -3, frequencyHz: 868_300_000 });
    expect(journal().datagram([strong, within])).toEqual(["new 1", "ghost"]);
    expect(journal().datagram([strong, beyond])).toEqual(["new 1", "repetition 2"]);
  });

  test("is none on another board, whose counter is another", () => {
    const other = heard(frame, { snrDb: -12, frequencyHz: 868_300_000, board: 1 });
    expect(journal().datagram([strong, other])).toEqual(["new 1", "repetition 2"]);
  });

  test("without SNR loses to any with", () => {
    const silent = heard(frame, { snrDb: undefined, frequencyHz: 868_300_000 });
    expect(journal().datagram([silent, strong])).toEqual(["ghost", "new 1"]);
    expect(journal().datagram([strong, silent])).toEqual(["new 1", "ghost"]);
  });
});

test("settings changed later hold for what comes later", () => {
  const { admission, datagram } = journal();
  datagram([heard(dataUp("26011234"))]);
  admission.configure({ ...OPEN, netIds: ["000001"] });
  expect(datagram([heard(dataUp("26015678"))])).toEqual(["netId"]);
});

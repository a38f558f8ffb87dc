import { describe, expect, test } from "vitest";
import type { PhyHeader } from "../../../agent/control/feed-events.ts";
import { type FilterArguments, readFilter, readTypedFilter } from "../../../agent/technician/frame-filter.ts";
import { makeText } from "../../../agent/text/text.ts";

const t = makeText("en");
const data = (devAddr: string, more: Partial<PhyHeader> = {}): { header: PhyHeader } => ({
  header: { mType: "unconfirmedUp", devAddr, ...more },
});
const JOIN = { header: { mType: "joinRequest", devEui: "70b3d57ed0001234" } as PhyHeader };
const NO_LORAWAN = { rssiDbm: -90 };

function fits(args: FilterArguments, sight: Parameters<ReturnType<typeof readFilter>>[0]): boolean {
  return readFilter(args, t)(sight);
}

describe("which frames are wanted", () => {
  test.each<[string, FilterArguments, object, boolean]>([
    ["nothing asked lets all pass", {}, NO_LORAWAN, true],
    ["a whole DevAddr", { devAddr: "26011BDA" }, data("26011bda"), true],
    ["as people copy it", { devAddr: "0x26:01:1b:da" }, data("26011bda"), true],
    ["its first digits", { devAddr: "2601" }, data("26011bda"), true],
    ["not those of another", { devAddr: "2602" }, data("26011bda"), false],
    ["a prefix by bits", { devAddr: "26000000/7" }, data("27ffffff"), true],
    ["beyond the prefix", { devAddr: "26000000/7" }, data("28000000"), false],
    ["a join has no DevAddr", { devAddr: "26" }, JOIN, false],
    ["a NetID's devices", { netId: "000013" }, data("26011bda"), true],
    ["another NetID's", { netId: "000013" }, data("48000001"), false],
    [
      "a rejoin says its NetID",
      { netId: "0000aa" },
      { header: { mType: "rejoinRequest", netId: "0000aa" } },
      true,
    ],
    ["a DevEUI's joins", { devEui: "70b3d5" }, JOIN, true],
    ["data has no DevEUI", { devEui: "70b3d5" }, data("70b3d57e"), false],
    ["one type", { type: ["join"] }, JOIN, true],
    ["two types", { type: ["join", "confirmed"] }, data("26", { mType: "confirmedUp" }), true],
    ["data of either kind", { type: ["data"] }, data("26", { mType: "confirmedUp" }), true],
    ["not another type", { type: ["join"] }, data("26"), false],
    ["what is no LoRaWAN has no type", { type: ["data"] }, NO_LORAWAN, false],
    ["as strong as the least", { rssiMin: "-90" }, NO_LORAWAN, true],
    ["weaker than the least", { rssiMin: "-89.5" }, NO_LORAWAN, false],
    ["figures as the French type them", { rssiMin: "-90,5" }, NO_LORAWAN, true],
    ["as weak as the most", { rssiMax: "-90" }, NO_LORAWAN, true],
    ["stronger than the most", { rssiMax: "-91" }, NO_LORAWAN, false],
    ["without RSSI nobody knows", { rssiMax: "0" }, JOIN, false],
    ["a spreading factor", { sf: ["SF12", "7"] }, { spreadingFactor: 12 }, true],
    ["another", { sf: ["12"] }, { spreadingFactor: 11 }, false],
    [
      "all that is asked must fit",
      { devAddr: "26", sf: ["12"] },
      { ...data("26011bda"), spreadingFactor: 7 },
      false,
    ],
  ])("%s", (_what, args, sight, expected) => {
    expect(fits(args, sight)).toBe(expected);
  });

  test.each<[string, FilterArguments]>([
    ["too many digits", { devAddr: "26011bda0" }],
    ["no digits", { devAddr: "" }],
    ["bits of half an address", { devAddr: "26/7" }],
    ["no NetID", { netId: "13" }],
    ["no DevEUI", { devEui: "xyz" }],
    ["no number", { rssiMin: "loud" }],
    ["nothing", { rssiMax: " " }],
    ["no factor", { sf: ["SFx"] }],
  ])("%s is refused by name", (_what, args) => {
    expect(() => readFilter(args, t)).toThrow(/--(dev-addr|net-id|dev-eui|rssi-m..|sf):? /);
  });

  test("what is typed while watching: every word must fit", () => {
    const frame = { ...data("26011bda"), spreadingFactor: 12, reason: "crcBad" };
    expect(readTypedFilter("")(frame)).toBe(true);
    expect(readTypedFilter(" 2601 sf12 data CRCBAD ")(frame)).toBe(true);
    expect(readTypedFilter("2601 sf7")(frame)).toBe(false);
    expect(readTypedFilter("70b3")(JOIN)).toBe(true);
    expect(readTypedFilter("join")(frame)).toBe(false);
    expect(readTypedFilter("constructor")(frame)).toBe(false);
  });
});

import { expect, test } from "vitest";
import { createCoreFilters } from "../../../agent/frame/core-filters.ts";
import { readPhy } from "../../../agent/lorawan/phy.ts";
import { dataPhy, joinPhy } from "../agent-world.ts";

const OPEN = { netIds: [], devAddrPrefixes: [], joinEuiRanges: [] };

function phyOf(hex: string) {
  const read = readPhy(Buffer.from(hex, "hex"));
  if (!read.ok) throw new Error(read.fault);
  return read.value;
}

const OURS = phyOf(dataPhy("26011234", 1));
const THEIRS = phyOf(dataPhy("fc001234", 1));
const JOIN = phyOf(joinPhy(1));
const PROPRIETARY = phyOf(`e0${"00".repeat(12)}`);

test("cores that filter nothing should have everything, by one array for all frames", () => {
  const cores = createCoreFilters(
    [
      { id: "one", ...OPEN },
      { id: "two", ...OPEN },
    ],
    true,
  );
  expect(cores(OURS)).toEqual(["one", "two"]);
  expect(cores(JOIN)).toBe(cores(OURS));
  expect(cores(undefined)).toBe(cores(OURS));
});

test("each core's filters choose what it should have, and nobody else's", () => {
  const cores = createCoreFilters(
    [
      { id: "all", ...OPEN },
      { id: "prefix", ...OPEN, devAddrPrefixes: ["26000000/7"] },
      { id: "netId", ...OPEN, netIds: ["c00004"] },
      { id: "joins", ...OPEN, joinEuiRanges: [["70b3d57ed0000000", "70b3d57ed0ffffff"]] },
      { id: "otherJoins", ...OPEN, joinEuiRanges: [["0000000000000000", "00000000ffffffff"]] },
    ],
    true,
  );
  expect(cores(OURS)).toEqual(["all", "prefix", "joins", "otherJoins"]);
  expect(cores(THEIRS)).toEqual(["all", "netId", "joins", "otherJoins"]);
  expect(cores(JOIN)).toEqual(["all", "prefix", "netId", "joins"]);
  expect(cores(OURS), "one array for each set of cores").toBe(cores(phyOf(dataPhy("26015678", 9))));
});

test("what says nothing of its network goes as the gateway's own filter has it", () => {
  const filtered = { ...OPEN, netIds: ["000013"] };
  const strict = createCoreFilters(
    [
      { id: "all", ...OPEN },
      { id: "some", ...filtered },
    ],
    true,
  );
  const lax = createCoreFilters(
    [
      { id: "all", ...OPEN },
      { id: "some", ...filtered },
    ],
    false,
  );
  expect(strict(PROPRIETARY)).toEqual(["all"]);
  expect(lax(PROPRIETARY)).toEqual(["all", "some"]);
  expect(lax(undefined)).toEqual(["all", "some"]);
});

test("where every core filters, some frames are nobody's", () => {
  const cores = createCoreFilters([{ id: "some", ...OPEN, devAddrPrefixes: ["26000000/7"] }], true);
  expect(cores(THEIRS)).toEqual([]);
});

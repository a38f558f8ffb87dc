import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  devAddrPrefixOfNetId,
  makeDevAddrMatcher,
  makeJoinEuiMatcher,
  NWK_ID_BITS,
  networkOfDevAddr,
  readDevAddrPrefix,
  readJoinEuiPrefix,
  readJoinEuiRange,
  writeDevAddrPrefix,
} from "../../../agent/lorawan/dev-addr.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

const VECTORS = vectors("netid-devaddr.json");
const hex8 = (number: number) => number.toString(16).padStart(8, "0");
const prefixOf = (netId: string) => valueOrFault(devAddrPrefixOfNetId(netId));

interface Matching {
  devAddr: string;
  joinEui: string;
  prefix: string;
  range: [string, string];
  matches: boolean;
}

describe("NetIDs and DevAddrs written by others", () => {
  test("are all here", () => {
    const { table, netIdToPrefix, netIdSetPrefix, devAddrToNwkId, devAddrToNetId } = VECTORS;
    const { prefixMatch, joinEuiPrefix, joinEuiRange, invalid } = VECTORS;
    const groups = [table, netIdToPrefix, netIdSetPrefix, devAddrToNwkId, devAddrToNetId, prefixMatch];
    expect(groups.map((group) => group.length)).toEqual([8, 8, 16, 8, 9, 11]);
    expect([joinEuiPrefix, joinEuiRange, invalid].map((group) => group.length)).toEqual([2, 4, 1]);
  });

  test.each(
    VECTORS.table as {
      type: number;
      devAddrTypePrefix: string;
      netIdLowBitsUsed: number;
      nwkAddrBits: number;
      prefixLength: number;
    }[],
  )("type $type", ({ type, devAddrTypePrefix, netIdLowBitsUsed, nwkAddrBits, prefixLength }) => {
    expect(NWK_ID_BITS[type]).toBe(netIdLowBitsUsed);
    const range = prefixOf((type << 21).toString(16).padStart(6, "0"));
    expect(range.high - range.low + 1).toBe(2 ** nwkAddrBits);
    expect(writeDevAddrPrefix(range)).toBe(`${hex8(range.low)}/${prefixLength}`);
    const bits = range.low.toString(2).padStart(32, "0");
    expect(bits).toBe(devAddrTypePrefix.padEnd(32, "0"));
  });

  test.each(VECTORS.netIdToPrefix as { netId: string; devAddrPrefix: string; type: number }[])(
    "NetID $netId gives out $devAddrPrefix",
    ({ netId, devAddrPrefix, type }) => {
      expect(writeDevAddrPrefix(prefixOf(netId))).toBe(devAddrPrefix);
      expect(valueOrFault(readDevAddrPrefix(devAddrPrefix))).toEqual(prefixOf(netId));
      expect(networkOfDevAddr(prefixOf(netId).low)?.type).toBe(type);
    },
  );

  test.each(VECTORS.netIdSetPrefix as { netId: string; devAddrAllOnesHost: string }[])(
    "NetID $netId ends at $devAddrAllOnesHost",
    ({ netId, devAddrAllOnesHost }) => expect(hex8(prefixOf(netId).high)).toBe(devAddrAllOnesHost),
  );

  test.each(VECTORS.devAddrToNwkId as { devAddr: string; type: number; nwkIdHex: string }[])(
    "DevAddr $devAddr is of type $type, NwkID $nwkIdHex",
    ({ devAddr, type, nwkIdHex }) => {
      const expected = { type, nwkId: Number.parseInt(nwkIdHex, 16) };
      expect(networkOfDevAddr(devAddr)).toEqual(expected);
      expect(networkOfDevAddr(Number.parseInt(devAddr, 16))).toEqual(expected);
    },
  );

  test.each(
    VECTORS.devAddrToNetId as {
      devAddr: string;
      type: number;
      netIdLowBitsOnly: string;
      nwkAddrBits: number;
    }[],
  )(
    "DevAddr $devAddr belongs to NetID $netIdLowBitsOnly",
    ({ devAddr, type, netIdLowBitsOnly, nwkAddrBits }) => {
      const { nwkId, ...network } = networkOfDevAddr(devAddr)!;
      expect(network.type).toBe(type);
      expect(((type << 21) | nwkId).toString(16).padStart(6, "0")).toBe(netIdLowBitsOnly);
      const range = prefixOf(netIdLowBitsOnly);
      expect(range.high - range.low + 1).toBe(2 ** nwkAddrBits);
      expect(makeDevAddrMatcher([netIdLowBitsOnly], [])(devAddr)).toBe(true);
    },
  );

  test.each(VECTORS.prefixMatch as Matching[])(
    "$devAddr within $prefix: $matches",
    ({ devAddr, prefix, matches }) => {
      const matcher = makeDevAddrMatcher([], [prefix]);
      expect(matcher(devAddr)).toBe(matches);
      expect(matcher(Number.parseInt(devAddr, 16))).toBe(matches);
    },
  );

  test.each(VECTORS.joinEuiPrefix as Matching[])(
    "$joinEui within $prefix: $matches",
    ({ joinEui, prefix, matches }) => {
      const { from, to } = valueOrFault(readJoinEuiPrefix(prefix));
      expect(makeJoinEuiMatcher([[from, to]])(joinEui)).toBe(matches);
    },
  );

  test.each(VECTORS.joinEuiRange as Matching[])(
    "$joinEui within $range: $matches",
    ({ joinEui, range, matches }) => {
      expect(makeJoinEuiMatcher([range])(joinEui)).toBe(matches);
    },
  );

  test.each(VECTORS.invalid as { devAddr: string }[])("DevAddr $devAddr has no network", ({ devAddr }) => {
    expect(networkOfDevAddr(devAddr)).toBe(undefined);
    expect(networkOfDevAddr("ffffffff")).toBe(undefined);
    expect(networkOfDevAddr("feffffff")?.type).toBe(7);
  });
});

describe("filters", () => {
  test("of no NetID and no prefix let every DevAddr through, of no range every JoinEUI", () => {
    expect(makeDevAddrMatcher([], [])("01020304")).toBe(true);
    expect(makeJoinEuiMatcher([])("0000000000000000")).toBe(true);
  });

  test("of NetIDs and prefixes let through what is in any of them", () => {
    const matcher = makeDevAddrMatcher(["000013"], ["01020300/24", "FFFFFFFF"]);
    const through = ["26000000", "27ffffff", "010203ff", "ffffffff"].map(matcher);
    const stopped = ["25ffffff", "28000000", "01020400", "fffffffe"].map(matcher);
    expect([through, stopped]).toEqual([new Array(4).fill(true), new Array(4).fill(false)]);
  });

  test("agree with the arithmetic of masks for every prefix", () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(uint32, uint32, fc.nat(32), (prefix, devAddr, length) => {
        const mask = length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
        const expected = (devAddr & mask) >>> 0 === (prefix & mask) >>> 0;
        const matcher = makeDevAddrMatcher([], [`${hex8(prefix)}/${length}`]);
        expect(matcher(devAddr)).toBe(expected);
        expect(matcher(hex8(((prefix & mask) | (devAddr & ~mask)) >>> 0))).toBe(true);
      }),
    );
  });

  test("give every NetID's DevAddrs back their type and NwkID", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffff),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (netId, at) => {
          const { low, high } = prefixOf(netId.toString(16).padStart(6, "0"));
          const type = netId >>> 21;
          const nwkId = netId & (2 ** NWK_ID_BITS[type]! - 1);
          expect(networkOfDevAddr(low + Math.floor(at * (high - low + 1)))).toEqual({ type, nwkId });
        },
      ),
    );
  });

  test("a JoinEUI prefix has 0 to 64 bits, a range its ends in order", () => {
    expect(valueOrFault(readJoinEuiPrefix("70B3D57ED0000000/36"))).toEqual({
      from: "70b3d57ed0000000",
      to: "70b3d57edfffffff",
    });
    expect(valueOrFault(readJoinEuiPrefix("0102030405060708/0")).to).toBe("ffffffffffffffff");
    const single = valueOrFault(readJoinEuiPrefix("0102030405060708"));
    expect(single).toEqual(valueOrFault(readJoinEuiPrefix("0102030405060708/64")));
    expect(single.from).toBe(single.to);
    expect(valueOrFault(readJoinEuiRange("000000000000000A", "000000000000000b")).from).toBe(
      "000000000000000a",
    );
  });

  test("what cannot be read is a fault, and no filter", () => {
    for (const text of ["", "26", "26000000/33", "26000000/", "2600000g/7", "26000000/-1", " 26000000/7"]) {
      expect(faultOf(readDevAddrPrefix(text)), text).toBe("badPrefix");
      expect(() => makeDevAddrMatcher([], [text])).toThrow(RangeError);
    }
    for (const text of ["", "13", "0x0013", "1000013"]) {
      expect(faultOf(devAddrPrefixOfNetId(text))).toBe("badNetId");
      expect(() => makeDevAddrMatcher([text], [])).toThrow(RangeError);
    }
    for (const text of ["", "01020304", "0102030405060708/65"])
      expect(faultOf(readJoinEuiPrefix(text))).toBe("badPrefix");
    expect(faultOf(readJoinEuiRange("0000000000000002", "0000000000000001"))).toBe("badRange");
    expect(faultOf(readJoinEuiRange("2", "3"))).toBe("badRange");
    expect(() => makeJoinEuiMatcher([["2", "3"]])).toThrow(RangeError);
  });
});

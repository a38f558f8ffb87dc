/** Is the box on its battery? Kerlink's own figures for an iStation, and what noise makes of them. */
import { describe, expect, test } from "vitest";
import {
  afterReading,
  newSupply,
  type Supply,
  type SupplyReading,
  type SupplyState,
} from "../../../agent/care/supply.ts";

const LOW_V = 10;

function statesOf(readings: readonly SupplyReading[], lowV = LOW_V): SupplyState[] {
  let supply: Supply = newSupply(0);
  return readings.map((reading, index) => {
    supply = afterReading(supply, reading, lowV, index);
    return supply.state;
  });
}

const at = (supplyV: number | undefined, backupV?: number): SupplyReading => ({ supplyV, backupV });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("a supply", () => {
  test("whose power is cut is lost with the second reading: the wiki's own example", () => {
    expect(statesOf([at(12.02, 11.89), at(11.35, 11.75), at(11.17, 11.57), at(11.12, 11.51)])).toEqual([
      "mains",
      "mains",
      "battery",
      "battery",
    ]);
  });

  test("with a battery that is still charging is on mains", () => {
    expect(statesOf([at(12.03, 5.93)])).toEqual(["mains"]);
  });

  test("that shows noise for one reading is not lost, however often", () => {
    const noise = Array.from({ length: 50 }, () => [at(12.02, 12.03), at(12.02, 11.9)]).flat();
    expect(new Set(statesOf([at(12), ...noise]))).toEqual(new Set(["mains"]));
  });

  test("below ten volts is lost with the fifth reading, also without a battery's voltage", () => {
    expect(statesOf([at(12), ...times(5, at(9.99))]).slice(-2)).toEqual(["mains", "battery"]);
    expect(statesOf([at(12), ...times(4, at(9.99)), at(10), ...times(4, at(9.99))]).at(-1)).toBe("mains");
    expect(statesOf([at(12), ...times(9, at(0))], 0).at(-1)).toBe("mains");
  });

  test("that comes back is believed after five good readings", () => {
    const lost = [at(12, 11), ...times(2, at(9, 11))];
    expect(statesOf([...lost, ...times(4, at(12, 11.8)), at(9, 11), ...times(4, at(12, 11.8))]).at(-1)).toBe(
      "battery",
    );
    expect(statesOf([...lost, ...times(5, at(12, 11.8))]).at(-1)).toBe("mains");
  });

  test("that cannot be read for a moment is neither", () => {
    expect(statesOf([at(undefined)])).toEqual(["unknown"]);
    expect(statesOf([at(12, 11), at(9, 11), at(undefined, 11), at(9, 11)])).toEqual([
      "mains",
      "mains",
      "mains",
      "battery",
    ]);
  });

  test("of which the kernel itself says it is not there is lost with the second word", () => {
    expect(statesOf([{ isOnline: true }, { isOnline: false }, { isOnline: false }])).toEqual([
      "mains",
      "mains",
      "battery",
    ]);
  });

  test("on battery at the start is so with the second reading", () => {
    expect(statesOf([at(11.1, 11.5), at(11.1, 11.5)])).toEqual(["unknown", "battery"]);
  });
});

/**
 * Has the gateway lost its power? A state machine over readings of its supply, pure.
 *
 *   unknown ──> mains | battery
 *   mains ──(two readings in a row, or five where it is only low)──> battery
 *   battery ──(five good readings in a row)──> mains
 *
 * Kerlink's two rules for an iStation (wiki, istation:power_management_istation): the backup battery shows a higher
 * voltage than the supply (early); the supply is below 10 V in five readings (sure). On mains the two voltages may be
 * 0.13 V apart, so that one reading may be noise. A class power_supply of the kernel says it by itself (sysfs-class-power).
 */
export interface SupplyReading {
  /** Volts; undefined where it could not be read. */
  readonly supplyV?: number | undefined;
  readonly backupV?: number | undefined;
  /** The kernel's word: mains is there or not. */
  readonly isOnline?: boolean | undefined;
}

export type SupplyState = "unknown" | "mains" | "battery";

export interface Supply {
  readonly state: SupplyState;
  /** Monotonic, when it was first so. */
  readonly sinceMonotonicMs: number;
  /** Readings in a row that say otherwise than what is believed, and of them those that are sure by two. */
  readonly doubts: number;
  readonly strongDoubts: number;
}

export const EARLY_READINGS = 2;
export const LOW_READINGS = 5;
export const GOOD_READINGS = 5;

export function newSupply(nowMonotonicMs: number): Supply {
  return { state: "unknown", sinceMonotonicMs: nowMonotonicMs, doubts: 0, strongDoubts: 0 };
}

/** What one reading says by itself. nothing: it could not be read. */
export function seen(
  { supplyV, backupV, isOnline }: SupplyReading,
  lowV: number,
): "mains" | "low" | "battery" | "nothing" {
  if (isOnline === false) return "battery";
  if (supplyV !== undefined && backupV !== undefined && backupV > supplyV) return "battery";
  if (supplyV !== undefined && supplyV < lowV) return "low";
  return supplyV === undefined && isOnline === undefined ? "nothing" : "mains";
}

/** @param lowV below it the supply is lost; 0: no voltage is. */
export function afterReading(
  supply: Supply,
  reading: SupplyReading,
  lowV: number,
  nowMonotonicMs: number,
): Supply {
  const says = seen(reading, lowV);
  // A sensor that is silent for a moment says neither.
  if (says === "nothing") return supply;
  const isBattery = says !== "mains";
  const believed = supply.state === "battery";
  if (supply.state !== "unknown" && isBattery === believed) {
    return supply.doubts === 0 ? supply : { ...supply, doubts: 0, strongDoubts: 0 };
  }
  const doubts = supply.doubts + 1;
  const strongDoubts = says === "battery" ? supply.strongDoubts + 1 : supply.strongDoubts;
  const isSure = isBattery
    ? strongDoubts >= EARLY_READINGS || doubts >= LOW_READINGS
    : supply.state === "unknown" || doubts >= GOOD_READINGS;
  if (!isSure) return { ...supply, doubts, strongDoubts };
  return { ...newSupply(nowMonotonicMs), state: isBattery ? "battery" : "mains" };
}

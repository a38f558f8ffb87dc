/**
 * The power supplies and batteries that the kernel knows.
 *
 * Source: Documentation/ABI/testing/sysfs-class-power in the kernel tree.
 */
import type { Box } from "../ports.ts";
import type { ReadText } from "./sensors.ts";

export interface Supply {
  readonly name: string;
  /** As the kernel says: Mains, Battery, USB, UPS. */
  readonly type: string;
  readonly isOnline?: boolean | undefined;
  /** Charging, Discharging, Full, Not charging. */
  readonly status?: string | undefined;
  readonly capacityPercent?: number | undefined;
  readonly volts?: number | undefined;
}

const FOLDER = "/sys/class/power_supply";
const SUPPLIES_MAX = 8;
const WORD_CHARACTERS_MAX = 32;

/** @param box absent: nobody can look what there is. */
export async function readSupplies(
  box: Pick<Box, "names"> | undefined,
  read: ReadText,
): Promise<readonly Supply[]> {
  const names = (await box?.names(FOLDER).catch(() => [])) ?? [];
  const supplies: Supply[] = [];
  for (const name of [...names].sort().slice(0, SUPPLIES_MAX)) {
    const said = async (file: string): Promise<string | undefined> =>
      (await read(`${FOLDER}/${name}/${file}`))?.trim().slice(0, WORD_CHARACTERS_MAX) || undefined;
    const type = await said("type");
    if (type === undefined) continue;
    const online = figureOf(await said("online"));
    const microvolts = figureOf(await said("voltage_now"));
    supplies.push({
      name,
      type,
      isOnline: online === undefined ? undefined : online > 0,
      status: await said("status"),
      capacityPercent: figureOf(await said("capacity")),
      volts: microvolts === undefined ? undefined : Math.round(microvolts / 1_000) / 1_000,
    });
  }
  return supplies;
}

function figureOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

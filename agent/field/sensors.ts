/**
 * Temperatures and supply voltages of the box, from sysfs: thermal zones and hwmon chips.
 *
 * Which files there are is looked for at first, and again each hour; between, only those are read. A file that gives
 * nothing today is read again tomorrow: a sensor may be asleep.
 *
 * Source: Documentation/hwmon/sysfs-interface.rst, Documentation/driver-api/thermal/sysfs-api.rst in the kernel tree.
 */
import type { Clock, Files } from "../ports.ts";
import type { Measured } from "./proc.ts";

const LOOK_EVERY_MS = 3_600_000;
const ZONES_MAX = 8;
const CHIPS_MAX = 8;
const CHANNELS_MAX = 8;
/** What a chip that is there can have; a sensor that is not connected shows the end of its scale. */
const CELSIUS = { min: -60, max: 150 };
const VOLTS = { min: -60, max: 100 };

export interface SensorReading {
  /** Degrees Celsius. */
  readonly temperatures: readonly Measured[];
  readonly voltages: readonly Measured[];
}

interface Sensor {
  readonly kind: "temperature" | "voltage";
  readonly name: string;
  readonly path: string;
}

export type ReadText = (path: string) => Promise<string | undefined>;

export function createSensors(clock: Clock, read: ReadText): { read(): Promise<SensorReading> } {
  let known: readonly Sensor[] = [];
  let lookedMs: number | undefined;
  return {
    read: async () => {
      const nowMs = clock.monotonicMs();
      if (lookedMs === undefined || nowMs - lookedMs >= LOOK_EVERY_MS) {
        known = [...(await findZones(read)), ...(await findChips(read))];
        lookedMs = nowMs;
      }
      const temperatures: Measured[] = [];
      const voltages: Measured[] = [];
      for (const { kind, name, path } of known) {
        const value = thousandth(await read(path));
        if (value === undefined) continue;
        const { min, max } = kind === "temperature" ? CELSIUS : VOLTS;
        if (value >= min && value <= max)
          (kind === "temperature" ? temperatures : voltages).push({ name, value });
      }
      return { temperatures, voltages };
    },
  };
}

/** Files of this box only; what cannot be read is not there. */
export function textReader(files: Pick<Files, "read">): ReadText {
  return async (path) => {
    const content = await files.read(path).catch(() => undefined);
    return content?.toString("utf8");
  };
}

async function findZones(read: ReadText): Promise<Sensor[]> {
  const found: Sensor[] = [];
  for (let zone = 0; zone < ZONES_MAX; zone++) {
    const folder = `/sys/class/thermal/thermal_zone${zone}`;
    const type = await read(`${folder}/type`);
    if (type === undefined) break;
    found.push({ kind: "temperature", name: type.trim(), path: `${folder}/temp` });
  }
  return found;
}

/** A chip that has gone leaves a gap in the numbers. */
async function findChips(read: ReadText): Promise<Sensor[]> {
  const found: Sensor[] = [];
  for (let chip = 0; chip < CHIPS_MAX; chip++) {
    const folder = `/sys/class/hwmon/hwmon${chip}`;
    const chipName = (await read(`${folder}/name`))?.trim();
    if (chipName === undefined) continue;
    for (const [kind, word] of [
      ["temperature", "temp"],
      ["voltage", "in"],
    ] as const) {
      for (let channel = 0; channel <= CHANNELS_MAX; channel++) {
        const path = `${folder}/${word}${channel}_input`;
        if ((await read(path)) === undefined) continue;
        const label = (await read(`${folder}/${word}${channel}_label`))?.trim();
        found.push({ kind, name: label || `${chipName} ${word}${channel}`, path });
      }
    }
  }
  return found;
}

/** sysfs counts in thousandths: of a degree, of a volt. */
function thousandth(text: string | undefined): number | undefined {
  const said = text?.trim() ?? "";
  return /^-?\d{1,9}$/.test(said) ? Number(said) / 1_000 : undefined;
}

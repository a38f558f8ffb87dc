/**
 * Where the supply of this box can be read cheaply: files of sysfs that stay open.
 *
 * A voltage has a name only for people ("12V_POE"): a label of its hwmon chip, or one that lm-sensors gives it, with a
 * factor (sensors.conf: label, compute). So where the settings name a command it is run once, as `sensors -u`, which says
 * the channel with each name; the factor is what it prints by what the file shows. Where that does not come out the
 * command itself is asked, seldom, for a process costs more than a hundred looks at a file.
 *
 *   iio_hwmon-isa-0000
 *   Adapter: ISA adapter
 *   12V_POE:
 *     in3_input: 12.050
 *
 * Source: lm-sensors, prog/sensors/chips.c (print_chip_raw); Documentation/hwmon/sysfs-interface.rst,
 * Documentation/ABI/testing/sysfs-class-power in the kernel tree.
 */
import { readSensors } from "../field/proc.ts";
import type { Box, Commands, Gauge, Gauges } from "../ports.ts";
import type { SupplyReading } from "./supply.ts";

export interface SupplyNames {
  /** "" where there is none. */
  readonly supply: string;
  readonly backup: string;
  /** Prints voltages as `sensors` does; empty: none. */
  readonly command: readonly string[];
}

export interface SupplySource {
  /** For people. */
  readonly name: string;
  /** true: a look costs no process. */
  readonly isCheap: boolean;
  read(): Promise<SupplyReading>;
  close(): Promise<void>;
}

export interface SupplyDoors {
  readonly box: Pick<Box, "names" | "read">;
  readonly gauges: Gauges;
  readonly commands: Commands;
}

const HWMON = "/sys/class/hwmon";
const POWER = "/sys/class/power_supply";
const COMMAND_MS_MAX = 5_000;
/** A factor beyond is a misreading. */
const FACTOR = { min: 0.1, max: 100 };
const CHANNELS_MAX = 64;

/** @returns undefined where nothing of this box tells. */
export async function findSupply(doors: SupplyDoors, names: SupplyNames): Promise<SupplySource | undefined> {
  if (names.supply !== "") {
    const channels = await findChannels(doors);
    const printed = await askRaw(doors, names.command);
    const supply = await openVoltage(doors, channels, printed, names.supply);
    if (supply !== undefined) {
      const backup =
        names.backup === "" ? undefined : await openVoltage(doors, channels, printed, names.backup);
      return voltageSource(names, supply, backup);
    }
    if (names.command.length > 0) {
      const asked = commandSource(doors, names);
      if ((await asked.read()).supplyV !== undefined) return asked;
    }
  }
  return openMains(doors);
}

// ------------------------------------------------------------------------------------------ voltages

interface Channel {
  readonly chip: string;
  /** in3 */
  readonly name: string;
  readonly label: string | undefined;
  readonly path: string;
}

interface Voltage {
  readonly gauge: Gauge;
  /** Volts by what the file shows. */
  readonly factor: number;
}

async function findChannels({ box }: SupplyDoors): Promise<readonly Channel[]> {
  const found: Channel[] = [];
  for (const folder of await namesIn(box, HWMON)) {
    const chip = await textOf(box, `${HWMON}/${folder}/name`);
    for (const file of await namesIn(box, `${HWMON}/${folder}`)) {
      const name = /^(in\d{1,3})_input$/.exec(file)?.[1];
      if (chip === undefined || name === undefined || found.length >= CHANNELS_MAX) continue;
      const label = await textOf(box, `${HWMON}/${folder}/${name}_label`);
      found.push({ chip, name, label, path: `${HWMON}/${folder}/${file}` });
    }
  }
  return found;
}

/** What lm-sensors says of a name. */
export interface RawVoltage {
  readonly chip: string;
  readonly channel: string;
  readonly volts: number;
}

/** Reads what `sensors -u` prints. @returns by name. */
export function readRawSensors(printed: string): ReadonlyMap<string, RawVoltage> {
  const found = new Map<string, RawVoltage>();
  let chip = "";
  let name = "";
  for (const line of printed.split("\n")) {
    const value = /^\s+(in\d{1,3})_input:\s*(-?\d+(?:\.\d+)?)\s*$/.exec(line);
    const feature = /^([^\s:][^:]*):\s*$/.exec(line);
    if (value !== null) found.set(name, { chip, channel: value[1]!, volts: Number(value[2]) });
    else if (feature !== null) name = feature[1]!;
    // The chip has its bus and address behind its name: iio_hwmon-isa-0000, ina226-i2c-3-43.
    else if (/^[A-Za-z0-9_]+-[a-z0-9]+(-\d+)?-[0-9a-f]+$/.test(line)) chip = line.slice(0, line.indexOf("-"));
  }
  return found;
}

async function askRaw(
  { commands }: SupplyDoors,
  command: readonly string[],
): Promise<ReadonlyMap<string, RawVoltage>> {
  if (command.length === 0) return new Map();
  const { exitCode, stdout } = await commands.run([...command, "-u"], COMMAND_MS_MAX);
  return exitCode === 0 ? readRawSensors(stdout) : new Map();
}

async function openVoltage(
  { gauges }: SupplyDoors,
  channels: readonly Channel[],
  printed: ReadonlyMap<string, RawVoltage>,
  wanted: string,
): Promise<Voltage | undefined> {
  const said = printed.get(wanted);
  const fits = channels.filter((one) =>
    said === undefined ? one.label === wanted : one.chip === said.chip && one.name === said.channel,
  );
  // Of two chips of one name nobody knows which is meant.
  if (fits.length !== 1) return undefined;
  const gauge = await gauges.open(fits[0]!.path);
  const shown = gauge && figureOf(await gauge.read());
  if (gauge === undefined || shown === undefined) return undefined;
  if (said === undefined) return { gauge, factor: 1 / 1_000 };
  const factor = said.volts / shown;
  if (factor * 1_000 >= FACTOR.min && factor * 1_000 <= FACTOR.max) return { gauge, factor };
  await gauge.close();
  return undefined;
}

async function voltsOf({ gauge, factor }: Voltage): Promise<number | undefined> {
  const shown = figureOf(await gauge.read());
  return shown === undefined ? undefined : Math.round(shown * factor * 1_000) / 1_000;
}

function voltageSource(names: SupplyNames, supply: Voltage, backup: Voltage | undefined): SupplySource {
  return {
    name: [names.supply, ...(backup === undefined ? [] : [names.backup])].join(", "),
    isCheap: true,
    read: async () => ({
      supplyV: await voltsOf(supply),
      backupV: backup && (await voltsOf(backup)),
    }),
    close: async () => {
      await Promise.all([supply.gauge.close(), backup?.gauge.close()]);
    },
  };
}

function commandSource({ commands }: SupplyDoors, { supply, backup, command }: SupplyNames): SupplySource {
  return {
    name: command.join(" "),
    isCheap: false,
    read: async () => {
      const { exitCode, stdout } = await commands.run(command, COMMAND_MS_MAX);
      const voltages = exitCode === 0 ? readSensors(stdout) : [];
      const of = (name: string): number | undefined => voltages.find((one) => one.name === name)?.value;
      return { supplyV: of(supply), backupV: backup === "" ? undefined : of(backup) };
    },
    close: async () => undefined,
  };
}

// --------------------------------------------------------------------------------- the kernel's word

/** Only beside a battery: mains that fail take a box without one with them. */
async function openMains({ box, gauges }: SupplyDoors): Promise<SupplySource | undefined> {
  const types = new Map<string, string>();
  for (const name of await namesIn(box, POWER)) {
    types.set(name, (await textOf(box, `${POWER}/${name}/type`)) ?? "");
  }
  const mains = [...types].filter(([, type]) => type === "Mains").map(([name]) => name);
  const [name] = mains;
  if (mains.length !== 1 || name === undefined || ![...types.values()].includes("Battery")) return undefined;
  const gauge = await gauges.open(`${POWER}/${name}/online`);
  if (gauge === undefined) return undefined;
  return {
    name,
    isCheap: true,
    read: async () => {
      const online = figureOf(await gauge.read());
      return { isOnline: online === undefined ? undefined : online > 0 };
    },
    close: () => gauge.close(),
  };
}

// --------------------------------------------------------------------------------------------- files

async function namesIn(box: SupplyDoors["box"], folder: string): Promise<readonly string[]> {
  return box.names(folder).catch(() => []);
}

async function textOf(box: SupplyDoors["box"], path: string): Promise<string | undefined> {
  const content = await box.read(path).catch(() => undefined);
  return content?.toString("latin1").trim();
}

function figureOf(text: string | undefined): number | undefined {
  const said = text?.trim() ?? "";
  return /^-?\d{1,9}$/.test(said) ? Number(said) : undefined;
}

/** The supply of a box, found in a sysfs that was made up, by the host's own doors; and watched in the world. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  FIND_AFTER_MS,
  LOOK_EVERY_MS,
  LOOK_SELDOM_MS,
  startPowerWatch,
} from "../../../agent/care/power-watch.ts";
import type { SupplyReading } from "../../../agent/care/supply.ts";
import { findSupply, readRawSensors, type SupplySource } from "../../../agent/care/supply-gauges.ts";
import { openBox } from "../../../agent/host/box.ts";
import { openGauges } from "../../../agent/host/gauges.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldCommands } from "../../../simulator/world/commands.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";

const ISTATION = { supply: "12V_POE", backup: "VCC_BACKUP", command: ["sensors"] };
/** lm-sensors' form (prog/sensors/chips.c), with the names of an iStation; the channels are made up. */
const RAW = [
  "ina226-i2c-3-43",
  "Adapter: i2c-3",
  "in1:",
  "  in1_input: 3.300",
  "",
  "iio_hwmon-isa-0000",
  "Adapter: ISA adapter",
  "12V_POE:",
  "  in1_input: 12.030",
  "VCC_BACKUP:",
  "  in2_input: 5.930",
  "  in2_max: 13.000",
  "CPU:",
  "  temp1_input: 41.000",
  "",
].join("\n");

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sysfs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function sysfs(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) put(`/sys/class/${path}`, text);
}

function doors(programs: Readonly<Record<string, string>> = {}) {
  const commands = new WorldCommands();
  const runs: string[] = [];
  commands.programs.set("sensors", (argv) => {
    runs.push(argv.join(" "));
    const stdout = programs[argv.join(" ")];
    return stdout === undefined ? { exitCode: 1, stdout: "" } : { exitCode: 0, stdout };
  });
  return { doors: { box: openBox(root), gauges: openGauges(root), commands }, runs };
}

describe("the supply of a box", () => {
  test("is found by what lm-sensors calls its channels, with its factor, and read without it from then on", async () => {
    sysfs({
      "hwmon/hwmon0/name": "ina226\n",
      "hwmon/hwmon0/in1_input": "3300\n",
      "hwmon/hwmon1/name": "iio_hwmon\n",
      "hwmon/hwmon1/in1_input": "1203\n",
      "hwmon/hwmon1/in2_input": "593\n",
    });
    const { doors: given, runs } = doors({ "sensors -u": RAW });
    const source = (await findSupply(given, ISTATION))!;
    expect(source).toMatchObject({ name: "12V_POE, VCC_BACKUP", isCheap: true });
    expect(await source.read()).toEqual({ supplyV: 12.03, backupV: 5.93 });
    put("/sys/class/hwmon/hwmon1/in1_input", "1112\n");
    put("/sys/class/hwmon/hwmon1/in2_input", "1151\n");
    expect(await source.read()).toEqual({ supplyV: 11.12, backupV: 11.51 });
    put("/sys/class/hwmon/hwmon1/in1_input", "asleep\n");
    expect(await source.read()).toMatchObject({ supplyV: undefined });
    expect(runs).toEqual(["sensors -u"]);
    await source.close();
    expect(await source.read()).toEqual({ supplyV: undefined, backupV: undefined });
    await source.close();
  });

  test("is found by the kernel's own labels where there is no program", async () => {
    sysfs({
      "hwmon/hwmon0/name": "iio_hwmon\n",
      "hwmon/hwmon0/in4_input": "12030\n",
      "hwmon/hwmon0/in4_label": "12V_POE\n",
    });
    const source = (await findSupply(doors().doors, { ...ISTATION, command: [] }))!;
    expect(await source.read()).toEqual({ supplyV: 12.03, backupV: undefined });
    await source.close();
  });

  test("is asked of the program where two chips have one name, or the channel cannot be told", async () => {
    sysfs({
      "hwmon/hwmon0/name": "iio_hwmon\n",
      "hwmon/hwmon0/in1_input": "1203\n",
      "hwmon/hwmon1/name": "iio_hwmon\n",
      "hwmon/hwmon1/in1_input": "1203\n",
    });
    const printed = "12V_POE:     +12.02 V  \nVCC_BACKUP:  +11.89 V \n";
    const { doors: given } = doors({ "sensors -u": RAW, sensors: printed });
    const source = (await findSupply(given, ISTATION))!;
    expect(source.isCheap).toBe(false);
    expect(await source.read()).toEqual({ supplyV: 12.02, backupV: 11.89 });
  });

  test("is the kernel's mains, where there is one beside a battery", async () => {
    const none = { supply: "", backup: "", command: [] };
    sysfs({ "power_supply/AC/type": "Mains\n", "power_supply/AC/online": "1\n" });
    expect(await findSupply(doors().doors, none)).toBeUndefined();
    sysfs({ "power_supply/BAT0/type": "Battery\n" });
    const source = (await findSupply(doors().doors, none))!;
    expect(await source.read()).toEqual({ isOnline: true });
    put("/sys/class/power_supply/AC/online", "0\n");
    expect(await source.read()).toEqual({ isOnline: false });
    await source.close();
    sysfs({ "power_supply/USB/type": "Mains\n", "power_supply/USB/online": "0\n" });
    expect(await findSupply(doors().doors, none)).toBeUndefined();
  });

  test("is nowhere on a box that has no such thing", async () => {
    expect(await findSupply(doors().doors, { supply: "", backup: "", command: ["sensors"] })).toBeUndefined();
    expect(await findSupply(doors().doors, { ...ISTATION, command: [] })).toBeUndefined();
    expect(await findSupply(doors().doors, ISTATION)).toBeUndefined();
  });
});

test("what lm-sensors prints raw is read by name, and nonsense is nothing", () => {
  expect([...readRawSensors(RAW)]).toEqual([
    ["in1", { chip: "ina226", channel: "in1", volts: 3.3 }],
    ["12V_POE", { chip: "iio_hwmon", channel: "in1", volts: 12.03 }],
    ["VCC_BACKUP", { chip: "iio_hwmon", channel: "in2", volts: 5.93 }],
  ]);
  expect([...readRawSensors("No sensors found!\nERROR: in1\n  in1_input: x\n")]).toEqual([]);
});

describe("the watch over it", () => {
  async function watching(isCheap = true, found = true) {
    const clock = new WorldClock();
    const log = createWorldLog();
    const now: { reading: SupplyReading } = { reading: { supplyV: 12.02, backupV: 11.89 } };
    let looks = 0;
    let saved = 0;
    let closed = 0;
    const source: SupplySource = {
      name: "12V_POE",
      isCheap,
      read: async () => {
        looks += 1;
        return now.reading;
      },
      close: async () => {
        closed += 1;
      },
    };
    const watch = startPowerWatch({
      clock,
      log,
      lowV: 10,
      find: async () => (found ? source : undefined),
      onDanger: () => {
        saved += 1;
      },
    });
    await clock.advance(FIND_AFTER_MS);
    const figures = () => ({ looks, saved, closed });
    return { clock, log, now, watch, figures };
  }

  test("saves at the first sign, says so at the second, and saves at each look on battery", async () => {
    const { clock, log, now, watch, figures } = await watching();
    await clock.advance(60_000);
    expect(figures()).toMatchObject({ looks: 31, saved: 0 });
    expect(watch.view()).toMatchObject({ state: "mains", source: "12V_POE", supplyV: 12.02 });
    now.reading = { supplyV: 11.35, backupV: 11.75 };
    await clock.advance(LOOK_EVERY_MS);
    expect(figures().saved).toBe(1);
    expect(watch.view().state).toBe("mains");
    await clock.advance(LOOK_EVERY_MS);
    expect(watch.view()).toMatchObject({ state: "battery", forMs: 0, backupV: 11.75 });
    await clock.advance(10 * LOOK_EVERY_MS);
    expect(figures().saved).toBe(12);
    now.reading = { supplyV: 12.02, backupV: 11.7 };
    await clock.advance(10 * LOOK_EVERY_MS);
    expect(watch.view().state).toBe("mains");
    // Four looks went by before it was believed.
    expect(figures().saved).toBe(16);
    expect(log.lines.map(({ event }) => event)).toEqual([
      "supply is watched",
      "supply lost: on battery",
      "supply is back",
    ]);
  });

  test("by a program looks each minute, and closely once something is wrong", async () => {
    const { clock, now, watch, figures } = await watching(false);
    await clock.advance(10 * LOOK_SELDOM_MS);
    expect(figures().looks).toBe(11);
    now.reading = { supplyV: 9.1 };
    await clock.advance(LOOK_SELDOM_MS + 4 * LOOK_EVERY_MS);
    expect(watch.view().state).toBe("battery");
    await watch.stop();
    expect(clock.pendingTimers).toBe(0);
    expect(figures().closed).toBe(1);
  });

  test("costs nothing where there is nothing to watch", async () => {
    const { clock, watch } = await watching(true, false);
    expect(watch.view()).toEqual({ state: "unwatched" });
    expect(clock.pendingTimers).toBe(0);
  });
});

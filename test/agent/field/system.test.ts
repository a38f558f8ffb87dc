/** The box under the agent, by files that real boxes have, and by this machine's own. */
import { describe, expect, test } from "vitest";
import { readDefaultInterface6 } from "../../../agent/field/proc.ts";
import { createSystem } from "../../../agent/field/system.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openCommands } from "../../../agent/host/commands.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldCommands } from "../../../simulator/world/commands.ts";
import { WorldFiles } from "../../../simulator/world/files.ts";

const STAT = (busy: number, idle: number): string =>
  `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 ${busy} 0 0 ${idle} 0 0 0 0 0 0\nintr 1 2\n`;

/** An i.MX6 box on KerOS 5, as its kernel writes. */
const BOX: Readonly<Record<string, string>> = {
  "/proc/stat": STAT(100, 900),
  "/proc/loadavg": "0.42 0.30 0.21 1/87 1234\n",
  "/proc/meminfo": "MemTotal:         249344 kB\nMemFree:           31000 kB\nMemAvailable:     120000 kB\n",
  "/proc/diskstats": [
    "   1       0 ram0 0 0 0 0 0 0 0 0 0 0 0",
    " 179       0 mmcblk0 12345 678 901234 5678 90123 4567 6000400 12345 0 6789 23456",
    " 179       1 mmcblk0p1 345 78 1234 678 123 67 1000000 345 0 789 456",
    " 179       2 mmcblk0p2 12000 600 900000 5000 90000 4500 5000400 12000 0 6000 23000",
    " 179       8 mmcblk0boot0 20 0 160 10 0 0 0 0 0 10 10",
    " 253       0 dm-0 12000 0 900000 5000 90000 0 5000400 12000 0 6000 23000",
    "",
  ].join("\n"),
  "/proc/net/dev": [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed",
    "    lo:  123456     100    0    0    0     0          0         0   123456     100    0    0    0     0       0          0",
    "  eth0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0",
    " wwan0: 1500000    2000    3    0    0     0          0         0   900000    1800    1    0    0     0       0          0",
    "",
  ].join("\n"),
  "/proc/net/route": [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t00000000\t0101A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0",
    "wwan0\t00000000\t01020A0A\t0003\t0\t0\t700\t00000000\t0\t0\t0",
    "eth1\t00000000\t01020A0A\t0003\t0\t0\t800\t00000000\t0\t0\t0",
    "usb0\t0078A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "",
  ].join("\n"),
  "/proc/net/wireless": [
    "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE",
    " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22",
    " wwan0: 0000   58.  -52.  -256        0      0      0      0      0        0",
    "",
  ].join("\n"),
  "/sys/class/thermal/thermal_zone0/type": "imx_thermal_zone\n",
  "/sys/class/thermal/thermal_zone0/temp": "48750\n",
  "/sys/class/hwmon/hwmon1/name": "lm25066\n",
  "/sys/class/hwmon/hwmon1/in1_input": "12040\n",
  "/sys/class/hwmon/hwmon1/in1_label": "12V_POE\n",
  "/sys/class/hwmon/hwmon1/in3_input": "11320\n",
  "/sys/class/hwmon/hwmon1/temp1_input": "-300000\n",
  "/tmp/sys_startup_status.json": '{ "cpu": { "serial": "1234" }, "sw_version": "5.11.0_20231117" }',
};

function openBox(files: Readonly<Record<string, string>>, voltagesCommand: readonly string[] = []) {
  const clock = new WorldClock();
  const disk = new WorldFiles(files);
  const commands = new WorldCommands();
  const system = createSystem({ clock, files: disk, commands, diskPath: "/user/journal", voltagesCommand });
  return { clock, disk, commands, system };
}

describe("a box", () => {
  test("tells processor, memory, disk, temperature, voltages, interfaces and firmware", async () => {
    const { system } = openBox(BOX);
    expect(system.reading()).toBeUndefined();
    await system.refresh();
    const wwan0 = {
      name: "wwan0",
      rxOctets: 1_500_000,
      txOctets: 900_000,
      rxErrors: 3,
      txErrors: 1,
      signalDbm: -52,
    };
    expect(system.reading()).toEqual({
      readWallMs: Date.UTC(2026, 0, 1),
      uptimeMs: 60_000,
      cpuPercent: 10,
      load1: 0.42,
      memory: { totalOctets: 249_344 * 1_024, availableOctets: 120_000 * 1_024 },
      disk: { freeOctets: 1024 ** 3, totalOctets: 2 * 1024 ** 3 },
      // The eMMC, once: not its partitions, not what lies on top of it.
      diskWrittenOctets: 6_000_400 * 512,
      temperatures: [{ name: "imx_thermal_zone", value: 48.75 }],
      voltages: [
        { name: "12V_POE", value: 12.04 },
        { name: "lm25066 in3", value: 11.32 },
      ],
      supplies: [],
      interfaces: [{ name: "eth0", rxOctets: 0, txOctets: 0, rxErrors: 0, txErrors: 0 }, wwan0],
      backhaul: "wwan0",
      firmware: "5.11.0_20231117",
    });
  });

  test("tells the processor's work since it was asked before, not since it booted", async () => {
    const { clock, disk, system } = openBox(BOX);
    await system.refresh();
    disk.put("/proc/stat", STAT(175, 925));
    await clock.advance(10_000);
    await system.refresh();
    expect(system.reading()?.cpuPercent).toBe(75);
  });

  test("reads nothing by itself, and asked again at once it does not read again", async () => {
    const { clock, disk, system } = openBox(BOX);
    let reads = 0;
    const { read } = disk;
    disk.read = (path) => {
      reads += 1;
      return read.call(disk, path);
    };
    await clock.advance(86_400_000);
    expect(reads).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    await Promise.all([system.refresh(), system.refresh()]);
    const once = reads;
    await system.refresh();
    expect(reads).toBe(once);
    await clock.advance(60_000);
    await system.refresh();
    // The sensors are known by now: only those that are there are read.
    expect(reads - once).toBeLessThan(15);
    expect(once).toBeGreaterThan(20);
  });

  test("that has nothing of all that says nothing of it", async () => {
    const { system, disk } = openBox({});
    disk.refuses = true;
    await system.refresh();
    expect(system.reading()).toMatchObject({ temperatures: [], voltages: [], interfaces: [] });
    expect(system.reading()?.memory).toBeUndefined();
    expect(system.reading()?.disk).toBeUndefined();
  });

  test("whose disk hangs is answered for without it", async () => {
    const { clock, disk, system } = openBox(BOX);
    let asked = 0;
    disk.space = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    for (let times = 0; times < 3; times++) {
      const refreshed = system.refresh();
      await clock.advance(5_000);
      await refreshed;
    }
    expect(system.reading()).toMatchObject({ load1: 0.42, readWallMs: clock.wallMs() - 5_000 });
    expect(system.reading()?.disk).toBeUndefined();
    expect(asked).toBe(1);
  });

  test("takes voltages from the command that knows their names and factors, at most each five minutes", async () => {
    const sensors = [
      "istation-voltages-isa-0000",
      "Adapter: ISA adapter",
      "12V_POE:      +12.05 V  (min =  +0.00 V)",
      "VCC_BACKUP:   +7.91 V",
      "VCC_IO:     +950.00 mV",
      "temp1:        +41.2°C",
      "",
    ].join("\n");
    const { clock, commands, system } = openBox(BOX, ["sensors"]);
    let runs = 0;
    commands.programs.set("sensors", () => {
      runs += 1;
      return { exitCode: 0, stdout: sensors };
    });
    for (let minute = 0; minute < 10; minute++) {
      await system.refresh();
      await clock.advance(60_000);
    }
    expect(runs).toBe(2);
    expect(system.reading()?.voltages).toEqual([
      { name: "12V_POE", value: 12.05 },
      { name: "VCC_BACKUP", value: 7.91 },
      { name: "VCC_IO", value: 0.95 },
    ]);
    // Where it is not there, what the kernel shows stands in.
    const shown = openBox(BOX, ["sensors"]);
    await shown.system.refresh();
    expect(shown.system.reading()?.voltages).toHaveLength(2);
  });

  test("whose command for voltages hangs is answered for without it, and it is asked once", async () => {
    const { clock, commands, system } = openBox(BOX, ["sensors"]);
    let asked = 0;
    commands.run = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    for (let times = 0; times < 3; times++) {
      const refreshed = system.refresh();
      await clock.advance(400_000);
      await refreshed;
    }
    expect(asked).toBe(1);
    expect(system.reading()).toMatchObject({ load1: 0.42, voltages: [{ name: "12V_POE" }, {}] });
  });

  test("tells the power supplies that the kernel knows", async () => {
    const files = {
      "/sys/class/power_supply/AC/type": "Mains\n",
      "/sys/class/power_supply/AC/online": "0\n",
      "/sys/class/power_supply/BAT0/type": "Battery\n",
      "/sys/class/power_supply/BAT0/status": "Discharging\n",
      "/sys/class/power_supply/BAT0/capacity": "87\n",
      "/sys/class/power_supply/BAT0/voltage_now": "12481000\n",
      "/sys/class/power_supply/broken/online": "1\n",
    };
    const clock = new WorldClock();
    const system = createSystem({
      clock,
      files: new WorldFiles(files),
      box: { names: async () => ["BAT0", "AC", "broken"] },
      commands: new WorldCommands(),
      diskPath: "/",
      voltagesCommand: [],
    });
    await system.refresh();
    expect(system.reading()?.supplies).toEqual([
      { name: "AC", type: "Mains", isOnline: false },
      { name: "BAT0", type: "Battery", status: "Discharging", capacityPercent: 87, volts: 12.481 },
    ]);
  });
});

describe("the backhaul", () => {
  const zeros = "0".repeat(32);
  const route6 = (...lines: readonly string[]): string =>
    lines.map((line) => `${line.replaceAll("ANY", zeros)}\n`).join("");

  test("of a box without IPv4 is that of IPv6's default route", async () => {
    // As this kernel writes: its own refusal of everything is a default route too.
    const table = route6(
      "ANY 00 ANY 00 fe80000000000000021122fffe334455 00000400 00000001 00000000 00000003     eth0",
      "ANY 00 ANY 00 fe80000000000000021122fffe334456 00000064 00000001 00000000 00000003    wwan0",
      "20010db8000000000000000000000000 40 ANY 00 ANY 00000100 00000001 00000000 00000001     usb0",
      "ANY 00 ANY 00 ANY ffffffff 00000001 00000000 00200200       lo",
    );
    expect(readDefaultInterface6(table)).toBe("wwan0");
    const { system } = openBox({ "/proc/net/ipv6_route": table });
    await system.refresh();
    expect(system.reading()?.backhaul).toBe("wwan0");
  });

  test("is none where there is no road, or the file is none", () => {
    expect(
      readDefaultInterface6(route6("ANY 00 ANY 00 ANY ffffffff 00000001 00000000 00200200 lo")),
    ).toBeUndefined();
    expect(readDefaultInterface6("")).toBeUndefined();
    expect(readDefaultInterface6("a b c\n")).toBeUndefined();
  });
});

test("this machine tells its own figures", async () => {
  const system = createSystem({
    clock: openClock(),
    files: openFiles(),
    commands: openCommands(),
    diskPath: "/tmp",
    voltagesCommand: [],
  });
  await system.refresh();
  const { memory, disk, load1, cpuPercent, interfaces } = system.reading()!;
  expect(memory!.availableOctets).toBeLessThan(memory!.totalOctets);
  expect(disk!.totalOctets).toBeGreaterThan(1e6);
  expect(load1).toBeGreaterThanOrEqual(0);
  expect(cpuPercent).toBeGreaterThanOrEqual(0);
  expect(interfaces.map(({ name }) => name)).not.toContain("lo");
});

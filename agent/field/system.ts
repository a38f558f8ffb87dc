/**
 * The box under the agent: processor, memory, disk, temperatures, voltages, network interfaces, firmware.
 *
 * Read when somebody asks, and never by itself: nothing wakes the processor for it. Who asks again within a moment is
 * given what was read before.
 *
 * Not here: the alarms that follow from it (agent/health/).
 */
import { inTime } from "../in-time.ts";
import type { Box, Clock, Commands, DiskSpace, Files } from "../ports.ts";
import {
  busyPercent,
  type CpuTicks,
  type Measured,
  type Memory,
  type NetworkInterface,
  readCpuTicks,
  readDefaultInterface,
  readDefaultInterface6,
  readInterfaces,
  readLoad,
  readMemory,
  readSensors,
  readWireless,
  readWrittenOctets,
} from "./proc.ts";
import { createSensors, type ReadText, textReader } from "./sensors.ts";
import { readSupplies, type Supply } from "./supplies.ts";

export interface SystemReading {
  readonly readWallMs: number;
  /** Of the box. */
  readonly uptimeMs: number;
  /** Since it was read before, or since boot. */
  readonly cpuPercent?: number | undefined;
  readonly load1?: number | undefined;
  readonly memory?: Memory | undefined;
  /** Where the journal lies. */
  readonly disk?: DiskSpace | undefined;
  /** By the whole box since boot, to all its disks. */
  readonly diskWrittenOctets?: number | undefined;
  /** Degrees Celsius. */
  readonly temperatures: readonly Measured[];
  /** Volts. */
  readonly voltages: readonly Measured[];
  /** Those that the kernel knows. */
  readonly supplies: readonly Supply[];
  readonly interfaces: readonly (NetworkInterface & { readonly signalDbm?: number | undefined })[];
  /** That of the default route. */
  readonly backhaul?: string | undefined;
  /** Version of the box's firmware. */
  readonly firmware?: string | undefined;
}

export interface SystemParts {
  readonly clock: Clock;
  readonly files: Pick<Files, "read" | "space">;
  readonly commands: Commands;
  /** Absent: no power supply is looked for. */
  readonly box?: Pick<Box, "names"> | undefined;
  /** The journal's folder. */
  readonly diskPath: string;
  /**
   * Prints voltages by the names and factors of this box, of which the kernel knows neither (sensors.conf); empty: the
   * kernel's own.
   */
  readonly voltagesCommand: readonly string[];
}

export interface System {
  /** Reads it, unless it has just been read. A disk that hangs is not waited for: the reading is then an older one. */
  refresh(): Promise<void>;
  /** undefined before the first refresh. */
  reading(): SystemReading | undefined;
}

const FRESH_MS = 2_000;
const DISK_MS_MAX = 500;
const REFRESH_MS_MAX = 1_000;
/** A process costs an ARM core some 20 ms. */
const COMMAND_EVERY_MS = 300_000;
const COMMAND_MS_MAX = 5_000;
const COMMAND_WAIT_MS = 400;

export function createSystem({
  clock,
  files,
  commands,
  box,
  diskPath,
  voltagesCommand,
}: SystemParts): System {
  const read = textReader(files);
  const sensors = createSensors(clock, read);
  let ticks: CpuTicks = { busy: 0, all: 0 };
  let firmware: Promise<string | undefined> | undefined;
  let reading: SystemReading | undefined;
  let readMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let space: Promise<DiskSpace | undefined> | undefined;
  let asking: Promise<void> | undefined;
  let commanded: { readonly atMs: number; readonly voltages: readonly Measured[] } | undefined;

  /** A program that hangs is not waited for: what it said before stands in. */
  const askVoltages = async (): Promise<readonly Measured[]> => {
    const nowMs = clock.monotonicMs();
    if (voltagesCommand.length === 0) return [];
    if (nowMs - (commanded?.atMs ?? Number.NEGATIVE_INFINITY) >= COMMAND_EVERY_MS) {
      asking ??= commands.run(voltagesCommand, COMMAND_MS_MAX).then(({ exitCode, stdout }) => {
        commanded = { atMs: nowMs, voltages: exitCode === 0 ? readSensors(stdout) : [] };
        asking = undefined;
      });
      await inTime(clock, COMMAND_WAIT_MS, asking, undefined);
    }
    return commanded?.voltages ?? [];
  };

  /** Asked once while it hangs: each question would take one more of the few threads that all disks share. */
  const askDisk = async (): Promise<DiskSpace | undefined> => {
    space ??= files
      .space(diskPath)
      .catch(() => undefined)
      .finally(() => {
        space = undefined;
      });
    return inTime(clock, DISK_MS_MAX, space, undefined);
  };

  const readAll = async (): Promise<void> => {
    const seen = readCpuTicks((await read("/proc/stat")) ?? "");
    const cpuPercent = seen && busyPercent(ticks, seen);
    ticks = seen ?? ticks;
    firmware ??= findFirmware(read);
    const { temperatures, voltages } = await sensors.read();
    const named = await askVoltages();
    reading = {
      readWallMs: clock.wallMs(),
      uptimeMs: clock.monotonicMs(),
      cpuPercent,
      load1: readLoad((await read("/proc/loadavg")) ?? ""),
      memory: readMemory((await read("/proc/meminfo")) ?? ""),
      disk: await askDisk(),
      diskWrittenOctets: readWrittenOctets((await read("/proc/diskstats")) ?? ""),
      temperatures,
      voltages: named.length > 0 ? named : voltages,
      supplies: await readSupplies(box, read),
      interfaces: await readNetwork(read),
      backhaul:
        readDefaultInterface((await read("/proc/net/route")) ?? "") ??
        readDefaultInterface6((await read("/proc/net/ipv6_route")) ?? ""),
      firmware: await firmware,
    };
    readMs = clock.monotonicMs();
  };

  return {
    refresh: async () => {
      if (clock.monotonicMs() - readMs < FRESH_MS) return;
      underWay ??= readAll().finally(() => {
        underWay = undefined;
      });
      await inTime(clock, REFRESH_MS_MAX, underWay, undefined);
    },
    reading: () => reading,
  };
}

async function readNetwork(read: ReadText): Promise<SystemReading["interfaces"]> {
  const interfaces = readInterfaces((await read("/proc/net/dev")) ?? "");
  const levels = readWireless((await read("/proc/net/wireless")) ?? "");
  return interfaces.map((one) => {
    const signalDbm = levels.get(one.name);
    return signalDbm === undefined ? one : { ...one, signalDbm };
  });
}

const FIRMWARE_CHARACTERS_MAX = 80;

/** It does not change while we run. KerOS 4 and 5 write it at start; others have os-release. */
export async function findFirmware(read: ReadText): Promise<string | undefined> {
  const kerlink = (await read("/tmp/sys_startup_status.json")) ?? "";
  const found =
    /"sw_version"\s*:\s*"([^"\n]+)"/.exec(kerlink)?.[1] ??
    /^PRETTY_NAME="?([^"\n]+)"?$/m.exec((await read("/etc/os-release")) ?? "")?.[1];
  return found?.slice(0, FIRMWARE_CHARACTERS_MAX);
}

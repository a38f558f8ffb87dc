/**
 * What the kernel writes in /proc, and lm-sensors prints, read into figures. Pure; the files are read in system.ts.
 *
 * Source: proc(5); Documentation/networking/ and Documentation/admin-guide/iostats.rst in the kernel tree; sensors(1).
 */
const INTERFACES_MAX = 16;
const VOLTAGES_MAX = 16;

/** Ticks since boot, of all processors together. */
export interface CpuTicks {
  readonly busy: number;
  readonly all: number;
}

/** The first line of /proc/stat. Waiting for a disk is not work. */
export function readCpuTicks(stat: string): CpuTicks | undefined {
  const ticks = /^cpu\s+([\d ]+)$/m.exec(stat)?.[1]?.trim().split(/\s+/).map(Number);
  if (ticks === undefined || ticks.length < 4) return undefined;
  // user, nice, system, idle, iowait, irq, softirq, steal; guest is in user already.
  const all = ticks.slice(0, 8).reduce((sum, one) => sum + one, 0);
  return { all, busy: all - ticks[3]! - (ticks[4] ?? 0) };
}

/** @returns the share of the time between that was work, per cent; undefined when no time has passed. */
export function busyPercent(before: CpuTicks, now: CpuTicks): number | undefined {
  const all = now.all - before.all;
  if (all <= 0) return undefined;
  return Math.round(Math.min(1, Math.max(0, (now.busy - before.busy) / all)) * 1_000) / 10;
}

export interface Memory {
  readonly totalOctets: number;
  /** For new work, without swapping. */
  readonly availableOctets: number;
}

export function readMemory(meminfo: string): Memory | undefined {
  const octetsOf = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo);
    return found === null ? undefined : Number(found[1]) * 1_024;
  };
  const totalOctets = octetsOf("MemTotal");
  // Kernels before 3.14 do not say it: free and what can be had back at once.
  const old = ["MemFree", "Buffers", "Cached"].reduce((sum, name) => sum + (octetsOf(name) ?? 0), 0);
  return totalOctets === undefined
    ? undefined
    : { totalOctets, availableOctets: octetsOf("MemAvailable") ?? old };
}

/** /proc/diskstats counts in these, whatever the disk has. */
const SECTOR_OCTETS = 512;
/** Whole disks of their own: no partition, no disk in memory, none that is made of others. */
const DISK = /^(?:mmcblk\d+|(?:s|h|v|xv)d[a-z]+|nvme\d+n\d+)$/;

/** @returns octets written to all disks since boot; undefined where the kernel counts none (raw NAND). */
export function readWrittenOctets(diskstats: string): number | undefined {
  const sectors = diskstats.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const written = Number(words[9]);
    return DISK.test(words[2] ?? "") && Number.isInteger(written) ? [written] : [];
  });
  return sectors.length === 0 ? undefined : SECTOR_OCTETS * sectors.reduce((sum, one) => sum + one, 0);
}

/** @returns the load over one minute. */
export function readLoad(loadavg: string): number | undefined {
  const found = /^(\d+\.\d+) /.exec(loadavg);
  return found === null ? undefined : Number(found[1]);
}

export interface NetworkInterface {
  readonly name: string;
  readonly rxOctets: number;
  readonly txOctets: number;
  readonly rxErrors: number;
  readonly txErrors: number;
}

/** /proc/net/dev, without the loopback. */
export function readInterfaces(dev: string): readonly NetworkInterface[] {
  return dev
    .split("\n")
    .flatMap((line) => {
      const found = /^\s*([^\s:]{1,32}):\s*(.+)$/.exec(line);
      const figures = found?.[2]?.trim().split(/\s+/).map(Number) ?? [];
      if (found === null || found[1] === "lo" || figures.length < 16 || figures.some(Number.isNaN)) return [];
      const [rxOctets = 0, , rxErrors = 0] = figures;
      const [txOctets = 0, , txErrors = 0] = figures.slice(8);
      return [{ name: found[1]!, rxOctets, txOctets, rxErrors, txErrors }];
    })
    .slice(0, INTERFACES_MAX);
}

/** /proc/net/route. @returns the interface of the default route, the one of least metric. */
export function readDefaultInterface(route: string): string | undefined {
  let best: { readonly name: string; readonly metric: number } | undefined;
  for (const line of route.split("\n").slice(1)) {
    const [name, destination, , flags, , , metricText, mask] = line.split("\t");
    if (name === undefined || destination !== "00000000" || mask?.trim() !== "00000000") continue;
    const isUp = (Number.parseInt(flags ?? "", 16) & 1) === 1;
    const metric = Number(metricText);
    if (isUp && (best === undefined || metric < best.metric)) best = { name, metric };
  }
  return best?.name;
}

/** /proc/net/ipv6_route, for a box that has no road but that. @returns as readDefaultInterface. */
export function readDefaultInterface6(route: string): string | undefined {
  let best: { readonly name: string; readonly metric: number } | undefined;
  for (const line of route.split("\n")) {
    // Destination and its length, source and its length, next hop, metric, references, use, flags, interface; all hex.
    const words = line.trim().split(/\s+/);
    const [destination, length, , , , metricText, , , flagsText, name] = words;
    if (words.length !== 10 || !/^0{32}$/.test(destination!) || length !== "00") continue;
    const flags = Number.parseInt(flagsText!, 16);
    const metric = Number.parseInt(metricText!, 16);
    const isRoad = (flags & RTF_UP) !== 0 && (flags & RTF_REJECT) === 0 && name !== "lo";
    if (isRoad && (best === undefined || metric < best.metric)) best = { name: name!, metric };
  }
  return best?.name;
}

/** linux/route.h */
const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

/** /proc/net/wireless. @returns by interface, dBm; cards that give no dBm are left out. */
export function readWireless(wireless: string): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const line of wireless.split("\n").slice(2)) {
    const found = /^\s*(\S+):\s+\S+\s+\S+\s+(-\d+)\.?\s/.exec(line);
    if (found !== null) levels.set(found[1]!, Number(found[2]));
  }
  return levels;
}

export interface Measured {
  readonly name: string;
  readonly value: number;
}

/** What `sensors` prints: `12V_POE:      +12.05 V  (min = …)`. @returns volts by name. */
export function readSensors(printed: string): readonly Measured[] {
  return printed
    .split("\n")
    .flatMap((line) => {
      const found = /^([\w +./-]{1,32}):\s+([+-]?\d+(?:\.\d+)?) (m?)V\b/.exec(line);
      if (found === null) return [];
      const volts = Number(found[2]) / (found[3] === "m" ? 1_000 : 1);
      return [{ name: found[1]!, value: Math.round(volts * 1_000) / 1_000 }];
    })
    .slice(0, VOLTAGES_MAX);
}

/** Looks at the box: the journal's disk, memory, processor, temperatures, voltages. */
import { textReader } from "../../../field/sensors.ts";
import { createSystem, findFirmware, type SystemReading } from "../../../field/system.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, BoxSeen, SettingsSeen } from "../facts.ts";
import { seenInTime } from "../seen-in-time.ts";

const DISK_MS_MAX = 3_000;
const SYSTEM_MS_MAX = 5_000;
const MOUNTS_OCTETS_MAX = 256 * 1024;

export async function lookAtBox(
  doors: DoctorDoors,
  settings: SettingsSeen,
  agent: AgentSeen,
): Promise<BoxSeen> {
  const { files, clock } = doors;
  const path = settings.state === "good" ? settings.settings.journal.path : undefined;
  const space =
    path === undefined ? undefined : await seenInTime(clock, DISK_MS_MAX, files.space(path), undefined);
  const mounts =
    (await files.read("/proc/self/mounts", MOUNTS_OCTETS_MAX).catch(() => undefined))?.toString("utf8") ?? "";
  const cpus = (await doors.box.read("/proc/cpuinfo", MOUNTS_OCTETS_MAX).catch(() => undefined))?.toString(
    "latin1",
  );
  return {
    disk: space && { ...space, isReadOnly: isReadOnly(mounts, path ?? "/") },
    system:
      agent.state === "answers" && agent.status.field.system
        ? agent.status.field.system
        : await readSystem(doors, settings),
    processors: cpus?.match(/^processor\s*:/gm)?.length,
    firmware: await findFirmware(textReader(doors.box)),
  };
}

async function readSystem(doors: DoctorDoors, settings: SettingsSeen): Promise<SystemReading | undefined> {
  const { clock, files, box, commands } = doors;
  const system = createSystem({
    clock,
    files: { read: box.read, space: files.space },
    commands,
    diskPath: settings.state === "good" ? settings.settings.journal.path : "/",
    voltagesCommand: settings.state === "good" ? settings.settings.system.voltagesCommand : [],
  });
  await seenInTime(clock, SYSTEM_MS_MAX, system.refresh(), undefined);
  return system.reading();
}

/** Whether the mount on which a path lies may not be written. Source: proc(5), /proc/[pid]/mounts, fstab(5). */
export function isReadOnly(mounts: string, path: string): boolean {
  let best = { length: -1, options: "" };
  for (const line of mounts.split("\n")) {
    const [, escaped = "", , options = ""] = line.split(" ");
    const at = escaped.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isAbove = at === "/" || path === at || path.startsWith(`${at}/`);
    // Of two on one place the later one covers the earlier.
    if (at !== "" && isAbove && at.length >= best.length) best = { length: at.length, options };
  }
  return best.options.split(",").includes("ro");
}

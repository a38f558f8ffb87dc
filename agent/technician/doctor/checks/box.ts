/** The box itself: disk, journal, memory, processor, temperature, power. */
import { said } from "../../../text/said.ts";
import { span } from "../../words.ts";
import type { Facts } from "../facts.ts";
import { fail, type GatewayRule, type Judgement, ok, unknown, warn } from "../rule.ts";

/** The store itself wants so much to move in. */
const FREE_OCTETS_MIN = 16e6;
const FREE_SHARE_WARN = 0.05;
const INODES_MIN = 50;
const INODES_WARN = 1_000;
const MEMORY_OCTETS_MIN = 8e6;
const MEMORY_SHARE_WARN = 0.08;
const LOAD_WARN = 4;
/** The i.MX6 SoloX of industrial grade ends at 105 degrees at the junction. */
const CELSIUS_WARN = 85;
const CELSIUS_FAIL = 100;
const FILLED_WARN = 0.7;
const FILLED_FAIL = 0.95;
/** Kerlink wiki, istation:power_management_istation. */
const SUPPLY = "12V_POE";
const BACKUP = "VCC_BACKUP";
const SUPPLY_VOLTS_MIN = 10;

export const BOX_RULES: readonly GatewayRule[] = [
  {
    id: "disk-writable",
    group: "box",
    needs: ["settings"],
    judge: ({ box, settings }) => {
      if (settings.state !== "good") return undefined;
      const { path } = settings.settings.journal;
      if (box.disk?.isReadOnly === true)
        return fail(said("doctor.diskReadOnly", { path }), said("doctor.diskReadOnlyNext"), { path });
      if (box.disk === undefined)
        return unknown(said("doctor.diskUnseen", { path }), said("doctor.asRoot"), { path });
      return ok(said("doctor.diskWritable", { path }), { path });
    },
  },
  {
    id: "disk-space",
    group: "box",
    needs: ["settings"],
    judge: ({ box, settings }) => {
      if (settings.state !== "good" || box.disk === undefined) return undefined;
      const { path } = settings.settings.journal;
      const { freeOctets, totalOctets } = box.disk;
      const evidence = { path, freeOctets, totalOctets };
      const finding = said("doctor.diskFree", { free: megabytes(freeOctets), total: megabytes(totalOctets) });
      if (freeOctets < Math.min(FREE_OCTETS_MIN, totalOctets / 10))
        return fail(finding, said("doctor.diskFreeNext", { path }), evidence);
      if (freeOctets < totalOctets * FREE_SHARE_WARN)
        return warn(finding, said("doctor.diskFreeNext", { path }), evidence);
      return ok(finding, evidence);
    },
  },
  {
    id: "inodes",
    group: "box",
    needs: ["settings"],
    judge: ({ box }) => {
      const { freeInodes, totalInodes = 0 } = box.disk ?? {};
      // Btrfs and others have no number of them.
      if (freeInodes === undefined || totalInodes === 0) return undefined;
      const evidence = { freeInodes, totalInodes };
      const finding = said("doctor.inodesFree", { free: freeInodes });
      if (freeInodes < INODES_MIN) return fail(finding, said("doctor.inodesNext"), evidence);
      return freeInodes < INODES_WARN
        ? warn(finding, said("doctor.inodesNext"), evidence)
        : ok(finding, evidence);
    },
  },
  {
    id: "journal",
    group: "box",
    needs: ["settings", "agent-running", "disk-writable", "disk-space"],
    judge: (facts) => judgeJournal(facts),
  },
  {
    id: "memory",
    group: "box",
    needs: [],
    judge: ({ box }) => {
      const memory = box.system?.memory;
      if (memory === undefined) return undefined;
      const { availableOctets, totalOctets } = memory;
      const evidence = { availableOctets, totalOctets };
      const finding = said("doctor.memoryFree", {
        free: megabytes(availableOctets),
        total: megabytes(totalOctets),
      });
      if (availableOctets < MEMORY_OCTETS_MIN) return fail(finding, said("doctor.memoryNext"), evidence);
      return availableOctets < totalOctets * MEMORY_SHARE_WARN
        ? warn(finding, said("doctor.memoryNext"), evidence)
        : ok(finding, evidence);
    },
  },
  {
    id: "processor",
    group: "box",
    needs: [],
    judge: ({ box }) => {
      const load = box.system?.load1;
      if (load === undefined) return undefined;
      const cores = box.processors ?? 1;
      const evidence = {
        load1: load,
        processors: cores,
        ...(box.system?.cpuPercent === undefined ? {} : { cpuPercent: box.system.cpuPercent }),
      };
      const finding = said("doctor.load", { load, cores });
      return load / cores < LOAD_WARN
        ? ok(finding, evidence)
        : warn(finding, said("doctor.loadNext"), evidence);
    },
  },
  {
    id: "temperature",
    group: "box",
    needs: [],
    judge: ({ box }) => {
      const hottest = [...(box.system?.temperatures ?? [])].sort((a, b) => b.value - a.value)[0];
      if (hottest === undefined) return undefined;
      const { name, value } = hottest;
      const evidence = { sensor: name, celsius: value };
      const finding = said("doctor.temperature", { name, celsius: value });
      if (value >= CELSIUS_FAIL) return fail(finding, said("doctor.temperatureNext"), evidence);
      return value >= CELSIUS_WARN
        ? warn(finding, said("doctor.temperatureNext"), evidence)
        : ok(finding, evidence);
    },
  },
  {
    id: "power",
    group: "box",
    needs: [],
    judge: ({ box }) => {
      const volts = (name: string): number | undefined =>
        box.system?.voltages.find((one) => one.name === name)?.value;
      const [supply, backup] = [volts(SUPPLY), volts(BACKUP)];
      if (supply === undefined) return undefined;
      const evidence = { supplyVolts: supply, ...(backup === undefined ? {} : { backupVolts: backup }) };
      const finding = said("doctor.supply", { volts: supply });
      if (supply < SUPPLY_VOLTS_MIN || (backup !== undefined && backup > supply))
        return fail(said("doctor.onBattery", { volts: supply }), said("doctor.onBatteryNext"), evidence);
      return ok(finding, evidence);
    },
  },
];

function judgeJournal({ agent, settings }: Facts): Judgement | undefined {
  if (agent.state !== "answers" || settings.state !== "good") return undefined;
  const { journal, startedWallMs, uptimeMs } = agent.status;
  const filled = journal.storedOctets / settings.settings.journal.maxSizeOctets;
  const percent = Math.round(filled * 100);
  const evidence = {
    storedFrames: journal.storedFrames,
    storedOctets: journal.storedOctets,
    filledPercent: percent,
    lostAtOpen: journal.lostAtOpen,
    dropped: journal.droppedTotal,
  };
  if (journal.failing !== undefined)
    return fail(
      said("doctor.journalFailing", { reason: journal.failing }),
      said("doctor.journalFailingNext"),
      evidence,
    );
  if (journal.full || filled >= FILLED_FAIL)
    return fail(said("doctor.journalFull", { percent }), said("doctor.journalFullNext"), evidence);
  if (journal.lostAtOpen > 0)
    return warn(
      said("doctor.journalLost", { count: journal.lostAtOpen }),
      said("doctor.journalLostNext"),
      evidence,
    );
  if (filled >= FILLED_WARN)
    return warn(said("doctor.journalFilling", { percent }), said("doctor.journalFullNext"), evidence);
  if (journal.storedFrames === 0) return ok(said("doctor.journalEmpty"), evidence);
  const ageMs = Math.max(0, startedWallMs + uptimeMs - (journal.oldestArrivedWallMs ?? startedWallMs));
  return ok(
    said("doctor.journalHolds", { count: journal.storedFrames, age: span(ageMs), percent }),
    evidence,
  );
}

function megabytes(octets: number): number {
  return Math.round(octets / 1e5) / 10;
}

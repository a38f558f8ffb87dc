/** What the gateway itself tells, as lines of `edge-agent status`. Where it comes from: agent/field/. */
import type { FieldStatus, GnssStatus, ModemStatus } from "../field/field.ts";
import type { SystemReading } from "../field/system.ts";
import type { Translate } from "../text/text.ts";
import { makeWords, span, type Words } from "./words.ts";

/** Below that a difference of clocks is that of the serial line. */
const CLOCK_AHEAD_MS_MIN = 2_000;

const REGISTRATIONS = {
  home: "registration.home",
  roaming: "registration.roaming",
  searching: "registration.searching",
  denied: "registration.denied",
  none: "registration.none",
  unknown: "registration.unknown",
} as const;
const GRADES = {
  excellent: "grade.excellent",
  good: "grade.good",
  fair: "grade.fair",
  poor: "grade.poor",
} as const;

type Section = readonly [name: string, lines: readonly string[]];

/** An agent of an older version has none: the command may be the newer of the two. */
export function fieldSections(field: FieldStatus | undefined, t: Translate): readonly Section[] {
  const words = makeWords(t);
  const { gnss, modem, system } = field ?? {};
  return [
    [t("field.gnss"), gnss === undefined ? [] : gnssLines(gnss, t, words)],
    [t("field.modem"), modem === undefined ? [] : modemLines(modem, t, words)],
    [t("field.system"), system === undefined ? [] : systemLines(system, t, words)],
  ];
}

function gnssLines(gnss: GnssStatus, t: Translate, words: Words): string[] {
  const { port, state, forMs, fix, satellites, inView, clockAheadMs, reason = "?" } = gnss;
  const age = span(forMs);
  const seen = { age, used: satellites ?? "?", inView: inView ?? "?" };
  const said = {
    starting: () => t("field.gnssStarting", { port }),
    noPort: () => t("field.gnssNoPort", { port, age, reason }),
    silent: () => t("field.gnssSilent", { port, age }),
    garbage: () => t("field.gnssGarbage", { port, age }),
    searching: () => t("field.gnssSearching", seen),
    fix: () => t("field.gnssFix", { ...seen, hdop: figure(fix?.hdop, words, 1) }),
    lost: () => t("field.gnssLost", seen),
  };
  const lines = [said[state]()];
  if (fix !== undefined) {
    const { latitudeDeg, longitudeDeg } = fix.position;
    const altitude = figure(fix.altitudeM, words, 0);
    const place = { latitude: words.figure(latitudeDeg, 5), longitude: words.figure(longitudeDeg, 5) };
    lines.push(t("field.gnssPosition", { ...place, altitude, age: span(fix.ageMs) }));
  }
  if (clockAheadMs !== undefined && Math.abs(clockAheadMs) >= CLOCK_AHEAD_MS_MIN) {
    lines.push(t("field.gnssClock", { seconds: words.figure(clockAheadMs / 1_000, 1) }));
  }
  return lines;
}

function modemLines(
  { by, state, forMs, reading, grade, reason = "?" }: ModemStatus,
  t: Translate,
  words: Words,
): string[] {
  const age = span(forMs);
  const said = {
    starting: () => [t("field.modemStarting", { by })],
    noPort: () => [t("field.modemNoPort", { by, age, reason })],
    noManager: () => [t("field.modemNoManager", { by, age })],
    noModem: () => [t("field.modemNoModem", { by, age })],
    silent: () => [t("field.modemSilent", { by, age })],
    garbage: () => [t("field.modemGarbage", { by, age })],
    answers: () => [],
  };
  const lines: string[] = said[state]();
  if (reading === undefined) return lines;
  const { maker, model, registration, name, technology, signal, ageMs } = reading;
  lines.push(
    t("field.modemNetwork", {
      registration: t(REGISTRATIONS[registration]),
      operator: name ?? "?",
      technology: technology ?? "?",
      age: span(ageMs),
    }),
  );
  const figures = [
    ["RSRP", signal.rsrpDbm, "dBm"],
    ["RSRQ", signal.rsrqDb, "dB"],
    ["SINR", signal.sinrDb, "dB"],
    ["RSSI", signal.rssiDbm, "dBm"],
  ] as const;
  const shown = figures.flatMap(([label, value, unit]) =>
    value === undefined ? [] : [`${label} ${words.figure(value, 1)} ${unit}`],
  );
  lines.push(
    grade === undefined
      ? t("field.modemNoSignal")
      : t("field.modemSignal", { grade: t(GRADES[grade]), figures: shown.join(", ") }),
  );
  const device = [maker, model].filter((part) => part !== undefined).join(" ");
  return device === "" ? lines : [...lines, device];
}

function systemLines(system: SystemReading, t: Translate, words: Words): string[] {
  const { firmware, cpuPercent, load1, memory, disk, temperatures, voltages, interfaces, backhaul } = system;
  const lines: string[] = [];
  if (firmware !== undefined) lines.push(t("field.firmware", { firmware }));
  if (cpuPercent !== undefined || load1 !== undefined) {
    lines.push(t("field.load", { percent: figure(cpuPercent, words, 1), load: figure(load1, words, 2) }));
  }
  if (memory !== undefined) {
    const free = words.size(memory.availableOctets);
    lines.push(t("field.memory", { free, total: words.size(memory.totalOctets) }));
  }
  if (disk !== undefined) {
    lines.push(t("field.disk", { free: words.size(disk.freeOctets), total: words.size(disk.totalOctets) }));
  }
  const listed = (all: SystemReading["voltages"], decimals: number, unit: string): string =>
    all.map(({ name, value }) => `${name} ${words.figure(value, decimals)} ${unit}`).join(", ");
  if (temperatures.length > 0) lines.push(t("field.temperatures", { values: listed(temperatures, 1, "°C") }));
  if (voltages.length > 0) lines.push(t("field.voltages", { values: listed(voltages, 2, "V") }));
  for (const { name, rxOctets, txOctets, rxErrors, txErrors } of interfaces) {
    if (rxOctets + txOctets === 0) continue;
    const key = name === backhaul ? "field.interfaceBackhaul" : "field.interface";
    const errors = words.count(rxErrors + txErrors);
    lines.push(t(key, { name, rx: words.size(rxOctets), tx: words.size(txOctets), errors }));
  }
  return lines;
}

function figure(value: number | undefined, words: Words, decimals: number): string {
  return value === undefined ? "?" : words.figure(value, decimals);
}

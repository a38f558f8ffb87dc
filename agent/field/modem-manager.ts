/**
 * Asks the program that owns the modem, oFono or ModemManager, over the system's D-Bus. Reads only: the backhaul has its
 * keeper already.
 *
 * By dbus-send, which comes with D-Bus itself (busctl needs systemd, gdbus GLib; KerOS 4 and 5 have neither for sure).
 * A library would speak D-Bus without a process, but those of npm are either native, which an ARMv7 box without
 * compiler cannot have, or have gone without care for years. One to three short processes each ten minutes are cheaper
 * than either.
 *
 * Source: oFono doc/manager-api.txt, network-api.txt, networkmonitor-api.txt; ModemManager 1.20 D-Bus reference
 * (org.freedesktop.ModemManager1.Modem, .Modem3gpp, .Signal).
 */
import type { Commands } from "../ports.ts";
import { type DbusValue, figureOf, isRecord, readReply, textOf, within } from "./dbus-reply.ts";
import { type Registration, rsrpOfCode, rsrqOfCode } from "./modem-answers.ts";
import type { ModemRound } from "./modem-view.ts";
import { plausible, type Signal } from "./signal.ts";

export type ManagerName = "ofono" | "modemmanager";

const ANSWER_MS = 10_000;

export function askManager(commands: Commands, manager: ManagerName): Promise<ModemRound> {
  const call: Call = async (destination, path, method) => {
    const argv = [
      "dbus-send",
      "--system",
      "--print-reply",
      `--reply-timeout=${ANSWER_MS - 1_000}`,
      `--dest=${destination}`,
      path,
      method,
    ];
    const { exitCode, stdout } = await commands.run(argv, ANSWER_MS);
    return exitCode === 0 ? readReply(stdout) : undefined;
  };
  return manager === "ofono" ? askOfono(call) : askModemManager(call);
}

type Call = (destination: string, path: string, method: string) => Promise<readonly DbusValue[] | undefined>;

// --------------------------------------------------------------------------------------------- oFono

const OFONO_REGISTRATIONS: Readonly<Record<string, Registration>> = {
  registered: "home",
  roaming: "roaming",
  searching: "searching",
  denied: "denied",
  unregistered: "none",
};
const OFONO_TECHNOLOGIES: Readonly<Record<string, string>> = {
  gsm: "2G",
  edge: "2G",
  umts: "3G",
  hspa: "3G",
  lte: "LTE",
  nr: "5G",
};

async function askOfono(call: Call): Promise<ModemRound> {
  const modems = await call("org.ofono", "/", "org.ofono.Manager.GetModems");
  if (modems === undefined) return { found: "noManager" };
  // The first that is switched on: a box may have a phone beside its modem (Bluetooth), which has no Online.
  const listed = (Array.isArray(modems[0]) ? modems[0] : []) as readonly DbusValue[];
  const found = listed.find((one) => Array.isArray(one) && within(one[1], "Online") === true);
  if (!Array.isArray(found) || typeof found[0] !== "string") return { found: "noModem" };
  const [path, properties] = found as [string, DbusValue];
  const network = (await call("org.ofono", path, "org.ofono.NetworkRegistration.GetProperties"))?.[0];
  const interfaces = within(properties, "Interfaces");
  const monitors = Array.isArray(interfaces) && interfaces.includes("org.ofono.NetworkMonitor");
  const monitor = "org.ofono.NetworkMonitor.GetServingCellInformation";
  const cell = monitors ? (await call("org.ofono", path, monitor))?.[0] : undefined;
  return {
    found: "answers",
    reading: {
      maker: textOf(within(properties, "Manufacturer")),
      model: textOf(within(properties, "Model")),
      registration: OFONO_REGISTRATIONS[textOf(within(network, "Status")) ?? ""] ?? "unknown",
      name: textOf(within(network, "Name")),
      technology: OFONO_TECHNOLOGIES[textOf(within(network, "Technology")) ?? ""],
      signal: ofonoSignal(network, cell),
    },
  };
}

/** The cell's figures are the codes of 27.007, 8.5 and 8.69; Strength is CSQ as a share of 31 (atutil.h). */
function ofonoSignal(network: DbusValue | undefined, cell: DbusValue | undefined): Signal {
  const strength = figureOf(within(network, "Strength"));
  const csq =
    figureOf(within(cell, "ReceivedSignalStrength")) ??
    (strength === undefined ? undefined : Math.round((strength * 31) / 100));
  const rsrp = figureOf(within(cell, "ReferenceSignalReceivedPower"));
  const rsrq = figureOf(within(cell, "ReferenceSignalReceivedQuality"));
  return plausible({
    rssiDbm: csq === undefined || csq > 31 ? undefined : -113 + 2 * csq,
    rsrpDbm: rsrp === undefined || rsrp > 97 ? undefined : rsrpOfCode(rsrp),
    rsrqDb: rsrq === undefined || rsrq > 34 ? undefined : rsrqOfCode(rsrq),
  });
}

// -------------------------------------------------------------------------------------- ModemManager

const MM = "org.freedesktop.ModemManager1";
/** MMModem3gppRegistrationState; what is not here is unknown. */
const MM_REGISTRATIONS: readonly (Registration | undefined)[] = [
  "none",
  "home",
  "searching",
  "denied",
  "unknown",
  "roaming",
  "home",
  "roaming",
  undefined,
  "home",
  "roaming",
];
/** MMModemAccessTechnology: bits, the newest technology first. */
const MM_TECHNOLOGIES: readonly (readonly [bits: number, name: string])[] = [
  [1 << 15, "5G"],
  [1 << 17, "NB-IoT"],
  [1 << 16, "LTE-M"],
  [1 << 14, "LTE"],
  [0b1_1111 << 5, "3G"],
  [0b1111 << 1, "2G"],
];

/** One call gives all of it; the Signal figures are there where somebody has asked ModemManager to poll them. */
async function askModemManager(call: Call): Promise<ModemRound> {
  const method = "org.freedesktop.DBus.ObjectManager.GetManagedObjects";
  const objects = (await call(MM, "/org/freedesktop/ModemManager1", method))?.[0];
  if (objects === undefined) return { found: "noManager" };
  const all = isRecord(objects) ? Object.values(objects) : [];
  const found = all.find((one) => within(one, `${MM}.Modem`) !== undefined);
  if (found === undefined) return { found: "noModem" };
  const technologies = figureOf(within(found, `${MM}.Modem`, "AccessTechnologies")) ?? 0;
  const network = within(found, `${MM}.Modem.Modem3gpp`);
  return {
    found: "answers",
    reading: {
      maker: textOf(within(found, `${MM}.Modem`, "Manufacturer")),
      model: textOf(within(found, `${MM}.Modem`, "Model")),
      registration: MM_REGISTRATIONS[figureOf(within(network, "RegistrationState")) ?? -1] ?? "unknown",
      name: textOf(within(network, "OperatorName")),
      technology: MM_TECHNOLOGIES.find(([bits]) => (technologies & bits) !== 0)?.[1],
      signal: mmSignal(within(found, `${MM}.Modem.Signal`)),
    },
  };
}

function mmSignal(signal: DbusValue | undefined): Signal {
  for (const technology of ["Lte", "Nr5g", "Umts", "Gsm"]) {
    const figure = (name: string): number | undefined => figureOf(within(signal, technology, name));
    const heard = plausible({
      rssiDbm: figure("rssi"),
      rsrpDbm: figure("rsrp"),
      rsrqDb: figure("rsrq"),
      sinrDb: figure("snr"),
    });
    if (Object.keys(heard).length > 0) return heard;
  }
  return {};
}

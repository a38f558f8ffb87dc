/** The parts of a report that tell of the gateway around us: road, position, box, and the account of its time. Pure. */
import type { FieldStatus, GnssStatus } from "../../field/field.ts";
import type { Measured } from "../../field/proc.ts";
import type { SystemReading } from "../../field/system.ts";
import type { AvailabilityView, SubjectAvailability } from "../availability/availability.ts";
import type { TrafficView } from "../records/view.ts";
import { compact, fixedOr, rounded, roundedOr, seconds } from "./compact.ts";
import type {
  Availability,
  AvailabilityPart,
  BackhaulPart,
  GnssPart,
  SystemPart,
  TrafficPart,
} from "./message.ts";

/** Of what a box calls its sensors. */
const MEASURES_TOLD_MAX = 6;
const NAME_CHARACTERS_MAX = 16;
const TEXT_CHARACTERS_MAX = 32;
/** A metre, and a step on a tower. */
const POSITION_DIGITS = 5;
/** A year has 31.5 million seconds: the sixth digit is half a minute of it. */
const AVAILABILITY_DIGITS = 6;

export function backhaulOf({ modem, system }: FieldStatus, size: "small" | "full"): BackhaulPart | undefined {
  const name = system?.backhaul;
  const wireless = system?.interfaces.find((one) => one.name === name)?.signalDbm;
  const reading = modem?.state === "answers" ? modem.reading : undefined;
  const { rssiDbm, rsrpDbm, rsrqDb, sinrDb } = reading?.signal ?? {};
  const signal = { interface: name?.slice(0, NAME_CHARACTERS_MAX), rssiDbm: rssiDbm ?? wireless, rsrpDbm };
  const part =
    size === "small"
      ? signal
      : {
          ...signal,
          rsrqDb,
          sinrDb,
          technology: reading?.technology?.slice(0, NAME_CHARACTERS_MAX),
          operator: reading?.name?.slice(0, TEXT_CHARACTERS_MAX),
          registration: reading?.registration,
          modem: modem?.state,
        };
  const told = compact<BackhaulPart>(part);
  return Object.keys(told).length === 0 ? undefined : told;
}

export function gnssOf({ state, forMs, fix, satellites, inView, clockAheadMs }: GnssStatus): GnssPart {
  return compact<GnssPart>({
    state,
    forS: seconds(forMs),
    latitudeDeg: fixedOr(fix?.position.latitudeDeg, POSITION_DIGITS),
    longitudeDeg: fixedOr(fix?.position.longitudeDeg, POSITION_DIGITS),
    altitudeM: fixedOr(fix?.altitudeM, 0),
    hdop: fixedOr(fix?.hdop, 1),
    satellites,
    inView,
    clockAheadMs: roundedOr(clockAheadMs),
  });
}

/** What is small enough for the small report. */
export function hottestOf(system: SystemReading | undefined): SystemPart | undefined {
  if (system === undefined) return undefined;
  const temperatures = system.temperatures.map(({ value }) => value);
  return compact<SystemPart>({
    cpuPercent: fixedOr(system.cpuPercent, 0),
    temperatureC: temperatures.length === 0 ? undefined : Math.round(Math.max(...temperatures)),
  });
}

/** @param voltagesFirst names of those that must not be missing, the most needed first; "": none. */
export function systemOf(system: SystemReading, voltagesFirst: readonly string[] = []): SystemPart {
  return compact<SystemPart>({
    ...hottestOf(system),
    load1: fixedOr(system.load1, 2),
    memoryFreeOctets: roundedOr(system.memory?.availableOctets),
    diskFreeOctets: roundedOr(system.disk?.freeOctets),
    memoryOctets: roundedOr(system.memory?.totalOctets),
    diskOctets: roundedOr(system.disk?.totalOctets),
    diskWrittenOctets: system.diskWrittenOctets,
    temperaturesC: measures(system.temperatures),
    voltagesV: measures(inOrder(system.voltages, voltagesFirst)),
  });
}

function inOrder(of: readonly Measured[], first: readonly string[]): readonly Measured[] {
  const rank = ({ name }: Measured): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return [...of].sort((one, other) => rank(one) - rank(other));
}

/** Names that are the same, or the same once they are cut, are told apart by a number. */
function measures(of: readonly Measured[]): Readonly<Record<string, number>> {
  const told = new Map<string, number>();
  for (const { name, value } of of.slice(0, MEASURES_TOLD_MAX)) {
    let as = name.slice(0, NAME_CHARACTERS_MAX);
    for (let number = 2; told.has(as); number++)
      as = `${name.slice(0, NAME_CHARACTERS_MAX - `~${number}`.length)}~${number}`;
    told.set(as, rounded(value));
  }
  return Object.fromEntries(told);
}

export function availabilityOf({ subjects, isDated }: AvailabilityView): AvailabilityPart | undefined {
  // To which day it belongs, nobody knows yet.
  if (!isDated) return undefined;
  const of = (kind: SubjectAvailability["kind"]): Availability | undefined => {
    const subject = subjects.find((one) => one.kind === kind);
    return subject && shares(subject);
  };
  const cores = subjects.flatMap((one) =>
    one.kind === "core" && one.coreId !== undefined ? [[one.coreId, shares(one)] as const] : [],
  );
  return compact<AvailabilityPart>({
    gateway: of("gateway"),
    forwarder: of("forwarder"),
    cores: Object.fromEntries(cores),
  });
}

function shares({ day, month, year }: SubjectAvailability): Availability {
  return compact<Availability>({
    day: fixedOr(day.availability, AVAILABILITY_DIGITS),
    month: fixedOr(month.availability, AVAILABILITY_DIGITS),
    year: fixedOr(year.availability, AVAILABILITY_DIGITS),
  });
}

export function trafficOf(
  { month }: TrafficView,
  reportsOctets: number | undefined,
): TrafficPart | undefined {
  const part = compact<TrafficPart>({
    month: month?.month,
    sentOctets: month?.sentOctets,
    receivedOctets: month?.receivedOctets,
    projectedOctets: roundedOr(month?.projectedOctets),
    reportsOctets: roundedOr(reportsOctets),
  });
  return Object.keys(part).length === 0 ? undefined : part;
}

/**
 * A health voyage: a fleet of whole agents in one world, faults by seed, and at the end what the core saw is held against
 * what was done. Custody and order are judged elsewhere (voyage.ts).
 *
 *   HEALTH_SEED=42 npx vitest run test/voyages/health        the day of seed 42 (health.test.ts)
 */
import { generate } from "selfsigned";
import type { Clock } from "../../../agent/ports.ts";
import { createWorld, type World } from "../../../simulator/world/doors.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";
import { type CoreEye, watchAsCore } from "./core-eye.ts";
import { FAULTS, type Strike } from "./faults.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { judgeAlarms, judgeOutages, judgeReport, judgeRest, type Patient } from "./judge.ts";
import { drawPlan, type PlannedGateway, type PlannedStrike } from "./plan.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The last month ends within it, whether it lasts a day or a week. */
const START_WALL_MS = Date.UTC(2026, 0, 27, 6);
const EXPIRING_MS = 30 * DAY_MS;
const LOG_LINES_SHOWN = 12;

export interface HealthVoyageOptions {
  readonly seed: number;
  readonly gateways: number;
  readonly days: number;
}

export interface HealthVoyageEnd extends HealthVoyageOptions {
  readonly findings: readonly string[];
  /** Strikes by fault. */
  readonly faults: Readonly<Record<string, number>>;
  readonly quiet: number;
  /** What the core was told, in all. */
  readonly told: Readonly<Record<"alarms" | "outages" | "reports" | "judgedReports" | "frames", number>>;
  /** How long alarms took at the most, as a share of the time they have. */
  readonly slowest: Readonly<Record<string, string>>;
}

export async function runHealthVoyage({
  seed,
  gateways: count,
  days,
  tellDay = () => undefined,
}: HealthVoyageOptions & { readonly tellDay?: (line: string) => void }): Promise<HealthVoyageEnd> {
  const isShort = days < 4;
  // A history takes days: in a short voyage one has it before the others begin.
  const leadMs = isShort ? 3 * DAY_MS : 0;
  const world = createWorld(seed, START_WALL_MS);
  const { clock } = world;
  const plan = drawPlan(world.rng, {
    gateways: count,
    lastsMs: days * DAY_MS,
    veterans: isShort ? 1 : 0,
    leadMs,
  });
  const findings: string[] = [];
  const startMs = clock.monotonicMs();
  const endMs = startMs + leadMs + days * DAY_MS;
  const patients: Patient[] = [];
  let judgedReports = 0;
  for (const [number, planned] of plan.entries()) {
    const patient = await admit(world, seed, number, planned, startMs, findings, () => {
      judgedReports += 1;
    });
    patients.push(patient);
  }
  const onBug = (error: unknown): void => {
    findings.push(`bug: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on("unhandledRejection", onBug);
  process.on("uncaughtException", onBug);
  try {
    for (let day = 1; clock.monotonicMs() < endMs; day++) {
      await clock.advance(Math.min(DAY_MS, endMs - clock.monotonicMs()));
      tellDay(`day ${day}, findings of its reports: ${findings.length}`);
    }
  } finally {
    process.off("unhandledRejection", onBug);
    process.off("uncaughtException", onBug);
  }
  const slowest = new Map<string, number>();
  for (const patient of patients) {
    const found = [
      ...judgeAlarms(patient, (id, share) => slowest.set(id, Math.max(share, slowest.get(id) ?? 0))),
      ...judgeOutages(patient, clock.wallMs() - clock.monotonicMs()),
      ...judgeRest(patient, endMs),
    ];
    findings.push(...found.map((what) => tellFinding(patient, what)));
  }
  return {
    seed,
    gateways: count,
    days,
    findings,
    faults: countFaults(patients),
    quiet: patients.filter(({ strikes }) => strikes.length === 0).length,
    told: {
      alarms: sumOf(patients, ({ eye }) => eye.alarms.length),
      outages: sumOf(patients, ({ eye }) => eye.outages.length),
      reports: sumOf(patients, ({ eye }) => eye.small + eye.reports.length),
      judgedReports,
      frames: sumOf(patients, ({ eye }) => eye.frames),
    },
    slowest: Object.fromEntries(
      [...slowest]
        .sort(([, one], [, other]) => other - one)
        .map(([id, share]) => [id, `${Math.round(100 * share)} %`]),
    ),
  };
}

async function admit(
  world: World,
  seed: number,
  number: number,
  planned: PlannedGateway,
  startMs: number,
  findings: string[],
  onJudged: () => void,
): Promise<Patient> {
  const { clock } = world;
  const log = createWorldLog();
  const onBug = (error: unknown): void => {
    findings.push(`gateway ${number}: ${error instanceof Error ? error.stack : String(error)}`);
  };
  const certificates = planned.traits.certificates ? await certificatesOf(world, planned) : [];
  const gateway = await createGateway({
    world,
    number,
    seed,
    traits: planned.traits,
    log,
    certificate: certificates.shift(),
    onBug,
  });
  const strikes: Strike[] = [];
  const eye = watchAsCore(clock, gateway.broker, gateway.eui, (seen) => {
    const wallOffsetMs = clock.wallMs() - clock.monotonicMs();
    if (seen.report.availability !== undefined) onJudged();
    for (const what of judgeReport(gateway.truth, bornMs, seen, wallOffsetMs))
      findings.push(tellFinding(patient, what));
  });
  const bornMs = startMs + planned.bornMs;
  const patient: Patient = { gateway, eye, strikes, log, bornMs };
  clock.after(planned.bornMs, () => void gateway.start().catch(onBug));
  for (const strike of planned.strikes) {
    const renewed = strike.name === "certificateEnds" ? certificates.shift()! : "";
    schedule(strike, { world, gateway, eye, startMs, strikes, renewed });
  }
  return patient;
}

interface Scheduling {
  readonly world: World;
  readonly gateway: Gateway;
  readonly eye: CoreEye;
  readonly startMs: number;
  readonly strikes: Strike[];
  readonly renewed: string;
}

function schedule(
  planned: PlannedStrike,
  { world, gateway, eye, startMs, strikes, renewed }: Scheduling,
): void {
  const strike: Strike = {
    kind: FAULTS[planned.name],
    name: planned.name,
    gateway,
    eye,
    world,
    chance: world.rng.stream(`strike/${gateway.number}`),
    fromMs: startMs + planned.fromMs,
    toMs: startMs + planned.toMs,
    began: new Map(),
    ended: new Map(),
    outages: [],
    renewed,
    losesMemory: false,
    isOver: false,
  };
  strikes.push(strike);
  const at = (trueMs: number, run: () => void): void => {
    world.clock.after(trueMs - world.clock.monotonicMs(), run);
  };
  at(strike.fromMs, () => strike.kind.begin(strike));
  at(strike.toMs, () => {
    strike.isOver = true;
    strike.kind.end?.(strike);
  });
}

/** Each has thirty days left when the next strike of its kind comes; the last has more than enough. */
async function certificatesOf(world: World, { strikes }: PlannedGateway): Promise<string[]> {
  const nowMs = world.clock.wallMs();
  const ends = strikes
    .filter(({ name }) => name === "certificateEnds")
    .map(({ fromMs }) => nowMs + fromMs + EXPIRING_MS);
  return Promise.all([...ends, nowMs + 400 * DAY_MS].map((endsWallMs) => certificate(world, endsWallMs)));
}

async function certificate({ clock }: { readonly clock: Clock }, endsWallMs: number): Promise<string> {
  const { cert } = await generate([{ name: "commonName", value: "gateway" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(clock.wallMs() - 365 * DAY_MS),
    notAfterDate: new Date(endsWallMs),
  });
  return cert;
}

function countFaults(patients: readonly Patient[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { strikes } of patients) for (const { name } of strikes) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sumOf(patients: readonly Patient[], of: (patient: Patient) => number): number {
  return patients.reduce((sum, patient) => sum + of(patient), 0);
}

function tellFinding({ gateway, strikes }: Patient, what: string): string {
  const story = strikes.map(({ name, fromMs, toMs }) => `${name} ${hours(fromMs)}-${hours(toMs)}`).join(", ");
  return `gateway ${gateway.number}: ${what}; its story: ${story || "quiet"}`;
}

function hours(ms: number): string {
  return `${(ms / HOUR_MS).toFixed(2)}h`;
}

/** What a failing run prints. */
export function tellHealthEnd(end: HealthVoyageEnd): string {
  const { seed, gateways, days, findings, faults, quiet, told, slowest } = end;
  const lines = [
    `health voyage ${seed}, ${gateways} gateways, ${days} day(s), ${quiet} quiet, ${findings.length === 0 ? "well" : "NOT WELL"}`,
    `  faults ${JSON.stringify(faults)}`,
    `  told ${JSON.stringify(told)}`,
    `  slowest alarms, of their time ${JSON.stringify(slowest)}`,
  ];
  if (findings.length === 0) return lines.join("\n");
  return [
    ...lines,
    ...findings.slice(0, LOG_LINES_SHOWN).map((finding) => `  ! ${finding}`),
    ...(findings.length > LOG_LINES_SHOWN ? [`  ... ${findings.length - LOG_LINES_SHOWN} more`] : []),
    `  once more: HEALTH_SEED=${seed} HEALTH_GATEWAYS=${gateways} HEALTH_DAYS=${days} npx vitest run test/voyages/health`,
  ].join("\n");
}

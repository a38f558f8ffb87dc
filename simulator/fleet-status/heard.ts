/**
 * What was heard of one gateway: its latest small and its latest full report, the alarms that stand, its connection.
 *
 * The shapes are the agent's published JSON Schemas; what does not fit is no report. Small and full each have their topic
 * and stand beside one another: the small one is newer, the full one alone tells the availability. On one topic messages
 * keep their order, so that the last to come is the newest, whatever clock dated it. Pure; what follows from it: row.ts.
 */
import * as v from "valibot";

const Ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Periods = v.object({ day: v.optional(Ratio), month: v.optional(Ratio), year: v.optional(Ratio) });
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What is read of a small or a full report (agent/health/report/health.schema.json). */
const Report = v.object({
  version: v.literal(1),
  sentAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  uptimeS: Count,
  intervalS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(3_600)), 300),
  versions: v.optional(v.object({ agent: v.string() })),
  forwarder: v.optional(v.object({ alive: v.boolean() })),
  journal: v.object({ frames: Count }),
  cores: v.optional(v.array(v.object({ id: v.string(), up: v.boolean() }))),
  availability: v.optional(
    v.object({
      gateway: v.optional(Periods),
      forwarder: v.optional(Periods),
      cores: v.optional(v.record(v.string(), Periods)),
    }),
  ),
  maintenance: v.optional(v.object({ leftS: Count })),
  omitted: v.optional(v.array(v.string())),
});
export type Report = v.InferOutput<typeof Report>;

/** Of agent/health/report/alarms.schema.json. */
const Alarms = v.object({
  version: v.literal(1),
  alarms: v.array(
    v.object({
      id: v.string(),
      subject: v.optional(v.string()),
      severity: v.picklist(["info", "warning", "critical"]),
    }),
  ),
});
export type StandingAlarm = v.InferOutput<typeof Alarms>["alarms"][number];

/** Topics below `edge/<eui>/`. */
export type Told = "health" | "health/full" | "alarms";
type ReportTopic = Exclude<Told, "alarms">;

/** What the reports say, each figure from the latest that has it. */
export interface Reported {
  readonly latest: Report;
  /** The latest with an availability. */
  readonly rated: Report | undefined;
  /** The latest that had room for its cores. */
  readonly cores: Report["cores"];
  readonly agentVersion: string | undefined;
}

export interface Heard {
  /** What arrived; empty: it was taken back. @returns false for what is no such message; then nothing has changed. */
  tell(told: Told, payload: Uint8Array): boolean;
  /** @param online undefined: what was said of it was taken back. */
  connection(online: boolean | undefined): void;
  readonly reported: Reported | undefined;
  readonly alarms: readonly StandingAlarm[];
  readonly online: boolean | undefined;
  /** All that was heard was taken back. */
  readonly isNothing: boolean;
}

/** The last of one topic, and the last of it with an availability: a clock not trusted yet has none for a while. */
interface Topic {
  readonly last: Report;
  readonly rated: Report | undefined;
}

export function createHeard(): Heard {
  const topics = new Map<ReportTopic, Topic>();
  let alarms: readonly StandingAlarm[] | undefined;
  let online: boolean | undefined;

  const tellReport = (topic: ReportTopic, payload: Uint8Array): boolean => {
    const last = readAs(Report, payload);
    if (last === undefined) return false;
    topics.set(topic, { last, rated: last.availability === undefined ? topics.get(topic)?.rated : last });
    return true;
  };
  const tellAlarms = (payload: Uint8Array): boolean => {
    const read = readAs(Alarms, payload);
    alarms = read?.alarms ?? alarms;
    return read !== undefined;
  };

  return {
    tell: (told, payload) => {
      if (payload.length > 0) return told === "alarms" ? tellAlarms(payload) : tellReport(told, payload);
      if (told === "alarms") alarms = undefined;
      else topics.delete(told);
      return true;
    },
    connection: (said) => {
      online = said;
    },
    get reported() {
      return reportedOf(topics.get("health"), topics.get("health/full"));
    },
    get alarms() {
      return alarms ?? [];
    },
    get online() {
      return online;
    },
    get isNothing() {
      return topics.size === 0 && alarms === undefined && online === undefined;
    },
  };
}

function reportedOf(small: Topic | undefined, full: Topic | undefined): Reported | undefined {
  const latest = later(small?.last, full?.last);
  if (latest === undefined) return undefined;
  const roomy = latest.omitted?.includes("cores") === true ? full?.last : latest;
  const { agent } = full?.last.versions ?? small?.last.versions ?? {};
  return { latest, rated: later(small?.rated, full?.rated), cores: roomy?.cores, agentVersion: agent };
}

/** By their own dates; where one has none, the small one: a full one is only ever sent just after it, or on request. */
function later(small: Report | undefined, full: Report | undefined): Report | undefined {
  if (small === undefined || full === undefined) return small ?? full;
  return (sentWallMs(full) ?? 0) > (sentWallMs(small) ?? Number.POSITIVE_INFINITY) ? full : small;
}

/** @returns undefined where the gateway's clock was not trusted. */
export function sentWallMs({ sentAt }: Report): number | undefined {
  return sentAt === undefined ? undefined : Date.parse(sentAt);
}

function readAs<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
): v.InferOutput<Schema> | undefined {
  try {
    const read = v.safeParse(schema, JSON.parse(new TextDecoder().decode(payload)));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

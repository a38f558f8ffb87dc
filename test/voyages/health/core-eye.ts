/**
 * What the core saw of one gateway, by MQTT alone: its reports, alarms and outages. Two listen at the broker: the network
 * server to frames, which can go away, and the operator's own client to everything below edge/.
 *
 * An alarm that is told late says how old it is: what counts is when it was raised, reckoned back from its arrival.
 */
import type {
  AlarmMessage,
  AlarmsMessage,
  HealthReport,
  OutageMessage,
} from "../../../agent/health/report/message.ts";
import type { Clock } from "../../../agent/ports.ts";
import type { WorldBroker } from "../../../simulator/world/mqtt.ts";
import { TOPIC_PREFIX } from "./gateway.ts";

/** As the core knows it. Times are true ones. */
export interface SeenAlarm {
  readonly id: string;
  readonly subject: string | undefined;
  readonly raisedMs: number;
  /** When the core was told. */
  readonly toldMs: number;
  severity: string;
  clearedMs: number | undefined;
}

export interface SeenOutage extends OutageMessage {
  readonly toldMs: number;
}

export interface SeenReport {
  readonly atMs: number;
  readonly report: HealthReport;
}

export interface CoreEye {
  readonly alarms: readonly SeenAlarm[];
  readonly outages: readonly SeenOutage[];
  /** The full ones. */
  readonly reports: readonly SeenReport[];
  /** How many small ones. */
  readonly small: number;
  readonly frames: number;
  /** The retained set of alarms: "id/subject", sorted. */
  readonly standing: readonly string[];
  /** Alarms that have cleared and were never told to be raised. */
  readonly orphans: readonly { readonly id: string; readonly toldMs: number }[];
  /** What it could make no sense of. */
  readonly strange: readonly string[];
  /** The network server listens, or is away. */
  listens(listens: boolean): void;
  /** What somebody else publishes, as the core. */
  command(name: string, given: object): void;
}

export function watchAsCore(
  clock: Clock,
  broker: WorldBroker,
  eui: string,
  onReport: (seen: SeenReport) => void,
): CoreEye {
  const alarms: SeenAlarm[] = [];
  const outages: SeenOutage[] = [];
  const reports: SeenReport[] = [];
  const strange: string[] = [];
  const orphans: { id: string; toldMs: number }[] = [];
  const own = `${TOPIC_PREFIX}/edge/${eui}/`;
  let standing: string[] = [];
  let small = 0;
  let frames = 0;
  let commands = 0;
  let leave: (() => void) | undefined;

  const hearAlarm = ({ event, id, subject, severity, ageS }: AlarmMessage): void => {
    const toldMs = clock.monotonicMs();
    const atMs = toldMs - ageS * 1_000;
    const known = alarms.find(
      (one) => one.id === id && one.subject === subject && one.clearedMs === undefined,
    );
    if (event === "raised")
      alarms.push({ id, subject, severity, raisedMs: atMs, toldMs, clearedMs: undefined });
    else if (known === undefined) orphans.push({ id, toldMs });
    else if (event === "worsened") known.severity = severity;
    else known.clearedMs = atMs;
  };

  const hear = (name: string, payload: Buffer): void => {
    if (name === "health") {
      small += 1;
      return;
    }
    if (name.startsWith("reply/")) {
      const { outcome } = JSON.parse(payload.toString()) as { outcome?: string };
      if (outcome !== undefined && outcome !== "done") strange.push(`reply ${payload.toString()}`);
      return;
    }
    const said: unknown = JSON.parse(payload.toString());
    if (name === "health/full") {
      const seen = { atMs: clock.monotonicMs(), report: said as HealthReport };
      reports.push(seen);
      onReport(seen);
    } else if (name === "alarm") hearAlarm(said as AlarmMessage);
    else if (name === "alarms")
      standing = (said as AlarmsMessage).alarms.map((alarm) => nameOf(alarm)).sort();
    else if (name === "outage") outages.push({ ...(said as OutageMessage), toldMs: clock.monotonicMs() });
  };

  broker.listen(`${TOPIC_PREFIX}/edge/${eui}/#`, ({ topic, payload }) => {
    const name = topic.slice(own.length);
    if (!name.startsWith("command/")) hear(name, payload);
  });
  const eye: CoreEye = {
    alarms,
    outages,
    reports,
    strange,
    orphans,
    get small() {
      return small;
    },
    get frames() {
      return frames;
    },
    get standing() {
      return standing;
    },
    listens: (listens) => {
      leave?.();
      leave = listens
        ? broker.listen(`${TOPIC_PREFIX}/gateway/+/event/+`, ({ topic }) => {
            if (topic.endsWith("/up")) frames += 1;
          })
        : undefined;
    },
    command: (name, given) => {
      commands += 1;
      const issuedAt = new Date(clock.wallMs()).toISOString();
      const envelope = { id: `c${commands}`, issuedAt, ttlS: 60, arguments: given };
      broker.publish({
        topic: `${own}command/${name}`,
        payload: Buffer.from(JSON.stringify(envelope)),
        qos: 1,
      });
    },
  };
  eye.listens(true);
  return eye;
}

export function nameOf({
  id,
  subject,
}: {
  readonly id: string;
  readonly subject?: string | undefined;
}): string {
  return subject === undefined ? id : `${id}/${subject}`;
}

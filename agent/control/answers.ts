/**
 * What the running agent answers on its control socket: the door for every command that asks it something.
 *
 *   GET /status   AgentStatus
 *   GET /history  HistoryView
 *   GET /feed     feed-lines.ts
 *   GET, POST /maintenance   maintenance-answer.ts
 *
 * Who may open the socket (its file mode) is settled in agent/host/control.ts.
 */
import type { CareView } from "../care/care.ts";
import type { ProfileInUse } from "../config/profile-defaults.ts";
import type { SubBandLoad } from "../downlink/duty-cycle.ts";
import type { FieldStatus } from "../field/field.ts";
import type { HealthView } from "../health/health.ts";
import type { HistoryView } from "../health/report/history.ts";
import type { Software } from "../health/report/report.ts";
import type { ReporterView } from "../health/report/reporter.ts";
import type { JournalStats } from "../journal/journal.ts";
import type { RouteStatus } from "../north/routes.ts";
import type { ControlAnswer, ControlRequest } from "../ports.ts";
import type { ClockView } from "../south/clock-state.ts";
import type { ForwarderStatus } from "../south/sessions.ts";

export interface AgentStatus {
  readonly version: string;
  readonly software: Software;
  /** The gateway's profile in force; absent when none was asked for. */
  readonly profile?: ProfileInUse | undefined;
  readonly startedWallMs: number;
  readonly uptimeMs: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly clock: ClockView & { readonly kernelBootId: string };
  readonly forwarders: readonly ForwarderStatus[];
  readonly cores: readonly RouteStatus[];
  readonly journal: JournalStats;
  readonly dutyCycle: readonly { readonly gatewayEui: string; readonly subBands: readonly SubBandLoad[] }[];
  /** What the gateway itself tells. */
  readonly field: FieldStatus;
  /** What the agent does for its box by itself. */
  readonly care: CareView;
  /** What follows from it: availability, outages, alarms. */
  readonly health: HealthView;
  /** What it has told of that. */
  readonly reports: ReporterView;
  /** By name, or by name and reason. */
  readonly counters: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
}

export interface Answers {
  readonly status: () => AgentStatus;
  readonly history: () => HistoryView;
  /** The last lines of the log. */
  readonly log: () => readonly object[];
}

export function answerControl(request: ControlRequest, { status, history, log }: Answers): ControlAnswer {
  if (request.method === "GET" && request.path === "/status") return { status: 200, body: status() };
  if (request.method === "GET" && request.path === "/history") return { status: 200, body: history() };
  if (request.method === "GET" && request.path === "/log") return { status: 200, body: { lines: log() } };
  return { status: 404, body: { error: `nothing answers ${request.method} ${request.path}` } };
}

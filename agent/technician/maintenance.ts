/**
 * `edge-agent maintenance`: shows, announces or ends planned maintenance of this gateway, which counts neither as up nor
 * as down and keeps the agent from restarting the forwarder meanwhile (agent/health/availability/maintenance.ts).
 */
import { readDurationMs } from "../config/quantity.ts";
import { AgentError } from "../errors.ts";
import { MAINTENANCE_MS_MAX, type MaintenanceFlag } from "../health/availability/maintenance.ts";
import type { Translate } from "../text/text.ts";
import { type BenchArguments, type BenchDoors, findAgent } from "./bench-doors.ts";
import { makeWords } from "./words.ts";

export interface MaintenanceArguments extends BenchArguments {
  readonly what: "show" | "begin" | "end";
  /** "2h" */
  readonly for?: string | undefined;
  readonly reason?: string | undefined;
  readonly json: boolean;
}

/** @throws AgentError USAGE, and as findAgent() */
export async function planMaintenance(doors: BenchDoors, args: MaintenanceArguments): Promise<void> {
  const { t, print } = doors;
  const wish = wishOf(args, t);
  const ask = await findAgent(doors, args);
  const method = wish === undefined ? "GET" : "POST";
  const { body } = await ask({ method, path: "/maintenance", body: wish });
  const { maintenance } = body as { readonly maintenance: MaintenanceFlag | null };
  await print(args.json ? `${JSON.stringify({ maintenance })}\n` : `${say(maintenance, t)}\n`);
}

function wishOf({ what, for: span, reason = "" }: MaintenanceArguments, t: Translate): object | undefined {
  if (what === "show") return undefined;
  const by = "edge-agent maintenance";
  if (what === "end") return { durationMs: 0, reason, by };
  const durationMs = span === undefined ? Number.NaN : readDurationMs(span);
  if (durationMs >= 1 && durationMs <= MAINTENANCE_MS_MAX) return { durationMs, reason, by };
  throw new AgentError("USAGE", t("maintenance.forHowLong", { found: span ?? "-" }));
}

function say(maintenance: MaintenanceFlag | null, t: Translate): string {
  if (maintenance === null) return t("maintenance.none");
  const { untilWallMs, reason, by } = maintenance;
  const until = makeWords(t).moment(untilWallMs);
  return t("health.maintenance", { until, reason: reason === "" ? "-" : reason, by });
}

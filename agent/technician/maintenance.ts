/**
 * `edge-agent maintenance`: shows, announces or ends planned maintenance of this gateway, which counts neither as up nor
 * as down and keeps the agent from restarting the forwarder meanwhile (agent/health/availability/maintenance.ts).
 */
import { readDurationMs } from "../config/quantity.ts";
import { AgentError } from "../errors.ts";
import { MAINTENANCE_MS_MAX, type MaintenanceFlag } from "../health/availability/maintenance.ts";
import type { Translate } from "../text/text.ts";
import { type BenchArguments, type BenchDoors, findAgent } from "./bench-doors.ts";
import { sayMaintenance } from "./health-lines.ts";

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
  const asked = async (verb: "GET" | "POST"): Promise<MaintenanceFlag | null> => {
    const { body } = await ask({
      method: verb,
      path: "/maintenance",
      body: verb === "GET" ? undefined : wish,
    });
    return (body as { readonly maintenance: MaintenanceFlag | null }).maintenance;
  };
  const former = args.what === "begin" && !args.json ? await asked("GET") : null;
  const maintenance = await asked(method);
  if (args.json) return print(`${JSON.stringify({ maintenance })}\n`);
  const lines = [maintenance === null ? t("maintenance.none") : sayMaintenance(maintenance, t)];
  if (former !== null) lines.push(t("maintenance.replaces", { former: sayMaintenance(former, t) }));
  await print(`${lines.join("\n")}\n`);
}

function wishOf({ what, for: span, reason = "" }: MaintenanceArguments, t: Translate): object | undefined {
  if (what === "show") return undefined;
  const by = "edge-agent maintenance";
  if (what === "end") return { durationMs: 0, reason, by };
  if (span === undefined) throw new AgentError("USAGE", t("maintenance.forMissing"));
  const durationMs = readDurationMs(span);
  if (durationMs >= 1 && durationMs <= MAINTENANCE_MS_MAX) return { durationMs, reason, by };
  throw new AgentError("USAGE", t("maintenance.forHowLong", { found: span }));
}

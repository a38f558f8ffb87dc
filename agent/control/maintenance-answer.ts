/**
 * Planned maintenance on the control socket, for `edge-agent maintenance`:
 *
 *   GET  /maintenance   { maintenance: MaintenanceFlag | null }
 *   POST /maintenance   { durationMs, reason, by }; 0 ends it. The same answer.
 */
import * as v from "valibot";
import { MAINTENANCE_MS_MAX, type Maintenance } from "../health/availability/maintenance.ts";
import type { ControlAnswer, ControlRequest } from "../ports.ts";

const Wish = v.object({
  durationMs: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAINTENANCE_MS_MAX)),
  reason: v.string(),
  by: v.string(),
});

/** @returns undefined for what is not its question. */
export function answerMaintenance(
  { method, path, body }: ControlRequest,
  maintenance: Maintenance,
): ControlAnswer | undefined {
  if (path !== "/maintenance") return undefined;
  if (method === "POST") {
    const wish = v.safeParse(Wish, body);
    if (!wish.success) return { status: 400, body: { error: "durationMs, reason and by are expected" } };
    if (wish.output.durationMs === 0) maintenance.end();
    else maintenance.begin(wish.output);
  }
  return { status: 200, body: { maintenance: maintenance.current() ?? null } };
}

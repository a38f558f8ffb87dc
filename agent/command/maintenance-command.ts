/** The command maintenance: begins it, ends it, shows it. What it is: health/availability/maintenance.ts. */
import type { Maintenance, MaintenanceFlag } from "../health/availability/maintenance.ts";
import type { GivenTo } from "./catalogue.ts";
import type { Now } from "./lifetime.ts";
import { type Answer, done, refused } from "./reply.ts";

export function doMaintenance(
  maintenance: Maintenance,
  { action, reason, until, durationS }: GivenTo<"maintenance">,
  coreId: string,
  now: Now,
): Answer {
  if (action === "show") return done(tell(maintenance.current()));
  if (action === "end") {
    maintenance.end();
    return done(tell(maintenance.current()));
  }
  if (reason === undefined) return refused("malformed", "reason");
  if ((until === undefined) === (durationS === undefined))
    return refused("malformed", "until or durationS, one of them");
  if (until !== undefined && now.clockState === "unsynchronised")
    return refused("clockUnknown", "say durationS");
  const durationMs = durationS === undefined ? (until ?? 0) - now.wallMs : durationS * 1e3;
  if (durationMs <= 0) return refused("malformed", "until is over");
  return done(tell(maintenance.begin({ durationMs, reason, by: coreId })));
}

function tell(flag: MaintenanceFlag | undefined): object {
  if (flag === undefined) return { active: false };
  const { sinceWallMs, untilWallMs, reason, by } = flag;
  return {
    active: true,
    sinceAt: new Date(sinceWallMs).toISOString(),
    untilAt: new Date(untilWallMs).toISOString(),
    reason,
    by,
  };
}

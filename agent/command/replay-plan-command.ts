/** The command replay-plan: what this gateway follows, or a plan said to all (north/replay-plan.ts). */
import type { Delivery } from "../north/core.ts";
import { faultOf, kOf, type ReplayPlan, readReplayPlan, writeReplayPlan } from "../north/replay-plan.ts";
import type { RouteStatus } from "../north/routes.ts";
import type { GivenTo } from "./catalogue.ts";
import type { Now } from "./lifetime.ts";
import { type Answer, done, failed, refused } from "./reply.ts";

export interface ReplayPlanParts {
  readonly routes: () => readonly RouteStatus[];
  readonly propose: (coreId: string, gatewayEui: string, plan: Uint8Array) => Promise<Delivery>;
}

export async function doReplayPlan(
  { routes, propose }: ReplayPlanParts,
  given: GivenTo<"replay-plan">,
  coreId: string,
  gatewayEui: string,
  now: Now,
): Promise<Answer> {
  if (given.action === "show") {
    const route = routes().find((one) => one.id === coreId && one.gatewayEui === gatewayEui);
    return route === undefined ? failed("noRoute") : done(tell(route));
  }
  const { t0, tFrom, k, ratePerS } = given;
  if (t0 === undefined || tFrom === undefined) return refused("malformed", "t0 and tFrom");
  const plan: ReplayPlan = { t0Ms: t0, tFromMs: tFrom, k: k ?? kOf(t0 - tFrom), by: coreId, ratePerS };
  const written = writeReplayPlan(plan);
  // What no gateway would follow is not said to all of them.
  const read = readReplayPlan(written);
  if (!read.ok) return refused(read.fault);
  if (now.clockState === "unsynchronised") return refused("clockUnknown");
  const fault = faultOf(plan, now.wallMs);
  if (fault !== undefined) return refused(fault);
  const delivery = await propose(coreId, gatewayEui, written);
  if (delivery === "refused" || delivery === "closed") return failed(delivery);
  return done({ proposed: JSON.parse(written.toString()) as unknown });
}

function tell({ courier }: RouteStatus): object {
  const { phase, plan } = courier.drain;
  const { lanesBehind, replayRatePerS } = courier;
  if (plan === undefined) return { phase, lanesBehind, replayRatePerS };
  const { t0Ms, tFromMs, k, by, source, leftMs } = plan;
  const [t0, tFrom] = [t0Ms, tFromMs].map((ms) => new Date(ms).toISOString());
  return {
    phase,
    lanesBehind,
    replayRatePerS,
    plan: { t0, tFrom, k, by, source, leftS: Math.ceil(leftMs / 1e3) },
  };
}

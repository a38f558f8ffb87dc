/**
 * What a common outage of a day costs: 1,000 hourly meters behind two gateways, by the model of
 * test/agent/north/replay-model.ts, which is carried by the agent's own courier. Unlike the other parts it measures no
 * time; its floor is what is lost when nothing is.
 */
import { boundaryPlan } from "../../agent/north/replay-plan.ts";
import { type ReplayCase, runReplayCase } from "../agent/north/replay-model.ts";
import { say } from "./figure.ts";
import type { Effort } from "./main.ts";

const METERS = 1_000;
const DAY_MS = 24 * 3_600_000;
const HEARING = [0.7, 0.9, 0.95];
const SKEWS_S = [0, 2, 10, 30];
const APARTS_S = [5, 60];
const DRAWS = 30_000;
const NOTHING = { value: 0, of: "nothing lost" };

export async function benchReplay(effort: Effort): Promise<void> {
  const meters = Math.max(20, Math.round(METERS * effort));
  for (const apartS of APARTS_S) {
    const share = 100 * shareThatDisagrees(apartS * 1e3);
    say(`replay.disagree.boundaries.apart-${apartS}s`, share, "% of returns", {
      value: 0,
      of: "all agree, as with a plan",
    });
  }
  for (const hearing of HEARING) {
    for (const apartS of APARTS_S) {
      const given = { seed: 1, meters, outageMs: DAY_MS, hearing, skewMs: 2_000, apartMs: apartS * 1e3 };
      for (const how of ["bare", "lanes"] as const) await sayLost(how, { ...given, how });
      for (const skewS of SKEWS_S) {
        const skewed = { ...given, skewMs: skewS * 1e3 };
        await sayLost("plan", { ...skewed, how: "plan" });
        await sayLost("boundaries-agreed", { ...skewed, how: "boundaries" });
      }
      await sayLost("boundaries-disagreed", { ...given, how: "boundaries", acrossBoundary: true });
      await sayLost("plan-distrusted", { ...given, skewMs: 30_000, how: "plan", distrusted: true });
    }
  }
}

async function sayLost(what: string, given: ReplayCase): Promise<void> {
  const { lost, left, readings, agreed } = await runReplayCase(given);
  if (left > 0) throw new Error(`${left} frames were never sent`);
  if (what === "plan" && !agreed) throw new Error("two plans were followed");
  const { hearing, skewMs, apartMs } = given;
  const name = `replay.lost.${what}.hearing-${hearing}.skew-${skewMs / 1e3}s.apart-${apartMs / 1e3}s`;
  say(name, (100 * lost) / readings, "% of readings", NOTHING);
}

/** @returns 0..1, over returns spread evenly over the boundaries. */
function shareThatDisagrees(apartMs: number): number {
  let disagree = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const returnMs = DAY_MS * 20_000 + (draw * 300_000) / DRAWS;
    const first = boundaryPlan(returnMs - DAY_MS, returnMs);
    const second = boundaryPlan(returnMs - DAY_MS, returnMs + apartMs);
    if (first.t0Ms !== second.t0Ms || first.k !== second.k) disagree += 1;
  }
  return disagree / DRAWS;
}

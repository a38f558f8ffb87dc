/** Whether this gateway knows what time it is, and where it is. */
import { type Said, said } from "../../../text/said.ts";
import { span } from "../../words.ts";
import { fail, type GatewayRule, ok, unknown, warn } from "../rule.ts";

/** Beyond it two gateways replay at cross purposes, and times of readings are wrong for people. */
const OFFSET_MS_MAX = 10_000;
/** The sources of the clock need some time to speak. */
const CLOCK_PATIENCE_MS = 15 * 60_000;
/** Kerlink wiki, systeme_mana:peripherals: a first fix may take 15 minutes. */
const FIX_PATIENCE_MS = 20 * 60_000;
/** The date of a file that was built a moment ago. */
const BUILD_SLACK_MS = 60_000;

export const CLOCK_RULES: readonly GatewayRule[] = [
  {
    id: "clock",
    group: "clock",
    needs: [],
    judge: ({ nowWallMs, builtWallMs, agent, clock }) => {
      const date = momentOf(nowWallMs);
      const evidence = { date: dayOf(nowWallMs) };
      if (nowWallMs < builtWallMs - BUILD_SLACK_MS)
        return fail(
          said("doctor.clockPast", { date, built: momentOf(builtWallMs) }),
          said("doctor.clockNext"),
          evidence,
        );
      const view = agent.state === "answers" ? agent.status.clock : clock;
      if (view === undefined)
        return unknown(said("doctor.clockPlausible", { date }), said("doctor.clockAlone"), evidence);
      const { state, source, offsetMs } = view;
      const all = { ...evidence, state, source, ...(offsetMs === undefined ? {} : { offsetMs }) };
      if (offsetMs !== undefined && Math.abs(offsetMs) > OFFSET_MS_MAX)
        return fail(
          said("doctor.clockOff", { seconds: Math.round(offsetMs / 1e3) }),
          said("doctor.clockNext"),
          all,
        );
      if (state !== "unsynchronised") return ok(said("doctor.clockGood", { date, source }), all);
      if (agent.state !== "answers" || agent.status.uptimeMs < CLOCK_PATIENCE_MS)
        return unknown(said("doctor.clockNotYet", { date }), said("doctor.clockNotYetNext"), all);
      return warn(said("doctor.clockUnsure", { date }), said("doctor.clockNext"), all);
    },
  },
  {
    id: "gnss",
    group: "clock",
    needs: ["settings"],
    judge: ({ settings, agent }) => {
      if (settings.state !== "good" || settings.settings.gnss.port === "") return undefined;
      const { port } = settings.settings.gnss;
      // A line that one has read is gone for the other: without the agent, nobody reads it.
      const gnss = agent.state === "answers" ? agent.status.field.gnss : undefined;
      if (gnss === undefined)
        return unknown(said("doctor.gnssNotAsked", { port }), said("doctor.agentGoneNext"), { port });
      const { state, forMs, satellites = 0, inView = 0 } = gnss;
      const evidence = { port, state, satellites, inView };
      const places = { port, age: span(forMs) };
      switch (state) {
        case "fix":
          return ok(said("doctor.gnssFix", { satellites }), evidence);
        case "noPort":
          if (!settings.isGnssSet)
            return unknown(said("doctor.gnssAbsent", { port }), said("doctor.gnssAbsentNext"), evidence);
          return fail(
            said("doctor.gnssNoPort", { port, reason: gnss.reason ?? "?" }),
            said("doctor.gnssPortNext"),
            evidence,
          );
        case "silent":
          return fail(said("doctor.gnssSilent", places), said("doctor.gnssPortNext"), evidence);
        case "garbage":
          return fail(said("doctor.gnssGarbage", places), said("doctor.gnssBaudNext"), evidence);
        case "lost":
          return warn(
            said("doctor.gnssLost", { age: span(forMs), inView }),
            said("doctor.gnssSkyNext"),
            evidence,
          );
        case "starting":
          return unknown(said("doctor.gnssNotYet", { inView }), said("doctor.gnssNotYetNext"), evidence);
        case "searching":
          return forMs < FIX_PATIENCE_MS
            ? unknown(said("doctor.gnssNotYet", { inView }), said("doctor.gnssNotYetNext"), evidence)
            : warn(
                said("doctor.gnssLost", { age: span(forMs), inView }),
                said("doctor.gnssSkyNext"),
                evidence,
              );
      }
    },
  },
];

/** UTC, as a sentence of either language has it; a clock may be anywhere. */
export function momentOf(wallMs: number): Said | string {
  const [date = "", time = ""] = dayOf(wallMs).split(" ");
  const [year, month, day] = date.split("-");
  return year === undefined || month === undefined || day === undefined
    ? "?"
    : said("doctor.moment", { year, month, day, time });
}

/** UTC, for evidence, as programs read it. */
export function dayOf(wallMs: number): string {
  return Math.abs(wallMs) <= 8.64e15 ? new Date(wallMs).toISOString().slice(0, 16).replace("T", " ") : "?";
}

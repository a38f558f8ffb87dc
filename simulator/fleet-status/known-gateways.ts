/**
 * The operator's list of gateways, TOML:
 *
 *   [[gateway]]
 *   eui = "7276ff0044010010"
 *   name = "Saint-Nicolas"      # all but eui may be left out
 *   commune = "Blois"
 *   since = 2026-12-01          # planned until that day (UTC) and not missed before
 */
import { parse, TomlDate, TomlError } from "smol-toml";
import * as v from "valibot";
import { AgentError } from "../../agent/errors.ts";
import { GATEWAYS_MAX } from "./fleet.ts";
import type { Known } from "./row.ts";

const Text = v.pipe(v.string(), v.maxLength(100));
/** A date of TOML, or its text. */
const Day = v.pipe(
  v.union([v.string(), v.instance(TomlDate)], "expected a day such as 2026-12-01"),
  v.transform((day) => (typeof day === "string" ? day : day.toISOString())),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, "expected a day such as 2026-12-01"),
  v.transform((day) => Date.parse(day)),
  v.number("expected a day such as 2026-12-01"),
);
const List = v.strictObject({
  gateway: v.pipe(
    v.array(
      v.strictObject({
        eui: v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{16}$/, "expected 16 hex digits")),
        name: v.optional(Text),
        commune: v.optional(Text),
        since: v.optional(Day),
      }),
    ),
    v.maxLength(GATEWAYS_MAX, `expected ${GATEWAYS_MAX} gateways at most`),
  ),
});

/** @param path for the message. @throws AgentError USAGE */
export function readKnownGateways(text: string, path: string): Map<string, Known> {
  const wrong = (what: string): AgentError => new AgentError("USAGE", `${path}: ${what}`);
  let parsed: object;
  try {
    parsed = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its message goes on with the line itself, whatever that is made of.
    const [what = ""] = error.message.split("\n");
    throw wrong(`line ${error.line}: ${what}`);
  }
  if (!Object.hasOwn(parsed, "gateway"))
    throw wrong('no gateways in it; each is written [[gateway]], then eui = "7276ff0044010010"');
  const read = v.safeParse(List, parsed);
  if (!read.success) {
    const [issue] = read.issues;
    throw wrong(`${v.getDotPath(issue) ?? "file"}: ${sayIssue(issue)}`);
  }
  const known = new Map<string, Known>();
  for (const { eui, name, commune, since } of read.output.gateway) {
    const lower = eui.toLowerCase();
    if (known.has(lower)) throw wrong(`gateway ${lower} stands there twice`);
    known.set(lower, { name, commune, sinceWallMs: since });
  }
  return known;
}

function sayIssue({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type !== "strict_object") return message;
  return expected === "never" ? "unknown key" : "missing";
}

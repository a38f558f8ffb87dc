/**
 * The operator's list of gateways, TOML:
 *
 *   [[gateway]]
 *   eui = "7276ff0044010010"
 *   name = "Saint-Nicolas"      # both may be left out
 *   commune = "Blois"
 */
import { parse } from "smol-toml";
import * as v from "valibot";
import { AgentError } from "../../agent/errors.ts";
import type { Known } from "./fleet.ts";

const Text = v.pipe(v.string(), v.maxLength(100));
const List = v.strictObject({
  gateway: v.array(
    v.strictObject({
      eui: v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{16}$/, "expected 16 hex digits")),
      name: v.optional(Text),
      commune: v.optional(Text),
    }),
  ),
});

/** @param path for the message. @throws AgentError USAGE */
export function readKnownGateways(text: string, path: string): Map<string, Known> {
  const wrong = (what: string): AgentError => new AgentError("USAGE", `${path}: ${what}`);
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const read = v.safeParse(List, parsed);
  if (!read.success) {
    const [issue] = read.issues;
    throw wrong(`${v.getDotPath(issue) ?? "file"}: ${issue.message}`);
  }
  const known = new Map<string, Known>();
  for (const { eui, name, commune } of read.output.gateway) {
    const lower = eui.toLowerCase();
    if (known.has(lower)) throw wrong(`gateway ${lower} stands there twice`);
    known.set(lower, { name, commune });
  }
  return known;
}

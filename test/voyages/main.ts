/**
 * `npm run voyage -- 42`: the day of one seed once more, and how it ended. `--days 7` is a week, `42..60` are nineteen
 * seeds.
 *
 * It ends with 1 when a voyage did not end well.
 */
import { parseArgs } from "node:util";
import { runVoyage, tellEnd } from "./voyage.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { days: { type: "string", default: "1" } },
});
const days = Number(values.days);
const [first, last = first] = (positionals[0] ?? "").split("..").map(Number);
if (first === undefined || last === undefined || ![first, last, days].every((given) => given >= 1)) {
  console.error("npm run voyage -- <seed>|<seed>..<seed> [--days 7]");
  process.exit(2);
}
for (let seed = first; seed <= last; seed++) {
  const end = await runVoyage({ seed, days });
  console.log(tellEnd(end, days));
  if (end.findings.length > 0) process.exitCode = 1;
}

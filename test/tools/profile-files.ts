/**
 * Writes what is made from the gateway profiles: the JSON Schema, the index that a start of the agent reads, and the
 * tables of the page. With a directory as argument it writes there instead (the test that generating changes nothing).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sayTrouble } from "../../agent/config/trouble.ts";
import { openFiles } from "../../agent/host/files.ts";
import { profileSchema, profilesMarkdown, questionsMarkdown } from "../../agent/profile/document.ts";
import { readProfiles } from "../../agent/profile/files.ts";
import { entryOf, indexPath } from "../../agent/profile/index.ts";
import { makeText } from "../../agent/text/text.ts";

const from = join(import.meta.dirname, "..", "..", "firmware-profiles");
const into = process.argv[2] ?? from;
const gateways = join(into, "gateways");

const { profiles, troubles } = await readProfiles(openFiles(), join(from, "gateways"));
if (troubles.length > 0) {
  const t = makeText("en");
  throw new Error(["profiles cannot be used", ...troubles.map((one) => sayTrouble(one, t))].join("\n"));
}
mkdirSync(gateways, { recursive: true });
const schema = `${JSON.stringify(profileSchema(), undefined, 2)}\n`;
writeFileSync(join(gateways, "gateway-profile.schema.json"), schema);
writeFileSync(
  indexPath(gateways),
  `[\n${profiles.map((one) => JSON.stringify(entryOf(one))).join(",\n")}\n]\n`,
);
const page = readFileSync(join(from, "README.md"), "utf8");
writeFileSync(
  join(into, "README.md"),
  between(between(page, "profiles", profilesMarkdown(profiles)), "questions", questionsMarkdown(profiles)),
);

function between(text: string, name: string, content: string): string {
  const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  return text.replace(place, (_all, open, close) => `${open}\n${content}\n\n${close}`);
}

/** Writes the table of settings into the README, from the one table of settings. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsMarkdown } from "../../agent/config/document.ts";
import { makeText } from "../../agent/text/text.ts";

const path = join(import.meta.dirname, "..", "..", "README.md");
const between = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/;
const table = settingsMarkdown(makeText("en")).trim();
writeFileSync(
  path,
  readFileSync(path, "utf8").replace(between, (_all, open, close) => `${open}\n${table}\n\n${close}`),
);

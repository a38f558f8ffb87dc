/** Writes the JSON Schema of the commands of a core, from the one table of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandsSchema } from "../../agent/command/schema.ts";

const path = join(import.meta.dirname, "..", "..", "agent", "command", "commands.schema.json");
writeFileSync(path, `${JSON.stringify(commandsSchema(), undefined, 2)}\n`);

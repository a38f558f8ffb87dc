/**
 * `edge-agent config init|check|print|schema`. What a command shows goes to standard output; what went wrong is
 * thrown, and main.ts says it on standard error and ends with the exit code of agent/errors.ts.
 */
import type { Argv, CommandModule } from "yargs";
import { AgentError } from "../errors.ts";
import type { Files } from "../ports.ts";
import { said } from "../text/said.ts";
import type { Translate } from "../text/text.ts";
import { sampleFile, settingsSchema } from "./document.ts";
import type { Environment } from "./environment.ts";
import type { LoadedSettings } from "./load.ts";
import { openSettings, sayFileError, settingsUnusable } from "./open.ts";
import { printJson, printToml } from "./print.ts";
import type { AskProfile } from "./profile-defaults.ts";
import { settingsOption } from "./settings-option.ts";
import { rowsOf } from "./table.ts";
import { sayTrouble, troubleAsJson, type Warning } from "./trouble.ts";

/** All that these commands need of the world. */
export interface ConfigDoors {
  readonly files: Files;
  readonly env: Environment;
  readonly t: Translate;
  /** What the gateway's profile gives to the settings; absent: nothing. */
  readonly askProfile?: AskProfile;
  /** Standard output. */
  readonly write: (text: string) => void;
  /** Standard error. */
  readonly writeError: (text: string) => void;
}

/** The `config` command for yargs, with its subcommands. */
export function configCommand(doors: ConfigDoors): CommandModule {
  const { t } = doors;
  const config = settingsOption(t);
  const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;
  return {
    command: "config",
    describe: t("command.config"),
    builder: (yargs: Argv) =>
      yargs
        .command(
          "init",
          t("command.configInit"),
          { config, stdout: flag(t("option.stdout")), force: flag(t("option.force")) },
          (args) => initConfig(doors, args),
        )
        .command("check", t("command.configCheck"), { config, json: flag(t("option.json")) }, (args) =>
          checkConfig(doors, args),
        )
        .command(
          "print",
          t("command.configPrint"),
          { config, json: flag(t("option.json")), origin: flag(t("option.origin")) },
          (args) => printConfig(doors, args),
        )
        .command("schema", t("command.configSchema"), {}, () => printSchema(doors))
        .demandCommand(1, t("command.missing"))
        .strict()
        .example("$0 config init --config agent.toml", t("example.init"))
        .example("$0 config check --config agent.toml", t("example.configCheck"))
        .example("$0 config print --origin", t("example.configPrint")),
    handler: () => {},
  };
}

/**
 * Writes the sample file.
 * @throws AgentError USAGE when the file exists and `force` is not given, FILE_IO when it cannot be written.
 */
async function initConfig(
  { files, t, write, writeError }: ConfigDoors,
  args: { readonly config: string; readonly stdout: boolean; readonly force: boolean },
): Promise<void> {
  const { config: path } = args;
  const sample = sampleFile(t);
  if (args.stdout) {
    write(sample);
    return;
  }
  if (!args.force && (await files.stamp(path)) !== undefined) {
    throw new AgentError("USAGE", t("error.fileExists", { path }));
  }
  try {
    await files.replace(path, Buffer.from(sample));
  } catch (error) {
    throw sayFileError(error, t, (reason) => t("error.fileWrite", { path, reason }));
  }
  writeError(`${t("config.written", { path })}\n`);
}

/**
 * Shows every trouble and every warning.
 * @throws AgentError SETTINGS_INVALID after having shown the troubles, FILE_IO when the file cannot be read.
 */
async function checkConfig(
  doors: ConfigDoors,
  args: { readonly config: string; readonly json: boolean },
): Promise<void> {
  const { t, write, files } = doors;
  const { config: path } = args;
  const loaded = await openSettings(doors, path);
  const troubles = loaded.ok ? [] : loaded.troubles;
  const warnings = loaded.ok ? [...loaded.warnings, ...(await missingFiles(files, loaded))] : [];
  if (args.json) {
    const document = {
      ok: loaded.ok,
      troubles: troubles.map((trouble) => troubleAsJson(trouble, t)),
      warnings: warnings.map(({ key, text }) => ({ key, message: t.say(text) })),
    };
    write(`${JSON.stringify(document)}\n`);
  } else {
    for (const trouble of troubles) write(`${sayTrouble(trouble, t)}\n`);
    for (const { text } of warnings) write(`${t("config.warning", { warning: text })}\n`);
    if (loaded.ok) write(`${t("config.good", { path })}\n`);
  }
  if (!loaded.ok)
    throw new AgentError("SETTINGS_INVALID", t("trouble.count", { path, count: troubles.length }));
}

/**
 * Shows the settings in force.
 * @throws AgentError SETTINGS_INVALID with every trouble, FILE_IO when the file cannot be read.
 */
async function printConfig(
  doors: ConfigDoors,
  args: { readonly config: string; readonly json: boolean; readonly origin: boolean },
): Promise<void> {
  const { t, write } = doors;
  const loaded = await openSettings(doors, args.config);
  if (!loaded.ok) throw settingsUnusable(args.config, loaded.troubles, t);
  if (args.json) write(`${JSON.stringify(printJson(loaded, args))}\n`);
  else write(`# ${t("config.printed", { path: args.config })}\n\n${printToml(loaded, t, args)}`);
}

/** Shows the JSON Schema of the file. */
function printSchema({ t, write }: ConfigDoors): void {
  write(`${JSON.stringify(settingsSchema(t), undefined, 2)}\n`);
}

/** Files of a core that are not there yet: the agent would start, and could not connect. */
async function missingFiles(files: Files, { settings }: LoadedSettings): Promise<Warning[]> {
  const warnings: Warning[] = [];
  for (const [index, core] of settings.cores.entries()) {
    for (const row of rowsOf("core") ?? []) {
      if (!FILE_FIELDS.includes(row.field)) continue;
      const file = (core as unknown as Record<string, string>)[row.field];
      if (!file || (await files.stamp(file)) !== undefined) continue;
      const key = `core[${index}].${row.key}`;
      warnings.push({ key, text: said("warning.fileMissing", { key, file }) });
    }
  }
  return warnings;
}

const FILE_FIELDS: readonly string[] = ["passwordFile", "caFile", "certFile", "keyFile"];

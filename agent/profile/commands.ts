/**
 * `edge-agent profiles list|show|check`. The profiles are read when one of them is called, by the modules that it
 * loads: show.ts, check.ts.
 */
import type { Argv, CommandModule } from "yargs";
import type { Files } from "../ports.ts";
import type { Translate } from "../text/text.ts";

/** All that these commands need of the world. */
export interface ProfileDoors {
  readonly files: Files;
  readonly t: Translate;
  /** Where the shipped profiles are; undefined when they were not found. */
  readonly folder: string | undefined;
  /** Standard output. */
  readonly write: (text: string) => void;
}

/** The `profiles` command for yargs, with its subcommands. */
export function profilesCommand(doors: ProfileDoors): CommandModule {
  const { t } = doors;
  const json = { type: "boolean", default: false, describe: t("option.json") } as const;
  return {
    command: "profiles",
    describe: t("command.profiles"),
    builder: (yargs: Argv) =>
      yargs
        .command("list", t("command.profilesList"), { json }, async (args) => {
          const { listProfiles } = await import("./show.ts");
          await listProfiles(doors, args);
        })
        .command(
          "show <name>",
          t("command.profilesShow"),
          (show) =>
            show.option("json", json).positional("name", {
              type: "string",
              demandOption: true,
              describe: t("option.profileName"),
            }),
          async (args) => {
            const { showProfile } = await import("./show.ts");
            await showProfile(doors, args);
          },
        )
        .command(
          "check [files..]",
          t("command.profilesCheck"),
          (check) =>
            check.option("json", json).positional("files", {
              type: "string",
              array: true,
              default: [] as string[],
              describe: t("option.profileFiles"),
            }),
          async (args) => {
            const { checkProfiles } = await import("./check.ts");
            await checkProfiles(doors, args);
          },
        )
        .example("$0 profiles list", t("example.profilesList"))
        .example("$0 profiles show kerlink-istation-keros5", t("example.profilesShow"))
        .example("$0 profiles check my-gateway.toml", t("example.profilesCheck"))
        .demandCommand(1, t("command.missing"))
        .strict(),
    handler: () => {},
  };
}

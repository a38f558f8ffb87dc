/**
 * `edge-agent journal stats|list|show|export|import|verify|thin`: their words on the command line. What each does is in
 * its own module, loaded when it is called.
 */
import type { Argv, CommandModule } from "yargs";
import { settingsOption } from "../config/settings-option.ts";
import type { Translate } from "../text/text.ts";
import type { JournalDoors } from "./journal-access.ts";

const LIST_LIMIT = 50;
const SHOW_LIMIT = 10;
/** As the desk has them (control/journal-desk.ts). */
const ORDERS = ["frames", "oldest", "newest", "device"] as const;

const SEPARATORS = [",", ";", "\t"] as const;

/** @param open opens the doors: only when a command is called. */
export function journalCommand(t: Translate, open: () => Promise<JournalDoors>): CommandModule {
  const options = {
    config: settingsOption(t),
    journal: { type: "string", requiresArg: true, conflicts: "socket", describe: t("option.journal") },
    socket: { type: "string", requiresArg: true, describe: t("option.socket") },
    json: flag(t("option.json")),
  } as const;
  const device = {
    "dev-addr": { type: "string", requiresArg: true, conflicts: "dev-eui", describe: t("option.devAddr") },
    "dev-eui": { type: "string", requiresArg: true, describe: t("option.devEui") },
  } as const;
  const limit = (most: number) =>
    ({ requiresArg: true, default: most, describe: t("option.limit") }) as const;
  const dryRun = { "dry-run": flag(t("option.dryRun")) };

  const stats = (yargs: Argv) =>
    yargs.options(options).example("$0 journal stats", t("example.journalStats"));
  const list = (yargs: Argv) =>
    yargs
      .options({ ...options, ...device, limit: limit(LIST_LIMIT) })
      .option("sort", { choices: ORDERS, requiresArg: true, default: "frames", describe: t("option.sort") })
      .example("$0 journal list --sort oldest --limit 0", t("example.journalList"))
      .example("$0 journal show --dev-addr 26011bda", t("example.journalShow"));
  const show = (yargs: Argv) =>
    yargs
      .positional("sequence", { type: "string", describe: t("option.sequence") })
      .options({ ...options, ...device, aside: flag(t("option.aside")), limit: limit(SHOW_LIMIT) })
      .example("$0 journal show --dev-addr 26011bda", t("example.journalShow"));
  const exporting = (yargs: Argv) =>
    yargs
      .options({ ...options, ...device })
      .option("format", {
        choices: ["jsonl", "csv"],
        requiresArg: true,
        default: "jsonl",
        describe: t("option.format"),
      })
      .option("separator", {
        choices: SEPARATORS,
        coerce: readSeparator,
        requiresArg: true,
        default: ",",
        describe: t("option.separator"),
      })
      .option("out", {
        alias: "o",
        type: "string",
        requiresArg: true,
        default: "-",
        describe: t("option.out"),
      })
      .option("since", { type: "string", requiresArg: true, describe: t("option.since") })
      .option("until", { type: "string", requiresArg: true, describe: t("option.until") })
      .option("aside", flag(t("option.aside")))
      .option("remove", flag(t("option.remove")))
      .example("$0 journal export --out readings.jsonl --remove", t("example.journalExport"))
      .example("$0 journal export --format csv --out readings.csv --since 24h", t("example.journalCsv"));
  const importing = (yargs: Argv) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: t("option.files"),
      })
      .options({ ...options, ...dryRun, again: flag(t("option.again")) })
      .example("$0 journal import readings.jsonl", t("example.journalImport"));
  const verifying = (yargs: Argv) =>
    yargs
      .options(options)
      .example("$0 journal verify --journal /var/lib/edge-agent/journal", t("example.journalVerify"));
  const thinning = (yargs: Argv) =>
    yargs
      .options({ ...options, ...dryRun, yes: { alias: "y", ...flag(t("option.yes")) } })
      .option("to", { type: "string", requiresArg: true, default: "50%", describe: t("option.to") })
      .example("$0 journal thin --to 100MB --dry-run", t("example.journalThin"));

  return {
    command: "journal",
    describe: t("command.journal"),
    builder: (yargs: Argv) =>
      yargs
        .command("stats", t("command.journalStats"), stats, async (args) =>
          (await import("./journal-stats.ts")).showStats(await open(), args),
        )
        .command("list", t("command.journalList"), list, async (args) =>
          (await import("./journal-list.ts")).showList(await open(), args),
        )
        .command("show [sequence]", t("command.journalShow"), show, async (args) =>
          (await import("./journal-show.ts")).showFrames(await open(), args),
        )
        .command("export", t("command.journalExport"), exporting, async (args) =>
          (await import("./journal-export.ts")).exportFrames(await open(), args),
        )
        .command("import <files..>", t("command.journalImport"), importing, async (args) =>
          (await import("./journal-import.ts")).importFiles(await open(), args),
        )
        .command("verify", t("command.journalVerify"), verifying, async (args) =>
          (await import("./journal-verify.ts")).verifyJournal(await open(), args),
        )
        .command("thin", t("command.journalThin"), thinning, async (args) =>
          (await import("./journal-thin.ts")).thinJournal(await open(), args),
        )
        .epilogue(t("journal.onDisk"))
        .demandCommand(1, t("command.missing"))
        .strict(),
    handler: () => {},
  };
}

/** A tab is hard to type: its name and its escape mean it too. */
function readSeparator(given: string): string {
  return given === "tab" || given === "\\t" ? "\t" : given;
}

function flag(describe: string) {
  return { type: "boolean", default: false, describe } as const;
}

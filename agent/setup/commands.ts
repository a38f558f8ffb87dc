/** `edge-agent setup` and `edge-agent restore`: their words on the command line. What they do is loaded when called. */
import type { CommandModule } from "yargs";
import type { Translate } from "../text/text.ts";
import type { RestoreArguments, SetupArguments, SetupDoors } from "./doors.ts";

/** @param open opens the doors, with the box beneath a root: only when the command is called. */
type Open = (root: string) => Promise<SetupDoors>;

export function setupCommand(t: Translate, open: Open): CommandModule<object, SetupArguments & Rooted> {
  const word = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;
  return {
    command: "setup",
    describe: t("command.setup"),
    builder: (yargs) =>
      yargs
        .options({
          config: { alias: "c", ...word(t("option.setupConfig")) },
          profile: word(t("option.setupProfile")),
          "forwarder-file": word(t("option.forwarderFile")),
          "forwarder-restart": word(t("option.forwarderRestart")),
          server: word(t("option.formerServer")),
          listen: word(t("option.listen")),
          wait: word(t("option.wait")),
          unmanaged: flag(t("option.unmanaged")),
          verbose: flag(t("option.setupVerbose")),
          ...shared(t),
        })
        .example("$0 setup --dry-run", t("example.setupDryRun"))
        .example("sudo $0 setup", t("example.setup"))
        .example("sudo $0 setup --forwarder-file /etc/lorafwd-b.toml --yes", t("example.setupFile")) as never,
    handler: async (args) => (await import("./setup.ts")).setUp(await open(args.root), args),
  };
}

export function restoreCommand(t: Translate, open: Open): CommandModule<object, RestoreArguments & Rooted> {
  return {
    command: "restore",
    describe: t("command.restore"),
    builder: (yargs) =>
      yargs
        .options({
          force: flag(t("option.restoreForce")),
          quiet: { alias: "q", ...flag(t("option.quiet")) },
          ...shared(t),
        })
        .example("sudo $0 restore", t("example.restore"))
        .example("sudo $0 restore --yes --quiet", t("example.restoreQuiet")) as never,
    handler: async (args) => (await import("./restore.ts")).restore(await open(args.root), args),
  };
}

interface Rooted {
  /** For made-up boxes: where the box's files and programs are looked for. Addresses and sockets stay this machine's. */
  readonly root: string;
}

function shared(t: Translate) {
  return {
    "dry-run": flag(t("option.dryRun")),
    yes: { alias: "y", ...flag(t("option.yes")) },
    json: flag(t("option.json")),
    root: { type: "string", requiresArg: true, default: "/", hidden: true },
  } as const;
}

function flag(describe: string) {
  return { type: "boolean", default: false, describe } as const;
}

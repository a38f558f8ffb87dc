/** `edge-agent doctor`: its words on the command line. What it does is loaded when called. */
import type { CommandModule } from "yargs";
import { settingsOption } from "../../config/settings-option.ts";
import type { Translate } from "../../text/text.ts";
import type { DoctorCommandDoors } from "./run.ts";

export interface DoctorArguments {
  readonly config: string;
  readonly socket: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly watch: boolean;
  readonly json: boolean;
  /** For made-up boxes: where the box's files and programs are looked for. Addresses and sockets stay this machine's. */
  readonly root: string;
}

/** @param open opens the doors, with the box beneath a root: only when the command is called. */
export function doctorCommand(
  t: Translate,
  open: (root: string) => Promise<DoctorCommandDoors>,
): CommandModule<object, DoctorArguments> {
  const flag = (describe: string) => ({ type: "boolean", default: false, describe }) as const;
  return {
    command: "doctor",
    describe: t("command.doctor"),
    builder: (yargs) =>
      yargs
        .options({
          config: settingsOption(t),
          socket: { type: "string", requiresArg: true, describe: t("option.socket") },
          only: { type: "string", array: true, nargs: 1, requiresArg: true, describe: t("option.only") },
          watch: { alias: "w", ...flag(t("option.watch")) },
          json: flag(t("option.json")),
          root: { type: "string", requiresArg: true, default: "/", hidden: true },
        })
        .example("sudo $0 doctor", t("example.doctor"))
        .example("sudo $0 doctor --watch", t("example.doctorWatch"))
        .example("$0 doctor --only pull-data --only frames", t("example.doctorOnly"))
        .example("$0 doctor --json", t("example.doctorJson")) as never,
    handler: async (args) => (await import("./run.ts")).runDoctorCommand(await open(args.root), args),
  };
}

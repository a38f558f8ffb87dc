/**
 * The command line: every command, its options and its help, in the reader's language. What a command does is in the
 * module it loads; what it throws is said by main.ts.
 */
import { resolve } from "node:path";
import yargs, { type Argv } from "yargs";
import { configCommand } from "./config/commands.ts";
import { settingsOption } from "./config/settings-option.ts";
import { openControlDoor } from "./host/control.ts";
import { openFiles } from "./host/files.ts";
import { findProfiles, readBuiltWallMs } from "./host/program.ts";
import { chooseProfile } from "./profile/choose.ts";
import { profilesCommand } from "./profile/commands.ts";
import { restoreCommand, setupCommand } from "./setup/commands.ts";
import type { SetupDoors } from "./setup/doors.ts";
import { benchCommands } from "./technician/bench-commands.ts";
import type { BenchDoors } from "./technician/bench-doors.ts";
import { doctorCommand } from "./technician/doctor/command.ts";
import type { DoctorCommandDoors } from "./technician/doctor/run.ts";
import type { JournalDoors } from "./technician/journal-access.ts";
import { journalCommand } from "./technician/journal-command.ts";
import { misuseOf, type ParsedOptions, refuseTwice } from "./technician/misuse.ts";
import { showStatus } from "./technician/status.ts";
import { wrapFor } from "./technician/words.ts";
import { chooseLanguage, LANGUAGES, languageFlag, makeText, type Translate } from "./text/text.ts";
import { webCommand } from "./web/commands.ts";

/** Of the help, where nobody knows how wide the reader's lines are; wider ones are hard to read. */
const HELP_COLUMNS = 80;
const HELP_COLUMNS_MAX = 110;

export interface Program {
  readonly version: string;
  readonly path: string;
}

/** @throws AgentError as the command does; USAGE for words that make no command. */
export async function readCommandLine(words: readonly string[], program: Program): Promise<void> {
  const t = makeText(chooseLanguage({ flag: languageFlag(words), env: process.env }));
  const doors = {
    files: openFiles(),
    env: process.env,
    t,
    write: (text: string) => process.stdout.write(text),
    writeError: (text: string) => process.stderr.write(text),
  };
  const folder = findProfiles(program.path);
  const line: Argv = yargs([...words])
    .scriptName("edge-agent")
    .locale(t.language)
    .usage(`${t("command.agent")}\n\n$0 <command>`)
    .option("lang", { choices: LANGUAGES, requiresArg: true, describe: t("option.lang"), global: true })
    .command(
      "run",
      t("command.run"),
      (yargs) =>
        yargs.option("config", settingsOption(t)).example("$0 run --config agent.toml", t("example.run")),
      ({ config }) => runAgent(config, program, t),
    )
    .command(
      "status",
      t("command.status"),
      (yargs) =>
        yargs
          .options({
            config: settingsOption(t),
            socket: { type: "string", requiresArg: true, describe: t("option.socket") },
            json: { type: "boolean", default: false, describe: t("option.json") },
          })
          .example("$0 status", t("example.statusPlain"))
          .example("$0 status --json", t("example.status")),
      (args) =>
        showStatus({ ...doors, control: openControlDoor(), isTerminal: process.stdout.isTTY === true }, args),
    )
    .command(configCommand({ ...doors, askProfile: chooseProfile(doors.files, folder) }))
    .command(profilesCommand({ ...doors, folder }))
    .command(journalCommand(t, () => openJournalDoors(program, t)))
    .command([...benchCommands(t, () => openBenchDoors(program, t))])
    .command(
      webCommand(t, () => ({
        ...doors,
        control: openControlDoor(),
        setExitCode: (code) => {
          process.exitCode = code;
        },
      })),
    )
    .command(doctorCommand(t, (root) => openDoctorDoors(root, folder, program, t)))
    .command(setupCommand(t, (root) => openSetupDoors(root, folder, t)))
    .command(restoreCommand(t, (root) => openSetupDoors(root, folder, t)))
    .command(
      "audit",
      t("command.audit"),
      (yargs) =>
        yargs
          .options({
            config: settingsOption(t),
            file: { type: "string", requiresArg: true, describe: t("option.auditFile") },
            last: { requiresArg: true, describe: t("option.auditLast") },
            json: { type: "boolean", default: false, describe: t("option.json") },
          })
          .example("$0 audit --last 20", t("example.audit")),
      async ({ config, file, last, json }) => {
        const { showAudit } = await import("./technician/audit.ts");
        await showAudit(doors, { config, file, last: last as string | number | undefined, json });
      },
    )
    .command(
      "completion",
      t("command.completion"),
      (yargs) => yargs.example("$0 completion >> ~/.bashrc", t("example.completion")),
      () => {
        line.showCompletionScript();
      },
    )
    .example("$0 config init --config agent.toml", t("example.init"))
    .example("$0 run --config agent.toml", t("example.run"))
    .example("$0 status --json", t("example.status"))
    .demandCommand(1, t("command.missing"))
    .recommendCommands()
    .strict()
    .check((given, options) => refuseTwice(given, options as unknown as ParsedOptions, t))
    .alias("h", "help")
    .version(program.version)
    .wrap(Math.min(HELP_COLUMNS_MAX, process.stdout.columns ?? HELP_COLUMNS))
    .fail((message, error) => {
      // yargs has an error of its own for some words that it cannot use, and none for others.
      if (error !== undefined && error.name !== "YError") throw error;
      throw misuseOf(words, message, t);
    });
  await line.parseAsync();
}

/** As for a running agent, and a person beside them. */
async function openJournalDoors({ path }: Program, t: Translate): Promise<JournalDoors> {
  const [clock, commands, largeFiles, person, rng, store, udp] = await Promise.all([
    import("./host/clock.ts"),
    import("./host/commands.ts"),
    import("./host/large-files.ts"),
    import("./host/person.ts"),
    import("./host/rng.ts"),
    import("./host/store.ts"),
    import("./host/udp.ts"),
  ]);
  return {
    files: openFiles(),
    largeFiles: largeFiles.openLargeFiles(),
    stores: store.openStores(),
    control: openControlDoor(),
    clock: clock.openClock(),
    rng: rng.openRng(),
    udp: udp.openUdp(() => undefined),
    commands: commands.openCommands(),
    env: process.env,
    t,
    print: person.print,
    writeError: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    confirm: person.openQuestion(),
    interrupted: person.watchInterruption(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
    builtWallMs: readBuiltWallMs(path),
  };
}

/** For a person, and a running agent to ask. */
async function openBenchDoors(program: Program, t: Translate): Promise<BenchDoors> {
  const [box, clock, gzip, largeFiles, person, terminal] = await Promise.all([
    import("./host/box.ts"),
    import("./host/clock.ts"),
    import("./host/gzip.ts"),
    import("./host/large-files.ts"),
    import("./host/person.ts"),
    import("./host/terminal.ts"),
  ]);
  const interrupted = person.watchInterruption();
  const { stdin, stdout, stderr } = process;
  return {
    files: openFiles(),
    largeFiles: largeFiles.openLargeFiles(),
    control: openControlDoor(),
    clock: clock.openClock(),
    env: process.env,
    t,
    print: person.print,
    writeError: (text) => stderr.write(wrapFor(stderr, text)),
    columns: () => (stdout.isTTY === true ? stdout.columns : undefined),
    openTerminal: () => terminal.openTerminal(stdin, stdout),
    confirm: person.openQuestion(),
    interrupted,
    setExitCode: (code) => {
      process.exitCode = code;
    },
    look: (path) => box.openBox("/").look(resolve(path)),
    resolve,
    forwarderFiles: async () => {
      const { readForwarderFiles } = await import("./setup/forwarder-files.ts");
      const folder = findProfiles(program.path);
      return readForwarderFiles({ files: openFiles(), box: box.openBox("/"), folder, t });
    },
    doctor: async ({ config, socket }) => {
      const [{ runDoctor }, { sayReport }] = await Promise.all([
        import("./technician/doctor/doctor.ts"),
        import("./technician/doctor/show.ts"),
      ]);
      const doctor = await openDoctorDoors("/", findProfiles(program.path), program, t);
      return sayReport(await runDoctor({ ...doctor, settingsPath: config, socket }), t);
    },
    openJournal: async () => ({ ...(await openJournalDoors(program, t)), interrupted }),
    gzip: gzip.gzip,
    version: program.version,
  };
}

/** Everything that looks, and nothing that changes. @param root and @param folder as for setup. */
async function openDoctorDoors(
  root: string,
  folder: string | undefined,
  { version, path }: Program,
  t: Translate,
): Promise<DoctorCommandDoors> {
  const [box, clock, commands, mqtt, person, reach, rng, udp] = await Promise.all([
    import("./host/box.ts"),
    import("./host/clock.ts"),
    import("./host/commands.ts"),
    import("./host/mqtt.ts"),
    import("./host/person.ts"),
    import("./host/reach.ts"),
    import("./host/rng.ts"),
    import("./host/udp.ts"),
  ]);
  const time = clock.openClock();
  const { stdout, stderr } = process;
  return {
    files: openFiles(),
    box: box.openBox(root),
    commands: commands.openCommands(root),
    control: openControlDoor(),
    clock: time,
    rng: rng.openRng(),
    mqtt: mqtt.openMqtt(time),
    udp: udp.openUdp(() => undefined),
    reach: reach.openReach(),
    env: process.env,
    folder,
    version,
    builtWallMs: readBuiltWallMs(path),
    t,
    print: person.print,
    writeError: (text) => stderr.write(text),
    columns: () => (stdout.isTTY === true ? stdout.columns : undefined),
    isErrorTerminal: stderr.isTTY === true,
    interrupted: person.watchInterruption(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

/** @param root where the box's files are; "/" but for made-up boxes. @param folder of the profiles. */
async function openSetupDoors(root: string, folder: string | undefined, t: Translate): Promise<SetupDoors> {
  const [box, clock, commands, digest, person, udp] = await Promise.all([
    import("./host/box.ts"),
    import("./host/clock.ts"),
    import("./host/commands.ts"),
    import("./host/digest.ts"),
    import("./host/person.ts"),
    import("./host/udp.ts"),
  ]);
  return {
    files: openFiles(),
    box: box.openBox(root),
    commands: commands.openCommands(root),
    control: openControlDoor(),
    udp: udp.openUdp(() => undefined),
    clock: clock.openClock(),
    sha256: digest.sha256,
    env: process.env,
    t,
    folder,
    print: person.print,
    writeError: (text) => process.stderr.write(text),
    confirm: person.openQuestion(),
    interrupted: person.watchInterruption(),
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}

async function runAgent(settingsPath: string, { version, path }: Program, t: Translate): Promise<void> {
  const { run } = await import("./run.ts");
  await run({ settingsPath, version, programPath: path, speak: async () => t });
}

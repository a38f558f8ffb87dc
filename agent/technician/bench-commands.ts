/**
 * `edge-agent frames|watch|devices|survey|downlink-test|maintenance|bundle`: their words on the command line. What each does is in its
 * own module, loaded when it is called.
 */
import type { CommandModule } from "yargs";
import { settingsOption } from "../config/settings-option.ts";
import type { Translate } from "../text/text.ts";
import type { BenchDoors } from "./bench-doors.ts";
import { FRAME_TYPES } from "./frame-filter.ts";

const DEVICES_LIMIT = 50;
/** As devices.ts has them, which is loaded only when it is called. */
const DEVICE_ORDERS = ["last", "silent", "loss", "margin", "interval", "heard", "device"] as const;

/** @param open opens the doors: only when a command is called. */
export function benchCommands(t: Translate, open: () => Promise<BenchDoors>): readonly CommandModule[] {
  const agent = {
    config: settingsOption(t),
    socket: text(t("option.socket")),
  } as const;
  const frames: CommandModule = {
    command: "frames",
    describe: t("command.frames"),
    builder: (yargs) =>
      yargs
        .options({
          ...agent,
          "dev-addr": text(t("option.devAddrPrefix")),
          "dev-eui": text(t("option.devEuiPrefix")),
          "net-id": text(t("option.netId")),
          type: { choices: FRAME_TYPES, array: true, requiresArg: true, describe: t("option.type") },
          "rssi-min": text(t("option.rssiMin")),
          "rssi-max": text(t("option.rssiMax")),
          sf: { type: "string", array: true, requiresArg: true, describe: t("option.sf") },
          limit: { requiresArg: true, default: 0, describe: t("option.limit") },
          journal: { type: "string", conflicts: "socket", describe: t("option.fromJournal") },
          keys: { ...text(t("option.keys")), normalize: true },
          json: flag(t("option.jsonLines")),
        })
        .example("$0 frames --net-id 000013 --rssi-max -115", t("example.frames"))
        .example("$0 frames --dev-eui 70b3d5 --type join", t("example.framesJoin"))
        .example("$0 frames --keys keys.csv", t("example.framesKeys"))
        .epilogue(t("frames.keysFormat")),
    handler: async (args) => (await import("./frames.ts")).showFrames(await open(), args as never),
  };
  const watch: CommandModule = {
    command: "watch",
    describe: t("command.watch"),
    builder: (yargs) => yargs.options(agent).example("$0 watch", t("example.watch")),
    handler: async (args) => (await import("./watch.ts")).watch(await open(), args as never),
  };
  const devices: CommandModule = {
    command: "devices",
    describe: t("command.devices"),
    builder: (yargs) =>
      yargs
        .options({
          ...agent,
          "dev-addr": text(t("option.devAddrPrefix")),
          "net-id": text(t("option.netId")),
          silent: flag(t("option.silent")),
          sort: {
            choices: DEVICE_ORDERS,
            requiresArg: true,
            default: "last",
            describe: t("option.sortDevices"),
          },
          limit: { requiresArg: true, default: DEVICES_LIMIT, describe: t("option.limit") },
          json: flag(t("option.json")),
          csv: flag(t("option.csv")),
        })
        .example("$0 devices --sort loss", t("example.devices"))
        .example("$0 devices --limit 0 --csv", t("example.devicesCsv"))
        .epilogue(t("devices.legend")),
    handler: async (args) => (await import("./devices.ts")).showDevices(await open(), args as never),
  };
  const bundle: CommandModule = {
    command: "bundle",
    describe: t("command.bundle"),
    builder: (yargs) =>
      yargs
        .options({
          ...agent,
          out: { alias: "o", ...text(t("option.bundleOut")) },
          payloads: flag(t("option.payloads")),
          json: flag(t("option.json")),
        })
        .example("$0 bundle", t("example.bundle")),
    handler: async (args) => (await import("./bundle.ts")).makeBundle(await open(), args as never),
  };
  const downlinkTest: CommandModule = {
    command: "downlink-test",
    describe: t("command.downlinkTest"),
    builder: (yargs) =>
      yargs
        .options({
          ...agent,
          gateway: text(t("option.gateway")),
          frequency: text(t("option.frequency")),
          sf: text(t("option.testSf")),
          power: text(t("option.power")),
          yes: { alias: "y", ...flag(t("option.yes")) },
          json: flag(t("option.json")),
        })
        .example("$0 downlink-test", t("example.downlinkTest")),
    handler: async (args) => (await import("./downlink-test.ts")).testDownlink(await open(), args as never),
  };
  const survey: CommandModule = {
    command: "survey",
    describe: t("command.survey"),
    builder: (yargs) =>
      yargs
        .options({
          ...agent,
          "dev-addr": { ...text(t("option.surveyDevAddr")), conflicts: "dev-eui" },
          "dev-eui": text(t("option.surveyDevEui")),
          csv: text(t("option.surveyCsv")),
          svg: text(t("option.surveySvg")),
          limit: { requiresArg: true, default: 0, describe: t("option.surveyLimit") },
          json: flag(t("option.jsonLines")),
        })
        .example("$0 survey --dev-addr 26011bda --csv walk.csv --svg walk.svg", t("example.survey")),
    handler: async (args) => (await import("./survey.ts")).survey(await open(), args as never),
  };
  const maintenance: CommandModule = {
    command: "maintenance [what]",
    describe: t("command.maintenance"),
    builder: (yargs) =>
      yargs
        .positional("what", {
          choices: ["show", "begin", "end"] as const,
          default: "show",
          describe: t("option.maintenanceWhat"),
        })
        .options({
          ...agent,
          for: text(t("option.maintenanceFor")),
          reason: text(t("option.maintenanceReason")),
          json: flag(t("option.json")),
        })
        .example('$0 maintenance begin --for 2h --reason "new antenna"', t("example.maintenanceBegin"))
        .example("$0 maintenance end", t("example.maintenanceEnd")),
    handler: async (args) => (await import("./maintenance.ts")).planMaintenance(await open(), args as never),
  };
  return [frames, watch, devices, survey, downlinkTest, maintenance, bundle];
}

function text(describe: string) {
  return { type: "string", requiresArg: true, describe } as const;
}

function flag(describe: string) {
  return { type: "boolean", default: false, describe } as const;
}

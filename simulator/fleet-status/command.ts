/** The `fleet-status` command for yargs: its options, and what the process gives it. */
import type { CommandModule } from "yargs";
import { AgentError, EXIT } from "../../agent/errors.ts";
import { readFigure } from "../given.ts";

const SECONDS_MAX = 86_400;

export const fleetStatusCommand: CommandModule = {
  command: "fleet-status",
  describe: "The operator's view: one line a gateway, availability against what is promised, worst first",
  builder: (yargs) =>
    yargs
      .options({
        broker: {
          type: "string",
          default: "mqtt://127.0.0.1:1883",
          requiresArg: true,
          describe: "mqtt, mqtts, ws or wss URL of the core's broker",
        },
        "topic-prefix": {
          type: "string",
          default: "eu868",
          requiresArg: true,
          describe: 'As the gateways have it; "" for none',
        },
        username: { type: "string", requiresArg: true, describe: "MQTT user" },
        "password-file": {
          type: "string",
          requiresArg: true,
          describe: "File with the password; or METER_FLEET_PASSWORD in the environment",
        },
        "ca-file": { type: "string", requiresArg: true, describe: "CA certificate of the broker, PEM" },
        gateways: {
          type: "string",
          requiresArg: true,
          describe:
            "TOML list of [[gateway]] eui, name, commune, since: who should be there, where, from which day",
        },
        wait: {
          default: 10,
          requiresArg: true,
          describe: "Seconds to listen at most; fewer once all that are listed have reported",
        },
        watch: {
          requiresArg: true,
          describe: "Show it again every so many seconds until interrupted",
        },
        json: { type: "boolean", default: false, describe: "One JSON document (one per line with --watch)" },
      })
      .example("$0 fleet-status --gateways blois.toml", "every gateway and commune, once")
      .example("$0 fleet-status --broker mqtts://core:8883 --ca-file ca.pem --watch 10", "on a wall")
      .example(
        "$0 fleet-status --json | jq '.gateways[] | select(.meetsPromise | not)'",
        "those below 99.97 %",
      )
      .epilogue(
        "Availability is of the running UTC month, without planned maintenance: gateway × forwarder × worst core\n" +
          "link, as each gateway accounts for it in its latest full report, lowered by its silence since. One that is\n" +
          "listed and has never reported counts as 0, from its day `since` on. Exit code 1 when less than 99.97 % in\n" +
          "all or 99.2 % in a commune, when a gateway has no figures though it ran for two days, or when nobody is\n" +
          "heard.",
      ),
  handler: async (args) => {
    const given = args as unknown as FleetStatusArguments;
    assertUrl(given.broker);
    const waitMs = readMs("wait", given.wait);
    const everyMs = given.watch === undefined ? undefined : readMs("watch", given.watch);
    const [{ runFleetStatus }, files, { readKnownGateways }, person] = await Promise.all([
      import("./fleet-status.ts"),
      import("./given-file.ts"),
      import("./known-gateways.ts"),
      import("../../agent/host/person.ts"),
    ]);
    const { gateways, caFile, passwordFile } = given;
    const isWatched = everyMs !== undefined && !given.json && process.stdout.isTTY === true;
    const kept = await runFleetStatus({
      broker: given.broker,
      topicPrefix: given.topicPrefix,
      username: given.username,
      password:
        passwordFile === undefined
          ? process.env.METER_FLEET_PASSWORD
          : await files.readPasswordFile(passwordFile),
      ca: caFile === undefined ? undefined : await files.readCaFile(caFile),
      known:
        gateways === undefined
          ? new Map()
          : readKnownGateways((await files.readGivenFile("gateways", gateways)).toString("utf8"), gateways),
      waitMs,
      json: given.json,
      everyMs,
      interrupted: person.watchInterruption(),
      wallMs: Date.now,
      print: person.print,
      screen: isWatched ? await openScreen() : undefined,
      tell: process.stderr.isTTY === true ? (text) => process.stderr.write(text) : undefined,
    });
    process.exitCode = kept ? EXIT.done : EXIT.trouble;
  },
};

interface FleetStatusArguments {
  readonly broker: string;
  readonly topicPrefix: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly gateways?: string;
  /** As they were typed. */
  readonly wait: unknown;
  readonly watch?: unknown;
  readonly json: boolean;
}

async function openScreen() {
  const { default: logUpdate } = await import("log-update");
  return { rows: () => process.stdout.rows, draw: (text: string) => logUpdate(text) };
}

function assertUrl(url: string): void {
  if (URL.canParse(url) && /^(mqtts?|wss?):$/.test(new URL(url).protocol)) return;
  throw new AgentError(
    "USAGE",
    `--broker: expected an mqtt, mqtts, ws or wss URL, such as mqtts://broker.example:8883; found ${url}`,
  );
}

/** @throws AgentError USAGE */
function readMs(option: string, given: unknown): number {
  const wanted = { from: 1, to: SECONDS_MAX, what: "seconds", whole: false, example: 10 };
  return readFigure(option, given, wanted) * 1_000;
}

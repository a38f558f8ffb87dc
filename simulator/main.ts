#!/usr/bin/env node
/**
 * The `meter-fleet` command. What a command does is in the module it loads. Results go to standard output, everything
 * else to standard error. Exit codes: agent/errors.ts.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { AgentError, EXIT, exitCodeOf, isAgentError } from "../agent/errors.ts";
import { endWhenNobodyReads, readVersion } from "../agent/host/program.ts";
import { fleetStatusCommand } from "./fleet-status/command.ts";
import { readFigure, refuseTwice } from "./given.ts";

const PROGRAM = fileURLToPath(import.meta.url);
const COMMANDS = ["demo", "fleet-status", "completion"];
const METERS_MAX = 5_000;
const SECONDS_MIN = 40;
const SECONDS_MAX = 3_600;

async function main(words: readonly string[]): Promise<void> {
  await yargs([...words])
    .scriptName("meter-fleet")
    .usage("Fleets of water meters that a real network server believes.\n\n$0 <command>")
    .command(
      "demo",
      "Two gateways, each with its own edge-agent, 200 meters, three outages, one verdict",
      {
        meters: { requiresArg: true, default: 200, describe: `Meters, 1 to ${METERS_MAX}` },
        seconds: {
          requiresArg: true,
          default: 70,
          describe: `How long, ${SECONDS_MIN} to ${SECONDS_MAX} s`,
        },
        seed: {
          requiresArg: true,
          default: 1,
          describe: "Same seed: same meters, keys, readings and fault times",
        },
        broker: {
          type: "string",
          requiresArg: true,
          describe: "mqtt:// URL of a broker to use instead of the embedded one",
        },
        manner: {
          choices: ["reference", "kerlink"] as const,
          default: "reference" as const,
          describe:
            "How the packet forwarders behave: reference never repeats, kerlink has a store of its own",
        },
        keep: {
          type: "boolean",
          default: false,
          describe: "Say at once where settings, journals and logs are, and keep them",
        },
        json: { type: "boolean", default: false, describe: "One JSON document on standard output" },
      },
      async (args) => {
        const figures = {
          meters: readWhole("meters", args.meters, 1, METERS_MAX, 200),
          seconds: readWhole("seconds", args.seconds, SECONDS_MIN, SECONDS_MAX, 70),
          seed: readWhole("seed", args.seed, 0, 2 ** 32 - 1, 7),
        };
        if (args.broker !== undefined) assertBroker(args.broker);
        const { runDemo } = await import("./demo/demo.ts");
        process.exitCode = (await runDemo({ ...args, ...figures, agentProgram: agentProgram() }))
          ? EXIT.done
          : EXIT.trouble;
      },
    )
    .command(fleetStatusCommand)
    .completion("completion", "Print a completion script for the shell")
    .example("$0 demo", "a minute or two, then the verdict in words and figures")
    .example("$0 demo --json --seed 7", "one JSON document, for another fleet")
    .example("$0 demo --broker mqtt://127.0.0.1:1883", "through a Mosquitto of your own")
    .example(
      "$0 fleet-status --gateways blois.toml",
      "availability of every gateway and commune, worst first",
    )
    .demandCommand(1, `Which command? There are: ${COMMANDS.join(", ")}.`)
    .strict()
    .check(refuseTwice)
    .alias("h", "help")
    .version(readVersion(PROGRAM))
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .fail((message, error) => {
      // yargs has an error of its own for some words that it cannot use, and none for others.
      if (error !== undefined && error.name !== "YError") throw error;
      throw misuseOf(words, message);
    })
    .parseAsync();
}

/** @param message yargs' own. */
function misuseOf([word = ""]: readonly string[], message: string): AgentError {
  const isCommand = COMMANDS.includes(word);
  const isWrong = !isCommand && word !== "" && !word.startsWith("-");
  const said = isWrong ? `There is no command ${word}. There are: ${COMMANDS.join(", ")}.` : message;
  return new AgentError("USAGE", `${said}\nsee: meter-fleet ${isCommand ? `${word} ` : ""}--help`);
}

function readWhole(option: string, given: unknown, from: number, to: number, example: number): number {
  return readFigure(option, given, { from, to, what: "a whole number", whole: true, example });
}

function assertBroker(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === "mqtt:") return;
  throw new AgentError("USAGE", `--broker: expected a URL such as mqtt://127.0.0.1:1883; found ${url}`);
}

/** The edge-agent command beside this one, in the same form: compiled, or as source. */
function agentProgram(): string {
  const extension = PROGRAM.endsWith(".ts") ? "ts" : "js";
  return join(dirname(PROGRAM), "..", "agent", `main.${extension}`);
}

endWhenNobodyReads(process.stdout);
try {
  await main(process.argv.slice(2));
} catch (error) {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${isAgentError(error) ? error.message : `a bug: please report what follows. ${detail}`}\n`,
  );
  process.exitCode = exitCodeOf(error);
}

/**
 * Words that make no command: what is said of them. Pure; the commands themselves stand in command-line.ts, and what
 * an option wants, where it is read.
 */
import { AgentError } from "../errors.ts";
import type { Translate } from "../text/text.ts";

/** What comes after a word that is no command by itself. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  config: ["init", "check", "print", "schema"],
  profiles: ["list", "show", "check"],
  journal: ["stats", "list", "show", "export", "import", "verify", "thin"],
  web: ["code"],
};

/** @param message yargs' own, in the reader's language. @returns what to throw. */
export function misuseOf(words: readonly string[], message: string, t: Translate): AgentError {
  const named = commandOf(words);
  const [group = "", given] = named;
  const commands = Object.hasOwn(GROUPS, group) ? GROUPS[group]! : undefined;
  if (commands !== undefined) {
    const places = { command: `edge-agent ${group}`, commands: commands.join(", ") };
    if (message === t("command.missing")) return new AgentError("USAGE", t("command.whichOf", places));
    // What yargs takes it for is better than all that there are.
    const isGuessed = commands.some((command) => message.split(/[^a-z]+/).includes(command));
    if (given !== undefined && !commands.includes(given) && !isGuessed)
      return new AgentError("USAGE", t("command.noneOf", { ...places, given }));
  }
  const isGroupAlone = commands !== undefined && (given === undefined || !commands.includes(given));
  const known = isGroupAlone ? [group] : named;
  const wantsHelp = words.some((word) => word.startsWith("-")) || (commands !== undefined && !isGroupAlone);
  const help = wantsHelp ? `\n${t("command.seeHelp", { command: ["edge-agent", ...known].join(" ") })}` : "";
  return new AgentError("USAGE", `${["edge-agent", ...named].join(" ")}: ${message}${help}`);
}

/** The words that name a command, known or not. */
function commandOf(words: readonly string[]): readonly string[] {
  // The language may stand before them: it goes with every command.
  const from = words[0] === "--lang" ? 2 : words[0]?.startsWith("--lang=") ? 1 : 0;
  const named = words.slice(from);
  const end = named.findIndex((word) => word.startsWith("-"));
  return named.slice(0, end < 0 ? undefined : end).slice(0, 2);
}

/** What yargs knows of its options while it checks them: names, and those that may be given more than once. */
export interface ParsedOptions {
  readonly array: readonly string[];
}

/**
 * Of an option given twice yargs makes a list, which no command expects: which of the two was meant is not guessed.
 * @throws AgentError USAGE
 */
export function refuseTwice(
  given: Readonly<Record<string, unknown>>,
  { array }: ParsedOptions,
  t: Translate,
): true {
  for (const [name, value] of Object.entries(given)) {
    // "_": the words that are no option; one letter: another name of the same.
    if (!Array.isArray(value) || name === "_" || name.length === 1 || array.includes(name)) continue;
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new AgentError("USAGE", t("command.twice", { option }));
  }
  return true;
}

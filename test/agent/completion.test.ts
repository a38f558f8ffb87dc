/** Goal: what `edge-agent completion` prints completes in a real bash and a real zsh. */
import { execFileSync } from "node:child_process";
import { describe, expect, inject, test } from "vitest";

const MISSING = "this test needs bash and zsh: `npm run verify` installs them, or `apt-get install bash zsh`";

interface Shell {
  readonly words: readonly string[];
  /** Loads the script as its user does; prints what it offers for "$@", one per line. */
  readonly script: string;
}

const SHELLS: Readonly<Record<string, Shell>> = {
  bash: {
    words: ["bash", "--norc", "-c"],
    script: `
      source <(SHELL=/bin/bash edge-agent completion)
      COMP_WORDS=(edge-agent "$@") COMP_CWORD=$#
      eval "$(complete -p edge-agent | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
      printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  // Its completion system hands what is offered to _describe; here it is printed instead.
  zsh: {
    words: ["zsh", "-f", "-c"],
    script: `
      autoload -U compinit && compinit -u -D
      source <(SHELL=/bin/zsh ZSH_NAME=zsh edge-agent completion)
      _describe() { print -rl -- \${(P)2} }
      words=(edge-agent "$@") CURRENT=$(($# + 1))
      $_comps[edge-agent]`,
  },
};

function complete(shell: string, ...typed: readonly string[]): string[] {
  const { words, script } = SHELLS[shell]!;
  const [program, ...rest] = words;
  const agent = `edge-agent() { '${process.execPath}' '${inject("builtAgent")}' "$@"; }`;
  const { PATH = "" } = process.env;
  try {
    const out = execFileSync(program!, [...rest, `${agent}\n${script}`, shell, ...typed], {
      encoding: "utf8",
      env: { PATH, HOME: "/", LANG: "C" },
    });
    return out
      .split("\n")
      .map((line) => line.replace(/(?<!\\):.*/, ""))
      .filter((line) => line !== "");
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? new Error(MISSING) : error;
  }
}

describe.each(Object.keys(SHELLS))("in %s", (shell) => {
  test.each([
    ["a command", ["doct"], ["doctor"]],
    ["a command of a command", ["journal", "ex"], ["export"]],
    ["an option", ["frames", "--rssi-mi"], ["--rssi-min"]],
    ["the values of an option", ["devices", "--sort", "los"], ["loss"]],
  ])("%s is completed", (_what, typed, offered) => {
    expect(complete(shell, ...typed)).toEqual(expect.arrayContaining(offered));
  });
});

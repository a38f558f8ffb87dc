/**
 * The command line as a shell sees it: exit codes, what goes to stdout and what to stderr, in both languages. What
 * `run` does once it runs is in run.test.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testFolder } from "../test-folder.ts";
import { runCommand } from "./run-rig.ts";

function settingsFile(text: string): string {
  const path = join(testFolder("command"), "agent.toml");
  writeFileSync(path, text);
  return path;
}

const GOOD = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';

describe("help", () => {
  test("in English and in French, by flag and by LANG, on stdout", () => {
    const english = runCommand(["--help"]);
    expect(english).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["run", "status", "config", "completion"]) {
      expect(english.stdout).toContain(`edge-agent ${command}`);
    }
    expect(english.stdout).toContain("Keeps every LoRaWAN frame");
    const french = runCommand(["--help", "--lang", "fr"]);
    expect(french).toMatchObject({ code: 0, stderr: "" });
    expect(french.stdout).toContain("Garde chaque trame LoRaWAN");
    expect(french.stdout).not.toMatch(/\b(Commands|Examples|Show|Print|boolean|choices)\b/);
    expect(runCommand(["--help"], { LANG: "fr_FR.UTF-8" }).stdout).toBe(french.stdout);
    expect(runCommand(["--help", "--lang=en"], { LANG: "fr_FR.UTF-8" }).stdout).toBe(english.stdout);
  });

  test.each(["run", "status", "config"])("of %s says its options", (command) => {
    const help = runCommand([command, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain(command === "config" ? "config check" : "--config");
  });

  test("the version is the package's", () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect(runCommand(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("completion prints a script for the shell", () => {
    const { code, stdout } = runCommand(["completion"], { SHELL: "/bin/bash" });
    expect(code).toBe(0);
    expect(stdout).toContain("complete -o bashdefault");
    expect(stdout).toContain("edge-agent");
  });
});

describe("words that make no command: exit code 2, a sentence on stderr, nothing on stdout", () => {
  test.each([
    ["no word at all", [], /--help/],
    ["an unknown command", ["fly"], /fly/],
    ["an unknown option", ["run", "--colour"], /colour/],
    ["an unknown option of a command in a command", ["config", "check", "--colour"], /colour/],
    ["a command in a command that is none", ["config", "burn"], /burn/],
    ["an option without its value", ["run", "--config"], /config/],
    ["a language that we do not speak", ["run", "--lang", "de"], /de/],
  ] as const)("%s", (_what, words, sentence) => {
    const ran = runCommand(words);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr, "no stack").not.toMatch(/^\s+at /m);
  });

  test("in French", () => {
    expect(runCommand([], { LANG: "fr_FR.UTF-8" }).stderr).toContain("Quelle commande");
  });
});

describe("settings", () => {
  test("wrong ones: exit code 2, with file and line of each, and what was probably meant", () => {
    const path = settingsFile(`[forwarder]\nlisen = "127.0.0.1:0"\n[journal]\nmax_age = "soon"\n${GOOD}`);
    for (const words of [["run"], ["config", "print"], ["status"]]) {
      const ran = runCommand([...words, "--config", path]);
      expect(ran, words.join(" ")).toMatchObject({ code: 2, stdout: "" });
      expect(ran.stderr).toMatch(new RegExp(`${path}:2.*lisen.*listen`));
      expect(ran.stderr).toMatch(new RegExp(`${path}:4.*max_age`));
    }
  });

  test("config check shows them on stdout, as they are its result", () => {
    const path = settingsFile(`[forwarder]\nlisen = 1\n${GOOD}`);
    const ran = runCommand(["config", "check", "--config", path]);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain(`${path}:2`);
    const asJson = runCommand(["config", "check", "--json", "--config", path]);
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ ok: false, troubles: [{}] });
  });

  test("none at all: exit code 3, and how to make some", () => {
    const path = join(testFolder("command"), "none.toml");
    const ran = runCommand(["run", "--config", path]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`edge-agent config init --config ${path}`);
  });

  test("made by config init they are good", () => {
    const path = join(testFolder("command"), "made.toml");
    expect(runCommand(["config", "init", "--config", path])).toMatchObject({ code: 0, stdout: "" });
    expect(runCommand(["config", "check", "--config", path]).code).toBe(0);
    expect(runCommand(["config", "init", "--config", path]).code, "never written over").toBe(2);
  });

  test("by default nothing is opened to others than this machine", () => {
    const { stdout } = runCommand(["config", "print", "--json", "--config", settingsFile(GOOD)]);
    expect(JSON.parse(stdout)).toMatchObject({ settings: { forwarder: { listen: "127.0.0.1:1700" } } });
  });
});

describe("status where no agent runs", () => {
  test.each([
    ["en", /no agent answers on/],
    ["fr", /aucun agent ne répond sur/],
  ] as const)("exit code 3, and the socket is named (%s)", (lang, sentence) => {
    const socket = join(testFolder("command"), "none.sock");
    const ran = runCommand(["status", "--json", "--socket", socket, "--lang", lang]);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr).toContain(socket);
  });
});

describe("an option given twice", () => {
  const commands = [
    ["run"],
    ["status"],
    ["config", "check"],
    ["config", "print"],
    ["doctor"],
    ["watch"],
    ["frames"],
    ["devices"],
    ["survey", "--dev-addr", "26011bda"],
    ["downlink-test"],
    ["bundle"],
    ["journal", "stats"],
    ["audit"],
    ["web", "code"],
    ["setup"],
  ];
  test.each(commands.map((words) => [words.join(" "), words] as const))(
    "is a usage error that names it: %s",
    (_what, words) => {
      const twice = runCommand([...words, "--config", "one.toml", "-c", "two.toml", "--lang", "en"]);
      expect(twice).toMatchObject({ code: 2, stdout: "" });
      expect(twice.stderr).toBe("--config was given more than once: give it once.\n");
    },
  );

  test("is fine where it takes several", () => {
    const words = ["doctor", "--config", "/nowhere/agent.toml", "--root", "/nowhere", "--only", "settings"];
    expect(runCommand([...words, "--only", "clock"])).toMatchObject({ code: 1, stderr: "" });
  });

  test("of which one is another spelling, too, and in French", () => {
    const twice = runCommand(["frames", "--rssi-min", "-120", "--rssiMin", "-110", "--lang", "fr"]);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toMatch(/^--rssi-min a été donné plusieurs fois/);
  });
});

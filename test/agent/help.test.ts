/** Goal: whoever does not know a command finds an example of it in its help, in his language, on a narrow screen. */
import { describe, expect, test } from "vitest";
import { runCommand } from "./run-rig.ts";

const COMMANDS = [
  ...[
    "run",
    "status",
    "config",
    "profiles",
    "journal stats",
    "journal list",
    "journal export",
    "frames",
    "watch",
  ],
  ...[
    "devices",
    "survey",
    "downlink-test",
    "maintenance",
    "bundle",
    "web",
    "web code",
    "doctor",
    "setup",
    "restore",
    "audit",
  ],
  "completion",
];

describe.each([
  ["en", "Examples:"],
  ["fr", "Exemples :"],
])("help in %s", (language, examples) => {
  test.each(COMMANDS)("%s", (command) => {
    const { code, stdout } = runCommand([...command.split(" "), "--help", "--lang", language]);
    expect(code).toBe(0);
    expect(stdout).toContain(examples);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

test("a wrong option is said, and where the right ones stand", () => {
  const said = runCommand(["doctor", "--onyl", "frames"]);
  expect(said).toMatchObject({ code: 2, stdout: "" });
  expect(said.stderr).toBe("edge-agent doctor: Unknown argument: onyl\nsee: edge-agent doctor --help\n");
  expect(runCommand(["doctor", "--onyl", "--lang", "fr"]).stderr).toContain(
    "voir : edge-agent doctor --help",
  );
});

describe("of a word that several commands follow", () => {
  const commandsIn = (help: string): string[] =>
    [...help.matchAll(/^ {2}edge-agent \w+ ([a-z]+)/gm)].map(([, command]) => command!);

  test.each(["config", "profiles", "journal", "web"])(
    "%s: one that it does not have is said, with all that it has as its help shows them, and no option",
    (group) => {
      const commands = [...new Set(commandsIn(runCommand([group, "--help"]).stdout.split("Options:")[0]!))];
      expect(commands.length).toBeGreaterThan(0);
      const all = `There are: ${commands.join(", ")}. See: edge-agent ${group} --help\n`;
      for (const more of [[], ["--config", "x.toml"]]) {
        expect(runCommand([group, "banana", ...more])).toEqual({
          code: 2,
          stdout: "",
          stderr: `edge-agent ${group}: there is no command banana. ${all}`,
        });
      }
      expect(runCommand([group]).stderr).toBe(`edge-agent ${group}: which command? ${all}`);
    },
  );

  test.each([
    [["journal", "--sort", "bogus", "list"], /^edge-agent journal: Invalid values:\n.*"bogus".*\n/],
    [["journal", "--lang"], /^edge-agent journal: Not enough arguments following: lang\n/],
    [["config", "--config", "x", "check", "--bogus"], /^edge-agent config: Unknown argument: bogus\n/],
    [
      ["profiles", "show"],
      /^edge-agent profiles show: Not enough .*\nsee: edge-agent profiles show --help\n$/,
    ],
    [["journal", "staats", "--lst"], /Did you mean stats\?\nsee: edge-agent journal --help\n$/],
  ])("%j: what else is wrong is said as it is", (words, stderr) => {
    const ran = runCommand(words);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(stderr);
  });

  test("in French, wherever the language stands", () => {
    for (const words of [
      ["--lang", "fr", "journal", "banana"],
      ["--lang=fr", "journal", "banana"],
      ["journal", "banana", "--lang", "fr"],
    ]) {
      expect(runCommand(words).stderr, words.join(" ")).toMatch(
        /^edge-agent journal : la commande banana n'existe pas\. Il y a : stats, .*thin\. Voir : edge-agent journal --help\n$/,
      );
    }
  });
});

test.each([
  [["frames", "--limit", "banana"], "--limit banana: a whole number, 0 or more, such as 20"],
  [["journal", "list", "--limit", "2.5"], "--limit 2.5: a whole number, 0 or more, such as 20"],
  [["frames", "--rssi-max", "banana"], "--rssi-max banana: a number, such as -110"],
  [["downlink-test", "--power", "banana"], "--power banana: a number, such as 14"],
  [["audit", "--last", "banana"], "--last banana: a whole number, 0 or more, such as 20"],
])("%j: the word that was given, what was expected, and an example", (words, stderr) => {
  expect(runCommand(words)).toEqual({ code: 2, stdout: "", stderr: `${stderr}\n` });
});

test("a refusal of the file system is said in the language that was asked for", () => {
  const refusal = runCommand(["--lang", "fr", "audit", "--file", "/"], { LANG: "C" });
  expect(refusal).toEqual({
    code: 3,
    stdout: "",
    stderr: "/ : c'est un dossier ; nommez un fichier à l'intérieur\n",
  });
});

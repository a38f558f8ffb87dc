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

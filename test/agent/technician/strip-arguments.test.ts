/** Goal: settings that cannot be read are shown without what programs are given, however they are broken. */
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { HIDDEN } from "../../../agent/config/shown-url.ts";
import { stripArguments } from "../../../agent/technician/strip-arguments.ts";

describe("our own settings without the arguments of programs", () => {
  test.each([
    ["an inline table", 'exec = { login = ["/bin/login", "-p", "hunter2"], b = ["/bin/b", "hunter2"] }'],
    ["its own table", '[command.exec]\nlogin = ["/bin/login", "-p", "hunter2"]'],
    ["dotted", 'command.exec.login = ["/bin/login", "-p", "hunter2"]'],
    ["a quoted name", '"exec" = { "login" = ["/bin/login", "hunter2"] }'],
    ["several lines", 'login = [\n  "/bin/login", # ours\n  "-p",\n  "hunter2",\n]'],
    ["single quotes", "login = ['/bin/login', 'hunter2']"],
    ["a misspelt name", 'restart_comand = ["restart-it", "hunter2"]'],
    ["no closing bracket", 'restart_command = ["/bin/login", "-p", "hunter2"\n[log]\nlevel = "info"'],
    ["no closing quote", 'restart_command = ["/bin/login", "-p", "hunter2]\n[log]\nlevel = "info"'],
    ["no opening quote", 'restart_command = ["/bin/login", hunter2"]'],
    ["no comma", 'restart_command = ["/bin/login" "hunter2"]'],
    ["an escaped quote", String.raw`login = ["/bin/login", "a\"]hunter2"]`],
    ["a bracket in it", 'login = ["/bin/login", "]", "hunter2"]'],
    ["text of several lines", 'login = ["/bin/login", """a\nhunter2"""]'],
    ["a list in a list, of several lines", 'login = [\n  ["/bin/login",\n  "hunter2"]]'],
    ["a list in a list", 'login = [["/bin/login", "hunter2"]]'],
    ["JSON", '{"exec": {"login": ["/bin/login", "hunter2"]}}'],
    ["no list at all", 'login = "/bin/login -p hunter2"'],
    ["a comment", '# login = ["/bin/login", "hunter2"]'],
  ])("%s", (_what, toml) => {
    const stripped = stripArguments(toml);
    expect(stripped).not.toContain("hunter2");
    expect(stripped).toContain(HIDDEN);
    expect(stripped).toMatch(/"\/bin\/login|'\/bin\/login|"restart-it"/);
  });

  test("the program stays, and what follows the list", () => {
    const stripped = stripArguments(
      '[care]\nrestart_command = ["/bin/x", "-p",\n "y"]\nhung_after = "30m" # so\n',
    );
    expect(stripped).toBe(`[care]\nrestart_command = ["/bin/x", "${HIDDEN}"]\nhung_after = "30m" # so\n`);
    expect(parse(stripped)).toMatchObject({ care: { hung_after: "30m" } });
    expect(stripArguments('restart_command = ["/bin/x"\n[log]\nlevel = "info"\n')).toContain(
      "\n[log]\nlevel",
    );
  });

  test("lists that are no command line stay whole", () => {
    const toml = [
      ...["[clock]", 'sntp_servers = ["a.example", "b.example"]', "[[core]]", 'id = "main"'],
      ...[
        'servers = ["mqtts://a:8883", "wss://b"]',
        'net_ids = ["000013", "00001a"]',
        'ca_file = "/a/b.pem"',
        "",
      ],
    ].join("\n");
    expect(stripArguments(toml)).toBe(toml);
  });

  test.each([
    ["brackets", "[".repeat(200_000)],
    ["lists", "a=[".repeat(60_000)],
    ["one key", "a".repeat(200_000)],
    ["lines of a list", `a=[${"\n".repeat(200_000)}`],
    ["quotes", `a=[${'"'.repeat(200_000)}`],
    ["paths", '"/a '.repeat(50_000)],
  ])("a file that nobody has written holds nobody up: %s", (_what, toml) => {
    const begunMs = performance.now();
    stripArguments(toml);
    expect(performance.now() - begunMs).toBeLessThan(5_000);
  });
});

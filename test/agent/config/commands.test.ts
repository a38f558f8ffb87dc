import { describe, expect, test } from "vitest";
import yargs from "yargs";
import { configCommand } from "../../../agent/config/commands.ts";
import { sampleFile } from "../../../agent/config/document.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import { settingsUnusable } from "../../../agent/config/open.ts";
import { EXIT, exitCodeOf } from "../../../agent/errors.ts";
import { makeText } from "../../../agent/text/text.ts";
import { type MemoryFiles, memoryFiles } from "./memory-files.ts";

const t = makeText("en");
const PATH = "/etc/edge-agent/agent.toml";
const GOOD = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';
const BAD = '[log]\nlevle = "info"\n[journal]\nmax_age = 48\n';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `edge-agent config …` as main.ts does: what is thrown becomes the exit code and goes to standard error. */
async function run(line: string, files: MemoryFiles, env: Record<string, string> = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const doors = {
    files,
    env,
    t,
    write: (text: string) => {
      out += text;
    },
    writeError: (text: string) => {
      err += text;
    },
  };
  try {
    await yargs(["config", ...line.split(" ")])
      .command(configCommand(doors))
      .exitProcess(false)
      .fail(false)
      .parseAsync();
    return { exit: EXIT.done, out, err };
  } catch (error) {
    return { exit: exitCodeOf(error), out, err: err + (error as Error).message };
  }
}

describe("config init", () => {
  test("writes the sample, which then checks as good", async () => {
    const files = memoryFiles({});
    expect(await run("init", files)).toMatchObject({ exit: EXIT.done, out: "" });
    expect(files.contents.get(PATH)?.toString()).toBe(sampleFile(t));
    expect(await run("check", files)).toMatchObject({ exit: EXIT.done });
  });

  test("does not overwrite, unless it is forced to", async () => {
    const files = memoryFiles({ "/a.toml": GOOD });
    expect(await run("init --config /a.toml", files)).toMatchObject({
      exit: EXIT.usage,
      err: "/a.toml exists already; --force replaces it",
    });
    expect(files.contents.get("/a.toml")?.toString()).toBe(GOOD);
    expect(await run("init --config /a.toml --force", files)).toMatchObject({ exit: EXIT.done });
    expect(files.contents.get("/a.toml")?.toString()).toBe(sampleFile(t));
  });

  test("--stdout writes no file", async () => {
    const files = memoryFiles({});
    expect(await run("init --stdout", files)).toEqual({ exit: EXIT.done, out: sampleFile(t), err: "" });
    expect(files.contents.size).toBe(0);
  });

  test("a disk that refuses ends with 3, and its reason", async () => {
    const files = memoryFiles({});
    files.break();
    expect(await run("init", files)).toMatchObject({
      exit: EXIT.world,
      err: `${PATH} cannot be written: EIO: disk gone`,
    });
  });
});

describe("config check", () => {
  test("shows every trouble with its line, and ends with 2", async () => {
    const { exit, out, err } = await run("check", memoryFiles({ [PATH]: BAD }));
    expect(exit).toBe(EXIT.usage);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^\/etc\/edge-agent\/agent\.toml: core: expected a network core/),
      `${PATH}:2:1: log.levle: expected a known key (the nearest is log.level)`,
      expect.stringMatching(
        /^\/etc\/edge-agent\/agent\.toml:4:1: journal\.max_age: expected a duration .*; found 48$/,
      ),
      "",
    ]);
    expect(err).toBe(`${PATH}: settings to correct: 3`);
  });

  test("--json is one document", async () => {
    const { exit, out } = await run("check --json", memoryFiles({ [PATH]: BAD }));
    expect(exit).toBe(EXIT.usage);
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      troubles: [
        { code: "missing", key: "core", line: null },
        { code: "unknownKey", key: "log.levle", file: PATH, line: 2, nearest: "log.level" },
        { code: "wrongValue", key: "journal.max_age", line: 4, found: "48" },
      ],
      warnings: [],
    });
  });

  test("looks at the environment too", async () => {
    const files = memoryFiles({ [PATH]: GOOD });
    const { exit, out } = await run("check", files, { EDGE_AGENT_LOG__LEVLE: "x" });
    expect(exit).toBe(EXIT.usage);
    expect(out).toContain("EDGE_AGENT_LOG__LEVEL");
  });

  test("good settings may still have something to beware of", async () => {
    const files = memoryFiles({ [PATH]: `${GOOD}ca_file = "/ca.pem"\npassword_file = "/pw"`, "/pw": "x" });
    const { exit, out } = await run("check --json", files);
    expect(exit).toBe(EXIT.done);
    expect(JSON.parse(out)).toEqual({
      ok: true,
      troubles: [],
      warnings: [
        { key: "core[0].servers", message: expect.stringContaining("no server uses mqtts or wss") },
        { key: "core[0].ca_file", message: "core[0].ca_file: there is no file /ca.pem" },
      ],
    });
  });

  test("a file that is not there, or cannot be read, ends with 3", async () => {
    const missing = await run("check --config /none.toml", memoryFiles({}));
    expect(missing).toMatchObject({ exit: EXIT.world, out: "" });
    expect(missing.err).toContain("edge-agent config init --config /none.toml");
    const files = memoryFiles({ [PATH]: GOOD });
    files.break();
    expect(await run("check", files)).toMatchObject({
      exit: EXIT.world,
      err: `${PATH} cannot be read: EIO: disk gone`,
    });
  });
});

describe("config print", () => {
  const files = memoryFiles({ [PATH]: GOOD });

  test("shows what is in force, and reads back as the same", async () => {
    const env = { EDGE_AGENT_LOG__LEVEL: "debug" };
    const { out } = await run("print --origin", files, env);
    expect(out).toContain('level = "debug"  # environment, EDGE_AGENT_LOG__LEVEL');
    const direct = loadSettings({ tomlText: GOOD, path: "", env });
    const again = loadSettings({ tomlText: out, path: "", env: {} });
    expect(again.ok && again.settings).toEqual(direct.ok && direct.settings);
  });

  test("--json is one document, with the origins when asked for", async () => {
    const plain = JSON.parse((await run("print --json", files)).out);
    expect(plain.settings.journal.max_age).toBe("48h");
    expect(plain).not.toHaveProperty("origins");
    const full = JSON.parse((await run("print --json --origin", files)).out);
    expect(full.origins["core[0].servers"]).toMatchObject({ kind: "file", line: 2 });
  });

  test("wrong settings end with 2 and every trouble on standard error", async () => {
    const { exit, out, err } = await run("print", memoryFiles({ [PATH]: BAD }));
    expect(exit).toBe(EXIT.usage);
    expect(out).toBe("");
    expect(err.split("\n")).toHaveLength(4);
    expect(err).toContain(`${PATH}:2:1: log.levle`);
  });
});

test("config schema shows a JSON Schema", async () => {
  const { exit, out } = await run("schema", memoryFiles({}));
  expect(exit).toBe(EXIT.done);
  expect(JSON.parse(out)).toMatchObject({ type: "object", required: ["core"] });
});

test("the error of unusable settings names each of them", () => {
  const refused = loadSettings({ tomlText: BAD, path: "/a.toml", env: {} });
  if (refused.ok) throw new Error("accepted");
  const error = settingsUnusable("/a.toml", refused.troubles, makeText("fr"));
  expect(error.code).toBe("SETTINGS_INVALID");
  expect(error.message).toContain("les réglages de /a.toml sont inutilisables\n  /a.toml: core: attendu");
});

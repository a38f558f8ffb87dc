import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const TOP = join(import.meta.dirname, "..", "..", "..");
const run = promisify(execFile);

/**
 * Goal: what the README promises of `npm run demo`, in its shortest form.
 * Method: the command itself, with two real agent processes, UDP, MQTT, LevelDB and a SIGKILL; its own exit code and
 * its one document are judged.
 */
test("the demo loses nothing through three outages and a kill, and says so in one document", async () => {
  const words = [
    "--import",
    "tsx",
    "simulator/main.ts",
    "demo",
    "--json",
    "--seconds",
    "40",
    "--meters",
    "60",
  ];
  const { stdout, stderr } = await run(process.execPath, words, { cwd: TOP });
  expect(stderr).toBe("");
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({
    meters: 60,
    joined: 60,
    lost: 0,
    unacknowledged: 0,
    duplicatesDelivered: 0,
  });
  expect(document.uplinksHeard).toBe(document.uplinksSent);
  expect(document.uplinksDelivered + document.overtaken).toBe(document.uplinksHeard);
  expect(document.bufferedPeak).toBeGreaterThan(0);
  expect(document.heardByTwo).toBeGreaterThan(0);
  expect(document.drainMs).toBeGreaterThan(0);
  expect(document.downlinksInWindow).toBeGreaterThanOrEqual(60);
}, 120_000);

/**
 * Goal: somebody without a radio can talk to the demo's agents.
 * Method: the command as told at the start of a kept demo, as often as it takes the agent to begin; then an interruption.
 */
test("a demo whose folder is kept says at its start how to ask its agents, and they answer", async () => {
  const words = ["--import", "tsx", "simulator/main.ts", "demo", "--json", "--keep", "--meters", "5"];
  const demo = spawn(process.execPath, words, { cwd: TOP, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(demo, "exit");
  let directory = "";
  try {
    let told = "";
    demo.stderr.on("data", (piece) => {
      told += String(piece);
    });
    await until(() => /--config .*\n/.test(told), "its first words", 60_000);
    directory = /deliveries: (.+)/.exec(told)![1]!;
    const settings = /edge-agent status --config (.+)/.exec(told)![1]!;
    const status = ["--import", "tsx", "agent/main.ts", "status", "--json", "--config", settings];
    const ask = () => run(process.execPath, status, { cwd: TOP }).catch(() => undefined);
    let answer = await ask();
    while (answer === undefined && demo.exitCode === null) answer = await ask();
    expect(JSON.parse(answer!.stdout)).toMatchObject({ cores: [{ id: "main" }] });
  } finally {
    demo.kill("SIGTERM");
    await ended;
    if (directory !== "") await rm(directory, { recursive: true });
  }
}, 120_000);

/**
 * Goal: whenever somebody interrupts it, the demo takes its agents with it.
 * Method: SIGTERM at different moments of the start; what runs on its folder when it has ended is looked up in /proc.
 */
test("an interrupted demo leaves no agent behind", async () => {
  for (const delayMs of [0, 300, 600, 700, 800, 1_000]) {
    const words = ["--import", "tsx", "simulator/main.ts", "demo", "--json", "--keep", "--meters", "5"];
    const demo = spawn(process.execPath, words, { cwd: TOP, stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(demo, "exit");
    let told = "";
    demo.stderr.on("data", (piece) => {
      told += String(piece);
    });
    await until(() => /deliveries: .+\n/.test(told), "its first words", 60_000);
    const directory = /deliveries: (.+)/.exec(told)![1]!;
    await setTimeout(delayMs);
    demo.kill("SIGTERM");
    await ended;
    expect(await commandsWith(directory), `${delayMs} ms after its start`).toEqual([]);
    await rm(directory, { recursive: true });
  }
}, 180_000);

/**
 * Goal: the same on a terminal, where a live line is shown and the cursor hidden, and where Ctrl-C reaches the agents too.
 * Method: a pseudo-terminal; what is left in the folder for temporary files, and runs on it.
 */
test.each(["Ctrl-C", "SIGTERM"])(
  "a demo on a terminal that is ended by %s cleans up",
  async (how) => {
    const folder = testFolder("demo");
    const note = join(folder, "pid");
    mkdirSync(join(folder, "tmp"));
    const words = `--import tsx simulator/main.ts demo --meters 5`;
    const line = `stty cols 120 rows 30; echo $$ >${note}; exec "${process.execPath}" ${words}`;
    const terminal = spawn("script", ["-qec", line, "/dev/null"], {
      cwd: TOP,
      env: { ...process.env, TMPDIR: join(folder, "tmp"), SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = once(terminal, "exit");
    let shown = "";
    terminal.stdout.on("data", (piece) => {
      shown += String(piece);
    });
    // The live line is there.
    await until(() => shown.includes("uplinks sent"), "the live line", 60_000);
    if (how === "Ctrl-C") terminal.stdin.write("\x03");
    else process.kill(Number(readFileSync(note, "utf8")), "SIGTERM");
    const [code] = await ended;
    expect(code).toBe(how === "Ctrl-C" ? 130 : 143);
    expect(readdirSync(join(folder, "tmp")).filter((name) => name.startsWith("meter-fleet"))).toEqual([]);
    expect(await commandsWith(join(folder, "tmp"))).toEqual([]);
  },
  120_000,
);

async function commandsWith(word: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes(word));
}

test("a command that does not exist is said with those that do", async () => {
  const failed = await run(process.execPath, ["--import", "tsx", "simulator/main.ts", "dem"], {
    cwd: TOP,
  }).catch((error: unknown) => error as { code: number; stderr: string });
  const stderr =
    "There is no command dem. There are: demo, fleet-status, completion.\nsee: meter-fleet --help\n";
  expect(failed).toMatchObject({ code: 2, stderr });
});

test.each([
  [["--meters", "0"], "--meters: expected a whole number from 1 to 5000, such as 200; found 0"],
  [["--seconds", "5"], "--seconds: expected a whole number from 40 to 3600, such as 70; found 5"],
  [["--broker", "http://127.0.0.1"], "--broker: expected a URL such as mqtt://127.0.0.1:1883"],
  [["--seed", "banana"], "--seed: expected a whole number from 0 to 4294967295, such as 7; found banana"],
  [["--meters"], "Not enough arguments following: meters"],
  [["--meters", "3", "--meters", "4"], "--meters was given more than once: give it once."],
  [["--metres", "3"], "Unknown argument: metres\nsee: meter-fleet demo --help"],
])("%j ends with code 2 and says why", async (words, why) => {
  const failed = await run(process.execPath, ["--import", "tsx", "simulator/main.ts", "demo", ...words], {
    cwd: TOP,
  }).catch((error: unknown) => error as { code: number; stderr: string });
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
});

/** The log of a running agent, as it comes out of a process: its stderr cannot be looked at from inside. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Runs a few lines with a `log` of this level. */
function logged(level: string, lines: string): { stdout: string; lines: Record<string, unknown>[] } {
  const source = JSON.stringify(new URL("../../../agent/host/log.ts", import.meta.url).href);
  const program = `const { openLog } = await import(${source}); const log = await openLog("${level}", false); ${lines}`;
  const words = ["--import", "tsx", "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 20_000 });
  const written = stderr.split("\n").filter((line) => line !== "");
  return { stdout, lines: written.map((line) => JSON.parse(line)) };
}

test("an event is one line of JSON on stderr: level by name, time in UTC, the event, its fields", () => {
  const { stdout, lines } = logged(
    "info",
    'log.warn({ gatewayEui: "01", fault: "tooShort" }, "frame refused");',
  );
  expect(stdout).toBe("");
  expect(lines).toEqual([
    {
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      gatewayEui: "01",
      fault: "tooShort",
      msg: "frame refused",
    },
  ]);
});

test("what is below the level is not written; the level may change while it runs, for its children as well", () => {
  const { lines } = logged(
    "warn",
    `const child = log.child({ part: "south" });
     log.info({}, "1"); log.error({}, "2");
     log.level = "debug";
     log.debug({}, "3"); log.child({ part: "north" }).debug({}, "4"); child.debug({}, "5");`,
  );
  expect(lines.map(({ msg, part }) => [msg, part])).toEqual([
    ["2", undefined],
    ["3", undefined],
    ["4", "north"],
    ["5", "south"],
  ]);
});

test("the last words before an exit are written", () => {
  const { lines } = logged("info", 'log.error({}, "bug"); process.exit(70);');
  expect(lines).toMatchObject([{ msg: "bug" }]);
});

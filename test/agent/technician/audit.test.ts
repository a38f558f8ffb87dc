/** `edge-agent audit`, for people in both languages and as JSON; the file is one that an agent in the world has written. */
import { describe, expect, test } from "vitest";
import { showAudit } from "../../../agent/technician/audit.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";
import { AUDIT_PATH, openCommandWorld, SETTINGS_PATH, tomlOf } from "../command/command-world.ts";
import { memoryFiles } from "../config/memory-files.ts";

async function show(
  contents: Readonly<Record<string, string>>,
  {
    language = "en",
    json = false,
    last,
    file,
  }: { language?: Language; json?: boolean; last?: number | string; file?: string } = {},
): Promise<string> {
  let shown = "";
  const doors = {
    files: memoryFiles({ [SETTINGS_PATH]: tomlOf(), ...contents }),
    env: {},
    t: makeText(language),
    write: (text: string) => {
      shown += text;
    },
  };
  await showAudit(doors, { config: SETTINGS_PATH, file, last, json });
  return shown;
}

async function writtenByAnAgent(): Promise<string> {
  const world = await openCommandWorld();
  await world.send("maintenance", { action: "begin", reason: "roof", durationS: 600 });
  await world.send("maintenance", { action: "end" }, { issuedAt: "2020-01-01T00:00:00Z" });
  await world.publish("settings", "{");
  await world.audit();
  return world.lineFiles.text(AUDIT_PATH);
}

describe("the audit log", () => {
  test("is a table, the oldest first, with what it was refused for", async () => {
    const shown = await show({ [AUDIT_PATH]: await writtenByAnAgent() });
    const lines = shown.trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^when +core +gateway +command +id +outcome$/);
    expect(lines[1]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ +main +7276ff0044010010 +maintenance +id-1 +begun$/,
    );
    expect(lines.at(-2)).toMatch(/maintenance +id-2 +refused: it had expired$/);
    expect(lines.at(-1)).toMatch(/settings +- +refused: it was malformed$/);
    expect(await show({ [AUDIT_PATH]: await writtenByAnAgent() }, { language: "fr" })).toContain(
      "refusée : expirée",
    );
  });

  test("tells of a sum how many there were", async () => {
    const line = (await writtenByAnAgent()).trimEnd().split("\n").at(-1)!;
    const sum = JSON.stringify({ ...JSON.parse(line), reason: "tooMany", count: 31 });
    expect(await show({ [AUDIT_PATH]: `${sum}\n` })).toMatch(
      /settings +- +refused: there were too many \(31 of them, this the last\)$/m,
    );
    const other = JSON.stringify({ ...JSON.parse(line), reason: "otherCore" });
    expect(await show({ [AUDIT_PATH]: `${other}\n` }, { language: "fr" })).toContain("à un autre cœur");
  });

  test("is one JSON document, also the older file, and half a line is counted", async () => {
    const written = await writtenByAnAgent();
    const [first = "", ...rest] = written.trimEnd().split("\n");
    const contents = { [`${AUDIT_PATH}.1`]: `${first}\n`, [AUDIT_PATH]: `${rest.join("\n")}\n{"at":"20` };
    const { entries, damaged, file } = JSON.parse(await show(contents, { json: true }));
    expect(entries.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "begun",
      "done",
      "refused",
      "refused",
    ]);
    expect({ damaged, file }).toEqual({ damaged: 1, file: AUDIT_PATH });
    expect(JSON.parse(await show(contents, { json: true, last: 1 })).entries).toHaveLength(1);
    expect(JSON.parse(await show(contents, { json: true, last: 0 })).entries).toHaveLength(4);
  });

  test.each([-1, "-1", "abc", 1.5, ""])("--last %j is refused, with what may stand there", async (last) => {
    await expect(show({}, { last, language: "fr" })).rejects.toMatchObject({
      code: "USAGE",
      message: `--last ${last} : un nombre entier, 0 ou plus, par exemple 20`,
    });
  });

  test("a file that is named and not there is said so; before the first command nobody misses the usual one", async () => {
    await expect(show({}, { file: "/tmp/none.jsonl" })).rejects.toMatchObject({
      code: "FILE_IO",
      message: expect.stringMatching(/^there is no file \/tmp\/none\.jsonl; without --file /),
    });
    expect(await show({}, {})).toMatch(/^nothing has been commanded/);
  });

  test("counts as the language does", async () => {
    const damage = "{\n".repeat(1_234);
    expect(await show({ [AUDIT_PATH]: damage })).toMatch(/1,234/);
    expect(await show({ [AUDIT_PATH]: damage }, { language: "fr" })).toMatch(/1\u202f234/);
  });

  test("that nobody has written yet says so", async () => {
    expect(await show({})).toMatch(/^nothing has been commanded; /);
  });
});

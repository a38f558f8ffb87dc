/** `edge-agent journal …` on a folder that no agent holds: real LevelDB, every command, both languages. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStores } from "../../../agent/host/store.ts";
import { INDEX, recordKey } from "../../../agent/journal/keys.ts";
import type { JournalDoors } from "../../../agent/technician/journal-access.ts";
import { type ExportArguments, exportFrames } from "../../../agent/technician/journal-export.ts";
import { type ImportArguments, importFiles } from "../../../agent/technician/journal-import.ts";
import { showList } from "../../../agent/technician/journal-list.ts";
import { showFrames } from "../../../agent/technician/journal-show.ts";
import { showStats } from "../../../agent/technician/journal-stats.ts";
import { type ThinArguments, thinJournal } from "../../../agent/technician/journal-thin.ts";
import { verifyJournal } from "../../../agent/technician/journal-verify.ts";
import { testFolder } from "../../test-folder.ts";
import { fits } from "../config/json-schema.ts";
import { draft, EUI, openRealJournal } from "../journal/fixtures.ts";
import { draftOf, type KeptDraft, keepAll, readings } from "../journal/kept.ts";
import { type Asking, onFolder, type Said, say } from "./journal-rig.ts";

const EXPORT: Omit<ExportArguments, keyof ReturnType<typeof onFolder>> = {
  format: "jsonl",
  separator: ",",
  out: "-",
  since: undefined,
  until: undefined,
  aside: false,
  remove: false,
};
const IMPORT = { dryRun: false, again: false };
const SHOW = { sequence: undefined, aside: false, limit: 10 };
const LIST = { sort: "frames", limit: 50 };
const timeZone = process.env.TZ;

beforeAll(() => {
  process.env.TZ = "UTC";
});
afterAll(() => {
  process.env.TZ = timeZone;
});

async function folderWith(drafts: readonly KeptDraft[], cores = ["main"]): Promise<string> {
  const directory = join(testFolder("journal"), "journal");
  mkdirSync(directory);
  const { journal } = await openRealJournal(directory, { cores });
  await keepAll(journal, drafts, cores);
  await journal.close();
  return directory;
}

const exporting = (directory: string, more: Partial<typeof EXPORT> = {}, asking?: Asking): Promise<Said> =>
  say((doors) => exportFrames(doors, { ...onFolder(directory), ...EXPORT, ...more }), asking);
const importing = (
  directory: string,
  files: string[],
  more: Partial<Omit<ImportArguments, "files">> = {},
  asking?: Asking,
): Promise<Said> =>
  say((doors) => importFiles(doors, { ...onFolder(directory), ...IMPORT, files, ...more }), asking);
/** Of a gateway whose agent does not run. */
async function settingsOf(journal: string, core = "") {
  const folder = testFolder("journal");
  const config = join(folder, "agent.toml");
  const lines = [
    `[journal]\npath = "${journal}"`,
    `[control]\nsocket = "${join(folder, "none.sock")}"`,
    `[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n${core}`,
  ];
  writeFileSync(config, lines.join("\n"));
  return { config, journal: undefined };
}

const verifying = (directory: string, json = false, asking?: Asking): Promise<Said> =>
  say((doors) => verifyJournal(doors, { ...onFolder(directory), json }), asking);
const stats = async (directory: string) =>
  JSON.parse((await say((doors) => showStats(doors, { ...onFolder(directory), json: true }))).stdout);

/** What a folder has, file by file, but for what LevelDB writes anew at each opening. */
function imageOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter(
    (name) => !/^(LOG|LOCK|MANIFEST|CURRENT|\d+\.(log|ldb))/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), "hex")]));
}

describe("stats", () => {
  test("in English and in French, and says that it went to the folder", async () => {
    const directory = await folderWith(readings(20, 4).map((one) => draftOf(one)));
    const english = await say((doors) => showStats(doors, onFolder(directory)));
    expect(english.stderr).toBe(`no agent runs: directly on ${directory}\n`);
    expect(english.stdout.split("\n").slice(1, 2)).toEqual(["Frames         20"]);
    expect(english.stdout).toMatch(/^Size +4\.5 kB in records; [\d.]+ kB on disk, [\d.]+ GB free$/m);
    expect(english.stdout).toMatch(/^Devices +4$/m);
    expect(english.stdout).toMatch(/^Oldest +arrived 2026-01-01 00:00:00 UTC, 2d ago$/m);
    expect(english.stdout).toMatch(/^Wait for main +20$/m);
    expect(english.stdout).not.toMatch(/undefined|NaN|\{\w+\}/);
    const french = await say((doors) => showStats(doors, onFolder(directory)), { language: "fr" });
    expect(french.stdout).toMatch(/^Plus ancienne +arrivée 01\/01\/2026 00:00:00 UTC, il y a 2\u00a0j$/m);
    expect(french.stdout).toMatch(/^Taille +4,5 ko d'enregistrements ; [\d,]+ ko sur le disque/m);
  });

  test("of an agent that has written nothing yet no figure is made up", async () => {
    const directory = await folderWith(readings(2, 1).map((one) => draftOf(one)));
    const asked = await stats(directory);
    const said = async (lastCommitMs?: number): Promise<string> => {
      const running = { commits: lastCommitMs === undefined ? 0 : 1, lastCommitMs, memoryFrames: 0 };
      const control = { ask: async () => ({ status: 200, body: { ...asked, running } }) };
      const doors = { control: control as unknown as JournalDoors["control"] };
      const args = { ...onFolder(directory), journal: undefined, socket: "/agent.sock" };
      return (await say((all) => showStats(all, args), { doors })).stdout;
    };
    expect(await said()).toMatch(/^Commits +0 by this agent$/m);
    expect(await said(1.5)).toMatch(/^Commits +1 by this agent, the last took 1\.5 ms$/m);
  });

  test("as JSON: by core, and what each has still to take", async () => {
    const directory = await folderWith(
      readings(6, 2).map((one) => draftOf(one)),
      ["main", "other"],
    );
    const { journal } = await openRealJournal(directory, { cores: ["main", "other"] });
    const { lane } = journal.backlog("main")[0]!;
    journal.taken("main", (await journal.next("main", lane, -1))!);
    await journal.close();
    expect(await stats(directory)).toMatchObject({
      through: "folder",
      storedFrames: 6,
      devices: 2,
      byCore: { main: 5, other: 6 },
      aside: 0,
      addedTotal: 6,
      removedTotal: 0,
      dropped: {},
    });
  });
});

describe("list", () => {
  test("one line per device, within 80 columns", async () => {
    const directory = await folderWith(readings(21, 4).map((one) => draftOf(one)));
    const english = await say((doors) => showList(doors, { ...onFolder(directory), ...LIST, limit: 2 }));
    expect(english.stdout).toBe(
      [
        "Device    Frames  Oldest  Newest  FCnt  RSSI   SNR  SF",
        "26010000       6      2d  1d 23h   0-5   -97  -3.2   9",
        "26010001       5  1d 23h  1d 23h   0-4   -97  -3.2   9",
        "",
        "2 of 4 devices shown, 21 frames in all; --limit 0 shows all",
        "",
      ].join("\n"),
    );
    const french = await say((doors) => showList(doors, { ...onFolder(directory), ...LIST, limit: 1 }), {
      language: "fr",
    });
    expect(french.stdout).toBe(
      [
        "Capteur   Trames  Première  Dernière  FCnt  RSSI   SNR  SF",
        "26010000       6       2\u00a0j  1\u00a0j 23\u00a0h   0-5   -97  -3,2   9",
        "",
        "capteurs affichés : 1 sur 4, trames en tout : 21 ; --limit 0 les montre tous",
        "",
      ].join("\n"),
    );
    for (const line of [...english.stdout.split("\n"), ...french.stdout.split("\n")]) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test.each([
    ["device", ["26010000", "26010001", "26010002"]],
    ["frames", ["26010000", "26010001", "26010002"]],
    ["newest", ["26010001", "26010000", "26010002"]],
    ["oldest", ["26010000", "26010001", "26010002"]],
  ])("sorted by %s", async (sort, order) => {
    const directory = await folderWith(readings(8, 3).map((one) => draftOf(one)));
    const args = { ...onFolder(directory), ...LIST, sort, json: true };
    const { listed } = JSON.parse((await say((doors) => showList(doors, args))).stdout);
    expect(listed.map(({ devAddr }: { devAddr: string }) => devAddr)).toEqual(order);
  });

  test("of one device only, however its address is written; a wrong one is said", async () => {
    const directory = await folderWith(readings(8, 3).map((one) => draftOf(one)));
    for (const devAddr of ["26010001", "0x26010001", "26:01:00:01"]) {
      const args = { ...onFolder(directory), ...LIST, devAddr, json: true };
      const { listed } = JSON.parse((await say((doors) => showList(doors, args))).stdout);
      expect(listed).toHaveLength(1);
      expect(listed[0]).toMatchObject({
        gatewayEui: EUI,
        devAddr: "26010001",
        frames: 3,
        byCore: { main: 3 },
      });
    }
    const wrong = { ...onFolder(directory), ...LIST, devAddr: "2601" };
    await expect(say((doors) => showList(doors, wrong))).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("show", () => {
  test("a frame with everything that can be read of it", async () => {
    const directory = await folderWith(readings(4, 2).map((one) => draftOf(one)));
    const args = { ...onFolder(directory), ...SHOW, devAddr: "26010001", limit: 1 };
    const { stdout } = await say((doors) => showFrames(doors, args));
    expect(stdout).toContain("Frame 4294967297: uplink, DevAddr 26010001, FCnt 0, FPort 1\n");
    expect(stdout).toMatch(/^ {2}heard +2026-01-01 00:00:01 UTC \(the gateway's clock was right\)$/m);
    expect(stdout).toMatch(
      /^ {2}radio +868\.5 MHz, SF9BW125, RSSI -97 dBm, SNR -3\.2 dB, CRC ok, tmst 1000000$/m,
    );
    expect(stdout).toMatch(/^ {2}waits for +main$/m);
    expect(stdout).toContain("there are more, frames shown: 1; --limit 0 shows all");
  });

  test("of a wrong clock in another boot no time of reception is made up", async () => {
    const [one] = readings(1);
    const directory = await folderWith([draftOf(one!, { clockState: "unsynchronised" })]);
    const shown = await say((doors) =>
      showFrames(doors, { ...onFolder(directory), ...SHOW, devAddr: "26010000" }),
    );
    expect(shown.stdout).toMatch(/^ {2}heard +not known: the gateway's clock was not to be trusted$/m);
    const { stdout } = await exporting(directory);
    expect(JSON.parse(stdout)).toMatchObject({ timeSource: "unsynced" });
    expect(JSON.parse(stdout)).not.toHaveProperty("heardAt");
  });

  test("those set aside, and why", async () => {
    const directory = await folderWith(readings(3, 1).map((one) => draftOf(one)));
    const { journal } = await openRealJournal(directory);
    const { lane } = journal.backlog("main")[0]!;
    journal.setAside("main", (await journal.next("main", lane, -1))!);
    await journal.close();
    const args = { ...onFolder(directory), ...SHOW, aside: true };
    const { stdout } = await say((doors) => showFrames(doors, args));
    expect(stdout).toContain("FCnt 0");
    expect(stdout).toContain(
      "a core choked on it, or it could not be carried (the log says which); it was for main",
    );
    const aside = JSON.parse((await exporting(directory, { aside: true })).stdout);
    expect(aside).toMatchObject({ devAddr: "26010000", fCnt: 0 });
    expect(await stats(directory)).toMatchObject({ aside: 1, storedFrames: 2 });
  });

  test("a number that no frame has is said, with exit code 1, also as JSON", async () => {
    const directory = await folderWith(readings(4, 2).map((one) => draftOf(one)));
    const showing = (sequence: string, json = false) =>
      say((doors) => showFrames(doors, { ...onFolder(directory), ...SHOW, sequence, json }));
    expect(await showing("9999")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^no frame 9999 is in the journal; .*show --dev-addr/),
    });
    const { code, stdout } = await showing("9999", true);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, frames: [] });
    expect(await showing("4294967297")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Frame 4294967297: uplink/),
    });
    await expect(showing("abc")).rejects.toMatchObject({
      code: "USAGE",
      message: "SEQUENCE abc: a whole number, 0 or more, such as 4294967296",
    });
    await expect(showing("")).rejects.toMatchObject({ code: "USAGE" });
  });

  test("in French no English word is left but the field's own terms", async () => {
    const [one] = readings(1);
    const directory = await folderWith([draftOf(one!, { clockState: "unsynchronised" })]);
    const args = { ...onFolder(directory), ...SHOW, devAddr: "26010000" };
    const { stdout } = await say((doors) => showFrames(doors, args), { language: "fr" });
    expect(stdout).toMatch(/01\/01\/2026 00:00:00 UTC à son horloge \(non synchronisée\)/);
    expect(stdout).toMatch(/^ {2}en-tête +non confirmée, /m);
  });

  test("a word of what is wanted is needed", async () => {
    const directory = await folderWith([]);
    await expect(
      say((doors) => showFrames(doors, { ...onFolder(directory), ...SHOW })),
    ).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});

describe("export", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../agent/journal/frame-document.schema.json"), "utf8"),
  );

  test("each line of JSONL fits the schema that is shipped", async () => {
    const directory = await folderWith([
      ...readings(6, 2).map((one) => draftOf(one)),
      draftOf(readings(1)[0]!, { clockState: "unsynchronised", gatewayEui: "00000000000000ff" }),
      { draft: draft(), lane: `${EUI}/x` },
    ]);
    const lines = (await exporting(directory)).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(8);
    for (const line of lines) expect(fits(JSON.parse(line), schema), line).toBe(true);
    expect(fits({ ...JSON.parse(lines[0]!), gatewayEui: "x" }, schema)).toBe(false);
    expect(fits({ ...JSON.parse(lines[0]!), format: 2 }, schema)).toBe(false);
  });

  test("CSV: a header, CRLF, every line with as many fields, and no address a spreadsheet could take for a number", async () => {
    const tricky = { devAddr: "26010e01", fCnt: 7, atMs: 0 };
    const directory = await folderWith([draftOf(tricky), ...readings(3).map((one) => draftOf(one))]);
    const { stdout } = await exporting(directory, { format: "csv" });
    expect(stdout.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const rows = stdout
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
    const column = rows[0]!.indexOf("dev_addr");
    expect(rows[1]![column]).toBe("0x26010e01");
    for (const cell of rows.slice(1).flat()) expect(cell).not.toMatch(/^[=@+\t]|^-[^\d]/);
    const french = await exporting(directory, { format: "csv", separator: ";" });
    expect(french.stdout).toBe(stdout.replaceAll(",", ";"));
  });

  test("since and until are true times; what has none stays in", async () => {
    const directory = await folderWith([
      ...readings(10, 1).map((one) => draftOf(one)),
      draftOf({ devAddr: "26019999", fCnt: 1, atMs: 0 }, { clockState: "unsynchronised" }),
    ]);
    const within = await exporting(directory, {
      since: "2026-01-01T00:00:03Z",
      until: "2026-01-01T00:00:05Z",
    });
    const counters = within.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).fCnt);
    expect(counters).toEqual([3, 4, 1]);
    expect(within.stderr).toContain(
      "1 of them without a time of reception, so kept in despite --since/--until",
    );
    const whole = await exporting(directory);
    expect(whole.stderr).toMatch(/1 of them without a time of reception: their clock/);
    expect(whole.stderr).toContain("11 frames written to standard output\n");
    const ago = await exporting(directory, { until: "48h" }, { nowMs: Date.UTC(2026, 0, 3, 0, 0, 2) });
    expect(ago.stdout.trimEnd().split("\n")).toHaveLength(3);
    await expect(exporting(directory, { since: "soon" })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("into a folder that does not exist: that is said, and no name of ours", async () => {
    const directory = await folderWith([]);
    const nowhere = join(testFolder("journal"), "none");
    const out = join(nowhere, "x.jsonl");
    await expect(exporting(directory, { out })).rejects.toMatchObject({
      code: "FILE_IO",
      message: `the folder ${nowhere} does not exist`,
    });
    await expect(exporting(directory, { out: join(directory, "holder.json", "x") })).rejects.toMatchObject({
      message: expect.stringMatching(
        /holder\.json\/x cannot be written: a part of this path is a file .*look at how it is written$/,
      ),
    });
  });

  test("a file to be imported that is not there is no folder to be made", async () => {
    const directory = await folderWith(readings(1).map((one) => draftOf(one)));
    const path = join(testFolder("journal"), "none.jsonl");
    await expect(importing(directory, [path])).rejects.toMatchObject({
      code: "FILE_IO",
      message: `there is no file ${path}; name one that edge-agent journal export has written, or - for standard input`,
    });
  });

  test("an interruption leaves no file, and the journal as it was", async () => {
    const directory = await folderWith(readings(2_000).map((one) => draftOf(one)));
    const out = join(testFolder("journal"), "out.jsonl");
    const interrupted = new AbortController();
    const { openLargeFiles } = await import("../../../agent/host/large-files.ts");
    const largeFiles = {
      ...openLargeFiles(),
      draft: async (path: string) => {
        const file = await openLargeFiles().draft(path);
        return {
          ...file,
          write: async (text: string) => {
            await file.write(text);
            interrupted.abort();
          },
        };
      },
    };
    const asking = { interrupted: interrupted.signal, doors: { largeFiles } };
    await expect(exporting(directory, { out, remove: true }, asking)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(readdirSync(join(out, ".."))).toEqual([]);
    expect(await stats(directory)).toMatchObject({ storedFrames: 2_000 });
  });

  test("with --remove what is in the file leaves the journal, and nothing else", async () => {
    const directory = await folderWith(readings(300).map((one) => draftOf(one)));
    const out = join(testFolder("journal"), "out.jsonl");
    const { stderr } = await exporting(directory, { out, remove: true, until: "2026-01-01T00:03:20Z" });
    expect(stderr).toContain("200 frames written");
    expect(stderr).toContain("200 frames removed from the journal");
    expect(readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(200);
    expect(await stats(directory)).toMatchObject({ storedFrames: 100, removedTotal: 200 });
    expect((await verifying(directory)).code).toBe(0);
    for (const more of [{ out: "-" }, { out, aside: true }, { out, format: "csv" }]) {
      await expect(exporting(directory, { ...more, remove: true })).rejects.toMatchObject({ code: "USAGE" });
    }
  });
});

describe("import", () => {
  async function exported(drafts: readonly KeptDraft[]): Promise<string> {
    const out = join(testFolder("journal"), "out.jsonl");
    await exporting(await folderWith(drafts), { out });
    return out;
  }

  test("into another journal: everything, once; a second time nothing", async () => {
    const file = await exported(readings(500).map((one) => draftOf(one)));
    const home = await folderWith([]);
    expect(JSON.parse((await importing(home, [file], { dryRun: true, json: true })).stdout)).toMatchObject({
      imported: 500,
      dryRun: true,
    });
    expect(await stats(home)).toMatchObject({ storedFrames: 0 });
    const first = await importing(home, [file, file]);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("500 frames imported\n500 passed over");
    expect(first.stdout).toContain(`in the name of ${EUI}`);
    expect((await importing(home, [file])).stdout).toMatch(/^0 frames imported\n500 passed over/);
    expect(await stats(home)).toMatchObject({ storedFrames: 500, devices: 8 });
    const again = (await exporting(home)).stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(again.every(({ delayed }) => delayed)).toBe(true);
  });

  test("what was imported and has been carried on is passed over, but for --again", async () => {
    const file = await exported(readings(40).map((one) => draftOf(one)));
    const home = await folderWith([]);
    await importing(home, [file]);
    await exporting(home, { out: join(testFolder("journal"), "x"), remove: true });
    expect((await importing(home, [file])).stdout).toMatch(/^0 frames imported\n40 passed over/);
    expect((await importing(home, [file], { again: true })).stdout).toMatch(/^40 frames imported/);
  });

  test("bad lines are named and counted, the rest goes on, and the exit code is 1", async () => {
    const file = await exported(readings(3).map((one) => draftOf(one)));
    const [one, two, three] = readFileSync(file, "utf8").trimEnd().split("\n") as [string, string, string];
    const without = (name: string) => JSON.stringify({ ...JSON.parse(two), [name]: undefined });
    const bad = join(testFolder("journal"), "bad.jsonl");
    const lines = [
      one,
      "{half a li",
      "",
      two.replace('"format":1', '"format":2'),
      without("gatewayEui"),
      without("kernelBootId"),
      without("rxpk"),
      without("clockState"),
      without("delayed"),
      two.replace("868.5", "null"),
      "[1]",
      `"${"x".repeat(600_000)}"`,
      three,
    ];
    writeFileSync(bad, lines.join("\n"));
    const home = await folderWith([]);
    const said = await importing(home, [bad], { json: true });
    expect(said.code).toBe(1);
    const { troubles, ...result } = JSON.parse(said.stdout);
    expect(result).toMatchObject({ imported: 2, passedOver: 0, refused: 10 });
    const byLine = Object.fromEntries(troubles.map(({ line, fault }: never) => [line, fault]));
    expect(byLine).toEqual({
      2: "notJson",
      4: "newerFormat",
      5: "badGatewayEui",
      6: "badTimes",
      7: "badRxpk",
      8: "badClockState",
      9: "badMarks",
      10: "badFrequency",
      11: "notAnObject",
      12: "lineTooLong",
    });
    const french = await importing(home, [bad], {}, { language: "fr" });
    expect(french.stdout).toContain("lignes impossibles à importer : 10");
    expect(french.stdout).toContain(`${bad}:2 : pas du JSON (notJson)`);
    expect(french.stdout).toContain(`${bad}:10 : son rxpk est illisible (badFrequency)`);
    expect((await importing(home, [bad])).stdout).toContain(`${bad}:9: no frame of an export (badMarks)`);
  });

  test("CSV is refused in one sentence, and the files beside it are imported", async () => {
    const [one, ...more] = readings(30).map((reading) => draftOf(reading));
    const csv = join(testFolder("journal"), "out.csv");
    const home = await folderWith([]);
    for (const separator of [",", ";", "\t"]) {
      await exporting(await folderWith(more), { out: csv, format: "csv", separator });
      const said = await importing(home, [csv]);
      expect(said.code).toBe(1);
      expect(said.stdout.split("\n").slice(1)).toEqual([
        "lines that cannot be imported: 1",
        `  ${csv}:1: this looks like CSV: only JSONL can be imported (csv)`,
        "",
      ]);
    }
    const beside = await importing(home, [csv, await exported([one!])], { json: true });
    expect(JSON.parse(beside.stdout)).toMatchObject({ imported: 1, refused: 1 });
  });

  test("a dry run writes nothing, and where there is no journal makes none", async () => {
    const file = await exported(readings(40).map((one) => draftOf(one)));
    const home = await folderWith(readings(3).map((one) => draftOf(one)));
    const contents = () => readdirSync(home).map((name) => [name, readFileSync(join(home, name), "hex")]);
    // What LevelDB does by itself when it opens is done.
    await stats(home);
    const isOurs = ([name]: string[]) => !/^(LOG|MANIFEST|CURRENT|\d+\.(log|ldb))/.test(name!);
    const before = contents().filter(isOurs);
    expect((await importing(home, [file], { dryRun: true })).stdout).toMatch(/^37 frames would be/);
    expect(contents().filter(isOurs)).toEqual(before);
    expect(await stats(home)).toMatchObject({ storedFrames: 3, addedTotal: 3 });

    const nowhere = join(testFolder("journal"), "journal");
    const settings = await settingsOf(nowhere);
    const dry = await importing(nowhere, [file], { dryRun: true, ...settings });
    expect(dry.stdout).toMatch(/^40 frames would be imported/);
    expect(existsSync(nowhere)).toBe(false);
  });

  test("by the settings, where no agent runs, max_age is the journal's unless a core has its own", async () => {
    const file = await exported(readings(40).map((one) => draftOf(one)));
    for (const [core, imported] of [
      ["", 40],
      ['max_age = "1m"', 0],
    ] as const) {
      const directory = join(testFolder("journal"), "journal");
      const said = await importing(directory, [file], await settingsOf(directory, core));
      expect(said.stdout).toMatch(new RegExp(`^${imported} frames imported`));
      if (imported === 0) expect(said.stdout).toContain("older than max_age here");
    }
  });

  test("frames go to the cores they still waited for; where none of that name is here, to all", async () => {
    const one = draftOf(readings(1)[0]!);
    const home = async (cores: string[]) => {
      const directory = await folderWith([], cores);
      const file = await exported([one]);
      await importing(directory, [file]);
      return (await stats(directory)).byCore;
    };
    expect(await home(["main", "second"])).toEqual({ main: 1, second: 0 });
    expect(await home(["first", "second"])).toEqual({ first: 1, second: 1 });
  });

  test("a file that is not there ends it: exit code 3", async () => {
    const home = await folderWith([]);
    await expect(importing(home, ["/nowhere.jsonl"])).rejects.toMatchObject({ code: "FILE_IO" });
  });
});

describe("verify", () => {
  test("a sound journal is sound, and not an octet of ours is changed", async () => {
    const directory = await folderWith(readings(200).map((one) => draftOf(one)));
    const before = imageOf(directory);
    const { stdout, code } = await verifying(directory);
    expect(code).toBe(0);
    expect(stdout).toBe("sound: 200 records, 45.3 kB, each with its index entry; 0 set aside\n");
    expect((await verifying(directory, false, { language: "fr" })).stdout).toContain(
      "sain : 200 enregistrements",
    );
    expect(imageOf(directory)).toEqual(before);
  });

  test("every kind of trouble is found, and left as it is", async () => {
    const directory = await folderWith(readings(20).map((one) => draftOf(one)));
    const store = await openStores().open(directory);
    const first = 2 ** 32;
    const bytes = Buffer.from((await store.get(recordKey(first)))!);
    bytes[60]! ^= 1;
    const [entry] = await store.keys({ ...INDEX, limit: 1 });
    const damaged = Buffer.from((await store.keys({ ...INDEX, reverse: true, limit: 1 }))[0]!);
    damaged[28]! ^= 1;
    await store.batch(
      [
        { type: "put", key: recordKey(first), value: bytes },
        { type: "del", key: recordKey(first + 1) },
        { type: "del", key: entry! },
        { type: "put", key: damaged, value: Buffer.alloc(0) },
      ],
      { sync: true },
    );
    await store.close();
    for (let times = 0; times < 2; times++) {
      const { stdout, code } = await verifying(directory, true);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        ok: false,
        troubles: { unreadable: 1, withoutRecord: 1, damagedEntry: 1, frames: 1 },
      });
    }
    const { stdout } = await verifying(directory, false, { language: "fr" });
    expect(stdout).toContain("les compteurs promettent 20 trames, 19 ont été trouvées");
    expect(stdout).toContain("Que faire");
    const { stderr } = await exporting(directory);
    expect(stderr).toContain("18 frames written");
    expect(stderr).toContain("1 records could not be read");
  });
});

describe("a journal that cannot be looked at", () => {
  test("is refused while somebody holds it, by name", async () => {
    const directory = await folderWith(readings(3).map((one) => draftOf(one)));
    const { journal } = await openRealJournal(directory);
    for (const attempt of [
      () => exporting(directory),
      () => verifying(directory),
      () => importing(directory, ["/dev/null"]),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "STORE_LOCKED",
        message: expect.stringMatching(new RegExp(`held by process ${process.pid} .*--socket`)),
      });
    }
    await journal.close();
  });

  test("of a newer version is left untouched", async () => {
    const directory = await folderWith(readings(3).map((one) => draftOf(one)));
    writeFileSync(join(directory, "holder.json"), '{"format":99,"openCount":3}\n');
    const image = () =>
      readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "hex")]);
    const before = image();
    for (const attempt of [
      () => exporting(directory),
      () => verifying(directory),
      () => importing(directory, ["/dev/null"]),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "STORE_NEWER" });
    }
    expect(image()).toEqual(before);
  });

  test("whose files are damaged is left as it is; what to do is said; verify ends with 1", async () => {
    const directory = await folderWith(readings(3).map((one) => draftOf(one)));
    const manifest = readdirSync(directory).find((name) => name.startsWith("MANIFEST"))!;
    const bytes = readFileSync(join(directory, manifest));
    bytes[20]! ^= 0xff;
    writeFileSync(join(directory, manifest), bytes);
    const image = () =>
      readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "hex")]);
    const before = image();
    await expect(exporting(directory)).rejects.toMatchObject({
      code: "STORE_DAMAGED",
      message: expect.stringMatching(/Nothing was changed.*edge-agent run/),
    });
    const verified = await verifying(directory, true);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: false, storeDamaged: expect.any(String) });
    expect(image()).toEqual(before);
  });

  test("that is not there is not made", async () => {
    const directory = join(testFolder("journal"), "none");
    for (const attempt of [() => exporting(directory), () => verifying(directory)]) {
      await expect(attempt()).rejects.toMatchObject({ code: "FILE_IO" });
    }
    expect(readdirSync(join(directory, ".."))).toEqual([]);
    await expect(importing(directory, ["/dev/null"])).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("thin", () => {
  const THIN = { to: "50%", dryRun: false, yes: false };
  const thinning = (directory: string, more: Partial<ThinArguments>, asking?: Asking) =>
    say((doors) => thinJournal(doors, { ...onFolder(directory), ...THIN, ...more }), asking);

  test("asks before, does nothing after a no, and thins after a yes", async () => {
    const directory = await folderWith(readings(400, 4).map((one) => draftOf(one)));
    const no = await thinning(directory, {}, { answers: false });
    expect(no.stdout).toMatch(
      /^Would go, of 90\.\d kB:\n +\d+ {2}every second of a device's older half\n\d+\.\d kB stay\n/,
    );
    expect(no.stdout).toContain("nothing was changed");
    expect(await stats(directory)).toMatchObject({ storedFrames: 400 });
    const dry = JSON.parse((await thinning(directory, { dryRun: true, json: true })).stdout);
    const yes = JSON.parse((await thinning(directory, { yes: true, json: true })).stdout);
    expect(yes).toMatchObject({ frames: dry.frames, dropped: dry.dropped, reached: true });
    const { storedFrames, dropped } = await stats(directory);
    expect(storedFrames).toBe(400 - yes.frames);
    expect(dropped).toEqual(yes.dropped);
    expect((await verifying(directory)).code).toBe(0);
  });

  test("with nobody to ask it wants --yes; a goal that is none is said", async () => {
    const directory = await folderWith([]);
    await expect(thinning(directory, {})).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching("--yes"),
    });
    await expect(thinning(directory, { to: "half" })).rejects.toMatchObject({ code: "USAGE" });
    expect((await thinning(directory, { dryRun: true }, { language: "fr" })).stdout).toContain("rien");
    const nowhere = join(testFolder("journal"), "journal");
    const settings = await settingsOf(nowhere);
    for (const dryRun of [true, false]) {
      for (const where of [{}, settings]) {
        const none = thinning(nowhere, { dryRun, yes: true, ...where });
        await expect(none).rejects.toThrow("there is no journal in");
        expect(existsSync(nowhere)).toBe(false);
      }
    }
  });
});

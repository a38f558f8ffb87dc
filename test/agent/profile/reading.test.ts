/** Profile files that are wrong: every trouble with its line, its key, what was expected, and the nearest word. */
import { describe, expect, test } from "vitest";
import { sayTrouble } from "../../../agent/config/trouble.ts";
import { AgentError } from "../../../agent/errors.ts";
import { PROFILE_OCTETS_MAX, readFile, readProfiles } from "../../../agent/profile/files.ts";
import { readProfileFile } from "../../../agent/profile/reading.ts";
import { wholeProfile } from "../../../agent/profile/whole.ts";
import { makeText } from "../../../agent/text/text.ts";
import { memoryFiles } from "../config/memory-files.ts";

const t = makeText("en");
const SURE = 'source = "a test", certainty = "assumed"';
const fact = (value: string, more = SURE): string => `{ value = ${value}, ${more} }`;

function troublesOf(tomlText: string): string[] {
  const read = readProfileFile({ tomlText, path: "p.toml" });
  return read.ok ? [] : read.troubles.map((trouble) => sayTrouble(trouble, t));
}

function fileOf(tomlText: string) {
  const read = readProfileFile({ tomlText, path: "p.toml" });
  if (!read.ok) throw new Error(read.troubles.map((trouble) => sayTrouble(trouble, t)).join("\n"));
  return read.file;
}

const TITLE = 'title = "A box"\n';

describe("a profile file", () => {
  test("gives facts with source and certainty, in the units of the agent", () => {
    const { facts } = fileOf(
      `${TITLE}[board]\nram = ${fact('"240MiB"')}\n[forwarder]\nack_wait = ${fact('"3s"', `${SURE}, note = "n"`)}\n`,
    );
    expect(facts.get("board")?.get("ram")).toEqual({
      value: 240 * 1024 ** 2,
      source: "a test",
      certainty: "assumed",
    });
    expect(facts.get("forwarder")?.get("ackWaitMs")).toMatchObject({ value: 3_000, note: "n" });
  });

  test("keeps a setting as the settings will read it", () => {
    const { settings } = fileOf(`${TITLE}[settings.journal]\ncommit_interval = ${fact('"1s"')}\n`);
    expect(settings).toMatchObject([{ key: "journal.commit_interval", fact: { value: "1s" } }]);
  });

  test("gives what stands there several times in its order", () => {
    const port = (path: string): string =>
      `[[serial.port]]\nvalue = { path = "${path}", use = "gnss", reader = "free" }\nsource = "s"\ncertainty = "reported"\n`;
    const { facts } = fileOf(TITLE + port("/dev/b") + port("/dev/a"));
    expect(facts.get("serial")?.get("ports")).toMatchObject([
      { value: { path: "/dev/b" } },
      { value: { path: "/dev/a" } },
    ]);
  });

  test.each([
    ["no title", "", "p.toml: title: expected text on one line, 1 to 400 characters"],
    [
      "a key that is none",
      `${TITLE}[board]\nramm = ${fact('"1GB"')}\n`,
      "p.toml:3:1: board.ramm: expected a known key (the nearest is board.ram)",
    ],
    [
      "a section that is none",
      `${TITLE}\n[forwader]\n`,
      "p.toml:3:1: forwader: expected a known key (the nearest is forwarder)",
    ],
    [
      "a bare value instead of a fact",
      `${TITLE}[board]\nram = "1GB"\n`,
      'p.toml:3:1: board.ram: expected a fact: a table with value, source and certainty (and, if need be, note); found "1GB"',
    ],
    [
      "a value of another kind",
      `${TITLE}[board]\nram = ${fact("240")}\n`,
      'p.toml:3:9: board.ram.value: expected a size with its unit (kB, MB, GB, KiB, MiB or GiB), from "1MB" to "1024GB"; found 240',
    ],
    [
      "no source",
      `${TITLE}[board]\nram = { value = "1GB", certainty = "assumed" }\n`,
      "p.toml:3:1: board.ram.source: expected text on one line, 1 to 400 characters",
    ],
    [
      "an empty source",
      `${TITLE}[board]\nram = { value = "1GB", source = "", certainty = "assumed" }\n`,
      'p.toml:3:24: board.ram.source: expected text on one line, 1 to 400 characters; found ""',
    ],
    [
      "a certainty that is none",
      `${TITLE}[board]\nram = { value = "1GB", source = "s", certainty = "sure" }\n`,
      'p.toml:3:38: board.ram.certainty: expected one of "measured", "documented", "reported", "assumed"; found "sure"',
    ],
    [
      "an unknown part of a fact",
      `${TITLE}[board]\nram = ${fact('"1GB"', `${SURE}, soucre = "s"`)}\n`,
      "p.toml:3:66: board.ram.soucre: expected a known key (the nearest is board.ram.source)",
    ],
    [
      "one fact where there are several",
      `${TITLE}[quirks]\nknown = ${fact('"own-store"')}\n`,
      "p.toml:3:1: quirks.known: expected one or more facts, each written [[quirks.known]]; found {…}",
    ],
    [
      "a quirk that the agent does not know",
      `${TITLE}[[quirks.known]]\nvalue = "own-stroe"\nsource = "s"\ncertainty = "assumed"\n`,
      /^p\.toml:3:1: quirks\.known\[0\]\.value: expected one of .*"own-store".*; found "own-stroe"$/,
    ],
    [
      "a port with a reader that is none",
      `${TITLE}[[serial.port]]\nvalue = { path = "/dev/a", use = "gnss", reader = "me" }\nsource = "s"\ncertainty = "assumed"\n`,
      'p.toml:3:42: serial.port[0].value.reader: expected one of "forwarder", "system", "free"; found "me"',
    ],
    [
      "a port without its path",
      `${TITLE}[[serial.port]]\nvalue = { use = "gnss", reader = "free" }\nsource = "s"\ncertainty = "assumed"\n`,
      "p.toml:3:1: serial.port[0].value.path: expected an absolute path",
    ],
    [
      "a port with a part that is none",
      `${TITLE}[[serial.port]]\nvalue = { path = "/d", use = "gnss", reader = "free", speed = 9600 }\nsource = "s"\ncertainty = "assumed"\n`,
      "p.toml:3:1: serial.port[0].value: expected a table with path, use, reader; found {…}",
    ],
    [
      "a command in one piece",
      `${TITLE}[forwarder]\nrestart = ${fact('"monit restart lorafwd"')}\n`,
      'p.toml:3:13: forwarder.restart.value: expected a command as a list of words, such as ["monit", "restart", "lorafwd"]; found "monit restart lorafwd"',
    ],
    [
      "a day that is none",
      `${TITLE}[runs]\nnode_end = ${fact('"2027-4-30"')}\n`,
      'p.toml:3:14: runs.node_end.value: expected a day, such as "2027-04-30"; found "2027-4-30"',
    ],
    [
      "a sign with a role that is none",
      `${TITLE}[[recognise.sign]]\nvalue = { file = "/a", role = "says" }\nsource = "s"\ncertainty = "assumed"\n`,
      'p.toml:3:24: recognise.sign[0].value.role: expected one of "suggests", "requires", "excludes"; found "says"',
    ],
    [
      "a default for a path, which a profile may not move",
      `${TITLE}[settings.journal]\npath = ${fact('"/x"')}\n`,
      /^p\.toml:3:1: settings\.journal\.path: expected a setting that a profile may give a default: .*journal\.commit_interval/,
    ],
    [
      "a default that the setting would refuse",
      `${TITLE}[settings.journal]\ncommit_interval = ${fact('"20s"')}\n`,
      /^p\.toml:3:21: settings\.journal\.commit_interval\.value: expected a duration .* to "10s"; found "20s"$/,
    ],
    ["no TOML", 'title = "A', /^p\.toml:1:\d+: expected TOML \(/],
    [
      "a question without what to ask",
      `${TITLE}[[unknown]]\nwhat = "w"\n`,
      "p.toml:2:1: unknown[0].ask: expected text on one line, 1 to 400 characters",
    ],
  ] as [string, string, string | RegExp][])("%s is found", (_what, tomlText, expected) => {
    expect(troublesOf(tomlText)).toEqual([
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    ]);
  });

  test("shows all its troubles at once", () => {
    const tomlText = `${TITLE}[board]\nram = 1\n[runs]\nnode = 2\n[[quirks.known]]\nvalue = "x"\n`;
    // Of the quirk: its value, its source, its certainty.
    expect(troublesOf(tomlText)).toHaveLength(5);
  });
});

describe("a model over its system", () => {
  const whole = (model: string, system: string) =>
    wholeProfile(fileOf(model), fileOf(system), { model: "m", system: "s" });
  const required = [
    `[board]\ncpu = ${fact('"c"')}\narchitecture = ${fact('"armv7"')}`,
    `[runs]\nform = ${fact('"on-box"')}\npackages = ${fact('["ipk"]')}\nnode = ${fact('"22"')}`,
    `node_end = ${fact('"2027-04-30"')}\nnode_from = ${fact('"bundled"')}\nmemory_max = ${fact('"128MB"')}`,
    `[paths]\ndata = ${fact('"/user"')}\ninstall = ${fact('"/user/a"')}\nsettings = ${fact('"/s"')}\njournal = ${fact('"/j"')}`,
    `[service]\nsupervisor = ${fact('"monit"')}\n`,
  ].join("\n");
  const quirk = (id: string): string =>
    `[[quirks.known]]\nvalue = "${id}"\nsource = "s"\ncertainty = "assumed"\n`;

  test("has the model's fact where both have one, and both where there are several: the model's first", () => {
    const model = `title = "M"\nsystems = ["s"]\n[board]\ncpu = ${fact('"the model\'s"')}\n${quirk("own-store")}`;
    const made = whole(model, `title = "S"\n${required}${quirk("stat-ackr-null")}`);
    if (!made.ok) throw new Error("not whole");
    expect(made.profile.board.cpu.value).toBe("the model's");
    expect(made.profile.board.architecture.value).toBe("armv7");
    expect(made.profile.quirks.known.map(({ value }) => value)).toEqual(["own-store", "stat-ackr-null"]);
  });

  test("has the model's default of a setting where both give one", () => {
    const size = (value: string): string => `[settings.journal]\nmax_size = ${fact(`"${value}"`)}\n`;
    const made = whole(
      `title = "M"\nsystems = ["s"]\n${size("64MB")}`,
      `title = "S"\n${required}${size("1GB")}`,
    );
    if (!made.ok) throw new Error("not whole");
    expect(made.profile.settings.map(({ key, fact: { value } }) => [key, value])).toEqual([
      ["journal.max_size", "64MB"],
    ]);
  });

  test("is named by both only where the model has several systems", () => {
    const one = whole(`title = "M"\nsystems = ["s"]\n`, `title = "S"\n${required}`);
    const two = whole(`title = "M"\nsystems = ["s", "r"]\n`, `title = "S"\n${required}`);
    expect(one).toMatchObject({ profile: { name: "m", title: "M" } });
    expect(two).toMatchObject({ profile: { name: "m-s", title: "M, S" } });
  });

  test("lacks nothing that is required: what neither has is a trouble", () => {
    const lacking = required.replace(/node_end = .*\n/, "");
    const made = whole(`title = "M"\nsystems = ["s"]\n`, `title = "S"\n${lacking}`);
    expect(made.ok ? [] : made.troubles.map((trouble) => sayTrouble(trouble, t))).toEqual([
      expect.stringMatching(/^p\.toml: runs\.node_end: expected a fact here or in systems\/s\.toml/),
    ]);
  });
});

describe("reading the folder", () => {
  test("a broken file costs the profiles that need it, never the others", async () => {
    const files = memoryFiles({
      "/p/a.toml": 'title = "A"\nsystems = ["x"]\n',
      "/p/b.toml": "title = 5\n",
    });
    const { profiles, troubles } = await readProfiles(files, "/p", ["a", "b", "c"]);
    expect(profiles).toEqual([]);
    expect(troubles.map((trouble) => sayTrouble(trouble, t))).toEqual([
      "/p/systems/x.toml: expected a profile file; there is none",
      "/p/b.toml:1:1: title: expected text on one line, 1 to 400 characters; found 5",
      "/p/c.toml: expected a profile file; there is none",
    ]);
  });

  test("a file that cannot be read, is no UTF-8 or is too large is a trouble", async () => {
    const broken = memoryFiles({});
    broken.break();
    expect(await readFile(broken, "/p/a.toml")).toMatchObject({
      troubles: [{ expected: { key: "expected.readable", params: { reason: "EIO: disk gone" } } }],
    });
    const denied = new AgentError("FILE_IO", "x", Object.assign(new Error("EACCES: …"), { code: "EACCES" }));
    const refusing = { read: () => Promise.reject(denied) };
    expect(await readFile(refusing, "/p/a.toml")).toMatchObject({
      troubles: [{ expected: { key: "expected.readable", params: { reason: { key: "file.denied" } } } }],
    });
    const files = memoryFiles({
      "/latin": Buffer.from([0x74, 0xe9]),
      "/large": "#".repeat(PROFILE_OCTETS_MAX + 1),
      "/full": TITLE + "#".repeat(PROFILE_OCTETS_MAX - TITLE.length),
    });
    expect(await readFile(files, "/latin")).toMatchObject({ ok: false });
    expect(await readFile(files, "/large")).toMatchObject({ ok: false });
    expect(await readFile(files, "/full")).toMatchObject({ ok: true });
  });
});

/** `edge-agent profiles list|show|check` on made-up boxes, in both languages and as JSON. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import yargs from "yargs";
import { EXIT, exitCodeOf } from "../../../agent/errors.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { profilesCommand } from "../../../agent/profile/commands.ts";
import type { GatewayProfile } from "../../../agent/profile/profile.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { FOLDER, keros5, PC, type Tree } from "./boxes.ts";

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly tree?: Tree;
  readonly language?: Language;
  readonly folder?: string | undefined;
}

/** Runs `edge-agent profiles …` as main.ts does. The box is made up, the profiles are those that are shipped. */
async function run(line: string, options: Options = {}): Promise<Ran> {
  let out = "";
  const box = memoryFiles(options.tree ?? PC);
  const real = openFiles();
  const files = {
    ...box,
    read: (path: string) => (path.startsWith(FOLDER) ? real.read(path) : box.read(path)),
  };
  const t = makeText(options.language ?? "en");
  const folder = "folder" in options ? options.folder : FOLDER;
  const write = (text: string): void => {
    out += text;
  };
  try {
    await yargs(["profiles", ...line.split(" ")])
      .command(profilesCommand({ files, t, folder, write }))
      .exitProcess(false)
      .fail(false)
      .parseAsync();
    return { exit: EXIT.done, out, err: "" };
  } catch (error) {
    return { exit: exitCodeOf(error), out, err: (error as Error).message };
  }
}

describe("profiles list", () => {
  test("has a line for each, and says by what this box is recognised", async () => {
    const { exit, out } = await run("list", { tree: keros5("wiis") });
    expect(exit).toBe(EXIT.done);
    expect(out).toMatch(/^name +form +packages +newest Node\n/);
    expect(out).toMatch(/^kerlink-ibts-keros6 +on-box \(assumed\) +deb, tarball +22, until 2027-04-30$/m);
    expect(out).toMatch(/^kerlink-wirnet-station +companion \(measured\) +/m);
    expect(out).toContain("This box is recognised as kerlink-istation-keros5, by /proc/sys/kernel/hostname,");
  });

  test("says when it is not recognised, or not for sure", async () => {
    expect((await run("list")).out).toContain("This box is not recognised: sx1302-linux is used");
    const tree = { ...keros5("wiis"), "/etc/hostname": "klk-wifc-1\n" };
    expect((await run("list", { tree, language: "fr" })).out).toContain(
      "kerlink-istation-keros5, kerlink-ifemtocell-keros5 conviennent autant",
    );
  });

  test("--json is one document", async () => {
    const { out } = await run("list --json", { tree: keros5("lpbs") });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    const { profiles, recognition } = JSON.parse(out);
    expect(profiles).toHaveLength(15);
    expect(profiles.filter(({ here }: { here: boolean }) => here)).toMatchObject([
      {
        name: "kerlink-ibts-keros5",
        form: "on-box",
        node: "22",
        nodeEnd: "2027-04-30",
        ramOctets: 251658240,
      },
    ]);
    expect(recognition).toMatchObject({ how: "recognised", profile: "kerlink-ibts-keros5", unreadable: [] });
  });
});

describe("profiles show", () => {
  test("says of auto that it is no profile, and what it does", async () => {
    const { exit, err } = await run("show auto");
    expect(exit).toBe(EXIT.usage);
    expect(err).toMatch(/^auto is no profile: .*recognise/);
  });

  test("shows each fact with its certainty and source, in both languages", async () => {
    const { out } = await run("show kerlink-istation-keros5");
    expect(out).toContain("Kerlink Wirnet iStation, KerOS 4/5\nkerlink-istation-keros5\n\nBoard\n");
    expect(out).toContain(
      "  to restart it: monit restart lorafwd\n      documented: ChirpStack documentation, kerlink.md\n",
    );
    expect(out).toContain("  memory: 240MiB\n      assumed: U-Boot log");
    expect(out).toContain("  port (one reader each): path /dev/nmea1, use gnss, reader forwarder\n");
    expect(out).toContain("an error TX_POWER means sent, at another power (tx-power-error-means-sent)");
    expect(out).toContain("  journal.commit_interval: 1s\n      measured:");
    expect(out).toContain("What only a unit can tell\n  kernel version\n      uname -a\n");
    const french = (await run("show kerlink-istation-keros5", { language: "fr" })).out;
    expect(french).toContain("  mémoire vive : 240MiB\n      supposé : U-Boot log");
    expect(french).toContain("Ce que seul l'appareil peut dire");
  });

  test("a command is shown as it is typed, several of anything else with commas", async () => {
    const { out } = await run("show kerlink-istation-keros5");
    expect(out).toContain("  to apply them: /etc/init.d/firewall restart\n");
    expect(out).toContain("  packages, the preferred first: ipk, tarball\n");
  });

  test("a default that is empty text is shown as such, several paths are apart", async () => {
    const { out } = await run("show kerlink-istation-keros5");
    expect(out).toContain('  clock.probe_file: ""\n');
    expect(out).toContain("/etc/lorafwd.toml, /etc/lorafwd/lorafwd.toml");
  });

  test("--json is the profile", async () => {
    const profile = JSON.parse((await run("show sx1302-linux --json")).out) as GatewayProfile;
    expect(profile.forwarder.serverKey).toMatchObject({
      value: "gateway_conf.server_address",
      certainty: "documented",
    });
  });

  test("a name that is none ends with 2 and the nearest, a model with its first profile", async () => {
    expect(await run("show kerlink-ibst-keros6")).toMatchObject({
      exit: EXIT.usage,
      err: "there is no profile kerlink-ibst-keros6 (the nearest is kerlink-ibts-keros6); see: edge-agent profiles list",
    });
    expect((await run("show kerlink-istation")).err).toContain("the nearest is kerlink-istation-keros5");
  });

  test("without the profiles: where they belong, and 3", async () => {
    for (const folder of [undefined, "/nowhere"]) {
      const { exit, err } = await run("show companion", { folder });
      expect(exit).toBe(EXIT.world);
      expect(err).toContain("firmware-profiles/gateways");
    }
  });
});

describe("profiles check", () => {
  const mine = (more: string): Tree => ({
    "/my/box.toml": `title = "Mine"\nsystems = ["debian"]\n${more}`,
  });

  test("without a file, checks those that are shipped", async () => {
    const { exit, out } = await run("check");
    expect(exit).toBe(EXIT.done);
    expect(out.trimEnd().split("\n")).toHaveLength(9);
    expect(out).toContain(`${FOLDER}/companion.toml: the profile is good\n`);
  });

  test("a file of one's own stands on the shipped systems", async () => {
    expect(await run("check /my/box.toml", { tree: mine("") })).toEqual({
      exit: EXIT.done,
      out: "/my/box.toml: the profile is good\n",
      err: "",
    });
  });

  test("or on a system beside it, which must then be good", async () => {
    const tree = { ...mine(""), "/my/systems/debian.toml": 'title = "D"\nbord = 1\n' };
    expect(await run("check /my/box.toml", { tree })).toMatchObject({
      exit: EXIT.usage,
      out: "/my/systems/debian.toml:2:1: bord: expected a known key (the nearest is board)\n",
    });
  });

  test("shows every trouble with file and line, and ends with 2", async () => {
    const tree = mine("[board]\ncpu = 5\n[servise]\n");
    const { exit, out, err } = await run("check /my/box.toml", { tree });
    expect(exit).toBe(EXIT.usage);
    expect(out.trimEnd().split("\n")).toEqual([
      "/my/box.toml:5:1: servise: expected a known key (the nearest is service)",
      "/my/box.toml:4:1: board.cpu: expected a fact: a table with value, source and certainty (and, if need be, note); found 5",
    ]);
    expect(err).toBe("troubles in profiles: 2");
    const french = await run("check /my/box.toml", { tree, language: "fr" });
    expect(french.out).toContain("attendu :");
    expect(french.err).toBe("erreurs dans les profils : 2");
  });

  test("a required fact that is nowhere, a system that is nowhere, a file that is nowhere", async () => {
    const tree = {
      "/a.toml": 'title = "A"\nsystems = ["x"]\n',
      "/systems/x.toml": 'title = "X"\n',
      "/b.toml": 'title = "B"\nsystems = ["none"]\n',
    };
    const { out } = await run("check /a.toml /b.toml /c.toml", { tree });
    expect(out).toContain(
      "/a.toml: board.cpu: expected a fact here or in systems/x.toml, its value text on one line",
    );
    expect(out).toContain(`${FOLDER}/systems/none.toml: expected a profile file; there is none`);
    expect(out).toContain("/c.toml: expected a profile file; there is none");
  });

  test("--json is one document, and the exit code is the same", async () => {
    const { exit, out } = await run("check /my/box.toml --json", { tree: mine("[board]\ncpu = 5\n") });
    expect(exit).toBe(EXIT.usage);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      files: ["/my/box.toml"],
      troubles: [{ code: "wrongValue", file: "/my/box.toml", line: 4, key: "board.cpu", found: "5" }],
    });
  });

  test("the sample in the page's own words: a copy of a shipped model is good under another name", async () => {
    const copy = readFileSync(`${FOLDER}/kerlink-istation.toml`, "utf8");
    expect((await run("check /my/other.toml", { tree: { "/my/other.toml": copy } })).exit).toBe(EXIT.done);
  });
});

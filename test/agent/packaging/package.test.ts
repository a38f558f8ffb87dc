/** What `npm run package` gives: the same octets each time, nothing that does not belong to the box, and no surprise. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readBuiltWallMs } from "../../../agent/host/program.ts";
import { makePackages, PATH, scratch, TOP, tryToPackage } from "./packages.ts";

const EPOCH_S = 1_795_300_000;

function digests(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}

const list = (file: string): string[] =>
  execFileSync("dpkg-deb", ["-c", file], { encoding: "utf8" }).trim().split("\n");

describe("packages for a PC", () => {
  const out = scratch();
  const again = scratch();
  let made: ReturnType<typeof makePackages>;
  beforeAll(() => {
    const words = ["--arch", "x64", "--form", "bundle,deb", "--compression", "none"];
    const env = { SOURCE_DATE_EPOCH: String(EPOCH_S) };
    made = makePackages(out, words, env);
    process.umask(0o077);
    makePackages(again, words, env);
    process.umask(0o022);
  }, 180_000);

  test("two builds give the same octets, whatever the umask and the folder", () => {
    expect(digests(again)).toEqual(digests(out));
  });

  test("the program carries the date of its build, and believes it more than its file's", () => {
    const bundle = made.pathOf("bundle");
    expect(made.report.built).toBe(new Date(EPOCH_S * 1_000).toISOString());
    expect(readBuiltWallMs(join(bundle, "program", "edge-agent.mjs"))).toBe(EPOCH_S * 1_000);
    const elsewhere = scratch(onTestFinished);
    writeFileSync(join(elsewhere, "main.js"), "");
    expect(readBuiltWallMs(join(elsewhere, "main.js"))).toBe(statSync(join(elsewhere, "main.js")).mtimeMs);
  });

  test("the bundle runs, has native parts of one processor only, the profiles, and everybody's licence", () => {
    const bundle = made.pathOf("bundle");
    expect(execFileSync(join(bundle, "edge-agent"), ["--version"], { encoding: "utf8" })).toBe("0.1.0\n");
    const manifest = JSON.parse(readFileSync(join(bundle, "MANIFEST.json"), "utf8"));
    const files: { path: string; sha256: string }[] = manifest.files;
    const natives = files.filter(({ path }) => path.endsWith(".node")).map(({ path }) => path);
    expect(natives).toContain("program/classic-level.node");
    for (const native of natives) expect(readFileSync(join(bundle, native)).readUInt16LE(18)).toBe(0x3e);
    expect(files.map(({ path }) => path)).toContain("firmware-profiles/gateways/kerlink-istation.toml");
    const licences = readFileSync(join(bundle, "LICENCES.txt"), "utf8");
    for (const name of ["Node.js", "classic-level", "mqtt", "protobufjs"])
      expect(licences).toContain(`\n${name} `);
    // LevelDB's own, which is compiled into the native part.
    expect(licences).toContain("The LevelDB Authors");
    const { path, sha256 } = files.find((file) => file.path === "bin/node")!;
    expect(
      createHash("sha256")
        .update(readFileSync(join(bundle, path)))
        .digest("hex"),
    ).toBe(sha256);
  });

  test("an agent that starts finds its code in few files", () => {
    const program = join(made.pathOf("bundle"), "program");
    const files = readdirSync(program).filter((name) => name.endsWith(".mjs"));
    const named = (start: string) => files.filter((name) => name.startsWith(start));
    const runs = named("run-").filter((name) => statSync(join(program, name)).size > 200_000);
    const loaded = new Set(["edge-agent.mjs", ...runs, ...named("chirpstack-mqtt-")]);
    for (const name of loaded)
      for (const [, other] of readFileSync(join(program, name), "utf8").matchAll(
        /(?:from|import)"\.\/([^"]+)"/g,
      ))
        loaded.add(other!);
    expect(runs).toHaveLength(1);
    expect(files.length).toBeGreaterThan(30);
    expect([...loaded]).toHaveLength(6);
  });

  test("the .deb's files are root's and of one date, and nobody else may write them", () => {
    const lines = list(made.pathOf("deb"));
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) {
      expect(line).toMatch(/^(d|-|l)rw[xs-]r[w-][x-]r[w-][x-] +(root\/root)? /);
      expect(line).toContain("root/root");
      expect(line).toContain(new Date(EPOCH_S * 1_000).toISOString().slice(0, 10));
      if (!line.startsWith("l")) expect(line).toMatch(/^.....-..-/);
    }
  });

  test("the .deb says who answers for it, and in a few lines what it is", () => {
    const field = (name: string) =>
      execFileSync("dpkg-deb", ["-f", made.pathOf("deb"), name], { encoding: "utf8" }).trim();
    expect(field("Maintainer")).toMatch(/^[^<>]+ <[^<>@ ]+@[^<>@ ]+\.[^<>@ ]+>$/);
    const [summary = "", ...more] = field("Description").split("\n");
    expect(summary.length).toBeLessThan(80);
    expect(more.length).toBeGreaterThanOrEqual(2);
    for (const line of more) expect(line).toMatch(/^ \S.{0,79}$/);
  });

  test("systemd takes the unit, and finds little that an intruder could do", () => {
    const root = scratch(onTestFinished);
    execFileSync("dpkg-deb", ["-x", made.pathOf("deb"), root]);
    const unit = join(root, "edge-agent.service");
    const text = readFileSync(join(root, "usr/lib/systemd/system/edge-agent.service"), "utf8");
    const verify = (unitText: string) => {
      writeFileSync(unit, unitText.replaceAll("/usr/lib/edge-agent", join(root, "usr/lib/edge-agent")));
      const { status, stderr } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
      // Known to systemd from 254 on only; without them the pause is always the same.
      const rest = stderr
        .split("\n")
        .filter((line) => line !== "" && !/Unknown key '?(name ')?Restart(Steps|MaxDelaySec)/.test(line));
      return { status, rest };
    };
    expect(verify(text)).toEqual({ status: 0, rest: [] });
    expect(verify(text.replace("ProtectProc=invisible", "ProtectProc=vanished")).rest).not.toEqual([]);
    verify(text);
    const { stdout } = spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", unit], {
      encoding: "utf8",
    });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    expect(exposure).toBeLessThanOrEqual(2);
    expect(text.replaceAll(/^#.*$/gm, "")).not.toMatch(
      /reboot|FailureAction|StartLimitAction|RuntimeWatchdog/,
    );
  });
});

test("a tarball's script installs, upgrades, rolls back and removes without root, and refuses what does not run", () => {
  const made = (revision: string) => {
    const out = scratch(onTestFinished);
    const file = makePackages(out, ["--arch", "x64", "--form", "tar", "--revision", revision]).pathOf("tar");
    execFileSync("tar", ["-xzf", file, "-C", out]);
    return join(out, `edge-agent-0.1.0-${revision}-x64`);
  };
  const first = made("1");
  const prefix = join(scratch(onTestFinished), "opt", "edge-agent");
  const install = (from: string, act: string) => {
    const ran = spawnSync(join(from, "install.sh"), [act, "--prefix", prefix, "--no-service"], {
      encoding: "utf8",
    });
    return { status: ran.status, said: ran.stderr };
  };
  const current = () => execFileSync("readlink", [join(prefix, "current")], { encoding: "utf8" }).trim();

  expect(install(first, "install").status).toBe(0);
  expect(execFileSync(join(prefix, "current", "edge-agent"), ["--version"], { encoding: "utf8" })).toBe(
    "0.1.0\n",
  );
  expect(install(first, "rollback").status).toBe(1);
  mkdirSync(join(prefix, "journal"));

  writeFileSync(join(first, "version"), "0.1.0-2\n");
  expect(install(first, "upgrade").status).toBe(0);
  expect(current()).toBe("versions/0.1.0-2");
  expect(install(first, "rollback").status).toBe(0);
  expect(current()).toBe("versions/0.1.0-1");

  writeFileSync(join(first, "version"), "0.1.0-3\n");
  const launcher = join(first, "bundle", "edge-agent");
  const sound = readFileSync(launcher);
  writeFileSync(launcher, "#!/bin/sh\nkill -ILL $$\n");
  expect(install(first, "upgrade")).toMatchObject({
    status: 3,
    said: expect.stringContaining("does not run on this box"),
  });
  expect(current()).toBe("versions/0.1.0-1");
  writeFileSync(launcher, sound);

  expect(install(first, "remove").status).toBe(0);
  expect(readdirSync(prefix)).toEqual(["journal"]);
}, 180_000);

describe("the command", () => {
  test.each([
    [["--arch", "mips"], "--arch"],
    [["--arch", "x64", "--form", "ipk"], "armv7 only"],
    [["--arch", "armv7", "--form", "ipk-removal"], "--over VERSION is missing"],
    [["--arch", "x64", "--node", "/tmp/node.tar.xz"], "--node-sha256"],
    [["--arch", "x64", "--colour"], "--colour"],
  ])("%j is wrong usage: exit code 2, and says why", (words, why) => {
    const { status, stdout, stderr } = tryToPackage(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(why);
  });

  test("takes Node from an archive only when its digest is the one that was given", () => {
    const folder = scratch(onTestFinished);
    const top = join(folder, "node-v22.99.1-linux-x64");
    mkdirSync(join(top, "bin"), { recursive: true });
    writeFileSync(join(top, "bin", "node"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(top, "LICENSE"), "as it says");
    const archive = join(folder, "node.tar.gz");
    execFileSync("tar", ["-czf", archive, "-C", folder, "node-v22.99.1-linux-x64"], {
      env: { ...process.env, PATH },
    });
    const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
    const words = ["--arch", "x64", "--form", "bundle", "--node", archive, "--node-sha256"];
    const { report } = makePackages(scratch(onTestFinished), [...words, sha256]);
    expect(report.parts[0]).toEqual({ name: "node", version: "22.99.1", digest: `sha256:${sha256}` });
    const refused = tryToPackage([...words, "0".repeat(64), "--out", scratch(onTestFinished)]);
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining(sha256) });
  });

  test("pins name a digest for everything that is fetched", () => {
    const pins = JSON.parse(readFileSync(join(TOP, "agent/packaging/pins.json"), "utf8"));
    for (const { integrity, endOfLife } of Object.values<Record<string, string>>(pins.node)) {
      expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/);
      expect(endOfLife).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
    for (const { sha256 } of pins.libraries.armhf) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

test("settings that packages bring as examples are sound", () => {
  for (const file of ["debian/agent.toml", "keros/agent.toml"]) {
    const path = join(TOP, "agent/packaging", file);
    const words = [
      "--import",
      "tsx",
      join(TOP, "agent", "main.ts"),
      "config",
      "check",
      "--json",
      "--config",
      path,
    ];
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8", cwd: TOP });
    expect({ status, file, troubles: JSON.parse(stdout).troubles }).toEqual({
      status: 0,
      file,
      troubles: [],
    });
  }
});

test("every script is clean to shellcheck", () => {
  const folder = join(TOP, "agent", "packaging");
  const scripts = ["scripts", "debian", "keros", "tarball"]
    .flatMap((part) => readdirSync(join(folder, part)).map((name) => join(folder, part, name)))
    .filter((path) => readFileSync(path, "utf8").startsWith("#!/bin/sh"));
  expect(scripts.length).toBeGreaterThan(9);
  const ran = spawnSync("shellcheck", ["-s", "sh", "-S", "warning", ...scripts], { encoding: "utf8" });
  expect(ran).toMatchObject({ status: 0, stdout: "" });
});

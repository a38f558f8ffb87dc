/**
 * Goal: the .ipk does on KerOS 4 and 5 what it should, and no harm: installed, upgraded and removed, with the agent
 * kept running by its keeper and by monit.
 * Method: a made-up KerOS tree (BusyBox and nothing else; monit and the firewall's script write down how they are
 * called), entered by chroot; the packages' own scripts are run as opkg runs them. The program is a script there that
 * does as it is told: the real one for armv7 has its own test.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../until.ts";
import { inside, makePackages, PATH, scratch } from "./packages.ts";

const UID = 61_700;
const APPLETS =
  "sh cat cp mv rm ln mkdir mkfifo mknod chmod chown chroot grep sed awk df id kill sleep tr readlink start-stop-daemon logger ps echo ls tail touch env true false";
/** What the made-up program does when it is called; `/control` in the tree says how. */
const PROGRAM = `#!/bin/sh
# Before anybody knows that it runs, and may send one.
trap 'echo TERM >>/calls/signals; exit 0' TERM
trap 'echo HUP >>/calls/signals' HUP
read -r upS _ </proc/uptime
[ "$1" != run ] || echo "$upS" >>/calls/uptimes
echo "$(id -u) $*" >>/calls/agent
case $1 in
  --version) exit "$(cat /control/version 2>/dev/null || echo 0)" ;;
  restore) exit "$(cat /control/restore 2>/dev/null || echo 0)" ;;
  run)
    [ -s /control/dies ] && exit "$(cat /control/dies)"
    while :; do sleep 1 & wait $!; done ;;
esac
`;

const out = scratch();
let ipk: string;
let removal: string;
beforeAll(() => {
  const words = ["--arch", "armv7", "--form", "bundle,ipk,ipk-removal", "--over", "0.9.0-r3"];
  const made = makePackages(out, words);
  ipk = made.pathOf("ipk");
  removal = made.pathOf("ipk-removal");
}, 180_000);

const boxes: Box[] = [];
afterEach(() => {
  for (const box of boxes.splice(0)) box.destroy();
});

interface Box {
  readonly root: string;
  /** Runs a line in the tree. @returns its exit code and what it said. */
  sh(line: string, env?: Readonly<Record<string, string>>): { code: number | null; said: string };
  /** Unpacks a package over what is there. */
  unpack(file: string): void;
  /** Runs a script of a package, as opkg does. */
  script(file: string, name: string, ...words: string[]): { code: number | null; said: string };
  calls(what: string): string[];
  tell(what: string, value: string): void;
  read(path: string): string;
  destroy(): void;
}

function box(): Box {
  const root = mkdtempSync(join(tmpdir(), "keros-"));
  for (const path of "bin proc tmp calls control var/run user dev etc/init.d etc/monit.d etc/firewall.d usr/bin etc/rc5.d".split(
    " ",
  ))
    mkdirSync(join(root, path), { recursive: true });
  chmodSync(join(root, "calls"), 0o777);
  copyFileSync("/bin/busybox", join(root, "bin/busybox"));
  for (const applet of APPLETS.split(" ")) symlinkSync("busybox", join(root, "bin", applet));
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");
  writeFileSync(join(root, "dev/null"), "");
  chmodSync(join(root, "dev/null"), 0o666);
  for (const [path, name] of [
    ["usr/bin/monit", "monit"],
    ["etc/init.d/firewall", "firewall"],
  ] as const)
    writeFileSync(join(root, path), `#!/bin/sh\necho "$*" >>/calls/${name}\n`, { mode: 0o755 });
  const sh: Box["sh"] = (line, env = {}) => {
    const [program, ...words] = [...inside(root), "/bin/sh", "-c", line];
    const ran = spawnSync(program!, words, {
      encoding: "utf8",
      env: { PATH: "/bin:/usr/bin:/sbin:/usr/sbin", ...env },
    });
    return { code: ran.status, said: `${ran.stdout}${ran.stderr}` };
  };
  const made: Box = {
    root,
    sh,
    unpack: (file) => {
      execFileSync("dpkg-deb", ["-x", file, root]);
      // The big parts are not for this processor.
      rmSync(join(root, "user/edge-agent/current/bin"), { recursive: true, force: true });
      const program = join(root, "user/edge-agent/current/edge-agent");
      if (existsSync(program)) writeFileSync(program, PROGRAM, { mode: 0o755 });
    },
    script: (file, name, ...words) => {
      const folder = mkdtempSync(join(root, "tmp", "control-"));
      execFileSync("dpkg-deb", ["-e", file, folder]);
      const path = join(folder.slice(root.length), name);
      return existsSync(join(folder, name))
        ? sh(`/bin/sh ${path} ${words.join(" ")}`)
        : { code: 0, said: "" };
    },
    calls: (what) => {
      const file = join(root, "calls", what);
      return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    },
    tell: (what, value) => writeFileSync(join(root, "control", what), value),
    read: (path) => readFileSync(join(root, path), "utf8"),
    destroy: () => {
      sh("/etc/init.d/edge-agent stop; kill $(cat /var/run/edge-agent.pid) 2>/dev/null");
      endWithin(root);
      rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
  boxes.push(made);
  return made;
}

/** Whatever still runs in the box, a keeper that a test has cut off from its pid file too. */
function endWithin(root: string): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (readlinkSync(`/proc/${pid}/root`) === root) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** As kerosd does it: preinst, files, postinst. @param configured settings lie there when the service starts. */
function install(at: Box, configured = false): void {
  expect(at.script(ipk, "preinst", "install").code).toBe(0);
  at.unpack(ipk);
  if (configured) configure(at);
  expect(at.script(ipk, "postinst", "configure").code).toBe(0);
}

async function installRunning(at: Box): Promise<void> {
  install(at, true);
  await until(() => runs(at).length === 1, "the agent");
}

function configure(at: Box): void {
  writeFileSync(join(at.root, "user/edge-agent/etc/agent.toml"), "[[core]]\n");
}

const running = (at: Box): boolean => at.sh("/etc/init.d/edge-agent status").code === 0;
const runs = (at: Box): string[] => at.calls("agent").filter((call) => call.includes(" run "));

describe("the .ipk on KerOS 4 and 5", () => {
  test("gives nothing of root's away when the agent puts links where it may write", () => {
    const at = box();
    install(at, true);
    expect(at.sh("/etc/init.d/edge-agent stop").code).toBe(0);
    writeFileSync(join(at.root, "etc/shadow"), "root:secret\n", { mode: 0o600 });
    const wish = "/var/run/edge-agent/forwarder-restart";
    // Somebody has allowed the agent to write its settings.
    at.sh("chmod 0770 /user/edge-agent/etc");
    for (const target of ["/etc/shadow", "/etc/nothing"]) {
      at.sh(`rm -f ${wish}; ln -s ${target} ${wish}`);
      at.sh(`rm -f /user/edge-agent/etc/agent.toml; ln -s ${target} /user/edge-agent/etc/agent.toml`);
      at.sh("/etc/init.d/edge-agent start");
      at.sh("/etc/init.d/edge-agent stop");
    }
    const { uid, gid, mode } = statSync(join(at.root, "etc/shadow"));
    expect([uid, gid, mode & 0o777]).toEqual([0, 0, 0o600]);
    expect(at.read("etc/shadow")).toBe("root:secret\n");
    expect(existsSync(join(at.root, "etc/nothing"))).toBe(false);
    at.sh(`rm -f ${wish}; /etc/init.d/edge-agent start`);
    expect(statSync(join(at.root, wish)).uid).toBe(UID);
  });

  test("waits without touching anything until there are settings, then runs as a user of its own", async () => {
    const at = box();
    install(at);
    expect(running(at)).toBe(true);
    expect(runs(at)).toEqual([]);
    expect(at.calls("monit")).toContain("reload");
    expect(at.calls("firewall")).toContain("restart");

    configure(at);
    expect(at.sh("/etc/init.d/edge-agent restart").code).toBe(0);
    await until(() => runs(at).length >= 1, "the agent");
    expect(runs(at)[0]).toBe(`${UID} run --config /user/edge-agent/etc/agent.toml`);
    const { uid, mode } = statSync(join(at.root, "user/edge-agent/journal"));
    expect([uid, mode & 0o777]).toEqual([UID, 0o750]);
    expect(statSync(join(at.root, "user/edge-agent/etc/agent.toml")).mode & 0o777).toBe(0o640);
    // Where the commands look for it.
    expect(at.sh("cat /etc/edge-agent/agent.toml").said).toBe("[[core]]\n");
    const pid = at.read("var/run/edge-agent.pid").trim();
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8").trim()).toBe("500");
  });

  test("an agent that dies at once comes back after ever longer pauses, and the box is left alone", async () => {
    const at = box();
    install(at);
    // Or the keeper that waits for settings would begin, too.
    expect(at.sh("/etc/init.d/edge-agent stop").code).toBe(0);
    configure(at);
    at.tell("dies", "3");
    const env = { EDGE_AGENT_PAUSE_FIRST: "1", EDGE_AGENT_PAUSE_MAX: "4" };
    expect(at.sh("/etc/init.d/edge-agent start", env).code).toBe(0);
    await until(() => runs(at).length >= 4, "four starts");
    expect(running(at)).toBe(true);
    const [first = 0, second = 0, third = 0, fourth = 0] = at.calls("uptimes").map(Number);
    // The kernel's hundredths are cut off.
    expect(second - first).toBeGreaterThan(0.98);
    expect(third - second).toBeGreaterThan(1.98);
    expect(fourth - third).toBeGreaterThan(3.98);
    expect(at.calls("monit").join()).not.toMatch(/reboot|start|restart/);
  });

  test("a keeper that was killed leaves no second agent behind; stop and HUP reach the agent", async () => {
    const at = box();
    await installRunning(at);
    at.sh("/etc/init.d/edge-agent reload");
    await until(() => at.calls("signals").includes("HUP"), "HUP");
    at.sh("kill -9 $(cat /var/run/edge-agent.pid)");
    at.sh("/etc/init.d/edge-agent start");
    await until(() => runs(at).length === 2, "a second start");
    await until(() => at.calls("signals").length === 2, "the end of the first");
    expect(at.calls("signals")).toEqual(["HUP", "TERM"]);
    expect(at.sh("/etc/init.d/edge-agent stop").code).toBe(0);
    await until(() => at.calls("signals").length === 3, "TERM");
    expect(running(at)).toBe(false);
  });

  test("an upgrade keeps settings, journal and forwarder, and starts the new program", async () => {
    const at = box();
    await installRunning(at);
    writeFileSync(join(at.root, "user/edge-agent/journal/000001.log"), "frames");

    expect(at.script(ipk, "prerm", "upgrade", "0.9.1-r1").code).toBe(0);
    expect(running(at)).toBe(true);
    install(at);
    await until(() => runs(at).length === 2, "the new agent");
    expect(at.read("user/edge-agent/journal/000001.log")).toBe("frames");
    expect(at.read("user/edge-agent/etc/agent.toml")).toBe("[[core]]\n");
    expect(at.calls("agent").some((call) => call.includes("restore"))).toBe(false);
  });

  test("removal hands the forwarder back first, stops, and leaves the box's own files as they were", async () => {
    const at = box();
    const before = [at.read("etc/passwd"), at.read("etc/group")];
    await installRunning(at);
    expect(at.read("etc/passwd")).toContain("edge-agent");

    expect(at.script(ipk, "prerm", "remove").code).toBe(0);
    expect(at.calls("agent").slice(-2)).toEqual(["0 --version", "0 restore --yes"]);
    expect(running(at)).toBe(false);
    expect(at.script(ipk, "postrm", "remove").code).toBe(0);
    expect([at.read("etc/passwd"), at.read("etc/group")]).toEqual(before);
    expect(at.read("user/edge-agent/etc/agent.toml")).toBe("[[core]]\n");
  });

  test.each([
    ["could not hand the forwarder back", "restore", "3", 1],
    ["knows no such command", "restore", "2", 0],
    ["does not run at all", "version", "132", 0],
  ])("removal when the agent %s ends with %s %s: %i", (_, what, status, code) => {
    const at = box();
    install(at);
    at.tell(what, status);
    const { code: ended, said } = at.script(ipk, "prerm", "remove");
    expect(ended).toBe(code);
    expect(running(at)).toBe(code === 1);
    if (code === 1) {
      expect(said).toContain("EDGE_AGENT_REMOVE=anyway");
      expect(at.sh("EDGE_AGENT_REMOVE=anyway /user/edge-agent/current/restore-forwarder").code).toBe(0);
    }
  });

  test("the package that removes does the same on a box that only installs", () => {
    const at = box();
    install(at);
    configure(at);
    expect(at.script(removal, "preinst", "upgrade").code).toBe(0);
    // The keeper that waits for settings may have begun meanwhile.
    expect(
      at
        .calls("agent")
        .filter((call) => !call.includes(" run "))
        .at(-1),
    ).toBe("0 restore --yes");
    expect(running(at)).toBe(false);
    at.unpack(removal);
    expect(at.script(removal, "postinst", "configure").code).toBe(0);
    expect(existsSync(join(at.root, "etc/monit.d/edge-agent"))).toBe(false);
    expect(at.read("etc/passwd")).not.toContain("edge-agent");
  });

  test("versions rise, also for an older program over a newer one and for the package that removes", () => {
    const versionOf = (file: string) =>
      execFileSync("dpkg-deb", ["-f", file, "Version"], { encoding: "utf8" }).trim();
    const rises = (a: string, b: string) =>
      spawnSync("dpkg", ["--compare-versions", a, "lt", b]).status === 0;
    expect(versionOf(ipk)).toMatch(/^0\.9\.0-r3\+back\d+\.\d+\.\d+$/);
    for (const file of [ipk, removal]) {
      expect(rises("0.9.0-r3", versionOf(file))).toBe(true);
      expect(rises(versionOf(file), "0.9.0-r4")).toBe(true);
    }
  });

  test("is of arch klkgw, and keeps over an upgrade of KerOS all that it puts outside /user", () => {
    const field = (name: string) => execFileSync("dpkg-deb", ["-f", ipk, name], { encoding: "utf8" }).trim();
    expect([field("Package"), field("Architecture")]).toEqual(["edge-agent", "klkgw"]);
    const listed = execFileSync("dpkg-deb", ["-c", ipk], { encoding: "utf8" })
      .split("\n")
      .filter((line) => /^[-l]/.test(line))
      .map((line) => line.split(/\s+/)[5]!.slice(1));
    const at = box();
    install(at);
    const kept = at.read("etc/sysupgrade.d/edge-agent.conf").trim().split("\n");
    expect(kept.sort()).toEqual(listed.filter((path) => !path.startsWith("/user/")).sort());
  });
});

test("monit takes its file, and nothing in it can reboot the box", () => {
  const at = box();
  at.unpack(ipk);
  const file = join(at.root, "etc/monit.d/edge-agent");
  const said = at.read("etc/monit.d/edge-agent").replaceAll(/^#.*$/gm, "");
  // All that root runs for the agent, beside its own script.
  expect(said.match(/exec .*/g)).toEqual([
    'exec "/user/edge-agent/current/restart-forwarder /var/run/edge-agent/forwarder-restart"',
  ]);
  const helper = at.read("user/edge-agent/current/restart-forwarder");
  expect(`${said}${helper.replaceAll(/^#.*$/gm, "")}`).not.toMatch(/reboot|halt|poweroff|shutdown|kerosd/);
  const ran = spawnSync("monit", ["-t", "-c", file], { encoding: "utf8", env: { ...process.env, PATH } });
  expect(`${ran.stdout}${ran.stderr}`).toContain("Control file syntax OK");
});

test.each([
  ["rules", "iptables-restore"],
  ["v6rules", "ip6tables-restore"],
])("the firewall's %s are taken by %s", (suffix, program) => {
  const at = box();
  at.unpack(ipk);
  const rules = at.read(`etc/firewall.d/edge-agent.${suffix}`);
  const restore = (text: string) =>
    spawnSync("unshare", ["-rn", program, "--test", "--noflush"], {
      input: text,
      encoding: "utf8",
      env: { ...process.env, PATH },
    });
  expect(restore(rules)).toMatchObject({ status: 0, stderr: "" });
  expect(restore(rules.replace("--dport", "--dprt")).status).not.toBe(0);
  for (const port of [1883, 8883]) expect(rules).toContain(`-I OUTPUT -p tcp --dport ${port} -j ACCEPT`);
  expect(rules).not.toMatch(/^-A/m);
});

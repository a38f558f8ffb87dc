/**
 * Goal: the .deb lives a whole life on a Debian: installed, upgraded with a full journal, rolled back, removed, purged.
 * Nothing that was kept is lost on the way, and nothing is left at the end.
 * Method: a fresh Debian by debootstrap, from the mirror that this machine uses, entered by chroot; the agent started
 * there as the user that the package made. A long run's test: the Debian alone takes minutes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../free-port.ts";
import { startMosquitto } from "../../mosquitto.ts";
import { until } from "../../until.ts";
import { readUplink } from "../chirpstack.ts";
import { endAll, reader } from "../north/mosquitto-core.ts";
import { EUI, openForwarder, startAgent } from "../run-rig.ts";
import { inside, makePackages, PATH, scratch } from "./packages.ts";
import { fill } from "./pipeline.ts";

const STORED = 2_000;
const ENOUGH = 100;
const env = { PATH, LANG: "C", DEBIAN_FRONTEND: "noninteractive" };
/** What any package leaves behind, and what the box writes by itself. */
const NOT_OURS =
  /^\/(proc|sys|dev|run|tmp|var\/(lib\/dpkg|cache|log))(\/|$)|^\/etc\/(passwd|group|shadow|gshadow)-$/;

test.runIf(process.env.LONG)(
  "the .deb installs, upgrades with a full journal, rolls back and goes without a trace",
  { timeout: 1_800_000 },
  async () => {
    const root = debian();
    const before = filesOf(root);
    const first = deb("1");
    const second = deb("2");
    const chroot = (...words: string[]) => {
      const [program, ...rest] = [...inside(root), ...words];
      const ran = spawnSync(program!, rest, { encoding: "utf8", env });
      return { code: ran.status, said: `${ran.stdout}${ran.stderr}` };
    };
    const dpkg = (...words: string[]) => {
      const ran = chroot("dpkg", ...words);
      expect(ran, ran.said).toMatchObject({ code: 0 });
      return ran.said;
    };
    const put = (file: string): string => {
      execFileSync("cp", [file, join(root, "tmp", "edge-agent.deb")]);
      return dpkg("--install", "/tmp/edge-agent.deb");
    };

    expect(put(first)).toContain("waits for /etc/edge-agent/agent.toml");
    expect(chroot("edge-agent", "--version")).toEqual({ code: 0, said: "0.1.0\n" });
    expect(chroot("id", "-un", "edge-agent").said).toBe("edge-agent\n");
    const port = await freePort();
    writeFileSync(join(root, "etc/edge-agent/agent.toml"), settings(port));
    const start = () => {
      const program = [...inside(root, "edge-agent"), "/usr/bin/edge-agent"];
      return startAgent(["run", "--config", "/etc/edge-agent/agent.toml"], { program, readyMsMax: 60_000 });
    };

    const filling = await start();
    const forwarder = await openForwarder(filling.port);
    await fill(forwarder, filling, 0, STORED);
    expect((await filling.stop()).code).toBe(0);
    const journal = join(root, "var/lib/edge-agent/journal");
    expect(statSync(journal).uid).toBe(Number(chroot("id", "-u", "edge-agent").said));

    onTestFinished(endAll);
    const mosquitto = await startMosquitto({ port });
    onTestFinished(mosquitto.kill);
    const heard = new Set<string>();
    const lns = await reader(mosquitto, `eu868/gateway/${EUI}/event/up`);
    lns.client.on("message", (_topic, payload) => heard.add(readUplink(payload).phy));
    const deliver = async (wanted: number): Promise<void> => {
      const agent = await start();
      await until(() => heard.size >= wanted, `${wanted} frames`, 60_000).catch((error: Error) => {
        throw new Error(`${error.message}: ${heard.size} came\n${agent.stderr().slice(-2_000)}`);
      });
      expect((await agent.stop()).code).toBe(0);
    };

    const kept = readFileSync(join(root, "etc/edge-agent/agent.toml"), "utf8");
    put(second);
    expect(dpkg("--status", "edge-agent")).toContain("Version: 0.1.0-2");
    await deliver(ENOUGH);
    put(first);
    expect(dpkg("--status", "edge-agent")).toContain("Version: 0.1.0-1");
    await deliver(heard.size + ENOUGH);
    expect(readFileSync(join(root, "etc/edge-agent/agent.toml"), "utf8")).toBe(kept);

    dpkg("--remove", "edge-agent");
    expect(existsSync(join(root, "usr/lib/edge-agent"))).toBe(false);
    expect(existsSync(join(root, "etc/edge-agent/agent.toml"))).toBe(true);
    expect(readdirSync(journal).length).toBeGreaterThan(0);
    dpkg("--purge", "edge-agent");
    expect(filesOf(root)).toEqual(before);
    expect(chroot("getent", "passwd", "edge-agent").code).not.toBe(0);
  },
);

function debian(): string {
  const root = join(scratch(onTestFinished), "debian");
  const suite = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))![1]!;
  execFileSync("debootstrap", ["--variant=minbase", suite, root, mirror()], { stdio: "pipe", env });
  return root;
}

/** Where this machine has its Debian from. */
function mirror(): string {
  const words = ["indextargets", "--format", "$(SITE)", "Created-By: Packages", "Label: Debian"];
  const sites = execFileSync("apt-get", words, { encoding: "utf8" }).trim().split("\n");
  expect(sites[0]).toMatch(/^https?:/);
  return sites[0]!;
}

function deb(revision: string): string {
  const words = ["--arch", "x64", "--form", "deb", "--compression", "none", "--revision", revision];
  return makePackages(scratch(onTestFinished), words).pathOf("deb");
}

function settings(port: number): string {
  return `[forwarder]
listen = "127.0.0.1:0"
[journal]
path = "/var/lib/edge-agent/journal"
[control]
socket = "/var/lib/edge-agent/control.sock"
[[core]]
servers = ["mqtt://127.0.0.1:${port}"]
replay_pairing = false
`;
}

/** Every path of the box but those that change by themselves. */
function filesOf(root: string): string[] {
  const found = execFileSync("find", [root, "-xdev"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return found
    .trim()
    .split("\n")
    .map((path) => path.slice(root.length))
    .filter((path) => !NOT_OURS.test(path))
    .sort();
}

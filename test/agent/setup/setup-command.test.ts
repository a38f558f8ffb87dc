/**
 * The real command on a made-up box, with real processes: the built agent and a packet forwarder, restarted by a
 * `systemctl` that stands first in the PATH, and a network server behind Semtech UDP that must never notice.
 */
import { execFile, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { readUpward, writePullAck, writePushAck } from "../../../agent/lorawan/gwmp.ts";
import { freePort } from "../../free-port.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";
import { dataPhy } from "../agent-world.ts";
import { keros6 } from "../profile/boxes.ts";
import { type Ran, runCommand } from "../run-rig.ts";
import { EUI, makeBox } from "./made-up-box.ts";

const NOBODY = 65_534;
/** The fake forwarder's PULL_DATA has this token, which an agent's hardly ever has. */
const ITS_TOKEN = "f00d";
/** From the network server to itself. */
const MARK = Buffer.from("mark");

/** Today's network server: acknowledges, and remembers who spoke. */
async function openLns() {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const heard = { fromForwarder: 0, pulls: 0, pushes: 0 };
  let marks = 0;
  socket.on("message", (bytes, from) => {
    if (bytes.equals(MARK)) marks += 1;
    const read = readUpward(bytes);
    if (!read.ok) return;
    const { kind, version, token, gatewayEui } = read.value;
    if (gatewayEui !== EUI) return;
    if (kind === "pullData") {
      heard.pulls += 1;
      if (Buffer.from(token).toString("hex") === ITS_TOKEN) heard.fromForwarder += 1;
      socket.send(writePullAck(version, token), from.port, from.address);
    } else if (kind === "pushData") {
      heard.pushes += 1;
      socket.send(writePushAck(version, token), from.port, from.address);
    }
  });
  const { port } = socket.address();
  /** Resolves when all that was sent to it before has been heard. */
  const caughtUp = async (): Promise<void> => {
    const before = marks;
    socket.send(MARK, port, "127.0.0.1");
    await until(() => marks > before, "the server's own datagram");
  };
  return { port, heard, caughtUp };
}

/** A KerOS 6 box with processes of its own. */
function liveBox(server: number) {
  const toml = `# ours\n[gwmp]\nnode = "127.0.0.1" # today's\nservice.uplink = ${server}\nservice.downlink = ${server}\n`;
  const box = makeBox({ tree: { ...keros6("wiis"), "/etc/lorafwd.toml": toml } });
  const { root } = box;
  // The agent is a real one: its journal and its socket are where it can have them.
  box.write(
    "/etc/edge-agent/agent.toml.example",
    `[journal]\npath = "${root}/journal"\n[control]\nsocket = "${root}/c.sock"\n[[core]]\nservers = ["mqtt://core.example"]\n`,
  );
  const program = join(root, "forwarder.mjs");
  buildSync({
    entryPoints: [join(import.meta.dirname, "forwarder-program.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
  });
  const phy = Buffer.from(dataPhy("26011bda", 1), "hex").toString("base64");
  const forwarder = `${process.execPath} ${program} ${root}/etc/lorafwd.toml ${EUI} ${phy}`;
  const agent = `${process.execPath} ${inject("builtAgent")} run --config ${root}/etc/edge-agent/agent.toml`;
  mkdirSync(join(root, "bin"));
  writeFileSync(
    join(root, "bin/systemctl"),
    `#!/bin/sh
echo "$*" >>${root}/ran
pidfile=${root}/$2.pid
case "$*" in
  "restart lorafwd") line="${forwarder}" ;;
  "restart edge-agent") line="${agent}" ;;
  "is-active lorafwd") kill -0 "$(cat "$pidfile")"; exit ;;
  *) exit 1 ;;
esac
[ -f "$pidfile" ] && kill "$(cat "$pidfile")"
$line >${root}/$2.log 2>&1 </dev/null &
echo $! >"$pidfile"
`,
  );
  chmodSync(join(root, "bin/systemctl"), 0o755);
  onTestFinished(() => {
    for (const name of ["lorafwd", "edge-agent"]) {
      const pidfile = join(root, `${name}.pid`);
      if (existsSync(pidfile)) spawnSync("kill", ["-KILL", readFileSync(pidfile, "utf8").trim()]);
    }
  });
  const env = { PATH: `${root}/bin:${process.env.PATH}`, HOME: "/", LANG: "C" };
  return {
    ...box,
    env,
    toml,
    ran: () => readFileSync(join(root, "ran"), "utf8").trim().split("\n"),
    /** In the background, so that the network server goes on answering. */
    run: (words: readonly string[]): Promise<Ran> =>
      new Promise((resolve) => {
        const argv = [inject("builtAgent"), ...words, "--root", root];
        const child = execFile(process.execPath, argv, { env }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        });
        child.stdin?.end();
      }),
  };
}

describe("on a box with real processes", () => {
  test("today's server goes on hearing everything: through the agent after setup, directly after restore", async () => {
    const lns = await openLns();
    const box = liveBox(lns.port);
    const systemctl = join(box.root, "bin/systemctl");
    execFile(systemctl, ["restart", "lorafwd"]);
    await until(() => lns.heard.fromForwarder > 0, "the server to hear the forwarder");

    const address = `127.0.0.1:${await freePort()}`;
    const set = await box.run(["setup", "--yes", "--json", "--listen", address]);
    expect(set.stderr).not.toContain("failed");
    expect(set.code).toBe(0);
    expect(JSON.parse(set.stdout)).toMatchObject({
      outcome: "changed",
      profile: "kerlink-istation-keros6",
      seenThrough: "agent",
      gatewayEui: EUI,
      formerServer: { kind: "server", core: `udp://127.0.0.1:${lns.port}` },
    });
    expect(box.ran().slice(-2)).toEqual(["restart edge-agent", "restart lorafwd"]);
    // The forwarder has spoken to it until it was restarted.
    await lns.caughtUp();
    const before = { ...lns.heard };
    await until(() => lns.heard.pulls > before.pulls, "the agent's own PULL_DATA at the server");
    await until(() => lns.heard.pushes > before.pushes, "an uplink at the server, through the agent");
    expect(lns.heard.fromForwarder, "none of it from the forwarder itself").toBe(before.fromForwarder);

    const again = await box.run(["setup", "--yes", "--json"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: "unchanged", files: [] });

    const back = await box.run(["restore", "--yes", "--quiet"]);
    expect(back).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(box.read("/etc/lorafwd.toml")).toBe(box.toml);
    await until(
      () => lns.heard.fromForwarder > before.fromForwarder,
      "the server to hear the forwarder again",
    );
  }, 60_000);

  test("an agent that cannot start leaves today's server with its forwarder", async () => {
    const lns = await openLns();
    const box = liveBox(lns.port);
    // Another's journal: the agent ends at once.
    writeFileSync(join(box.root, "bin/systemctl"), '#!/bin/sh\n[ "$2" != edge-agent ]\n');
    const ran = await box.run([
      "setup",
      "--yes",
      "--wait",
      "400ms",
      "--listen",
      `127.0.0.1:${await freePort()}`,
    ]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/no PULL_DATA arrived/);
    expect(box.read("/etc/lorafwd.toml")).toBe(box.toml);
    expect(existsSync(join(box.root, "etc/edge-agent/agent.toml"))).toBe(false);
  });

  test("without rights: exit code 3, and the command with sudo", async () => {
    const box = liveBox(1700);
    chmodSync(box.root, 0o755);
    const copy = testFolder("agent-copy");
    chmodSync(copy, 0o755);
    cpSync(dirname(dirname(inject("builtAgent"))), copy, { recursive: true });
    symlinkSync(join(import.meta.dirname, "../../../node_modules"), join(copy, "node_modules"));
    const ran = await new Promise<Ran>((resolve) => {
      const argv = [join(copy, "agent/main.js"), "setup", "--yes", "--root", box.root];
      const options = { env: box.env, uid: NOBODY, gid: NOBODY, cwd: copy };
      execFile(process.execPath, argv, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
    expect(ran.stderr).toContain("sudo edge-agent setup");
    expect(ran.code).toBe(3);
    expect(box.read("/etc/lorafwd.toml")).toBe(box.toml);
  });
});

describe("the words of the command", () => {
  test.each(["setup", "restore"])(
    "%s --help has examples, in both languages, and no made-up boxes",
    (command) => {
      const help = runCommand([command, "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toMatch(new RegExp(`sudo edge-agent ${command}`));
      expect(help.stdout).not.toContain("--root");
      const french = runCommand([command, "--help", "--lang", "fr"]).stdout;
      expect(french).toMatch(/passerelle|Remettre/);
      expect(french).not.toMatch(/\b(The|Point|Put)\b/);
    },
  );

  test("completions know them", () => {
    const { stdout } = runCommand(["--get-yargs-completions", "edge-agent", ""]);
    expect(stdout).toMatch(/^setup/m);
    expect(stdout).toMatch(/^restore/m);
  });

  test("nobody at the terminal and no --yes: exit code 2 and nothing done; as packages call it: 0 and silence", () => {
    const box = makeBox({ tree: { ...keros6("wiis"), "/etc/lorafwd.toml": "[gwmp]\n" } });
    const before = box.hash();
    const asked = runCommand(["setup", "--root", box.root, "--listen", "127.0.0.1:47"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--yes");
    expect(runCommand(["restore", "--root", box.root, "--yes", "--quiet"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(box.hash()).toBe(before);
  });
});

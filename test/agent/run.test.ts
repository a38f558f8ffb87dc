/**
 * Goal: `edge-agent run` is a process that a gateway can live with: it says what it does, starts and stops as its
 * supervisor expects, and opens nothing that it was not told to.
 * Method: the built agent as a real process, a real Mosquitto, real signals. The command line itself is in
 * main.test.ts; what a crash leaves is in run-crash.test.ts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { freePort } from "../free-port.ts";
import { type Mosquitto, startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { readConnState } from "./chirpstack.ts";
import { endAll, reader } from "./north/mosquitto-core.ts";
import { createGateway, EUI, type Gateway, openForwarder, type RunningAgent, runCommand } from "./run-rig.ts";

const STATE = `eu868/gateway/${EUI}/state/conn`;
/** Nothing listens there for the length of a test. */
const NOWHERE = "mqtt://127.0.0.1:1";

async function broker(): Promise<Mosquitto> {
  const started = await startMosquitto();
  onTestFinished(started.kill);
  return started;
}

describe("a running agent", () => {
  test("writes JSON lines to stderr and nothing to stdout, and says when it is ready", async () => {
    const agent = await createGateway({ servers: [NOWHERE] }).start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    await until(() => forwarder.pullAcks === 1, "a PULL_ACK");
    await agent.stop();
    expect(agent.stdout()).toBe("");
    const lines = agent.stderr().trimEnd().split("\n");
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(String) });
    }
    expect(agent.said("ready")).toMatchObject([
      {
        level: "info",
        pid: agent.pid,
        listen: `127.0.0.1:${agent.port}`,
        version: expect.stringMatching(/^\d/),
      },
    ]);
  });

  test("on a terminal it writes for people", async () => {
    const { settingsPath, directory } = createGateway({ servers: [NOWHERE] });
    const pidFile = join(directory, "pid");
    const words = [process.execPath, inject("builtAgent"), "run", "--config", settingsPath];
    const command = `echo $$ > ${pidFile}; exec ${words.join(" ")}`;
    const terminal = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] });
    const ended = once(terminal, "close");
    let shown = "";
    terminal.stdout.on("data", (chunk) => {
      shown += String(chunk);
    });
    await until(() => shown.includes("ready"), "the ready line").finally(() =>
      process.kill(Number(readFileSync(pidFile, "utf8")), "SIGTERM"),
    );
    await ended;
    expect(shown).toMatch(/INFO.*ready/);
    expect(shown).not.toContain('"msg"');
  });

  test("listens on loopback only: one UDP socket, no TCP, and the control socket for owner and group", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    expect(listeners(agent)).toEqual([{ protocol: "udp", host: "127.0.0.1", port: agent.port }]);
    expect(statSync(gateway.socket).mode & 0o777).toBe(0o660);
    const printed = runCommand(["config", "print", "--json", "--config", gateway.settingsPath]);
    expect(printed.code).toBe(0);
  });

  test("status --json is one JSON document on stdout, nothing else", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    forwarder.push("26010001", 1);
    await until(() => forwarder.acked.size === 1, "a PUSH_ACK");
    const asked = runCommand(["status", "--json", "--socket", gateway.socket]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(asked.stdout)).toMatchObject({
      listen: { host: "127.0.0.1", port: agent.port },
      forwarders: [{ gatewayEui: EUI, alive: true }],
      cores: [{ id: "main", gatewayEui: EUI }],
      journal: { storedFrames: 1 },
    });
    const inFrench = runCommand(["status", "--config", gateway.settingsPath, "--lang", "fr"]);
    expect(inFrench).toMatchObject({ code: 0, stderr: "" });
    expect(inFrench.stdout).toMatch(/Compteurs/);
    expect(inFrench.stdout).toContain(EUI);
  });
});

describe("a start that cannot be", () => {
  test("a second agent on the journal: who holds it, and exit code 3, in both languages", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    const second = runCommand(["run", "--config", gateway.settingsPath]);
    expect(second).toMatchObject({ code: 3, stdout: "" });
    expect(second.stderr).toMatch(/the journal .* is held by process \d+/);
    expect(second.stderr).toContain(`process ${agent.pid} (`);
    const french = runCommand(["run", "--config", gateway.settingsPath], { LANG: "fr_FR.UTF-8" });
    expect(french.code).toBe(3);
    expect(french.stderr).toMatch(/le journal .* est tenu par /);
    expect(french.stderr).toContain(String(agent.pid));
    expect(agent.said("bug")).toEqual([]);
  });

  test("the port is taken: exit code 3, and the journal is free again", async () => {
    const first = createGateway({ servers: [NOWHERE] });
    const agent = await first.start();
    const other = createGateway({ servers: [NOWHERE] });
    const env = { EDGE_AGENT_FORWARDER__LISTEN: `127.0.0.1:${agent.port}` };
    const ran = runCommand(["run", "--config", other.settingsPath], env);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(`127.0.0.1:${agent.port} is taken`);
    await other.start();
  });

  test("the control socket is another agent's: exit code 3, and that agent is not disturbed", async () => {
    const first = createGateway({ servers: [NOWHERE] });
    await first.start();
    const other = createGateway({ servers: [NOWHERE] });
    const ran = runCommand(["run", "--config", other.settingsPath], {
      EDGE_AGENT_CONTROL__SOCKET: first.socket,
    });
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain(first.socket);
    expect(runCommand(["status", "--socket", first.socket]).code).toBe(0);
  });

  test("a control socket where a file of somebody else's lies: exit code 3, and the file stays", () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    writeFileSync(gateway.socket, "precious");
    expect(runCommand(["run", "--config", gateway.settingsPath])).toMatchObject({ code: 3, stdout: "" });
    expect(readFileSync(gateway.socket, "utf8")).toBe("precious");
  });

  test("a socket left by a dead agent is replaced", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const dead = await gateway.start();
    await dead.kill();
    expect(statSync(gateway.socket).isSocket()).toBe(true);
    await gateway.start();
    expect(runCommand(["status", "--socket", gateway.socket]).code).toBe(0);
  });
});

describe("SIGTERM ends it within two seconds, with exit code 0 and the journal closed", () => {
  const cores: readonly (readonly [string, () => Promise<string>])[] = [
    ["with the core up", async () => (await broker()).url],
    ["with the core down", async () => `mqtt://127.0.0.1:${await freePort()}`],
    ["while it looks for a core that does not answer its calls", async () => "mqtt://192.0.2.1:1883"],
    ["while a core takes the call and says nothing", blackHole],
  ];

  test.each(cores)("%s", async (_when, open) => {
    const gateway = createGateway({ servers: [await open()] });
    await endsWell(gateway, await gateway.start());
  });

  test("with a core that has fallen silent", async () => {
    const mosquitto = await broker();
    const gateway = createGateway({ servers: [mosquitto.url] });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    await until(() => agent.said("core connected").length === 1, "a connection");
    mosquitto.freeze();
    await endsWell(gateway, agent);
  });

  async function endsWell(gateway: Gateway, agent: RunningAgent): Promise<void> {
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    forwarder.push("26010001", 1);
    await until(() => forwarder.acked.size === 1, "a PUSH_ACK");
    const ended = await agent.stop();
    expect(ended).toMatchObject({ code: 0, signal: null });
    // It ends by itself within 1.9 s, or says that it could not (below): the rest is this machine's.
    expect(ended.tookMs).toBeLessThan(5_000);
    expect(agent.said("stopped")).toHaveLength(1);
    expect(agent.said("stopped before everything was closed")).toEqual([]);
    expect(() => statSync(gateway.socket), "the control socket is gone").toThrow();
    const holder = JSON.parse(readFileSync(join(gateway.journal, "holder.json"), "utf8"));
    expect(holder).toMatchObject({ added: expect.any(Number), removed: expect.any(Number) });
    const again = await gateway.start();
    expect(again.said("journal repaired")).toEqual([]);
    expect(again.said("journal audited")).toEqual([]);
  }

  test("and everybody reads OFFLINE at the broker", async () => {
    const mosquitto = await broker();
    const agent = await createGateway({ servers: [mosquitto.url] }).start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    await until(() => agent.said("core connected").length === 1, "a connection");
    const before = await reader(mosquitto, STATE);
    onTestFinished(endAll);
    await until(() => before.last(STATE) !== undefined, "ONLINE");
    expect(readConnState(before.last(STATE)!)).toBe("ONLINE");
    expect(await agent.stop()).toMatchObject({ code: 0 });
    const after = await reader(mosquitto, STATE);
    await until(() => after.last(STATE) !== undefined, "what is retained");
    expect(after.messages.at(-1)!.retain).toBe(true);
    expect(readConnState(after.last(STATE)!)).toBe("OFFLINE");
  });

  test("while it starts as well", async () => {
    const { settingsPath } = createGateway({ servers: [NOWHERE] });
    const words = [inject("builtAgent"), "run", "--config", settingsPath];
    const agent = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(() => void agent.kill("SIGKILL"));
    // Its first word is that it listens; it is not ready then.
    agent.stderr.once("data", () => agent.kill("SIGTERM"));
    expect(await once(agent, "exit")).toEqual([0, null]);
  });

  test("SIGINT as well, and twice is once", async () => {
    const agent = await createGateway({ servers: [NOWHERE] }).start();
    agent.signal("SIGINT");
    agent.signal("SIGTERM");
    expect(await agent.ended).toEqual({ code: 0, signal: null });
    expect(agent.said("stopping")).toHaveLength(1);
  });
});

/** Accepts and never says a word. */
async function blackHole(): Promise<string> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe("SIGHUP", () => {
  async function hup(agent: RunningAgent, event: string): Promise<void> {
    const before = agent.said(event).length;
    agent.signal("SIGHUP");
    await until(() => agent.said(event).length > before, event);
  }

  test("takes over log level and filters, and names what waits for a restart", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    gateway.configure({
      servers: ["mqtt://127.0.0.1:2"],
      tables: {
        filter: 'dev_addr_prefixes = ["26000000/8"]',
        log: 'level = "debug"',
        journal: 'commit_interval = "1s"',
      },
    });
    await hup(agent, "settings read again");
    expect(agent.said("settings read again")).toMatchObject([
      {
        changed: ["filter.dev_addr_prefixes", "log.level"],
        needRestart: ["journal.commit_interval", "core.main.servers"],
      },
    ]);
    forwarder.push("13000001", 1);
    forwarder.push("26000001", 1);
    await until(() => forwarder.acked.size === 2, "two PUSH_ACKs");
    const { stdout } = runCommand(["status", "--json", "--socket", gateway.socket]);
    expect(JSON.parse(stdout)).toMatchObject({
      journal: { keptTotal: 1 },
      counters: { frameRefused: { netId: 1 } },
    });
    await until(() => agent.stderr().includes('"level":"debug"'), "an event of debug level");
  });

  test("with settings that cannot be used changes nothing and says where they are wrong", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    writeFileSync(gateway.settingsPath, '[forwarder]\nlisten = "127.0.0.1:0"\nacept_eui = []\n');
    await hup(agent, "settings not taken over");
    const [line] = agent.said("settings not taken over");
    expect(line).toMatchObject({ level: "error", code: "SETTINGS_INVALID" });
    expect(line!.trouble).toContain(`${gateway.settingsPath}:3`);
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    await until(() => forwarder.pullAcks === 1, "a PULL_ACK");
  });

  test("with settings that are gone as well", async () => {
    const gateway = createGateway({ servers: [NOWHERE] });
    const agent = await gateway.start();
    renameSync(gateway.settingsPath, `${gateway.settingsPath}.away`);
    await hup(agent, "settings not taken over");
    expect(await agent.stop()).toMatchObject({ code: 0 });
  });
});

interface Listener {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
}

/** What the process has open for others: its UDP sockets, and TCP sockets that listen. From the kernel's tables. */
function listeners({ pid }: RunningAgent): Listener[] {
  const fds = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  const ours = new Set(fds.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  return ["udp", "udp6", "tcp", "tcp6"].flatMap((protocol) => {
    const rows = readFileSync(`/proc/${pid}/net/${protocol}`, "utf8").trim().split("\n").slice(1);
    return rows.flatMap((row) => {
      const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
      const listens = protocol.startsWith("udp") || state === "0A";
      return ours.has(inode) && listens ? [{ protocol, ...addressOf(local) }] : [];
    });
  });
}

/** "0100007F:06A4": each 32-bit word of the address in the machine's (little) endian. */
function addressOf(text: string): { host: string; port: number } {
  const [address = "", port = ""] = text.split(":");
  const octets = [...Buffer.from(address, "hex")];
  const host = octets.length === 4 ? octets.reverse().join(".") : address;
  return { host, port: Number.parseInt(port, 16) };
}

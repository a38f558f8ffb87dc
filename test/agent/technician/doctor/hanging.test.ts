/**
 * Goal: a technician in the rain has the doctor's word within half a minute, whatever gives no answer.
 *
 * In a world whose doors hang, by its own clock; and, in the long run, with the real program in a network where nobody
 * answers: names, TCP, MQTT, the control socket and the packet filter's program.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { runDoctor } from "../../../../agent/technician/doctor/doctor.ts";
import type { DoctorDoors } from "../../../../agent/technician/doctor/doors.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { testFolder } from "../../../test-folder.ts";
import { openScreen } from "../screen.ts";
import { makeNamespace } from "./site.ts";

const TOOK_MS_MAX = 30_000;
/** As above, and a busy machine's start of the program; the resolver alone would hold it for a minute and a half. */
const PROMPT_MS_MAX = 50_000;

function settingsText(place: string, servers: readonly string[]): string {
  const tables = [
    '[gateway]\neui = "7276ff0044010010"\nprofile = "companion"',
    `[journal]\npath = "${place}/journal"`,
    `[control]\nsocket = "${place}/control.sock"`,
    '[forwarder]\nlisten = "127.0.0.1:1799"',
    '[clock]\nprobe_command = ["sleep", "1000"]',
    `[[core]]\nservers = ${JSON.stringify(servers)}`,
  ];
  return `${tables.join("\n")}\n`;
}

function settingsAt(place: string, servers: readonly string[]): string {
  const path = join(place, "agent.toml");
  writeFileSync(path, settingsText(place, servers));
  return path;
}

const NAME_SERVERS = ["10.9.0.53", "10.9.0.54", "10.9.0.55"];
const SWALLOWED = [...NAME_SERVERS, "10.9.0.77"];

const never = (): Promise<never> => new Promise(() => undefined);
// biome-ignore lint/suspicious/noExplicitAny: every call hangs, whatever it gives
const hangs = (): any => new Proxy({}, { get: () => never });

interface Hanging {
  readonly doors: Partial<DoctorDoors>;
  readonly firstBroken: string;
}

const address = { ok: true, addresses: ["192.0.2.1"] } as const;
const reached = { lookup: async () => address, tcp: async () => ({ ok: true, tookMs: 1 }) as const };

test.each<readonly [string, Hanging]>([
  ["the disk of the settings", { doors: { files: hangs() }, firstBroken: "settings" }],
  ["everything but the settings", { doors: {}, firstBroken: "agent-running" }],
  [
    "a broker that says nothing to CONNECT, an agent that does not run, and all of the box",
    {
      doors: {
        control: {
          ...hangs(),
          ask: async () => {
            throw Object.assign(new Error("none"), { code: "CONTROL_UNREACHABLE" });
          },
        },
        reach: { ...hangs(), ...reached, addresses: () => new Map(), udpHolders: never },
        mqtt: { connect: () => ({ ...hangs(), close: () => undefined }) },
      },
      firstBroken: "agent-running",
    },
  ],
])("with %s hanging, it is over within half a minute", async (_what, { doors, firstBroken }) => {
  const clock = new WorldClock(Date.UTC(2026, 10, 22));
  const text = settingsText("/nowhere", ["mqtts://broker:8883", "mqtt://other:1883"]);
  const report = runDoctor({
    files: { ...hangs(), read: async () => Buffer.from(text), stamp: async () => "1" },
    box: hangs(),
    commands: hangs(),
    control: hangs(),
    clock,
    rng: { stream: () => ({ unit: () => 0, below: () => 0 }) },
    mqtt: hangs(),
    udp: hangs(),
    reach: {
      ...hangs(),
      lookup: never,
      tcp: never,
      tls: never,
      udpHolders: never,
      addresses: () => new Map(),
    },
    env: {},
    folder: undefined,
    settingsPath: "/nowhere/agent.toml",
    version: "test",
    builtWallMs: 0,
    ...doors,
  });
  let said: Awaited<typeof report> | undefined;
  void report.then((done) => {
    said = done;
  });
  // What is imported when it is needed comes from a real disk.
  for (let passedMs = 0; passedMs < TOOK_MS_MAX && said === undefined; passedMs += 100) {
    await clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(said?.tookMs).toBeLessThan(TOOK_MS_MAX);
  expect(said?.firstBroken).toBe(firstBroken);
});

/** A network without anybody: what is sent leaves, and nothing comes back. */
function silentNetwork(place: string): readonly string[] {
  const namespace = makeNamespace(
    "ip link add void type veth peer name gone",
    "ip addr add 10.9.0.1/24 dev void",
    "ip link set gone up",
    "ip link set void up",
    // Packets need no answer to ARP.
    ...SWALLOWED.map((at) => `ip neigh add ${at} lladdr 02:00:00:00:00:01 dev void nud permanent`),
    "ip route add default via 10.9.0.77",
  );
  const resolv = join(place, "resolv.conf");
  writeFileSync(resolv, `${NAME_SERVERS.map((at) => `nameserver ${at}\n`).join("")}search one two\n`);
  return [...namespace, "sh", "-c", `mount --bind ${resolv} /etc/resolv.conf && exec "$@"`, "sh"];
}

async function muteServer(at: string): Promise<void> {
  const server = createServer(() => undefined);
  server.listen(at);
  await once(server, "listening");
  onTestFinished(() => void server.close());
}

test("a name server that never answers holds nobody back, neither the report nor the shell's prompt", {
  timeout: 120_000,
}, async () => {
  const place = testFolder("hanging");
  const path = settingsAt(place, ["mqtt://broker.example:1883", "mqtt://10.9.0.77:1883"]);
  const begunMs = performance.now();
  const { report, code } = await runThere(silentNetwork(place), path);
  const tookMs = performance.now() - begunMs;
  const checks = new Map(
    report.checks.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict]),
  );
  expect(code).toBe(1);
  expect(report.firstBroken).toBe("agent-running");
  // The name is not known, the address is; nobody is there.
  expect([checks.get("server-name"), checks.get("server-connect")]).toEqual(["warn", "fail"]);
  expect(report.tookMs).toBeLessThan(TOOK_MS_MAX);
  expect(tookMs).toBeLessThan(PROMPT_MS_MAX);
});

test("an agent that has its socket and says nothing, and a firewall's program that never ends", {
  timeout: 120_000,
}, async () => {
  const place = testFolder("hanging");
  const root = join(place, "root");
  mkdirSync(join(root, "usr/sbin"), { recursive: true });
  writeFileSync(join(root, "usr/sbin/iptables"), "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
  await muteServer(join(place, "control.sock"));
  const path = settingsAt(place, ["mqtt://broker.example:1883"]);
  const begunMs = performance.now();
  const { report } = await runThere(silentNetwork(place), path, ["--root", root]);
  expect(report.tookMs).toBeLessThan(TOOK_MS_MAX);
  expect(performance.now() - begunMs).toBeLessThan(PROMPT_MS_MAX);
  expect(report.firstBroken).toBe("agent-running");
});

async function runThere(under: readonly string[], path: string, words: readonly string[] = []) {
  const doctor = [
    process.execPath,
    inject("builtAgent"),
    "doctor",
    "--json",
    "--lang",
    "en",
    "--config",
    path,
  ];
  const [program, ...rest] = [...under, ...doctor, ...words];
  const child = spawn(program!, rest, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  const [code] = (await once(child, "close")) as [number];
  return { report: JSON.parse(stdout), code };
}

test("on a terminal, who waits is told what is being looked at, and is left with the report alone", {
  timeout: 120_000,
}, async () => {
  const place = testFolder("hanging");
  await muteServer(join(place, "control.sock"));
  const words = [
    "doctor",
    "--lang",
    "fr",
    "--root",
    "/nowhere",
    "--config",
    settingsAt(place, ["mqtt://127.0.0.1:9"]),
  ];
  const screen = await openScreen(words, { columns: 80, rows: 60 });
  await screen.shows(/^examen : agent …$/m);
  expect(await screen.ended).toBe(1);
  expect(screen.text()).not.toContain("examen :");
  const lines = screen.lines().filter((line) => line !== "");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

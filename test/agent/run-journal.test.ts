/**
 * Goal: `edge-agent journal …` through a running agent does what it does on a folder, and the frames that come in
 * meanwhile do not feel it.
 * Method: the built agent and the built command as processes, a journal on a real disk, a real Mosquitto where a core
 * is wanted.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { openControlDoor } from "../../agent/host/control.ts";
import { median } from "../bench/figure.ts";
import { startMosquitto } from "../mosquitto.ts";
import { testFolder } from "../test-folder.ts";
import { until } from "../until.ts";
import { readUplink } from "./chirpstack.ts";
import { openRealJournal } from "./journal/fixtures.ts";
import { draftOf, keepAll, readings } from "./journal/kept.ts";
import { endAll, reader } from "./north/mosquitto-core.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  type Gateway,
  openForwarder,
  type Ran,
  storedFrames,
} from "./run-rig.ts";

const NOBODY = "mqtt://127.0.0.1:9";
const AWAY = "7276ff0000000a0a";
/** Nothing expires and nothing waits for other gateways. */
const CALM = {
  tables: { journal: 'max_age = "365d"' },
  core: "replay_pairing = false\nreplay_rate_max = 10000",
};

/** A command beside a running agent, without holding up this process. */
function command(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { PATH = "", HOME = "/" } = process.env;
  const child = spawn(process.execPath, [inject("builtAgent"), "journal", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME, LANG: "C", ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  return new Promise((ended) => child.on("close", (code) => ended({ code, stdout, stderr })));
}

/** Frames of another gateway, heard an hour ago, in the gateway's journal. */
async function fill(gateway: Gateway, frames: number, gatewayEui = EUI, meters = 8): Promise<void> {
  const { journal } = await openRealJournal(gateway.journal);
  const arrivedWallMs = Date.now() - 3_600_000;
  await keepAll(
    journal,
    readings(frames, meters).map((one, at) =>
      draftOf(one, { gatewayEui, arrivedWallMs: arrivedWallMs + at }),
    ),
  );
  await journal.close();
}

/** As on a gateway (agent/packaging/bundle.mjs). */
const V8_FLAGS = "--max-old-space-size=64 --max-semi-space-size=1";

/** A process's own memory, octets: without the journal's files, which LevelDB has mapped. */
function memoryOf(pid: number): number {
  const kilobytes = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1];
  return Number(kilobytes) * 1024;
}

/** For how long a process's main thread has had the processor. */
function workedMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
const MS_PER_TICK = 10;

/**
 * How long the agent worked before it answered what needs no disk; less the longest time that this process, on a machine
 * that others use as well, did not come to look: it works on meanwhile.
 */
async function workBeforeAnswer(pid: number, forwarder: Forwarder): Promise<number> {
  const { pullAcks } = forwarder;
  const beforeMs = workedMs(pid);
  let [lookedMs, blindMs] = [performance.now(), 0];
  forwarder.pull();
  await until(() => {
    const nowMs = performance.now();
    blindMs = Math.max(blindMs, nowMs - lookedMs);
    lookedMs = nowMs;
    return forwarder.pullAcks > pullAcks;
  }, "a PULL_ACK");
  return workedMs(pid) - beforeMs - blindMs;
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends a command at once, however long the agent is silent", async (signal, code) => {
  const socket = join(testFolder("carried"), "control.sock");
  let asked = (): void => {};
  const hasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const silent = async function* () {
    asked();
    await new Promise<void>(() => {});
    yield [];
  };
  const door = await openControlDoor().serve(socket, async ({ path }) =>
    path === "/" ? { status: 200, body: {} } : { status: 200, body: undefined, lines: silent() },
  );
  onTestFinished(() => door.close());
  const child = spawn(process.execPath, [inject("builtAgent"), "journal", "verify", "--socket", socket]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await hasAsked;
  const begunMs = performance.now();
  child.kill(signal);
  expect(await ended).toBe(code);
  // What it waits for never comes.
  expect(performance.now() - begunMs).toBeLessThan(15_000);
});

test("every command goes through the running agent, and says so", async () => {
  const gateway = createGateway({ servers: [NOBODY], ...CALM });
  await fill(gateway, 40);
  const agent = await gateway.start();
  expect(statSync(gateway.socket).mode & 0o777).toBe(0o660);
  // The journal may still be being read when the agent is ready.
  await until(() => storedFrames(gateway) === 40, "the journal to be read");
  const at = ["--config", gateway.settingsPath];
  const asked = async (...words: string[]) => {
    const { code, stdout, stderr } = await command([...words, ...at, "--json"]);
    expect(stderr).toContain(`through the running agent (${gateway.socket})`);
    return { code, ...JSON.parse(stdout) };
  };
  expect(await asked("stats")).toMatchObject({
    code: 0,
    through: "agent",
    storedFrames: 40,
    devices: 8,
    byCore: { main: 40 },
    running: { storedFrames: 40 },
    folder: { sizeOctets: expect.any(Number) },
  });
  const { listed } = await asked("list", "--limit", "3");
  expect(listed).toHaveLength(3);
  expect(listed[0]).toMatchObject({ gatewayEui: EUI, devAddr: "26010000", frames: 5 });
  expect(await asked("show", "--dev-addr", "26010003")).toMatchObject({ code: 0, frames: { length: 5 } });
  expect(await asked("verify")).toMatchObject({
    code: 0,
    ok: true,
    records: 40,
    entries: 40,
    tallyCompared: true,
  });
  const out = join(testFolder("carried"), "out.jsonl");
  expect(await asked("export", "--out", out, "--dev-addr", "26010003", "--remove")).toMatchObject({
    frames: 5,
    removed: 5,
  });
  expect(await asked("stats")).toMatchObject({ storedFrames: 35, removedTotal: 5 });
  expect(await asked("import", out)).toMatchObject({ code: 0, imported: 5, passedOver: 0 });
  expect(await asked("import", out)).toMatchObject({ code: 0, imported: 0, passedOver: 5 });
  const thinned = await asked("thin", "--to", "50%", "--yes");
  expect(thinned).toMatchObject({ code: 0, through: "agent", frames: expect.any(Number) });
  expect(thinned.frames).toBeGreaterThan(0);
  expect(await asked("stats")).toMatchObject({ storedFrames: 40 - thinned.frames, dropped: thinned.dropped });
  const held = await command(["stats", "--journal", gateway.journal]);
  expect(held).toMatchObject({ code: 3, stdout: "" });
  expect(held.stderr).toContain(`held by process ${agent.pid}`);
  await agent.stop();
  const { stderr } = await command(["verify", ...at]);
  expect(stderr).toContain(`no agent runs: directly on ${gateway.journal}`);
}, 90_000);

test("a cut-off gateway's readings, carried to another one by hand, reach the core once each, in order", async () => {
  const mosquitto = await startMosquitto();
  onTestFinished(mosquitto.kill);
  onTestFinished(endAll);
  const core = await reader(mosquitto, "eu868/gateway/+/event/+");
  const away = createGateway({ servers: [NOBODY], ...CALM });
  await fill(away, 24, AWAY, 4);
  const file = join(testFolder("carried"), "readings.jsonl");
  const taken = await command(["export", "--config", away.settingsPath, "--out", file, "--remove"]);
  expect(taken).toMatchObject({ code: 0, stdout: "" });

  const home = createGateway({ servers: [mosquitto.url], ...CALM });
  const agent = await home.start();
  const brought = await command(["import", "--config", home.settingsPath, file, "--json"]);
  expect(JSON.parse(brought.stdout)).toMatchObject({ through: "agent", imported: 24, gateways: [AWAY] });
  const ups = () =>
    core.messages
      .filter(({ topic }) => topic === `eu868/gateway/${AWAY}/event/up`)
      .map(({ payload }) => readUplink(payload));
  await until(() => ups().length >= 24, "all that was brought in");
  const again = await command(["import", "--config", home.settingsPath, file, "--json"]);
  expect(JSON.parse(again.stdout), "also after they were delivered").toMatchObject({
    imported: 0,
    passedOver: 24,
  });
  const byDevice = new Map<string, string[]>();
  for (const { phy } of ups()) {
    const device = phy.slice(2, 10);
    byDevice.set(device, [...(byDevice.get(device) ?? []), phy.slice(12, 16)]);
  }
  expect(byDevice.size).toBe(4);
  for (const counters of byDevice.values()) {
    expect(counters).toEqual(["0000", "0100", "0200", "0300", "0400", "0500"]);
  }
  await agent.stop();
});

test("an export of very many frames leaves the agent's memory flat and its acknowledgements prompt", async () => {
  const frames = process.env.LONG ? 1_000_000 : 100_000;
  const gateway = createGateway({
    servers: [NOBODY],
    tables: { journal: 'max_age = "365d"\nmax_size = "2GB"' },
  });
  await fill(gateway, frames, AWAY, 1_000);
  const agent = await gateway.start({ env: { NODE_OPTIONS: V8_FLAGS } });
  const forwarder = await openForwarder(agent.port);
  forwarder.push("26019999", 0);
  await until(() => forwarder.acked.size === 1, "the first acknowledgement");
  const beforeOctets = memoryOf(agent.pid);
  const out = join(testFolder("carried"), "all.jsonl");
  let ended = false;
  const exporting = command(["export", "--config", gateway.settingsPath, "--out", out, "--json"]).then(
    (ran) => {
      ended = true;
      return ran;
    },
  );
  let mostOctets = 0;
  const tookMs: number[] = [];
  let longestWorkMs = 0;
  for (let fCnt = 1; !ended; fCnt++) {
    const sentMs = performance.now();
    const phy = forwarder.push("26019999", fCnt);
    // Without a gap, so that no long work goes unseen.
    do {
      longestWorkMs = Math.max(longestWorkMs, await workBeforeAnswer(agent.pid, forwarder));
      expect(performance.now() - sentMs, "an acknowledgement").toBeLessThan(20_000);
    } while (!forwarder.acked.has(phy));
    tookMs.push(performance.now() - sentMs);
    mostOctets = Math.max(mostOctets, memoryOf(agent.pid));
  }
  const ran = await exporting;
  expect(ran.code).toBe(0);
  const { frames: written, broken } = JSON.parse(ran.stdout);
  expect(broken).toBe(0);
  expect(written).toBeGreaterThanOrEqual(frames + 1);
  const lines = readFileSync(out, "latin1").split("\n").length - 1;
  expect(lines).toBe(written);
  // The code of the desk, a few pieces, and what V8 has not collected yet; never the frames.
  expect(mostOctets - beforeOctets).toBeLessThan(16e6);
  // 80 ms of commit interval. A machine that others use as well delays one or another, but not by the agent's work.
  const usualMs = median(tookMs);
  expect(usualMs).toBeLessThan(5_000);
  expect(longestWorkMs, "before any PULL_ACK").toBeLessThan(1_000);
  const figures = [usualMs, Math.max(...tookMs), longestWorkMs].map(Math.round);
  console.log({ frames, grewMB: (mostOctets - beforeOctets) / 1e6, usualSlowestWorkMs: figures });
  await agent.stop();
}, 600_000);

/** A way to the agent on which so much of its answer comes through, and then no more. @returns its socket. */
async function openHaltingWay(socket: string, passedOctets: number): Promise<string> {
  const way = join(testFolder("way"), "way.sock");
  const server = createServer((near) => {
    const far = connect(socket);
    near.pipe(far);
    let leftOctets = passedOctets;
    far.on("data", (chunk) => {
      near.write(chunk);
      leftOctets -= chunk.length;
      if (leftOctets <= 0) far.pause();
    });
    far.on("end", () => near.end());
    near.on("close", () => far.destroy());
    for (const end of [near, far]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(way, resolve));
  onTestFinished(() => void server.close());
  return way;
}

test("Ctrl-C leaves no half file and a healthy agent", async () => {
  const gateway = createGateway({ servers: [NOBODY], ...CALM });
  await fill(gateway, 30_000);
  const agent = await gateway.start();
  const directory = testFolder("carried");
  const out = join(directory, "all.jsonl");
  const { PATH = "" } = process.env;
  // A part of it, so that it is never done before it is interrupted.
  const way = await openHaltingWay(gateway.socket, 1_000_000);
  const words = [inject("builtAgent"), "journal", "export", "--socket", way, "--out", out];
  const child = spawn(process.execPath, words, { stdio: "ignore", env: { PATH, LANG: "C" } });
  onTestFinished(() => void child.kill("SIGKILL"));
  await until(
    () => readdirSync(directory).some((name) => statSync(join(directory, name)).size > 0),
    "the first part of the file",
  );
  child.kill("SIGINT");
  const code = await new Promise((exited) => child.on("exit", exited));
  expect(code).toBe(130);
  expect(readdirSync(directory)).toEqual([]);
  const { stdout } = await command(["stats", "--config", gateway.settingsPath, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ storedFrames: 30_000 });
  // Whoever hung up has freed his place.
  for (let times = 0; times < 3; times++) {
    expect(await command(["list", "--config", gateway.settingsPath])).toMatchObject({ code: 0 });
  }
  await agent.stop();
}, 90_000);

test.each(["\t", "\\t", "tab"])("a tab between the fields of CSV is asked for as %j", async (separator) => {
  const gateway = createGateway({ servers: [NOBODY], ...CALM });
  await fill(gateway, 1);
  const words = ["export", "--format", "csv", "--separator", separator];
  const { code, stdout } = await command([...words, "--config", gateway.settingsPath]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^sequence\tgateway_eui\t/);
});

test("what is wrong is said, with the exit code of its kind", async () => {
  const gateway = createGateway({ servers: [NOBODY] });
  const bad = join(testFolder("carried"), "bad.jsonl");
  writeFileSync(bad, "not an export\n");
  const agent = await gateway.start();
  expect(await command(["import", bad, "--config", gateway.settingsPath])).toMatchObject({ code: 1 });
  await agent.stop();
  for (const [words, code, sentence] of [
    [["import", "/nowhere", "--config", gateway.settingsPath], 3, /\/nowhere/],
    [["stats", "--socket", "/nowhere.sock"], 3, /no agent answers/],
    [["stats", "--journal", "/nowhere"], 3, /no journal/],
    [["list", "--dev-addr", "xyz", "--config", gateway.settingsPath], 2, /--dev-addr xyz: 8 hexadecimal/],
    [["list", "--limit", "few", "--config", gateway.settingsPath], 2, /--limit few: a whole number/],
    [["show", "abc", "--config", gateway.settingsPath], 2, /SEQUENCE abc: a whole number/],
    [["thin", "--config", gateway.settingsPath], 2, /--yes/],
    [["exprt"], 2, /edge-agent journal exprt: Did you mean export\?/],
  ] as const) {
    const ran = await command(words);
    expect(ran, words.join(" ")).toMatchObject({ code, stdout: "" });
    expect(ran.stderr, words.join(" ")).toMatch(sentence);
    expect(ran.stderr, "no stack").not.toMatch(/^\s+at /m);
  }
  const french = await command(["exprt"], { LANG: "fr_FR.UTF-8" });
  expect(french.stderr).toMatch(/edge-agent journal exprt.*export/);
}, 60_000);

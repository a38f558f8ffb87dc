/**
 * Goal: an agent whose disk refuses is still a gateway: live frames go on and are acknowledged when the core has them,
 * nothing that was acknowledged is lost, custody comes back with the disk, and nobody has to start anything again.
 * Method: the built agent as a process, a real Mosquitto, and disks that really refuse: a small tmpfs that is full, or
 * read-only, or not mounted yet; a file-size limit; a file that hangs who opens it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFiles } from "../../agent/host/files.ts";
import { BALLAST_OCTETS } from "../../agent/journal/ballast.ts";
import { type Mosquitto, startMosquitto } from "../mosquitto.ts";
import { mountSmallDisk, type SmallDisk } from "../small-disk.ts";
import { until } from "../until.ts";
import { readUplink } from "./chirpstack.ts";
import { endAll, type Reader, reader } from "./north/mosquitto-core.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  type Gateway,
  openForwarder,
  type RunningAgent,
  runCommand,
  type StartOptions,
} from "./run-rig.ts";

const MIB = 1024 * 1024;
/** Stored frames go as soon as they can: what is shown here is that none is missing, not when it comes. */
const UNPAIRED = "replay_pairing = false";
/** It ends by itself within 1.9 s, or says that it could not: the rest is this machine's. */
const STOP_MS_MAX = 5_000;
const WHILE_MS = 400;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Site {
  readonly mosquitto: Mosquitto;
  readonly lns: Reader;
  readonly gateway: Gateway;
  readonly forwarder: Forwarder;
  readonly agent: RunningAgent;
  /** Frames of devices of their own. @returns their PHYPayloads */
  push(frames: number): string[];
  heard(): Set<string>;
  status(): { storedFrames: number; memoryFrames: number; failing?: string };
}

async function openSite(journal: string | undefined, start?: StartOptions): Promise<Site> {
  const mosquitto = await startMosquitto();
  onTestFinished(mosquitto.kill);
  onTestFinished(endAll);
  const lns = await reader(mosquitto, `eu868/gateway/${EUI}/event/up`);
  const gateway = createGateway({ servers: [mosquitto.url], core: UNPAIRED });
  if (journal !== undefined) {
    const settings = readFileSync(gateway.settingsPath, "utf8").replace(gateway.journal, journal);
    writeFileSync(gateway.settingsPath, settings);
  }
  const agent = await gateway.start(start);
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  let device = 0;
  return {
    ...{ mosquitto, lns, gateway, forwarder, agent },
    push: (frames) =>
      Array.from({ length: frames }, () => forwarder.push((0x26010000 + device++).toString(16), 1)),
    heard: () => new Set(lns.messages.map(({ payload }) => readUplink(payload).phy)),
    status: () => JSON.parse(runCommand(["status", "--json", "--socket", gateway.socket]).stdout).journal,
  };
}

/** Live frames go to the core and are acknowledged; none is while the core is away. */
async function expectToForward({ forwarder, push, heard }: Site): Promise<void> {
  const live = push(5);
  await until(() => live.every((phy) => forwarder.acked.has(phy)), "live frames to be acknowledged");
  await until(() => live.every((phy) => heard().has(phy)), "live frames to reach the core");
}

async function expectNoCustody(site: Site): Promise<string[]> {
  await site.mosquitto.kill();
  const waiting = site.push(5);
  await pause(WHILE_MS);
  expect(waiting.filter((phy) => site.forwarder.acked.has(phy))).toEqual([]);
  await site.mosquitto.restart();
  await until(() => waiting.every((phy) => site.heard().has(phy)), "what waited to reach the core");
  await until(() => waiting.every((phy) => site.forwarder.acked.has(phy)), "what waited to be acknowledged");
  return waiting;
}

/** With the core away, frames are acknowledged: they are on disk. They are delivered in the end. */
async function expectCustody(site: Site): Promise<void> {
  await site.mosquitto.kill();
  const kept = site.push(5);
  await until(() => kept.every((phy) => site.forwarder.acked.has(phy)), "custody", 30_000);
  await site.mosquitto.restart();
  await until(() => kept.every((phy) => site.heard().has(phy)), "what was stored to reach the core");
}

async function expectCleanStop({ agent }: Site): Promise<void> {
  const { code, tookMs } = await agent.stop();
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(STOP_MS_MAX);
  expect(agent.said("stopped before everything was closed")).toEqual([]);
  expect(agent.said("bug")).toEqual([]);
}

const failing = ({ agent }: Site): boolean => agent.said("journal failing").length > 0;

/** A start waits for the disk's word, but not for ever: on a slow machine it comes when frames are carried already. */
const untilFailing = (site: Site): Promise<void> => until(() => failing(site), "the journal to fail");

describe("a disk that refuses at the start", () => {
  test("read-only: it forwards, says so, and takes custody when it can be written", async () => {
    const disk = mountSmallDisk(64 * MIB);
    disk.readOnly(true);
    const site = await openSite(join(disk.path, "journal"));
    await untilFailing(site);
    expect(site.status().failing).toMatch(/./);
    await expectToForward(site);
    await expectNoCustody(site);
    disk.readOnly(false);
    await until(() => site.agent.said("journal obeys again").length > 0, "the disk", 70_000);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 120_000);

  test("full: it forwards, and takes custody when there is room", async () => {
    const disk = mountSmallDisk(64 * MIB);
    disk.fill();
    const site = await openSite(join(disk.path, "journal"));
    await expectToForward(site);
    await expectNoCustody(site);
    disk.clear();
    await until(() => site.agent.said("journal obeys again").length > 0, "the disk", 70_000);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 120_000);

  test("the folder is a file: it forwards, and takes custody when somebody has put that right", async () => {
    const disk = mountSmallDisk(64 * MIB);
    const journal = join(disk.path, "journal");
    writeFileSync(journal, "not a folder");
    const site = await openSite(journal);
    await untilFailing(site);
    await expectToForward(site);
    await expectNoCustody(site);
    rmSync(journal);
    await until(() => site.agent.said("journal obeys again").length > 0, "the disk", 70_000);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 120_000);

  test("a disk that is mounted later brings its frames, which are delivered behind nobody", async () => {
    const disk = mountSmallDisk(64 * MIB);
    const first = await openSite(join(disk.path, "journal"));
    await first.mosquitto.kill();
    const stored = first.push(10);
    await until(() => stored.every((phy) => first.forwarder.acked.has(phy)), "custody");
    await expectCleanStop(first);

    // Not mounted yet: nothing can be made there.
    const later = join(disk.path, "later");
    const site = await openSite(join(later, "journal"), {
      under: ["sh", "-c", `echo > "$0"; exec "$@"`, later],
    });
    await untilFailing(site);
    await expectToForward(site);
    rmSync(later);
    mkdirSync(later);
    renameSync(join(disk.path, "journal"), join(later, "journal"));
    await until(() => stored.every((phy) => site.heard().has(phy)), "the stored frames", 70_000);
    await expectToForward(site);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 180_000);
});

describe("a disk that refuses in the middle of life", () => {
  test("full: nothing acknowledged is lost, live frames go on, custody comes back with the room", async () => {
    const disk = mountSmallDisk(64 * MIB);
    const site = await openSite(join(disk.path, "journal"));
    await site.mosquitto.kill();
    const stored = site.push(50);
    await until(() => stored.every((phy) => site.forwarder.acked.has(phy)), "custody");
    disk.fill();
    const waiting = site.push(20);
    await until(
      () => site.agent.said("disk full: frames are carried, not stored").length > 0,
      "the disk to be noticed",
    );
    await pause(WHILE_MS);
    const unsure = waiting.filter((phy) => !site.forwarder.acked.has(phy));
    expect(unsure.length).toBeGreaterThan(0);
    await site.mosquitto.restart();
    await until(() => waiting.every((phy) => site.heard().has(phy)), "what was only in memory", 70_000);
    await expectToForward(site);
    disk.clear();
    await until(() => site.status().failing === undefined, "custody", 70_000);
    // Before there is a ballast a store that fails for want of room cannot be opened again until there is some: what had
    // not been read by then waits on the disk.
    await until(() => stored.every((phy) => site.heard().has(phy)), "what was on the disk", 70_000);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 240_000);

  test("a file that may not grow: the same, behind an error in the middle of a log", async () => {
    const disk = mountSmallDisk(64 * MIB);
    const site = await openSite(join(disk.path, "journal"), { under: ["prlimit", "--fsize=60000"] });
    await site.mosquitto.kill();
    while (!failing(site)) {
      site.push(5);
      await pause(20);
    }
    const acked = [...site.forwarder.acked];
    expect(acked.length).toBeGreaterThan(0);
    await site.mosquitto.restart();
    await until(() => acked.every((phy) => site.heard().has(phy)), "what was acknowledged", 70_000);
    await expectToForward(site);
    await expectCleanStop(site);
  }, 240_000);
});

describe("a full disk before there is a ballast", () => {
  test("an export that removes is whole, refused at once, and done when there is room", async () => {
    const disk = mountSmallDisk(4 * MIB);
    const site = await openSite(join(disk.path, "journal"));
    const { agent, gateway, mosquitto, forwarder } = site;
    await mosquitto.kill();
    const stored = site.push(50);
    await until(() => stored.every((phy) => forwarder.acked.has(phy)), "custody");
    disk.fill();
    site.push(20);
    const full = "disk full: frames are carried, not stored";
    await until(() => agent.said(full).length > 0, "the disk to be noticed");
    expect(agent.said(full)[0]).toMatchObject({ ballast: "none yet", neededOctets: MIB });

    const out = join(gateway.directory, "out.jsonl");
    const begunMs = performance.now();
    const words = ["journal", "export", "--out", out, "--remove", "--socket", gateway.socket];
    const { code, stderr } = runCommand(words);
    expect(performance.now() - begunMs).toBeLessThan(10_000);
    expect(code).toBe(3);
    expect(stderr).toContain(`${out} is whole, but the frames are still in the journal`);
    expect(stderr).toContain("No space left on device");
    expect(readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(50);
    for (let look = 0; look < 5; look++) {
      expect(site.status().failing).toMatch(/No space left|no room/);
      await pause(WHILE_MS);
    }
    expect(site.status().storedFrames).toBe(50);

    disk.clear();
    await until(() => site.status().failing === undefined, "the disk", 70_000);
    await until(() => site.status().storedFrames === 20, "only what came later to be stored", 30_000);
    await expectCleanStop(site);
  }, 180_000);
});

describe("the ballast", () => {
  /** As an earlier run has left it. */
  async function withBallast(disk: SmallDisk): Promise<string> {
    const journal = join(disk.path, "journal");
    mkdirSync(journal);
    await openFiles().allocate(join(journal, "ballast"), BALLAST_OCTETS);
    return journal;
  }

  test.each([
    ["with it an export that removes gives it up, and works", true],
    ["without it the command changes nothing, and says what to do", false],
  ])(
    "with no agent running, on a full disk: %s",
    async (_, isThere) => {
      const disk = mountSmallDisk(48 * MIB);
      const journal = isThere ? await withBallast(disk) : join(disk.path, "journal");
      const site = await openSite(journal);
      await site.mosquitto.kill();
      const stored = site.push(50);
      await until(() => stored.every((phy) => site.forwarder.acked.has(phy)), "custody");
      await expectCleanStop(site);
      disk.fill();
      const out = join(site.gateway.directory, "out.jsonl");
      const words = ["journal", "export", "--out", out, "--remove", "--config", site.gateway.settingsPath];
      const { code, stderr } = runCommand(words);
      expect(existsSync(out)).toBe(isThere);
      if (isThere) {
        expect(stderr).toContain("50 frames removed from the journal");
        expect(code).toBe(0);
        expect(readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(50);
      } else {
        expect(stderr).toContain("Free a few megabytes there");
        expect(code).toBe(3);
      }
    },
    60_000,
  );

  test("is given up on a full disk, so that what the core takes can be removed, and comes back with the room", async () => {
    const disk = mountSmallDisk(48 * MIB);
    const journal = await withBallast(disk);
    const site = await openSite(journal);
    await site.mosquitto.kill();
    const stored = site.push(200);
    await until(() => stored.every((phy) => site.forwarder.acked.has(phy)), "custody");
    disk.fill();
    site.push(20);
    await until(
      () => site.agent.said("journal ballast given up: the disk is full").length > 0,
      "the ballast",
    );
    expect(existsSync(join(journal, "ballast"))).toBe(false);
    await site.mosquitto.restart();
    await until(() => stored.every((phy) => site.heard().has(phy)), "every frame", 70_000);
    // Nobody has made room: it removes all the same.
    await until(() => site.status().storedFrames === 0, "the journal to be empty", 30_000);
    disk.clear();
    await until(() => existsSync(join(journal, "ballast")), "the ballast to be back", 30_000);
    await expectCustody(site);
    await expectCleanStop(site);
  }, 240_000);
});

describe("a disk that hangs", () => {
  test("stops neither the start, nor live frames, nor the end; what it holds comes when it answers", async () => {
    const disk = mountSmallDisk(64 * MIB);
    const journal = join(disk.path, "journal");
    const first = await openSite(journal);
    await first.mosquitto.kill();
    const stored = first.push(5);
    await until(() => stored.every((phy) => first.forwarder.acked.has(phy)), "custody");
    await expectCleanStop(first);
    // Whoever opens it to read waits until somebody writes.
    const current = join(journal, "CURRENT");
    const saved = readFileSync(current);
    rmSync(current);
    execFileSync("mkfifo", [current]);

    const site = await openSite(journal);
    await expectToForward(site);
    await expectNoCustody(site);
    const { signal, tookMs } = await site.agent.stop();
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    expect(signal).toBe("SIGTERM");
    expect(site.agent.said("stopped")).toHaveLength(1);
    expect(site.agent.said("stopped before everything was closed")).toEqual([]);

    const again = await openSite(journal);
    await expectToForward(again);
    renameSync(current, join(journal, "fifo"));
    writeFileSync(current, saved);
    writeFileSync(join(journal, "fifo"), saved);
    rmSync(join(journal, "fifo"));
    await until(() => stored.every((phy) => again.heard().has(phy)), "the stored frames", 70_000);
    await expectCustody(again);
    await expectCleanStop(again);
  }, 240_000);
});

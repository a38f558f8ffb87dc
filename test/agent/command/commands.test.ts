/**
 * Goal: a core that may, gets what it asked; whatever is refused does nothing, is answered, and stands in the audit log.
 * Method: the real wiring in the simulated world, commanded through its broker. Settings on trial: settings-change.test.ts;
 * programs: exec.test.ts.
 */
import { describe, expect, test } from "vitest";
import {
  BUDGET_EVERY_MS,
  BUDGET_MAX,
  DATA_KB_EVERY_MS,
  DATA_KB_MAX,
  REFUSALS_MAX,
} from "../../../agent/command/desk.ts";
import { COMMAND_OCTETS_MAX } from "../../../agent/command/envelope.ts";
import { REPLY_OCTETS_MAX } from "../../../agent/command/reply.ts";
import { coreToml, EUI } from "../agent-world.ts";
import { AUDIT_PATH, type CommandWorld, openCommandWorld } from "./command-world.ts";

const MAINTENANCE = { action: "begin", reason: "new antenna", durationS: 3_600 };
const isInMaintenance = (world: CommandWorld): boolean =>
  world.agent.status().health.maintenance !== undefined;
const isoIn = (world: CommandWorld, ms: number): string => new Date(world.clock.wallMs() + ms).toISOString();

/** Frames that wait for a core that is away. */
async function withStoredFrames(world: CommandWorld, frames: number): Promise<void> {
  world.core().unsubscribe();
  for (let fCnt = 0; fCnt < frames; fCnt++) {
    world.heardForwarder.push(world.rxpk({ devAddr: `2601000${fCnt % 8}`, fCnt: 100 + fCnt }));
    await world.clock.advance(500);
  }
  await world.pass(5_000);
}

describe("a core that may change things gets", () => {
  test("the full health report", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("health");
    expect(reply).toMatchObject({ command: "health", outcome: "done", gateway: { clock: "synchronised" } });
    expect(reply?.result).toMatchObject({ version: 1 });
  });

  test("the last lines of the log, the newest ones that it asked for", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("log-tail", { lines: 3 });
    expect(reply?.result.lines).toHaveLength(3);
    expect(reply?.result.more).toBe(true);
    const warnings = await world.send("log-tail", { level: "warn" });
    expect(warnings?.result.lines.every(({ level }: { level: string }) => level !== "info")).toBe(true);
  });

  test("the settings in force, without a secret", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("settings", { origins: true });
    expect(reply?.result.settings.core[0]).toMatchObject({ id: "main", commands: "change" });
    expect(reply?.result.settings.journal.path).toBe("/journal");
    expect(reply?.result.origins["journal.path"]).toBe("file");
    expect(reply?.result.waiting).toEqual([]);
  });

  test("nothing of what its broker, or another core's, is asked with", async () => {
    const core = coreToml("web").replace("mqtt://web:1883", "ws://web/mqtt?token=SECRET99");
    const world = await openCommandWorld({ core });
    await world.pass(60_000);
    expect(world.log.map(({ event }) => event)).toContain("core not connected");
    for (const name of ["log-tail", "settings", "health"]) {
      const reply = await world.send(name);
      expect(reply?.outcome).toBe("done");
      expect(JSON.stringify(reply)).not.toContain("SECRET99");
    }
    expect(JSON.stringify([world.log, world.agent.status()])).not.toContain("SECRET99");
  });

  test("maintenance begun, shown, and ended", async () => {
    const world = await openCommandWorld();
    expect((await world.send("maintenance", MAINTENANCE))?.result).toMatchObject({
      active: true,
      reason: "new antenna",
      by: "main",
    });
    const { sinceAt, untilAt } = world.replies.at(-1)!.result;
    expect(Date.parse(untilAt) - Date.parse(sinceAt)).toBe(3_600_000);
    expect(isInMaintenance(world)).toBe(true);
    expect((await world.send("maintenance", { action: "show" }))?.result.active).toBe(true);
    expect((await world.send("maintenance", { action: "end" }))?.result).toEqual({ active: false });
    expect(isInMaintenance(world)).toBe(false);
  });

  test("the journal's figures, thinning shown and then done", async () => {
    const world = await openCommandWorld();
    await withStoredFrames(world, 40);
    const stats = await world.send("journal-stats");
    expect(stats?.result).toMatchObject({ storedFrames: 40, byCore: { main: 40 } });
    expect(stats?.result.directory).toBeUndefined();
    const shown = await world.send("journal-thin", { toPercent: 50 });
    expect(shown?.result.dryRun).toBe(true);
    expect(shown?.result.frames).toBeGreaterThan(0);
    expect(world.agent.status().journal.storedFrames).toBe(40);
    const thinned = await world.send("journal-thin", { toPercent: 50, dryRun: false });
    expect(thinned?.result.frames).toBe(shown?.result.frames);
    expect(world.agent.status().journal.storedFrames).toBe(40 - thinned?.result.frames);
  });

  test("frames that wait for it, in parts that each fit a message, and where to go on", async () => {
    const world = await openCommandWorld();
    await withStoredFrames(world, 120);
    const last = await world.send("journal-export", { octetsMax: 60_000 });
    const parts = world.replies.filter(({ command }) => command === "journal-export");
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_part, at) => at + 1));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map((part) => part.last)).toEqual([...parts.slice(1).map(() => false), true]);
    for (const part of parts)
      expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(REPLY_OCTETS_MAX);
    const rest = await world.send("journal-export", {
      afterSequence: last?.result.nextAfter,
      octetsMax: 60_000,
    });
    const sequences = world.replies
      .filter(({ command }) => command === "journal-export")
      .flatMap(({ result }) => result.frames.map(({ sequence }: { sequence: number }) => sequence));
    expect(new Set(sequences).size).toBe(120);
    expect(sequences).toHaveLength(120);
    expect(rest?.result.nextAfter).toBeUndefined();
  });

  test("none of the frames that wait for another core alone", async () => {
    const world = await openCommandWorld({
      core: coreToml("other", 'commands = "read"\nnet_ids = ["000013"]'),
    });
    await withStoredFrames(world, 4);
    world.core("other").broker.die();
    world.core("other").unsubscribe();
    const replies: string[] = [];
    world.core("other").broker.revive();
    world
      .core("other")
      .broker.listen("eu868/edge/+/reply/+", ({ payload }) => replies.push(payload.toString()));
    await world.pass(120_000);
    const command = { id: "theirs", issuedAt: isoIn(world, 0), ttlS: 60 };
    await world.publish("journal-export", JSON.stringify(command), { coreId: "other" });
    const [reply] = replies.map((text) => JSON.parse(text));
    expect(reply).toMatchObject({ id: "theirs", outcome: "done" });
    for (const frame of reply.result.frames) expect(frame.cores).toContain("other");
  });

  test("an honest no where the forwarder cannot be restarted", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("forwarder-restart", { reason: "it is mute" });
    expect(reply).toMatchObject({ outcome: "failed", reason: "noCommand" });
  });

  test("the forwarder restarted where there is a command for it, as often as somebody who asks may have it", async () => {
    const tables = '[care]\nrestart_command = ["restart-it", "now"]';
    const world = await openCommandWorld({ tables, programExitCode: 0 });
    await world.send("maintenance", MAINTENANCE);
    const restarts = () => world.programs.filter(([program]) => program === "restart-it");
    const reply = await world.send("forwarder-restart", { reason: "it is mute" });
    expect(reply).toMatchObject({ outcome: "done", result: { restarted: true } });
    expect(restarts()).toEqual([["restart-it", "now"]]);
    expect(world.agent.status().care.forwarder.restarts).toMatchObject([
      { by: "command", why: "core main: it is mute" },
    ]);
    expect(await world.send("forwarder-restart", { reason: "again" })).toMatchObject({ reason: "tooSoon" });
    await world.pass(60_000);
    expect((await world.send("forwarder-restart", { reason: "again" }))?.outcome).toBe("done");
    expect(restarts()).toHaveLength(2);
  });

  test("the settings without what may hide a secret: arguments of programs, what is behind the ? of an address", async () => {
    const tables =
      '[care]\nrestart_command = ["restart-it", "--password=hunter2"]\n[command]\nexec = { modem = ["/bin/modem", "hunter2"] }';
    const core = 'client_id = "gw"\n[[core]]\nid = "web"\nservers = ["wss://broker/mqtt?token=hunter2"]';
    const world = await openCommandWorld({ tables, core });
    const { settings } = (await world.send("settings"))!.result;
    expect(JSON.stringify(settings)).not.toContain("hunter2");
    expect(settings.care.restart_command[0]).toBe("restart-it");
    expect(settings.command.exec.modem[0]).toBe("/bin/modem");
    expect(settings.core[1].servers[0]).toContain("wss://broker/mqtt?");
  });

  test("the replay plan, and says one to all gateways, but none that nobody would follow", async () => {
    const world = await openCommandWorld();
    expect((await world.send("replay-plan", { action: "show" }))?.result).toMatchObject({ phase: "calm" });
    const [t0, tFrom] = [isoIn(world, 120_000), isoIn(world, -3_600_000)];
    const reply = await world.send("replay-plan", { action: "propose", t0, tFrom });
    expect(reply).toMatchObject({ outcome: "done", result: { proposed: { t0, tFrom, k: 60, by: "main" } } });
    const plan = world.core().broker.retained.get("eu868/edge/replay-plan");
    expect(JSON.parse(plan!.payload.toString())).toMatchObject({ t0, k: 60 });
    const far = await world.send("replay-plan", { action: "propose", t0: isoIn(world, 86_400_000), tFrom });
    expect(far).toMatchObject({ outcome: "refused" });
  });
});

describe("a command that is refused does nothing, is answered, and stands in the audit log:", () => {
  const ids = { id: "refused-1" };

  /** Begins maintenance, as `envelope` says. */
  async function refusedAs(
    world: CommandWorld,
    reason: string,
    given: object = MAINTENANCE,
    envelope: object = {},
    name = "maintenance",
  ): Promise<void> {
    const reply = await world.send(name, given, { ...ids, ...envelope });
    expect(reply).toMatchObject({ id: "refused-1", outcome: "refused", reason });
    expect(isInMaintenance(world)).toBe(false);
    expect((await world.audit()).at(-1)).toMatchObject({
      core: "main",
      gatewayEui: EUI,
      id: "refused-1",
      outcome: "refused",
      reason,
    });
  }

  test("what lay there, retained", async () => {
    const world = await openCommandWorld();
    const said = { ...ids, issuedAt: isoIn(world, 3_000), ttlS: 60, arguments: MAINTENANCE };
    world.core().broker.die();
    await world.pass(1_000);
    world.core().broker.revive();
    const topic = `eu868/edge/${EUI}/command/maintenance`;
    world.core().broker.publish({ topic, payload: Buffer.from(JSON.stringify(said)), qos: 1, retain: true });
    await world.pass(15_000);
    expect(world.agent.status().cores[0]?.state).toBe("connected");
    expect(isInMaintenance(world)).toBe(false);
    expect(world.replies.at(-1)).toMatchObject({ id: "refused-1", outcome: "refused", reason: "retained" });
    expect((await world.audit()).at(-1)).toMatchObject({ id: "refused-1", reason: "retained" });
  });

  test.each([
    ["in the same process", async () => undefined],
    ["by the process before this one", (world: CommandWorld) => world.stop().then(() => world.start())],
    [
      "before the power was cut",
      (world: CommandWorld) => {
        world.cutPower();
        return world.start();
      },
    ],
  ])("what was seen before %s", async (_when, happens) => {
    const world = await openCommandWorld();
    const said = { ...ids, issuedAt: isoIn(world, 0), ttlS: 3_600, arguments: MAINTENANCE };
    await world.publish("maintenance", JSON.stringify(said));
    expect(isInMaintenance(world)).toBe(true);
    await world.send("maintenance", { action: "end" });
    await world.pass(2_000);
    await happens(world);
    await world.pass(10_000);
    await refusedAs(world, "replayed", MAINTENANCE, said);
  });

  test("what was done when the power was cut that very moment", async () => {
    const world = await openCommandWorld();
    const said = { ...ids, issuedAt: isoIn(world, 0), ttlS: 3_600, arguments: MAINTENANCE };
    const payload = Buffer.from(JSON.stringify(said));
    const topic = `eu868/edge/${EUI}/command/maintenance`;
    world.core().broker.publish({ topic, payload, qos: 1 });
    while (!isInMaintenance(world)) await world.clock.advance(1);
    world.cutPower();
    await world.start();
    await world.pass(10_000);
    await world.send("maintenance", { action: "end" });
    await refusedAs(world, "replayed", MAINTENANCE, said);
  });

  test("what changes something while the disk does not remember it, unless it is for this boot alone", async () => {
    const world = await openCommandWorld();
    world.stores.refuse((operation) => operation === "batch");
    await refusedAs(world, "notRemembered");
    expect((await world.send("journal-stats"))?.outcome).toBe("done");
    const uptime = { bootId: world.clock.kernelBootId(), untilS: world.clock.monotonicMs() / 1e3 + 60 };
    expect((await world.send("maintenance", MAINTENANCE, { uptime }))?.outcome).toBe("done");
  });

  test("the same on a disk that hangs, and nobody waits for it longer than some seconds", async () => {
    const world = await openCommandWorld();
    world.lineFiles.hangs = true;
    const release = world.stores.stall();
    const uptime = { bootId: world.clock.kernelBootId(), untilS: world.clock.monotonicMs() / 1e3 + 60 };
    for (const id of ["one", "two", "three"]) {
      await world.send("maintenance", MAINTENANCE, { id });
      await world.clock.advance(5_000);
      expect(world.replies.at(-1)).toMatchObject({ id, reason: "notRemembered" });
    }
    await world.send("maintenance", MAINTENANCE, { id: "by-uptime", uptime });
    await world.clock.advance(20_000);
    expect(world.replies.at(-1)).toMatchObject({ id: "by-uptime", outcome: "done" });
    expect((await world.send("journal-stats"))?.outcome).toBe("done");
    release();
    await world.stop();
  });

  test("what has expired", async () => {
    const world = await openCommandWorld();
    await refusedAs(world, "expired", MAINTENANCE, { issuedAt: isoIn(world, -60_000) });
  });

  test("what is from a future that no clock of a sender could be wrong by", async () => {
    const world = await openCommandWorld();
    await refusedAs(world, "issuedInFuture", MAINTENANCE, { issuedAt: isoIn(world, 62_000) });
  });

  test("what is for another boot than this", async () => {
    const world = await openCommandWorld();
    await refusedAs(world, "otherBoot", MAINTENANCE, { uptime: { bootId: "f".repeat(32), untilS: 1e6 } });
  });

  test("what is no envelope, or has a field that nobody knows", async () => {
    const world = await openCommandWorld();
    await refusedAs(world, "malformed", { ...MAINTENANCE, durationMs: 5 });
    await refusedAs(world, "malformed", MAINTENANCE, { tllS: 5, id: "refused-1" });
    await refusedAs(world, "malformed", { action: "begin", reason: "no end" });
  });

  test("what is unknown", async () => {
    const world = await openCommandWorld();
    await refusedAs(world, "unknown", MAINTENANCE, {}, "reboot");
    expect(world.replies.at(-1)?.command).toBe("reboot");
  });

  test("what changes something, from a core that may only read; what reads is answered", async () => {
    const world = await openCommandWorld({ commands: "read" });
    await refusedAs(world, "notAllowed");
    expect((await world.send("journal-thin", { toPercent: 10 }))?.outcome).toBe("done");
    expect((await world.send("journal-thin", { toPercent: 10, dryRun: false }))?.reason).toBe("notAllowed");
  });

  test("what is too large is not even read, so nobody is answered", async () => {
    const world = await openCommandWorld();
    const said = { ...ids, issuedAt: isoIn(world, 0), ttlS: 60, arguments: MAINTENANCE };
    const most = JSON.stringify(said).padEnd(COMMAND_OCTETS_MAX);
    await world.publish("maintenance", `${most} `);
    expect(isInMaintenance(world)).toBe(false);
    expect((await world.audit()).at(-1)).toMatchObject({ outcome: "refused", reason: "tooLarge" });
    await world.publish("maintenance", most.replace(isoIn(world, 0), said.issuedAt));
    expect(world.replies.filter(({ id }) => id === "refused-1").length).toBe(1);
  });

  test("what is too much at once", async () => {
    const world = await openCommandWorld();
    for (let at = 0; at < BUDGET_MAX; at++) {
      const said = { id: `many-${at}`, issuedAt: isoIn(world, 0), ttlS: 60 };
      world.core().broker.publish({
        topic: `eu868/edge/${EUI}/command/journal-stats`,
        payload: Buffer.from(JSON.stringify(said)),
        qos: 1,
      });
      await world.clock.advance(50);
    }
    await refusedAs(world, "tooMany");
    // A minute later there is room again.
    expect((await world.send("maintenance", MAINTENANCE))?.outcome).toBe("done");
  });
});

test("what only reads is answered in one breath, as a person's script asks it", async () => {
  const world = await openCommandWorld();
  await withStoredFrames(world, 120);
  const before = world.replies.length;
  const names = ["journal-export", "journal-export", "health", "log-tail", "settings", "journal-stats"];
  for (const [at, name] of names.entries()) {
    const said = { id: `${at}`, issuedAt: isoIn(world, 0), ttlS: 60 };
    const topic = `eu868/edge/${EUI}/command/${name}`;
    world.core().broker.publish({ topic, payload: Buffer.from(JSON.stringify(said)), qos: 1 });
  }
  await world.clock.advance(3_000);
  const last = world.replies.slice(before).filter((reply) => reply.last !== false);
  expect(last.map(({ id, outcome }) => `${id} ${outcome}`).sort()).toEqual(
    names.map((_name, at) => `${at} done`),
  );
});

describe("no core takes anything from another:", () => {
  async function withOther(other = 'commands = "change"'): Promise<CommandWorld> {
    const world = await openCommandWorld({ core: coreToml("other", other) });
    await world.pass(5_000);
    return world;
  }

  test("the flood of one leaves the other his commands", async () => {
    const world = await withOther('commands = "read"');
    for (let at = 0; at < 5 * BUDGET_MAX; at++)
      world.core("other").broker.publish({
        topic: `eu868/edge/${EUI}/command/health`,
        payload: Buffer.from("{}"),
        qos: 1,
      });
    expect((await world.send("maintenance", MAINTENANCE))?.outcome).toBe("done");
  });

  test("of two that change the settings at once one does, and comes back to what was there before both", async () => {
    const world = await withOther();
    const before = world.settingsText();
    const change = (coreId: string, level: string) =>
      world.core(coreId).broker.publish({
        topic: `eu868/edge/${EUI}/command/settings-change`,
        payload: Buffer.from(
          JSON.stringify({
            id: coreId,
            issuedAt: isoIn(world, 0),
            ttlS: 60,
            arguments: { merge: { log: { level } } },
          }),
        ),
        qos: 1,
      });
    change("main", "debug");
    change("other", "warn");
    await world.clock.advance(2_000);
    const outcomes = (await world.audit()).map(({ outcome, reason }) => `${outcome} ${reason ?? ""}`.trim());
    expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(1);
    expect(outcomes.filter((outcome) => /refused (busy|onTrial)/.test(outcome))).toHaveLength(1);
    expect(world.files.contents.get("/etc/edge-agent/agent.toml.previous")?.toString()).toBe(before);
  });
});

test("a core that asks for more than a road can bear gets a word instead of data, and more as time passes", async () => {
  const world = await openCommandWorld();
  await withStoredFrames(world, 120);
  let kb = 0;
  for (;;) {
    const before = world.replies.length;
    const last = await world.send("journal-export");
    kb += Buffer.byteLength(JSON.stringify(world.replies.slice(before))) / 1_024;
    if (last?.outcome !== "done") {
      expect(last).toMatchObject({ outcome: "failed", reason: "dataLimit", last: true });
      break;
    }
    expect(kb).toBeLessThan(DATA_KB_MAX + 64);
    await world.pass(BUDGET_EVERY_MS);
  }
  expect(kb).toBeGreaterThan(DATA_KB_MAX * 0.9);
  expect((await world.send("maintenance", MAINTENANCE))?.outcome).toBe("done");
  await world.pass(100 * DATA_KB_EVERY_MS);
  expect((await world.send("journal-export"))?.outcome).toBe("done");
}, 60_000);

describe("on a gateway whose clock is wrong", () => {
  async function unsynchronised(): Promise<CommandWorld> {
    const world = await openCommandWorld({ probeFile: "" });
    world.clock.stepWall(-20 * 365 * 86_400_000);
    return world;
  }

  test("what only reads is answered, and the reply tells the boot's own time", async () => {
    const world = await unsynchronised();
    expect(world.agent.status().clock.state).toBe("unsynchronised");
    const reply = await world.send("journal-stats", {}, { issuedAt: "2026-01-01T00:00:00Z" });
    expect(reply?.outcome).toBe("done");
    expect(reply?.gateway.at).toBeUndefined();
    expect(reply?.gateway.bootId).toBe(world.clock.kernelBootId());
  });

  test("what changes something must be for this boot and its time, and then is done once", async () => {
    const world = await unsynchronised();
    const issuedAt = "2026-01-01T00:00:00Z";
    expect((await world.send("maintenance", MAINTENANCE, { issuedAt }))?.reason).toBe("clockUnknown");
    const uptime = { bootId: world.clock.kernelBootId(), untilS: world.clock.monotonicMs() / 1e3 + 60 };
    const over = { ...uptime, untilS: world.clock.monotonicMs() / 1e3 - 1 };
    expect((await world.send("maintenance", MAINTENANCE, { issuedAt, uptime: over }))?.reason).toBe(
      "expired",
    );
    expect(isInMaintenance(world)).toBe(false);
    const good = { issuedAt, uptime, id: "by-uptime" };
    expect((await world.send("maintenance", MAINTENANCE, good))?.outcome).toBe("done");
    expect((await world.send("maintenance", MAINTENANCE, good))?.reason).toBe("replayed");
  });
});

describe("the audit log", () => {
  test("has a change as begun before it is done, and never what was in a command", async () => {
    const world = await openCommandWorld();
    await world.send("maintenance", { ...MAINTENANCE, reason: "hunter2-secret" });
    const lines = await world.audit();
    expect(lines.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
      "maintenance begun",
      "maintenance done",
    ]);
    expect(world.lineFiles.text(AUDIT_PATH)).not.toContain("hunter2");
  });

  test("on a disk that refuses keeps nobody from being answered", async () => {
    const world = await openCommandWorld();
    world.lineFiles.refuses = true;
    expect((await world.send("maintenance", MAINTENANCE))?.outcome).toBe("done");
    expect(world.log.map(({ event }) => event)).toContain("audit log not written");
  });

  /** How many were refused, by its entries. */
  const refusedIn = (entries: readonly Record<string, string>[]): number =>
    entries.reduce((sum, { outcome, count = "1" }) => sum + (outcome === "refused" ? Number(count) : 0), 0);

  test("has all that was too much, most of it as a sum that names the last", async () => {
    const world = await openCommandWorld();
    const sent = BUDGET_MAX + REFUSALS_MAX + 30;
    for (let at = 1; at <= sent; at++) {
      const said = { id: `many-${at}`, issuedAt: isoIn(world, 0), ttlS: 60, arguments: { lines: -1 } };
      world.core().broker.publish({
        topic: `eu868/edge/${EUI}/command/log-tail`,
        payload: Buffer.from(JSON.stringify(said)),
        qos: 1,
      });
      await world.clock.advance(20);
    }
    const entries = await world.audit();
    expect(refusedIn(entries)).toBe(sent);
    expect(entries.filter(({ reason }) => reason === "tooMany")).toHaveLength(REFUSALS_MAX + 1);
    expect(entries.at(-1)).toMatchObject({
      core: "main",
      gatewayEui: EUI,
      command: "log-tail",
      id: `many-${sent}`,
      outcome: "refused",
      reason: "tooMany",
      count: 30,
    });
    expect(world.counted("commandRefused", "tooMany")).toBe(REFUSALS_MAX + 30);
    expect(world.replies.filter(({ reason }) => reason === "tooMany")).toHaveLength(REFUSALS_MAX);
  });

  test("also has those that came all at once, before anybody could look at one", async () => {
    const world = await openCommandWorld();
    for (let at = 1; at <= 100; at++)
      world.core().broker.publish({
        topic: `eu868/edge/${EUI}/command/log-tail`,
        payload: Buffer.from("{"),
        qos: 1,
      });
    await world.clock.advance(1_000);
    expect(refusedIn(await world.audit())).toBe(100);
    const counted = ["malformed", "tooMany"].map((reason) => world.counted("commandRefused", reason));
    expect(counted[0]! + counted[1]!).toBe(100);
  });

  test("has one sum a minute of a flood that does not end, and the last of it when the agent stops", async () => {
    const world = await openCommandWorld();
    for (let at = 0; at < 5 * 60; at++) await world.publish("maintenance", "{");
    await world.stop();
    const entries = await world.audit();
    expect(refusedIn(entries)).toBe(5 * 60);
    expect(entries.filter(({ count }) => count !== undefined).length).toBeLessThanOrEqual(6);
    // 60 a minute are within the budget of commands and of refusals, and have entries of their own.
    expect(world.lineFiles.appends).toBeLessThanOrEqual(12);
  });

  test("writes a flood of refusals at most once a minute", async () => {
    const world = await openCommandWorld({ commands: "read" });
    for (let at = 0; at < 100; at++) await world.publish("maintenance", "{}");
    await world.audit();
    expect(world.lineFiles.appends).toBeLessThanOrEqual(3);
  });
});

test("frames do not wait for commands: amid a flood of them each goes at once", async () => {
  const world = await openCommandWorld({ core: coreToml("away") });
  world.core("away").broker.die();
  for (let fCnt = 0; fCnt < 100; fCnt++) {
    world.heardForwarder.push(world.rxpk({ devAddr: "26010001", fCnt: 100 + fCnt }));
    await world.clock.advance(500);
  }
  const { ups } = world.core();
  for (const name of ["journal-export", "log-tail", "settings", "health", "nonsense"]) {
    const said = { id: name, issuedAt: isoIn(world, 0), ttlS: 60 };
    const topic = `eu868/edge/${EUI}/command/${name}`;
    world.core().broker.publish({ topic, payload: Buffer.from(JSON.stringify(said)), qos: 1 });
    const before = ups.length;
    world.heardForwarder.push(world.rxpk({ devAddr: "26019999", fCnt: before }));
    await world.clock.advance(20);
    expect(ups.length - before).toBe(1);
  }
});

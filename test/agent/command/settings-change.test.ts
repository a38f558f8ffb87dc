/**
 * Goal: settings that a core has sent are kept when that core is reached again, and come back by themselves when it is not:
 * live, with a restart, with a power cut, with an agent that would not start.
 * Method: the real wiring in the simulated world over a settings file that outlives the process; a supervisor starts the
 * agent anew as run.ts does. The decisions at each start, one by one: trial.test.ts.
 */
import { describe, expect, test } from "vitest";
import { SETTLE_MS } from "../../../agent/command/trial-watch.ts";
import { coreToml } from "../agent-world.ts";
import { AUDIT_PATH, type CommandWorld, openCommandWorld, SETTINGS_PATH, tomlOf } from "./command-world.ts";

const LIMIT_MS = 10 * 60_000;
const LIVE = { merge: { log: { level: "debug" } } };
const RESTART = { merge: { core: { main: { servers: ["mqtt://nowhere:1883"] } } } };
const note = (world: CommandWorld): string | undefined =>
  world.files.contents.get(`${SETTINGS_PATH}.trial`)?.toString();
const outcomes = async (world: CommandWorld): Promise<string[]> =>
  (await world.audit()).filter(({ command }) => command === "settings-change").map(({ outcome }) => outcome!);
const lastReply = (world: CommandWorld, id: string) =>
  world.replies.filter((reply) => reply.id === id).at(-1);

/** As its supervisor: it has ended, and starts anew from the file. */
async function restart(world: CommandWorld): Promise<void> {
  expect(world.restarts.length).toBeGreaterThan(0);
  await world.stop();
  await world.pass(20_000);
  await world.startFromFile();
}

describe("a good change", () => {
  test("is in force at once where it may be, and confirmed once the core is reached", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("settings-change", LIVE, { id: "good" });
    expect(reply).toMatchObject({
      outcome: "accepted",
      result: { state: "onTrial", live: ["log.level"], restart: [], leftS: LIMIT_MS / 1e3 },
    });
    expect((await world.send("settings"))?.result.settings.log.level).toBe("debug");
    expect(world.settingsText()).toBe(`${tomlOf()}\n[log]\nlevel = "debug"\n`);
    await world.pass(SETTLE_MS + 10_000);
    expect(lastReply(world, "good")).toMatchObject({ outcome: "done", result: { state: "confirmed" } });
    expect(note(world)).toBeUndefined();
    expect(world.files.contents.get(`${SETTINGS_PATH}.previous`)?.toString()).toBe(tomlOf());
    expect(await outcomes(world)).toEqual(["begun", "accepted", "confirmed"]);
    await world.pass(2 * LIMIT_MS);
    expect((await world.send("settings"))?.result.settings.log.level).toBe("debug");
  });

  test("that needs a restart gets one, in order, and is confirmed by the process after it", async () => {
    const world = await openCommandWorld();
    const change = { merge: { core: { main: { stats_interval: "60s" } } } };
    const reply = await world.send("settings-change", change, { id: "good" });
    expect(reply?.result).toMatchObject({ state: "onTrial", restart: ["core.main.stats_interval"] });
    expect(world.restarts).toEqual(["settings changed by a core"]);
    await restart(world);
    await world.pass(SETTLE_MS + 10_000);
    expect(lastReply(world, "good")?.result).toEqual({ state: "confirmed" });
    expect((await world.send("settings"))?.result.settings.core[0].stats_interval).toBe("1m");
    expect(note(world)).toBeUndefined();
  });

  test("may be a whole file, and a setting goes back to its default by null", async () => {
    const world = await openCommandWorld({ tables: '[log]\nlevel = "warn" # quiet' });
    const reply = await world.send("settings-change", { merge: { log: { level: null } } });
    expect(reply?.result.live).toEqual(["log.level"]);
    expect(world.settingsText()).not.toContain("quiet");
    await world.pass(SETTLE_MS + 10_000);
    const whole = await world.send("settings-change", {
      toml: tomlOf({ tables: "[downlink]\nenforce_duty_cycle = true" }),
    });
    expect(whole?.result.live).toEqual(["downlink.enforce_duty_cycle"]);
  });

  test("may lead a core to another broker, beside another core that stays as it is", async () => {
    const world = await openCommandWorld({ core: coreToml("second") });
    const reply = await world.send("settings-change", RESTART);
    expect(reply).toMatchObject({ outcome: "accepted", result: { restart: ["core.main.servers"] } });
    expect(world.settingsText()).toContain("mqtt://second:1883");
  });

  test("is only shown by a dry run", async () => {
    const world = await openCommandWorld({ commands: "read" });
    const reply = await world.send("settings-change", { ...RESTART, dryRun: true });
    expect(reply?.result).toMatchObject({ state: "wouldChange", restart: ["core.main.servers"] });
    expect(world.settingsText()).toBe(tomlOf({ commands: "read" }));
    expect(note(world)).toBeUndefined();
  });
});

describe("a bad change comes back by itself", () => {
  test("when it may be made live and the core is not reached", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", LIVE, { id: "bad" });
    world.core().broker.die();
    await world.pass(LIMIT_MS - 10_000);
    expect(note(world)).toContain("onTrial");
    await world.pass(20_000);
    expect(world.settingsText()).toBe(tomlOf());
    world.core().broker.revive();
    await world.pass(SETTLE_MS + 20_000);
    expect(lastReply(world, "bad")).toMatchObject({
      outcome: "failed",
      reason: "unreached",
      result: { state: "rolledBack" },
    });
    expect((await world.send("settings"))?.result.settings.log.level).toBe("info");
    expect(note(world)).toBeUndefined();
    expect(await outcomes(world)).toEqual(["begun", "accepted", "rolledBack"]);
    expect(world.restarts).toEqual([]);
  });

  test("when nobody listens where it leads, though a broker answers there", async () => {
    const world = await openCommandWorld();
    await world.send(
      "settings-change",
      { merge: { core: { main: { topic_prefix: "us915" } } } },
      { id: "bad" },
    );
    await restart(world);
    await world.pass(LIMIT_MS);
    expect(world.settingsText()).toBe(tomlOf());
  });

  test("when it took a restart: by another one, after the limit", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", RESTART, { id: "bad" });
    await restart(world);
    await world.pass(LIMIT_MS - 40_000);
    expect(world.settingsText()).toContain("nowhere");
    await world.pass(40_000);
    expect(world.settingsText()).toBe(tomlOf());
    expect(world.restarts).toEqual(["settings changed by a core", "settings taken back"]);
    await restart(world);
    await world.pass(SETTLE_MS + 20_000);
    expect(lastReply(world, "bad")).toMatchObject({ outcome: "failed", result: { state: "rolledBack" } });
    expect(note(world)).toBeUndefined();
  });

  test("when the agent ends in between and starts after the limit", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", RESTART, { id: "bad" });
    await world.stop();
    await world.pass(LIMIT_MS + 1_000);
    await world.startFromFile();
    expect(world.settingsText()).toBe(tomlOf());
    await world.pass(SETTLE_MS + 20_000);
    expect(lastReply(world, "bad")).toMatchObject({ outcome: "failed", reason: "unreached" });
  });

  test("when the power is cut in between, and again at every start", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", RESTART, { id: "bad" });
    for (let start = 0; start < 4; start++) {
      world.cutPower();
      await world.pass(5_000);
      await world.startFromFile();
    }
    expect(world.settingsText()).toBe(tomlOf());
    await world.pass(SETTLE_MS + 20_000);
    expect(lastReply(world, "bad")).toMatchObject({ outcome: "failed", reason: "unusable" });
    expect((await world.audit()).map(({ outcome }) => outcome)).toContain("rolledBack");
    expect(world.lineFiles.text(AUDIT_PATH)).toContain("unusable");
  });

  test("with the limit that was asked for", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", { ...LIVE, trialS: 60 });
    world.core().broker.die();
    await world.pass(66_000);
    expect(world.settingsText()).toBe(tomlOf());
  });

  test("but not over what somebody has written into the file by hand since", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", LIVE);
    world.core().broker.die();
    const byHand = tomlOf({ tables: '[log]\nlevel = "error"' });
    world.files.contents.set(SETTINGS_PATH, Buffer.from(byHand));
    await world.pass(LIMIT_MS + 10_000);
    expect(world.settingsText()).toBe(byHand);
    expect(note(world)).toBeUndefined();
  });
});

describe("a change is refused, and the file stays as it is,", () => {
  async function refusedAs(
    world: CommandWorld,
    given: object,
    reason: string,
    detail?: string,
  ): Promise<void> {
    const before = world.settingsText();
    const reply = await world.send("settings-change", given);
    expect(reply).toMatchObject({ reason });
    expect(reply?.outcome).not.toBe("accepted");
    if (detail !== undefined) expect(reply?.detail).toContain(detail);
    expect(world.settingsText()).toBe(before);
    expect(note(world)).toBeUndefined();
    expect(world.restarts).toEqual([]);
  }

  test.each([
    ["with a wrong value", { merge: { log: { level: "loud" } } }, "settingsInvalid", "log.level"],
    ["with an unknown key", { merge: { log: { levle: "info" } } }, "settingsInvalid", "levle"],
    ["with a contradiction", { merge: { core: { main: { key_file: "/k" } } } }, "settingsInvalid", "cert"],
    ["that is no TOML", { toml: "[core" }, "settingsInvalid", ""],
    [
      "for a core that is not there",
      { merge: { core: { other: { late: true } } } },
      "unknownCore",
      "core.other",
    ],
    ["with something that is no table", { merge: { log: "debug" } }, "badMerge", "log"],
    ["with both ways at once", { ...LIVE, toml: "" }, "malformed", undefined],
    [
      "that would give itself rights",
      { merge: { command: { exec_timeout: "1m" } } },
      "localOnly",
      "command.exec_timeout",
    ],
    [
      "that would run a program",
      { merge: { clock: { probe_command: ["/bin/sh"] } } },
      "localOnly",
      "clock.probe_command",
    ],
    [
      "that would read a secret",
      { merge: { core: { main: { password_file: "/etc/shadow" } } } },
      "localOnly",
      "password_file",
    ],
    [
      "that would show a key to its broker",
      { merge: { core: { main: { cert_file: "/c", key_file: "/etc/ssl/private/k" } } } },
      "localOnly",
      "core.main.cert_file, core.main.key_file",
    ],
    [
      "that would trust another broker",
      { merge: { core: { main: { ca_file: "/tmp/ca.pem" } } } },
      "localOnly",
      "core.main.ca_file",
    ],
    [
      "that would leave the journal behind",
      { merge: { journal: { path: "/tmp/j" } } },
      "localOnly",
      "journal.path",
    ],
    [
      "that would cut its sender off",
      { toml: tomlOf().replace('"main" # ours', '"mine"').replace('"change"', '"none"') },
      "ownCore",
      "main",
    ],
  ])("%s", async (_what, given, reason, detail) => {
    await refusedAs(await openCommandWorld(), given, reason, detail);
  });

  const second = coreToml("second", 'username = "gw"\npassword_file = "/etc/second"');

  test.each([
    ["servers, to which its password would go", { servers: ["mqtt://main:1883"] }, "core.second.servers"],
    ["user name", { username: "main" }, "core.second.username"],
    ["downlinks", { may_transmit: true }, "core.second.may_transmit"],
    ["rights", { commands: "change", late: true }, "core.second.late, core.second.commands"],
    ["password", { password_file: "/etc/main" }, "core.second.password_file"],
  ])("of another core's %s", async (_what, second_, detail) => {
    const world = await openCommandWorld({ core: second });
    await refusedAs(world, { merge: { core: { second: second_ } } }, "otherCore", detail);
  });

  test("by which a core would come, go, be renamed, or change places with another", async () => {
    const alone = await openCommandWorld();
    await refusedAs(alone, { toml: tomlOf({ core: second }) }, "otherCore", "core.second");
    const both = await openCommandWorld({ core: second });
    const toml = tomlOf({ core: second });
    await refusedAs(both, { toml: tomlOf() }, "otherCore", "core.second");
    await refusedAs(
      both,
      { toml: toml.replace('"second"', '"third"') },
      "otherCore",
      "core.second, core.third",
    );
    const [top, own] = tomlOf().split("[[core]]");
    const swapped = `${top}${second}may_transmit = false\nhealth = false\n[[core]]${own}may_transmit = true\nhealth = true\n`;
    await refusedAs(both, { toml: swapped }, "otherCore", "core.main, core.second");
  });

  test("that needs a restart where there is no supervisor; what is live is taken", async () => {
    const world = await openCommandWorld({ supervised: false });
    await refusedAs(world, RESTART, "noSupervisor", "core.main.servers");
    expect((await world.send("settings-change", LIVE))?.outcome).toBe("accepted");
  });

  test("without a word of what another core's broker is asked with", async () => {
    const core = coreToml("second").replace("mqtt://second:1883", "ws://second/?token=SECRET99");
    const world = await openCommandWorld({ core });
    const reply = await world.send("settings-change", { merge: { core: { second: { kind: "gwmp" } } } });
    expect(reply?.detail).toContain("ws://second/?");
    expect(JSON.stringify(reply)).not.toContain("SECRET99");
  });

  test("while another one is on trial", async () => {
    const world = await openCommandWorld();
    await world.send("settings-change", LIVE, { id: "first" });
    const reply = await world.send("settings-change", { merge: { log: { level: "warn" } } });
    expect(reply).toMatchObject({ outcome: "refused", reason: "onTrial", detail: "first" });
    expect((await world.send("settings"))?.result.trial).toMatchObject({ state: "onTrial", id: "first" });
  });

  test("on a disk that refuses", async () => {
    const world = await openCommandWorld();
    const { replace } = world.files;
    Object.assign(world.files, {
      replace: async (path: string, content: Uint8Array) => {
        if (path === SETTINGS_PATH) world.files.break();
        return replace(path, content);
      },
    });
    const reply = await world.send("settings-change", LIVE);
    expect(reply).toMatchObject({ outcome: "failed", reason: "fileNotWritable" });
    expect(world.settingsText()).toBe(tomlOf());
  });
});

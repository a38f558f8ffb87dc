/**
 * What a profile gives to the settings: less than the file and the environment say, more than the defaults; and always
 * where it came from.
 */
import { describe, expect, test } from "vitest";
import { openSettings } from "../../../agent/config/open.ts";
import { printJson, printToml } from "../../../agent/config/print.ts";
import type { AskProfile } from "../../../agent/config/profile-defaults.ts";
import type { Settings } from "../../../agent/config/settings.ts";
import { sayTrouble } from "../../../agent/config/trouble.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { chooseProfile } from "../../../agent/profile/choose.ts";
import { makeText } from "../../../agent/text/text.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { FOLDER, keros5, keros6, PC, type Tree } from "./boxes.ts";

const t = makeText("en");
const CORE = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';
const SETTINGS = "/etc/edge-agent/agent.toml";
const INDEX = (await openFiles().read(`${FOLDER}/index.json`))!;

interface Asked {
  readonly toml?: string;
  readonly env?: Record<string, string>;
  readonly ask?: AskProfile;
}

/** The settings of a made-up box that has the shipped profiles in /profiles. */
async function settingsOn(tree: Tree, { toml = CORE, env = {}, ask }: Asked = {}) {
  const files = memoryFiles({ ...tree, "/profiles/index.json": INDEX, [SETTINGS]: toml });
  return openSettings({ files, env, t, askProfile: ask ?? chooseProfile(files, "/profiles") }, SETTINGS);
}

async function good(tree: Tree, asked: Asked = {}) {
  const loaded = await settingsOn(tree, asked);
  if (!loaded.ok) throw new Error(loaded.troubles.map((trouble) => sayTrouble(trouble, t)).join("\n"));
  return loaded;
}

const short = ({ gateway, forwarder, journal, clock }: Settings) => ({
  eui: gateway.eui,
  sent: forwarder.txPowerErrorMeansSent,
  commitMs: journal.commitIntervalMs,
  maxSize: journal.maxSizeOctets,
  probe: clock.probeFile,
});

describe("a recognised box", () => {
  test("gets the defaults of its profile, and its EUI from where the box has it", async () => {
    const { settings, profile } = await good(keros5("zcel"));
    expect(profile).toMatchObject({ name: "kerlink-izeptocell-keros5", how: "recognised" });
    expect(short(settings)).toEqual({
      eui: "7076ff0039040123",
      sent: true,
      commitMs: 1_000,
      maxSize: 256_000_000,
      probe: "",
    });
  });

  test("on KerOS 6 asks timesyncd about the clock, on KerOS 5 nobody", async () => {
    expect(short((await good(keros6("wiis"))).settings).probe).toBe("/run/systemd/timesync/synchronized");
    expect(short((await good(keros5("wiis"))).settings).probe).toBe("");
  });

  test("gives way to the settings file, key by key", async () => {
    const toml = `[journal]\ncommit_interval = "200ms"\n[gateway]\neui = "0102030405060708"\n[clock]\nprobe_file = "/mine"\n${CORE}`;
    expect(short((await good(keros5("wiis"), { toml })).settings)).toEqual({
      eui: "0102030405060708",
      sent: true,
      commitMs: 200,
      maxSize: 512_000_000,
      probe: "/mine",
    });
  });

  test("gives way to a setting that says just what the plain default says", async () => {
    const toml = `[journal]\ncommit_interval = "80ms"\n[forwarder]\ntx_power_error_means_sent = false\n${CORE}`;
    expect(short((await good(keros5("wiis"), { toml })).settings)).toMatchObject({
      sent: false,
      commitMs: 80,
    });
  });

  test("gives way to the environment", async () => {
    const env = { EDGE_AGENT_JOURNAL__COMMIT_INTERVAL: "300ms", EDGE_AGENT_GATEWAY__EUI: "" };
    const { settings } = await good(keros5("wiis"), { env });
    expect(short(settings)).toMatchObject({ commitMs: 300, eui: "" });
  });

  test("moves no path of ours: a box not recognised at one boot would lose its journal", async () => {
    const { settings } = await good(keros5("wiis"));
    const plain = (await good(PC)).settings;
    expect(settings.journal.path).toBe(plain.journal.path);
    expect(settings.control.socket).toBe(plain.control.socket);
  });
});

describe("the ports of the box", () => {
  const asking = (table: string, port: string): string => `[${table}]\nport = "${port}"\n${CORE}`;

  test("on KerOS 5: the free GNSS port is listened to, and the modem's owner is asked", async () => {
    const { settings, profile, warnings } = await good(keros5("wiis"));
    expect(settings.gnss.port).toBe("/dev/nmea2");
    expect(settings.modem).toMatchObject({ port: "", manager: "ofono" });
    expect(settings.system.voltagesCommand).toEqual(["sensors"]);
    expect(profile?.heldPorts).toContain("/dev/nmea1");
    expect(profile?.heldPorts).not.toContain("/dev/nmea2");
    expect(warnings).toEqual([]);
  });

  test("on a box of which nothing is known, none is opened", async () => {
    const { settings } = await good(PC);
    expect(settings).toMatchObject({ gnss: { port: "" }, modem: { port: "", manager: "none" } });
    expect(settings.system.voltagesCommand).toEqual([]);
  });

  test.each(["gnss", "modem"])(
    "%s.port that is the forwarder's is said at the start, which goes on",
    async (table) => {
      const { warnings } = await good(keros5("wiis"), { toml: asking(table, "/dev/nmea1") });
      expect(warnings.map(({ key }) => key)).toEqual([`${table}.port`]);
      expect(t.say(warnings[0]!.text)).toContain("/dev/nmea1 is read by another program");
    },
  );
});

describe("where each value comes from", () => {
  test("is said: file, environment, profile, default", async () => {
    const toml = `[journal]\nmax_size = "64MB"\n${CORE}`;
    const loaded = await good(keros5("wiis"), { toml, env: { EDGE_AGENT_LOG__LEVEL: "warn" } });
    const printed = printToml(loaded, t, { origin: true });
    expect(printed).toContain('commit_interval = "1s"  # profile kerlink-istation-keros5\n');
    expect(printed).toContain('max_size = "64MB"  # file, line 2\n');
    expect(printed).toContain('level = "warn"  # environment, EDGE_AGENT_LOG__LEVEL\n');
    expect(printed).toContain('max_age = "48h"  # default\n');
    expect(printToml(loaded, makeText("fr"), { origin: true })).toContain("# profil kerlink-istation-keros5");
    expect(printJson(loaded, { origin: true })).toMatchObject({
      origins: { "journal.commit_interval": { kind: "profile", profile: "kerlink-istation-keros5" } },
    });
  });
});

describe("gateway.profile", () => {
  const named = (name: string): string => `[gateway]\nprofile = "${name}"\n${CORE}`;

  test("names a profile, whatever box it is", async () => {
    const { settings, profile } = await good(PC, { toml: named("kerlink-ibts-keros6") });
    expect(profile).toMatchObject({ name: "kerlink-ibts-keros6", how: "set", candidates: [] });
    expect(settings.journal.commitIntervalMs).toBe(1_000);
  });

  test("companion on a box that looks like a Kerlink: nothing of Kerlink's", async () => {
    const { settings } = await good(keros6("wiis"), { toml: named("companion") });
    expect(short(settings)).toMatchObject({ sent: false, commitMs: 80, eui: "" });
  });

  test.each([
    ["kerlink-istaton-keros5", "kerlink-istation-keros5"],
    ["kerlink-istation", "kerlink-istation-keros5"],
    ["atuo", "auto"],
  ])("%s is none: the line, and the nearest name", async (name, nearest) => {
    const loaded = await settingsOn(PC, { toml: named(name) });
    const said = loaded.ok ? [] : loaded.troubles.map((trouble) => sayTrouble(trouble, t));
    expect(said).toEqual([
      `${SETTINGS}:2:1: gateway.profile: expected auto, or the name of a profile (the nearest is ${nearest}); see: edge-agent profiles list; found "${name}"`,
    ]);
    expect(loaded).toMatchObject({ troubles: [{ nearest }] });
  });

  test("is named by the environment too, and a wrong name is said there", async () => {
    const env = { EDGE_AGENT_GATEWAY__PROFILE: "nonsense" };
    const loaded = await settingsOn(PC, { env });
    expect(loaded).toMatchObject({ troubles: [{ origin: { variable: "EDGE_AGENT_GATEWAY__PROFILE" } }] });
  });

  test("is not asked for while the settings themselves are wrong", async () => {
    let asked = 0;
    const ask: AskProfile = async () => {
      asked += 1;
      return { ok: true, profile: { name: "x", how: "set", candidates: [] }, defaults: new Map() };
    };
    expect(await settingsOn(PC, { toml: "[log]\nlevel = 5\n", ask })).toMatchObject({ ok: false });
    expect(asked).toBe(0);
  });
});

describe("profiles that cannot be read never keep the agent from starting", () => {
  const plain = { sent: false, commitMs: 80, eui: "" };

  test.each([
    ["missing", undefined],
    ["cut short", INDEX.subarray(0, 500)],
    ["no list", Buffer.from("{}")],
    ["of another shape", Buffer.from('[{"name": "kerlink-istation-keros5"}, null]')],
    ["empty", Buffer.alloc(0)],
  ])(
    "an index that is %s leaves the plain defaults, also for a profile that is named",
    async (_how, index) => {
      for (const toml of [CORE, `[gateway]\nprofile = "kerlink-istation-keros5"\n${CORE}`]) {
        const files = memoryFiles({ ...keros5("wiis"), [SETTINGS]: toml });
        if (index !== undefined) files.contents.set("/profiles/index.json", index);
        const askProfile = chooseProfile(files, "/profiles");
        const loaded = await openSettings({ files, env: {}, t, askProfile }, SETTINGS);
        if (!loaded.ok) throw new Error("refused");
        expect(loaded.profile?.how).toBe("missing");
        expect(short(loaded.settings)).toMatchObject(plain);
      }
    },
  );

  test("no folder at all", async () => {
    const loaded = await good(keros5("wiis"), { ask: chooseProfile(memoryFiles({}), undefined) });
    expect(loaded.profile).toMatchObject({ how: "missing", name: undefined });
    expect(short(loaded.settings)).toMatchObject(plain);
  });

  test("a default that the setting refuses costs the profile's defaults, not the start", async () => {
    const ask: AskProfile = async () => ({
      ok: true,
      profile: { name: "odd", how: "recognised", candidates: [] },
      defaults: new Map([["journal.commit_interval", "20s"]]),
    });
    const loaded = await good(PC, { ask });
    expect(loaded.profile).toMatchObject({ name: "odd", how: "missing" });
    expect(short(loaded.settings)).toMatchObject(plain);
  });
});

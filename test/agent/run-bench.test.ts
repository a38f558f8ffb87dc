/** Goal: the technician's commands with the built agent, a forwarder on a real socket, and files on a real disk. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { testFolder } from "../test-folder.ts";
import { until } from "../until.ts";
import { dataPhy } from "./agent-world.ts";
import {
  createGateway,
  EUI,
  type Forwarder,
  type Gateway,
  type GatewayOptions,
  openForwarder,
  type RunningAgent,
  runCommand,
} from "./run-rig.ts";
import { spawnCommand } from "./technician/command-rig.ts";
import { openScreen } from "./technician/screen.ts";

/** @returns all that it said. */
function runAsNobody(words: readonly string[]): string {
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath];
  const agent = inject("builtAgent");
  const { PATH = "" } = process.env;
  const { stdout, stderr } = spawnSync("setpriv", [...nobody, agent, ...words], {
    encoding: "utf8",
    env: { PATH, HOME: "/", LANG: "C", TZ: "UTC" },
  });
  return `${stdout}${stderr}`;
}

interface OnAir {
  readonly gateway: Gateway;
  readonly agent: RunningAgent;
  readonly forwarder: Forwarder;
}

async function onAir(options: Partial<GatewayOptions> = {}): Promise<OnAir> {
  const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"], ...options });
  const agent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  forwarder.pull();
  await until(() => forwarder.pullAcks > 0, "a PULL_ACK");
  return { gateway, agent, forwarder };
}

/** What the agent had sent down before it answers has come before the answer. */
async function sentNothing(forwarder: Forwarder): Promise<void> {
  const { pullAcks } = forwarder;
  forwarder.pull();
  await until(() => forwarder.pullAcks > pullAcks, "a PULL_ACK");
  expect(forwarder.pullResps).toEqual([]);
}

async function heard(forwarder: Forwarder, frames: readonly (readonly [string, number])[]): Promise<void> {
  for (const [devAddr, fCnt] of frames) forwarder.push(devAddr, fCnt);
  await until(() => forwarder.acked.size === forwarder.sent.length, "custody of all");
}

describe("devices", () => {
  test("what was heard of each, in the order asked for, for people, programs and spreadsheets", async () => {
    const { gateway, agent, forwarder } = await onAir();
    const frames: [string, number][] = [
      ...[1, 2, 3, 8].map((fCnt): [string, number] => ["26011bda", fCnt]),
      ...[1, 2].map((fCnt): [string, number] => ["27000001", fCnt]),
    ];
    for (const frame of frames) await heard(forwarder, [frame]);
    const ask = (...words: string[]) => runCommand(["devices", "--config", gateway.settingsPath, ...words]);
    const { devices } = JSON.parse(ask("--json", "--sort", "loss").stdout);
    expect(devices.map(({ devAddr }: { devAddr: string }) => devAddr)).toEqual(["26011bda", "27000001"]);
    expect(devices[0]).toMatchObject({ heard: 4, expected: 8, lost: 4, lastFCnt: 8, spreadingFactor: 7 });
    const table = ask("--sort", "device");
    expect(table.code).toBe(0);
    expect(table.stdout.split("\n")[1]).toMatch(
      /^26011bda +\S+ .* 4 +50\.0% +SF7 +-61 +7\.5 +1\d\.\d dB +8$/,
    );
    expect(Math.max(...table.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(ask("--lang", "fr", "--sort", "device").stdout).toMatch(/50,0 % +SF7 +-61 +7,5/);
    const csv = ask("--csv", "--dev-addr", "27").stdout.split("\r\n");
    expect(csv[0]).toMatch(/^gateway_eui,dev_addr,foreign,/);
    expect(csv.slice(1)).toEqual([expect.stringMatching(new RegExp(`^0x${EUI},0x27000001,`)), ""]);
    const both = ask("--json", "--csv", "--lang", "fr");
    expect(both).toMatchObject({ code: 2, stdout: "", stderr: "--json ou --csv : lequel des deux ?\n" });
    expect(ask("--limit", "-1").stderr).toBe("--limit -1: a whole number, 0 or more, such as 20\n");
    expect(ask("--dev-addr", "28").stdout).toBe("none of the devices heard fits\n");
    await agent.stop();
  });
});

describe("frames with keys", () => {
  test("decrypts one's own devices, warns of a file that others can read, and shows no key", async () => {
    const { gateway, agent, forwarder } = await onAir();
    const directory = testFolder("bench");
    const keys = join(directory, "keys.csv");
    const [nwk, app] = ["44024241ed4ce9a68c6a8bc055233fd3", "ec925802ae430ca77fd3dd73cb2cc588"];
    writeFileSync(keys, `49be7df1,${nwk},${app}\n`);
    chmodSync(keys, 0o644);
    const phy = "40f17dbe4900020001954378762b11ff0d";
    const pushing = setInterval(() => {
      const { length } = forwarder.sent;
      const data = Buffer.from(phy, "hex").toString("base64");
      const rxpk = `{"tmst":${length * 1_000_000},"freq":868.1,"stat":1,"modu":"LORA","datr":"SF7BW125","codr":"4/5","rssi":-61,"lsnr":7.5,"size":17,"data":"${data}"}`;
      forwarder.pushBody(`{"rxpk":[${rxpk}]}`, phy);
    }, 50);
    const words = ["frames", "--config", gateway.settingsPath, "--keys", keys, "--limit", "1"];
    const [shown, asJson] = await Promise.all([spawnCommand(words), spawnCommand([...words, "--json"])]);
    clearInterval(pushing);
    // Shown as it is heard, and in the journal only then.
    await until(() => forwarder.acked.has(phy), "custody");
    expect(shown.stdout).toContain(`FCnt 2, payload ${Buffer.from("test").toString("hex")}`);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ mic: "good", fCnt32: 2, frmPayload: "74657374" });
    expect(shown.stderr).toContain(`chmod 600 ${keys}`);
    expect(shown.stderr).toContain("devices with keys: 1\n");
    const said = [shown.stdout, shown.stderr, asJson.stdout, asJson.stderr, agent.stderr()].join("\n");
    for (const secret of [nwk, app]) expect(said).not.toContain(secret);
    writeFileSync(keys, `49be7df1,${nwk},${app.slice(1)}\n`);
    const broken = runCommand(words);
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr).toMatch(/keys\.csv, line 1: NwkSKey and AppSKey/);
    expect(broken.stderr).not.toContain(nwk);
    const french = runCommand([...words, "--lang", "fr"]);
    expect(french.stderr).toMatch(/keys\.csv, ligne 1 : NwkSKey et AppSKey/);
    writeFileSync(keys, `26011bda,${nwk},${app}\n`);
    const listed = runCommand([...words, "--journal", "--lang", "fr"]);
    expect(listed).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/aucune trame montrée ne vient d'un capteur/),
    });
    writeFileSync(keys, "dev_addr,nwk_skey,app_skey\n");
    const empty = runCommand(words);
    expect(empty).toMatchObject({ code: 2, stdout: "" });
    expect(empty.stderr).toMatch(/keys\.csv: no keys in it; wanted .* dev_addr,nwk_skey,app_skey/);
    await agent.stop();
  });
});

describe("downlink-test", () => {
  const test_ = ({ gateway }: OnAir, ...words: string[]) =>
    spawnCommand(["downlink-test", "--config", gateway.settingsPath, "--yes", ...words]);

  test("sends one proprietary frame and shows what the forwarder said", async () => {
    const world = await onAir();
    const { forwarder } = world;
    const said = test_(world);
    await until(() => forwarder.pullResps.length === 1, "the PULL_RESP");
    const { txpk } = JSON.parse(forwarder.pullResps[0]!.json);
    expect(txpk).toMatchObject({
      imme: true,
      freq: 869.525,
      datr: "SF9BW125",
      powe: 14,
      ipol: true,
      ncrc: true,
    });
    const octets = Buffer.from(txpk.data, "base64");
    expect(octets[0]! >> 5).toBe(0b111);
    expect(octets.subarray(1).toString()).toBe("edge-agent test");
    forwarder.txAck();
    const { code, stdout } = await said;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Sent: the forwarder took the frame/);
    expect(stdout).toMatch(/tx_ack +OK/);
    expect(stdout).toMatch(/duty cycle +sub-band P: 0\.\d+ of 360 s/);
    await until(() => world.agent.said("downlink test").length > 0, "the log to tell of it");
    expect(world.agent.said("downlink test")).toHaveLength(1);
    await world.agent.stop();
  });

  test("says what the forwarder refused, and ends with 1", async () => {
    const world = await onAir();
    const said = test_(world, "--json", "--sf", "12", "--frequency", "868.1");
    await until(() => world.forwarder.pullResps.length === 1, "the PULL_RESP");
    world.forwarder.txAck('{"txpk_ack":{"error":"TX_FREQ"}}');
    const { code, stdout } = await said;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      plan: { frequencyHz: 868_100_000, spreadingFactor: 12, subBand: "M" },
      said: { status: "TX_FREQ", reason: "TX_FREQ" },
    });
    await world.agent.stop();
  });

  test("another power, where the forwarder names it", async () => {
    const world = await onAir();
    const said = test_(world);
    await until(() => world.forwarder.pullResps.length === 1, "the PULL_RESP");
    world.forwarder.txAck('{"txpk_ack":{"warn":"TX_POWER","value":12}}');
    expect((await said).stdout).toContain("12 dBm, says the forwarder");
    await world.agent.stop();
  });

  test.each([
    ["outside all sub-bands", ["--frequency", "869.3"], /in no sub-band/],
    ["weaker than any forwarder can", ["--power", "-400"], /below -6 dBm/],
    ["louder than the sub-band allows", ["--frequency", "868.1", "--power", "20"], /allows 16\.15 dBm/],
    ["a spreading factor that there is not", ["--sf", "13"], /7 to 12/],
    ["a gateway that is not here", ["--gateway", "ffffffffffffffff"], new RegExp(`but ${EUI}`)],
  ])("refuses %s, and sends nothing", async (_what, words, why) => {
    const world = await onAir();
    const { code, stderr } = await test_(world, ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
    await sentNothing(world.forwarder);
    await world.agent.stop();
  });

  test("refuses where no core may transmit", async () => {
    const world = await onAir({ core: "may_transmit = false" });
    const { code, stderr } = await test_(world);
    expect(code).toBe(1);
    expect(stderr).toContain("may_transmit");
    await sentNothing(world.forwarder);
    await world.agent.stop();
  });

  test("refuses when the duty cycle is used up, whatever the settings say", async () => {
    const world = await onAir();
    // 863.5 MHz: 3.6 s an hour; SF12 takes more than a second.
    let code: number | null = 0;
    let sent = 0;
    for (; code === 0 && sent < 6; sent++) {
      let isOver = false;
      const said = test_(world, "--frequency", "863.5", "--sf", "12").finally(() => {
        isOver = true;
      });
      await until(() => world.forwarder.pullResps.length === sent + 1 || isOver, "a PULL_RESP, or an end");
      if (world.forwarder.pullResps.length === sent + 1) world.forwarder.txAck();
      const ended = await said;
      code = ended.code;
      if (code !== 0) expect(ended.stderr).toContain("duty cycle");
    }
    expect(code).toBe(1);
    expect(world.forwarder.pullResps.length).toBe(sent - 1);
    await world.agent.stop();
  });

  test("asks first, and sends nothing without a yes", async () => {
    const world = await onAir();
    const nobody = runCommand(["downlink-test", "--config", world.gateway.settingsPath]);
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toContain("--yes");
    const screen = await openScreen(["downlink-test", "--socket", world.gateway.socket], {
      columns: 80,
      rows: 24,
    });
    await screen.shows(/869\.525 MHz[\s\S]*\[y\/N\]/);
    screen.type("\r");
    expect(await screen.ended).toBe(1);
    expect(screen.text()).toContain("nothing was sent");
    await sentNothing(world.forwarder);
    await world.agent.stop();
  });
});

describe("downlink-test, when its question is left", () => {
  test.each([
    ["Ctrl-C", "\u0003", 130],
    ["Ctrl-D", "\u0004", 1],
    ["an answer", "n\r", 1],
  ])("%s is a no, and no bug", async (_key, typed, code) => {
    const world = await onAir();
    const screen = await openScreen(["downlink-test", "--socket", world.gateway.socket], {
      columns: 80,
      rows: 24,
    });
    await screen.shows(/\? .*$/m);
    screen.type(typed);
    expect(await screen.ended).toBe(code);
    expect(screen.text()).toContain("nothing was sent");
    expect(screen.text()).not.toMatch(/bug|AbortError/);
    const lines = screen.lines();
    const at = lines.findIndex((line) => line.startsWith("nothing was sent"));
    expect(lines[at - 1]).toMatch(/\S/);
    await sentNothing(world.forwarder);
    await world.agent.stop();
  });
});

describe("bundle", () => {
  const ARGV = `
    exec = { login = ["/bin/login", "--token", "hunter2", "-p", "hunter2"], c2 = ["/usr/bin/curl", "-u", "u:hunter2"], c3 = ["/bin/say", "hunter2"] }`;

  test.each([
    ["settings that can be read", ""],
    ["settings that cannot", "exec_timeout = 30"],
  ])("carries no argument of a program: %s", (_what, broken) => {
    const gateway = createGateway({
      servers: ["mqtt://127.0.0.1:1"],
      tables: { command: `${ARGV}\n${broken}` },
    });
    const folder = testFolder("bench");
    const archive = join(folder, "out.tar.gz");
    expect(runCommand(["bundle", "--config", gateway.settingsPath, "--out", archive]).code).toBe(0);
    const all = execFileSync("tar", ["xzOf", archive], { encoding: "utf8" });
    expect(all).not.toContain("hunter2");
    expect(all).toContain("/bin/login");
    expect(all).toContain("/usr/bin/curl");
  });

  test("one archive with what support needs, and no secret", async () => {
    const secrets = testFolder("bench");
    writeFileSync(join(secrets, "password"), "hunter2\n");
    const core = `username = "gateway"\npassword_file = "${join(secrets, "password")}"`;
    const servers = ["ws://127.0.0.1:1/mqtt?hunter2"];
    const { gateway, agent, forwarder } = await onAir({ core, servers });
    await heard(forwarder, [["26011bda", 1]]);
    await until(() => agent.said("core not connected").length > 0, "the log to tell of the core");
    const archive = join(secrets, "out.tar.gz");
    const env = { EDGE_AGENT_CORE__0__PASSWORD: "hunter2" };
    const made = runCommand(["bundle", "--config", gateway.settingsPath, "--out", archive], env);
    expect(made.code).toBe(0);
    expect(made.stdout).toContain(`${archive} written`);
    const names = execFileSync("tar", ["tzf", archive], { encoding: "utf8" }).trim().split("\n");
    const top = names[0]!.split("/")[0]!;
    expect(top).toMatch(new RegExp(`^edge-agent-${EUI}-\\d{8}-\\d{4}$`));
    const inside = names.map((name) => name.slice(top.length + 1));
    expect(inside).toEqual(
      expect.arrayContaining([
        ...[
          "manifest.json",
          "settings.toml",
          "status.json",
          "journal.json",
          "devices.jsonl",
          "log.jsonl",
          "doctor.json",
        ],
      ]),
    );
    for (const name of inside) expect(made.stdout).toContain(name);
    execFileSync("tar", ["xzf", archive, "-C", secrets]);
    const read = (name: string) => readFileSync(join(secrets, top, name), "utf8");
    const manifest = JSON.parse(read("manifest.json"));
    expect(manifest.files.map(({ name }: { name: string }) => name)).toEqual(inside.slice(1));
    expect(JSON.parse(read("journal.json"))).toMatchObject({ storedFrames: 1 });
    expect(read("log.jsonl")).toContain("ws://127.0.0.1:1/mqtt?");
    for (const line of read("log.jsonl").trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("event");
    const all = inside.map(read).join("\n");
    expect(all).not.toContain("hunter2");
    expect(all).not.toContain(Buffer.from(dataPhy("26011bda", 1), "hex").toString("base64"));
    await agent.stop();
  });

  test("is named by the EUI that is set where no agent says another", () => {
    const folder = testFolder("bench");
    const settings = join(folder, "agent.toml");
    writeFileSync(
      settings,
      `[gateway]\neui = "${EUI}"\n\n[control]\nsocket = "${join(folder, "none")}"\n\n[journal]\npath = "${join(folder, "journal")}"\n\n[[core]]\nid = "a"\nservers = ["mqtt://127.0.0.1:1"]\n`,
    );
    const archive = join(folder, "out.tar.gz");
    const made = runCommand(["bundle", "--config", settings, "--out", archive, "--json"]);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ gatewayEui: EUI });
    const [top] = execFileSync("tar", ["tzf", archive], { encoding: "utf8" }).split("/");
    expect(top).toMatch(new RegExp(`^edge-agent-${EUI}-`));
  });

  test("payloads only when asked, and made without an agent too", async () => {
    const { gateway, agent, forwarder } = await onAir();
    await heard(forwarder, [["26011bda", 1]]);
    await agent.stop();
    const archive = join(testFolder("bench"), "out.tar.gz");
    const made = runCommand([
      "bundle",
      "--config",
      gateway.settingsPath,
      "--out",
      archive,
      "--payloads",
      "--json",
    ]);
    expect(made.code).toBe(0);
    const said = JSON.parse(made.stdout);
    expect(said.missing.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(["status.json", "devices.jsonl", "log.jsonl"]),
    );
    const frames = execFileSync("tar", ["xzOf", archive, "--wildcards", "*/frames.jsonl"], {
      encoding: "utf8",
    });
    const rxpk = JSON.parse(JSON.parse(frames.split("\n")[0]!).rxpk);
    expect(rxpk.data).toBe(Buffer.from(dataPhy("26011bda", 1), "hex").toString("base64"));
  });

  test("a folder that is not there is said", () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const made = runCommand(["bundle", "--config", gateway.settingsPath, "--out", "/nowhere/x.tar.gz"]);
    expect(made.code).toBe(3);
    expect(made.stderr).toBe(
      "/nowhere/x.tar.gz cannot be written: there is no such folder; make it first, or name another\n",
    );
    const french = runCommand([
      ...["bundle", "--config", gateway.settingsPath, "--out", "/nowhere/x.tar.gz", "--lang", "fr"],
    ]);
    expect(french.stderr).toContain("créez-le d'abord");
  });
});

describe("survey", () => {
  test("a row per frame, the figures of the walk, CSV and picture", async () => {
    const { gateway, agent, forwarder } = await onAir();
    const directory = testFolder("bench");
    const [csv, svg] = [join(directory, "walk.csv"), join(directory, "walk.svg")];
    const counters = [10, 11, 14, 15];
    const words = [
      ...["survey", "--config", gateway.settingsPath, "--dev-addr", "26011bda", "--limit", "4"],
      ...["--csv", csv, "--svg", svg],
    ];
    const walk = (): void => {
      for (const fCnt of counters) {
        forwarder.push("27000001", fCnt);
        forwarder.push("26011bda", fCnt);
      }
    };
    const { code, stdout, stderr } = await spawnCommand(words, { said: /^listening for/m, act: walk });
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.includes("26011bda"))).toHaveLength(4);
    expect(stdout).not.toContain("27000001");
    expect(stdout).toMatch(/frames +4 heard of 6 sent \(PDR 66\.7%\)/);
    expect(stdout).toMatch(/RSSI +min -61\.0 {2}mean -61\.0 {2}max -61\.0 dBm/);
    expect(stderr).toContain(`${csv} written`);
    const rows = readFileSync(csv, "utf8").trimEnd().split("\r\n");
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(/,14,2,-61,7\.5,7,SF7BW125,868100000$/);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    await agent.stop();
  });

  test("nothing heard is said, with what to look at, and ends with 1", async () => {
    const { gateway, agent } = await onAir();
    const walked = await spawnCommand(
      ["survey", "--config", gateway.settingsPath, "--dev-addr", "26011bda", "--json"],
      { said: /^listening for/m },
    );
    expect(walked.code).toBe(1);
    expect(JSON.parse(walked.stdout)).toMatchObject({ kind: "summary", heard: 0 });
    expect(walked.stderr).toContain("edge-agent frames");
    expect(runCommand(["survey", "--config", gateway.settingsPath]).code).toBe(2);
    await agent.stop();
  });

  test("on a terminal the figures stay below the last row", async () => {
    const { gateway, agent, forwarder } = await onAir();
    const screen = await openScreen(["survey", "--socket", gateway.socket, "--dev-addr", "26011bda"], {
      columns: 80,
      rows: 24,
    });
    await screen.shows(/^time +device/m);
    forwarder.push("26011bda", 1);
    await screen.shows(/1 heard of 1 sent/);
    forwarder.push("26011bda", 3);
    await screen.shows(/2 heard of 3 sent/);
    expect(screen.text()).not.toContain("1 heard of 1");
    expect(screen.lines().filter((line) => line.startsWith("frames "))).toHaveLength(1);
    screen.signal("SIGINT");
    expect(await screen.ended).toBe(0);
    await agent.stop();
  });
});

describe("files that cannot be used", () => {
  test.each(["devices", "status", "web code", "audit", "downlink-test --yes", "bundle --json"])(
    "%s, as a user who may not read the settings",
    async (words) => {
      const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
      const closed = join(gateway.directory, "closed");
      mkdirSync(closed, { mode: 0o700 });
      const config = join(closed, "agent.toml");
      const open = testFolder("bench");
      chmodSync(open, 0o777);
      const out = words.startsWith("bundle") ? ["--out", join(open, "x.tar.gz")] : [];
      const [french, english] = ["fr", "en"].map((language) =>
        runAsNobody([...words.split(" "), ...out, "--config", config, "--lang", language]),
      );
      expect(english).toContain(`${config} cannot be read: this user may not; try with sudo`);
      expect(french).toContain(`lecture de ${config} impossible : cet utilisateur n'en a pas le droit`);
      expect(`${english}${french}`).not.toMatch(/EACCES|stat '/);
    },
  );

  test("a folder instead of a file of keys", () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const words = ["frames", "--config", gateway.settingsPath, "--keys", gateway.directory];
    const { code, stderr } = runCommand(words);
    expect(code).toBe(3);
    expect(stderr).toBe(`${gateway.directory}: this is a folder; name a file within it\n`);
  });

  test("a survey says it before anybody walks", () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const survey = ["survey", "--config", gateway.settingsPath, "--dev-addr", "26011bda"];
    const svg = join(gateway.directory, "walk.svg");
    const noFolder = runCommand([...survey, "--csv", "/nowhere/w.csv", "--svg", svg]);
    expect(noFolder).toMatchObject({ code: 3, stdout: "" });
    expect(noFolder.stderr).toContain("/nowhere/w.csv cannot be written: there is no such folder");
    expect(noFolder.stderr).not.toContain("listening");
    const isFolder = runCommand([...survey, "--svg", gateway.directory]);
    expect(isFolder.stderr).toContain(`${gateway.directory} cannot be written: this is a folder`);
  });
});

describe("without an agent", () => {
  test("what is wrong, and what to do, is broken at words on a terminal, and whole in a pipe", async () => {
    const words = ["frames", "--lang", "fr", "--socket", "/nowhere/edge-agent.sock"];
    const piped = runCommand(words);
    expect(piped.code).toBe(3);
    expect(piped.stderr.trimEnd()).not.toContain("\n");
    const screen = await openScreen(words, { columns: 80, rows: 24 });
    expect(await screen.ended).toBe(3);
    const shown = screen.lines().filter((line) => line !== "");
    expect(shown.join(" ")).toContain(piped.stderr.trim());
    expect(shown.length).toBeGreaterThan(2);
  });
});

describe("completion", () => {
  const complete = (...words: string[]) =>
    runCommand(["--get-yargs-completions", "edge-agent", ...words], { SHELL: "/bin/bash" }).stdout.split(
      "\n",
    );

  test("offers the commands, and their options", () => {
    const commands = complete("").map((line) => line.split(":")[0]);
    expect(commands).toEqual(
      expect.arrayContaining(["frames", "watch", "devices", "survey", "downlink-test", "bundle"]),
    );
    expect(complete("frames", "--rssi").map((line) => line.split(":")[0])).toEqual(
      expect.arrayContaining(["--rssi-min", "--rssi-max"]),
    );
  });

  test.each([
    ["bash", "/bin/bash", /complete .*-F _edge-agent_yargs_completions edge-agent|complete -o .* edge-agent/],
    ["zsh", "/bin/zsh", /^#compdef edge-agent/],
  ])("a script for %s", (_shell, SHELL, what) => {
    expect(
      runCommand(["completion"], { SHELL, ZSH_NAME: SHELL.includes("zsh") ? "zsh" : "" }).stdout,
    ).toMatch(what);
  });
});

describe("maintenance", () => {
  test("is announced with its end, shown, kept over a restart, and ended", async () => {
    const { gateway, agent } = await onAir();
    const ask = (...words: string[]) =>
      runCommand(["maintenance", ...words, "--config", gateway.settingsPath]);
    expect(ask().stdout).toBe("No maintenance is announced.\n");
    expect(ask("begin", "--for", "2h", "--reason", "new antenna").stdout).toMatch(
      /^Planned maintenance until .*: new antenna \(by edge-agent maintenance\)\n$/,
    );
    await agent.stop();
    await gateway.start();
    // The journal may still be being read when the agent is ready.
    const shown = () => JSON.parse(ask("show", "--json").stdout).maintenance;
    let maintenance = shown();
    await until(() => {
      maintenance ??= shown();
      return maintenance !== undefined && maintenance !== null;
    }, "what was announced before the restart");
    expect(maintenance).toMatchObject({ reason: "new antenna", by: "edge-agent maintenance" });
    // Its end keeps to the monotonic clock: told by the wall clock, it differs by what that one was slewed meanwhile.
    expect(Math.abs(maintenance.untilWallMs - maintenance.sinceWallMs - 7_200_000)).toBeLessThan(500);
    expect(ask("begin", "--for", "1h").stdout).toMatch(
      /^Planned maintenance until [^:]*:\d\d:\d\d UTC \(by edge-agent maintenance\)\nIt replaces the former one: .*: new antenna \(by/,
    );
    expect(ask("end").stdout).toBe("No maintenance is announced.\n");
  });

  test.each([[[]], [["--for", "2"]], [["--for", "8d"]], [["--for", "0s"]]])(
    "is not begun without a sound end: %j",
    async (words) => {
      const { gateway } = await onAir();
      const said = runCommand(["maintenance", "begin", ...words, "--config", gateway.settingsPath]);
      expect(said.code).toBe(2);
      expect(said.stderr).toContain(
        words.length === 0 ? "--for is required to begin" : `such as 2h; found ${words[1]}`,
      );
    },
  );
});

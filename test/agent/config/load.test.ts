import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadSettings, loadSettingsFile, SETTINGS_OCTETS_MAX } from "../../../agent/config/load.ts";
import type { CoreSettings, Settings } from "../../../agent/config/settings.ts";
import { CORES_MAX } from "../../../agent/config/table.ts";
import { sayTrouble, TROUBLES_MAX, troubleAsJson } from "../../../agent/config/trouble.ts";
import { makeText } from "../../../agent/text/text.ts";
import { memoryFiles } from "./memory-files.ts";

const t = makeText("en");
const CORE = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';
const GWMP = '[[core]]\nkind = "gwmp"\n';

function load(tomlText: string, env: Record<string, string> = {}) {
  return loadSettings({ tomlText, path: "agent.toml", env });
}

function settingsOf(tomlText: string, env: Record<string, string> = {}): Settings {
  const loaded = load(tomlText, env);
  if (!loaded.ok) throw new Error(loaded.troubles.map((trouble) => sayTrouble(trouble, t)).join("\n"));
  return loaded.settings;
}

function firstCore(settings: Settings): CoreSettings {
  return settings.cores[0]!;
}

/** Each trouble in short: `line key code`, or `variable key code`. */
function troublesOf(tomlText: string, env: Record<string, string> = {}): string[] {
  const loaded = load(tomlText, env);
  if (loaded.ok) return [];
  return loaded.troubles.map(({ origin, key, code }) => {
    const where =
      origin.kind === "file" ? (origin.line ?? "-") : origin.kind === "environment" ? origin.variable : "-";
    return `${where} ${key} ${code}`;
  });
}

function nearestOf(tomlText: string, env: Record<string, string> = {}): (string | undefined)[] {
  const loaded = load(tomlText, env);
  return loaded.ok ? [] : loaded.troubles.map(({ nearest }) => nearest);
}

describe("settings that are right", () => {
  test("one core is enough; all else has a default", () => {
    const settings = settingsOf(CORE);
    expect(settings.forwarder.listen).toEqual({ host: "127.0.0.1", port: 1700 });
    expect(settings.journal).toEqual({
      path: "/var/lib/edge-agent/journal",
      maxAgeMs: 48 * 3_600_000,
      maxSizeOctets: 512_000_000,
      commitIntervalMs: 80,
      homeNetIds: [],
    });
    expect(firstCore(settings)).toMatchObject({
      id: "main",
      mqttVersion: 5,
      encoding: "protobuf",
      topicPrefix: "eu868",
    });
    expect(firstCore(settings)).not.toHaveProperty("password");
  });

  test("hexadecimal digits are lower-case inside, however they are written", () => {
    const settings = settingsOf(
      `gateway.eui = "7076FF0123456789"
[filter]
net_ids = ["00001A"]
dev_addr_prefixes = ["FC000000/7"]
join_eui_ranges = ["70B3D57ED0000000-70b3d57ed0ffffff"]
${CORE}`,
    );
    expect(settings.gateway.eui).toBe("7076ff0123456789");
    expect(settings.filter.netIds).toEqual(["00001a"]);
    expect(settings.filter.devAddrPrefixes).toEqual(["fc000000/7"]);
    expect(settings.filter.joinEuiRanges).toEqual([["70b3d57ed0000000", "70b3d57ed0ffffff"]]);
  });

  test.each([
    ["5", 5],
    ['"3.1.1"', 4],
    ["4", 4],
  ])("mqtt_version = %s", (written, version) => {
    expect(firstCore(settingsOf(`${CORE}mqtt_version = ${written}`)).mqttVersion).toBe(version);
  });

  test("only the first core transmits, unless the file says otherwise", () => {
    const cores = (more: string) => settingsOf(`${CORE}id = "a"\n${CORE}id = "b"\n${more}`).cores;
    expect(cores("").map(({ mayTransmit }) => mayTransmit)).toEqual([true, false]);
    expect(cores("may_transmit = true").map(({ mayTransmit }) => mayTransmit)).toEqual([true, true]);
  });

  test("a core behind Semtech UDP: with and without a port, by name and by address", () => {
    const servers = [
      "udp://lns.example:1700",
      "udp://lns.example",
      "udp://10.0.0.5:1701",
      "udp://[::1]:1700",
    ];
    const core = settingsOf(`${GWMP}servers = ${JSON.stringify(servers)}\npush_ack_timeout = "3s"`).cores[0];
    expect(core).toMatchObject({ kind: "gwmp", servers, pullIntervalMs: 10_000, pushAckTimeoutMs: 3_000 });
  });

  test("a setting of the other kind is no trouble while it says its default", () => {
    expect(
      settingsOf(`${GWMP}servers = ["udp://h"]\nencoding = "protobuf"\nkeepalive = "30s"`).cores,
    ).toHaveLength(1);
  });

  test("a file from another editor is read too: byte order mark and CRLF", () => {
    expect(settingsOf(`\uFEFF[log]\r\nlevel = "warn"\r\n${CORE}`).log.level).toBe("warn");
  });
});

describe("each trouble is named with its line", () => {
  test.each([
    ["an unknown table", `\n[jurnal]\npath = "/x"\n${CORE}`, "2 jurnal unknownTable"],
    ["an unknown key", `[log]\nlevle = "info"\n${CORE}`, "2 log.levle unknownKey"],
    [
      "an unknown key in the second core",
      `${CORE}${CORE}id = "b"\nservrs = []`,
      "6 core[1].servrs unknownKey",
    ],
    ["an unknown dotted key", `log.levle = "info"\n${CORE}`, "1 log.levle unknownKey"],
    [
      "an unknown key within an inline table",
      `log = { level = "info", x = 1 }\n${CORE}`,
      "1 log.x unknownKey",
    ],
    ["a key outside any table", `max_age = "48h"\n${CORE}`, "1 max_age unknownKey"],
    ["a quoted unknown key", `[log]\n"a b" = 1\n${CORE}`, '2 log."a b" unknownKey'],
    ["a table within a table", `[journal.path]\nx = 1\n${CORE}`, "1 journal.path wrongValue"],
    ["no table where one belongs", `journal = 3\n${CORE}`, "1 journal wrongValue"],
    ["a single [core]", `\n[core]\nid = "main"`, "2 core wrongValue"],
    ["a core that is no table", "core = [3]", "1 core[0] wrongValue"],
    ["an EUI of 15 digits", `[gateway]\neui = "7076ff012345678"\n${CORE}`, "2 gateway.eui wrongValue"],
    ["a duration without its unit", `[journal]\nmax_age = 48\n${CORE}`, "2 journal.max_age wrongValue"],
    ["a duration too short", `[journal]\nmax_age = "59s"\n${CORE}`, "2 journal.max_age wrongValue"],
    ["a duration too long", `[journal]\nmax_age = "366d"\n${CORE}`, "2 journal.max_age wrongValue"],
    ["a journal too small", `[journal]\nmax_size = "7999kB"\n${CORE}`, "2 journal.max_size wrongValue"],
    [
      "a size with an unknown unit",
      `[journal]\nmax_size = "512mb"\n${CORE}`,
      "2 journal.max_size wrongValue",
    ],
    ["a path that is not absolute", `[journal]\npath = "journal"\n${CORE}`, "2 journal.path wrongValue"],
    [
      "a port beyond 65535",
      `[forwarder]\nlisten = "127.0.0.1:65536"\n${CORE}`,
      "2 forwarder.listen wrongValue",
    ],
    ["no port", `[forwarder]\nlisten = "127.0.0.1"\n${CORE}`, "2 forwarder.listen wrongValue"],
    [
      "an IPv6 address without brackets",
      `[forwarder]\nlisten = "::1:1700"\n${CORE}`,
      "2 forwarder.listen wrongValue",
    ],
    [
      "an integer out of range",
      `[forwarder]\ngateways_max = 0\n${CORE}`,
      "2 forwarder.gateways_max wrongValue",
    ],
    ["a level beyond its range", `[antenna]\ngain = "30.1dBi"\n${CORE}`, "2 antenna.gain wrongValue"],
    ["a fraction", `[forwarder]\ngateways_max = 1.5\n${CORE}`, "2 forwarder.gateways_max wrongValue"],
    [
      "a huge integer",
      `[forwarder]\ngateways_max = 99999999999999999999\n${CORE}`,
      "2 forwarder.gateways_max wrongValue",
    ],
    ["a date", `[journal]\nmax_age = 1979-05-27\n${CORE}`, "2 journal.max_age wrongValue"],
    [
      "a text for a boolean",
      `[downlink]\nenforce_duty_cycle = "true"\n${CORE}`,
      "2 downlink.enforce_duty_cycle wrongValue",
    ],
    ["an unknown choice", `[log]\nlevel = "trace"\n${CORE}`, "2 log.level wrongValue"],
    ["an empty list of CRC states", `[filter]\ncrc = []\n${CORE}`, "2 filter.crc wrongValue"],
    [
      "one wrong element, on its own line",
      `[filter]\nnet_ids = [\n  "000013",\n  "13",\n]\n${CORE}`,
      "4 filter.net_ids[1] wrongValue",
    ],
    [
      "a prefix longer than a DevAddr",
      `[filter]\ndev_addr_prefixes = ["26000000/33"]\n${CORE}`,
      "2 filter.dev_addr_prefixes[0] wrongValue",
    ],
    [
      "a range that ends before it begins",
      `[filter]\njoin_eui_ranges = ["0000000000000002-0000000000000001"]\n${CORE}`,
      "2 filter.join_eui_ranges[0] wrongValue",
    ],
    [
      "a control socket longer than Linux takes",
      `[control]\nsocket = "/${"x".repeat(107)}"\n${CORE}`,
      "2 control.socket wrongValue",
    ],
    ["no servers", '[[core]]\nid = "main"', "1 core[0].servers missing"],
    ["an empty list of servers", "[[core]]\nservers = []", "2 core[0].servers wrongValue"],
    [
      "a scheme that is not MQTT's",
      '[[core]]\nservers = ["tcp://h:1883"]',
      "2 core[0].servers[0] wrongValue",
    ],
    ["a path behind mqtt://", '[[core]]\nservers = ["mqtt://h/topic"]', "2 core[0].servers[0] wrongValue"],
    [
      "a topic prefix with a wildcard",
      `${CORE}topic_prefix = "eu868/#"`,
      "3 core[0].topic_prefix wrongValue",
    ],
    ["an MQTT version that does not exist", `${CORE}mqtt_version = 3`, "3 core[0].mqtt_version wrongValue"],
    ["a password in the file", `${CORE}password = "hunter2"`, "3 core[0].password wrongValue"],
    [
      "a server twice",
      '[[core]]\nservers = [\n"mqtt://h",\n"mqtt://h"]',
      "4 core[0].servers[1] contradiction",
    ],
    [
      "an EUI accepted twice",
      `[forwarder]\naccept_eui = ["7076ff0123456789", "7076FF0123456789"]\n${CORE}`,
      "2 forwarder.accept_eui[1] contradiction",
    ],
    [
      "one port for receiver and modem",
      `[gnss]\nport = "/dev/x"\n[modem]\nport = "/dev/x"\n${CORE}`,
      "4 modem.port contradiction",
    ],
    ["two cores with one id", `${CORE}id = "a"\n${CORE}id = "a"`, "6 core[1].id contradiction"],
    ["two cores without an id", `${CORE}${CORE}`, "3 core[1].id contradiction"],
    [
      "a broker for a core behind Semtech UDP",
      `${GWMP}servers = ["mqtt://h"]`,
      "3 core[0].servers[0] contradiction",
    ],
    [
      "a UDP server for an MQTT core",
      '[[core]]\nservers = ["mqtt://h", "udp://h"]',
      "2 core[0].servers[1] contradiction",
    ],
    [
      "a setting of MQTT for a core behind Semtech UDP",
      `${GWMP}servers = ["udp://h"]\nkeepalive = "45s"\nreplay_pairing = false`,
      "4 core[0].keepalive contradiction",
    ],
    [
      "a setting of Semtech UDP for an MQTT core",
      `${CORE}pull_interval = "5s"`,
      "3 core[0].pull_interval contradiction",
    ],
    ...[
      ["the agent as its own server", "127.0.0.1:1700", "udp://127.0.0.1"],
      ["the agent as its own server by name", "127.0.0.1:1700", "udp://LocalHost:1700"],
      ["the agent as its own server, IPv6", "[::1]:1702", "udp://[::1]:1702"],
      ["the agent, listening everywhere, as its own server", "0.0.0.0:1700", "udp://127.0.0.1:1700"],
      ["the agent as its own server, everywhere", "127.0.0.1:1700", "udp://0.0.0.0:1700"],
    ].map(([what = "", listen, server]) => [
      what,
      `[forwarder]\nlisten = "${listen}"\n${GWMP}servers = ["udp://h", "${server}"]`,
      "5 core[0].servers[1] contradiction",
    ]),
    ["a UDP server with a path", `${GWMP}servers = ["udp://h:1700/x"]`, "3 core[0].servers[0] wrongValue"],
    [
      "a UDP server with a name and password",
      `${GWMP}servers = ["udp://u:p@h"]`,
      "3 core[0].servers[0] wrongValue",
    ],
    ["a certificate without its key", `${CORE}cert_file = "/c"`, "3 core[0].cert_file contradiction"],
    ["a key without its certificate", `${CORE}key_file = "/k"`, "3 core[0].key_file contradiction"],
    [
      "3.1.1 with a password and no user",
      `${CORE}mqtt_version = 4\npassword_file = "/p"`,
      "1 core[0].username contradiction",
    ],
    ["no core at all", "", "- core missing"],
    ["no TOML", "[log]\nlevel = \n", "2  syntax"],
    ["a key twice", '[log]\nlevel = "info"\nlevel = "warn"', "3  syntax"],
  ])("%s", (_, tomlText, trouble) => {
    expect(troublesOf(tomlText)).toEqual([trouble]);
  });

  test("all of them at once, in the order of the file", () => {
    const tomlText = `[log]
level = "loud"
[journal]
max_age = 48
colour = "red"
[forwarder]
listen = ":1700"
${CORE}encoding = "xml"`;
    expect(troublesOf(tomlText, { EDGE_AGENT_GATEWAY__EUI: "x" })).toEqual([
      "2 log.level wrongValue",
      "4 journal.max_age wrongValue",
      "5 journal.colour unknownKey",
      "7 forwarder.listen wrongValue",
      "10 core[0].encoding wrongValue",
      "EDGE_AGENT_GATEWAY__EUI gateway.eui wrongValue",
    ]);
  });

  test("a syntax error has its column, and does not quote the file", () => {
    const loaded = load('[[core]]\npassword = "hunter2" x');
    expect(loaded.ok).toBe(false);
    if (loaded.ok) return;
    expect(loaded.troubles[0]?.origin).toEqual({ kind: "file", file: "agent.toml", line: 2, column: 22 });
    expect(JSON.stringify(loaded)).not.toContain("hunter2");
  });

  test("for people: file, line, column, key, what was expected and found", () => {
    const loaded = load(`[log]\nlevel = "loud"\n${CORE}`);
    if (loaded.ok) throw new Error("accepted");
    expect(sayTrouble(loaded.troubles[0]!, t)).toBe(
      'agent.toml:2:1: log.level: expected one of "debug", "info", "warn", "error"; found "loud"',
    );
    expect(sayTrouble(loaded.troubles[0]!, makeText("fr"))).toBe(
      'agent.toml:2:1: log.level: attendu : une valeur parmi "debug", "info", "warn", "error" ; trouvé : "loud"',
    );
    expect(troubleAsJson(loaded.troubles[0]!, t)).toMatchObject({
      code: "wrongValue",
      file: "agent.toml",
      line: 2,
      key: "log.level",
      found: '"loud"',
      variable: null,
    });
  });
});

describe("what was probably meant", () => {
  test.each([
    ["a swapped letter", `[log]\nleevl = 1\n${CORE}`, "log.level"],
    ["a missing underscore", `[journal]\nmaxage = 1\n${CORE}`, "journal.max_age"],
    ["a key in the wrong table", `[log]\nmax_age = 1\n${CORE}`, "journal.max_age"],
    ["a key outside any table", `commit_intervall = 1\n${CORE}`, "journal.commit_interval"],
    ["a core's key", `${CORE}topic-prefix = 1`, "core.topic_prefix"],
    ["a table", `[forwarders]\n${CORE}`, "forwarder"],
    ["cores by another name", `[[cores]]\nid = "a"\n${CORE}`, "core"],
  ])("%s", (_, tomlText, nearest) => {
    expect(nearestOf(tomlText)).toEqual([nearest]);
  });

  test("a variable", () => {
    expect(nearestOf(CORE, { EDGE_AGENT_JOURNAL_PATH: "/x" })).toEqual(["EDGE_AGENT_JOURNAL__PATH"]);
    expect(nearestOf(CORE, { EDGE_AGENT_CORE__0__SERVER: "x" })).toEqual(["EDGE_AGENT_CORE__0__SERVERS"]);
    expect(nearestOf(CORE, { EDGE_AGENT_log__level: "x" })).toEqual(["EDGE_AGENT_LOG__LEVEL"]);
  });
});

describe("the environment", () => {
  test("wins over the file, and says so", () => {
    const loaded = load(`[journal]\nmax_age = "24h"\n${CORE}`, { EDGE_AGENT_JOURNAL__MAX_AGE: "2d" });
    if (!loaded.ok) throw new Error("refused");
    expect(loaded.settings.journal.maxAgeMs).toBe(48 * 3_600_000);
    expect(loaded.origins.get("journal.max_age")).toEqual({
      kind: "environment",
      variable: "EDGE_AGENT_JOURNAL__MAX_AGE",
    });
    expect(loaded.origins.get("core[0].servers")).toEqual({
      kind: "file",
      file: "agent.toml",
      line: 4,
      column: 1,
    });
    expect(loaded.origins.get("log.level")).toEqual({ kind: "default" });
  });

  test("gives each kind of value", () => {
    const settings = settingsOf(CORE, {
      EDGE_AGENT_FORWARDER__LISTEN: "[::1]:0",
      EDGE_AGENT_FORWARDER__ACCEPT_EUI: "7076ff0123456789, 7076FF012345678a",
      EDGE_AGENT_FORWARDER__GATEWAYS_MAX: "3",
      EDGE_AGENT_FILTER__LORAWAN_ONLY: "false",
      EDGE_AGENT_FILTER__JOIN_EUI_RANGES: "0000000000000001-0000000000000002",
      EDGE_AGENT_CLOCK__PROBE_COMMAND: "/usr/bin/chronyc,waitsync,1",
      EDGE_AGENT_CLOCK__PROBE_FILE: "",
      EDGE_AGENT_CORE__0__MQTT_VERSION: "3.1.1",
      EDGE_AGENT_JOURNAL__MAX_SIZE: "64MiB",
    });
    expect(settings.forwarder).toMatchObject({
      listen: { host: "::1", port: 0 },
      acceptEui: ["7076ff0123456789", "7076ff012345678a"],
      gatewaysMax: 3,
    });
    expect(settings.filter).toMatchObject({
      lorawanOnly: false,
      joinEuiRanges: [["0000000000000001", "0000000000000002"]],
    });
    expect(settings.clock).toMatchObject({
      probeFile: "",
      probeCommand: ["/usr/bin/chronyc", "waitsync", "1"],
    });
    expect(settings.cores[0]?.mqttVersion).toBe(4);
    expect(settings.journal.maxSizeOctets).toBe(64 * 2 ** 20);
  });

  test("adds a core after those of the file, or all of them", () => {
    expect(
      settingsOf("", { EDGE_AGENT_CORE__0__SERVERS: "mqtts://a,wss://b/mqtt" }).cores[0]?.servers,
    ).toEqual(["mqtts://a", "wss://b/mqtt"]);
    const env = { EDGE_AGENT_CORE__1__SERVERS: "mqtt://b", EDGE_AGENT_CORE__1__ID: "spare" };
    expect(settingsOf(CORE, env).cores.map(({ id }) => id)).toEqual(["main", "spare"]);
  });

  test("cannot add a core behind a gap, nor more than there may be", () => {
    expect(troublesOf(CORE, { EDGE_AGENT_CORE__2__ID: "b" })).toEqual([
      "EDGE_AGENT_CORE__2__ID core unknownVariable",
    ]);
    const full = Array.from({ length: CORES_MAX }, (_, index) => `${CORE}id = "c${index}"\n`).join("");
    expect(settingsOf(full).cores).toHaveLength(CORES_MAX);
    const variable = `EDGE_AGENT_CORE__${CORES_MAX}__ID`;
    expect(troublesOf(full, { [variable]: "b" })).toEqual([`${variable} core unknownVariable`]);
    expect(troublesOf(`${full}${CORE}id = "one-more"`)).toEqual([`${3 * CORES_MAX + 1} core wrongValue`]);
  });

  test("an element that is wrong is named by its variable", () => {
    const variable = "EDGE_AGENT_FORWARDER__ACCEPT_EUI";
    expect(troublesOf(CORE, { [variable]: "7076ff0123456789,x" })).toEqual([
      `${variable} forwarder.accept_eui[1] wrongValue`,
    ]);
    expect(troublesOf(CORE, { [variable]: "7076ff0123456789,7076ff0123456789" })).toEqual([
      `${variable} forwarder.accept_eui[1] contradiction`,
    ]);
  });

  test("troubles of variables are told even when the file is no TOML", () => {
    expect(troublesOf("?", { EDGE_AGENT_LGO__LEVEL: "info" })).toEqual([
      "1  syntax",
      "EDGE_AGENT_LGO__LEVEL  unknownVariable",
    ]);
  });

  test("other programs' variables do not matter", () => {
    expect(troublesOf(CORE, { PATH: "/bin", EDGE_AGENTS: "x", edge_agent_x: "y" })).toEqual([]);
  });
});

describe("a secret", () => {
  const SECRET = "hunter2";

  test("comes by the environment", () => {
    expect(firstCore(settingsOf(CORE, { EDGE_AGENT_CORE__0__PASSWORD: SECRET })).password).toBe(SECRET);
  });

  test.each([
    ["in the file", `${CORE}password = "${SECRET}"`, {}],
    ["in the file, misspelt", `${CORE}pasword = "${SECRET}"`, {}],
    ["within a URL", `[[core]]\nservers = ["mqtt://user:${SECRET}@h"]`, {}],
    ["within a URL under another key", `${CORE}encoding = "mqtt://${SECRET}@h"`, {}],
    ["within a URL, with an @ in it", `[[core]]\nservers = ["mqtt://user:x@${SECRET}@h"]`, {}],
    ["in the environment, wrong", CORE, { EDGE_AGENT_CORE__0__PASSWORD: `${SECRET}\n` }],
    ["in the environment, misspelt", CORE, { EDGE_AGENT_CORE__0__PASWORD: SECRET }],
  ])("is not shown when it is refused: %s", (_, tomlText, env) => {
    const loaded = load(tomlText, env);
    if (loaded.ok) throw new Error("accepted");
    for (const language of ["en", "fr"] as const) {
      const said = loaded.troubles.map((trouble) => troubleAsJson(trouble, makeText(language)));
      expect(JSON.stringify([loaded, said])).not.toContain(SECRET);
    }
  });
});

describe("what works but should be known", () => {
  const warnings = (tomlText: string) => {
    const loaded = load(tomlText);
    return loaded.ok ? loaded.warnings.map(({ key }) => key) : undefined;
  };

  test.each([
    ["a listener open to the network", `[forwarder]\nlisten = "0.0.0.0:1700"\n${CORE}`, "forwarder.listen"],
    ["MQTT 3.1.1", `${CORE}mqtt_version = "3.1.1"`, "core[0].mqtt_version"],
    [
      "a password in clear",
      '[[core]]\nservers = ["mqtt://broker.example"]\npassword_file = "/p"',
      "core[0].servers",
    ],
    ["a CA nobody asks for", `${CORE}ca_file = "/ca"`, "core[0].servers"],
    [
      "a server behind Semtech UDP that is two cores",
      `${GWMP}id = "a"\nservers = ["udp://h"]\n${GWMP}id = "b"\nservers = ["udp://i", "udp://h"]`,
      "core[1].servers",
    ],
  ])("%s", (_, tomlText, key) => {
    expect(warnings(tomlText)).toEqual([key]);
  });

  test.each([
    ["the loopback by any of its names", `[forwarder]\nlisten = "[::1]:1700"\n${CORE}`],
    ["a password to the machine itself", `${CORE}password_file = "/p"`],
    [
      "a password under TLS",
      '[[core]]\nservers = ["mqtts://b.example", "wss://b.example/mqtt"]\npassword_file = "/p"',
    ],
    ["a server on the machine itself, at another port", `${GWMP}servers = ["udp://127.0.0.1:1701"]`],
    ["a server elsewhere, at our own port", `${GWMP}servers = ["udp://lns.example:1700"]`],
  ])("nothing to say about %s", (_, tomlText) => {
    expect(warnings(tomlText)).toEqual([]);
  });
});

describe("limits", () => {
  test(`${TROUBLES_MAX} troubles are told, and that there are more`, () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index} = 1`).join("\n");
    expect(troublesOf(`${CORE}${keys(TROUBLES_MAX)}`)).toHaveLength(TROUBLES_MAX);
    const cut = troublesOf(`${CORE}${keys(TROUBLES_MAX + 1)}`);
    expect(cut).toHaveLength(TROUBLES_MAX + 1);
    expect(cut.at(-1)).toBe("-  tooMany");
  });

  test(`a file of ${SETTINGS_OCTETS_MAX} octets is read, a larger one is not`, async () => {
    const filled = (octets: number) => `${CORE}#${"x".repeat(octets - CORE.length - 1)}`;
    expect(load(filled(SETTINGS_OCTETS_MAX)).ok).toBe(true);
    expect(troublesOf(filled(SETTINGS_OCTETS_MAX + 1))).toEqual(["-  syntax"]);
    const files = memoryFiles({ "/a.toml": filled(SETTINGS_OCTETS_MAX + 1) });
    expect((await loadSettingsFile(files, "/a.toml", {})).ok).toBe(false);
  });

  test("nested brackets end in a trouble, not in the stack", () => {
    expect(troublesOf(`a = ${"[".repeat(20_000)}`)).toEqual(["1  syntax"]);
  });
});

describe("the file", () => {
  test("that is not there is an error of the world", async () => {
    await expect(loadSettingsFile(memoryFiles({}), "/none.toml", {})).rejects.toMatchObject({
      code: "FILE_IO",
    });
  });

  test("that is not UTF-8 is a trouble with its line", async () => {
    const files = memoryFiles({ "/a.toml": Buffer.from("[log]\n# caf\xe9\n", "latin1") });
    const loaded = await loadSettingsFile(files, "/a.toml", {});
    expect(loaded).toMatchObject({ ok: false, troubles: [{ origin: { line: 2, file: "/a.toml" } }] });
  });
});

describe("whatever is written, it is answered", () => {
  const word = fc.constantFrom(
    ..."[ ] [[ ]] { } = , . # \n \" ' \"\"\" ''' \\ core journal max_age servers __proto__ constructor 1 true nan 1979-05-27".split(
      " ",
    ),
    " ",
    "\r\n",
    '"mqtt://h"',
  );

  test("arbitrary text never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join("")),
        ),
        (tomlText) => {
          const loaded = load(tomlText);
          if (!loaded.ok) for (const trouble of loaded.troubles) troubleAsJson(trouble, t);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("arbitrary values under known keys never throw, and each is accepted or named", () => {
    const keys = [
      "journal.max_age",
      "forwarder.listen",
      "filter.crc",
      "clock.probe_command",
      "log.level",
      "core",
    ];
    const value = fc.oneof(
      word,
      fc.string().map((text) => JSON.stringify(text)),
      fc.array(fc.oneof(fc.integer(), fc.string())).map((list) => JSON.stringify(list)),
      fc.constantFrom("{}", "[[]]", "{a.b = 1}", "inf", "0x7fffffffffffffff", "07:32:00"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...keys), value, (key, written) => {
        const loaded = load(`${key} = ${written}`, { EDGE_AGENT_CORE__0__SERVERS: "mqtt://h" });
        expect(loaded.ok || loaded.troubles.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("arbitrary variables never throw", () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom("CORE__0__ID", "CORE__9999__ID", "CORE__", "LOG__LEVEL"),
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          name.map((end) => `EDGE_AGENT_${end}`),
          fc.string(),
        ),
        (env) => {
          load(CORE, env);
        },
      ),
    );
  });
});

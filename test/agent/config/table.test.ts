import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "smol-toml";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { sampleFile, settingsMarkdown, settingsSchema } from "../../../agent/config/document.ts";
import { variableOf } from "../../../agent/config/environment.ts";
import { LIST_ITEMS_MAX, type TomlValue } from "../../../agent/config/kind.ts";
import { type LoadedSettings, loadSettings } from "../../../agent/config/load.ts";
import { printJson, printToml, writeToml } from "../../../agent/config/print.ts";
import { defaultOf, type PlacedRow, rowsOf, SINGLE_TABLES } from "../../../agent/config/table.ts";
import { sayTrouble } from "../../../agent/config/trouble.ts";
import { makeText } from "../../../agent/text/text.ts";
import { fits } from "./json-schema.ts";

const LANGUAGES = ["en", "fr"] as const;
const t = makeText("en");
const CORE = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';

/** Right and wrong TOML values of each setting; right ones other than the default. */
const VALUES: Readonly<Record<string, { right: TomlValue[]; wrong: TomlValue[] }>> = {
  "gateway.eui": { right: ["7076ff0123456789"], wrong: ["7076", "7076ff012345678g", 1] },
  "gateway.profile": { right: ["kerlink-ibts"], wrong: ["", "../x", "Ä"] },
  "forwarder.listen": { right: ["[::]:0", "gateway.local:1700"], wrong: ["1700", ":1700", "a:b", "a b:1"] },
  "forwarder.accept_eui": { right: [["7076ff0123456789"]], wrong: [["x"], "7076ff0123456789", [1]] },
  "forwarder.gateways_max": { right: [1, 1024], wrong: [0, 1025, 1.5, "1"] },
  "forwarder.tx_power_error_means_sent": { right: [true], wrong: [1, "true"] },
  "filter.crc": { right: [["ok", "none"], ["bad"]], wrong: [[], ["OK"], "ok"] },
  "filter.lorawan_only": { right: [false], wrong: [0] },
  "filter.net_ids": { right: [["000013", "00001a"]], wrong: [["13"], "000013"] },
  "filter.dev_addr_prefixes": {
    right: [["26000000/7", "fc00ac00/32"]],
    wrong: [["26000000"], ["26/7"], ["26000000/33"]],
  },
  "filter.join_eui_ranges": {
    right: [["0000000000000001-00000000000000ff"]],
    wrong: [["0000000000000001"], ["1-2"]],
  },
  "journal.path": { right: ["/user/journal"], wrong: ["", "journal", "/a\u0000b"] },
  "journal.max_age": { right: ["1m", "72h", "36h"], wrong: ["48", 48, "1.5h", "-1h", "48 h"] },
  "journal.max_size": { right: ["8MB", "1GiB", "64MiB"], wrong: ["512", 512, "512mb", "0.5GB"] },
  "journal.commit_interval": { right: ["1s", "1500ms"], wrong: ["1", "1us"] },
  "journal.home_net_ids": { right: [["000013"]], wrong: [["0x13"]] },
  "clock.probe_file": { right: ["", "/run/clock"], wrong: ["run/clock"] },
  "clock.probe_command": { right: [["chronyc", "waitsync", "1"]], wrong: ["chronyc", [1], ["a\u0007"]] },
  "clock.sntp_servers": {
    right: [["pool.ntp.org", "[::1]:123", "10.0.0.1"]],
    wrong: ["pool.ntp.org", ["a b"], [""]],
  },
  "downlink.enforce_duty_cycle": { right: [true], wrong: ["yes"] },
  "antenna.gain": { right: ["2.6dBi", "-3dBi"], wrong: ["2.6", "2.6dB", "2.625dBi", 3] },
  "antenna.cable_loss": { right: ["0.5dB", "0dB"], wrong: ["-1dB", "0.5", "0.5dBi"] },
  "gnss.port": { right: ["/dev/nmea2"], wrong: ["nmea2"] },
  "gnss.baud": { right: [4_800, 115_200], wrong: [300, "9600"] },
  "gnss.interval": { right: ["10s", "5m"], wrong: ["10", 60] },
  "modem.port": { right: ["/dev/ttyUSB2"], wrong: ["ttyUSB2"] },
  "modem.baud": { right: [9_600], wrong: [1_000_000] },
  "modem.manager": { right: ["ofono", "modemmanager"], wrong: ["connman"] },
  "modem.interval": { right: ["30s", "1h"], wrong: ["30"] },
  "system.voltages_command": { right: [["sensors"]], wrong: ["sensors"] },
  "health.report_interval": { right: ["1m", "15m"], wrong: ["5", 5, "1.5h"] },
  "health.full_interval": { right: ["5m", "24h"], wrong: ["5", 5, "1.5h"] },
  "health.core_unreachable_after": { right: ["10s", "24h"], wrong: ["2 min", 120] },
  "health.journal_filling": { right: [10, 89], wrong: [9, 90, "70"] },
  "health.temperature_max": { right: [30, 130], wrong: [29, 131, "85"] },
  "health.duty_cycle_near": { right: [10, 100], wrong: [9, 101, "80"] },
  "health.crc_bad": { right: [30, 100], wrong: [29, 101, "80"] },
  "web.listen": {
    right: ["", "127.0.0.1:1780", "[::]:443", "gateway.example:0"],
    wrong: ["127.0.0.1", ":1780", " ", "http://127.0.0.1:1780", 1780],
  },
  "web.cert_file": { right: ["/etc/cert.pem"], wrong: ["cert.pem", 1] },
  "web.key_file": { right: ["/etc/key.pem"], wrong: ["key.pem", 1] },
  "metrics.listen": {
    right: ["", "127.0.0.1:9464", "[::1]:0", "localhost:9464"],
    wrong: ["127.0.0.1", ":9464", 9464],
  },
  "care.restart_forwarder": { right: ["always", "never"], wrong: ["yes", true] },
  "care.restart_command": { right: [["systemctl", "restart", "lora_pkt_fwd"]], wrong: ["reboot"] },
  "care.restarts_per_day": { right: [0, 12], wrong: [-1, 13, 1.5, "4"] },
  "care.hung_after": { right: ["5m", "24h"], wrong: ["30", 30] },
  "care.supply_voltage": { right: ["12V_POE"], wrong: [12, "a\nb"] },
  "care.backup_voltage": { right: ["VCC_BACKUP"], wrong: [12, "a\nb"] },
  "care.supply_low_mv": { right: [10000], wrong: [-1, 100001, "10V"] },
  "command.exec": {
    right: [{}, { uptime: ["/usr/bin/uptime"], "a-b_1": ["/bin/sh", "-c", 'echo "$1" \\'] }],
    wrong: [[], "uptime", { "a b": ["x"] }, { a: [] }, { a: "x" }, { a: [1] }, { "": ["x"] }],
  },
  "command.exec_timeout": { right: ["1s", "10m"], wrong: ["1.5s", 30] },
  "command.exec_output_max": { right: ["1kB", "100kB"], wrong: ["1GB ", "lots", 1] },
  "command.exec_environment": { right: [["FOO"]], wrong: ["FOO", [1]] },
  "control.socket": { right: ["/tmp/s"], wrong: ["", "s"] },
  "log.level": { right: ["debug", "warn", "error"], wrong: ["trace", 3] },
  "core.id": { right: ["spare-2"], wrong: ["", "-a", "A", "a/b", "x".repeat(33)] },
  "core.kind": { right: [], wrong: ["chirpstack", ""] },
  "core.servers": {
    right: [["mqtts://a.example:8883", "ws://b/mqtt?x=1", "wss://[::1]:443/mqtt", "mqtt://c"]],
    wrong: [[], "mqtt://a", ["mqtt:a"], ["http://a"], ["mqtt://u:p@a"], ["mqtt://u@a"], ["mqtt://"]],
  },
  "core.topic_prefix": { right: ["", "site/eu868"], wrong: ["/eu868", "eu868/", "+", "eu868/#"] },
  "core.mqtt_version": { right: ["3.1.1"], wrong: [3, 6, "5", "4"] },
  "core.encoding": { right: ["json"], wrong: ["xml"] },
  "core.username": { right: ["gw 1, é"], wrong: [1, "x".repeat(257), "a\nb"] },
  "core.password_file": { right: ["/etc/edge-agent/password"], wrong: ["password"] },
  "core.ca_file": { right: ["/ca.pem"], wrong: ["ca.pem"] },
  "core.cert_file": { right: ["/cert.pem"], wrong: [false] },
  "core.key_file": { right: ["/key.pem"], wrong: [[]] },
  "core.client_id": { right: ['"quoted" \\ #id'], wrong: [7] },
  "core.keepalive": { right: ["45s", "1h"], wrong: ["1x"] },
  "core.puback_timeout": { right: ["5s"], wrong: [""] },
  "core.pull_interval": { right: ["30s"], wrong: ["10"] },
  "core.push_ack_timeout": { right: ["5s"], wrong: [2] },
  "core.retry_max": { right: ["5s"], wrong: [""] },
  "core.stats_interval": { right: ["5m"], wrong: ["5 m"] },
  "core.replay_pairing": { right: [false], wrong: ["paired"] },
  "core.replay_proposal": { right: [false], wrong: [1] },
  "core.replay_rate_max": { right: [1, 10_000], wrong: [-1, 10_001, 2.5] },
  "core.late": { right: [true], wrong: ["late"] },
  "core.max_age": { right: ["1m", "36h"], wrong: ["48", 48, "1.5h"] },
  "core.net_ids": { right: [["000013", "00001a"]], wrong: [["13"], "000013"] },
  "core.dev_addr_prefixes": { right: [["26000000/7"]], wrong: [["26000000"], ["26000000/33"]] },
  "core.join_eui_ranges": {
    right: [["0000000000000001-00000000000000ff"]],
    wrong: [["0000000000000001"], ["1-2"]],
  },
  "core.may_transmit": { right: [false], wrong: ["no"] },
  "core.health": { right: [false], wrong: ["yes"] },
  "core.commands": { right: ["none", "change"], wrong: ["all", true] },
};

const ROWS: [string, PlacedRow][] = [...SINGLE_TABLES, "core"].flatMap((table) =>
  (rowsOf(table) ?? []).map((row): [string, PlacedRow] => [`${table}.${row.key}`, row]),
);

/** As it stands in the environment. */
function asText(value: TomlValue): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function loaded(tomlText: string, env: Record<string, string> = {}): LoadedSettings {
  const result = loadSettings({ tomlText, path: "agent.toml", env });
  if (!result.ok) throw new Error(result.troubles.map((trouble) => sayTrouble(trouble, t)).join("\n"));
  return result;
}

/** What a core must have, besides; of the kind that knows the setting. */
function coreWith(own: string): string {
  const isGwmp = rowsOf("core")!.find(({ key }) => key === own)?.only === "gwmp";
  return isGwmp
    ? 'kind = "gwmp"\nservers = ["udp://127.0.0.1:1701"]\n'
    : 'servers = ["mqtt://127.0.0.1:1883"]\n';
}

/** The smallest file with this value, and what goes with it. */
function fileWith(key: string, value: TomlValue): string {
  const [table, own] = key.split(".") as [string, string];
  const beside: Record<string, string> = { cert_file: 'key_file = "/k"', key_file: 'cert_file = "/c"' };
  if (table !== "core") return `[${table}]\n${own} = ${writeToml(value)}\n${beside[own] ?? ""}\n${CORE}`;
  const servers = own === "servers" ? "" : coreWith(own);
  return `[[core]]\n${servers}${own} = ${writeToml(value)}\n${beside[own] ?? ""}`;
}

describe("every row of the table", () => {
  const inFile = ROWS.filter(([, row]) => !row.secret);

  test("has its values in this test", () => {
    expect(Object.keys(VALUES)).toEqual(inFile.map(([key]) => key));
  });

  test.each(ROWS)("%s: its default is what it expects", (_, row) => {
    for (const index of [0, 1]) {
      const value = row.example ?? defaultOf(row, index);
      if (value !== undefined) expect(v.safeParse(row.kind.schema, value).success).toBe(true);
      else expect(row.secret).toBe(true);
    }
  });

  test.each(inFile)("%s: printed, it reads back as it was, but for what may be a secret", (key, row) => {
    for (const value of VALUES[key]!.right.map((right) => row.kind.shown?.(right) ?? right)) {
      const once = loaded(fileWith(key, value));
      const twice = loaded(printToml(once, t, { origin: true }));
      expect(twice.settings).toEqual(once.settings);
      const parsed = parse(fileWith(key, value)) as Record<string, unknown>;
      const [table, own] = key.split(".") as [string, string];
      const printed = printJson(once, { origin: false }).settings as Record<string, unknown>;
      const of = (document: Record<string, unknown>) =>
        [document[table]].flat()[0] as Record<string, unknown>;
      expect(of(printed)[own]).toEqual(of(parsed)[own]);
    }
  });

  test.each(inFile)("%s: the JSON Schema and the reader agree", (key) => {
    const schema = settingsSchema(t);
    const { right, wrong } = VALUES[key]!;
    for (const value of [...right, ...wrong]) {
      const tomlText = fileWith(key, value);
      const good = loadSettings({ tomlText, path: "", env: {} }).ok;
      expect(good, `reader, ${JSON.stringify(value)}`).toBe(right.includes(value));
      expect(fits(parse(tomlText), schema), `schema, ${JSON.stringify(value)}`).toBe(good);
    }
  });

  test.each(ROWS)("%s: the environment gives the same as the file", (key, row) => {
    const [table, own] = key.split(".") as [string, string];
    const variable = variableOf(table === "core" ? "core[0]" : table, own);
    for (const value of VALUES[key]?.right ?? []) {
      // A comma within an element can be written in the file only.
      if (Array.isArray(value) && value.some((one) => String(one).includes(","))) continue;
      const beside: Record<string, string> = { cert_file: "KEY_FILE", key_file: "CERT_FILE" };
      const pair =
        beside[own] === undefined
          ? {}
          : { [variable.replace(/[A-Z]+_FILE$/, beside[own]!)]: own === "cert_file" ? "/k" : "/c" };
      const core = own === "servers" || table !== "core" ? CORE : `[[core]]\n${coreWith(own)}`;
      const given = loaded(core, {
        [variable]: asText(value),
        ...pair,
      });
      expect(given.settings).toEqual(loaded(fileWith(key, value)).settings);
    }
    if (row.secret)
      expect(JSON.stringify(loaded(CORE, { [variable]: "s3cret" }).settings)).toContain("s3cret");
  });
});

test(`a list holds ${LIST_ITEMS_MAX} elements and no more`, () => {
  const command = (count: number) => fileWith("clock.probe_command", Array(count).fill("x"));
  expect(loaded(command(LIST_ITEMS_MAX)).settings.clock.probeCommand).toHaveLength(LIST_ITEMS_MAX);
  expect(() => loaded(command(LIST_ITEMS_MAX + 1))).toThrow(
    "clock.probe_command: expected a list of at most 64",
  );
});

test("durations and sizes print as they read, whatever they are", () => {
  const age = fc.integer({ min: 60_000, max: 365 * 86_400_000 }).map((ms) => `${ms}ms`);
  const size = fc.oneof(
    fc.integer({ min: 8_000, max: 1e9 }).map((kB) => `${kB}kB`),
    fc.integer({ min: 8, max: 900_000 }).map((mib) => `${mib}MiB`),
  );
  fc.assert(
    fc.property(age, size, (maxAge, maxSize) => {
      const once = loaded(`[journal]\nmax_age = "${maxAge}"\nmax_size = "${maxSize}"\n${CORE}`);
      expect(loaded(printToml(once, t, { origin: false })).settings).toEqual(once.settings);
    }),
  );
});

test("any text prints as TOML that reads back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parse(`x = ${writeToml(text)}`).x).toBe(text);
    }),
  );
});

describe.each(LANGUAGES)("the sample file, %s", (language) => {
  const sample = sampleFile(makeText(language));

  test("is the defaults", () => {
    expect(loaded(sample).settings).toEqual(loaded(CORE).settings);
    expect(loaded(sample).warnings).toEqual([]);
  });

  test("sets only what an installer should look at; the rest stays free to follow later defaults", () => {
    const set = [...loaded(sample).origins].filter(([, { kind }]) => kind === "file").map(([key]) => key);
    const core = ["id", "kind", "servers", "topic_prefix"].map((key) => `core[0].${key}`);
    expect(set).toEqual(["journal.path", ...core]);
  });

  test("is still the defaults with every # taken away", () => {
    const uncommented = sample.replace(/^#(?=[a-z_]+ = )/gm, "");
    const { settings, origins } = loaded(uncommented);
    expect(settings).toEqual(loaded(CORE).settings);
    for (const [key, row] of ROWS) {
      const kind = origins.get(key.replace("core.", "core[0]."))?.kind;
      expect(kind, key).toBe(row.secret ? undefined : "file");
    }
  });

  test("explains every setting, in lines of at most 100 columns", () => {
    const prose = sample.replace(/\n# (?!Val)/g, " ");
    for (const [key, row] of ROWS) {
      const meaning = makeText(language).pick(row.meaning);
      expect(prose.replace(/\s+/g, " "), key).toContain(meaning.replace(/\s+/g, " "));
    }
    for (const line of sample.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("fits the JSON Schema", () => {
    expect(fits(parse(sample), settingsSchema(makeText(language)))).toBe(true);
  });
});

describe("the JSON Schema", () => {
  const schema = settingsSchema(t);

  test.each([
    ["an unknown table", `[jurnal]\n${CORE}`],
    ["an unknown key", `[log]\nlevle = "info"\n${CORE}`],
    ["no core", "[log]"],
    ["no server", "[[core]]"],
    ["a password in the file", `${CORE}password = "x"`],
  ])("refuses %s", (_, tomlText) => {
    expect(fits(parse(tomlText), schema)).toBe(false);
  });
});

describe("what is printed", () => {
  const printed = loaded(`${CORE}username = "gw"`, { EDGE_AGENT_CORE__0__PASSWORD: "hunter2" });

  test("says where each value comes from", () => {
    const text = printToml(printed, t, { origin: true });
    expect(text).toContain('servers = ["mqtt://127.0.0.1:1883"]  # file, line 2\n');
    expect(text).toContain('level = "info"  # default\n');
    expect(text).toContain("PASSWORD = ********  # environment, EDGE_AGENT_CORE__0__PASSWORD\n");
    expect(printJson(printed, { origin: true }).origins).toMatchObject({
      "core[0].servers": { kind: "file", line: 2 },
      "log.level": { kind: "default" },
    });
  });

  test("never shows a secret", () => {
    for (const origin of [true, false]) {
      expect(printToml(printed, t, { origin })).not.toContain("hunter2");
      expect(JSON.stringify(printJson(printed, { origin }))).not.toContain("hunter2");
    }
  });

  test("of a program only its name, whatever it is given, and of a server nothing behind the ?", () => {
    const argv = '["/bin/login", "--token", "hunter2", "-p", "hunter2"]';
    const given = loaded(`
      [clock]
      probe_command = ${argv}
      [system]
      voltages_command = ${argv}
      [care]
      restart_command = ${argv}
      [command]
      exec = { login = ${argv}, alone = ["/usr/bin/uptime"] }
      [[core]]
      servers = ["wss://lns.example/mqtt?sig=hunter2"]`);
    const text = printToml(given, t, { origin: false });
    expect(text).toContain(
      'exec = { "login" = ["/bin/login", "********"], "alone" = ["/usr/bin/uptime"] }\n',
    );
    expect(text).toContain('probe_command = ["/bin/login", "********"]\n');
    expect(text).toContain('voltages_command = ["/bin/login", "********"]\n');
    expect(text).toContain('restart_command = ["/bin/login", "********"]\n');
    expect(text).toContain('servers = ["wss://lns.example/mqtt?********"]\n');
    for (const shown of [text, JSON.stringify(printJson(given, { origin: false }))])
      expect(shown).not.toContain("hunter2");
  });
});

test("the README's settings are the table's", () => {
  const readme = readmeText();
  const [, part] = /<!-- settings -->\n([\s\S]*?)<!-- \/settings -->/.exec(readme) ?? [];
  // While the README has no such part, the part itself must still be sound.
  const expected = settingsMarkdown(t);
  if (readme.includes("<!-- settings -->")) expect(part?.trim()).toBe(expected.trim());
  for (const [key] of ROWS) expect(expected).toContain(`| \`${key.split(".")[1]}\` |`);
});

function readmeText(): string {
  try {
    return readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  } catch {
    return "";
  }
}

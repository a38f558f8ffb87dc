/** Each check by itself: what was seen in, verdict out. What is really broken: doctor.test.ts. */
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../../agent/config/load.ts";
import { examine } from "../../../../agent/technician/doctor/examine.ts";
import type { Facts } from "../../../../agent/technician/doctor/facts.ts";
import type { Verdict } from "../../../../agent/technician/doctor/report.ts";
import { RULES } from "../../../../agent/technician/doctor/table.ts";
import { makeText } from "../../../../agent/text/text.ts";

const NOW_MS = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const EUI = "7276ff0044010010";

function settingsOf(toml: string) {
  const text = `[gateway]\neui = "${EUI}"\n${toml}\n[[core]]\nservers = ["mqtts://broker:8883"]\n`;
  const loaded = loadSettings({ tomlText: text, path: "agent.toml", env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.troubles));
  return loaded.settings;
}

/** Deeper than it looks: only what the checks read is there. */
function facts(change: (seen: Mutable) => void = () => undefined): Facts {
  const settings = settingsOf(
    '[antenna]\ngain = "3dBi"\n[gnss]\nport = "/dev/nmea2"\n[modem]\nmanager = "ofono"',
  );
  const certificate = {
    subject: "CN=broker",
    issuer: "CN=ca",
    validFromMs: NOW_MS - DAY_MS,
    validToMs: NOW_MS + 90 * DAY_MS,
    isAuthority: false,
  };
  const seen = {
    settings: {
      state: "good",
      path: "agent.toml",
      settings,
      warnings: [],
      isGnssSet: true,
      profile: { name: "kerlink-istation-keros5", how: "set", candidates: [] },
    },
    agent: {
      state: "answers",
      status: {
        version: "1",
        uptimeMs: 3_600_000,
        startedWallMs: NOW_MS - 3_600_000,
        listen: { host: "127.0.0.1", port: 1700 },
        clock: { state: "synchronised", source: "sntp", offsetMs: 3 },
        forwarders: [
          {
            gatewayEui: EUI,
            alive: true,
            pullDataAgeMs: 900,
            pullPeriodMs: 10_000,
            pushDataAgeMs: 2_000,
            rxpk: { ok: 90, bad: 10, none: 0, unreadable: 0 },
            stat: undefined,
          },
        ],
        journal: {
          storedFrames: 0,
          storedOctets: 0,
          lostAtOpen: 0,
          droppedTotal: 0,
          full: false,
          failing: undefined,
        },
        field: {
          gnss: { port: "/dev/nmea2", state: "fix", forMs: 1_000, satellites: 9, inView: 12 },
          modem: {
            by: "ofono",
            state: "answers",
            forMs: 1_000,
            grade: "good",
            reading: { registration: "home", signal: { rsrpDbm: -85 } },
          },
        },
        counters: { frameKept: 90, downlinkCommand: 4, downlinkAccepted: 4 },
        cores: [],
      },
    },
    forwarder: {
      state: "read",
      file: "/etc/lorafwd.toml",
      server: { host: "localhost", uplinkPort: 1700, downlinkPort: 1700 },
      agent: { host: "127.0.0.1", port: 1700 },
      factoryHosts: ["172.17.0.1"],
      eui: EUI,
      statisticsMs: 30_000,
      switchedOff: undefined,
      program: "lorafwd",
      processes: [{ argv: ["lorafwd"] }],
    },
    radio: {
      state: "read",
      file: "lorad.json",
      plan: {
        frequenciesHz: [868_100_000, 868_300_000, 868_500_000],
        antennaGainDbi: 3,
        insertionLossDb: 0.5,
      },
    },
    portHolders: [],
    forwarderFirewall: { verdict: "accepted" },
    network: {
      routes: ["eth0"],
      interfaces: [{ name: "eth0", state: "up", addresses: ["10.0.0.2"] }],
      isKnown: true,
    },
    box: {
      disk: { freeOctets: 5e9, totalOctets: 6e9, freeInodes: 1e6, totalInodes: 2e6, isReadOnly: false },
      system: {
        load1: 0.3,
        cpuPercent: 10,
        memory: { totalOctets: 240e6, availableOctets: 100e6 },
        temperatures: [{ name: "cpu", value: 45 }],
        voltages: [
          { name: "12V_POE", value: 12 },
          { name: "VCC_BACKUP", value: 11.6 },
        ],
      },
      processors: 1,
    },
    cores: [
      {
        core: settings.cores[0],
        gatewayEui: EUI,
        route: {
          state: "connected",
          server: "mqtts://broker:8883",
          alarms: [],
          courier: { carriedLive: 90, replayed: 0 },
          lastError: undefined,
          roundTripMs: 40,
        },
        servers: [
          {
            url: "mqtts://broker:8883",
            host: "broker",
            port: 8883,
            isTls: true,
            isLoopback: false,
            lookup: { ok: true, addresses: ["192.0.2.1"], tookMs: 5 },
            tcp: { ok: true, tookMs: 20 },
            tls: { ok: true, protocol: "TLSv1.3", chain: [certificate] },
          },
        ],
        credentials: {},
      },
    ],
    clock: undefined,
    nowWallMs: NOW_MS,
    builtWallMs: NOW_MS - 30 * DAY_MS,
  };
  // biome-ignore lint/suspicious/noExplicitAny: what a case changes need not be whole
  const mutable = seen as any;
  change(mutable);
  return mutable as Facts;
}
// biome-ignore lint/suspicious/noExplicitAny: as above
type Mutable = any;

const away = (seen: Mutable): Mutable => {
  const [core] = seen.cores;
  core.route.state = "waiting";
  return core;
};

describe("a gateway on which all is well", () => {
  test("every check that has something to look at says ok", () => {
    const checks = examine(RULES, facts());
    const others = checks
      .filter(({ verdict }) => verdict !== "ok")
      .map(({ id, verdict }) => `${id} ${verdict}`);
    // The cable's loss was not written down; no file of certificates is set, and nobody visited the broker.
    expect(others).toEqual([
      "cable-loss unknown",
      "channels-heard skipped",
      "certificate-files skipped",
      "own-topics-right unknown",
      "topic-prefix skipped",
    ]);
  });
});

describe("one check", () => {
  const cases: readonly (readonly [
    what: string,
    id: string,
    verdict: Verdict,
    change: (seen: Mutable) => void,
  ])[] = [
    [
      "settings that warn",
      "settings",
      "warn",
      (s) => {
        s.settings.warnings = [{ key: "core[0].servers", text: { key: "doctor.asRoot", params: {} } }];
      },
    ],
    [
      "a model that is guessed",
      "profile",
      "warn",
      (s) => {
        s.settings.profile.how = "unknown";
      },
    ],
    [
      "no profiles at all",
      "profile",
      "warn",
      (s) => {
        s.settings.profile.how = "missing";
      },
    ],
    [
      "channels of another continent",
      "channel-plan",
      "fail",
      (s) => {
        s.radio.plan.frequenciesHz = [915_200_000];
      },
    ],
    [
      "no channel",
      "channel-plan",
      "fail",
      (s) => {
        s.radio.plan.frequenciesHz = [];
      },
    ],
    [
      "a gain told too small: too much is radiated",
      "antenna-gain",
      "fail",
      (s) => {
        s.radio.plan.antennaGainDbi = 0;
      },
    ],
    [
      "a gain told too large: too little is radiated",
      "antenna-gain",
      "warn",
      (s) => {
        s.radio.plan.antennaGainDbi = 6;
      },
    ],
    [
      "a gain that rounding explains",
      "antenna-gain",
      "ok",
      (s) => {
        s.radio.plan.antennaGainDbi = 3.4;
      },
    ],
    [
      "a cable told too long: too much is radiated",
      "cable-loss",
      "fail",
      (s) => {
        s.settings.settings = { ...s.settings.settings, antenna: { gainDbi: 3, cableLossDb: 0.5 } };
        s.radio.plan.insertionLossDb = 4;
      },
    ],
    [
      "no file of a forwarder that is heard",
      "forwarder-settings",
      "unknown",
      (s) => {
        s.forwarder = { state: "noFile", looked: [] };
      },
    ],
    [
      "statistics every five minutes",
      "forwarder-statistics",
      "warn",
      (s) => {
        s.forwarder.statisticsMs = 300_000;
      },
    ],
    [
      "no process, but a forwarder is heard",
      "forwarder-process",
      "ok",
      (s) => {
        s.forwarder.processes = [];
      },
    ],
    [
      "an agent that does not answer",
      "agent-running",
      "fail",
      (s) => {
        s.agent = { state: "mute", socket: "s", reason: "EACCES" };
      },
    ],
    [
      "a port that another has",
      "gwmp-port",
      "fail",
      (s) => {
        s.agent = { state: "silent", socket: "s", isRunning: false };
        s.portHolders = [{ pid: 7, program: "lora_gateway_bridge" }];
      },
    ],
    [
      "a port that only an agent out of reach has",
      "gwmp-port",
      "ok",
      (s) => {
        s.agent = { state: "silent", socket: "s", isRunning: true };
        s.portHolders = [{ pid: 7, program: "node edge-agent run" }];
      },
    ],
    [
      "an agent that has just begun",
      "pull-data",
      "unknown",
      (s) => {
        s.agent.status.forwarders = [];
        s.agent.status.uptimeMs = 10_000;
      },
    ],
    [
      "no forwarder in an hour",
      "pull-data",
      "fail",
      (s) => {
        s.agent.status.forwarders = [];
      },
    ],
    [
      "strangers only",
      "pull-data",
      "fail",
      (s) => {
        s.agent.status.forwarders = [];
        s.agent.status.counters.gatewayRefused = { notAccepted: 9 };
      },
    ],
    [
      "silence for two hours",
      "frames",
      "fail",
      (s) => {
        s.agent.status.forwarders[0].pushDataAgeMs = 7_200_000;
      },
    ],
    [
      "a quiet site",
      "frames",
      "unknown",
      (s) => {
        s.agent.status.forwarders[0].rxpk = { ok: 0, bad: 0, none: 0, unreadable: 0 };
      },
    ],
    [
      "two thirds damaged",
      "crc",
      "warn",
      (s) => {
        s.agent.status.forwarders[0].rxpk = { ok: 33, bad: 67, none: 0, unreadable: 0 };
      },
    ],
    [
      "nineteen packets are no share",
      "crc",
      "unknown",
      (s) => {
        s.agent.status.forwarders[0].rxpk = { ok: 1, bad: 18, none: 0, unreadable: 0 };
      },
    ],
    [
      "downlinks that the radio will not send",
      "downlinks",
      "warn",
      (s) => {
        s.agent.status.counters.downlinkRefusedByForwarder = { TX_FREQ: 9 };
      },
    ],
    [
      "a clock a minute off",
      "clock",
      "fail",
      (s) => {
        s.agent.status.clock.offsetMs = -60_000;
      },
    ],
    [
      "a clock that nobody vouches for",
      "clock",
      "warn",
      (s) => {
        s.agent.status.clock.state = "unsynchronised";
      },
    ],
    [
      "a first fix takes its time",
      "gnss",
      "unknown",
      (s) => {
        s.agent.status.field.gnss = { state: "searching", forMs: 600_000 };
      },
    ],
    [
      "no fix in half an hour",
      "gnss",
      "warn",
      (s) => {
        s.agent.status.field.gnss = { state: "searching", forMs: 1_800_000 };
      },
    ],
    [
      "a port that only the profile knows",
      "gnss",
      "unknown",
      (s) => {
        s.settings.isGnssSet = false;
        s.agent.status.field.gnss = { state: "noPort", forMs: 1, reason: "ENOENT" };
      },
    ],
    [
      "a poor signal",
      "signal",
      "warn",
      (s) => {
        s.agent.status.field.modem.grade = "poor";
      },
    ],
    [
      "a SIM that is refused, and no other road",
      "signal",
      "fail",
      (s) => {
        s.agent.status.field.modem.reading.registration = "denied";
        const core = away(s);
        core.servers[0].tcp = { ok: false, code: "TIMEOUT" };
      },
    ],
    [
      "a SIM that is refused beside a cable",
      "signal",
      "warn",
      (s) => {
        s.agent.status.field.modem.reading.registration = "denied";
      },
    ],
    [
      "settings that this user may not read",
      "settings",
      "unknown",
      (s) => {
        s.settings = { state: "unreadable", path: "agent.toml", reason: "EACCES", isForbidden: true };
      },
    ],
    [
      "settings on a disk that fails",
      "settings",
      "fail",
      (s) => {
        s.settings = { state: "unreadable", path: "agent.toml", reason: "EIO", isForbidden: false };
      },
    ],
    [
      "an agent whose socket this user may not open",
      "agent-running",
      "unknown",
      (s) => {
        s.agent = { state: "mute", socket: "/s", reason: "EACCES", isForbidden: true };
      },
    ],
    [
      "an agent that does not speak",
      "agent-running",
      "fail",
      (s) => {
        s.agent = { state: "mute", socket: "/s", reason: "5000 ms", isForbidden: false };
      },
    ],
    [
      "a port whose process only root sees",
      "gwmp-port",
      "unknown",
      (s) => {
        s.agent = { state: "mute", socket: "/s", reason: "EACCES", isForbidden: true };
        s.portHolders = [{ pid: undefined, program: undefined }];
      },
    ],
    [
      "a forwarder's file that this user may not read",
      "forwarder-settings",
      "unknown",
      (s) => {
        s.forwarder = { state: "unreadable", file: "/etc/l", reason: "EACCES", isForbidden: true };
      },
    ],
    [
      "a forwarder that is heard, and whose file names the gateway otherwise",
      "forwarder-server",
      "warn",
      (s) => {
        s.forwarder.server.host = "my-gateway";
      },
    ],
    [
      "a forwarder that sends to the gateway's own address, where the agent listens too",
      "forwarder-server",
      "ok",
      (s) => {
        s.forwarder.server.host = "10.0.0.2";
        s.agent.status.listen.host = "0.0.0.0";
        s.agent.status.forwarders = [];
      },
    ],
    [
      "a forwarder that sends elsewhere, while another gateway is heard",
      "forwarder-server",
      "fail",
      (s) => {
        s.forwarder.server.host = "192.0.2.99";
        s.agent.status.forwarders[0].gatewayEui = "7276ff0044019999";
      },
    ],
    [
      "other ports of a forwarder that is heard all the same",
      "forwarder-ports",
      "warn",
      (s) => {
        s.forwarder.server.uplinkPort = 1680;
      },
    ],
    [
      "frames before the first PULL_DATA",
      "pull-data",
      "unknown",
      (s) => {
        s.agent.status.uptimeMs = 5_000;
        Object.assign(s.agent.status.forwarders[0], { alive: false, pullDataAgeMs: undefined });
      },
    ],
    [
      "frames for a quarter of an hour, and never a PULL_DATA",
      "pull-data",
      "fail",
      (s) => {
        s.agent.status.uptimeMs = 900_000;
        Object.assign(s.agent.status.forwarders[0], { alive: false, pullDataAgeMs: undefined });
      },
    ],
    [
      "a first attempt to connect",
      "core-link",
      "unknown",
      (s) => {
        s.cores[0].route.state = "connecting";
        s.cores[0].visit = { connected: true, clientId: "d", url: "u" };
      },
    ],
    [
      "one attempt to connect after the other",
      "core-link",
      "fail",
      (s) => {
        Object.assign(s.cores[0].route, { state: "connecting", lastError: "timeout: no CONNACK" });
        s.cores[0].visit = { connected: true, clientId: "d", url: "u" };
      },
    ],
    [
      "a visitor refused for want of a password that the service may have",
      "login",
      "unknown",
      (s) => {
        const core = away(s);
        core.core = { ...core.core, username: "gw" };
        core.visit = {
          connected: false,
          clientId: "d",
          url: "u",
          closed: { code: "credentials", detail: "5" },
        };
      },
    ],
    [
      "an agent that is refused itself",
      "login",
      "fail",
      (s) => {
        const core = away(s);
        core.core = { ...core.core, username: "gw" };
        Object.assign(core.route, { alarms: ["credentialsRefused"], lastError: "credentials: 135" });
        core.visit = {
          connected: false,
          clientId: "d",
          url: "u",
          closed: { code: "credentials", detail: "5" },
        };
      },
    ],
    [
      "a key that the agent may read, and this user not",
      "certificate-files",
      "unknown",
      (s) => {
        s.cores[0].credentials = { fault: "/etc/key: EACCES", isForbidden: true };
      },
    ],
    [
      "a key that this user may read, and the agent not",
      "certificate-files",
      "fail",
      (s) => {
        Object.assign(away(s).route, {
          alarms: ["credentialsUnreadable"],
          lastError: "credentials: /etc/key: EACCES",
        });
      },
    ],
    [
      "one of two names unknown",
      "server-name",
      "warn",
      (s) => {
        s.cores[0].servers.push({
          ...s.cores[0].servers[0],
          lookup: { ok: false, code: "ENOTFOUND", tookMs: 1 },
          tcp: undefined,
          tls: undefined,
        });
      },
    ],
    [
      "a firewall's rule that harms nobody",
      "server-firewall",
      "ok",
      (s) => {
        s.cores[0].servers[0].firewall = { verdict: "dropped", rule: "-A OUTPUT -j DROP" };
      },
    ],
    [
      "a certificate that is good for another name",
      "tls",
      "fail",
      (s) => {
        s.cores[0].servers[0].tls.distrust = "HOSTNAME_MISMATCH";
      },
    ],
    [
      "a certificate with three weeks left",
      "tls",
      "warn",
      (s) => {
        s.cores[0].servers[0].tls.chain[0].validToMs = NOW_MS + 21 * DAY_MS;
      },
    ],
    [
      "a CA file that is none",
      "certificate-files",
      "fail",
      (s) => {
        s.cores[0].credentials.ca = "unreadable";
      },
    ],
    [
      "a key that cannot be read",
      "certificate-files",
      "fail",
      (s) => {
        s.cores[0].credentials.cert = s.cores[0].servers[0].tls.chain;
        s.cores[0].credentials.keyFits = "unreadable";
      },
    ],
    [
      "a broker that binds client ids",
      "login",
      "unknown",
      (s) => {
        away(s).visit = {
          connected: false,
          clientId: "x",
          closed: { code: "refused", detail: "?", reasonCode: 133 },
        };
      },
    ],
    [
      "a broker of the older version",
      "login",
      "fail",
      (s) => {
        away(s).visit = {
          connected: false,
          clientId: "x",
          closed: { code: "refused", detail: "?", reasonCode: 132 },
        };
      },
    ],
    [
      "3.1.1 with frames sent",
      "publish-right",
      "unknown",
      (s) => {
        s.cores[0].core = { ...s.cores[0].core, mqttVersion: 4 };
      },
    ],
    [
      "3.1.1: whether anybody listens",
      "subscriber",
      "unknown",
      (s) => {
        s.cores[0].core = { ...s.cores[0].core, mqttVersion: 4 };
      },
    ],
    [
      "nothing sent, and nobody visited",
      "publish-right",
      "unknown",
      (s) => {
        s.cores[0].route.courier.carriedLive = 0;
      },
    ],
    [
      "an event that no core knows is let through",
      "publish-right",
      "ok",
      (s) => {
        const core = away(s);
        core.route.courier.carriedLive = 0;
        core.visit = { connected: true, clientId: "x", eventReasonCode: 0 };
      },
    ],
    [
      "our own topics are refused",
      "own-topics-right",
      "warn",
      (s) => {
        s.cores[0].visit = { connected: true, clientId: "x", ownReasonCode: 135 };
      },
    ],
    [
      "commands are refused to a visitor",
      "subscribe-right",
      "fail",
      (s) => {
        s.cores[0].visit = { connected: true, clientId: "x", commandsReasonCode: 135 };
      },
    ],
    [
      "a broker that grants everything",
      "subscribe-right",
      "unknown",
      (s) => {
        s.agent.status.counters = {};
        s.cores[0].visit = { connected: true, clientId: "x", commandsReasonCode: 1, strangersReasonCode: 1 };
      },
    ],
    [
      "a broker that looks at who asks",
      "subscribe-right",
      "ok",
      (s) => {
        s.agent.status.counters = {};
        s.cores[0].visit = {
          connected: true,
          clientId: "x",
          commandsReasonCode: 1,
          strangersReasonCode: 135,
        };
      },
    ],
    [
      "nobody under any prefix",
      "topic-prefix",
      "unknown",
      (s) => {
        s.cores[0].visit = { connected: true, clientId: "x", eventReasonCode: 16, listenedPrefixes: [] };
      },
    ],
    [
      "a disk with 4 % left",
      "disk-space",
      "warn",
      (s) => {
        s.box.disk.freeOctets = 240e6;
      },
    ],
    [
      "ten files left",
      "inodes",
      "fail",
      (s) => {
        s.box.disk.freeInodes = 10;
      },
    ],
    [
      "a file system without inodes",
      "inodes",
      "skipped",
      (s) => {
        s.box.disk.totalInodes = 0;
      },
    ],
    [
      "a journal four fifths full",
      "journal",
      "warn",
      (s) => {
        s.agent.status.journal.storedOctets = 0.8 * s.settings.settings.journal.maxSizeOctets;
      },
    ],
    [
      "a disk that refuses the journal",
      "journal",
      "fail",
      (s) => {
        s.agent.status.journal.failing = "EIO";
      },
    ],
    [
      "frames lost on the flash",
      "journal",
      "warn",
      (s) => {
        s.agent.status.journal.lostAtOpen = 3;
      },
    ],
    [
      "little memory",
      "memory",
      "warn",
      (s) => {
        s.box.system.memory.availableOctets = 12e6;
      },
    ],
    [
      "no memory",
      "memory",
      "fail",
      (s) => {
        s.box.system.memory.availableOctets = 4e6;
      },
    ],
    [
      "a busy processor",
      "processor",
      "warn",
      (s) => {
        s.box.system.load1 = 5;
      },
    ],
    [
      "a box in the sun",
      "temperature",
      "warn",
      (s) => {
        s.box.system.temperatures[0].value = 90;
      },
    ],
    [
      "a box on its battery",
      "power",
      "fail",
      (s) => {
        s.box.system.voltages[0].value = 0.4;
      },
    ],
  ];

  test.each(cases)("%s: %s is %s", (_what, id, verdict, change) => {
    const found = examine(RULES, facts(change)).filter((check) => check.id === id);
    expect(found.map((check) => check.verdict)).toEqual([verdict]);
    // Whoever is told of trouble is told what to do, in both languages, and without a place left open.
    if (verdict === "ok" || verdict === "skipped") return;
    for (const language of ["en", "fr"] as const) {
      const t = makeText(language);
      expect(t.say(found[0]!.next!)).toMatch(/^[^{}]{10,}$/);
      expect(t.say(found[0]!.finding)).toMatch(/^[^{}]{4,}$/);
    }
  });
});

describe("what a sentence says", () => {
  const sayOf = (id: string, change: (seen: Mutable) => void, language: "en" | "fr" = "en"): string => {
    const found = examine(RULES, facts(change)).find((check) => check.id === id);
    return makeText(language).say(found!.finding);
  };

  test.each([
    "forwarder-enabled",
    "forwarder-server",
    "forwarder-ports",
    "forwarder-statistics",
    "forwarder-process",
  ])("%s hangs on the forwarder's settings, and says so where they are not known", (id) => {
    const missing = (s: Mutable): void => {
      s.forwarder = { state: "noFile", looked: [] };
    };
    expect(sayOf(id, missing)).toBe("needs the forwarder's settings, which were not found");
    const closed = (s: Mutable): void => {
      s.forwarder = { state: "unreadable", file: "/etc/lorafwd.toml", reason: "EACCES", isForbidden: true };
    };
    expect(sayOf(id, closed)).toBe("needs the forwarder's settings, which could not be read");
    const elsewhere = (s: Mutable): void => {
      s.forwarder = { state: "elsewhere" };
    };
    expect(sayOf(id, elsewhere)).toBe("there is nothing of it on this gateway");
  });

  test("who has no user name logs in without one", () => {
    const nameless = (s: Mutable): void => {
      s.cores[0].core = { ...s.cores[0].core, username: "" };
    };
    expect(sayOf("login", nameless)).toBe("the agent is logged in without a user name");
    const visitor = (s: Mutable): void => {
      nameless(s);
      away(s).visit = { connected: true, clientId: "d", url: "u" };
    };
    expect(sayOf("login", visitor)).toBe("the broker lets us in without a user name");
    const refused = (s: Mutable): void => {
      nameless(s);
      Object.assign(away(s).route, { alarms: ["credentialsRefused"], lastError: "135" });
    };
    expect(sayOf("login", refused)).toBe("the broker refuses us without a user name: 135");
  });

  test("a date is written as the language writes it, and as ISO 8601 in the evidence", () => {
    expect(sayOf("clock", () => undefined)).toContain("2026-11-22 00:00 UTC");
    expect(sayOf("clock", () => undefined, "fr")).toContain("22/11/2026 00:00 UTC");
    const clock = examine(RULES, facts()).find(({ id }) => id === "clock");
    expect(clock!.evidence.date).toBe("2026-11-22 00:00");
  });
});

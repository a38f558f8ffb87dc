/** Each check by itself: what was seen in, verdict out. What is really broken: doctor.test.ts. */
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../../agent/config/load.ts";
import { examine, unexaminedFor } from "../../../../agent/technician/doctor/examine.ts";
import type { Facts } from "../../../../agent/technician/doctor/facts.ts";
import type { Verdict } from "../../../../agent/technician/doctor/report.ts";
import { reportLines } from "../../../../agent/technician/doctor/show.ts";
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
            datagrams: { pushData: 100, pullData: 360, txAck: 4 },
            acksWithheld: 0,
            ackLatency: { recent: { count: 20, p95Ms: 40 } },
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
        counters: {
          frameKept: 90,
          downlinkCommand: 4,
          downlinkAccepted: 4,
          ownSent: { "health.taken": 12, "alarms.noSubscriber": 1, "health.notConnected": 1 },
        },
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
      ackWaitMs: 3_000,
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
      firmware: "5.11.0_20231117",
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
      "firmware that was upgraded under a profile of the former one, and no forwarder to be heard",
      "firmware",
      "fail",
      (s) => {
        s.box.firmware = "6.3.0_20250201";
        s.agent.status.forwarders = [];
      },
    ],
    [
      "the same where all works",
      "firmware",
      "warn",
      (s) => {
        s.box.firmware = "KerOS 6.3.0";
      },
    ],
    [
      "firmware older than any profile",
      "firmware",
      "fail",
      (s) => {
        s.box.firmware = "3.6.1_20190601";
        s.agent.status.forwarders = [];
      },
    ],
    [
      "firmware older than the forwarder",
      "firmware",
      "warn",
      (s) => {
        s.box.firmware = "4.1.2_20200101";
      },
    ],
    [
      "a system of another maker, whose number is its own",
      "firmware",
      "ok",
      (s) => {
        s.box.firmware = "Debian GNU/Linux 12 (bookworm)";
      },
    ],
    [
      "a date for a version",
      "firmware",
      "ok",
      (s) => {
        s.box.firmware = "20231117.6";
      },
    ],
    [
      "a box that does not say what it runs",
      "firmware",
      "skipped",
      (s) => {
        s.box.firmware = undefined;
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
      "acknowledgements that leave in time and never arrive",
      "push-ack",
      "fail",
      (s) => {
        s.agent.status.forwarders[0].stat = { ackRatePercent: 0, rxForwarded: 12 };
      },
    ],
    [
      "some of them that do not arrive",
      "push-ack",
      "warn",
      (s) => {
        s.agent.status.forwarders[0].stat = { ackRatePercent: 70, rxForwarded: 12 };
      },
    ],
    [
      "all of them that arrive",
      "push-ack",
      "ok",
      (s) => {
        s.agent.status.forwarders[0].stat = { ackRatePercent: 100, rxForwarded: 12 };
      },
    ],
    [
      "those that the reference forwarder no longer waits for",
      "push-ack",
      "warn",
      (s) => {
        s.forwarder.ackWaitMs = 100;
        s.agent.status.forwarders[0].ackLatency.recent.p95Ms = 130;
        s.agent.status.forwarders[0].stat = { ackRatePercent: 10, rxForwarded: 12 };
      },
    ],
    [
      "those that a refusing disk withholds",
      "push-ack",
      "warn",
      (s) => {
        s.agent.status.journal.failing = "EIO";
        s.agent.status.forwarders[0].stat = { ackRatePercent: 0, rxForwarded: 12 };
      },
    ],
    [
      "a share of nothing: the reference forwarder says 0 where it sent none",
      "push-ack",
      "ok",
      (s) => {
        s.agent.status.forwarders[0].stat = { ackRatePercent: 0, rxForwarded: 0 };
      },
    ],
    [
      "a period that began before the agent did",
      "push-ack",
      "ok",
      (s) => {
        s.agent.status.forwarders[0].datagrams.pushData = 9;
        s.agent.status.forwarders[0].stat = { ackRatePercent: 0, rxForwarded: 12 };
      },
    ],
    [
      "acknowledgements later than any forwarder waits",
      "push-ack",
      "warn",
      (s) => {
        s.agent.status.forwarders[0].ackLatency.recent.p95Ms = 3_400;
      },
    ],
    [
      "nothing to acknowledge of late",
      "push-ack",
      "unknown",
      (s) => {
        s.agent.status.forwarders[0].ackLatency.recent = { count: 0 };
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
      "no own message yet, and nobody who may visit",
      "own-topics-right",
      "unknown",
      (s) => {
        s.agent.status.counters.ownSent = {
          "health.notConnected": 3,
          "health.closed": 1,
          "alarm.refused": 1,
        };
      },
    ],
    [
      "own messages that were taken, until the broker refused one",
      "own-topics-right",
      "warn",
      (s) => {
        s.cores[0].route.alarms = ["ownNamespaceSuspended"];
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

/** The report as people read it, its lines joined. */
function shown(change: (seen: Mutable) => void, language: "en" | "fr"): string {
  const checks = examine(RULES, facts(change));
  const report = { version: "1", startedWallMs: NOW_MS, tookMs: 1, checks };
  const unseen = unexaminedFor(checks);
  const told = unseen === undefined ? report : { ...report, unexaminedFor: unseen };
  return reportLines(told, makeText(language))
    .map((line) => line.trim())
    .join(" ")
    .replace(/[\u00a0\u202f]/g, " ");
}

describe("a user who may not read", () => {
  const closed = (s: Mutable): void => {
    s.settings = { state: "unreadable", path: "agent.toml", reason: "EACCES", isForbidden: true };
    s.agent = { state: "silent", socket: "?", isRunning: false };
    s.forwarder = s.radio = { state: "elsewhere" };
    s.portHolders = s.forwarderFirewall = undefined;
    s.box.disk = undefined;
    s.cores = [];
  };

  test("the settings is not told that there is nothing on this gateway, nor that nothing is broken", () => {
    const checks = examine(RULES, facts(closed));
    const because = checks.flatMap(({ id, because: one }) => (one === "settings" ? [id] : []));
    for (const id of ["agent-running", "journal", "pull-data", "frames", "channel-plan", "gnss", "login"])
      expect(because).toContain(id);
    expect(checks.filter(({ finding }) => finding.key === "doctor.notHere")).toEqual([]);
    const text = shown(closed, "fr");
    expect(text).toContain("pull-data: non examiné : settings passe d'abord");
    expect(text).toContain("Cœur de réseau");
    expect(text).toMatch(/Presque rien n'a pu être examiné : sudo edge-agent doctor$/);
    expect(text).not.toContain("Rien n'est en panne");
  });

  test("the agent's socket is told what was not examined for want of its answers", () => {
    const mute = (s: Mutable): void => {
      s.agent = { state: "mute", socket: "/s", reason: "EACCES", isForbidden: true };
      s.cores[0].route = undefined;
    };
    const checks = examine(RULES, facts(mute));
    expect(checks.find(({ id }) => id === "frames")!.because).toBe("agent-running");
    expect(shown(mute, "en")).toMatch(/Not everything could be examined: sudo edge-agent doctor$/);
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

  test("own topics are known to be taken by what the agent has sent; else it is said why nobody tries", () => {
    const check = (change: (seen: Mutable) => void) =>
      examine(RULES, facts(change)).find(({ id }) => id === "own-topics-right")!;
    expect(check(() => undefined).evidence).toEqual({ taken: 13 });
    const silent = (s: Mutable): void => {
      s.agent.status.counters.ownSent = undefined;
    };
    expect(sayOf("own-topics-right", silent)).toBe(
      "not tried: the agent is connected; a second connection could throw it out",
    );
    const noCommand = (s: Mutable): void => {
      s.agent.status.counters.downlinkCommand = 0;
    };
    expect(sayOf("subscribe-right", noCommand)).toContain("could throw it out");
  });

  test("an EUI that is set is not called unset while the forwarder is silent", () => {
    const untold = (s: Mutable): void => {
      s.agent = { state: "silent", socket: "/s", isRunning: false };
      s.forwarder.eui = undefined;
    };
    expect(sayOf("forwarder-eui", untold)).toBe(
      `the EUI set is ${EUI}; the forwarder has not said anything yet`,
    );
    const unset = (s: Mutable): void => {
      untold(s);
      s.settings.settings = { ...s.settings.settings, gateway: { ...s.settings.settings.gateway, eui: "" } };
    };
    expect(sayOf("forwarder-eui", unset)).toBe("no EUI is set, and none was heard");
  });

  test("of several forwarders one has the EUI of the label, or it is asked which", () => {
    const several = (s: Mutable): void => {
      s.forwarder.eui = undefined;
      const [one] = s.agent.status.forwarders;
      s.agent.status.forwarders = [{ ...one, gatewayEui: "7276ff0044010011" }, one];
    };
    expect(sayOf("forwarder-eui", several)).toBe(`the EUI is ${EUI}`);
    const others = (s: Mutable): void => {
      several(s);
      s.agent.status.forwarders[1] = { ...s.agent.status.forwarders[1], gatewayEui: "7276ff0044010012" };
    };
    expect(sayOf("forwarder-eui", others)).toBe("several EUIs are heard: 7276ff0044010011, 7276ff0044010012");
  });

  test("a setting that is named for a file is written as the file wants it", () => {
    const lossy = (s: Mutable): void => {
      s.settings.settings = { ...s.settings.settings, antenna: { gainDbi: 2.5, cableLossDb: 0.5 } };
      s.radio.plan.antennaGainDbi = 0;
    };
    const lines = shown(lossy, "fr");
    expect(lines).toContain("antenna_gain vaut 0 dBi, monté : 2,5 dBi");
    expect(lines).toContain("mettez antenna_gain à 2.5 dans lorad.json");
  });

  test("frequencies are written as the language writes them, and with a point in the evidence", () => {
    const heard = (s: Mutable): void => {
      const channels = [867_100_000, 867_300_000, 865_062_500].map((frequencyHz) => ({ frequencyHz, ok: 1 }));
      s.agent.status.health = { records: { radio: [{ channels }] } };
      s.radio = { state: "elsewhere" };
    };
    expect(shown(heard, "fr")).toContain("867,1 ; 867,3 ; 865,0625 MHz");
    expect(shown(heard, "en")).toContain("867.1, 867.3, 865.0625 MHz");
    const outside = (s: Mutable): void => {
      s.radio.plan.frequenciesHz = [915_200_000];
    };
    expect(shown(outside, "fr")).toContain("hors de EU868 : 915,2 MHz");
    const check = examine(RULES, facts(heard)).find(({ id }) => id === "channels-heard");
    expect(check!.evidence.frequenciesMhz).toBe("867.1, 867.3, 865.1");
  });

  test("no count is in the plural that may be one", () => {
    const one = (s: Mutable): void => {
      s.settings = { state: "wrong", path: "agent.toml", troubles: [{ key: "forwarder.listen" }] };
    };
    expect(shown(one, "fr")).toContain("à corriger : 1, d'abord forwarder.listen");
    expect(shown(one, "fr")).toMatch(/inconnu : \d+, sauté : \d+/);
    expect(shown(one, "fr")).not.toMatch(/\b1 (inconnus|bons|erreurs|sautés|trames)/);
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

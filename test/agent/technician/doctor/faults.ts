/** The broken gateways: what is broken, how it is really broken, and what the doctor must name first. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import mqtt from "mqtt";
import { onTestFinished } from "vitest";
import type { AgentStatus } from "../../../../agent/control/answers.ts";
import { createAuthority } from "../../../authority.ts";
import { freePort } from "../../../free-port.ts";
import { startMosquitto } from "../../../mosquitto.ts";
import { mountSmallDisk } from "../../../small-disk.ts";
import { openPseudoTerminal } from "../../field/pty.ts";
import {
  type Diagnosis,
  EUI,
  hasTaken,
  makeNamespace,
  makeSite,
  PREFIX,
  RADIO,
  type Site,
  type SiteOptions,
} from "./site.ts";

export interface Fault {
  readonly name: string;
  readonly firstBroken: string;
  /** What is broken beside it, by the same cause and independently. */
  readonly also?: readonly string[];
  /** Only in the long run. */
  readonly long?: true;
  breakIt(): Promise<{ readonly site: Site; readonly report: Diagnosis }>;
}

/** The site as it is made, once the agent says that it has come so far. */
function site(
  options: () => SiteOptions | Promise<SiteOptions>,
  until?: readonly [holds: (status: AgentStatus) => boolean, what: string],
): Fault["breakIt"] {
  return async () => {
    const made = await makeSite(await options());
    if (until !== undefined) await made.untilStatus(...until);
    return { site: made, report: await made.doctor() };
  };
}

const hasAlarm = (alarm: string) =>
  [({ cores }: AgentStatus) => cores[0]?.alarms.includes(alarm) ?? false, `the alarm ${alarm}`] as const;
const waits = [
  ({ cores }: AgentStatus) => cores[0]?.state === "waiting",
  "the core to be out of reach",
] as const;

/** Interfaces and routes of the namespace, instead of made-up ones. */
const OWN_NETWORK = { "/proc/net/route": undefined, "/sys/class/net/eth0/operstate": undefined };

function authority(name?: string) {
  const made = createAuthority(name);
  onTestFinished(() => made.remove());
  return made;
}

export const FAULTS: readonly Fault[] = [
  {
    name: "the forwarder still points where the factory has pointed it",
    firstBroken: "forwarder-server",
    breakIt: site(() => ({ server: { host: "172.17.0.1" }, speaks: false })),
  },
  {
    name: "the forwarder sends to other ports than the agent listens on",
    firstBroken: "forwarder-ports",
    breakIt: site(() => ({ server: { uplink: 1680, downlink: 1680 }, speaks: false })),
  },
  {
    name: "the forwarder does not run",
    firstBroken: "forwarder-process",
    breakIt: site(() => ({ process: false, speaks: false })),
  },
  {
    name: "the broker has another password",
    firstBroken: "login",
    breakIt: site(
      () => ({
        broker: { users: { gateway: "right", core: "core" } },
        listener: { username: "core", password: "core" },
        core: 'username = "gateway"\npassword_file = "/etc/hostname"',
      }),
      waits,
    ),
  },
  {
    name: "the broker's certificate is of another authority",
    firstBroken: "tls",
    breakIt: site(() => {
      const [ours, theirs] = [authority("ours"), authority("theirs")];
      return {
        broker: { tls: { caFile: theirs.caFile, ...theirs.issue("broker") } },
        listens: undefined,
        core: `ca_file = "${ours.caFile}"`,
      };
    }, waits),
  },
  {
    name: "the broker's certificate has expired",
    firstBroken: "tls",
    breakIt: site(() => {
      const ours = authority();
      return {
        broker: { tls: { caFile: ours.caFile, ...ours.issue("broker", { expired: true }) } },
        listens: undefined,
        core: `ca_file = "${ours.caFile}"`,
      };
    }, waits),
  },
  {
    name: "the broker's access list does not let the gateway publish",
    firstBroken: "publish-right",
    breakIt: site(
      () => ({
        broker: {
          acl: `topic read #\ntopic write ${PREFIX}/gateway/${EUI}/state/conn\ntopic write ${PREFIX}/edge/#\n`,
        },
      }),
      hasAlarm("uplinkRefused"),
    ),
  },
  {
    name: "nobody has subscribed",
    firstBroken: "subscriber",
    breakIt: site(() => ({ listens: undefined }), hasAlarm("noSubscriber")),
  },
  {
    name: "the core listens under another prefix",
    firstBroken: "topic-prefix",
    breakIt: site(() => ({ listens: "us915_0" }), hasAlarm("noSubscriber")),
  },
  {
    name: "the core listens without a prefix, as version 3 does",
    firstBroken: "topic-prefix",
    long: true,
    breakIt: site(() => ({ listens: "" }), hasAlarm("noSubscriber")),
  },
  {
    name: "nobody knows the broker's name",
    firstBroken: "server-name",
    breakIt: site(() => ({ broker: "none", servers: ["mqtt://broker.invalid:1883"] }), waits),
  },
  {
    name: "nothing listens on the broker's port",
    firstBroken: "server-connect",
    breakIt: site(async () => ({ broker: "none", servers: [`mqtt://127.0.0.1:${await freePort()}`] }), waits),
  },
  {
    name: "the settings have a typing error",
    firstBroken: "settings",
    long: true,
    breakIt: site(() => ({
      settingsText: '[forwarder]\nlisten = "127.0.0.1:1700"\nlissen = 1\n',
      agentRuns: false,
      speaks: false,
    })),
  },
  {
    name: "the settings file is not there",
    firstBroken: "settings",
    long: true,
    breakIt: async () => {
      const made = await makeSite({ agentRuns: false });
      return { site: made, report: await made.doctor([], `${made.root}/nowhere.toml`) };
    },
  },
  {
    name: "the box was upgraded to another system than the one its profile is for",
    firstBroken: "firmware",
    long: true,
    breakIt: site(() => ({
      files: {
        "/tmp/sys_startup_status.json": '{ "sw_version": "6.3.0_20250201000000" }\n',
        "/etc/lorafwd.toml": undefined,
        "/proc/100/cmdline": undefined,
      },
      speaks: false,
    })),
  },
  {
    name: "the acknowledgements do not find the way back to the forwarder",
    firstBroken: "push-ack",
    long: true,
    breakIt: async () => {
      const made = await makeSite();
      await made.untilStatus(
        ({ forwarders }) => (forwarders[0]?.datagrams.pushData ?? 0) > 8,
        "as many datagrams as the period had",
      );
      made.forwarder?.pushBody(
        '{"stat":{"time":"2026-01-01 00:00:00 GMT","rxnb":6,"rxok":6,"rxfw":6,"ackr":0.0}}',
        "stat",
      );
      await made.untilStatus(
        ({ forwarders }) => forwarders[0]?.stat?.ackRatePercent === 0,
        "the stat to be read",
      );
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "the radio has no channel on which devices join",
    firstBroken: "channel-plan",
    long: true,
    breakIt: site(() => {
      const { chan_multiSF_1: _, ...conf } = RADIO.SX1301_conf as Record<string, unknown>;
      return { files: { "/etc/lorad/lorad.json": JSON.stringify({ SX1301_conf: conf }) } };
    }),
  },
  {
    name: "the radio believes in another antenna than the one on the mast",
    firstBroken: "antenna-gain",
    long: true,
    breakIt: site(() => ({ tables: { antenna: 'gain = "6dBi"' } })),
  },
  {
    name: "the forwarder's settings are no TOML",
    firstBroken: "forwarder-settings",
    long: true,
    breakIt: site(() => ({ files: { "/etc/lorafwd.toml": "[ gwmp\nnode = " }, speaks: false })),
  },
  {
    name: "the forwarder has no settings",
    firstBroken: "forwarder-settings",
    long: true,
    breakIt: site(() => ({
      files: { "/etc/lorafwd.toml": undefined, "/proc/100/cmdline": undefined },
      speaks: false,
    })),
  },
  {
    name: "the forwarder is switched off",
    firstBroken: "forwarder-enabled",
    long: true,
    breakIt: site(() => ({
      files: { "/etc/default/lorafwd": 'DISABLE_LORAFWD="yes"\n' },
      process: false,
      speaks: false,
    })),
  },
  {
    name: "the forwarder has another EUI than the label",
    firstBroken: "forwarder-eui",
    long: true,
    breakIt: site(() => ({ tables: { gateway: 'eui = "7276ff0044019999"' } })),
  },
  {
    name: "the forwarder's EUI is not among those that may speak",
    firstBroken: "forwarder-eui",
    long: true,
    breakIt: async () => {
      const made = await makeSite({
        tables: { forwarder: 'accept_eui = ["7276ff0044019999"]' },
        speaks: false,
      });
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "another program has the agent's port",
    firstBroken: "gwmp-port",
    long: true,
    breakIt: async () => {
      const made = await makeSite({ agentRuns: false });
      const program = `require("dgram").createSocket("udp4").bind(${made.port}, "127.0.0.1", () => console.log("bound"))`;
      const other = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "ignore"] });
      onTestFinished(() => void other.kill("SIGKILL"));
      await once(other.stdout!, "data");
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "the agent does not run",
    firstBroken: "agent-running",
    long: true,
    breakIt: site(() => ({ agentRuns: false })),
  },
  {
    name: "the forwarder has stopped sending",
    firstBroken: "pull-data",
    long: true,
    breakIt: async () => {
      const made = await makeSite();
      await made.untilStatus(
        ({ forwarders }) => (forwarders[0]?.datagrams.pullData ?? 0) > 3,
        "a few PULL_DATA",
      );
      made.silence();
      await made.untilStatus(
        ({ forwarders }) => forwarders[0]?.alive === false,
        "the forwarder to be given up",
      );
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "the filter lets no frame pass",
    firstBroken: "frames",
    long: true,
    breakIt: site(
      () => ({ tables: { filter: 'dev_addr_prefixes = ["fe000000/8"]' } }),
      [({ forwarders }) => (forwarders[0]?.rxpk.ok ?? 0) > 2, "frames to be heard"],
    ),
  },
  {
    name: "nearly all packets are damaged",
    firstBroken: "crc",
    long: true,
    breakIt: async () => {
      const made = await makeSite();
      made.forwarder?.pushBody(
        '{"stat":{"time":"2026-01-01 00:00:00 GMT","rxnb":200,"rxok":4,"rxfw":4}}',
        "stat",
      );
      await made.untilStatus(
        ({ forwarders }) => forwarders[0]?.stat?.rxReceived === 200,
        "the stat to be read",
      );
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "the clock stands in 1970",
    firstBroken: "clock",
    long: true,
    breakIt: async () => {
      const made = await makeSite();
      await made.untilStatus(({ cores }) => hasTaken(cores[0] ?? {}), "frames to be taken");
      return { site: made, report: await made.doctorAt(86_400_000) };
    },
  },
  {
    name: "the GNSS receiver is dead",
    firstBroken: "gnss",
    long: true,
    breakIt: async () => {
      const terminal = await openPseudoTerminal();
      onTestFinished(() => terminal.unplug());
      const made = await makeSite({ tables: { gnss: `port = "${terminal.path}"` } });
      await made.untilStatus(({ field }) => field.gnss?.state === "silent", "the port to be silent");
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "no interface has an address",
    firstBroken: "interface",
    long: true,
    breakIt: site(() => ({
      under: makeNamespace("ip link add eth0 type veth peer name far0"),
      files: OWN_NETWORK,
      broker: "none",
      servers: ["mqtt://192.0.2.77:1883"],
    })),
  },
  {
    name: "there is no default route",
    firstBroken: "route",
    long: true,
    breakIt: site(() => ({
      under: makeNamespace(
        "ip link add eth0 type veth peer name far0",
        "ip addr add 10.77.0.2/24 dev eth0",
        "ip link set eth0 up",
        "ip link set far0 up",
      ),
      files: OWN_NETWORK,
      broker: "none",
      servers: ["mqtt://192.0.2.77:1883"],
    })),
  },
  {
    name: "the gateway's firewall lets no MQTT out",
    firstBroken: "server-firewall",
    breakIt: site(() => ({
      under: makeNamespace("iptables -A OUTPUT -p tcp --dport 1883 -j DROP"),
      broker: "none",
      servers: ["mqtt://127.0.0.1:1883"],
    })),
  },
  {
    name: "the gateway's firewall drops what the forwarder sends",
    firstBroken: "forwarder-firewall",
    long: true,
    breakIt: site(() => ({
      under: makeNamespace("iptables -P INPUT DROP", "iptables -A INPUT -p tcp -j ACCEPT"),
      speaks: false,
      broker: "none",
      servers: ["mqtt://127.0.0.1:9"],
    })),
    also: ["server-connect"],
  },
  {
    name: "the client certificate has expired",
    firstBroken: "certificate-files",
    long: true,
    breakIt: site(() => {
      const ours = authority();
      const expired = ours.issue("gateway", { expired: true });
      return {
        broker: { tls: { caFile: ours.caFile, ...ours.issue("broker"), clientCertificates: true } },
        listens: undefined,
        core: `ca_file = "${ours.caFile}"\ncert_file = "${expired.certFile}"\nkey_file = "${expired.keyFile}"`,
      };
    }, waits),
  },
  {
    name: "the client key belongs to another certificate",
    firstBroken: "certificate-files",
    long: true,
    breakIt: site(() => {
      const ours = authority();
      const [one, other] = [ours.issue("gateway"), ours.issue("stranger")];
      return {
        broker: { tls: { caFile: ours.caFile, ...ours.issue("broker"), clientCertificates: true } },
        listens: undefined,
        core: `ca_file = "${ours.caFile}"\ncert_file = "${one.certFile}"\nkey_file = "${other.keyFile}"`,
      };
    }, waits),
  },
  {
    name: "the broker does not know who issued the client certificate",
    firstBroken: "login",
    long: true,
    breakIt: site(() => {
      const [ours, theirs] = [authority("ours"), authority("theirs")];
      const stranger = theirs.issue("gateway");
      return {
        broker: { tls: { caFile: ours.caFile, ...ours.issue("broker"), clientCertificates: true } },
        listens: undefined,
        core: `ca_file = "${ours.caFile}"\ncert_file = "${stranger.certFile}"\nkey_file = "${stranger.keyFile}"`,
      };
    }, waits),
  },
  {
    name: "the password file is not there",
    firstBroken: "certificate-files",
    long: true,
    breakIt: site(() => ({ core: 'username = "gateway"\npassword_file = "/nowhere/password"' }), waits),
  },
  {
    name: "the port of the settings speaks no TLS",
    firstBroken: "tls",
    long: true,
    breakIt: async () => {
      const plain = await startMosquitto();
      onTestFinished(() => plain.stop());
      return site(() => ({ broker: "none", servers: [plain.url.replace("mqtt:", "mqtts:")] }), waits)();
    },
  },
  {
    name: "the port of the settings speaks TLS, and they do not",
    firstBroken: "login",
    long: true,
    breakIt: async () => {
      const ours = authority();
      const broker = await startMosquitto({ tls: { caFile: ours.caFile, ...ours.issue("broker") } });
      onTestFinished(() => broker.stop());
      return site(() => ({ broker: "none", servers: [broker.url.replace("mqtts:", "mqtt:")] }), waits)();
    },
  },
  {
    name: "somebody else uses the agent's client id",
    firstBroken: "client-id",
    long: true,
    breakIt: async () => {
      const made = await makeSite();
      await made.untilStatus(({ cores }) => cores[0]?.state === "connected", "the core to be connected");
      const thief = mqtt.connect(made.broker!.url, {
        protocolVersion: 5,
        clientId: `edge-agent-${EUI}-main`,
      });
      onTestFinished(() => thief.endAsync(true));
      // Mosquitto 2.0 throws the first one out without saying why; newer ones say it.
      const isSeen = ({ cores }: AgentStatus): boolean =>
        ["takenOver", "oftenClosed"].some((alarm) => cores[0]?.alarms.includes(alarm));
      await made.untilStatus(isSeen, "the theft to be seen");
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "nobody is behind the UDP port of a core that speaks Semtech's protocol",
    firstBroken: "core-link",
    long: true,
    breakIt: async () => {
      const port = await freePort();
      return site(
        () => ({
          broker: "none",
          servers: [`udp://127.0.0.1:${port}`],
          core: 'kind = "gwmp"',
        }),
        waits,
      )();
    },
  },
  {
    name: "the disk is full",
    firstBroken: "disk-space",
    long: true,
    breakIt: async () => {
      const disk = mountSmallDisk(32e6);
      const made = await makeSite({ journal: `${disk.path}/journal` });
      disk.fill();
      return { site: made, report: await made.doctor() };
    },
  },
  {
    name: "the disk can only be read any more",
    firstBroken: "disk-writable",
    long: true,
    breakIt: async () => {
      const disk = mountSmallDisk(64e6);
      disk.readOnly(true);
      const made = await makeSite({ journal: `${disk.path}/journal` });
      return { site: made, report: await made.doctor() };
    },
  },
];

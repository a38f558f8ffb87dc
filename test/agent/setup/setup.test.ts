/**
 * Setup and restore on made-up boxes: real files in a real folder, a forwarder that really reads what was written and
 * really sends PULL_DATA over UDP. For each box: the right file is changed and nothing else of it, today's server
 * becomes a core, a dry run changes nothing, a second setup changes nothing, and restore gives back every octet, mode
 * and owner.
 */
import { chmodSync, chownSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { restore } from "../../../agent/setup/restore.ts";
import { setUp } from "../../../agent/setup/setup.ts";
import { freePort } from "../../free-port.ts";
import { keros5, keros6, RASPBERRY, type Tree } from "../profile/boxes.ts";
import { type BoxOptions, EUI, makeBox, restoreArguments, setupArguments } from "./made-up-box.ts";

const without = (tree: Tree, ...paths: string[]): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));

const LORAFWD = `# The site's own words stay. \u00e9 in Latin-1, and no UTF-8
[ gateway ]
#id = 0

[ gwmp ]
# Internet host address or name.
node = "lns.example"      # today's server
service.uplink   = 1700\t# ports
service.downlink = 1700
period.heartbeat = 60
`;
const RAK = "/opt/ttn-gateway/packet_forwarder/lora_pkt_fwd";
const GLOBAL = `{
  "SX130x_conf": { "spidev_path": "/dev/spidev0.0" }, /* "server_address": "not this one" */
  "gateway_conf": {
    "gateway_ID": "${EUI.toUpperCase()}",
    /* change with default server address/ports */
    "server_address": "lns.example", // today's
    "serv_port_up": 1700,
    "serv_port_down": 1700,
    "keepalive_interval": 10
  }
}
`;

interface Case extends BoxOptions {
  /** The file that must change, and how its changed lines must read; PORT is the agent's. */
  readonly file: string;
  readonly lines: readonly string[];
  readonly restart: string;
  readonly how: string;
  readonly own?: string;
  /** The core that is made; null: none. */
  readonly core?: string | null;
  readonly unmanaged?: boolean;
  readonly forwarderFile?: string;
}

const MONIT = "monit restart lorafwd";
const SYSTEMD = "systemctl restart lorafwd";
const KEROS5 = "/user/edge-agent/etc/agent.toml";
const EDITED = [
  'node = "127.0.0.1"      # today\'s server',
  "service.uplink   = PORT\t# ports",
  "service.downlink = PORT",
];

const BOXES: Readonly<Record<string, Case>> = {
  "KerOS 5, the file where the profile has it": {
    tree: { ...keros5("wiis"), "/etc/lorafwd.toml": LORAFWD },
    file: "/etc/lorafwd.toml",
    lines: EDITED,
    restart: MONIT,
    how: "list",
    own: KEROS5,
  },
  "KerOS 5, the process line names another file than the first of the list": {
    tree: { ...keros5("lpbs"), "/etc/lorafwd/lorafwd.toml": LORAFWD },
    processes: [[["/usr/sbin/lorafwd", "/var/run/lora/gateway-id.toml", "/etc/lorafwd/lorafwd.toml", "-vv"]]],
    file: "/etc/lorafwd/lorafwd.toml",
    lines: EDITED,
    restart: MONIT,
    how: "process",
    own: KEROS5,
  },
  "KerOS 4.1, the switch file names it": {
    tree: {
      ...keros5("wifc"),
      "/etc/default/lorafwd":
        '# switches\nDISABLE_LORAFWD="no"\nEXTRA_ARGS="-v /user/etc/lorafwd/lorafwd.toml"\n',
      "/user/etc/lorafwd/lorafwd.toml": LORAFWD,
    },
    file: "/user/etc/lorafwd/lorafwd.toml",
    lines: EDITED,
    restart: MONIT,
    how: "switch",
    own: KEROS5,
  },
  "KerOS 6": {
    tree: { ...keros6("fevo"), "/etc/lorafwd.toml": LORAFWD },
    file: "/etc/lorafwd.toml",
    lines: EDITED,
    restart: SYSTEMD,
    how: "list",
  },
  "KerOS 6 with two instances, of which one is named": {
    tree: { ...keros6("wiis"), "/etc/lorafwd.toml": LORAFWD, "/etc/lorafwd-b.toml": LORAFWD },
    processes: [[["lorafwd", "/etc/lorafwd.toml"]], [["lorafwd", "/etc/lorafwd-b.toml"]]],
    forwarderFile: "/etc/lorafwd-b.toml",
    file: "/etc/lorafwd-b.toml",
    lines: EDITED,
    restart: `${SYSTEMD}@b`,
    how: "named",
  },
  "the reference forwarder with comments in its JSON": {
    tree: { ...RASPBERRY, [`${RAK}/global_conf.json`]: GLOBAL },
    file: `${RAK}/global_conf.json`,
    lines: [
      '    "server_address": "127.0.0.1", // today\'s',
      '    "serv_port_up": PORT,',
      '    "serv_port_down": PORT,',
    ],
    restart: "systemctl restart lora_pkt_fwd",
    how: "list",
  },
  "the reference forwarder whose local file overrides the server": {
    tree: {
      ...RASPBERRY,
      [`${RAK}/global_conf.json`]: GLOBAL.replaceAll("1700", "1680").replace(
        /.*server_address": "lns.*\n/,
        "",
      ),
      [`${RAK}/local_conf.json`]:
        '{ "gateway_conf": { "server_address": "lns.example", "serv_port_up": 1700, "serv_port_down": 1700 } }',
    },
    processes: [[["./lora_pkt_fwd"], RAK]],
    reads: [`${RAK}/global_conf.json`, `${RAK}/local_conf.json`],
    file: `${RAK}/local_conf.json`,
    lines: [
      '{ "gateway_conf": { "server_address": "127.0.0.1", "serv_port_up": PORT, "serv_port_down": PORT } }',
    ],
    restart: "systemctl restart lora_pkt_fwd",
    how: "process",
  },
  "the reference forwarder with -c and a file in its own folder": {
    tree: {
      ...without(RASPBERRY, `${RAK}/global_conf.json`),
      "/home/pi/sx1302_hal/bin/lora_pkt_fwd": "",
      "/home/pi/sx1302_hal/bin/global_conf.json.sx1250.EU868": GLOBAL,
    },
    processes: [
      [
        ["/home/pi/sx1302_hal/bin/lora_pkt_fwd", "-c", "global_conf.json.sx1250.EU868"],
        "/home/pi/sx1302_hal/bin",
      ],
    ],
    reads: ["/home/pi/sx1302_hal/bin/global_conf.json.sx1250.EU868"],
    file: "/home/pi/sx1302_hal/bin/global_conf.json.sx1250.EU868",
    lines: [
      '    "server_address": "127.0.0.1", // today\'s',
      '    "serv_port_up": PORT,',
      '    "serv_port_down": PORT,',
    ],
    restart: "systemctl restart lora_pkt_fwd",
    how: "process",
  },
  "ends of lines as on Windows, inline tables, no end of the last line": {
    tree: {
      ...keros6("zeth"),
      "/etc/lorafwd.toml":
        '# caf\u00e9\r\n"gwmp" = { node = \'192.168.7.20\', service = { uplink = 1700, "downlink" = 1700 } } # ours',
    },
    file: "/etc/lorafwd.toml",
    lines: ['"gwmp" = { node = "127.0.0.1", service = { uplink = PORT, "downlink" = PORT } } # ours'],
    restart: SYSTEMD,
    how: "list",
    core: "udp://192.168.7.20:1700",
  },
  "ports as names of services, and keys that are not written": {
    tree: {
      ...keros5("zcel"),
      "/etc/services": "ssh 22/tcp\nlns-up 1780/udp semtech # ours\n",
      "/etc/lorafwd.toml":
        '[gwmp]\n  node = "10.1.1.1"\n  service.uplink = "semtech"\n  service.downlink = "1780"\n',
    },
    file: "/etc/lorafwd.toml",
    lines: ['  node = "127.0.0.1"', '  service.uplink = "PORT"', '  service.downlink = "PORT"'],
    restart: MONIT,
    how: "list",
    own: KEROS5,
    core: "udp://10.1.1.1:1780",
  },
  "a link to a file elsewhere": {
    tree: { ...without(keros5("wiis"), "/etc/lorafwd.toml"), "/user/site/forwarder.toml": LORAFWD },
    links: { "/etc/lorafwd.toml": "../user/site/forwarder.toml" },
    file: "/user/site/forwarder.toml",
    reads: ["/etc/lorafwd.toml"],
    lines: EDITED,
    restart: MONIT,
    how: "list",
    own: KEROS5,
  },
  "fresh from the factory: no server, hardly a key": {
    tree: { ...keros6("lpbs"), "/etc/lorafwd.toml": '[ gwmp ]\n# comment\nnode = "localhost"' },
    file: "/etc/lorafwd.toml",
    lines: ['node = "127.0.0.1"', "service.uplink = PORT", "service.downlink = PORT"],
    restart: SYSTEMD,
    how: "list",
    core: null,
  },
  "the factory's server, and somebody who knows that nobody manages the box": {
    tree: { ...keros5("wiis"), "/etc/lorafwd.toml": LORAFWD.replace("lns.example", "172.17.0.1") },
    file: "/etc/lorafwd.toml",
    lines: EDITED,
    restart: MONIT,
    how: "list",
    own: KEROS5,
    core: null,
    unmanaged: true,
  },
};

describe("setup points the forwarder at the agent, and restore gives everything back", () => {
  test.each(Object.entries(BOXES))("%s", async (_what, given) => {
    const {
      file,
      lines,
      restart,
      how,
      own = "/etc/edge-agent/agent.toml",
      core = "udp://lns.example:1700",
    } = given;
    const port = await freePort();
    const box = makeBox({ ...given, reads: given.reads ?? [file] });
    chmodSync(join(box.root, file), 0o640);
    chownSync(join(box.root, file), 12, 34);
    const [before, hashBefore] = [box.read(file), box.hash()];
    const args = setupArguments({
      listen: `127.0.0.1:${port}`,
      unmanaged: given.unmanaged ?? false,
      forwarderFile: given.forwarderFile,
    });

    await setUp(box.doors, { ...args, dryRun: true, yes: false });
    expect(box.hash(), "a dry run changes nothing").toBe(hashBefore);
    expect(box.ran, "and runs nothing").toEqual([]);
    for (const line of lines) expect(box.out()).toContain(`+${line.replaceAll("PORT", String(port))}`);

    await setUp(box.doors, { ...args, json: true });
    const report = JSON.parse(
      box
        .out()
        .split("\n")
        .find((line) => line.startsWith("{")) ?? "",
    );
    expect(report).toMatchObject({ outcome: "changed", gatewayEui: EUI, seenThrough: "setup" });
    expect(report.forwarder.how).toBe(how);
    expect(report.files.map(({ owner }: { owner: string }) => owner)).toContain("forwarder");
    expect(
      box.ran.filter((command) => command.includes("restart") && !command.includes("edge-agent")),
    ).toEqual([restart]);
    expect(box.server()).toBe(`127.0.0.1:${port}`);
    expect(changedLines(before, box.read(file))).toEqual(
      lines.map((line) => line.replaceAll("PORT", String(port))),
    );
    const { mode, uid, gid } = lstatSync(join(box.root, file));
    expect([mode & 0o777, uid, gid]).toEqual([0o640, 12, 34]);
    const settings = parse(Buffer.from(box.read(own), "latin1").toString()) as {
      core: { kind: string; servers: string[]; may_transmit?: boolean }[];
      forwarder: { listen: string };
      journal: { path: string };
    };
    expect(settings.forwarder.listen).toBe(`127.0.0.1:${port}`);
    expect(settings.journal.path).toBe(
      own === KEROS5 ? "/user/edge-agent/journal" : "/var/lib/edge-agent/journal",
    );
    if (core === null) expect(settings.core[0]?.kind).toBe("chirpstack-mqtt");
    else expect(settings.core).toEqual([{ id: "former", kind: "gwmp", servers: [core] }]);

    const hashAfter = box.hash();
    box.ran.length = 0;
    await setUp(box.doors, args);
    expect(box.hash(), "a second setup changes nothing").toBe(hashAfter);
    expect(box.ran).toEqual([]);

    await restore(box.doors, restoreArguments());
    expect(box.hash()).toBe(hashBefore);
    expect(box.ran[0]).toBe(restart);
    expect(box.exitCode()).toBe(0);
    const restored = box.ran.length;
    await restore(box.doors, restoreArguments());
    expect(box.ran, "a second restore does nothing").toHaveLength(restored);
    expect(box.hash()).toBe(hashBefore);
  });
});

describe("what is shown before it is done", () => {
  const boxOf = () => makeBox({ tree: { ...keros6("wiis"), "/etc/lorafwd.toml": LORAFWD } });
  const own = "/etc/edge-agent/agent.toml";
  const forwarder = 'node = "127.0.0.1"      # today\'s server';

  test("a new settings file without its comments, and then the forwarder's lines", async () => {
    const box = boxOf();
    const listen = `127.0.0.1:${await freePort()}`;
    await setUp(box.doors, setupArguments({ dryRun: true, listen }));
    const [before, after] = box
      .out()
      .split("==> THE PACKET FORWARDER'S SETTINGS CHANGE:\n--- /etc/lorafwd.toml");
    expect(before).toMatch(/New file \/etc\/edge-agent\/agent\.toml; .*--verbose\):\n\+\[/);
    expect(before).toContain("\n+[filter]\n+lorawan_only = false\n+[");
    expect(before, "a table in which nothing is set").not.toContain("[clock]");
    expect(before).not.toMatch(/^\+(#|$)/m);
    expect(after).toContain(`+${forwarder}`);
  });

  test("all of it with --verbose, and as JSON", async () => {
    const box = boxOf();
    const listen = `127.0.0.1:${await freePort()}`;
    await setUp(box.doors, setupArguments({ dryRun: true, verbose: true, listen }));
    expect(box.out()).toMatch(/\n\+# Refuse payloads that are no LoRaWAN frame\.\n/);
    const other = boxOf();
    await setUp(other.doors, setupArguments({ dryRun: true, json: true, listen }));
    expect(JSON.parse(other.out()).files[0].diff).toContain("\n+# Refuse payloads");
  });

  test("a value is set in place of the sample's line, and a first core needs no leave to transmit", async () => {
    const box = makeBox({
      tree: { ...keros6("wiis"), "/etc/lorafwd.toml": LORAFWD },
      reads: ["/etc/lorafwd.toml"],
    });
    await setUp(box.doors, setupArguments({ listen: `127.0.0.1:${await freePort()}` }));
    const text = box.read(own);
    expect(text.match(/lorawan_only = /g)).toHaveLength(1);
    expect(text).toMatch(/# Can change without a restart \(SIGHUP\)\.\nlorawan_only = false\n/);
    expect(text).not.toContain("may_transmit");
  });
});

/** Lines of the later text that are not, in order, lines of the earlier one. All others must be the same. */
function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const untouched = now.filter((line) => old.includes(line));
  expect(before.match(/\r\n/g)?.length ?? 0).toBe(after.match(/\r\n/g)?.length ?? 0);
  expect(old.filter((line) => now.includes(line))).toEqual(untouched);
  return now.filter((line) => !old.includes(line));
}

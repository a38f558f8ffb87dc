/** Boxes on which setup must not, or cannot: it says why and what to do, and changes nothing. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import type { SetupArguments } from "../../../agent/setup/doors.ts";
import { setUp } from "../../../agent/setup/setup.ts";
import { freePort } from "../../free-port.ts";
import { mountSmallDisk } from "../../small-disk.ts";
import { keros5, keros6, RASPBERRY, STATION, type Tree } from "../profile/boxes.ts";
import { type BoxOptions, type MadeUpBox, makeBox, setupArguments, somebodyListens } from "./made-up-box.ts";

const SET = '[gwmp]\nnode = "lns.example"\nservice.uplink = 1700\nservice.downlink = 1700\n';
const RAK = "/opt/ttn-gateway/packet_forwarder/lora_pkt_fwd";
const TOML = "/etc/lorafwd.toml";

interface Refusal extends BoxOptions {
  readonly args?: Partial<SetupArguments>;
  readonly code: AgentError["code"];
  readonly says: RegExp;
}

const on5 = (more: Tree): Tree => ({ ...keros5("wiis"), [TOML]: SET, ...more });
const on6 = (more: Tree): Tree => ({ ...keros6("wiis"), [TOML]: SET, ...more });
const json = (text: string): Tree => ({ ...RASPBERRY, [`${RAK}/global_conf.json`]: text });

const REFUSALS: Readonly<Record<string, Refusal>> = {
  "Wanesy Management Center runs on the box": {
    tree: on5({}),
    processes: [[["/usr/bin/bscc", "-d"]]],
    args: { unmanaged: true },
    code: "USAGE",
    says: /Wanesy.*manages.*bscc/,
  },
  "perhaps it does, and --yes is no answer to that": {
    tree: on5({ [TOML]: SET.replace("lns.example", "172.17.0.1") }),
    code: "USAGE",
    says: /perhaps.*Wanesy.*172\.17\.0\.1.*--unmanaged/,
  },
  "broken TOML": {
    tree: on6({ [TOML]: '[gwmp]\nnode = "lns\nservice = 1\n' }),
    code: "SETTINGS_INVALID",
    says: /\/etc\/lorafwd\.toml:2:\d+/,
  },
  "a key that stands twice": {
    tree: on6({ [TOML]: `${SET}node = "other"\n` }),
    code: "SETTINGS_INVALID",
    says: /\/etc\/lorafwd\.toml:5/,
  },
  "broken JSON": {
    tree: json(
      '{\n  "gateway_conf": { // no comma\n    "server_address": "x"\n    "serv_port_up": 1700 }\n}',
    ),
    code: "SETTINGS_INVALID",
    says: /global_conf\.json:4:5: .*JSON/,
  },
  "a key that stands twice in JSON": {
    tree: json('{ "gateway_conf": { "server_address": "x", "server_address": "y" } }'),
    code: "SETTINGS_INVALID",
    says: /global_conf\.json:1:44/,
  },
  "the key is no table at all": {
    tree: on6({ [TOML]: "gwmp = 1\n" }),
    code: "SETTINGS_INVALID",
    says: /lorafwd\.toml: gwmp\..*by hand/,
  },
  "two forwarders run": {
    tree: on6({ "/etc/lorafwd-b.toml": SET }),
    processes: [[["lorafwd", TOML]], [["lorafwd", "/etc/lorafwd-b.toml"]]],
    code: "USAGE",
    says: /lorafwd\.toml\n {2}\/etc\/lorafwd-b\.toml\n.*--forwarder-file/,
  },
  "an instance has its file, and nobody knows which is meant": {
    tree: on6({ "/etc/lorafwd-b.toml": SET }),
    code: "USAGE",
    says: /lorafwd-b\.toml/,
  },
  "files that say different things": {
    tree: on5({ "/etc/lorafwd/lorafwd.toml": SET.replace("lns.", "other.") }),
    code: "USAGE",
    says: /several.*\n.*lorafwd\.toml\n.*lorafwd\/lorafwd\.toml/,
  },
  "a file that is named and is not there": {
    tree: on6({}),
    args: { forwarderFile: "/etc/none.toml" },
    code: "FILE_IO",
    says: /--forwarder-file \/etc\/none\.toml: no file that can be read/,
  },
  "no forwarder at all": {
    tree: { "/etc/hostname": "desk\n" },
    code: "USAGE",
    says: /no settings of a packet forwarder found.*--profile NAME/,
  },
  "TOML where the gateway is not recognised, whose forwarder would read JSON": {
    tree: { "/etc/hostname": "desk\n", [TOML]: SET },
    args: { forwarderFile: TOML },
    code: "USAGE",
    says: /lorafwd\.toml is no settings file of the profile sx1302-linux.*--profile NAME, nearest: kerlink-/,
  },
  "JSON without an extension that says so, on a gateway that reads TOML": {
    tree: on6({ "/etc/forwarder.conf": '{ "gateway_conf": { "server_address": "x" } }' }),
    args: { forwarderFile: "/etc/forwarder.conf" },
    code: "USAGE",
    says: /forwarder\.conf is no settings file.*wanted: TOML with gwmp\.node.*--profile NAME, nearest: (?!kerlink)/,
  },
  "the right form with another forwarder's keys": {
    tree: json('{ "radio_conf": {} }'),
    args: { forwarderFile: `${RAK}/global_conf.json` },
    code: "USAGE",
    says: /global_conf\.json is no settings file.*JSON with gateway_conf\.server_address.*--profile/,
  },
  "the forwarder is switched off": {
    tree: on5({ "/etc/default/lorafwd": "DISABLE_LORAFWD=yes # not yet\n" }),
    code: "USAGE",
    says: /switched off in \/etc\/default\/lorafwd \(DISABLE_LORAFWD\)/,
  },
  "a gateway that only a companion can serve": {
    tree: { ...STATION, "/mnt/fsuser-1/lorafwd/etc/lorafwd.toml": SET },
    code: "USAGE",
    says: /by hand/,
  },
  "a server with two ports": {
    tree: on6({ [TOML]: SET.replace("downlink = 1700", "downlink = 1701") }),
    code: "USAGE",
    says: /lns\.example:1700\/1701.*two ports.*--server/,
  },
  "a server whose port is the name of no service": {
    tree: on6({ [TOML]: SET.replace("uplink = 1700", 'uplink = "gwmp-up"') }),
    code: "USAGE",
    says: /lns\.example:\?\/1700.*--server/,
  },
  "a profile that is none": {
    tree: on6({}),
    args: { profile: "kerlink-istation" },
    code: "USAGE",
    says: /kerlink-istation-keros5/,
  },
  "words that make no address": {
    tree: on6({}),
    args: { listen: "here" },
    code: "USAGE",
    says: /--listen here/,
  },
  "a port that is any": { tree: on6({}), args: { listen: "127.0.0.1:0" }, code: "USAGE", says: /free port/ },
  "a server that is none": { tree: on6({}), args: { server: "mqtt://x:1" }, code: "USAGE", says: /udp:\/\// },
  "a wait beyond its limit": { tree: on6({}), args: { wait: "11m" }, code: "USAGE", says: /at most 10m/ },
  "nobody to be asked": { tree: on6({}), args: { yes: false }, code: "USAGE", says: /--yes/ },
  "settings of the agent that are wrong": {
    tree: on6({ "/etc/edge-agent/agent.toml": "[gatway]\n" }),
    code: "SETTINGS_INVALID",
    says: /agent\.toml:1.*gateway/,
  },
};

async function refusal(box: MadeUpBox, args: Partial<SetupArguments> = {}): Promise<AgentError> {
  const before = box.hash();
  const listen = `127.0.0.1:${await freePort()}`;
  const error = await setUp(box.doors, setupArguments({ listen, ...args })).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(box.hash(), "nothing was changed").toBe(before);
  expect(box.ran, "nothing was run").toEqual([]);
  expect(error).toBeInstanceOf(AgentError);
  return error as AgentError;
}

describe("setup refuses, says why, and changes nothing", () => {
  test.each(Object.entries(REFUSALS))("%s", async (_what, { args, code, says, ...options }) => {
    const error = await refusal(makeBox({ reads: [TOML], ...options }), args);
    expect(error.message).toMatch(says);
    expect(error.code).toBe(code);
  });

  test("the agent's port is somebody else's", async () => {
    const listen = `127.0.0.1:${await somebodyListens()}`;
    const error = await refusal(makeBox({ tree: on6({}) }), { listen });
    expect(error).toMatchObject({ code: "UDP_BIND" });
    expect(error.message).toMatch(/taken by another program.*--listen/);
  });

  test("a file system that is read-only", async () => {
    const box = makeBox({ tree: on6({}) });
    const disk = mountSmallDisk(1 << 20, join(box.root, "etc"));
    box.write(TOML, SET);
    disk.readOnly(true);
    onTestFinished(() => disk.readOnly(false));
    const error = await refusal(box, { profile: "kerlink-istation-keros6" });
    expect(error).toMatchObject({ code: "FILE_IO" });
    expect(error.message).toMatch(/read-only/);
  });

  test("a data partition in memory, from which there would be no way back after a power cut", async () => {
    const box = makeBox({ tree: on6({ "/var/lib/x": "" }) });
    mountSmallDisk(1 << 20, join(box.root, "var/lib"));
    const error = await refusal(box);
    expect(error.message).toMatch(/\/var\/lib\/edge-agent-setup lies in memory/);
  });

  test("settings that are not ours to change: the command to run instead is said", async () => {
    const box = makeBox({ tree: on6({}) });
    chmodSync(join(box.root, "etc"), 0o755);
    const { doors } = box;
    const notOurs = { ...doors.box, obstacle: async () => "rights" as const };
    const doing = setUp(
      { ...doors, box: notOurs },
      setupArguments({ listen: `127.0.0.1:${await freePort()}` }),
    );
    await expect(doing).rejects.toThrow(/sudo edge-agent setup/);
  });

  test("a person says no", async () => {
    const box = makeBox({ tree: on6({}) });
    box.answers = [false];
    const before = box.hash();
    await setUp(box.doors, setupArguments({ yes: false, listen: `127.0.0.1:${await freePort()}` }));
    expect(box.questions).toHaveLength(1);
    expect(box.out()).toContain("Nothing was changed.");
    expect([box.hash(), box.ran]).toEqual([before, []]);
  });

  test("a hint of management is a question of its own", async () => {
    const box = makeBox({ tree: on5({ [TOML]: SET.replace("lns.example", "172.17.0.1") }), reads: [TOML] });
    const args = setupArguments({ yes: false, listen: `127.0.0.1:${await freePort()}` });
    box.answers = [false, true];
    await setUp(box.doors, args);
    expect(box.questions).toEqual([expect.stringMatching(/Perhaps Wanesy/)]);
    expect(box.ran).toEqual([]);
    box.answers = [true, true];
    await setUp(box.doors, args);
    expect(box.questions).toHaveLength(3);
    expect(box.server()).toBe(args.listen);
  });
});

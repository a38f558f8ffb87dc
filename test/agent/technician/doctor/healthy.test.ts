/** Goal: whatever shape a healthy gateway has, the doctor accuses nothing on it. All of it is real, as in site.ts. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { expect, test as it, onTestFinished } from "vitest";
import { createAuthority } from "../../../authority.ts";
import { startMosquitto } from "../../../mosquitto.ts";
import { openForwarder } from "../../run-rig.ts";
import { type Diagnosis, hasTaken, makeSite, type Site } from "./site.ts";

/** The load of the machine that runs the tests is its own. */
const NOT_OURS = ["processor", "memory", "temperature"];
const SLOW = { timeout: 60_000 };
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** @param code of the end. @param but warnings that are true. */
function accusesNothing(report: Diagnosis, code = 0, ...but: readonly string[]): void {
  const said = (one: string) =>
    report.checks
      .filter(({ verdict, id }) => verdict === one && ![...NOT_OURS, ...but].includes(id))
      .map(({ id, subject, finding }) => `${id} ${subject ?? ""}: ${finding}`);
  expect(said("fail")).toEqual([]);
  expect(said("warn")).toEqual([]);
  expect(report.exitCode).toBe(code);
}

const taken = (site: Site) =>
  site.untilStatus(({ cores }) => cores.every(hasTaken), "frames to be taken by all");

it("an MQTT 3.1.1 core", SLOW, async () => {
  const site = await makeSite({ core: "mqtt_version = 4\n" });
  await taken(site);
  accusesNothing(await site.doctor(), 0, "settings");
});

it("two cores, and of each what stands in the settings alone", SLOW, async () => {
  const other = await startMosquitto();
  onTestFinished(() => other.stop());
  const site = await makeSite({
    core: `id = "one"\n[[core]]\nid = "two"\nmqtt_version = 4\nservers = ["${other.url}"]\ntopic_prefix = "eu868"\n`,
  });
  await taken(site);
  accusesNothing(await site.doctor(), 0, "settings");
});

it("a network server that speaks Semtech's protocol", SLOW, async () => {
  const { createSocket } = await import("node:dgram");
  const server = createSocket("udp4");
  server.bind(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  server.on("message", (bytes, { port }) => {
    const kind = bytes[3] === 0 ? 1 : bytes[3] === 2 ? 4 : undefined;
    if (kind !== undefined) server.send(Buffer.from([bytes[0]!, bytes[1]!, bytes[2]!, kind]), port);
  });
  const site = await makeSite({
    broker: "none",
    servers: [`udp://127.0.0.1:${server.address().port}`],
    core: 'kind = "gwmp"\n',
  });
  await site.untilStatus(({ cores }) => cores[0]?.state === "connected", "the core to answer");
  accusesNothing(await site.doctor());
});

it("several gateways behind one agent, none of them named in the settings", SLOW, async () => {
  const site = await makeSite();
  const { createSocket } = await import("node:dgram");
  const second = createSocket("udp4");
  const timer = setInterval(
    () => second.send(Buffer.from("020001027276ff0044010011", "hex"), site.port, "127.0.0.1"),
    300,
  );
  onTestFinished(() => {
    clearInterval(timer);
    second.close();
  });
  await site.untilStatus(({ forwarders }) => forwarders.length === 2, "both");
  await site.untilStatus(({ cores }) => cores.some(hasTaken), "frames to be taken");
  accusesNothing(await site.doctor());
});

it("no profile, and a forwarder on another host", SLOW, async () => {
  const site = await makeSite({
    tables: { gateway: 'profile = "companion"' },
    files: {
      "/etc/lorafwd.toml": undefined,
      "/etc/lorad/lorad.json": undefined,
      "/proc/100/cmdline": undefined,
    },
  });
  await taken(site);
  accusesNothing(await site.doctor());
});

it("a forwarder that reaches the agent by the gateway's own address", SLOW, async () => {
  const [address] = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one !== undefined && !one.internal && one.family === "IPv4");
  const site = await makeSite({ server: { host: address!.address }, listenHost: "0.0.0.0" });
  await taken(site);
  // That anybody may reach it is worth a word.
  accusesNothing(await site.doctor(), 0, "settings");
});

it(
  "an agent that was started a moment ago, and whose forwarder has sent frames and no PULL_DATA yet",
  SLOW,
  async () => {
    const site = await makeSite({ speaks: false });
    const forwarder = await openForwarder(site.port);
    forwarder.push("26011bda", 1);
    await site.untilStatus(({ forwarders }) => forwarders.length === 1, "the forwarder");
    accusesNothing(await site.doctor());
  },
);

it("a broker behind WebSockets", SLOW, async () => {
  const broker = await startMosquitto({ protocol: "websockets" });
  onTestFinished(() => broker.stop());
  const mqtt = (await import("mqtt")).default;
  const url = broker.url.replace("mqtt:", "ws:");
  const client = mqtt.connect(url, { protocolVersion: 5 });
  onTestFinished(() => client.endAsync(true));
  await client.subscribeAsync("eu868/gateway/+/event/+", { qos: 1 });
  const site = await makeSite({ broker: "none", servers: [url] });
  await taken(site);
  accusesNothing(await site.doctor());
});

it("a broker behind WebSockets and TLS, its authority known", SLOW, async () => {
  const made = createAuthority();
  onTestFinished(() => made.remove());
  const broker = await startMosquitto({
    protocol: "websockets",
    tls: { caFile: made.caFile, ...made.issue("localhost") },
  });
  onTestFinished(() => broker.stop());
  const mqtt = (await import("mqtt")).default;
  const url = broker.url.replace(/^\w+:\/\/[^:]+/, "wss://localhost");
  const client = mqtt.connect(url, { protocolVersion: 5, ca: readFileSync(made.caFile) });
  onTestFinished(() => client.endAsync(true));
  await client.subscribeAsync("eu868/gateway/+/event/+", { qos: 1 });
  const site = await makeSite({ broker: "none", servers: [url], core: `ca_file = "${made.caFile}"\n` });
  await taken(site);
  accusesNothing(await site.doctor(), 0, "certificate-files", "tls");
});

it("a password that stands in the service's environment alone", SLOW, async () => {
  const users = { gw: "secret", core: "core" };
  const site = await makeSite({
    broker: { users },
    listener: { username: "core", password: "core" },
    core: 'username = "gw"\n',
    env: { EDGE_AGENT_CORE__0__PASSWORD: "secret" },
  });
  await taken(site);
  accusesNothing(await site.doctor());
});

it(
  "a technician who is not root, and has no right to the control socket, the settings or the firewall",
  SLOW,
  async () => {
    const password = { users: { gw: "secret", core: "core" } };
    const site = await makeSite({
      broker: password,
      listener: { username: "core", password: "core" },
      core: 'username = "gw"\n',
      env: { EDGE_AGENT_CORE__0__PASSWORD: "secret" },
    });
    await taken(site);
    chmodSync(site.root, 0o755);
    const mute = await site.doctorUnder(NOBODY);
    accusesNothing(mute, 3);
    expect(mute.unexaminedFor).toBe("agent-running");
    writeFileSync(join(site.root, "etc/lorafwd.toml"), "x", { flag: "a" });
    chmodSync(join(site.root, "etc/lorafwd.toml"), 0o600);
    chmodSync(site.settingsPath, 0o600);
    const blind = await site.doctorUnder(NOBODY);
    accusesNothing(blind, 3);
    expect(blind.unexaminedFor).toBe("settings");
    for (const id of ["agent-running", "journal", "pull-data", "channel-plan", "login"])
      expect(blind.checks.find((check) => check.id === id)).toMatchObject({
        verdict: "skipped",
        finding: "not examined: settings comes first",
      });
  },
);

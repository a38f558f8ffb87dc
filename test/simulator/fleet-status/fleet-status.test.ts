/**
 * Goal: the command shows what real agents really report over a real broker, and says clearly when it cannot.
 * Method: the built agent as a process, Mosquitto, and the built meter-fleet beside it.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectAsync } from "mqtt";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { gw } from "../../../agent/lorawan/gw.js";
import type { FleetView } from "../../../simulator/fleet-status/fleet.ts";
import { type FleetStatusParts, runFleetStatus } from "../../../simulator/fleet-status/fleet-status.ts";
import { createGateway, EUI, openForwarder } from "../../agent/run-rig.ts";
import { type Mosquitto, startMosquitto } from "../../mosquitto.ts";
import { until } from "../../until.ts";
import { alarms, fullReport, type Gateway, smallReport } from "./reports.ts";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function fleetStatus(...words: string[]): Promise<Ran> {
  const program = join(dirname(inject("builtAgent")), "..", "simulator", "main.js");
  const child = spawn(process.execPath, [program, "fleet-status", "--wait", "5", ...words]);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stdout, stderr })));
}

/** Names a gateway that is there, and one that is missing. */
function writeList(): string {
  const list = join(mkdtempSync(join(tmpdir(), "fleet-")), "gateways.toml");
  onTestFinished(() => rmSync(dirname(list), { recursive: true }));
  writeFileSync(
    list,
    `[[gateway]]\neui = "${EUI}"\nname = "Tower"\ncommune = "Blois"\n[[gateway]]\neui = "${MISSING}"\ncommune = "Vendôme"\n`,
  );
  return list;
}

async function broker(): Promise<Mosquitto> {
  const started = await startMosquitto();
  onTestFinished(started.stop);
  return started;
}

/** @returns says something retained, below the prefix. */
async function speaker(
  url: string,
): Promise<(name: string, payload: string | Uint8Array) => Promise<unknown>> {
  const client = await connectAsync(url, { reconnectPeriod: 50 });
  onTestFinished(() => client.endAsync(true));
  return (name, payload) =>
    client.publishAsync(`eu868/${name}`, Buffer.from(payload), { qos: 1, retain: true });
}

function partsOf(url: string, more: Partial<FleetStatusParts>): FleetStatusParts {
  return {
    broker: url,
    topicPrefix: "eu868",
    known: new Map(),
    waitMs: 10_000,
    json: true,
    everyMs: undefined,
    interrupted: new AbortController().signal,
    wallMs: Date.now,
    print: async () => undefined,
    screen: undefined,
    tell: undefined,
    ...more,
  };
}

/** Takes every connection and answers a subscription with these reason codes: Mosquitto refuses none. */
async function refusingBroker(reasonCodes: readonly number[]): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (packet) => {
      const type = packet[0]! >> 4;
      if (type === CONNECT) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
      if (type !== SUBSCRIBE) return;
      const at = packet[1]! < 0x80 ? 2 : 3;
      const id = packet.subarray(at, at + 2);
      socket.write(Buffer.from([0x90, 3 + reasonCodes.length, ...id, 0, ...reasonCodes]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const CONNECT = 1;
const SUBSCRIBE = 8;

test("what is retained on a broker is shown at once, below what is promised or not", async () => {
  const { url } = await broker();
  const say = await speaker(url);
  const now = (): Gateway => ({ eui: EUI, sentWallMs: Date.now() });
  await say(`edge/${EUI}/health/full`, fullReport({ ...now(), sentWallMs: Date.now() - 60_000 }));
  await say(`edge/${EUI}/health`, smallReport(now()));
  await say(`edge/${EUI}/alarms`, alarms(EUI, "warning"));
  await say(`gateway/${EUI}/state/conn`, `{"gatewayId":"${EUI}","state":"ONLINE"}`);
  const kept = await fleetStatus("--broker", url);
  expect(kept.stderr).toBe("");
  expect(kept.status).toBe(0);
  expect(kept.stdout).toMatch(new RegExp(`^${EUI} .* ok .*100.000 %.*onBattery$`, "m"));
  expect(kept.stdout).toContain("1 gateway: 1 ok.");

  await say(`edge/${EUI}/health/full`, fullReport({ ...now(), month: 0.99 }));
  const offline = gw.ConnState.encode({ gatewayId: EUI, state: gw.ConnState.State.OFFLINE }).finish();
  await say(`gateway/${EUI}/state/conn`, Buffer.from(offline));
  const missed = await fleetStatus("--broker", url, "--gateways", writeList());
  expect(missed.status).toBe(1);
  expect(missed.stdout).toMatch(new RegExp(`^${EUI} +Tower +off +99.000 % !`, "m"));
  expect(missed.stdout).toMatch(new RegExp(`^${MISSING} +no report +0.000 % !`, "m"));
  expect(missed.stdout).toMatch(/^Blois +1 +99.000 % +below 99.200 %$/m);
  expect(missed.stdout).toMatch(/^Vendôme +1 +0.000 % +below 99.200 %$/m);

  // Taken back, it says neither that the gateway is off nor that it is there.
  await say(`gateway/${EUI}/state/conn`, "");
  expect((await fleetStatus("--broker", url)).stdout).toMatch(new RegExp(`^${EUI} +ok +99.000 % !`, "m"));
});

test("a broker of which nobody has spoken keeps no promise", async () => {
  const { url } = await broker();
  const { status, stdout } = await fleetStatus("--broker", url, "--wait", "1");
  expect(stdout).toContain("0 gateways: none has spoken.");
  expect(status).toBe(1);
});

test("whoever is listed and has not reported yet is waited for, also when it is quiet meanwhile", async () => {
  const { url } = await broker();
  const say = await speaker(url);
  await say(`gateway/${EUI}/state/conn`, `{"gatewayId":"${EUI}","state":"ONLINE"}`);
  const shown: FleetView[] = [];
  const running = runFleetStatus(
    partsOf(url, { known: new Map([[EUI, {}]]), print: async (text) => void shown.push(JSON.parse(text)) }),
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const both = { eui: EUI, sentWallMs: Date.now() };
  await say(`edge/${EUI}/health`, smallReport(both));
  await say(`edge/${EUI}/health/full`, fullReport(both));
  expect(await running).toBe(true);
  expect(shown).toMatchObject([{ gateways: [{ eui: EUI, state: "ok" }] }]);
});

test("while the broker is away the gateways stay as they were, and it is said; then they go on", async () => {
  const mosquitto = await broker();
  const say = await speaker(mosquitto.url);
  const beganMs = Date.now();
  let wallMs = beganMs;
  const reports = async (): Promise<void> => {
    const both = { eui: EUI, sentWallMs: wallMs };
    await say(`edge/${EUI}/health`, smallReport(both));
    await say(`edge/${EUI}/health/full`, fullReport(both));
  };
  await reports();
  const shown: (FleetView & { readonly isBrokerAway: boolean })[] = [];
  const stop = new AbortController();
  const running = runFleetStatus(
    partsOf(mosquitto.url, {
      everyMs: 20,
      interrupted: stop.signal,
      wallMs: () => wallMs,
      print: async (text) => void shown.push(JSON.parse(text)),
    }),
  );
  onTestFinished(() => stop.abort());
  await until(() => {
    const gateway = shown.at(-1)?.gateways[0];
    return gateway?.state === "ok" && gateway.availability === 1;
  }, "both reports to be shown");
  await mosquitto.kill();
  await until(() => shown.at(-1)?.isBrokerAway === true);
  wallMs += 86_400_000;
  const seen = shown.length;
  await until(() => shown.length > seen + 1);
  expect(shown.at(-1)).toMatchObject({
    atWallMs: beganMs,
    isBrokerAway: true,
    gateways: [{ state: "ok", availability: 1 }],
  });

  await mosquitto.restart();
  await until(() => shown.at(-1)?.isBrokerAway === false);
  expect(shown.at(-1)).toMatchObject({ atWallMs: wallMs, gateways: [{ state: "silent" }] });
  await reports();
  await until(() => shown.at(-1)?.gateways[0]?.state === "ok");
  stop.abort();
  await running;
});

test("a broker that refuses one of the topics is not listened to: what is missing would not be seen", async () => {
  const url = await refusingBroker([1, 0x87, 1, 1]);
  await expect(runFleetStatus(partsOf(url, {}))).rejects.toMatchObject({
    code: "FLEET_BROKER",
    message: `cannot listen to the broker ${url}: it refuses eu868/edge/+/health/full`,
  });
});

test.runIf(process.env.LONG === "1")(
  "a real gateway is seen by its own first report",
  async () => {
    const { url } = await broker();
    const agent = await createGateway({
      servers: [url],
      tables: { health: 'report_interval = "1m"' },
    }).start();
    onTestFinished(agent.kill);
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    let seen: { gateways: { eui: string; state: string }[] };
    do {
      const { stdout } = await fleetStatus("--broker", url, "--gateways", writeList(), "--json");
      seen = JSON.parse(stdout);
    } while (seen.gateways.find(({ eui }) => eui === EUI)?.state === "neverReported");
    expect(seen.gateways).toMatchObject([
      { eui: MISSING, state: "neverReported", commune: "Vendôme" },
      { eui: EUI, name: "Tower", commune: "Blois", forwarderAlive: true, coresDown: [] },
    ]);
  },
  180_000,
);

const MISSING = "7276ff0044010099";

test("a broker that is not there, or a list that is none, is said so, with the exit code for it", async () => {
  const away = await fleetStatus("--broker", "mqtt://127.0.0.1:1");
  expect(away).toMatchObject({ status: 3, stdout: "" });
  expect(away.stderr).toContain("cannot reach the broker mqtt://127.0.0.1:1");
  const list = writeList();
  writeFileSync(list, '[[gateway]]\neui = "tower"\n');
  const wrong = await fleetStatus("--gateways", list);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain("gateway.0.eui: expected 16 hex digits");
  expect((await fleetStatus("--broker", "http://x")).status).toBe(2);
});

test.each([
  [["--watch", "banana"], "--watch: expected seconds from 1 to 86400, such as 10; found banana"],
  [["--watch", "0"], "--watch: expected seconds from 1 to 86400, such as 10; found 0"],
  [["--watch", ""], "--watch: expected seconds from 1 to 86400, such as 10; found nothing"],
  [["--ca-file", "a", "--ca-file", "b"], "--ca-file was given more than once: give it once."],
])("%j: the word that was given, what was expected, and an example", async (words, stderr) => {
  expect(await fleetStatus(...words)).toEqual({ status: 2, stdout: "", stderr: `${stderr}\n` });
});

describe.each(["--gateways", "--ca-file", "--password-file"])("a file for %s", (option) => {
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "fleet-"));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };

  test("that is not there, or is no file, is said with what to do: the world's fault, not the list's", async () => {
    const at = folder();
    writeFileSync(join(at, "file"), "x");
    for (const [name, reason] of [
      ["none", "there is no such file; look at how it is written, and from which folder"],
      ["file/none", "a part of this path is a file and no folder; look at how it is written"],
      ["", "this is a folder; name a file within it"],
    ] as const) {
      const path = join(at, name);
      expect(await fleetStatus(option, path)).toEqual({
        status: 3,
        stdout: "",
        stderr: `${option} ${path}: ${reason}\n`,
      });
    }
  });

  test("that is empty is said with what should stand in it", async () => {
    const path = join(folder(), "empty");
    writeFileSync(path, "");
    const { status, stderr } = await fleetStatus(option, path);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /: (no gateways in it; each is written \[\[gateway\]\], |no certificate in it; expected PEM|it is empty; expected the password)/,
    );
    expect(stderr).toContain(path);
  });
});

test("a list that is no TOML is said by its line, without what stands there", async () => {
  const list = writeList();
  writeFileSync(list, Buffer.from([0x0a, 0x1b, 0x5b, 0x32, 0x4a, 0xff]));
  const { status, stderr } = await fleetStatus("--gateways", list);
  expect(status).toBe(2);
  expect(stderr).toBe(`${list}: line 2: Invalid TOML document: illegal character in key\n`);
});

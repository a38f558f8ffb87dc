/**
 * Goal: the command shows what real agents really report over a real broker, and says clearly when it cannot.
 * Method: the built agent as a process, Mosquitto, and the built meter-fleet beside it.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectAsync } from "mqtt";
import { expect, inject, onTestFinished, test } from "vitest";
import { gw } from "../../../agent/lorawan/gw.js";
import { createGateway, EUI, openForwarder } from "../../agent/run-rig.ts";
import { type Mosquitto, startMosquitto } from "../../mosquitto.ts";

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
  onTestFinished(started.kill);
  return started;
}

test("what is retained on a broker is shown at once, below what is promised or not", async () => {
  const { url } = await broker();
  const client = await connectAsync(url);
  onTestFinished(() => client.endAsync());
  const say = (name: string, payload: string | Buffer) =>
    client.publishAsync(`eu868/${name}`, payload, { qos: 1, retain: true });
  const availability = (month: number) =>
    JSON.stringify({
      version: 1,
      sentAt: `${new Date().toISOString().slice(0, 19)}Z`,
      availability: { gateway: { month } },
    });
  await say(`edge/${EUI}/health`, availability(1));
  await say(`edge/${EUI}/alarms`, '{"version":1,"alarms":[{"id":"onBattery","severity":"warning"}]}');
  await say(`gateway/${EUI}/state/conn`, `{"gatewayId":"${EUI}","state":"ONLINE"}`);
  const kept = await fleetStatus("--broker", url);
  expect(kept.stderr).toBe("");
  expect(kept.status).toBe(0);
  expect(kept.stdout).toMatch(new RegExp(`^${EUI} .* ok .*100.000 %.*onBattery$`, "m"));
  expect(kept.stdout).toContain("1 gateway: 1 ok.");

  await say(`edge/${EUI}/health`, availability(0.99));
  const offline = gw.ConnState.encode({ gatewayId: EUI, state: gw.ConnState.State.OFFLINE }).finish();
  await say(`gateway/${EUI}/state/conn`, Buffer.from(offline));
  const missed = await fleetStatus("--broker", url, "--gateways", writeList());
  expect(missed.status).toBe(1);
  expect(missed.stdout).toMatch(new RegExp(`^${EUI} +Tower +off +99.000 % !`, "m"));
  expect(missed.stdout).toMatch(/^Blois +1 +99.000 % +below 99.200 %$/m);
});

test.runIf(process.env.LONG === "1")(
  "a real gateway is seen by its own first report",
  async () => {
    const { url } = await broker();
    const agent = await createGateway({ servers: [url] }).start();
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

/** Goal: whoever asks the built agent sees each frame pass, from the air to the core, and no payload he has not asked for. */
import { describe, expect, onTestFinished, test } from "vitest";
import { openControlDoor } from "../../agent/host/control.ts";
import { startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { createGateway, EUI, openForwarder, runCommand } from "./run-rig.ts";

type Line = Readonly<Record<string, unknown>>;

/** Follows the feed for the rest of the test. */
async function follow(socket: string, path: string, signal: AbortSignal): Promise<Line[]> {
  const heard: Line[] = [];
  const { lines } = await openControlDoor().ask(socket, { method: "GET", path, body: undefined, signal });
  void (async () => {
    for await (const piece of lines!) heard.push(...(piece as Line[]));
  })().catch(() => undefined);
  await until(() => heard.some(({ kind }) => kind === "head"), "the feed's head");
  return heard;
}

describe("the feed of a running agent", () => {
  test("tells an uplink, its custody and its delivery, and the octets only to those who asked", async () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    const leaving = new AbortController();
    const plain = await follow(gateway.socket, "/feed", leaving.signal);
    const whole = await follow(gateway.socket, "/feed?payload=1", leaving.signal);
    const phy = forwarder.push("26011bda", 7);
    await until(() => whole.some(({ kind }) => kind === "custody"), "custody");
    await until(() => plain.some(({ kind }) => kind === "custody"), "custody");
    const uplink = plain.find(({ kind }) => kind === "uplink")!;
    expect(uplink).toMatchObject({
      gatewayEui: EUI,
      verdict: "kept",
      crc: "ok",
      rssiDbm: -61,
      snrDb: 7.5,
      datr: "SF7BW125",
      spreadingFactor: 7,
      frequencyHz: 868_100_000,
      header: { mType: "unconfirmedUp", devAddr: "26011bda", fCnt: 7 },
    });
    expect(plain.find(({ kind }) => kind === "custody")).toMatchObject({
      outcome: "held",
      sequence: uplink.sequence,
    });
    expect(JSON.stringify(plain)).not.toContain(phy);
    expect(whole.find(({ kind }) => kind === "uplink")).toMatchObject({ phyPayload: phy });

    // The same datagram again is the forwarder's repeat.
    leaving.abort();
    await agent.stop();
  });

  test("a core's taking is told", async () => {
    const broker = await startMosquitto();
    onTestFinished(broker.kill);
    const gateway = createGateway({ servers: [broker.url], core: "mqtt_version = 4" });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    forwarder.pull();
    const leaving = new AbortController();
    const heard = await follow(gateway.socket, "/feed", leaving.signal);
    forwarder.push("26011bda", 1);
    await until(() => heard.some(({ kind }) => kind === "delivered"), "delivery");
    expect(heard.find(({ kind }) => kind === "delivered")).toMatchObject({
      ...{ gatewayEui: EUI, coreId: "main", delivery: "taken", replay: false },
    });
    leaving.abort();
    await agent.stop();
  });

  test("frames shows what passes, and ends after as many as were wanted", async () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const agent = await gateway.start();
    const forwarder = await openForwarder(agent.port);
    const pushing = setInterval(() => forwarder.push("26011bda", forwarder.sent.length), 50);
    const { spawnCommand } = await import("./technician/command-rig.ts");
    const shown = await spawnCommand([
      ...["frames", "--socket", gateway.socket, "--dev-addr", "2601", "--limit", "2"],
    ]);
    const none = spawnCommand(["frames", "--socket", gateway.socket, "--dev-addr", "27", "--limit", "1"], {
      said: /^time/m,
    });
    expect(await none).toMatchObject({ stdout: expect.stringMatching(/^time [^\n]*\n$/), code: 0 });
    clearInterval(pushing);
    expect(shown.code).toBe(0);
    const [head, ...rows] = shown.stdout.trimEnd().split("\n");
    expect(head).toMatch(/^time +device +type +FCnt +FP RSSI +SNR SF +MHz +oct fate$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^\d\d:\d\d:\d\d 26011bda +up +\d+ +\d* +-61 +7\.5 SF7 +868\.100 +\d+ kept$/);

    // A frame is shown as it is heard, and in the journal only then.
    await until(() => forwarder.acked.size > 0, "custody");
    const stored = runCommand([
      "frames",
      "--config",
      gateway.settingsPath,
      "--journal",
      "--limit",
      "1",
      "--json",
    ]);
    expect(JSON.parse(stored.stdout)).toMatchObject({ header: { devAddr: "26011bda" }, verdict: "kept" });
    await agent.stop();
  });

  test("without an agent, frames says how to start one", () => {
    const gateway = createGateway({ servers: ["mqtt://127.0.0.1:1"] });
    const shown = runCommand(["frames", "--config", gateway.settingsPath]);
    expect(shown.code).toBe(3);
    expect(shown.stderr).toContain(`edge-agent run --config ${gateway.settingsPath}`);
    expect(runCommand(["frames", "--config", gateway.settingsPath, "--lang", "fr"]).stderr).toContain(
      "Lancez-le",
    );
  });
});

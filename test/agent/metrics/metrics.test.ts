/**
 * Goal: what Prometheus gets is what the agent's status says, in a form that Prometheus' own tools accept; and the
 * examples beside it ask for nothing that is not there.
 * Method: a whole agent in the simulated world gives the status; the scrape goes over a real loopback socket; promtool
 * judges it and the rules.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { loadSettings } from "../../../agent/config/load.ts";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import type { FieldStatus } from "../../../agent/field/field.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openWebDoor } from "../../../agent/host/web.ts";
import { familiesOf } from "../../../agent/metrics/families.ts";
import { type Metrics, startMetrics } from "../../../agent/metrics/metrics.ts";
import { EUI, openAgentWorld } from "../agent-world.ts";
import { writtenLog } from "../north/core-world.ts";

type ModemStatus = NonNullable<FieldStatus["modem"]>;

const EXAMPLES = join(import.meta.dirname, "../../../agent/metrics/examples");
const OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

let metrics: Metrics | undefined;
afterEach(async () => {
  await metrics?.close();
  metrics = undefined;
});

/** Of an agent that has heard frames, good and bad, and had an outage. */
async function livedStatus(): Promise<AgentStatus> {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.settleIn(forwarder);
  for (let fCnt = 0; fCnt < 20; fCnt++) {
    forwarder.push(world.rxpk({ devAddr: "26010000", fCnt, rssi: -40 - fCnt * 4, lsnr: 9 - fCnt }));
    await world.clock.advance(500);
  }
  return world.agent.status();
}

async function scrape(status: AgentStatus, accept: string): Promise<Response> {
  metrics = startMetrics({
    clock: openClock(),
    log: writtenLog([]),
    web: openWebDoor(),
    settings: { listen: { host: "127.0.0.1", port: 0 } },
    status: async () => status,
  });
  while (metrics.address === undefined) await new Promise((resolve) => setImmediate(resolve));
  return fetch(`http://127.0.0.1:${metrics.address.port}/metrics`, { headers: { accept } });
}

function promtool(words: readonly string[], input?: string) {
  const { status, stdout, stderr } = spawnSync("promtool", words, { cwd: EXAMPLES, input, encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
}

/** Name and labels as text, and the figure. */
function samplesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

describe("a scrape", () => {
  test("has the figures of the status", async () => {
    const status = await livedStatus();
    const samples = samplesOf(await (await scrape(status, "text/plain")).text());
    const [radio] = status.health.records.radio;
    expect(radio?.crc.ok).toBeGreaterThanOrEqual(20);
    expect(samples.get(`edge_agent_rx_frames_total{gateway="${EUI}",crc="ok"}`)).toBe(radio?.crc.ok);
    expect(samples.get(`edge_agent_forwarder_alive{gateway="${EUI}"}`)).toBe(1);
    expect(samples.get(`edge_agent_core_connected{core="main",gateway="${EUI}"}`)).toBe(1);
    expect(samples.get("edge_agent_journal_kept_frames_total")).toBe(status.journal.keptTotal);
  });

  test("has histograms that rise to their count, with +Inf last", async () => {
    const status = await livedStatus();
    const text = await (await scrape(status, "text/plain")).text();
    const buckets = text.split("\n").filter((line) => line.startsWith("edge_agent_rx_snr_db_bucket"));
    const counts = buckets.map((line) => Number(line.split(" ").at(-1)));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(buckets.at(-1)).toContain('le="+Inf"');
    const told = status.health.records.radio[0]!.snrDb.counts.reduce((sum, count) => sum + count, 0);
    expect(counts.at(-1)).toBe(told);
    expect(samplesOf(text).get(`edge_agent_rx_snr_db_count{gateway="${EUI}"}`)).toBe(told);
  });

  test("is found good by promtool", async () => {
    const text = await (await scrape(await livedStatus(), "text/plain")).text();
    const { status, said } = promtool(["check", "metrics"], text);
    expect(said).not.toMatch(/error/i);
    expect({ status, said }).toEqual({ status: 0, said: "" });
  });

  test("is OpenMetrics for who takes it: named so, ended so, and counters without _total in their type", async () => {
    const answer = await scrape(await livedStatus(), OPEN_METRICS);
    expect(answer.headers.get("content-type")).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    const text = await answer.text();
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(text).toContain("# TYPE edge_agent_rx_frames counter\nedge_agent_rx_frames_total{");
  });

  test("is had under no other path, and by no other method", async () => {
    const answer = await scrape(await livedStatus(), "*/*");
    const at = new URL(answer.url);
    expect((await fetch(new URL("/", at))).status).toBe(404);
    expect((await fetch(at, { method: "POST", body: "x" })).status).toBe(405);
  });
});

test("the signal is that of a modem that answers: one that was unplugged hears nothing", async () => {
  const lived = await livedStatus();
  const reading = { signal: { rssiDbm: -67, rsrpDbm: -98 }, ageMs: 60_000 };
  const signalOf = (state: ModemStatus["state"]) => {
    const modem = { by: "/dev/ttyUSB2", state, forMs: 60_000, grade: "fair", reading } as ModemStatus;
    const families = familiesOf({ ...lived, field: { ...lived.field, modem } });
    const family = families.find(({ name }) => name === "edge_agent_modem_signal");
    return family?.type === "gauge" ? family.samples.map(({ labels, value }) => [labels.figure, value]) : [];
  };
  expect(signalOf("answers")).toEqual([
    ["rssi", -67],
    ["rsrp", -98],
  ]);
  for (const state of ["silent", "noPort", "noModem", "garbage"] as const)
    expect(signalOf(state), state).toEqual([]);
});

test("no family has a sample twice, or labels that differ from sample to sample", async () => {
  for (const family of familiesOf(await livedStatus())) {
    const labels = (family.type === "histogram" ? family.distributions : family.samples).map(
      (one) => one.labels,
    );
    expect(new Set(labels.map((one) => JSON.stringify(one))).size, family.name).toBe(labels.length);
    expect(new Set(labels.map((one) => Object.keys(one).join())).size, family.name).toBeLessThanOrEqual(1);
  }
});

test.each([
  ["0.0.0.0:9464", false],
  ["192.168.1.20:9464", false],
  ["127.0.0.1:9464", true],
  ["[::1]:9464", true],
  ["", true],
])("metrics.listen = %j is right: %s", (listen, right) => {
  const tomlText = `[metrics]\nlisten = "${listen}"\n[[core]]\nid = "main"\n`;
  const loaded = loadSettings({ tomlText, path: "agent.toml", env: {} });
  const about = loaded.ok ? [] : loaded.troubles.filter(({ key }) => key === "metrics.listen");
  expect(about).toHaveLength(right ? 0 : 1);
});

describe("the examples", () => {
  test("rules are valid, and do what their own tests say", () => {
    expect(promtool(["check", "rules", "alerts.yml"]).status).toBe(0);
    expect(promtool(["check", "config", "prometheus.yml"]).status).toBe(0);
    const { status, said } = promtool(["test", "rules", "alerts.test.yml"]);
    expect(status, said).toBe(0);
  });

  test.each(["alerts.yml", "grafana-dashboard.json"])("%s asks for metrics that there are", async (file) => {
    const there = new Set(
      familiesOf(await livedStatus()).flatMap(({ name, type }) =>
        type === "counter" ? [`${name}_total`] : type === "histogram" ? [`${name}_bucket`] : [name],
      ),
    );
    const asked = new Set(readFileSync(join(EXAMPLES, file), "utf8").match(/\bedge_agent_\w+/g));
    expect(asked.size).toBeGreaterThan(3);
    expect([...asked].filter((name) => !there.has(name))).toEqual([]);
  });
});

/**
 * What the local page costs: the agent at rest, with a viewer, and the phone that looks.
 *
 * Aims: under 200 kB transferred; under 5 % of a core more with one viewer at 100 frames/s. The viewer is a reader of
 * the live stream, as the page in a browser is; the first paint is Chromium's (Debian's), also slowed down six times as an
 * old phone is.
 */
import { request } from "node:http";
import { createServer } from "node:net";
import { chromium } from "playwright-core";
import { bundleAgent, type RunningAgent } from "./agent-process.ts";
import { type Bench, startConnected, wait } from "./bench.ts";
import { startCore } from "./core.ts";
import { median, say } from "./figure.ts";
import { startGenerator } from "./load.ts";
import type { Effort } from "./main.ts";
import { cpuUs, memoryOf, wakeUps } from "./process-reading.ts";

const FRAMES_PER_SECOND = 100;
const RUN_MS = 20_000;
const REST_MS = 12_000;
const SETTLE_MS = 3_000;
const ROUNDS = 3;
const SLOWER = 6;
const BYTES_MAX = 200_000;
const CHROMIUM = "/usr/bin/chromium";

export async function benchWeb(effort: Effort): Promise<void> {
  const bundle = bundleAgent();
  const core = await startCore();
  const generator = startGenerator();
  const bench = { bundle, core, generator, effort };
  await benchRest(bench);
  await benchViewer(bench);
  await benchPaint(bench);
  await generator.end();
  await core.stop();
}

/** Nobody looks: with the page open for whoever comes, beside an agent that has none. */
async function benchRest(bench: Bench): Promise<void> {
  const without: Rest[] = [];
  const open: Rest[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    without.push(await restOf(bench, ""));
    open.push(await restOf(bench, await freeAddress()));
  }
  const of = "an agent without the page";
  const middle = (rests: readonly Rest[], figure: keyof Rest): number =>
    median(rests.map((one) => one[figure]));
  const floor = (figure: keyof Rest) => ({ value: middle(without, figure), of });
  say("web.rest.anonymous", middle(open, "anonymousMb"), "MB", floor("anonymousMb"));
  say("web.rest.wake-ups", middle(open, "wakeUpsPerS"), "/s", floor("wakeUpsPerS"));
}

interface Rest {
  readonly anonymousMb: number;
  readonly wakeUpsPerS: number;
}

async function restOf(bench: Bench, page: string): Promise<Rest> {
  const agent = await startConnected(bench, { page });
  await wait(SETTLE_MS);
  const before = wakeUps(agent.pid);
  const restMs = REST_MS * bench.effort;
  await wait(restMs);
  const found = {
    anonymousMb: memoryOf(agent.pid).anonymousMb,
    wakeUpsPerS: ((wakeUps(agent.pid) - before) * 1e3) / restMs,
  };
  await agent.stop();
  return found;
}

/** The same agent with and without a viewer, in turn: a shared machine changes by the minute. */
async function benchViewer(bench: Bench): Promise<void> {
  const page = await freeAddress();
  const agent = await startConnected(bench, { page });
  await wait(SETTLE_MS);
  // What the first viewer loads is loaded, and compiled, once.
  await underLoad(bench, agent, page);
  const alone: number[] = [];
  const watched: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await underLoad(bench, agent, undefined));
    watched.push(await underLoad(bench, agent, page));
  }
  const of = "none";
  say(`web.viewer.cpu.${FRAMES_PER_SECOND}-per-s`, median(watched), "% of a core", {
    value: median(alone),
    of,
  });
  say("web.viewer.cpu-added", median(watched) - median(alone), "% of a core", { value: 5, of: "the aim" });
  await agent.stop();
}

/** @param page where a viewer looks; undefined: nobody does. @returns the agent's processor time, % of a core. */
async function underLoad(
  { generator, effort }: Bench,
  agent: RunningAgent,
  page: string | undefined,
): Promise<number> {
  const viewer = page === undefined ? undefined : await look(page);
  await wait(500);
  const durationMs = RUN_MS * effort;
  const [fromUs, fromMs] = [cpuUs(agent.pid), performance.now()];
  await generator.ask({ kind: "paced", port: agent.port, perSecond: FRAMES_PER_SECOND, durationMs });
  const percent = (cpuUs(agent.pid) - fromUs) / (performance.now() - fromMs) / 10;
  const octets = viewer?.close() ?? 0;
  if (viewer !== undefined && octets < 100 * durationMs * (FRAMES_PER_SECOND / 1_000))
    throw new Error(`the viewer has seen ${octets} octets only`);
  return percent;
}

/** A reader of the live stream. @returns what ends it and says how much came. */
function look(page: string): Promise<{ close(): number }> {
  return new Promise((resolve, reject) => {
    let octets = 0;
    const asked = request(`http://${page}/api/live`, (response) => {
      response.on("data", (bytes: Buffer) => {
        octets += bytes.length;
      });
      response.on("error", () => undefined);
      resolve({
        close: () => {
          asked.destroy();
          return octets;
        },
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function benchPaint(bench: Bench): Promise<void> {
  const page = await freeAddress();
  const agent = await startConnected(bench, { page });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const [name, slower] of [
    ["", 1],
    [".slow-phone", SLOWER],
  ] as const) {
    const visits = [];
    for (let round = 0; round < ROUNDS; round++) visits.push(await visit(browser, `http://${page}/`, slower));
    const of = "the aim";
    if (slower === 1)
      say("web.bytes", median(visits.map(({ octets }) => octets)), "octets", { value: BYTES_MAX, of });
    const floor = { value: 0, of: "nothing to show" };
    say(`web.first-paint${name}`, median(visits.map(({ paintMs }) => paintMs)), "ms", floor);
    say(`web.status-shown${name}`, median(visits.map(({ shownMs }) => shownMs)), "ms", floor);
  }
  await browser.close();
  await agent.stop();
}

/** A first visit, with nothing cached. */
async function visit(browser: Awaited<ReturnType<typeof chromium.launch>>, url: string, slower: number) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
  const tab = await context.newPage();
  const protocol = await context.newCDPSession(tab);
  await protocol.send("Network.enable");
  await protocol.send("Emulation.setCPUThrottlingRate", { rate: slower });
  let octets = 0;
  protocol.on("Network.loadingFinished", ({ encodedDataLength }) => {
    octets += encodedDataLength;
  });
  const fromMs = performance.now();
  await tab.goto(url);
  await tab.locator(".cards").waitFor();
  const shownMs = performance.now() - fromMs;
  const paintMs = await tab.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN",
  );
  await context.close();
  return { octets, shownMs, paintMs };
}

function freeAddress(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}

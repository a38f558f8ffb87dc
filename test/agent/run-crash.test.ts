/**
 * Goal: no frame that was ever acknowledged is lost, however often the agent is killed and the broker goes away.
 * Method: a real agent on a real disk under load, killed without a word at moments by chance, a real Mosquitto that
 * comes and goes at moments by chance (the seed is printed, SEED sets it); a subscriber that must have heard every
 * acknowledged frame in the end. LONG=1 kills ten times as often.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WorldRng } from "../../simulator/world/rng.ts";
import { type Mosquitto, startMosquitto } from "../mosquitto.ts";
import { until } from "../until.ts";
import { readUplink } from "./chirpstack.ts";
import { endAll, reader } from "./north/mosquitto-core.ts";
import { createGateway, EUI, openForwarder, type RunningAgent } from "./run-rig.ts";

const KILLS = process.env.LONG ? 200 : 20;
const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 32);
const LIFE_MS_MAX = 900;
const BURST_EVERY_MS = 10;
const BURST_FRAMES_MAX = 2;
/** What a courier replays at least, less what a busy test machine may take from it. */
const REPLAYED_PER_S_MIN = 10;
/** So many that few have much to catch up with: a device's stored frames come half a second apart. */
const DEVICES = 2_000;

/** Stored frames go as soon as they can: what is shown here is that none is missing, not when it comes. */
const UNPAIRED = "replay_pairing = false";

test(`${KILLS} kills under load lose no acknowledged frame (seed ${SEED})`, async () => {
  const rng = new WorldRng(SEED);
  const lives = rng.stream("lives");
  const load = rng.stream("load");
  const mosquitto = await startMosquitto();
  onTestFinished(mosquitto.kill);
  onTestFinished(endAll);
  const lns = await reader(mosquitto, `eu868/gateway/${EUI}/event/up`);
  const gateway = createGateway({ servers: [mosquitto.url], core: UNPAIRED });
  const weather = comeAndGo(mosquitto, rng);

  let agent: RunningAgent = await gateway.start();
  const forwarder = await openForwarder(agent.port);
  let frame = 0;
  /** What a journal says at its opening when it is not as it was promised. */
  const troubles: unknown[] = [];
  const look = (): void => {
    troubles.push(...agent.said("journal damaged"), ...agent.said("journal repaired"), ...agent.said("bug"));
    troubles.push(...agent.said("journal audited").filter(({ lost }) => lost !== 0));
  };
  for (let kill = 0; kill < KILLS; kill++) {
    forwarder.port = agent.port;
    forwarder.pull();
    for (let leftMs = lives.below(LIFE_MS_MAX); leftMs > 0; leftMs -= BURST_EVERY_MS) {
      for (let burst = load.below(BURST_FRAMES_MAX + 1); burst > 0; burst--, frame++) {
        forwarder.push((0x26010000 + (frame % DEVICES)).toString(16), Math.floor(frame / DEVICES));
      }
      await new Promise((resolve) => setTimeout(resolve, BURST_EVERY_MS));
    }
    await agent.kill();
    look();
    agent = await gateway.start();
  }
  await weather.clear();

  const heard = (): string[] => lns.messages.map(({ payload }) => readUplink(payload).phy);
  const acked = [...forwarder.acked];
  const missing = (): string[] => {
    const all = new Set(heard());
    return acked.filter((phy) => !all.has(phy));
  };
  const limitMs = 20_000 + (missing().length / REPLAYED_PER_S_MIN) * 1_000;
  await until(() => missing().length === 0, "what was acknowledged", limitMs).catch(() => undefined);
  const all = heard();
  const twice = all.length - new Set(all).size;
  console.log(`${frame} sent, ${acked.length} acknowledged, ${all.length} heard, ${twice} of them again`);
  expect(missing()).toEqual([]);
  expect(acked.length, "the load was one").toBeGreaterThan(KILLS * 5);
  look();
  expect(troubles).toEqual([]);
}, 1_800_000);

/** Kills and restarts the broker at moments by chance, until it is cleared. */
function comeAndGo(mosquitto: Mosquitto, rng: WorldRng): { clear(): Promise<void> } {
  const chance = rng.stream("weather");
  let cleared = false;
  const going = (async () => {
    while (!cleared) {
      await new Promise((resolve) => setTimeout(resolve, 300 + chance.below(2_000)));
      if (cleared) break;
      await mosquitto.kill();
      await new Promise((resolve) => setTimeout(resolve, chance.below(1_500)));
      await mosquitto.restart();
    }
  })();
  return {
    clear: () => {
      cleared = true;
      return going;
    },
  };
}

test("a stored frame on which the agent ends is set aside at the second time, and the others are delivered", async () => {
  const mosquitto = await startMosquitto();
  onTestFinished(mosquitto.kill);
  onTestFinished(endAll);
  const lns = await reader(mosquitto, `eu868/gateway/${EUI}/event/up`);
  const heard = (): string[] => lns.messages.map(({ payload }) => readUplink(payload).phy);
  const gateway = createGateway({ servers: [mosquitto.url], core: UNPAIRED });
  await mosquitto.kill();
  const first = await gateway.start();
  const forwarder = await openForwarder(first.port);
  forwarder.pull();
  const stored = [1, 2, 3].map((fCnt) => forwarder.push("26010001", fCnt));
  await until(() => stored.every((phy) => forwarder.acked.has(phy)), "custody");
  await first.stop();
  await mosquitto.restart();

  // The fault is in a library, as it would be: whoever parses this frame's text ends.
  const poison = Buffer.from(stored[1]!, "hex").toString("base64");
  const fault = join(gateway.directory, "fault.mjs");
  writeFileSync(
    fault,
    `const { parse } = JSON;
     JSON.parse = (text, ...rest) => {
       if (String(text).includes(${JSON.stringify(poison)})) process.exit(70);
       return parse(text, ...rest);
     };`,
  );
  const env = { NODE_OPTIONS: `--import ${fault}` };
  for (let crash = 0; crash < 2; crash++) {
    const agent = await gateway.start({ env });
    expect(await agent.ended, `end ${crash + 1}`).toMatchObject({ code: 70 });
    expect(agent.said("record set aside: carrying it ended the agent twice")).toEqual([]);
  }
  const agent = await gateway.start({ env });
  await until(() => heard().includes(stored[2]!), "the frame behind it");
  const setAside = () => agent.said("record set aside: carrying it ended the agent twice");
  await until(() => setAside().length > 0, "the log to tell of it");
  expect(setAside()).toHaveLength(1);
  expect(new Set(heard())).toEqual(new Set([stored[0], stored[2]]));
  expect((await agent.stop()).code).toBe(0);
}, 120_000);

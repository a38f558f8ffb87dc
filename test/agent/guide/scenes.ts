/**
 * What the technician's guide shows, really played: made-up gateways with the built agent, a real broker and a forwarder
 * on a real socket, and each command run on them in both languages.
 *
 * Not here: what is another at each run (steady.ts), and how the guide is read and written (pages.ts).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import loraPacketModule from "lora-packet";
import mqtt from "mqtt";
import { inject, onTestFinished } from "vitest";
import type { Language } from "../../../agent/text/text.ts";
import { until } from "../../until.ts";
import { dataPhy } from "../agent-world.ts";
import { EUI, makeSite, PREFIX, type Site } from "../technician/doctor/site.ts";
import { openScreen } from "../technician/screen.ts";
import { leaveOut, steady } from "./steady.ts";

const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;

/** What stands in the guide: the line that is typed, and what it prints. */
export type Scene = Readonly<Record<Language, string>>;
type Add = (name: string, play: (language: Language) => Promise<string>) => Promise<void>;

/**
 * With its six letters as long as /etc/edge-agent and /run/edge-agent, so that lines break where they do on a gateway;
 * therefore not below TMPDIR.
 */
const FOLDER = "/tmp/gat-";
const LOCALES = { en: "en_GB.UTF-8", fr: "fr_FR.UTF-8" } as const;
const METER = "26011bda";
const FAR_METER = "26013f20";
const KEYS = { nwkSKey: "2b7e151628aed2a6abf7158809cf4f3c", appSKey: "3c4fcf098815f7aba6d2ae2816157e2b" };

/** @returns every scene by its name. */
export async function playScenes(): Promise<ReadonlyMap<string, Scene>> {
  const scenes = new Map<string, Scene>();
  const add: Add = async (name, play) => {
    scenes.set(name, { en: await play("en"), fr: await play("fr") });
  };
  await playForgotten(add);
  await playHealthy(add);
  await playCutOff(add);
  return scenes;
}

// ------------------------------------------------------------------------------------------ the gateways

/** The forwarder still sends to where the factory has pointed it. */
async function playForgotten(add: Add): Promise<void> {
  const site = await makeSite({ folder: FOLDER, server: { host: "172.17.0.1" }, speaks: false });
  await site.untilStatus(({ cores }) => cores[0]?.state === "connected", "the core");
  await add("doctor", async (language) => {
    const whole = await typed(site, language, "sudo edge-agent doctor");
    return leaveOut(whole, /^Agent$/, /^(First broken|Première panne)/);
  });
  await add("setup", async (language) => {
    const whole = await typed(site, language, "sudo edge-agent setup --dry-run");
    return leaveOut(whole, /^(New file|Nouveau fichier)/, /^==>/);
  });
  await site.agent?.stop();
}

/** All is well: two meters, one of them far. */
async function playHealthy(add: Add): Promise<void> {
  const site = await makeSite({
    folder: FOLDER,
    hears: false,
    // However slow the machine, the core takes the frames before they would be written.
    tables: { web: 'listen = "0.0.0.0:0"', journal: 'commit_interval = "10s"' },
    core: 'commands = "change"',
  });
  const air = openAir(site);
  await site.untilStatus(({ cores }) => cores[0]?.state === "connected", "the core");
  for (let at = 1; at <= 12; at++) {
    air.near();
    if (at % 3 === 0) air.far(at);
  }
  await site.untilStatus(({ cores }) => (cores[0]?.courier.carriedLive ?? 0) >= 16, "all to be taken");
  await add("pull-data", (language) => typed(site, language, "sudo edge-agent doctor --only pull-data"));
  await add("status", async (language) => {
    const whole = await typed(site, language, "edge-agent status");
    return leaveOut(whole, /^(Availability|Disponibilité)/, /^(Counters|Compteurs)$/);
  });
  await add("devices", (language) => typed(site, language, "edge-agent devices --sort loss"));
  await add("watch", (language) => watch(site, air, language));
  await add("frames", (language) =>
    typed(site, language, "edge-agent frames --rssi-max -95 --limit 3", () => {
      air.near();
      air.far(1);
      air.near();
    }),
  );
  const keys = join(site.root, "keys.csv");
  writeFileSync(keys, `${METER},${KEYS.nwkSKey},${KEYS.appSKey}\n`);
  chmodSync(keys, 0o600);
  await add("keys", (language) =>
    typed(site, language, "edge-agent frames --keys keys.csv --limit 1", () => air.spoken("0142")),
  );
  await add("survey", (language) =>
    typed(
      site,
      language,
      `edge-agent survey --dev-addr ${METER} --limit 3 --csv walk.csv --svg walk.svg`,
      () => {
        air.near();
        air.near({ rssi: -109, lsnr: -3.5 });
        air.skip();
        air.near({ rssi: -116, lsnr: -9.8 });
      },
    ),
  );
  await add("downlink-test", (language) => downlinkTest(site, language));
  await commanded(site);
  await add("audit", (language) => typed(site, language, "sudo edge-agent audit --last 2"));
  await add("web", (language) => typed(site, language, "sudo edge-agent web code"));
  await add("bundle", (language) => typed(site, language, "sudo edge-agent bundle"));
  await site.agent?.stop();
}

/** The core is not reached: frames wait. */
async function playCutOff(add: Add): Promise<void> {
  const site = await makeSite({ folder: FOLDER, hears: false, broker: "none" });
  const air = openAir(site);
  for (let at = 1; at <= 12; at++) {
    air.near();
    if (at % 3 === 0) air.far(at);
  }
  await site.untilStatus(({ journal }) => journal.storedFrames === 16, "all to be stored");
  await add("journal", (language) => typed(site, language, "sudo edge-agent journal list"));
  await add("export", (language) =>
    typed(site, language, "sudo edge-agent journal export --out readings.jsonl"),
  );
  await site.agent?.stop();
}

// --------------------------------------------------------------------------------------------- the air

interface Level {
  readonly rssi: number;
  readonly lsnr: number;
}

interface Air {
  /** A frame of the meter nearby. */
  near(level?: Level): void;
  /** One that nobody hears. */
  skip(): void;
  far(weaker: number): void;
  /** One of the meter nearby that means something to who has its keys. */
  spoken(payload: string): void;
}

function openAir({ forwarder }: Site): Air {
  let [nearFCnt, farFCnt] = [0, 400];
  const heard = (phy: string, radio: Level & { readonly datr: string; readonly freq: number }): void => {
    const octets = Buffer.from(phy, "hex");
    const rxpk = {
      tmst: Number((process.hrtime.bigint() / 1_000n) % 2n ** 32n),
      ...{ chan: 0, rfch: 0, stat: 1, modu: "LORA", codr: "4/5", size: octets.length },
      ...{ ...radio, data: octets.toString("base64") },
    };
    forwarder?.pushBody(JSON.stringify({ rxpk: [rxpk] }), phy);
  };
  const nearby = { rssi: -97, lsnr: 6.2 };
  return {
    near: (level = nearby) => heard(dataPhy(METER, ++nearFCnt), { ...level, datr: "SF9BW125", freq: 868.3 }),
    skip: () => {
      nearFCnt += 1;
    },
    // It is missed as often as it is heard.
    far: (weaker) => {
      farFCnt += 2;
      const level = { rssi: -116 - (weaker % 4), lsnr: -14.5 - (weaker % 4) };
      heard(dataPhy(FAR_METER, farFCnt), { ...level, datr: "SF12BW125", freq: 867.1 });
    },
    spoken: (payload) => {
      const fields = { DevAddr: METER, FCnt: ++nearFCnt, FPort: 2, payload: Buffer.from(payload, "hex") };
      const packet = loraPacket.fromFields(
        { ...fields, MType: "Unconfirmed Data Up", DevAddr: Buffer.from(METER, "hex") },
        Buffer.from(KEYS.appSKey, "hex"),
        Buffer.from(KEYS.nwkSKey, "hex"),
      );
      heard(packet.PHYPayload!.toString("hex"), { ...nearby, datr: "SF9BW125", freq: 868.3 });
    },
  };
}

// ---------------------------------------------------------------------------------------- the technician

/**
 * Types a line, and reads what comes.
 * @param whenItListens called when the command has begun to follow.
 */
async function typed(
  site: Site,
  language: Language,
  line: string,
  whenItListens?: () => void,
): Promise<string> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [inject("builtAgent"), ...wordsOf(site, line)], {
    cwd: site.root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH, HOME: "/", TZ: "UTC", LANG: LOCALES[language] },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      text += String(chunk);
    });
  const closed = once(child, "close");
  if (whenItListens !== undefined) {
    await until(() => /SNR/.test(text) || child.exitCode !== null, `${line} to begin`);
    whenItListens();
  }
  await closed;
  return `$ ${line}\n${steady(text, site)}`;
}

/** What is typed, on this made-up gateway. */
function wordsOf({ root, settingsPath }: Site, line: string): string[] {
  const [, ...words] = line.replace(/^sudo /, "").split(" ");
  const settings = words[0] === "setup" ? [] : ["--config", settingsPath];
  const box = words[0] === "setup" || words[0] === "doctor" ? ["--root", root] : [];
  return [...words, ...settings, ...box];
}

/** The core announces maintenance, which these settings allow it. */
async function commanded({ broker }: Site): Promise<void> {
  const core = await mqtt.connectAsync(broker!.url, { protocolVersion: 5 });
  onTestFinished(() => core.endAsync(true));
  let replies = 0;
  core.on("message", () => {
    replies += 1;
  });
  await core.subscribeAsync(`${PREFIX}/edge/${EUI}/reply/+`);
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().replaceAll("-", "");
  const untilS = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) + 60;
  const command = { id: "desk-17", issuedAt: new Date().toISOString(), ttlS: 60, uptime: { bootId, untilS } };
  await core.publishAsync(
    `${PREFIX}/edge/${EUI}/command/maintenance`,
    JSON.stringify({ ...command, arguments: { action: "begin", reason: "new antenna", durationS: 3_600 } }),
    { qos: 1 },
  );
  await until(() => replies > 0, "the reply");
}

async function downlinkTest(site: Site, language: Language): Promise<string> {
  const line = "edge-agent downlink-test";
  const { forwarder } = site;
  const words = wordsOf(site, line);
  const screen = await openScreen(words, { columns: 80, rows: 24 }, { LANG: LOCALES[language] });
  await screen.shows(/\[[yo]\/N\]/);
  const sent = forwarder!.pullResps.length;
  screen.type(language === "fr" ? "o\r" : "y\r");
  await until(() => forwarder!.pullResps.length > sent, "the PULL_RESP");
  forwarder!.txAck();
  await screen.ended;
  return `$ ${line}\n${steady(screen.lines().slice(1).join("\n"), site)}`;
}

async function watch(site: Site, air: Air, language: Language): Promise<string> {
  const line = "edge-agent watch";
  const screen = await openScreen(
    wordsOf(site, line),
    { columns: 80, rows: 14 },
    { LANG: LOCALES[language], NO_COLOR: "1" },
  );
  await screen.shows(/ q /);
  for (let at = 1; at <= 6; at++) {
    air.near();
    if (at % 3 === 0) air.far(at);
  }
  // All of it, once the core has taken what is shown.
  await screen.shows(/^(?![\s\S]*(?:kept|gardé))[\s\S]*26013f20[\s\S]*26013f20/);
  const shown = screen.text();
  screen.type("q");
  await screen.ended;
  return `$ ${line}\n${steady(shown, site)}`;
}

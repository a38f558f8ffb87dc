/**
 * One gateway of the fleet whose health is proven: its machine, its radio head, its broker of the core, and the whole
 * agent on it, restarted by whoever keeps it when it has ended. It tells the truth of what it does (truth.ts).
 */
import { type Agent, startAgent } from "../../../agent/agent.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import type { Settings } from "../../../agent/config/settings.ts";
import { openCertificates } from "../../../agent/host/certificates.ts";
import { loadKinds } from "../../../agent/north/kinds.ts";
import type { Doors, Log, MqttClosed } from "../../../agent/ports.ts";
import { openWorldBox } from "../../../simulator/world/box.ts";
import type { World } from "../../../simulator/world/doors.ts";
import { openWorldGauges } from "../../../simulator/world/gauges.ts";
import { createMachine, type Machine } from "../../../simulator/world/machine.ts";
import type { WorldBroker } from "../../../simulator/world/mqtt.ts";
import { epoch } from "../../agent/field/nmea-lines.ts";
import { createRadioHead, type RadioHead } from "./radio-head.ts";
import { createTruth, type Truth } from "./truth.ts";

/** Loaded before any world begins: in a world nothing waits for the machine's disk. */
const connectCore = await loadKinds(["chirpstack-mqtt"]);
await Promise.all([
  import("../../../agent/command/open-desks.ts"),
  import("../../../agent/field/gnss.ts"),
  import("node:crypto"),
]);

export const TOPIC_PREFIX = "eu868";
const JOURNAL = "/user/journal";
const SYNCHRONISED = "/run/synchronised";
const GNSS_PORT = "/dev/nmea1";
export const CERTIFICATE = "/etc/edge-agent/cert.pem";
export const THERMAL = "/sys/class/thermal/thermal_zone0";
export const MAINS = "/sys/class/power_supply/mains";
const BATTERY = "/sys/class/power_supply/battery";
const HOST = "127.0.0.1";
const PORT = 20_000;
/** From power to a running agent. */
const BOOT_MS = 20_000;
/** A process that ends at once is not started more often. */
const RESTART_MS = 5_000;
const BUILT_WALL_MS = Date.UTC(2025, 5, 1);
const SECOND_MS = 1_000;
/** What a power cut may cost more than it lasted: the stamp's interval, and a look. */
const STAMP_DOUBT_MS = 5 * 60_000 + 10_000;
/** SIGTERM, what is closed until the last stamp is written, and the first moment of the next one. */
const RESTART_DOUBT_MS = 1_000;

/** What this one has beside a radio: a receiver, a battery, certificates; and how it is set up. */
export interface Traits {
  readonly gnss: boolean;
  readonly battery: boolean;
  readonly certificates: boolean;
  /** Small enough that its journal fills within an hour. */
  readonly smallJournal: boolean;
  readonly devices: number;
  readonly intervalMs: number;
  readonly pullPeriodMs: number;
}

export interface GatewayParts {
  readonly world: World;
  readonly number: number;
  readonly seed: number;
  readonly traits: Traits;
  readonly log: Log;
  /** PEM, where it has one. */
  readonly certificate?: string | undefined;
  readonly onBug: (error: unknown) => void;
  /** Other doors than the world's, and where its journal is behind them: a real disk. */
  readonly doors?: Partial<Doors>;
  readonly journal?: string;
}

export interface Gateway {
  readonly number: number;
  readonly eui: string;
  readonly traits: Traits;
  readonly machine: Machine;
  readonly radio: RadioHead;
  readonly broker: WorldBroker;
  readonly truth: Truth;
  readonly agent: Agent | undefined;
  readonly clientId: string;
  /** true: the receiver has a view of the sky. */
  seesSky: boolean;
  /** Why the broker will not have it; undefined: it will. */
  refusal: MqttClosed | undefined;
  /** Called when the broker has let it in. */
  onAdmitted: () => void;
  start(): Promise<void>;
  /** SIGKILL; comes back after so long. */
  kill(downMs: number): void;
  /** SIGTERM; comes back after so long. */
  restart(downMs: number): void;
  /** @param wallOffsetMs of the clock after the boot; undefined: it is 1970. @param downMs until the agent runs. */
  cutPower(downMs: number, wallOffsetMs: number | undefined): void;
  /** Shut down in peace, and switched on again. */
  shutDown(downMs: number): void;
  plugGnss(): void;
  unplugGnss(): void;
  /** What the kernel's clock is off, and whether it says that it is right. */
  setClock(offsetMs: number, saysRight: boolean): void;
  /** The road ends, or the broker ends the link: down from now until it is let in again. */
  linkLost(): void;
}

export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { world, number, traits } = parts;
  const { clock } = world;
  const eui = `02f1eefffe${number.toString(16).padStart(6, "0")}`;
  const url = `${traits.certificates ? "mqtts" : "mqtt"}://core-${number}:1883`;
  const machine = createMachine({
    world,
    name: `gw${number}`,
    seed: parts.seed * 1_024 + number,
    directory: JOURNAL,
    files: filesOf(parts),
  });
  const broker = world.mqtt.broker(url);
  broker.remembers = false;
  const settings = settingsOf(eui, PORT + number, url, parts);
  const truth = createTruth();
  let agent: Agent | undefined;
  /** Rises with each process: what an earlier one was about means nothing any more. */
  let life = 0;
  let running = false;
  let powered = true;
  let lastPullMs = 0;

  broker.refuses = () => {
    if (gateway.refusal !== undefined) return gateway.refusal;
    const nowMs = clock.monotonicMs();
    truth.set("link", "up", nowMs);
    truth.doubt("link", nowMs - SECOND_MS, nowMs + SECOND_MS, "down");
    truth.doubt("link", nowMs - SECOND_MS, nowMs + SECOND_MS, "unknown");
    gateway.onAdmitted();
    return undefined;
  };

  const setForwarder = (): void => {
    const nowMs = clock.monotonicMs();
    truth.set("forwarder", running ? (radio.isRunning ? "up" : "down") : "unknown", nowMs);
    if (running && !radio.isRunning) truth.doubt("forwarder", lastPullMs, nowMs, "down");
  };

  const begun = (): void => {
    const nowMs = clock.monotonicMs();
    truth.set("gateway", "up", nowMs);
    truth.doubt("gateway", nowMs - RESTART_DOUBT_MS, nowMs + RESTART_DOUBT_MS, "down");
    truth.set("link", "down", nowMs);
    truth.doubt("link", nowMs, nowMs + SECOND_MS, "unknown");
    // Of one that was never heard nothing counts before its first PULL_DATA, which may find nobody there yet.
    const unheardMs = truth.stateOf("forwarder") === undefined ? traits.pullPeriodMs : 0;
    setForwarder();
    truth.doubt("forwarder", nowMs, nowMs + unheardMs + SECOND_MS, "unknown");
  };

  const ended = (doubtMs: number): void => {
    const nowMs = clock.monotonicMs();
    truth.set("gateway", "down", nowMs);
    truth.set("link", "unknown", nowMs);
    setForwarder();
    truth.doubt("gateway", nowMs - doubtMs, nowMs, "down");
    for (const subject of ["forwarder", "link"] as const)
      truth.doubt(subject, nowMs - doubtMs, nowMs, "unknown");
  };

  const start = (): void => {
    if (running || !powered) return;
    running = true;
    life += 1;
    const mine = life;
    begun();
    const doors = { ...doorsOf(machine.begin(parts.log), machine, traits), ...parts.doors };
    startAgent({ settings, connectCore, doors, version: "1.2.3", builtWallMs: BUILT_WALL_MS }).then(
      (started) => {
        if (mine === life) agent = started;
      },
      (error: unknown) => {
        if (mine === life) parts.onBug(error);
      },
    );
  };

  const gone = (doubtMs: number): void => {
    agent = undefined;
    running = false;
    life += 1;
    ended(doubtMs);
  };

  const stop = (then: () => void): void => {
    const mine = life;
    agent?.stop().then(() => {
      if (mine !== life) return;
      gone(RESTART_DOUBT_MS);
      machine.ended();
      then();
    }, parts.onBug);
  };

  const boot = (wallOffsetMs: number | undefined): void => {
    powered = true;
    if (wallOffsetMs === undefined) {
      machine.files.take(SYNCHRONISED);
      machine.kernel.bootIn1970(BOOT_MS);
    } else machine.kernel.boot(wallOffsetMs, BOOT_MS);
    start();
    void radio.start();
  };

  const darken = (): void => {
    powered = false;
    radio.forget();
    void radio.stop();
  };

  const radio = await createRadioHead({
    eui,
    clock,
    udp: world.udp,
    server: { host: HOST, port: PORT + number },
    chance: world.rng.stream(`radio/${number}`),
    pullPeriodMs: traits.pullPeriodMs,
    devices: traits.devices,
    intervalMs: traits.intervalMs,
    wallMs: () => machine.kernel.wallMs(),
    onPull: () => {
      lastPullMs = clock.monotonicMs();
    },
    onChange: () => setForwarder(),
  });

  const gateway: Gateway = {
    number,
    eui,
    traits,
    machine,
    radio,
    broker,
    truth,
    get agent() {
      return agent;
    },
    clientId: `edge-agent-${eui}-main`,
    seesSky: true,
    refusal: undefined,
    onAdmitted: () => undefined,
    start: async () => {
      start();
      await radio.start();
    },
    kill: (downMs) => {
      gone(STAMP_DOUBT_MS);
      machine.kill();
      clock.after(Math.max(downMs, RESTART_MS), start);
    },
    restart: (downMs) => stop(() => clock.after(downMs, start)),
    cutPower: (downMs, wallOffsetMs) => {
      darken();
      gone(STAMP_DOUBT_MS);
      machine.cutPower();
      clock.after(downMs, () => boot(wallOffsetMs));
    },
    shutDown: (downMs) =>
      stop(() => {
        darken();
        clock.after(downMs, () => boot(0));
      }),
    plugGnss: () =>
      machine.serial.plug(
        GNSS_PORT,
        receiver(world, () => gateway.seesSky),
      ),
    unplugGnss: () => machine.serial.unplug(GNSS_PORT),
    setClock: (offsetMs, saysRight) => {
      machine.kernel.wallOffsetMs = offsetMs;
      if (saysRight) machine.files.put(SYNCHRONISED, "");
      else machine.files.take(SYNCHRONISED);
    },
    linkLost: () => {
      if (running) truth.set("link", "down", clock.monotonicMs());
    },
  };
  if (traits.gnss) gateway.plugGnss();
  return gateway;
}

function doorsOf(begun: Doors, { files }: Machine, { battery, certificates }: Traits): Doors {
  return {
    ...begun,
    ...(battery ? { box: openWorldBox(files), gauges: openWorldGauges(files) } : {}),
    ...(certificates ? { certificates: openCertificates() } : {}),
  };
}

function filesOf({ traits, certificate }: GatewayParts): Record<string, string> {
  return {
    [SYNCHRONISED]: "",
    [`${THERMAL}/type`]: "cpu-thermal\n",
    [`${THERMAL}/temp`]: "41250\n",
    ...(traits.battery
      ? {
          [`${MAINS}/type`]: "Mains\n",
          [`${MAINS}/online`]: "1\n",
          [`${BATTERY}/type`]: "Battery\n",
          [`${BATTERY}/online`]: "1\n",
        }
      : {}),
    ...(certificate === undefined ? {} : { [CERTIFICATE]: certificate, [`${CERTIFICATE}.key`]: "key" }),
  };
}

/** Speaks every second, whoever listens. */
function receiver({ clock }: World, seesSky: () => boolean) {
  return {
    onOpen: (say: (text: string) => void): void => {
      for (const delayMs of [500, 1_500, 2_500, 3_500])
        clock.after(delayMs, () => say(epoch(clock.wallMs(), { fix: seesSky() })));
    },
  };
}

function settingsOf(
  eui: string,
  port: number,
  url: string,
  { traits, journal = JOURNAL }: GatewayParts,
): Settings {
  const tomlText = `
[gateway]
eui = "${eui}"
[forwarder]
listen = "${HOST}:${port}"
[journal]
path = "${journal}"
[clock]
probe_file = "${SYNCHRONISED}"
[gnss]
port = "${traits.gnss ? GNSS_PORT : ""}"
[web]
listen = ""
[[core]]
id = "main"
servers = ["${url}"]
topic_prefix = "${TOPIC_PREFIX}"
commands = "change"
${traits.certificates ? `cert_file = "${CERTIFICATE}"\nkey_file = "${CERTIFICATE}.key"` : ""}
`;
  const read = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!read.ok) throw new Error(JSON.stringify(read.troubles));
  const { settings } = read;
  if (!traits.smallJournal) return settings;
  // The settings ask for 8 MB at least: a few devices would not fill it in a year.
  return { ...settings, journal: { ...settings.journal, maxSizeOctets: SMALL_JOURNAL_OCTETS } };
}

export const SMALL_JOURNAL_OCTETS = 24_000;

/**
 * `meter-fleet fleet-status`: listens to what all gateways of a broker report, and shows it: once, or again and again.
 *
 * Only listens: it subscribes to the reports, alarms and connection states, never to events, so that a broker's "nobody
 * listens" (reason 16) still means that no core does. While the broker is away the gateways are shown as they were when it
 * went: that nobody is heard then is no silence of theirs. What the figures mean: fleet.ts, row.ts.
 */
import type { ErrorWithSubackPacket, MqttClient } from "mqtt";
import { AgentError } from "../../agent/errors.ts";
import { gw } from "../../agent/lorawan/gw.js";
import { CONN_STATE, readJson } from "../../agent/lorawan/gw-json.ts";
import { createFleet, type Fleet, type FleetView } from "./fleet.ts";
import type { Told } from "./heard.ts";
import { brokerAwayLine, fleetLines } from "./lines.ts";
import type { Known } from "./row.ts";

export interface FleetStatusParts {
  readonly broker: string;
  readonly topicPrefix: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM. */
  readonly ca?: Uint8Array | undefined;
  readonly known: ReadonlyMap<string, Known>;
  /** How long it listens at most before it shows: less where all that are known have reported. */
  readonly waitMs: number;
  readonly json: boolean;
  /** Shown again every so often until it is interrupted; undefined: once. */
  readonly everyMs: number | undefined;
  readonly interrupted: AbortSignal;
  readonly wallMs: () => number;
  readonly print: (text: string) => Promise<void>;
  /** A terminal's screen, redrawn; undefined: lines after lines. */
  readonly screen: { readonly rows: () => number; draw(text: string): void } | undefined;
  /** Standard error, where somebody watches. */
  readonly tell: ((text: string) => void) | undefined;
}

/** Once nothing has come for so long, all that is retained has, if nobody is missed. */
const QUIET_MS = 1_000;
const CONNECT_MS_MAX = 10_000;

/** @returns whether the promise is kept. @throws AgentError FLEET_BROKER */
export async function runFleetStatus(parts: FleetStatusParts): Promise<boolean> {
  const fleet = createFleet(parts.known);
  const client = await connect(parts);
  try {
    const heard = listen(client, parts, fleet);
    await subscribe(client, parts);
    await settle(heard, parts, fleet);
    if (heard.lostWallMs !== undefined && parts.everyMs === undefined)
      throw new AgentError("FLEET_BROKER", `the broker ${parts.broker} went away`);
    let view = fleet.view(heard.lostWallMs ?? parts.wallMs());
    await show(view, heard, parts);
    while (parts.everyMs !== undefined && (await pause(parts.everyMs, parts.interrupted))) {
      view = fleet.view(heard.lostWallMs ?? parts.wallMs());
      await show(view, heard, parts);
    }
    return view.meetsPromise && view.communes.every(({ meetsPromise }) => meetsPromise);
  } finally {
    await client.endAsync(true);
  }
}

async function connect({ broker, username, password, ca }: FleetStatusParts): Promise<MqttClient> {
  const { connectAsync } = await import("mqtt");
  try {
    return await connectAsync(
      broker,
      {
        protocolVersion: 5,
        clean: true,
        connectTimeout: CONNECT_MS_MAX,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      },
      false,
    );
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const why = message || String(code ?? error);
    throw new AgentError("FLEET_BROKER", `cannot reach the broker ${broker}: ${why}`, error);
  }
}

/** Topics below the prefix, each with a gateway's EUI as the second level. */
const TOPICS = ["edge/+/health", "edge/+/health/full", "edge/+/alarms", "gateway/+/state/conn"];

/** All or none: without one of them the figures or the states would be wrong, and nobody would see it. */
async function subscribe(client: MqttClient, { broker, topicPrefix }: FleetStatusParts): Promise<void> {
  const top = topicPrefix === "" ? "" : `${topicPrefix}/`;
  const topics = TOPICS.map((topic) => `${top}${topic}`);
  try {
    await client.subscribeAsync(topics, { qos: 1 });
  } catch (error) {
    const { message, packet } = error as ErrorWithSubackPacket;
    const refused = topics.filter((_, at) => Number(packet?.granted?.[at] ?? 0) >= REFUSED_FROM);
    const why = refused.length === 0 ? message : `it refuses ${refused.join(", ")}`;
    throw new AgentError("FLEET_BROKER", `cannot listen to the broker ${broker}: ${why}`, error);
  }
}

/** Reason codes of a SUBACK (MQTT 5, 3.9.3). */
const REFUSED_FROM = 0x80;

interface Listening {
  /** When something was heard last, monotonic; undefined: not yet. */
  lastMs: number | undefined;
  /** Since when the broker is away; undefined: it is there. */
  lostWallMs: number | undefined;
}

function listen(client: MqttClient, { topicPrefix, wallMs }: FleetStatusParts, fleet: Fleet): Listening {
  const heard: Listening = { lastMs: undefined, lostWallMs: undefined };
  const skipped = topicPrefix === "" ? 0 : topicPrefix.split("/").length;
  client.on("close", () => {
    heard.lostWallMs ??= wallMs();
  });
  client.on("connect", () => {
    heard.lostWallMs = undefined;
  });
  client.on("message", (topic, payload) => {
    heard.lastMs = performance.now();
    const [, eui = "", ...rest] = topic.split("/").slice(skipped);
    if (!/^[0-9a-f]{16}$/.test(eui)) return fleet.unreadable();
    const told = rest.join("/");
    if (told !== "state/conn") fleet.tell(eui, told as Told, payload);
    else if (payload.length === 0) fleet.connection(eui, undefined);
    else {
      const online = readOnline(payload);
      if (online === undefined) fleet.unreadable();
      else fleet.connection(eui, online);
    }
  });
  return heard;
}

/** ChirpStack's ConnState, protobuf or JSON. @returns undefined for what is neither. */
function readOnline(payload: Buffer): boolean | undefined {
  try {
    const { state } =
      payload[0] === OPENING_BRACE
        ? (readJson(CONN_STATE, JSON.parse(payload.toString("utf8"))) as gw.ConnState.$Properties)
        : gw.ConnState.decode(payload);
    return state === gw.ConnState.State.ONLINE;
  } catch {
    return undefined;
  }
}

/** No gw message in protobuf begins with it. */
const OPENING_BRACE = 0x7b;

async function settle(
  heard: Listening,
  { waitMs, wallMs, interrupted, tell }: FleetStatusParts,
  fleet: Fleet,
): Promise<void> {
  const beganMs = performance.now();
  const isQuiet = (): boolean => heard.lastMs !== undefined && performance.now() - heard.lastMs >= QUIET_MS;
  while (performance.now() - beganMs < waitMs && !(isQuiet() && fleet.isComplete(wallMs()))) {
    if (!(await pause(100, interrupted))) break;
    tell?.(`\rlistening: ${fleet.size} gateways`);
  }
  tell?.("\r\u001b[K");
}

async function show(
  view: FleetView,
  { lostWallMs }: Listening,
  { json, print, screen }: FleetStatusParts,
): Promise<void> {
  if (json) {
    await print(`${JSON.stringify({ ...view, isBrokerAway: lostWallMs !== undefined })}\n`);
    return;
  }
  const away = lostWallMs === undefined ? [] : [brokerAwayLine(lostWallMs)];
  if (screen === undefined) await print(`${[...fleetLines(view), ...away].join("\n")}\n`);
  else {
    const rowsMax = Math.max(3, screen.rows() - view.communes.length - 8 - away.length);
    screen.draw([...fleetLines(view, rowsMax), ...away].join("\n"));
  }
}

/** @returns false when it was interrupted. */
function pause(ms: number, interrupted: AbortSignal): Promise<boolean> {
  if (interrupted.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(true), ms);
    const end = (whole: boolean): void => {
      clearTimeout(timer);
      interrupted.removeEventListener("abort", stop);
      resolve(whole);
    };
    const stop = (): void => end(false);
    interrupted.addEventListener("abort", stop, { once: true });
  });
}

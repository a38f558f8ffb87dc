/**
 * `meter-fleet fleet-status`: listens to what all gateways of a broker report, and shows it: once, or again and again.
 *
 * Only listens: it subscribes to the reports, alarms and connection states, never to events, so that a broker's "nobody
 * listens" (reason 16) still means that no core does. What the figures mean: fleet.ts.
 */
import type { MqttClient } from "mqtt";
import { AgentError } from "../../agent/errors.ts";
import { gw } from "../../agent/lorawan/gw.js";
import { CONN_STATE, readJson } from "../../agent/lorawan/gw-json.ts";
import { createFleet, type Fleet, type FleetView, type Known, type Told } from "./fleet.ts";
import { fleetLines } from "./lines.ts";

export interface FleetStatusParts {
  readonly broker: string;
  readonly topicPrefix: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM. */
  readonly ca?: Uint8Array | undefined;
  readonly known: ReadonlyMap<string, Known>;
  /** How long it listens at most before it shows; retained reports come within a second. */
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

/** Once nothing has come for so long, all that is retained has. */
const QUIET_MS = 1_000;
const CONNECT_MS_MAX = 10_000;

/** @returns whether the promise is kept. @throws AgentError FLEET_BROKER */
export async function runFleetStatus(parts: FleetStatusParts): Promise<boolean> {
  const fleet = createFleet(parts.known);
  const client = await connect(parts);
  try {
    const heard = listen(client, parts, fleet);
    await subscribe(client, parts.topicPrefix);
    await settle(heard, parts, fleet);
    let view = fleet.view(parts.wallMs());
    await show(view, parts);
    while (parts.everyMs !== undefined && (await pause(parts.everyMs, parts.interrupted))) {
      view = fleet.view(parts.wallMs());
      await show(view, parts);
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

async function subscribe(client: MqttClient, prefix: string): Promise<void> {
  const top = prefix === "" ? "" : `${prefix}/`;
  const granted = await client.subscribeAsync(
    TOPICS.map((topic) => `${top}${topic}`),
    { qos: 1 },
  );
  const refused = granted.filter(({ qos }) => qos >= 128).map(({ topic }) => topic);
  if (refused.length === TOPICS.length)
    throw new AgentError("FLEET_BROKER", `the broker allows none of these topics: ${refused.join(", ")}`);
}

/** @returns when something was heard last, monotonic. */
function listen(client: MqttClient, { topicPrefix }: FleetStatusParts, fleet: Fleet): { lastMs: number } {
  const heard = { lastMs: performance.now() };
  const skipped = topicPrefix === "" ? 0 : topicPrefix.split("/").length;
  client.on("message", (topic, payload) => {
    heard.lastMs = performance.now();
    const [, eui = "", ...rest] = topic.split("/").slice(skipped);
    if (!/^[0-9a-f]{16}$/.test(eui)) return fleet.unreadable();
    const told = rest.join("/");
    if (told === "state/conn") {
      const online = readOnline(payload);
      if (online === undefined) fleet.unreadable();
      else fleet.connection(eui, online);
    } else fleet.tell(eui, told as Told, payload);
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
  heard: { readonly lastMs: number },
  { waitMs, interrupted, tell }: FleetStatusParts,
  fleet: Fleet,
): Promise<void> {
  const beganMs = performance.now();
  while (performance.now() - beganMs < waitMs && performance.now() - heard.lastMs < QUIET_MS) {
    if (!(await pause(100, interrupted))) break;
    tell?.(`\rlistening: ${fleet.size} gateways`);
  }
  tell?.("\r\u001b[K");
}

async function show(view: FleetView, { json, print, screen }: FleetStatusParts): Promise<void> {
  if (json) await print(`${JSON.stringify(view)}\n`);
  else if (screen === undefined) await print(`${fleetLines(view).join("\n")}\n`);
  else screen.draw(fleetLines(view, Math.max(3, screen.rows() - view.communes.length - 8)).join("\n"));
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

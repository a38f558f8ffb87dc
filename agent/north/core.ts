/**
 * A core as the courier and the road back see it: one connection per (core, gateway).
 *
 * One file per kind of core implements it (chirpstack-mqtt.ts). What is carried, in which order and when is
 * decided in courier.ts; how it is said on the wire is decided by the kind.
 */
import type { LiveUplinks } from "../downlink/live-uplinks.ts";
import type { HeardFrame } from "../frame/frame.ts";
import type { Modulation } from "../lorawan/rxpk.ts";
import type { Stat } from "../lorawan/stat.ts";
import type { TxStatus } from "../lorawan/tx-status.ts";

/** A frame about to be carried. */
export interface Carried {
  readonly heard: HeardFrame;
  /** Milliseconds since it was heard. */
  readonly ageMs: number;
  /** Older than LIVE_AGE_LIMIT_MS, or marked delayed by its forwarder. */
  readonly replay: boolean;
  /** UTC of reception where it can be trusted; undefined: send no time of reception. */
  readonly heardUtcMs: number | undefined;
  /** Where heardUtcMs comes from. */
  readonly timeSource: "gps" | "ntp" | "unsynced";
  /** Must not reach the core later than this from now (joins); undefined: any time. */
  readonly expiresInMs: number | undefined;
}

/**
 * taken: the core's side has it. noSubscriber: a broker is there, but nobody listens. refused: this frame or this
 * topic is not accepted. closed: the connection ended before an answer came.
 */
export type Delivery = "taken" | "noSubscriber" | "refused" | "closed";

export interface CoreStatus {
  readonly id: string;
  readonly gatewayEui: string;
  readonly kind: string;
  readonly state: "connecting" | "connected" | "waiting" | "stopped";
  readonly server: string | undefined;
  /** Wall time since when it has been connected, or out of reach (connecting and waiting alike), or stopped. */
  readonly sinceWallMs: number;
  readonly lastError: string | undefined;
  /** Median-like smoothed round trip of PUBLISH to PUBACK. */
  readonly roundTripMs: number | undefined;
  readonly inFlight: number;
  readonly alarms: readonly string[];
}

/** Out of reach: between attempts, or in one. */
export function isAway(state: CoreStatus["state"]): boolean {
  return state === "connecting" || state === "waiting";
}

export interface GatewayStats {
  readonly timeWallMs: number;
  readonly rxReceived: number;
  readonly rxReceivedOk: number;
  readonly txReceived: number;
  readonly txEmitted: number;
  readonly rxPerFrequencyHz: ReadonlyMap<number, number>;
  readonly txPerFrequencyHz: ReadonlyMap<number, number>;
  readonly rxPerModulation: readonly { readonly modulation: Modulation; readonly count: number }[];
  readonly txPerModulation: readonly { readonly modulation: Modulation; readonly count: number }[];
  readonly txPerStatus: ReadonlyMap<string, number>;
  readonly location: Stat["location"];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Something said beside the core's contract, in our own namespace: best effort, after all that is the core's. */
export interface OwnMessage {
  /** Below `[prefix/]edge/<eui>/`, such as "health" or "reply/log". */
  readonly name: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** The broker passes it on until then, and no longer (MQTT 5). */
  readonly expiresInMs?: number;
  /** What the command had, of which this is the answer (MQTT 5). */
  readonly correlation?: Uint8Array;
}

/** What arrived on `[prefix/]edge/<eui>/command/<name>`: not judged yet (agent/command/). */
export interface OwnCommand {
  readonly coreId: string;
  readonly gatewayEui: string;
  /** One level of the topic. */
  readonly name: string;
  readonly payload: Buffer;
  /** It was left there for whoever comes: meant for another time. */
  readonly retained: boolean;
  readonly arrivedMonotonicMs: number;
  /** What was left of its life when it arrived (MQTT 5); absent: it has no end. */
  readonly expiresInMs?: number;
  /** To be given back with the reply (MQTT 5). */
  readonly correlation?: Buffer;
  /** For how long a packet of ours had gone unanswered when it arrived: it may have waited as long; 0 usually. */
  readonly unansweredMs: number;
}

export interface CoreConnection {
  start(): void;
  /** Says OFFLINE where the contract has it, closes. Resolves within 1 s whatever the far side does. */
  stop(): Promise<void>;
  readonly connected: boolean;
  /** How many uplinks may be in flight now. */
  readonly slots: number;
  send(carried: Carried): Promise<Delivery>;
  /** The same replay for those who read late frames; best effort, and never to the harm of the frame. */
  sendLate(carried: Carried): Promise<Delivery>;
  /** Says the replay plan (replay-plan.ts) to all gateways, those that come later too; best effort. */
  proposePlan(plan: Uint8Array): Promise<Delivery>;
  /** Best effort; dropped when not connected. */
  sendStats(stats: GatewayStats): void;
  /** Kept over a short outage where the core still wants it then (tx-acks.ts). */
  sendTxAck(ack: DownlinkAck): void;
  /**
   * Absent: this kind of core has no place for it.
   * @returns noSubscriber: the broker has it, and nobody listens; refused also while the namespace is suspended
   *          (own-namespace.ts), or when too much waits.
   */
  publishOwn?(message: OwnMessage): Promise<Delivery>;
  /** Absent: this kind of core has no programs run. Best effort, as publishOwn. */
  sendExec?(answer: ExecAnswer): Promise<Delivery>;
  /** The forwarder's own stat, for cores that want it as it is; best effort. @param text a JSON object. */
  passStat?(text: string): void;
  status(): CoreStatus;
}

export interface CoreHandlers {
  onConnected(): void;
  onDisconnected(): void;
  onDownlink(command: DownlinkCommand): void;
  onTxpk(request: TxpkRequest): void;
  onStatsInterval(intervalMs: number): void;
  /** What somebody, perhaps we, said as the replay plan of all. Empty: it was taken back. */
  onReplayPlan(payload: Buffer): void;
  onOwnCommand(command: OwnCommand): void;
  onExec(command: ExecCommand): void;
}

/** A program of the settings' list that a core wants run (agent/command/exec.ts): not judged yet. */
export interface ExecCommand
  extends Pick<OwnCommand, "coreId" | "gatewayEui" | "retained" | "expiresInMs" | "unansweredMs"> {
  readonly execId: number;
  /** The name of an entry. */
  readonly command: string;
  readonly stdin: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ExecAnswer {
  readonly gatewayEui: string;
  readonly execId: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** "": none. */
  readonly error: string;
}

// -------------------------------------------------------------------------------------- the road back

export type DownlinkTiming =
  | { readonly kind: "immediately" }
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "gpsEpoch"; readonly gpsMs: number };

export interface DownlinkItem {
  readonly phyPayload: Buffer;
  readonly frequencyHz: number;
  /** EIRP. */
  readonly powerDbm: number;
  readonly modulation: Modulation;
  /** LoRa only; absent: the contract's default (inverted for LoRaWAN downlinks). */
  readonly polarizationInversion: boolean;
  /** Preamble symbols; 0: the forwarder's default. */
  readonly preamble: number;
  readonly noCrc: boolean;
  readonly board: number;
  readonly antenna: number;
  readonly timing: DownlinkTiming | undefined;
  readonly context: Buffer;
}

export interface DownlinkCommand {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly downlinkId: number;
  readonly items: readonly DownlinkItem[];
  readonly arrivedMonotonicMs: number;
  /** For how long a packet of ours had gone unanswered when the command arrived; 0 usually. */
  readonly unansweredMs: number;
}

/** A txpk that a core wrote itself: it is passed on as it is, or not at all (agent/downlink/passage.ts). */
export interface TxpkRequest {
  readonly coreId: string;
  readonly gatewayEui: string;
  /** The PULL_RESP's JSON text. */
  readonly json: string;
  /** What this core has heard live of late: a tmst must answer one of them. */
  readonly uplinks: Pick<LiveUplinks, "judge">;
  /** Called at most once, perhaps before pass() returns. @param text the TX_ACK's JSON; empty: accepted. */
  reply(text: string): void;
}

export interface DownlinkAck {
  readonly gatewayEui: string;
  readonly downlinkId: number;
  readonly statuses: readonly TxStatus[];
}

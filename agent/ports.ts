/**
 * The doors: all that the agent needs of time, chance, disk and network, as interfaces only.
 *
 * agent/host/ opens them on a real gateway, simulator/world/ in a simulated one, one file per port and under
 * the same name. Nothing else in agent/ touches a socket, a file, a timer, the wall clock or Math.random;
 * test/borders.test.ts guards that.
 */

// ---------------------------------------------------------------------------------------------- time

/** A one-shot timer that has been set. */
export interface Timer {
  /** Calls it off. Harmless when it has already run. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. For stamps. Jumps when NTP steps the gateway. */
  wallMs(): number;
  /** Milliseconds since the kernel booted (CLOCK_MONOTONIC). Never goes back. For ages and intervals. */
  monotonicMs(): number;
  /** The kernel's boot id, lower-case hex without dashes (32 digits). Monotonic times compare only within one. */
  kernelBootId(): string;
  /**
   * Runs `run` once, `delayMs` monotonic milliseconds from now (0 or more). A pending timer does not keep
   * the process alive.
   */
  after(delayMs: number, run: () => void): Timer;
  /**
   * Waits.
   * @param delayMs monotonic milliseconds, 0 or more.
   * @throws the signal's reason, at once, when it is aborted.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

// -------------------------------------------------------------------------------------------- chance

/** One named stream of chance. */
export interface RngStream {
  /** In [0, 1). */
  unit(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
}

export interface Rng {
  /** The stream of this name: the same name and seed give the same numbers, whatever other streams drew. */
  stream(name: string): RngStream;
}

// ------------------------------------------------------------------------------------------- network

export interface UdpPeer {
  readonly host: string;
  readonly port: number;
}

export interface UdpSocket {
  /** Where it is really bound. */
  readonly address: UdpPeer;
  /** Sends one datagram; a failure is counted by the opener and otherwise ignored, as UDP does. */
  send(bytes: Uint8Array, to: UdpPeer): void;
  close(): Promise<void>;
}

export interface Udp {
  /**
   * Binds a socket.
   * @param at port 0 takes a free one.
   * @throws AgentError UDP_BIND when the address is taken or not ours.
   */
  bind(at: UdpPeer, onDatagram: (bytes: Buffer, from: UdpPeer) => void): Promise<UdpSocket>;
}

// ---------------------------------------------------------------------------------------------- disk

export type StoreOperation =
  | { readonly type: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: Uint8Array };

/** Keys are compared as octets. gte is included, lt is not. */
export interface StoreRange {
  readonly gte?: Uint8Array;
  readonly gt?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export interface KeyValueStore {
  /**
   * Writes all operations or none.
   * @param options.sync true: resolves only when the operations would survive a power cut (fdatasync).
   * @throws AgentError STORE_IO; nothing of the batch may then be relied on, and the store must be re-opened.
   */
  batch(operations: readonly StoreOperation[], options: { readonly sync: boolean }): Promise<void>;
  get(key: Uint8Array): Promise<Buffer | undefined>;
  /** The entries of a range, in order, at most `limit` of them (required to bound memory). */
  entries(range: StoreRange & { readonly limit: number }): Promise<[Buffer, Buffer][]>;
  keys(range: StoreRange & { readonly limit: number }): Promise<Buffer[]>;
  /** Gives back the space of what was deleted in the range. */
  compact(from: Uint8Array, to: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface KeyValueStores {
  /**
   * Opens (and creates) the store in this directory.
   * @throws AgentError STORE_LOCKED when another process holds it, STORE_DAMAGED when it cannot be read as it
   *         is, STORE_IO otherwise.
   * @param options.thorough every octet on disk is verified first: slow, for when there is reason to doubt.
   */
  open(directory: string, options?: { readonly thorough: boolean }): Promise<KeyValueStore>;
  /** Saves what is readable of a damaged store. @throws AgentError STORE_IO */
  repair(directory: string): Promise<void>;
}

/** The few files the agent reads and writes itself. Paths are absolute. */
export interface Files {
  /** @returns the content, or undefined when there is no such file. @throws AgentError FILE_IO */
  read(path: string): Promise<Buffer | undefined>;
  /** Changes when the file does; undefined when there is none. Cheap: no content is read. */
  stamp(path: string): Promise<string | undefined>;
  /** Writes beside, fsyncs, renames: after a power cut the file is the old one or the new one. */
  replace(path: string, content: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
}

// ------------------------------------------------------------------------------------------ commands

export interface CommandResult {
  /** 127 when there is no such program, 124 when it took too long and was ended, as a shell would say. */
  readonly exitCode: number;
  readonly stdout: string;
}

/** The few programs of the gateway that the agent asks. Never through a shell. */
export interface Commands {
  /**
   * Runs a program to its end.
   * @param argv the program and its arguments; not empty.
   * @param timeoutMs after which it is ended.
   * @returns how it ended. Never rejects.
   */
  run(argv: readonly string[], timeoutMs: number): Promise<CommandResult>;
}

// ---------------------------------------------------------------------------------------------- MQTT

export interface MqttWill {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

export interface MqttConnectOptions {
  /** mqtt, mqtts, ws or wss URL without credentials. */
  readonly url: string;
  readonly version: 4 | 5;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM. */
  readonly ca?: Uint8Array;
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
  readonly keepaliveS: number;
  readonly connectTimeoutMs: number;
  readonly will?: MqttWill;
}

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
  /** Seconds that were left of its life when it arrived (MQTT 5). */
  readonly expiryS?: number;
}

export interface MqttPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** MQTT 5: the broker throws it away when it has not passed it on by then. */
  readonly expiryS?: number;
}

/**
 * What became of a QoS 1 publish. `reasonCode` is the PUBACK's own (always 0 on 3.1.1); "closed" means that the
 * connection ended first: the broker may or may not have it.
 */
export type MqttPublished =
  | { readonly outcome: "acknowledged"; readonly reasonCode: number }
  | { readonly outcome: "closed" };

/** Why a connection ended or never came to be. `code` is stable, `detail` is for people. */
export interface MqttClosed {
  readonly code:
    | "closed"
    | "refused"
    | "unreachable"
    | "timeout"
    | "tls"
    | "credentials"
    | "takenOver"
    | "protocol";
  readonly detail: string;
  /** CONNACK or DISCONNECT reason code, where one came. */
  readonly reasonCode?: number;
}

export interface MqttHandlers {
  /** CONNACK came. `receiveMaximum` is what the broker allows in flight (65,535 when it says nothing). */
  onConnected(info: { readonly receiveMaximum: number }): void;
  onMessage(message: MqttMessage): void;
  /** Once, at the end of the connection or of the attempt. Nothing is called after it. */
  onClosed(why: MqttClosed): void;
}

/** One connection, from its attempt to its end. It never reconnects and never sends again by itself. */
export interface MqttLink {
  /** Resolves when the PUBACK has come or the connection has ended; QoS 0 when it is written. Never rejects. */
  publish(message: MqttPublish): Promise<MqttPublished>;
  /** @returns the reason codes granted (0..2) or refused (128 and above), one per filter; undefined when closed. */
  subscribe(filters: readonly string[], qos: 0 | 1): Promise<readonly number[] | undefined>;
  /** Milliseconds for which the oldest packet of ours that wants an answer has waited; 0 when none does. */
  unansweredMs(): number;
  /** Ends it: politely (DISCONNECT, no will) or as if the cable were cut. onClosed follows. */
  close(how: "politely" | "abruptly"): void;
}

export interface Mqtt {
  connect(options: MqttConnectOptions, handlers: MqttHandlers): MqttLink;
}

// ------------------------------------------------------------------------------------ control socket

export interface ControlRequest {
  readonly method: "GET" | "POST";
  /** Such as "/status". */
  readonly path: string;
  /** The JSON body, parsed; undefined when there was none. */
  readonly body: unknown;
}

/** `body` is sent as JSON. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** JSON over HTTP on a Unix socket: who may open the socket may command the agent. */
export interface ControlDoor {
  /**
   * Listens. A socket left by a dead process is replaced, one that answers is not.
   * @param socketPath mode 0660: its owner and its group.
   * @throws AgentError CONTROL_BIND
   */
  serve(
    socketPath: string,
    answer: (request: ControlRequest) => Promise<ControlAnswer>,
  ): Promise<{ close(): Promise<void> }>;
  /** Asks the agent behind the socket. @throws AgentError CONTROL_UNREACHABLE */
  ask(socketPath: string, request: ControlRequest): Promise<ControlAnswer>;
}

// ----------------------------------------------------------------------------------------------- log

export type LogFields = Readonly<Record<string, unknown>>;

/** pino's shape. error wakes a person, warn is for the morning, info is a change of state, debug is per frame. */
export interface Log {
  debug(fields: LogFields, event: string): void;
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
  child(fields: LogFields): Log;
}

// ------------------------------------------------------------------------------------- all of them

/** Everything an agent needs of the world. */
export interface Doors {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly udp: Udp;
  readonly stores: KeyValueStores;
  readonly files: Files;
  readonly commands: Commands;
  readonly mqtt: Mqtt;
  readonly control: ControlDoor;
  readonly log: Log;
}

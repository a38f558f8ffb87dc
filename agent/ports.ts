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

/** A socket to one peer. */
export interface ConnectedUdpSocket {
  /** As UdpSocket.send. */
  send(bytes: Uint8Array): void;
  close(): Promise<void>;
}

export interface Udp {
  /**
   * Binds a socket.
   * @param at port 0 takes a free one.
   * @throws AgentError UDP_BIND when the address is taken or not ours.
   */
  bind(at: UdpPeer, onDatagram: (bytes: Buffer, from: UdpPeer) => void): Promise<UdpSocket>;
  /**
   * Opens a socket to one peer, on a free port: what others send to it is not heard.
   * @param to.host a numeric address. @param onRefused the peer's machine says that nobody listens there.
   * @throws AgentError UDP_BIND when there is no road to it.
   */
  connect(
    to: UdpPeer,
    onDatagram: (bytes: Buffer) => void,
    onRefused: () => void,
  ): Promise<ConnectedUdpSocket>;
  /** @returns the numeric addresses of a name, the preferred one first; none when nobody knows it. Never rejects. */
  resolve(host: string): Promise<readonly string[]>;
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
   * @throws AgentError STORE_IO, STORE_FULL; nothing of the batch may then be relied on, and the store must be
   *         re-opened.
   */
  batch(operations: readonly StoreOperation[], options: { readonly sync: boolean }): Promise<void>;
  get(key: Uint8Array): Promise<Buffer | undefined>;
  /** As get(), of several in their order, at little more than the price of one. Fails as a whole. */
  getMany(keys: readonly Uint8Array[]): Promise<(Buffer | undefined)[]>;
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
   *         is, STORE_FULL when the disk has no room left, STORE_IO otherwise.
   * @param options.thorough every octet on disk is verified first: slow, for when there is reason to doubt.
   * @param options.onStep called now and then meanwhile: the disk is slow, and not dead.
   */
  open(
    directory: string,
    options?: { readonly thorough: boolean; readonly onStep?: () => void },
  ): Promise<KeyValueStore>;
  /** Saves what is readable of a damaged store. @throws AgentError STORE_IO, STORE_FULL */
  repair(directory: string): Promise<void>;
}

/** The few files the agent reads and writes itself. Paths are absolute. */
export interface Files {
  /**
   * @param octetsMax for files that anybody may have put there: no more than so much is read, and only of a regular
   *        file, for a pipe or a device need never end.
   * @returns the content, or undefined when there is no such file. @throws AgentError FILE_IO
   */
  read(path: string, octetsMax?: number): Promise<Buffer | undefined>;
  /** Changes when the file does; undefined when there is none. Cheap: no content is read. */
  stamp(path: string): Promise<string | undefined>;
  /** Writes beside, fsyncs, renames: after a power cut the file is the old one or the new one. */
  replace(path: string, content: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Of the disk on which this path lies, or would lie. @throws AgentError FILE_IO */
  space(path: string): Promise<DiskSpace>;
  /**
   * Makes a file that really takes so much of the disk (no holes, nothing that a file system could pack), durably, and
   * whole or not at all. Does nothing where there is one of this size.
   * @throws AgentError FILE_IO
   */
  allocate(path: string, octets: number): Promise<void>;
}

export interface DiskSpace {
  /** What may still be written. */
  readonly freeOctets: number;
  readonly totalOctets: number;
  /** Files that may still be made, and in all; absent or 0 where the file system has no number of them. */
  readonly freeInodes?: number;
  readonly totalInodes?: number;
}

/**
 * A few octets that outlive the process, in place, at the price of one pwrite. For a path in memory (tmpfs): it promises
 * nothing about a power cut.
 */
export interface Mark {
  /** What stood there when it was opened; empty when it is new. */
  readonly before: Buffer;
  /** Overwrites the first octets. Never throws: a mark that cannot be written is no help, and no harm. */
  write(octets: Uint8Array): void;
  close(): void;
}

export interface Marks {
  /** Opens, and creates, the mark. @returns undefined where that is not possible. */
  open(path: string): Mark | undefined;
}

/** Files that grow line by line, and begin anew when they are full. */
export interface LineFiles {
  /**
   * Appends whole lines, fsynced. A file that would be longer than `octetsMax` is first renamed to `<path>.1`, in place of
   * the one before it.
   * @throws AgentError FILE_IO
   */
  append(path: string, lines: string, octetsMax: number): Promise<void>;
}

/** A file that comes into being beside its name. */
export interface FileDraft {
  /** @throws AgentError FILE_IO */
  write(text: string): Promise<void>;
  /** fsyncs and renames: from now on it has its name, whole. @throws AgentError FILE_IO */
  finish(): Promise<void>;
  /** Leaves nothing behind; harmless after finish(). */
  abandon(): Promise<void>;
}

export interface FolderUse {
  readonly names: readonly string[];
  readonly sizeOctets: number;
  /** Of its file system, for those who are not root. */
  readonly freeOctets: number;
}

/** Files too large for memory, which commands read and write. */
export interface LargeFiles {
  /** The content piece by piece; "-" is standard input. @throws AgentError FILE_IO when it is read */
  read(path: string): AsyncIterable<Buffer>;
  /** @throws AgentError FILE_IO */
  draft(path: string): Promise<FileDraft>;
  /** @returns undefined when there is no such folder. @throws AgentError FILE_IO */
  folder(path: string): Promise<FolderUse | undefined>;
}

// ----------------------------------------------------------------------------------------------- box

/** A file that belongs to the box, with what keeps it the box's own. */
export interface BoxFile {
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface BoxProcess {
  readonly argv: readonly string[];
  /** Its working directory; undefined when it is not ours to see. */
  readonly directory: string | undefined;
}

/** The gateway's own files and processes, which belong to others. Paths are absolute; links are followed. */
export interface Box extends Pick<Files, "read" | "stamp"> {
  /** @returns undefined when there is no such file. @throws AgentError FILE_IO */
  look(path: string): Promise<BoxFile | undefined>;
  /** What lies in a folder; nothing when there is none. @throws AgentError FILE_IO */
  names(folder: string): Promise<readonly string[]>;
  /**
   * What would keep us from replacing this file, or from making it.
   * @returns undefined when nothing does; volatile: it would be gone with the next power cut.
   */
  obstacle(path: string): Promise<"rights" | "readOnly" | "volatile" | undefined>;
  /**
   * As Files.replace, with mode and owner (absent: us); a link stays a link, and what it points at is replaced. Folders
   * on the way are made.
   */
  replace(
    path: string,
    file: Pick<BoxFile, "content" | "mode"> & Partial<Pick<BoxFile, "uid" | "gid">>,
  ): Promise<void>;
  /** Durably, also an empty folder; harmless when there is none. @throws AgentError FILE_IO */
  remove(path: string): Promise<void>;
  /** All that runs, as far as it may be seen. */
  processes(): Promise<readonly BoxProcess[]>;
  /**
   * Makes a file that says who is at work, unless another process that still runs has made it.
   * @throws AgentError FILE_IO
   */
  claim(path: string): Promise<Claim>;
}

export type Claim =
  | { readonly ok: true; readonly release: () => Promise<void> }
  /** @property pid of the process that has it. */
  | { readonly ok: false; readonly pid: number };

// -------------------------------------------------------------------------------------------- gauges

/** A figure that the kernel shows in a file, read again and again. */
export interface Gauge {
  /** @returns what the file shows now, at most 64 characters; undefined when it cannot be read. One at a time. */
  read(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Gauges {
  /** @returns undefined when there is no such file, or we have no right to it. */
  open(path: string): Promise<Gauge | undefined>;
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

// ------------------------------------------------------------------------------------------ terminal

export interface TerminalHandlers {
  /** A key: the character, or "up", "down", "pageUp", "pageDown", "enter", "backspace", "escape", "interrupt". */
  onKey(key: string): void;
  /** It has another size now. */
  onResize(): void;
  /** Somebody else ended it (SIGTERM, SIGHUP): it is restored already. */
  onEnded(): void;
}

/** A person's whole screen, on which a command draws. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Takes the screen: another page of it, no cursor, keys one by one. */
  open(handlers: TerminalHandlers): void;
  /** Draws the screen anew. @param lines no wider than `columns`, no more than `rows`. */
  draw(lines: readonly string[]): void;
  /** Gives the screen back as it was. Harmless twice; also done when the process ends by whatever it can notice. */
  close(): void;
}

export interface ExecRequest {
  /** The program and its arguments; not empty. */
  readonly argv: readonly string[];
  readonly stdin: Uint8Array;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of stdout, and of stderr: a program that writes more is ended. */
  readonly outputOctetsMax: number;
}

export interface ExecResult {
  /** 127 when it could not be started; undefined when it was ended. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Why it was ended, or could not be started. */
  readonly ended?: "timeout" | "outputTooLong" | "killed" | "notStarted";
}

/** Programs that somebody far away asks for, of those that were allowed. Never through a shell. */
export interface Exec {
  /** Runs it and all that it starts, to the end or to its limits. Never rejects. */
  run(request: ExecRequest): Promise<ExecResult>;
}

// -------------------------------------------------------------------------------------- certificates

export interface Certificates {
  /**
   * When each certificate of a PEM text ends.
   * @returns UTC milliseconds, in the order of the text; what is no certificate is left out. Never rejects.
   */
  endsOf(pem: Uint8Array): Promise<readonly number[]>;
}

// -------------------------------------------------------------------------------------------- serial

export interface SerialOptions {
  /** Ignored by what is no tty. */
  readonly baud: number;
  /** Nobody else may open the port meanwhile. */
  readonly exclusive: boolean;
  /** Ports that belong to others: never opened, under whatever name. */
  readonly heldPorts: readonly string[];
  /**
   * A line without its end (LF, or CR and LF), one character per octet; empty ones are not told. At most 1,024
   * characters: of a longer line the rest is thrown away.
   */
  readonly onLine: (line: string) => void;
  /** The port is gone: unplugged, or nobody writes to it any more. Once; not after close(). */
  readonly onClosed: (reason: string) => void;
}

export interface SerialLine {
  /** Sends text, one octet per character. What cannot be sent is lost; onClosed tells why. */
  write(text: string): void;
  /** Resolves when the port is free for others. Harmless when it has closed by itself. */
  close(): Promise<void>;
}

/** Serial ports, and what looks like one: a FIFO or a device that is no tty can be read, and not written. */
export interface Serial {
  /** @throws AgentError SERIAL_OPEN when there is no such port, it is another's, or we have no right to it. */
  open(path: string, options: SerialOptions): Promise<SerialLine>;
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
  /** Correlation data (MQTT 5). */
  readonly correlation?: Buffer;
}

export interface MqttPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** MQTT 5: the broker throws it away when it has not passed it on by then. */
  readonly expiryS?: number;
  /** MQTT 5: correlation data. */
  readonly correlation?: Uint8Array;
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
  /** What went over it so far, TLS included, also after its end. Headers of TCP and IP are not in it. */
  octets(): { readonly sent: number; readonly received: number };
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
  /** What a POST brings line by line instead of a body, to be read once. It throws when a line is no JSON. */
  readonly lines?: Lines;
  /** Who asks wants no answer any more; it then fails at once. */
  readonly signal?: AbortSignal;
}

/** JSON values in pieces, each value a line (NDJSON) on the wire: as much as its reader takes, and no more. */
export type Lines = AsyncIterable<readonly unknown[]>;

/** `body` is sent as JSON. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
  /**
   * Sent line by line instead of `body`, no faster than it is read, and ended (return()) when the asker hangs up. An
   * AgentError that it throws is thrown to the asker too.
   */
  readonly lines?: Lines;
}

/** JSON over HTTP on a Unix socket: who may open the socket may command the agent. */
export interface ControlDoor {
  /**
   * Listens. A socket left by a dead process is replaced, one that answers is not. An AgentError with which `answer`
   * rejects is answered with status 503 and `{ code, error }`.
   * @param socketPath mode 0660: its owner and its group.
   * @throws AgentError CONTROL_BIND
   */
  serve(
    socketPath: string,
    answer: (request: ControlRequest) => Promise<ControlAnswer>,
  ): Promise<{ close(): Promise<void> }>;
  /**
   * Asks the agent behind the socket.
   * @returns at once when `lines` follow; reading them throws CONTROL_UNREACHABLE when the agent goes away meanwhile.
   * @throws AgentError CONTROL_UNREACHABLE
   */
  ask(socketPath: string, request: ControlRequest): Promise<ControlAnswer>;
}

// ----------------------------------------------------------------------------------------- local page

/** What a browser asks. The path has no query; header names are lower-case. */
export interface WebRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most a few KB; more is refused before it comes here. */
  readonly body: Buffer;
  /** The asker's address. */
  readonly peer: string;
  /** The network that limits are kept by: the address itself, or of IPv6 its /64. */
  readonly network: string;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Instead of a body: what is written as it happens. @returns what is called when the reader has gone. */
  readonly stream?: (reader: WebReader) => () => void;
}

export interface WebReader {
  write(text: string): void;
  /** What it has not taken yet. */
  readonly waitingOctets: number;
  /** At once: what waits is thrown away. */
  cut(): void;
}

export interface WebIdentity {
  /** PEM. */
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
  /** SHA-256 of the certificate, as browsers show it: pairs of hex digits with colons. */
  readonly fingerprint: string;
}

/** HTTP or HTTPS for browsers: few of them, and none is trusted. */
export interface WebDoor {
  /**
   * Listens. Requests that are too long, too slow or too many are refused here.
   * @param at.identity absent: plain HTTP.
   * @throws AgentError WEB_BIND
   */
  serve(
    at: UdpPeer & { readonly identity?: WebIdentity | undefined },
    answer: (request: WebRequest) => Promise<WebAnswer>,
  ): Promise<{ readonly address: UdpPeer; close(): Promise<void> }>;
  /** @throws AgentError WEB_BIND for files that are not there, or are no certificate and its key. */
  readIdentity(certFile: string, keyFile: string): Promise<WebIdentity>;
  /**
   * The identity kept in this file; made, and kept from then on, when there is none or it ends.
   * @param host where it listens. @param nowWallMs as well as it is known: not before this program was built.
   * @throws AgentError WEB_BIND
   */
  ownIdentity(path: string, host: string, nowWallMs: number): Promise<WebIdentity>;
  /** Octets that nobody can guess. */
  secret(octets: number): Buffer;
}

// ------------------------------------------------------------------------------------------- reaching

/** Whoever knows the name, and where it leads. @property code of getaddrinfo(3): ENOTFOUND, EAI_AGAIN, or TIMEOUT. */
export type LookedUp =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly code: string };

/** @property code of connect(2), such as ECONNREFUSED, or TIMEOUT. */
export type TcpSeen =
  | { readonly ok: true; readonly tookMs: number }
  | { readonly ok: false; readonly code: string };

export interface CertificateSeen {
  readonly subject: string;
  readonly issuer: string;
  /** Wall time, UTC. */
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly isAuthority: boolean;
}

/** A TLS handshake that was carried through whatever the certificate was. */
export type TlsSeen =
  | {
      readonly ok: true;
      readonly protocol: string;
      /** The server's first, then those it was issued by, as far as they were sent or are known. */
      readonly chain: readonly CertificateSeen[];
      /** Why it is not to be believed: a code of X.509 verification, such as CERT_HAS_EXPIRED; absent: it is. */
      readonly distrust?: string;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** A process that has a UDP port; its program is undefined where we may not see it. */
export interface PortHolder {
  readonly pid: number | undefined;
  readonly program: string | undefined;
}

/** The road to a server, step by step, for who wants to know where it ends. Nothing here rejects. */
export interface Reach {
  lookup(host: string, timeoutMs: number): Promise<LookedUp>;
  tcp(to: UdpPeer, timeoutMs: number): Promise<TcpSeen>;
  /** @param to.name by which the server is to prove itself. PEM, these three. */
  tls(
    to: UdpPeer & {
      readonly name: string;
      readonly ca?: Uint8Array;
      readonly cert?: Uint8Array;
      readonly key?: Uint8Array;
    },
    timeoutMs: number,
  ): Promise<TlsSeen>;
  /** @param pem any number of certificates. @returns undefined when there is none in it, or one cannot be read. */
  certificates(pem: Uint8Array): readonly CertificateSeen[] | undefined;
  /** @returns undefined when one of the two cannot be read. */
  keyFits(cert: Uint8Array, key: Uint8Array): boolean | undefined;
  /** Numeric addresses by the name of the interface, without those of the kernel's making (fe80::). */
  addresses(): ReadonlyMap<string, readonly string[]>;
  /** @returns undefined when it cannot be seen. */
  udpHolders(port: number): Promise<readonly PortHolder[] | undefined>;
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
  /** Absent: no record is ever suspected of ending the process. */
  readonly marks?: Marks;
  readonly commands: Commands;
  /** Absent: the box's own processes are not looked at. */
  readonly box?: Pick<Box, "names" | "read" | "processes" | "claim">;
  /** Absent: the supply is not watched. */
  readonly gauges?: Gauges;
  /** Absent: nobody far away has a program run. */
  readonly exec?: Exec;
  /** Absent: what is noted of commands stands in the log alone. */
  readonly lineFiles?: LineFiles;
  /** Absent: no port can be opened. */
  readonly serial?: Serial;
  /** Absent: nobody looks when they end. */
  readonly certificates?: Certificates;
  readonly mqtt: Mqtt;
  readonly control: ControlDoor;
  /** Absent: there is no local page. */
  readonly web?: WebDoor;
  readonly log: Log;
}

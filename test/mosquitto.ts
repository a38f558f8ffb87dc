/**
 * A real Mosquitto for tests: on a free port, with a configuration of its own in a directory of its own.
 *
 * A machine without Mosquitto fails the test: what is proved
 * against the real broker is not proved without it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export interface MosquittoOptions {
  /** Absent: a free one. */
  readonly port?: number;
  readonly protocol?: "mqtt" | "websockets";
  readonly tls?: {
    readonly caFile: string;
    readonly certFile: string;
    readonly keyFile: string;
    readonly clientCertificates?: boolean;
  };
  /** The access list's text. */
  readonly acl?: string;
  /** Passwords by user name; absent: anybody may. */
  readonly users?: Readonly<Record<string, string>>;
  /** More lines of configuration. */
  readonly extra?: readonly string[];
}

export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** What it has logged so far. */
  log(): string;
  /** SIGTERM: it says goodbye to its clients. For good: what it had on disk is removed. */
  stop(): Promise<void>;
  /** SIGKILL; restart() brings it back. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
  /** SIGSTOP: its connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;
}

const READY_MS_MAX = 10_000;
const MISSING =
  "mosquitto is not installed, and this test needs the real one: `npm run verify` installs it, " +
  "or `apt-get install mosquitto`";
/** Debian keeps it where only root's PATH looks. */
const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/usr/local/sbin`;

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), "mosquitto-"));
  const configFile = join(directory, "mosquitto.conf");
  writeFileSync(configFile, configuration(options, port, directory));
  let output = "";
  let child: ChildProcess | undefined = await run();

  async function run(): Promise<ChildProcess> {
    const started = spawn("mosquitto", ["-c", configFile], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, PATH },
    });
    const begun = output.length;
    started.stderr!.on("data", (chunk) => {
      output += String(chunk);
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`mosquitto is not ready:\n${output}`)), READY_MS_MAX);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        how();
      };
      started.once("error", (error: NodeJS.ErrnoException) =>
        settle(() => reject(error.code === "ENOENT" ? new Error(MISSING) : error)),
      );
      started.once("exit", () => settle(() => reject(new Error(`mosquitto ended at once:\n${output}`))));
      const look = (): void => {
        if (!/mosquitto version \S+ running/.test(output.slice(begun))) return;
        started.stderr!.off("data", look);
        settle(resolve);
      };
      started.stderr!.on("data", look);
    });
    return started;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = new Promise((resolve) => ending.once("exit", resolve));
    // In this order: one that is frozen says nothing more before it is killed.
    ending.kill(signal);
    ending.kill("SIGCONT");
    await exited;
  }

  brokers.add(() => child);

  const scheme = options.protocol === "websockets" ? "ws" : "mqtt";
  return {
    port,
    url: `${scheme}${options.tls ? "s" : ""}://127.0.0.1:${port}`,
    log: () => output,
    stop: async () => {
      await end("SIGTERM");
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGKILL");
      child = await run();
    },
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
  };
}

/** A test that forgets its broker does not leave it behind. */
const brokers = new Set<() => ChildProcess | undefined>();
process.once("exit", () => {
  for (const broker of brokers) broker()?.kill("SIGKILL");
});

function configuration(options: MosquittoOptions, port: number, directory: string): string {
  const { tls, users, acl } = options;
  const lines = [
    // Mosquitto 2.0.11 does not count websockets when it looks whether it listens at all.
    ...(options.protocol === "websockets" ? [`listener 0 ${join(directory, "socket")}`] : []),
    `listener ${port} 127.0.0.1`,
    `protocol ${options.protocol ?? "mqtt"}`,
    `allow_anonymous ${users === undefined}`,
    // Without it its PUBACKs wait for Nagle's algorithm.
    "set_tcp_nodelay true",
    "persistence false",
    "log_dest stderr",
    ...["error", "warning", "notice", "information", "subscribe"].map((type) => `log_type ${type}`),
  ];
  // As root it would change to a user who may not read the test's files.
  if (process.getuid?.() === 0) lines.push("user root");
  if (tls) {
    lines.push(`cafile ${tls.caFile}`, `certfile ${tls.certFile}`, `keyfile ${tls.keyFile}`);
    if (tls.clientCertificates) lines.push("require_certificate true", "use_identity_as_username true");
  }
  if (users) lines.push(`password_file ${passwordFile(users, directory)}`);
  if (acl !== undefined) {
    const aclFile = join(directory, "acl");
    writeFileSync(aclFile, acl);
    chmodSync(aclFile, 0o600);
    lines.push(`acl_file ${aclFile}`);
  }
  return `${[...lines, ...(options.extra ?? [])].join("\n")}\n`;
}

function passwordFile(users: Readonly<Record<string, string>>, directory: string): string {
  const file = join(directory, "passwords");
  writeFileSync(
    file,
    Object.entries(users)
      .map(([name, password]) => `${name}:${password}\n`)
      .join(""),
  );
  chmodSync(file, 0o600);
  execFileSync("mosquitto_passwd", ["-U", file], { env: { ...process.env, PATH } });
  return file;
}

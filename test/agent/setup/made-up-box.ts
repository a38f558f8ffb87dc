/**
 * Made-up gateways for setup: a real folder with a box's files, commands that are answered here, and a packet forwarder
 * that does what a real one does when it is restarted: it reads its settings files and sends PULL_DATA over UDP to the
 * server that stands there.
 */
import { createHash } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { parse } from "smol-toml";
import { onTestFinished } from "vitest";
import { openBox } from "../../../agent/host/box.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import { sha256 } from "../../../agent/host/digest.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openUdp } from "../../../agent/host/udp.ts";
import { writePullData } from "../../../agent/lorawan/gwmp.ts";
import type { Box, UdpSocket } from "../../../agent/ports.ts";
import type { RestoreArguments, SetupArguments, SetupDoors } from "../../../agent/setup/doors.ts";
import { valueAt } from "../../../agent/setup/forwarder-text.ts";
import { makeText } from "../../../agent/text/text.ts";
import { testFolder } from "../../test-folder.ts";
import { FOLDER, type Tree } from "../profile/boxes.ts";

export const EUI = "7076ff0039040123";

export interface BoxOptions {
  readonly tree: Tree;
  /** argv and working directory of what runs. */
  readonly processes?: readonly (readonly [argv: readonly string[], directory?: string])[];
  /** Path of a link and what it points at, from its own folder. */
  readonly links?: Readonly<Record<string, string>>;
  /** What the forwarder reads when it is started, the later winning; absent: it never starts. */
  readonly reads?: readonly string[];
}

export interface MadeUpBox {
  readonly root: string;
  readonly doors: SetupDoors;
  /** Every command that was run. */
  readonly ran: string[];
  readonly out: () => string;
  readonly err: () => string;
  readonly exitCode: () => number;
  /** What the forwarder does when it is restarted; to be replaced. */
  onRestart: () => Promise<number>;
  onAgentRestart: () => Promise<number>;
  /** The answer to the questions; undefined: nobody is there. */
  answers: boolean[] | undefined;
  readonly questions: string[];
  read(path: string): string;
  write(path: string, text: string): void;
  /** Content, mode, owner and link of every file beneath, as one digest. */
  hash(): string;
  /** Where the forwarder's PULL_DATA goes; undefined: it does not run. */
  server(): string | undefined;
}

export function makeBox({ tree, processes = [], links = {}, reads }: BoxOptions): MadeUpBox {
  const root = testFolder("box");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, "latin1");
  };
  // A folder that only has to exist may be an empty file: that is all a sign looks for.
  const isFolder = (path: string): boolean => Object.keys(tree).some((other) => other.startsWith(`${path}/`));
  for (const [path, text] of Object.entries(tree)) if (!isFolder(path)) write(path, text);
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  for (const [index, [argv, directory]] of processes.entries()) {
    write(`/proc/${100 + index}/cmdline`, `${argv.join("\0")}\0`);
    if (directory !== undefined) symlinkSync(directory, join(root, `/proc/${100 + index}/cwd`));
  }
  const ran: string[] = [];
  const questions: string[] = [];
  let [out, err, exitCode] = ["", "", 0];
  let socket: Socket | undefined;
  let server: string | undefined;
  onTestFinished(() => void socket?.close());

  const startForwarder = async (): Promise<number> => {
    socket?.close();
    [socket, server] = [undefined, undefined];
    if (reads === undefined) return 0;
    const isToml = reads[0]!.endsWith(".toml");
    const documents = reads.map((file) => {
      const text = readFileSync(join(root, file), "latin1");
      return isToml ? parse(text) : JSON.parse(text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n"]*$/gm, ""));
    });
    const last = (key: string) =>
      documents
        .map((document) => valueAt(document, key))
        .filter(Boolean)
        .at(-1);
    const [host, port] = isToml
      ? [last("gwmp.node"), last("gwmp.service.downlink")]
      : [last("gateway_conf.server_address"), last("gateway_conf.serv_port_down")];
    server = `${host}:${port}`;
    const speaker = createSocket("udp4");
    speaker.on("error", () => undefined);
    speaker.bind(0, "127.0.0.1");
    await once(speaker, "listening");
    socket = speaker;
    if (/^(127|localhost)/.test(String(host)) && Number(port) > 0) {
      const send = () => speaker.send(writePullData(2, [1, 2], EUI), Number(port), "127.0.0.1");
      const timer = setInterval(send, 50);
      speaker.once("close", () => clearInterval(timer));
      send();
    }
    return 0;
  };

  const box: MadeUpBox = {
    root,
    ran,
    questions,
    out: () => out,
    err: () => err,
    exitCode: () => exitCode,
    onRestart: startForwarder,
    // No service of that name is installed.
    onAgentRestart: async () => 5,
    answers: undefined,
    read: (path) => readFileSync(join(root, path), "latin1"),
    write,
    hash: () => hashOf(root),
    server: () => server,
    get doors(): SetupDoors {
      const { answers } = box;
      return {
        files: openFiles(),
        box: openBox(root),
        commands: {
          run: async (argv) => {
            ran.push(argv.join(" "));
            if (argv.includes("edge-agent")) return { exitCode: await box.onAgentRestart(), stdout: "" };
            const isRestart = argv.includes("restart");
            return { exitCode: isRestart ? await box.onRestart() : 0, stdout: "" };
          },
        },
        control: openControlDoor(),
        udp: openUdp(() => undefined),
        clock: openClock(),
        sha256,
        env: { EDGE_AGENT_CONTROL__SOCKET: join(root, "control.sock") },
        t: makeText("en"),
        folder: FOLDER,
        print: async (text) => {
          out += text;
        },
        writeError: (text) => {
          err += text;
        },
        confirm:
          answers &&
          (async (question) => {
            questions.push(question);
            return answers.shift() ?? false;
          }),
        interrupted: new AbortController().signal,
        setExitCode: (code) => {
          exitCode = code;
        },
      };
    },
  };
  return box;
}

/** The doors as for a process that is killed right after its so-many-th change: it never hears of it again. */
export function killedAfter(
  doors: SetupDoors,
  changesMax: number,
): { readonly doors: SetupDoors; readonly killed: Promise<void> } {
  let changes = 0;
  const { promise: killed, resolve: die } = withResolvers();
  const sockets: UdpSocket[] = [];
  const thenDie = async <T>(act: () => Promise<T>): Promise<T> => {
    const result = await act();
    changes += 1;
    if (changes < changesMax) return result;
    // The kernel closes what was open.
    for (const socket of sockets) await socket.close();
    die();
    return new Promise(() => undefined);
  };
  const { box, commands, udp } = doors;
  const dying: Box = {
    ...box,
    replace: (path, file) => thenDie(() => box.replace(path, file)),
    remove: (path) => thenDie(() => box.remove(path)),
  };
  const run: typeof commands.run = (argv, timeoutMs) => thenDie(() => commands.run(argv, timeoutMs));
  const bind: typeof udp.bind = async (at, onDatagram) => {
    const socket = await udp.bind(at, onDatagram);
    let isOpen = true;
    const close = async (): Promise<void> => {
      if (isOpen) await socket.close();
      isOpen = false;
    };
    sockets.push({ ...socket, close });
    return { ...socket, close };
  };
  return { doors: { ...doors, box: dying, commands: { run }, udp: { ...udp, bind } }, killed };
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}

/** Somebody who listens there, until the test is over. */
export async function somebodyListens(): Promise<number> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket.address().port;
}

export function setupArguments(given: Partial<SetupArguments> = {}): SetupArguments {
  return {
    config: undefined,
    profile: undefined,
    forwarderFile: undefined,
    forwarderRestart: undefined,
    server: undefined,
    listen: undefined,
    unmanaged: false,
    verbose: false,
    wait: "10s",
    dryRun: false,
    yes: true,
    json: false,
    ...given,
  };
}

export function restoreArguments(given: Partial<RestoreArguments> = {}): RestoreArguments {
  return { force: false, dryRun: false, yes: true, quiet: false, json: false, ...given };
}

function hashOf(root: string): string {
  const digest = createHash("sha256");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names) {
    const path = join(root, name);
    const { mode, uid, gid } = lstatSync(path);
    const found = lstatSync(path);
    if (found.isDirectory() || found.isSocket()) continue;
    const content = found.isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
    digest.update(`${relative(root, path)} ${mode} ${uid}:${gid}\n`).update(content);
  }
  return digest.digest("hex");
}

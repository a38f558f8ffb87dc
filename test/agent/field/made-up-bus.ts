/**
 * A real D-Bus (dbus-daemon), and on it a service that was made up: it takes a name and answers calls with values that
 * the test gives. As much of the wire as that needs, little-endian, by the D-Bus specification, "Message Protocol" and
 * "Authentication Protocol".
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A value with its signature: `["a{sv}", { … }]`; what stands in a variant has its own. */
export type Typed = readonly [signature: string, value: unknown];

export interface MadeUpBus {
  readonly address: string;
  /** Takes a name. @param answers by "path member"; what is missing is answered with an error. */
  serve(name: string, answers: Readonly<Record<string, Typed>>): Promise<void>;
  close(): Promise<void>;
}

export async function openBus(): Promise<MadeUpBus> {
  const folder = mkdtempSync(join(tmpdir(), "bus-"));
  const path = join(folder, "socket");
  const daemon = spawn(
    "dbus-daemon",
    ["--session", "--nofork", "--print-address", `--address=unix:path=${path}`],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const address = await new Promise<string>((resolve, reject) => {
    daemon.once("error", reject);
    daemon.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  const sockets: Socket[] = [];
  return {
    address,
    serve: async (name, answers) => {
      sockets.push(await serve(path, name, answers));
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await ended(daemon);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exited;
}

// ------------------------------------------------------------------------------------------- service

const BUS = "org.freedesktop.DBus";
const [CALL, RETURN, ERROR] = [1, 2, 3];

function serve(path: string, name: string, answers: Readonly<Record<string, Typed>>): Promise<Socket> {
  const socket = connect(path);
  let pending = Buffer.alloc(0);
  let isOpen = false;
  let serial = 0;
  const send = (type: number, fields: readonly Field[], body?: Typed): number => {
    serial += 1;
    socket.write(message(type, serial, fields, body));
    return serial;
  };
  const toBus = (member: string, body?: Typed): number => {
    const route: Field[] = [
      [1, "o", "/org/freedesktop/DBus"],
      [2, "s", BUS],
      [3, "s", member],
      [6, "s", BUS],
    ];
    return send(CALL, body === undefined ? route : [...route, [8, "g", body[0]]], body);
  };
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    let named = -1;
    const onMessage = ({ type, fields, serial: asked }: Heard): void => {
      if (type === RETURN && fields.get(5) === named) resolve(socket);
      if (type !== CALL) return;
      const reply: Field[] = [
        [5, "u", asked],
        [6, "s", fields.get(7)],
      ];
      const answer = answers[`${fields.get(1)} ${fields.get(3)}`];
      if (answer === undefined) send(ERROR, [...reply, [4, "s", "org.freedesktop.DBus.Error.UnknownMethod"]]);
      else send(RETURN, [...reply, [8, "g", answer[0]]], answer);
    };
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      if (!isOpen) {
        if (!pending.includes("\r\n")) return;
        isOpen = true;
        pending = Buffer.alloc(0);
        socket.write("BEGIN\r\n");
        toBus("Hello");
        named = toBus("RequestName", ["su", [name, 4]]);
        return;
      }
      for (let heard = read(pending); heard !== undefined; heard = read(pending)) {
        pending = pending.subarray(heard.octets);
        onMessage(heard);
      }
    });
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString("hex");
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  });
}

// ------------------------------------------------------------------------------------------- writing

type Field = readonly [code: number, signature: string, value: unknown];

function message(type: number, serial: number, fields: readonly Field[], body?: Typed): Buffer {
  const content = new Writer();
  if (body !== undefined) {
    const [signature, value] = body;
    const types = split(signature);
    const values = types.length === 1 ? [value] : (value as unknown[]);
    for (const [index, one] of types.entries()) content.put(one, values[index]);
  }
  const octets = content.done();
  const header = new Writer();
  for (const octet of ["l".charCodeAt(0), type, 0, 1]) header.put("y", octet);
  header.put("u", octets.length);
  header.put("u", serial);
  header.put(
    "a(yv)",
    fields.map(([code, signature, value]) => [code, [signature, value]]),
  );
  header.align(8);
  return Buffer.concat([header.done(), octets]);
}

class Writer {
  #octets: number[] = [];

  align(to: number): void {
    while (this.#octets.length % to !== 0) this.#octets.push(0);
  }

  done(): Buffer {
    return Buffer.from(this.#octets);
  }

  put(signature: string, value: unknown): void {
    const kind = signature[0]!;
    this.align(alignOf(kind));
    const number = NUMBERS[kind];
    if (number !== undefined) {
      const octets = Buffer.alloc(number.octets);
      number.write(octets, kind === "b" ? Number(value) : (value as number));
      this.#octets.push(...octets);
    } else if (kind === "s" || kind === "o") {
      const text = Buffer.from(value as string);
      this.put("u", text.length);
      this.#octets.push(...text, 0);
    } else if (kind === "g") {
      const text = Buffer.from(value as string);
      this.#octets.push(text.length, ...text, 0);
    } else if (kind === "v") {
      const [of, inside] = value as Typed;
      this.put("g", of);
      this.put(of, inside);
    } else if (kind === "a") this.#array(signature.slice(1), value);
    else this.#struct(split(signature.slice(1, -1)), value as unknown[]);
  }

  #struct(types: readonly string[], values: readonly unknown[]): void {
    for (const [index, one] of types.entries()) this.put(one, values[index]);
  }

  #array(of: string, value: unknown): void {
    const elements = of[0] === "{" ? Object.entries(value as object) : (value as unknown[]);
    this.put("u", 0);
    const lengthAt = this.#octets.length - 4;
    this.align(alignOf(of[0]!));
    const from = this.#octets.length;
    for (const element of elements) this.put(of, element);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(this.#octets.length - from);
    this.#octets.splice(lengthAt, 4, ...length);
  }
}

const NUMBERS: Readonly<
  Record<string, { readonly octets: number; write(into: Buffer, value: number): unknown }>
> = {
  y: { octets: 1, write: (into, value) => into.writeUInt8(value) },
  b: { octets: 4, write: (into, value) => into.writeUInt32LE(value) },
  n: { octets: 2, write: (into, value) => into.writeInt16LE(value) },
  q: { octets: 2, write: (into, value) => into.writeUInt16LE(value) },
  i: { octets: 4, write: (into, value) => into.writeInt32LE(value) },
  u: { octets: 4, write: (into, value) => into.writeUInt32LE(value) },
  d: { octets: 8, write: (into, value) => into.writeDoubleLE(value) },
};

function alignOf(kind: string): number {
  if (kind === "(" || kind === "{") return 8;
  if (kind === "g" || kind === "v") return 1;
  return NUMBERS[kind]?.octets ?? 4;
}

/** Complete types of a signature, one after the other. */
function split(signature: string): string[] {
  const types: string[] = [];
  let depth = 0;
  let begun = "";
  for (const letter of signature) {
    begun += letter;
    if (letter === "(" || letter === "{") depth += 1;
    if (letter === ")" || letter === "}") depth -= 1;
    if (depth > 0 || letter === "a") continue;
    types.push(begun);
    begun = "";
  }
  return types;
}

// ------------------------------------------------------------------------------------------- reading

interface Heard {
  readonly type: number;
  readonly serial: number;
  readonly octets: number;
  /** By code; texts and figures only. */
  readonly fields: ReadonlyMap<number, string | number>;
}

function read(octets: Buffer): Heard | undefined {
  if (octets.length < 16) return undefined;
  const fieldsEnd = 16 + octets.readUInt32LE(12);
  const bodyAt = Math.ceil(fieldsEnd / 8) * 8;
  const size = bodyAt + octets.readUInt32LE(4);
  if (octets.length < size) return undefined;
  const fields = new Map<number, string | number>();
  for (let at = 16; at < fieldsEnd; ) {
    at = Math.ceil(at / 8) * 8;
    const code = octets[at]!;
    const kind = String.fromCharCode(octets[at + 2]!);
    at += 4;
    if (kind === "g") {
      at += octets[at]! + 2;
      continue;
    }
    at = Math.ceil(at / 4) * 4;
    const figure = octets.readUInt32LE(at);
    at += 4;
    if (kind === "u") fields.set(code, figure);
    else {
      fields.set(code, octets.toString("utf8", at, at + figure));
      at += figure + 1;
    }
  }
  return { type: octets[1]!, serial: octets.readUInt32LE(8), octets: size, fields };
}

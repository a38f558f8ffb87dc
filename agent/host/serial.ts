/**
 * Serial ports of a real gateway: ttys by serialport, and what looks like one and is none (Kerlink's /dev/nmeaN, a
 * FIFO) by plain reads. Lines by parser-readline in either case.
 *
 * serialport opens, sets up and writes; it does not read: once a plug is pulled, read() of a tty gives 0 octets at once, and
 * serialport 13 tries again at once, for ever, which takes a whole core and the threads that LevelDB writes with (measured on
 * a pseudo-terminal). So all ports are read alike, without waiting, ten times a second while they are open; 0 octets are
 * the end. Both libraries are loaded with the first port that is opened.
 *
 * Not here: what the lines mean, and when a port is opened again (agent/field/).
 */
import { close, constants, open, readSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { Transform, type Writable } from "node:stream";
import { promisify } from "node:util";
import { AgentError } from "../errors.ts";
import type { Serial, SerialLine, SerialOptions } from "../ports.ts";

const LINE_OCTETS_MAX = 1_024;
/** At 115,200 baud it brings 1.2 kB; a tty keeps 4 kB. */
const POLL_MS = 100;
const READ_OCTETS = 4_096;
/** Of one poll: what a port may have kept for us, and not more. */
const READS_MAX = 16;

export function openSerial(): Serial {
  return {
    open: async (path, options) => {
      const found = await stat(path).catch((cause: unknown) => {
        throw refusal(path, cause);
      });
      await refuseHeld(path, options.heldPorts);
      if (found.isFIFO()) return openPlain(path, options);
      if (!found.isCharacterDevice()) throw refusal(path, new Error("it is no port"));
      return openTty(path, options);
    },
  };
}

/** A port has several names (/dev/serial/by-id/…); the one it really has counts. */
async function refuseHeld(path: string, heldPorts: readonly string[]): Promise<void> {
  const nameOf = (port: string): Promise<string> => realpath(port).catch(() => port);
  const asked = await nameOf(path);
  for (const held of heldPorts) {
    if (path === held || asked === (await nameOf(held))) throw refusal(path, new Error("it is another's"));
  }
}

// ----------------------------------------------------------------------------------------------- tty

async function openTty(path: string, options: SerialOptions): Promise<SerialLine> {
  const { SerialPort } = await import("serialport");
  const { baud: baudRate, exclusive: lock } = options;
  // hupcl would hang up a modem's call each time we have looked at it.
  const port = new SerialPort({ path, baudRate, lock, hupcl: false, autoOpen: false });
  const failed = await new Promise<Error | null>((resolve) => port.open(resolve));
  if (failed !== null) {
    if (isNoTty(failed)) return openPlain(path, options);
    throw refusal(path, failed);
  }
  const { fd } = port.port as unknown as { readonly fd: number };
  const closePort = (): Promise<void> => new Promise((resolve) => port.close(() => resolve()));
  const reading = await startReading(fd, options, closePort);
  // A write that fails; what has gone with it is told by the next read.
  port.on("error", () => undefined);
  return {
    write: (text) => {
      if (reading.isOpen() && port.isOpen) port.write(text, "latin1");
    },
    close: reading.close,
  };
}

/** What the kernel says to those who ask a device that is no tty for its speed. */
function isNoTty({ message }: Error): boolean {
  return /inappropriate ioctl|not a tty|ENOTTY|custom baud rate/i.test(message);
}

// --------------------------------------------------------------------------------------------- no tty

async function openPlain(path: string, options: SerialOptions): Promise<SerialLine> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const descriptor = await promisify(open)(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).catch((cause: unknown) => {
    throw refusal(path, cause);
  });
  const closeFile = (): Promise<void> => promisify(close)(descriptor).catch(() => undefined);
  const reading = await startReading(descriptor, options, closeFile);
  return { write: () => undefined, close: reading.close };
}

// ------------------------------------------------------------------------------------------- reading

interface Reading {
  isOpen(): boolean;
  close(): Promise<void>;
}

async function startReading(
  descriptor: number,
  { onLine, onClosed }: SerialOptions,
  closeIt: () => Promise<void>,
): Promise<Reading> {
  const lines = await openLines(onLine);
  let closing: Promise<void> | undefined;
  const end = (): Promise<void> => {
    clearInterval(timer);
    closing ??= closeIt();
    return closing;
  };
  const timer = setInterval(() => {
    const trouble = readWhatIsThere(descriptor, lines);
    if (trouble === undefined) return;
    void end();
    onClosed(trouble);
  }, POLL_MS);
  timer.unref();
  return { isOpen: () => closing === undefined, close: end };
}

/** @returns why there will be nothing more; undefined while there may be. */
function readWhatIsThere(descriptor: number, lines: Writable): string | undefined {
  for (let reads = 0; reads < READS_MAX; reads++) {
    const chunk = Buffer.allocUnsafe(READ_OCTETS);
    try {
      const octets = readSync(descriptor, chunk, 0, READ_OCTETS, null);
      if (octets === 0) return "nobody is at its other end";
      lines.write(chunk.subarray(0, octets));
      if (octets < READ_OCTETS) return undefined;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return code === "EAGAIN" ? undefined : message;
    }
  }
  return undefined;
}

// --------------------------------------------------------------------------------------------- lines

/** The parser keeps what has no end yet, however much that is; so what it gets is cut before. */
async function openLines(onLine: (line: string) => void): Promise<Writable> {
  const { ReadlineParser } = await import("@serialport/parser-readline");
  const parser = new ReadlineParser({ delimiter: "\n", encoding: "latin1" });
  parser.on("data", (text: string) => {
    const line = text.replace(/\r+$/, "");
    if (line !== "") onLine(line);
  });
  const limit = limitLines();
  limit.pipe(parser);
  return limit;
}

function limitLines(): Transform {
  let octets = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; ) {
        const end = chunk.indexOf(LF, at);
        const until = end < 0 ? chunk.length : end;
        const room = Math.max(0, LINE_OCTETS_MAX - octets);
        const taken = Math.min(room, until - at);
        if (taken > 0) this.push(chunk.subarray(at, at + taken));
        octets += taken;
        if (end < 0) break;
        this.push(chunk.subarray(end, end + 1));
        octets = 0;
        at = end + 1;
      }
      done();
    },
  });
}

const LF = 0x0a;

function refusal(path: string, cause: unknown): AgentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AgentError("SERIAL_OPEN", `${path}: ${reason}`, cause, reason);
}

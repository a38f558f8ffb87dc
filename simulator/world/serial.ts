/**
 * Serial ports with made-up devices behind them, plugged and unplugged when the test says so. The mirror of
 * agent/host/serial.ts.
 */
import { AgentError } from "../../agent/errors.ts";
import type { Serial, SerialLine, SerialOptions } from "../../agent/ports.ts";

const LINE_CHARACTERS_MAX = 1_024;

/** What a device does; both may say something at once or later. */
export interface WorldDevice {
  readonly onOpen?: (say: (text: string) => void) => void;
  readonly onWrite?: (text: string, say: (text: string) => void) => void;
}

interface OpenPort {
  hear(text: string): void;
  vanish(reason: string): void;
}

export class WorldSerial implements Serial {
  readonly #devices = new Map<string, WorldDevice>();
  readonly #open = new Map<string, Set<OpenPort>>();
  /** How often a port was opened, by path. */
  readonly openings = new Map<string, number>();

  plug(path: string, device: WorldDevice = {}): void {
    this.#devices.set(path, device);
  }

  unplug(path: string): void {
    this.#devices.delete(path);
    for (const port of this.#open.get(path) ?? []) port.vanish("unplugged");
  }

  /** The device speaks by itself; without a reader what it says is lost. */
  say(path: string, text: string): void {
    for (const port of this.#open.get(path) ?? []) port.hear(text);
  }

  /** Whether somebody has the port open. */
  isOpen(path: string): boolean {
    return (this.#open.get(path)?.size ?? 0) > 0;
  }

  async open(path: string, options: SerialOptions): Promise<SerialLine> {
    const device = this.#devices.get(path);
    if (device === undefined) throw refusal(path, "no such port");
    if (options.heldPorts.includes(path)) throw refusal(path, "it is another's");
    const ports = this.#open.get(path) ?? new Set();
    this.#open.set(path, ports);
    if (options.exclusive && ports.size > 0) throw refusal(path, "it is locked");
    this.openings.set(path, (this.openings.get(path) ?? 0) + 1);
    const port = makePort(options, () => ports.delete(port));
    ports.add(port);
    const say = (text: string): void => queueMicrotask(() => port.hear(text));
    device.onOpen?.(say);
    return {
      write: (text) => {
        if (ports.has(port)) device.onWrite?.(text, say);
      },
      close: async () => {
        ports.delete(port);
        port.hear = () => undefined;
      },
    };
  }
}

function makePort({ onLine, onClosed }: SerialOptions, gone: () => void): OpenPort {
  let begun = "";
  return {
    hear: (text) => {
      const pieces = (begun + text).split("\n");
      begun = pieces.pop()!.slice(0, LINE_CHARACTERS_MAX + 1);
      for (const piece of pieces) {
        const line = piece.slice(0, LINE_CHARACTERS_MAX).replace(/\r+$/, "");
        if (line !== "") onLine(line);
      }
    },
    vanish: (reason) => {
      gone();
      onClosed(reason);
    },
  };
}

function refusal(path: string, reason: string): AgentError {
  return new AgentError("SERIAL_OPEN", `${path}: ${reason}`, undefined, reason);
}

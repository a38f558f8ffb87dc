/**
 * The contract of the Serial port: what every opening of it keeps to. Run against the simulated world, against real
 * pseudo-terminals (socat), and, for what concerns reading, against a FIFO, which is no tty.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openSerial } from "../../agent/host/serial.ts";
import type { Serial, SerialLine } from "../../agent/ports.ts";
import { WorldSerial } from "../../simulator/world/serial.ts";
import { openPseudoTerminal } from "../agent/field/pty.ts";
import { until } from "../until.ts";

interface Opening {
  readonly serial: Serial;
  readonly path: string;
  say(text: string): void;
  unplug(): Promise<void>;
  /** What we wrote, as far as the device has heard it. */
  readonly heard: () => string;
  readonly writes: boolean;
}

const openings: readonly (readonly [string, () => Promise<Opening>])[] = [
  [
    "the simulated world",
    async () => {
      const serial = new WorldSerial();
      let heard = "";
      serial.plug("/dev/ttyW0", {
        onWrite: (text) => {
          heard += text;
        },
      });
      return {
        serial,
        path: "/dev/ttyW0",
        say: (text) => serial.say("/dev/ttyW0", text),
        unplug: async () => serial.unplug("/dev/ttyW0"),
        heard: () => heard,
        writes: true,
      };
    },
  ],
  [
    "the kernel, on a pseudo-terminal",
    async () => {
      const terminal = await openPseudoTerminal();
      let heard = "";
      terminal.onHeard = (text) => {
        heard += text;
      };
      const { path, say, unplug } = terminal;
      return { serial: openSerial(), path, say, unplug, heard: () => heard, writes: true };
    },
  ],
  [
    "the kernel, on a FIFO",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "fifo-"));
      const path = join(folder, "nmea2");
      execFileSync("mkfifo", [path]);
      // Read and write: so it opens although nobody reads yet, as kgpsd does.
      const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
      let open = true;
      return {
        serial: openSerial(),
        path,
        say: (text) => void writeSync(descriptor, text, null, "latin1"),
        unplug: async () => {
          if (open) closeSync(descriptor);
          open = false;
          rmSync(folder, { recursive: true, force: true });
        },
        heard: () => "",
        writes: false,
      };
    },
  ],
];

describe.each(openings)("the Serial port in %s", (_name, make) => {
  const leftOpen: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of leftOpen.splice(0).reverse()) await close();
  });

  const opened = async () => {
    const opening = await make();
    leftOpen.push(opening.unplug);
    const lines: string[] = [];
    const closed: string[] = [];
    const listen = async (over: { path?: string; heldPorts?: string[] } = {}): Promise<SerialLine> => {
      const line = await opening.serial.open(over.path ?? opening.path, {
        baud: 9_600,
        exclusive: false,
        heldPorts: over.heldPorts ?? [],
        onLine: (text) => lines.push(text),
        onClosed: (reason) => closed.push(reason),
      });
      leftOpen.push(() => line.close());
      return line;
    };
    return { ...opening, lines, closed, listen };
  };

  test("lines come whole, without their ends, and empty ones not at all", async () => {
    const { listen, say, lines } = await opened();
    await listen();
    say("$GPGGA,one\r\n\r\n");
    say("tw");
    say("o\nthree\r\r\n");
    await until(() => lines.length === 3);
    expect(lines).toEqual(["$GPGGA,one", "two", "three"]);
  });

  test("each octet is one character, garbage too", async () => {
    const { listen, say, lines } = await opened();
    await listen();
    const garbage = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet)).replace(
      /[\r\n]/g,
      "",
    );
    say(`${garbage}\n`);
    await until(() => lines.length === 1);
    expect(lines[0]).toBe(garbage);
  });

  test("a line of 1,024 characters is whole; of a longer one the rest is thrown away", async () => {
    const { listen, say, lines } = await opened();
    await listen();
    say(`${"a".repeat(1_024)}\n${"b".repeat(1_025)}\n`);
    say("c".repeat(3_000));
    say("c\nnext\n");
    await until(() => lines.length === 4);
    expect(lines).toEqual(["a".repeat(1_024), "b".repeat(1_024), "c".repeat(1_024), "next"]);
  });

  test("what is written arrives as it is", async () => {
    const { listen, heard, writes } = await opened();
    const line = await listen();
    line.write("AT+CSQ\r");
    if (writes) await until(() => heard() === "AT+CSQ\r");
    else expect(heard()).toBe("");
  });

  test("a plug that is pulled is told once, and writing then does no harm", async () => {
    const { listen, unplug, closed } = await opened();
    const line = await listen();
    await unplug();
    await until(() => closed.length > 0);
    line.write("AT\r");
    await line.close();
    expect(closed).toHaveLength(1);
  });

  test("after close nothing is told any more, and the port opens again", async () => {
    const { listen, say, closed, lines } = await opened();
    const line = await listen();
    await line.close();
    await line.close();
    await listen();
    say("again\n");
    await until(() => lines.includes("again"));
    expect(closed).toEqual([]);
  });

  test("a port that is not there, and one that is another's, are refused with a reason", async () => {
    const { listen, path } = await opened();
    await expect(listen({ path: "/nowhere/ttyX" })).rejects.toMatchObject({ code: "SERIAL_OPEN" });
    await expect(listen({ heldPorts: ["/dev/nmea1", path] })).rejects.toMatchObject({
      code: "SERIAL_OPEN",
      reason: "it is another's",
    });
  });
});

test("another's port is refused under its other name too, and what is no port as such", async () => {
  const terminal = await openPseudoTerminal();
  const folder = mkdtempSync(join(tmpdir(), "names-"));
  const alias = join(folder, "by-id");
  symlinkSync(terminal.path, alias);
  const never = { baud: 9_600, exclusive: false, onLine: () => undefined, onClosed: () => undefined };
  const serial = openSerial();
  try {
    await expect(serial.open(alias, { ...never, heldPorts: [terminal.path] })).rejects.toMatchObject({
      reason: "it is another's",
    });
    await expect(serial.open(folder, { ...never, heldPorts: [] })).rejects.toMatchObject({
      reason: "it is no port",
    });
  } finally {
    await terminal.unplug();
    rmSync(folder, { recursive: true });
  }
});

/**
 * A person's terminal, taken whole and given back: the alternate page, no cursor, keys as they are typed.
 *
 * Given back at close(), and at every end of the process that it can notice: exit, an exception, SIGINT, SIGTERM, SIGHUP
 * and SIGQUIT. After a SIGKILL the shell's `reset` helps.
 *
 * Source: xterm, ctlseqs: DECSET 1049 (alternate page), DECTCEM 25 (cursor), 7 (wrap at the edge).
 */
import { writeSync } from "node:fs";
import type { ReadStream, WriteStream } from "node:tty";
import type { Terminal, TerminalHandlers } from "../ports.ts";

const ESCAPE = "\u001b";
const TAKE = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const GIVE_BACK = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const REST_OF_LINE_EMPTY = "\u001b[K";
const REST_OF_SCREEN_EMPTY = "\u001b[J";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
/** A terminal that does not say its size. */
const COLUMNS = 80;
const ROWS = 24;

const KEYS: Readonly<Record<string, string>> = {
  "\u0003": "interrupt",
  "\u001b": "escape",
  "\r": "enter",
  "\n": "enter",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u001b[A": "up",
  "\u001b[B": "down",
  "\u001bOA": "up",
  "\u001bOB": "down",
  "\u001b[5~": "pageUp",
  "\u001b[6~": "pageDown",
};

/** A control sequence, or one character. */
const KEY = new RegExp(`${ESCAPE}(?:\\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\\s\\S]`, "gu");

/** @returns undefined where one of them is no terminal. */
export function openTerminal(
  input: ReadStream,
  output: WriteStream & { readonly fd: number },
): Terminal | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  let handlers: TerminalHandlers | undefined;

  const onData = (chunk: Buffer): void => {
    for (const [typed] of chunk.toString("utf8").matchAll(KEY)) {
      const key = KEYS[typed] ?? (typed >= " " && !typed.startsWith("\u001b") ? typed : undefined);
      if (key !== undefined) handlers?.onKey(key);
    }
  };
  const onResize = (): void => handlers?.onResize();
  const onSignal = (): void => {
    const told = handlers;
    close();
    told?.onEnded();
  };

  function close(): void {
    if (handlers === undefined) return;
    handlers = undefined;
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off("exit", close);
    input.off("data", onData);
    output.off("resize", onResize);
    // The terminal may be gone, and the process about to end: neither is a reason to wait or to fail.
    try {
      input.setRawMode(false);
      writeSync(output.fd, GIVE_BACK);
    } catch {
      // Nobody is there to be given it back.
    }
    input.pause();
  }

  return {
    get columns() {
      return output.columns || COLUMNS;
    },
    get rows() {
      return output.rows || ROWS;
    },
    open: (given) => {
      handlers = given;
      process.on("exit", close);
      for (const signal of SIGNALS) process.on(signal, onSignal);
      input.setRawMode(true);
      input.on("data", onData);
      input.resume();
      output.on("resize", onResize);
      output.write(TAKE);
    },
    draw: (lines) => {
      if (handlers === undefined) return;
      // One write, so that nothing is ever seen half drawn.
      output.write(
        `${HOME}${lines.map((line) => `${line}${REST_OF_LINE_EMPTY}`).join("\r\n")}${REST_OF_SCREEN_EMPTY}`,
      );
    },
    close,
  };
}

/**
 * A person before a terminal: the built program in a real pseudo-terminal (script, of bsdutils), and the screen as
 * xterm would show it (@xterm/headless, the same code as the browsers' xterm.js).
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import xterm from "@xterm/headless";
import { inject, onTestFinished } from "vitest";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Screen {
  /** Its lines, as a person reads them, without blanks at their ends. */
  lines(): string[];
  text(): string;
  /** Whether a colour or a weight is anywhere. */
  hasColours(): boolean;
  /** The shell's own page is shown, not the program's. */
  isGivenBack(): boolean;
  isCursorHidden(): boolean;
  type(keys: string): void;
  /** As when a person drags the window. */
  resize(size: Size): void;
  /** To the program alone. */
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<number | null>;
  /** Until a line is shown that fits. */
  shows(what: RegExp): Promise<void>;
}

/** Of a sequence that shows or hides the cursor all but its last character. */
const PIECE_CHARS_MAX = 5;

/** Runs the program with these words; before it the shell has said "shell's own line". */
export async function openScreen(
  words: readonly string[],
  { columns, rows }: Size,
  env: Readonly<Record<string, string>> = {},
): Promise<Screen> {
  const folder = testFolder("screen");
  const note = join(folder, "tty");
  const quoted = [process.execPath, inject("builtAgent"), ...words].map((word) => `"${word}"`).join(" ");
  const program = join(folder, "program");
  const shell = join(folder, "shell");
  writeFileSync(program, `echo $$ > ${note}.pid; exec ${quoted}\n`);
  writeFileSync(
    shell,
    `stty cols ${columns} rows ${rows}; echo "shell's own line"; tty > ${note}; sh ${program}\n`,
  );
  const child = spawn("script", ["-qefc", `sh ${shell}`, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH ?? "",
      HOME: "/",
      LANG: "C.UTF-8",
      TZ: "UTC",
      TERM: "xterm-256color",
      ...env,
    },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  let hidden = false;
  /** A sequence may come in two pieces. */
  let end = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const text = end + chunk.toString("latin1");
    end = text.slice(-PIECE_CHARS_MAX);
    const shown = text.lastIndexOf("\u001b[?25h");
    const taken = text.lastIndexOf("\u001b[?25l");
    if (shown >= 0 || taken >= 0) hidden = taken > shown;
    terminal.write(chunk);
  });
  const ended = once(child, "close").then(async ([code]) => {
    // What was written last is on the screen only then.
    await new Promise<void>((drawn) => terminal.write("", drawn));
    return code as number | null;
  });
  const lines = (): string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true, 0, terminal.cols) ?? "").trimEnd(),
    );
  };
  const screen: Screen = {
    lines,
    text: () => lines().join("\n"),
    hasColours: () =>
      lines().some((_line, row) => {
        const line = terminal.buffer.active.getLine(row);
        return Array.from({ length: terminal.cols }, (_, at) => line?.getCell(at)).some(
          (cell) => cell !== undefined && (!cell.isFgDefault() || cell.isBold() !== 0 || cell.isDim() !== 0),
        );
      }),
    isGivenBack: () => terminal.buffer.active.type === "normal",
    isCursorHidden: () => hidden,
    type: (keys) => child.stdin.write(keys),
    resize: (size) => {
      terminal.resize(size.columns, size.rows);
      const tty = readFileSync(note, "utf8").trim();
      execFileSync("stty", ["-F", tty, "cols", String(size.columns), "rows", String(size.rows)]);
    },
    signal: (signal) => process.kill(Number(readFileSync(`${note}.pid`, "utf8")), signal),
    ended,
    shows: (what) =>
      until(() => what.test(screen.text()), `${what} on the screen`).catch((error: Error) => {
        throw new Error(`${error.message}:\n${screen.text()}`);
      }),
  };
  return screen;
}

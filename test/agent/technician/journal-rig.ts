/** The journal's commands in this process, on real folders: what they print, and with which code they end. */
import { openClock } from "../../../agent/host/clock.ts";
import { openCommands } from "../../../agent/host/commands.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openLargeFiles } from "../../../agent/host/large-files.ts";
import { openRng } from "../../../agent/host/rng.ts";
import { openStores } from "../../../agent/host/store.ts";
import { openUdp } from "../../../agent/host/udp.ts";
import type { JournalArguments, JournalDoors } from "../../../agent/technician/journal-access.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";
import { WorldControl } from "../../../simulator/world/control.ts";
import { HEARD_MS } from "../journal/kept.ts";

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface Asking {
  readonly language?: Language;
  /** The hand on the keyboard. */
  readonly answers?: boolean;
  readonly interrupted?: AbortSignal;
  readonly nowMs?: number;
  readonly doors?: Partial<JournalDoors>;
}

/** Two days after the first frame was heard. */
export const NOW_MS = HEARD_MS + 2 * 86_400_000;

/** What every command is given, on a folder. */
export function onFolder(journal: string): JournalArguments & { devAddr: undefined; devEui: undefined } {
  return {
    config: "/nowhere",
    journal,
    socket: undefined,
    json: false,
    devAddr: undefined,
    devEui: undefined,
  };
}

/** Runs one command. */
export async function say(
  run: (doors: JournalDoors) => Promise<void>,
  { language = "en", answers, interrupted, nowMs = NOW_MS, doors }: Asking = {},
): Promise<Said> {
  let stdout = "";
  let stderr = "";
  let code = 0;
  const clock = openClock();
  await run({
    files: openFiles(),
    largeFiles: openLargeFiles(),
    stores: openStores(),
    control: new WorldControl(),
    clock: { ...clock, wallMs: () => nowMs },
    rng: openRng(),
    udp: openUdp(() => undefined),
    commands: openCommands(),
    env: {},
    t: makeText(language),
    print: async (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    isTerminal: false,
    confirm: answers === undefined ? undefined : async () => answers,
    interrupted: interrupted ?? new AbortController().signal,
    setExitCode: (given) => {
      code = given;
    },
    builtWallMs: 0,
    ...doors,
  });
  return { stdout, stderr, code };
}

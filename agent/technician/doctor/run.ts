/** `edge-agent doctor` as a command: once, or again and again; for a person, or as JSON. */
import { editDistance, nearest } from "../../config/nearest.ts";
import { AgentError, EXIT } from "../../errors.ts";
import type { Translate } from "../../text/text.ts";
import { paintFor } from "../paint.ts";
import { wrap } from "../words.ts";
import type { DoctorArguments } from "./command.ts";
import { runDoctor } from "./doctor.ts";
import type { DoctorDoors } from "./doors.ts";
import type { DoctorReport } from "./report.ts";
import { COLUMNS, reportLines, sayReport } from "./show.ts";
import { CHECK_IDS } from "./table.ts";

const WATCH_EVERY_MS = 3_000;
const CLEAR_LINE = "\r\u001b[K";
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

export interface DoctorCommandDoors extends Omit<DoctorDoors, "settingsPath" | "socket" | "only" | "onStep"> {
  readonly t: Translate;
  /** Standard output; resolves when it is written. */
  readonly print: (text: string) => Promise<void>;
  /** Standard error. */
  readonly writeError: (text: string) => void;
  /** Of standard output; undefined: it is no terminal. */
  readonly columns: () => number | undefined;
  /** Standard error is one. */
  readonly isErrorTerminal: boolean;
  readonly interrupted: AbortSignal;
  readonly setExitCode: (code: number) => void;
}

/**
 * Ends with exit code 1 when something is broken; what is only to be looked at, or unknown, is no failure. With 3 when
 * nothing was found broken, but hardly anything could be examined: a script must not take that for health.
 * @throws AgentError USAGE for a check that there is not
 */
export async function runDoctorCommand(doors: DoctorCommandDoors, args: DoctorArguments): Promise<void> {
  const { clock, interrupted, setExitCode, t } = doors;
  for (const id of args.only ?? []) refuseUnknown(id, t);
  for (;;) {
    const report = await runOnce(doors, args);
    await show(doors, args, report);
    // Of a watch the last word counts.
    setExitCode(exitCodeOf(report));
    if (!args.watch || interrupted.aborted) return;
    await clock.sleep(WATCH_EVERY_MS, interrupted).catch(() => undefined);
    if (interrupted.aborted) return;
  }
}

function exitCodeOf({ firstBroken, unexaminedFor }: DoctorReport): number {
  if (firstBroken !== undefined) return EXIT.trouble;
  return unexaminedFor === undefined ? EXIT.done : EXIT.world;
}

function refuseUnknown(id: string, t: Translate): void {
  if (CHECK_IDS.includes(id)) return;
  const near = idsNear(id).join(", ");
  const what = near === "" ? t("doctor.noSuchCheck", { id }) : t("doctor.noSuchCheckNear", { id, near });
  const lines = [what, t("doctor.allChecks", { all: CHECK_IDS.join(", ") })];
  throw new AgentError("USAGE", lines.flatMap((line) => wrap(line, COLUMNS)).join("\n"));
}

/** What was probably meant: the ids with this word in them, else one with a letter or two amiss. */
function idsNear(id: string): readonly string[] {
  const word = id.trim().toLowerCase();
  if (word.length < 3) return [];
  const having = CHECK_IDS.filter((one) => one.includes(word));
  if (having.length > 0) return having;
  const best = nearest(word, CHECK_IDS);
  return editDistance(word, best) <= Math.ceil(word.length / 3) ? [best] : [];
}

async function runOnce(doors: DoctorCommandDoors, args: DoctorArguments): Promise<DoctorReport> {
  const { t, isErrorTerminal, writeError } = doors;
  const isShown = isErrorTerminal && !args.json && !args.watch;
  const onStep = (what: string): void => {
    if (isShown) writeError(`${CLEAR_LINE}${t("doctor.looking", { what })}`);
  };
  const given = { settingsPath: args.config, socket: args.socket, only: args.only, onStep };
  try {
    return await runDoctor({ ...doors, ...given });
  } finally {
    if (isShown) writeError(CLEAR_LINE);
  }
}

async function show(doors: DoctorCommandDoors, args: DoctorArguments, report: DoctorReport): Promise<void> {
  const { t, print, columns, env } = doors;
  if (args.json) return print(`${JSON.stringify(sayReport(report, t))}\n`);
  const width = columns();
  const paint = paintFor(width !== undefined && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb");
  const lines = reportLines(report, t, { paint, ...(width === undefined ? {} : { columns: width }) });
  const clear = args.watch && width !== undefined ? CLEAR_SCREEN : "";
  await print(`${clear}${lines.join("\n")}\n`);
}

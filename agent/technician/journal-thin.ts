/** `edge-agent journal thin`: the journal made smaller by hand, by the rules of journal/thinning.ts. */
import { readSizeOctets } from "../config/quantity.ts";
import type { JournalReport } from "../control/journal-report.ts";
import { AgentError } from "../errors.ts";
import type { DropReason } from "../journal/drops.ts";
import type { Thinned } from "../journal/limits.ts";
import type { Translate } from "../text/text.ts";
import {
  type JournalAccess,
  type JournalArguments,
  type JournalDoors,
  withJournal,
} from "./journal-access.ts";
import { question } from "./journal-asking.ts";
import { DROP_TEXTS } from "./journal-stats.ts";
import { makeWords, table } from "./words.ts";

export interface ThinArguments extends JournalArguments {
  readonly to: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Says first what would go, and asks. @throws AgentError USAGE, and as withJournal() */
export async function thinJournal(doors: JournalDoors, args: ThinArguments): Promise<void> {
  const { t, print, confirm } = doors;
  const goal = readGoal(args.to, t);
  if (!args.dryRun && !args.yes && confirm === undefined) {
    throw new AgentError("USAGE", t("journal.sayYes"));
  }
  await withJournal(doors, args, args.dryRun ? "tryChange" : "change", async (access) => {
    const { storedOctets } = await access.get<JournalReport>("/journal/stats");
    const to = goal(storedOctets);
    const isAsking = !args.dryRun && !args.yes;
    if (args.dryRun || isAsking) {
      const would = await thin(access, to, true);
      if (args.dryRun && args.json) return print(asJson(access, args, storedOctets, would));
      // A question is for eyes, whatever the result is for.
      const said = sayThinned("journal.wouldGo", storedOctets, would, t);
      if (args.json) doors.writeError(said);
      else await print(said);
      if (args.dryRun || would.frames === 0) return;
      if (!(await confirm!(`${t("journal.reallyThin")} `))) return print(`${t("journal.notThinned")}\n`);
    }
    const thinned = await thin(access, to, false);
    await print(
      args.json
        ? asJson(access, args, storedOctets, thinned)
        : sayThinned("journal.gone", storedOctets, thinned, t),
    );
  });
}

/** @returns what is to be left of what there is. */
function readGoal(given: string, t: Translate): (storedOctets: number) => number {
  const share = /^(\d{1,2}|100)%$/.exec(given)?.[1];
  if (share !== undefined) return (storedOctets) => Math.floor((storedOctets * Number(share)) / 100);
  if (/^\d+(kB|MB|GB|KiB|MiB|GiB)$/.test(given)) return () => readSizeOctets(given);
  throw new AgentError("USAGE", t("journal.badGoal", { given }));
}

async function thin(access: JournalAccess, to: number, dryRun: boolean): Promise<Thinned> {
  let thinned: Thinned | undefined;
  for await (const piece of access.lines("POST", question("/journal/thin", { to, dryRun }))) {
    for (const line of piece) if (line.kind === "end") thinned = line as unknown as Thinned;
  }
  return thinned!;
}

function asJson(
  { through }: JournalAccess,
  { dryRun }: ThinArguments,
  fromOctets: number,
  { dropped, frames, octets, leftOctets, reached }: Thinned,
): string {
  return `${JSON.stringify({ through, dryRun, fromOctets, dropped, frames, octets, leftOctets, reached })}\n`;
}

function sayThinned(
  head: "journal.wouldGo" | "journal.gone",
  fromOctets: number,
  { dropped, frames, leftOctets }: Thinned,
  t: Translate,
): string {
  const words = makeWords(t);
  if (frames === 0) return `${t("journal.nothingGoes")}\n`;
  const rows = (Object.entries(dropped) as [DropReason, number][]).map(([reason, lost]) => [
    words.count(lost),
    t(DROP_TEXTS[reason]),
  ]);
  const lines = table(rows, [true, false]).map((line) => `  ${line}`);
  const [size, left] = [words.size(fromOctets), words.size(leftOctets)];
  return `${[t(head, { size }), ...lines, t("journal.leaves", { size: left })].join("\n")}\n`;
}

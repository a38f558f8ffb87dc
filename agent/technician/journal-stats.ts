/** `edge-agent journal stats`: what the journal holds, for whom, and what left it. */
import type { JournalReport } from "../control/journal-report.ts";
import type { DropReason } from "../journal/drops.ts";
import type { FolderUse } from "../ports.ts";
import type { TextKey } from "../text/text.ts";
import { type JournalArguments, type JournalDoors, withJournal } from "./journal-access.ts";
import { makeWords, pairs, span, type Words } from "./words.ts";

export const DROP_TEXTS = {
  expired: "drop.expired",
  joinExpired: "drop.joinExpired",
  foreign: "drop.foreign",
  copy: "drop.copy",
  fport0: "drop.fport0",
  thinned: "drop.thinned",
  lastResort: "drop.lastResort",
} as const satisfies Record<DropReason, TextKey>;

/** @throws AgentError as withJournal() */
export function showStats(doors: JournalDoors, args: JournalArguments): Promise<void> {
  return withJournal(doors, args, "look", async (access) => {
    const report = await access.get<JournalReport>("/journal/stats");
    // The agent lives on this machine: its folder can be looked at from here.
    const use = await doors.largeFiles.folder(report.directory).catch(() => undefined);
    const folder = use && { sizeOctets: use.sizeOctets, freeOctets: use.freeOctets };
    if (args.json) {
      await doors.print(`${JSON.stringify({ through: access.through, ...report, folder })}\n`);
      return;
    }
    await doors.print(`${pairs(rowsOf(report, use, doors)).join("\n")}\n`);
  });
}

function rowsOf(report: JournalReport, use: FolderUse | undefined, { t }: JournalDoors): [string, string][] {
  const words = makeWords(t);
  const { count } = words;
  const { running, now, oldestArrivedWallMs: oldestMs } = report;
  const rows: [string, string][] = [
    [t("journal.folder"), report.directory],
    [t("journal.frames"), count(report.storedFrames)],
    [t("journal.size"), sizeOf(report, use, words, t)],
    [t("journal.devices"), count(report.devices)],
  ];
  if (oldestMs !== undefined) {
    const age = span(Math.max(0, now.wallMs - oldestMs));
    rows.push([t("journal.oldest"), t("journal.oldestSaid", { when: words.moment(oldestMs), age })]);
  }
  for (const [core, frames] of Object.entries(report.byCore)) {
    rows.push([t("journal.waitFor", { core }), count(frames)]);
  }
  const [added, removed] = [count(report.addedTotal), count(report.removedTotal)];
  rows.push([t("journal.aside"), report.aside === undefined ? "-" : count(report.aside)]);
  rows.push([t("journal.ever"), t("journal.everSaid", { added, removed })]);
  const dropped = Object.entries(report.dropped) as [DropReason, number][];
  if (dropped.length === 0) rows.push([t("journal.dropped"), t("journal.droppedNone")]);
  for (const [at, [reason, frames]] of dropped.entries()) {
    rows.push([at === 0 ? t("journal.dropped") : "", `${count(frames)} ${t(DROP_TEXTS[reason])}`]);
  }
  if (running === undefined) return rows;
  const { commits, lastCommitMs, memoryFrames, failing } = running;
  const committed =
    lastCommitMs === undefined
      ? t("journal.commitsBare", { commits: count(commits) })
      : t("journal.commitsSaid", { commits: count(commits), ms: words.figure(lastCommitMs, 1) });
  rows.push([t("journal.commits"), committed]);
  rows.push([t("journal.memory"), count(memoryFrames)]);
  if (failing !== undefined)
    rows.push([t("journal.failing"), t("status.journalFailing", { reason: failing })]);
  return rows;
}

function sizeOf(
  { storedOctets }: JournalReport,
  use: FolderUse | undefined,
  words: Words,
  t: JournalDoors["t"],
): string {
  const records = words.size(storedOctets);
  if (use === undefined) return records;
  const [folder, free] = [words.size(use.sizeOctets), words.size(use.freeOctets)];
  return t("journal.sizeSaid", { records, folder, free });
}

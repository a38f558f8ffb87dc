/** `edge-agent journal verify`: whether everything in the journal is as it was written. Changes nothing. */
import { EXIT, isAgentError } from "../errors.ts";
import type { Finding, Verified } from "../journal/verification.ts";
import type { Translate } from "../text/text.ts";
import { type JournalArguments, type JournalDoors, withJournal } from "./journal-access.ts";
import { showProgress } from "./progress.ts";
import { makeWords } from "./words.ts";

/** Ends with exit code 1 when something is wrong. @throws AgentError as withJournal() */
export async function verifyJournal(doors: JournalDoors, args: JournalArguments): Promise<void> {
  const { t, print, setExitCode } = doors;
  try {
    await withJournal(doors, args, "check", async (access) => {
      const progress = showProgress(doors);
      let verified: Verified | undefined;
      try {
        for await (const piece of access.lines("GET", "/journal/verify")) {
          for (const line of piece) {
            if (line.kind === "progress") progress.at(Number(line.done));
            else if (line.kind === "end") verified = line as unknown as Verified;
          }
        }
      } finally {
        progress.end();
      }
      const { kind: _, ...result } = verified as Verified & { kind: string };
      const ok = Object.keys(result.troubles).length === 0;
      if (args.json) await print(`${JSON.stringify({ through: access.through, ok, ...result })}\n`);
      else await print(`${sayVerified(result, ok, t).join("\n")}\n`);
      if (!ok) setExitCode(EXIT.trouble);
    });
  } catch (error) {
    // That the store's own files are damaged is what was to be found out.
    if (!isAgentError(error, "STORE_DAMAGED")) throw error;
    if (args.json) {
      const { reason } = error;
      await print(`${JSON.stringify({ through: "folder", ok: false, storeDamaged: reason })}\n`);
    } else await print(`${error.message}\n`);
    setExitCode(EXIT.trouble);
  }
}

function sayVerified(verified: Verified, ok: boolean, t: Translate): string[] {
  const words = makeWords(t);
  const { count } = words;
  const records = count(verified.records);
  const notCompared = verified.tallyCompared ? [] : [t("journal.notCompared")];
  if (ok) {
    const [size, aside] = [words.size(verified.octets), count(verified.aside)];
    return [t("journal.sound", { records, size, aside }), ...notCompared];
  }
  const kinds = Object.entries(verified.troubles) as [Finding["kind"], number][];
  const all = kinds.reduce((sum, [, times]) => sum + times, 0);
  const said = kinds.map(([kind, times]) => `  ${sayTrouble(kind, count(times), verified, t)}`);
  return [
    t("journal.unsound", { count: count(all), records }),
    ...said,
    ...notCompared,
    t("journal.whatToDo"),
  ];
}

function sayTrouble(kind: Finding["kind"], count: string, { findings }: Verified, t: Translate): string {
  switch (kind) {
    case "unreadable":
      return t("trouble.unreadable", { count });
    case "notIndexed":
      return t("trouble.notIndexed", { count });
    case "withoutRecord":
      return t("trouble.withoutRecord", { count });
    case "damagedEntry":
      return t("trouble.damagedEntry", { count });
    case "damagedNote":
      return t("trouble.damagedNote", { count });
    case "noTally":
      return t("trouble.noTally");
    case "frames": {
      const finding = findings.find((one) => one.kind === "frames");
      if (finding === undefined) return t("trouble.frames", { promised: "?", found: "?" });
      const { count } = makeWords(t);
      return t("trouble.frames", { promised: count(finding.promised), found: count(finding.found) });
    }
  }
}

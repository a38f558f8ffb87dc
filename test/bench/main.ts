/**
 * `npm run bench -- [part] [--quick]`: measures, and prints one JSON line per figure on stdout (figure.ts). Without a
 * part: all of them. --quick measures shorter, for seeing that it works; its figures are not for quoting.
 */
const PARTS: Readonly<Record<string, () => Promise<(effort: Effort) => Promise<void>>>> = {
  agent: async () => (await import("./agent.ts")).benchAgent,
  fleet: async () => (await import("./fleet.ts")).benchFleet,
  health: async () => (await import("./health.ts")).benchHealth,
  journal: async () => (await import("./journal.ts")).benchJournal,
  replay: async () => (await import("./replay.ts")).benchReplay,
  web: async () => (await import("./web.ts")).benchWeb,
};

/** How long to measure, as a share of the usual. */
export type Effort = number;

const FULL: Effort = 1;
const QUICK: Effort = 0.25;
const WRONG_USAGE = 2;

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith("--"));
const unknown = [
  ...named.filter((part) => !(part in PARTS)),
  ...words.filter((word) => word.startsWith("--") && word !== "--quick"),
];
if (unknown.length > 0) {
  process.stderr.write(
    `unknown: ${unknown.join(" ")}\nusage: npm run bench -- [${Object.keys(PARTS).join("|")}] [--quick]\n`,
  );
  process.exit(WRONG_USAGE);
}
for (const part of named.length > 0 ? named : Object.keys(PARTS)) {
  const bench = await PARTS[part]!();
  await bench(words.includes("--quick") ? QUICK : FULL);
}
process.exit();

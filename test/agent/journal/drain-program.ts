/** A start of a journal that reads all it has, as a process of its own: prints `lost <n>`, then the frames as JSON. */
import type { Frame } from "../../../agent/frame/frame.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openStores } from "../../../agent/host/store.ts";
import { openJournal } from "../../../agent/journal/store-journal.ts";
import type { Log } from "../../../agent/ports.ts";

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const journal = await openJournal({
  stores: openStores(),
  files: openFiles(),
  clock: openClock(),
  log,
  directory: process.argv[2]!,
  cores: ["main"],
  commitIntervalMs: 0,
});
process.stdout.write(`lost ${journal.stats().lostAtOpen}\n`);
const frames: Frame[] = [];
for (const { lane } of journal.backlog("main")) {
  for (let after = -1; ; after = frames.at(-1)!.sequence) {
    const frame = await journal.next("main", lane, after);
    if (frame === undefined) break;
    frames.push(frame);
  }
}
process.stdout.write(`lost ${journal.stats().lostAtOpen}\n`);
await journal.close();
process.stdout.write(JSON.stringify(frames));

/** Who holds a store: told by the kernel's locks, which name a file by its disk and a number. */
import { renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStores } from "../../../agent/host/store.ts";
import { lockedBy } from "../../../agent/host/store-files.ts";
import { mountSmallDisk } from "../../small-disk.ts";

test("a file of the same number on another disk is somebody else's", async () => {
  const [ours, others] = [mountSmallDisk(2 ** 24).path, mountSmallDisk(2 ** 24).path];
  const store = await openStores().open(ours);
  expect(await lockedBy(ours)).toBe(process.pid);
  // Fresh disks give out the same numbers.
  const { ino } = statSync(join(ours, "LOCK"));
  for (let file = 0; ; file++) {
    const path = join(others, file === 0 ? "LOCK" : `LOCK${file}`);
    writeFileSync(path, "");
    const found = statSync(path).ino;
    expect(found).toBeLessThanOrEqual(ino);
    if (found !== ino) continue;
    renameSync(path, join(others, "LOCK"));
    break;
  }
  expect(await lockedBy(others)).toBeUndefined();
  await store.close();
  expect(await lockedBy(ours)).toBeUndefined();
});

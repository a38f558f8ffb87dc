import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { openStores } from "../../agent/host/store.ts";
import { WorldStores } from "../../simulator/world/store.ts";
import { storeContract } from "./store.ts";

describe("a store on a real disk", () => {
  storeContract(() => {
    const directory = mkdtempSync(join(tmpdir(), "store-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return { stores: openStores(), directory: join(directory, "deep", "journal") };
  });
});

describe("a store in the world", () => {
  storeContract(() => ({ stores: new WorldStores(), directory: "/journal" }));
});

import { join } from "node:path";
import { describe } from "vitest";
import { openStores } from "../../agent/host/store.ts";
import { WorldStores } from "../../simulator/world/store.ts";
import { testFolder } from "../test-folder.ts";
import { storeContract } from "./store.ts";

describe("a store on a real disk", () => {
  storeContract(() => {
    const directory = testFolder("store");
    return { stores: openStores(), directory: join(directory, "deep", "journal") };
  });
});

describe("a store in the world", () => {
  storeContract(() => ({ stores: new WorldStores(), directory: "/journal" }));
});

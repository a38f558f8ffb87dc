/** What a core may change is its own table and what is no core's, but for what is local; by files as operators write them. */
import { describe, expect, test } from "vitest";
import { changesOfOthers, localChanges } from "../../../agent/command/settings-guard.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import type { Settings } from "../../../agent/config/settings.ts";
import { rowsOf } from "../../../agent/config/table.ts";

/** Of the first core and the second, as services get them. */
const ENV = { EDGE_AGENT_CORE__0__PASSWORD: "hunter1", EDGE_AGENT_CORE__1__PASSWORD: "hunter2" };
const MAIN = 'id = "main"\nservers = ["mqtts://main"]\nusername = "gw"\nca_file = "/etc/ca.pem"';
const OTHER = 'id = "other"\nservers = ["mqtts://other"]\nusername = "gw"\nmay_transmit = false';

function settingsOf(...cores: readonly string[]): Settings {
  const tomlText = cores.map((core) => `[[core]]\n${core}\n`).join("\n");
  const loaded = loadSettings({ tomlText, path: "agent.toml", env: cores.length === 1 ? {} : ENV });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.troubles));
  return loaded.settings;
}

const before = settingsOf(MAIN, OTHER);
const judged = (next: Settings, coreId: string) => ({
  local: localChanges(before, next, coreId),
  others: changesOfOthers(before, next, coreId),
});
const NONE = { local: [], others: [] };

describe("a core", () => {
  test("moves to another broker with the password that it has", () => {
    const moved = settingsOf(MAIN.replace("mqtts://main", "mqtts://elsewhere"), OTHER);
    expect(judged(moved, "main")).toEqual(NONE);
    expect(judged(moved, "other")).toEqual({ local: [], others: ["core.main.servers"] });
  });

  test("gets no other's password by changing places, which those of the environment go by", () => {
    const swapped = settingsOf(OTHER, MAIN);
    for (const coreId of ["main", "other"])
      expect(judged(swapped, coreId).others).toEqual([
        ...["core.main", "core.other", "core.other", "core.main"],
      ]);
  });

  test("changes no file that is read as a secret, or by which somebody is trusted", () => {
    const files = (rowsOf("core") ?? []).filter(({ key }) => key.endsWith("_file"));
    expect(files.map(({ key }) => key).sort()).toEqual(["ca_file", "cert_file", "key_file", "password_file"]);
    expect(files.filter(({ local }) => local !== true)).toEqual([]);
    expect(judged(settingsOf(MAIN.replace("/etc", "/tmp"), OTHER), "main").local).toEqual([
      "core.main.ca_file",
    ]);
  });
});

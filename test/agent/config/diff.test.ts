import { expect, test } from "vitest";
import { applyLive, diffSettings } from "../../../agent/config/diff.ts";
import { loadSettings } from "../../../agent/config/load.ts";
import type { Settings } from "../../../agent/config/settings.ts";

function settings(tomlText: string): Settings {
  const loaded = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.troubles));
  return loaded.settings;
}

const core = (id: string, more = "") => `[[core]]\nid = "${id}"\nservers = ["mqtt://${id}"]\n${more}\n`;

test("settings that say the same in other words have not changed", () => {
  const old = settings(`[journal]\nmax_age = "48h"\n${core("a")}`);
  const next = settings(`[journal]\nmax_age = "2d"\n${core("a")}`);
  expect(diffSettings(old, next)).toEqual({ live: [], restart: [] });
});

test("what can change live is told from what needs a restart", () => {
  const old = settings(core("a"));
  const next = settings(`[log]
level = "debug"
[forwarder]
listen = "127.0.0.1:1701"
accept_eui = ["7076ff0123456789"]
[journal]
path = "/elsewhere"
max_age = "24h"
${core("a", 'encoding = "json"')}`);
  expect(diffSettings(old, next)).toEqual({
    live: ["forwarder.accept_eui", "journal.max_age", "log.level"],
    restart: ["forwarder.listen", "journal.path", "core.a.encoding"],
  });
});

test("only what can change live is taken over", () => {
  const old = settings(core("a"));
  const next = settings(
    `[log]\nlevel = "debug"\n[journal]\npath = "/elsewhere"\n${core("a", 'encoding = "json"')}`,
  );
  const inForce = applyLive(old, next);
  expect(inForce.log.level).toBe("debug");
  expect(inForce.journal.path).toBe(old.journal.path);
  expect(inForce.cores).toEqual(old.cores);
  expect(diffSettings(inForce, next).live).toEqual([]);
  expect(diffSettings(inForce, next).restart).toEqual(diffSettings(old, next).restart);
});

test("a core is the same one by its id, wherever it stands; one that comes or goes needs a restart", () => {
  // What depends on the place is said.
  const a = core("a", 'may_transmit = true\nhealth = true\ncommands = "read"');
  const b = core("b", 'may_transmit = false\nhealth = false\ncommands = "none"');
  const old = settings(a + b);
  const turned = settings(b + a);
  expect(diffSettings(old, turned)).toEqual({ live: [], restart: [] });
  const other = settings(core("a") + core("c"));
  expect(diffSettings(old, other)).toEqual({ live: [], restart: ["core.c", "core.b"] });
  expect(applyLive(old, other).cores.map(({ id }) => id)).toEqual(["a", "b"]);
});

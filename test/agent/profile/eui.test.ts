/** The gateway's EUI, from the files in which gateways have it; the shapes are those of facts/public notes. */
import { describe, expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { euiIn, findEui } from "../../../agent/profile/eui.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { keros5, keros6, RASPBERRY, shippedIndex, type Tree } from "./boxes.ts";

const toml = { format: "toml", key: "gateway.id" } as const;
const json = { format: "json", key: "gateway_conf.gateway_ID" } as const;
const env = { format: "env", key: "EUI64" } as const;

describe("an EUI is read", () => {
  test.each([
    ["as lorafwd's own file has it", "gateway.id = 0x7076FF0039050789\n", toml],
    ["in a table, with blanks around its name", "[ gateway ]\nid = 0x7076ff0039050789 # label\n", toml],
    ["as text", '[gateway]\nid = "7076FF0039050789"\n', toml],
    ["as text with 0x", '[gateway]\nid = "0x7076FF0039050789"\n', toml],
    ["from JSON with comments", '{/* a */"gateway_conf": {"gateway_ID": "7076FF0039050789" // b\n}}', json],
    ["from variables", 'export CODENAME="wifc"\nexport EUI64="7076FF0039050789"\n', env],
    ["from variables without quotes and export", "EUI64=7076ff0039050789\n", env],
  ])("%s", (_how, text, source) => {
    expect(euiIn(text, source)).toBe("7076ff0039050789");
  });

  test("comment marks within a text of JSON are no comments", () => {
    const text = '{"url": "http://x/*y*/", "gateway_conf": {"gateway_ID": "7076FF0039050789"}}';
    expect(euiIn(text, json)).toBe("7076ff0039050789");
  });

  test("one with leading zeros keeps them", () => {
    expect(euiIn("gateway.id = 0x0000024B0B030456\n", toml)).toBe("0000024b0b030456");
    expect(euiIn("gateway.id = 0x16C001FF\n", toml)).toBe("0000000016c001ff");
  });

  test.each([
    ["zero, which means the board's own", "[gateway]\nid = 0\n", toml],
    ["a comment", "[gateway]\n#id = 0x7076FF0039050789\n", toml],
    ["15 digits", '[gateway]\nid = "7076FF003905078"\n', toml],
    ["a fraction", "[gateway]\nid = 7.5\n", toml],
    ["a truth value", "[gateway]\nid = true\n", toml],
    ["no TOML", "gateway.id = = 0x7076FF0039050789", toml],
    ["a number beyond 64 bits", "gateway.id = 0x1FFFFFFFFFFFFFFFFF\n", toml],
    ["a value where a table should be", "gateway = 5\n", toml],
    ["no JSON", '{"gateway_conf": {"gateway_ID": "7076FF0039050789"', json],
    ["Semtech's sample, which is nobody's", '{"gateway_conf": {"gateway_ID": "AA555A0000000000"}}', json],
    ["another variable", "XEUI64=7076ff0039050789\n", env],
    ["nothing", "", env],
  ])("but not from %s", (_what, text, source) => {
    expect(euiIn(text, source)).toBeUndefined();
  });
});

test.each([
  ["comments", "/* ".repeat(87_381)],
  ["texts", `"${'\\"'.repeat(131_000)}`],
  ["lines", "//".repeat(131_072)],
  ["tables", `gateway${".a".repeat(100_000)} = 1`],
  ["arrays", "[".repeat(262_144)],
])("a file full of begun %s costs no time to speak of", (_what, text) => {
  const startedMs = performance.now();
  for (const source of [json, toml, env]) expect(euiIn(text, source)).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

describe("a profile's sources", () => {
  const eui = async (name: string, tree: Tree) => {
    const entry = (await shippedIndex()).find((one) => one.name === name);
    return findEui(memoryFiles(tree), entry?.euiSources ?? []);
  };

  test("give the board's EUI on each system", async () => {
    expect((await eui("kerlink-istation-keros5", keros5("wiis")))?.eui).toBe("7076ff0039040123");
    expect((await eui("kerlink-istation-keros6", keros6("wiis")))?.eui).toBe("7076ff0039040123");
    expect((await eui("sx1302-linux", RASPBERRY))?.eui).toBe("dca632fffe010203");
  });

  test("give the forwarder's own where that overrides the board's, as lorafwd does", async () => {
    const tree = { ...keros5("wiis"), "/etc/lorafwd.toml": "[gateway]\nid = 0x7276FF0000000001\n" };
    expect(await eui("kerlink-istation-keros5", tree)).toEqual({
      eui: "7276ff0000000001",
      file: "/etc/lorafwd.toml",
    });
  });

  test("give the next one's when a file is missing, and none when all are", async () => {
    const { "/var/run/lora/gateway-id.toml": _gone, ...rest } = keros5("wiis");
    expect((await eui("kerlink-istation-keros5", rest))?.file).toBe("/tmp/board_info.json");
    expect(await eui("kerlink-istation-keros5", {})).toBeUndefined();
    expect(await eui("companion", keros5("wiis"))).toBeUndefined();
  });

  test("that cannot be read, or are too large to be one, have none", async () => {
    const sources = [{ file: "/a", ...env }];
    const refused = async (): Promise<never> => {
      throw new AgentError("FILE_IO", "EACCES");
    };
    expect(await findEui({ read: refused }, sources)).toBeUndefined();
    const line = "EUI64=7076ff0039050789\n";
    const filled = (octets: number) => memoryFiles({ "/a": line + "#".repeat(octets - line.length) });
    expect(await findEui(filled(256 * 1024), sources)).toBeDefined();
    expect(await findEui(filled(256 * 1024 + 1), sources)).toBeUndefined();
  });
});

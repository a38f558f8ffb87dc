/** Recognising a box by its files: made-up trees for each model and system, and trees that say too much or nothing. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { openBox } from "../../../agent/host/box.ts";
import { findEui } from "../../../agent/profile/eui.ts";
import { recognise } from "../../../agent/profile/recognise.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { keros5, keros6, PC, RASPBERRY, STATION, shippedIndex, type Tree } from "./boxes.ts";

async function found(tree: Tree) {
  const { how, profile, candidates, evidence } = await recognise(memoryFiles(tree), await shippedIndex());
  return { how, name: profile?.name, candidates, evidence };
}

const without = (tree: Tree, ...paths: string[]): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));

describe("a box is recognised by its files", () => {
  test.each([
    ["wiis", "kerlink-istation"],
    ["wifc", "kerlink-ifemtocell"],
    ["fevo", "kerlink-ifemtocell-evolution"],
    ["lpbs", "kerlink-ibts"],
    ["zeth", "kerlink-izeptocell"],
    ["zcel", "kerlink-izeptocell"],
  ])("klk-%s is %s, on KerOS 4 and 5 and on KerOS 6", async (code, model) => {
    expect(await found(keros5(code))).toMatchObject({ how: "recognised", name: `${model}-keros5` });
    expect(await found(keros6(code))).toMatchObject({ how: "recognised", name: `${model}-keros6` });
  });

  test("the reference forwarder on Linux, and the Wirnet Station", async () => {
    expect(await found(RASPBERRY)).toMatchObject({ how: "recognised", name: "sx1302-linux" });
    expect(await found(STATION)).toMatchObject({ how: "recognised", name: "kerlink-wirnet-station" });
  });

  test("the evidence is the files that spoke", async () => {
    const { evidence } = await found(keros6("wifc"));
    expect(evidence).toContain("/run/boardinfo.env");
    expect(evidence).not.toContain("/tmp/board_info.json");
  });

  test("by any one of the signs of its system", async () => {
    for (const lone of ["/tmp/board_info.json", "/tmp/sys_startup_status.json", "/etc/monit.d/lorafwd"]) {
      const others = ["/tmp/board_info.json", "/tmp/sys_startup_status.json", "/etc/monit.d/lorafwd"];
      const tree = without(keros5("wiis"), ...others.filter((path) => path !== lone));
      expect(await found(tree), lone).toMatchObject({ how: "recognised", name: "kerlink-istation-keros5" });
    }
  });

  test("a KerOS 6 that still has the files of KerOS 5 is a KerOS 6: it has systemd", async () => {
    const both = { ...keros5("lpbs"), ...keros6("lpbs") };
    expect(await found(both)).toMatchObject({ how: "recognised", name: "kerlink-ibts-keros6" });
  });

  test("a Kerlink box whose owner renamed it is one of the i-series, and no stranger", async () => {
    const renamed = { "/proc/sys/kernel/hostname": "church-12\n", "/etc/hostname": "church-12\n" };
    expect(await found({ ...keros5("wiis"), ...renamed })).toMatchObject({
      how: "recognised",
      name: "kerlink-iseries-keros5",
    });
  });

  test("a renamed KerOS 6 box still has its code name", async () => {
    const renamed = { "/proc/sys/kernel/hostname": "church-12\n", "/etc/hostname": "church-12\n" };
    expect(await found({ ...keros6("fevo"), ...renamed })).toMatchObject({
      how: "recognised",
      name: "kerlink-ifemtocell-evolution-keros6",
    });
  });
});

describe("what is not clear is not guessed", () => {
  test("signs of two models of one system: its family stands in, and both are named", async () => {
    const tree = { ...keros5("wiis"), "/etc/hostname": "klk-wifc-040123\n" };
    expect(await found(tree)).toMatchObject({
      how: "ambiguous",
      name: "kerlink-iseries-keros5",
      candidates: ["kerlink-istation-keros5", "kerlink-ifemtocell-keros5"],
    });
  });

  test("a host name alone is no system: the generic profile stands in", async () => {
    const tree = { "/proc/sys/kernel/hostname": "klk-wiis-040123\n" };
    expect(await found(tree)).toMatchObject({ how: "unknown", name: "sx1302-linux", candidates: [] });
  });

  test.each([
    ["an empty tree", {}],
    ["a PC", PC],
    ["signs with other content", { "/tmp/board_info.json": "", "/tmp/sys_startup_status.json": "{}" }],
    ["a forwarder's folder without its settings", { "/opt/ttn-gateway/packet_forwarder": "" }],
  ] as [string, Tree][])("%s is unknown, and gets the generic profile", async (_what, tree) => {
    expect(await found(tree)).toEqual({ how: "unknown", name: "sx1302-linux", candidates: [], evidence: [] });
  });

  test("the signs are found whatever the case of their letters, and behind whatever stands before them", async () => {
    const tree = { ...keros5("x"), "/proc/sys/kernel/hostname": "\u0000\u00ffKLK-WIIS-040123" };
    expect(await found(tree)).toMatchObject({ how: "recognised", name: "kerlink-istation-keros5" });
  });

  test("what stands beyond 64 KiB of a file is not looked at", async () => {
    const far = `${" ".repeat(64 * 1024)}klk-wiis`;
    const near = `${" ".repeat(64 * 1024 - 8)}klk-wiis`;
    const tree = (name: string): Tree => ({ ...keros5("x"), "/proc/sys/kernel/hostname": name });
    expect((await found(tree(near))).name).toBe("kerlink-istation-keros5");
    expect((await found(tree(far))).name).toBe("kerlink-iseries-keros5");
  });

  test("files that cannot be read are no signs, and are named", async () => {
    const files = memoryFiles(keros5("wiis"));
    const refuse = async (path: string): Promise<Buffer | undefined> => {
      if (path.startsWith("/tmp/")) throw new AgentError("FILE_IO", `${path}: EACCES`);
      return files.contents.get(path);
    };
    const recognition = await recognise({ ...files, read: refuse }, await shippedIndex());
    expect(recognition).toMatchObject({ how: "recognised", profile: { name: "kerlink-istation-keros5" } });
    expect(recognition.unreadable).toEqual(["/tmp/board_info.json", "/tmp/sys_startup_status.json"]);
  });

  test("a box full of traps is looked at without falling into one", async () => {
    const root = mkdtempSync(join(tmpdir(), "traps-"));
    const at = (path: string): string => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      return join(root, path);
    };
    for (const [path, content] of Object.entries(keros5("wiis"))) writeFileSync(at(path), content);
    const { "/proc/sys/kernel/hostname": hostname = "" } = keros5("wiis");
    rmSync(at("/tmp/board_info.json"));
    execFileSync("mkfifo", [at("/tmp/board_info.json")]);
    rmSync(at("/tmp/sys_startup_status.json"));
    symlinkSync("/dev/zero", at("/tmp/sys_startup_status.json"));
    symlinkSync("lorafwd.toml", at("/etc/lorafwd/lorafwd.toml"));
    mkdirSync(at("/run/boardinfo.env"));
    writeFileSync(at("/etc/lorafwd.toml"), Buffer.alloc(1_000_000, 0xff));
    writeFileSync(at("/var/run/lora/gateway-id.toml"), "\0\xff[[[[");
    writeFileSync(at("/etc/hostname"), hostname + "x".repeat(10_000_000));
    const box = openBox(root);
    const recognition = await recognise(box, await shippedIndex());
    expect(recognition).toMatchObject({ how: "recognised", profile: { name: "kerlink-istation-keros5" } });
    expect([...recognition.unreadable].sort()).toEqual([
      "/run/boardinfo.env",
      "/tmp/board_info.json",
      "/tmp/sys_startup_status.json",
    ]);
    expect(await findEui(box, recognition.profile!.euiSources)).toBeUndefined();
    rmSync(root, { recursive: true, force: true });
  });

  test("a disk that is gone leaves the generic profile; a bug in reading is no sign of anything", async () => {
    const gone = async (): Promise<never> => {
      throw new AgentError("FILE_IO", "EIO");
    };
    const recognition = await recognise({ read: gone, stamp: gone }, await shippedIndex());
    expect(recognition).toMatchObject({ how: "unknown", profile: { name: "sx1302-linux" } });
    const broken = async (): Promise<never> => {
      throw new TypeError("a bug");
    };
    await expect(recognise({ read: broken, stamp: broken }, await shippedIndex())).rejects.toThrow("a bug");
  });

  test("each file is read once, however many profiles name it", async () => {
    const reads: string[] = [];
    const files = memoryFiles(keros5("wiis"));
    const read = async (path: string): Promise<Buffer | undefined> => {
      reads.push(path);
      return files.contents.get(path);
    };
    await recognise({ ...files, read }, await shippedIndex());
    expect(reads).toContain("/proc/sys/kernel/hostname");
    expect(reads.filter((path, index) => reads.indexOf(path) !== index)).toEqual([]);
  });
});

/**
 * The profiles that are shipped: each one good, every fact with its source, and what is made from them in step. What
 * they say of real gateways no test can prove; it must agree with itself, with the agent and with the packages.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { rowsOf } from "../../../agent/config/table.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { DEFAULTABLE } from "../../../agent/profile/defaultable.ts";
import { profileSchema, profilesMarkdown } from "../../../agent/profile/document.ts";
import { FACTS, factsOf, SECTIONS } from "../../../agent/profile/facts.ts";
import { MODELS, readProfiles } from "../../../agent/profile/files.ts";
import { entryOf, GENERIC } from "../../../agent/profile/index.ts";
import { CERTAINTIES, type Fact, type GatewayProfile } from "../../../agent/profile/profile.ts";
import { fits } from "../config/json-schema.ts";
import { FOLDER, shippedIndex } from "./boxes.ts";

const TOP = join(import.meta.dirname, "../../..");
const { profiles, troubles } = await readProfiles(openFiles(), FOLDER);
const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".toml"),
);
const named = (name: string): GatewayProfile => profiles.find((one) => one.name === name)!;

/** Every fact of a profile with its key. */
function factsIn(profile: GatewayProfile): [string, Fact<unknown>][] {
  return SECTIONS.flatMap((section) =>
    (factsOf(section) ?? []).flatMap(({ field, key }) => {
      const fields = profile[section] as Readonly<
        Record<string, Fact<unknown> | Fact<unknown>[] | undefined>
      >;
      return [fields[field] ?? []].flat().map((one): [string, Fact<unknown>] => [`${section}.${key}`, one]);
    }),
  );
}

describe("the profiles that are shipped", () => {
  test("are all good, and all of the folder", () => {
    expect(troubles).toEqual([]);
    const models = files
      .filter((name) => !name.startsWith("systems"))
      .map((name) => name.replace(".toml", ""));
    expect([...MODELS].sort()).toEqual(models.sort());
    const systems = new Set(profiles.map(({ system }) => `systems/${system}.toml`));
    expect([...systems].sort()).toEqual(files.filter((name) => name.startsWith("systems")).sort());
    expect(profiles).toHaveLength(15);
  });

  test("know each Kerlink model on KerOS 4 and 5 and on KerOS 6, a generic gateway and a companion", () => {
    const names = profiles.map(({ name }) => name);
    for (const model of ["istation", "ifemtocell", "ifemtocell-evolution", "ibts", "izeptocell"]) {
      expect(names).toContain(`kerlink-${model}-keros5`);
      expect(names).toContain(`kerlink-${model}-keros6`);
    }
    expect(names).toEqual(expect.arrayContaining([GENERIC, "companion"]));
  });

  test.each(profiles.map((profile) => [profile.name, profile] as const))(
    "%s: every fact has its source and certainty, and what is measured under emulation says so",
    (_name, profile) => {
      const facts = [...factsIn(profile), ...profile.settings.map(({ key, fact }) => [key, fact] as const)];
      expect(facts.length).toBeGreaterThan(12);
      for (const [key, { source, certainty, note }] of facts) {
        expect(CERTAINTIES, key).toContain(certainty);
        expect(source.length, key).toBeGreaterThan(3);
        if (source.includes("qemu"))
          expect(`${certainty} ${note ?? ""} ${source}`, key).toMatch(/emulation|qemu/);
        // Nobody has read what is nowhere to be read.
        if (/not found|a guess/.test(source)) expect(certainty, key).toBe("assumed");
      }
    },
  );

  test("of Kerlink gateways give what their forwarder needs: a second for a commit, and TX_POWER is sent", () => {
    const kerlink = profiles.filter(({ system }) => system.startsWith("keros"));
    for (const { name, settings, forwarder, quirks } of kerlink) {
      const given = Object.fromEntries(settings.map(({ key, fact }) => [key, fact.value]));
      expect(given["journal.commit_interval"], name).toBe("1s");
      expect(forwarder.ackWaitMs?.value, name).toBe(3_000);
      const isSent = quirks.known.some(({ value }) => value === "tx-power-error-means-sent");
      expect(given["forwarder.tx_power_error_means_sent"], name).toBe(isSent);
      expect(isSent, name).toBe(true);
    }
    expect(kerlink).toHaveLength(12);
  });

  test("leave the port of the packet forwarder alone, and say that no port has two readers", () => {
    const { serial } = named("kerlink-istation-keros5");
    const readers = Object.fromEntries(serial.ports.map(({ value }) => [value.path, value.reader]));
    expect(readers).toEqual({ "/dev/nmea1": "forwarder", "/dev/nmea2": "free" });
  });

  test("keep the journal well within the room there is", () => {
    for (const { name, board, settings } of profiles) {
      const size = settings.find(({ key }) => key === "journal.max_size")?.fact.value;
      if (size === undefined || board.userSpace === undefined) continue;
      const octets = Number(String(size).replace("MB", "")) * 1e6;
      expect(octets + 100e6, name).toBeLessThan(board.userSpace.value / 4);
    }
  });

  test("never recognise a companion box by itself, and the generic one asks for no sign of a system", () => {
    expect(named("companion").recognise.model).toEqual([]);
    expect(named(GENERIC).recognise.system).toEqual([]);
  });

  test("have the paths that the packages have", () => {
    const script = (path: string): string => readFileSync(join(TOP, "agent/packaging", path), "utf8");
    const { paths } = named("kerlink-istation-keros5");
    expect(script("keros/init")).toContain(`home=${paths.install.value}\n`);
    expect(paths.settings.value.replace(paths.install.value, "$home")).toBe("$home/etc/agent.toml");
    expect(script("keros/init")).toContain("settings=$home/etc/agent.toml");
    expect(script("keros/agent.toml")).toContain(`path = "${paths.journal.value}"`);
    for (const name of ["kerlink-istation-keros6", GENERIC]) {
      expect(script("debian/postinst")).toContain(`home=${named(name).paths.install.value}\n`);
      expect(script("debian/edge-agent.service")).toContain(`--config ${named(name).paths.settings.value}\n`);
    }
  });
});

describe("what is made from the profiles", () => {
  test("is in step with them: index, JSON Schema and page", () => {
    const into = mkdtempSync(join(tmpdir(), "profiles-"));
    try {
      const tool = join(TOP, "test/tools/profile-files.ts");
      execFileSync(process.execPath, ["--import", "tsx", tool, into], { cwd: TOP });
      for (const name of ["gateways/index.json", "gateways/gateway-profile.schema.json", "README.md"]) {
        const made = readFileSync(join(into, name), "utf8");
        expect(readFileSync(join(TOP, "firmware-profiles", name), "utf8"), `npm run generate; ${name}`).toBe(
          made,
        );
      }
    } finally {
      rmSync(into, { recursive: true, force: true });
    }
  });

  test("the index says of each profile what the profile says", async () => {
    expect(await shippedIndex()).toEqual(profiles.map(entryOf));
  });

  test("the title of each is made of names, so that it needs no language", () => {
    for (const { name, title } of profiles) {
      const words = title.split(/[\s,]+/).filter((word) => word !== "i-series");
      expect(
        words.filter((word) => !/[\p{Lu}\d_]/u.test(word)),
        name,
      ).toEqual([]);
    }
  });

  test("the page has a line for each profile, with Node's line and its end", () => {
    const page = readFileSync(join(TOP, "firmware-profiles/README.md"), "utf8");
    for (const { name, title, runs } of profiles) {
      const line = page.split("\n").find((one) => one.includes(`| \`${name}\` |`));
      expect(line, name).toContain(`| ${title} |`);
      expect(line, name).toContain(`${runs.node.value} (${runs.node.certainty}), ${runs.nodeEnd.value} |`);
    }
    expect(page).toContain(profilesMarkdown(profiles));
  });

  test("the JSON Schema takes every file that is shipped", () => {
    const schema = resolved(profileSchema());
    for (const name of files) {
      const document = parse(readFileSync(join(FOLDER, name), "utf8"));
      expect(fits(document, schema), name).toBe(true);
    }
  });

  test.each([
    ["no title", {}],
    ["a section that is none", { title: "A", bord: {} }],
    ["a fact without its source", { title: "A", board: { cpu: { value: "c", certainty: "assumed" } } }],
    [
      "a certainty that is none",
      { title: "A", board: { cpu: { value: "c", certainty: "sure", source: "s" } } },
    ],
    [
      "a value of another kind",
      { title: "A", quirks: { known: [{ value: "x", certainty: "assumed", source: "s" }] } },
    ],
    [
      "a setting that a profile may not give",
      { title: "A", settings: { log: { level: { value: "info", certainty: "assumed", source: "s" } } } },
    ],
  ])("the JSON Schema refuses %s", (_what, document) => {
    expect(fits(document, resolved(profileSchema()))).toBe(false);
  });
});

describe("the table of facts", () => {
  test("says everything in both languages, and has each key once", () => {
    for (const section of SECTIONS) {
      const rows = factsOf(section) ?? [];
      for (const { en, fr, same } of [FACTS[section].label, ...rows.map(({ label }) => label)] as {
        en: string;
        fr: string;
        same?: true;
      }[]) {
        expect(en.length * fr.length, en).toBeGreaterThan(0);
        expect(en === fr, en).toBe(same === true);
      }
      expect(new Set(rows.map(({ key }) => key)).size, section).toBe(rows.length);
    }
  });

  test("every fact is known of some gateway: a row that nobody fills is a guess at the future", () => {
    const filled = new Set(profiles.flatMap((profile) => factsIn(profile).map(([key]) => key)));
    const rows = SECTIONS.flatMap((section) =>
      (factsOf(section) ?? []).map(({ key }) => `${section}.${key}`),
    );
    expect(rows.filter((key) => !filled.has(key))).toEqual([]);
  });

  test("every setting that a profile may give exists, and none is a path of ours", () => {
    for (const setting of DEFAULTABLE) {
      const [table = "", key = ""] = setting.split(".");
      expect(
        rowsOf(table)?.map((row) => row.key),
        setting,
      ).toContain(key);
    }
    expect(DEFAULTABLE).not.toContain("journal.path");
    expect(DEFAULTABLE).not.toContain("control.socket");
  });
});

/** The schema with what it refers to in its place: the judge knows no references. */
function resolved(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { $defs, ...rest } = schema as { $defs: Record<string, unknown> };
  const put = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(put);
    if (typeof value !== "object" || value === null) return value;
    const { $ref } = value as { $ref?: string };
    if ($ref !== undefined) return $defs[$ref.replace("#/$defs/", "")];
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, put(one)]));
  };
  return put(rest) as Record<string, unknown>;
}

/**
 * `edge-agent profiles list` and `show`: what is known of which gateway, with source and certainty, for people and as
 * JSON.
 */
import { sayTrouble } from "../config/trouble.ts";
import { AgentError } from "../errors.ts";
import type { Entry } from "../text/entry.ts";
import type { Translate } from "../text/text.ts";
import type { ProfileDoors } from "./commands.ts";
import { argv } from "./fact-kind.ts";
import { FACTS, type FactRow, factsOf, SECTIONS } from "./facts.ts";
import { readProfiles } from "./files.ts";
import { entryOf, nearestProfile } from "./index.ts";
import type { Argv, Certainty, Fact, GatewayProfile, QUIRKS, QuirkId } from "./profile.ts";
import { recognise } from "./recognise.ts";

/**
 * Lists all, and says which one this box is recognised by.
 * @throws AgentError FILE_IO when no profile can be read.
 */
export async function listProfiles(doors: ProfileDoors, { json }: { readonly json: boolean }): Promise<void> {
  const { t, write } = doors;
  const profiles = await readAll(doors);
  const recognition = await recognise(doors.files, profiles.map(entryOf));
  const here = recognition.how === "recognised" ? recognition.profile?.name : undefined;
  if (json) {
    const rows = profiles.map((profile) => ({ ...summaryOf(profile), here: profile.name === here }));
    const { how, candidates, evidence, unreadable } = recognition;
    const said = { how, profile: recognition.profile?.name ?? null, candidates, evidence, unreadable };
    write(`${JSON.stringify({ profiles: rows, recognition: said })}\n`);
    return;
  }
  const header = [t("profiles.name"), t("profiles.form"), t("profiles.packages"), t("profiles.node")];
  const rows = profiles.map((profile) => {
    const { name, packages, node, nodeEnd } = summaryOf(profile);
    const { value, certainty } = profile.runs.form;
    const form = `${value} (${t.pick(CERTAINTY_LABELS[certainty])})`;
    return [name, form, packages.join(", "), t("profiles.nodeUntil", { node, end: nodeEnd })];
  });
  write(columns([header, ...rows]));
  const evidence = recognition.evidence.join(", ");
  const candidates = recognition.candidates.join(", ");
  if (here !== undefined) write(`\n${t("profiles.here", { name: here, evidence })}\n`);
  else if (recognition.how === "ambiguous") write(`\n${t("profiles.ambiguous", { candidates })}\n`);
  else write(`\n${t("profiles.unknown", { name: recognition.profile?.name ?? "?" })}\n`);
}

/** @throws AgentError USAGE for a name that is none, FILE_IO when no profile can be read. */
export async function showProfile(
  doors: ProfileDoors,
  { name, json }: { readonly name: string; readonly json: boolean },
): Promise<void> {
  const { t, write } = doors;
  if (name === "auto") throw new AgentError("USAGE", t("profiles.auto"));
  const profiles = await readAll(doors);
  const profile = profiles.find((one) => one.name === name);
  if (profile === undefined) {
    const meant = nearestProfile(
      name,
      profiles.map((one) => one.name),
    );
    throw new AgentError("USAGE", t("profiles.noSuch", { name, nearest: meant }));
  }
  write(json ? `${JSON.stringify(profile)}\n` : sayProfile(profile, t));
}

/** What a list shows of a profile. */
export function summaryOf(profile: GatewayProfile) {
  const { board, runs } = profile;
  return {
    name: profile.name,
    title: profile.title,
    form: runs.form.value,
    formCertainty: runs.form.certainty,
    packages: runs.packages.value,
    architecture: board.architecture.value,
    ramOctets: board.ram?.value ?? null,
    node: runs.node.value,
    nodeEnd: runs.nodeEnd.value,
    memoryMaxOctets: runs.memoryMax.value,
  };
}

async function readAll({ files, folder, t }: ProfileDoors): Promise<readonly GatewayProfile[]> {
  const { profiles, troubles } =
    folder === undefined ? { profiles: [], troubles: [] } : await readProfiles(files, folder);
  if (profiles.length > 0) return profiles;
  const lines = troubles.map((trouble) => `  ${sayTrouble(trouble, t)}`);
  throw new AgentError("FILE_IO", [t("profiles.none"), ...lines].join("\n"));
}

// --------------------------------------------------------------------------------------- one profile

/** @returns all facts of a profile as lines for a person. */
export function sayProfile(profile: GatewayProfile, t: Translate): string {
  const sections = SECTIONS.flatMap((section) => {
    const fields = profile[section] as Readonly<
      Record<string, Fact<unknown> | readonly Fact<unknown>[] | undefined>
    >;
    const lines = (factsOf(section) ?? []).flatMap((row) =>
      [fields[row.field] ?? []].flat().map((fact) => {
        const value =
          section === "quirks" ? sayQuirk(fact.value as QuirkId, t) : sayRowValue(row, fact.value);
        return sayFact(t.pick(row.label), value, fact, t);
      }),
    );
    return lines.length === 0 ? [] : [[t.pick(FACTS[section].label), ...lines].join("\n")];
  });
  const settings = profile.settings.map(({ key, fact }) => sayFact(key, sayValue(fact.value), fact, t));
  const unknown = profile.unknown.map(({ what, ask }) => `  ${what}\n      ${ask}`);
  return `${[
    `${profile.title}\n${profile.name}`,
    ...sections,
    ...(settings.length > 0 ? [[t("profiles.settings"), ...settings].join("\n")] : []),
    ...(unknown.length > 0 ? [[t("profiles.openQuestions"), ...unknown].join("\n")] : []),
  ].join("\n\n")}\n`;
}

/** The value on its line; beneath it how sure, by whom, and what one should know with it. */
function sayFact(
  label: string,
  value: string,
  { source, certainty, note }: Fact<unknown>,
  t: Translate,
): string {
  const sure = t.pick(CERTAINTY_LABELS[certainty]);
  const lines = [
    `  ${t("profiles.labelled", { label, value })}`,
    `      ${t("profiles.labelled", { label: sure, value: source })}`,
  ];
  if (note !== undefined) lines.push(`      ${t("profiles.note", { note })}`);
  return lines.join("\n");
}

function sayQuirk(id: QuirkId, t: Translate): string {
  return `${t.pick(QUIRK_LABELS[id])} (${id})`;
}

/** Words of a command as they would be typed. */
function sayRowValue({ kind }: FactRow, value: unknown): string {
  if ((kind as unknown) === argv) return (value as Argv).join(" ");
  return sayValue((kind.toml as (value: unknown) => unknown)(value));
}

function sayValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object" || value === null) return value === "" ? '""' : String(value);
  return Object.entries(value)
    .map(([key, one]) => `${key} ${String(one)}`)
    .join(", ");
}

export const CERTAINTY_LABELS: Readonly<Record<Certainty, Entry>> = {
  measured: { en: "measured", fr: "mesuré" },
  documented: { en: "documented", fr: "documenté" },
  reported: { en: "reported", fr: "rapporté" },
  assumed: { en: "assumed", fr: "supposé" },
};

export const QUIRK_LABELS: Readonly<Record<(typeof QUIRKS)[number], Entry>> = {
  "tx-power-error-means-sent": {
    en: "an error TX_POWER means sent, at another power",
    fr: "une erreur TX_POWER veut dire émis, à une autre puissance",
  },
  "tx-ack-at-transmission": {
    en: "TX_ACK comes when it transmits, not when it accepts",
    fr: "le TX_ACK vient à l'émission, non à l'acceptation",
  },
  "tx-ack-trailing-nul": {
    en: "TX_ACK without error ends with a NUL",
    fr: "un TX_ACK sans erreur finit par un NUL",
  },
  "rxpk-version-2": {
    en: "rxpk of version 2: radio data per antenna, in rsig",
    fr: "rxpk de version 2 : données radio par antenne, dans rsig",
  },
  "stat-ackr-null": { en: "stat may have ackr null", fr: "stat peut avoir ackr null" },
  "own-store": {
    en: "has a store of its own, and sends old frames from it",
    fr: "a sa propre réserve, et en émet d'anciennes trames",
  },
  "own-store-unmarked": {
    en: "those frames may come without a mark",
    fr: "ces trames peuvent venir sans marque",
  },
  "datagrams-with-many-frames": {
    en: "one datagram may hold many frames",
    fr: "un datagramme peut porter beaucoup de trames",
  },
};

/** Aligned, two spaces between columns. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/**
 * What is wrong with the settings, each thing by itself: where it stands, its key, what was expected and what was
 * found. In no language yet; sayTrouble() puts it into one.
 */
import { type Said, said } from "../text/said.ts";
import type { Translate } from "../text/text.ts";

/** More are not looked for: a file that wrong is another kind of file. */
export const TROUBLES_MAX = 100;

/** Where a value comes from. A line is missing where nothing is written. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly file: string; readonly line?: number; readonly column?: number }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "profile"; readonly profile: string };

/** Stable: scripts may rely on them. */
type TroubleCode =
  | "syntax" // no TOML, or no text at all
  | "unknownTable"
  | "unknownKey"
  | "unknownVariable"
  | "wrongValue"
  | "missing"
  | "contradiction" // each setting is right by itself, together they are not
  | "tooMany"; // there are more troubles than are shown

export interface Trouble {
  readonly code: TroubleCode;
  readonly origin: Origin;
  /** Dotted, such as `journal.max_age` or `core[1].servers[0]`; "" for the file as a whole. */
  readonly key: string;
  readonly expected: Said;
  /** As people may see it: a secret's value never comes here. */
  readonly found?: string | Said;
  /** The known table, key or variable that was probably meant. */
  readonly nearest?: string;
}

/** Something that works, but that the operator should know. */
export interface Warning {
  readonly key: string;
  readonly text: Said;
}

/** One line for people: `file:line: key: expected …; found …`. */
export function sayTrouble({ origin, key, expected, found }: Trouble, t: Translate): string {
  const what =
    found === undefined
      ? t("trouble.withoutFound", { expected })
      : t("trouble.withFound", { expected, found });
  const shownKey = origin.kind === "environment" ? "" : key;
  return [place(origin, t), shownKey, what].filter((part) => part !== "").join(": ");
}

function place(origin: Origin, t: Translate): string {
  if (origin.kind === "environment") return t("trouble.environment", { variable: origin.variable });
  if (origin.kind === "default") return "";
  if (origin.kind === "profile") return t("origin.profile", { profile: origin.profile });
  return [origin.file, origin.line, origin.column].filter((part) => part !== undefined).join(":");
}

/** For `--json`: the same, in parts. */
export function troubleAsJson(trouble: Trouble, t: Translate): Record<string, unknown> {
  const { code, origin, key, expected, found, nearest } = trouble;
  return {
    code,
    file: origin.kind === "file" ? origin.file : null,
    line: (origin.kind === "file" && origin.line) || null,
    column: (origin.kind === "file" && origin.column) || null,
    variable: origin.kind === "environment" ? origin.variable : null,
    key,
    expected: t.say(expected),
    found: typeof found === "object" ? t.say(found) : (found ?? null),
    nearest: nearest ?? null,
    message: sayTrouble(trouble, t),
  };
}

const SHOWN_CHARACTERS_MAX = 60;

/** A value as people may see it. Credentials within a URL are hidden whatever setting they stand in. */
export function showValue(value: unknown, secret: boolean): string | Said {
  if (secret) return said("trouble.hidden");
  const shown = write(value, 0).replace(/\/\/[^\s/"]*@/g, "//***@");
  return shown.length <= SHOWN_CHARACTERS_MAX ? shown : `${shown.slice(0, SHOWN_CHARACTERS_MAX - 1)}…`;
}

/** Nearly TOML: what cannot be written shortly is named. */
function write(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 4 * SHOWN_CHARACTERS_MAX));
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    return depth > 2
      ? "[…]"
      : `[${value
          .slice(0, 16)
          .map((one) => write(one, depth + 1))
          .join(", ")}]`;
  }
  return typeof value === "object" ? "{…}" : String(value);
}

/** A key as people may see it: as it stands when it is bare, else quoted and cut. */
export function showKey(key: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(key) ? key : JSON.stringify(key.slice(0, SHOWN_CHARACTERS_MAX));
}

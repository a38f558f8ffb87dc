/**
 * The text of our own settings, as it is when it cannot be read, without what programs are given: of every list but those
 * that the table of settings knows to be no command line, only the first element stays, and of a text that begins with a
 * program's path only that. Where the text is broken, the rest of its line goes too. Other secrets: strip-secrets.ts. Pure.
 *
 * Settings that can be read are printed by config/print.ts, which knows each by its name.
 */
import { commandLine } from "../config/kind.ts";
import { HIDDEN } from "../config/shown-url.ts";
import { rowsOf, SINGLE_TABLES } from "../config/table.ts";

/** A key, and the bracket of its list; the key may be quoted, or dotted. */
const LIST = /([\w.-]{1,128})["']?[ \t]*[=:][ \t]*\[/y;
const KEY_MAX = /[\w.-]{1,128}/y;
/** In quotes that are closed on their line. */
const ELEMENT = /"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'/y;
const BETWEEN = /[\s,[]+|#[^\r\n]*/y;
const REST_OF_LINE = /[^\r\n]+/y;
/** Where a list that nobody has closed must have ended: a table, or another setting. */
const NEXT_SETTING = /^[ \t]*(?:\[{1,2}[\w.-]{1,128}\]|["']?[\w.-]{1,128}["']?[ \t]*=)/;
const PROGRAM = /(["'])(\/[^\s"'\\]+)[ \t][^\r\n]*?\1/g;

/** Lists of which each element may be seen. */
const OPEN_LISTS: ReadonlySet<string> = new Set(
  [...SINGLE_TABLES, "core"].flatMap((table) =>
    (rowsOf(table) ?? []).flatMap(({ key, kind }) =>
      kind.element === undefined || kind === commandLine ? [] : [key],
    ),
  ),
);

export function stripArguments(toml: string): string {
  let stripped = "";
  let at = 0;
  while (at < toml.length) {
    const opened = matchAt(LIST, toml, at);
    if (opened === undefined) {
      // A key as a whole, so that the end of one is not taken for another.
      const passed = matchAt(KEY_MAX, toml, at) ?? toml[at]!;
      stripped += passed;
      at += passed.length;
      continue;
    }
    stripped += opened;
    at += opened.length;
    if (OPEN_LISTS.has(keyOf(opened))) continue;
    const list = stripList(toml, at);
    stripped += list.stripped;
    at = list.end;
  }
  return stripped.replace(PROGRAM, `$1$2 ${HIDDEN}$1`);
}

/** @param opened such as `exec.login = [` */
function keyOf(opened: string): string {
  return /^[\w.-]+/.exec(opened)![0].split(".").at(-1)!;
}

/** @param from behind the bracket. @returns what is to be shown of it, and where it ends: before its closing bracket. */
function stripList(toml: string, from: number): { readonly stripped: string; readonly end: number } {
  let at = from;
  let first: string | undefined;
  let isMore = false;
  while (at < toml.length && toml[at] !== "]") {
    if (at > from && toml[at - 1] === "\n" && NEXT_SETTING.test(lineAt(toml, at))) break;
    const blank = /[\s,[]/.test(toml[at]!) ? toml[at] : matchAt(BETWEEN, toml, at);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const element = matchAt(ELEMENT, toml, at);
    if (element !== undefined && first === undefined && !isMore) first = element;
    else isMore = true;
    at += (element ?? matchAt(REST_OF_LINE, toml, at) ?? " ").length;
  }
  const shown = [...(first === undefined ? [] : [first]), ...(isMore ? [`"${HIDDEN}"`] : [])].join(", ");
  // The list is written as one line; the next setting begins its own.
  return { stripped: toml[at] === "]" || at >= toml.length ? shown : `${shown}\n`, end: at };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(at, Math.min(end < 0 ? text.length : end, at + 512));
}

/**
 * Shell variables of a file such as /etc/default/lorafwd: what a forwarder is started with, and whether. Plain
 * assignments only; no shell is run, and what only a shell could tell is not known.
 */

/** @returns the words of a variable's last assignment; undefined when there is none. */
export function wordsOf(text: string, name: string): readonly string[] | undefined {
  let words: readonly string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, key, value = ""] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (key === name) words = unquoted(value).split(/\s+/).filter(Boolean);
  }
  return words;
}

function unquoted(value: string): string {
  const [, , inside] = /^(["'])(.*?)\1/.exec(value) ?? [];
  return inside ?? value.replace(/(^|\s)#.*$/, "").trim();
}

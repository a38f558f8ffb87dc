/**
 * Text of somebody's settings (TOML, JSON, INI, KEY=value) or log without its secrets: what stands behind a name that
 * sounds like one, PEM blocks, user and password in a URL, and what a program is given on its command line. All else stays
 * as it is, comments too. Rather too much than too little: for what leaves the gateway. Pure.
 */
export const HIDDEN = "********";

/** Within a name; "key" alone or at the end of a word, but not the place where a key lies. */
const WORDS = [
  "pass(?:word|wd|phrase|code)?",
  "pwd",
  "secret",
  "token",
  "credential",
  "psk",
  "authorization",
  "community",
  "keys?(?![a-z]|[_-]?(?:file|path))",
  "(?:sim|card|modem|wwan)[._-]?(?:pin|puk)",
].join("|");
const NAME = String.raw`[\w.-]*(?:${WORDS})[\w.-]*|pin|puk`;

const PEM = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$(?![\s\S]))/g;
/** Characters of a URL in which its user and password are looked for. */
const USER_INFO_MAX = 1_024;
/** A password may hold "@" and "/", and the quotes that are not those around it. */
const USER_INFO = new RegExp(
  [
    String.raw`(?<=")S[^\s"]{0,N}@`,
    String.raw`(?<=')S[^\s']{0,N}@`,
    String.raw`(?<=[=:][ \t]*)S\S{0,N}@`,
    String.raw`S[^\s"]{0,N}@`,
  ]
    .map((one) => one.replace("S", String.raw`\b[a-z][a-z0-9+.-]*:\/\/`).replace("N", String(USER_INFO_MAX)))
    .join("|"),
  "gi",
);
/** https://host/path?token=… */
const QUERY = new RegExp(String.raw`([?&](?:${NAME})=)[^&\s"'#]+`, "gi");
/** --password …, and -P as Mosquitto's tools have it. */
const OPTION = new RegExp(String.raw`((?<![\w-])--?(?:${NAME})\s+|(?<![\w-])-P\s+)(?![-=:])[^\s"']+`, "gi");
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/g;

/** What ends a value in quotes; a shell puts together what stands side by side. */
const END = String.raw`(?=[\s,;}\])]|$)`;
/** In quotes, or a list; else up to the end of the line. */
const VALUE = String.raw`"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"${END}|'[^'\n]*'${END}|\[[^\]]*\]|[^\r\n]+`;
/** JSON has words and figures without quotes, and more behind them. */
const JSON_WORD = String.raw`(?:-?\d[\w.+-]*|true|false|null)(?=\s*[,}\]\r\n])`;
const NAMED = new RegExp(
  String.raw`((?<![\w.?&-])(?:"(?:${NAME})"\s*:\s*))(${JSON_WORD}|${VALUE})|((?<![\w.?&-])\\?["']?(?:${NAME})\\?["']?[ \t]*[:=][ \t]*(?:\r?\n[ \t]+)?)(${VALUE})`,
  "gim",
);

export function stripSecrets(text: string): string {
  return text
    .replace(PEM, HIDDEN)
    .replace(QUERY, `$1${HIDDEN}`)
    .replace(USER_INFO, (url) => `${url.slice(0, url.indexOf("//") + 2)}${HIDDEN}@`)
    .replace(
      NAMED,
      (_whole, jsonName?: string, jsonValue?: string, name?: string, value?: string) =>
        `${jsonName ?? name}${hiddenAs(jsonValue ?? value ?? "")}`,
    )
    .replace(OPTION, `$1${HIDDEN}`)
    .replace(BEARER, `$1 ${HIDDEN}`);
}

/** In the quotes that were there, so that the file can still be parsed. */
function hiddenAs(value: string): string {
  const [quote] = /^(?:"""|'''|"|')/.exec(value) ?? [""];
  if (quote !== "") return `${quote}${HIDDEN}${quote}`;
  return value.startsWith("[") ? `["${HIDDEN}"]` : `"${HIDDEN}"`;
}

/**
 * Text of somebody's settings (TOML, JSON, YAML, XML, INI, KEY=value) or log without its secrets: what stands behind a
 * name that sounds like one, PEM blocks, user and password in a URL, what stands behind the "?" of a broker's, and what a
 * program is given on its command line. All else stays as it is, comments too. Rather too much than too little: for what
 * leaves the gateway. Pure. The command lines of our own settings as a whole: strip-arguments.ts.
 */
import { HIDDEN } from "../config/shown-url.ts";

export { HIDDEN } from "../config/shown-url.ts";

/** Within a name; "key" alone or at the end of a word, but not the place where a key lies. */
const WORDS = [
  "pass(?:word|wd|phrase|code)?",
  "pwd",
  "secret",
  "token",
  "credential",
  "psk",
  "authorization",
  "auth(?![a-z_-])",
  "(?<![a-z])pw(?![a-z])",
  "community",
  "keys?(?![a-z]|[_-]?(?:file|path))",
  "(?:sim|card|modem|wwan)[._-]?(?:pin|puk)",
].join("|");
/** Around the word; longer ones nobody has given. */
const AROUND = String.raw`[\w.-]{0,128}`;
const NAME = `${AROUND}(?:${WORDS})${AROUND}|pin|puk`;

const PEM = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$(?![\s\S]))/g;
/** Characters of a URL in which its user and password are looked for. */
const USER_INFO_MAX = 1_024;
/** A password may hold "@" and "/", and the quotes that are not those around it. */
const USER_INFO = new RegExp(
  [
    String.raw`(?<=")S[^\s"]{0,N}@`,
    String.raw`(?<=')S[^\s']{0,N}@`,
    String.raw`(?<=[=:][ \t]{0,16})S\S{0,N}@`,
    String.raw`S[^\s"]{0,N}@`,
  ]
    .map((one) =>
      one.replace("S", String.raw`\b[a-z][a-z0-9+.-]{0,31}:\/\/`).replace("N", String(USER_INFO_MAX)),
    )
    .join("|"),
  "gi",
);
/** A broker's is a token as a whole, whatever its name; up to the quotes around it. */
const BROKER_QUERY = new RegExp(
  [
    String.raw`(?<=(?<!\\)")(SN{0,M}\?)(?:\\.|[^\s"\\])+`,
    String.raw`(?<=')(SN{0,M}\?)[^\s']+`,
    String.raw`(SN{0,M}\?)(?:[^\s"'\\]|\\(?!"))+`,
  ]
    .join("|")
    .replaceAll("S", String.raw`\b(?:mqtts?|wss?):\/\/`)
    .replaceAll("N", String.raw`[^\s"'?]`)
    .replaceAll("M", String(USER_INFO_MAX)),
  "gi",
);
/** https://host/path?token=…, and the signature of a URL that gives rights. */
const QUERY = new RegExp(String.raw`([?&](?:${NAME}|sig|signature)=)[^&\s"'#]+`, "gi");
const QUOTED = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`;
/** --password …, and -P as Mosquitto's tools have it; a firewall's -P INPUT and -p udp are none. */
const OPTION = new RegExp(
  String.raw`((?<![\w-])--?(?:${NAME})\s+|(?<![\w-])-P\s+(?!(?:INPUT|OUTPUT|FORWARD|tcp|udp|icmp|all)\b))(?![-=:])(?:${QUOTED}|[^\s"']+)`,
  "gi",
);
/** The same as a list: "--password", "…". */
const LISTED_OPTION = new RegExp(String.raw`(["'](?:--?(?:${NAME})|-P)["']\s*,\s*)(?:${QUOTED})`, "gi");
/** -u user:password, as curl has it; and as a list. */
const USER_OPTION =
  /((?<![\w-])(?:-u|--user|--proxy-user)(?:[ \t]*|=|["']\s*,\s*)["']?[^\s:"'=]{0,128}:)[^\s"']+/g;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/g;

/** <password>…</password> */
const ELEMENT = new RegExp(
  String.raw`(<(?:\w{1,64}:)?(?:${NAME})(?:\s[^<>]{0,256})?>)(?:<!\[CDATA\[[\s\S]*?\]\]>|[^<]+)`,
  "gi",
);
/** In columns: a name and a tab, or a line of two words. */
const COLUMNS = new RegExp(
  String.raw`^([ \t]{0,64}(?:${NAME})(?:[ \t]{0,64}\t[ \t]{0,64}|[ \t]{1,64}(?=\S+[ \t]*$)))(?![=:])[^\s][^\r\n]*`,
  "gim",
);

/** What ends a value in quotes; a shell puts together what stands side by side. */
const END = String.raw`(?=[\s,;}\])]|$)`;
/** YAML's, of several lines: all that are indented. */
const BLOCK = String.raw`[|>][+-]?\d?[+-]?[ \t]*(?:(?:\r?\n)+[ \t]+[^\r\n]*)+`;
/** In quotes, or a list, or a block; else up to the end of the line. */
const VALUE = String.raw`${BLOCK}|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"${END}|'[^'\n]*'${END}|\[[^\]]*\]|[^\r\n]+`;
/** JSON has words and figures without quotes, and more behind them. */
const JSON_WORD = String.raw`(?:-?\d[\w.+-]*|true|false|null)(?=\s*[,}\]\r\n])`;
/** What stands in it has names of its own. */
const JSON_OBJECT = String.raw`"?(?:${NAME})"\s*:\s*\{\s*(?:["}/]|$)`;
const NAMED = new RegExp(
  String.raw`(?<![\w.?&-])(?!${JSON_OBJECT})(?:("(?:${NAME})"\s*:\s*)(${JSON_WORD}|${VALUE})|(\\?["']?(?:${NAME})\\?["']?[ \t]*[:=][ \t]*(?:\r?\n[ \t]+)?)(${VALUE}))`,
  "gim",
);

export function stripSecrets(text: string): string {
  return text
    .replace(PEM, HIDDEN)
    .replace(USER_INFO, (url) => `${url.slice(0, url.indexOf("//") + 2)}${HIDDEN}@`)
    .replace(BROKER_QUERY, (_whole, ...[a, b, c]: (string | undefined)[]) => `${a ?? b ?? c}${HIDDEN}`)
    .replace(QUERY, `$1${HIDDEN}`)
    .replace(
      NAMED,
      (_whole, jsonName?: string, jsonValue?: string, name?: string, value?: string) =>
        `${jsonName ?? name}${hiddenAs(jsonValue ?? value ?? "")}`,
    )
    .replace(ELEMENT, `$1${HIDDEN}`)
    .replace(COLUMNS, `$1${HIDDEN}`)
    .replace(LISTED_OPTION, `$1"${HIDDEN}"`)
    .replace(USER_OPTION, `$1${HIDDEN}`)
    .replace(OPTION, `$1${HIDDEN}`)
    .replace(BEARER, `$1 ${HIDDEN}`);
}

/** In the quotes that were there, so that the file can still be parsed. */
function hiddenAs(value: string): string {
  const [quote] = /^(?:"""|'''|"|')/.exec(value) ?? [""];
  if (quote !== "") return `${quote}${HIDDEN}${quote}`;
  return value.startsWith("[") ? `["${HIDDEN}"]` : `"${HIDDEN}"`;
}

const SECRET_NAME = new RegExp(`^(?:${NAME})$`, "i");

/** The same of a value that becomes JSON, for JSON.stringify(): names and texts each by themselves, so that it stays JSON. */
export function hideSecret(name: string, value: unknown): unknown {
  if (typeof value === "string") return SECRET_NAME.test(name) ? HIDDEN : stripSecrets(value);
  return typeof value === "number" && SECRET_NAME.test(name) ? HIDDEN : value;
}

/**
 * Text of somebody's settings (TOML, JSON, KEY=value) without its secrets: what stands behind a name that sounds like one,
 * PEM blocks, and user and password in a URL. All else stays as it is, comments too. Rather too much than too little: for
 * what leaves the gateway. Pure.
 */
export const HIDDEN = "********";

const SECRET_NAME = String.raw`[\w.-]*(?:pass(?:word|wd|phrase)?|secret|token|credential|psk|apikey|api_key|(?:app|nwk|gen|private|session)_?s?_?key|_key|lns_key|cups_key)[\w.-]*`;
/** A name, quoted or not, its sign, and what stands behind it up to the end of the value. */
const NAMED = new RegExp(
  String.raw`((?:^|[\s,{"'])["']?${SECRET_NAME}["']?\s*[:=]\s*)("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\[[^\]]*\]|[^\s,}#]+)`,
  "gim",
);
const PEM = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?-----END [A-Z0-9 ]+-----/g;
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi;

export function stripSecrets(text: string): string {
  return text
    .replace(PEM, HIDDEN)
    .replace(NAMED, (_whole, name: string, value: string) => `${name}${hiddenAs(value)}`)
    .replace(USER_INFO, `$1${HIDDEN}@`);
}

/** In the quotes that were there, so that the file can still be parsed. */
function hiddenAs(value: string): string {
  const [quote] = /^(?:"""|'''|"|')/.exec(value) ?? [""];
  if (quote !== "") return `${quote}${HIDDEN}${quote}`;
  return value.startsWith("[") ? `["${HIDDEN}"]` : `"${HIDDEN}"`;
}

/**
 * The page's own files, as test/tools/page.mjs has built them: read when they are asked for, and never kept. Packed ones
 * lie beside them, so that nothing is packed on the gateway.
 *
 *   files.json    { "page.<language>.html": { "type": …, "tag": … }, "main-<hash>.js": … }
 *   <name>, <name>.gz, <name>.br
 */
import { join } from "node:path";
import type { Files, WebAnswer, WebRequest } from "../ports.ts";
import { LANGUAGES, type Language } from "../text/entry.ts";
import { headersOf } from "./headers.ts";

interface Listed {
  readonly type: string;
  /** Changes when the content does. */
  readonly tag: string;
}

const LISTING = "files.json";
const FILE_OCTETS_MAX = 1024 * 1024;
const LANGUAGE_COOKIE = "language";

export interface PageFiles {
  /** The page, in the reader's language. */
  page(request: WebRequest): Promise<WebAnswer | undefined>;
  /** @param name as in the listing; undefined is answered for any other. */
  file(name: string, request: WebRequest): Promise<WebAnswer | undefined>;
}

/** @param folder undefined: the program was not built, and there is no page. */
export function openPageFiles(files: Pick<Files, "read">, folder: string | undefined): PageFiles {
  let listing: Promise<ReadonlyMap<string, Listed>> | undefined;
  const list = (): Promise<ReadonlyMap<string, Listed>> => {
    listing ??= readListing(files, folder);
    return listing;
  };

  async function send(name: string, request: WebRequest, cached: "asked" | "for ever") {
    const listed = (await list()).get(name);
    if (listed === undefined || folder === undefined) return undefined;
    const { type, tag } = listed;
    const etag = `"${tag}"`;
    const more = { etag, vary: "accept-encoding, accept-language, cookie" };
    if (request.headers["if-none-match"] === etag)
      return { status: 304, headers: headersOf(type, cached, more) };
    const packing = packingOf(request.headers["accept-encoding"] ?? "");
    const body = await files.read(join(folder, name + (packing?.ending ?? "")), FILE_OCTETS_MAX);
    if (body === undefined) return undefined;
    const encoding = packing && { "content-encoding": packing.encoding };
    return { status: 200, headers: headersOf(type, cached, { ...more, ...encoding }), body };
  }

  return {
    page: (request) => send(`page.${languageOf(request)}.html`, request, "asked"),
    file: (name, request) => send(name, request, "for ever"),
  };
}

async function readListing(
  files: Pick<Files, "read">,
  folder: string | undefined,
): Promise<ReadonlyMap<string, Listed>> {
  const text = folder && (await files.read(join(folder, LISTING), FILE_OCTETS_MAX));
  return new Map(text ? (Object.entries(JSON.parse(text.toString("utf8"))) as [string, Listed][]) : []);
}

function packingOf(accepted: string): { readonly ending: string; readonly encoding: string } | undefined {
  const names = accepted.split(",").map((one) => one.trim().split(";")[0]);
  if (names.includes("br")) return { ending: ".br", encoding: "br" };
  return names.includes("gzip") ? { ending: ".gz", encoding: "gzip" } : undefined;
}

/** What was chosen on the page; else the first of the browser's languages that we speak (RFC 9110, 12.5.4). */
function languageOf({ headers }: WebRequest): Language {
  const chosen = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=(\\w+)`).exec(headers.cookie ?? "")?.[1];
  const wanted = (headers["accept-language"] ?? "")
    .split(",")
    .map((one) => {
      const [tag = "", quality = "q=1"] = one.trim().split(";");
      return { tag: tag.toLowerCase().split("-")[0], quality: Number(quality.trim().slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
  for (const tag of [chosen, ...wanted]) {
    const spoken = LANGUAGES.find((language) => language === tag);
    if (spoken !== undefined) return spoken;
  }
  return "en";
}

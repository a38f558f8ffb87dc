/**
 * Builds the local page: one script, one style sheet and the page in each language, each also packed (gzip, Brotli), so
 * that a gateway packs nothing. Names carry a digest of the content, but for the pages themselves.
 *
 * The same sources give the same octets. What serves them: agent/web/page-files.ts.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FROM = join(TOP, "agent", "web", "page");
const LANGUAGES = ["en", "fr"];
const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};
/** Browsers of five years ago and later: an old phone's. */
const TARGETS = ["chrome90", "firefox88", "safari15.4"];

/**
 * @param into is emptied first.
 * @returns the folders of the npm packages whose code is in it, from the top.
 */
export async function buildPage(into) {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const { outputFiles, metafile } = await build({
    absWorkingDir: TOP,
    entryPoints: { page: join(FROM, "main.ts") },
    outdir: into,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: TARGETS,
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
  const style = await build({
    entryPoints: [join(FROM, "page.css"), join(TOP, "node_modules", "uplot", "dist", "uPlot.min.css")],
    outdir: into,
    minify: true,
    write: false,
    target: TARGETS,
    logLevel: "warning",
  });
  const listing = {};
  const put = (name, content) => {
    const kind = name.slice(name.lastIndexOf(".") + 1);
    listing[name] = { type: TYPES[kind], tag: digestOf(content) };
    writeFileSync(join(into, name), content);
    writeFileSync(join(into, `${name}.gz`), gzipSync(content, { level: 9 }));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    writeFileSync(join(into, `${name}.br`), brotliCompressSync(content, { params }));
    return name;
  };
  const named = (name, kind, content) => put(`${name}-${digestOf(content)}.${kind}`, content);
  const parts = {
    script: named("page", "js", Buffer.from(outputFiles[0].contents)),
    style: named(
      "page",
      "css",
      Buffer.concat(style.outputFiles.map(({ contents }) => Buffer.from(contents))),
    ),
    icon: named("icon", "svg", readFileSync(join(FROM, "icon.svg"))),
  };
  const template = readFileSync(join(FROM, "page.html"), "utf8");
  for (const language of LANGUAGES) {
    const html = template
      .replace('<html lang="en">', `<html lang="${language}">`)
      .replace(/\{(\w+)\}/g, (_place, name) => parts[name]);
    put(`page.${language}.html`, Buffer.from(html));
  }
  writeFileSync(join(into, "files.json"), `${JSON.stringify(listing, undefined, 1)}\n`);
  const packages = Object.keys(metafile.inputs).map((path) => /^(node_modules\/[^/]+)\//.exec(path)?.[1]);
  return [...new Set(packages.filter((path) => path !== undefined))].sort();
}

function digestOf(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

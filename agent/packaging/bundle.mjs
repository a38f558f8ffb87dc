/**
 * Bundles the agent into one directory that needs Node and nothing else: the program in a few modules (what a
 * running agent does not use stays unloaded), LevelDB's native part, and a launcher with fixed V8 flags.
 *
 * Usage: node agent/packaging/bundle.mjs [directory]      default: dist/bundle
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const top = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const into = resolve(process.argv[2] ?? join(top, "dist", "bundle"));
const NATIVE = "classic-level.node";

/**
 * What keeps the agent small (measured, `npm run bench -- agent`): a young generation of 1 MB grows least under load
 * and costs no speed, and what collects garbage needs no threads of its own. --optimize-for-size is not among them:
 * it saves 2 MB and doubles what a frame costs at ten a second, because V8 then throws compiled code away again.
 * The old generation's limit is a guard, not a budget.
 */
export const V8_FLAGS = ["--max-old-space-size=64", "--max-semi-space-size=1", "--v8-pool-size=0"];

/** Of the CommonJS packages that are imported late, what is used of them. */
const NAMES = {
  level: 'export { Level } from "level";',
  mqtt: 'export { connect, Store } from "mqtt";',
  "pino-pretty": 'export { default } from "pino-pretty";',
};

rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
await build({
  entryPoints: { "edge-agent": join(top, "agent", "main.ts") },
  outdir: into,
  bundle: true,
  splitting: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  banner: {
    js: 'import{createRequire as __cr}from"node:module";import{dirname as __dn}from"node:path";import{fileURLToPath as __fu}from"node:url";const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);',
  },
  plugins: [
    { name: "native", setup: useNativeFile },
    { name: "named", setup: keepNames },
  ],
  logLevel: "warning",
});
copyFileSync(nativeOf("classic-level"), join(into, NATIVE));
const { name, version, license, engines } = JSON.parse(readFileSync(join(top, "package.json"), "utf8"));
writeFileSync(join(into, "package.json"), `${JSON.stringify({ name, version, license, engines })}\n`);
writeFileSync(join(into, "edge-agent"), launcher());
chmodSync(join(into, "edge-agent"), 0o755);

/** node-gyp-build looks for the native file at run time; the bundle has it beside itself. */
function useNativeFile(esbuild) {
  esbuild.onResolve({ filter: /^node-gyp-build$/ }, () => ({ path: "native", namespace: "native" }));
  esbuild.onLoad({ filter: /.*/, namespace: "native" }, () => ({
    contents: `module.exports = () => require("node:module").createRequire(__filename)("./${NATIVE}");`,
    loader: "js",
  }));
}

/** Node finds the names of what a CommonJS package exports; esbuild would give it under `default` only. */
function keepNames(esbuild) {
  esbuild.onResolve({ filter: /^(level|mqtt|pino-pretty)$/ }, ({ path, kind, namespace }) =>
    kind === "dynamic-import" && namespace !== "named" ? { path, namespace: "named" } : undefined,
  );
  esbuild.onLoad({ filter: /.*/, namespace: "named" }, ({ path }) => ({
    contents: NAMES[path],
    resolveDir: top,
    loader: "js",
  }));
}

function nativeOf(name) {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve(`${name}/package.json`));
  return require("node-gyp-build").resolve(folder);
}

/** May be reached by a link; starts no program but Node, where it is not. */
function launcher() {
  return `#!/bin/sh
self=$0
if [ -L "$self" ]; then self=$(readlink -f "$self"); fi
case $self in */*) ;; *) self=./$self ;; esac
exec "\${NODE:-node}" ${V8_FLAGS.join(" ")} "\${self%/*}/edge-agent.mjs" "$@"
`;
}

/**
 * Bundles the program into one directory that needs Node and nothing else: a few modules (what a running agent does
 * not use stays unloaded), the native parts of one processor, and a launcher with fixed V8 flags.
 *
 * Not the runtime and the libraries that a gateway gets with it: gateway-bundle.mjs.
 *
 * Usage: node agent/packaging/bundle.mjs [directory]      default: dist/bundle; for this machine's processor
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gatherStart } from "./gather.mjs";
import { buildPage } from "./page.mjs";
import { builtDate } from "./stamp.mjs";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(import.meta.url);

/**
 * What keeps the agent small (measured, `npm run bench -- agent`): a young generation of 1 MB grows least under load
 * and costs no speed, and what collects garbage needs no threads of its own. --optimize-for-size is not among them:
 * it saves 2 MB and doubles what a frame costs at ten a second, because V8 then throws compiled code away again.
 * The old generation's limit is a guard, not a budget.
 */
export const V8_FLAGS = ["--max-old-space-size=64", "--max-semi-space-size=1", "--v8-pool-size=0"];

/**
 * Native packages: the name of their file in the bundle, and which of their builds suits which processor.
 *
 * LevelDB for armv7 is the build for armv6: the one for armv7 was made for a Cortex-A7 and divides in hardware, which
 * a Cortex-A9 (i.MX6 SoloX, the Kerlink i-series) cannot. It runs until the first table is written, hours later, and
 * dies of SIGILL (measured under qemu; test/agent/packaging/armv7.test.ts sees it die).
 */
const NATIVES = {
  "classic-level": {
    file: "classic-level.node",
    builds: {
      armv7: "linux-arm/classic-level.armv6.node",
      arm64: "linux-arm64/classic-level.armv8.node",
      x64: "linux-x64/classic-level.node",
    },
  },
  "@serialport/bindings-cpp": {
    file: "serialport.node",
    builds: {
      armv7: "linux-arm/@serialport+bindings-cpp.armv7.glibc.node",
      arm64: "linux-arm64/@serialport+bindings-cpp.armv8.glibc.node",
      x64: "linux-x64/@serialport+bindings-cpp.glibc.node",
    },
  },
};

/** What CommonJS finds in each of its modules. */
const COMMON_JS =
  'import{createRequire as __cr}from"node:module";import{dirname as __dn}from"node:path";import{fileURLToPath as __fu}from"node:url";const require=__cr(import.meta.url),__filename=__fu(import.meta.url),__dirname=__dn(__filename);';
const CODE = { minify: true, platform: "node", target: "node20", format: "esm" };

/** CommonJS packages that are imported late. */
const LATE = /^(level|mqtt|pino-pretty|serialport|@serialport\/parser-readline)$/;

/**
 * @param into is emptied first.
 * @param arch armv7, arm64 or x64; absent: this machine's own.
 * @returns the folders of the npm packages whose code is in it.
 */
export async function bundleProgram(into, arch) {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const { metafile } = await build({
    ...CODE,
    absWorkingDir: TOP,
    entryPoints: { "edge-agent": join(TOP, "agent", "main.ts") },
    outdir: into,
    bundle: true,
    splitting: true,
    metafile: true,
    outExtension: { ".js": ".mjs" },
    banner: { js: COMMON_JS },
    plugins: [
      { name: "native", setup: useNativeFiles },
      { name: "named", setup: keepNames },
    ],
    logLevel: "warning",
  });
  for (const path of Object.keys(metafile.outputs)) takeOutCommonJs(resolve(TOP, path));
  await gatherStart(into, metafile.outputs, CODE);
  const ofPage = await buildPage(join(into, "web", "page"));
  const packages = [...new Set([...packagesOf(metafile), ...ofPage])].sort();
  for (const [name, { file, builds }] of Object.entries(NATIVES)) {
    const folder = packages.find((path) => path.endsWith(`node_modules/${name}`));
    if (folder !== undefined) copyFileSync(nativeOf(join(TOP, folder), builds[arch]), join(into, file));
  }
  const { name, version, license, engines } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8"));
  const built = builtDate().toISOString();
  writeFileSync(
    join(into, "package.json"),
    `${JSON.stringify({ name, version, license, engines, built })}\n`,
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
  writeFileSync(join(into, "edge-agent"), launcher('"${NODE:-node}"', ""));
  chmodSync(join(into, "edge-agent"), 0o755);
  return packages.map((path) => join(TOP, path));
}

/**
 * The launcher, which may be reached by a link; it starts no program but Node, where it is not.
 * @param node the words of a shell that start Node; `$here` is the launcher's own directory.
 * @param folder where the program is beneath it, with a slash at its end; or nothing.
 */
export function launcher(node, folder, before = "") {
  return `#!/bin/sh
self=$0
if [ -L "$self" ]; then self=$(readlink -f "$self"); fi
case $self in */*) ;; *) self=./$self ;; esac
here=\${self%/*}
${before}exec ${node} ${V8_FLAGS.join(" ")} "$here/${folder}edge-agent.mjs" "$@"
`;
}

/** Where nothing asks for it. */
function takeOutCommonJs(path) {
  const code = readFileSync(path, "utf8");
  const rest = code.replace(COMMON_JS, "");
  if (!/\b(require|__filename|__dirname)\b/.test(rest)) writeFileSync(path, rest);
}

/** node-gyp-build looks for the native file at run time; the bundle has it beside itself. */
function useNativeFiles(esbuild) {
  esbuild.onResolve({ filter: /^node-gyp-build$/ }, ({ importer }) => {
    const name = Object.keys(NATIVES).find((native) => importer.includes(`/node_modules/${native}/`));
    if (name === undefined)
      return { errors: [{ text: `${importer}: a native package that NATIVES does not know` }] };
    return { path: NATIVES[name].file, namespace: "native" };
  });
  esbuild.onLoad({ filter: /.*/, namespace: "native" }, ({ path }) => ({
    contents: `module.exports = () => require("node:module").createRequire(__filename)("./${path}");`,
    loader: "js",
  }));
}

/**
 * Node finds the names of what a CommonJS package exports; esbuild would give it under `default` only. So each is
 * exported by the names under which Node finds it here.
 */
function keepNames(esbuild) {
  esbuild.onResolve({ filter: LATE }, ({ path, kind, namespace }) =>
    kind === "dynamic-import" && namespace !== "named" ? { path, namespace: "named" } : undefined,
  );
  esbuild.onLoad({ filter: /.*/, namespace: "named" }, async ({ path }) => {
    const names = Object.keys(await import(path)).filter((name) => /^\w+$/.test(name));
    return { contents: `export { ${names.join()} } from "${path}";`, resolveDir: TOP, loader: "js" };
  });
}

/** @returns the packages' folders, from the top, in order. */
function packagesOf({ inputs }) {
  const found = Object.keys(inputs).map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(found.filter((path) => path !== undefined))].sort();
}

function nativeOf(folder, build) {
  return build === undefined ? require("node-gyp-build").resolve(folder) : join(folder, "prebuilds", build);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const into = resolve(process.argv[2] ?? join(TOP, "dist", "bundle"));
  await bundleProgram(into);
  process.stdout.write(`${relative(process.cwd(), into) || into}\n`);
}

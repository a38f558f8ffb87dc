/**
 * Gathers what a running agent loads at its start into few files. esbuild gives each set of importers a file of its own,
 * fifty for an agent that starts; each costs a small gateway milliseconds and some memory.
 *
 * A layer is one file, made of others. What nobody loads at the start stays apart, as it was, and finds the gathered
 * pieces under their former names.
 */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

/**
 * @param into where all files are.
 * @param outputs esbuild's, of its metafile.
 * @param code esbuild's settings for it.
 */
export async function gatherStart(into, outputs, code) {
  const files = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const loadedBy = (source) => closure(files, source);
  const main = loadedBy("agent/main.ts");
  const run = loadedBy("agent/run.ts");
  const commandLine = new Set(loadedBy("agent/command-line.ts"));
  const [entry, ...always] = main;
  const [kind, ...parts] = loadedBy("agent/north/chirpstack-mqtt.ts");
  const layers = [
    // Not with the entry: it waits for what it loads, which would wait for it.
    { name: "always.mjs", of: always },
    { name: entry, of: [entry] },
    // A command for people needs no agent.
    { name: "shared.mjs", of: run.filter((file) => commandLine.has(file)) },
    { name: run[0], of: run },
    // Other kinds and commands need some of it.
    { name: "kinds.mjs", of: parts },
    { name: kind, of: [kind] },
  ];
  const pieces = new Map();
  for (const { name, of } of layers) {
    const own = of.filter((file) => !pieces.has(file));
    for (const file of own) pieces.set(file, pieceOf(file, name, files.get(file).exports, pieces.size));
    const { outputFiles } = await build({
      ...code,
      bundle: true,
      write: false,
      stdin: { contents: own.map((file) => pieces.get(file).gathered).join("\n"), resolveDir: into },
      plugins: [{ name: "pieces", setup: (esbuild) => usePieces(esbuild, pieces, name) }],
      logLevel: "warning",
    });
    writeFileSync(join(into, name), outputFiles[0].contents);
  }
  for (const [file, { layer, former }] of pieces) if (file !== layer) writeFileSync(join(into, file), former);
}

/** @returns the file made of a source first, then all that it loads at once. */
function closure(files, source) {
  const found = [[...files.keys()].find((file) => files.get(file).entryPoint === source)];
  for (const file of found)
    for (const { path, kind } of files.get(file)?.imports ?? []) {
      const next = basename(path);
      if (kind === "import-statement" && files.has(next) && !found.includes(next)) found.push(next);
    }
  return found;
}

/** Its exports have names of their own in the layer; those of the file that gives the layer its name keep theirs. */
function pieceOf(file, layer, names, at) {
  const nameOf = (name) => (file === layer ? name : `p${at}_${name}`);
  const listed = (pairs) => `{${pairs.map(([from, to]) => `${from} as ${to}`).join()}}`;
  return {
    layer,
    gathered:
      names.length === 0
        ? `import "./${file}";`
        : `export${listed(names.map((name) => [name, nameOf(name)]))}from"./${file}";`,
    former: `export${listed(names.map((name) => [nameOf(name), name]))}from"./${layer}";\n`,
  };
}

/** What is in an earlier layer is taken from there at once, not by its former name. */
function usePieces(esbuild, pieces, layer) {
  esbuild.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  esbuild.onResolve({ filter: /^\.\/.*\.mjs$/ }, ({ path, kind, namespace }) => {
    if (kind === "dynamic-import" || namespace === "earlier") return { path, external: true };
    const piece = pieces.get(basename(path));
    if (piece === undefined) return { errors: [{ text: `${path} is in no layer up to ${layer}` }] };
    return piece.layer === layer ? undefined : { path: basename(path), namespace: "earlier" };
  });
  esbuild.onLoad({ filter: /.*/, namespace: "earlier" }, ({ path }) => ({
    contents: pieces.get(path).former,
    loader: "js",
  }));
}

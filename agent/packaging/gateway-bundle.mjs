/**
 * What a gateway gets: one directory with the program, Node, for armv7 the libraries that Node needs, the gateway
 * profiles, and the licences of all of it. It runs from wherever it lies and needs nothing of the box but its kernel
 * (arm64, x64: and glibc 2.28).
 *
 *   edge-agent            the launcher        MANIFEST.json   what is inside, with versions and digests
 *   program/              the agent           LICENCES.txt
 *   bin/node, lib/        what runs it        restore-forwarder, keeper, …   what packages call
 *   firmware-profiles/gateways/
 *
 * Two runs on one commit give the same octets: files carry the date of stamp.mjs, and nothing else of the day.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram, launcher } from "./bundle.mjs";
import { licencesOf } from "./licences.mjs";
import { fetchLibraries, fetchNode } from "./parts.mjs";
import { builtDate } from "./stamp.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const TOP = join(HERE, "..", "..");
export const ARCHITECTURES = ["armv7", "arm64", "x64"];

/** Node under the bundle's own loader: the box's loader, libraries and preloads have no say. */
const PRIVATE_LOADER =
  '"$here/lib/ld-linux-armhf.so.3" --inhibit-cache --library-path "$here/lib" "$here/bin/node"';

/**
 * @param into is emptied first.
 * @param node from parts.mjs; absent: the pinned one.
 * @param newestLibraries as parts.mjs has it.
 * @returns the manifest, as it stands in the bundle.
 */
export async function makeGatewayBundle({ into, arch, node = fetchNode(arch), newestLibraries = false }) {
  rmSync(into, { recursive: true, force: true });
  const packages = await bundleProgram(join(into, "program"), arch);
  rmSync(join(into, "program", "edge-agent"));
  const libraries = arch === "armv7" ? fetchLibraries(newestLibraries) : { packages: [], files: [] };
  put(join(node.folder, "bin", "node"), join(into, "bin", "node"), 0o755);
  for (const { name, from } of libraries.files) {
    put(from, join(into, "lib", name), name.startsWith("ld-") ? 0o755 : 0o644);
  }
  write(
    join(into, "edge-agent"),
    arch === "armv7" ? armLauncher() : launcher('"$here/bin/node"', "program/"),
  );
  for (const name of ["restore-forwarder", "restart-forwarder", "keeper"])
    put(join(HERE, "scripts", name), join(into, name), 0o755);
  const profiles = join(TOP, "firmware-profiles", "gateways");
  if (existsSync(profiles))
    cpSync(profiles, join(into, "firmware-profiles", "gateways"), { recursive: true });
  const own = JSON.parse(readFileSync(join(into, "program", "package.json"), "utf8"));
  write(
    join(into, "LICENCES.txt"),
    licencesOf({ own, packages, node, libraries: libraries.packages }),
    0o644,
  );
  const manifest = {
    name: own.name,
    version: own.version,
    arch,
    built: own.built,
    parts: [node, ...libraries.packages].map(({ name, version, endOfLife, digest }) => ({
      name,
      version,
      ...(endOfLife === undefined ? {} : { endOfLife }),
      digest,
    })),
    npm: packages
      .map((folder) => {
        const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        return `${name} ${version}`;
      })
      .sort(),
    files: filesOf(into),
  };
  write(join(into, "MANIFEST.json"), `${JSON.stringify(manifest, undefined, 1)}\n`, 0o644);
  settleModes(into);
  settleDates(into);
  return manifest;
}

function armLauncher() {
  return launcher(PRIVATE_LOADER, "program/", "unset LD_PRELOAD LD_LIBRARY_PATH\n");
}

export function put(from, to, mode) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

export function write(to, text, mode = 0o755) {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
  chmodSync(to, mode);
}

/** Every file beneath, in order. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((path) => {
      const content = readFileSync(path);
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { path: relative(folder, path), sizeOctets: content.length, sha256 };
    });
}

/** Modes that do not depend on the builder's umask: what its owner may start, all may. */
function settleModes(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settleModes(path);
    else chmodSync(path, (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}

/** Dates of the build, and folders that all may enter. */
export function settleDates(folder) {
  const date = builtDate();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) settleDates(path);
    else lutimesSync(path, date, date);
  }
  chmodSync(folder, 0o755);
  utimesSync(folder, date, date);
}

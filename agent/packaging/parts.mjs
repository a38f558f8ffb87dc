/**
 * What a bundle takes from others and this tree does not hold: Node for the gateway's processor, and for armv7 the
 * C and C++ libraries that it needs (the gateway's own may be too old).
 *
 * Versions and digests stand in pins.json. Node comes from the npm registry through npm, the libraries from Debian
 * through apt, each by the sources this machine is set up with; apt works in folders of its own and changes nothing of
 * the system. What was fetched is kept in the user's cache directory, and its digest looked at again at each use.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const PINS = JSON.parse(
  readFileSync(join(dirname(fileURLToPath(import.meta.url)), "pins.json"), "utf8"),
);

/** The libraries' files: the loader first. All that Node and our native parts name, and what glibc opens itself. */
const LIBRARY_FILES = {
  "ld-linux-armhf.so.3": "lib",
  "libc.so.6": "lib/arm-linux-gnueabihf",
  "libm.so.6": "lib/arm-linux-gnueabihf",
  "libdl.so.2": "lib/arm-linux-gnueabihf",
  "libpthread.so.0": "lib/arm-linux-gnueabihf",
  "librt.so.1": "lib/arm-linux-gnueabihf",
  "libresolv.so.2": "lib/arm-linux-gnueabihf",
  "libnss_dns.so.2": "lib/arm-linux-gnueabihf",
  "libnss_files.so.2": "lib/arm-linux-gnueabihf",
  "libgcc_s.so.1": "lib/arm-linux-gnueabihf",
  "libstdc++.so.6": "usr/lib/arm-linux-gnueabihf",
  "libatomic.so.1": "usr/lib/arm-linux-gnueabihf",
};

/**
 * Node from the npm registry.
 * @returns version, end of life, the folder that has bin/node and LICENSE, and the source's digest.
 */
export function fetchNode(arch) {
  const pin = PINS.node[arch];
  const archive = cached(`${pin.package}-${pin.version}.tgz`, (folder) => {
    run("npm", ["pack", "--silent", "--pack-destination", folder, `${pin.package}@${pin.version}`], {
      cwd: folder,
    });
    return join(folder, `${pin.package}-${pin.version}.tgz`);
  });
  const integrity = `sha512-${digest("sha512", archive, "base64")}`;
  if (integrity !== pin.integrity) refuse(archive, pin.integrity, integrity);
  const folder = unpacked(`node-${arch}-${pin.version}`, (into) =>
    run("tar", ["-xzf", archive, "-C", into, "--strip-components=1", "package/bin/node", "package/LICENSE"]),
  );
  return { name: "node", version: pin.version, endOfLife: pin.endOfLife, folder, digest: integrity };
}

/**
 * Node from an archive that the caller has, as nodejs.org gives it (node-v22.…-linux-armv7l.tar.xz).
 * @param sha256 as SHASUMS256.txt beside it says.
 */
export function openNodeArchive(archive, sha256) {
  const found = digest("sha256", archive, "hex");
  if (found !== sha256.toLowerCase()) {
    throw new Error(`${archive}: its SHA-256 is ${found}, not ${sha256}`);
  }
  const names = run("tar", ["-tf", archive]).split("\n");
  const top = names.map((name) => /^(node-v[^/]+)\/bin\/node$/.exec(name)?.[1]).find(Boolean);
  const version = /^node-v(\d+\.\d+\.\d+)-linux-/.exec(top ?? "")?.[1];
  if (version === undefined) throw new Error(`${archive}: no node-v…-linux-…/bin/node in it`);
  const folder = unpacked(`node-${found}`, (into) =>
    run("tar", ["-xf", archive, "-C", into, "--strip-components=1", `${top}/bin/node`, `${top}/LICENSE`]),
  );
  return { name: "node", version, endOfLife: undefined, folder, digest: `sha256:${found}` };
}

/**
 * Debian's libraries for 32-bit ARM.
 * @param newest true: as Debian has them today, which its signature vouches for; false: as pinned, or an error.
 * @returns for each package its name, version, digest and folder; and for each file where it lies.
 */
export function fetchLibraries(newest = false) {
  const packages = PINS.libraries.armhf.map((pin) => {
    const file = newest ? newestLibraryFile(pin.name, "armhf") : pinnedLibraryFile(pin);
    const { sha256, folder } = unpackedLibrary(file);
    const version = run("dpkg-deb", ["-f", file, "Version"]).trim();
    return { name: pin.name, version, digest: `sha256:${sha256}`, folder };
  });
  const files = Object.entries(LIBRARY_FILES).map(([name, where]) => {
    const from = packages.map(({ folder }) => join(folder, where, name)).find((path) => existsSync(path));
    if (from === undefined) throw new Error(`${name} is in none of ${packages.map((one) => one.name)}`);
    return { name, from };
  });
  return { packages, files };
}

function pinnedLibraryFile(pin) {
  const file = cached(`${pin.name}_${pin.version}_armhf.deb`, (folder) =>
    downloadLibrary(folder, `${pin.name}=${pin.version}`, "armhf"),
  );
  const sha256 = digest("sha256", file, "hex");
  if (sha256 !== pin.sha256) refuse(file, pin.sha256, sha256);
  return file;
}

/** As Debian has it today: its mirror is asked once a day. */
function newestLibraryFile(name, architecture) {
  const day = new Date().toISOString().slice(0, 10);
  return cached(`${name}_newest-${day}_${architecture}.deb`, (folder) =>
    downloadLibrary(folder, name, architecture),
  );
}

/** @returns the folder with a Debian package of today, unpacked: what a test needs of a foreign Debian. */
export function newestLibraryFolder(name, architecture) {
  return unpackedLibrary(newestLibraryFile(name, architecture)).folder;
}

function unpackedLibrary(file) {
  const sha256 = digest("sha256", file, "hex");
  const folder = unpacked(`library-${sha256}`, (into) => run("dpkg-deb", ["-x", file, into]));
  return { sha256, folder };
}

function downloadLibrary(folder, wanted, architecture) {
  const apt = aptOptions(architecture);
  try {
    run("apt-get", [...apt, "download", "-qq", wanted], { cwd: folder });
  } catch (error) {
    throw new Error(
      `${wanted} for ${architecture} could not be had from Debian: ${error.message}\nA Debian that has moved on no longer carries it: put the newer version and its SHA-256 into agent/packaging/pins.json, or build with --newest-libraries.`,
    );
  }
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".deb")),
  );
}

const aptReady = new Map();

/** apt for another processor beside the system's own: its sources and keys are used, its state is not touched. */
function aptOptions(architecture) {
  const known = aptReady.get(architecture);
  if (known) return known;
  const home = join(cacheDirectory(), `apt-${architecture}`);
  for (const folder of ["lists/partial", "cache/archives/partial"]) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  writeFileSync(join(home, "status"), "");
  const set = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Sandbox::User": "",
    "Acquire::Languages": "none",
    "Dir::State": home,
    "Dir::State::lists": join(home, "lists"),
    "Dir::State::status": join(home, "status"),
    "Dir::Cache": join(home, "cache"),
  };
  const options = Object.entries(set).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  // Sources that do not have this processor fail here, and do not matter: what is asked for is found or not.
  spawnSync("apt-get", [...options, "update", "-qq"], { stdio: "ignore" });
  aptReady.set(architecture, options);
  return options;
}

// ---------------------------------------------------------------------------------------------- cache

function cacheDirectory() {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "edge-agent");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The file of this name, fetched once. @param fetch gives the path of what it fetched into the folder. */
function cached(name, fetch) {
  const file = join(cacheDirectory(), name);
  if (existsSync(file)) return file;
  const folder = mkdtempSync(join(cacheDirectory(), "fetching-"));
  try {
    renameSync(fetch(folder), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return file;
}

/** The folder of this name, filled once; two builds at a time may both fill it, and one wins. */
function unpacked(name, fill) {
  const folder = join(cacheDirectory(), name);
  if (existsSync(folder)) return folder;
  const beside = mkdtempSync(join(cacheDirectory(), "unpacking-"));
  fill(beside);
  try {
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** What is not what was pinned must not be found in the cache again. */
function refuse(file, expected, found) {
  rmSync(file, { force: true });
  throw new Error(`${file}: its digest is ${found}, pins.json says ${expected}`);
}

function digest(algorithm, file, encoding) {
  return createHash(algorithm).update(readFileSync(file)).digest(encoding);
}

/** @returns standard output. @throws Error with what the program said. */
export function run(program, words, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${words[0]} ended with ${status}: ${stderr.trim()}`);
  return stdout;
}

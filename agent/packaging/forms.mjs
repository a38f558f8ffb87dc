/**
 * The forms in which a bundle travels: .deb (systemd), .ipk (KerOS 4 and 5), a tarball with an install script, and the
 * .ipk that removes. dpkg-deb makes both kinds of package: an .ipk is an ar archive of the same three members, its
 * inner ones by gzip.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { put, settleDates, write } from "./gateway-bundle.mjs";
import { run } from "./parts.mjs";
import { builtDate } from "./stamp.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
export const DEBIAN_ARCHITECTURE = { armv7: "armhf", arm64: "arm64", x64: "amd64" };
/** opkg's word on every i-series gateway since KerOS 4.1. */
const KEROS_ARCHITECTURE = "klkgw";
const ABOUT = JSON.parse(readFileSync(join(HERE, "..", "..", "package.json"), "utf8"));
const UNITS = ["edge-agent.service", "edge-agent-forwarder.path", "edge-agent-forwarder.service"];
/** A package must name somebody with an address; .invalid is nobody's, by RFC 2606. */
const NO_AUTHOR = "edge-agent authors <authors@edge-agent.invalid>";
const SUMMARY = "keeps every LoRaWAN frame until the network core has it";
/** Below the summary: each line as Debian shows it, at most 80 columns. */
const DESCRIPTION = [
  "Runs on a LoRaWAN gateway beside its packet forwarder, takes every frame from it",
  "by Semtech UDP, keeps it until the network core has acknowledged it, and",
  "carries downlinks back in time. It brings its own Node.js.",
];
/** What Node and the native parts name, where they do not bring it themselves. */
const NEEDS = "libc6 (>= 2.28), libstdc++6 (>= 8), libgcc-s1 | libgcc1, passwd";

/**
 * A package's version. KerOS refuses to go back, so an older program that must be put over a newer one is given a
 * version above that: `over` and what it goes back to.
 */
export function packageVersion({ version, revision, over, prefix }) {
  const own = `${version}-${prefix}${revision}`;
  return over === undefined ? own : `${over}+back${version}`;
}

/** @returns the package's path. */
export function makeDeb({ bundle, manifest, out, version, architecture, compression }) {
  return packed({ out, file: `edge-agent_${version}_${architecture}.deb`, compression }, (root) => {
    const home = join(root, "usr", "lib", "edge-agent");
    cpSync(bundle, home, { recursive: true });
    put(join(HERE, "debian", "agent.toml"), join(home, "agent.toml.example"), 0o644);
    for (const unit of UNITS) {
      const text = readText("debian", unit).replaceAll("@HOME@", "/usr/lib/edge-agent");
      write(join(root, "usr", "lib", "systemd", "system", unit), text, 0o644);
    }
    link(root, "usr/bin/edge-agent", "../lib/edge-agent/edge-agent");
    link(root, "usr/share/doc/edge-agent/copyright", "../../../lib/edge-agent/LICENCES.txt");
    for (const name of ["postinst", "prerm", "postrm"]) control(root, name, readText("debian", name));
    const needs = manifest.arch === "armv7" ? [] : [`Depends: ${NEEDS}`];
    describe(root, { version, architecture, lines: [...needs, "Section: net"] });
  });
}

/** @returns the package's path. */
export function makeIpk({ bundle, out, version, compression }) {
  return packed({ out, file: `edge-agent_${version}_${KEROS_ARCHITECTURE}.ipk`, compression }, (root) => {
    cpSync(bundle, join(root, "user", "edge-agent", "current"), { recursive: true });
    putKerosFiles(root);
    const conffiles = KEROS_FILES.filter(({ settings }) => settings).map(({ to }) => `/${to}\n`);
    control(root, "conffiles", conffiles.join(""), 0o644);
    for (const name of ["preinst", "postinst", "prerm", "postrm"])
      control(root, name, readText("keros", name));
    describe(root, { version, architecture: KEROS_ARCHITECTURE, lines: ["Section: network"] });
  });
}

/**
 * The package that takes the agent away from a box which only installs: a version above the installed one, with
 * nothing in it. @returns its path.
 */
export function makeRemovalIpk({ out, version, compression }) {
  const file = `edge-agent-removal_${version}_${KEROS_ARCHITECTURE}.ipk`;
  return packed({ out, file, compression }, (root) => {
    control(root, "preinst", readText("keros", "removal-preinst"));
    control(root, "postinst", readText("keros", "removal-postinst"));
    describe(root, { version, architecture: KEROS_ARCHITECTURE, lines: ["Section: network"] });
  });
}

/** @returns the tarball's path. */
export function makeTarball({ bundle, manifest, out, version }) {
  const name = `edge-agent-${version}-${manifest.arch}`;
  return inScratch((scratch) => {
    const top = join(scratch, name);
    cpSync(bundle, join(top, "bundle"), { recursive: true });
    write(join(top, "version"), `${version}\n`, 0o644);
    put(join(HERE, "tarball", "install.sh"), join(top, "install.sh"), 0o755);
    for (const unit of UNITS) put(join(HERE, "debian", unit), join(top, "systemd", unit), 0o644);
    put(join(HERE, "debian", "agent.toml"), join(top, "systemd", "agent.toml.example"), 0o644);
    putKerosFiles(join(top, "keros"));
    settleDates(top);
    const file = join(out, `${name}.tar.gz`);
    const tar = ["--sort=name", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner"];
    run("tar", [...tar, `--mtime=@${epochS()}`, "-cf", join(scratch, "out.tar"), "-C", scratch, name]);
    run("sh", ["-c", 'gzip -n < "$1" > "$2"', "sh", join(scratch, "out.tar"), file]);
    return file;
  });
}

/** What lies outside /user on KerOS 4 and 5. settings: the site may change it, an upgrade must not. */
const KEROS_FILES = [
  { from: "init", to: "etc/init.d/edge-agent", mode: 0o755 },
  { from: "monit", to: "etc/monit.d/edge-agent", mode: 0o600, settings: true },
  { from: "firewall.rules", to: "etc/firewall.d/edge-agent.rules", mode: 0o644, settings: true },
  { from: "firewall.rules", to: "etc/firewall.d/edge-agent.v6rules", mode: 0o644, settings: true },
  { from: "sysupgrade.conf", to: "etc/sysupgrade.d/edge-agent.conf", mode: 0o644 },
  { from: "agent.toml", to: "user/edge-agent/etc/agent.toml.example", mode: 0o644 },
];

function putKerosFiles(root) {
  for (const { from, to, mode } of KEROS_FILES) put(join(HERE, "keros", from), join(root, to), mode);
  link(root, "etc/rc5.d/S90edge-agent", "../init.d/edge-agent");
  // Where every command looks for the settings.
  link(root, "etc/edge-agent", "/user/edge-agent/etc");
  link(root, "usr/bin/edge-agent", "/user/edge-agent/current/edge-agent");
}

// ------------------------------------------------------------------------------------------- packing

function packed({ out, file, compression }, fill) {
  return inScratch((scratch) => {
    const root = join(scratch, "root");
    mkdirSync(root);
    fill(root);
    settleDates(root);
    const path = join(out, file);
    const how = ["--root-owner-group", "--uniform-compression", `-Z${compression}`, "--threads-max=1"];
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(epochS()) };
    run("dpkg-deb", [...how, "--build", root, path], { env });
    return path;
  });
}

function describe(root, { version, architecture, lines }) {
  const text = [
    "Package: edge-agent",
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainerOf(ABOUT)}`,
    ...(ABOUT.homepage ? [`Homepage: ${ABOUT.homepage}`] : []),
    "Priority: optional",
    ...lines,
    `Installed-Size: ${Math.ceil(octetsOf(root) / 1_024)}`,
    `Description: ${SUMMARY}`,
    ...DESCRIPTION.map((line) => ` ${line}`),
  ];
  control(root, "control", `${text.join("\n")}\n`, 0o644);
}

/** @param author as package.json has it: "Name <address> (page)", or its parts; absent: nobody is named. */
export function maintainerOf({ author }) {
  const said = typeof author === "string" ? author.replace(/\s*\(.*\)\s*$/, "") : undefined;
  const full = said ?? (author?.name && author.email ? `${author.name} <${author.email}>` : "");
  return /^[^<>]+ <[^<>@\s]+@[^<>@\s]+>$/.test(full) ? full : NO_AUTHOR;
}

function control(root, name, text, mode = 0o755) {
  write(join(root, "DEBIAN", name), text, mode);
}

function readText(folder, name) {
  return readFileSync(join(HERE, folder, name), "utf8");
}

function link(root, path, target) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

function octetsOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

function inScratch(act) {
  const scratch = mkdtempSync(join(tmpdir(), "edge-agent-package-"));
  try {
    return act(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function epochS() {
  return Math.floor(builtDate().getTime() / 1_000);
}

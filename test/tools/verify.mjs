/**
 * Every check and test, from nothing but `npm ci`: installs the system packages that the tests need where it may,
 * runs what must be green, and ends with one line, "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian package by the program it brings. */
const NEEDED = {
  mosquitto: "mosquitto",
  strace: "strace",
  openssl: "openssl",
  script: "bsdutils",
  tshark: "tshark",
  "qemu-arm": "qemu-user",
  busybox: "busybox-static",
  "iptables-restore": "iptables",
  monit: "monit",
  shellcheck: "shellcheck",
  "systemd-analyze": "systemd",
  perl: "perl-base",
  debootstrap: "debootstrap",
  socat: "socat",
  "dbus-daemon": "dbus-daemon",
  "dbus-send": "dbus-bin",
  promtool: "prometheus",
  chromium: "chromium",
  zsh: "zsh",
};
const CHECKS = [
  ["types", "npx", ["tsc", "-p", "tsconfig.json"]],
  ["types of the page", "npx", ["tsc", "-p", "agent/web/page/tsconfig.json"]],
  ["format and lint", "npx", ["biome", "ci", "."]],
  ["dead code", "npx", ["knip"]],
  ["build", "npm", ["run", "--silent", "build"]],
];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const LACKING_SYSTEM_PACKAGES = 3;

installSystemPackages();
let passed = 0;
let failed = 0;
for (const [name, command, words] of CHECKS) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, words, { stdio: "inherit", env: { ...process.env, PATH } });
  if (status === 0) passed += 1;
  else failed += 1;
}
runTests();
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function installSystemPackages() {
  const lacking = Object.entries(NEEDED)
    .filter(([program]) => !isThere(program))
    .map(([, name]) => name);
  if (lacking.length === 0) return;
  const apt = aptCommand();
  if (apt) {
    process.stdout.write(`== installing ${lacking.join(" ")}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const quiet = { stdio: ["ignore", "ignore", "inherit"], env };
    spawnSync(apt[0], [...apt.slice(1), "update", "-qq"], quiet);
    spawnSync(
      apt[0],
      [...apt.slice(1), "install", "-y", "-qq", "--no-install-recommends", ...lacking],
      quiet,
    );
    if (Object.keys(NEEDED).every(isThere)) return;
  }
  process.stderr.write(
    `The tests need Debian packages that are not installed, and this user may not install them.\nRun:\n\n  sudo apt-get update && sudo apt-get install -y ${lacking.join(" ")}\n\nthen \`npm run verify\` again.\n`,
  );
  process.exit(LACKING_SYSTEM_PACKAGES);
}

function isThere(program) {
  return spawnSync("sh", ["-c", `command -v ${program}`], { env: { ...process.env, PATH } }).status === 0;
}

/** apt-get as this user may call it without being asked for a password; undefined when it may not. */
function aptCommand() {
  if (!isThere("apt-get")) return undefined;
  if (process.getuid?.() === 0) return ["apt-get"];
  const may = isThere("sudo") && spawnSync("sudo", ["-n", "true"]).status === 0;
  return may ? ["sudo", "-n", "apt-get"] : undefined;
}

function runTests() {
  process.stdout.write("\n== tests\n");
  const folder = mkdtempSync(join(tmpdir(), "edge-agent-verify-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync("npx", ["vitest", "run", ...reporters], {
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    passed += numPassedTests;
    failed += numFailedTests;
    if (numPassedTests === 0 || (status !== 0 && numFailedTests === 0)) failed += 1;
  } catch {
    failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
}

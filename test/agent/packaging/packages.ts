/** Packages as `npm run package` makes them, and a gateway's processor as qemu has it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export const TOP = join(import.meta.dirname, "..", "..", "..");
/** Root's programs, for users whose PATH has them not. */
export const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;

export interface PackageReport {
  readonly version: string;
  readonly arch: string;
  readonly built: string;
  readonly bundleOctets: number;
  readonly shares: readonly { readonly share: string; readonly sizeOctets: number }[];
  readonly parts: readonly {
    readonly name: string;
    readonly version: string;
    readonly endOfLife?: string;
    readonly digest: string;
  }[];
  readonly packages: readonly { readonly form: string; readonly path: string; readonly sizeOctets: number }[];
  readonly warnings: readonly string[];
}

/** @param when afterAll for a directory of the whole file, onTestFinished within a test. */
export function scratch(when: (remove: () => void) => unknown = afterAll): string {
  const directory = mkdtempSync(join(tmpdir(), "edge-agent-packages-"));
  when(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Libraries as Debian has them today: a test must not fail because Debian has mended one. */
export function makePackages(out: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = join(TOP, "agent", "packaging", "package.mjs");
  const stdout = execFileSync(
    process.execPath,
    [program, "--out", out, "--json", "--newest-libraries", ...words],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env }, cwd: out },
  );
  const report = JSON.parse(stdout) as PackageReport;
  const pathOf = (form: string): string => report.packages.find((made) => made.form === form)!.path;
  return { report, pathOf };
}

/** @returns how `npm run package` ended with these words. */
export function tryToPackage(words: readonly string[]) {
  const program = join(TOP, "agent", "packaging", "package.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8" });
  return { status, stdout, stderr };
}

/**
 * The launcher of a bundle, with an emulated processor under the program that it starts.
 * @returns its path.
 */
export function launcherUnder(bundle: string, emulator: readonly string[]): string {
  const launcher = join(bundle, "edge-agent");
  const text = readFileSync(launcher, "utf8");
  if (!/^exec /m.test(text)) throw new Error(`${launcher} starts nothing`);
  const path = join(bundle, "edge-agent-emulated");
  writeFileSync(path, text.replace(/^exec /m, `exec ${emulator.join(" ")} `), { mode: 0o755 });
  return path;
}

/** Made-up boxes are entered by chroot, and have users of their own. */
function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Error("this test enters a made-up gateway by chroot, which only root may: run it by sudo");
}

/**
 * The words before a program that is to run inside a made-up box. Its /proc is mounted in a namespace of that program
 * alone and goes with it: on this machine nothing is mounted that a clean-up could run into.
 */
export function inside(root: string, user?: string): string[] {
  requireRoot();
  const as = user === undefined ? "" : `--userspec=${user}:${user} `;
  const enter = `mount -t proc proc "$0/proc" && exec chroot ${as}"$0" "$@"`;
  return ["unshare", "--mount", "sh", "-c", enter, root];
}

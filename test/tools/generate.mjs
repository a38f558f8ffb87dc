/**
 * Makes agent/lorawan/gw.js and gw.d.ts from agent/lorawan/gw.proto: static code, which needs neither reflection nor
 * eval at run time. `npm run generate`; with a directory as argument it writes there instead (the test that
 * regenerating changes nothing).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pbjs from "protobufjs-cli/pbjs.js";

const lorawan = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "agent", "lorawan");
const into = process.argv[2] ?? lorawan;
const scratch = mkdtempSync(join(tmpdir(), "generate-"));
const run = promisify(pbjs.main);

/** Encoding and decoding only: what is not used is not shipped. */
const COMMON = [
  ...["--target", "static-module", "--wrap", "esm", "--dependency", "protobufjs/minimal.js"],
  ...["--root", "edgeAgentGw", "--force-number"],
  ...["--no-create", "--no-verify", "--no-convert", "--no-delimited", "--no-typeurl", "--no-service"],
];

try {
  const proto = join(lorawan, "gw.proto");
  // The types are drawn from the comments, which the code itself does without: hence twice.
  await run([...COMMON, "--no-comments", "--out", join(scratch, "gw.js"), proto]);
  await run([...COMMON, "--dts", "--out", join(scratch, "typed.js"), proto]);
  writeFileSync(join(into, "gw.js"), generated(readFileSync(join(scratch, "gw.js"), "utf8")));
  const types = readFileSync(join(scratch, "typed.d.ts"), "utf8").replace(
    'import Long = require("long");\n',
    "",
  );
  writeFileSync(join(into, "gw.d.ts"), generated(types));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function generated(code) {
  return `// Generated from gw.proto by \`npm run generate\`; do not edit.\n${code}`;
}

/**
 * `npm run package -- --arch armv7|arm64|x64`: the bundle for a gateway and the packages that carry it, and a table of
 * what is in them. --help says the rest. Exit codes: 0 done, 2 wrong usage, 3 a part could not be had or made.
 */
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  DEBIAN_ARCHITECTURE,
  makeDeb,
  makeIpk,
  makeRemovalIpk,
  makeTarball,
  packageVersion,
} from "./forms.mjs";
import { ARCHITECTURES, makeGatewayBundle } from "./gateway-bundle.mjs";
import { npmListing } from "./listing.mjs";
import { fetchNode, openNodeArchive } from "./parts.mjs";

const TOP = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FORMS = ["bundle", "deb", "ipk", "tar", "ipk-removal"];
const USAGE = 2;
const WORLD = 3;
const HELP = `npm run package -- --arch ${ARCHITECTURES.join("|")} [options]

  --out DIR                 where to (dist/packages)
  --form FORM,…             ${FORMS.join(", ")}; default: bundle,deb,tar and for armv7 ipk
  --revision N              of the same program, rising (1)
  --over VERSION            an older program for a box that has VERSION and refuses to go back (KerOS 4, 5);
                            for ipk-removal: the version that is to go
  --node FILE               Node as nodejs.org packs it, with --node-sha256 from its SHASUMS256.txt;
                            default: as agent/packaging/pins.json says, from the npm registry
  --debian-architecture A   armhf, arm64, amd64 by --arch; for a box whose dpkg says otherwise
  --compression C           of the .deb: xz (default), gzip, none
  --newest-libraries        Debian's libraries of today instead of the pinned ones (armv7)
  --json                    one JSON document

Examples
  npm run package -- --arch armv7 --form ipk
  npm run package -- --arch armv7 --form ipk --over 0.2.0-r1        # this older tree, over 0.2.0
  npm run package -- --arch arm64 --form deb --revision 2
`;

const options = readOptions();
if (options !== undefined) {
  try {
    show(await make(options));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = WORLD;
  }
}

function readOptions() {
  const text = (name) => ({ [name]: { type: "string" } });
  try {
    const { values } = parseArgs({
      options: {
        ...text("arch"),
        ...text("out"),
        ...text("form"),
        ...text("revision"),
        ...text("over"),
        ...text("node"),
        ...text("node-sha256"),
        ...text("debian-architecture"),
        ...text("compression"),
        "newest-libraries": { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return undefined;
    }
    return checked(values);
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    process.exitCode = USAGE;
    return undefined;
  }
}

function checked(values) {
  const { arch, over, node, revision = "1" } = values;
  const must = (right, message) => {
    if (!right) throw new Error(message);
  };
  must(ARCHITECTURES.includes(arch), `--arch: one of ${ARCHITECTURES.join(", ")}`);
  must(/^[1-9]\d*$/.test(revision), "--revision: a whole number from 1");
  must(over === undefined || /^\d[\w.+~-]*$/.test(over), "--over: a package's version, such as 0.2.0-r1");
  must(
    (node === undefined) === (values["node-sha256"] === undefined),
    "--node and --node-sha256 go together",
  );
  const byDefault = ["bundle", "deb", "tar", ...(arch === "armv7" ? ["ipk"] : [])];
  const forms = values.form?.split(",") ?? byDefault;
  for (const form of forms) must(FORMS.includes(form), `--form: ${form} is none of ${FORMS.join(", ")}`);
  must(
    arch === "armv7" || !forms.some((form) => form.startsWith("ipk")),
    "--form: an .ipk is for armv7 only",
  );
  must(over !== undefined || !forms.includes("ipk-removal"), "--form ipk-removal: --over VERSION is missing");
  const compression = values.compression ?? "xz";
  must(["xz", "gzip", "none"].includes(compression), "--compression: xz, gzip or none");
  const out = resolve(values.out ?? join(TOP, "dist", "packages"));
  return { ...values, arch, forms, revision, over, compression, out };
}

async function make({ arch, forms, revision, over, compression, out, ...values }) {
  mkdirSync(out, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8"));
  const node =
    values.node === undefined ? fetchNode(arch) : openNodeArchive(values.node, values["node-sha256"]);
  const bundle = join(out, `edge-agent-${version}-${arch}`);
  const newestLibraries = values["newest-libraries"] === true;
  const manifest = await makeGatewayBundle({ into: bundle, arch, node, newestLibraries });
  const debVersion = packageVersion({ version, revision, over, prefix: "" });
  const ipkVersion = packageVersion({ version, revision, over, prefix: "r" });
  const architecture = values["debian-architecture"] ?? DEBIAN_ARCHITECTURE[arch];
  const makers = {
    bundle: () => bundle,
    deb: () => makeDeb({ bundle, manifest, out, version: debVersion, architecture, compression }),
    ipk: () => makeIpk({ bundle, out, version: ipkVersion, compression: "gzip" }),
    tar: () => makeTarball({ bundle, manifest, out, version: debVersion }),
    "ipk-removal": () => makeRemovalIpk({ out, version: `${over}+removal`, compression: "gzip" }),
  };
  const made = forms.map((form) => ({ form, path: makers[form]() }));
  return { manifest, made, json: values.json === true };
}

// -------------------------------------------------------------------------------------------- showing

function show({ manifest, made, json }) {
  const shares = sharesOf(manifest.files);
  const bundleOctets = manifest.files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  const packages = made.map(({ form, path }) => ({
    form,
    path,
    sizeOctets: form === "bundle" ? bundleOctets : statSync(path).size,
  }));
  const warnings = warningsOf(manifest);
  const { name, version, arch, built, parts, npm } = manifest;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ name, version, arch, built, bundleOctets, shares, parts, npm, packages, warnings })}\n`,
    );
    return;
  }
  const rows = [
    [`${name} ${version} for ${arch}`, `of ${built.slice(0, 10)}`],
    ...shares.map(({ share, sizeOctets }) => [`  ${share}`, octets(sizeOctets)]),
    ["  in all", octets(bundleOctets)],
    ...packages.map(({ path, sizeOctets }) => [
      relative(process.cwd(), path) || basename(path),
      octets(sizeOctets),
    ]),
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  for (const [left, right] of rows) process.stdout.write(`${left.padEnd(width)}  ${right.padStart(10)}\n`);
  const said = parts.map(
    (part) => `${part.name} ${part.version}${part.endOfLife ? ` (until ${part.endOfLife})` : ""}`,
  );
  process.stdout.write(`\nwith ${said.join(", ")}\n${npmListing(npm, "and from npm")}`);
  for (const warning of warnings) process.stderr.write(`\nwarning: ${warning}\n`);
}

/** @returns what the bundle's size goes to, by its first folder. */
function sharesOf(files) {
  const sums = new Map();
  for (const { path, sizeOctets } of files) {
    const share = path.includes("/") ? `${path.split("/")[0]}/` : "scripts and texts";
    sums.set(share, (sums.get(share) ?? 0) + sizeOctets);
  }
  return [...sums].map(([share, sizeOctets]) => ({ share, sizeOctets }));
}

function warningsOf({ arch, built, parts }) {
  const { version, endOfLife } = parts[0];
  if (
    endOfLife === undefined ||
    endOfLife >= new Date(Math.max(Date.now(), Date.parse(built))).toISOString().slice(0, 10)
  )
    return [];
  const way =
    arch === "armv7"
      ? "the npm registry has no newer one for armv7; give the newest 22 of nodejs.org by --node (maintained until 2027-04-30)"
      : "raise it in agent/packaging/pins.json";
  return [`Node ${version} has been past its end of life since ${endOfLife}: ${way}`];
}

function octets(count) {
  return `${(count / 1_000_000).toFixed(count < 10_000_000 ? 2 : 1)} MB`;
}

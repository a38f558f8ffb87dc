/** The licences of everything in a bundle, as their owners ask: one text file beside the program. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;
/** Licences whose text is the same for all who use it and who give none of their own. */
const PUBLIC_TEXTS = ["ISC", "MIT", "0BSD"];
/** Debian's copyright files point at these. */
const COMMON_FOLDER = "/usr/share/common-licenses";
const COMMON = ["LGPL-2.1", "GPL-2", "GPL-3"];

/**
 * @param packages folders of npm packages.
 * @param node the folder with Node's LICENSE.
 * @param libraries Debian packages, unpacked: name, version, folder.
 * @returns the text. @throws Error for a package whose licence is not known.
 */
export function licencesOf({ own, packages, node, libraries }) {
  const sections = [
    section(`edge-agent ${own.version}`, own.license, `${own.license}, by the authors of edge-agent.`),
    section(`Node.js ${node.version}`, "as follows", readFileSync(join(node.folder, "LICENSE"), "utf8")),
    ...libraries.flatMap(sectionOfLibrary),
    ...(libraries.length === 0 ? [] : COMMON.map(sectionOfCommon)),
    ...packages.map(sectionOfPackage),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The libraries of GCC share one text, which is in gcc-12-base. */
function sectionOfLibrary({ name, version, folder }) {
  const file = join(folder, "usr", "share", "doc", name, "copyright");
  if (!existsSync(file)) return [];
  const licence = "as follows; its sources are those of the Debian package of this version";
  return [section(`${name} ${version} (Debian)`, licence, readFileSync(file, "utf8"))];
}

function sectionOfCommon(name) {
  return section(
    name,
    "the text that others above point at",
    readFileSync(join(COMMON_FOLDER, name), "utf8"),
  );
}

function sectionOfPackage(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = licenceFiles(folder).map((file) => readFileSync(file, "utf8").trim());
  if (texts.length === 0 && !PUBLIC_TEXTS.includes(license)) {
    throw new Error(`${name} ${version}: licence ${license}, and no text of it`);
  }
  const by = typeof author === "string" ? author : (author?.name ?? "its authors");
  return section(`${name} ${version}`, license, texts.join("\n\n") || `${license}, by ${by}.`);
}

/** Its own, and those of what it carries in deps/ (LevelDB, snappy). */
function licenceFiles(folder) {
  const found = readdirSync(folder)
    .filter((name) => LICENCE_FILE.test(name))
    .map((name) => join(folder, name));
  const carried = join(folder, "deps");
  if (!existsSync(carried)) return found;
  const inside = readdirSync(carried, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return [...found, ...inside].sort();
}

function section(title, licence, text) {
  return `${"=".repeat(100)}\n${title}\nLicence: ${licence}\n${"=".repeat(100)}\n${text.trim()}`;
}

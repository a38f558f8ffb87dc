/** How the npm packages of a bundle are listed for people. */
const COLUMNS = 100;

/**
 * @param npm each "name version".
 * @returns a list in lines of at most 100 columns, by name; what is there in several versions once, with all of them.
 */
export function npmListing(npm, opening) {
  const versions = new Map();
  for (const entry of [...new Set(npm)].sort()) {
    const at = entry.lastIndexOf(" ");
    const name = entry.slice(0, at);
    versions.set(name, [...(versions.get(name) ?? []), entry.slice(at + 1)]);
  }
  const items = [...versions].map(([name, all]) => `${name} ${all.join(" and ")}`);
  const lines = [];
  let line = opening;
  for (const [index, item] of items.entries()) {
    const word = index === items.length - 1 ? item : `${item},`;
    if (line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = ` ${word}`;
    } else line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}

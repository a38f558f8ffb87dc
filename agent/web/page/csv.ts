/**
 * Rows as CSV, for spreadsheets. Pure; saving it is save.ts.
 *
 * As RFC 4180, UTF-8 with its mark, so that spreadsheets read accents. Hex addresses begin with 0x, or a spreadsheet
 * would make numbers of them; a text that it would reckon with begins with an apostrophe.
 */
export type Rows = readonly Readonly<Record<string, unknown>>[];

const HEX = /^[0-9a-f]{8}([0-9a-f]{8})?$/;

export function toCsv(rows: Rows): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return `\uFEFF${[columns.join(","), ...lines].join("\r\n")}\r\n`;
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = HEX.test(text) ? `0x${text}` : /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One level, with dots between the names: what a table can hold. */
export function flat(value: object, prefix = ""): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.entries(flat(inner, `${prefix}${name}.`))
        : [[`${prefix}${name}`, inner]],
    ),
  );
}

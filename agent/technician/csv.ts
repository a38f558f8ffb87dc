/**
 * CSV for spreadsheets, one format for every language (RFC 4180, point for decimals). Digits that are no figures are
 * given 0x by who makes the columns; no cell is text from the air. Pure.
 */
export type CsvCell = string | number | boolean | undefined;
/** A column's name, and what stands in it. */
export type CsvColumn<Row> = readonly [string, (row: Row) => CsvCell];

/** @returns the head and a line per row, each with its end. */
export function csvLines<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string[] {
  return [csvHead(columns), ...rows.map((row) => csvLine(columns, row))];
}

export function csvHead<Row>(columns: readonly CsvColumn<Row>[]): string {
  return `${columns.map(([name]) => name).join(",")}\r\n`;
}

export function csvLine<Row>(columns: readonly CsvColumn<Row>[], row: Row): string {
  return `${columns.map(([, cell]) => written(cell(row))).join(",")}\r\n`;
}

function written(cell: CsvCell): string {
  if (cell === undefined) return "";
  const text = typeof cell === "number" ? String(Math.round(cell * 1_000) / 1_000) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

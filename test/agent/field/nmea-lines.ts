/** What GNSS receivers say, made for tests, and recordings by others. */

/** With its checksum, as a receiver sends it. */
export function sentence(body: string): string {
  let sum = 0;
  for (const character of body) sum ^= character.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

interface EpochOptions {
  readonly fix?: boolean;
  readonly satellites?: number;
  readonly talker?: string;
  /** false: before the first satellite. */
  readonly clock?: boolean;
}

/** One second of a receiver, as a u-blox M8 orders it. */
export function epochLines(
  wallMs: number,
  { fix = true, clock = true, ...given }: EpochOptions = {},
): string[] {
  const { satellites = fix ? 9 : 0, talker = "GN" } = given;
  const hdop = fix ? "0.92" : "99.99";
  const at = new Date(wallMs);
  const time = clock ? `${two(at.getUTCHours())}${two(at.getUTCMinutes())}${two(at.getUTCSeconds())}.00` : "";
  const date = clock
    ? `${two(at.getUTCDate())}${two(at.getUTCMonth() + 1)}${two(at.getUTCFullYear() % 100)}`
    : "";
  const place = fix ? "4723.29910,N,00115.32840,E" : ",,,";
  return [
    sentence(`${talker}RMC,${time},${fix ? "A" : "V"},${place},0.021,,${date},,,${fix ? "A" : "N"}`),
    sentence(`${talker}VTG,,T,,M,0.021,N,0.039,K,${fix ? "A" : "N"}`),
    sentence(
      `${talker}GGA,${time},${place},${fix ? 1 : 0},${two(satellites)},${hdop},${fix ? "98.4,M,47.1,M" : ",,,"},,`,
    ),
    sentence(`${talker}GSA,A,${fix ? 3 : 1},05,07,13,,,,,,,,,,1.72,${hdop},1.45`),
    sentence("GPGSV,2,1,07,05,45,231,38,07,62,102,41,13,28,066,33,14,11,310,"),
    sentence("GPGSV,2,2,07,15,08,041,,20,33,281,29,30,71,190,42"),
    sentence("GLGSV,1,1,03,65,30,050,27,72,55,120,36,81,20,200,"),
  ];
}

export function epoch(wallMs: number, options: EpochOptions = {}): string {
  return `${epochLines(wallMs, options).join("\r\n")}\r\n`;
}

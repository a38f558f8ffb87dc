/**
 * Points in time as forwarders write them, always in UTC.
 *
 *   rxpk.time   2013-03-31T16:21:17.530974Z    fraction of any length, or none
 *   stat.time   2014-01-12 08:59:28 GMT
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4.
 */

const SHORTEST_CHARS = 20; // 2013-03-31T16:21:17Z
const LONGEST_CHARS = 40;

/**
 * Reads either form. A second of 60 (a leap second) is the first second of the next minute, as Unix time has it.
 *
 * @returns milliseconds since the Unix epoch with what fraction there was, or undefined when it is neither form.
 */
export function readUtcText(text: string): number | undefined {
  if (text.length < SHORTEST_CHARS || text.length > LONGEST_CHARS) return undefined;
  if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":" || text[16] !== ":") return undefined;
  if (text[10] !== "T" && text[10] !== " ") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  // NaN fails every comparison.
  const sound =
    year >= 1970 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 31 &&
    hour < 24 &&
    minute < 60 &&
    second <= 60;
  if (!sound) return undefined;
  const zoneAt = endOfFraction(text);
  const zone = text.slice(zoneAt);
  if (zone !== "Z" && zone !== " GMT" && zone !== " UTC") return undefined;

  const dayMs = Date.UTC(year, month - 1, day);
  // The 31st of a month that has 30 days would be the 1st of the next.
  if (new Date(dayMs).getUTCDate() !== day) return undefined;
  const fractionMs = zoneAt === 19 ? 0 : Number(`0${text.slice(19, zoneAt)}`) * 1000;
  return dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + fractionMs;
}

/** rxpk.time, with six decimals of a second as the reference forwarder writes it. */
export function writeRxpkTime(utcMs: number): string {
  const wholeMs = Math.floor(utcMs);
  const micros = Math.min(999, Math.round((utcMs - wholeMs) * 1000));
  return `${new Date(wholeMs).toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}Z`;
}

/** stat.time. */
export function writeStatTime(utcMs: number): string {
  const iso = new Date(utcMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} GMT`;
}

/** Where the fraction that starts at character 19 ends; 19 when there is none. */
function endOfFraction(text: string): number {
  if (text[19] !== ".") return 19;
  let at = 20;
  while (isDigit(text.charCodeAt(at))) at++;
  return at === 20 ? 19 : at;
}

/** The number these characters write, or NaN. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    number = number * 10 + code - 0x30;
  }
  return number;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

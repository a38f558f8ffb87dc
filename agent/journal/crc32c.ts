/**
 * CRC-32C (Castagnoli), as LevelDB itself uses it. Pure.
 *
 * Source: RFC 3720, appendix B.4 (reflected polynomial 0x82f63b78).
 */
const TABLES = makeTables(0x82f63b78);

/**
 * Four octets a step: every record is summed twice, and the target has one slow core.
 * @param state the checksum of what came before, to go on with it; 0 to begin.
 * @returns 0 .. 2^32 - 1
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, state = 0): number {
  let crc = ~state;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      TABLES[768 + (word & 0xff)]! ^
      TABLES[512 + ((word >>> 8) & 0xff)]! ^
      TABLES[256 + ((word >>> 16) & 0xff)]! ^
      TABLES[word >>> 24]!;
  }
  for (; at < to; at++) crc = TABLES[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Four tables one after the other: what an octet becomes with none, one, two and three octets behind it. */
function makeTables(polynomial: number): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let index = 0; index < 256; index++) {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[index] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256]!;
    tables[index] = tables[before & 0xff]! ^ (before >>> 8);
  }
  return tables;
}

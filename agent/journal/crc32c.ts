/**
 * CRC-32C (Castagnoli), as LevelDB itself uses it. Pure.
 *
 * Source: RFC 3720, appendix B.4 (reflected polynomial 0x82f63b78).
 */
const TABLE = makeTable(0x82f63b78);

/**
 * @param state the checksum of what came before, to go on with it; 0 to begin.
 * @returns 0 .. 2^32 - 1
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, state = 0): number {
  let crc = ~state;
  for (let at = from; at < to; at++) crc = TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTable(polynomial: number): Int32Array {
  const table = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[index] = crc;
  }
  return table;
}

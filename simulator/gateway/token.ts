/** GWMP tokens on the gateway's side: drawn for what it sends, and as a number in what it tells. */
import type { Token } from "../../agent/lorawan/gwmp.ts";
import type { RngStream } from "../../agent/ports.ts";

export function drawToken(chance: RngStream): Token {
  return [chance.below(256), chance.below(256)];
}

/** The first octet high. Only to compare by. */
export function numberOfToken([high, low]: Token): number {
  return high * 256 + low;
}

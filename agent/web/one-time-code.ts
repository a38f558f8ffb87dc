/**
 * The one-time code that lets a browser in: read from `edge-agent web code` by somebody who may open the control
 * socket, typed on a phone, good once and for a short while.
 *
 * Eight characters of 32 are 40 bits. With the tries that tries.ts allows in its lifetime, guessing it has odds below one
 * in 100 million. Kept in memory only. Characters: Crockford's base 32, which has no I, L, O, U; what is typed for
 * them is understood.
 */
import type { Clock, WebDoor } from "../ports.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 8;
export const CODE_MS_MAX = 10 * 60_000;

export interface OneTimeCode {
  /** Makes one, in place of any before it. Such as "7KQP-M2XD". */
  issue(): { readonly code: string; readonly lastsMs: number };
  /** @returns whether it was the code; it then is none any more. */
  redeem(typed: string): boolean;
}

export function createOneTimeCode(clock: Pick<Clock, "monotonicMs">, secret: WebDoor["secret"]): OneTimeCode {
  let standing: { readonly code: string; readonly untilMs: number } | undefined;
  return {
    issue: () => {
      // 256 is a multiple of 32: every character is as likely.
      const code = Array.from(secret(CHARACTERS), (octet) => ALPHABET[octet % ALPHABET.length]).join("");
      standing = { code, untilMs: clock.monotonicMs() + CODE_MS_MAX };
      return { code: `${code.slice(0, 4)}-${code.slice(4)}`, lastsMs: CODE_MS_MAX };
    },
    redeem: (typed) => {
      if (standing === undefined || clock.monotonicMs() >= standing.untilMs) return false;
      if (!isSame(asMeant(typed), standing.code)) return false;
      standing = undefined;
      return true;
    },
  };
}

function asMeant(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
}

/** Takes as long wherever they differ. */
function isSame(typed: string, code: string): boolean {
  let difference = typed.length ^ code.length;
  for (let at = 0; at < code.length; at++) difference |= typed.charCodeAt(at) ^ code.charCodeAt(at);
  return difference === 0;
}

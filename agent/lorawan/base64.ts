/**
 * Standard base64 (RFC 4648, section 4), padded or not, as forwarders write PHYPayloads. The URL-safe alphabet and
 * anything else is refused: Buffer.from alone would take the first and skip the second in silence.
 */

/** @returns undefined when the text is not standard base64. */
export function readBase64(text: string): Buffer | undefined {
  const digits = digitsOf(text);
  if (digits % 4 === 1 || text.includes("-") || text.includes("_")) return undefined;
  const bytes = Buffer.from(text, "base64");
  // What Buffer.from skipped is missing at the end.
  return bytes.length === sizeOfDigits(digits) ? bytes : undefined;
}

/** How many octets the text stands for, if it is base64 at all. */
export function base64SizeOctets(text: string): number {
  return sizeOfDigits(digitsOf(text));
}

function digitsOf(text: string): number {
  if (text.endsWith("==")) return text.length - 2;
  return text.endsWith("=") ? text.length - 1 : text.length;
}

function sizeOfDigits(digits: number): number {
  return Math.floor((digits * 3) / 4);
}

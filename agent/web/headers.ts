/**
 * What every answer says to the browser: nothing from outside, nothing inline, nothing framed, nothing guessed.
 *
 * No Strict-Transport-Security: with it a browser takes no certificate that nobody vouches for, and that is what most
 * gateways have.
 */
const SAFE = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

/** @param cached "never": it is of this moment, or of this reader. */
export function headersOf(
  type: string,
  cached: "never" | "asked" | "for ever",
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const control = {
    never: "no-store",
    asked: "no-cache",
    "for ever": "private, max-age=31536000, immutable",
  }[cached];
  return { ...SAFE, "content-type": type, "cache-control": control, ...more };
}

/**
 * URLs as they may be shown, logged and told to others: without user and password, and without what stands behind "?",
 * where a broker behind a WebSocket may want its token. The path stays: it says which service is meant. Pure.
 */

/** What stands instead of a secret. */
export const HIDDEN = "********";

/** No URL of the settings is longer than what stands before its "?" here. */
const QUERY = /(:\/\/[^\s?]{0,2048}\?)\S+/g;
const USER_INFO = /:\/\/[^\s/"]*@/g;

/** @param text a URL, or any text with URLs in it. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes("://")) return text;
  return text.replace(QUERY, `$1${HIDDEN}`).replace(USER_INFO, `://${HIDDEN}@`);
}

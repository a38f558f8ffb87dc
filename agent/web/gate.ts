/**
 * Who may ask what, before anything is answered.
 *
 *   loopback   plain HTTP, no code: who is on the machine is trusted as far as looking goes. A web site that a
 *              technician has open in the same browser is not: it may name its own host so that it resolves to
 *              127.0.0.1 (DNS rebinding), so only the names of loopback are answered to.
 *   network    TLS, and a session begun with the code. A session belongs to the host name that began it, so a
 *              rebound name has none; and no host is checked, for nobody knows the names of this gateway.
 *
 * On both, what a page of another origin asks for is refused: by Sec-Fetch-Site where the browser says it, and what
 * changes anything (POST) unless Origin is our own, the body is JSON and a header is there that only our page sets.
 */
import { isLoopback } from "../config/cross.ts";
import type { WebRequest } from "../ports.ts";

export type Way = "loopback" | "network";
export type Refusal = "host" | "origin" | "method" | "session";

export const OWN_HEADER = "x-edge-agent";
/** Asked for before anybody is in. */
const OPEN_PATHS = new Set(["/", "/api/session"]);

/** @returns why it is refused; undefined: it is not. */
export function refusalOf(
  request: WebRequest,
  way: Way,
  isIn: (cookies: string | undefined) => boolean,
): Refusal | undefined {
  const { method, path, headers } = request;
  const host = headers.host ?? "";
  if (way === "loopback" && !isLoopback(host.replace(/:[0-9]*$/, ""))) return "host";
  if (method !== "GET" && method !== "HEAD" && method !== "POST") return "method";
  if (path.startsWith("/api/") && !isFromHere(headers["sec-fetch-site"])) return "origin";
  if (method === "POST" && !isOurPage(request, way)) return "origin";
  if (way === "loopback" || OPEN_PATHS.has(path) || path.startsWith("/page/")) return undefined;
  return isIn(headers.cookie) ? undefined : "session";
}

/** none: typed into the address line. Old browsers say nothing. */
function isFromHere(site: string | undefined): boolean {
  return site === undefined || site === "same-origin" || site === "none";
}

function isOurPage({ headers }: WebRequest, way: Way): boolean {
  const scheme = way === "network" ? "https" : "http";
  return (
    headers.origin === `${scheme}://${headers.host ?? ""}` &&
    headers[OWN_HEADER] !== undefined &&
    /^application\/json\b/.test(headers["content-type"] ?? "")
  );
}

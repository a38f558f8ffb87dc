/** Digests, from the library that the program runs with. */
import { createHash } from "node:crypto";

/** @returns 64 lower-case hex digits. */
export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

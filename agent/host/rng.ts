/** Chance on a real gateway: every stream is the system's own. */
import { randomInt } from "node:crypto";
import type { Rng } from "../ports.ts";

export function openRng(): Rng {
  const stream = { unit: () => Math.random(), below: (below: number) => (below > 1 ? randomInt(below) : 0) };
  return { stream: () => stream };
}

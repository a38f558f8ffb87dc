/**
 * Chance from one seed, in named streams. The mirror of agent/host/rng.ts.
 */
import type { Rng, RngStream } from "../../agent/ports.ts";

export class WorldRng implements Rng {
  readonly #seed: number;
  readonly #streams = new Map<string, RngStream>();

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  stream(name: string): RngStream {
    const known = this.#streams.get(name);
    if (known) return known;
    const made = mulberry32((this.#seed ^ fnv1a(name)) >>> 0);
    this.#streams.set(name, made);
    return made;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}

/** mulberry32: 32 bits of state, good enough to draw faults with. */
function mulberry32(seed: number): RngStream {
  let state = seed;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { unit, below: (below) => Math.floor(unit() * below) };
}

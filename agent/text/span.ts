/** Lengths of time, as technician/words.ts puts them together. A French figure never parts from its unit. */
import type { Entry } from "./entry.ts";

export const SPAN_TEXTS = {
  "span.days": { en: "{count}d", fr: "{count}\u00a0j" },
  "span.hours": { en: "{count}h", fr: "{count}\u00a0h" },
  "span.minutes": { en: "{count}m", fr: "{count}\u00a0min" },
  "span.seconds": { en: "{count}s", fr: "{count}\u00a0s" },
  "span.clock": { en: "{hours}h {minutes}m", fr: "{hours}\u00a0h\u00a0{minutes}" },
  "span.both": { en: "{first} {second}", fr: "{first} {second}", same: true },
} as const satisfies Record<string, Entry>;

/**
 * The demo's story as data: when which road is cut, and when an agent is killed. Pure; the same seed and length give
 * the same times.
 *
 *   join ── traffic ── one backhaul cut ── drain ── both lose the core ── drain ── outage with a SIGKILL in it ── drain
 */
import type { Rng } from "../../agent/ports.ts";

export type Deed =
  | { readonly kind: "cut" | "restore" | "kill" | "start"; readonly gateway: 0 | 1 }
  | { readonly kind: "cutAll" | "restoreAll" }
  | { readonly kind: "fleetRests" };

export interface Scene {
  /** Since the start of the story, milliseconds. */
  readonly atMs: number;
  readonly deed: Deed;
  /** For the one who watches. */
  readonly words: string;
}

export interface Story {
  readonly scenes: readonly Scene[];
  /** When the meters stop, and the agents only drain. */
  readonly restMs: number;
  /** The common outage, and what follows from it until the agents have drained. */
  readonly common: { readonly fromMs: number; readonly toMs: number };
}

/** Shares of the time after the joins: where each thing begins, and by how much (a share again) chance shifts it. */
const SHARES = {
  oneCut: 0.1,
  oneBack: 0.24,
  allCut: 0.38,
  allBack: 0.52,
  lastCut: 0.66,
  kill: 0.72,
  start: 0.76,
  lastBack: 0.82,
  rest: 0.92,
} as const;
const SHIFT = 0.015;
/** After a longer one stored frames wait for the time axis that all gateways share: minutes in which nothing is seen. */
const OUTAGE_MS_MAX = 45_000;

/** @param joinMs how long the meters need to join, from the start. */
export function tellStory(lengthMs: number, joinMs: number, rng: Rng): Story {
  const chance = rng.stream("demo/story");
  const at = (share: number): number =>
    Math.round(joinMs + (lengthMs - joinMs) * (share + SHIFT * chance.unit()));
  const victim = chance.below(2) as 0 | 1;
  const first = (1 - victim) as 0 | 1;
  const oneCut = at(SHARES.oneCut);
  const oneBack = Math.min(at(SHARES.oneBack), oneCut + OUTAGE_MS_MAX);
  const allCut = at(SHARES.allCut);
  const allBack = Math.min(at(SHARES.allBack), allCut + OUTAGE_MS_MAX);
  const lastCut = at(SHARES.lastCut);
  const kill = Math.min(at(SHARES.kill), lastCut + OUTAGE_MS_MAX / 3);
  const start = Math.min(at(SHARES.start), lastCut + (2 * OUTAGE_MS_MAX) / 3);
  const lastBack = Math.min(at(SHARES.lastBack), lastCut + OUTAGE_MS_MAX);
  const rest = at(SHARES.rest);
  const name = (gateway: 0 | 1): string => `gateway ${gateway + 1}`;
  return {
    restMs: rest,
    common: { fromMs: allCut, toMs: lastCut },
    scenes: [
      { atMs: oneCut, deed: { kind: "cut", gateway: first }, words: `the backhaul of ${name(first)} is cut` },
      {
        atMs: oneBack,
        deed: { kind: "restore", gateway: first },
        words: `the backhaul of ${name(first)} is back`,
      },
      { atMs: allCut, deed: { kind: "cutAll" }, words: "both gateways lose the core" },
      { atMs: allBack, deed: { kind: "restoreAll" }, words: "the core is back for both" },
      {
        atMs: lastCut,
        deed: { kind: "cut", gateway: victim },
        words: `the backhaul of ${name(victim)} is cut`,
      },
      {
        atMs: kill,
        deed: { kind: "kill", gateway: victim },
        words: `the agent of ${name(victim)} is killed (SIGKILL)`,
      },
      {
        atMs: start,
        deed: { kind: "start", gateway: victim },
        words: `the agent of ${name(victim)} is started again`,
      },
      {
        atMs: lastBack,
        deed: { kind: "restore", gateway: victim },
        words: `the backhaul of ${name(victim)} is back`,
      },
      { atMs: rest, deed: { kind: "fleetRests" }, words: "the meters rest; the agents drain" },
    ],
  };
}

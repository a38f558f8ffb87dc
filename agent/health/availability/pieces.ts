/**
 * Pieces: how long something was in which state, one after the other, measured by the monotonic clock. They have lengths
 * and no dates: those they get once the wall clock is trusted, reckoned backwards from then (availability.ts). Pure.
 */
import { type Bucket, DOWN, MAINTENANCE, UNKNOWN, UP } from "./account.ts";

export type State = "up" | "down" | "unknown";

/** Why the gateway itself was down. */
export type OffCause = "gatewayOff" | "powerCut" | "restart" | "crash";

export interface Piece {
  readonly state: State;
  /** Within planned maintenance. */
  readonly planned: boolean;
  readonly cause?: OffCause | undefined;
  readonly ms: number;
}

/** Of one subject, while the clock is not trusted. A link that flaps every ten seconds fills it in an hour. */
export const PIECES_MAX = 256;

const STATES: readonly State[] = ["up", "down", "unknown"];

export function bucketOf({ state, planned }: Pick<Piece, "state" | "planned">): Bucket {
  if (state === "unknown") return UNKNOWN;
  if (planned) return MAINTENANCE;
  return state === "up" ? UP : DOWN;
}

export function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { ms }) => sum + ms, 0);
}

/** Adds a piece at the end; of one kind they become one. Beyond PIECES_MAX the older half is gathered. */
export function append(pieces: Piece[], piece: Piece): void {
  if (piece.ms <= 0) return;
  const last = pieces.at(-1);
  if (last?.state === piece.state && last.planned === piece.planned && last.cause === piece.cause) {
    pieces[pieces.length - 1] = { ...last, ms: last.ms + piece.ms };
    return;
  }
  pieces.push(piece);
  if (pieces.length > PIECES_MAX) pieces.unshift(...gathered(pieces.splice(0, PIECES_MAX / 2)));
}

/** As few pieces as there are kinds: nothing of the sums is lost, but what followed what. */
export function gathered(pieces: readonly Piece[]): Piece[] {
  const kinds: Piece[] = STATES.flatMap((state) =>
    [false, true].map((planned) => ({
      state,
      planned,
      ms: lengthOf(pieces.filter((piece) => piece.state === state && piece.planned === planned)),
    })),
  );
  return kinds.filter(({ ms }) => ms > 0);
}

/** The part of a stretch of time up to `untilMs` is planned. */
export function planned(piece: Piece, plannedMs: number): Piece[] {
  const firstMs = Math.min(Math.max(0, plannedMs), piece.ms);
  return [
    { ...piece, planned: true, ms: firstMs },
    { ...piece, ms: piece.ms - firstMs },
  ].filter(({ ms }) => ms > 0);
}

// -------------------------------------------------------------------------------------- as they are kept

/** state, planned, milliseconds. */
export type WrittenPiece = readonly [0 | 1 | 2, 0 | 1, number];

export function writePieces(pieces: readonly Piece[]): WrittenPiece[] {
  return gathered(pieces).map(({ state, planned: isPlanned, ms }) => [
    STATES.indexOf(state) as 0 | 1 | 2,
    isPlanned ? 1 : 0,
    Math.round(ms),
  ]);
}

export function readPieces(written: readonly WrittenPiece[]): Piece[] {
  return written.map(([state, isPlanned, ms]) => ({
    state: STATES[state] ?? "unknown",
    planned: isPlanned === 1,
    ms,
  }));
}

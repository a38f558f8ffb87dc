/**
 * The concentrator clocks of all gateways: one per (EUI, board), their runs numbered across restarts of the agent.
 *
 * How a clock is estimated is concentrator-clock.ts's; here it is kept, found by name, and noted where it outlives
 * the process, so that after a restart of the agent alone the concentrator's session goes on.
 *
 * What is noted, per board, at a session's start and when a second frame has confirmed its clock, every six hours,
 * and on close:
 *
 *   name   concentrator/<eui>/<board>
 *   value  {"session":7,"offsetMs":-12.5,"monotonicMs":61000,"kernelBootId":"<32 hex>"}     (offset null: unproven)
 */
import { LIVE_AGE_LIMIT_MS } from "../frame/frame.ts";
import type { JournalNotes } from "../journal/journal.ts";
import {
  type AgeReading,
  type BoardClock,
  type HeardTime,
  judge,
  learn,
  type Now,
  newBoardClock,
  offsetMs,
  reconnected,
  resumedBoardClock,
} from "./concentrator-clock.ts";
import { wrapped } from "./tmst.ts";

/** The largest gateways have four. Frames of a board beyond are judged live, in session 0. */
export const BOARDS_PER_GATEWAY_MAX = 8;
/** Keeps a mark young enough to prove something after a power cut of the agent alone (a kill, a crash). */
const MARK_EVERY_MS = 6 * 3_600_000;

export interface ConcentratorClocks {
  learn(gatewayEui: string, board: number, heard: HeardTime, now: Now): void;
  judge(gatewayEui: string, board: number, heard: HeardTime, now: Now): AgeReading;
  /** The gateway's forwarder is back after a silence, or from another source. */
  reconnected(gatewayEui: string, lastHeardMs: number, nowMs: number): void;
  /** The running session; undefined while no live frame has told it. */
  session(gatewayEui: string, board: number): number | undefined;
  /**
   * What the board's counter shows now, 0..2^32-1. Of a board that no live frame has told of: what another board of
   * the gateway shows; else a counter that started with the kernel, for as long as nothing was heard live nobody can
   * lay it beside the concentrator's.
   */
  presentTmstUs(gatewayEui: string, board: number, nowMs: number): number;
  /** Forgets a gateway after noting its clocks. */
  drop(gatewayEui: string): void;
  /** Forgets it altogether: it may never have been there. Should it come back, its sessions begin anew. */
  forget(gatewayEui: string): void;
  /** The notes of earlier runs are there at last: their sessions are not given a second time. */
  found(): void;
  /** Notes every clock. */
  close(): void;
}

interface Kept {
  clock: BoardClock;
  markedMs: number;
  /** -1: not yet. */
  markedSession: number;
  markedConfirmed: boolean;
}

/** @param startedMs monotonic, when the agent started. */
export function createConcentratorClocks(
  notes: JournalNotes,
  kernelBootId: string,
  startedMs: number,
): ConcentratorClocks {
  const gateways = new Map<string, Map<number, Kept>>();

  const find = (eui: string, board: number): Kept | undefined => {
    let boards = gateways.get(eui);
    if (boards === undefined) {
      boards = new Map();
      gateways.set(eui, boards);
    }
    const known = boards.get(board);
    if (known !== undefined || boards.size >= BOARDS_PER_GATEWAY_MAX) return known;
    const clock = restored(notes.get(noteName(eui, board)), kernelBootId, startedMs);
    const made: Kept = { clock, markedMs: startedMs, markedSession: -1, markedConfirmed: false };
    boards.set(board, made);
    return made;
  };

  const mark = (eui: string, board: number, kept: Kept): void => {
    const { session, fittedMs, confirmed } = kept.clock;
    // What only one frame said may be wrong, and the next run would build on it.
    const offset = confirmed ? (offsetMs(kept.clock, fittedMs) ?? null) : null;
    // The moment at which the clock was last seen, not now: from there on it is unproven.
    const note: Note = { session, offsetMs: offset, monotonicMs: fittedMs, kernelBootId };
    notes.set(noteName(eui, board), JSON.stringify(note));
    kept.markedSession = session;
    kept.markedConfirmed = confirmed;
  };

  const markAll = (eui: string, boards: Map<number, Kept>): void => {
    for (const [board, kept] of boards) mark(eui, board, kept);
  };

  return {
    learn: (eui, board, heard, now) => {
      const kept = find(eui, board);
      if (kept === undefined) return;
      kept.clock = learn(kept.clock, heard, now);
      const { session, confirmed } = kept.clock;
      const isNew = session !== kept.markedSession || confirmed !== kept.markedConfirmed;
      if (isNew || now.monotonicMs - kept.markedMs >= MARK_EVERY_MS) {
        mark(eui, board, kept);
        kept.markedMs = now.monotonicMs;
      }
    },
    judge: (eui, board, heard, now) => {
      const kept = find(eui, board);
      if (kept !== undefined) return judge(kept.clock, heard, now);
      return { ageMs: heard.delayed ? LIVE_AGE_LIMIT_MS + 1 : 0, session: 0, certain: false };
    },
    reconnected: (eui, lastHeardMs, nowMs) => {
      for (const kept of gateways.get(eui)?.values() ?? []) {
        kept.clock = reconnected(kept.clock, lastHeardMs, nowMs);
      }
    },
    session: (eui, board) => {
      const clock = gateways.get(eui)?.get(board)?.clock;
      return clock?.current === undefined ? undefined : clock.session;
    },
    presentTmstUs: (eui, board, nowMs) => {
      const asked = find(eui, board);
      const boards = [asked, ...(gateways.get(eui)?.values() ?? [])];
      const told = boards.find((kept) => kept?.clock.current !== undefined);
      const offset = (told && offsetMs(told.clock, nowMs)) ?? 0;
      return Math.round(wrapped(nowMs - offset) * 1_000) % 2 ** 32;
    },
    drop: (eui) => {
      markAll(eui, gateways.get(eui) ?? new Map());
      gateways.delete(eui);
    },
    forget: (eui) => {
      for (const board of gateways.get(eui)?.keys() ?? []) notes.set(noteName(eui, board), "");
      gateways.delete(eui);
    },
    found: () => {
      for (const [eui, boards] of gateways) {
        for (const [board, kept] of boards) {
          const before = readNote(notes.get(noteName(eui, board)))?.session ?? 0;
          // Answers to what was heard just before count as too late: the price of numbers that are never reused.
          kept.clock = { ...kept.clock, session: kept.clock.session + before };
          mark(eui, board, kept);
        }
      }
    },
    close: () => {
      for (const [eui, boards] of gateways) markAll(eui, boards);
    },
  };
}

interface Note {
  readonly session: number;
  readonly offsetMs: number | null;
  readonly monotonicMs: number;
  readonly kernelBootId: string;
}

function noteName(eui: string, board: number): string {
  return `concentrator/${eui}/${board}`;
}

/** Goes on where the note still proves that the concentrator runs; otherwise a new session. */
function restored(text: string | undefined, kernelBootId: string, startedMs: number): BoardClock {
  const note = readNote(text);
  if (note === undefined) return newBoardClock(1);
  const { session, offsetMs: offset, monotonicMs } = note;
  if (note.kernelBootId === kernelBootId && offset !== null) {
    // A gateway dropped and accepted again left its mark after the start.
    const mark = { session, offsetMs: offset, monotonicMs };
    const resumed = resumedBoardClock(mark, Math.max(startedMs, monotonicMs));
    if (resumed !== undefined) return resumed;
  }
  return newBoardClock(session + 1);
}

/** A note that cannot be read is none: a lower session number than before does no harm but to answers in flight. */
function readNote(text: string | undefined): Note | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Note;
    const sound =
      Number.isSafeInteger(note.session) &&
      (note.offsetMs === null || Number.isFinite(note.offsetMs)) &&
      Number.isFinite(note.monotonicMs) &&
      typeof note.kernelBootId === "string";
    return sound ? note : undefined;
  } catch {
    return undefined;
  }
}

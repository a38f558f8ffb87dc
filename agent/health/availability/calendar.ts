/**
 * The calendar: how much of each day, month and year (UTC) was up, down, in maintenance, unknown, for each subject.
 *
 * Today is in memory, and in the stamp that is written every five minutes (stamp.ts). Days that are over are in one note
 * a month, kept for thirteen months besides the running one; months in one note a year, kept for twenty. Those are read
 * when they are asked for, and written when a day ends, or when time that was not dated yet turns out to be of a day
 * that is over.
 *
 *   health.days.2026-11     {"22":{"gateway":[up,down,maintenance,unknown],…},…}
 *   health.months.2026      {"11":{"gateway":[…],…},…}    of the days in the note above, without today
 */
import type { JournalNotes } from "../../journal/journal.ts";
import { addSums, type Bucket, noSums, type Sums, totalOf } from "./account.ts";

const DAY_MS = 86_400_000;
export const MONTHS_OF_DAYS = 13;
export const YEARS_MAX = 20;
/** Months further back than this were cleared away long ago. */
const SWEEP_MONTHS = 12;

/** By subject. */
export type Sheet = Record<string, Sums>;
type Sheets = Record<string, Sheet>;

export interface Period {
  readonly day: Sums;
  readonly month: Sums;
  readonly year: Sums;
}

export interface Calendar {
  /** Turns to the day that it is now: what was today is over, whichever way the clock went. */
  turnTo(utcMs: number): void;
  add(subject: string, bucket: Bucket, fromUtcMs: number, toUtcMs: number): void;
  /** Of the day, month and year of this moment. */
  sums(subject: string, utcMs: number): Period;
  /** Of a day, for all subjects; undefined: nothing is known of it. */
  day(utcMs: number): Sheet | undefined;
  readonly today: { readonly utcDay: number; readonly sheet: Sheet } | undefined;
  /** What a stamp of an earlier run had as its today. */
  restore(utcDay: number, sheet: Sheet): void;
  /** Writes the notes that have changed. */
  save(): void;
}

export function openCalendar(notes: JournalNotes): Calendar {
  let today: { readonly utcDay: number; readonly sheet: Sheet } | undefined;
  /** Read from notes, and perhaps changed since. */
  const days = new Map<string, Sheets>();
  const changed = new Set<string>();

  const daysOf = (month: string): Sheets => {
    const known = days.get(month);
    if (known !== undefined) return known;
    const read = readSheets(notes.get(daysNote(month)));
    days.set(month, read);
    return read;
  };

  const file = (utcDay: number, sheet: Sheet): void => {
    if (Object.keys(sheet).length === 0) return;
    const month = monthOf(utcDay * DAY_MS);
    daysOf(month)[dayOfMonth(utcDay * DAY_MS)] = sheet;
    changed.add(month);
  };

  const turnTo = (utcMs: number): void => {
    const utcDay = Math.floor(utcMs / DAY_MS);
    if (today?.utcDay === utcDay) return;
    if (today !== undefined) file(today.utcDay, today.sheet);
    const filed = daysOf(monthOf(utcMs));
    const name = dayOfMonth(utcMs);
    today = { utcDay, sheet: filed[name] ?? {} };
    if (name in filed) changed.add(monthOf(utcMs));
    delete filed[name];
    clearOld(notes, utcMs);
  };

  const sheetOf = (utcDay: number): Sheet => {
    if (today?.utcDay === utcDay) return today.sheet;
    const month = monthOf(utcDay * DAY_MS);
    changed.add(month);
    const filed = daysOf(month);
    const name = dayOfMonth(utcDay * DAY_MS);
    filed[name] ??= {};
    return filed[name];
  };

  const monthSums = (subject: string, month: string): Sums => {
    const sums = noSums();
    for (const sheet of Object.values(daysOf(month))) addSums(sums, sheet[subject] ?? noSums());
    return sums;
  };

  /** What has been read may have changed since the note: a month's last day, for one, until it is saved. */
  const yearSums = (subject: string, year: string): Sums => {
    const sums = noSums();
    for (const [month, sheet] of Object.entries(readSheets(notes.get(monthsNote(year)))))
      if (!days.has(`${year}-${month}`)) addSums(sums, sheet[subject] ?? noSums());
    for (const month of days.keys()) if (month.startsWith(year)) addSums(sums, monthSums(subject, month));
    return sums;
  };

  const saveMonth = (month: string): void => {
    const filed = daysOf(month);
    notes.set(daysNote(month), Object.keys(filed).length === 0 ? "" : writeSheets(filed));
    const year = month.slice(0, 4);
    const months = readSheets(notes.get(monthsNote(year)));
    const subjects = new Set(Object.values(filed).flatMap((sheet) => Object.keys(sheet)));
    months[month.slice(5)] = Object.fromEntries(
      [...subjects].map((subject) => [subject, monthSums(subject, month)]),
    );
    notes.set(monthsNote(year), writeSheets(months));
  };

  return {
    turnTo,
    add: (subject, bucket, fromUtcMs, toUtcMs) => {
      for (let fromMs = fromUtcMs; fromMs < toUtcMs; ) {
        const utcDay = Math.floor(fromMs / DAY_MS);
        const untilMs = Math.min(toUtcMs, (utcDay + 1) * DAY_MS);
        const sheet = sheetOf(utcDay);
        sheet[subject] ??= noSums();
        sheet[subject][bucket] += untilMs - fromMs;
        fromMs = untilMs;
      }
    },
    sums: (subject, utcMs) => {
      const month = monthOf(utcMs);
      const isOf = (name: string): boolean =>
        today !== undefined && utcText(today.utcDay * DAY_MS).startsWith(name);
      const mine = today?.sheet[subject] ?? noSums();
      const of = (name: string, filed: Sums): Sums => {
        if (isOf(name)) addSums(filed, mine);
        return filed;
      };
      const filedMonth = monthSums(subject, month);
      const year = yearSums(subject, month.slice(0, 4));
      const day = daysOf(month)[dayOfMonth(utcMs)]?.[subject] ?? noSums();
      return {
        day: of(utcText(utcMs), [...day]),
        month: of(month, filedMonth),
        year: of(month.slice(0, 4), year),
      };
    },
    day: (utcMs) => {
      if (today?.utcDay === Math.floor(utcMs / DAY_MS)) return today.sheet;
      return daysOf(monthOf(utcMs))[dayOfMonth(utcMs)];
    },
    get today() {
      return today;
    },
    restore: (utcDay, sheet) => {
      today = { utcDay, sheet };
      const month = monthOf(utcDay * DAY_MS);
      const filed = daysOf(month);
      const name = dayOfMonth(utcDay * DAY_MS);
      const both = filed[name];
      if (both === undefined) return;
      // The power went between the two notes of a day's end: the fuller one is the later one.
      if (sheetTotal(both) > sheetTotal(sheet)) today = { utcDay, sheet: both };
      delete filed[name];
      changed.add(month);
    },
    save: () => {
      for (const month of changed) saveMonth(month);
      changed.clear();
      const running = today && monthOf(today.utcDay * DAY_MS);
      for (const month of days.keys()) if (month !== running) days.delete(month);
    },
  };
}

export function utcText(utcMs: number): string {
  return new Date(utcMs).toISOString().slice(0, 10);
}

const monthOf = (utcMs: number): string => utcText(utcMs).slice(0, 7);
const dayOfMonth = (utcMs: number): string => utcText(utcMs).slice(8);
const daysNote = (month: string): string => `health.days.${month}`;
const monthsNote = (year: string): string => `health.months.${year}`;

function sheetTotal(sheet: Sheet): number {
  return Object.values(sheet).reduce((sum, sums) => sum + totalOf(sums), 0);
}

function clearOld(notes: JournalNotes, utcMs: number): void {
  const now = new Date(utcMs);
  for (let back = MONTHS_OF_DAYS + 1; back <= MONTHS_OF_DAYS + SWEEP_MONTHS; back++) {
    const month = monthOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    if (notes.get(daysNote(month)) !== undefined) notes.set(daysNote(month), "");
  }
  const year = String(now.getUTCFullYear() - YEARS_MAX);
  if (notes.get(monthsNote(year)) !== undefined) notes.set(monthsNote(year), "");
}

function writeSheets(sheets: Sheets): string {
  return JSON.stringify(sheets, (_key, value: unknown) =>
    typeof value === "number" ? Math.round(value) : value,
  );
}

/** @returns none where there are none, or where they are damaged. */
function readSheets(text: string | undefined): Sheets {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Sheets;
  } catch {
    return {};
  }
}

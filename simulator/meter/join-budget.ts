/**
 * How much a device that nobody answers may still ask to join: air time in the first hour, in the ten hours after
 * it, and in each day from then on.
 *
 * Pure. The sub-bands' duty cycles hold besides (off-time.ts).
 *
 * Source: LoRaWAN 1.0.3, chapter 7.
 */
const HOUR_US = 3_600_000_000;
const FIRST_HOURS = 1;
const NEXT_HOURS = 10;
const LATER_HOURS = 24;
const FIRST_AIRTIME_US = 36_000_000;
const NEXT_AIRTIME_US = 36_000_000;
const LATER_AIRTIME_US = 8_700_000;

/** What was spent since the first join-request; none sent yet: undefined. */
export interface JoinSpending {
  readonly firstUs: number;
  readonly period: number;
  /** In that period. */
  readonly airtimeUs: number;
}

/** @returns the earliest start, `nowUs` or later, of a join-request that long. */
export function joinAllowedUs(spending: JoinSpending | undefined, airtimeUs: number, nowUs: number): number {
  if (spending === undefined) return nowUs;
  const period = periodAt(nowUs - spending.firstUs);
  const spentUs = period === spending.period ? spending.airtimeUs : 0;
  return spentUs + airtimeUs < budgetUs(period) ? nowUs : spending.firstUs + endUs(period);
}

/** The account after a join-request. */
export function afterJoinRequest(
  spending: JoinSpending | undefined,
  airtimeUs: number,
  startUs: number,
): JoinSpending {
  const firstUs = spending?.firstUs ?? startUs;
  const period = periodAt(startUs - firstUs);
  const spentUs = spending !== undefined && spending.period === period ? spending.airtimeUs : 0;
  return { firstUs, period, airtimeUs: spentUs + airtimeUs };
}

/** 0: the first hour; 1: the ten after it; from 2 on: days. */
function periodAt(sinceFirstUs: number): number {
  if (sinceFirstUs < endUs(0)) return 0;
  return 1 + Math.floor((sinceFirstUs - endUs(1)) / (LATER_HOURS * HOUR_US) + 1);
}

function endUs(period: number): number {
  if (period === 0) return FIRST_HOURS * HOUR_US;
  return (FIRST_HOURS + NEXT_HOURS + (period - 1) * LATER_HOURS) * HOUR_US;
}

function budgetUs(period: number): number {
  return [FIRST_AIRTIME_US, NEXT_AIRTIME_US][period] ?? LATER_AIRTIME_US;
}

/**
 * Duty cycle: how long each gateway has transmitted in each ETSI sub-band within the last hour.
 *
 * What is charged is what a forwarder took, or may have taken: a packet whose TX_ACK never came may be on air. The
 * account is kept by the minute and looks back over 60 whole minutes and the one that runs, so it forgets up to a
 * minute late and never early. It is in memory: a restart of the agent forgets it.
 *
 * Pure. The sub-bands are in agent/lorawan/region.ts; whether a full account refuses a downlink is a setting, and
 * decided in downlinks.ts.
 */
import { type SubBand, subBandOf } from "../lorawan/region.ts";

const MINUTE_MS = 60_000;
const WINDOW_MINUTES = 60;
const HOUR_US = 3_600_000_000;

export interface SubBandLoad {
  /** "outside": the frequencies of no sub-band, which nothing is allowed in. */
  readonly subBand: string;
  readonly airtimeUs: number;
  readonly limitUs: number;
}

/** An airtime that was charged. */
export interface Charge {
  /** Takes it back: the packet was not transmitted. */
  refund(): void;
}

export interface DutyCycle {
  /** Whether so much more stays within the sub-band's share of an hour; never outside all sub-bands. */
  allows(gatewayEui: string, frequencyHz: number, airtimeUs: number, nowMs: number): boolean;
  /** @param onAirMs monotonic time of the transmission, at most AHEAD_LIMIT_MS (freshness.ts) from now. */
  charge(gatewayEui: string, frequencyHz: number, airtimeUs: number, nowMs: number, onAirMs: number): Charge;
  /** The sub-bands used within the hour. */
  loads(gatewayEui: string, nowMs: number): SubBandLoad[];
}

/** Airtime in microseconds by minute of monotonic time. */
interface Account {
  readonly limitUs: number;
  readonly byMinute: Map<number, number>;
}

export function createDutyCycle(): DutyCycle {
  const byGateway = new Map<string, Map<string, Account>>();

  const accountOf = (gatewayEui: string, band: SubBand | undefined, nowMs: number): Account => {
    if (!byGateway.has(gatewayEui)) {
      forgetIdle(byGateway, nowMs);
      byGateway.set(gatewayEui, new Map());
    }
    const accounts = byGateway.get(gatewayEui)!;
    const name = band?.name ?? "outside";
    const account = accounts.get(name) ?? { limitUs: limitUs(band), byMinute: new Map<number, number>() };
    accounts.set(name, account);
    return account;
  };

  return {
    allows: (gatewayEui, frequencyHz, airtimeUs, nowMs) => {
      const band = subBandOf(frequencyHz);
      const account = byGateway.get(gatewayEui)?.get(band?.name ?? "outside");
      const usedUs = account === undefined ? 0 : usedUsOf(account, nowMs);
      return usedUs + airtimeUs <= limitUs(band);
    },
    charge: (gatewayEui, frequencyHz, airtimeUs, nowMs, onAirMs) => {
      const account = accountOf(gatewayEui, subBandOf(frequencyHz), nowMs);
      forgetOld(account, nowMs);
      const { byMinute } = account;
      const minute = Math.floor(onAirMs / MINUTE_MS);
      byMinute.set(minute, (byMinute.get(minute) ?? 0) + airtimeUs);
      return {
        refund: () => {
          const left = byMinute.get(minute);
          if (left !== undefined) byMinute.set(minute, Math.max(0, left - airtimeUs));
        },
      };
    },
    loads: (gatewayEui, nowMs) =>
      [...(byGateway.get(gatewayEui) ?? [])].map(([subBand, account]) => ({
        subBand,
        airtimeUs: usedUsOf(account, nowMs),
        limitUs: account.limitUs,
      })),
  };
}

function limitUs(band: SubBand | undefined): number {
  return Math.round((band?.dutyCycle ?? 0) * HOUR_US);
}

function usedUsOf(account: Account, nowMs: number): number {
  forgetOld(account, nowMs);
  let usedUs = 0;
  for (const airtimeUs of account.byMinute.values()) usedUs += airtimeUs;
  return usedUs;
}

/** Bounds an account to the hour and to what is charged ahead. */
function forgetOld(account: Account, nowMs: number): void {
  const oldest = Math.floor(nowMs / MINUTE_MS) - WINDOW_MINUTES;
  for (const minute of account.byMinute.keys()) {
    if (minute < oldest) account.byMinute.delete(minute);
  }
}

/** Gateways come and go over ten years: each new one clears away those silent for an hour. */
function forgetIdle(byGateway: Map<string, Map<string, Account>>, nowMs: number): void {
  for (const [gatewayEui, accounts] of byGateway) {
    const usedUs = [...accounts.values()].reduce((sum, account) => sum + usedUsOf(account, nowMs), 0);
    if (usedUs === 0) byGateway.delete(gatewayEui);
  }
}

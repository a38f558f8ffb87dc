/**
 * The judge of downlinks: each that goes on air answers an uplink that this very concentrator heard, one or two seconds
 * before (five or six for a join-accept), to the microsecond. Anything else is a stale answer at a moment that means
 * nothing.
 *
 * One case is beyond any agent: the concentrator starts again between an uplink and its answer, and has heard nothing
 * since by which that could be known. It is counted, not blamed.
 */
export interface Emissions {
  heard(eui: string, phyPayload: Buffer, endUs: number): void;
  /** The concentrator starts again. */
  restarted(eui: string): void;
  /** The forwarder took it. */
  accepted(eui: string, token: number): void;
  /** @returns what is wrong with it. */
  emitted(eui: string, token: number, phyPayload: Buffer, startUs: number): string | undefined;
  /** Those that nobody could have known to be stale. */
  readonly unknowable: number;
}

interface Heard {
  readonly endUs: number;
  /** Octets 1..4; undefined: a join-request. */
  readonly devAddr: number | undefined;
}

const REMEMBERED_US = 10_000_000;
/** Of a crystal that is 20 ppm off, over six seconds; a microsecond for each rounding. */
const TOLERANCE_US = 130;
const JOIN_REQUEST = 0b000;
const JOIN_ACCEPT = 0b001;
const DATA_DELAYS_US = [1_000_000, 2_000_000] as const;
const JOIN_DELAYS_US = [5_000_000, 6_000_000] as const;

export function createEmissions(): Emissions {
  const byGateway = new Map<string, Heard[]>();
  /** Concentrators that have heard nothing since they were started again. */
  const silent = new Set<string>();
  const acceptedInSilence = new Set<string>();
  let unknowable = 0;
  return {
    get unknowable() {
      return unknowable;
    },
    restarted: (eui) => {
      silent.add(eui);
    },
    accepted: (eui, token) => {
      if (silent.has(eui)) acceptedInSilence.add(`${eui}/${token}`);
      else acceptedInSilence.delete(`${eui}/${token}`);
    },
    heard: (eui, phyPayload, endUs) => {
      silent.delete(eui);
      const known = byGateway.get(eui) ?? [];
      const isJoin = phyPayload[0]! >> 5 === JOIN_REQUEST;
      known.push({ endUs, devAddr: isJoin ? undefined : phyPayload.readUInt32LE(1) });
      while (known[0]!.endUs < endUs - REMEMBERED_US) known.shift();
      byGateway.set(eui, known);
    },
    emitted: (eui, token, phyPayload, startUs) => {
      const isAccept = phyPayload[0]! >> 5 === JOIN_ACCEPT;
      const devAddr = isAccept ? undefined : phyPayload.readUInt32LE(1);
      const delaysUs = isAccept ? JOIN_DELAYS_US : DATA_DELAYS_US;
      const answers = (heard: Heard): boolean =>
        heard.devAddr === devAddr &&
        delaysUs.some((delayUs) => Math.abs(startUs - heard.endUs - delayUs) <= TOLERANCE_US);
      if ((byGateway.get(eui) ?? []).some(answers)) return undefined;
      if (acceptedInSilence.has(`${eui}/${token}`)) {
        unknowable += 1;
        return undefined;
      }
      return `${eui} sent ${isAccept ? "a join-accept" : `a downlink for ${devAddr!.toString(16)}`} in no window`;
    },
  };
}

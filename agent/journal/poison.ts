/**
 * Poison: a stored record whose conversion ends the process, at every start again.
 *
 * While a stored record is made into what a core gets (read, derived, encoded) its sequence stands in a mark outside the
 * flash; it is cleared after. A process that finds it there at its start knows at which record the one before ended. At
 * two such ends in a row on the same record it is condemned: set aside when the journal is opened (aside.ts).
 *
 * After a power cut the mark is gone, or is of another boot, and nobody is suspected. A process that ends elsewhere
 * clears the suspicion: the record was not to blame, or at least not alone.
 *
 *   octet  0             1        2..15    16..23             24..31              32..47
 *          1 converting  crashes  0        sequence (double)  suspect (double)    kernel boot id
 */
import type { Mark } from "../ports.ts";

const MARK_OCTETS = 48;
/** Crashes in a row on one record; then it is set aside. */
const CRASHES_MAX = 2;

export interface PoisonWatch {
  /** The record to be set aside when the journal is opened. */
  readonly condemned: number | undefined;
  /** The journal is open: whoever was condemned has been set aside. */
  opened(): void;
  /** From now on this record is being converted. */
  begin(sequence: number): void;
  /** It has been. */
  end(): void;
  close(): void;
}

/** @param mark absent: nobody is ever suspected. */
export function watchForPoison(mark: Mark | undefined, kernelBootId: string): PoisonWatch {
  const octets = Buffer.alloc(MARK_OCTETS);
  octets.write(kernelBootId, 32, 16, "hex");
  const before = mark === undefined ? undefined : readMark(mark.before, kernelBootId);
  let suspect = -1;
  let crashes = 0;
  if (before?.converting !== undefined) {
    suspect = before.converting;
    crashes = before.converting === before.suspect ? before.crashes + 1 : 1;
  }
  const clear = (): void => {
    suspect = -1;
    crashes = 0;
  };
  const write = (converting: number | undefined): void => {
    octets[0] = converting === undefined ? 0 : 1;
    octets[1] = Math.min(crashes, 255);
    octets.writeDoubleBE(converting ?? -1, 16);
    octets.writeDoubleBE(suspect, 24);
    mark?.write(octets);
  };
  let condemned = crashes >= CRASHES_MAX ? suspect : undefined;
  // Until the suspect is converted again, it stands there as no more than that.
  write(undefined);
  return {
    get condemned() {
      return condemned;
    },
    opened: () => {
      if (condemned === undefined) return;
      condemned = undefined;
      clear();
      write(undefined);
    },
    begin: (sequence) => write(sequence),
    end: () => {
      if (octets.readDoubleBE(16) === suspect) clear();
      write(undefined);
    },
    close: () => mark?.close(),
  };
}

interface Before {
  readonly converting: number | undefined;
  readonly suspect: number;
  readonly crashes: number;
}

/** @returns undefined when it is new, of another boot, or no mark of ours. */
function readMark(octets: Buffer, kernelBootId: string): Before | undefined {
  if (octets.length < MARK_OCTETS || octets.toString("hex", 32, 48) !== kernelBootId) return undefined;
  return {
    converting: octets[0] === 1 ? octets.readDoubleBE(16) : undefined,
    suspect: octets.readDoubleBE(24),
    crashes: octets[1]!,
  };
}

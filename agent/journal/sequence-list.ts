/** Many sequences, eight octets each: collected in any order, then sorted and searched. Pure. */

const FIRST_LENGTH = 1_024;

export interface SequenceList {
  readonly length: number;
  add(sequence: number): void;
  /** All of them, sorted; nothing is added afterwards. */
  sorted(): Float64Array;
}

export function makeSequenceList(): SequenceList {
  let sequences = new Float64Array(FIRST_LENGTH);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add: (sequence) => {
      if (length === sequences.length) {
        const larger = new Float64Array(length * 2);
        larger.set(sequences);
        sequences = larger;
      }
      sequences[length++] = sequence;
    },
    sorted: () => sequences.subarray(0, length).sort(),
  };
}

/** Where it is, or would be. */
export function search(sorted: Float64Array, sequence: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The judge of the late channel: it gives back what the core refused, each reading once, and nothing that the core
 * delivers.
 */
interface Named {
  readonly devAddr: string;
  readonly fCnt: number;
}

export interface Late {
  delivered(uplink: Named): void;
  recovered(uplink: Named): void;
  has(uplink: Named): boolean;
  /** Uplinks so far that came back. */
  readonly recoveredTotal: number;
}

export function createLate(find: (what: string) => void): Late {
  const delivered = new Set<string>();
  const recovered = new Set<string>();
  const nameOf = ({ devAddr, fCnt }: Named): string => `${devAddr}/${fCnt}`;
  return {
    delivered: (uplink) => {
      const name = nameOf(uplink);
      if (recovered.has(name)) find(`delivered although it had been recovered: ${name}`);
      delivered.add(name);
    },
    recovered: (uplink) => {
      const name = nameOf(uplink);
      if (delivered.has(name)) find(`recovered although it was delivered: ${name}`);
      if (recovered.has(name)) find(`recovered twice: ${name}`);
      recovered.add(name);
    },
    has: (uplink) => recovered.has(nameOf(uplink)),
    get recoveredTotal() {
      return recovered.size;
    },
  };
}

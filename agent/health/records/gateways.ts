/** What is recorded by gateway, found by its EUI or by a small number that stands for it. Pure but for its memory. */
import { createListening, type Listening } from "./listening.ts";
import { createRadio, type Radio } from "./radio.ts";

export interface Gateway {
  readonly gatewayEui: string;
  /** Nobody else has it while this one is here. */
  readonly index: number;
  readonly radio: Radio;
  readonly listening: Listening;
}

export interface Gateways {
  /** Made when it is new. How many there may be is south's to say. */
  find(gatewayEui: string): Gateway;
  at(index: number): Gateway | undefined;
  all(): Gateway[];
  remove(gatewayEui: string): Gateway | undefined;
}

export function createGateways(): Gateways {
  const byEui = new Map<string, Gateway>();
  const byIndex: (Gateway | undefined)[] = [];
  /** Most agents have one. */
  let last: Gateway | undefined;

  const make = (gatewayEui: string): Gateway => {
    const left = byIndex.indexOf(undefined);
    const index = left >= 0 ? left : byIndex.length;
    const made = { gatewayEui, index, radio: createRadio(), listening: createListening() };
    byEui.set(gatewayEui, made);
    byIndex[index] = made;
    return made;
  };

  return {
    find: (gatewayEui) => {
      if (last?.gatewayEui !== gatewayEui) last = byEui.get(gatewayEui) ?? make(gatewayEui);
      return last;
    },
    at: (index) => byIndex[index],
    all: () => [...byEui.values()],
    remove: (gatewayEui) => {
      const gone = byEui.get(gatewayEui);
      if (gone === undefined) return undefined;
      byEui.delete(gatewayEui);
      byIndex[gone.index] = undefined;
      last = undefined;
      return gone;
    },
  };
}

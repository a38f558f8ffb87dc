/**
 * Watches the supply of the box, and says when it is lost: the journal commits at once then, and at each look while the
 * battery lasts, for nobody knows how long that is.
 *
 * A look every two seconds at files that are kept open (supply-gauges.ts), a tenth of a per cent of a small ARM core; each
 * minute where only a program knows, until it says something bad. A box that tells nothing is not watched at all.
 */
import type { Clock, Log, Timer } from "../ports.ts";
import {
  afterReading,
  newSupply,
  type Supply,
  type SupplyReading,
  type SupplyState,
  seen,
} from "./supply.ts";
import type { SupplySource } from "./supply-gauges.ts";

export interface PowerView {
  /** unwatched: nothing of this box tells. */
  readonly state: "unwatched" | SupplyState;
  readonly forMs?: number | undefined;
  /** What is read: names of voltages, of a supply, or a command. */
  readonly source?: string | undefined;
  readonly supplyV?: number | undefined;
  readonly backupV?: number | undefined;
}

export interface PowerWatchParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Looked for when the box has started. */
  readonly find: () => Promise<SupplySource | undefined>;
  /** Volts below which the supply is lost; 0: no voltage is. */
  readonly lowV: number;
  /** The supply may be lost: what must not be lost with it is saved now. At each look that says so. */
  readonly onDanger: () => void;
}

export interface PowerWatch {
  view(): PowerView;
  stop(): Promise<void>;
}

/** What names its sensors may still be starting. */
export const FIND_AFTER_MS = 20_000;
export const LOOK_EVERY_MS = 2_000;
export const LOOK_SELDOM_MS = 60_000;

export function startPowerWatch({ clock, log, find, lowV, onDanger }: PowerWatchParts): PowerWatch {
  let source: SupplySource | undefined;
  let supply: Supply = newSupply(clock.monotonicMs());
  let latest: SupplyReading = {};
  let isStopped = false;
  let timer: Timer = clock.after(FIND_AFTER_MS, () => void begin());

  async function begin(): Promise<void> {
    const found = await find();
    if (isStopped) return void (await found?.close());
    source = found;
    if (source === undefined) return;
    log.info({ source: source.name, cheap: source.isCheap }, "supply is watched");
    await look(source);
  }

  async function look(from: SupplySource): Promise<void> {
    latest = await from.read();
    if (isStopped) return;
    const nowMs = clock.monotonicMs();
    const before = supply.state;
    supply = afterReading(supply, latest, lowV, nowMs);
    const says = seen(latest, lowV);
    const isBad = says === "battery" || says === "low";
    if (isBad || supply.state === "battery") onDanger();
    if (supply.state !== before) say(supply.state, before);
    const waitMs = from.isCheap || isBad || supply.doubts > 0 ? LOOK_EVERY_MS : LOOK_SELDOM_MS;
    timer = clock.after(waitMs, () => void look(from));
  }

  function say(state: SupplyState, before: SupplyState): void {
    const fields = { supplyV: latest.supplyV, backupV: latest.backupV };
    if (state === "battery") log.error(fields, "supply lost: on battery");
    else if (before === "battery") log.warn(fields, "supply is back");
  }

  return {
    view: () =>
      source === undefined
        ? { state: "unwatched" }
        : {
            state: supply.state,
            forMs: clock.monotonicMs() - supply.sinceMonotonicMs,
            source: source.name,
            supplyV: latest.supplyV,
            backupV: latest.backupV,
          },
    stop: async () => {
      isStopped = true;
      timer.cancel();
      await source?.close();
    },
  };
}

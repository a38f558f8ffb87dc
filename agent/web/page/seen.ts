/**
 * What this page has been told since it was opened: the latest status, the frames with what became of each, and the
 * fixes. Bounded, for the phone is old.
 */
import type {
  CustodyEvent,
  DeliveredEvent,
  DownlinkEvent,
  FeedEvent,
  TxAckEvent,
  TxpkEvent,
  UplinkEvent,
} from "../../control/feed-events.ts";
import type { ShownFrames, ShownStatus } from "../shown.ts";

export const ROWS_MAX = 500;
const FIXES_MAX = 300;

export interface UplinkRow {
  readonly event: UplinkEvent;
  custody: CustodyEvent["outcome"] | undefined;
  /** What each core has said last. */
  readonly cores: Map<string, DeliveredEvent["delivery"]>;
}

export interface OtherRow {
  readonly event: DownlinkEvent | TxpkEvent | TxAckEvent;
}

export type Row = UplinkRow | OtherRow;

export interface Fix {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

export interface Seen {
  readonly status: ShownStatus | undefined;
  /** When it came, by the browser's own clock that never jumps. */
  readonly statusAtMs: number;
  /** The oldest first. */
  readonly rows: readonly Row[];
  readonly count: number;
  readonly left: number;
  readonly fixes: readonly Fix[];
}

export interface Seeing extends Seen {
  takeStatus(status: ShownStatus): void;
  takeFrames(frames: ShownFrames): void;
}

export function isUplink(row: Row): row is UplinkRow {
  return row.event.kind === "uplink";
}

export function createSeen(): Seeing {
  const rows: Row[] = [];
  const bySequence = new Map<string, UplinkRow>();
  const fixes: Fix[] = [];
  const seen = {
    status: undefined as ShownStatus | undefined,
    statusAtMs: 0,
    rows,
    count: 0,
    left: 0,
    fixes,
    takeStatus: (status: ShownStatus): void => {
      seen.status = status;
      seen.statusAtMs = performance.now();
      const { fix } = status.field.gnss ?? {};
      const last = fixes.at(-1);
      if (fix === undefined) return;
      const { latitudeDeg, longitudeDeg } = fix.position;
      if (last?.latitudeDeg === latitudeDeg && last.longitudeDeg === longitudeDeg) return;
      fixes.push({ latitudeDeg, longitudeDeg });
      if (fixes.length > FIXES_MAX) fixes.shift();
    },
    takeFrames: ({ events, left }: ShownFrames): void => {
      seen.left += left;
      for (const event of events) take(event);
      while (rows.length > ROWS_MAX) {
        const gone = rows.shift()!;
        if (isUplink(gone)) bySequence.delete(keyOf(gone.event));
      }
    },
  };

  function take(event: FeedEvent): void {
    if (event.kind === "custody") {
      const row = bySequence.get(keyOf(event));
      if (row !== undefined) row.custody = event.outcome;
    } else if (event.kind === "delivered") {
      bySequence.get(keyOf(event))?.cores.set(event.coreId, event.delivery);
    } else {
      seen.count += 1;
      if (event.kind !== "uplink") rows.push({ event });
      else takeUplink(event);
    }
  }

  function takeUplink(event: UplinkEvent): void {
    const row: UplinkRow = { event, custody: undefined, cores: new Map() };
    rows.push(row);
    if (event.verdict === "kept") bySequence.set(keyOf(event), row);
  }

  return seen;
}

function keyOf({ gatewayEui, sequence }: { gatewayEui: string; sequence?: number }): string {
  return `${gatewayEui} ${sequence}`;
}

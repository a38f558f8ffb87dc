/**
 * A gateway's road to the core: what carries its connections, and how it fails. MQTT over it is in mqtt.ts.
 *
 * It behaves as TCP over a bad modem does. What is sent arrives in order or not at all: while the road is dark nothing
 * moves and nobody is told, and what waited arrives when it is open again, however late, also of a connection that this
 * side has closed (the kernel still sends what it was given), unless it was reset. While it is cut there is no
 * interface: the connections end on this side at once and new ones are refused, and the far side is told nothing. All connections share the octets per second of each direction; a packet that is
 * being sent when the road goes dark is sent again from its beginning.
 */
import type { Clock } from "../../agent/ports.ts";

export type RoadState = "open" | "dark" | "cut";
type Direction = "north" | "south";

interface Packet {
  readonly octets: number;
  readonly arrive: () => void;
  /** false: its connection has ended, it need not be sent any more. */
  readonly isWanted: () => boolean;
}

interface Lane {
  readonly queue: Packet[];
  sending: boolean;
  /** Monotonic. A later packet never arrives before. */
  lastArrivalMs: number;
}

/** IP and TCP, each packet alone. */
const HEADER_OCTETS = 40;

export class WorldRoad {
  readonly #clock: Clock;
  readonly #lanes: Readonly<Record<Direction, Lane>> = { north: newLane(), south: newLane() };
  readonly #onCut = new Set<() => void>();
  #state: RoadState = "open";
  /** Each way. */
  latencyMs = 20;
  /** Each way; Infinity: as much as there is. What is being sent keeps the pace it began with. */
  bitsPerS = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): RoadState {
    return this.#state;
  }

  set state(state: RoadState) {
    if (state === this.#state) return;
    this.#state = state;
    if (state === "cut") this.unplug();
    if (state === "open") for (const lane of [this.#lanes.north, this.#lanes.south]) this.#pump(lane);
  }

  /** @param end called when the road is cut. @returns what takes it back. */
  onCut(end: () => void): () => void {
    this.#onCut.add(end);
    return () => this.#onCut.delete(end);
  }

  /** @param octets beside those of IP and TCP. @param isWanted false: it may be forgotten on the way. */
  carry(direction: Direction, octets: number, arrive: () => void, isWanted: () => boolean): void {
    const lane = this.#lanes[direction];
    lane.queue.push({ octets: octets + HEADER_OCTETS, arrive, isWanted });
    this.#pump(lane);
  }

  /** Nothing of what is under way is known on this side any more: the interface has gone, or the power. */
  unplug(): void {
    this.#lanes.north.queue.length = 0;
    this.#lanes.south.queue.length = 0;
    for (const end of [...this.#onCut]) end();
  }

  /** Packets that wait for their turn. */
  get waiting(): number {
    return this.#lanes.north.queue.length + this.#lanes.south.queue.length;
  }

  #pump(lane: Lane): void {
    while (this.#state === "open" && !lane.sending) {
      const packet = lane.queue[0];
      if (packet === undefined) return;
      if (!packet.isWanted()) lane.queue.shift();
      else if (this.bitsPerS === Number.POSITIVE_INFINITY) this.#sent(lane);
      else {
        lane.sending = true;
        this.#clock.after((packet.octets * 8_000) / this.bitsPerS, () => {
          lane.sending = false;
          const isThere = this.#state === "open" && lane.queue[0] === packet;
          if (isThere && packet.isWanted()) this.#sent(lane);
          this.#pump(lane);
        });
      }
    }
  }

  #sent(lane: Lane): void {
    const { arrive } = lane.queue.shift()!;
    const nowMs = this.#clock.monotonicMs();
    lane.lastArrivalMs = Math.max(nowMs + this.latencyMs, lane.lastArrivalMs);
    this.#clock.after(lane.lastArrivalMs - nowMs, arrive);
  }
}

function newLane(): Lane {
  return { queue: [], sending: false, lastArrivalMs: 0 };
}

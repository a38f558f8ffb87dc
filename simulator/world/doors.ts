/**
 * One world: one time, one seed, one network. The machines in it (machine.ts) open all doors of an agent.
 */
import { WorldClock } from "./clock.ts";
import { WorldMqtt } from "./mqtt.ts";
import { WorldRng } from "./rng.ts";
import { WorldUdp } from "./udp.ts";

export interface World {
  /** True time. */
  readonly clock: WorldClock;
  readonly rng: WorldRng;
  readonly udp: WorldUdp;
  readonly mqtt: WorldMqtt;
}

export function createWorld(seed: number, startWallMs = Date.UTC(2026, 0, 1)): World {
  const clock = new WorldClock(startWallMs);
  return { clock, rng: new WorldRng(seed), udp: new WorldUdp(clock), mqtt: new WorldMqtt(clock) };
}

const TOO_LONG_MS = 600_000;

/** Moves time until the promise is there: disks and roads take their time. */
export async function moving<T>(clock: WorldClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const settle = (): void => {
    done = true;
  };
  promise.then(settle, settle);
  const untilMs = clock.monotonicMs() + TOO_LONG_MS;
  while (!done) {
    if (clock.monotonicMs() > untilMs) throw new Error("it takes for ever");
    await clock.advance(1);
  }
  return promise;
}

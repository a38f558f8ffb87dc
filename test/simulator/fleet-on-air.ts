/**
 * A fleet that lives with a core on the same air, everything it says written down, with the keys that open it.
 */
import { type Air, createAir, type Transmission } from "../../simulator/air/air.ts";
import { createFleet, drawMembers, type Fleet, type FleetMember } from "../../simulator/meter/fleet.ts";
import type { SessionKeys10 } from "../../simulator/meter/keys.ts";
import type { MeterEvent } from "../../simulator/meter/meter-event.ts";
import type { MeterSettings } from "../../simulator/meter/meter-settings.ts";
import { WorldClock } from "../../simulator/world/clock.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { type CoreOnAir, putCoreOnAir } from "./core-on-air.ts";

/** Longer than any of them takes to join. */
const WAKE_OVER_MS = 10_000;

export interface LifeOptions {
  readonly seed: number;
  readonly meters: number;
  readonly settings: Omit<MeterSettings, "dataRate" | "devNoncesUsed">;
  /** So often each meter begins anew, and joins again. */
  readonly lives: number;
  readonly lifeMs: number;
  /** Share of the transmissions that the core hears. */
  readonly hearing: number;
  /** Called before each life: what waits for the meters. */
  readonly prepare?: (core: CoreOnAir, members: readonly FleetMember[]) => void;
}

/** One transmission and who sent it: a DevEUI, or the core. */
export interface Said extends Transmission {
  readonly from: string;
}

export interface Life {
  readonly members: readonly FleetMember[];
  /** In the order in which they were handed to the air. */
  readonly said: readonly Said[];
  readonly events: readonly MeterEvent[];
  readonly core: CoreOnAir;
  /** By DevAddr, as the meters have them. */
  readonly sessions: ReadonlyMap<string, SessionKeys10>;
}

export async function liveOnAir(options: LifeOptions): Promise<Life> {
  const { seed, settings, lives, lifeMs, hearing } = options;
  const clock = new WorldClock();
  const rng = new WorldRng(seed);
  const said: Said[] = [];
  const air = writtenAir(createAir({ clock, rng, hearing }), said);
  const members = drawMembers(rng, options.meters, clock.wallMs());
  const core = putCoreOnAir({ clock, rng, air, devices: members.map(({ identity }) => identity) });
  const events: MeterEvent[] = [];
  const sessions = new Map<string, SessionKeys10>();
  let fleet: Fleet | undefined;
  const onEvent = (event: MeterEvent): void => {
    events.push(event);
    if (event.kind !== "uplinkSent") return;
    const meter = fleet!.meters.find(({ identity }) => identity.devEui === event.devEui)!;
    sessions.set(event.devAddr, meter.session()!.sessionKeys);
  };
  for (let life = 0; life < lives; life++) {
    const devNoncesUsed = Math.max(0, ...(fleet?.meters.map((meter) => meter.devNoncesUsed()) ?? []));
    options.prepare?.(core, members);
    fleet = createFleet({ members, settings: { ...settings, devNoncesUsed }, clock, rng, air, onEvent });
    fleet.start(WAKE_OVER_MS);
    await clock.advance(lifeMs);
    fleet.stop();
  }
  return { members, said, events, core, sessions };
}

function writtenAir(air: Air, said: Said[]): Air {
  return {
    ...air,
    transmit: (from, transmission) => {
      said.push({ from, ...transmission });
      air.transmit(from, transmission);
    },
  };
}

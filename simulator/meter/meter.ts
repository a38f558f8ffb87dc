/**
 * A meter's life: a class A device of LoRaWAN 1.0.3 that joins over the air and tells its water index.
 *
 *   start → join-request → (join-accept in JOIN 1 or 2) → uplink → (downlink in RX1 or RX2) → next uplink ...
 *             ↑ nobody answered: wait                       ↑ confirmed, not acknowledged: again
 *
 * One thing at a time: an uplink starts when the windows of the last are over or have been answered. Moments are
 * planned in true time, microseconds, and a timer that fires late moves none of them. This file wires a life
 * together; its stages are joining.ts and reporting.ts, its ears and mouth radio.ts, its memory session.ts.
 *
 * Not here yet: MAC commands and ADR, LoRaWAN 1.1 and 1.0.4, classes B and C; FPending is not looked at.
 */
import assert from "node:assert/strict";
import type { Clock, Rng, Timer } from "../../agent/ports.ts";
import { type Air, nowUs } from "../air/air.ts";
import { createDevNonces } from "./dev-nonces.ts";
import { createJoining } from "./joining.ts";
import type { MeterEvent } from "./meter-event.ts";
import type { MeterIdentity, MeterSettings } from "./meter-settings.ts";
import { createRadio } from "./radio.ts";
import { createReporting } from "./reporting.ts";
import type { Session } from "./session.ts";
import type { Stage, StageTools } from "./stage.ts";
import type { Water } from "./water.ts";

const POWER_DBM = 14;

export interface MeterOptions {
  readonly identity: MeterIdentity;
  readonly settings: MeterSettings;
  readonly water: Water;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly air: Air;
  /** The meter's own calendar: UTC, milliseconds, at a moment of true time. The clock's wall time when absent. */
  readonly calendar?: (atUs: number) => number;
  readonly onEvent: (event: MeterEvent) => void;
}

export interface Meter {
  readonly identity: MeterIdentity;
  /** Sends the first join-request after this wait. Once. */
  start(afterMs: number): void;
  /** For good: nothing is sent from now on, and nothing heard. */
  stop(): void;
  /** As it stands, keys included; undefined when not joined. For judges of what is on air, not for logs. */
  session(): Readonly<Session> | undefined;
  devNoncesUsed(): number;
}

export function createMeter(options: MeterOptions): Meter {
  const { identity, settings, water, clock, rng, air, onEvent } = options;
  const { devEui } = identity;
  const calendar = options.calendar ?? ((atUs) => clock.wallMs() + (atUs - nowUs(clock)) / 1_000);
  const chance = rng.stream(`meter/${devEui}`);
  const devNonces = createDevNonces(rng.stream(`dev-nonce/${devEui}`), settings.devNoncesUsed);
  let timer: Timer | undefined;
  let stopped = false;
  let stage: Stage | undefined;
  let session: Session | undefined;

  const at = (plannedUs: number, run: (atUs: number) => void): void => {
    const atUs = Math.round(plannedUs);
    timer?.cancel();
    timer = stopped ? undefined : clock.after((atUs - nowUs(clock)) / 1_000, () => run(atUs));
  };

  const radio = createRadio({
    name: devEui,
    air,
    chance,
    dutyCycle: settings.dutyCycle ?? "kept",
    powerDbm: settings.powerDbm ?? POWER_DBM,
    onReceived: (bytes, window, reception) => stage?.receive(bytes, window, reception) ?? false,
    onMissed: (bytes, why, { transmission }) => stage?.miss(bytes, why, transmission),
  });

  const tools: StageTools = { identity, settings, radio, chance, at, tell: onEvent };
  const joining = createJoining(tools, devNonces, (joined, sinceUs) => {
    session = joined;
    stage = createReporting({ tools, session, water, calendar, sinceUs });
  });

  return {
    identity,
    start: (afterMs) => {
      assert.ok(stage === undefined && !stopped, "a meter starts once");
      stage = joining;
      joining.begin(nowUs(clock) + 1_000 * afterMs);
    },
    stop: () => {
      stopped = true;
      stage = undefined;
      timer?.cancel();
    },
    session: () => session,
    devNoncesUsed: () => devNonces.used(),
  };
}

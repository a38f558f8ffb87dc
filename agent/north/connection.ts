/**
 * Keeps one MQTT connection to a core alive: which server, when to try again, and with which credentials.
 *
 * It knows nothing of what is said on the connection; that is in chirpstack-mqtt.ts, which prepares each session
 * and is told when one is up or down. One session is one connection from CONNACK to its end (attempt.ts); mqtt.js makes
 * a new client for each, so nothing of the last one is sent again.
 *
 * A connection to another server than the first of the list is a makeshift: from time to time the first is tried
 * beside it, and taken once it is ready. Until then nothing is given up.
 */
import type { CoreSettings } from "../config/settings.ts";
import { withoutUrlSecrets } from "../config/shown-url.ts";
import { inTime } from "../in-time.ts";
import type {
  Clock,
  Files,
  Log,
  Mqtt,
  MqttClosed,
  MqttMessage,
  MqttWill,
  RngStream,
  Timer,
} from "../ports.ts";
import type { Alarms } from "./alarms.ts";
import { type Attempt, openAttempt, type Session } from "./attempt.ts";
import { backoff } from "./backoff.ts";
import { createCaution } from "./caution.ts";
import { type CoreStatus, isAway } from "./core.ts";
import { type Credentials, readCredentials, stampOf } from "./credentials.ts";

const RETRY_FIRST_MS = 1_000;
/** A connection that held so long was a good one: the next trouble starts from the shortest wait. */
const STABLE_MS = 10_000;
/** Somebody else uses our client id: half to one and a half times this long before the next attempt. */
const TAKEN_OVER_WAIT_MS = 5 * 60_000;
/** How often the credential files and the list of servers are looked at. */
const TICK_MS = 60_000;
/** So many ends within so long, without a reason: a bad road, or another client with our id on a broker that does not say so. */
const OFTEN_CLOSED = { times: 5, withinMs: 5 * 60_000 } as const;
const RETURN_TO_FIRST_MS = 10 * 60_000;
/** A session that is given up politely may still get the answers to what is in flight. */
const DRAIN_MS_MAX = 2_000;
const FAREWELL_MS_MAX = 400;

export type ConnectionAlarm =
  | "credentialsUnreadable"
  | "credentialsRefused"
  | "takenOver"
  | "closedAtOnce"
  | "oftenClosed"
  | "willRefused"
  | "unanswered";

interface ConnectionHooks {
  readonly will: MqttWill;
  /** Subscribes and says what is to be said first. @returns false when the session ended meanwhile. */
  prepare(session: Session): Promise<boolean>;
  /** From now on this is the session to send on; it may follow another without a gap. */
  onUp(session: Session): void;
  /** There is no session to send on. */
  onDown(): void;
  onMessage(session: Session, message: MqttMessage): void;
  /** Says what is to be said last. */
  farewell(session: Session): Promise<unknown>;
}

interface ConnectionParts {
  readonly settings: CoreSettings;
  readonly clientId: string;
  readonly mqtt: Mqtt;
  readonly files: Files;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly log: Log;
  readonly count: (name: string, reason?: string) => void;
  readonly alarms: Pick<Alarms<ConnectionAlarm>, "raise" | "clear">;
  readonly hooks: ConnectionHooks;
}

interface Connection {
  start(): void;
  /** Resolves within a second, whatever the far side does. */
  stop(): Promise<void>;
  /** This session is of no use any more: ends it at once, and makes the next one. */
  giveUp(session: Session, why: MqttClosed): void;
  status(): Pick<CoreStatus, "state" | "server" | "sinceWallMs" | "lastError">;
}

export function createConnection(parts: ConnectionParts): Connection {
  const { settings, clock, log, alarms, hooks } = parts;
  const caution = createCaution();
  /** To be shown. */
  const servers = settings.servers.map(withoutUrlSecrets);
  const retryPlan = { firstMs: RETRY_FIRST_MS, longestMs: settings.retryMaxMs };
  let waits = backoff(retryPlan, parts.chance);
  let state: CoreStatus["state"] = "stopped";
  let sinceWallMs = clock.wallMs();
  let lastError: string | undefined;
  let lastCode: string | undefined;
  let serverIndex = 0;
  let retry: Timer | undefined;
  let tick: Timer | undefined;
  /** The attempt that matters: connecting, or up. */
  let main: Attempt | undefined;
  /** An attempt at the first server while another one serves. */
  let probe: Attempt | undefined;
  let probedMs = 0;
  /** When the latest connections ended, monotonic. */
  let endsMs: number[] = [];
  /** Changed files must look the same twice: they are seldom all written at once. */
  let changedStamp: string | undefined;
  /** Rises with every start and stop: what began before means nothing after. */
  let epoch = 0;

  function setState(next: CoreStatus["state"]): void {
    if (next === state) return;
    // Each attempt changes the state, and says nothing of how long the core has been out of reach.
    const isSame = isAway(next) && isAway(state);
    state = next;
    if (!isSame) sinceWallMs = clock.wallMs();
  }

  // ------------------------------------------------------------------------------------- connecting

  async function tryServer(index: number, asProbe: boolean): Promise<void> {
    const begun = epoch;
    if (!asProbe) setState("connecting");
    const credentials = await readCredentials(parts.files, settings);
    // Meanwhile the other road may have ended, or the first server may have come back.
    if (begun !== epoch || asProbe !== (main !== undefined)) return;
    if (credentials.ok) {
      alarms.clear("credentialsUnreadable");
      const attempt = open(index, credentials.value);
      if (asProbe) probe = attempt;
      else main = attempt;
      return;
    }
    alarms.raise("credentialsUnreadable", { fault: credentials.fault });
    if (!asProbe) failed({ code: "credentials", detail: credentials.fault }, undefined);
  }

  const open = (serverIndex: number, credentials: Credentials): Attempt =>
    openAttempt({
      settings,
      serverIndex,
      clientId: parts.clientId,
      credentials,
      manner: caution.manner(),
      will: hooks.will,
      mqtt: parts.mqtt,
      clock,
      onConnected: connected,
      onMessage: hooks.onMessage,
      onUnanswered: ({ server }) => alarms.raise("unanswered", { server }),
      onEnded: ended,
    });

  function connected(attempt: Attempt, session: Session): void {
    const { server, manner } = attempt;
    if (caution.connected(manner)) alarms.raise("willRefused", { server });
    else if (manner.will) alarms.clear("willRefused");
    alarms.clear("credentialsRefused");
    void hooks.prepare(session).then((prepared) => {
      if (prepared && !attempt.over && !attempt.retired) ready(attempt, session);
    });
  }

  /** The session can be used. */
  function ready(attempt: Attempt, session: Session): void {
    const previous = attempt === probe ? main : undefined;
    if (attempt === probe) probe = undefined;
    main = attempt;
    serverIndex = attempt.serverIndex;
    lastError = undefined;
    lastCode = undefined;
    changedStamp = undefined;
    probedMs = clock.monotonicMs();
    state = "connected";
    sinceWallMs = clock.wallMs();
    parts.count("coreConnected");
    log.info({ server: session.server }, "core connected");
    retry?.cancel();
    tick?.cancel();
    tick = clock.after(TICK_MS, onTick);
    hooks.onUp(session);
    if (previous) retire(previous);
  }

  /** Gives a session up without losing what it carries. */
  function retire(attempt: Attempt): void {
    attempt.retired = true;
    const { session } = attempt;
    if (session === undefined) {
      attempt.abandon();
      return;
    }
    void session.flight
      .whenEmpty(DRAIN_MS_MAX)
      .then(() => inTime(clock, FAREWELL_MS_MAX, hooks.farewell(session), undefined))
      .then(() => attempt.close());
  }

  // ------------------------------------------------------------------------------------------ ending

  function ended(attempt: Attempt, reason: MqttClosed): void {
    if (attempt.retired) return;
    // The libraries below may say which URL it was.
    const why = { ...reason, detail: withoutUrlSecrets(reason.detail) };
    parts.count("coreClosed", why.code);
    if (attempt === probe) {
      probe = undefined;
      log.debug({ code: why.code, detail: why.detail }, "first server still away");
      return;
    }
    const heldMs = attempt.connackMs === undefined ? undefined : clock.monotonicMs() - attempt.connackMs;
    main = undefined;
    tick?.cancel();
    const wasUp = state === "connected";
    setState("waiting");
    // Whoever is told looks at once, and must find it down.
    if (wasUp) hooks.onDown();
    // A probe that is under way goes on: whichever is ready first is used.
    failed(why, heldMs);
  }

  /** @param heldMs how long it had been connected; undefined: never. */
  function failed(why: MqttClosed, heldMs: number | undefined): void {
    if (caution.ended(heldMs, why)) alarms.raise("closedAtOnce", { detail: why.detail });
    if (why.code === "credentials" && why.reasonCode !== undefined)
      alarms.raise("credentialsRefused", { detail: why.detail });
    if (heldMs !== undefined && why.code === "closed") countEnds();
    tell(why);
    const stable = heldMs !== undefined && heldMs >= STABLE_MS;
    if (stable) waits = backoff(retryPlan, parts.chance);
    else serverIndex = (serverIndex + 1) % settings.servers.length;
    setState("waiting");
    retry = clock.after(waitMs(why), () => void tryServer(serverIndex, false));
  }

  function countEnds(): void {
    const nowMs = clock.monotonicMs();
    endsMs = [...endsMs, nowMs].filter((endMs) => nowMs - endMs < OFTEN_CLOSED.withinMs);
    if (endsMs.length >= OFTEN_CLOSED.times) alarms.raise("oftenClosed", { clientId: parts.clientId });
  }

  function waitMs(why: MqttClosed): number {
    if (why.code !== "takenOver") return waits.next().value;
    alarms.raise("takenOver", { clientId: parts.clientId });
    return TAKEN_OVER_WAIT_MS * (0.5 + parts.chance.unit());
  }

  /** Once per kind of trouble: a core that is down for a day is not news every minute. */
  function tell(why: MqttClosed): void {
    const fields = { ...why, server: servers[serverIndex] };
    if (why.code === lastCode) log.debug(fields, "core not connected");
    else log.warn(fields, "core not connected");
    lastCode = why.code;
    lastError = `${why.code}: ${why.detail}`;
  }

  // ------------------------------------------------------------------------- while it is connected

  function onTick(): void {
    const attempt = main;
    if (attempt?.connackMs === undefined) return;
    tick = clock.after(TICK_MS, onTick);
    const heldMs = clock.monotonicMs() - attempt.connackMs;
    alarms.clear("unanswered");
    if (attempt.manner.watch) alarms.clear("closedAtOnce");
    if (heldMs >= OFTEN_CLOSED.withinMs) alarms.clear("oftenClosed");
    if (heldMs >= TAKEN_OVER_WAIT_MS) alarms.clear("takenOver");
    if (attempt.serverIndex !== 0 && !probe && clock.monotonicMs() - probedMs >= RETURN_TO_FIRST_MS) {
      probedMs = clock.monotonicMs();
      void tryServer(0, true);
    }
    if (!probe && caution.takesBack(heldMs)) void renew(attempt);
    else void renewIfChanged(attempt);
  }

  async function renewIfChanged(attempt: Attempt): Promise<void> {
    const stamp = await stampOf(parts.files, settings).catch(() => attempt.stamp);
    if (attempt !== main || attempt.over) return;
    if (stamp === attempt.stamp || stamp !== changedStamp) {
      changedStamp = stamp === attempt.stamp ? undefined : stamp;
      return;
    }
    log.info({}, "credentials changed");
    caution.reset();
    await renew(attempt);
  }

  /** Ends a connection without losing what it carries, and makes the next one. */
  async function renew(attempt: Attempt): Promise<void> {
    attempt.retired = true;
    main = undefined;
    tick?.cancel();
    setState("connecting");
    hooks.onDown();
    await attempt.session!.flight.whenEmpty(DRAIN_MS_MAX);
    await attempt.close();
    if (main === undefined && state === "connecting") void tryServer(serverIndex, false);
  }

  return {
    start: () => {
      if (state !== "stopped") return;
      epoch += 1;
      void tryServer(serverIndex, false);
    },
    stop: async () => {
      if (state === "stopped") return;
      epoch += 1;
      retry?.cancel();
      tick?.cancel();
      const last = main;
      const up = state === "connected";
      for (const attempt of [main, probe]) if (attempt) attempt.retired = true;
      probe?.abandon();
      main = undefined;
      probe = undefined;
      setState("stopped");
      if (up) hooks.onDown();
      if (last === undefined || last.over) return;
      if (!up || last.session === undefined) {
        last.abandon();
        return;
      }
      await inTime(clock, FAREWELL_MS_MAX, hooks.farewell(last.session), undefined);
      await last.close();
    },
    giveUp: (session, why) => {
      for (const attempt of [main, probe]) if (attempt?.session === session) attempt.giveUp(why);
    },
    status: () => ({
      state,
      server:
        state === "waiting" || state === "stopped" ? undefined : servers[main?.serverIndex ?? serverIndex],
      sinceWallMs,
      lastError,
    }),
  };
}

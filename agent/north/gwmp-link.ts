/**
 * The link to a core behind Semtech UDP: which server, by which socket, and whether anybody answers.
 *
 * UDP has no connection. The link is *up* from the first answer on. With the first datagram that nobody answers it is
 * *doubted*: it is asked again and again, and who sends should wait, so that a road that was dark hands over no burst.
 * The first answer ends the doubt; DOUBT_ASKS_MAX asks without one, and the link is down. Its server is then tried once
 * more and after it the next of the list, names being resolved anew and the socket opened anew (the gateway's own
 * address may have changed, or a NAT on the way have forgotten us).
 *
 * PULL_DATA keeps the road down open and tells the core that the gateway lives; so it is said only while the packet
 * forwarder lives. A server that answers PUSH_DATA alone serves all the same, with an alarm: no downlink may come.
 *
 * While another server than the first serves, the first is tried beside it from time to time, and taken when it
 * answers. One socket and what is asked on it: gwmp-attempt.ts; what is sent on the link: gwmp-flight.ts and gwmp.ts.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, sections 2 and 5; Kerlink's lorafwd likewise opens its sockets
 * anew after unanswered datagrams.
 */
import { withoutUrlSecrets } from "../config/shown-url.ts";
import type { Downward, GwmpVersion } from "../lorawan/gwmp.ts";
import type { Clock, Log, RngStream, Timer, Udp } from "../ports.ts";
import type { Alarms } from "./alarms.ts";
import { backoff } from "./backoff.ts";
import { type CoreStatus, isAway } from "./core.ts";
import { createGwmpAddresses } from "./gwmp-addresses.ts";
import { createGwmpAttempt, type GwmpAttempt, type LinkFault } from "./gwmp-attempt.ts";

const RETRY_FIRST_MS = 1_000;
/** A road that loses a third each way leaves six asks in a row unanswered once in a hundred doubts. */
export const DOUBT_ASKS_MAX = 6;
const DOUBT_ASK_EVERY_MS = 1_000;
/** So many datagrams in a row to which the peer's machine said that nobody listens. */
export const REFUSALS_MAX = 3;
/** So many PULL_DATAs without an answer on a link that is up, and somebody should know that the road down is dead. */
export const SILENT_PULLS_MAX = 3;
/** Of the tries. Odd, so that it comes to every server of two. */
const PUSH_FIRST_EVERY = 3;
const RETURN_TO_FIRST_MS = 10 * 60_000;
/** Where the first is there and takes no frames. */
const RETURN_TO_DEAF_MS = 60 * 60_000;

export type GwmpAlarm = "unanswered" | "pushUnanswered" | "pullUnanswered";

export interface GwmpLinkParts {
  readonly servers: readonly string[];
  readonly gatewayEui: string;
  readonly pullIntervalMs: number;
  readonly retryMaxMs: number;
  readonly udp: Udp;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly log: Log;
  readonly count: (name: string, reason?: string) => void;
  readonly alarms: Pick<Alarms<GwmpAlarm>, "raise" | "clear">;
  readonly forwarderIsAlive: () => boolean;
  readonly version: () => GwmpVersion;
  readonly hooks: {
    onUp(): void;
    onDown(): void;
    /** It is doubted no more. */
    onCertain(): void;
    /** PUSH_ACK and PULL_RESP, from the server that serves. */
    onSaid(said: Downward): void;
    /** Every datagram, for its share of the pace. */
    onSent(): void;
  };
}

export interface GwmpLink {
  start(): void;
  stop(): Promise<void>;
  /** @returns false while there is no link. */
  send(bytes: Uint8Array): boolean;
  /** A datagram of ours was answered. */
  answered(): void;
  /** One was not. */
  missed(): void;
  /** The server answers, and takes no frames: the next one of the list, where there is one, may. */
  turnAway(): void;
  readonly up: boolean;
  readonly doubted: boolean;
  status(): Pick<CoreStatus, "state" | "server" | "sinceWallMs" | "lastError">;
}

export function createGwmpLink(parts: GwmpLinkParts): GwmpLink {
  const { servers, clock, log, alarms, hooks } = parts;
  const shown = servers.map(withoutUrlSecrets);
  const retryPlan = { firstMs: RETRY_FIRST_MS, longestMs: parts.retryMaxMs };
  let waits = backoff(retryPlan, parts.chance);
  let state: CoreStatus["state"] = "stopped";
  let sinceWallMs = clock.wallMs();
  let lastError: LinkFault | undefined;
  let serverIndex = 0;
  const addresses = createGwmpAddresses(parts.udp);
  let serving: GwmpAttempt | undefined;
  let trial: GwmpAttempt | undefined;
  let triedFirstMs = 0;
  let returnMs = RETURN_TO_FIRST_MS;
  /** Since the last answer. */
  let refusals = 0;
  /** Of the next ask, while the link is doubted. */
  let doubt: Timer | undefined;
  /** How often nobody has answered, since somebody did. */
  let silences = 0;
  let retry: Timer | undefined;
  let tick: Timer | undefined;

  function setState(next: CoreStatus["state"]): void {
    if (next === state) return;
    const isSame = isAway(next) && isAway(state);
    state = next;
    if (!isSame) sinceWallMs = clock.wallMs();
  }

  function begin(index: number, first: "pull" | "push"): GwmpAttempt {
    return createGwmpAttempt({
      ...parts,
      first,
      address: () => addresses.next(servers[index]!),
      onAnswered: answeredOf,
      onSaid: (attempt, said) => {
        if (attempt === serving && state === "connected") hooks.onSaid(said);
      },
      onRefused: refused,
      onSent: () => hooks.onSent(),
    });
  }

  function answeredOf(attempt: GwmpAttempt): void {
    if (attempt === trial) returned(attempt);
    else if (state === "connected") answered();
    else rise();
  }

  // ------------------------------------------------------------------------------------- up and down

  async function connect(): Promise<void> {
    setState("connecting");
    const attempt = begin(serverIndex, silences % PUSH_FIRST_EVERY === 2 ? "push" : "pull");
    serving = attempt;
    const fault = await attempt.open();
    if (attempt.over) return;
    if (fault !== undefined) return fail(fault);
    attempt.knock(fail);
  }

  function rise(): void {
    refusals = 0;
    trust();
    silences = 0;
    lastError = undefined;
    waits = backoff(retryPlan, parts.chance);
    triedFirstMs = clock.monotonicMs();
    setState("connected");
    parts.count("coreConnected");
    alarms.clear("unanswered");
    log.info({ server: shown[serverIndex] }, "core connected");
    keepAlive();
    // The road down is open from now on, not from the next tick on.
    if (parts.forwarderIsAlive() && serving?.hasPulled === false) serving.ask();
    hooks.onUp();
  }

  function fail(fault: LinkFault): void {
    const wasUp = state === "connected";
    serving?.end();
    trial?.end();
    serving = undefined;
    trial = undefined;
    tick?.cancel();
    trust();
    alarms.clear("pullUnanswered");
    if (fault !== lastError) log.warn({ server: shown[serverIndex], fault }, "core out of reach");
    lastError = fault;
    parts.count("coreLost", fault);
    if (wasUp) alarms.raise("unanswered");
    setState("waiting");
    if (fault === "unanswered") silences += 1;
    if (serverIndex === 0) returnMs = fault === "pushUnanswered" ? RETURN_TO_DEAF_MS : RETURN_TO_FIRST_MS;
    // A silent server has two tries, on two sockets.
    if (fault !== "unanswered" || silences % 2 === 0) serverIndex = (serverIndex + 1) % servers.length;
    retry = clock.after(waits.next().value, () => void connect());
    if (wasUp) hooks.onDown();
  }

  function refused(attempt: GwmpAttempt): void {
    if (attempt === trial) endTrial();
    else if (state !== "connected") fail("portRefused");
    else if (++refusals >= REFUSALS_MAX) fail("portRefused");
    else missed();
  }

  function answered(): void {
    refusals = 0;
    if (doubt === undefined) return;
    trust();
    hooks.onCertain();
  }

  function trust(): void {
    doubt?.cancel();
    doubt = undefined;
  }

  /** A datagram may be lost on its way and the core be there: whether it answers when asked tells. */
  function missed(): void {
    if (state === "connected" && doubt === undefined) askInDoubt(1);
  }

  function askInDoubt(times: number): void {
    serving?.ask();
    doubt = clock.after(DOUBT_ASK_EVERY_MS, () =>
      times >= DOUBT_ASKS_MAX ? fail("unanswered") : askInDoubt(times + 1),
    );
  }

  function keepAlive(): void {
    tick?.cancel();
    tick = clock.after(parts.pullIntervalMs, () => {
      if (serving === undefined) return;
      if (serving.asking) missed();
      else if (parts.forwarderIsAlive()) serving.ask();
      if (serving.silentPulls > SILENT_PULLS_MAX) alarms.raise("pullUnanswered");
      else if (serving.silentPulls <= 1) alarms.clear("pullUnanswered");
      tryFirst();
      keepAlive();
    });
  }

  // ----------------------------------------------------------------------------- back to the first one

  function tryFirst(): void {
    const nowMs = clock.monotonicMs();
    if (serverIndex === 0 || trial !== undefined || nowMs - triedFirstMs < returnMs) return;
    triedFirstMs = nowMs;
    const attempt = begin(0, "pull");
    trial = attempt;
    void attempt.open().then((fault) => {
      if (attempt.over) return;
      if (fault !== undefined) return endTrial();
      attempt.knock(endTrial);
    });
  }

  function endTrial(): void {
    trial?.end();
    trial = undefined;
  }

  function returned(attempt: GwmpAttempt): void {
    serving?.end();
    tick?.cancel();
    hooks.onDown();
    serving = attempt;
    trial = undefined;
    serverIndex = 0;
    state = "waiting";
    rise();
  }

  return {
    start: () => {
      if (state === "stopped") void connect();
    },
    stop: async () => {
      const wasUp = state === "connected";
      retry?.cancel();
      tick?.cancel();
      trust();
      serving?.end();
      trial?.end();
      serving = undefined;
      trial = undefined;
      setState("stopped");
      if (wasUp) hooks.onDown();
    },
    send: (bytes) => {
      if (state !== "connected" || serving === undefined) return false;
      serving.send(bytes);
      return true;
    },
    answered,
    missed,
    turnAway: () => {
      if (state === "connected" && servers.length > 1) fail("pushUnanswered");
    },
    get up() {
      return state === "connected";
    },
    get doubted() {
      return doubt !== undefined;
    },
    status: () => ({ state, server: shown[serverIndex], sinceWallMs, lastError }),
  };
}

/**
 * An attempt: one socket to one server, asked whether anybody is there, and heard. Whether there is a next one, when
 * and at which server is decided in gwmp-link.ts.
 *
 * Asked is by PULL_DATA. It says that the gateway lives, so while the packet forwarder does not, an empty PUSH_DATA is
 * said instead, which claims nothing; and so is it where PULL_DATAs go unanswered, for such a server may take frames all
 * the same. An ask keeps its token until it is answered, so that an answer counts however late it comes.
 */
import { isAgentError } from "../errors.ts";
import {
  type Downward,
  type GwmpVersion,
  readDownward,
  type Token,
  writePullData,
  writePushData,
} from "../lorawan/gwmp.ts";
import type { Clock, ConnectedUdpSocket, RngStream, Timer, Udp } from "../ports.ts";
import type { ServerAddress } from "./gwmp-addresses.ts";

/** A server that has answered by then is there; each PULL_DATA may be lost, and so may be its answer. */
const FIRST_ANSWER_MS = 5_000;
const KNOCKS_MAX = 3;
/** So many PULL_DATAs may be lost on a bad road; beyond it the server may not answer them. */
const SILENT_PULLS_MAX = 5;
const EMPTY_BODY = "{}";

/**
 * Why nobody is there; pushUnanswered: somebody is, and takes no frames. Stable: agent/text/status.ts has words for them.
 */
export type LinkFault = "unanswered" | "pushUnanswered" | "portRefused" | "noAddress" | "noRoute";

export interface GwmpAttemptParts {
  /** What is asked first. */
  readonly first: "pull" | "push";
  readonly address: () => Promise<ServerAddress | undefined>;
  readonly gatewayEui: string;
  readonly udp: Pick<Udp, "connect">;
  readonly clock: Clock;
  readonly chance: RngStream;
  readonly count: (name: string, reason?: string) => void;
  readonly forwarderIsAlive: () => boolean;
  readonly version: () => GwmpVersion;
  /** What was asked is answered. */
  readonly onAnswered: (attempt: GwmpAttempt) => void;
  /** Anything else: PUSH_ACK and PULL_RESP. */
  readonly onSaid: (attempt: GwmpAttempt, said: Downward) => void;
  /** The peer's machine says that nobody listens; it may be starting. */
  readonly onRefused: (attempt: GwmpAttempt) => void;
  /** Every datagram, for its share of the pace. */
  readonly onSent: () => void;
}

export interface GwmpAttempt {
  /** Ended: nothing is heard of it any more. */
  readonly over: boolean;
  /** What was asked is unanswered. */
  readonly asking: boolean;
  /** The newest ask was a PULL_DATA, alone or not. */
  readonly hasPulled: boolean;
  /** So many PULL_DATAs in a row have no answer. */
  readonly silentPulls: number;
  /** @returns why there is no socket; undefined when there is, or the attempt has been ended meanwhile. */
  open(): Promise<LinkFault | undefined>;
  ask(): void;
  /** The first asks. @param onSilence nobody has answered: why. */
  knock(onSilence: (fault: LinkFault) => void): void;
  send(bytes: Uint8Array): void;
  end(): void;
}

export function createGwmpAttempt(parts: GwmpAttemptParts): GwmpAttempt {
  const { clock, chance, gatewayEui } = parts;
  let socket: ConnectedUdpSocket | undefined;
  /** Of the newest ask. */
  let token: Token = [0, 0];
  let asking = false;
  let hasPulled = false;
  let hasPushed = false;
  let silentPulls = 0;
  let knocking: Timer | undefined;
  let isKnown = false;
  let silence: LinkFault = "unanswered";
  let over = false;

  async function open(): Promise<LinkFault | undefined> {
    const address = await parts.address();
    if (over) return undefined;
    if (address === undefined) return "noAddress";
    if (address.isOld) silence = "noAddress";
    try {
      const opened = await parts.udp.connect(address.to, heard, () => {
        if (!over) parts.onRefused(attempt);
      });
      if (over) void opened.close();
      else socket = opened;
      return undefined;
    } catch (error) {
      if (!isAgentError(error, "UDP_BIND")) throw error;
      return "noRoute";
    }
  }

  function ask(): void {
    if (!asking) {
      token = [chance.below(256), chance.below(256)];
      asking = true;
      hasPulled = false;
      hasPushed = false;
    }
    const version = parts.version();
    const isAlive = parts.forwarderIsAlive();
    const pushesFirst = !isKnown && parts.first === "push";
    if (!isAlive || pushesFirst || silentPulls >= SILENT_PULLS_MAX) {
      hasPushed = true;
      send(writePushData(version, token, gatewayEui, EMPTY_BODY));
    }
    if (!isAlive || pushesFirst) return;
    hasPulled = true;
    silentPulls += 1;
    send(writePullData(version, token, gatewayEui));
  }

  function knock(times: number, onSilence: (fault: LinkFault) => void): void {
    ask();
    // What lies in a dark road arrives together: the smallest may be said more than once.
    const knocks = hasPushed ? times : KNOCKS_MAX;
    const waitMs = hasPushed ? FIRST_ANSWER_MS : FIRST_ANSWER_MS / KNOCKS_MAX;
    knocking = clock.after(waitMs, () =>
      times >= knocks ? onSilence(silence) : knock(times + 1, onSilence),
    );
  }

  function send(bytes: Uint8Array): void {
    socket?.send(bytes);
    parts.onSent();
  }

  function heard(bytes: Buffer): void {
    if (over) return;
    const read = readDownward(bytes);
    if (!read.ok) {
      parts.count("coreDatagramRefused", read.fault);
      return;
    }
    const said = read.value;
    // The road down is open, whichever of them came.
    if (said.kind === "pullAck" || said.kind === "pullResp") silentPulls = 0;
    if (isOfAsk(said)) {
      const wasAsking = asking;
      asking = false;
      isKnown = true;
      knocking?.cancel();
      if (wasAsking) parts.onAnswered(attempt);
    } else if (said.kind === "pullAck") parts.count("coreDatagramRefused", "unknownToken");
    else parts.onSaid(attempt, said);
  }

  /** By its kind too: a PUSH_DATA with frames may have the token of a PULL_DATA. */
  function isOfAsk(said: Downward): boolean {
    if (said.kind === "pullResp") return false;
    const isAwaited = said.kind === "pullAck" ? hasPulled : hasPushed;
    return isAwaited && said.token[0] === token[0] && said.token[1] === token[1];
  }

  const attempt: GwmpAttempt = {
    get over() {
      return over;
    },
    get asking() {
      return asking;
    },
    get hasPulled() {
      return hasPulled;
    },
    get silentPulls() {
      return silentPulls;
    },
    open,
    ask,
    knock: (onSilence) => knock(1, onSilence),
    send,
    end: () => {
      if (over) return;
      over = true;
      knocking?.cancel();
      void socket?.close();
    },
  };
  return attempt;
}

/**
 * A server that people look at: that it cannot listen is no reason to carry no frames. It is said once for each reason, and
 * tried again every minute.
 */
import { isAgentError } from "../errors.ts";
import type { Clock, Log, Timer, WebDoor } from "../ports.ts";

type Server = Awaited<ReturnType<WebDoor["serve"]>>;

export interface ListeningParts {
  readonly clock: Pick<Clock, "after">;
  readonly log: Log;
  /** As the log calls it: what it is part of, and its name. */
  readonly part: string;
  readonly name: string;
  /** @throws AgentError WEB_BIND */
  readonly listen: () => Promise<Server>;
  /** What else is said when it is open. */
  readonly told?: () => object;
}

export interface Listening {
  /** When it has been tried to open it for the first time. */
  readonly tried: Promise<void>;
  /** undefined while nobody listens. */
  readonly server: Server | undefined;
  /** Why it could not be opened the last time. */
  readonly reason: string;
  /** Closes it, and listens again as `listen` now does. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

const AGAIN_AFTER_MS = 60_000;

export function keepListening({ clock, log, part, name, listen, told }: ListeningParts): Listening {
  let server: Server | undefined;
  let reason = "";
  let again: Timer | undefined;
  let isClosed = false;

  async function tryToOpen(): Promise<void> {
    again = undefined;
    try {
      const opened = await listen();
      if (isClosed) return opened.close();
      server = opened;
      log.info({ part, ...opened.address, ...told?.() }, `${name} open`);
    } catch (error) {
      if (!isAgentError(error, "WEB_BIND")) throw error;
      if (reason !== error.message) log.warn({ part, error: error.message }, `${name} not open`);
      reason = error.message;
      if (!isClosed) again = clock.after(AGAIN_AFTER_MS, () => void tryToOpen());
    }
  }

  const tried = tryToOpen();
  return {
    tried,
    get server() {
      return server;
    },
    get reason() {
      return reason;
    },
    renew: async () => {
      const before = server;
      server = undefined;
      await before?.close();
      if (!isClosed) await tryToOpen();
    },
    close: async () => {
      isClosed = true;
      await tried;
      again?.cancel();
      await server?.close();
    },
  };
}

/**
 * Metrics for Prometheus on a loopback address: `GET /metrics`. Off with an empty `listen`, and then neither loaded nor
 * listening. What is shown: families.ts; how it is written: exposition.ts. Examples of a scrape's settings, alert rules
 * and a dashboard lie beside this file.
 *
 * That it cannot listen is no reason to carry no frames: it is said, and tried again every minute.
 */
import type { Settings } from "../config/settings.ts";
import type { AgentStatus } from "../control/answers.ts";
import { isAgentError } from "../errors.ts";
import type { Clock, Log, Timer, UdpPeer, WebAnswer, WebDoor, WebRequest } from "../ports.ts";

export interface MetricsParts {
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: nothing can listen. */
  readonly web?: WebDoor | undefined;
  readonly settings: Settings["metrics"];
  /** Reads what is only read on demand, and tells. */
  readonly status: () => Promise<AgentStatus>;
}

export interface Metrics {
  /** undefined while nobody listens. */
  readonly address: UdpPeer | undefined;
  close(): Promise<void>;
}

const AGAIN_AFTER_MS = 60_000;

export function startMetrics({ clock, log, web, settings, status }: MetricsParts): Metrics {
  let open: Awaited<ReturnType<WebDoor["serve"]>> | undefined;
  let again: Timer | undefined;
  let toldReason = "";
  let isClosed = false;

  async function tryToOpen(door: WebDoor): Promise<void> {
    again = undefined;
    try {
      const server = await door.serve(settings.listen, (request) => answer(request, status));
      if (isClosed) return server.close();
      open = server;
      log.info({ part: "metrics", ...server.address }, "metrics open");
    } catch (error) {
      if (!isAgentError(error, "WEB_BIND")) throw error;
      if (toldReason !== error.message)
        log.warn({ part: "metrics", error: error.message }, "metrics not open");
      toldReason = error.message;
      if (!isClosed) again = clock.after(AGAIN_AFTER_MS, () => void tryToOpen(door));
    }
  }

  if (web !== undefined && settings.listen.host !== "") void tryToOpen(web);
  return {
    get address() {
      return open?.address;
    },
    close: async () => {
      isClosed = true;
      again?.cancel();
      await open?.close();
    },
  };
}

async function answer(
  { method, path, headers }: WebRequest,
  status: () => Promise<AgentStatus>,
): Promise<WebAnswer> {
  if (path !== "/metrics") return said(404, "GET /metrics\n");
  if (method !== "GET" && method !== "HEAD") return said(405, "GET /metrics\n");
  const [{ expose }, { familiesOf }] = await Promise.all([
    import("./exposition.ts"),
    import("./families.ts"),
  ]);
  const { contentType, text } = await expose(familiesOf(await status()), headers.accept);
  return { status: 200, headers: { "content-type": contentType }, body: text };
}

function said(status: number, body: string): WebAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

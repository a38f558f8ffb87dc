/**
 * Metrics for Prometheus on a loopback address: `GET /metrics`. Off with an empty `listen`, and then neither loaded nor
 * listening. What is shown: families.ts; how it is written: exposition.ts. Examples of a scrape's settings, alert rules
 * and a dashboard lie beside this file.
 */
import type { Settings } from "../config/settings.ts";
import type { AgentStatus } from "../control/answers.ts";
import { keepListening } from "../control/keep-listening.ts";
import type { Clock, Log, UdpPeer, WebAnswer, WebDoor, WebRequest } from "../ports.ts";

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

export function startMetrics({ clock, log, web, settings, status }: MetricsParts): Metrics {
  if (web === undefined || settings.listen.host === "") return { address: undefined, close: async () => {} };
  const listening = keepListening({
    clock,
    log,
    part: "metrics",
    name: "metrics",
    listen: () => web.serve(settings.listen, (request) => answer(request, status)),
  });
  return {
    get address() {
      return listening.server?.address;
    },
    close: listening.close,
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

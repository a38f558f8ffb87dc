/**
 * What the page's server answers. Who may ask: gate.ts. Loaded with the first request: until somebody looks, the page
 * costs a socket.
 *
 *   GET  /                   the page               GET  /page/<file>       its own files
 *   GET  /api/session        ShownSession           POST /api/session       { code }; begins one
 *   GET  /api/live           status, frames         POST /api/session/end
 *   GET  /api/status         ShownStatus            GET  /api/history       the last 24 h
 *   GET  /api/devices        who was heard             GET  /api/radio         how, since the agent started
 *   GET  /api/doctor         ShownDoctor            POST /api/doctor        { confirmed }; starts him
 *   POST /api/maintenance    { confirmed, minutes, reason }; 0 minutes ends it
 *
 * It changes nothing but that: no setting, no frame, no downlink.
 */
import * as v from "valibot";
import type { AgentStatus } from "../control/answers.ts";
import { isAgentError } from "../errors.ts";
import type { Maintenance } from "../health/availability/maintenance.ts";
import { MAINTENANCE_MS_MAX } from "../health/availability/maintenance.ts";
import type { DeviceView } from "../health/records/view.ts";
import type { HistoryView } from "../health/report/history.ts";
import type { Clock, Files, Log, WebAnswer, WebDoor, WebRequest } from "../ports.ts";
import type { DoctorReport } from "../technician/doctor/report.ts";
import { createExamination } from "./examination.ts";
import { type Refusal, refusalOf, type Way } from "./gate.ts";
import { headersOf } from "./headers.ts";
import { createLive, type LiveParts } from "./live.ts";
import type { OneTimeCode } from "./one-time-code.ts";
import { openPageFiles } from "./page-files.ts";
import { createSessions } from "./sessions.ts";
import { shownDevices, shownRadio, shownStatus } from "./show.ts";
import type { ShownSession, ShownStatus } from "./shown.ts";
import { createTries } from "./tries.ts";

export interface DeskParts extends Omit<LiveParts, "status"> {
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  readonly way: Way;
  /** Where the built page is; undefined: nowhere. */
  readonly folder: string | undefined;
  readonly code: OneTimeCode;
  readonly secret: WebDoor["secret"];
  /** Of now. */
  readonly status: () => Promise<AgentStatus>;
  readonly history: () => HistoryView;
  readonly devices: () => Iterable<DeviceView>;
  /** Absent: there is none. */
  readonly doctor?: (() => Promise<DoctorReport>) | undefined;
  readonly maintenance: Maintenance;
}

export interface Desk {
  answer(request: WebRequest): Promise<WebAnswer>;
  close(): void;
}

const MINUTE_MS = 60_000;
const STATUS_OF: Record<Refusal, number> = { host: 421, origin: 403, method: 405, session: 401 };

const CodeGiven = v.object({ code: v.pipe(v.string(), v.maxLength(64)) });
const Confirmed = v.object({ confirmed: v.literal(true) });
const MaintenanceAsked = v.object({
  confirmed: v.literal(true),
  minutes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAINTENANCE_MS_MAX / MINUTE_MS)),
  // Also shown in terminals, which must not obey it.
  reason: v.pipe(
    v.string(),
    v.maxLength(200),
    v.transform((text) => text.replaceAll(/\p{Cc}/gu, " ")),
  ),
});

type Answerer = (request: WebRequest) => WebAnswer | undefined | Promise<WebAnswer | undefined>;

export function openDesk(parts: DeskParts): Desk {
  const { clock, log, way, maintenance } = parts;
  const sessions = createSessions(clock, parts.secret);
  const tries = createTries();
  let wrongCodes = 0;
  let toldMs = Number.NEGATIVE_INFINITY;
  const page = openPageFiles(parts.files, parts.folder);
  const status = async (): Promise<ShownStatus> => shownStatus(await parts.status(), clock.wallMs());
  const live = createLive({ ...parts, status });
  const examination = parts.doctor && createExamination(clock, parts.doctor);

  /** Whoever tries must not fill the log. */
  function tellWrong(peer: string): void {
    wrongCodes += 1;
    if (clock.monotonicMs() - toldMs < MINUTE_MS) return;
    log.warn({ peer, wrongCodes }, "local page: wrong code");
    wrongCodes = 0;
    toldMs = clock.monotonicMs();
  }

  function beginSession({ body, peer, network }: WebRequest): WebAnswer {
    if (way === "loopback") return json(200, { way, isIn: true } satisfies ShownSession);
    const waitMs = tries.waitMs(network, clock.monotonicMs());
    if (waitMs > 0) {
      return json(429, { error: "wait", waitMs }, { "retry-after": String(Math.ceil(waitMs / 1_000)) });
    }
    const given = bodyAs(CodeGiven, body);
    if (given === undefined) return json(400, { error: "body" });
    if (!parts.code.redeem(given.code)) {
      tries.wrong(network, clock.monotonicMs());
      tellWrong(peer);
      return json(401, { error: "code", waitMs: tries.waitMs(network, clock.monotonicMs()) });
    }
    tries.right(network);
    log.info({ peer }, "local page: session begun");
    return json(200, { way, isIn: true } satisfies ShownSession, { "set-cookie": sessions.begin() });
  }

  function setMaintenance({ body, peer }: WebRequest): WebAnswer {
    const asked = bodyAs(MaintenanceAsked, body);
    if (asked === undefined) return json(400, { error: "body" });
    const { minutes, reason } = asked;
    log.info({ peer, minutes }, "local page: maintenance");
    if (minutes === 0) maintenance.end();
    else maintenance.begin({ durationMs: minutes * MINUTE_MS, reason, by: "local page" });
    return json(200, { maintenance: maintenance.current() ?? null });
  }

  const routes: Readonly<Record<string, Answerer>> = {
    "GET /": (request) => page.page(request),
    "GET /api/session": ({ headers }) =>
      json(200, {
        way,
        isIn: way === "loopback" || sessions.isIn(headers.cookie),
      } satisfies ShownSession),
    "POST /api/session": beginSession,
    "POST /api/session/end": ({ headers }) => json(200, {}, { "set-cookie": sessions.end(headers.cookie) }),
    "GET /api/live": ({ headers }) =>
      live.answer(() => way === "loopback" || sessions.isIn(headers.cookie)) ??
      json(503, { error: "readers" }, { "retry-after": "10" }),
    "GET /api/status": async () => json(200, await status()),
    "GET /api/history": () => json(200, parts.history()),
    "GET /api/radio": async () => json(200, shownRadio((await parts.status()).health.records)),
    "GET /api/devices": () => json(200, shownDevices(parts.devices())),
    "GET /api/doctor": () => examination && json(200, examination.view()),
    "POST /api/doctor": ({ body }) => {
      if (bodyAs(Confirmed, body) === undefined) return json(400, { error: "body" });
      return examination && json(202, examination.start());
    },
    "POST /api/maintenance": setMaintenance,
  };

  async function answer(request: WebRequest): Promise<WebAnswer> {
    const refusal = refusalOf(request, way, (cookies) => sessions.isIn(cookies));
    if (refusal !== undefined) return json(STATUS_OF[refusal], { error: refusal });
    const { path } = request;
    const method = request.method === "HEAD" ? "GET" : request.method;
    const found =
      path.startsWith("/page/") && method === "GET"
        ? await page.file(path.slice("/page/".length), request)
        : await routes[`${method} ${path}`]?.(request);
    return found ?? json(404, { error: "nothing here" });
  }

  return {
    answer: (request) =>
      answer(request).catch((error: unknown) => {
        if (!isAgentError(error)) throw error;
        return json(503, { error: error.code });
      }),
    close: () => live.close(),
  };
}

function json(status: number, body: unknown, more: Readonly<Record<string, string>> = {}): WebAnswer {
  return { status, headers: headersOf("application/json", "never", more), body: JSON.stringify(body) };
}

/** @returns undefined for what is no JSON of this shape. */
function bodyAs<Schema extends v.GenericSchema>(
  schema: Schema,
  body: Buffer,
): v.InferOutput<Schema> | undefined {
  try {
    const read = v.safeParse(schema, JSON.parse(body.toString("utf8")));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

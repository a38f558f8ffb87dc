/**
 * `edge-agent status`: what the running agent does, for a person or, with --json, as AgentStatus.
 */

import { openSettings, settingsUnusable } from "../config/open.ts";
import type { AgentStatus } from "../control/answers.ts";
import { AgentError } from "../errors.ts";
import type { ControlDoor, Files } from "../ports.ts";
import { isTextKey, type Translate } from "../text/text.ts";

export interface StatusDoors {
  readonly files: Files;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly control: ControlDoor;
  readonly t: Translate;
  readonly write: (text: string) => void;
  /** Headings are bold on a terminal. */
  readonly isTerminal: boolean;
}

interface StatusArguments {
  readonly config: string;
  readonly socket: string | undefined;
  readonly json: boolean;
}

/**
 * Asks the agent and shows its answer.
 * @throws AgentError CONTROL_UNREACHABLE when no agent answers; SETTINGS_INVALID and FILE_IO when the socket is to
 *         be found in settings that cannot be read.
 */
export async function showStatus(doors: StatusDoors, args: StatusArguments): Promise<void> {
  const { t, write } = doors;
  const socket = args.socket ?? (await socketOf(doors, args.config));
  const status = await ask(doors, socket);
  if (args.json) write(`${JSON.stringify(status)}\n`);
  else write(sayStatus(status, t, doors.isTerminal));
}

async function socketOf(doors: StatusDoors, settingsPath: string): Promise<string> {
  const loaded = await openSettings(doors, settingsPath);
  if (!loaded.ok) throw settingsUnusable(settingsPath, loaded.troubles, doors.t);
  return loaded.settings.control.socket;
}

async function ask({ control, t }: StatusDoors, socket: string): Promise<AgentStatus> {
  const noAgent = (cause?: unknown): AgentError =>
    new AgentError("CONTROL_UNREACHABLE", t("error.noAgent", { socket }), cause);
  const question = { method: "GET", path: "/status", body: undefined } as const;
  const answer = await control.ask(socket, question).catch((error: unknown) => {
    throw noAgent(error);
  });
  if (answer.status !== 200) throw noAgent();
  return answer.body as AgentStatus;
}

/** @returns the status as lines for a person. */
export function sayStatus(status: AgentStatus, t: Translate, bold: boolean): string {
  const heading = (text: string): string => (bold ? `\u001b[1m${text}\u001b[0m` : text);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [t("status.forwarders"), forwarderLines(status, t)],
    [t("status.cores"), coreLines(status, t)],
    [t("status.journal"), journalLines(status, t)],
    [t("status.clock"), [clockLine(status, t)]],
    [t("status.counters"), counterLines(status)],
  ];
  const title = t("status.agent", { version: status.version, uptime: span(status.uptimeMs) });
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const blocks = shown.map(([name, lines]) =>
    [heading(name), ...lines.map((line) => `  ${line}`)].join("\n"),
  );
  return `${[heading(title), ...blocks].join("\n\n")}\n`;
}

function forwarderLines({ forwarders }: AgentStatus, t: Translate): string[] {
  if (forwarders.length === 0) return [t("status.noForwarder")];
  return forwarders.map(({ gatewayEui, alive, pullDataAgeMs, pushDataAgeMs }) => {
    const heardMs = Math.min(
      pullDataAgeMs ?? Number.POSITIVE_INFINITY,
      pushDataAgeMs ?? Number.POSITIVE_INFINITY,
    );
    const age = Number.isFinite(heardMs) ? span(heardMs) : "?";
    return t(alive ? "status.forwarderAlive" : "status.forwarderSilent", { eui: gatewayEui, age });
  });
}

function coreLines({ cores, startedWallMs, uptimeMs }: AgentStatus, t: Translate): string[] {
  if (cores.length === 0) return [t("status.noCore")];
  const nowMs = startedWallMs + uptimeMs;
  return cores.flatMap((core) => {
    const id = `${core.id} (${core.gatewayEui})`;
    const age = span(Math.max(0, nowMs - core.sinceWallMs));
    const server = core.server ?? "?";
    const said = {
      connected: () => t("status.coreConnected", { id, server, age }),
      connecting: () => t("status.coreConnecting", { id, server }),
      waiting: () => t("status.coreWaiting", { id, age, reason: core.lastError ?? "?" }),
      stopped: () => t("status.coreStopped", { id }),
    };
    const { carriedLive: live, replayed, lanesBehind: behind, inFlight } = core.courier;
    const lines = [said[core.state](), `  ${t("status.coreWork", { live, replayed, behind, inFlight })}`];
    const drain = drainLine(core.courier.drain, t);
    if (drain !== undefined) lines.push(`  ${drain}`);
    return [...lines, ...core.alarms.map((code) => `  ${sayAlarm(code, t)}`)];
  });
}

/** An alarm without words of its own is said by its code. */
function sayAlarm(code: string, t: Translate): string {
  const key = `alarm.${code}`;
  return t("status.alarm", { what: isTextKey(key) ? t.say({ key, params: {} }) : code, code });
}

/** Why frames wait although the core is in reach. */
function drainLine(
  { phase, plan }: AgentStatus["cores"][number]["courier"]["drain"],
  t: Translate,
): string | undefined {
  if (phase === "probing" || phase === "deciding") return t("status.coreReturning");
  if (phase !== "axis" || plan === undefined) return undefined;
  return t("status.coreReplaying", { k: plan.k, left: span(plan.leftMs) });
}

function journalLines({ journal, startedWallMs, uptimeMs }: AgentStatus, t: Translate): string[] {
  const lines: string[] = [];
  const { storedFrames: frames, storedOctets, oldestArrivedWallMs } = journal;
  if (frames === 0) lines.push(t("status.journalEmpty"));
  else {
    const age = span(Math.max(0, startedWallMs + uptimeMs - (oldestArrivedWallMs ?? 0)));
    lines.push(t("status.journalHolds", { frames, size: size(storedOctets), age }));
  }
  if (journal.memoryFrames > 0) lines.push(t("status.journalMemory", { frames: journal.memoryFrames }));
  if (journal.lostAtOpen > 0) lines.push(t("status.journalLost", { frames: journal.lostAtOpen }));
  if (journal.failing !== undefined) lines.push(t("status.journalFailing", { reason: journal.failing }));
  return lines;
}

function clockLine({ clock }: AgentStatus, t: Translate): string {
  if (clock.state === "gps") return t("status.clockGps");
  return t(clock.state === "synchronised" ? "status.clockSynchronised" : "status.clockUnsynchronised");
}

/** The names are those of the JSON: whoever reads one finds it in the other. */
function counterLines({ counters }: AgentStatus): string[] {
  return Object.entries(counters).flatMap(([name, counted]) =>
    typeof counted === "number"
      ? [`${name}: ${counted}`]
      : Object.entries(counted).map(([reason, count]) => `${name} (${reason}): ${count}`),
  );
}

/** Two units at most: 3d 4h, 5h 12m, 3m 20s, 12s. */
function span(spanMs: number): string {
  const seconds = Math.floor(spanMs / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0s";
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(" ");
}

function size(octets: number): string {
  return octets < 1e6 ? `${(octets / 1e3).toFixed(1)} kB` : `${(octets / 1e6).toFixed(1)} MB`;
}

/**
 * `edge-agent status`: what the running agent does, for a person or, with --json, as AgentStatus.
 */

import { openSettings, settingsUnusable } from "../config/open.ts";
import type { AgentStatus } from "../control/answers.ts";
import { AgentError } from "../errors.ts";
import type { ControlDoor, Files } from "../ports.ts";
import { isTextKey, type Translate } from "../text/text.ts";
import { fieldSections } from "./field-lines.ts";
import { alarmSection, healthSections } from "./health-lines.ts";
import { makeWords, span, wrap } from "./words.ts";

const COLUMNS = 80;

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
    alarmSection(status, t),
    [t("status.gateway"), profileLines(status, t)],
    [t("status.forwarders"), forwarderLines(status, t)],
    [t("status.cores"), coreLines(status, t)],
    [t("status.journal"), journalLines(status, t)],
    [t("status.clock"), [clockLine(status, t)]],
    ...healthSections(status, t),
    ...fieldSections(status.field, t),
    [t("status.counters"), counterLines(status, t)],
  ];
  const title = t("status.agent", { version: status.version, uptime: span(status.uptimeMs) });
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const blocks = shown.map(([name, lines]) => [heading(name), ...lines.flatMap(indented)].join("\n"));
  return `${[heading(title), ...blocks].join("\n\n")}\n`;
}

/** Two blanks before it, as it has them itself besides; four more where it goes on. */
function indented(line: string): string[] {
  if (line.length <= COLUMNS - 2) return [`  ${line}`];
  const own = " ".repeat(line.search(/\S/) + 2);
  const [first = "", ...rest] = wrap(line.trim(), COLUMNS - own.length - 4);
  return [`${own}${first}`, ...rest.map((more) => `${own}    ${more}`)];
}

function profileLines({ profile }: AgentStatus, t: Translate): string[] {
  if (profile === undefined) return [];
  const { name = "?", title = name } = profile;
  const candidates = profile.candidates.join(", ");
  const said = {
    set: () => t("status.profileSet", { title, name }),
    recognised: () => t("status.profileRecognised", { title, name }),
    ambiguous: () => t("status.profileAmbiguous", { name, candidates }),
    unknown: () => t("status.profileUnknown", { name }),
    missing: () => t("status.profileMissing"),
  };
  return [said[profile.how]()];
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
  const { count } = makeWords(t);
  return cores.flatMap((core) => {
    const id = `${core.id} (${core.gatewayEui})`;
    const age = span(Math.max(0, nowMs - core.sinceWallMs));
    const server = core.server ?? "?";
    const said = {
      connected: () => t("status.coreConnected", { id, server, age }),
      connecting: () => t("status.coreConnecting", { id, server }),
      waiting: () => t("status.coreWaiting", { id, age, reason: sayFault(core.lastError, t) }),
      stopped: () => t("status.coreStopped", { id }),
    };
    const { carriedLive, replayed, lanesBehind, inFlight } = core.courier;
    const work = {
      live: count(carriedLive),
      replayed: count(replayed),
      behind: count(lanesBehind),
      inFlight: count(inFlight),
    };
    const lines = [said[core.state](), `  ${t("status.coreWork", work)}`];
    const drain = drainLine(core, t);
    if (drain !== undefined) lines.push(`  ${drain}`);
    return [...lines, ...core.alarms.map((code) => `  ${sayAlarm(code, t)}`)];
  });
}

/** Some kinds of core give the reason as a code that has words, others as their library's text. */
function sayFault(fault: string | undefined, t: Translate): string {
  const key = `fault.${fault}`;
  return isTextKey(key) ? t.say({ key, params: {} }) : (fault ?? "?");
}

/** An alarm without words of its own is said by its code. */
function sayAlarm(code: string, t: Translate): string {
  const key = `alarm.${code}`;
  return t("status.alarm", { what: isTextKey(key) ? t.say({ key, params: {} }) : code, code });
}

/** What frames wait for although the core is in reach. */
function drainLine({ state, courier }: AgentStatus["cores"][number], t: Translate): string | undefined {
  const { drain, lanesBehind, replayRatePerS: rate } = courier;
  const { phase, plan } = drain;
  if (phase === "probing") return t("status.coreProbing");
  if (phase === "deciding") return t("status.coreReturning");
  if (phase === "axis" && plan !== undefined && plan.leftMs > 0) {
    const left = span(plan.leftMs);
    return plan.source === "blind"
      ? t("status.coreBlind", { left })
      : t("status.coreReplaying", { k: plan.k, left });
  }
  if (state !== "connected" || lanesBehind === 0) return undefined;
  return phase === "away"
    ? t("status.coreNotTaking")
    : t("status.coreCatchingUp", { rate: makeWords(t).figure(rate, 1) });
}

function journalLines({ journal, startedWallMs, uptimeMs }: AgentStatus, t: Translate): string[] {
  const lines: string[] = [];
  const { count, size } = makeWords(t);
  const { storedFrames, storedOctets, oldestArrivedWallMs } = journal;
  const drops = Object.entries(journal.dropped);
  if (storedFrames === 0) lines.push(t(drops.length === 0 ? "status.journalEmpty" : "status.journalEmptied"));
  else {
    const age = span(Math.max(0, startedWallMs + uptimeMs - (oldestArrivedWallMs ?? 0)));
    const frames = count(storedFrames);
    lines.push(t("status.journalHolds", { frames, size: size(storedOctets), age }));
  }
  if (journal.memoryFrames > 0)
    lines.push(t("status.journalMemory", { frames: count(journal.memoryFrames) }));
  for (const [reason, dropped] of drops) {
    lines.push(t("status.journalDropped", { frames: count(dropped), why: sayDrop(reason, t) }));
  }
  if (journal.full) lines.push(t("status.journalFull"));
  if (journal.lostAtOpen > 0) lines.push(t("status.journalLost", { frames: count(journal.lostAtOpen) }));
  if (journal.failing !== undefined) lines.push(t("status.journalFailing", { reason: journal.failing }));
  return lines;
}

/** A reason without words of its own is said by its name. */
function sayDrop(reason: string, t: Translate): string {
  const key = `drop.${reason}`;
  return isTextKey(key) ? t.say({ key, params: {} }) : reason;
}

function clockLine({ clock }: AgentStatus, t: Translate): string {
  if (clock.state === "gps") return t("status.clockGps");
  return t(clock.state === "synchronised" ? "status.clockSynchronised" : "status.clockUnsynchronised");
}

/** The names are those of the JSON: whoever reads one finds it in the other. */
function counterLines({ counters }: AgentStatus, t: Translate): string[] {
  const { count } = makeWords(t);
  return Object.entries(counters).flatMap(([name, counted]) =>
    typeof counted === "number"
      ? [`${name}: ${count(counted)}`]
      : Object.entries(counted).map(([reason, times]) => `${name} (${reason}): ${count(times)}`),
  );
}

/**
 * What `watch` draws: the whole screen as lines, for a size. Pure.
 *
 *   title, cores, journal and rates | what is filtered and paused | frames | downlinks | keys
 *
 * Lines are cut to the screen's width before they are painted, so that a colour never costs a column.
 */
import type { AgentStatus } from "../control/answers.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type Doubt, doubtOf, withReason } from "./downlink-fate.ts";
import { sayDelivery, sayFate } from "./fate.ts";
import { readTypedFilter } from "./frame-filter.ts";
import { frameRow, headRow, MTYPE_WORDS } from "./frame-row.ts";
import type { Paint } from "./paint.ts";
import { perMinute, type WatchedDownlink, type WatchedFrame, type WatchState } from "./watch-state.ts";
import { span, type Words } from "./words.ts";

export const SORTS = ["time", "device", "rssi", "snr"] as const;
export type Sort = (typeof SORTS)[number];

/** What the person has done to the view. */
export interface WatchView {
  readonly sort: Sort;
  /** Words that frames must fit (frame-filter.ts). */
  readonly filter: string;
  /** The filter that is being typed. */
  readonly typing: string | undefined;
  readonly help: boolean;
  /** The frames as they stood when the person paused. */
  readonly paused: readonly WatchedFrame[] | undefined;
  /** Frames scrolled past. */
  readonly offset: number;
}

export const FIRST_VIEW: WatchView = {
  ...{ sort: "time", filter: "", typing: undefined, help: false, paused: undefined, offset: 0 },
};

export interface Scene {
  readonly state: WatchState;
  readonly view: WatchView;
  /** undefined: it has not answered. */
  readonly status: AgentStatus | undefined;
  /** Why the agent is not followed at the moment. */
  readonly gone: string | undefined;
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export interface Page {
  readonly columns: number;
  readonly rows: number;
}

export interface Voice {
  readonly t: Translate;
  readonly words: Words;
  readonly paint: Paint;
}

const TOP_ROWS = 5;
/** Downlinks get so much of the screen, with their heading. */
const DOWNLINKS_SHARE = 0.25;

/** @returns as many lines as the page has rows, or fewer. */
export function drawWatch(scene: Scene, page: Page, voice: Voice): string[] {
  const { t, paint } = voice;
  const top = topLines(scene, page, voice);
  const keys = paint.dim(cut(t("watch.keys"), page.columns));
  if (scene.view.help) return [...top.slice(0, 3), "", ...helpLines(t, page), keys].slice(0, page.rows);
  const room = Math.max(0, page.rows - TOP_ROWS - 1);
  const downlinks = downlinkLines(scene, Math.floor(room * DOWNLINKS_SHARE), page, voice);
  const frames = frameLines(scene, room - downlinks.length, page, voice);
  const filling = Array.from({ length: Math.max(0, room - downlinks.length - frames.length) }, () => "");
  const lines = [...top, ...frames, ...filling, ...downlinks].slice(0, Math.max(0, page.rows - 1));
  return [...lines, keys];
}

/** Frames that fit, in order, the first to be drawn first. */
export function shownFrames({ state, view }: Scene): WatchedFrame[] {
  const fits = readTypedFilter(view.filter);
  const fitting = (view.paused ?? state.frames).filter(({ uplink }) => fits(uplink));
  fitting.reverse();
  const by: Readonly<Record<Sort, ((one: WatchedFrame, other: WatchedFrame) => number) | undefined>> = {
    time: undefined,
    device: (one, other) => (deviceOf(one) < deviceOf(other) ? -1 : deviceOf(one) > deviceOf(other) ? 1 : 0),
    rssi: (one, other) => (other.uplink.rssiDbm ?? -999) - (one.uplink.rssiDbm ?? -999),
    snr: (one, other) => (other.uplink.snrDb ?? -999) - (one.uplink.snrDb ?? -999),
  };
  const order = by[view.sort];
  return order === undefined ? fitting : fitting.sort(order);
}

function deviceOf({ uplink: { header } }: WatchedFrame): string {
  return header?.devAddr ?? header?.devEui ?? "~";
}

// ------------------------------------------------------------------------------------------------- top

function topLines(scene: Scene, page: Page, { t, words, paint }: Voice): string[] {
  const { state, status, gone, wallMs, monotonicMs, view } = scene;
  const { columns } = page;
  const { count } = words;
  const title =
    status === undefined
      ? "edge-agent watch"
      : t("watch.title", {
          version: status.version,
          eui: status.forwarders.map(({ gatewayEui }) => gatewayEui).join(", ") || t("watch.noForwarder"),
          uptime: span(status.uptimeMs),
        });
  const clock = words.time(wallMs);
  const left = cut(title, columns - clock.length - 1);
  const sinceOpened = t("watch.counted", {
    heard: count(state.heard),
    repeated: count(state.repeated),
    refused: count(state.refused),
  });
  const rate = perMinute(state, monotonicMs);
  const counted =
    rate === undefined ? sinceOpened : t("watch.rate", { rate: count(rate), counted: sinceOpened });
  const journal =
    status === undefined
      ? counted
      : t("watch.both", { first: sayBacklog(status, words, t), second: counted });
  const trouble = gone === undefined ? undefined : paint.red(cut(gone, columns));
  return [
    paint.bold(`${left}${" ".repeat(Math.max(1, columns - left.length - clock.length))}${clock}`),
    trouble ?? coreLine(status, columns, words, t, paint),
    cut(journal, columns),
    viewLine(state, view, columns, words, t, paint),
    paint.bold(headRow(t, columns)),
  ];
}

const CORE_STATES = {
  connected: "watch.coreConnected",
  connecting: "watch.coreConnecting",
  waiting: "watch.coreAway",
  stopped: "watch.coreStopped",
} as const satisfies Record<AgentStatus["cores"][number]["state"], TextKey>;

function coreLine(
  status: AgentStatus | undefined,
  columns: number,
  words: Words,
  t: Translate,
  paint: Paint,
): string {
  if (status === undefined) return "";
  const nowMs = status.startedWallMs + status.uptimeMs;
  const said = status.cores.map((core) => {
    const age = span(Math.max(0, nowMs - core.sinceWallMs));
    const trip = core.roundTripMs === undefined ? "" : `, ${words.count(core.roundTripMs)} ms`;
    return `${t(CORE_STATES[core.state], { id: core.id, age })}${core.state === "connected" ? trip : ""}`;
  });
  const line = cut(said.length === 0 ? t("watch.noCore") : said.join("; "), columns);
  return status.cores.every(({ state }) => state === "connected") ? paint.green(line) : paint.yellow(line);
}

function sayBacklog(
  { journal, startedWallMs, uptimeMs }: AgentStatus,
  { count }: Words,
  t: Translate,
): string {
  const waiting = journal.storedFrames + journal.memoryFrames;
  if (waiting === 0) return t("watch.backlogEmpty");
  const { oldestArrivedWallMs } = journal;
  const age = span(Math.max(0, startedWallMs + uptimeMs - (oldestArrivedWallMs ?? startedWallMs + uptimeMs)));
  return t("watch.backlog", { frames: count(waiting), age });
}

function viewLine(
  state: WatchState,
  view: WatchView,
  columns: number,
  { count }: Words,
  t: Translate,
  paint: Paint,
): string {
  if (view.typing !== undefined) return cut(`${t("watch.filter")} ${view.typing}_`, columns);
  const said = [
    ...(view.paused === undefined ? [] : [t("watch.paused")]),
    ...(view.filter === "" ? [] : [`${t("watch.filter")} ${view.filter}`]),
    ...(view.sort === "time" ? [] : [t("watch.sorted", { by: t(SORT_TEXTS[view.sort]) })]),
    ...(state.missed === 0 ? [] : [t("watch.missed", { events: count(state.missed) })]),
  ];
  return paint.yellow(cut(allOf(said, t), columns));
}

function allOf(said: readonly string[], t: Translate): string {
  return said.length === 0 ? "" : said.reduce((first, second) => t("watch.both", { first, second }));
}

const SORT_TEXTS = {
  time: "frames.headTime",
  device: "frames.headDevice",
  rssi: "watch.sortRssi",
  snr: "watch.sortSnr",
} as const satisfies Record<Sort, TextKey>;

// ---------------------------------------------------------------------------------------------- middle

function frameLines(scene: Scene, rows: number, { columns }: Page, { t, words, paint }: Voice): string[] {
  const frames = shownFrames(scene);
  if (frames.length === 0) return [cut(t("watch.nothing"), columns)].slice(0, rows);
  const from = Math.max(0, Math.min(scene.view.offset, frames.length - 1));
  return frames.slice(from, from + rows).map((frame) => {
    const row = frameRow(frame.uplink, fateOf(frame, t), words, columns);
    if (frame.uplink.verdict === "refused") return paint.dim(row);
    if (frame.custody === "givenUp") return paint.red(row);
    return [...frame.cores.values()].some(({ delivery }) => delivery === "taken") ? paint.green(row) : row;
  });
}

/** The last thing that is known, and how often the forwarder said it again. */
function fateOf({ uplink, custody, cores, repeats }: WatchedFrame, t: Translate): string {
  const deliveries = [...cores.values()] as Parameters<typeof sayDelivery>[0][];
  const taken = deliveries.find(({ delivery }) => delivery === "taken");
  const last = taken ?? deliveries.at(-1);
  const again = repeats === 0 ? "" : `+${repeats}`;
  const said = (): string => {
    if (custody === "givenUp") return t("fate.givenUp");
    if (last !== undefined) return sayDelivery(last, t);
    return custody === "held" ? t("fate.onDisk") : sayFate(uplink, t);
  };
  return `${said()}${again}`;
}

function downlinkLines({ state }: Scene, rows: number, { columns }: Page, voice: Voice): string[] {
  if (state.downlinks.length === 0 || rows < 2) return [];
  const { t, paint } = voice;
  const lines = state.downlinks.slice(-(rows - 1)).map((downlink) => {
    const line = cut(sayDownlink(downlink, voice), columns);
    const statuses = downlink.ack?.statuses;
    if (statuses === undefined) return line;
    if (statuses.includes("OK")) return paint.green(line);
    return doubtOf(downlink.ack?.reason) === undefined ? paint.red(line) : paint.yellow(line);
  });
  return [paint.bold(t("watch.downlinks")), ...lines];
}

function sayDownlink({ command, txpk, ack }: WatchedDownlink, { t, words }: Voice): string {
  const [item] = command.items;
  const on = txpk ?? item;
  const header = item?.header;
  const what = [
    words.time(command.wallMs),
    command.coreId,
    header?.devAddr ?? (header === undefined ? "" : MTYPE_WORDS[header.mType]),
    on?.frequencyHz === undefined ? "" : words.fixed(on.frequencyHz / 1e6, 3),
    on?.spreadingFactor === undefined ? "" : `SF${on.spreadingFactor}`,
    on?.powerDbm === undefined ? "" : `${words.figure(on.powerDbm, 0)} dBm`,
    txpk?.inMs === undefined ? "" : t("watch.inMs", { ms: words.count(Math.max(0, txpk.inMs)) }),
  ];
  return `${what.filter(Boolean).join(" ")}: ${sayAck(ack, txpk !== undefined, t)}`;
}

function sayAck(ack: WatchedDownlink["ack"], isSent: boolean, t: Translate): string {
  if (ack === undefined) return t(isSent ? "watch.awaited" : "watch.commanded");
  if (ack.statuses.includes("OK")) return sayStatuses(ack.statuses);
  const doubt = doubtOf(ack.reason);
  if (doubt !== undefined) return t(DOUBT_TEXTS[doubt]);
  return withReason(sayStatuses(ack.statuses), ack.reason);
}

const DOUBT_TEXTS = {
  unanswered: "watch.unanswered",
  unreadable: "watch.unreadable",
} as const satisfies Record<Doubt, TextKey>;

function sayStatuses(statuses: readonly string[]): string {
  return statuses.filter((status) => status !== "IGNORED").join(", ") || "?";
}

// ------------------------------------------------------------------------------------------------ help

function helpLines(t: Translate, { columns }: Page): string[] {
  return t("watch.help")
    .split("\n")
    .map((line) => cut(line, columns));
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

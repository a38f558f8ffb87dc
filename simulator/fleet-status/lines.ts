/** The operator's view as text: one line a gateway, the worst first, then the communes. Pure. */
import { COMMUNE_PROMISE, type CommuneRow, type FleetView } from "./fleet.ts";
import { type GatewayRow, type GatewayState, SERVICE_PROMISE } from "./row.ts";

const STATE_WORDS: Readonly<Record<GatewayState, string>> = {
  off: "off",
  silent: "silent",
  neverReported: "no report",
  maintenance: "maintenance",
  trouble: "trouble",
  undated: "clock wrong",
  ok: "ok",
  planned: "planned",
};
const HEADS = [
  "gateway",
  "name",
  "state",
  "month",
  "gateway",
  "forwarder",
  "core",
  "backlog",
  "told",
  "alarms",
];
const NAME_WIDTH_MAX = 24;

/** @param rowsMax gateways shown; the rest is counted. */
export function fleetLines(view: FleetView, rowsMax = Number.POSITIVE_INFINITY): string[] {
  const { gateways, communes } = view;
  const shown = gateways.slice(0, rowsMax);
  const untold = gateways.length - shown.length;
  return [
    ...table([HEADS, ...shown.map(cellsOf)]),
    ...(untold > 0 ? [`and ${untold} more, none of them worse`] : []),
    ...(communes.length > 0
      ? ["", ...table([["commune", "gateways", "month", ""], ...communes.map(communeCells)])]
      : []),
    "",
    ...summary(view),
  ];
}

/** What stands above is of then. */
export function brokerAwayLine(sinceWallMs: number): string {
  return `The broker is away since ${new Date(sinceWallMs).toISOString().slice(0, 19)}Z; all this is as it was then.`;
}

function cellsOf(row: GatewayRow): string[] {
  const { parts } = row;
  return [
    row.eui,
    (row.name ?? "").slice(0, NAME_WIDTH_MAX),
    STATE_WORDS[row.state],
    `${percent(row.availability)}${row.meetsPromise ? "" : " !"}`,
    percent(parts.gateway),
    percent(parts.forwarder),
    percent(parts.core),
    row.backlogFrames === undefined ? "-" : String(row.backlogFrames),
    row.reportAgeMs === undefined ? "-" : `${span(row.reportAgeMs)} ago`,
    alarmsOf(row),
  ];
}

function alarmsOf({ alarms, forwarderAlive, coresDown }: GatewayRow): string {
  const told = alarms.map(({ id, subject, severity }) =>
    severity === "info" ? undefined : subject === undefined ? id : `${id}(${subject})`,
  );
  const seen = [
    ...(forwarderAlive === false && !told.some((one) => one?.startsWith("forwarderSilent"))
      ? ["forwarder silent"]
      : []),
    ...coresDown.map((id) => `${id} down`),
  ];
  return [...told.filter((one) => one !== undefined), ...seen].join(", ");
}

function communeCells({ commune, gateways, availability, meetsPromise }: CommuneRow): string[] {
  return [
    commune,
    String(gateways),
    percent(availability),
    meetsPromise ? "" : `below ${percent(COMMUNE_PROMISE)}`,
  ];
}

function summary({ gateways, availability, meetsPromise, unreadable }: FleetView): string[] {
  const below = gateways.filter((row) => !row.meetsPromise).length;
  const states = new Map<GatewayState, number>();
  for (const { state } of gateways) states.set(state, (states.get(state) ?? 0) + 1);
  const counted = [...states].map(([state, count]) => `${count} ${STATE_WORDS[state]}`).join(", ");
  return [
    `${gateways.length} gateway${gateways.length === 1 ? "" : "s"}: ${counted || "none has spoken"}.`,
    ...(availability === undefined
      ? []
      : [
          `All together ${percent(availability)} this month, ${percent(SERVICE_PROMISE)} promised: ` +
            `${meetsPromise ? "kept" : "missed"}; ${below} below it by themselves.`,
        ]),
    ...(unreadable > 0 ? [`${unreadable} messages were no report that this version reads.`] : []),
  ];
}

/** Four decimals would be rounded up to a promise that is not kept. */
function percent(ratio: number | undefined): string {
  return ratio === undefined ? "-" : `${(Math.floor(ratio * 1e5 + 1e-6) / 1e3).toFixed(3)} %`;
}

function span(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} d`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd(),
  );
}

/**
 * `edge-agent devices`: the devices that the running agent has heard of late (health/records/devices.ts counts them), one
 * line each: when, how regularly, how well, and what of them was missed.
 */

import { AgentError } from "../errors.ts";
import type { DeviceView } from "../health/records/view.ts";
import type { Translate } from "../text/text.ts";
import { type BenchArguments, type BenchDoors, findAgent, paintOf } from "./bench-doors.ts";
import { type CsvColumn, csvLines } from "./csv.ts";
import { readFilter } from "./frame-filter.ts";
import { readCount } from "./journal-asking.ts";
import type { Paint } from "./paint.ts";
import { cellSpan, makeWords, table, type Words } from "./words.ts";

export interface DevicesArguments extends BenchArguments {
  readonly devAddr?: string | undefined;
  readonly netId?: string | undefined;
  readonly silent: boolean;
  readonly sort: DeviceOrder;
  readonly limit: number | string;
  readonly json: boolean;
  readonly csv: boolean;
}

export type DeviceOrder = "last" | "silent" | "loss" | "margin" | "interval" | "heard" | "device";
type Order = (one: DeviceView, other: DeviceView) => number;

/** The ones to look at come first. What is not known comes last. */
const ORDERS: Readonly<Record<DeviceOrder, Order>> = {
  last: (one, other) => one.lastHeardAgeMs - other.lastHeardAgeMs,
  silent: (one, other) => other.lastHeardAgeMs - one.lastHeardAgeMs,
  loss: (one, other) => lossOf(other) - lossOf(one) || other.lost - one.lost,
  margin: (one, other) => known(one.marginDb) - known(other.marginDb),
  interval: (one, other) => known(intervalOf(one)) - known(intervalOf(other)),
  heard: (one, other) => other.heard - one.heard,
  device: (one, other) => (one.devAddr < other.devAddr ? -1 : 1),
};
/** Below this a frame is lost when the weather changes. */
const MARGIN_POOR_DB = 5;
const LOSS_POOR = 0.1;

/** @throws AgentError USAGE, and as findAgent() */
export async function showDevices(doors: BenchDoors, args: DevicesArguments): Promise<void> {
  const { t, print } = doors;
  if (args.json && args.csv) throw new AgentError("USAGE", t("devices.jsonOrCsv"));
  const { devAddr, netId } = args;
  const fits = readFilter({ devAddr, netId }, t);
  const limit = readCount("--limit", args.limit, t) || Number.POSITIVE_INFINITY;
  const all = await readDevices(doors, args);
  const wanted = all
    .filter((device) => fits({ header: { mType: "unconfirmedUp", devAddr: device.devAddr } }))
    .filter(({ silent }) => silent || !args.silent)
    .sort(ORDERS[args.sort]);
  const shown = wanted.slice(0, limit);
  if (args.json) await print(`${JSON.stringify({ devices: shown, known: all.length })}\n`);
  else if (args.csv) await print(csvLines(CSV, shown).join(""));
  else await print(sayDevices(shown, wanted.length, all.length, t, paintOf(doors)));
}

async function readDevices(doors: BenchDoors, args: BenchArguments): Promise<DeviceView[]> {
  const ask = await findAgent(doors, args);
  const { lines } = await ask({ method: "GET", path: "/devices", body: undefined });
  const devices: DeviceView[] = [];
  try {
    for await (const piece of lines ?? []) {
      for (const line of piece) {
        if (typeof (line as DeviceView).devAddr === "string") devices.push(line as DeviceView);
      }
    }
  } catch (error) {
    throw error instanceof AgentError
      ? new AgentError(error.code, doors.t("bench.agentGone", { reason: error.reason }), error)
      : error;
  }
  return devices;
}

/** Share of the counters that the device used and nobody here heard. */
function lossOf({ lost, expected }: DeviceView): number {
  return expected === 0 ? 0 : lost / expected;
}

function intervalOf({ typicalIntervalMs, meanIntervalMs }: DeviceView): number | undefined {
  return typicalIntervalMs ?? meanIntervalMs;
}

function known(value: number | undefined): number {
  return value ?? Number.POSITIVE_INFINITY;
}

// ------------------------------------------------------------------------------------------- the table

const RIGHT = [false, true, true, true, true, false, true, true, true, true];

function sayDevices(
  shown: readonly DeviceView[],
  fitting: number,
  all: number,
  t: Translate,
  paint: Paint,
): string {
  if (shown.length === 0) return `${t(all === 0 ? "devices.none" : "devices.noneFits")}\n`;
  const words = makeWords(t);
  const heads = [
    t("frames.headDevice"),
    t("devices.headLast"),
    t("devices.headEvery"),
    t("devices.headHeard"),
    t("devices.headLost"),
    "SF",
    "RSSI",
    "SNR",
    t("devices.headMargin"),
    "FCnt",
  ];
  const [head = "", ...lines] = table([heads, ...shown.map((device) => rowOf(device, words, t))], RIGHT);
  const gateways = [...new Set(shown.map(({ gatewayEui }) => gatewayEui))];
  const said = gateways.flatMap((gatewayEui) => [
    ...(gateways.length > 1 ? [t("journal.gateway", { eui: gatewayEui })] : []),
    ...lines
      .filter((_line, at) => shown[at]!.gatewayEui === gatewayEui)
      .map((line, at) => {
        const device = shown.filter((one) => one.gatewayEui === gatewayEui)[at]!;
        return isPoor(device) ? paint.yellow(line) : line;
      }),
  ]);
  const { count } = words;
  const more =
    shown.length < fitting
      ? ["", t("devices.more", { shown: count(shown.length), fitting: count(fitting) })]
      : [];
  return `${[paint.bold(head), ...said, ...more].join("\n")}\n`;
}

function isPoor(device: DeviceView): boolean {
  return device.silent || lossOf(device) > LOSS_POOR || known(device.marginDb) < MARGIN_POOR_DB;
}

function rowOf(device: DeviceView, words: Words, t: Translate): string[] {
  const interval = intervalOf(device);
  const { lastRssiDbm, lastSnrDb, marginDb, spreadingFactor, silent } = device;
  return [
    device.devAddr,
    `${t.say(cellSpan(device.lastHeardAgeMs))}${silent ? " !" : ""}`,
    interval === undefined ? "" : t.say(cellSpan(interval)),
    words.count(device.heard),
    t("devices.percent", { share: words.fixed(lossOf(device) * 100, 1) }),
    spreadingFactor === undefined ? "" : `SF${spreadingFactor}`,
    lastRssiDbm === undefined ? "" : words.figure(lastRssiDbm, 0),
    lastSnrDb === undefined ? "" : words.fixed(lastSnrDb, 1),
    marginDb === undefined ? "" : t("devices.decibels", { margin: words.fixed(marginDb, 1) }),
    String(device.lastFCnt),
  ];
}

// -------------------------------------------------------------------------------------------------- CSV

const CSV: readonly CsvColumn<DeviceView>[] = [
  ["gateway_eui", ({ gatewayEui }) => `0x${gatewayEui}`],
  ["dev_addr", ({ devAddr }) => `0x${devAddr}`],
  ["foreign", ({ foreign }) => foreign],
  ["first_heard_at", ({ firstHeardWallMs }) => utcText(firstHeardWallMs)],
  ["last_heard_at", ({ lastHeardWallMs }) => utcText(lastHeardWallMs)],
  ["heard", ({ heard }) => heard],
  ["expected", ({ expected }) => expected],
  ["lost", ({ lost }) => lost],
  ["repeats", ({ repeats }) => repeats],
  ["restarts", ({ restarts }) => restarts],
  ["last_f_cnt", ({ lastFCnt }) => lastFCnt],
  ["spreading_factor", ({ spreadingFactor }) => spreadingFactor],
  ["last_rssi_dbm", ({ lastRssiDbm }) => lastRssiDbm],
  ["last_snr_db", ({ lastSnrDb }) => lastSnrDb],
  ["margin_db", ({ marginDb }) => marginDb],
  ["mean_interval_ms", ({ meanIntervalMs }) => meanIntervalMs],
  ["typical_interval_ms", ({ typicalIntervalMs }) => typicalIntervalMs],
  ["silent", ({ silent }) => silent],
];

const DATE_MS_MAX = 8.64e15;

function utcText(wallMs: number): string | undefined {
  return Math.abs(wallMs) <= DATE_MS_MAX ? new Date(wallMs).toISOString() : undefined;
}

/** `edge-agent journal list`: one line per device. */
import type { DeskLane } from "../control/journal-desk.ts";
import type { FrameDocument } from "../journal/frame-document.ts";
import type { Now } from "../north/freshness.ts";
import type { Translate } from "../text/text.ts";
import { type JournalArguments, type JournalDoors, withJournal } from "./journal-access.ts";
import { type DeviceArguments, question, readCount, readDevice } from "./journal-asking.ts";
import { type Derived, derive } from "./journal-lines.ts";
import { cellSpan, makeWords, table, type Words } from "./words.ts";

export interface ListArguments extends JournalArguments, DeviceArguments {
  readonly sort: string;
  readonly limit: number | string;
}

interface Listed {
  readonly gatewayEui: string;
  readonly devAddr: string | undefined;
  readonly devEui: string | undefined;
  readonly frames: number;
  readonly byCore: Readonly<Record<string, number>>;
  readonly oldest: End | undefined;
  readonly newest: End | undefined;
}

/** A lane's first or last frame. */
interface End {
  readonly sequence: number;
  readonly heardUtcMs: number | undefined;
  readonly ageMs: number;
  readonly fCnt: number | undefined;
  readonly rssiDbm: number | undefined;
  readonly snrDb: number | undefined;
  readonly spreadingFactor: number | undefined;
}

/** @throws AgentError USAGE, and as withJournal() */
export async function showList(doors: JournalDoors, args: ListArguments): Promise<void> {
  const { t, print } = doors;
  const { sort } = args;
  const limit = readCount("--limit", args.limit, t);
  const path = question("/journal/lanes", { ...readDevice(args, t), sort, limit });
  await withJournal(doors, args, "look", async (access) => {
    let now: Now | undefined;
    let end = { lanes: 0, frames: 0, damaged: 0 };
    const listed: Listed[] = [];
    for await (const piece of access.lines("GET", path)) {
      for (const line of piece) {
        if (line.kind === "head") now = line.now as Now;
        else if (line.kind === "lane") listed.push(readLane(line as unknown as DeskLane, now!));
        else if (line.kind === "end") end = line as unknown as typeof end;
      }
    }
    if (args.json) {
      const { lanes, frames, damaged } = end;
      const { through } = access;
      await print(`${JSON.stringify({ through, devices: lanes, frames, damaged, listed })}\n`);
    } else await print(sayList(listed, end, t));
  });
}

function readLane(lane: DeskLane, now: Now): Listed {
  const [gatewayEui = "", name = ""] = lane.lane.split("/");
  return {
    gatewayEui,
    devAddr: name[0] === "d" ? name.slice(1) : undefined,
    devEui: name[0] === "j" ? name.slice(1) : undefined,
    frames: lane.frames,
    byCore: lane.byCore,
    oldest: readEnd(lane.oldest as FrameDocument | null, now),
    newest: readEnd(lane.newest as FrameDocument | null, now),
  };
}

function readEnd(frame: FrameDocument | null, now: Now): End | undefined {
  if (frame === null) return undefined;
  const derived: Derived = derive(frame, now);
  const { heard, heardUtcMs } = derived;
  const rxpk = heard?.rxpk;
  return {
    sequence: frame.sequence,
    heardUtcMs,
    ageMs: Math.max(0, now.wallMs - (heardUtcMs ?? frame.arrivedWallMs - frame.ageAtArrivalMs)),
    fCnt: heard?.phy?.kind === "data" ? heard.phy.fCnt : undefined,
    rssiDbm: rxpk?.rssiDbm,
    snrDb: rxpk?.snrDb,
    spreadingFactor: rxpk?.modulation.kind === "lora" ? rxpk.modulation.spreadingFactor : undefined,
  };
}

function sayList(listed: readonly Listed[], end: { lanes: number; frames: number }, t: Translate): string {
  if (listed.length === 0) return `${t("journal.listEmpty")}\n`;
  const words = makeWords(t);
  const heads = [
    t("journal.headDevice"),
    t("journal.headFrames"),
    t("journal.headOldest"),
    t("journal.headNewest"),
  ];
  const right = [false, true, true, true, true, true, true, true];
  const gateways = [...new Set(listed.map(({ gatewayEui }) => gatewayEui))];
  const rows = listed.map((one) => rowOf(one, words, t));
  // One table for all gateways, so that their columns stand below each other.
  const [head = "", ...lines] = table([[...heads, "FCnt", "RSSI", "SNR", "SF"], ...rows], right);
  const cores = new Set(listed.flatMap(({ byCore }) => Object.keys(byCore)));
  const said = gateways.flatMap((gatewayEui) => [
    ...(gateways.length > 1 ? [t("journal.gateway", { eui: gatewayEui })] : []),
    ...listed.flatMap((one, at) => {
      if (one.gatewayEui !== gatewayEui) return [];
      return cores.size > 1 ? [lines[at]!, `  ${sayCores(one, words)}`] : [lines[at]!];
    }),
  ]);
  const { count } = words;
  const [shown, lanes, frames] = [count(listed.length), count(end.lanes), count(end.frames)];
  const more = listed.length < end.lanes ? ["", t("journal.listMore", { shown, lanes, frames })] : [];
  return `${[head, ...said, ...more].join("\n")}\n`;
}

function rowOf({ devAddr, devEui, frames, oldest, newest }: Listed, words: Words, t: Translate): string[] {
  const device = devAddr ?? devEui ?? t("journal.notLorawan");
  const first = oldest?.fCnt;
  const last = newest?.fCnt;
  const counters = first === undefined ? "" : first === last ? String(first) : `${first}-${last}`;
  return [
    device,
    words.count(frames),
    oldest === undefined ? "?" : t.say(cellSpan(oldest.ageMs)),
    newest === undefined ? "?" : t.say(cellSpan(newest.ageMs)),
    counters,
    newest?.rssiDbm === undefined ? "" : words.figure(newest.rssiDbm, 0),
    newest?.snrDb === undefined ? "" : words.figure(newest.snrDb, 1),
    newest?.spreadingFactor === undefined ? "" : String(newest.spreadingFactor),
  ];
}

function sayCores({ byCore }: Listed, words: Words): string {
  return Object.entries(byCore)
    .map(([core, frames]) => `${core}: ${words.count(frames)}`)
    .join(", ");
}

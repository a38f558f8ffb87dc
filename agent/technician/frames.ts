/**
 * `edge-agent frames`: what the gateway hears, a line per frame, as it comes; or, with --journal, what still waits there.
 *
 * With --keys the FRMPayload of one's own devices is opened (frame-opener.ts): only then do payloads leave the agent, and
 * they are shown to the one who holds the keys.
 */
import { headerOf, onAirOf, type UplinkEvent } from "../control/feed-events.ts";
import { AgentError } from "../errors.ts";
import type { FrameDocument } from "../journal/frame-document.ts";
import type { Now } from "../north/freshness.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type BenchArguments, type BenchDoors, findAgent, followFeed, paintOf } from "./bench-doors.ts";
import { sayFate } from "./fate.ts";
import { type FilterArguments, type FrameFilter, readFilter } from "./frame-filter.ts";
import { KEYS_OCTETS_MAX, type KeysFault, readKeys } from "./frame-keys.ts";
import { type FrameOpener, type Opened, openFrames } from "./frame-opener.ts";
import { frameRow, headRow } from "./frame-row.ts";
import { withJournal } from "./journal-access.ts";
import { question, readCount } from "./journal-asking.ts";
import { type Derived, type Document, derive, isBrokenDocument } from "./journal-lines.ts";
import { makeWords, type Words } from "./words.ts";

export interface FramesArguments extends BenchArguments, FilterArguments {
  /** undefined: follow the running agent. "": the settings' journal; else its folder. */
  readonly journal?: string | undefined;
  readonly keys?: string | undefined;
  readonly limit: number | string;
  readonly json: boolean;
}

/** Where no terminal says how wide it is, lines are not cut. */
const COLUMNS_MAX = 1_000;
const GROUP_READABLE = 0o077;

/** A frame to be shown, wherever it comes from. */
interface Sighting {
  readonly event: Omit<UplinkEvent, "kind" | "wallMs"> & { readonly wallMs: number | undefined };
  /** Why the line is what it is, besides the frame. */
  readonly fate: string;
  readonly phyPayload: Buffer | undefined;
}

/** Ends when the person has had enough, after --limit frames, or at the journal's end. @throws AgentError */
export async function showFrames(doors: BenchDoors, args: FramesArguments): Promise<void> {
  const { t } = doors;
  const filter = readFilter(args, t);
  const limit = readCount("--limit", args.limit, t) || Number.POSITIVE_INFINITY;
  const opener = args.keys === undefined ? undefined : await openKeys(doors, args.keys);
  const printer = makePrinter(doors, args.json, opener, limit);
  if (args.journal === undefined) await follow(doors, args, filter, printer);
  else await list(doors, args, args.journal, filter, printer);
  if (args.keys !== undefined && printer.isKeyless()) {
    doors.writeError(`${t("frames.keysUnused", { path: args.keys })}\n`);
  }
}

/** @throws AgentError FILE_IO, USAGE; no key and no line of the file is in the message. */
async function openKeys({ look, writeError, t }: BenchDoors, path: string): Promise<FrameOpener> {
  const file = await look(path);
  if (file === undefined) throw new AgentError("FILE_IO", t("frames.noKeys", { path }));
  if (file.content.length > KEYS_OCTETS_MAX) throw new AgentError("USAGE", t("frames.keysTooLong", { path }));
  if ((file.mode & GROUP_READABLE) !== 0) writeError(`${t("frames.keysOpen", { path })}\n`);
  const ring = readKeys(file.content.toString("utf8"));
  if (!ring.ok) throw new AgentError("USAGE", sayKeysFault(path, ring.fault, t));
  writeError(`${t("frames.keysRead", { count: makeWords(t).count(ring.value.size) })}\n`);
  return openFrames(ring.value);
}

const KEYS_FAULTS = {
  notReadable: "frames.keysText",
  badDevAddr: "frames.keysDevAddr",
  badKey: "frames.keysKey",
  noKeys: "frames.keysNone",
} as const satisfies Record<KeysFault["fault"], TextKey>;

function sayKeysFault(path: string, { fault, place }: KeysFault, t: Translate): string {
  const why = t(KEYS_FAULTS[fault]);
  if (place === undefined) return t("frames.keysFile", { path, why });
  const { unit, number } = place;
  return t(unit === "line" ? "frames.keysLine" : "frames.keysTable", { path, number, why });
}

// ---------------------------------------------------------------------------------------------- sources

async function follow(
  doors: BenchDoors,
  args: FramesArguments,
  filter: FrameFilter,
  printer: Printer,
): Promise<void> {
  const { t, writeError } = doors;
  const ask = await findAgent(doors, args);
  for await (const piece of followFeed(doors, ask, { payload: args.keys !== undefined })) {
    for (const line of piece) {
      if (line.kind === "head") await printer.begin();
      else if (line.kind === "dropped")
        writeError(`${t("frames.dropped", { events: makeWords(t).count(line.events) })}\n`);
      else if (line.kind === "uplink" && filter(line)) {
        const { phyPayload, ...event } = line;
        const octets = phyPayload === undefined ? undefined : Buffer.from(phyPayload, "hex");
        await printer.show({ event, fate: sayFate(event, t), phyPayload: octets });
        if (printer.isDone()) return;
      }
    }
  }
}

async function list(
  doors: BenchDoors,
  args: FramesArguments,
  folder: string,
  filter: FrameFilter,
  printer: Printer,
): Promise<void> {
  const journalArgs = { ...args, journal: folder === "" ? undefined : folder };
  await withJournal(await doors.openJournal(), journalArgs, "look", async (access) => {
    let now: Now | undefined;
    await printer.begin();
    for await (const piece of access.lines("GET", question("/journal/frames", {}))) {
      for (const line of piece) {
        if (line.kind === "head") now = line.now as Now;
        if (line.kind !== "frame") continue;
        const document = line.frame as Document;
        const sighting = isBrokenDocument(document)
          ? undefined
          : fromJournal(document, derive(document, now!), doors.t);
        if (sighting === undefined || !filter(sighting.event)) continue;
        await printer.show(sighting);
        if (printer.isDone()) return;
      }
    }
  });
}

/** @returns undefined for a frame that this version cannot read. */
function fromJournal(
  document: FrameDocument,
  { heard, heardUtcMs }: Derived,
  t: Translate,
): Sighting | undefined {
  if (heard === undefined) return undefined;
  const { rxpk, phy } = heard;
  const { rssiDbm, snrDb, channel, tmstUs, crc, delayed } = rxpk;
  const { gatewayEui, sequence, repetition, ageAtArrivalMs: ageMs } = document;
  return {
    event: {
      ...{
        wallMs: heardUtcMs,
        gatewayEui,
        verdict: "kept",
        sequence,
        repetition,
        ageMs,
        delayed,
        tmstUs,
        crc,
      },
      ...onAirOf(rxpk.frequencyHz, rxpk.modulation, rxpk.payload.length),
      airtimeMs: 0,
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
      ...(snrDb === undefined ? {} : { snrDb }),
      ...(channel === undefined ? {} : { channel }),
      ...(phy === undefined ? {} : { header: headerOf(phy) }),
    },
    fate: t("fate.waits"),
    phyPayload: rxpk.payload,
  };
}

// ------------------------------------------------------------------------------------------------ output

interface Printer {
  /** The line of heads, once there is something to wait for. */
  begin(): Promise<void>;
  show(sighting: Sighting): Promise<void>;
  isDone(): boolean;
  /** Frames were shown, and none of them is of a device whose keys are known. */
  isKeyless(): boolean;
}

function makePrinter(
  doors: BenchDoors,
  json: boolean,
  opener: FrameOpener | undefined,
  limit: number,
): Printer {
  const { t, print } = doors;
  const words = makeWords(t);
  const paint = paintOf(doors);
  const columns = (): number => doors.columns() ?? COLUMNS_MAX;
  let shown = 0;
  let opened = 0;
  const openedOf = ({ event, phyPayload }: Sighting): Opened | undefined =>
    opener === undefined || phyPayload === undefined || event.header?.devAddr === undefined
      ? undefined
      : opener(event.header.devAddr, phyPayload);
  return {
    begin: async () => {
      if (!json) await print(`${paint.bold(headRow(t, columns()))}\n`);
    },
    show: async (sighting) => {
      shown += 1;
      const inside = openedOf(sighting);
      if (inside !== undefined) opened += 1;
      if (json) await print(`${JSON.stringify(asJson(sighting, inside))}\n`);
      else {
        const row = frameRow(sighting.event, sighting.fate, words, columns());
        await print(`${sighting.event.verdict === "refused" ? paint.dim(row) : row}\n`);
        if (inside !== undefined) await print(`  ${sayOpened(inside, words, t)}\n`);
      }
    },
    isDone: () => shown >= limit,
    isKeyless: () => shown > 0 && opened === 0,
  };
}

function asJson({ event }: Sighting, opened: Opened | undefined): object {
  if (opened === undefined) return event;
  if (opened.mic === "bad" || opened.mic === "unknown") return { ...event, mic: opened.mic };
  const { mic, fCnt, frmPayload } = opened;
  return { ...event, mic, fCnt32: fCnt, frmPayload: frmPayload?.toString("hex") };
}

function sayOpened(opened: Opened, words: Words, t: Translate): string {
  if (opened.mic === "unknown") return t("frames.micUnknown");
  if (opened.mic === "bad") return t(opened.version === "1.0" ? "frames.micBad" : "frames.micBad11");
  const fCnt = words.count(opened.fCnt);
  const { mic, frmPayload } = opened;
  const said =
    frmPayload === undefined
      ? t("frames.openedEmpty", { fCnt })
      : t("frames.opened", { fCnt, payload: frmPayload.toString("hex") });
  return mic === "half" ? t("frames.micHalf", { said }) : said;
}

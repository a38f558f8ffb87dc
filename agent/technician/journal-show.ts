/** `edge-agent journal show`: everything of single frames. */
import { AgentError, EXIT } from "../errors.ts";
import type { ClockState } from "../frame/frame.ts";
import type { FrameDocument } from "../journal/frame-document.ts";
import { writeDatr } from "../lorawan/modulation.ts";
import type { Phy } from "../lorawan/phy.ts";
import type { Now } from "../north/freshness.ts";
import type { TextKey, Translate } from "../text/text.ts";
import { type JournalArguments, type JournalDoors, withJournal } from "./journal-access.ts";
import { type DeviceArguments, question, readCount, readDevice } from "./journal-asking.ts";
import { type Derived, type Document, derive, isBrokenDocument } from "./journal-lines.ts";
import { makeWords, pairs, type Words } from "./words.ts";

export interface ShowArguments extends JournalArguments, DeviceArguments {
  /** As it was typed. */
  readonly sequence: string | undefined;
  readonly aside: boolean;
  readonly limit: number | string;
}

interface Shown {
  readonly document: Document;
  readonly derived: Derived | undefined;
}

/** The first that a journal gives (option.sequence). */
const SEQUENCE_EXAMPLE = 2 ** 32;

/** Ends with exit code 1 when the frame of that number is not there. @throws AgentError USAGE, and as withJournal() */
export async function showFrames(doors: JournalDoors, args: ShowArguments): Promise<void> {
  const { t, print } = doors;
  const device = readDevice(args, t);
  const sequence = readCount("SEQUENCE", args.sequence, t, SEQUENCE_EXAMPLE);
  const limit = readCount("--limit", args.limit, t) ?? 0;
  const isAsked = sequence !== undefined || device.devAddr !== undefined || device.devEui !== undefined;
  if (!isAsked && !args.aside) throw new AgentError("USAGE", t("journal.showWhat"));
  // One more than is shown tells that there are more.
  const most = limit === 0 ? 0 : limit + 1;
  const path = args.aside
    ? question("/journal/aside", { limit: most })
    : question("/journal/frames", { ...device, sequence, limit: most });
  await withJournal(doors, args, "look", async (access) => {
    const shown: Shown[] = [];
    let now: Now | undefined;
    for await (const piece of access.lines("GET", path)) {
      for (const line of piece) {
        if (line.kind === "head") now = line.now as Now;
        if (line.kind !== "frame") continue;
        const document = line.frame as Document;
        shown.push({ document, derived: isBrokenDocument(document) ? undefined : derive(document, now!) });
      }
    }
    const isMissing = sequence !== undefined && shown.length === 0;
    if (isMissing) doors.setExitCode(EXIT.trouble);
    const isMore = limit > 0 && shown.length > limit;
    if (isMore) shown.pop();
    if (args.json) {
      const frames = shown.map(asJson);
      await print(`${JSON.stringify({ through: access.through, frames, more: isMore })}\n`);
      return;
    }
    const said = shown.map((one) => sayFrame(one, args.aside, t));
    if (isMissing) said.push(`${t("journal.showNoSequence", { sequence })}\n`);
    else if (said.length === 0) said.push(`${t("journal.showNone")}\n`);
    if (isMore) said.push(`${t("journal.showMore", { shown: makeWords(t).count(shown.length) })}\n`);
    await print(said.join("\n"));
  });
}

function asJson({ document, derived }: Shown): object {
  if (derived === undefined) return document;
  const { heard, heardUtcMs, timeSource, uplinkId } = derived;
  const phy = heard?.phy && withHex(heard.phy);
  const rxpk = heard && { ...withHex(heard.rxpk), metadata: Object.fromEntries(heard.rxpk.metadata) };
  return { ...document, heardUtcMs, timeSource, uplinkId, phy, read: rxpk };
}

/** Octets as hex. */
function withHex(object: object): object {
  const entries = Object.entries(object).map(([name, value]) => [
    name,
    Buffer.isBuffer(value) ? value.toString("hex") : value,
  ]);
  return Object.fromEntries(entries);
}

function sayFrame({ document, derived }: Shown, isAside: boolean, t: Translate): string {
  const { sequence } = document;
  if (isBrokenDocument(document)) {
    const size = Buffer.from(document.record, "base64").length;
    const what = t("journal.unreadable", { fault: document.fault, size });
    return `${t("journal.frame", { sequence, what })}\n`;
  }
  const words = makeWords(t);
  const rows: [string, string][] = [
    [t("journal.heard"), sayHeard(derived!, words, t)],
    [t("journal.arrived"), sayArrived(document, words, t)],
    [t("journal.from"), sayFrom(document, t)],
    ...sayRadio(derived!, words, t),
  ];
  const marks = [
    ...(document.delayed ? [t("journal.markDelayed")] : []),
    ...(document.repetition ? [t("journal.markRepetition")] : []),
  ];
  if (marks.length > 0) rows.push([t("journal.marks"), marks.join("; ")]);
  const cores = document.cores.join(", ");
  if (isAside) rows.push([t("journal.aside").toLowerCase(), t("journal.choked", { cores })]);
  else rows.push([t("journal.waits"), cores]);
  if (derived?.uplinkId !== undefined) rows.push(["uplink_id", String(derived.uplinkId)]);
  rows.push(["rxpk", document.rxpk]);
  const what = derived?.heard?.phy === undefined ? t("journal.notLorawan") : sayWhat(derived.heard.phy);
  return [t("journal.frame", { sequence, what }), ...pairs(rows).map((line) => `  ${line}`), ""].join("\n");
}

/** Field terms, as the standards spell them. */
function sayWhat(phy: Phy): string {
  switch (phy.kind) {
    case "data":
      return `${phy.up ? "uplink" : "downlink"}, DevAddr ${phy.devAddr}, FCnt ${phy.fCnt}${phy.fPort === undefined ? "" : `, FPort ${phy.fPort}`}`;
    case "joinRequest":
      return `join-request, DevEUI ${phy.devEui}, JoinEUI ${phy.joinEui}, DevNonce ${phy.devNonce}`;
    case "rejoinRequest":
      return `rejoin-request ${phy.type}, DevEUI ${phy.devEui}, RJcount ${phy.rjCount}`;
    case "joinAccept":
      return "join-accept";
    case "proprietary":
      return "proprietary";
  }
}

function sayHeard({ heardUtcMs, timeSource }: Derived, words: Words, t: Translate): string {
  if (heardUtcMs === undefined) return t("journal.timeUnknown");
  const when = words.moment(heardUtcMs);
  if (timeSource === "gps") return t("journal.byGps", { when });
  return timeSource === "repaired" ? t("journal.repaired", { when }) : t("journal.byClock", { when });
}

const CLOCK_TEXTS = {
  gps: "journal.clockGps",
  synchronised: "journal.clockSynchronised",
  unsynchronised: "journal.clockUnsynchronised",
} as const satisfies Record<ClockState, TextKey>;

function sayArrived(document: FrameDocument, words: Words, t: Translate): string {
  const { arrivedWallMs, clockState, ageAtArrivalMs } = document;
  const clock = t(CLOCK_TEXTS[clockState]);
  const [when, age] = [words.moment(arrivedWallMs), words.count(ageAtArrivalMs)];
  return t("journal.arrivedSaid", { when, clock, age });
}

function sayFrom(
  { gatewayEui, concentratorSession: session, kernelBootId }: FrameDocument,
  t: Translate,
): string {
  return t("journal.fromSaid", { eui: gatewayEui, session, boot: kernelBootId.slice(0, 8) });
}

function sayRadio({ heard }: Derived, words: Words, t: Translate): [string, string][] {
  if (heard === undefined) return [];
  const { rxpk, phy } = heard;
  const { rssiDbm, snrDb } = rxpk;
  const radio = [
    `${words.figure(rxpk.frequencyHz / 1e6, 6)} MHz`,
    String(writeDatr(rxpk.modulation)),
    ...(rssiDbm === undefined ? [] : [`RSSI ${words.figure(rssiDbm, 0)} dBm`]),
    ...(snrDb === undefined ? [] : [`SNR ${words.figure(snrDb, 1)} dB`]),
    `CRC ${rxpk.crc}`,
    `tmst ${rxpk.tmstUs}`,
  ];
  const rows: [string, string][] = [[t("journal.radio"), radio.join(", ")]];
  if (phy?.kind !== "data") return rows;
  const flags = [t(phy.confirmed ? "journal.confirmed" : "journal.unconfirmed")];
  if (phy.adr) flags.push("ADR");
  if (phy.adrAckReq) flags.push("ADRACKReq");
  if (phy.ack) flags.push("ACK");
  if (phy.bit4) flags.push(phy.up ? "ClassB" : "FPending");
  if (phy.fOpts.length > 0) flags.push(`FOpts ${phy.fOpts.toString("hex")}`);
  flags.push(`FRMPayload ${phy.frmPayload.length}`, `MIC ${phy.mic.toString("hex")}`);
  rows.push([t("journal.header"), flags.join(", ")]);
  return rows;
}

/** A row of the table of frames, in words: as it is shown, filtered and exported. */
import type { OnAir, PhyHeader } from "../../control/feed-events.ts";
import { isUplink, type Row, type UplinkRow } from "./seen.ts";
import type { Voice } from "./voice.ts";

export interface FrameWords {
  readonly time: string;
  readonly device: string;
  readonly kind: string;
  readonly fCnt: string;
  readonly datr: string;
  readonly rssi: string;
  readonly snr: string;
  readonly frequency: string;
  readonly size: string;
  readonly state: string;
}

export function frameWords(row: Row, voice: Voice): FrameWords {
  return isUplink(row) ? uplinkWords(row, voice) : otherWords(row, voice);
}

function uplinkWords(row: UplinkRow, voice: Voice): FrameWords {
  const { event } = row;
  const { words } = voice;
  return {
    ...onAirWords(event, voice),
    ...headerWords(event.header),
    time: timeOf(event.wallMs, voice),
    rssi: event.rssiDbm === undefined ? "" : words.figure(event.rssiDbm, 0),
    snr: event.snrDb === undefined ? "" : words.figure(event.snrDb, 1),
    state: stateOf(row, voice),
  };
}

function otherWords({ event }: Exclude<Row, UplinkRow>, voice: Voice): FrameWords {
  const { t } = voice;
  const none = { rssi: "", snr: "", time: timeOf(event.wallMs, voice) };
  switch (event.kind) {
    case "downlink": {
      const [item] = event.items;
      const state = t("page.downFrom", { core: event.coreId });
      return { ...onAirWords(item, voice), ...headerWords(item?.header), ...none, state };
    }
    case "txpk":
      return { ...onAirWords(event, voice), ...headerWords(undefined), ...none, state: t("page.downSent") };
    case "txAck": {
      const state = t("page.downAnswer", { statuses: event.statuses.join(", ") || (event.reason ?? "?") });
      return { ...onAirWords(undefined, voice), ...headerWords(undefined), ...none, state };
    }
  }
}

function timeOf(wallMs: number, { t }: Voice): string {
  return new Date(wallMs).toLocaleTimeString(t.language === "fr" ? "fr-FR" : "en-GB");
}

function onAirWords(onAir: Partial<OnAir> | undefined, { words }: Voice) {
  const { datr, frequencyHz, sizeOctets } = onAir ?? {};
  return {
    datr: datr === undefined ? "" : String(datr),
    frequency: frequencyHz === undefined ? "" : words.figure(frequencyHz / 1e6, 3),
    size: sizeOctets === undefined ? "" : String(sizeOctets),
  };
}

function headerWords(header: PhyHeader | undefined) {
  return {
    device: header?.devAddr ?? header?.devEui ?? "",
    kind: header?.mType ?? "",
    fCnt: header?.fCnt === undefined ? "" : String(header.fCnt),
  };
}

/** What is bad before what is good, then how far it has come. */
function stateOf({ event, custody, cores }: UplinkRow, { t }: Voice): string {
  if (event.verdict === "refused") return t("page.turnedAway", { why: event.reason ?? "?" });
  if (event.verdict === "repeat") return t("page.repeated");
  if (custody === "givenUp") return t("page.givenUp");
  const said = [...cores].map(([core, delivery]) =>
    delivery === "taken" ? t("page.taken", { core }) : t("page.notTaken", { core, why: delivery }),
  );
  if (said.length > 0) return said.join(", ");
  return t(custody === "held" ? "page.held" : "page.kept");
}

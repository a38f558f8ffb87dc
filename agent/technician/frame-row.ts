/** A frame as one line of at most 80 columns, the same for `frames` and `watch`. Pure. */
import type { MType, PhyHeader } from "../control/feed-events.ts";
import type { TextKey, Translate } from "../text/text.ts";
import type { Words } from "./words.ts";

/** What a line shows of a frame. */
export interface RowSight {
  readonly wallMs: number | undefined;
  readonly header?: PhyHeader | undefined;
  readonly rssiDbm?: number | undefined;
  readonly snrDb?: number | undefined;
  readonly spreadingFactor?: number | undefined;
  readonly datr?: string | number;
  readonly frequencyHz: number;
  readonly sizeOctets: number;
}

/** The field's own short words. */
export const MTYPE_WORDS: Readonly<Record<MType, string>> = {
  joinRequest: "join",
  joinAccept: "accept",
  unconfirmedUp: "up",
  unconfirmedDown: "down",
  confirmedUp: "conf",
  confirmedDown: "cdown",
  rejoinRequest: "rejoin",
  proprietary: "prop",
};

/** Width and side of each column; the last, the frame's fate, takes what is left of the line. */
const COLUMNS = [
  [8, "left"],
  [16, "left"],
  [6, "left"],
  [5, "right"],
  [3, "right"],
  [4, "right"],
  [5, "right"],
  [4, "left"],
  [7, "right"],
  [3, "right"],
] as const;

const HEADS: readonly TextKey[] = ["frames.headTime", "frames.headDevice", "frames.headType"];

export function headRow(t: Translate, columns: number): string {
  const heads = [...HEADS.map((key) => t.say({ key, params: {} })), "FCnt", "FP", "RSSI", "SNR", "SF", "MHz"];
  return setRow([...heads, t("frames.headOctets")], t("frames.headFate"), columns);
}

/** @param columns beyond which it is cut. @param fate what became of the frame. */
export function frameRow(sight: RowSight, fate: string, words: Words, columns: number): string {
  const { wallMs, header, rssiDbm, snrDb } = sight;
  return setRow(
    [
      wallMs === undefined ? "?" : words.time(wallMs),
      header?.devAddr ?? header?.devEui ?? "-",
      header === undefined ? "-" : MTYPE_WORDS[header.mType],
      numbered(header?.fCnt ?? header?.devNonce),
      numbered(header?.fPort),
      rssiDbm === undefined ? "" : words.figure(Math.round(rssiDbm), 0),
      snrDb === undefined ? "" : words.fixed(snrDb, 1),
      rateOf(sight),
      words.fixed(sight.frequencyHz / 1e6, 3),
      String(sight.sizeOctets),
    ],
    fate,
    columns,
  );
}

function setRow(cells: readonly string[], fate: string, columns: number): string {
  const set = cells.map((cell, at) => {
    const [width, side] = COLUMNS[at]!;
    return side === "left" ? cell.padEnd(width).slice(0, width) : cell.padStart(width);
  });
  return [...set, fate].join(" ").slice(0, columns).trimEnd();
}

function rateOf({ spreadingFactor, datr }: RowSight): string {
  if (spreadingFactor !== undefined) return `SF${spreadingFactor}`;
  if (datr === undefined) return "";
  return typeof datr === "number" ? "FSK" : "FHSS";
}

function numbered(number: number | undefined): string {
  return number === undefined ? "" : String(number);
}

/** What became of a frame, in a word or two. Pure. */
import type { DeliveredEvent, UplinkEvent } from "../control/feed-events.ts";
import type { Translate } from "../text/text.ts";

/** The longest that fits the last column of 80. */
export const FATE_CHARS = 9;

export function sayFate(
  { verdict, reason, repetition }: Pick<UplinkEvent, "verdict" | "reason" | "repetition">,
  t: Translate,
): string {
  if (verdict === "repeat") return t("fate.repeat");
  if (verdict === "refused") return reason ?? t("fate.refused");
  return repetition ? t("fate.repetition") : t("fate.kept");
}

/** @returns what a core made of it. */
export function sayDelivery(
  { delivery, replay }: Pick<DeliveredEvent, "delivery" | "replay">,
  t: Translate,
): string {
  switch (delivery) {
    case "taken":
      return replay ? t("fate.replayed") : t("fate.taken");
    case "joinExpired":
      return t("fate.expired");
    case "repetition":
      return t("fate.repetition");
    default:
      return t("fate.notTaken");
  }
}

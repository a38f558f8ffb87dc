/** Where the gateway is, by its own receiver: figures, and how far apart its fixes lie. No map: there is no network. */
import { fieldSections } from "../../../technician/field-lines.ts";
import { span } from "../../../technician/words.ts";
import type { ShownStatus } from "../../shown.ts";
import { el, lines, pairsOf, svg } from "../dom.ts";
import type { Fix } from "../seen.ts";
import type { Page, View } from "../view.ts";

/** Of latitude; of longitude times its cosine. IUGG mean radius, 6,371,009 m. */
const METRES_PER_DEGREE = 111_195;
const HALF = 100;
const RING_SHARES = [0.5, 1];

export const position: View = {
  id: "position",
  title: ({ t }) => t("page.position"),
  open: (into, page) => {
    const shown = el("div");
    into.append(shown);
    const update = (): void => {
      const { status } = page.seen;
      if (status !== undefined) shown.replaceChildren(...contentOf(status, page));
    };
    update();
    return { update };
  },
};

function contentOf({ field }: ShownStatus, page: Page): Node[] {
  const { t, words } = page.voice;
  const { gnss } = field;
  if (gnss === undefined) return [el("p", {}, t("page.noGnss"))];
  const [, said] = fieldSections({ gnss }, t)[0]!;
  const { fix, satellites, inView } = gnss;
  if (fix === undefined) return lines(said);
  const unknown = t("page.unknown");
  const { latitudeDeg, longitudeDeg } = fix.position;
  const figures = pairsOf([
    [t("page.latitude"), `${words.figure(latitudeDeg, 6)}°`],
    [t("page.longitude"), `${words.figure(longitudeDeg, 6)}°`],
    [t("page.altitude"), fix.altitudeM === undefined ? unknown : `${words.figure(fix.altitudeM, 0)} m`],
    ["HDOP", fix.hdop === undefined ? unknown : words.figure(fix.hdop, 1)],
    [t("page.satellites"), String(satellites ?? fix.satellites ?? unknown)],
    [t("page.inView"), String(inView ?? unknown)],
    [t("page.fixAge"), t("page.ago", { age: span(fix.ageMs) })],
  ]);
  return [figures, ...pictureOf(page.seen.fixes, page), ...lines(said.slice(0, 1))];
}

function pictureOf(fixes: readonly Fix[], { voice: { t, words } }: Page): Node[] {
  if (fixes.length === 0) return [];
  const centre = {
    latitudeDeg: mean(fixes.map(({ latitudeDeg }) => latitudeDeg)),
    longitudeDeg: mean(fixes.map(({ longitudeDeg }) => longitudeDeg)),
  };
  const shrink = Math.cos((centre.latitudeDeg * Math.PI) / 180);
  const points = fixes.map(({ latitudeDeg, longitudeDeg }) => ({
    eastM: (longitudeDeg - centre.longitudeDeg) * METRES_PER_DEGREE * shrink,
    northM: (latitudeDeg - centre.latitudeDeg) * METRES_PER_DEGREE,
  }));
  const furthestM = Math.max(...points.map(({ eastM, northM }) => Math.hypot(eastM, northM)));
  const ringM = roundRadius(furthestM);
  const said = t("page.spread", { count: words.count(fixes.length), metres: words.figure(furthestM, 1) });
  const scale = (HALF * 0.8) / ringM;
  const dots = points.map(({ eastM, northM }, at) =>
    svg("circle", {
      cx: HALF + eastM * scale,
      cy: HALF - northM * scale,
      r: at === points.length - 1 ? 5 : 2.5,
      fill: at === points.length - 1 ? "#9b0010" : "#003a70",
    }),
  );
  const rings = RING_SHARES.flatMap((share) => {
    const r = HALF * 0.8 * share;
    const words_ = `${words.figure(ringM * share, 1)} m`;
    return [
      svg("circle", { cx: HALF, cy: HALF, r, fill: "none", stroke: "#555" }),
      svg("text", { x: HALF + 3, y: HALF - r - 2, "font-size": 9 }, words_),
    ];
  });
  const axes = svg("path", { d: `M${HALF} 6V194M6 ${HALF}H194`, stroke: "#bbb" });
  const north = svg("text", { x: HALF - 12, y: 14, "font-size": 12, "font-weight": "bold" }, "N");
  const picture = svg(
    "svg",
    { class: "picture", viewBox: "0 0 200 200", role: "img", "aria-label": said },
    axes,
    ...rings,
    ...dots,
    north,
  );
  return [picture, el("p", {}, said)];
}

/** 1, 2 or 5 of a power of ten, that holds them all; a metre at least. */
function roundRadius(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, metres)));
  return [1, 2, 5, 10].map((step) => step * power).find((radius) => radius >= metres) ?? 10 * power;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

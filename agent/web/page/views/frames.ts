/** Live frames: the latest first, with what became of each. */
import { el, replaceKeeping, tableOf } from "../dom.ts";
import { frameWords } from "../frame-words.ts";
import type { View } from "../view.ts";

const SHOWN_MAX = 100;

export const frames: View = {
  id: "frames",
  title: ({ t }) => t("page.frames"),
  open: (into, page) => {
    const { t, words } = page.voice;
    let isPaused = false;
    let shown = "";
    const count = el("p");
    const list = el("div");
    const pause = el("button", { type: "button", onclick: () => turn() }, t("page.pause"));
    const filter = el("input", { id: "filter", type: "search", autocomplete: "off", spellcheck: "false" });
    const label = el("label", { for: "filter" }, t("page.filter"));
    into.append(el("div", { class: "tools" }, el("div", {}, label, filter), pause), count, list);
    filter.addEventListener("input", () => draw());

    function turn(): void {
      isPaused = !isPaused;
      pause.textContent = t(isPaused ? "page.goOn" : "page.pause");
      if (!isPaused) draw();
    }

    function draw(): void {
      const { rows, left } = page.seen;
      const wanted = filter.value.trim().toLowerCase();
      const latest = [...rows]
        .reverse()
        .map((row) => frameWords(row, page.voice))
        .filter(({ device }) => device.includes(wanted))
        .slice(0, SHOWN_MAX);
      const now = JSON.stringify(latest);
      count.textContent =
        rows.length === 0
          ? t("page.framesWait")
          : t("page.framesSeen", { count: words.count(page.seen.count) }) +
            (left === 0 ? "" : ` ${t("page.framesLeft", { left: words.count(left) })}`);
      if (now === shown) return;
      shown = now;
      const table = tableOf(
        t("page.framesLive"),
        [
          { title: t("page.time") },
          { title: t("page.device") },
          { title: "RSSI", figure: true },
          { title: "SNR", figure: true },
          { title: t("page.state") },
          { title: "SF" },
          { title: "FCnt", figure: true },
          { title: t("page.kind") },
          { title: t("page.frequency"), figure: true },
          { title: t("page.size"), figure: true },
        ],
        latest.map((row) => [
          row.time,
          row.device,
          row.rssi,
          row.snr,
          row.state,
          row.datr,
          row.fCnt,
          row.kind,
          row.frequency,
          row.size,
        ]),
        "narrow",
      );
      replaceKeeping(list, [table]);
    }

    draw();
    return {
      update: () => {
        if (!isPaused) draw();
      },
    };
  },
};

/** Who was heard, the latest first. */
import { span } from "../../../technician/words.ts";
import type { ShownDevice, ShownDevices } from "../../shown.ts";
import { get } from "../ask.ts";
import { el, mark, replaceKeeping, tableOf } from "../dom.ts";
import type { Page, View } from "../view.ts";

const ASKED_EVERY_MS = 15_000;

export const devices: View = {
  id: "devices",
  title: ({ t }) => t("page.devices"),
  open: (into, page) => {
    const { t } = page.voice;
    const list = el("div");
    const filter = el("input", { id: "filter", type: "search", autocomplete: "off", spellcheck: "false" });
    into.append(
      el(
        "div",
        { class: "tools" },
        el("div", {}, el("label", { for: "filter" }, t("page.filterDevices")), filter),
      ),
      list,
    );
    filter.addEventListener("input", () => draw());
    const timer = setInterval(() => void ask(), ASKED_EVERY_MS);

    async function ask(): Promise<void> {
      const answer = await get<ShownDevices>("/api/devices");
      if (answer.ok) page.fetched.devices = answer.value;
      draw(answer.ok ? undefined : answer.error);
    }

    function draw(failure?: string): void {
      const { devices: shown } = page.fetched;
      replaceKeeping(list, [
        ...(failure === undefined ? [] : [el("p", {}, t("page.failed", { reason: failure }))]),
        ...(shown === undefined ? [] : contentOf(shown, filter.value.trim().toLowerCase(), page)),
      ]);
    }

    draw();
    void ask();
    return { close: () => clearInterval(timer) };
  },
};

function contentOf({ devices: all, known }: ShownDevices, wanted: string, page: Page): HTMLElement[] {
  const { t, words } = page.voice;
  if (known === 0) return [el("p", {}, t("page.devicesNone"))];
  const rows = all.filter(({ devAddr }) => devAddr.includes(wanted)).map((device) => rowOf(device, page));
  const table = tableOf(
    t("page.devicesCount", { count: words.count(known) }),
    [
      { title: "DevAddr" },
      { title: t("page.lastHeard") },
      { title: t("page.interval"), figure: true },
      { title: t("page.heard"), figure: true },
      { title: t("page.lost"), figure: true },
      { title: "SF", figure: true },
      { title: "RSSI dBm", figure: true },
      { title: "SNR dB", figure: true },
      { title: t("page.margin"), figure: true },
      { title: "FCnt", figure: true },
    ],
    rows,
    "narrow",
  );
  const isCut = all.length < known;
  return isCut ? [table, el("p", {}, t("page.devicesMore", { max: words.count(all.length) }))] : [table];
}

function rowOf(device: ShownDevice, { voice: { t, words } }: Page): (string | Node)[] {
  const { lastHeardAgeMs, heard, expected, lost, typicalIntervalMs, silent } = device;
  const age = t("page.ago", { age: span(lastHeardAgeMs) });
  const percent = lost > 0 && expected > 0 ? ` (${words.figure((100 * lost) / expected, 0)} %)` : "";
  const figure = (value: number | undefined, decimals: number) =>
    value === undefined ? "" : words.figure(value, decimals);
  return [
    device.devAddr,
    silent ? mark("look", `${t("page.silent")}, ${age}`) : age,
    typicalIntervalMs === undefined ? "" : t.say(span(typicalIntervalMs)),
    words.count(heard),
    `${words.count(lost)}${percent}`,
    figure(device.spreadingFactor, 0),
    figure(device.lastRssiDbm, 0),
    figure(device.lastSnrDb, 1),
    figure(device.marginDb, 1),
    String(device.lastFCnt),
  ];
}

/** What the page has shown, as a file. */

import type { HistoryView } from "../../../health/report/history.ts";
import type { TextKey } from "../../../text/text.ts";
import type { ShownDevices, ShownDoctor } from "../../shown.ts";
import { get } from "../ask.ts";
import { flat, type Rows, toCsv } from "../csv.ts";
import { el } from "../dom.ts";
import { save } from "../save.ts";
import { isUplink } from "../seen.ts";
import type { Page, View } from "../view.ts";

interface Sort {
  readonly id: string;
  readonly title: TextKey;
  readonly rows: (page: Page) => Rows;
}

const SORTS: readonly Sort[] = [
  {
    id: "status",
    title: "page.overview",
    rows: ({ seen }) =>
      seen.status === undefined
        ? []
        : Object.entries(flat(seen.status)).map(([name, value]) => ({ name, value })),
  },
  {
    id: "frames",
    title: "page.frames",
    rows: ({ seen }) =>
      seen.rows.map((row) =>
        flat(
          isUplink(row)
            ? { ...row.event, custody: row.custody, cores: Object.fromEntries(row.cores) }
            : row.event,
        ),
      ),
  },
  {
    id: "devices",
    title: "page.devices",
    rows: ({ fetched }) => (fetched.devices?.devices ?? []).map((one) => ({ ...one })),
  },
  {
    id: "history",
    title: "page.history",
    rows: ({ fetched }) => (fetched.history?.samples ?? []).map((one) => ({ ...one })),
  },
  { id: "doctor", title: "page.doctor", rows: doctorRows },
];

export const exporting: View = {
  id: "export",
  title: ({ t }) => t("page.export"),
  open: (into, page) => {
    const { t, words } = page.voice;
    const list = el("div");
    into.append(el("p", {}, t("page.exportWhat")), list);

    function draw(): void {
      list.replaceChildren(
        ...SORTS.map(({ id, title, rows }) => {
          const found = rows(page);
          const count =
            found.length === 0
              ? t("page.exportNothing")
              : t("page.rows", { count: words.count(found.length) });
          const button = (form: "CSV" | "JSON") =>
            el(
              "button",
              { type: "button", disabled: found.length === 0, onclick: () => write(id, form, rows(page)) },
              t("page.exportAs", { what: t.say({ key: title, params: {} }), form }),
            );
          return el(
            "section",
            {},
            el("h2", {}, t.say({ key: title, params: {} })),
            el("p", {}, count),
            el("div", { class: "tools" }, button("CSV"), button("JSON")),
          );
        }),
      );
    }

    draw();
    void fetchAll(page).then(draw);
    return {};
  },
};

function write(id: string, form: "CSV" | "JSON", rows: Rows): void {
  const name = `edge-agent-${id}-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}`;
  if (form === "CSV") save(`${name}.csv`, "text/csv", toCsv(rows));
  else save(`${name}.json`, "application/json", `${JSON.stringify(rows, undefined, 1)}\n`);
}

/** What no view has asked for yet. */
async function fetchAll({ fetched }: Page): Promise<void> {
  const [devices, history, doctor] = await Promise.all([
    get<ShownDevices>("/api/devices"),
    get<HistoryView>("/api/history"),
    get<ShownDoctor>("/api/doctor"),
  ]);
  if (devices.ok) fetched.devices = devices.value;
  if (history.ok) fetched.history = history.value;
  if (doctor.ok) fetched.doctor = doctor.value;
}

function doctorRows({ fetched, voice: { t } }: Page): Rows {
  const { doctor } = fetched;
  if (doctor?.state !== "done") return [];
  return doctor.report.checks.map(({ id, subject, group, verdict, finding, next, evidence }) => ({
    ...{ id, subject, group, verdict, finding: t.say(finding), next: next && t.say(next) },
    ...flat(evidence, "evidence."),
  }));
}

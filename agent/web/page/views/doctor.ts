/** The doctor, by a button. */
import type { DoctorReport, Verdict } from "../../../technician/doctor/report.ts";
import { span } from "../../../technician/words.ts";
import type { ShownDoctor } from "../../shown.ts";
import { get, post } from "../ask.ts";
import { el, mark } from "../dom.ts";
import type { Page, View } from "../view.ts";
import type { Voice } from "../voice.ts";

const ASKED_EVERY_MS = 1_000;

export const doctor: View = {
  id: "doctor",
  title: ({ t }) => t("page.doctor"),
  open: (into, page) => {
    const { t } = page.voice;
    const start = el(
      "button",
      { type: "button", class: "main", onclick: () => void begin() },
      t("page.doctorStart"),
    );
    const state = el("p", { class: "big" });
    const report = el("div");
    into.append(el("p", {}, t("page.doctorWhat")), el("div", { class: "tools" }, start), state, report);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOpen = true;

    async function begin(): Promise<void> {
      if (!(await page.confirm(t("page.doctorSure"), t("page.doctorDo")))) return;
      show(await post<ShownDoctor>("/api/doctor", { confirmed: true }));
    }

    async function look(): Promise<void> {
      show(await get<ShownDoctor>("/api/doctor"));
    }

    function show(answer: Awaited<ReturnType<typeof get<ShownDoctor>>>): void {
      if (!isOpen) return;
      clearTimeout(timer);
      if (!answer.ok) {
        state.textContent = t("page.failed", { reason: answer.error });
        return;
      }
      const before = page.fetched.doctor?.state;
      page.fetched.doctor = answer.value;
      const said = sayState(answer.value, page.voice);
      state.textContent = said;
      start.disabled = answer.value.state === "running";
      report.replaceChildren(...(answer.value.state === "done" ? reportOf(answer.value.report, page) : []));
      if (before === "running" && answer.value.state !== "running") page.announce(said);
      if (answer.value.state === "running") timer = setTimeout(() => void look(), ASKED_EVERY_MS);
    }

    void look();
    return {
      close: () => {
        isOpen = false;
        clearTimeout(timer);
      },
    };
  },
};

function sayState(shown: ShownDoctor, { t }: Voice): string {
  switch (shown.state) {
    case "never":
      return t("page.doctorNever");
    case "running":
      return t("page.doctorRuns");
    case "failed":
      return t("page.failed", { reason: shown.reason });
    case "done": {
      const { firstBroken } = shown.report;
      return firstBroken === undefined ? t("page.doctorWell") : t("page.doctorBroken", { id: firstBroken });
    }
  }
}

/** In the order in which data flows: a list, for a table of sentences is not read on a phone. */
function reportOf(
  { checks, startedWallMs, tookMs }: DoctorReport,
  { voice: { t, words } }: Page,
): HTMLElement[] {
  const verdicts: Readonly<Record<Verdict, () => HTMLElement>> = {
    ok: () => mark("good", t("page.ok")),
    warn: () => mark("look", t("page.warn")),
    fail: () => mark("bad", t("page.fail")),
    unknown: () => mark("none", t("page.cannotKnow")),
    skipped: () => mark("none", t("page.skipped")),
  };
  const items = checks.map(({ id, subject, verdict, finding, next }) =>
    el(
      "li",
      { class: verdict === "fail" ? "trouble" : undefined },
      el(
        "p",
        {},
        verdicts[verdict](),
        " ",
        el("strong", {}, subject === undefined ? id : `${id} (${subject})`),
      ),
      el("p", {}, t.say(finding)),
      next === undefined ? undefined : el("p", {}, el("strong", {}, `${t("page.next")} `), t.say(next)),
    ),
  );
  const when = t("page.doctorAt", { moment: words.moment(startedWallMs), age: span(tookMs) });
  return [el("p", {}, when), el("ol", { class: "checks" }, ...items)];
}

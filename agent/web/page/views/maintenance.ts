/** Announcing maintenance, and ending it: with the doctor all that the page can change, and asked for twice. */
import type { ShownStatus } from "../../shown.ts";
import { post } from "../ask.ts";
import { el } from "../dom.ts";
import type { Page } from "../view.ts";

const MINUTES = [15, 30, 60, 120, 240, 480];
const MINUTES_USUAL = 60;
const REASON_CHARACTERS_MAX = 200;

export function maintenanceForm(page: Page): {
  readonly element: HTMLElement;
  update(status: ShownStatus): void;
} {
  const { t, words } = page.voice;
  const state = el("p");
  const failure = el("p", { role: "alert", class: "bad" });
  const options = MINUTES.map((minutes) =>
    el("option", { value: minutes, selected: minutes === MINUTES_USUAL }, words.count(minutes)),
  );
  const minutes = el("select", { id: "minutes" }, ...options);
  const reason = el("input", { id: "reason", maxlength: REASON_CHARACTERS_MAX, autocomplete: "off" });
  const begin = el("button", { type: "submit" }, t("page.begin"));
  const end = el("button", { type: "button", onclick: () => void ask(0) }, t("page.end"));
  const form = el(
    "form",
    {},
    el("div", {}, el("label", { for: "minutes" }, t("page.minutes")), minutes),
    el("div", {}, el("label", { for: "reason" }, t("page.reason")), reason),
    begin,
    end,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(Number(minutes.value));
  });

  async function ask(asked: number): Promise<void> {
    const sure =
      asked === 0
        ? await page.confirm(t("page.endSure"), t("page.endDo"))
        : await page.confirm(t("page.beginSure", { minutes: asked }), t("page.beginDo"));
    if (!sure) return;
    const answer = await post<{ maintenance: ShownStatus["health"]["maintenance"] | null }>(
      "/api/maintenance",
      {
        confirmed: true,
        minutes: asked,
        reason: reason.value,
      },
    );
    failure.textContent = answer.ok ? "" : t("page.failed", { reason: answer.error });
    if (answer.ok) say(answer.value.maintenance ?? undefined);
  }

  function say(flag: ShownStatus["health"]["maintenance"]): void {
    const said =
      flag === undefined
        ? t("page.maintenanceNone")
        : t("page.maintenanceUntil", { moment: words.moment(flag.untilWallMs), reason: flag.reason || "–" });
    // Unchanged text must not be said again.
    if (state.textContent !== said) state.textContent = said;
    end.hidden = flag === undefined;
  }

  return {
    element: el("section", {}, el("h2", {}, t("page.maintenance")), state, form, failure),
    update: (status) => say(status.health.maintenance),
  };
}

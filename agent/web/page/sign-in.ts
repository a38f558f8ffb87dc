/** The one-time code, asked for where the page is open to a network. */
import { span } from "../../technician/words.ts";
import type { ShownSession } from "../shown.ts";
import { post } from "./ask.ts";
import { el } from "./dom.ts";
import type { Voice } from "./voice.ts";

const CODE_CHARACTERS_MAX = 32;

export function signIn(into: HTMLElement, { t }: Voice, why: string, onIn: () => void): void {
  const said = el("p", { role: "alert", class: "bad" }, why);
  const input = el("input", {
    ...{ id: "code", required: true, maxlength: CODE_CHARACTERS_MAX, size: 12 },
    ...{ autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false" },
  });
  const button = el("button", { type: "submit", class: "main" }, t("page.enter"));
  const form = el("form", {}, el("div", {}, el("label", { for: "code" }, t("page.code")), input), button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void give();
  });
  into.replaceChildren(
    el("h1", { tabindex: -1 }, t("page.signIn")),
    el("p", {}, t("page.signInHow")),
    form,
    said,
  );
  input.focus();

  async function give(): Promise<void> {
    button.disabled = true;
    const answer = await post<ShownSession>("/api/session", { code: input.value });
    button.disabled = false;
    if (answer.ok) return onIn();
    const { status, waitMs = 0, error } = answer;
    if (status === 401) said.textContent = t("page.codeWrong");
    else if (status === 429) said.textContent = t("page.codeWait", { age: span(Math.max(1_000, waitMs)) });
    else said.textContent = status === 0 ? t("page.goneAtOnce") : t("page.failed", { reason: error });
    input.select();
    input.focus();
  }
}

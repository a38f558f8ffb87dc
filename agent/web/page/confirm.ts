/** A question in a dialog: what changes anything is asked for twice. */
import { el } from "./dom.ts";
import type { Voice } from "./voice.ts";

export function confirm({ t }: Voice, question: string, action: string): Promise<boolean> {
  return new Promise((answer) => {
    const text = el("p", { id: "question" }, question);
    const no = el("button", { type: "button", onclick: (): void => dialog.close() }, t("page.cancel"));
    const yes = el(
      "button",
      { type: "button", class: "main", onclick: (): void => dialog.close("yes") },
      action,
    );
    const dialog: HTMLDialogElement = el(
      "dialog",
      { "aria-labelledby": "question" },
      text,
      el("div", { class: "tools" }, no, yes),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    // The first button has the focus: what a hasty Enter does is nothing.
    dialog.showModal();
  });
}

/** Elements of the page, made without markup: what comes from the air is text, whatever it says. */

type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | (() => void)>>;

/**
 * @param attributes as in HTML; true: there, false or undefined: not there; "on…" functions are listeners.
 */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function lines(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => el("p", {}, text));
}

export interface Column {
  readonly title: string;
  /** Figures stand to the right. */
  readonly figure?: boolean;
}

/**
 * A table in a region of its own that scrolls where it is too wide, also by keyboard.
 * @param form narrow: nothing is broken into lines; wordy: only its titles are.
 */
export function tableOf(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (string | Node)[])[],
  form: "plain" | "narrow" | "wordy" = "plain",
): HTMLElement {
  const cell = (column: Column) => (column.figure ? { class: "figure" } : {});
  const head = columns.map((column) => el("th", { scope: "col", ...cell(column) }, column.title));
  const body = rows.map((row) =>
    el("tr", {}, ...row.map((content, at) => el("td", cell(columns[at]!), content))),
  );
  const table = el(
    "table",
    { class: form },
    // Stays in sight where the table is pushed to the side.
    el("caption", {}, el("span", {}, caption)),
    el("thead", {}, el("tr", {}, ...head)),
    el("tbody", {}, ...body),
  );
  return el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": caption }, table);
}

export function pairsOf(pairs: readonly (readonly [string, string])[]): HTMLElement {
  return el("dl", {}, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** Good, to be looked at, bad: by sign and word, colour only beside them. */
export type Grade = "good" | "look" | "bad" | "none";

const SIGNS: Readonly<Record<Grade, string>> = { good: "✔", look: "▲", bad: "✖", none: "–" };

export function mark(grade: Grade, words: string): HTMLElement {
  return el(
    "span",
    { class: `mark ${grade}` },
    el("span", { "aria-hidden": "true" }, `${SIGNS[grade]}\u00a0`),
    words,
  );
}

/**
 * Puts new content in place of the old: whoever has pushed a table to the side, or stands in it by keyboard, stays there.
 * Tables are told apart by their place.
 */
export function replaceKeeping(into: HTMLElement, content: readonly Node[]): void {
  const regions = () => [...into.querySelectorAll<HTMLElement>(".scroll")];
  const before = regions().map((region) => ({
    left: region.scrollLeft,
    isFocused: region === document.activeElement,
  }));
  into.replaceChildren(...content);
  for (const [at, region] of regions().entries()) {
    const { left = 0, isFocused = false } = before[at] ?? {};
    if (left > 0) region.scrollLeft = left;
    if (isFocused) region.focus({ preventScroll: true });
  }
}

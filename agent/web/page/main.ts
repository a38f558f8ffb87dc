/**
 * The local page in the browser: who is in, the frame around the views, and the one stream that feeds them.
 *
 * Everything comes from the agent that sent it, and nothing else is asked. While the agent is gone the page says so and
 * how old what it shows is; when it is back, it goes on.
 */
import { span } from "../../technician/words.ts";
import { LANGUAGES, type Language } from "../../text/text.ts";
import { askSession, post } from "./ask.ts";
import { confirm } from "./confirm.ts";
import { el } from "./dom.ts";
import { firstLanguage, keepLanguage } from "./language.ts";
import { type LiveStream, openLive } from "./live.ts";
import { createSeen } from "./seen.ts";
import { signIn } from "./sign-in.ts";
import type { Fetched, Open, Page, View } from "./view.ts";
import { devices } from "./views/devices.ts";
import { doctor } from "./views/doctor.ts";
import { exporting } from "./views/export.ts";
import { frames } from "./views/frames.ts";
import { history } from "./views/history.ts";
import { overview } from "./views/overview.ts";
import { position } from "./views/position.ts";
import { signal } from "./views/signal.ts";
import { speaking } from "./voice.ts";

const VIEWS: readonly View[] = [overview, frames, signal, history, doctor, devices, position, exporting];
const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", fr: "Français" };
const UPDATED_EVERY_MS = 500;
const AGAIN_AFTER_MS = 2_000;

let voice = speaking(firstLanguage());
let way: "loopback" | "network" = "loopback";
let live: LiveStream | undefined;
let open: Open | undefined;
/** What is shown instead of the views. */
let asksCode: string | undefined;
let isGone = false;
let isFull = false;
let updatedMs = Number.NEGATIVE_INFINITY;
let updating: ReturnType<typeof setTimeout> | undefined;

const seen = createSeen();
const fetched: Fetched = {};
const spoken = el("div", { class: "quiet", "aria-live": "polite" });
const banner = el("p", { class: "banner" });
const title = el("strong");
const link = el("span", { class: "link" });
const main = el("main", { id: "content", tabindex: -1 });
const header = el("header");
const nav = el("nav");
const footer = el("footer");
document.body.append(header, banner, nav, main, footer, spoken);

const page: Page = {
  get voice() {
    return voice;
  },
  seen,
  fetched,
  announce: (text) => {
    spoken.textContent = text;
  },
  confirm: (question, action) => confirm(voice, question, action),
};

function currentView(): View {
  return VIEWS.find(({ id }) => `#${id}` === location.hash) ?? overview;
}

/** Everything but what the view holds, in the language of now. */
function drawFrame(): void {
  const { t } = voice;
  const view = currentView();
  header.replaceChildren(
    el("a", { class: "skip", href: "#content", onclick: () => main.focus() }, t("page.skip")),
    title,
    link,
  );
  nav.setAttribute("aria-label", t("page.views"));
  const entries = VIEWS.map(({ id, title: name }) =>
    el(
      "li",
      {},
      el("a", { href: `#${id}`, "aria-current": id === view.id ? "page" : undefined }, name(voice)),
    ),
  );
  nav.replaceChildren(...(asksCode === undefined ? [el("ul", {}, ...entries)] : []));
  const languages = LANGUAGES.map((language) =>
    el(
      "button",
      {
        type: "button",
        lang: language,
        "aria-pressed": String(language === t.language),
        onclick: () => speak(language),
      },
      LANGUAGE_NAMES[language],
    ),
  );
  const leave = el("button", { type: "button", onclick: () => void signOut() }, t("page.leave"));
  footer.replaceChildren(
    el("div", { class: "tools", role: "group", "aria-label": t("page.language") }, ...languages),
    ...(way === "network" && asksCode === undefined ? [leave] : []),
  );
  drawLink();
}

function drawLink(): void {
  const { t } = voice;
  const { status, statusAtMs } = seen;
  const name = status?.gateway ?? status?.forwarders[0]?.gatewayEui;
  title.textContent = name === undefined ? "edge-agent" : `edge-agent · ${name}`;
  document.title = `${currentView().title(voice)} · edge-agent`;
  link.dataset.state = isGone ? "gone" : "live";
  // What was well a while ago is no news.
  document.body.classList.toggle("gone", isGone);
  link.textContent =
    asksCode !== undefined || isGone ? "" : status === undefined ? t("page.loading") : `● ${t("page.live")}`;
  const age = span(performance.now() - statusAtMs);
  const gone = status === undefined ? t("page.goneAtOnce") : t("page.gone", { age });
  const said = isFull ? t("page.full") : isGone ? gone : "";
  if (banner.textContent !== said) banner.textContent = said;
}

function drawView(takesFocus: boolean): void {
  open?.close?.();
  open = undefined;
  drawFrame();
  if (asksCode !== undefined) {
    signIn(main, voice, asksCode, () => void begin());
    return;
  }
  const view = currentView();
  const heading = el("h1", { tabindex: -1 }, view.title(voice));
  main.replaceChildren(heading);
  open = view.open(main, page);
  if (takesFocus) heading.focus();
}

/** Not oftener than anybody reads. */
function update(): void {
  if (updating !== undefined) return;
  const waitMs = Math.max(0, updatedMs + UPDATED_EVERY_MS - performance.now());
  updating = setTimeout(() => {
    updating = undefined;
    updatedMs = performance.now();
    drawLink();
    open?.update?.();
  }, waitMs);
}

function gone(): void {
  if (!isGone || isFull) page.announce(voice.t("page.goneAtOnce"));
  isGone = true;
  isFull = false;
  drawLink();
}

/** Nothing comes then either: what is shown grows old. */
function full(): void {
  if (!isFull) page.announce(voice.t("page.full"));
  isGone = true;
  isFull = true;
  drawLink();
}

function here(): void {
  if (isGone) page.announce(voice.t("page.back"));
  isGone = false;
  isFull = false;
}

function speak(language: Language): void {
  keepLanguage(language);
  voice = speaking(language);
  drawView(false);
  footer.querySelector<HTMLElement>(`button[lang=${language}]`)?.focus();
}

async function signOut(): Promise<void> {
  await post("/api/session/end", {});
  askCode("");
}

function askCode(why: string): void {
  live?.close();
  live = undefined;
  isGone = false;
  isFull = false;
  asksCode = why;
  drawView(false);
}

async function isIn(): Promise<boolean | undefined> {
  const answer = await askSession();
  return answer.ok ? answer.value.isIn : undefined;
}

async function begin(): Promise<void> {
  const answer = await askSession();
  if (!answer.ok) {
    gone();
    setTimeout(() => void begin(), AGAIN_AFTER_MS);
    return;
  }
  here();
  ({ way } = answer.value);
  if (!answer.value.isIn) return askCode("");
  asksCode = undefined;
  drawView(false);
  live = openLive({
    onStatus: (status) => {
      here();
      seen.takeStatus(status);
      update();
    },
    onFrames: (batch) => {
      here();
      seen.takeFrames(batch);
      update();
    },
    onGone: gone,
    onFull: full,
    onEnd: () => askCode(voice.t("page.sessionOver")),
    isIn,
  });
}

addEventListener("hashchange", () => {
  if (location.hash !== "#content") drawView(true);
});
drawFrame();
void begin();

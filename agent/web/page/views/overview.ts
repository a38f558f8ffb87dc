/** Status at a glance: what is wrong first, then each part of the road, how well it has been up, and maintenance. */
import { fieldSections } from "../../../technician/field-lines.ts";
import { outageLines, sayAvailability, saySubject } from "../../../technician/health-lines.ts";
import { span } from "../../../technician/words.ts";
import { isTextKey } from "../../../text/text.ts";
import type { ShownStatus } from "../../shown.ts";
import { sayAlarm } from "../alarm-words.ts";
import { el, type Grade, lines, mark, replaceKeeping, tableOf } from "../dom.ts";
import type { Page, View } from "../view.ts";
import { maintenanceForm } from "./maintenance.ts";

export const overview: View = {
  id: "overview",
  title: ({ t }) => t("page.overview"),
  open: (into, page) => {
    const summary = el("div");
    const maintenance = maintenanceForm(page);
    into.append(summary, maintenance.element);
    const update = (): void => {
      const { status } = page.seen;
      if (status === undefined) return;
      replaceKeeping(summary, summaryOf(status, page));
      maintenance.update(status);
    };
    update();
    return { update };
  },
};

interface Card {
  readonly title: string;
  readonly grade: Grade;
  readonly texts: readonly string[];
}

function summaryOf(status: ShownStatus, page: Page): HTMLElement[] {
  const { t } = page.voice;
  const cards = [
    ...status.forwarders.map((forwarder) => forwarderCard(forwarder, page)),
    ...(status.forwarders.length === 0 ? [noForwarderCard(page)] : []),
    ...status.cores.map((core) => coreCard(core, status, page)),
    journalCard(status, page),
    clockCard(status, page),
    ...fieldSections(status.field, t)
      .filter(([, texts]) => texts.length > 0)
      .map(([title, texts]): Card => ({ title, grade: "none", texts })),
    ...dutyCycleCards(status, page),
  ];
  return [
    verdict(status, cards, page),
    ...alarmsOf(status, page),
    el("div", { class: "cards" }, ...cards.map(cardOf)),
    ...availabilityOf(status, page),
    ...outagesOf(status, page),
    el("p", {}, t("page.running", { version: status.version, age: span(status.uptimeMs) })),
  ];
}

function verdict(status: ShownStatus, cards: readonly Card[], { voice: { t } }: Page): HTMLElement {
  const { alarms } = status.health;
  const isBad =
    cards.some(({ grade }) => grade === "bad") || alarms.some(({ severity }) => severity === "critical");
  const isDoubtful = cards.some(({ grade }) => grade === "look") || alarms.length > 0;
  const [grade, words]: [Grade, string] = isBad
    ? ["bad", t("page.bigTrouble")]
    : isDoubtful
      ? ["look", t("page.someTrouble")]
      : ["good", t("page.allWell")];
  return el("p", { class: `verdict ${grade}` }, mark(grade, words));
}

function alarmsOf(status: ShownStatus, { voice: { t, words } }: Page): HTMLElement[] {
  const { alarms } = status.health;
  if (alarms.length === 0) return [];
  const severities = {
    critical: () => mark("bad", t("page.critical")),
    warning: () => mark("look", t("page.warning")),
    info: () => mark("none", t("page.info")),
  };
  const items = alarms.map((alarm) => {
    const { what, next } = sayAlarm(alarm, t);
    return el(
      "li",
      { class: alarm.severity === "critical" ? "trouble" : undefined },
      el("p", {}, severities[alarm.severity](), " ", el("strong", {}, what)),
      next === "" ? undefined : el("p", {}, el("strong", {}, `${t("page.next")} `), next),
      el("p", {}, t("page.since", { moment: words.moment(alarm.sinceWallMs) })),
    );
  });
  return [el("h2", {}, t("page.alarms")), el("ul", { class: "checks" }, ...items)];
}

function availabilityOf({ health }: ShownStatus, { voice: { t, words } }: Page): HTMLElement[] {
  const { subjects, isDated } = health.availability;
  if (subjects.length === 0) return [];
  const rows = subjects.map((subject) => [
    saySubject(subject, t),
    sayAvailability(subject.day, words),
    sayAvailability(subject.month, words),
    t.say(span(subject.month.downMs)),
  ]);
  const table = tableOf(
    t("health.availability"),
    [
      { title: t("page.part") },
      { title: t("health.day"), figure: true },
      { title: t("health.month"), figure: true },
      { title: t("health.down"), figure: true },
    ],
    rows,
    "narrow",
  );
  const doubt = isDated ? [] : [el("p", {}, t("health.undated"))];
  return [table, ...doubt];
}

/** The latest first. */
function outagesOf({ health }: ShownStatus, { voice: { t, words } }: Page): HTMLElement[] {
  const said = outageLines(health, t, words).reverse();
  const list =
    said.length === 0
      ? el("p", {}, t("page.outagesNone"))
      : el("ul", { class: "plain" }, ...said.map((text) => el("li", {}, text)));
  return [el("h2", {}, t("health.outages")), list];
}

function cardOf({ title, grade, texts }: Card): HTMLElement {
  const heading = grade === "none" ? title : mark(grade, title);
  return el(
    "section",
    { class: grade === "bad" ? "card trouble" : "card" },
    el("h2", {}, heading),
    ...lines(texts),
  );
}

function noForwarderCard({ voice: { t } }: Page): Card {
  return { title: t("status.forwarders"), grade: "bad", texts: [t("status.noForwarder")] };
}

function forwarderCard(forwarder: ShownStatus["forwarders"][number], { voice }: Page): Card {
  const { t, words } = voice;
  const { gatewayEui, alive, pullDataAgeMs, pushDataAgeMs, rxpk } = forwarder;
  const heardMs = Math.min(
    pullDataAgeMs ?? Number.POSITIVE_INFINITY,
    pushDataAgeMs ?? Number.POSITIVE_INFINITY,
  );
  const age = Number.isFinite(heardMs) ? span(heardMs) : "?";
  const all = rxpk.ok + rxpk.bad + rxpk.none;
  const texts = [t(alive ? "status.forwarderAlive" : "status.forwarderSilent", { eui: gatewayEui, age })];
  if (all > 0) {
    const { ok, bad, none } = rxpk;
    const percent = words.figure((100 * bad) / all, 0);
    texts.push(
      t("page.crc", { ok: words.count(ok), bad: words.count(bad), none: words.count(none), percent }),
    );
  }
  return { title: t("status.forwarders"), grade: alive ? "good" : "bad", texts };
}

function coreCard(core: ShownStatus["cores"][number], status: ShownStatus, { voice }: Page): Card {
  const { t, words } = voice;
  const { id, state, server = "?", sinceWallMs, lastError, courier, alarms, roundTripMs } = core;
  const age = span(Math.max(0, status.nowWallMs - sinceWallMs));
  const fault = `fault.${lastError}`;
  const reason = isTextKey(fault) ? t.say({ key: fault, params: {} }) : (lastError ?? "?");
  const said = {
    connected: () => t("status.coreConnected", { id, server, age }),
    connecting: () => t("status.coreConnecting", { id, server }),
    waiting: () => t("status.coreWaiting", { id, age, reason }),
    stopped: () => t("status.coreStopped", { id }),
  };
  const { carriedLive, replayed, lanesBehind, inFlight } = courier;
  const work = {
    live: words.count(carriedLive),
    replayed: words.count(replayed),
    behind: words.count(lanesBehind),
    inFlight: words.count(inFlight),
  };
  const complaints = alarms.map((code) => {
    const key = `alarm.${code}`;
    return isTextKey(key) ? t.say({ key, params: {} }) : code;
  });
  const grade = state !== "connected" ? "bad" : alarms.length + lanesBehind > 0 ? "look" : "good";
  const roundTrip =
    roundTripMs === undefined ? [] : [t("page.roundTrip", { ms: words.figure(roundTripMs, 0) })];
  return {
    title: t("status.cores"),
    grade,
    texts: [said[state](), ...complaints, t("status.coreWork", work), ...roundTrip],
  };
}

function journalCard({ journal, nowWallMs }: ShownStatus, { voice: { t, words } }: Page): Card {
  const {
    storedFrames,
    storedOctets,
    oldestArrivedWallMs = nowWallMs,
    memoryFrames,
    failing,
    full,
  } = journal;
  const held = {
    frames: words.count(storedFrames),
    size: words.size(storedOctets),
    age: span(Math.max(0, nowWallMs - oldestArrivedWallMs)),
  };
  const texts = [storedFrames === 0 ? t("status.journalEmpty") : t("status.journalHolds", held)];
  if (memoryFrames > 0) texts.push(t("status.journalMemory", { frames: words.count(memoryFrames) }));
  if (full) texts.push(t("status.journalFull"));
  if (failing !== undefined) texts.push(t("status.journalFailing", { reason: failing }));
  const grade = full || failing !== undefined ? "bad" : storedFrames > 0 ? "look" : "good";
  return { title: t("status.journal"), grade, texts };
}

function clockCard({ clock, nowWallMs }: ShownStatus, { voice: { t, words } }: Page): Card {
  const said = {
    gps: () => t("status.clockGps"),
    synchronised: () => t("status.clockSynchronised"),
    unsynchronised: () => t("status.clockUnsynchronised"),
  };
  const grade = clock.state === "unsynchronised" ? "look" : "good";
  return { title: t("status.clock"), grade, texts: [said[clock.state](), words.moment(nowWallMs)] };
}

function dutyCycleCards({ dutyCycle }: ShownStatus, { voice: { t, words } }: Page): Card[] {
  const texts = dutyCycle.flatMap(({ subBands }) =>
    subBands
      .filter(({ airtimeUs, limitUs }) => airtimeUs > 0 && limitUs > 0)
      .map(({ subBand, airtimeUs, limitUs }) =>
        t("page.dutyCycleLine", { subBand, percent: words.figure((100 * airtimeUs) / limitUs, 0) }),
      ),
  );
  return texts.length === 0 ? [] : [{ title: t("page.dutyCycle"), grade: "none", texts }];
}

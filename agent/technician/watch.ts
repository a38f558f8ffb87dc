/**
 * `edge-agent watch`: the gateway live on the whole screen. What was seen: watch-state.ts; what is drawn: watch-view.ts;
 * here are the keys, the feed, and the status that is asked for beside it.
 *
 * An agent that goes away (a restart) is waited for; one that is not there at the start ends the command.
 */
import type { AgentStatus } from "../control/answers.ts";
import { AgentError, isAgentError } from "../errors.ts";
import type { Terminal } from "../ports.ts";
import {
  type Ask,
  type BenchArguments,
  type BenchDoors,
  findAgent,
  followFeed,
  paintOf,
} from "./bench-doors.ts";
import { createWatchState, take, type WatchState } from "./watch-state.ts";
import { drawWatch, FIRST_VIEW, type Scene, SORTS, type WatchView } from "./watch-view.ts";
import { makeWords } from "./words.ts";

/** How often at most the screen is drawn. */
const DRAW_EVERY_MS = 200;
const STATUS_EVERY_MS = 2_000;
const AGAIN_AFTER_MS = 2_000;
/** The clock on the screen moves even when nothing is heard. */
const REDRAW_MS = 1_000;
const FILTER_CHARS_MAX = 60;

/** What has changed since the last drawing, and how it stands. */
interface Watching {
  readonly state: WatchState;
  view: WatchView;
  status: AgentStatus | undefined;
  gone: string | undefined;
  /** The feed has begun: what is heard from now on is shown. Nothing is drawn before. */
  isFollowing: boolean;
  isDirty: boolean;
}

/** @throws AgentError USAGE without a terminal; as findAgent() when no agent runs at the start. */
export async function watch(doors: BenchDoors, args: BenchArguments): Promise<void> {
  const { t } = doors;
  const terminal = doors.openTerminal();
  if (terminal === undefined) throw new AgentError("USAGE", t("watch.noTerminal"));
  const ending = new AbortController();
  const { signal } = ending;
  const end = (): void => ending.abort();
  doors.interrupted.addEventListener("abort", end);
  const own = { ...doors, interrupted: signal };
  const ask = await findAgent(own, args);
  const watching: Watching = {
    ...{
      state: createWatchState(doors.clock.monotonicMs()),
      view: FIRST_VIEW,
      gone: undefined,
      isFollowing: false,
      isDirty: true,
    },
    status: (await ask({ method: "GET", path: "/status", body: undefined })).body as AgentStatus,
  };
  terminal.open({
    onKey: (key) => {
      const next = press(watching.view, key, watching);
      if (next === undefined) end();
      else watching.view = next;
      watching.isDirty = true;
    },
    onResize: () => {
      watching.isDirty = true;
    },
    onEnded: end,
  });
  try {
    await Promise.all([
      follow(own, ask, watching),
      askStatus(own, ask, watching),
      draw(own, terminal, watching),
    ]);
  } finally {
    end();
    terminal.close();
  }
}

// -------------------------------------------------------------------------------------------- the keys

/** @returns undefined: the person wants to leave. */
function press(view: WatchView, key: string, { state }: Pick<Watching, "state">): WatchView | undefined {
  if (key === "interrupt") return undefined;
  if (view.typing !== undefined) return typed(view, view.typing, key);
  if (view.help) return key === "q" ? undefined : { ...view, help: false };
  switch (key) {
    case "q":
      return undefined;
    case "f":
    case "/":
      return { ...view, typing: view.filter };
    case "p":
    case " ":
      return { ...view, paused: view.paused === undefined ? [...state.frames] : undefined, offset: 0 };
    case "s":
      return { ...view, sort: SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length]!, offset: 0 };
    case "h":
    case "?":
      return { ...view, help: true };
    case "escape":
      return { ...view, filter: "", offset: 0 };
    default:
      return { ...view, offset: Math.max(0, view.offset + (STEPS[key] ?? 0)) };
  }
}

const STEPS: Readonly<Record<string, number>> = { up: -1, down: 1, pageUp: -10, pageDown: 10 };

function typed(view: WatchView, text: string, key: string): WatchView {
  if (key === "enter") return { ...view, filter: text.trim(), typing: undefined, offset: 0 };
  if (key === "escape") return { ...view, typing: undefined };
  if (key === "backspace") return { ...view, typing: text.slice(0, -1) };
  return [...key].length === 1 && text.length < FILTER_CHARS_MAX ? { ...view, typing: text + key } : view;
}

// ------------------------------------------------------------------------------------ what goes on meanwhile

async function follow(doors: BenchDoors, ask: Ask, watching: Watching): Promise<void> {
  const { clock, interrupted, t } = doors;
  while (!interrupted.aborted) {
    try {
      for await (const piece of followFeed(doors, ask, { payload: false })) {
        watching.gone = undefined;
        watching.isFollowing = true;
        for (const line of piece) take(watching.state, line, clock.monotonicMs());
        watching.isDirty = true;
      }
    } catch (error) {
      if (!isAgentError(error, "CONTROL_UNREACHABLE")) throw error;
      watching.gone = t("watch.gone");
      watching.isFollowing = true;
      watching.isDirty = true;
    }
    await pause(doors, AGAIN_AFTER_MS);
  }
}

async function askStatus(doors: BenchDoors, ask: Ask, watching: Watching): Promise<void> {
  while (!doors.interrupted.aborted) {
    await pause(doors, STATUS_EVERY_MS);
    if (doors.interrupted.aborted) return;
    const answer = await ask({ method: "GET", path: "/status", body: undefined }).catch((error: unknown) => {
      if (!isAgentError(error)) throw error;
      return undefined;
    });
    if (answer !== undefined) watching.status = answer.body as AgentStatus;
    watching.isDirty = true;
  }
}

async function draw(doors: BenchDoors, terminal: Terminal, watching: Watching): Promise<void> {
  const { clock, interrupted, t } = doors;
  const voice = { t, words: makeWords(t), paint: paintOf(doors) };
  let drawnMs = Number.NEGATIVE_INFINITY;
  while (!interrupted.aborted) {
    const monotonicMs = clock.monotonicMs();
    const isDue = watching.isDirty || monotonicMs - drawnMs >= REDRAW_MS;
    if (watching.isFollowing && isDue) {
      watching.isDirty = false;
      drawnMs = monotonicMs;
      const scene: Scene = { ...watching, wallMs: clock.wallMs(), monotonicMs };
      terminal.draw(drawWatch(scene, terminal, voice));
    }
    await pause(doors, DRAW_EVERY_MS);
  }
}

/** Returns at once when it is to end. */
function pause({ clock, interrupted }: BenchDoors, delayMs: number): Promise<void> {
  return clock.sleep(delayMs, interrupted).catch(() => {});
}

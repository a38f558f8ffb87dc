/**
 * The stream of what happens, kept alive: when it breaks it is opened again, and the page says so meanwhile.
 *
 * A connection may be dead without ending (a phone that slept, a cable pulled): the agent says its status every few
 * seconds, and after SILENCE_MS_MAX of nothing the stream counts as gone.
 */
import type { ShownFrames, ShownStatus } from "../shown.ts";

const SILENCE_MS_MAX = 12_000;
const AGAIN_AFTER_MS = 2_000;
const WATCHED_EVERY_MS = 1_000;

export interface LiveHandlers {
  onStatus(status: ShownStatus): void;
  onFrames(frames: ShownFrames): void;
  /** Nobody answers. Called again each second while it lasts. */
  onGone(): void;
  /** The agent answers, and has no stream for us: others look already. It is tried again. */
  onFull(): void;
  /** The session is over. Nothing is called after it. */
  onEnd(): void;
  /** @returns whether we may look at all; undefined: nobody answers. Asked when the stream could not be opened. */
  isIn(): Promise<boolean | undefined>;
}

export interface LiveStream {
  close(): void;
}

export function openLive(handlers: LiveHandlers): LiveStream {
  let source: EventSource | undefined;
  let heardMs = performance.now();
  let isClosed = false;
  let isAsking = false;
  let hasOpened = false;
  let isFull = false;
  let again: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source?.close();
    source = new EventSource("/api/live");
    hasOpened = false;
    source.addEventListener("open", () => {
      hasOpened = true;
      isFull = false;
    });
    source.addEventListener("status", (event) => {
      heardMs = performance.now();
      handlers.onStatus(JSON.parse(event.data));
    });
    source.addEventListener("frames", (event) => {
      heardMs = performance.now();
      handlers.onFrames(JSON.parse(event.data));
    });
    source.addEventListener("end", () => end());
    source.addEventListener("error", () => void broken());
  }

  /** The browser does not say whether nobody answered or we were refused. */
  async function broken(): Promise<void> {
    source?.close();
    if (!isFull) handlers.onGone();
    if (isAsking || isClosed) return;
    isAsking = true;
    const isIn = await handlers.isIn();
    isAsking = false;
    if (isClosed) return;
    if (isIn === false) return end();
    isFull = isIn === true && !hasOpened;
    if (isFull) handlers.onFull();
    else handlers.onGone();
    clearTimeout(again);
    again = setTimeout(open, AGAIN_AFTER_MS);
  }

  function end(): void {
    close();
    handlers.onEnd();
  }

  function close(): void {
    isClosed = true;
    source?.close();
    clearTimeout(again);
    clearInterval(watch);
  }

  const watch = setInterval(() => {
    if (isFull || performance.now() - heardMs < SILENCE_MS_MAX) return;
    handlers.onGone();
    if (source?.readyState === EventSource.OPEN) void broken();
  }, WATCHED_EVERY_MS);
  open();
  return { close };
}

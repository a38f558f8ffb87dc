/**
 * What the one who watches sees: one live line on a terminal and a line per scene; on anything else, nothing.
 */
export interface ScreenFigures {
  readonly secondsLeft: number;
  readonly meters: number;
  readonly joined: number;
  readonly sent: number;
  readonly delivered: number;
  readonly waiting: number;
}

export interface Screen {
  scene(words: string): void;
  figures(figures: ScreenFigures): void;
  /** The live line goes; what was said stays. */
  close(): void;
}

/** @param stream where it is shown; quiet when it is no terminal. */
export async function openScreen(stream: NodeJS.WriteStream, isWanted: boolean): Promise<Screen> {
  if (!isWanted || stream.isTTY !== true) {
    return { scene: () => undefined, figures: () => undefined, close: () => undefined };
  }
  const { createLogUpdate } = await import("log-update");
  const live = createLogUpdate(stream);
  const startMs = Date.now();
  const clockText = (): string => `${((Date.now() - startMs) / 1_000).toFixed(0).padStart(3)} s`;
  return {
    scene: (words) => {
      live.clear();
      stream.write(`${clockText()}  ${words}\n`);
    },
    figures: ({ secondsLeft, meters, joined, sent, delivered, waiting }) =>
      live(
        `${clockText()}  ${joined}/${meters} joined · ${sent} uplinks sent · ${delivered} delivered · ` +
          `${waiting} waiting in the agents · ${Math.max(0, Math.ceil(secondsLeft))} s left`,
      ),
    close: () => live.clear(),
  };
}

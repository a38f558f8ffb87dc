/**
 * What the one who watches sees: a line per scene, and on a terminal a live line below them.
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

/** @param stream where it is shown. @param isWanted false: nothing is. */
export async function openScreen(stream: NodeJS.WriteStream, isWanted: boolean): Promise<Screen> {
  const live = isWanted && stream.isTTY === true ? await openLive(stream) : undefined;
  const startMs = Date.now();
  const clockText = (): string => `${((Date.now() - startMs) / 1_000).toFixed(0).padStart(3)} s`;
  return {
    scene: (words) => {
      live?.clear();
      if (isWanted) stream.write(`${clockText()}  ${words}\n`);
    },
    figures: ({ secondsLeft, meters, joined, sent, delivered, waiting }) =>
      live?.(
        `${clockText()}  ${joined}/${meters} joined · ${sent} uplinks sent · ${delivered} delivered · ` +
          `${waiting} waiting in the agents · ${Math.max(0, Math.ceil(secondsLeft))} s left`,
      ),
    close: () => live?.clear(),
  };
}

async function openLive(stream: NodeJS.WriteStream) {
  const { createLogUpdate } = await import("log-update");
  return createLogUpdate(stream);
}

/** Figures that a simulated kernel shows in the world's files. The mirror of agent/host/gauges.ts. */
import type { Gauges } from "../../agent/ports.ts";
import type { WorldFiles } from "./files.ts";

const CHARACTERS_MAX = 64;

export function openWorldGauges(files: WorldFiles): Gauges {
  const textOf = async (path: string): Promise<string | undefined> => {
    const content = await files.read(path).catch(() => undefined);
    return content?.toString("latin1").slice(0, CHARACTERS_MAX);
  };
  return {
    open: async (path) =>
      (await textOf(path)) === undefined
        ? undefined
        : { read: () => textOf(path), close: async () => undefined },
  };
}

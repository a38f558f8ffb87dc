/**
 * A box's own files, as far as agents look at them: a view of the world's files (files.ts). The mirror of
 * agent/host/box.ts. Nothing else runs on it, and nobody else is at work.
 */
import type { Box } from "../../agent/ports.ts";
import type { WorldFiles } from "./files.ts";

export type WorldBox = Pick<Box, "names" | "read" | "processes" | "claim">;

export function openWorldBox(files: WorldFiles): WorldBox {
  return {
    names: async (folder) => files.names(folder),
    read: (path) => files.read(path),
    processes: async () => [],
    claim: async () => ({ ok: true, release: async () => undefined }),
  };
}

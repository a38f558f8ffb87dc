/** The Files port over a map. */
import { AgentError } from "../../../agent/errors.ts";
import type { Files } from "../../../agent/ports.ts";

export interface MemoryFiles extends Files {
  readonly contents: Map<string, Buffer>;
  /** From now on every read and write fails. */
  break(): void;
}

export function memoryFiles(initial: Readonly<Record<string, string | Buffer>>): MemoryFiles {
  const contents = new Map(
    Object.entries(initial).map(([path, content]) => [path, Buffer.from(content as string)]),
  );
  let broken = false;
  const guard = (): void => {
    if (broken) throw new AgentError("FILE_IO", "broken", new Error("EIO: disk gone"));
  };
  return {
    contents,
    break: () => {
      broken = true;
    },
    read: async (path) => {
      guard();
      return contents.get(path);
    },
    stamp: async (path) => contents.get(path)?.toString("hex"),
    replace: async (path, content) => {
      guard();
      contents.set(path, Buffer.from(content));
    },
    remove: async (path) => {
      contents.delete(path);
    },
    space: async () => ({ freeOctets: 1024 ** 3, totalOctets: 2 * 1024 ** 3 }),
    allocate: async (path, octets) => {
      guard();
      contents.set(path, Buffer.alloc(octets));
    },
  };
}

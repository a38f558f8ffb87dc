/**
 * Files that grow line by line, in memory, on a disk that refuses when it is told to. The mirror of
 * agent/host/line-files.ts.
 */
import { AgentError } from "../../agent/errors.ts";
import type { LineFiles } from "../../agent/ports.ts";

export class WorldLineFiles implements LineFiles {
  readonly #files = new Map<string, string>();
  /** true: everything fails. */
  refuses = false;
  /** true: nothing is answered any more. */
  hangs = false;
  /** How often it was written. */
  appends = 0;

  async append(path: string, lines: string, octetsMax: number): Promise<void> {
    if (this.hangs) await new Promise<never>(() => undefined);
    if (this.refuses) throw new AgentError("FILE_IO", `${path}: refused`);
    this.appends += 1;
    const before = this.text(path);
    const isFull = before !== "" && Buffer.byteLength(before + lines) > octetsMax;
    if (isFull) this.#files.set(`${path}.1`, before);
    this.#files.set(path, isFull ? lines : before + lines);
  }

  /** "" when there is no such file. */
  text(path: string): string {
    return this.#files.get(path) ?? "";
  }
}

/**
 * Files in memory, on a disk that refuses when it is told to. The mirror of agent/host/files.ts.
 *
 * A replaced file survives a power cut, as the port promises.
 */
import { AgentError } from "../../agent/errors.ts";
import type { DiskSpace, Files } from "../../agent/ports.ts";

interface WorldFile {
  readonly content: Buffer;
  readonly version: number;
}

export class WorldFiles implements Files {
  readonly #files = new Map<string, WorldFile>();
  #versions = 0;
  /** true: everything fails. */
  refuses = false;

  constructor(initial: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(initial)) this.put(path, content);
  }

  /** Somebody else writes it, whatever the disk says. */
  put(path: string, content: string | Uint8Array): void {
    this.#versions += 1;
    this.#files.set(path, { content: Buffer.from(content as Uint8Array), version: this.#versions });
  }

  /** Somebody else removes it. */
  take(path: string): void {
    this.#files.delete(path);
  }

  /** What lies in a folder, or in a folder of it. */
  names(folder: string): readonly string[] {
    const within = [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return [...new Set(within.map((path) => path.slice(folder.length + 1).split("/", 1)[0]!))];
  }

  async read(path: string): Promise<Buffer | undefined> {
    this.#check(path);
    const file = this.#files.get(path);
    return file && Buffer.from(file.content);
  }

  async stamp(path: string): Promise<string | undefined> {
    this.#check(path);
    return this.#files.get(path)?.version.toString();
  }

  async replace(path: string, content: Uint8Array): Promise<void> {
    this.#check(path);
    this.put(path, content);
  }

  async remove(path: string): Promise<void> {
    this.#check(path);
    this.take(path);
  }

  /** What the disk has left beside what lies here already. */
  freeOctets = 1024 ** 3;

  async space(path: string): Promise<DiskSpace> {
    this.#check(path);
    return { freeOctets: this.freeOctets, totalOctets: 2 * 1024 ** 3 };
  }

  async allocate(path: string, octets: number): Promise<void> {
    this.#check(path);
    if (this.#files.get(path)?.content.length === octets) return;
    if (octets > this.freeOctets) throw new AgentError("FILE_IO", `${path}: no room`);
    this.#versions += 1;
    this.#files.set(path, { content: nothing(octets), version: this.#versions });
  }

  #check(path: string): void {
    if (this.refuses) throw new AgentError("FILE_IO", `${path}: refused`);
  }
}

/** Shared: what is allocated is never written to, and a fleet of gateways has a ballast each. */
const NOTHINGS = new Map<number, Buffer>();
function nothing(octets: number): Buffer {
  const known = NOTHINGS.get(octets) ?? Buffer.alloc(octets);
  NOTHINGS.set(octets, known);
  return known;
}

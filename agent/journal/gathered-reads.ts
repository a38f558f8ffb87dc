/**
 * Gathered reads: records that are wanted at the same time are got together. Each crossing to a thread and back costs more
 * than the read itself, and in a drain hundreds of lanes ask at once, for records that lie side by side.
 *
 * One group is on its way at a time; who asks meanwhile makes up the next one. What a record that cannot be read
 * means is its reader's affair (reader.ts), who is asked for each by itself where a group fails.
 */
import { recordKey } from "./keys.ts";
import type { Writer } from "./writer.ts";

export const GROUP_MAX = 32;

export type Gathered = Buffer | "missing" | "unreadable";

export interface GatheredReads {
  /**
   * @returns undefined when the journal is closed
   * @throws AgentError as Writer.read
   */
  get(sequence: number): Promise<Gathered | undefined>;
}

export interface GatheredReadsParts {
  readonly read: Writer["read"];
  /** As get(), at once. */
  readAlone(sequence: number): Promise<Gathered | undefined>;
}

interface Asked {
  readonly sequence: number;
  resolve(found: Gathered | undefined): void;
  reject(error: unknown): void;
}

export function makeGatheredReads({ read, readAlone }: GatheredReadsParts): GatheredReads {
  let waiting: Asked[] = [];
  let isUnderWay = false;

  async function goOn(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, GROUP_MAX);
      waiting = waiting.slice(GROUP_MAX);
      if (group.length === 1 || !(await readTogether(group))) await readOneByOne(group);
    }
    isUnderWay = false;
  }

  /** @returns false when one of them cannot be read. */
  async function readTogether(group: readonly Asked[]): Promise<boolean> {
    try {
      const keys = group.map(({ sequence }) => recordKey(sequence));
      const found = await read((store) => store.getMany(keys).catch(() => "failed" as const));
      if (found === "failed") return false;
      for (const [at, asked] of group.entries()) asked.resolve(found && (found[at] ?? "missing"));
    } catch (error) {
      for (const asked of group) asked.reject(error);
    }
    return true;
  }

  async function readOneByOne(group: readonly Asked[]): Promise<void> {
    for (const asked of group) await readAlone(asked.sequence).then(asked.resolve, asked.reject);
  }

  return {
    get: (sequence) =>
      new Promise((resolve, reject) => {
        waiting.push({ sequence, resolve, reject });
        if (isUnderWay) return;
        isUnderWay = true;
        // Whoever asks in the same turn comes along.
        queueMicrotask(() => void goOn());
      }),
  };
}

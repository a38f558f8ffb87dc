/**
 * The opener: the store opened for the first time in this run, or again, for writer.ts. What it finds: opening.ts; what it
 * puts right: recovery.ts.
 *
 * A disk that refuses at the start, or does not answer, stops nobody: frames are then numbered provisionally, far beyond
 * what any store knows, and wait in memory. When the store opens at last, they get their place behind what it holds, and
 * whoever has a number of then is understood (settled()).
 */
import { AgentError, isAgentError, LOCKED_BY_US } from "../errors.ts";
import type { KeyValueStore, KeyValueStores } from "../ports.ts";
import { type Books, enterOpened } from "./books.ts";
import { type Claims, makeClaims } from "./claims.ts";
import { firstSequence, PROVISIONAL_FIRST } from "./identity.ts";
import type { Memory } from "./memory.ts";
import { type Opened, type OpeningOptions, openJournalStore, openStore } from "./opening.ts";
import { recover } from "./recovery.ts";
import { makeShelves, type Shelves } from "./shelves.ts";

export interface StoreOpener {
  /**
   * @param onStep called whenever the disk has done something of it: an audit of a million records may take minutes.
   * @throws AgentError STORE_LOCKED, STORE_NEWER, STORE_REPLACED (left untouched); STORE_IO, STORE_FULL, STORE_DAMAGED
   */
  open(repair: boolean, onStep: () => void): Promise<KeyValueStore>;
  /** The number of the next frame. */
  nextSequence(): number;
  /** What a number stands for, also one that was given before the store was open. */
  settled(sequence: number): number;
  /** Whether a frame of this number can have been kept. */
  wasGiven(sequence: number): boolean;
}

export interface StoreOpenerParts extends OpeningOptions {
  readonly books: Books;
  readonly claims: Claims;
  readonly memory: Memory;
  readonly shelves: Shelves;
  /** The store has been opened for the first time. What it held is on the shelves. */
  onFirst(opened: Opened): Promise<void>;
  /** Another store lies where ours was. */
  onReplaced(error: AgentError): void;
}

export function makeStoreOpener(parts: StoreOpenerParts): StoreOpener {
  const { books, claims, memory, shelves, directory } = parts;
  let onStep = (): void => {};
  const stores = stepping(parts.stores, () => onStep());
  const provisional = makeClaims(claims.table);
  let next = PROVISIONAL_FIRST;
  let shift = 0;

  const settled = (sequence: number): number => (sequence >= PROVISIONAL_FIRST ? sequence + shift : sequence);

  async function openFirst(): Promise<KeyValueStore> {
    const found = makeShelves();
    const opened = await openJournalStore({ ...parts, stores }, found);
    shift = firstSequence(opened.openCount) - PROVISIONAL_FIRST;
    next += shift;
    claims.adopt(opened.identity.cores);
    const renamed = (mask: number): number => claims.of(provisional.names(mask));
    memory.renumber((held) => ({
      ...held,
      frame: { ...held.frame, sequence: settled(held.frame.sequence) },
      claims: renamed(held.claims),
      aside: renamed(held.aside),
    }));
    shelves.adopt(found);
    enterOpened(books, opened);
    await parts.onFirst(opened);
    return opened.store;
  }

  async function openAgain(repair: boolean): Promise<KeyValueStore> {
    const reopen = async (repairFirst: boolean) => {
      if (!repairFirst) return openStore({ ...parts, stores }, undefined, false);
      await stores.repair(directory);
      return { store: await stores.open(directory), repaired: true };
    };
    try {
      return await recover({ ...parts, reopen }, books.identity!, repair);
    } catch (error) {
      if (isAgentError(error, "STORE_REPLACED")) parts.onReplaced(error);
      throw isAgentError(error, "STORE_LOCKED") ? heldBy(error, directory) : error;
    }
  }

  return {
    open: (repair, onOpeningStep) => {
      onStep = onOpeningStep;
      return books.identity === undefined ? openFirst() : openAgain(repair);
    },
    nextSequence: () => next++,
    settled,
    wasGiven: (sequence) => sequence < next,
  };
}

/** The holder's file names ourselves, whoever has the lock meanwhile: only the lock can tell. */
function heldBy(error: AgentError, directory: string): AgentError {
  const { reason } = isAgentError(error.cause) ? error.cause : error;
  if (reason === LOCKED_BY_US)
    return new AgentError(error.code, `${directory}: its last closing has not ended`, error, reason);
  const by = /^process \d+$/.test(reason) ? reason : "another process";
  return new AgentError(error.code, `the journal ${directory} is held by ${by}`, error, by);
}

/** The same stores; of each step that is asked for it is told, for then the one before has been answered. */
function stepping(stores: KeyValueStores, onStep: () => void): KeyValueStores {
  const told =
    <Words extends unknown[], Answer>(ask: (...words: Words) => Answer) =>
    (...words: Words): Answer => {
      onStep();
      return ask(...words);
    };
  return {
    repair: told(stores.repair.bind(stores)),
    open: async (directory, options) => {
      onStep();
      const store = await stores.open(directory, { thorough: options?.thorough ?? false, onStep });
      const { batch, get, entries, keys } = store;
      return { ...store, batch: told(batch), get: told(get), entries: told(entries), keys: told(keys) };
    },
  };
}

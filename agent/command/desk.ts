/**
 * The desk at which commands of cores are taken, judged, handed on and answered.
 *
 * The promise. A command is obeyed at most once, while it is good, when its core may ask for it; whatever is refused does
 * nothing. Each, obeyed or refused, stands in the audit log, and is answered where its id could be read and somebody would
 * hear it. What changes something is noted, on disk, before it is done.
 *
 *   tooMany        more than BUDGET_MAX at once, or than one in BUDGET_EVERY_MS after that
 *   retained       it lay there for whoever comes: meant for another time
 *   tooLarge, malformed, unknown, notAllowed
 *   expired, issuedInFuture, otherBoot, clockUnknown      lifetime.ts
 *   replayed       seen.ts
 *   busy           RUNNING_MAX are at work
 *
 * Frames do not wait for it: it is held to a few commands a minute, works between them, and what it says goes north when
 * nothing else waits (north/flight.ts).
 */
import { isAgentError } from "../errors.ts";
import type { Counters } from "../health/counters.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Delivery, OwnCommand, OwnMessage } from "../north/core.ts";
import type { Clock } from "../ports.ts";
import { type ArgumentsOf, readArguments, type Shape } from "./arguments.ts";
import type { Audit, AuditEntry } from "./audit.ts";
import { createBudget } from "./budget.ts";
import { COMMANDS, type CommandName, isCommandName, rightFor } from "./catalogue.ts";
import { type Envelope, readEnvelope } from "./envelope.ts";
import type { Asked, Done, Handlers } from "./handlers.ts";
import { lifetimeFault, type Now } from "./lifetime.ts";
import { failed, type Outcome, REPLY_LIFE_MS, type Reply, refused, writeReply } from "./reply.ts";
import { rememberSeen } from "./seen.ts";
import { REPLY_LEAVES_MS } from "./settings-change.ts";

/** Commands at once, and then one every so often: an operator's script, not a flood. */
export const BUDGET_MAX = 10;
export const BUDGET_EVERY_MS = 6_000;
/** Of those beyond it, so many are still read to be answered. */
const REFUSALS_MAX = 5;
const REFUSALS_EVERY_MS = 60_000;
export const RUNNING_MAX = 2;
const NAME_CHARACTERS_MAX = 32;

export type Allowed = "none" | "read" | "change";

export interface DeskParts {
  readonly clock: Pick<Clock, "after">;
  readonly now: () => Now;
  readonly notes: JournalNotes;
  readonly counters: Pick<Counters, "count">;
  readonly audit: Audit;
  readonly handlers: Handlers;
  /** What this core may. */
  readonly allowed: (coreId: string) => Allowed;
  readonly publish: (coreId: string, gatewayEui: string, message: OwnMessage) => Promise<Delivery>;
}

export interface CommandDesk {
  /** Resolves when it is done with, however that was. Never rejects but for a bug. */
  hear(command: OwnCommand): Promise<void>;
}

interface Judged {
  readonly name: CommandName;
  readonly envelope: Envelope;
  readonly given: ArgumentsOf<Shape>;
  readonly right: "read" | "change";
}

interface Refusal {
  readonly reason: string;
  readonly id?: string | undefined;
  readonly detail?: string | undefined;
}

export function createCommandDesk(parts: DeskParts): CommandDesk {
  const { audit, counters } = parts;
  const seen = rememberSeen(parts.notes);
  const budget = createBudget(BUDGET_MAX, BUDGET_EVERY_MS);
  const refusals = createBudget(REFUSALS_MAX, REFUSALS_EVERY_MS);
  let running = 0;

  /** @returns what is to be done, or why nothing is. */
  function judge(command: OwnCommand, now: Now): Judged | Refusal {
    const read = readEnvelope(command.payload);
    const id = read.ok ? read.value.id : read.fault.id;
    const refuse = (reason: string, detail?: string): Refusal => ({ reason, id, detail });
    if (command.retained) return refuse("retained");
    if (!read.ok) return refuse(read.fault.reason, read.fault.field);
    const allowed = parts.allowed(command.coreId);
    if (allowed === "none") return refuse("notAllowed");
    const { name } = command;
    if (!isCommandName(name)) return refuse("unknown");
    const given = readArguments(COMMANDS[name].arguments as Shape, read.value.arguments);
    if (!given.ok) return refuse("malformed", given.fault);
    const right = rightFor(name, given.value as never);
    if (right === "change" && allowed !== "change") return refuse("notAllowed");
    const fault = lifetimeFault(read.value, command, right, now);
    if (fault !== undefined) return refuse(fault);
    const key = `${command.coreId}/${command.gatewayEui}/${read.value.id}`;
    if (seen.has(key)) return refuse("replayed");
    if (running >= RUNNING_MAX) return refuse("busy");
    if (!seen.remember(key, read.value, right, now)) return refuse("tooMany");
    return { name, envelope: read.value, given: given.value, right };
  }

  async function hear(command: OwnCommand): Promise<void> {
    const now = parts.now();
    if (!budget.take(now.monotonicMs)) {
      counters.count("commandRefused", "tooMany");
      if (!refusals.take(now.monotonicMs)) return;
      const read = command.payload.length > 1_024 ? undefined : readEnvelope(command.payload);
      return refuse(command, { reason: "tooMany", id: read?.ok ? read.value.id : undefined });
    }
    const judged = judge(command, now);
    if ("reason" in judged) {
      counters.count("commandRefused", judged.reason);
      return refuse(command, judged);
    }
    running += 1;
    try {
      await obey(command, judged);
    } finally {
      running -= 1;
    }
  }

  /** Who left a retained message does not listen. */
  async function refuse(command: OwnCommand, { reason, id, detail }: Refusal): Promise<void> {
    audit.note(entryOf(command, id, "refused", reason));
    if (id !== undefined) await reply(command, { id, command: nameOf(command), ...refused(reason, detail) });
  }

  async function obey(command: OwnCommand, { name, envelope, given, right }: Judged): Promise<void> {
    const { id } = envelope;
    if (right === "change") await audit.noteNow(entryOf(command, id, "begun"));
    let part = 0;
    const say = async (result: object): Promise<boolean> => {
      part += 1;
      const delivery = await reply(command, {
        id,
        command: name,
        outcome: "done",
        result,
        part,
        last: false,
      });
      return delivery === "taken" || delivery === "noSubscriber";
    };
    const { coreId, gatewayEui } = command;
    const { answer, after } = await run(name, given, { id, coreId, gatewayEui, say });
    counters.count("commandDone", answer.outcome);
    const entry = entryOf(command, id, answer.outcome, answer.reason);
    if (right === "change") await audit.noteNow(entry);
    else audit.note(entry);
    const parted = part > 0 ? { part: part + 1, last: true } : {};
    const replied = reply(command, { id, command: name, ...answer, ...parted });
    if (after === undefined) await replied;
    else await doAfter(replied, after);
  }

  async function run(name: CommandName, given: ArgumentsOf<Shape>, asked: Asked): Promise<Done> {
    try {
      const result = await parts.handlers[name](given as never, asked);
      return "answer" in result ? result : { answer: result };
    } catch (error) {
      if (!isAgentError(error)) throw error;
      return { answer: failed(error.code, error.message) };
    }
  }

  /** A reply that does not leave must not keep what it announces from being done. */
  function doAfter(replied: Promise<unknown>, what: () => void): Promise<void> {
    return new Promise<void>((resolve) => {
      const go = (): void => {
        late.cancel();
        resolve();
      };
      const late = parts.clock.after(REPLY_LEAVES_MS, go);
      void replied.then(go);
    }).then(what);
  }

  function reply(command: OwnCommand, said: Reply): Promise<Delivery> {
    const { coreId, gatewayEui, correlation } = command;
    return parts.publish(coreId, gatewayEui, {
      // Nobody makes up our topics.
      name: `reply/${isCommandName(command.name) ? command.name : "unknown"}`,
      payload: writeReply(said, parts.now()),
      retain: false,
      expiresInMs: REPLY_LIFE_MS,
      ...(correlation === undefined ? {} : { correlation }),
    });
  }

  return { hear };
}

function entryOf(
  command: OwnCommand,
  id: string | undefined,
  outcome: Outcome | "begun",
  reason?: string,
): AuditEntry {
  const { coreId: core, gatewayEui } = command;
  return { core, gatewayEui, command: nameOf(command), id, outcome, reason };
}

/** Of a topic that anybody may have made up: fit for a topic, a log and a terminal. */
function nameOf({ name }: OwnCommand): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "?").slice(0, NAME_CHARACTERS_MAX);
}

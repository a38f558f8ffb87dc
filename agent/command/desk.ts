/**
 * The desk at which commands of cores are taken, judged, handed on and answered.
 *
 * The promise. A command is obeyed at most once, while it is good, when its core may ask for it; whatever is refused does
 * nothing. Each, obeyed or refused, stands in the audit log, and is answered where its id could be read and somebody would
 * hear it. What changes something is noted, on disk, before it is done.
 *
 *   tooMany        more of one core than BUDGET_MAX at once, or than one in BUDGET_EVERY_MS after that; of those beyond
 *                  REFUSALS_MAX at once, and one in REFUSALS_EVERY_MS, nobody is answered, and the audit log has the sum
 *   retained       it lay there for whoever comes: meant for another time
 *   tooLarge, malformed, unknown, notAllowed
 *   expired, issuedInFuture, otherBoot, clockUnknown      lifetime.ts
 *   replayed       seen.ts
 *   busy           settings are being changed
 *   notRemembered  it changes something, and the disk does not remember that it was done: after a restart it could be
 *                  done again. It must say its time in this boot's own (envelope.ts, uptime), as with a wrong clock
 *   dataLimit      its answer would cost more than what a core is given (DATA_KB_MAX): a road north may have its price
 *
 * One core takes nothing from another. Frames do not wait for it: it is held to a few commands a minute, works between
 * them, and what it says goes north when nothing else waits (north/flight.ts).
 */
import { isAgentError } from "../errors.ts";
import type { Counters } from "../health/counters.ts";
import { inTime } from "../in-time.ts";
import type { JournalNotes } from "../journal/journal.ts";
import type { Delivery, OwnCommand, OwnMessage } from "../north/core.ts";
import type { Clock } from "../ports.ts";
import { type ArgumentsOf, readArguments, type Shape } from "./arguments.ts";
import type { Audit, AuditEntry, AuditSubject } from "./audit.ts";
import { type Budget, createBudget } from "./budget.ts";
import { COMMANDS, type CommandName, isCommandName, rightFor } from "./catalogue.ts";
import { type Envelope, readEnvelope } from "./envelope.ts";
import type { Asked, Done, Handlers } from "./handlers.ts";
import { lifetimeFault, type Now } from "./lifetime.ts";
import { done, failed, type Outcome, REPLY_LIFE_MS, type Reply, refused, writeReply } from "./reply.ts";
import { rememberSeen } from "./seen.ts";
import { REPLY_LEAVES_MS } from "./settings-change.ts";

/** Commands at once, and then one every so often: an operator's script, not a flood. */
export const BUDGET_MAX = 10;
export const BUDGET_EVERY_MS = 6_000;
/** Of those beyond it, so many are answered, and have an entry each in the audit log. */
export const REFUSALS_MAX = 5;
export const REFUSALS_EVERY_MS = 60_000;
/** Longer, they are not read for their id. */
const ID_OCTETS_MAX = 1_024;
/** Of one core; others wait for their turn, as many as commands.ts lets wait. */
export const RUNNING_MAX = 2;
/** What is answered to one core, in KB: so much at once, and then one every so often, which are 4 MB a day. */
export const DATA_KB_MAX = 4_096;
export const DATA_KB_EVERY_MS = 20_000;
/** As much is answered in any case: the budget of commands bounds it. */
const DATA_FREE_OCTETS = 1_024;
/** It goes back with every reply; a longer one does not. */
const CORRELATION_OCTETS_MAX = 256;
/** A disk that hangs is not waited for any longer. */
export const REMEMBER_MS_MAX = 5_000;
const NAME_CHARACTERS_MAX = 32;

export type Allowed = "none" | "read" | "change";

export interface DeskParts {
  readonly clock: Pick<Clock, "sleep">;
  readonly now: () => Now;
  readonly notes: JournalNotes;
  /** Journal.notesWritten */
  readonly notesWritten: () => Promise<boolean>;
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
  /** So many of its core were too many, and this is the last: none is answered. */
  turnAway(last: OwnCommand, count: number): void;
}

interface Judged {
  readonly name: CommandName;
  readonly envelope: Envelope;
  readonly given: ArgumentsOf<Shape>;
  readonly right: "read" | "change";
}

interface Worked {
  readonly said: Reply;
  readonly after: (() => void) | undefined;
}

interface Refusal {
  readonly reason: string;
  readonly id?: string | undefined;
  readonly detail?: string | undefined;
}

/** What one core has left of everything. */
interface Account {
  readonly commands: Budget;
  readonly refusals: Budget;
  readonly dataKb: Budget;
  running: number;
  readonly waiting: (() => void)[];
}

export function createCommandDesk(parts: DeskParts): CommandDesk {
  const { audit, clock, counters } = parts;
  const seen = rememberSeen(parts.notes);
  const accounts = new Map<string, Account>();

  function accountOf({ coreId }: OwnCommand): Account {
    let account = accounts.get(coreId);
    if (account === undefined) {
      account = {
        commands: createBudget(BUDGET_MAX, BUDGET_EVERY_MS),
        refusals: createBudget(REFUSALS_MAX, REFUSALS_EVERY_MS),
        dataKb: createBudget(DATA_KB_MAX, DATA_KB_EVERY_MS),
        running: 0,
        waiting: [],
      };
      accounts.set(coreId, account);
    }
    return account;
  }

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
    if (!seen.remember(key, read.value, right, now)) return refuse("tooMany");
    return { name, envelope: read.value, given: given.value, right };
  }

  async function hear(command: OwnCommand): Promise<void> {
    const now = parts.now();
    const account = accountOf(command);
    if (!account.commands.take(now.monotonicMs)) {
      if (account.refusals.take(now.monotonicMs))
        return refuse(command, { reason: "tooMany", id: idOf(command) });
      return turnAway(command, 1);
    }
    const judged = judge(command, now);
    if ("reason" in judged) return refuse(command, judged);
    await turnOf(account);
    const did = await work(command, judged).finally(() => {
      const next = account.waiting.shift();
      if (next === undefined) account.running -= 1;
      else next();
    });
    if ("reason" in did) return refuse(command, did);
    await tell(command, did);
  }

  function turnAway(last: OwnCommand, count: number): void {
    counters.count("commandRefused", "tooMany", count);
    audit.noteTooMany(last.coreId, count, () => subjectOf(last, idOf(last)));
  }

  async function turnOf(account: Account): Promise<void> {
    if (account.running < RUNNING_MAX) account.running += 1;
    else await new Promise<void>((resolve) => account.waiting.push(resolve));
  }

  async function work(command: OwnCommand, judged: Judged): Promise<Worked | Refusal> {
    // It may have waited.
    const fault = lifetimeFault(judged.envelope, command, judged.right, parts.now());
    if (fault !== undefined) return { reason: fault, id: judged.envelope.id };
    if (await isRemembered(judged)) return obey(command, judged);
    return { reason: "notRemembered", id: judged.envelope.id, detail: "say uptime" };
  }

  /** Whether a power cut, now, would leave it refused: by the disk that knows it, or by another boot. */
  async function isRemembered({ right, envelope }: Judged): Promise<boolean> {
    if (right === "read") return true;
    const isWritten = (await inTime(clock, REMEMBER_MS_MAX, parts.notesWritten(), undefined)) === true;
    return isWritten || envelope.uptime !== undefined;
  }

  async function refuse(command: OwnCommand, { reason, id, detail }: Refusal): Promise<void> {
    counters.count("commandRefused", reason);
    audit.note(entryOf(command, id, "refused", reason));
    if (id !== undefined) await reply(command, { id, command: nameOf(command), ...refused(reason, detail) });
  }

  async function obey(command: OwnCommand, { name, envelope, given, right }: Judged): Promise<Worked> {
    const { id } = envelope;
    if (right === "change") await audit.noteNow(entryOf(command, id, "begun"));
    let part = 0;
    let isTooDear = false;
    const say = async (result: object): Promise<boolean> => {
      part += 1;
      const delivery = await reply(command, { id, command: name, ...done(result), part, last: false });
      isTooDear = delivery === "tooDear";
      return delivery === "taken" || delivery === "noSubscriber";
    };
    const { coreId, gatewayEui } = command;
    const did = await run(name, given, { id, coreId, gatewayEui, say });
    const answer = isTooDear ? failed("dataLimit") : did.answer;
    const { after } = did;
    counters.count("commandDone", answer.outcome);
    const entry = entryOf(command, id, answer.outcome, answer.reason);
    if (right === "change") await audit.noteNow(entry);
    else audit.note(entry);
    const parted = part > 0 ? { part: part + 1, last: true } : {};
    return { said: { id, command: name, ...answer, ...parted }, after };
  }

  /** While the road north is slow others are at work. */
  async function tell(command: OwnCommand, { said, after }: Worked): Promise<void> {
    const replied = reply(command, said);
    if (after === undefined) {
      await replied;
      return;
    }
    // A reply that does not leave must not keep what it announces from being done.
    await inTime(clock, REPLY_LEAVES_MS, replied, undefined);
    after();
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

  /** @returns tooDear: the core was told that instead, but where another part follows. */
  async function reply(command: OwnCommand, said: Reply): Promise<Delivery | "tooDear"> {
    const now = parts.now();
    const payload = writeReply(said, now);
    const isFree = payload.length <= DATA_FREE_OCTETS;
    if (isFree || accountOf(command).dataKb.take(now.monotonicMs, Math.ceil(payload.length / 1_024)))
      return publish(command, payload);
    if (said.last !== false) {
      // What has begun has begun, although nobody reads how.
      const instead = said.outcome === "done" ? failed("dataLimit") : { reason: "dataLimit" };
      await publish(command, writeReply({ ...said, result: undefined, detail: undefined, ...instead }, now));
    }
    return "tooDear";
  }

  function publish(command: OwnCommand, payload: Buffer): Promise<Delivery> {
    const { coreId, gatewayEui, correlation } = command;
    return parts.publish(coreId, gatewayEui, {
      // Nobody makes up our topics.
      name: `reply/${isCommandName(command.name) ? command.name : "unknown"}`,
      payload,
      retain: false,
      expiresInMs: REPLY_LIFE_MS,
      ...(correlation === undefined || correlation.length > CORRELATION_OCTETS_MAX ? {} : { correlation }),
    });
  }

  return { hear, turnAway };
}

function idOf({ payload }: OwnCommand): string | undefined {
  if (payload.length > ID_OCTETS_MAX) return undefined;
  const read = readEnvelope(payload);
  return read.ok ? read.value.id : read.fault.id;
}

function subjectOf(command: OwnCommand, id: string | undefined): AuditSubject {
  const { coreId: core, gatewayEui } = command;
  return { core, gatewayEui, command: nameOf(command), id };
}

function entryOf(
  command: OwnCommand,
  id: string | undefined,
  outcome: Outcome | "begun",
  reason?: string,
): AuditEntry {
  return { ...subjectOf(command, id), outcome, reason };
}

/** Of a topic that anybody may have made up: fit for a topic, a log and a terminal. */
function nameOf({ name }: OwnCommand): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "?").slice(0, NAME_CHARACTERS_MAX);
}

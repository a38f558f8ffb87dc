/**
 * THE table of commands that a core may send: name, arguments, what right each needs, and what is answered. The checks
 * (desk.ts) and the published JSON Schema (commands.schema.json, by `npm run generate`) are made from it. What each does
 * is in a file of its name.
 *
 *   [prefix/]edge/<eui>/command/<name>    { id, issuedAt, expiresAt | ttlS, uptime?, arguments? }    envelope.ts
 *   [prefix/]edge/<eui>/reply/<name>      { id, command, outcome, … }                                reply.ts
 *
 * Pure.
 */
import {
  type ArgumentsOf,
  anyTable,
  type JsonSchema,
  manyLines,
  matching,
  moment,
  must,
  oneOf,
  type Shape,
  whole,
  words,
  yesOrNo,
} from "./arguments.ts";

/** What a core must be allowed by its setting `commands`. */
export type Right = "read" | "change";

interface Definition<S extends Shape> {
  readonly arguments: S;
  /** Also one that only asks may have to be allowed more than reading. */
  readonly needs: Right | ((given: ArgumentsOf<S>) => Right);
  /** JSON Schema of the reply's `result`. */
  readonly result: JsonSchema;
  readonly meaning: string;
}

function define<S extends Shape>(definition: Definition<S>): Definition<S> {
  return definition;
}

export const LOG_LINES_MAX = 200;
export const EXPORT_OCTETS_MAX = 1024 * 1024;
export const EXPORT_OCTETS_USUAL = 64 * 1024;
/** How long a core may take to be reached after a change. */
export const TRIAL_S_MIN = 60;
export const TRIAL_S_MAX = 3_600;

const number = { type: "number" };
const text = { type: "string" };
const table = { type: "object" };
const flag = { type: "boolean" };
const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const fields = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const TRIAL = fields(
  { state: { enum: ["onTrial", "rolledBack", "confirmed"] }, id: text, coreId: text, leftS: number },
  ["state", "id", "coreId"],
);
const DROPPED = { type: "object", additionalProperties: number };

export const COMMANDS = {
  health: define({
    arguments: {},
    needs: "read",
    meaning: "The full health report as it is now (../health/report/health.schema.json).",
    result: table,
  }),
  "log-tail": define({
    arguments: { lines: whole(1, LOG_LINES_MAX), level: oneOf("info", "warn", "error") },
    needs: "read",
    meaning: "The last lines of the log, as many as a reply holds, the oldest first. Never those of debug.",
    result: fields({
      lines: list(fields({ at: text, level: text, event: text, fields: table })),
      /** Newer ones were kept, older ones are gone or did not fit. */
      more: flag,
    }),
  }),
  settings: define({
    arguments: { origins: yesOrNo },
    needs: "read",
    meaning: "The settings in force; secrets are hidden.",
    result: fields(
      {
        settings: table,
        origins: { type: "object", additionalProperties: text },
        /** Written to the file and waiting for a restart. */
        waiting: list(text),
        trial: TRIAL,
      },
      ["settings"],
    ),
  }),
  "settings-change": define({
    arguments: {
      merge: anyTable,
      toml: manyLines,
      dryRun: yesOrNo,
      trialS: whole(TRIAL_S_MIN, TRIAL_S_MAX),
    },
    needs: ({ dryRun }) => (dryRun === true ? "read" : "change"),
    meaning:
      "Changes the settings file: `merge` is a JSON merge patch of what the file says (cores by their id), `toml` a whole new file. Checked as a file is; on trial until this core is reached again, and taken back by itself if it is not within `trialS`. Reached is a core that takes the reply: nobody subscribed to it, and a good change goes back too. No core changes the table of another. Answered twice: when the trial begins, and when it has ended.",
    result: fields(
      {
        state: { enum: ["wouldChange", "unchanged", "onTrial", "confirmed", "rolledBack"] },
        live: list(text),
        restart: list(text),
        warnings: list(text),
        leftS: number,
        /** Of a change that was rolled back. */
        why: text,
      },
      ["state"],
    ),
  }),
  maintenance: define({
    arguments: {
      action: must(oneOf("show", "begin", "end")),
      reason: words(120),
      until: moment,
      durationS: whole(60, 7 * 86_400),
    },
    needs: ({ action }) => (action === "show" ? "read" : "change"),
    meaning:
      "Planned work: what is not available meanwhile counts apart. `begin` needs a reason, and until when or for how long.",
    result: fields({ active: flag, sinceAt: text, untilAt: text, reason: text, by: text }, ["active"]),
  }),
  "journal-stats": define({
    arguments: {},
    needs: "read",
    meaning: "What the journal holds, in figures.",
    result: table,
  }),
  "journal-thin": define({
    arguments: { toOctets: whole(0, 2 ** 40), toPercent: whole(0, 100), dryRun: yesOrNo },
    needs: ({ dryRun }) => (dryRun === false ? "change" : "read"),
    meaning:
      "Makes the journal smaller, to so many octets or so much of what it has, by the rules by which a full one is thinned. Only shown unless dryRun is false.",
    result: fields({
      dryRun: flag,
      frames: number,
      octets: number,
      leftOctets: number,
      dropped: DROPPED,
      reached: flag,
    }),
  }),
  "journal-export": define({
    arguments: {
      devAddr: matching("^[0-9a-f]{8}$"),
      devEui: matching("^[0-9a-f]{16}$"),
      aside: yesOrNo,
      afterSequence: whole(0, Number.MAX_SAFE_INTEGER),
      octetsMax: whole(1_024, EXPORT_OCTETS_MAX),
    },
    needs: "read",
    meaning:
      "Frames that wait for this core, in the order of the journal, in as many replies as they need: `part` counts them from 1, the last one says `last`. At most octetsMax (64 KB unless told) of them go; `nextAfter` is where to go on.",
    result: fields({ frames: list(table), nextAfter: number }, ["frames"]),
  }),
  "forwarder-restart": define({
    arguments: { reason: must(words(120)) },
    needs: "change",
    meaning:
      "Restarts the packet forwarder by its profile's command, within the limits of self-care. `asked`: the gateway's own supervisor was asked to, and does so unless somebody has stopped it; what it did is not told.",
    result: fields({ restarted: flag, asked: flag }, []),
  }),
  "replay-plan": define({
    arguments: {
      action: must(oneOf("show", "propose")),
      t0: moment,
      tFrom: moment,
      k: oneOf(60, 150, 300),
      ratePerS: whole(1, 10_000),
    },
    needs: ({ action }) => (action === "show" ? "read" : "change"),
    meaning:
      "The plan by which stored frames are replayed: shown, or published for all gateways (retained). `propose` needs t0 and tFrom; k follows from them unless given.",
    result: table,
  }),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type GivenTo<Name extends CommandName> = ArgumentsOf<(typeof COMMANDS)[Name]["arguments"]>;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** What this command, with these arguments that were read by its shape, must be allowed. */
export function rightFor<Name extends CommandName>(name: Name, given: GivenTo<Name>): Right {
  const needs = COMMANDS[name].needs as Right | ((given: unknown) => Right);
  return typeof needs === "function" ? needs(given) : needs;
}

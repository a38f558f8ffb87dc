/**
 * JSON Schema of every command and its reply, made from the catalogue: what `npm run generate` writes into
 * commands.schema.json, for those who send commands. `$defs` has `<name>-command` and `<name>-reply`, and `command` and
 * `reply` for any of them.
 */
import { argumentsSchema, type JsonSchema, type Shape } from "./arguments.ts";
import { COMMANDS, type CommandName } from "./catalogue.ts";
import { ID_PATTERN, TTL_S_MAX } from "./envelope.ts";

const UTC = { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z$" };
const BOOT_ID = { type: "string", pattern: "^[0-9a-f]{32}$" };

export function commandsSchema(): JsonSchema {
  const names = Object.keys(COMMANDS) as CommandName[];
  const defs = names.flatMap((name) => [
    [`${name}-command`, commandSchema(name)],
    [`${name}-reply`, replySchema(name, { enum: [name] }, COMMANDS[name].result)],
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "edge-agent commands",
    description:
      "What a core sends on [prefix/]edge/<eui>/command/<name>, never retained, and what is answered on …/reply/<name>.",
    $defs: {
      command: anyOf(names.map((name) => `${name}-command`)),
      reply: anyOf([...names.map((name) => `${name}-reply`), "unknown-reply"]),
      ...Object.fromEntries(defs),
      "unknown-reply": {
        ...replySchema("unknown", { type: "string" }, {}),
        description: "To a command that does not exist, on reply/unknown.",
      },
    },
  };
}

function anyOf(names: readonly string[]): JsonSchema {
  return { anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) };
}

/** One of expiresAt and ttlS, which this schema does not say. */
function commandSchema(name: CommandName): JsonSchema {
  const { arguments: shape, meaning } = COMMANDS[name];
  const isArgued = Object.values(shape as Shape).some(({ required }) => required);
  return {
    title: `${name} command`,
    description: meaning,
    type: "object",
    properties: {
      id: { type: "string", pattern: ID_PATTERN, description: "The sender's own; obeyed once." },
      issuedAt: UTC,
      expiresAt: { ...UTC, description: "Or ttlS; an hour after issuedAt at most." },
      ttlS: { type: "integer", minimum: 1, maximum: TTL_S_MAX },
      uptime: {
        type: "object",
        description: "For a gateway whose clock is not trusted: the boot, and until when in its own time.",
        properties: { bootId: BOOT_ID, untilS: { type: "number", minimum: 0 } },
        required: ["bootId", "untilS"],
        additionalProperties: false,
      },
      arguments: argumentsSchema(shape as Shape),
    },
    required: ["id", "issuedAt", ...(isArgued ? ["arguments"] : [])],
    additionalProperties: false,
  };
}

function replySchema(name: string, command: JsonSchema, result: JsonSchema): JsonSchema {
  return {
    title: `${name} reply`,
    type: "object",
    properties: {
      id: { type: "string", pattern: ID_PATTERN },
      command,
      outcome: { enum: ["done", "accepted", "refused", "failed"] },
      reason: {
        type: "string",
        description: "Why it was refused or failed: a word that scripts may rely on.",
      },
      detail: { type: "string", description: "The same for a person." },
      part: { type: "integer", minimum: 1 },
      last: { type: "boolean" },
      result,
      gateway: {
        type: "object",
        properties: {
          at: { ...UTC, description: "Absent while the clock is not trusted." },
          clock: { enum: ["gps", "synchronised", "unsynchronised"] },
          bootId: BOOT_ID,
          uptimeS: { type: "integer", minimum: 0 },
        },
        required: ["clock", "bootId", "uptimeS"],
        additionalProperties: false,
      },
    },
    required: ["id", "command", "outcome", "gateway"],
    additionalProperties: false,
  };
}

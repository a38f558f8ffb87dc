/**
 * Errors of the world: things that fail although the program is right. Bad input is a value, not an error (see
 * each reader's faults); a bug is an assertion and ends the process.
 *
 * Codes are stable: code, alarms and scripts may rely on them. Messages are for people and may change.
 */
export type AgentErrorCode =
  | "SETTINGS_INVALID" // the settings cannot be used; the message lists each trouble with its line
  | "USAGE" // the command line cannot be used
  | "UDP_BIND" // the listen address is taken or not ours
  | "STORE_LOCKED" // another process holds the journal
  | "STORE_DAMAGED" // the store needs repair before it opens
  | "STORE_IO" // the disk refused
  | "STORE_FULL" // the disk has no room left
  | "STORE_REPLACED" // another store lies where ours was opened
  | "STORE_NEWER" // the journal was written by a newer version
  | "FILE_IO" // a file could not be read or written
  | "SERIAL_OPEN" // a serial port is not there, is another's, or may not be opened
  | "CONTROL_BIND" // the control socket cannot be opened
  | "FLEET_BROKER" // meter-fleet cannot listen to the broker that it was given
  | "WEB_BIND" // the local page cannot be opened: its address is taken, or its certificate cannot be used
  | "CONTROL_UNREACHABLE" // no agent answers on the control socket
  | "INTERRUPTED" // a person wanted the command to end
  | "CORE_UNREACHABLE"; // no core or broker answers where one must

export class AgentError extends Error {
  readonly code: AgentErrorCode;
  /** The reason alone, to be set into a sentence of the reader's language; the whole message where there is none. */
  readonly reason: string;

  constructor(code: AgentErrorCode, message: string, cause?: unknown, reason = message) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "AgentError";
    this.code = code;
    this.reason = reason;
  }
}

export function isAgentError(error: unknown, ...codes: AgentErrorCode[]): error is AgentError {
  return error instanceof AgentError && (codes.length === 0 || codes.includes(error.code));
}

/** The reason of a STORE_LOCKED that nobody else is to blame for. */
export const LOCKED_BY_US = "this process";

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  trouble: 1,
  usage: 2,
  world: 3,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code an error ends a command with. */
export function exitCodeOf(error: unknown): number {
  if (!isAgentError(error)) return EXIT.bug;
  // As a shell says of what a signal has ended.
  if (error.code === "INTERRUPTED") return error.reason === "SIGTERM" ? EXIT.terminated : EXIT.interrupted;
  return error.code === "SETTINGS_INVALID" || error.code === "USAGE" ? EXIT.usage : EXIT.world;
}

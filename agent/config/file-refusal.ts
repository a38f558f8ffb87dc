/**
 * What the file system refuses, in the reader's language and with the next step: the one place where its codes become
 * words. Its errors come from agent/host/file-error.ts, with the code as their cause. Pure.
 */
import { AgentError, isAgentError } from "../errors.ts";
import { type Said, said } from "../text/said.ts";
import type { TextKey, Translate } from "../text/text.ts";

const REASONS = {
  EACCES: "file.denied",
  EPERM: "file.denied",
  ENOENT: "file.noFolder",
  ENOTDIR: "file.notFolder",
  EISDIR: "file.isFolder",
  ENOSPC: "file.diskFull",
  EROFS: "file.readOnly",
} as const satisfies Record<string, TextKey>;

/** @returns the reason alone, for a sentence that names the file. */
export function sayReason(error: AgentError, t: Translate): string {
  const reason = reasonOf(error);
  return typeof reason === "string" ? reason : t.say(reason);
}

/** As sayReason(), for one who has no voice. */
export function reasonOf(error: AgentError): Said | string {
  const known = knownReason(error);
  // The call and its path at the end may be a draft's, and say nothing to anybody.
  return known === undefined ? systemsWords(error).replace(/, \w+(?: '.*')?$/s, "") : said(known);
}

/** @returns the same error; in the reader's language when it comes from the file system as it was. */
export function sayRefusal(error: AgentError, t: Translate): AgentError {
  if (error.code !== "FILE_IO" || isAgentError(error.cause) || !(error.cause instanceof Error)) return error;
  const path = error.message.endsWith(`: ${error.reason}`)
    ? error.message.slice(0, -error.reason.length - 2)
    : undefined;
  if (path === undefined) return error;
  const reason = sayReason(error, t);
  return new AgentError("FILE_IO", t("file.refused", { path, reason }), error, reason);
}

function systemsWords(error: AgentError): string {
  if (isAgentError(error.cause)) return systemsWords(error.cause);
  return error.cause instanceof Error ? error.cause.message : error.reason;
}

function knownReason(error: unknown): (typeof REASONS)[keyof typeof REASONS] | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined && Object.hasOwn(REASONS, code)) return REASONS[code as keyof typeof REASONS];
  }
  return undefined;
}

/** What opening a journal can fail with, in the reader's language. */
import { AgentError, type AgentErrorCode, isAgentError } from "../errors.ts";
import type { Translate } from "../text/text.ts";

/** As Node and LevelDB say it. */
const NOT_ALLOWED = /EACCES|EPERM|Permission denied/;

/** @returns what to throw instead. */
export function sayStoreError(error: unknown, path: string, t: Translate): unknown {
  if (!isAgentError(error)) return error;
  const { reason } = error;
  // Whose folder it is can be mended by whoever asks; what a disk refuses cannot.
  if ((error.code === "STORE_IO" || error.code === "FILE_IO") && NOT_ALLOWED.test(error.message))
    return new AgentError(error.code, t("journal.notAllowed", { path }), error, reason);
  const said: Partial<Record<AgentErrorCode, string>> = {
    STORE_LOCKED: t("journal.held", { path, holder: reason }),
    STORE_NEWER: t("error.journalNewer", { path }),
    STORE_DAMAGED: t("journal.damaged", { path, reason }),
    STORE_IO: t("error.diskRefused", { path, reason }),
    STORE_FULL: t("journal.diskFull", { path }),
  };
  return new AgentError(error.code, said[error.code] ?? error.message, error, reason);
}

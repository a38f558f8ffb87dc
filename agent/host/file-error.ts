/** What the file system refuses, as the agent says it. */
import { AgentError } from "../errors.ts";

/** @returns undefined where there is no such file. @throws AgentError FILE_IO */
export async function unlessAbsent<T>(
  path: string,
  act: (path: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError(path, cause);
  }
}

/** @throws AgentError FILE_IO */
export async function orFileError<T>(path: string, act: (path: string) => Promise<T>): Promise<T> {
  try {
    return await act(path);
  } catch (cause) {
    throw fileError(path, cause);
  }
}

/** @param reason for people, without the path. */
export function fileError(path: string, cause: unknown, reason = reasonOf(cause)): AgentError {
  return new AgentError("FILE_IO", `${path}: ${reason}`, cause, reason);
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** What only root, or the agent's own user, may see: for everybody else it is unknown, and no fault. */

/** @param error of a door, such as FILE_IO, with what the kernel said as its cause. */
export function isForbidden(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (code === "EACCES" || code === "EPERM") return true;
  return cause !== undefined && isForbidden(cause);
}

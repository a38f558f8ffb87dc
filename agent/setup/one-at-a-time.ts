/** Setup and restore change the same files: one of them at a time, and only files that stand as they were looked at. */
import { AgentError } from "../errors.ts";
import type { SetupDoors } from "./doors.ts";
import type { Change } from "./manifest.ts";

/** Gone with a reboot, as is whoever has made it. Who restarts the forwarder claims it too (agent/care/). */
export const CLAIM_PATH = "/var/run/edge-agent-setup.pid";

/** @throws AgentError FILE_IO while another process is at it */
export async function oneAtATime<T>(
  { box, t }: Pick<SetupDoors, "box" | "t">,
  act: () => Promise<T>,
): Promise<T> {
  const claim = await box.claim(CLAIM_PATH);
  if (!claim.ok) throw new AgentError("FILE_IO", t("setup.busy", { pid: claim.pid }));
  try {
    return await act();
  } finally {
    await claim.release();
  }
}

/** A person thinks a while before he says yes. @throws AgentError FILE_IO when a file is not what was shown to him */
export async function refuseChangedSince(
  { box, t }: Pick<SetupDoors, "box" | "t">,
  changes: readonly Change[],
): Promise<void> {
  for (const { path, before } of changes) {
    const now = await box.read(path);
    const isSame = now === undefined ? before === undefined : before?.content.equals(now) === true;
    if (!isSame) throw new AgentError("FILE_IO", t("setup.changedSince", { path }));
  }
}

/** The settings files that the packet forwarder of this box really uses, to be read: for whoever looks into a gateway. */
import { isAgentError } from "../errors.ts";
import { profileOfBox } from "./box-profile.ts";
import type { SetupDoors } from "./doors.ts";
import { findForwarder } from "./find-forwarder.ts";

export interface ForwarderFile {
  readonly path: string;
  readonly content: Buffer;
}

/** @returns none where the box, or its forwarder, cannot be recognised. @throws AgentError FILE_IO */
export async function readForwarderFiles(
  doors: Pick<SetupDoors, "files" | "box" | "folder" | "t">,
): Promise<readonly ForwarderFile[]> {
  const profile = await profileOfBox(doors).catch((error: unknown) => {
    if (!isAgentError(error, "USAGE", "FILE_IO")) throw error;
    return undefined;
  });
  if (profile === undefined) return [];
  const { forwarder: facts } = profile;
  const format = facts.format?.value;
  if (format === undefined) return [];
  const found = await findForwarder({ box: doors.box, facts, format, named: undefined });
  const paths = found.ok ? found.used.files : found.why === "several" ? found.candidates : [];
  const read = await Promise.all(paths.map(async (path) => ({ path, content: await doors.box.read(path) })));
  return read.flatMap(({ path, content }) => (content === undefined ? [] : [{ path, content }]));
}

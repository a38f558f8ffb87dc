/** What the agent runs on, for its reports. Read once: it does not change while we run. */
import type { Files } from "../../ports.ts";
import type { Software } from "./report.ts";

const OSRELEASE = "/proc/sys/kernel/osrelease";
const OCTETS_MAX = 128;
const CHARACTERS_MAX = 48;

/** @param nodeVersion such as "20.19.4"; undefined: not known. */
export async function readSoftware(
  files: Pick<Files, "read">,
  nodeVersion: string | undefined,
): Promise<Software> {
  const read = await files.read(OSRELEASE, OCTETS_MAX).catch(() => undefined);
  const kernel = read?.toString("utf8").trim().slice(0, CHARACTERS_MAX);
  return {
    ...(nodeVersion === undefined ? {} : { node: nodeVersion }),
    ...(kernel === undefined || kernel === "" ? {} : { kernel }),
  };
}

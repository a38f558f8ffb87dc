/** A file that an option of fleet-status names: read whole, and what keeps it from being read put into words. */
import { readFile } from "node:fs/promises";
import { AgentError } from "../../agent/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; look at how it is written, and from which folder",
  ENOTDIR: "a part of this path is a file and no folder; look at how it is written",
  EISDIR: "this is a folder; name a file within it",
  EACCES: "this user may not read it; try with sudo, or let this user read it",
  EPERM: "this user may not read it; try with sudo, or let this user read it",
};

/** @throws AgentError FILE_IO */
export async function readGivenFile(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new AgentError("FILE_IO", `--${option} ${path}: ${REASONS[code] ?? message}`, error);
  }
}

/** PEM. @throws AgentError FILE_IO, USAGE where no certificate stands in it */
export async function readCaFile(path: string): Promise<Buffer> {
  const pem = await readGivenFile("ca-file", path);
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  throw new AgentError(
    "USAGE",
    `--ca-file ${path}: no certificate in it; expected PEM: -----BEGIN CERTIFICATE-----`,
  );
}

/** One line. @throws AgentError FILE_IO, USAGE where it is empty */
export async function readPasswordFile(path: string): Promise<string> {
  const password = (await readGivenFile("password-file", path)).toString("utf8").replace(/\r?\n$/, "");
  if (password !== "") return password;
  throw new AgentError("USAGE", `--password-file ${path}: it is empty; expected the password, on one line`);
}

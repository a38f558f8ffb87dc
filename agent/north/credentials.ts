/**
 * What proves who we are to a core: user name and password, certificates and key.
 *
 * Secrets stand in files, which are read at every connect, so that a renewed certificate counts without a restart; a
 * password may stand in the environment instead.
 * When to look for a change is in connection.ts.
 */

import type { CoreSettings } from "../config/settings.ts";
import { isAgentError } from "../errors.ts";
import type { Read } from "../lorawan/read.ts";
import type { Files, MqttConnectOptions } from "../ports.ts";

export type Credentials = Pick<MqttConnectOptions, "username" | "password" | "ca" | "cert" | "key"> & {
  /** Changes when one of the files does. */
  readonly stamp: string;
};

/** MQTT writes the length of a user name and of a password in two octets. */
export const CREDENTIAL_OCTETS_MAX = 65_535;

/** @returns the fault in words: which file, and what is wrong with it. */
export async function readCredentials(
  files: Files,
  settings: CoreSettings,
): Promise<Read<Credentials, string>> {
  try {
    // The stamp before the content: a file that changes in between is found to have changed.
    const stamp = await stampOf(files, settings);
    const password =
      settings.password ??
      (await content(files, settings.passwordFile))?.toString("utf8").replace(/\r?\n$/, "");
    const ca = await content(files, settings.caFile);
    const cert = await content(files, settings.certFile);
    const key = await content(files, settings.keyFile);
    if (isTooLong(settings.username)) return { ok: false, fault: tooLong("the user name") };
    // Only a file can be that long.
    if (password !== undefined && isTooLong(password))
      return { ok: false, fault: tooLong(`the password in ${settings.passwordFile}`) };
    return {
      ok: true,
      value: {
        stamp,
        ...(settings.username === "" ? {} : { username: settings.username }),
        ...(password === undefined ? {} : { password }),
        ...(ca ? { ca } : {}),
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
      },
    };
  } catch (error) {
    if (error instanceof MissingFile || isAgentError(error, "FILE_IO"))
      return { ok: false, fault: error.message };
    throw error;
  }
}

/** @returns one text for the state of all the files; "" when the settings name none. */
export async function stampOf(files: Files, settings: CoreSettings): Promise<string> {
  const stamps: string[] = [];
  for (const path of pathsOf(settings)) stamps.push((await files.stamp(path)) ?? "none");
  return stamps.join(" ");
}

function pathsOf(settings: CoreSettings): string[] {
  // The environment's password wins: its file is not even looked at.
  const passwordFile = settings.password === undefined ? settings.passwordFile : "";
  return [passwordFile, settings.caFile, settings.certFile, settings.keyFile].filter((path) => path !== "");
}

function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > CREDENTIAL_OCTETS_MAX;
}

function tooLong(what: string): string {
  return `${what} is longer than ${CREDENTIAL_OCTETS_MAX} octets`;
}

class MissingFile extends Error {}

async function content(files: Files, path: string): Promise<Buffer | undefined> {
  if (path === "") return undefined;
  const bytes = await files.read(path);
  if (bytes === undefined) throw new MissingFile(`${path} is missing`);
  return bytes;
}

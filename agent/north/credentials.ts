/**
 * What proves who we are to a core: user name and password, certificates and key.
 *
 * Secrets stand in files, which are read at every connect, so that a renewed certificate counts without a restart.
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

/** @returns the fault in words: which file, and what is wrong with it. */
export async function readCredentials(
  files: Files,
  settings: CoreSettings,
): Promise<Read<Credentials, string>> {
  try {
    // The stamp before the content: a file that changes in between is found to have changed.
    const stamp = await stampOf(files, settings);
    const password = await content(files, settings.passwordFile);
    const ca = await content(files, settings.caFile);
    const cert = await content(files, settings.certFile);
    const key = await content(files, settings.keyFile);
    return {
      ok: true,
      value: {
        stamp,
        ...(settings.username === "" ? {} : { username: settings.username }),
        ...(password ? { password: password.toString("utf8").replace(/\r?\n$/, "") } : {}),
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
  return [settings.passwordFile, settings.caFile, settings.certFile, settings.keyFile].filter(
    (path) => path !== "",
  );
}

class MissingFile extends Error {}

async function content(files: Files, path: string): Promise<Buffer | undefined> {
  if (path === "") return undefined;
  const bytes = await files.read(path);
  if (bytes === undefined) throw new MissingFile(`${path} is missing`);
  return bytes;
}

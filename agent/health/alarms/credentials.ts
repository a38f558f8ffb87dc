/** When the certificates of the cores end: files named in the settings, read anew from time to time. */
import type { CoreSettings } from "../../config/settings.ts";
import type { Certificates, Files } from "../../ports.ts";
import type { CredentialReading } from "./readings.ts";

const FILE_OCTETS_MAX = 1024 * 1024;

export interface CredentialParts {
  readonly files: Pick<Files, "read">;
  readonly certificates: Certificates;
  readonly cores: readonly CoreSettings[];
}

/** @returns one for each file that has a certificate; what cannot be read is told by the link itself (north/). */
export async function readCredentialEnds(parts: CredentialParts): Promise<CredentialReading[]> {
  const readings: CredentialReading[] = [];
  for (const { id, certFile, caFile } of parts.cores) {
    const own = await endsOf(parts, certFile);
    // A chain ends with its first link; of authorities one that is left will do.
    if (own.length > 0)
      readings.push({ subject: `${id} cert`, path: certFile, endsWallMs: Math.min(...own) });
    const authorities = await endsOf(parts, caFile);
    if (authorities.length > 0)
      readings.push({ subject: `${id} ca`, path: caFile, endsWallMs: Math.max(...authorities) });
  }
  return readings;
}

async function endsOf({ files, certificates }: CredentialParts, path: string): Promise<readonly number[]> {
  if (path === "") return [];
  const pem = await files.read(path, FILE_OCTETS_MAX).catch(() => undefined);
  return pem === undefined ? [] : certificates.endsOf(pem);
}

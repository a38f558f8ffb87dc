import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadSettings } from "../../../agent/config/load.ts";
import type { CoreSettings } from "../../../agent/config/settings.ts";
import { readCredentialEnds } from "../../../agent/health/alarms/credentials.ts";
import { openCertificates } from "../../../agent/host/certificates.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { type Authority, createAuthority } from "../../authority.ts";

const DAY_MS = 86_400_000;
const certificates = openCertificates();
let authority: Authority;
let folder: string;

beforeAll(() => {
  authority = createAuthority();
  folder = mkdtempSync(join(tmpdir(), "certificates-"));
});
afterAll(() => {
  authority.remove();
  rmSync(folder, { recursive: true, force: true });
});

const daysLeft = (endsWallMs: number): number => Math.round((endsWallMs - Date.now()) / DAY_MS);

function coreWith(certFile: string, caFile: string): CoreSettings {
  const tomlText = `[[core]]\nid = "main"\nservers = ["mqtts://core.example:8883"]\n`;
  const read = loadSettings({ tomlText, path: "agent.toml", env: {} });
  if (!read.ok) throw new Error("settings");
  return { ...read.settings.cores[0]!, certFile, caFile };
}

describe("the ends of certificates", () => {
  test("are those that openssl wrote, in the order of the file", async () => {
    const sound = readFileSync(authority.issue("sound").certFile);
    const expired = readFileSync(authority.issue("expired", { expired: true }).certFile);
    const ends = await certificates.endsOf(Buffer.concat([sound, Buffer.from("# between\n"), expired]));
    expect(ends.map(daysLeft)).toEqual([30, -1]);
  });

  test("what is no certificate has none", async () => {
    const block = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    expect(await certificates.endsOf(Buffer.from(block))).toEqual([]);
    expect(await certificates.endsOf(Buffer.from("nothing"))).toEqual([]);
    const key = readFileSync(authority.issue("keyed").keyFile);
    expect(await certificates.endsOf(key)).toEqual([]);
  });

  test("a chain ends with its first link, of authorities one that is left will do", async () => {
    const sound = readFileSync(authority.issue("sound2").certFile, "utf8");
    const expired = readFileSync(authority.issue("expired2", { expired: true }).certFile, "utf8");
    const both = join(folder, "both.pem");
    writeFileSync(both, sound + expired);
    const parts = { files: openFiles(), certificates };
    const readings = await readCredentialEnds({ ...parts, cores: [coreWith(both, both)] });
    expect(readings.map(({ subject, endsWallMs }) => [subject, daysLeft(endsWallMs)])).toEqual([
      ["main cert", -1],
      ["main ca", 30],
    ]);
    expect(await readCredentialEnds({ ...parts, cores: [coreWith("", join(folder, "gone.pem"))] })).toEqual(
      [],
    );
  });
});

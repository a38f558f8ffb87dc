/**
 * A certificate authority for tests, made by openssl in a directory of its own.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Authority {
  readonly caFile: string;
  /** @param name the subject's common name; 127.0.0.1 and localhost are its alternative names. */
  issue(name: string, options?: { readonly expired?: boolean }): Certificate;
  /** Removes all its files. */
  remove(): void;
}

const DAY_MS = 24 * 3600 * 1000;

export function createAuthority(name = "test authority"): Authority {
  const directory = mkdtempSync(join(tmpdir(), "authority-"));
  const at = (file: string): string => join(directory, file);
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  };
  const newKey = (file: string): void =>
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file);

  writeFileSync(
    at("ca.cnf"),
    `[ca]
default_ca = this
[this]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = none
x509_extensions = leaf
unique_subject = no
[any]
commonName = supplied
[leaf]
basicConstraints = CA:FALSE
subjectAltName = IP:127.0.0.1,DNS:localhost
`,
  );
  writeFileSync(at("index.txt"), "");
  writeFileSync(at("serial"), "01\n");
  newKey("ca.key");
  openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", `/CN=${name}`, "-days", "30", "-out", "ca.crt");

  return {
    caFile: at("ca.crt"),
    issue: (subject, { expired = false } = {}) => {
      const [certFile, keyFile, request] = [at(`${subject}.crt`), at(`${subject}.key`), at(`${subject}.csr`)];
      newKey(keyFile);
      openssl("req", "-new", "-key", keyFile, "-subj", `/CN=${subject}`, "-out", request);
      const untilMs = Date.now() + (expired ? -DAY_MS : 30 * DAY_MS);
      openssl(
        ...["ca", "-batch", "-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-notext"],
        ...["-startdate", utcTime(Date.now() - 2 * DAY_MS), "-enddate", utcTime(untilMs)],
        ...["-in", request, "-out", certFile],
      );
      return { certFile, keyFile };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** YYMMDDHHMMSSZ */
function utcTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(2, 19).replaceAll(/[-T:]/g, "")}Z`;
}

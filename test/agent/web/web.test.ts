/** The page's place in the agent: what is opened, and when it is tried again. */
import { expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import type { WebDoor, WebIdentity } from "../../../agent/ports.ts";
import { IDENTITY_EVERY_MS, startWeb, type WebCodeAnswer } from "../../../agent/web/web.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { writtenLog } from "../north/core-world.ts";
import { countingSecret } from "./desk-rig.ts";
import { madeUpGateway } from "./made-up-gateway.ts";

const IDENTITY = { cert: Buffer.from("c"), key: Buffer.from("k"), fingerprint: "AA:BB" };

function open(listen: { host: string; port: number }, { taken = 0, certFile = "", builtWallMs = 0 } = {}) {
  const clock = new WorldClock();
  const log = writtenLog();
  const did: string[] = [];
  const askedMs: number[] = [];
  /** What its files hold. */
  const identity = { found: IDENTITY as WebIdentity | undefined };
  let refusals = taken;
  const web: WebDoor = {
    secret: countingSecret(),
    readIdentity: async (cert, key) => {
      did.push(`read ${cert} ${key}`);
      if (identity.found === undefined) throw new AgentError("WEB_BIND", "gone");
      return identity.found;
    },
    ownIdentity: async (path, host, nowWallMs) => {
      did.push(`own ${path} ${host}`);
      askedMs.push(nowWallMs);
      return identity.found!;
    },
    serve: async ({ host, port, identity: shown }) => {
      refusals -= 1;
      if (refusals >= 0) throw new AgentError("WEB_BIND", "taken");
      did.push(`serve ${host}:${port} ${shown === undefined ? "plain" : "TLS"}`);
      return {
        address: { host, port },
        close: async () => void did.push("closed"),
      };
    },
  };
  const page = startWeb({
    ...madeUpGateway(clock).parts,
    ...{ clock, log, web, files: memoryFiles({}), builtWallMs, folder: undefined },
    settings: {
      web: { listen, certFile, keyFile: certFile.replace("cert", "key") },
      journal: { path: "/var/lib/edge-agent/journal" } as never,
    },
  });
  const code = () =>
    page.control({ method: "POST", path: "/web/code", body: undefined })!.body as WebCodeAnswer;
  return { clock, log, did, askedMs, identity, page, code };
}

test("loopback is plain, whatever its name, and no code is given for it", async () => {
  for (const host of ["127.0.0.1", "::1", "localhost", "127.0.0.53"]) {
    const { did, page, code } = open({ host, port: 1780 });
    await page.tried;
    expect(did).toEqual([`serve ${host}:1780 plain`]);
    expect(code()).toEqual({ state: "loopback", address: { host, port: 1780 } });
  }
});

test("everything else is TLS, with the operator's certificate or one of its own beside the journal", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.7", "gateway.example"]) {
    const { did, page, code } = open({ host, port: 443 });
    await page.tried;
    expect(did).toEqual([`own /var/lib/edge-agent/local-page.pem ${host}`, `serve ${host}:443 TLS`]);
    expect(code()).toMatchObject({
      state: "network",
      fingerprint: "AA:BB",
      code: expect.stringMatching(/^.{4}-.{4}$/),
    });
  }
  const { did, page } = open({ host: "::", port: 443 }, { certFile: "/etc/cert.pem" });
  await page.tried;
  expect(did[0]).toBe("read /etc/cert.pem /etc/key.pem");
});

test("an address that is taken is tried again every minute, and said once", async () => {
  const { clock, did, log, page, code } = open({ host: "127.0.0.1", port: 1780 }, { taken: 3 });
  await page.tried;
  expect(code()).toEqual({ state: "closed", reason: "taken" });
  await clock.advance(179_999);
  expect(did).toEqual([]);
  await clock.advance(1);
  expect(did).toEqual(["serve 127.0.0.1:1780 plain"]);
  expect(log.lines.filter(({ event }) => event === "local page not open")).toHaveLength(1);
  await page.close();
  expect(did.at(-1)).toBe("closed");
});

test("a certificate that was renewed is shown from the next day on, without a restart", async () => {
  const { clock, did, identity, page, code } = open({ host: "::", port: 443 }, { certFile: "/etc/cert.pem" });
  await page.tried;
  await clock.advance(IDENTITY_EVERY_MS);
  expect(did.filter((one) => one.startsWith("serve"))).toHaveLength(1);
  identity.found = { ...IDENTITY, fingerprint: "CC:DD" };
  await clock.advance(IDENTITY_EVERY_MS);
  expect(did.slice(-2)).toEqual(["closed", "serve :::443 TLS"]);
  expect(code()).toMatchObject({ state: "network", fingerprint: "CC:DD" });
});

test("a certificate that cannot be read again leaves the page as it is", async () => {
  const { clock, did, log, identity, page, code } = open(
    { host: "::", port: 443 },
    { certFile: "/etc/cert.pem" },
  );
  await page.tried;
  identity.found = undefined;
  await clock.advance(IDENTITY_EVERY_MS);
  expect(code()).toMatchObject({ state: "network", fingerprint: "AA:BB" });
  expect(did).not.toContain("closed");
  expect(log.lines.map(({ event }) => event)).toContain("local page's certificate not read again");
  identity.found = { ...IDENTITY, fingerprint: "CC:DD" };
  await clock.advance(IDENTITY_EVERY_MS);
  expect(code()).toMatchObject({ fingerprint: "CC:DD" });
});

test("a clock that stands before the program was built dates no certificate", async () => {
  const future = new WorldClock().wallMs() + 1e12;
  const { page, askedMs } = open({ host: "::", port: 443 }, { builtWallMs: future });
  await page.tried;
  expect(askedMs).toEqual([future]);
  const other = open({ host: "::", port: 443 });
  await other.page.tried;
  expect(other.askedMs).toEqual([other.clock.wallMs()]);
});

test("what is closed looks at no certificate again", async () => {
  const { clock, did, page } = open({ host: "::", port: 443 });
  await page.tried;
  await page.close();
  const before = did.length;
  await clock.advance(3 * IDENTITY_EVERY_MS);
  expect(did).toHaveLength(before);
});

test("what is closed is not tried again", async () => {
  const { clock, did, page } = open({ host: "127.0.0.1", port: 1780 }, { taken: 1 });
  await page.tried;
  await page.close();
  await clock.advance(600_000);
  expect(did).toEqual([]);
});

test("an empty listen opens nothing", async () => {
  const { did, page, code } = open({ host: "", port: 0 });
  await page.tried;
  expect([did, code()]).toEqual([[], { state: "off" }]);
  expect(page.control({ method: "GET", path: "/status", body: undefined })).toBeUndefined();
});

/** The page's place in the agent: what is opened, and when it is tried again. */
import { expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import type { WebDoor } from "../../../agent/ports.ts";
import { startWeb, type WebCodeAnswer } from "../../../agent/web/web.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { memoryFiles } from "../config/memory-files.ts";
import { writtenLog } from "../north/core-world.ts";
import { countingSecret } from "./desk-rig.ts";
import { madeUpGateway } from "./made-up-gateway.ts";

const IDENTITY = { cert: Buffer.from("c"), key: Buffer.from("k"), fingerprint: "AA:BB" };

function open(listen: { host: string; port: number }, { taken = 0, certFile = "" } = {}) {
  const clock = new WorldClock();
  const log = writtenLog();
  const did: string[] = [];
  let refusals = taken;
  const web: WebDoor = {
    secret: countingSecret(),
    readIdentity: async (cert, key) => {
      did.push(`read ${cert} ${key}`);
      return IDENTITY;
    },
    ownIdentity: async (path, host) => {
      did.push(`own ${path} ${host}`);
      return IDENTITY;
    },
    serve: async ({ host, port, identity }) => {
      refusals -= 1;
      if (refusals >= 0) throw new AgentError("WEB_BIND", "taken");
      did.push(`serve ${host}:${port} ${identity === undefined ? "plain" : "TLS"}`);
      return {
        address: { host, port },
        close: async () => void did.push("closed"),
      };
    },
  };
  const page = startWeb({
    ...madeUpGateway(clock).parts,
    ...{ clock, log, web, files: memoryFiles({}), builtWallMs: 0, folder: undefined },
    settings: {
      web: { listen, certFile, keyFile: certFile.replace("cert", "key") },
      journal: { path: "/var/lib/edge-agent/journal" } as never,
    },
  });
  const code = () =>
    page.control({ method: "POST", path: "/web/code", body: undefined })!.body as WebCodeAnswer;
  return { clock, log, did, page, code };
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

/** The built agent as a process: its page, the code that lets in, and what becomes of a port that is taken. */
import { spawnSync } from "node:child_process";
import { request } from "node:https";
import { createServer } from "node:net";
import { expect, inject, test } from "vitest";
import type { WebCodeAnswer } from "../../agent/web/web.ts";
import { until } from "../until.ts";
import { createGateway, type Gateway } from "./run-rig.ts";

const SERVERS = ["mqtt://127.0.0.1:9"];

function codeOf(gateway: Gateway): WebCodeAnswer {
  const words = [inject("builtAgent"), "web", "code", "--socket", gateway.socket, "--json"];
  return JSON.parse(spawnSync(process.execPath, words, { encoding: "utf8" }).stdout);
}

/** Opened in the background: the agent is ready before its page is. */
async function opened<State extends WebCodeAnswer["state"]>(gateway: Gateway, state: State) {
  let answer = codeOf(gateway);
  await until(() => {
    if (answer.state !== state) answer = codeOf(gateway);
    return answer.state === state;
  }, `a page that is ${state}`);
  return answer as Extract<WebCodeAnswer, { state: State }>;
}

test("on loopback the page is there without a code, and the doctor looks at this very agent", async () => {
  const gateway = createGateway({ servers: SERVERS, tables: { web: 'listen = "127.0.0.1:0"' } });
  const agent = await gateway.start();
  const { address } = await opened(gateway, "loopback");
  const url = `http://127.0.0.1:${address.port}`;
  const page = await (await fetch(url, { headers: { "accept-language": "fr" } })).text();
  expect(page).toContain('<html lang="fr">');
  const script = /src="(\/page\/page-[0-9a-f]+\.js)"/.exec(page)![1];
  expect((await fetch(url + script)).headers.get("content-encoding")).toBe("gzip");
  expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({
    clock: {},
    journal: { storedFrames: 0 },
  });
  const headers = { origin: url, "x-edge-agent": "1", "content-type": "application/json" };
  const started = await fetch(`${url}/api/doctor`, { method: "POST", headers, body: '{"confirmed":true}' });
  expect(started.status).toBe(202);
  const report = async () =>
    (await (await fetch(`${url}/api/doctor`)).json()) as { state: string; report?: object };
  await expect.poll(async () => (await report()).state, { timeout: 40_000 }).toBe("done");
  const { firstBroken, checks } = (await report()).report as {
    firstBroken: string;
    checks: { id: string }[];
  };
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.map(({ id }) => id)).toContain(firstBroken);
  await agent.stop();
}, 60_000);

test("beyond loopback it speaks TLS, wants the code that the command prints, and keeps its certificate", async () => {
  const gateway = createGateway({ servers: SERVERS, tables: { web: 'listen = "0.0.0.0:0"' } });
  const first = await gateway.start();
  const { address, fingerprint } = await opened(gateway, "network");
  const ask = (method: string, path: string, body?: object) =>
    new Promise<{ status: number; fingerprint: string }>((resolve, reject) => {
      const headers = {
        origin: `https://127.0.0.1:${address.port}`,
        "x-edge-agent": "1",
        "content-type": "application/json",
      };
      const options = {
        host: "127.0.0.1",
        port: address.port,
        method,
        path,
        headers,
        rejectUnauthorized: false,
      };
      const asked = request(options, (response) => {
        const socket = response.socket as import("node:tls").TLSSocket;
        resolve({ status: response.statusCode!, fingerprint: socket.getPeerCertificate().fingerprint256 });
        response.resume();
      });
      asked.on("error", reject);
      asked.end(body && JSON.stringify(body));
    });
  expect(await ask("GET", "/api/status")).toEqual({ status: 401, fingerprint });
  expect((await ask("POST", "/api/session", { code: "AAAA-AAAA" })).status).toBe(401);
  const said = spawnSync(
    process.execPath,
    [inject("builtAgent"), "web", "code", "--socket", gateway.socket, "--lang", "fr"],
    {
      encoding: "utf8",
    },
  );
  expect(said.stdout).toContain(fingerprint);
  const code = /Code\s+(\w{4}-\w{4})/.exec(said.stdout)![1];
  expect((await ask("POST", "/api/session", { code })).status).toBe(200);
  expect((await ask("POST", "/api/session", { code })).status).toBe(401);
  await first.stop();
  const second = await gateway.start();
  expect((await opened(gateway, "network")).fingerprint).toBe(fingerprint);
  await second.stop();
});

test("a page that cannot be opened keeps no frame from its way, and says why", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => blocker.once("listening", listening));
  const { port } = blocker.address() as { port: number };
  const gateway = createGateway({ servers: SERVERS, tables: { web: `listen = "127.0.0.1:${port}"` } });
  const agent = await gateway.start();
  const answer = await opened(gateway, "closed");
  expect(answer.reason).toContain(String(port));
  const { status, stdout } = spawnSync(
    process.execPath,
    [inject("builtAgent"), "web", "code", "--socket", gateway.socket],
    {
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    },
  );
  expect([status, stdout]).toEqual([1, expect.stringContaining("The local page is not open")]);
  await agent.stop();
  blocker.close();
});

test("with an empty listen there is no page", async () => {
  const gateway = createGateway({ servers: SERVERS });
  const agent = await gateway.start();
  expect(codeOf(gateway)).toEqual({ state: "off" });
  const said = (lang: string) =>
    spawnSync(
      process.execPath,
      [inject("builtAgent"), "web", "code", "--config", gateway.settingsPath, "--lang", lang],
      { encoding: "utf8" },
    );
  for (const lang of ["en", "fr"]) {
    const { status, stdout } = said(lang);
    expect(status).toBe(1);
    expect(stdout).toContain('listen = "127.0.0.1:1780"');
    expect(stdout).toContain(gateway.settingsPath);
    expect(stdout).toMatch(/systemctl restart edge-agent\n\((on|sous) KerOS ?: monit restart edge-agent\)/);
  }
  await agent.stop();
});

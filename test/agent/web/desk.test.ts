/** What the page's server answers to whom: codes, sessions, origins, limits; and that it changes nothing else. */
import { describe, expect, test } from "vitest";
import { PAUSE_MS } from "../../../agent/web/examination.ts";
import { IDLE_MS_MAX, SESSION_MS_MAX, SESSIONS_MAX } from "../../../agent/web/sessions.ts";
import { DEVICES_SHOWN_MAX } from "../../../agent/web/show.ts";
import type { ShownRadio, ShownStatus } from "../../../agent/web/shown.ts";
import { FREE_TRIES } from "../../../agent/web/tries.ts";
import { jsonOf, openDeskRig } from "./desk-rig.ts";
import { madeUpDevices, madeUpReport } from "./made-up-gateway.ts";

const GETS = ["/api/status", "/api/history", "/api/devices", "/api/radio", "/api/doctor", "/api/live"];

describe("on loopback", () => {
  test("nobody is asked for a code", async () => {
    const { ask } = openDeskRig("loopback");
    for (const path of ["/", ...GETS]) expect((await ask({ path })).status, path).toBe(200);
    expect(jsonOf(await ask({ path: "/api/session" }))).toEqual({ way: "loopback", isIn: true });
  });

  test.each(["127.0.0.1", "127.0.0.1:9000", "localhost:1780", "[::1]:1780", "127.1.2.3:80", "LOCALHOST"])(
    "%s is a name of this machine",
    async (host) => {
      expect((await openDeskRig("loopback").ask({ path: "/api/status", headers: { host } })).status).toBe(
        200,
      );
    },
  );

  test.each([
    "evil.example",
    "evil.example:1780",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "192.0.2.7",
    "",
    "127.0.0.1@evil.example",
  ])("a web site that calls itself %s and resolves to it is not answered", async (host) => {
    const { ask, gateway } = openDeskRig("loopback");
    for (const path of ["/", ...GETS])
      expect((await ask({ path, headers: { host } })).status, path).toBe(421);
    const headers = { host, origin: `http://${host}` };
    const post = await ask({ method: "POST", path: "/api/doctor", headers, json: { confirmed: true } });
    expect(post.status).toBe(421);
    expect(gateway.doctorRuns).toBe(0);
  });

  test.each([
    ["another origin", { origin: "http://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:8080" }],
    ["no origin", { origin: undefined }],
    ["Origin: null", { origin: "null" }],
    ["two origins", { origin: "http://127.0.0.1:1780, http://evil.example" }],
    ["a form's content type", { "content-type": "text/plain" }],
    ["no header of ours", { "x-edge-agent": undefined }],
    ["Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }],
    ["Sec-Fetch-Site: same-site", { "sec-fetch-site": "same-site" }],
  ])("a POST with %s is refused, and changes nothing", async (_what, headers) => {
    const { ask, gateway } = openDeskRig("loopback");
    for (const [path, json] of [
      ["/api/doctor", { confirmed: true }],
      ["/api/maintenance", { confirmed: true, minutes: 10, reason: "" }],
    ] as const) {
      const answer = await ask({ method: "POST", path, json, headers: headers as never });
      expect(answer.status).toBe(403);
    }
    expect([gateway.doctorRuns, gateway.maintained]).toEqual([0, []]);
  });

  test("what another site's page asks for is not answered, though nobody could read it", async () => {
    const { ask } = openDeskRig("loopback");
    for (const path of GETS) {
      expect((await ask({ path, headers: { "sec-fetch-site": "cross-site" } })).status, path).toBe(403);
      expect((await ask({ path, headers: { "sec-fetch-site": "same-origin" } })).status, path).toBe(200);
    }
  });
});

describe("on a network", () => {
  test("without a session there is the page, and nothing in it", async () => {
    const { ask } = openDeskRig("network");
    expect((await ask({ path: "/" })).status).toBe(200);
    expect((await ask({ path: "/page/page-abc.js" })).status).toBe(200);
    expect(jsonOf(await ask({ path: "/api/session" }))).toEqual({ way: "network", isIn: false });
    for (const path of [...GETS, "/api/whatever"]) expect((await ask({ path })).status, path).toBe(401);
    for (const path of ["/api/doctor", "/api/maintenance", "/api/session/end"])
      expect((await ask({ method: "POST", path, json: { confirmed: true } })).status, path).toBe(401);
  });

  test("the code begins a session, in a cookie that no script and no other site can use", async () => {
    const { ask, code } = openDeskRig("network");
    const answer = await ask({ method: "POST", path: "/api/session", json: { code: code() } });
    expect(answer.status).toBe(200);
    const cookie = answer.headers["set-cookie"]!;
    expect(cookie).toMatch(
      /^__Host-edge-agent=[\w-]{43}; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict$/,
    );
    const headers = { cookie: `language=fr; ${cookie.split(";")[0]}` };
    for (const path of GETS) expect((await ask({ path, headers })).status, path).toBe(200);
  });

  test("a wrong code begins none; after a few the address waits, and then not even the right one counts", async () => {
    const { ask, code, clock, log } = openDeskRig("network");
    const right = code();
    const give = (given: string) => ask({ method: "POST", path: "/api/session", json: { code: given } });
    for (let wrong = 0; wrong < 3; wrong++) {
      const answer = await give("AAAA-AAAA");
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
    }
    const early = await give(right);
    expect([early.status, early.headers["retry-after"]]).toEqual([429, "1"]);
    expect(jsonOf(early)).toEqual({ error: "wait", waitMs: 1_000 });
    await clock.advance(1_000);
    expect((await give(right)).status).toBe(200);
    await give("AAAA-AAAA");
    await clock.advance(60_000);
    await give("AAAA-AAAA");
    // Who tries without end must not fill the log.
    const told = log.lines.filter(({ event }) => event === "local page: wrong code");
    expect(told.map(({ fields }) => fields.wrongCodes)).toEqual([1, 4]);
    expect(JSON.stringify(log.lines)).not.toContain("AAAA");
  });

  test.each([{}, { code: 5 }, { code: "x".repeat(65) }, [], null, "text"])(
    "%j is no code at all",
    async (json) => {
      const { ask } = openDeskRig("network");
      expect((await ask({ method: "POST", path: "/api/session", json })).status).toBe(400);
      expect((await ask({ method: "POST", path: "/api/session", body: Buffer.from("{") })).status).toBe(400);
    },
  );

  test("a session ends when nobody uses it", async () => {
    const { ask, signIn, clock } = openDeskRig("network");
    const headers = { cookie: await signIn() };
    await clock.advance(IDLE_MS_MAX - 1);
    expect((await ask({ path: "/api/status", headers })).status).toBe(200);
    await clock.advance(IDLE_MS_MAX);
    expect((await ask({ path: "/api/status", headers })).status).toBe(401);
  });

  test("a session ends after a working day, used or not", async () => {
    const { ask, signIn, clock } = openDeskRig("network");
    const headers = { cookie: await signIn() };
    for (let spentMs = 0; spentMs < SESSION_MS_MAX; spentMs += IDLE_MS_MAX / 2) {
      expect((await ask({ path: "/api/status", headers })).status).toBe(200);
      await clock.advance(IDLE_MS_MAX / 2);
    }
    expect((await ask({ path: "/api/status", headers })).status).toBe(401);
  });

  test("signing out ends it, for this browser and for whoever copied its cookie", async () => {
    const { ask, signIn } = openDeskRig("network");
    const headers = { cookie: await signIn() };
    const answer = await ask({ method: "POST", path: "/api/session/end", headers, json: {} });
    expect(answer.headers["set-cookie"]).toMatch(/^__Host-edge-agent=; Path=\/; Max-Age=0;/);
    expect((await ask({ path: "/api/status", headers })).status).toBe(401);
  });

  test("of more sessions than there may be the one unused for longest ends", async () => {
    const { ask, signIn, clock } = openDeskRig("network");
    const cookies: string[] = [];
    for (let browser = 0; browser < SESSIONS_MAX; browser++) {
      cookies.push(await signIn());
      await clock.advance(10);
    }
    const isIn = async (cookie: string) =>
      (await ask({ path: "/api/status", headers: { cookie } })).status === 200;
    expect(await isIn(cookies[0]!)).toBe(true);
    await signIn();
    expect([await isIn(cookies[0]!), await isIn(cookies[1]!), await isIn(cookies[2]!)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test.each([
    "__Host-edge-agent=",
    "__Host-edge-agent=__proto__",
    "x__Host-edge-agent=a",
    "edge-agent=1",
    "",
  ])("the cookie %j is no session", async (cookie) => {
    const { ask, signIn } = openDeskRig("network");
    await signIn();
    expect((await ask({ path: "/api/status", headers: { cookie } })).status).toBe(401);
  });
});

describe("every answer", () => {
  test("takes nothing from outside, lets nobody frame it, and is not kept", async () => {
    const { ask } = openDeskRig("network");
    for (const path of ["/", "/page/page-abc.js", "/api/status", "/nothing"]) {
      const { headers } = await ask({ path });
      const policy = headers["content-security-policy"]!;
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).not.toMatch(/unsafe|http|\*|data:/);
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(headers["x-content-type-options"], path).toBe("nosniff");
      expect(headers["referrer-policy"], path).toBe("no-referrer");
      expect(headers["access-control-allow-origin"], path).toBeUndefined();
    }
    expect((await ask({ path: "/api/session" })).headers["cache-control"]).toBe("no-store");
  });

  test.each(["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])("%s is refused", async (method) => {
    expect((await openDeskRig("loopback").ask({ method, path: "/api/status" })).status).toBe(405);
  });

  test.each([
    "/page/secret.txt",
    "/page/../secret.txt",
    "/page/",
    "/page/files.json",
    "/page/__proto__",
    "/api",
    "//",
  ])("%s is nothing", async (path) => {
    expect((await openDeskRig("loopback").ask({ path })).status).toBe(404);
  });
});

describe("the page's own files", () => {
  test.each([
    [{}, "english"],
    [{ "accept-language": "fr-FR,fr;q=0.9,en;q=0.8" }, "français"],
    [{ "accept-language": "de, en;q=0.5, fr;q=0.7" }, "français"],
    [{ "accept-language": "fr;q=0, de" }, "english"],
    [{ "accept-language": "fr", cookie: "language=en" }, "english"],
    [{ "accept-language": "en", cookie: "a=b; language=fr" }, "français"],
    [{ cookie: "language=xx" }, "english"],
    [{ "accept-encoding": "gzip, deflate, br" }, "ENGLISH-BR"],
    [{ "accept-encoding": "gzip, deflate" }, "ENGLISH-GZ"],
  ])("%j gets %s", async (headers, body) => {
    const answer = await openDeskRig("loopback").ask({ headers });
    expect(String(answer.body)).toBe(body);
    expect(answer.headers["cache-control"]).toBe("no-cache");
  });

  test("what the browser has is not sent again", async () => {
    const { ask } = openDeskRig("loopback");
    const { headers } = await ask({ path: "/page/page-abc.js" });
    expect(headers["cache-control"]).toContain("immutable");
    const again = await ask({ path: "/page/page-abc.js", headers: { "if-none-match": headers.etag! } });
    expect([again.status, again.body]).toEqual([304, undefined]);
  });
});

describe("the doctor", () => {
  const start = { method: "POST", path: "/api/doctor", json: { confirmed: true } } as const;

  test("is not started without a yes", async () => {
    const { ask, gateway } = openDeskRig("loopback");
    for (const json of [{}, { confirmed: "yes" }, undefined])
      expect((await ask({ ...start, json })).status).toBe(400);
    expect(gateway.doctorRuns).toBe(0);
    expect(jsonOf(await ask({ path: "/api/doctor" }))).toEqual({ state: "never" });
  });

  test("works once at a time, whoever asks, and rests in between", async () => {
    const { ask, gateway, clock } = openDeskRig("loopback");
    gateway.doctor = async () => {
      await clock.sleep(2_000);
      return madeUpReport(0);
    };
    const states = [await ask(start), await ask(start)].map((answer) => jsonOf(answer));
    expect(states).toEqual(Array.from({ length: 2 }, () => expect.objectContaining({ state: "running" })));
    await clock.advance(2_000);
    expect(jsonOf(await ask({ path: "/api/doctor" }))).toMatchObject({
      state: "done",
      report: { firstBroken: "broker-tcp" },
    });
    await ask(start);
    expect(gateway.doctorRuns).toBe(1);
    await clock.advance(PAUSE_MS);
    expect(jsonOf(await ask(start))).toMatchObject({ state: "running" });
    expect(gateway.doctorRuns).toBe(2);
  });
});

describe("maintenance", () => {
  test("is announced with a yes, an end and a reason, and ended with zero minutes", async () => {
    const { ask, gateway } = openDeskRig("loopback");
    const set = (json: unknown) => ask({ method: "POST", path: "/api/maintenance", json });
    expect(jsonOf(await set({ confirmed: true, minutes: 30, reason: "antenna" }))).toMatchObject({
      maintenance: { reason: "antenna", by: "local page" },
    });
    expect(gateway.maintained[0]!.untilWallMs - gateway.maintained[0]!.sinceWallMs).toBe(1_800_000);
    expect(jsonOf(await set({ confirmed: true, minutes: 0, reason: "" }))).toEqual({ maintenance: null });
  });

  test("has a reason that no terminal obeys", async () => {
    const { ask, gateway } = openDeskRig("loopback");
    const json = { confirmed: true, minutes: 30, reason: "é\u001b[2J\n\u009b31m" };
    await ask({ method: "POST", path: "/api/maintenance", json });
    expect(gateway.maintained[0]!.reason).toBe("é [2J  31m");
  });

  test.each([
    { minutes: 30, reason: "" },
    { confirmed: true, minutes: -1, reason: "" },
    { confirmed: true, minutes: 1.5, reason: "" },
    { confirmed: true, minutes: 10_081, reason: "" },
    { confirmed: true, minutes: 30, reason: "x".repeat(201) },
    { confirmed: true, minutes: "30", reason: "" },
  ])("%j announces nothing", async (json) => {
    const { ask, gateway } = openDeskRig("loopback");
    expect((await ask({ method: "POST", path: "/api/maintenance", json })).status).toBe(400);
    expect(gateway.maintained).toEqual([]);
  });
});

test("of many devices those heard last are shown, and how many there are", async () => {
  const { ask, gateway } = openDeskRig("loopback");
  gateway.known = madeUpDevices(DEVICES_SHOWN_MAX + 5).reverse();
  const { known, devices } = jsonOf(await ask({ path: "/api/devices" })) as {
    known: number;
    devices: { devAddr: string }[];
  };
  expect([known, devices.length, devices[0]!.devAddr]).toEqual([
    DEVICES_SHOWN_MAX + 5,
    DEVICES_SHOWN_MAX,
    "26010000",
  ]);
});

test("of the outages the latest are shown, and of the radio what is plotted", async () => {
  const { ask, gateway } = openDeskRig("loopback");
  const { health } = gateway.status;
  const outages = Array.from({ length: 9 }, (_none, number) => ({ ...health.outages[0]!, number }));
  gateway.status = { ...gateway.status, health: { ...health, outages } };
  const status = jsonOf(await ask({ path: "/api/status" })) as ShownStatus;
  expect(status.health.outages.map(({ number }) => number)).toEqual([4, 5, 6, 7, 8]);
  expect(status.health.availability.subjects[0]).toMatchObject({ kind: "gateway", day: { availability: 1 } });
  const radio = jsonOf(await ask({ path: "/api/radio" })) as ShownRadio;
  expect(Object.keys(radio.gateways[0]!).sort()).toEqual([
    "channels",
    "crc",
    "gatewayEui",
    "rates",
    "rssiDbm",
    "snrDb",
  ]);
});

test("addresses of one network share their wrong codes, and another's cost them nothing", async () => {
  const { ask, code } = openDeskRig("network");
  const right = code();
  const give = (given: string, peer: string, network: string) =>
    ask({ method: "POST", path: "/api/session", json: { code: given }, peer, network });
  for (let wrong = 0; wrong < FREE_TRIES; wrong++)
    await give("AAAA-AAAA", `2001:db8:0:1::${wrong}`, "2001:db8:0:1::/64");
  expect((await give(right, "2001:db8:0:1::9", "2001:db8:0:1::/64")).status).toBe(429);
  expect((await give(right, "2001:db8:0:2::1", "2001:db8:0:2::/64")).status).toBe(200);
});

test("the status has no counters and nothing that a page does not show", async () => {
  const status = jsonOf(await openDeskRig("loopback").ask({ path: "/api/status" })) as object;
  expect(Object.keys(status).sort()).toEqual([
    "clock",
    "cores",
    "dutyCycle",
    "field",
    "forwarders",
    "gateway",
    "health",
    "journal",
    "nowWallMs",
    "startedWallMs",
    "uptimeMs",
    "version",
  ]);
});

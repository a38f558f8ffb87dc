/**
 * The page in a real Chromium, as a technician sees it: every view, both languages, a phone, live frames, a wrong code, a
 * session that is over, an agent that goes away. axe looks at each view.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LANGUAGES } from "../../../agent/text/text.ts";
import { READERS_MAX } from "../../../agent/web/live.ts";
import { freePort } from "../../free-port.ts";
import { launch, type Served, serve, visit } from "./browser.ts";
import { EUI, madeUpFrame, madeUpReport, madeUpStatus } from "./made-up-gateway.ts";

const VIEWS = ["overview", "frames", "signal", "history", "doctor", "devices", "position", "export"];
/** Where the pictures go, for somebody to look at; unset: nowhere. */
const SHOTS = process.env.SCREENSHOTS;

const SOON = { timeout: 10_000 };
/** A view that has been gone to has asked for what it shows, and drawn its plots. */
const DRAWN_MS = 300;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** For how long the page's thread has had the processor: what else this machine does is no work of the page's. */
async function workedMs(protocol: CDPSession): Promise<number> {
  const { metrics } = await protocol.send("Performance.getMetrics");
  return 1e3 * metrics.find(({ name }) => name === "TaskDuration")!.value;
}

async function shown(page: Page): Promise<string> {
  return page.locator("main").innerText();
}

async function goTo(page: Page, view: string): Promise<void> {
  await page.locator(`nav a[href="#${view}"]`).click();
  await page.locator(`nav a[href="#${view}"][aria-current]`).waitFor();
}

async function hear({ gateway }: Served, page: Page, frames: number): Promise<void> {
  await page.locator(".link[data-state=live]", { hasText: "●" }).waitFor();
  for (let frame = 0; frame < frames; frame++)
    for (const event of madeUpFrame(frame, Date.now() - (frames - frame) * 400)) gateway.feed.emit(event);
}

/** @returns what axe finds that is more than a trifle, by rule and place. */
async function axeFinds(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const found = await page.evaluate(
    // biome-ignore lint/suspicious/noExplicitAny: axe stands in the browser's world.
    async () => (await (globalThis as any).axe.run()).violations as axe.Result[],
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

describe.each(LANGUAGES)("in %s", (language) => {
  test.each([
    ["on a desk", false],
    ["on a phone", true],
  ] as const)(
    "%s every view shows what it should, fits, and has nothing that a screen reader stumbles over",
    async (where, phone) => {
      const served = await serve();
      served.gateway.status = madeUpStatus();
      const { page, troubles } = await visit(browser, served.url, { language, phone });
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      await page.locator(".cards").waitFor();
      await hear(served, page, 60);
      const words = {
        overview:
          language === "fr"
            ? /Tout fonctionne[\s\S]*99,715 %[\s\S]*coupure de courant/
            : /Everything works[\s\S]*99.715 %[\s\S]*the power was cut/,
        frames: "2601000f",
        signal:
          language === "fr"
            ? /SF12[\s\S]*50\s114 trames[\s\S]*867,300/
            : /SF12[\s\S]*50,114 frames[\s\S]*867.300/,
        history: language === "fr" ? "Heure par heure" : "By the hour",
        doctor: language === "fr" ? "Aucun examen" : "Not examined",
        devices: "26010001",
        position: language === "fr" ? "48,11735" : "48.11735",
        export: "CSV",
      };
      for (const view of VIEWS) {
        await goTo(page, view);
        await expect.poll(() => shown(page), SOON).toMatch(words[view as keyof typeof words]);
        await page.waitForTimeout(view === "signal" || view === "history" ? DRAWN_MS : 0);
        await shoot(page, `${language}-${phone ? "phone" : "desk"}-${view}`);
        expect(await axeFinds(page), `${view}, ${where}`).toEqual([]);
        const wide = await page.evaluate<unknown>("document.documentElement.scrollWidth - innerWidth");
        expect(wide, `${view} is wider than the screen`).toBeLessThanOrEqual(0);
      }
      expect(troubles).toEqual([]);
    },
    120_000,
  );
});

test("what is wrong comes first, with what to do", async () => {
  const served = await serve();
  const good = madeUpStatus();
  served.gateway.status = madeUpStatus({
    cores: [{ ...good.cores[0]!, state: "waiting", lastError: "noRoute", alarms: [] }],
    health: {
      ...good.health,
      alarms: [
        {
          id: "coreUnreachable",
          subject: "main",
          severity: "critical",
          sinceWallMs: Date.now() - 600_000,
          evidence: { awayMs: 600_000 },
        },
      ],
    } as never,
  });
  const { page, troubles } = await visit(browser, served.url, { phone: true });
  await page.locator(".verdict").waitFor();
  const text = await shown(page);
  expect(text).toContain("Something is broken");
  expect(text).toContain("no road to it");
  expect(text).toMatch(/critical[\s\S]*What to do:/);
  expect(text.indexOf("critical")).toBeLessThan(text.indexOf("Packet forwarders"));
  expect(await axeFinds(page)).toEqual([]);
  await shoot(page, "en-phone-trouble");
  expect(troubles).toEqual([]);
});

test("frames appear as they are heard, can be filtered, and held still", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url);
  await goTo(page, "frames");
  await hear(served, page, 3);
  const rows = page.locator("tbody tr");
  await expect.poll(() => rows.count(), SOON).toBe(3);
  await expect.poll(() => rows.first().innerText(), SOON).toMatch(/26010002[\s\S]*taken by main/);
  await page.getByLabel("Show only").fill("26010001");
  await expect.poll(() => rows.count(), SOON).toBe(1);
  await page.getByLabel("Show only").fill("");
  await page.getByRole("button", { name: "Pause" }).click();
  await hear(served, page, 5);
  await page.waitForTimeout(1_200);
  expect(await rows.count()).toBe(3);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(() => rows.count(), SOON).toBe(8);
});

describe("hostile words", () => {
  /** Whoever gets one of these to take effect sets the title, or leaves an element of its kind. */
  const EVIL =
    '"><img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>' +
    "<svg onload=alert(1)><iframe srcdoc=x></iframe>{severity}{__proto__}$&javascript:alert(1)\u202e\u0000\u001b[2J";

  /** The same shape, with every text evil but for those that choose between cases, and every figure kept. */
  function poisoned<T>(value: T, kept: ReadonlySet<string>, name = ""): T {
    if (typeof value === "string") return (kept.has(name) ? value : EVIL) as T;
    if (Array.isArray(value)) return value.map((one) => poisoned(one, kept, name)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, poisoned(inner, kept, key)]),
    ) as T;
  }

  const CASES = new Set([
    "state",
    "severity",
    "kind",
    "verdict",
    "how",
    "grade",
    "key",
    "custody",
    "registration",
  ]);

  function alarm(id: string): object {
    const evidence = { awayMs: 600_000, core: EVIL, reason: EVIL, server: EVIL, name: EVIL };
    return { id, subject: EVIL, severity: "critical", sinceWallMs: Date.now() - 600_000, evidence };
  }

  test.each(LANGUAGES)(
    "from the air, a broker, an operator or a core are words in every view, and nothing else (%s)",
    async (language) => {
      const served = await serve();
      const { gateway } = served;
      const good = madeUpStatus();
      const evil = poisoned(good, CASES);
      gateway.status = {
        ...evil,
        clock: good.clock,
        cores: [
          { ...evil.cores[0]!, state: "waiting", lastError: EVIL, alarms: [EVIL as never] },
          { ...evil.cores[0]!, id: "other", state: "connected" },
        ],
        journal: { ...good.journal, failing: EVIL as never },
        health: {
          ...evil.health,
          alarms: [alarm("coreUnreachable"), alarm(EVIL), alarm("toString")] as never,
        },
      };
      gateway.known = poisoned(gateway.known.slice(0, 3), CASES);
      const report = madeUpReport(Date.now());
      gateway.doctor = async () => ({
        ...report,
        firstBroken: EVIL as never,
        checks: report.checks.map((check) => ({
          ...check,
          id: EVIL as never,
          subject: EVIL,
          evidence: { [EVIL]: EVIL },
        })),
      });
      const { page, troubles } = await visit(browser, served.url, { language, phone: true });
      await expect.poll(async () => [await page.locator(".verdict").count(), ...troubles], SOON).toEqual([1]);
      await page.locator("#reason").fill(EVIL.replace("\u0000", ""));
      await page.locator("form button[type=submit]").click();
      await page.locator("dialog button.main").click();
      await hear(served, page, 1);
      for (const event of madeUpFrame(7, Date.now())) {
        const bad = poisoned(event, new Set([...CASES, "crc", "gatewayEui"]));
        gateway.feed.emit(bad);
        gateway.feed.emit({ ...bad, verdict: "refused", reason: EVIL } as never);
      }
      await goTo(page, "doctor");
      await page.locator("main .tools button").click();
      await page.locator("dialog button.main").click();
      await page.locator(".checks li").first().waitFor();
      for (const view of VIEWS) {
        await goTo(page, view);
        if (!["export", "history", "signal", "position"].includes(view))
          await expect.poll(() => shown(page), SOON).toContain("onerror");
        await page.waitForTimeout(DRAWN_MS);
        const found = await page.evaluate<string[]>(
          `[...document.querySelectorAll("img, script:not([src]), iframe, [onload], [onerror], [srcdoc], a[href^=javascript]")].map((one) => one.outerHTML)`,
        );
        expect(found, view).toEqual([]);
        expect(await page.title(), view).not.toContain("owned");
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(wide, `${view} is wider than the screen`).toBeLessThanOrEqual(0);
        await shoot(page, `${language}-hostile-${view}`);
      }
      expect(troubles).toEqual([]);
    },
    60_000,
  );

  test("in a table that is saved stay in their cell, and no spreadsheet reckons with them", async () => {
    const served = await serve();
    served.gateway.known = [{ ...served.gateway.known[0]!, devAddr: '=HYPERLINK("http://evil.example")' }];
    const { page } = await visit(browser, served.url);
    await goTo(page, "export");
    const button = page.getByRole("button", { name: "Devices as CSV" });
    await expect.poll(() => button.isEnabled(), SOON).toBe(true);
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    expect(readFileSync(await download.path(), "utf8")).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
  });
});

describe("on a hard day", () => {
  test.each([
    ["a phone of 320 pixels", { width: 320, height: 568 }, 100],
    ["twice the size of text", { width: 360, height: 640 }, 200],
    ["twice the size of text, on a desk", { width: 1280, height: 900 }, 200],
  ] as const)(
    "%s: every view still fits, in French with its long words",
    async (_what, viewport, percent) => {
      const served = await serve();
      const { page, troubles } = await visit(browser, served.url, { language: "fr" });
      await page.setViewportSize(viewport);
      await page.evaluate(`document.documentElement.style.fontSize = "${1.125 * percent}%"`);
      await page.locator(".cards").waitFor();
      await hear(served, page, 5);
      for (const view of VIEWS) {
        await goTo(page, view);
        await page.waitForTimeout(DRAWN_MS);
        const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        expect(wide, `${view} is wider than the screen`).toBeLessThanOrEqual(0);
        if (view === "signal" && percent === 200) {
          const high = await page.locator(".u-wrap").first().boundingBox();
          expect(high?.height, "a plot grows with the text").toBeGreaterThan(400);
        }
        await shoot(page, `fr-${viewport.width}-${percent}-${view}`);
      }
      expect(troubles).toEqual([]);
    },
    60_000,
  );

  test("a hundred frames a second leave an old phone time for a finger, and the page no larger", async () => {
    const served = await serve();
    const { page, context } = await visit(browser, served.url, { phone: true });
    const protocol = await context.newCDPSession(page);
    await protocol.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    await protocol.send("Performance.enable", { timeDomain: "threadTicks" });
    await goTo(page, "frames");
    await page.locator(".link[data-state=live]", { hasText: "●" }).waitFor();
    let number = 0;
    const storm = setInterval(() => {
      for (let frame = 0; frame < 10; frame++)
        for (const event of madeUpFrame(number++, Date.now())) served.gateway.feed.emit(event);
    }, 100);
    onTestFinished(() => clearInterval(storm));
    await expect.poll(() => page.locator("tbody tr").count(), { timeout: 30_000 }).toBe(100);
    await page.waitForTimeout(6_000);
    const [fromMs, begunMs] = [await workedMs(protocol), performance.now()];
    await page.locator('nav a[href="#signal"]').click();
    await page.locator('nav a[href="#signal"][aria-current]').waitFor();
    // The finger of a busy machine is slow itself, and frames come meanwhile: then the page must have had rest.
    const tookMs = performance.now() - begunMs;
    expect((await workedMs(protocol)) - fromMs).toBeLessThan(Math.max(3_000, 0.8 * tookMs));
    await goTo(page, "frames");
    expect(await page.locator("tbody tr").count()).toBeLessThanOrEqual(100);
  }, 90_000);

  test("a phone whose clock is wrong by years shows the agent's time, and ages that are right", async () => {
    const served = await serve();
    const { page, context } = await visit(browser, served.url);
    await context.clock.setFixedTime(new Date("2001-01-01T00:00:00Z"));
    await page.reload();
    await page.locator(".cards").waitFor();
    const text = await shown(page);
    expect(text).toContain(String(new Date().getUTCFullYear()));
    expect(text).not.toContain("2001");
    expect(text).toContain("heard 1s ago");
  });

  test("who finds no room to look is told so, and gets in when somebody leaves", async () => {
    const served = await serve();
    const others = [];
    for (let other = 0; other < READERS_MAX; other++) {
      const away = new AbortController();
      // Held, and with a reader: a response that nobody holds is let go of, and its place with it.
      const response = await fetch(`${served.url}api/live`, { signal: away.signal });
      others.push({ away, response, reader: response.body?.getReader() });
    }
    const { page, troubles } = await visit(browser, served.url);
    const banner = page.locator(".banner");
    await expect.poll(() => banner.innerText(), SOON).toContain("as many browsers as it serves");
    await page.waitForTimeout(3_000);
    expect(await banner.innerText()).toContain("as many browsers as it serves");
    others[0]!.away.abort();
    await page.locator(".cards").waitFor();
    await expect.poll(() => banner.innerText(), SOON).toBe("");
    expect(troubles).toEqual([]);
    for (const { away } of others) away.abort();
  });
});

test("the doctor works when the button is pressed and the question answered, not before", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url);
  await goTo(page, "doctor");
  await page.getByRole("button", { name: "Examine" }).click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.innerText()).toContain("Start the examination?");
  expect(await axeFinds(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Examine" }).click();
  // The first button has the focus: a hasty Enter does nothing.
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  expect(served.gateway.doctorRuns).toBe(0);
  await page.getByRole("button", { name: "Examine" }).click();
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect.poll(() => shown(page), SOON).toContain("The first that is broken: broker-tcp");
  expect(await page.locator(".checks li").count()).toBe(5);
  expect(await page.locator(".checks li.trouble").innerText()).toMatch(
    /broken\s+broker-tcp \(main\)[\s\S]*What to do:/,
  );
  expect(served.gateway.doctorRuns).toBe(1);
  expect(await axeFinds(page)).toEqual([]);
  await shoot(page, "en-desk-doctor-done");
});

test("maintenance is announced and ended, each after a question", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url, { language: "fr" });
  await page.getByLabel("Motif").fill("antenne");
  await page.getByLabel("Minutes").selectOption("30");
  await page.getByRole("button", { name: "Annoncer …" }).click();
  expect(await page.getByRole("dialog").innerText()).toContain("30 minutes");
  await page.getByRole("button", { name: "Annoncer", exact: true }).click();
  await expect.poll(() => shown(page), SOON).toMatch(/Annoncée jusqu'au .* : antenne/);
  expect(served.gateway.maintained).toMatchObject([{ reason: "antenne" }]);
  await page.getByRole("button", { name: "Y mettre fin …" }).click();
  await page.getByRole("button", { name: "Y mettre fin", exact: true }).click();
  await expect.poll(() => shown(page), SOON).toContain("Non annoncée");
});

test("the language changes at once, and is remembered", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url);
  await goTo(page, "devices");
  await page.getByRole("button", { name: "Français" }).click();
  await expect.poll(() => page.locator("h1").innerText(), SOON).toBe("Capteurs");
  await expect.poll(() => page.locator("html").getAttribute("lang"), SOON).toBe("fr");
  await page.reload();
  await expect.poll(() => page.locator("h1").innerText(), SOON).toBe("Capteurs");
});

test("by keyboard alone: past the navigation, to a view, whose title then has the focus", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url);
  await page.locator(".cards").waitFor();
  await page.keyboard.press("Tab");
  expect(await page.evaluate<unknown>("document.activeElement?.textContent")).toBe("Skip to content");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  // The link that was followed has the same words.
  const focused = "[document.activeElement?.tagName, document.activeElement?.textContent]";
  await expect.poll(() => page.evaluate<unknown>(focused), SOON).toEqual(["H1", "Frames"]);
});

test("what was shown is saved as CSV and as JSON, also when the agent has gone", async () => {
  const served = await serve();
  const { page } = await visit(browser, served.url);
  await page.locator(".cards").waitFor();
  await hear(served, page, 4);
  await goTo(page, "frames");
  await expect.poll(() => page.locator("tbody tr").count(), SOON).toBe(4);
  await goTo(page, "export");
  await served.close();
  const save = async (name: string): Promise<string> => {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    return readFileSync(await (await waiting).path(), "utf8");
  };
  const csv = (await save("Frames as CSV")).split("\r\n");
  expect(csv).toHaveLength(6);
  expect(csv[0]).toContain("header.devAddr");
  expect(csv[1]).toContain("0x26010000");
  expect(JSON.parse(await save("Frames as JSON"))[3]).toMatchObject({
    gatewayEui: EUI,
    "header.devAddr": "26010003",
  });
});

test("an agent that goes away is said, with the age of what is shown; when it is back the page goes on", async () => {
  // Not one that somebody else is given while nobody listens on it.
  const served = await serve({ port: await freePort() });
  const { page } = await visit(browser, served.url);
  await page.locator(".cards").waitFor();
  const { port } = served.address;
  await served.close();
  const banner = page.locator(".banner");
  await expect
    .poll(() => banner.innerText(), { timeout: 10_000 })
    .toMatch(/does not answer\. What you see is \d+s old/);
  await expect.poll(() => page.locator("[aria-live=polite]").innerText(), SOON).toContain("does not answer");
  expect(await shown(page)).toContain("edge-agent 1.2.3");
  // What was well a while ago is no news.
  await expect.poll(() => shown(page), SOON).not.toContain("Everything works");
  await shoot(page, "en-desk-gone");
  const again = await serve({ port });
  again.gateway.status = madeUpStatus({ version: "9.9.9" });
  await expect.poll(() => shown(page), { timeout: 20_000 }).toContain("9.9.9");
  await expect.poll(() => banner.innerText(), SOON).toBe("");
}, 60_000);

describe("opened to a network", () => {
  const network = () => serve({ host: "0.0.0.0" });

  test("it asks for the code, says when it is wrong, and lets in with the right one", async () => {
    const served = await network();
    const { page, context, troubles } = await visit(browser, served.url, { phone: true });
    const code = page.getByLabel("Code");
    await code.fill("AAAA-AAAA");
    await page.getByRole("button", { name: "Enter" }).click();
    await expect.poll(() => page.getByRole("alert").innerText(), SOON).toContain("not the code");
    expect(await axeFinds(page)).toEqual([]);
    await shoot(page, "en-phone-code");
    const answer = served.code();
    if (answer.state !== "network") throw new Error(answer.state);
    await code.fill(answer.code.toLowerCase());
    await page.keyboard.press("Enter");
    await page.locator(".cards").waitFor();
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict" });
    await page.reload();
    await page.locator(".cards").waitFor();
    expect(troubles).toEqual([]);
  });

  test("a guesser has to wait", async () => {
    const served = await network();
    served.code();
    const { page } = await visit(browser, served.url, { language: "fr" });
    const give = async (): Promise<void> => {
      await page.getByLabel("Code").fill("AAAA-AAAA");
      const answered = page.waitForResponse(/api\/session$/);
      await page.getByRole("button", { name: "Entrer" }).click();
      await answered;
    };
    const said = async (): Promise<string> => (await page.getByRole("alert").allInnerTexts()).join();
    // On a slow machine the first wait, a second, is over before the next try: each is twice the one before.
    await expect
      .poll(
        async () => {
          if (!(await said()).includes("Trop")) await give();
          return said();
        },
        { timeout: 40_000 },
      )
      .toMatch(/Trop de codes erronés\. Réessayez dans \d+\u00a0s/);
  });

  test("a session that is over asks for a new code, and says why; signing out ends one", async () => {
    const served = await network();
    const { page, context } = await visit(browser, served.url);
    const enter = async (): Promise<void> => {
      const answer = served.code();
      if (answer.state !== "network") throw new Error(answer.state);
      await page.getByLabel("Code").fill(answer.code);
      await page.keyboard.press("Enter");
      await page.locator(".cards").waitFor();
    };
    await enter();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Code").waitFor();
    await enter();
    // Another tab, or the agent's restart, ends the session behind this page's back.
    await context.request.post(`${served.url}api/session/end`, {
      headers: { origin: served.url.slice(0, -1), "x-edge-agent": "1", "content-type": "application/json" },
      data: {},
    });
    await expect
      .poll(() => page.getByRole("alert").innerText(), { timeout: 10_000 })
      .toContain("session is over");
    await expect.poll(() => page.locator("nav a").count(), SOON).toBe(0);
  });
});

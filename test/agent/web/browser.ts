import { dirname, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { inject, onTestFinished } from "vitest";
import { openClock } from "../../../agent/host/clock.ts";
import { openFiles } from "../../../agent/host/files.ts";
import { openWebDoor } from "../../../agent/host/web.ts";
import type { UdpPeer } from "../../../agent/ports.ts";
import type { Language } from "../../../agent/text/text.ts";
import { startWeb, type Web, type WebCodeAnswer, type WebParts } from "../../../agent/web/web.ts";
import { testFolder } from "../../test-folder.ts";
import { writtenLog } from "../north/core-world.ts";
import { type MadeUpGateway, madeUpGateway } from "./made-up-gateway.ts";

const CHROMIUM = "/usr/bin/chromium";

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}

export interface Served {
  readonly gateway: MadeUpGateway;
  readonly address: UdpPeer;
  readonly url: string;
  readonly web: Web;
  /** As `edge-agent web code` asks. */
  code(): WebCodeAnswer;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** To the network's way on a loopback address: only that it is not recognised as one. */
  readonly host?: string;
  readonly port?: number;
  readonly gateway?: MadeUpGateway;
  readonly parts?: Partial<WebParts>;
}

export async function serve({
  host = "127.0.0.1",
  port = 0,
  gateway,
  parts,
}: ServeOptions = {}): Promise<Served> {
  const clock = openClock();
  const made = gateway ?? madeUpGateway(clock);
  const folder = testFolder("edge-agent-web");
  const web = startWeb({
    ...made.parts,
    clock,
    files: openFiles(),
    log: writtenLog(),
    web: openWebDoor(),
    settings: {
      web: { listen: { host, port }, certFile: "", keyFile: "" },
      journal: { path: join(folder, "journal") } as never,
    },
    builtWallMs: Date.UTC(2026, 0, 1),
    folder: join(dirname(inject("builtAgent")), "web", "page"),
    ...parts,
  });
  onTestFinished(() => web.close());
  await web.tried;
  const code = (): WebCodeAnswer =>
    web.control({ method: "POST", path: "/web/code", body: undefined })!.body as WebCodeAnswer;
  const answer = code();
  if (answer.state === "off" || answer.state === "closed") throw new Error(JSON.stringify(answer));
  const { address } = answer;
  const scheme = answer.state === "network" ? "https" : "http";
  const name = address.host === "0.0.0.0" ? "127.0.0.1" : address.host;
  return {
    gateway: made,
    address,
    web,
    url: `${scheme}://${name}:${address.port}/`,
    code,
    close: () => web.close(),
  };
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the browser: errors of scripts, refusals of the policy, requests to elsewhere. */
  readonly troubles: string[];
}

export async function visit(
  browser: Browser,
  url: string,
  { language = "en", phone = false }: { readonly language?: Language; readonly phone?: boolean } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    locale: language === "fr" ? "fr-FR" : "en-GB",
    ignoreHTTPSErrors: true,
    viewport: phone ? { width: 360, height: 640 } : { width: 1280, height: 900 },
    acceptDownloads: true,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text()))
      troubles.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("blob:"))
      troubles.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, troubles };
}

/**
 * The local page's place in the agent: where it listens, by whom it is known, and what `edge-agent web code` is told.
 * Off with an empty `listen`; loopback by default; beyond it only with TLS and a code.
 *
 * What answers (desk.ts) is loaded with the first request.
 */
import { dirname, join } from "node:path";
import { isLoopback } from "../config/cross.ts";
import type { Settings } from "../config/settings.ts";
import { keepListening, type Listening } from "../control/keep-listening.ts";
import { isAgentError } from "../errors.ts";
import type { ControlAnswer, ControlRequest, Timer, UdpPeer, WebDoor, WebIdentity } from "../ports.ts";
import type { Desk, DeskParts } from "./desk.ts";
import type { Way } from "./gate.ts";
import { createOneTimeCode } from "./one-time-code.ts";

export interface WebParts extends Omit<DeskParts, "way" | "code" | "secret"> {
  /** Absent: there is no local page. */
  readonly web?: WebDoor | undefined;
  readonly settings: Pick<Settings, "web" | "journal">;
  readonly builtWallMs: number;
}

/** What `edge-agent web code` is told. */
export type WebCodeAnswer =
  | { readonly state: "off" }
  | { readonly state: "closed"; readonly reason: string }
  | { readonly state: "loopback"; readonly address: UdpPeer }
  | {
      readonly state: "network";
      readonly address: UdpPeer;
      readonly code: string;
      readonly lastsMs: number;
      readonly fingerprint: string;
    };

export interface Web {
  /** When it has been tried to open it for the first time. */
  readonly tried: Promise<void>;
  /** @returns undefined for questions that are not about the page. */
  control(request: ControlRequest): ControlAnswer | undefined;
  close(): Promise<void>;
}

/** Certificates end, and whoever keeps the operator's files renews them: nobody restarts the agent for that. */
export const IDENTITY_EVERY_MS = 86_400_000;
/** Beside the journal: what is there outlives an upgrade. */
const OWN_IDENTITY = "local-page.pem";

/** Comes back at once: making a certificate takes an ARM core its time, and frames do not wait for it. */
export function startWeb(parts: WebParts): Web {
  const { clock, log, settings, web: door, builtWallMs } = parts;
  const { listen, certFile, keyFile } = settings.web;
  const isOff = door === undefined || listen.host === "";
  const way: Way = isLoopback(listen.host) ? "loopback" : "network";
  const code = door && createOneTimeCode(clock, door.secret);
  let desk: Promise<Desk> | undefined;
  let identity: WebIdentity | undefined;
  let renewing: Timer | undefined;
  let isClosed = false;

  function theDesk(opened: WebDoor): Promise<Desk> {
    desk ??= import("./desk.ts").then(({ openDesk }) =>
      openDesk({ ...parts, way, code: code!, secret: opened.secret }),
    );
    return desk;
  }

  function readIdentity(opened: WebDoor): Promise<WebIdentity> {
    if (certFile !== "") return opened.readIdentity(certFile, keyFile);
    const path = join(dirname(settings.journal.path), OWN_IDENTITY);
    // The clock of a gateway that has just booted may stand in 1970.
    return opened.ownIdentity(path, listen.host, Math.max(clock.wallMs(), builtWallMs));
  }

  /** Sessions outlive it: a browser that was let in looks again, at the new one. */
  async function renew(opened: WebDoor): Promise<void> {
    renewing = clock.after(IDENTITY_EVERY_MS, () => void renew(opened));
    if (listening?.server === undefined || identity === undefined) return;
    // What cannot be read today is no reason to close a page that is open.
    const found = await readIdentity(opened).catch((error: unknown) => {
      if (!isAgentError(error)) throw error;
      log.warn({ part: "web", error: error.message }, "local page's certificate not read again");
      return undefined;
    });
    if (isClosed || found === undefined || found.fingerprint === identity.fingerprint) return;
    identity = found;
    await listening.renew();
  }

  async function listenAt(opened: WebDoor): ReturnType<WebDoor["serve"]> {
    if (way === "network") {
      identity ??= await readIdentity(opened);
      renewing ??= clock.after(IDENTITY_EVERY_MS, () => void renew(opened));
    }
    return opened.serve({ ...listen, identity }, async (request) => (await theDesk(opened)).answer(request));
  }

  function codeAnswer(): WebCodeAnswer {
    if (listening === undefined) return { state: "off" };
    if (listening.server === undefined) return { state: "closed", reason: listening.reason };
    const { address } = listening.server;
    if (identity === undefined || code === undefined) return { state: "loopback", address };
    return { state: "network", address, ...code.issue(), fingerprint: identity.fingerprint };
  }

  const listening: Listening | undefined = isOff
    ? undefined
    : keepListening({
        clock,
        log,
        part: "web",
        name: "local page",
        listen: () => listenAt(door),
        told: () => ({ way, fingerprint: identity?.fingerprint }),
      });
  return {
    tried: listening?.tried ?? Promise.resolve(),
    control: ({ method, path }) =>
      method === "POST" && path === "/web/code" ? { status: 200, body: codeAnswer() } : undefined,
    close: async () => {
      isClosed = true;
      await listening?.close();
      renewing?.cancel();
      if (desk !== undefined) (await desk).close();
    },
  };
}

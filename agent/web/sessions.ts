/**
 * Who is in: browsers that have given the code. A session ends when it is not used, and after a working day whatever it
 * does; a restart of the agent ends them all, for they are kept in memory only.
 */
import type { Clock, WebDoor } from "../ports.ts";

export const SESSIONS_MAX = 8;
export const IDLE_MS_MAX = 30 * 60_000;
export const SESSION_MS_MAX = 8 * 3_600_000;
/** __Host-: sent over TLS only, to this host only, for all of its paths (RFC 6265bis, 4.1.3.2). */
const COOKIE = "__Host-edge-agent";
const TOKEN_OCTETS = 32;

export interface Sessions {
  /** @returns the Set-Cookie that is the session. Beyond SESSIONS_MAX the one unused for longest ends. */
  begin(): string;
  /** @param cookies the header. @returns whether one of them is a session; it is then in use. */
  isIn(cookies: string | undefined): boolean;
  /** @returns the Set-Cookie that makes a browser forget it. */
  end(cookies: string | undefined): string;
}

interface Session {
  readonly begunMs: number;
  usedMs: number;
}

export function createSessions(clock: Pick<Clock, "monotonicMs">, secret: WebDoor["secret"]): Sessions {
  /** By token, the one unused for longest first. */
  const sessions = new Map<string, Session>();

  return {
    begin: () => {
      const token = secret(TOKEN_OCTETS).toString("base64url");
      const nowMs = clock.monotonicMs();
      sessions.set(token, { begunMs: nowMs, usedMs: nowMs });
      if (sessions.size > SESSIONS_MAX) sessions.delete(sessions.keys().next().value!);
      return cookie(token, SESSION_MS_MAX / 1_000);
    },
    isIn: (cookies) => {
      const token = tokenOf(cookies);
      const session = token === undefined ? undefined : sessions.get(token);
      if (token === undefined || session === undefined) return false;
      const nowMs = clock.monotonicMs();
      sessions.delete(token);
      if (nowMs - session.usedMs >= IDLE_MS_MAX || nowMs - session.begunMs >= SESSION_MS_MAX) return false;
      session.usedMs = nowMs;
      sessions.set(token, session);
      return true;
    },
    end: (cookies) => {
      const token = tokenOf(cookies);
      if (token !== undefined) sessions.delete(token);
      return cookie("", 0);
    },
  };
}

function cookie(token: string, maxAgeS: number): string {
  return `${COOKIE}=${token}; Path=/; Max-Age=${maxAgeS}; Secure; HttpOnly; SameSite=Strict`;
}

function tokenOf(cookies: string | undefined): string | undefined {
  const own = cookies?.split(";").find((one) => one.trimStart().startsWith(`${COOKIE}=`));
  return own?.slice(own.indexOf("=") + 1).trim();
}

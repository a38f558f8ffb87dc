/** Questions to the agent that has sent the page. */
import type { ShownSession } from "../shown.ts";

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  /** @property status 0: nobody answered. @property waitMs before it may be tried again. */
  | { readonly ok: false; readonly status: number; readonly error: string; readonly waitMs?: number };

const ANSWER_WITHIN_MS = 15_000;

export function get<T>(path: string): Promise<Asked<T>> {
  return ask<T>(path, {});
}

export function post<T>(path: string, body: unknown): Promise<Asked<T>> {
  const headers = { "content-type": "application/json", "x-edge-agent": "1" };
  return ask<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export function askSession(): Promise<Asked<ShownSession>> {
  return get<ShownSession>("/api/session");
}

async function ask<T>(path: string, init: RequestInit): Promise<Asked<T>> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), ANSWER_WITHIN_MS);
  try {
    const response = await fetch(path, { ...init, signal: ended.signal, credentials: "same-origin" });
    const value = await response.json();
    if (response.ok) return { ok: true, value };
    return { ok: false, status: response.status, ...value };
  } catch {
    return { ok: false, status: 0, error: "unreachable" };
  } finally {
    clearTimeout(timer);
  }
}

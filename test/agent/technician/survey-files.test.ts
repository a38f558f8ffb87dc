/** Goal: a walk is not lost because one of its files cannot be written: said before it, or survived during it. */
import { describe, expect, test } from "vitest";
import type { AgentError } from "../../../agent/errors.ts";
import { fileError } from "../../../agent/host/file-error.ts";
import type { BenchDoors } from "../../../agent/technician/bench-doors.ts";
import { survey } from "../../../agent/technician/survey.ts";
import { makeText } from "../../../agent/text/text.ts";

const MINUTE_MS = 60_000;

function refusal(path: string, code: string): AgentError {
  const cause = Object.assign(new Error(`${code}: refused, open '${path}.0a1b2c.new'`), { code });
  return fileError(path, cause);
}

function uplink(fCnt: number): object {
  const header = { mType: "unconfirmedUp", devAddr: "26011bda", fCnt };
  return {
    ...{ kind: "uplink", verdict: "kept", wallMs: fCnt, gatewayEui: "7276ff0044010010", header },
    ...{ rssiDbm: -61, snrDb: 7, spreadingFactor: 7, frequencyHz: 868_100_000, datr: "SF7BW125" },
  };
}

/** A gateway on which a minute passes between two frames. @param refuses undefined: the file is written. */
function walkWith(refuses: (path: string, saves: number) => string | undefined) {
  const written = new Map<string, string>();
  const errors: string[] = [];
  const printed: string[] = [];
  const codes: number[] = [];
  const tries = new Map<string, number>();
  let nowMs = 0;
  let asked = 0;
  const interrupted = new AbortController();
  const write = (path: string): void => {
    const saves = tries.get(path) ?? 0;
    tries.set(path, saves + 1);
    const code = refuses(path, saves);
    if (code !== undefined) throw refusal(path, code);
  };
  async function* feed() {
    yield [{ kind: "head", wallMs: 0 }];
    for (const fCnt of [1, 2, 4, 5]) {
      nowMs += MINUTE_MS;
      yield [uplink(fCnt)];
    }
    interrupted.abort("SIGINT");
    yield [];
  }
  const doors = {
    t: makeText("en"),
    env: {},
    clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
    columns: () => undefined,
    interrupted: interrupted.signal,
    resolve: (path: string) => path,
    print: async (text: string) => void printed.push(text),
    writeError: (text: string) => void errors.push(text),
    setExitCode: (code: number) => void codes.push(code),
    control: {
      ask: async () => {
        asked += 1;
        return { status: 200, body: undefined, lines: feed() };
      },
    },
    files: {
      read: async () => undefined,
      replace: async (path: string, content: Uint8Array) => {
        write(path);
        written.set(path, Buffer.from(content).toString("utf8"));
      },
    },
    largeFiles: {
      draft: async (path: string) => {
        write(path);
        return { abandon: async () => {} };
      },
    },
  } as unknown as BenchDoors;
  const walk = () =>
    survey(doors, {
      ...{ config: "/agent.toml", socket: "/control.sock", devAddr: "26011bda", limit: 0, json: false },
      ...{ csv: "/walk.csv", svg: "/walk.svg" },
    });
  return { walk, written, errors, printed, codes, asked: () => asked };
}

describe("a survey whose files cannot be written", () => {
  test.each(["/walk.csv", "/walk.svg"])("%s: said before anybody walks", async (bad) => {
    const world = walkWith((path) => (path === bad ? "ENOENT" : undefined));
    await expect(world.walk()).rejects.toThrow(
      `${bad} cannot be written: there is no such folder; make it first, or name another`,
    );
    expect(world.asked()).toBe(0);
    expect(world.written.size).toBe(0);
  });

  test("a disk that is full meanwhile is said once, and the walk goes on to its end", async () => {
    const world = walkWith((path, saves) => (path === "/walk.csv" && saves > 0 ? "ENOSPC" : undefined));
    await world.walk();
    expect(world.printed.join("")).toMatch(/4 heard of 5 sent/);
    expect(world.written.get("/walk.svg")).toMatch(/^<svg /);
    const told = world.errors.filter((text) =>
      text.startsWith("/walk.csv cannot be written: the disk is full"),
    );
    // Once meanwhile, and at the end.
    expect(told).toHaveLength(2);
    expect(world.errors.join("")).not.toContain(".new");
    expect(world.errors).toContain("/walk.svg written\n");
    expect(world.codes).toEqual([3]);
  });

  test("a disk that has room again has the whole walk", async () => {
    const world = walkWith((path, saves) => (path === "/walk.csv" && saves === 1 ? "ENOSPC" : undefined));
    await world.walk();
    expect(world.written.get("/walk.csv")?.trimEnd().split("\r\n")).toHaveLength(5);
    expect(world.codes).toEqual([]);
  });
});

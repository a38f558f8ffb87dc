/** The control socket on a real gateway: who may ask, and that nothing which is asked can hurt the agent. */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import type { ControlAnswer, ControlRequest } from "../../../agent/ports.ts";
import { testFolder } from "../../test-folder.ts";
import { until } from "../../until.ts";

const BODY_OCTETS_MAX = 1024 * 1024;
const door = openControlDoor();

/** A door that answers with what it was asked. */
async function served(socketPath = join(testFolder("control"), "deep", "control.sock")) {
  const asked: ControlRequest[] = [];
  const answer = async (question: ControlRequest): Promise<ControlAnswer> => {
    asked.push(question);
    return { status: 200, body: question };
  };
  const server = await door.serve(socketPath, answer);
  onTestFinished(server.close);
  return { socketPath, asked, close: server.close };
}

/** As any HTTP client would. */
function speak(socketPath: string, method: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path: "/x", agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode!, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

test("a question goes there, its answer comes back, both as JSON", async () => {
  const { socketPath } = await served();
  const question = { method: "POST", path: "/frames?limit=3", body: { of: ["a", 1, null, "é"] } } as const;
  expect(await door.ask(socketPath, question)).toEqual({ status: 200, body: question });
  const bare = { method: "GET", path: "/status", body: undefined } as const;
  expect(await door.ask(socketPath, bare)).toEqual({ status: 200, body: { method: "GET", path: "/status" } });
});

test("what the world refuses is told to whoever asked, and the next one is answered", async () => {
  const socketPath = join(testFolder("control"), "control.sock");
  let refusing = true;
  const serving = await door.serve(socketPath, async () => {
    if (refusing) throw new AgentError("STORE_IO", "the disk refuses");
    return { status: 200, body: "well" };
  });
  onTestFinished(() => serving.close());
  const ask = () => door.ask(socketPath, { method: "GET", path: "/journal/stats", body: undefined });
  expect(await ask()).toEqual({ status: 503, body: { code: "STORE_IO", error: "the disk refuses" } });
  refusing = false;
  expect(await ask()).toEqual({ status: 200, body: "well" });
});

test("its owner and its group may open it, nobody else", async () => {
  const { socketPath } = await served();
  expect(statSync(socketPath).isSocket()).toBe(true);
  expect(statSync(socketPath).mode & 0o777).toBe(0o660);
});

describe("what lies at the socket's place", () => {
  test("a socket of a dead process is replaced", async () => {
    const socketPath = join(testFolder("control"), "control.sock");
    // Closing would remove it: a process that dies does not get so far.
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(`${socketPath}.real`, resolve));
    const { linkSync } = await import("node:fs");
    linkSync(`${socketPath}.real`, socketPath);
    await new Promise<void>((resolve) => dead.close(() => resolve()));
    expect(statSync(socketPath).isSocket()).toBe(true);
    await served(socketPath);
    expect(await door.ask(socketPath, { method: "GET", path: "/", body: undefined })).toMatchObject({
      status: 200,
    });
  });

  test("a socket that answers is not touched", async () => {
    const { socketPath, asked } = await served();
    await expect(served(socketPath)).rejects.toMatchObject({ code: "CONTROL_BIND" });
    await door.ask(socketPath, { method: "GET", path: "/still", body: undefined });
    expect(asked.at(-1)!.path).toBe("/still");
  });

  test("somebody's file is not touched", async () => {
    const socketPath = join(testFolder("control"), "control.sock");
    writeFileSync(socketPath, "precious");
    await expect(served(socketPath)).rejects.toMatchObject({ code: "CONTROL_BIND" });
    expect(readFileSync(socketPath, "utf8")).toBe("precious");
  });

  test("nor is what a link points to", async () => {
    const directory = testFolder("control");
    const precious = join(directory, "precious");
    writeFileSync(precious, "precious");
    symlinkSync(precious, join(directory, "control.sock"));
    await expect(served(join(directory, "control.sock"))).rejects.toMatchObject({ code: "CONTROL_BIND" });
    expect(readFileSync(precious, "utf8")).toBe("precious");
  });

  test("a folder that cannot be made is a failure with a code", async () => {
    const directory = testFolder("control");
    writeFileSync(join(directory, "file"), "");
    await expect(served(join(directory, "file", "control.sock"))).rejects.toMatchObject({
      code: "CONTROL_BIND",
    });
    mkdirSync(join(directory, "taken"));
    await expect(served(join(directory, "taken"))).rejects.toMatchObject({ code: "CONTROL_BIND" });
  });
});

describe("a question that is none", () => {
  test.each([
    ["no JSON", "{"],
    ["one octet longer than a body may be", `"${"a".repeat(BODY_OCTETS_MAX - 1)}"`],
  ])("%s is answered with 400 and asks nothing", async (_what, body) => {
    const { socketPath, asked } = await served();
    expect(await speak(socketPath, "POST", body)).toMatchObject({ status: 400 });
    expect(asked).toEqual([]);
  });

  test("the longest body there may be is heard", async () => {
    const { socketPath, asked } = await served();
    const body = `"${"a".repeat(BODY_OCTETS_MAX - 2)}"`;
    expect(await speak(socketPath, "POST", body)).toMatchObject({ status: 200 });
    expect(asked[0]!.body).toHaveLength(BODY_OCTETS_MAX - 2);
  });

  test.each(["PUT", "DELETE", "PATCH"])("%s is not taken for GET", async (method) => {
    const { socketPath, asked } = await served();
    expect(await speak(socketPath, method)).toMatchObject({ status: 405 });
    expect(asked).toEqual([]);
  });

  test.each([
    ["in the middle of its body", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"],
    ["before its answer", "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["after words that are no HTTP", "\0\0\0\r\n\r\n"],
  ])("one who hangs up %s does not disturb the next", async (_when, words) => {
    const { socketPath } = await served();
    const rude = connect(socketPath);
    rude.on("error", () => undefined);
    await new Promise<void>((resolve) => rude.write(words, () => resolve()));
    rude.destroy();
    // An unhandled rejection fails the test; in the agent it would end the process.
    const next = { method: "GET", path: "/next", body: undefined } as const;
    expect(await door.ask(socketPath, next)).toMatchObject({ status: 200 });
  });
});

describe("asking", () => {
  test("where nobody answers is a failure with a code, and names the socket", async () => {
    const socketPath = join(testFolder("control"), "none.sock");
    const question = { method: "GET", path: "/", body: undefined } as const;
    await expect(door.ask(socketPath, question)).rejects.toMatchObject({
      code: "CONTROL_UNREACHABLE",
      message: expect.stringContaining(socketPath),
    });
  });

  test("somebody who hangs up in the middle of the answer too", async () => {
    const socketPath = join(testFolder("control"), "rude.sock");
    const rude = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => rude.listen(socketPath, resolve));
    onTestFinished(() => new Promise((resolve) => rude.close(() => resolve())));
    const question = { method: "GET", path: "/", body: undefined } as const;
    await expect(door.ask(socketPath, question)).rejects.toMatchObject({ code: "CONTROL_UNREACHABLE" });
  });
});

test("closed, it leaves no socket behind, and does not wait for those who hold a connection", async () => {
  const { socketPath, close } = await served();
  const idle = connect(socketPath);
  idle.on("error", () => undefined);
  await new Promise((resolve) => idle.once("connect", resolve));
  await close();
  expect(() => statSync(socketPath)).toThrow();
});

describe("lines", () => {
  async function* pieces(count: number, size = 1): AsyncGenerator<unknown[]> {
    for (let at = 0; at < count; at++) yield [{ at, text: "x".repeat(size) }];
  }

  async function serve(answer: (request: ControlRequest) => Promise<ControlAnswer>): Promise<string> {
    const socketPath = join(testFolder("control"), "control.sock");
    const server = await door.serve(socketPath, answer);
    onTestFinished(server.close);
    return socketPath;
  }

  test("go both ways at the same time, each value once and in order", async () => {
    const socketPath = await serve(async ({ lines }) => ({ status: 200, body: undefined, lines: lines! }));
    const question = { method: "POST", path: "/echo", body: undefined, lines: pieces(3_000, 100) } as const;
    const answer = await door.ask(socketPath, question);
    const got: unknown[] = [];
    for await (const piece of answer.lines!) got.push(...piece);
    expect(got).toHaveLength(3_000);
    expect(got.every((value, at) => (value as { at: number }).at === at)).toBe(true);
  });

  test("are made no faster than they are read, and ended when nobody reads any more", async () => {
    let made = 0;
    let ended = false;
    const socketPath = await serve(async () => ({
      status: 200,
      body: undefined,
      lines: (async function* () {
        try {
          for (;;) yield [{ at: made++, text: "x".repeat(10_000) }];
        } finally {
          ended = true;
        }
      })(),
    }));
    const answer = await door.ask(socketPath, { method: "GET", path: "/", body: undefined });
    const reading = answer.lines![Symbol.asyncIterator]();
    await reading.next();
    await new Promise((turn) => setTimeout(turn, 100));
    expect(made, "what sockets and streams hold, of lines without end").toBeLessThan(500);
    await reading.return?.();
    await until(() => ended);
  });

  test("that end with an error of the world end so at the other side", async () => {
    const socketPath = await serve(async () => ({
      status: 200,
      body: undefined,
      lines: (async function* () {
        yield [1];
        throw new AgentError("STORE_IO", "the disk of /j refused", undefined, "refused");
      })(),
    }));
    const answer = await door.ask(socketPath, { method: "GET", path: "/", body: undefined });
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const piece of answer.lines!) got.push(...piece);
    })();
    await expect(reading).rejects.toMatchObject({ code: "STORE_IO", reason: "refused" });
    expect(got).toEqual([1]);
  });

  test("of an agent that goes away end with CONTROL_UNREACHABLE, not as if that were all", async () => {
    const socketPath = join(testFolder("control"), "control.sock");
    const never = new Promise<void>(() => undefined);
    const server = await door.serve(socketPath, async () => ({
      status: 200,
      body: undefined,
      lines: (async function* () {
        yield [1];
        await never;
      })(),
    }));
    const answer = await door.ask(socketPath, { method: "GET", path: "/", body: undefined });
    const reading = answer.lines![Symbol.asyncIterator]();
    expect((await reading.next()).value).toEqual([1]);
    const next = reading.next();
    await server.close();
    await expect(next).rejects.toMatchObject({ code: "CONTROL_UNREACHABLE" });
  });

  test.each([
    ["no JSON", "{]\n"],
    ["too long", `"${"x".repeat(2 * BODY_OCTETS_MAX)}"\n`],
  ])("sent with one that is %s hurt nobody", async (_what, body) => {
    const socketPath = await serve(async ({ lines }) => ({
      status: 200,
      body: undefined,
      lines: (async function* () {
        for await (const piece of lines ?? []) yield piece;
      })(),
    }));
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { "content-type": "application/x-ndjson" };
      const asked = request({ socketPath, method: "POST", path: "/x", headers, agent: false }, (response) => {
        let got = "";
        response.on("data", (chunk) => {
          got += String(chunk);
        });
        response.on("end", () => resolve(got));
        response.on("error", () => resolve(got));
      });
      asked.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "EPIPE" || error.code === "ECONNRESET" ? resolve("cut") : reject(error),
      );
      asked.end(body);
    });
    expect(text).toMatch(/"code":"CONTROL_UNREACHABLE"|^cut$/);
    expect(await door.ask(socketPath, { method: "GET", path: "/", body: undefined })).toMatchObject({
      status: 200,
    });
  });
});

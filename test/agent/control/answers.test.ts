import { expect, test } from "vitest";
import { type AgentStatus, answerControl } from "../../../agent/control/answers.ts";

const STATUS = { version: "1.2.3" } as AgentStatus;
const log = () => [];
const history = () => ({ everyMs: 300_000, samples: [] });

test("GET /status is answered with the status of this moment", () => {
  let asked = 0;
  const status = (): AgentStatus => {
    asked += 1;
    return STATUS;
  };
  const question = { method: "GET", path: "/status", body: undefined } as const;
  expect(answerControl(question, { status, history, log })).toEqual({ status: 200, body: STATUS });
  answerControl(question, { status, history, log });
  expect(asked).toBe(2);
});

test("GET /history is answered with the day so far", () => {
  const question = { method: "GET", path: "/history", body: undefined } as const;
  const answer = answerControl(question, { status: () => STATUS, history, log });
  expect(answer).toEqual({ status: 200, body: { everyMs: 300_000, samples: [] } });
});

test.each([
  ["POST", "/status"],
  ["GET", "/"],
  ["GET", "/status/"],
  ["GET", "/STATUS"],
  ["POST", "/stop"],
] as const)("%s %s is answered with 404 and what was asked", (method, path) => {
  const answer = answerControl({ method, path, body: undefined }, { status: () => STATUS, history, log });
  expect(answer.status).toBe(404);
  expect(JSON.stringify(answer.body)).toContain(`${method} ${path}`);
});

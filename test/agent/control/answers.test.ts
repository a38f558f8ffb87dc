import { expect, test } from "vitest";
import { type AgentStatus, answerControl } from "../../../agent/control/answers.ts";

const STATUS = { version: "1.2.3" } as AgentStatus;

test("GET /status is answered with the status of this moment", () => {
  let asked = 0;
  const status = (): AgentStatus => {
    asked += 1;
    return STATUS;
  };
  const question = { method: "GET", path: "/status", body: undefined } as const;
  expect(answerControl(question, status)).toEqual({ status: 200, body: STATUS });
  answerControl(question, status);
  expect(asked).toBe(2);
});

test.each([
  ["POST", "/status"],
  ["GET", "/"],
  ["GET", "/status/"],
  ["GET", "/STATUS"],
  ["POST", "/stop"],
] as const)("%s %s is answered with 404 and what was asked", (method, path) => {
  const answer = answerControl({ method, path, body: undefined }, () => STATUS);
  expect(answer.status).toBe(404);
  expect(JSON.stringify(answer.body)).toContain(`${method} ${path}`);
});

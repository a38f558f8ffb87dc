import { expect, test } from "vitest";
import { CODE_MS_MAX, createOneTimeCode } from "../../../agent/web/one-time-code.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { countingSecret } from "./desk-rig.ts";

function open() {
  const clock = new WorldClock();
  return { clock, code: createOneTimeCode(clock, countingSecret()) };
}

test("a code lets one browser in, once", () => {
  const { code } = open();
  const { code: given } = code.issue();
  expect(given).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(code.redeem(given)).toBe(true);
  expect(code.redeem(given)).toBe(false);
});

test("a code is good until its time is over, to the millisecond", async () => {
  const { clock, code } = open();
  const first = code.issue().code;
  await clock.advance(CODE_MS_MAX - 1);
  expect(code.redeem(first)).toBe(true);
  const second = code.issue().code;
  await clock.advance(CODE_MS_MAX);
  expect(code.redeem(second)).toBe(false);
});

test("a new code ends the one before", () => {
  const { code } = open();
  const first = code.issue().code;
  const second = code.issue().code;
  expect(code.redeem(first)).toBe(false);
  expect(code.redeem(second)).toBe(true);
});

test("a wrong try does not use it up", () => {
  const { code } = open();
  const { code: given } = code.issue();
  for (const wrong of ["", "0000-0000", `${given}0`, given.slice(0, -1), "é".repeat(8)]) {
    expect(code.redeem(wrong), wrong).toBe(false);
  }
  expect(code.redeem(given)).toBe(true);
});

test("before there is one nothing is the code", () => {
  const { code } = open();
  for (const typed of ["", "undefined", "00000000"]) expect(code.redeem(typed)).toBe(false);
});

test("what a thumb types for it is understood: small letters, blanks, O for 0, I and L for 1", () => {
  const clock = new WorldClock();
  const code = createOneTimeCode(clock, () => Buffer.from([0, 1, 1, 10, 0, 17, 31, 1]));
  expect(code.issue().code).toBe("011A-0HZ1");
  expect(code.redeem(" oil a o h z i ")).toBe(true);
});

test("every character comes as often as any other", () => {
  const clock = new WorldClock();
  const all = Array.from({ length: 32 }, (_none, row) =>
    Buffer.from(Array.from({ length: 8 }, (_n, at) => row * 8 + at)),
  );
  let next = 0;
  const code = createOneTimeCode(clock, () => all[next++]!);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 32; draw++)
    for (const character of code.issue().code.replace("-", ""))
      counts.set(character, (counts.get(character) ?? 0) + 1);
  expect([...counts.values()]).toEqual(Array.from({ length: 32 }, () => 8));
});

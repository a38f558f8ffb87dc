import { expect, test } from "vitest";
import {
  createTries,
  FREE_TRIES,
  NETWORKS_MAX,
  TRIES_PER_SECOND_MAX,
  WAIT_MS_MAX,
} from "../../../agent/web/tries.ts";

const PEER = "198.51.100.1";

test("a few wrong codes cost nothing, then each doubles the wait, up to its limit", () => {
  const tries = createTries();
  let nowMs = 0;
  const waits: number[] = [];
  for (let wrong = 0; wrong < FREE_TRIES + 12; wrong++) {
    tries.wrong(PEER, nowMs);
    const waitMs = tries.waitMs(PEER, nowMs);
    waits.push(waitMs);
    nowMs += Math.max(waitMs, 1_000);
  }
  expect(waits.slice(0, FREE_TRIES - 1)).toEqual([0, 0]);
  expect(waits.slice(FREE_TRIES - 1, FREE_TRIES + 4)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  expect(waits.at(-1)).toBe(WAIT_MS_MAX);
});

test("a wait ends, and a right code ends it at once", () => {
  const tries = createTries();
  for (let wrong = 0; wrong < FREE_TRIES; wrong++) tries.wrong(PEER, 0);
  expect(tries.waitMs(PEER, 999)).toBe(1);
  expect(tries.waitMs(PEER, 1_000)).toBe(0);
  tries.wrong(PEER, 1_000);
  tries.right(PEER);
  expect(tries.waitMs(PEER, 1_001)).toBe(0);
});

test("the wait of one address is not another's", () => {
  const tries = createTries();
  for (let wrong = 0; wrong < FREE_TRIES; wrong++) tries.wrong(PEER, 0);
  expect(tries.waitMs("198.51.100.2", 0)).toBe(0);
});

test("however many addresses try, all together are held to a few a second", () => {
  const tries = createTries();
  for (let peer = 0; peer < TRIES_PER_SECOND_MAX; peer++) {
    expect(tries.waitMs(`10.0.0.${peer}`, 100)).toBe(0);
    tries.wrong(`10.0.0.${peer}`, 100);
  }
  expect(tries.waitMs("10.0.0.99", 100)).toBe(1_000);
  expect(tries.waitMs("10.0.0.99", 1_100)).toBe(0);
});

test("of more addresses than are remembered the one that failed longest ago is forgotten", () => {
  const tries = createTries();
  const failOften = (peer: string): void => {
    for (let wrong = 0; wrong < 10; wrong++) tries.wrong(peer, 0);
  };
  for (let peer = 0; peer < NETWORKS_MAX; peer++) failOften(`10.0.${peer >> 8}.${peer & 255}`);
  expect(tries.waitMs("10.0.0.0", 1_000)).toBeGreaterThan(0);
  failOften("10.9.9.9");
  expect(tries.waitMs("10.0.0.0", 1_000)).toBe(0);
  expect(tries.waitMs("10.0.0.1", 1_000)).toBeGreaterThan(0);
});

test("wrong codes of long ago are forgotten", () => {
  const tries = createTries();
  for (let wrong = 0; wrong < 8; wrong++) tries.wrong(PEER, 0);
  tries.wrong(PEER, 16 * 60_000);
  expect(tries.waitMs(PEER, 16 * 60_000)).toBe(0);
});

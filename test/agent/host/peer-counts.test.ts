import { expect, test } from "vitest";
import { createPeerCounts } from "../../../agent/host/peer-counts.ts";

test("an address has its share, and another has its own", () => {
  const counts = createPeerCounts(2, 4);
  expect(["a", "a", "a", "b"].map((peer) => counts.enter(peer))).toEqual([true, true, false, true]);
});

test("all addresses of one /64 together have theirs, and the next network is as free as ever", () => {
  const counts = createPeerCounts(2, 4);
  for (let host = 0; host < 4; host++) expect(counts.enter(`2001:db8::${host}`)).toBe(true);
  expect(counts.enter("2001:db8::9")).toBe(false);
  expect(counts.enter("2001:db8:0:1::9")).toBe(true);
});

test("who leaves makes room, also one who was not let in", () => {
  const counts = createPeerCounts(1, 1);
  expect([counts.enter("a"), counts.enter("a")]).toEqual([true, false]);
  counts.leave("a");
  expect(counts.enter("a")).toBe(false);
  counts.leave("a");
  counts.leave("a");
  expect(counts.enter("a")).toBe(true);
});

import { expect, test } from "vitest";
import { createPending } from "../../../agent/downlink/pending.ts";
import type { RngStream } from "../../../agent/ports.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";

const startAt = (token: number): RngStream => ({ unit: () => 0, below: () => token });

test("a token comes again only after 65,536 downlinks, however often it was answered", () => {
  const pending = createPending<number>(new WorldRng(1).stream("downlink-token"));
  const seen = new Set<number>();
  for (let downlink = 0; downlink < 65_536; downlink++) {
    const token = pending.add("a", downlink);
    expect(pending.take("a", token)).toBe(downlink);
    seen.add(token);
  }
  expect(seen.size).toBe(65_536);
  expect([...seen].every((token) => token >= 0 && token < 65_536)).toBe(true);
});

test("a token still waited for is skipped when the count comes round to it", () => {
  const pending = createPending<string>(startAt(65_535));
  expect(pending.add("a", "slow")).toBe(65_535);
  for (let downlink = 0; downlink < 65_535; downlink++) pending.take("a", pending.add("a", "quick"));
  expect(pending.add("a", "next round")).toBe(0);
  expect(pending.take("a", 65_535)).toBe("slow");
});

test("a token is taken once, and by its own gateway only", () => {
  const pending = createPending<string>(startAt(9));
  const token = pending.add("a", "mine");
  expect(pending.take("b", token)).toBeUndefined();
  expect(pending.take("a", token + 1)).toBeUndefined();
  expect(pending.take("a", token)).toBe("mine");
  expect(pending.take("a", token)).toBeUndefined();
});

test("draining one gateway leaves the others", () => {
  const pending = createPending<string>(startAt(0));
  pending.add("a", "a1");
  pending.add("a", "a2");
  const token = pending.add("b", "b1");
  expect(pending.drain("a")).toEqual(["a1", "a2"]);
  expect(pending.size("a")).toBe(0);
  expect(pending.size("b")).toBe(1);
  expect(pending.drain("unheard of")).toEqual([]);
  expect(pending.drain()).toEqual(["b1"]);
  expect(pending.take("b", token)).toBeUndefined();
});

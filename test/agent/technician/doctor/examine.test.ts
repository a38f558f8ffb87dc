import { describe, expect, test } from "vitest";
import { examine } from "../../../../agent/technician/doctor/examine.ts";
import type { Facts } from "../../../../agent/technician/doctor/facts.ts";
import {
  type CoreRule,
  fail,
  type GatewayRule,
  ok,
  type Rule,
  unknown,
} from "../../../../agent/technician/doctor/rule.ts";
import { RULES } from "../../../../agent/technician/doctor/table.ts";
import { said } from "../../../../agent/text/said.ts";

const GOOD = ok(said("doctor.notHere"));
const BAD = fail(said("doctor.notHere"), said("doctor.asRoot"), { figure: 1 });
const FACTS = { cores: [{ core: { id: "one" } }, { core: { id: "two" } }] } as unknown as Facts;

const rule = (id: string, needs: string[], judge: GatewayRule["judge"] = () => GOOD): Rule => ({
  id,
  group: "agent",
  needs,
  judge,
});
const coreRule = (id: string, needs: string[], judgeCore: CoreRule["judgeCore"] = () => GOOD): Rule => ({
  id,
  group: "core",
  needs,
  judgeCore,
});
const verdicts = (rules: readonly Rule[], only?: readonly string[]) =>
  examine(rules, FACTS, only).map(({ id, subject, verdict, because }) =>
    [id, subject, verdict, because].filter(Boolean).join(" "),
  );

describe("the doctor's judgement", () => {
  test("what stands on something broken is skipped, and names the first cause however far back it is", () => {
    const rules = [rule("a", [], () => BAD), rule("b", ["a"]), rule("c", ["b"]), rule("d", [])];
    expect(verdicts(rules)).toEqual(["a fail", "b skipped a", "c skipped a", "d ok"]);
  });

  test("what is unknown, or is not there, breaks nothing after it", () => {
    const rules = [
      rule("a", [], () => unknown(said("doctor.notHere"), said("doctor.asRoot"))),
      rule("b", [], () => undefined),
      rule("c", ["a", "b"]),
    ];
    expect(verdicts(rules)).toEqual(["a unknown", "b skipped", "c ok"]);
  });

  test("one core's trouble is not the other's, and a core is told from name to subscriber before the next one", () => {
    const rules = [
      rule("a", []),
      coreRule("b", ["a"], ({ core }) => (core.id === "one" ? BAD : GOOD)),
      coreRule("c", ["b"]),
      rule("d", []),
    ];
    expect(verdicts(rules)).toEqual([
      "a ok",
      "b one fail",
      "c one skipped b",
      "b two ok",
      "c two ok",
      "d ok",
    ]);
  });

  test("of a few that are wanted, what they stand on is looked at, and shown where it is broken", () => {
    const rules = [rule("a", []), rule("b", ["a"], () => BAD), rule("c", ["b"]), rule("d", [], () => BAD)];
    expect(verdicts(rules, ["c"])).toEqual(["b fail", "c skipped b"]);
    expect(verdicts(rules, ["a"])).toEqual(["a ok"]);
  });
});

describe("the table of checks", () => {
  test("has each id once, in words joined by hyphens", () => {
    const ids = RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test("lets a check stand on earlier ones only, so that the first broken one is the first cause", () => {
    const before = new Set<string>();
    for (const { id, needs } of RULES) {
      for (const need of needs) expect(before, `${id} stands on ${need}`).toContain(need);
      before.add(id);
    }
  });

  test("keeps the stretches of the road together, in their order", () => {
    const groups = RULES.map(({ group }) => group).filter((group, at, all) => all[at - 1] !== group);
    expect(groups).toEqual(["settings", "radio", "forwarder", "agent", "clock", "backhaul", "core", "box"]);
  });
});

import { describe, expect, test } from "vitest";
import { examine, unexaminedFor } from "../../../../agent/technician/doctor/examine.ts";
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
const CORES = [{ core: { id: "one" } }, { core: { id: "two" } }];
const FACTS = { settings: { state: "good" }, cores: CORES } as unknown as Facts;

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

describe("what this user may not see", () => {
  const CLOSED = { settings: { state: "unreadable" }, cores: [] } as unknown as Facts;
  const unseen = () => unknown(said("doctor.notHere"), said("doctor.asRoot"));
  const nothing = () => undefined;

  test("is not called absent: whoever found nothing for want of it has not examined, however far behind it", () => {
    const rules = [
      rule("settings", [], unseen),
      rule("a", ["settings"], nothing),
      rule("b", ["a"], nothing),
      rule("c", ["b"]),
      rule("d", [], nothing),
    ];
    const checks = examine(rules, CLOSED);
    expect(checks.map(({ id, verdict, because = "-" }) => `${id} ${verdict} ${because}`)).toEqual([
      "settings unknown -",
      "a skipped settings",
      "b skipped settings",
      // It has other eyes.
      "c ok -",
      "d skipped -",
    ]);
    expect(checks[1]!.finding.key).toBe("doctor.notExamined");
    expect(checks[4]!.finding.key).toBe("doctor.notHere");
    expect(unexaminedFor(checks)).toBe("settings");
  });

  test("leaves no group out: the checks of a core are told once, of no core", () => {
    const rules = [rule("settings", [], unseen), coreRule("b", ["settings"]), coreRule("c", ["b"])];
    expect(examine(rules, CLOSED).map(({ id, subject, because }) => [id, subject, because])).toEqual([
      ["settings", undefined, undefined],
      ["b", undefined, "settings"],
      ["c", undefined, "settings"],
    ]);
  });

  test("is missed by whoever asks for one check alone", () => {
    const rules = [rule("settings", [], unseen), rule("a", ["settings"], nothing), rule("b", [])];
    expect(unexaminedFor(examine(rules, CLOSED, ["a"]))).toBe("settings");
    expect(unexaminedFor(examine(rules, CLOSED, ["b"]))).toBeUndefined();
  });

  test("is another thing than what is broken, which was examined", () => {
    const rules = [rule("settings", [], () => BAD), rule("a", ["settings"], nothing)];
    const checks = examine(rules, CLOSED);
    expect(checks.map(({ finding }) => finding.key)).toEqual(["doctor.notHere", "doctor.skippedBecause"]);
    expect(unexaminedFor(checks)).toBeUndefined();
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

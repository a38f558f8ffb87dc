/**
 * Goal: a person reads from the status what alarms stand and what to do, how available the gateway was, and what it
 * heard; in both languages, and within 80 columns where no name is long.
 * Method: agents in the world whose troubles are real ones; and the same status with figures of the test's own.
 */
import { expect, test } from "vitest";
import type { AgentStatus } from "../../../agent/control/answers.ts";
import { alarmSection, healthSections } from "../../../agent/technician/health-lines.ts";
import { sayStatus } from "../../../agent/technician/status.ts";
import { makeText } from "../../../agent/text/text.ts";
import { EUI, openAgentWorld } from "../agent-world.ts";

const en = makeText("en");
const fr = makeText("fr");

/** A forwarder that falls silent, and a core that dies, an hour ago. */
async function troubled(): Promise<AgentStatus> {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  forwarder.pull();
  await world.settleIn(forwarder);
  for (let fCnt = 0; fCnt < 4; fCnt++) {
    forwarder.push(world.rxpk({ devAddr: "26010001", fCnt: 2 * fCnt }));
    await world.clock.advance(1_000);
  }
  world.core().broker.die();
  await world.clock.advance(3_600_000);
  return world.agent.status();
}

const textOf = (sections: ReturnType<typeof healthSections>): string =>
  sections.map(([name, lines]) => [name, ...lines].join("\n")).join("\n\n");

test("alarms come first, each with since when, its figures, and what to do", async () => {
  const status = await troubled();
  const [name, lines] = alarmSection(status, en);
  expect(name).toBe("Alarms");
  const text = lines.join("\n");
  expect(text).toMatch(/CRITICAL, for \d+m( \d+s)?: the packet forwarder says nothing.*\(forwarderSilent/);
  expect(text).toMatch(/: the network core is not reached.*\(coreUnreachable main\)/);
  expect(text).toContain("  → Look at the backhaul first");
  expect(sayStatus(status, en, false).indexOf("Alarms")).toBeLessThan(
    sayStatus(status, en, false).indexOf("Packet forwarders"),
  );
});

test("in French as well", async () => {
  const [, lines] = alarmSection(await troubled(), fr);
  expect(lines.join("\n")).toContain("CRITIQUE, depuis");
  expect(lines.join("\n")).toContain("le cœur de réseau est injoignable");
});

test("a gateway without trouble has no alarm, and says so", async () => {
  const world = await openAgentWorld();
  const forwarder = await world.forwarder();
  for (let minute = 0; minute < 10; minute++) {
    forwarder.pull();
    await world.clock.advance(60_000 / 3);
  }
  expect(alarmSection(world.agent.status(), en)[1]).toEqual(["none stands"]);
});

test("availability of gateway, forwarder and core, with what was lost of the month", async () => {
  const text = textOf(healthSections(await troubled(), en));
  expect(text).toMatch(/^gateway +100\.000 % +100\.000 % +100\.000 % +0s +up$/m);
  expect(text).toMatch(/^packet forwarder .* (59|1h|58)\S* .*down$/m);
  expect(text).toMatch(/^core main +\d+\.\d{3} % .*down$/m);
  expect(text).toMatch(/it lasts: no link to core main/);
});

test("99.9699 % is not shown as the 99.970 % that are promised", async () => {
  const status = await troubled();
  const [gateway] = status.health.availability.subjects;
  const month = { ...gateway!.month, availability: 0.999699 };
  const health = {
    ...status.health,
    availability: { ...status.health.availability, subjects: [{ ...gateway!, month }] },
  };
  expect(textOf(healthSections({ ...status, health }, en))).toContain("99.969 %");
  expect(textOf(healthSections({ ...status, health }, fr))).toContain("99,969 %");
});

test("what was heard, and by how many devices", async () => {
  const text = textOf(healthSections(await troubled(), en));
  expect(text).toMatch(new RegExp(`^${EUI}: \\d+ frames, 0 with a bad CRC`, "m"));
  expect(text).toMatch(/^\d+ heard in 24 h, \d+ in 14 days; /m);
  expect(text).toMatch(/frame counters never heard here/);
});

test("planned maintenance is said with its end, its reason and who asked", async () => {
  const status = await troubled();
  const maintenance = {
    sinceWallMs: status.startedWallMs,
    untilWallMs: status.startedWallMs + 3_600_000,
    reason: "new antenna",
    by: "core main",
  };
  const [, lines] = alarmSection({ ...status, health: { ...status.health, maintenance } }, en);
  expect(lines.at(-1)).toMatch(/^Planned maintenance until .*: new antenna \(by core main\)$/);
  const silent = { ...maintenance, reason: "" };
  const [, bare] = alarmSection({ ...status, health: { ...status.health, maintenance: silent } }, en);
  expect(bare.at(-1)).toMatch(/^Planned maintenance until \S+ \S+ UTC \(by core main\)$/);
});

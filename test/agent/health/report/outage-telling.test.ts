/**
 * Goal: each outage is told, once, and under a number that no other ever had; whatever becomes of the power and of the
 * note of outages between.
 * Method: the real account of a gateway's time and the real reporter, on the same notes; the box loses its power.
 */
import { describe, expect, test } from "vitest";
import { toldNoteOf } from "../../../../agent/health/report/mailbox.ts";
import { writeTold } from "../../../../agent/health/report/outage-messages.ts";
import { SETTLE_MS } from "../../../../agent/health/report/reporter.ts";
import { AccountWorld, TICK_MS } from "../availability/account-world.ts";
import { EUI } from "./busy-gateway.ts";
import { type ReporterWorld, reporterWorld } from "./reporter-world.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const RIGHT = { wallErrorMs: 0, trusted: true };

const toldTo = (world: ReporterWorld, coreId = "main", gatewayEui = EUI): string[] =>
  world
    .of("outage", coreId)
    .filter((said) => said.gatewayEui === gatewayEui)
    .map(({ json }) => `${json.number} ${json.kind}`);

/** A gateway that has run for an hour, and those who tell of it. */
function running(others: readonly string[] = []) {
  const account = new AccountWorld();
  account.start();
  account.pass(HOUR_MS);
  return { account, world: reporterWorld({ account, others }) };
}

function backhaulDown(account: AccountWorld): void {
  account.setLink(false);
  account.pass(MINUTE_MS);
  account.setLink(true);
  account.pass(TICK_MS);
}

/** @param meanwhile what becomes of the notes. */
async function cutPower(
  { account, world }: ReturnType<typeof running>,
  meanwhile = (_notes: Map<string, string>): void => undefined,
): Promise<void> {
  account.reboot(20 * MINUTE_MS, RIGHT);
  meanwhile(account.notes.kept);
  account.start();
  account.pass(MINUTE_MS);
  world.restart();
  await world.clock.advance(SETTLE_MS);
}

describe("after a power cut", () => {
  test("soon after an outage was told, that one is known, and the cut is told under the next number", async () => {
    const gateway = running();
    const { account, world } = gateway;
    backhaulDown(account);
    world.connect();
    await world.clock.advance(SETTLE_MS);
    expect(toldTo(world)).toEqual(["1 backhaulDown"]);
    account.pass(40_000);
    await cutPower(gateway);
    expect(toldTo(world)).toEqual(["1 backhaulDown", "2 powerCut"]);
    const [before, cut] = account.agent.outages();
    expect(before).toMatchObject({ number: 1, kind: "backhaulDown" });
    // The gateway was there to see the road: it cannot have been off by then.
    expect(cut!.fromWallMs).toBeGreaterThanOrEqual(before!.toWallMs!);
  });

  test("one that lasts then ends when the gateway was last seen, and not before it began", async () => {
    const gateway = running();
    const { account, world } = gateway;
    backhaulDown(account);
    account.setLink(false);
    account.pass(2 * MINUTE_MS);
    world.connect("backup");
    await world.clock.advance(SETTLE_MS);
    expect(toldTo(world, "backup")).toEqual(["1 backhaulDown"]);
    await cutPower(gateway);
    expect(world.of("outage", "backup")[1]!.json).toMatchObject({ number: 2, durationS: 120 });
  });
});

describe("after the note of outages was", () => {
  const fates: readonly (readonly [string, (notes: Map<string, string>) => void])[] = [
    ["damaged", (notes) => notes.set("health.outages", "{torn")],
    ["lost", (notes) => notes.delete("health.outages")],
    [
      "lost with the stamp",
      (notes) => {
        notes.delete("health.outages");
        notes.delete("health.stamp");
      },
    ],
  ];

  test.each(fates)(
    "%s, no number that was told is given again, and what follows is told",
    async (_fate, meanwhile) => {
      const gateway = running();
      const { account, world } = gateway;
      world.connect();
      for (const _each of [1, 2, 3]) backhaulDown(account);
      await world.clock.advance(SETTLE_MS);
      await cutPower(gateway, meanwhile);
      backhaulDown(account);
      await world.clock.advance(300_000);
      const told = toldTo(world);
      const numbers = told.map((line) => Number.parseInt(line, 10));
      expect(numbers).toEqual([...new Set(numbers)]);
      expect(Math.min(...numbers.slice(3))).toBeGreaterThan(3);
      expect(told.slice(3).map((line) => line.split(" ")[1])).toContain("backhaulDown");
      expect(account.agent.outages().map(({ number }) => number)).toEqual(numbers.slice(3));
    },
  );

  test("lost, and written anew before anybody could be told, the numbers still follow", async () => {
    const gateway = running();
    const { account, world } = gateway;
    world.connect();
    backhaulDown(account);
    await world.clock.advance(SETTLE_MS);
    world.disconnect();
    await cutPower(gateway, fates[1]![1]);
    account.pass(HOUR_MS);
    await cutPower(gateway);
    world.connect();
    await world.clock.advance(SETTLE_MS);
    expect(toldTo(world)).toEqual(["1 backhaulDown", "2 powerCut", "3 powerCut"]);
    await cutPower(gateway);
    expect(toldTo(world).slice(3)).toEqual(["4 powerCut"]);
  });

  test("lost, what was told to some is not told to them under two numbers", async () => {
    const gateway = running(["7276ff0044010011"]);
    const { account, world } = gateway;
    world.connect("backup");
    backhaulDown(account);
    await world.clock.advance(SETTLE_MS);
    world.connect("main");
    world.disconnect("backup");
    for (const _each of [1, 2]) backhaulDown(account);
    await world.clock.advance(SETTLE_MS);
    world.connect("backup");
    world.answer = (_message, coreId) => (coreId === "backup" ? "refused" : "taken");
    await cutPower(gateway, fates[1]![1]);
    world.answer = () => "taken";
    await world.clock.advance(300_000);
    for (const gatewayEui of [EUI, "7276ff0044010011"]) {
      expect(toldTo(world, "main", gatewayEui).slice(3)).toEqual(["4 powerCut"]);
      expect(toldTo(world, "backup", gatewayEui).slice(1)).toEqual(["4 powerCut"]);
    }
  });
});

test("the numbers follow from what was told of a gateway that has not come yet", async () => {
  const account = new AccountWorld();
  account.start();
  account.pass(HOUR_MS);
  const other = "7276ff0044010011";
  account.notes.set(toldNoteOf("backup", other), writeTold({ upTo: 9, beyond: [12] }));
  const world = reporterWorld({ account, expected: [other] });
  backhaulDown(account);
  world.connect();
  await world.clock.advance(SETTLE_MS);
  expect(toldTo(world)).toEqual(["13 backhaulDown"]);
});

test("a gateway that never told anything begins with 1, over restarts too", async () => {
  const gateway = running();
  const { account, world } = gateway;
  backhaulDown(account);
  account.pass(HOUR_MS);
  world.connect();
  await world.clock.advance(SETTLE_MS);
  account.stop();
  account.start();
  account.pass(MINUTE_MS);
  world.restart();
  await world.clock.advance(300_000);
  expect(toldTo(world)).toEqual(["1 backhaulDown"]);
});

test("the note is written for the telling once, and not while there is nothing to tell", async () => {
  const { account, world } = running();
  const writes = () => account.notes.writes.get("health.outages") ?? 0;
  backhaulDown(account);
  const before = writes();
  world.connect("main");
  world.connect("backup");
  await world.clock.advance(24 * HOUR_MS);
  expect(toldTo(world)).toEqual(toldTo(world, "backup"));
  expect(writes() - before).toBe(1);
});

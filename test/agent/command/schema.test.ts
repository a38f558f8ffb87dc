/**
 * Goal: what is published of commands and replies is what is taken and sent.
 * Method: the published file against the table of commands; every command really sent, with its replies, against the file.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS, type CommandName } from "../../../agent/command/catalogue.ts";
import { commandsSchema } from "../../../agent/command/schema.ts";
import { fits } from "../config/json-schema.ts";
import { type CommandWorld, openCommandWorld, tomlOf } from "./command-world.ts";

const PATH = join(import.meta.dirname, "../../../agent/command/commands.schema.json");
const published = JSON.parse(readFileSync(PATH, "utf8")) as {
  $defs: Record<string, Record<string, unknown>>;
};
const isoIn = (world: CommandWorld, ms: number): string => new Date(world.clock.wallMs() + ms).toISOString();

test("the published file is of this table; if not: npm run generate", () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(commandsSchema())));
});

describe("every reply fits what is published:", () => {
  /** What each is sent with, one after the other. */
  const given: Readonly<Record<CommandName, (world: CommandWorld) => readonly object[]>> = {
    health: () => [{}],
    "log-tail": () => [{}, { lines: 1, level: "error" }],
    settings: () => [{}, { origins: true }],
    "settings-change": () => [
      { merge: { log: { level: "info" } } },
      { toml: tomlOf(), dryRun: true },
      { merge: { log: { level: "loud" } } },
      { merge: { log: { level: "debug" } } },
    ],
    maintenance: (world) => [
      { action: "show" },
      { action: "begin", reason: "roof", until: isoIn(world, 7_200_000) },
      { action: "begin" },
      { action: "end" },
    ],
    "journal-stats": () => [{}],
    "journal-thin": () => [{ toPercent: 50 }, { toOctets: 0, dryRun: false }],
    "journal-export": () => [{}, { devAddr: "26010001", octetsMax: 2_000 }, { aside: true }],
    "forwarder-restart": () => [{ reason: "mute" }],
    "replay-plan": (world) => [
      { action: "show" },
      { action: "propose", t0: isoIn(world, 60_000), tFrom: isoIn(world, -3_600_000), ratePerS: 5 },
    ],
  };

  test.each(Object.keys(COMMANDS) as CommandName[])("%s", async (name) => {
    const world = await openCommandWorld();
    world.core().unsubscribe();
    for (let fCnt = 0; fCnt < 30; fCnt++) {
      world.heardForwarder.push(world.rxpk({ devAddr: "26010001", fCnt }));
      await world.clock.advance(200);
    }
    for (const one of given[name](world)) {
      const id = world.nextId();
      const command = { id, issuedAt: isoIn(world, 0), ttlS: 60, arguments: one };
      expect(fits(command, published.$defs[`${name}-command`]!), JSON.stringify(command)).toBe(true);
      await world.publish(name, JSON.stringify(command));
      await world.pass(8_000);
    }
    world.core().subscribe();
    // The second reply to a change on trial.
    if (name === "settings-change") await world.pass(120_000);
    expect(world.replies.length).toBeGreaterThanOrEqual(given[name](world).length);
    for (const reply of world.replies) {
      expect(fits(reply, published.$defs[`${name}-reply`]!), JSON.stringify(reply)).toBe(true);
      expect(fits({ ...reply, more: 1 }, published.$defs[`${name}-reply`]!)).toBe(false);
    }
  });

  test("that to a command nobody knows", async () => {
    const world = await openCommandWorld();
    const reply = await world.send("self-destruct");
    expect(reply?.reason).toBe("unknown");
    expect(fits(reply, published.$defs["unknown-reply"]!)).toBe(true);
  });
});

import { describe, expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import type { ClockState } from "../../../agent/frame/frame.ts";
import type { CommandResult } from "../../../agent/ports.ts";
import {
  CHECK_EVERY_MS,
  type ClockView,
  createClockState,
  FIRM_AFTER_MS,
  JUMP_MS,
  SETTLED_AFTER_MS,
  SNTP_EVERY_MS,
  type WallClockState,
} from "../../../agent/south/clock-state.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { WorldUdp } from "../../../simulator/world/udp.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 5, 1);
const NTP_EPOCH_MS = 2_208_988_800_000;

interface World {
  readonly clock: WorldClock;
  readonly state: WallClockState;
  readonly settings: { probeFile: string; probeCommand: string[]; sntpServers: string[] };
  readonly files: Set<string>;
  command: CommandResult;
  readonly ran: (readonly string[])[];
  /** What the time server's clock is ahead of ours; undefined: it does not answer. */
  serverAheadMs: number | undefined;
  asked: number;
  fileTrouble: boolean;
  readonly changes: ClockView[];
  now(): ClockState;
}

async function openWorld(settings: Partial<World["settings"]> = {}, sinceBootMs = 60_000): Promise<World> {
  const clock = new WorldClock(START_MS, sinceBootMs);
  const udp = new WorldUdp(clock);
  const files = new Set<string>();
  const ran: (readonly string[])[] = [];
  const changes: ClockView[] = [];
  const chosen = { probeFile: "", probeCommand: [], sntpServers: [], ...settings };
  const state = createClockState({
    clock,
    udp,
    rng: new WorldRng(1),
    files: {
      stamp: async (path) => {
        if (world.fileTrouble) throw new AgentError("FILE_IO", "no");
        return files.has(path) ? "1" : undefined;
      },
    },
    commands: {
      run: async (argv) => {
        ran.push(argv);
        return world.command;
      },
    },
    settings: () => chosen,
    builtWallMs: Date.UTC(2026, 0, 1),
  });
  state.onChange((view) => changes.push(view));
  const world: World = {
    clock,
    state,
    settings: chosen,
    files,
    command: { exitCode: 1, stdout: "" },
    ran,
    serverAheadMs: 0,
    asked: 0,
    fileTrouble: false,
    changes,
    now: () => state.state(clock.wallMs(), clock.monotonicMs()),
  };
  const server = await udp.bind({ host: "time.example", port: 123 }, (request, from) => {
    world.asked += 1;
    if (world.serverAheadMs === undefined) return;
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    answer[1] = 2;
    request.copy(answer, 24, 40, 48);
    const serverMs = clock.wallMs() + world.serverAheadMs + NTP_EPOCH_MS;
    for (const at of [32, 40]) {
      answer.writeUInt32BE(Math.floor(serverMs / 1e3), at);
      answer.writeUInt32BE(Math.floor(((serverMs % 1e3) / 1e3) * 2 ** 32), at + 4);
    }
    server.send(answer, from);
  });
  return world;
}

describe("the probe", () => {
  test("a file that exists vouches for the clock, and one that is gone does no more", async () => {
    const world = await openWorld({ probeFile: "/run/synchronised" });
    world.state.start();
    await world.clock.advance(0);
    expect(world.now()).toBe("unsynchronised");
    world.files.add("/run/synchronised");
    await world.clock.advance(CHECK_EVERY_MS);
    expect(world.now()).toBe("synchronised");
    expect(world.state.view().source).toBe("probe");
    world.files.clear();
    await world.clock.advance(CHECK_EVERY_MS);
    expect(world.now()).toBe("unsynchronised");
  });

  test("a command that exits 0 does so too", async () => {
    const world = await openWorld({ probeCommand: ["chronyc", "waitsync", "1"] });
    world.command = { exitCode: 0, stdout: "" };
    await world.state.check();
    expect(world.now()).toBe("synchronised");
    expect(world.ran).toEqual([["chronyc", "waitsync", "1"]]);
    world.command = { exitCode: 1, stdout: "" };
    await world.state.check();
    expect(world.now()).toBe("unsynchronised");
  });

  test("a file that cannot be looked for is not there", async () => {
    const world = await openWorld({ probeFile: "/run/synchronised" });
    world.fileTrouble = true;
    await world.state.check();
    expect(world.now()).toBe("unsynchronised");
  });

  test("is asked on a slow timer only, and not after stop", async () => {
    const world = await openWorld({ probeCommand: ["x"] });
    world.state.start();
    await world.clock.advance(HOUR_MS);
    expect(world.ran.length).toBe(HOUR_MS / CHECK_EVERY_MS + 1);
    world.state.stop();
    await world.clock.advance(HOUR_MS);
    expect(world.ran.length).toBe(HOUR_MS / CHECK_EVERY_MS + 1);
  });
});

describe("SNTP", () => {
  const servers = { sntpServers: ["time.example"] };

  test("a server that agrees vouches for the clock", async () => {
    const world = await openWorld(servers);
    world.serverAheadMs = 400;
    world.state.start();
    await world.clock.advance(1_000);
    expect(world.now()).toBe("synchronised");
    expect(world.state.view()).toMatchObject({ source: "sntp" });
    expect(world.state.view().offsetMs).toBeCloseTo(400, 3);
  });

  test("a server that disagrees tells the offset", async () => {
    const world = await openWorld(servers);
    world.serverAheadMs = 86_400_000;
    world.state.start();
    await world.clock.advance(1_000);
    expect(world.now()).toBe("unsynchronised");
    expect(world.state.view().offsetMs).toBeCloseTo(86_400_000, 3);
  });

  test("is asked every quarter of an hour, and while silent ever more rarely until then", async () => {
    const world = await openWorld(servers);
    world.state.start();
    await world.clock.advance(2 * HOUR_MS);
    expect(world.asked).toBe((2 * HOUR_MS) / SNTP_EVERY_MS + 1);
    world.asked = 0;
    world.serverAheadMs = undefined;
    await world.clock.advance(24 * HOUR_MS);
    expect(world.asked).toBeLessThan((24 * HOUR_MS) / SNTP_EVERY_MS + 6);
    expect(world.now()).toBe("unsynchronised");
  });

  test("the next server is asked when one does not answer", async () => {
    const world = await openWorld({ sntpServers: ["nobody.example", "time.example:123"] });
    world.state.start();
    await world.clock.advance(6_000);
    expect(world.now()).toBe("synchronised");
  });
});

describe("tmms of live frames", () => {
  test("that agrees makes the clock a GPS clock, for an hour", async () => {
    const world = await openWorld();
    const wallMs = world.clock.wallMs();
    world.state.heardGps(wallMs + 999, wallMs);
    expect(world.now()).toBe("gps");
    await world.clock.advance(HOUR_MS);
    expect(world.now()).toBe("gps");
    await world.clock.advance(1);
    expect(world.now()).not.toBe("gps");
  });

  test("that disagrees thrice tells the offset, and overrules a server", async () => {
    const world = await openWorld({ sntpServers: ["time.example"] });
    world.state.start();
    await world.clock.advance(1_000);
    const wallMs = world.clock.wallMs();
    for (const jitter of [0, 100]) world.state.heardGps(wallMs + 30_000 + jitter, wallMs);
    expect(world.now()).toBe("synchronised");
    world.state.heardGps(wallMs + 30_050, wallMs);
    expect(world.now()).toBe("unsynchronised");
    expect(world.state.view().offsetMs).toBe(30_050);
  });

  test("that says something else each time says nothing", async () => {
    const world = await openWorld({ probeCommand: ["x"] });
    world.command = { exitCode: 0, stdout: "" };
    await world.state.check();
    const wallMs = world.clock.wallMs();
    for (let i = 1; i < 20; i++) world.state.heardGps(wallMs + i * 10_000, wallMs);
    expect(world.now()).toBe("synchronised");
  });
});

describe("a jump of the wall clock", () => {
  test.each([-3_600_000, -JUMP_MS - 1, JUMP_MS + 1, 3_600_000])(
    "of %i ms makes it unsynchronised until a source has spoken again",
    async (jumpMs) => {
      const world = await openWorld({ probeCommand: ["x"] });
      world.command = { exitCode: 0, stdout: "" };
      world.state.start();
      await world.clock.advance(0);
      expect(world.now()).toBe("synchronised");
      world.clock.stepWall(jumpMs);
      expect(world.now()).toBe("unsynchronised");
      expect(world.state.view().lastJumpMs).toBe(jumpMs);
      await world.clock.advance(CHECK_EVERY_MS);
      expect(world.now()).toBe("synchronised");
    },
  );

  test("a slew is none, however far it goes", async () => {
    const world = await openWorld({ probeCommand: ["x"] });
    world.command = { exitCode: 0, stdout: "" };
    world.state.start();
    for (let i = 0; i < 20; i++) {
      await world.clock.advance(CHECK_EVERY_MS);
      world.clock.stepWall(JUMP_MS - 500);
      expect(world.now()).toBe("synchronised");
    }
    expect(world.state.view().lastJumpMs).toBeUndefined();
  });

  test("asks the time server at the next check, not a quarter of an hour later", async () => {
    const world = await openWorld({ sntpServers: ["time.example"] });
    world.state.start();
    await world.clock.advance(CHECK_EVERY_MS + 1_000);
    world.clock.stepWall(60_000);
    expect(world.now()).toBe("unsynchronised");
    await world.clock.advance(CHECK_EVERY_MS);
    expect(world.now()).toBe("synchronised");
  });

  test("during a question makes the answer worthless", async () => {
    const world = await openWorld({ sntpServers: ["nobody.example", "time.example"] });
    world.state.start();
    await world.clock.advance(1_000);
    world.clock.stepWall(60_000);
    await world.clock.advance(5_000);
    expect(world.now()).toBe("unsynchronised");
  });
});

describe("plausibility", () => {
  test("is believed where nobody can be asked, once the kernel has run for ten minutes", async () => {
    const world = await openWorld({}, 0);
    await world.clock.advance(SETTLED_AFTER_MS - 1);
    expect(world.now()).toBe("unsynchronised");
    await world.clock.advance(1);
    expect(world.now()).toBe("synchronised");
    expect(world.state.view().source).toBe("plausibility");
    world.clock.stepWall(10_000);
    expect(world.now()).toBe("unsynchronised");
    await world.clock.advance(SETTLED_AFTER_MS);
    expect(world.now()).toBe("synchronised");
  });

  test("is not believed where somebody can", async () => {
    const world = await openWorld({ probeFile: "/run/synchronised" }, HOUR_MS);
    expect(world.now()).toBe("unsynchronised");
  });

  test("refuses a clock before the build date, whoever vouches for it", async () => {
    const world = await openWorld({ probeCommand: ["x"] });
    world.command = { exitCode: 0, stdout: "" };
    world.clock.stepWall(Date.UTC(2025, 11, 31) - START_MS);
    await world.state.check();
    expect(world.now()).toBe("unsynchronised");
  });
});

test("each change is told once, with its source", async () => {
  const world = await openWorld({ probeCommand: ["x"] });
  world.command = { exitCode: 0, stdout: "" };
  world.state.start();
  await world.clock.advance(5 * CHECK_EVERY_MS);
  world.state.heardGps(world.clock.wallMs(), world.clock.wallMs());
  expect(world.changes.map(({ source }) => source)).toEqual(["probe", "gps"]);
});

describe("what a clock can be compared with where a mistake cannot be undone", () => {
  test("nothing before a source has vouched for it for an hour, and after a jump for an hour again", async () => {
    const world = await openWorld({ probeFile: "/run/synchronised" });
    world.files.add("/run/synchronised");
    world.state.start();
    await world.state.check();
    expect(world.now()).toBe("synchronised");
    await world.clock.advance(FIRM_AFTER_MS - 1);
    expect(world.state.comparableStates()).toEqual([]);
    await world.clock.advance(1);
    expect(world.state.comparableStates()).toEqual(["gps", "synchronised"]);
    world.clock.stepWall(10 * 8_766 * HOUR_MS);
    expect(world.state.comparableStates()).toEqual([]);
    await world.clock.advance(CHECK_EVERY_MS);
    expect(world.now()).toBe("synchronised");
    expect(world.state.comparableStates()).toEqual([]);
    await world.clock.advance(FIRM_AFTER_MS);
    expect(world.state.comparableStates()).toEqual(["gps", "synchronised"]);
    world.files.clear();
    await world.clock.advance(CHECK_EVERY_MS);
    expect(world.state.comparableStates()).toEqual([]);
  });

  test("plausibility alone never suffices, and where it may have vouched for frames only gps ones count", async () => {
    const world = await openWorld({}, SETTLED_AFTER_MS);
    world.state.start();
    await world.clock.advance(10 * HOUR_MS);
    expect(world.now()).toBe("synchronised");
    expect(world.state.view().source).toBe("plausibility");
    expect(world.state.comparableStates()).toEqual([]);
    for (let heard = 0; heard <= 2; heard++) {
      world.state.heardGps(world.clock.wallMs(), world.clock.wallMs());
      await world.clock.advance(HOUR_MS / 2);
    }
    expect(world.state.comparableStates()).toEqual(["gps"]);
  });
});

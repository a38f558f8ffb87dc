/** What goes wrong on the way: it is undone, wherever it was, and nothing is ever left half. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import { openControlDoor } from "../../../agent/host/control.ts";
import { restore } from "../../../agent/setup/restore.ts";
import { setUp } from "../../../agent/setup/setup.ts";
import { freePort } from "../../free-port.ts";
import { keros5, keros6 } from "../profile/boxes.ts";
import {
  EUI,
  killedAfter,
  type MadeUpBox,
  makeBox,
  restoreArguments,
  setupArguments,
} from "./made-up-box.ts";

const TOML = "/etc/lorafwd.toml";
const SET = '# ours\n[gwmp]\nnode = "lns.example"\nservice.uplink = 1700\nservice.downlink = 1700\n';
const OWN = "/etc/edge-agent/agent.toml";
const RESTART = "systemctl restart lorafwd";

const boxOf = (): MadeUpBox => makeBox({ tree: { ...keros6("wiis"), [TOML]: SET }, reads: [TOML] });
const argsOf = async (given = {}) => setupArguments({ listen: `127.0.0.1:${await freePort()}`, ...given });

describe("setup undoes itself", () => {
  test("when no PULL_DATA arrives: every octet is back, the forwarder runs as before, exit code 1", async () => {
    const box = boxOf();
    const before = box.hash();
    const { onRestart } = box;
    let restarts = 0;
    box.onRestart = () => (++restarts === 1 ? Promise.resolve(0) : onRestart());
    await setUp(box.doors, await argsOf({ wait: "300ms", json: true }));
    expect(box.hash()).toBe(before);
    expect(box.server()).toBe("lns.example:1700");
    expect(box.ran.filter((command) => command === RESTART)).toHaveLength(2);
    expect(box.exitCode()).toBe(1);
    expect(JSON.parse(box.out())).toMatchObject({
      outcome: "undone",
      forwarderBack: true,
      why: expect.stringContaining("no PULL_DATA"),
    });
    expect(box.err()).toMatch(
      /Everything is as it was[\s\S]*systemctl is-active lorafwd[\s\S]*journalctl -u lorafwd/,
    );
  });

  test("when the forwarder does not restart; and says loudly what to do when it does not come back either", async () => {
    const box = boxOf();
    const before = box.hash();
    box.onRestart = async () => 1;
    await setUp(box.doors, await argsOf());
    expect(box.exitCode()).toBe(1);
    expect(box.err()).toMatch(
      /!{40}\nTHE PACKET FORWARDER DOES NOT RUN AS BEFORE[\s\S]*edge-agent restore\n {2}systemctl restart lorafwd/,
    );
    expect(box.read(TOML)).toBe(SET);
    box.onRestart = async () => 0;
    await restore(box.doors, restoreArguments());
    expect(box.hash(), "and restore ends it").toBe(before);
  });

  test("when the disk refuses in the middle", async () => {
    const box = boxOf();
    const before = box.hash();
    const { doors } = box;
    let wasRefused = false;
    const refusing: typeof doors.box.replace = async (path, file) => {
      if (path !== TOML || wasRefused) return doors.box.replace(path, file);
      wasRefused = true;
      throw new AgentError("FILE_IO", `${path}: ENOSPC`);
    };
    await setUp({ ...doors, box: { ...doors.box, replace: refusing } }, await argsOf());
    expect(box.err()).toContain("ENOSPC");
    expect([box.exitCode(), box.hash()]).toEqual([1, before]);
  });

  test("when the person has had enough while it waits", async () => {
    const box = boxOf();
    const before = box.hash();
    const given = new AbortController();
    const { onRestart } = box;
    box.onRestart = async () => {
      given.abort();
      return 0;
    };
    const setting = setUp({ ...box.doors, interrupted: given.signal }, await argsOf({ wait: "10m" }));
    await setting;
    box.onRestart = onRestart;
    expect([box.exitCode(), box.hash()]).toEqual([1, before]);
    expect(box.err()).toContain("interrupted");
  });
});

describe("the running agent", () => {
  /** Answers as an agent does that hears the forwarder a moment after it has been pointed at it. */
  async function agentOn(box: MadeUpBox, port: () => string) {
    let startedMs = box.doors.clock.monotonicMs();
    const serving = await openControlDoor().serve(join(box.root, "control.sock"), async () => ({
      status: 200,
      body: {
        listen: { host: "127.0.0.1", port: Number(port().split(":")[1]) },
        uptimeMs: box.doors.clock.monotonicMs() - startedMs,
        // It has heard this forwarder before, and long ago.
        forwarders: [
          { gatewayEui: EUI, pullDataAgeMs: box.server() === port() ? 1 : 60_000, pullSource: { port: 4 } },
        ],
      },
    }));
    return {
      restart: () => {
        startedMs = box.doors.clock.monotonicMs();
      },
      close: () => serving.close(),
    };
  }

  test("is restarted with the new core before the forwarder comes, and is asked whether it hears it", async () => {
    const box = boxOf();
    const args = await argsOf({ json: true });
    const agent = await agentOn(box, () => args.listen!);
    box.onAgentRestart = async () => {
      expect(box.read(OWN), "the core is there").toContain("udp://lns.example:1700");
      expect(box.read(TOML), "the forwarder is not").toBe(SET);
      agent.restart();
      return 0;
    };
    await setUp(box.doors, args);
    await agent.close();
    expect(JSON.parse(box.out())).toMatchObject({
      outcome: "changed",
      seenThrough: "agent",
      gatewayEui: EUI,
    });
    expect(box.ran).toEqual(["systemctl restart edge-agent", RESTART]);
  });

  test("that heard the forwarder long ago does not hear it now", async () => {
    const box = boxOf();
    const before = box.hash();
    const args = await argsOf({ wait: "300ms", json: true });
    const agent = await agentOn(box, () => args.listen!);
    box.onAgentRestart = async () => {
      agent.restart();
      return 0;
    };
    box.onRestart = async () => 0;
    await setUp(box.doors, args);
    await agent.close();
    expect(JSON.parse(box.out())).toMatchObject({
      outcome: "undone",
      why: expect.stringContaining("no PULL_DATA"),
    });
    expect([box.exitCode(), box.hash()]).toEqual([1, before]);
  });

  test("that cannot be restarted would cut today's server off: undone before the forwarder is touched", async () => {
    const box = boxOf();
    const before = box.hash();
    const args = await argsOf();
    const agent = await agentOn(box, () => args.listen!);
    await setUp(box.doors, args);
    await agent.close();
    expect([box.exitCode(), box.hash()]).toEqual([1, before]);
    expect(box.ran, "the forwarder was left alone").not.toContain(RESTART);
    expect(box.err()).toMatch(/could not be restarted/);
  });

  test("keeps what stands in its settings; a core that it has is not added again", async () => {
    const kept = '# mine\r\n[[core]]\r\nid = "main"\r\nservers = ["mqtt://broker.example:1883"]';
    const box = boxOf();
    box.write(OWN, kept);
    const args = await argsOf({ listen: undefined });
    box.write(OWN, `[forwarder]\r\nlisten = "127.0.0.1:${await freePort()}"\r\n${kept}`);
    const before = box.read(OWN);
    await setUp(box.doors, args);
    const after = box.read(OWN);
    expect(after.startsWith(`${before}\r\n\r\n[[core]]\r\n`)).toBe(true);
    expect(after.match(/\[\[core\]\]/g)).toHaveLength(2);
    expect(after).toContain('id = "former"');
    // The owner points it elsewhere, and sets up again: the same server is no second core.
    box.write(TOML, SET);
    await setUp(box.doors, args);
    expect(box.read(OWN)).toBe(after);
  });
});

describe("two at the same moment", () => {
  test("one is refused, changes nothing, and names the other's process; what a dead one has left does not matter", async () => {
    const box = boxOf();
    const other = spawn("sleep", ["60"]);
    onTestFinished(() => void other.kill("SIGKILL"));
    box.write("/var/run/edge-agent-setup.pid", `${other.pid}\n`);
    const before = box.hash();
    const busy = `another setup or restore is at work (process ${other.pid})`;
    await expect(setUp(box.doors, await argsOf())).rejects.toThrow(busy);
    expect([box.hash(), box.ran]).toEqual([before, []]);
    other.kill("SIGKILL");
    await once(other, "exit");
    await setUp(box.doors, await argsOf());
    expect(box.exitCode()).toBe(0);
    expect(existsSync(join(box.root, "var/run/edge-agent-setup.pid"))).toBe(false);
    box.write("/var/run/edge-agent-setup.pid", `${process.ppid}\n`);
    await expect(restore(box.doors, restoreArguments())).rejects.toThrow("at work");
  });

  test("a file that was changed while the person was asked is not written over", async () => {
    const box = boxOf();
    const theirs = SET.replace("lns.example", "new.example");
    const confirm = async () => {
      box.write(TOML, theirs);
      return true;
    };
    const args = await argsOf({ yes: false });
    await expect(setUp({ ...box.doors, confirm }, args)).rejects.toThrow(/lorafwd\.toml was changed/);
    expect([box.read(TOML), box.ran]).toEqual([theirs, []]);
  });
});

describe("setup is killed", () => {
  test.each([
    // Copy, list, agent's settings, agent, forwarder's settings, forwarder, list.
    ["the first on this box", 7, false],
    // The copies are there.
    ["the second, after a good one", 6, true],
  ])(
    "after any of its steps, %s: restore gives back every octet, and the forwarder is restarted",
    async (_which, steps, isSecond) => {
      let killedTimes = 0;
      for (let step = 1; ; step++) {
        const box = boxOf();
        const before = box.hash();
        if (isSecond) await setUp(box.doors, await argsOf());
        const { doors, killed } = killedAfter(box.doors, step);
        const setting = setUp(doors, await argsOf()).then(() => "ended");
        if ((await Promise.race([killed, setting])) === "ended") break;
        killedTimes += 1;
        box.ran.length = 0;
        await restore(box.doors, restoreArguments());
        expect(box.read(TOML), `killed after step ${step}`).toBe(SET);
        // Before the list is written nothing of the box has been touched: a copy may be left over.
        if (step === 1 && !isSecond) continue;
        expect(box.hash(), `killed after step ${step}`).toBe(before);
        expect(box.ran, `killed after step ${step}`).toContain(RESTART);
      }
      expect(killedTimes).toBe(steps);
    },
  );

  test("and tried again: the first state is what restore gives back", async () => {
    const box = boxOf();
    const before = box.hash();
    const args = await argsOf();
    const { doors, killed } = killedAfter(box.doors, 5);
    void setUp(doors, args);
    await killed;
    expect(box.read(TOML), "killed with the forwarder's settings written").not.toBe(SET);
    box.ran.length = 0;
    await setUp(box.doors, args);
    expect(box.ran, "what was begun is ended, though no file needs a change").toContain(RESTART);
    expect(box.server()).toBe(args.listen);
    await restore(box.doors, restoreArguments());
    expect(box.hash()).toBe(before);
  });
});

test("two setups one after the other: restore gives back what was before the first", async () => {
  const box = boxOf();
  const before = box.hash();
  await setUp(box.doors, await argsOf());
  const between = box.hash();
  const { onRestart } = box;
  // The second one fails: its undoing goes back to where it began, and no further.
  box.onRestart = async () => 1;
  await setUp(box.doors, await argsOf());
  box.onRestart = onRestart;
  expect(box.exitCode()).toBe(1);
  const args = await argsOf();
  await setUp(box.doors, args);
  expect(box.server()).toBe(args.listen);
  expect(box.hash()).not.toBe(between);
  await restore(box.doors, restoreArguments());
  expect(box.hash()).toBe(before);
});

describe("restore", () => {
  test("does nothing where there was no setup, and says nothing when it is told to be quiet", async () => {
    const box = boxOf();
    const before = box.hash();
    await restore(box.doors, restoreArguments({ quiet: true }));
    expect([box.out(), box.err(), box.exitCode(), box.hash(), box.ran]).toEqual(["", "", 0, before, []]);
  });

  test("does not write over what somebody has changed since: it shows it, asks, or is forced", async () => {
    const box = boxOf();
    const before = box.hash();
    await setUp(box.doors, await argsOf());
    appendFileSync(join(box.root, TOML), "# a word of the owner\n");
    const changed = box.hash();
    box.ran.length = 0;
    await expect(restore(box.doors, restoreArguments())).rejects.toThrow(
      /lorafwd\.toml changed since.*--force/,
    );
    expect(box.out()).toContain("-# a word of the owner");
    box.answers = [false];
    await restore(box.doors, restoreArguments({ yes: false }));
    expect(box.questions).toEqual([expect.stringMatching(/would be lost/)]);
    await restore(box.doors, restoreArguments({ dryRun: true }));
    expect([box.hash(), box.ran]).toEqual([changed, []]);
    await restore(box.doors, restoreArguments({ force: true }));
    expect([box.hash(), box.ran[0]]).toEqual([before, RESTART]);
  });

  test("leaves the agent's settings that their owner has gone on with, and puts the forwarder back", async () => {
    const box = boxOf();
    await setUp(box.doors, await argsOf());
    appendFileSync(join(box.root, OWN), '\n[[core]]\nid = "mine"\nservers = ["mqtt://x.example"]\n');
    const own = box.read(OWN);
    await restore(box.doors, restoreArguments());
    expect([box.read(OWN), box.read(TOML), box.server()]).toEqual([own, SET, "lns.example:1700"]);
    expect(box.out()).toContain(`left as their owner has them since setup: ${OWN}`);
    await restore(box.doors, restoreArguments({ quiet: true }));
    expect(box.exitCode()).toBe(0);
  });

  test("leaves a forwarder alone that its owner has pointed elsewhere himself: a package may go", async () => {
    const box = boxOf();
    await setUp(box.doors, await argsOf());
    const elsewhere = SET.replace("lns.example", "new.example");
    box.write(TOML, elsewhere);
    box.ran.length = 0;
    await restore(box.doors, restoreArguments());
    expect([box.read(TOML), box.ran, box.exitCode()]).toEqual([elsewhere, [], 0]);
    expect(await box.doors.box.names("/var/lib/edge-agent-setup")).toEqual([]);
  });

  test("restarts again when it was cut off before the forwarder came back", async () => {
    const box = boxOf();
    const before = box.hash();
    await setUp(box.doors, await argsOf());
    const { onRestart } = box;
    box.onRestart = async () => 1;
    await restore(box.doors, restoreArguments({ quiet: true }));
    expect(box.exitCode()).toBe(3);
    expect(box.err()).toMatch(/DOES NOT RUN AS BEFORE[\s\S]*as root:\n {2}systemctl restart lorafwd\n!/);
    expect(box.err(), "it does not advise itself").not.toContain("edge-agent restore");
    expect(box.read(TOML)).toBe(SET);
    expect(existsSync(join(box.root, "etc/edge-agent")), "the folder that setup has made").toBe(false);
    box.onRestart = onRestart;
    await restore(box.doors, restoreArguments());
    expect([box.hash(), box.server()]).toEqual([before, "lns.example:1700"]);
    expect(existsSync(join(box.root, "var/lib/edge-agent-setup"))).toBe(false);
  });

  test("leaves a folder that setup has made and somebody has put something into", async () => {
    const box = boxOf();
    await setUp(box.doors, await argsOf());
    box.write("/etc/edge-agent/mine", "");
    await restore(box.doors, restoreArguments());
    expect(await box.doors.box.names("/etc/edge-agent")).toEqual(["mine"]);
  });

  test("killed after any of its own steps, it is ended by the next restore", async () => {
    let killedTimes = 0;
    for (let step = 1; ; step++) {
      const box = boxOf();
      await setUp(box.doors, await argsOf());
      const { doors, killed } = killedAfter(box.doors, step);
      const restoring = restore(doors, restoreArguments()).then(() => "ended");
      if ((await Promise.race([killed, restoring])) === "ended") break;
      killedTimes += 1;
      await restore(box.doors, restoreArguments());
      expect([box.read(TOML), box.server()], `killed after step ${step}`).toEqual([SET, "lns.example:1700"]);
      expect(box.exitCode()).toBe(0);
    }
    expect(killedTimes, "two files, their folder, restart, status, list, copy, folder").toBe(8);
  });

  test("refuses a copy that is damaged rather than writing it", async () => {
    const box = boxOf();
    await setUp(box.doors, await argsOf());
    const folder = "/var/lib/edge-agent-setup";
    const [copy] = (await box.doors.box.names(folder)).filter((name) => name.endsWith("lorafwd.toml"));
    box.write(`${folder}/${copy}`, "");
    const before = box.hash();
    await expect(restore(box.doors, restoreArguments())).rejects.toThrow(/lost or damaged/);
    expect(box.hash()).toBe(before);
  });

  test("finds what was kept on another data partition, as KerOS 5 has it", async () => {
    const box = makeBox({ tree: { ...keros5("wiis"), [TOML]: SET }, reads: [TOML] });
    const before = box.hash();
    await setUp(box.doors, await argsOf());
    expect(await box.doors.box.names("/user/edge-agent-setup")).toContain("manifest.json");
    await restore(box.doors, restoreArguments());
    expect(box.hash()).toBe(before);
  });
});

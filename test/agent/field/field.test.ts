/** What the gateway tells, put together as the settings ask, in the world; and how `edge-agent status` says it. */
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../agent/config/load.ts";
import { type Field, type FieldStatus, startField } from "../../../agent/field/field.ts";
import { fieldSections } from "../../../agent/technician/field-lines.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldCommands } from "../../../simulator/world/commands.ts";
import { WorldFiles } from "../../../simulator/world/files.ts";
import { createWorldLog } from "../../../simulator/world/log.ts";
import { WorldSerial } from "../../../simulator/world/serial.ts";
import { openAgentWorld } from "../agent-world.ts";
import { MAKERS, makeModem } from "./made-up-modem.ts";
import { epoch } from "./nmea-lines.ts";

const CORE = '[[core]]\nservers = ["mqtt://127.0.0.1:1883"]\n';

async function open(toml: string, heldPorts: readonly string[] = []) {
  const loaded = loadSettings({ tomlText: `${toml}${CORE}`, path: "", env: {} });
  if (!loaded.ok) throw new Error("wrong settings");
  const clock = new WorldClock(Date.UTC(2026, 10, 22, 12));
  const serial = new WorldSerial();
  const commands = new WorldCommands();
  const log = createWorldLog();
  const files = new WorldFiles({ "/proc/loadavg": "0.10 0.10 0.10 1/2 3\n" });
  const parts = { clock, serial, commands, files, log, settings: loaded.settings, heldPorts, builtWallMs: 0 };
  const field: Field = await startField(parts);
  return { clock, serial, commands, log, field };
}

const shown = (status: FieldStatus | undefined, language: Language = "en"): string =>
  fieldSections(status, makeText(language))
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${name}\n${lines.map((line) => `  ${line}\n`).join("")}`)
    .join("");

describe("what the gateway tells", () => {
  test("costs nothing where nobody asks for it: no port, no program, no timer", async () => {
    const { clock, field, serial } = await open("");
    await clock.advance(86_400_000);
    expect(clock.pendingTimers).toBe(0);
    expect(serial.openings.size).toBe(0);
    expect(field.status()).toEqual({ gnss: undefined, modem: undefined, system: undefined });
    await field.refresh();
    expect(field.status().system).toMatchObject({ load1: 0.1 });
    await field.stop();
  });

  test("is told with ages, and said in both languages", async () => {
    const { clock, field, serial } = await open(
      '[gnss]\nport = "/dev/nmea2"\n[modem]\nport = "/dev/ttyUSB2"\ninterval = "30s"\n',
    );
    serial.plug("/dev/nmea2");
    serial.plug("/dev/ttyUSB2", makeModem(MAKERS[0]!));
    expect(shown(field.status())).toBe(
      "GNSS\n  not yet listened to (/dev/nmea2)\nModem\n  not yet asked (/dev/ttyUSB2)\n",
    );
    for (let second = 0; second < 70; second++) {
      serial.say("/dev/nmea2", epoch(clock.wallMs() - 3_000));
      await clock.advance(1_000);
    }
    expect(field.status()).toMatchObject({
      gnss: { state: "fix", forMs: 61_000, fix: { satellites: 9, ageMs: expect.any(Number) } },
      modem: { by: "/dev/ttyUSB2", state: "answers", grade: "poor", gradeBy: "rsrpDbm" },
    });
    await field.refresh();
    const { gnss, modem } = field.status();
    const english = shown({ gnss, modem });
    expect(english).toMatch(
      /^GNSS\n {2}fix for 1m 1s, satellites in use 9, in view 10, HDOP 0\.9\n {2}47\.38832, 1\.25547, 98 m, /,
    );
    expect(english).toContain("this gateway's clock differs from it by 3 s");
    expect(english).toMatch(/Modem\n {2}registered, Orange F, LTE, asked \d+s ago\n/);
    expect(english).toContain(
      "signal poor: RSRP -102 dBm, RSRQ -12 dB, SINR 10 dB, RSSI -69 dBm\n  Quectel EC25\n",
    );
    expect(shown({ gnss, modem }, "fr")).toContain("signal mauvais : RSRP -102 dBm");
    await field.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test("says each state of either in words, in both languages", () => {
    for (const language of ["en", "fr"] as const) {
      const words = new Set<string>();
      for (const state of ["starting", "noPort", "silent", "garbage", "searching", "fix", "lost"] as const) {
        words.add(shown({ gnss: { port: "/dev/x", state, forMs: 5_000 } }, language));
      }
      for (const state of ["starting", "noPort", "noManager", "noModem", "silent", "garbage"] as const) {
        words.add(shown({ modem: { by: "ofono", state, forMs: 5_000 } }, language));
      }
      expect(words.size).toBe(13);
      for (const text of words) expect(text.trim().split("\n")).toHaveLength(2);
    }
  });

  test("of a port that is another's says so, and never opens it", async () => {
    const { clock, field, serial } = await open('[gnss]\nport = "/dev/nmea1"\n', ["/dev/nmea1"]);
    serial.plug("/dev/nmea1");
    await clock.advance(3_600_000);
    expect(serial.openings.size).toBe(0);
    expect(shown(field.status())).toContain("/dev/nmea1 cannot be opened for 59m 55s: it is another's");
    await field.stop();
  });

  test("of a modem by its owner, who is asked each ten minutes and not waited for at the end", async () => {
    const { clock, field, commands } = await open('[modem]\nmanager = "ofono"\n');
    let asked = 0;
    commands.programs.set("dbus-send", () => {
      asked += 1;
      return { exitCode: 0, stdout: "method return sender=:1\n   array [\n   ]\n" };
    });
    await clock.advance(3_600_000);
    expect(asked).toBe(6);
    expect(field.status().modem).toMatchObject({ by: "ofono", state: "noModem" });
    commands.run = () => new Promise(() => undefined);
    await clock.advance(600_000);
    await field.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test("is logged when it changes, not each time", async () => {
    const { clock, field, log } = await open('[gnss]\nport = "/dev/nmea2"\ninterval = "10s"\n');
    await clock.advance(3_600_000);
    expect(log.lines.filter(({ event }) => event === "GNSS state")).toHaveLength(1);
    await field.stop();
  });
});

test("the running agent tells it when its status is asked for", async () => {
  const world = await openAgentWorld();
  const answer = await world.ask({ method: "GET", path: "/status", body: undefined });
  expect(answer.body).toMatchObject({ field: { system: { temperatures: [], voltages: [] } } });
  expect(shown((answer.body as { field: FieldStatus }).field)).toContain("disk of the journal: ");
});

test("an agent of an older version tells none of it, and its status is shown all the same", () => {
  expect(shown(undefined)).toBe("");
});

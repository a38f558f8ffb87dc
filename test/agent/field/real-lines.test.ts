/**
 * The whole way on real pseudo-terminals (socat): a GNSS receiver's first hour and its accidents, and modems of six
 * makers. The receiver speaks ten times a second, and the long waits are a fifth of what they are, so that it is over
 * in seconds; the port is the host's own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { startGnss } from "../../../agent/field/gnss.ts";
import type { GnssState } from "../../../agent/field/gnss-view.ts";
import { askModem } from "../../../agent/field/modem.ts";
import { openClock } from "../../../agent/host/clock.ts";
import { openSerial } from "../../../agent/host/serial.ts";
import type { Clock } from "../../../agent/ports.ts";
import { until } from "../../until.ts";
import { answerOf, MAKERS } from "./made-up-modem.ts";
import { epoch } from "./nmea-lines.ts";
import { openPseudoTerminal, type PseudoTerminal } from "./pty.ts";

const LONG_MS = 5_000;

function hurriedClock(): Clock {
  const clock = openClock();
  const hurried = (delayMs: number): number => (delayMs >= LONG_MS ? delayMs / 5 : delayMs);
  return {
    ...clock,
    after: (delayMs, run) => clock.after(hurried(delayMs), run),
    sleep: (delayMs, signal) => clock.sleep(hurried(delayMs), signal),
  };
}

const leftOpen: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of leftOpen.splice(0).reverse()) await close();
});

describe("a GNSS receiver on a real line", () => {
  const folder = mkdtempSync(join(tmpdir(), "gnss-"));
  const path = join(folder, "nmea2");
  leftOpen.push(async () => rmSync(folder, { recursive: true, force: true }));

  /** Speaks ten epochs a second, until it is unplugged. */
  async function receiver(first: (wallMs: number) => string) {
    const terminal = await openPseudoTerminal(path);
    const spoken = { says: first };
    let epochs = 0;
    const timer = setInterval(() => {
      epochs += 1;
      terminal.say(spoken.says(Date.UTC(2026, 10, 22, 12) + epochs * 1_000));
    }, 100);
    const unplug = async (): Promise<void> => {
      clearInterval(timer);
      await terminal.unplug();
    };
    leftOpen.push(unplug);
    return { spoken, unplug };
  }

  const cold = (wallMs: number): string => epoch(wallMs, { fix: false, clock: false });

  test("starts cold, finds, loses, finds, speaks garbage, is unplugged and plugged in again", async () => {
    const changes: GnssState[] = [];
    const { spoken, unplug } = await receiver(cold);
    const gnss = startGnss({
      clock: hurriedClock(),
      serial: openSerial(),
      settings: { port: path, baud: 9_600, intervalMs: 100 },
      heldPorts: [],
      builtWallMs: 0,
      onChange: ({ belief }) => changes.push(belief.state),
    });
    leftOpen.push(gnss.stop);
    const reaches = (state: GnssState): Promise<void> => until(() => changes.at(-1) === state);
    await reaches("searching");
    spoken.says = (wallMs) => epoch(wallMs);
    await reaches("fix");
    // Its sentences may come in two pieces.
    await until(() => gnss.view().satellites === 9 && gnss.view().fix?.hdop === 0.92);
    expect(gnss.view()).toMatchObject({
      satellites: 9,
      fix: { hdop: 0.92, position: { latitudeDeg: 47.3883183, longitudeDeg: 1.2554733 } },
    });
    spoken.says = (wallMs) => epoch(wallMs, { fix: false, satellites: 1 });
    await reaches("lost");
    spoken.says = (wallMs) => epoch(wallMs);
    await reaches("fix");
    spoken.says = () => "\u00f8\u0000\u00ff~x\u0080\u00e0\r\n\u0006\u0098";
    await reaches("garbage");
    await unplug();
    await reaches("noPort");
    await receiver((wallMs) => epoch(wallMs));
    await reaches("fix");
    expect(changes).toEqual(["searching", "fix", "lost", "fix", "garbage", "noPort", "fix"]);
  }, 60_000);
});

describe("a modem on a real line", () => {
  const clock = openClock();
  const serial = openSerial();
  const never = new AbortController().signal;
  /** Of a modem that answers at once, on a machine that does not. */
  const PATIENCE = 10;
  const ask = (path: string, patience = () => PATIENCE) => {
    const patient: Clock = { ...clock, after: (delayMs, run) => clock.after(delayMs * patience(), run) };
    return askModem({ clock: patient, serial }, { port: path, baud: 115_200 }, [], never);
  };

  /** @returns what the agent has said until now. */
  function answering(terminal: PseudoTerminal, answer: (command: string) => string): string[] {
    const heard: string[] = [];
    let begun = "";
    terminal.onHeard = (text) => {
      const commands = (begun + text).split("\r");
      begun = commands.pop()!;
      for (const command of commands) {
        heard.push(command);
        terminal.say(answer(command));
      }
    };
    return heard;
  }

  test.concurrent.each(MAKERS)(
    "of $maker tells its signal, among what it says unasked",
    async (script) => {
      const terminal = await openPseudoTerminal();
      try {
        const manners = {
          echo: script.dialect !== "huawei",
          unsolicited: "\r\n^RSSI:19\r\n\r\n+CEREG: 5\r\n",
        };
        answering(terminal, (command) => answerOf(script, command, manners));
        const asked = await ask(terminal.path);
        expect(asked).toMatchObject({
          found: "answers",
          reading: {
            dialect: script.dialect,
            registration: "home",
            technology: "LTE",
            signal: script.signal,
          },
        });
      } finally {
        await terminal.unplug();
      }
    },
    30_000,
  );

  test("that is unplugged in the middle of a word is told at once, and asked again when it is back", async () => {
    const script = MAKERS[0]!;
    const folder = mkdtempSync(join(tmpdir(), "modem-"));
    leftOpen.push(async () => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "ttyUSB2");
    const first = await openPseudoTerminal(path);
    leftOpen.push(first.unplug);
    const manners = { echo: true, unsolicited: "" };
    const heard = answering(first, (command) =>
      command === "AT+COPS?" ? 'AT+COPS?\r\r\n+COPS: 0,0,"Ora' : answerOf(script, command, manners),
    );
    const asked = ask(path);
    await until(() => heard.includes("AT+COPS?"));
    await first.unplug();
    expect(await asked).toMatchObject({ found: "noPort" });
    expect(await ask(path)).toMatchObject({ found: "noPort" });
    const second = await openPseudoTerminal(path);
    leftOpen.push(second.unplug);
    answering(second, (command) => answerOf(script, command, manners));
    expect(await ask(path)).toMatchObject({ found: "answers", reading: { model: script.model } });
  }, 30_000);

  test("that sends garbage first and is deaf for a moment is understood after that", async () => {
    const script = MAKERS[3]!;
    const terminal = await openPseudoTerminal();
    leftOpen.push(terminal.unplug);
    let times = 0;
    answering(terminal, (command) => {
      times += 1;
      return times < 3
        ? "\u0000\u00ff\u0083\u0091\r\n"
        : answerOf(script, command, { echo: true, unsolicited: "" });
    });
    // The first two are given up in their time.
    const asked = await ask(terminal.path, () => (times < 2 ? 1 : PATIENCE));
    expect(asked).toMatchObject({ found: "answers", counts: { garbage: 2, timeouts: 2 } });
  }, 30_000);
});

/** Modems of six makers in the world; what they answer was written by others (made-up-modem.ts). */
import { describe, expect, test } from "vitest";
import { askModem, ROUND_MS_MAX } from "../../../agent/field/modem.ts";
import { readCesq, readCsq, readOperator, readRegistration } from "../../../agent/field/modem-answers.ts";
import { DIALECTS } from "../../../agent/field/modem-dialects.ts";
import { afterRound, newModemView } from "../../../agent/field/modem-view.ts";
import { gradeOf, plausible } from "../../../agent/field/signal.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { moving } from "../../../simulator/world/doors.ts";
import { type WorldDevice, WorldSerial } from "../../../simulator/world/serial.ts";
import { COMMON, MAKERS, makeModem } from "./made-up-modem.ts";

const PORT = "/dev/ttyUSB2";

async function ask(
  device: WorldDevice | undefined,
  whileAsked?: (serial: WorldSerial, clock: WorldClock) => void,
) {
  const clock = new WorldClock();
  const serial = new WorldSerial();
  if (device !== undefined) serial.plug(PORT, device);
  whileAsked?.(serial, clock);
  const beganMs = clock.monotonicMs();
  const asked = await moving(
    clock,
    askModem({ clock, serial }, { port: PORT, baud: 115_200 }, [], new AbortController().signal),
  );
  return { asked, serial, tookMs: clock.monotonicMs() - beganMs };
}

describe("a modem", () => {
  test("of each dialect is here", () => {
    expect(MAKERS.map(({ dialect }) => dialect).sort()).toEqual(DIALECTS.map(({ name }) => name).sort());
  });

  test.each(MAKERS)("of $maker tells its signal in its own words ($source)", async (script) => {
    for (const manners of [
      { echo: true },
      { echo: false },
      { echo: true, unsolicited: "\r\n^RSSI:20\r\n+CREG: 1\r\n" },
    ]) {
      const { asked } = await ask(makeModem(script, manners));
      expect(asked).toMatchObject({
        found: "answers",
        reading: {
          maker: script.maker,
          model: script.model,
          dialect: script.dialect,
          registration: "home",
          name: "Orange F",
          technology: "LTE",
          signal: script.signal,
        },
      });
    }
  });

  test.each(MAKERS)("of $maker is only asked, never told", async (script) => {
    const modem = makeModem(script);
    await ask(modem);
    const { command } = DIALECTS.find(({ name }) => name === script.dialect)!.question;
    expect(modem.heard).toContain(command);
    for (const one of modem.heard) expect(one).toMatch(/^AT([+^!#][A-Z]+\??)?$/);
  });

  test("of a maker without a dialect tells it in the standard's words", async () => {
    const { asked } = await ask(
      makeModem({
        maker: "Gosuncn",
        model: "ME3630",
        answers: { ...COMMON, "AT+CESQ": ["+CESQ: 99,99,255,255,20,61"] },
      }),
    );
    expect(asked).toMatchObject({
      reading: { signal: { rssiDbm: -77, rsrqDb: -10, rsrpDbm: -80 }, maker: "Gosuncn" },
    });
  });

  test("that knows nothing yet is registered nowhere, and has no signal", async () => {
    const answers = {
      AT: [],
      "AT+CEREG?": ["+CEREG: 0,2"],
      "AT+CGREG?": ["+CGREG: 0,0"],
      "AT+CREG?": ["+CREG: 0,3"],
      "AT+COPS?": ["+COPS: 0"],
      "AT+CSQ": ["+CSQ: 99,99"],
      "AT+QCSQ": ['+QCSQ: "NOSERVICE"'],
    };
    const { asked } = await ask(makeModem({ maker: "Quectel", model: "EC25", answers }));
    expect(asked).toMatchObject({ found: "answers", reading: { registration: "searching", signal: {} } });
  });

  test("that is not there, is mute, or speaks something else, is told apart", async () => {
    expect((await ask(undefined)).asked).toEqual({ found: "noPort", reason: "no such port" });
    expect((await ask({})).asked).toEqual({ found: "silent" });
    const garbage: WorldDevice = { onWrite: (_text, say) => say("\u00ff\u0000\u0081\n") };
    expect((await ask(garbage)).asked).toEqual({ found: "garbage" });
  });

  test("that is unplugged in the middle of a word is no port, and the port is let go", async () => {
    const modem = makeModem(MAKERS[0]!);
    const thoughtful: WorldDevice = {
      onWrite: (text, say) => (text === "AT+CSQ\r" ? say("AT+CSQ\r\r\n+CS") : modem.onWrite!(text, say)),
    };
    const { asked, serial } = await ask(thoughtful, (serial, clock) => {
      clock.after(1_000, () => serial.unplug(PORT));
    });
    expect(asked).toEqual({ found: "noPort", reason: "unplugged" });
    expect(serial.isOpen(PORT)).toBe(false);
  });

  test("that answers each question at the last moment is given up after a while", async () => {
    const clockless = makeModem(MAKERS[0]!);
    const slow: WorldDevice = {
      onWrite: (text, say) => {
        if (text === "AT\r") clockless.onWrite!(text, say);
      },
    };
    const { asked, tookMs } = await ask(slow);
    expect(asked.found).not.toBe("answers");
    expect(tookMs).toBeLessThanOrEqual(ROUND_MS_MAX + 100);
  });
});

describe("what the standard's words mean", () => {
  test.each([
    [["+CREG: 0,1"], "home"],
    [['+CEREG: 2,5,"792D","04947221",7'], "roaming"],
    [["+CREG: 0,3"], "denied"],
    [["+CREG: 0,2"], "searching"],
    [["+CREG: 0,0"], "none"],
    [["+CREG: 0,77"], "unknown"],
    // Unasked: <stat> alone, or <stat> and a text.
    [["+CREG: 1", "+CREG: 0,5"], "roaming"],
    [['+CREG: 1,"792D","04947221"', "+CREG: 2,0"], "none"],
    [["+CREG: 1"], undefined],
  ] as const)("%j is %s", (lines, registration) => {
    expect(readRegistration(lines)).toBe(registration);
  });

  test.each([
    ['+COPS: 0,0,"Red Bull, MOBILE",7', { name: "Red Bull, MOBILE", technology: "LTE" }],
    ['+COPS: 0,2,"20801",9', { name: "20801", technology: "NB-IoT" }],
    ['+COPS: 1,0,"SFR"', { name: "SFR", technology: undefined }],
    ["+COPS: 0", { name: undefined, technology: undefined }],
  ])("%s", (line, operator) => {
    expect(readOperator([line])).toEqual(operator);
  });

  test.each([
    ["+CSQ: 0,99", { rssiDbm: -113 }],
    ["+CSQ: 31,99", { rssiDbm: -51 }],
    ["+CSQ: 32,99", {}],
    ["+CSQ: 99,99", {}],
    ["+CSQ: ,", {}],
  ])("%s", (line, signal) => {
    expect(readCsq([line])).toEqual(signal);
  });

  test.each([
    ["+CESQ: 99,99,255,255,34,97", { rsrqDb: -3, rsrpDbm: -44 }],
    ["+CESQ: 99,99,255,255,0,0", { rsrqDb: -20, rsrpDbm: -141 }],
    ["+CESQ: 30,0,255,255,255,255", {}],
  ])("%s", (line, signal) => {
    expect(readCesq([line])).toEqual(signal);
  });
});

describe("what a dialect says", () => {
  const signalOf = (name: string, ...lines: string[]) =>
    DIALECTS.find((one) => one.name === name)!.read(lines);

  test.each([
    ["quectel", ['+QCSQ: "WCDMA",-70,-75,-6'], { rssiDbm: -70 }],
    ["quectel", ['+QCSQ: "CAT-M1",-52,-81,195,-10'], { rssiDbm: -52, rsrpDbm: -81, sinrDb: 19, rsrqDb: -10 }],
    ["quectel", ['+QCSQ: "NOSERVICE"'], {}],
    // Recorded on a QDC507, whose RSSI is none; its AT+QENG said -9 dB for the same SINR.
    ["quectel", ['+QCSQ: "LTE",85,-124,55,-18'], { rsrpDbm: -124, sinrDb: -9, rsrqDb: -18 }],
    [
      "telit",
      ['#RFSTS: "204 08",14,-83,0CBC,00,5,19,10,,BEE9,"204007930002270","NL KPN",0,2'],
      { rssiDbm: -83 },
    ],
    [
      "telit",
      ['#RFSTS: "310 410",800,-93,-59,-14,8B1E,255,-5,1280,19,2,A20'],
      { rsrpDbm: -93, rssiDbm: -59, rsrqDb: -14 },
    ],
    ["telit", ['#RFSTS: "222 01",10588,419,-4.5,-80,-72,F592,02'], { rssiDbm: -72 }],
    ["huawei", ['^HCSQ:"LTE",255,255,255,255'], {}],
    // Recorded on an ME906, in the log of a device that uses it.
    ["huawei", ['^HCSQ: "LTE",57,56,130,24'], { rssiDbm: -64, rsrpDbm: -85, sinrDb: 5.8, rsrqDb: -8 }],
    ["huawei", ['^HCSQ:"WCDMA",40,30,50'], { rssiDbm: -81 }],
    ["huawei", ['^HCSQ:"NOSERVICE"'], {}],
    [
      "simcom",
      ["+CPSI: LTE CAT-M1,Online,460-00,0x182D,187214780,257,EUTRAN-BAND3,1850,5,5,-12,-108,-78,8"],
      { rsrqDb: -12, rsrpDbm: -108, rssiDbm: -78, sinrDb: -4 },
    ],
    ["simcom", ["+CPSI: LTE,Online,460-11,0x774B,126375687,303,EUTRAN-BAND1,100,5,0,12,36,42,5"], {}],
    ["simcom", ["+CPSI: NO SERVICE,Online"], {}],
    ["ublox", ['+RSRP: 162,5110,"-075.00",', '+RSRQ: 162,5110,"-09.20",'], { rsrpDbm: -75, rsrqDb: -9.2 }],
    ["ublox", ["+UCGED: 0"], {}],
    [
      "ublox",
      ["+UCGED: 2", "6,2,fff,fff", "65535,255,255,255,ffff,0000000,65535,00000000,ffff,ff,255,255,255,1,255"],
      {},
    ],
    ["sierra", ["!GSTATUS:", "System mode:   WCDMA", "WCDMA band:    WCDMA 2100"], {}],
    // The lines of one receiver, without carrier aggregation; their form as a vendor's own parser has it.
    [
      "sierra",
      [
        "RSSI (dBm):    -65\t\tTx Power:     0",
        "RSRP (dBm):    -97\t\tTAC:         2B05 (11013)",
        "RSRQ (dB):     -11\t\tCell ID:     0A14666A (169106666)",
        "SINR (dB):     8.8",
      ],
      { rssiDbm: -65, rsrpDbm: -97, rsrqDb: -11, sinrDb: 8.8 },
    ],
  ] as const)("%s: %j", (name, lines, signal) => {
    expect(signalOf(name, ...lines)).toEqual(signal);
  });

  test("is empty for nothing and for nonsense, and nothing throws", () => {
    for (const { read } of DIALECTS) {
      expect(read([])).toEqual({});
      expect(read(["", ",,,", "+X:", "+QCSQ: ,,,,", '"', "+CPSI: LTE"])).toEqual({});
    }
  });
});

describe("a signal", () => {
  test("that no radio can have is not known", () => {
    expect(plausible({ rssiDbm: -121, rsrpDbm: 0, rsrqDb: 255, sinrDb: 251 })).toEqual({});
    expect(plausible({ rssiDbm: -120, rsrpDbm: -141, rsrqDb: -34, sinrDb: 40 })).toEqual({
      rssiDbm: -120,
      rsrpDbm: -141,
      rsrqDb: -34,
      sinrDb: 40,
    });
  });

  test.each([
    [{ rsrpDbm: -80 }, "excellent", "rsrpDbm"],
    [{ rsrpDbm: -80.1 }, "good", "rsrpDbm"],
    [{ rsrpDbm: -90.1 }, "fair", "rsrpDbm"],
    [{ rsrpDbm: -100.1 }, "poor", "rsrpDbm"],
    [{ rsrqDb: -10 }, "excellent", "rsrqDb"],
    [{ rsrqDb: -15 }, "fair", "rsrqDb"],
    [{ rsrqDb: -15.1 }, "poor", "rsrqDb"],
    [{ sinrDb: 12.5 }, "excellent", "sinrDb"],
    [{ sinrDb: 10 }, "good", "sinrDb"],
    [{ sinrDb: 7 }, "fair", "sinrDb"],
    [{ sinrDb: 6.9 }, "poor", "sinrDb"],
    [{ rssiDbm: -70 }, "excellent", "rssiDbm"],
    [{ rssiDbm: -85 }, "good", "rssiDbm"],
    [{ rssiDbm: -86 }, "poor", "rssiDbm"],
    [{ rsrpDbm: -75, rsrqDb: -9, sinrDb: 3, rssiDbm: -50 }, "poor", "sinrDb"],
    [{ rsrpDbm: -75, rssiDbm: -110 }, "excellent", "rsrpDbm"],
  ] as const)("of %j is %s, by its %s", (signal, grade, by) => {
    expect(gradeOf(signal)).toEqual({ grade, by });
  });

  test("of which nothing is known has no grade", () => {
    expect(gradeOf({})).toBeUndefined();
  });
});

test("one round without an answer is no news, two are; one with an answer is", () => {
  const reading = { registration: "home", signal: {} } as const;
  let view = afterRound(newModemView(0), { found: "answers", reading }, 1_000);
  view = afterRound(view, { found: "silent" }, 2_000);
  expect(view.belief).toEqual({ state: "answers", sinceMonotonicMs: 1_000, doubts: 1 });
  view = afterRound(view, { found: "noPort", reason: "unplugged" }, 3_000);
  expect(view).toMatchObject({ belief: { state: "noPort", sinceMonotonicMs: 3_000 }, reason: "unplugged" });
  expect(view.reading).toMatchObject({ monotonicMs: 1_000 });
  view = afterRound(view, { found: "answers", reading }, 4_000);
  expect(view.belief.state).toBe("answers");
});

/** The dialogue with a modem: echo, what comes unasked, garbage, silence, and the way back from each. */
import { describe, expect, test } from "vitest";
import { type AtAnswer, createAtDialogue, LINES_MAX } from "../../../agent/field/at-dialogue.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";

const CSQ = { command: "AT+CSQ", expects: "+CSQ:" };

/** A modem that answers each command by these lines; undefined: not at all. */
function talk(answer: (command: string, times: number) => readonly string[] | undefined) {
  const clock = new WorldClock();
  const heard: string[] = [];
  const dialogue = createAtDialogue(clock, (text) => {
    expect(text.endsWith("\r")).toBe(true);
    const command = text.slice(0, -1);
    heard.push(command);
    const lines = answer(command, heard.filter((one) => one === command).length);
    clock.after(20, () => {
      for (const line of lines ?? []) dialogue.hear(line);
    });
  });
  const ask = async (question = CSQ, timeoutMs = 3_000): Promise<AtAnswer> => {
    let answered: AtAnswer | undefined;
    void dialogue.ask(question, timeoutMs).then((found) => {
      answered = found;
    });
    for (let waited = 0; answered === undefined && waited < 100_000; waited += 10) await clock.advance(10);
    return answered!;
  };
  return { clock, dialogue, heard, ask };
}

const plain = (command: string): readonly string[] => (command === "AT" ? ["OK"] : ["+CSQ: 20,99", "OK"]);
const echoing = (command: string): readonly string[] => [command, ...plain(command)];

describe("a dialogue", () => {
  test.each([
    ["without echo", plain],
    ["with echo", echoing],
  ])("finds its feet with AT and gets its answer, %s", async (_what, modem) => {
    const { ask, heard } = talk(modem);
    expect(await ask()).toEqual({ ok: true, lines: ["+CSQ: 20,99"] });
    expect(heard).toEqual(["AT", "AT+CSQ"]);
  });

  test("does not take for an answer what comes unasked, wherever it comes", async () => {
    const urc = ["^RSSI:20", '+CREG: 5,"792D","04947221"', "RING"];
    const { ask, dialogue } = talk((command) => [
      ...urc,
      command,
      ...urc,
      ...plain(command).slice(0, -1),
      ...urc,
      "OK",
    ]);
    expect(await ask()).toEqual({ ok: true, lines: ["+CSQ: 20,99"] });
    expect(dialogue.counts().unsolicited).toBe(18);
  });

  test("takes every line for a question without a name, but what is known to come unasked", async () => {
    const { ask } = talk((command) =>
      command === "AT" ? ["OK"] : ["Quectel", '^HCSQ:"LTE",48,35,86,14', "RING", "EC25", "OK"],
    );
    expect(await ask({ command: "ATI", expects: "" })).toEqual({ ok: true, lines: ["Quectel", "EC25"] });
  });

  test.each([
    "ERROR",
    "+CME ERROR: 10",
    "+CME ERROR: SIM not inserted",
    "+CMS ERROR: 500",
    "COMMAND NOT SUPPORT",
  ])("%s is a refusal, and no reason to begin anew", async (refusal) => {
    const { ask, heard } = talk((command) => (command === "AT" ? ["OK"] : [refusal]));
    expect(await ask()).toEqual({ ok: false, fault: "refused" });
    await ask();
    expect(heard.filter((one) => one === "AT")).toHaveLength(1);
  });

  test("finds its feet again after a silence, and the late answer is not taken for the next", async () => {
    let late: (() => void) | undefined;
    const talking = talk((command, times) => {
      if (command !== "AT+CSQ" || times > 1) return echoing(command);
      late = () => ["AT+CSQ", "+CSQ: 3,99", "OK"].map((line) => talking.dialogue.hear(line));
      return undefined;
    });
    expect(await talking.ask()).toEqual({ ok: false, fault: "silent" });
    late!();
    expect(await talking.ask()).toEqual({ ok: true, lines: ["+CSQ: 20,99"] });
    expect(talking.heard).toEqual(["AT", "AT+CSQ", "AT", "AT+CSQ"]);
  });

  test("where echo is on, an answer that comes before the echo answers something else", async () => {
    const { ask } = talk((command) =>
      command === "AT" ? ["AT", "OK"] : ["+CSQ: 3,99", "OK", "AT+CSQ", "+CSQ: 20,99", "OK"],
    );
    expect(await ask()).toEqual({ ok: true, lines: ["+CSQ: 20,99"] });
  });

  test("counts garbage, and goes on when it ends", async () => {
    const { ask, dialogue } = talk((command, times) =>
      command === "AT" && times < 3 ? ["\u0000\u00ff\u0081", "\u0007x"] : echoing(command),
    );
    expect(await ask()).toEqual({ ok: true, lines: ["+CSQ: 20,99"] });
    expect(dialogue.counts()).toMatchObject({ garbage: 4, timeouts: 2 });
  });

  test("gives up a modem that never answers after three tries, and tries again when it is asked again", async () => {
    const { ask, heard } = talk(() => undefined);
    expect(await ask()).toEqual({ ok: false, fault: "silent" });
    expect(heard).toEqual(["AT", "AT", "AT"]);
    expect(await ask()).toEqual({ ok: false, fault: "silent" });
    expect(heard).toHaveLength(6);
  });

  test("with a port that has gone is over at once", async () => {
    const { ask, dialogue, clock } = talk((command) => (command === "AT" ? ["OK"] : undefined));
    const asked = dialogue.ask(CSQ, 3_000);
    await clock.advance(500);
    dialogue.end();
    await expect(asked).resolves.toEqual({ ok: false, fault: "closed" });
    expect(await ask()).toEqual({ ok: false, fault: "closed" });
  });

  test("asks one thing after the other, however many are waiting", async () => {
    const { dialogue, clock, heard } = talk((command) => [command, `${command}!`, "OK"]);
    const asked = ["AT+A", "AT+B", "AT+C"].map((command) =>
      dialogue.ask({ command, expects: command }, 1_000),
    );
    await clock.advance(5_000);
    // The echo is no information, although it begins as such.
    expect(await Promise.all(asked)).toEqual(
      ["AT+A!", "AT+B!", "AT+C!"].map((line) => ({ ok: true, lines: [line] })),
    );
    expect(heard).toEqual(["AT", "AT+A", "AT+B", "AT+C"]);
  });

  test(`keeps ${LINES_MAX} lines of an answer, and no more`, async () => {
    const many = Array.from({ length: LINES_MAX + 1 }, (_, at) => `+CSQ: ${at}`);
    const { ask } = talk((command) => (command === "AT" ? ["OK"] : [...many, "OK"]));
    expect(await ask()).toEqual({ ok: true, lines: many.slice(0, LINES_MAX) });
  });
});

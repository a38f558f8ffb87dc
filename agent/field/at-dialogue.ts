/**
 * A dialogue with a modem in AT commands: one question at a time, its answer picked out of all else that a modem says.
 *
 *   ──> AT+CSQ\r          what we write
 *   <── AT+CSQ\r          echo, where it is on; we never switch it, for the port's other users may want it
 *   <── ^RSSI:20          unsolicited: may come between any two lines
 *   <── +CSQ: 20,99       information: begins as the question expects
 *   <── OK                final result
 *
 * After a timeout a late answer may still come, and would be taken for that of the next question. So the dialogue first
 * finds its feet again: AT until OK answers, then silence for a moment. Where echo is on, what comes before the echo of
 * a question does not answer it.
 *
 * Not here: what is asked and what it means (modem-dialects.ts, modem.ts), and the port (ports.ts, Serial).
 *
 * Source: 3GPP TS 27.007, 4 and 9; ITU-T V.250, 5.7.
 */
import type { Clock, Timer } from "../ports.ts";

export type AtAnswer =
  /** The information lines, trimmed; none where the modem just says OK. */
  | { readonly ok: true; readonly lines: readonly string[] }
  /** refused: ERROR or +CME ERROR. silent: no final result in time. closed: the port is gone. */
  | { readonly ok: false; readonly fault: "refused" | "silent" | "closed" };

export interface AtQuestion {
  readonly command: string;
  /** How information lines begin, such as "+CSQ:"; "" takes every line that is not known to be unsolicited. */
  readonly expects: string;
}

export interface AtDialogue {
  /** Waits its turn. @param timeoutMs from when it is written. */
  ask(question: AtQuestion, timeoutMs: number): Promise<AtAnswer>;
  /** What the port has brought. */
  hear(line: string): void;
  /** The port is gone: all that is asked from now on is answered at once. */
  end(): void;
  counts(): AtCounts;
}

export interface AtCounts {
  readonly unsolicited: number;
  /** Lines with characters that no modem writes. */
  readonly garbage: number;
  readonly timeouts: number;
}

/** Of one answer; the longest we ask for has some thirty. */
export const LINES_MAX = 64;
const FEET_MS = 1_000;
const FEET_TRIES = 3;
const QUIET_MS = 200;

interface Open extends AtQuestion {
  readonly lines: string[];
  echoed: boolean;
  settle(answer: AtAnswer): void;
}

export function createAtDialogue(clock: Clock, write: (text: string) => void): AtDialogue {
  let open: Open | undefined;
  let echoes = false;
  let onItsFeet = false;
  let isOver = false;
  let turn: Promise<unknown> = Promise.resolve();
  const counts = { unsolicited: 0, garbage: 0, timeouts: 0 };

  /** Without regard to what may have come before. */
  const askNow = (question: AtQuestion, timeoutMs: number): Promise<AtAnswer> =>
    new Promise((resolve) => {
      if (isOver) return resolve({ ok: false, fault: "closed" });
      const timer: Timer = clock.after(timeoutMs, () => {
        counts.timeouts += 1;
        asked.settle({ ok: false, fault: "silent" });
      });
      const asked: Open = {
        ...question,
        lines: [],
        echoed: !echoes,
        settle: (answer) => {
          timer.cancel();
          open = undefined;
          resolve(answer);
        },
      };
      open = asked;
      write(`${question.command}\r`);
    });

  const findFeet = async (): Promise<void> => {
    for (let tries = 0; tries < FEET_TRIES && !onItsFeet && !isOver; tries++) {
      // Whether it echoes is seen anew: somebody may have changed that.
      echoes = false;
      onItsFeet = (await askNow({ command: "AT", expects: NOTHING }, FEET_MS)).ok;
    }
    if (onItsFeet) await clock.sleep(QUIET_MS);
  };

  const askInTurn = async (question: AtQuestion, timeoutMs: number): Promise<AtAnswer> => {
    if (!onItsFeet) await findFeet();
    if (isOver) return { ok: false, fault: "closed" };
    if (!onItsFeet) return { ok: false, fault: "silent" };
    const answer = await askNow(question, timeoutMs);
    if (!answer.ok && answer.fault === "silent") onItsFeet = false;
    return answer;
  };

  const answerLine = (asked: Open, line: string): void => {
    const final = finalOf(line);
    if (final !== undefined) {
      asked.settle(final === "ok" ? { ok: true, lines: asked.lines } : { ok: false, fault: "refused" });
    } else if (isInformation(asked, line)) {
      if (asked.lines.length < LINES_MAX) asked.lines.push(line);
    } else counts.unsolicited += 1;
  };

  return {
    ask: (question, timeoutMs) => {
      const answer = turn.then(() => askInTurn(question, timeoutMs));
      turn = answer;
      return answer;
    },
    hear: (text) => {
      const line = text.trim();
      if (line === "") return;
      if (!isText(line)) {
        counts.garbage += 1;
        return;
      }
      if (open === undefined) {
        if (finalOf(line) === undefined) counts.unsolicited += 1;
        return;
      }
      if (isEcho(open, line)) {
        open.echoed = true;
        echoes = true;
        // What came before it answered something else.
        open.lines.length = 0;
      } else if (open.echoed) answerLine(open, line);
      else if (finalOf(line) === undefined) counts.unsolicited += 1;
    },
    end: () => {
      isOver = true;
      open?.settle({ ok: false, fault: "closed" });
    },
    counts: () => ({ ...counts }),
  };
}

/** No line begins so. */
const NOTHING = "\u0000";

/** The beginning of an echo may be lost in what was sent before. */
function isEcho({ command }: Open, line: string): boolean {
  return line.endsWith(command) && (line.length === command.length || command.length > 2);
}

function finalOf(line: string): "ok" | "refused" | undefined {
  if (line === "OK") return "ok";
  if (line === "ERROR" || REFUSALS.test(line)) return "refused";
  return undefined;
}

/** V.250 and 27.007; Huawei says COMMAND NOT SUPPORT. */
const REFUSALS = /^(\+CM[ES] ERROR:|COMMAND NOT SUPPORT|TOO MANY PARAMETERS)/;

function isInformation({ expects }: Open, line: string): boolean {
  if (expects !== "") return line.startsWith(expects);
  return !UNSOLICITED.test(line);
}

/** What modems say unasked, as far as it could be taken for an answer without a name. */
const UNSOLICITED =
  /^(RING|RDY|NO CARRIER|SMS (READY|DONE)|CALL READY|PB DONE|NORMAL POWER DOWN|\+(CRING|CMTI|CREG|CGREG|CEREG|CGEV|CTZV|CIEV|QIND|CPIN|PBREADY|UUPSMR\w*|CUSD)\b|\^(RSSI|HCSQ|MODE|SRVST|SIMST|BOOT|DSFLOWRPT|NDISSTAT|CSNR)\b|#(PSNT|QSS)\b|\*)/;

/** Latin letters, figures, and what a display name in GSM letters may have. */
function isText(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || (code > 0x7e && code < 0xa0)) return false;
  }
  return true;
}

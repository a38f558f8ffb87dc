/**
 * Asks a cellular modem how it hears its network: by AT commands, on a port that the settings name, and on no other.
 *
 * Each round opens the port, asks, and closes it, so that nothing is kept from those who need it. All questions only
 * read. Who owns the modem by another way (oFono, ModemManager) is asked in modem-manager.ts.
 */
import { isAgentError } from "../errors.ts";
import type { Clock, Serial, SerialLine } from "../ports.ts";
import { type AtAnswer, type AtCounts, type AtDialogue, createAtDialogue } from "./at-dialogue.ts";
import {
  betterRegistration,
  type Operator,
  type Registration,
  readCesq,
  readCsq,
  readOperator,
  readRegistration,
} from "./modem-answers.ts";
import { DIALECTS, type Dialect } from "./modem-dialects.ts";
import type { ModemReading } from "./modem-view.ts";
import type { Signal } from "./signal.ts";

const ANSWER_MS = 3_000;
/** AT+COPS? may ask the network. */
const SLOW_ANSWER_MS = 10_000;
/** Of a whole round: a modem that is that slow is as good as silent. */
export const ROUND_MS_MAX = 45_000;
const NAME_CHARACTERS_MAX = 40;

export interface ModemPort {
  readonly port: string;
  readonly baud: number;
}

export type Asked =
  | { readonly found: "noPort"; readonly reason: string }
  /** garbage: something speaks there, and no AT (another speed, or no modem). */
  | { readonly found: "silent" | "garbage" }
  | { readonly found: "answers"; readonly reading: ModemReading; readonly counts: AtCounts };

/** One round of questions. Never rejects for the port. */
export async function askModem(
  { clock, serial }: { readonly clock: Clock; readonly serial: Serial },
  { port, baud }: ModemPort,
  heldPorts: readonly string[],
  signal: AbortSignal,
): Promise<Asked> {
  let line: SerialLine | undefined;
  let unplugged: string | undefined;
  const dialogue = createAtDialogue(clock, (text) => line?.write(text));
  const end = (): void => dialogue.end();
  const onClosed = (reason: string): void => {
    unplugged = reason;
    end();
  };
  const tooLong = clock.after(ROUND_MS_MAX, end);
  signal.addEventListener("abort", end, { once: true });
  try {
    const options = { baud, exclusive: true, heldPorts, onLine: dialogue.hear, onClosed };
    line = await serial.open(port, options);
    const reading = await askAll(dialogue);
    if (reading !== undefined) return { found: "answers", reading, counts: dialogue.counts() };
    if (unplugged !== undefined) return { found: "noPort", reason: unplugged };
    return { found: dialogue.counts().garbage > 0 ? "garbage" : "silent" };
  } catch (error) {
    if (!isAgentError(error, "SERIAL_OPEN")) throw error;
    return { found: "noPort", reason: error.reason };
  } finally {
    tooLong.cancel();
    signal.removeEventListener("abort", end);
    dialogue.end();
    await line?.close();
  }
}

/** @returns undefined when nobody answered, or not to the end. */
async function askAll(dialogue: AtDialogue): Promise<ModemReading | undefined> {
  const maker = await dialogue.ask({ command: "AT+CGMI", expects: "" }, ANSWER_MS);
  if (!maker.ok && maker.fault !== "refused") return undefined;
  const model = await dialogue.ask({ command: "AT+CGMM", expects: "" }, ANSWER_MS);
  const makerName = nameOf(maker);
  const dialect = DIALECTS.find((one) => one.maker.test(makerName ?? ""));
  const registration = await askRegistration(dialogue);
  const operator = await askOperator(dialogue);
  const signal = await askSignal(dialogue, dialect);
  // What has not been heard to the end is not a reading.
  const last = await dialogue.ask({ command: "AT", expects: "+" }, ANSWER_MS);
  if (!last.ok) return undefined;
  return {
    maker: makerName,
    model: nameOf(model),
    dialect: dialect?.name,
    registration,
    ...operator,
    signal,
  };
}

/** Some write `+CGMI: "Quectel"`. */
function nameOf(answer: AtAnswer): string | undefined {
  const name = answer.ok ? answer.lines[0]?.replace(/^\+\w+:\s*/, "").replaceAll('"', "") : undefined;
  return name?.slice(0, NAME_CHARACTERS_MAX);
}

/** For LTE, for packets, for circuits: the best of what it says. */
async function askRegistration(dialogue: AtDialogue): Promise<Registration> {
  let best: Registration = "unknown";
  for (const name of ["CEREG", "CGREG", "CREG"]) {
    const answer = await dialogue.ask({ command: `AT+${name}?`, expects: `+${name}:` }, ANSWER_MS);
    const said = answer.ok ? readRegistration(answer.lines) : undefined;
    if (said !== undefined) best = betterRegistration(best, said);
    if (best === "home" || best === "roaming") break;
  }
  return best;
}

async function askOperator(dialogue: AtDialogue): Promise<Operator> {
  const answer = await dialogue.ask({ command: "AT+COPS?", expects: "+COPS:" }, SLOW_ANSWER_MS);
  return answer.ok ? readOperator(answer.lines) : {};
}

/** The maker's own words win over the standard's: they are finer, and have the SINR. */
async function askSignal(dialogue: AtDialogue, dialect: Dialect | undefined): Promise<Signal> {
  const csq = await dialogue.ask({ command: "AT+CSQ", expects: "+CSQ:" }, ANSWER_MS);
  const own = dialect && (await dialogue.ask(dialect.question, ANSWER_MS));
  let signal: Signal = own?.ok ? dialect!.read(own.lines) : {};
  if (signal.rsrpDbm === undefined) {
    const cesq = await dialogue.ask({ command: "AT+CESQ", expects: "+CESQ:" }, ANSWER_MS);
    if (cesq.ok) signal = { ...readCesq(cesq.lines), ...signal };
  }
  return csq.ok ? { ...readCsq(csq.lines), ...signal } : signal;
}

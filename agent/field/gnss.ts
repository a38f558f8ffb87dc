/**
 * Listens to a GNSS receiver: opens its port for a few seconds, hears two or three epochs, closes it again.
 *
 * A receiver speaks every second, day and night, and nobody needs to know the position of a church tower each second:
 * a look each minute costs a twentieth of it. What it means is judged in gnss-view.ts.
 *
 * The port's own buffer may hold sentences from before: what comes in the first moments is not counted.
 */
import { isAgentError } from "../errors.ts";
import type { Clock, Serial, SerialLine } from "../ports.ts";
import { createEpochs, type Epoch } from "./epoch.ts";
import { afterBurst, type Burst, type GnssView, newGnssView } from "./gnss-view.ts";
import { readSentence } from "./nmea.ts";
import { type Rounds, startRounds } from "./rounds.ts";

/** What has lain in a buffer comes at once; the next epoch comes within a second. */
const SETTLE_MS = 350;
/** A silent receiver is given up after that; most are done after three seconds. */
export const BURST_MS_MAX = 6_000;
const FIX_EPOCHS = 2;
const NO_FIX_EPOCHS = 3;
/** Of one burst: a port that floods us is no receiver. */
const LINES_MAX = 500;

export interface GnssParts {
  readonly clock: Clock;
  readonly serial: Serial;
  readonly settings: { readonly port: string; readonly baud: number; readonly intervalMs: number };
  readonly heldPorts: readonly string[];
  /** The program's own date. */
  readonly builtWallMs: number;
  readonly onChange: (view: GnssView) => void;
}

export interface Gnss {
  view(): GnssView;
  stop(): Promise<void>;
}

export function startGnss(parts: GnssParts): Gnss {
  const { clock, settings, builtWallMs, onChange } = parts;
  let view = newGnssView(clock.monotonicMs());
  const rounds: Rounds = startRounds(clock, settings.intervalMs, async (signal) => {
    const burst = await listen(parts, signal);
    if (signal.aborted) return "present";
    const before = view.belief.state;
    view = afterBurst(view, burst, clock.monotonicMs(), builtWallMs);
    if (view.belief.state !== before) onChange(view);
    return burst.found === "noPort" ? "absent" : "present";
  });
  return { view: () => view, stop: rounds.stop };
}

async function listen(
  { clock, serial, settings, heldPorts }: GnssParts,
  signal: AbortSignal,
): Promise<Burst> {
  const done = new AbortController();
  const finish = (): void => done.abort();
  const settledMs = clock.monotonicMs() + SETTLE_MS;
  const heard = createHearing(clock, finish);
  signal.addEventListener("abort", finish, { once: true });
  let line: SerialLine | undefined;
  try {
    line = await serial.open(settings.port, {
      baud: settings.baud,
      exclusive: false,
      heldPorts,
      onLine: (text) => {
        if (clock.monotonicMs() >= settledMs) heard.line(text);
      },
      onClosed: finish,
    });
    await clock.sleep(BURST_MS_MAX, done.signal).catch(() => undefined);
    return heard.burst();
  } catch (error) {
    if (!isAgentError(error, "SERIAL_OPEN")) throw error;
    return { found: "noPort", reason: error.reason };
  } finally {
    signal.removeEventListener("abort", finish);
    await line?.close();
  }
}

/** @param enough is called when no more need be heard. */
function createHearing(clock: Clock, enough: () => void): { line(text: string): void; burst(): Burst } {
  const epochs: Epoch[] = [];
  const together = createEpochs();
  let lines = 0;
  let sentences = 0;
  let faults = 0;
  let full = false;
  let heardWallMs: number | undefined;
  const keep = (epoch: Epoch): void => {
    epochs.push({ ...epoch, heardWallMs });
    const fixes = epochs.filter(({ isFix }) => isFix).length;
    full = fixes >= FIX_EPOCHS || epochs.length - fixes >= NO_FIX_EPOCHS;
  };
  return {
    line: (text) => {
      if (full) return;
      lines += 1;
      full = lines >= LINES_MAX;
      const read = readSentence(text);
      if (read.ok || read.fault === "other") sentences += 1;
      else faults += 1;
      if (read.ok) {
        const ended = together.add(read.value);
        if (ended !== undefined) keep(ended);
        if (read.value.kind === "rmc") heardWallMs = clock.wallMs();
      }
      if (full) enough();
    },
    burst: () => {
      const rest = full ? undefined : together.rest();
      if (rest !== undefined) keep(rest);
      return { found: "lines", sentences, faults, epochs };
    },
  };
}

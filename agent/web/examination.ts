/**
 * The doctor behind the page's button: one at a time, whoever asks, and not again at once. What he looks at:
 * agent/technician/doctor/.
 */
import { isAgentError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { DoctorReport } from "../technician/doctor/report.ts";
import type { ShownDoctor } from "./shown.ts";

/** He opens connections to the cores: nobody may make him do that without end. */
export const PAUSE_MS = 5_000;

export interface Examination {
  /** Starts it, unless one runs or has just ended. @returns what there is to see. */
  start(): ShownDoctor;
  view(): ShownDoctor;
}

export function createExamination(
  clock: Pick<Clock, "wallMs" | "monotonicMs">,
  runDoctor: () => Promise<DoctorReport>,
): Examination {
  let shown: ShownDoctor = { state: "never" };
  let endedMs = Number.NEGATIVE_INFINITY;

  const run = async (): Promise<void> => {
    try {
      shown = { state: "done", report: await runDoctor() };
    } catch (error) {
      if (!isAgentError(error)) throw error;
      shown = { state: "failed", reason: error.message };
    }
    endedMs = clock.monotonicMs();
  };

  return {
    view: () => shown,
    start: () => {
      if (shown.state === "running" || clock.monotonicMs() - endedMs < PAUSE_MS) return shown;
      shown = { state: "running", sinceWallMs: clock.wallMs() };
      void run();
      return shown;
    },
  };
}

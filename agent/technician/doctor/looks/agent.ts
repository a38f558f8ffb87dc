/** Asks the running agent; where none answers, looks whether one runs at all. */
import type { AgentStatus } from "../../../control/answers.ts";
import { isAgentError } from "../../../errors.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, SettingsSeen } from "../facts.ts";
import { isForbidden } from "../forbidden.ts";
import { seenInTime } from "../seen-in-time.ts";

const ANSWER_MS_MAX = 4_000;

export async function lookAtAgent(doors: DoctorDoors, settings: SettingsSeen): Promise<AgentSeen> {
  const socket = doors.socket ?? (settings.state === "good" ? settings.settings.control.socket : undefined);
  if (socket === undefined) return { state: "silent", socket: "?", isRunning: false };
  const enough = new AbortController();
  const question = { method: "GET", path: "/status", body: undefined, signal: enough.signal } as const;
  const late: AgentSeen = { state: "mute", socket, reason: `${ANSWER_MS_MAX} ms`, isForbidden: false };
  const asked = doors.control.ask(socket, question).then(
    async (answer): Promise<AgentSeen> =>
      answer.status === 200
        ? { state: "answers", status: answer.body as AgentStatus }
        : { state: "mute", socket, reason: `HTTP ${answer.status}`, isForbidden: false },
    (error): Promise<AgentSeen> => silent(doors, socket, error),
  );
  const seen = await seenInTime(doors.clock, ANSWER_MS_MAX, asked, late);
  // Else it would be waited for until the end of the process.
  enough.abort();
  return seen;
}

async function silent({ box }: DoctorDoors, socket: string, error: unknown): Promise<AgentSeen> {
  if (!isAgentError(error, "CONTROL_UNREACHABLE")) throw error;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  if (isForbidden(error)) return { state: "mute", socket, reason: code ?? "EACCES", isForbidden: true };
  const running = await box.processes().catch(() => []);
  const isRunning = running.some(
    ({ argv }) =>
      argv.includes("run") && argv.slice(0, 3).some((word) => /(edge-agent|agent\/main\.[jt]s)$/.test(word)),
  );
  return { state: "silent", socket, isRunning };
}

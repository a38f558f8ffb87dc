/** Asks for the time as a starting agent does, where none runs: the probe of the profile, and time servers. */
import { type ClockView, createClockState } from "../../../south/clock-state.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, SettingsSeen } from "../facts.ts";
import { seenInTime } from "../seen-in-time.ts";

const CHECK_MS_MAX = 8_000;
const LOOKUP_MS_MAX = 4_000;

export async function lookAtClock(
  doors: DoctorDoors,
  settings: SettingsSeen,
  agent: AgentSeen,
): Promise<ClockView | undefined> {
  if (agent.state === "answers" || settings.state !== "good") return undefined;
  // A name that nobody answers for would hold this process to its end.
  const resolve = async (host: string): Promise<readonly string[]> => {
    const found = await doors.reach.lookup(host, LOOKUP_MS_MAX);
    return found.ok ? found.addresses : [];
  };
  const udp = { ...doors.udp, resolve };
  const state = createClockState({ ...doors, udp, settings: () => settings.settings.clock });
  await seenInTime(doors.clock, CHECK_MS_MAX, state.check(), undefined);
  return state.view();
}

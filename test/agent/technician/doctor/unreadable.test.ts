/** Files that this user may not read: the doctor says so in words, and with no code of the system's. */
import { expect, test } from "vitest";
import { AgentError } from "../../../../agent/errors.ts";
import type { DoctorDoors } from "../../../../agent/technician/doctor/doors.ts";
import { lookAtSettings } from "../../../../agent/technician/doctor/looks/settings.ts";
import { makeText } from "../../../../agent/text/text.ts";

test("settings that this user may not read", async () => {
  const cause = Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" });
  const refuse = () => Promise.reject(new AgentError("FILE_IO", "agent.toml: EACCES", cause, cause.message));
  const doors = { files: { stamp: refuse }, settingsPath: "agent.toml" } as unknown as DoctorDoors;
  const seen = await lookAtSettings(doors);
  if (seen.state !== "unreadable") throw new Error(seen.state);
  expect(seen.isForbidden).toBe(true);
  expect(makeText("en")("doctor.settingsUnreadable", seen)).toBe(
    "agent.toml cannot be read: this user may not; try with sudo, or another path",
  );
});

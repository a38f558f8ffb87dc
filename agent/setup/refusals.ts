/**
 * What forbids setup on this box, or keeps it from being done: a forwarder that is switched off or belongs to somebody
 * else, a port that is taken, files that are not ours to change. Each refusal says what to do instead.
 */
import { AgentError, isAgentError } from "../errors.ts";
import type { GatewayProfile, ManagementSign } from "../profile/profile.ts";
import { type Said, said } from "../text/said.ts";
import { askAgent } from "./arrival.ts";
import type { SetupDoors } from "./doors.ts";
import type { Address } from "./former-server.ts";
import { signsHeld } from "./management.ts";
import type { Change } from "./manifest.ts";
import type { OwnSettings } from "./own-settings.ts";
import { wordsOf } from "./switch-file.ts";

/** @throws AgentError USAGE when it will not run whatever its settings say */
export async function refuseSwitchedOff(
  { box, t }: SetupDoors,
  { forwarder }: GatewayProfile,
): Promise<void> {
  const { switchFile, switchOffKey } = forwarder;
  if (switchFile === undefined || switchOffKey === undefined) return;
  const text = (await box.read(switchFile.value))?.toString("latin1") ?? "";
  const [word = ""] = wordsOf(text, switchOffKey.value) ?? [];
  if (!/^(yes|true|1)$/i.test(word)) return;
  throw new AgentError("USAGE", t("setup.switchedOff", { file: switchFile.value, key: switchOffKey.value }));
}

/** @returns the hints, which a person must judge. @throws AgentError USAGE for a decisive sign */
export async function refuseManaged(
  { box, t }: SetupDoors,
  { management }: GatewayProfile,
  host: string,
): Promise<readonly ManagementSign[]> {
  const held = await signsHeld(box, management.signs, host);
  const decisive = held.find(({ weight }) => weight === "decisive");
  if (decisive === undefined) return held;
  throw new AgentError("USAGE", t("setup.managed", { by: decisive.by, sign: t.say(saySign(decisive)) }));
}

export function saySign({ kind: what, is }: ManagementSign): Said {
  if (what === "process") return said("setup.signProcess", { is });
  return what === "server" ? said("setup.signServer", { is }) : said("setup.signFile", { is });
}

/** @returns whether the agent runs. @throws AgentError UDP_BIND when its port is somebody else's */
export async function agentOrNobody(doors: SetupDoors, own: OwnSettings, address: Address): Promise<boolean> {
  const { control, t } = doors;
  const status = await askAgent(control, own.settings.control.socket);
  if (status !== undefined) return true;
  if (!(await isTaken(doors, address))) return false;
  throw new AgentError("UDP_BIND", t("setup.portTaken", { address: `${address.host}:${address.port}` }));
}

export async function isTaken({ udp }: SetupDoors, address: Address): Promise<boolean> {
  try {
    await (await udp.bind(address, () => undefined)).close();
    return false;
  } catch (error) {
    if (!isAgentError(error, "UDP_BIND")) throw error;
    return true;
  }
}

/**
 * Looked at before anything is written, so that nothing is left half.
 * @throws AgentError FILE_IO
 */
export async function refuseObstacles(
  { box, t }: SetupDoors,
  changes: readonly Change[],
  keepFolder: string,
): Promise<void> {
  const kept = `${keepFolder}/manifest.json`;
  for (const path of changes.length === 0 ? [] : [...changes.map((change) => change.path), kept]) {
    const obstacle = await box.obstacle(path);
    if (obstacle === "rights") throw new AgentError("FILE_IO", t("setup.noRights", { path }));
    if (obstacle === "readOnly") throw new AgentError("FILE_IO", t("setup.readOnly", { path }));
    if (obstacle === "volatile" && path === kept) {
      throw new AgentError("FILE_IO", t("setup.volatile", { path: keepFolder }));
    }
  }
}

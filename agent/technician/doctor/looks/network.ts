/** Looks at interfaces, routes and the packet filter. It reads them, and touches none. */
import type { Settings } from "../../../config/settings.ts";
import { readDefaultInterface } from "../../../field/proc.ts";
import type { Commands } from "../../../ports.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, NetworkSeen } from "../facts.ts";
import { type Decision, decide } from "../firewall.ts";
import { agentAddress } from "./forwarder.ts";

const TEXT_OCTETS_MAX = 256 * 1024;
const COMMAND_MS_MAX = 3_000;
/** Debian keeps it where only root's PATH looks. */
const IPTABLES = ["iptables", "/usr/sbin/iptables", "/sbin/iptables"];

export async function lookAtNetwork({ box, reach }: DoctorDoors): Promise<NetworkSeen> {
  const read = async (path: string): Promise<string | undefined> =>
    (await box.read(path, TEXT_OCTETS_MAX).catch(() => undefined))?.toString("latin1");
  const route = await read("/proc/net/route");
  const routes = new Set<string>();
  const v4 = readDefaultInterface(route ?? "");
  if (v4 !== undefined) routes.add(v4);
  for (const name of defaultsOfV6((await read("/proc/net/ipv6_route")) ?? "")) routes.add(name);
  const addresses = reach.addresses();
  const names = (await box.names("/sys/class/net").catch((): readonly string[] => [])).filter(
    (name) => name !== "lo",
  );
  const interfaces = await Promise.all(
    names.map(async (name) => ({
      name,
      state: (await read(`/sys/class/net/${name}/operstate`))?.trim() ?? "unknown",
      addresses: addresses.get(name) ?? [],
    })),
  );
  return { routes: [...routes], interfaces, isKnown: route !== undefined && names.length > 0 };
}

/** /proc/net/ipv6_route: destination, its length, …, flags (RTF_UP 1, RTF_REJECT 200), name. */
function defaultsOfV6(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const flags = Number.parseInt(words[8] ?? "", 16);
    const isDefault = words[0] === "0".repeat(32) && words[1] === "00" && (flags & 0x201) === 1;
    return isDefault && words[9] !== undefined && words[9] !== "lo" ? [words[9]] : [];
  });
}

/** @returns the output of iptables -S; undefined where it may not be read. */
export async function readFirewall(commands: Commands): Promise<string | undefined> {
  for (const program of IPTABLES) {
    const { exitCode, stdout } = await commands.run([program, "-S"], COMMAND_MS_MAX);
    if (exitCode === 0) return stdout;
    if (exitCode !== 127) return undefined;
  }
  return undefined;
}

/** What becomes of a forwarder's datagram on its way into the agent: out of the box's loopback, and in again. */
export function forwarderDecision(
  rules: string | undefined,
  settings: Settings,
  agent: AgentSeen,
): Decision | undefined {
  if (rules === undefined) return undefined;
  const { host, port } = agentAddress(settings, agent);
  const isHere = host === "::1" || host.startsWith("127.");
  const packet = {
    protocol: "udp",
    toPort: port,
    interfaceName: isHere ? "lo" : undefined,
    to: host,
  } as const;
  const inward = decide(rules, "INPUT", packet);
  if (!isHere || inward.verdict === "dropped") return inward;
  const outward = decide(rules, "OUTPUT", packet);
  return outward.verdict === "accepted" ? inward : outward;
}

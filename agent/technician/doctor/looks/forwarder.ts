/** Looks at the packet forwarder: the files that it really uses, its switch, its process; and at its radio's settings. */
import { reasonOf } from "../../../config/file-refusal.ts";
import type { Settings } from "../../../config/settings.ts";
import { isAgentError } from "../../../errors.ts";
import type { Read } from "../../../lorawan/read.ts";
import type { Box } from "../../../ports.ts";
import { euiIn, findEui } from "../../../profile/eui.ts";
import { MODELS, readProfiles } from "../../../profile/files.ts";
import type { GatewayProfile } from "../../../profile/profile.ts";
import { findForwarder } from "../../../setup/find-forwarder.ts";
import { type Address, isAt, readServer } from "../../../setup/former-server.ts";
import { readForwarderText, valueAt } from "../../../setup/forwarder-text.ts";
import { wordsOf } from "../../../setup/switch-file.ts";
import type { Said } from "../../../text/said.ts";
import type { DoctorDoors } from "../doors.ts";
import type { AgentSeen, ForwarderSeen, RadioSeen, SettingsSeen } from "../facts.ts";
import { isForbidden } from "../forbidden.ts";
import { readRadioPlan } from "../radio-plan.ts";

const FILE_OCTETS_MAX = 1024 * 1024;
/** What Kerlink's tools and the training slides have: the far end of a VPN that nobody uses. */
const FACTORY_HOSTS = ["172.17.0.1"];

type Document = Readonly<Record<string, unknown>>;

export async function lookAtForwarder(
  doors: DoctorDoors,
  seen: SettingsSeen,
  agent: AgentSeen,
): Promise<{ readonly forwarder: ForwarderSeen; readonly radio: RadioSeen }> {
  const profile = await profileOf(doors, seen);
  if (seen.state !== "good" || profile === undefined || profile.runs.form.value === "companion")
    return { forwarder: { state: "elsewhere" }, radio: { state: "elsewhere" } };
  const [forwarder, radio] = await Promise.all([
    seenForwarder(doors.box, profile, agentAddress(seen.settings, agent)),
    seenRadio(doors.box, profile),
  ]);
  return { forwarder, radio };
}

async function profileOf(
  { files, folder }: DoctorDoors,
  seen: SettingsSeen,
): Promise<GatewayProfile | undefined> {
  const name = seen.state === "good" ? seen.profile?.name : undefined;
  if (folder === undefined || name === undefined) return undefined;
  const models = MODELS.filter((model) => name === model || name.startsWith(`${model}-`));
  const { profiles } = await readProfiles(files, folder, models);
  return profiles.find((one) => one.name === name);
}

async function seenForwarder(box: Box, profile: GatewayProfile, agent: Address): Promise<ForwarderSeen> {
  const facts = profile.forwarder;
  const { format, serverKey, uplinkPortKey, downlinkPortKey } = facts;
  if (!format || !serverKey || !uplinkPortKey || !downlinkPortKey) return { state: "elsewhere" };
  const found = await findForwarder({ box, facts, format: format.value, named: undefined });
  if (!found.ok && found.why === "several") return { state: "several", files: found.candidates };
  if (!found.ok) return { state: "noFile", looked: facts.settingsFiles?.value ?? [] };
  const documents: Document[] = [];
  for (const file of found.used.files) {
    const read = await readDocument(box, format.value, file);
    if (!read.ok) return { state: "unreadable", file, ...read.fault };
    documents.push(read.value);
  }
  const keys = {
    server: serverKey.value,
    uplinkPort: uplinkPortKey.value,
    downlinkPort: downlinkPortKey.value,
  };
  const services = (await box.read("/etc/services").catch(() => undefined))?.toString("latin1") ?? "";
  const server = readServer(documents, keys, services);
  const factory = profile.management.signs.flatMap(({ value }) =>
    value.kind === "server" ? [value.is] : [],
  );
  const program = facts.process?.value;
  const running = await box.processes();
  return {
    state: "read",
    file: found.used.files.at(-1)!,
    server,
    agent,
    isPointedAtAgent: isAt(server, agent),
    factoryHosts: [...FACTORY_HOSTS, ...factory],
    eui: await euiOf(box, profile, documents),
    statisticsMs: secondsAt(documents, facts.statisticsKey?.value),
    heartbeatMs: secondsAt(documents, facts.heartbeatKey?.value),
    ackWaitMs: facts.ackWaitMs?.value,
    switchedOff: await switchOf(box, profile),
    program,
    processes: running.filter(({ argv }) => (argv[0] ?? "").replace(/^.*\//, "") === program),
    restart: facts.restart?.value,
  };
}

async function readDocument(
  box: Box,
  format: "toml" | "json",
  file: string,
): Promise<Read<Document, { readonly reason: Said | string; readonly isForbidden: boolean }>> {
  try {
    const read = readForwarderText(format, (await box.read(file, FILE_OCTETS_MAX)) ?? Buffer.alloc(0), file);
    if (read.ok) return { ok: true, value: read.document };
    const { origin } = read.trouble;
    const line = origin.kind === "file" && origin.line !== undefined ? `, ${origin.line}` : "";
    return { ok: false, fault: { reason: `${format.toUpperCase()}${line}`, isForbidden: false } };
  } catch (error) {
    if (!isAgentError(error, "FILE_IO")) throw error;
    return { ok: false, fault: { reason: reasonOf(error), isForbidden: isForbidden(error) } };
  }
}

/** As the running agent has it, else the settings. What listens everywhere is reached on this machine by its loopback. */
export function agentAddress({ forwarder }: Settings, agent: AgentSeen): Address {
  const { host, port } = agent.state === "answers" ? agent.status.listen : forwarder.listen;
  if (host === "0.0.0.0" || host === "localhost") return { host: "127.0.0.1", port };
  return { host: host === "::" ? "::1" : host, port };
}

/** What stands in the forwarder's own files wins over the board's. */
async function euiOf(
  box: Box,
  profile: GatewayProfile,
  documents: readonly Document[],
): Promise<string | undefined> {
  const key = profile.forwarder.euiKey?.value;
  if (key !== undefined) {
    for (const document of [...documents].reverse()) {
      const value = valueAt(document, key);
      const eui = value === undefined ? undefined : euiOfValue(value);
      if (eui !== undefined) return eui;
    }
  }
  const sources = profile.eui.sources.map(({ value }) => value);
  return (await findEui(box, sources))?.eui;
}

/** As the board's files are read: a number of 64 bits, or its digits. */
function euiOfValue(value: unknown): string | undefined {
  const text = typeof value === "bigint" ? value.toString(16).padStart(16, "0") : String(value);
  return euiIn(`EUI=${text}`, { format: "env", key: "EUI" });
}

function secondsAt(documents: readonly Document[], key: string | undefined): number | undefined {
  if (key === undefined) return undefined;
  const value = documents.map((one) => valueAt(one, key)).findLast((one) => one !== undefined);
  return typeof value === "number" ? value * 1e3 : undefined;
}

async function switchOf(box: Box, { forwarder }: GatewayProfile) {
  const { switchFile, switchOffKey } = forwarder;
  if (switchFile === undefined || switchOffKey === undefined) return undefined;
  const text =
    (await box.read(switchFile.value, FILE_OCTETS_MAX).catch(() => undefined))?.toString("latin1") ?? "";
  const [word = ""] = wordsOf(text, switchOffKey.value) ?? [];
  return /^(yes|true|1)$/i.test(word) ? { file: switchFile.value, key: switchOffKey.value } : undefined;
}

async function seenRadio(box: Box, { forwarder }: GatewayProfile): Promise<RadioSeen> {
  const looked = forwarder.radioSettings?.value;
  if (looked === undefined) return { state: "elsewhere" };
  for (const file of looked) {
    const content = await box.read(file, FILE_OCTETS_MAX).catch(() => undefined);
    if (content === undefined) continue;
    const read = readForwarderText("json", content, file);
    const plan = read.ok ? readRadioPlan(read.document) : undefined;
    return plan === undefined ? { state: "unreadable", file } : { state: "read", file, plan };
  }
  return { state: "noFile", looked };
}

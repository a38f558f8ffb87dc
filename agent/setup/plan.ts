/**
 * What setup would do on this box, or why it must not: everything is looked at here and nothing changed.
 *
 * Behaviour follows the facts of the profile, never a vendor's name.
 */
import * as v from "valibot";
import * as kind from "../config/kind.ts";
import { readDurationMs } from "../config/quantity.ts";
import { sayTrouble } from "../config/trouble.ts";
import { AgentError } from "../errors.ts";
import type { Box } from "../ports.ts";
import { chooseProfile } from "../profile/choose.ts";
import type { Argv, GatewayProfile, ManagementSign } from "../profile/profile.ts";
import { type Said, said } from "../text/said.ts";
import { profileOfBox } from "./box-profile.ts";
import type { SetupArguments, SetupDoors } from "./doors.ts";
import { findForwarder, type UsedFiles } from "./find-forwarder.ts";
import {
  type Address,
  type FormerServer,
  type ForwarderServer,
  isLoopback,
  judgeServer,
  readServer,
  type ServerKeys,
} from "./former-server.ts";
import { editForwarderText, type ForwarderFormat, readForwarderText, valueAt } from "./forwarder-text.ts";
import { type Change, KEEP_NAME, type Keeping, type Manifest, readManifest } from "./manifest.ts";
import { refuseMisfit } from "./misfit.ts";
import { type OwnSettings, readOwnSettings, withCore } from "./own-settings.ts";
import { agentOrNobody, isTaken, refuseManaged, refuseObstacles, refuseSwitchedOff } from "./refusals.ts";

/** How often a forwarder sends PULL_DATA at the latest, when nobody says: as Kerlink ships it. */
const HEARTBEAT_MS_DEFAULT = 60_000;
/** The forwarder, and what it stands on, must come up first. */
const START_MS = 30_000;
const WAIT_MS_MAX = 600_000;

export interface SetupPlan {
  readonly profile: GatewayProfile;
  readonly used: UsedFiles;
  readonly format: ForwarderFormat;
  readonly keys: ServerKeys;
  readonly server: ForwarderServer;
  readonly former: FormerServer;
  /** Where the forwarder will be pointed. */
  readonly address: Address;
  readonly own: OwnSettings;
  /** Files that really change: the agent's own first. */
  readonly changes: readonly Change[];
  /** undefined: it need not, or the supervisor has no command for it. */
  readonly agentRestart: Argv | undefined;
  readonly forwarderRestart: Argv;
  readonly keeping: Keeping;
  /** Of an earlier setup. */
  readonly earlier: Manifest | undefined;
  /** Signs that somebody else may own the forwarder's settings. */
  readonly hints: readonly ManagementSign[];
  readonly agentRuns: boolean;
  readonly notes: readonly Said[];
  readonly waitMs: number;
}

/** @throws AgentError USAGE, SETTINGS_INVALID, FILE_IO, UDP_BIND: with the reason why nothing may be done. */
export async function makePlan(doors: SetupDoors, args: SetupArguments): Promise<SetupPlan> {
  const { box, t, files, folder, env, sha256 } = doors;
  const recognised = await profileOfBox(doors, args.profile);
  const path = args.config ?? recognised.paths.settings.value;
  const ownDoors = { files, box, env, t, askProfile: chooseProfile(boxWithProfiles(doors), folder) };
  const listen = readListen(args.listen, doors);
  const journal = recognised.paths.journal.value;
  const own = await readOwnSettings(ownDoors, path, { journal, listen });
  const named = args.profile ?? own.settings.gateway.profile;
  const isOther = named !== "auto" && named !== recognised.name;
  const profile = isOther ? await profileOfBox(doors, named) : recognised;

  const facts = factsNeeded(profile, doors);
  const used = await usedFiles(doors, profile, facts.format, args.forwarderFile);
  await refuseSwitchedOff(doors, profile);
  const contents = await Promise.all(used.files.map(async (file) => (await box.look(file))!));
  const last = used.files.length - 1;
  if (used.how === "named") await refuseMisfit(doors, profile, used.files[last]!, contents[last]!.content);
  const documents = used.files.map((file, index) => {
    const read = readForwarderText(facts.format, contents[index]!.content, file);
    if (!read.ok) throw new AgentError("SETTINGS_INVALID", sayTrouble(read.trouble, t));
    return read.document;
  });
  const services = (await box.read("/etc/services"))?.toString("latin1") ?? "";
  const server = readServer(documents, facts.keys, services);
  const hints = await refuseManaged(doors, profile, server.host);

  const address = addressOf(own, doors);
  const agentRuns = await agentOrNobody(doors, own, address);
  const former = await formerServer(doors, { profile, server, address, given: args.server });
  const ownAfter = former.kind === "server" ? await withCore(ownDoors, own, former.url) : own;
  const changes = [
    ...ownChange(ownAfter),
    ...used.files.flatMap((file, index) => {
      const edits = editsOf(facts.keys, documents, index, address);
      const after = editForwarderText(facts.format, contents[index]!.content, edits, file);
      if (!after.ok) throw new AgentError("SETTINGS_INVALID", sayTrouble(after.trouble, t));
      if (after.content.equals(contents[index]!.content)) return [];
      return [{ path: file, owner: "forwarder", before: contents[index], after: after.content } as const];
    }),
  ];
  const keepFolder = `${profile.paths.data.value}/${KEEP_NAME}`;
  const keeping = { box, sha256, folder: keepFolder };
  const earlier = await readManifest(keeping);
  await refuseObstacles(doors, changes, keepFolder);
  const ownChanges = changes.some(({ owner }) => owner === "agent");
  return {
    profile,
    used,
    ...facts,
    server,
    former,
    address,
    own: ownAfter,
    changes,
    agentRestart: ownChanges || !agentRuns ? agentRestartOf(profile) : undefined,
    forwarderRestart: restartOf(profile, used, args.forwarderRestart, doors),
    keeping,
    earlier,
    hints: args.unmanaged ? [] : hints,
    agentRuns,
    notes: notesOf(former, server, ownAfter),
    waitMs: waitOf(args.wait, profile, documents, doors),
  };
}

// ------------------------------------------------------------------------------------------- the facts

interface NeededFacts {
  readonly format: ForwarderFormat;
  readonly keys: ServerKeys;
}

function factsNeeded({ name, runs, forwarder }: GatewayProfile, { t }: SetupDoors): NeededFacts {
  const { format, serverKey, uplinkPortKey, downlinkPortKey } = forwarder;
  if (runs.form.value === "companion" || !format || !serverKey || !uplinkPortKey || !downlinkPortKey) {
    throw new AgentError("USAGE", t("setup.elsewhere", { profile: name }));
  }
  const keys = {
    server: serverKey.value,
    uplinkPort: uplinkPortKey.value,
    downlinkPort: downlinkPortKey.value,
  };
  return { format: format.value, keys };
}

/** Profiles lie with the program; signs and EUIs on the box. */
function boxWithProfiles({ files, box, folder }: SetupDoors): Pick<Box, "read" | "stamp"> {
  const isProfile = (path: string): boolean => folder !== undefined && path.startsWith(`${folder}/`);
  return { stamp: box.stamp, read: (path) => (isProfile(path) ? files.read(path) : box.read(path)) };
}

async function usedFiles(
  { box, t }: SetupDoors,
  profile: GatewayProfile,
  format: ForwarderFormat,
  named: string | undefined,
): Promise<UsedFiles> {
  const found = await findForwarder({ box, facts: profile.forwarder, format, named });
  if (found.ok) return found.used;
  if (found.why === "several") {
    throw new AgentError("USAGE", t("setup.several", { files: found.candidates.join("\n  ") }));
  }
  if (named !== undefined) throw new AgentError("FILE_IO", t("setup.noNamedFile", { file: named }));
  const looked = (profile.forwarder.settingsFiles?.value ?? []).join(", ");
  throw new AgentError("USAGE", t("setup.noForwarder", { profile: profile.name, files: looked }));
}

// ------------------------------------------------------------------------------------------- addresses

function readListen(given: string | undefined, { t }: SetupDoors): string | undefined {
  if (given !== undefined && !v.is(kind.hostPort.schema, given)) {
    throw new AgentError("USAGE", t("setup.badListen", { given, expected: kind.hostPort.expected }));
  }
  return given;
}

/** What listens everywhere is reached on this machine by its loopback. */
function addressOf({ settings, path }: OwnSettings, { t }: SetupDoors): Address {
  const { host, port } = settings.forwarder.listen;
  if (port === 0) throw new AgentError("USAGE", t("setup.portFree", { path }));
  if (host === "0.0.0.0" || host === "localhost") return { host: "127.0.0.1", port };
  return { host: host === "::" ? "::1" : host, port };
}

/** @throws AgentError USAGE when no core can be made of the server that is set */
async function formerServer(
  doors: SetupDoors,
  from: {
    readonly profile: GatewayProfile;
    readonly server: ForwarderServer;
    readonly address: Address;
    readonly given: string | undefined;
  },
): Promise<FormerServer> {
  const { t } = doors;
  const { profile, server, address, given } = from;
  if (given !== undefined) return givenServer(given, doors);
  const factoryHosts = profile.management.signs.flatMap(({ value }) =>
    value.kind === "server" && value.weight === "hint" ? [value.is] : [],
  );
  const { host, uplinkPort } = server;
  const isHere =
    isLoopback(host) && uplinkPort !== undefined && uplinkPort > 0 && uplinkPort !== address.port;
  const local = { host: host === "::1" ? host : "127.0.0.1", port: uplinkPort ?? 0 };
  const former = judgeServer(server, {
    agent: address,
    factoryHosts,
    isTaken: isHere && (await isTaken(doors, local)),
  });
  if (former.kind === "twoPorts" || former.kind === "unclear") {
    const shown = sayServer(server);
    throw new AgentError(
      "USAGE",
      former.kind === "twoPorts"
        ? t("setup.twoPorts", { server: shown })
        : t("setup.unclearServer", { server: shown }),
    );
  }
  return former;
}

function givenServer(given: string, { t }: SetupDoors): FormerServer {
  if (given === "none") return { kind: "unset" };
  if (given.startsWith("udp://") && v.is(kind.serverUrl.schema, given)) return { kind: "server", url: given };
  throw new AgentError("USAGE", t("setup.badServer", { given }));
}

/** host:uplink port/downlink port. */
export function sayServer({ host, uplinkPort, downlinkPort }: ForwarderServer): string {
  const ports = uplinkPort === downlinkPort ? [uplinkPort] : [uplinkPort, downlinkPort];
  return `${host || "?"}:${ports.map((port) => port ?? "?").join("/")}`;
}

// --------------------------------------------------------------------------------------------- changes

function ownChange({ path, before, content }: OwnSettings): Change[] {
  if (before?.content.equals(content)) return [];
  return [{ path, owner: "agent", before, after: content }];
}

/** A key is set in every file in which it stands, so that it does not matter which wins; else in the last one. */
function editsOf(
  keys: ServerKeys,
  documents: readonly Readonly<Record<string, unknown>>[],
  index: number,
  { host, port }: Address,
) {
  const wanted = [
    [keys.server, host],
    [keys.uplinkPort, port],
    [keys.downlinkPort, port],
  ] as const;
  // Where the server stands, or nowhere: there the other keys belong too.
  const holders = documents.map((document) => valueAt(document, keys.server) !== undefined);
  const home = holders.includes(true) ? holders.lastIndexOf(true) : documents.length - 1;
  return wanted.flatMap(([key, value]) => {
    const now = valueAt(documents[index]!, key);
    const isSomewhere = documents.some((document) => valueAt(document, key) !== undefined);
    if (now === undefined && (isSomewhere || index !== home)) return [];
    // A port may stand as text: it stays text.
    return [{ key, value: typeof now === "string" ? String(value) : value }];
  });
}

// -------------------------------------------------------------------------------------------- commands

/** Under its supervisor the agent has the name of its package. */
function agentRestartOf({ service }: GatewayProfile): Argv | undefined {
  const { value: supervisor } = service.supervisor;
  if (supervisor === "systemd") return ["systemctl", "restart", "edge-agent"];
  return supervisor === "monit" ? ["monit", "restart", "edge-agent"] : undefined;
}

function restartOf(
  { name, forwarder }: GatewayProfile,
  { instance }: UsedFiles,
  given: string | undefined,
  { t }: SetupDoors,
): Argv {
  const words = given?.split(/\s+/).filter(Boolean) ?? [];
  if (words.length > 0) return words;
  const argv = forwarder.restart?.value;
  if (argv === undefined) throw new AgentError("USAGE", t("setup.noRestart", { profile: name }));
  return instance === undefined ? argv : [...argv.slice(0, -1), `${argv.at(-1)}@${instance}`];
}

function notesOf(former: FormerServer, server: ForwarderServer, own: OwnSettings): Said[] {
  const notes: Said[] = [];
  if (former.kind === "agent") notes.push(said("setup.noteAlready"));
  if (former.kind === "unset") notes.push(said("setup.noteUnset", { server: sayServer(server) }));
  if (former.kind !== "server" && own.before === undefined) {
    notes.push(said("setup.noteSample", { path: own.path }));
  }
  const { cores } = own.settings;
  const passing = cores.find(({ servers }) => former.kind === "server" && servers.includes(former.url));
  if (passing?.mayTransmit === false) notes.push(said("setup.noteSilent", { id: passing.id }));
  const speaking = cores.filter(({ mayTransmit }) => mayTransmit).map(({ id }) => id);
  if (speaking.length > 1) notes.push(said("setup.noteSeveral", { ids: speaking.join(", ") }));
  return notes;
}

/** What the forwarder's own heartbeat asks for. */
function waitOf(
  given: string | undefined,
  { forwarder }: GatewayProfile,
  documents: readonly Readonly<Record<string, unknown>>[],
  { t }: SetupDoors,
): number {
  if (given !== undefined) {
    const waitMs = /^[0-9]{1,6}(ms|s|m)$/.test(given) ? readDurationMs(given) : Number.NaN;
    if (waitMs > 0 && waitMs <= WAIT_MS_MAX) return waitMs;
    throw new AgentError("USAGE", t("setup.badWait", { given }));
  }
  const key = forwarder.heartbeatKey?.value;
  const seconds = key === undefined ? undefined : documents.map((one) => valueAt(one, key)).at(-1);
  const heartbeatMs = typeof seconds === "number" && seconds > 0 ? seconds * 1e3 : HEARTBEAT_MS_DEFAULT;
  return Math.min(heartbeatMs + START_MS, WAIT_MS_MAX);
}

/**
 * The doctor: looks at a gateway from the antenna to the core, and says what is broken first.
 *
 * Looking is here and in looks/; judging is pure, in examine.ts and checks/. With the agent running it asks the agent,
 * without it it looks itself; it takes no port and reads no serial line, and changes nothing.
 *
 * Every look has its time limit, and they run beside each other: it is over within half a minute whatever is dead.
 */
import type { DoctorDoors } from "./doors.ts";
import { examine, unexaminedFor } from "./examine.ts";
import type { AgentSeen, Facts, ForwarderSeen, SettingsSeen } from "./facts.ts";
import { lookAtAgent } from "./looks/agent.ts";
import { lookAtBox } from "./looks/box.ts";
import { lookAtClock } from "./looks/clock.ts";
import { coreUnseen, lookAtCore } from "./looks/core.ts";
import { lookAtForwarder } from "./looks/forwarder.ts";
import { forwarderDecision, lookAtNetwork, readFirewall } from "./looks/network.ts";
import { lookAtSettings } from "./looks/settings.ts";
import { type DoctorReport, firstWith } from "./report.ts";
import { seenInTime } from "./seen-in-time.ts";
import { RULES } from "./table.ts";

/** One after the other; with the agent's answer between them, less than half a minute whatever is dead. */
const SETTINGS_MS_MAX = 3_000;
const BOX_MS_MAX = 4_000;
const CORE_MS_MAX = 15_000;

/** @throws nothing of the world's: what could not be seen is a check with the verdict unknown. */
export async function runDoctor(doors: DoctorDoors): Promise<DoctorReport> {
  const { clock, version, only } = doors;
  const [startedWallMs, startedMs] = [clock.wallMs(), clock.monotonicMs()];
  const facts = await gatherFacts(doors);
  const checks = examine(RULES, facts, only);
  const broken = firstWith(checks, "fail");
  const unseen = unexaminedFor(checks);
  return {
    version,
    startedWallMs,
    tookMs: Math.round(clock.monotonicMs() - startedMs),
    checks,
    ...(broken === undefined ? {} : { firstBroken: broken.id }),
    ...(broken?.subject === undefined ? {} : { firstBrokenSubject: broken.subject }),
    ...(unseen === undefined ? {} : { unexaminedFor: unseen }),
  };
}

const UNSEEN_FORWARDER = { forwarder: { state: "elsewhere" }, radio: { state: "elsewhere" } } as const;
const UNSEEN_BOX = { disk: undefined, system: undefined, processors: undefined, firmware: undefined };
const UNSEEN_NETWORK = { routes: [], interfaces: [], isKnown: false };

async function gatherFacts(doors: DoctorDoors): Promise<Facts> {
  const { clock, reach, commands, builtWallMs } = doors;
  const step = doors.onStep ?? (() => undefined);
  step("settings");
  const { settingsPath: path } = doors;
  const late = { state: "unreadable", path, reason: `${SETTINGS_MS_MAX} ms`, isForbidden: false } as const;
  const settings = await seenInTime(clock, SETTINGS_MS_MAX, lookAtSettings(doors), late);
  step("agent");
  const agent = await lookAtAgent(doors, settings);
  step("forwarder");
  const [{ forwarder, radio }, network, rules] = await Promise.all([
    seenInTime(clock, BOX_MS_MAX, lookAtForwarder(doors, settings, agent), UNSEEN_FORWARDER),
    seenInTime(clock, BOX_MS_MAX, lookAtNetwork(doors), UNSEEN_NETWORK),
    seenInTime(clock, BOX_MS_MAX, readFirewall(commands), undefined),
  ]);
  const good = settings.state === "good" ? settings.settings : undefined;
  const gatewayEui = euiOf(settings, agent, forwarder);
  step("core");
  const looks = (good?.cores ?? []).map((core) => {
    const look = { core, gatewayEui, agent, network, rules };
    const seen = coreUnseen(look);
    return seenInTime(clock, CORE_MS_MAX, lookAtCore(doors, look, seen), seen);
  });
  const holders =
    good === undefined
      ? undefined
      : seenInTime(clock, 3_000, reach.udpHolders(good.forwarder.listen.port), undefined);
  const [cores, portHolders, box, clockView] = await Promise.all([
    Promise.all(looks),
    holders,
    seenInTime(clock, CORE_MS_MAX, lookAtBox(doors, settings, agent), UNSEEN_BOX),
    lookAtClock(doors, settings, agent),
  ]);
  return {
    settings,
    agent,
    forwarder,
    radio,
    portHolders,
    forwarderFirewall: good === undefined ? undefined : forwarderDecision(rules, good, agent),
    network,
    box,
    cores,
    clock: clockView,
    nowWallMs: clock.wallMs(),
    builtWallMs,
  };
}

/** Whose topics they are: as the agent has it, else as the settings or the forwarder do. */
function euiOf(settings: SettingsSeen, agent: AgentSeen, forwarder: ForwarderSeen): string | undefined {
  const set = settings.state === "good" ? settings.settings.gateway.eui : "";
  if (set !== "") return set;
  const heard = agent.state === "answers" ? agent.status.forwarders[0]?.gatewayEui : undefined;
  return heard ?? (forwarder.state === "read" ? forwarder.eui : undefined);
}

/** The agent, and what arrives at it. */
import type { AgentStatus } from "../../../control/answers.ts";
import { said } from "../../../text/said.ts";
import { span } from "../../words.ts";
import type { Facts } from "../facts.ts";
import { fail, type GatewayRule, type Judgement, ok, skipped, unknown, warn } from "../rule.ts";
import { isHeard } from "./forwarder.ts";
import { judgePushAck } from "./push-ack.ts";
import { mhz, sayMhz } from "./radio.ts";

/** A forwarder sends PULL_DATA once a minute at the latest (as Kerlink ships it); some time is needed to come up. */
const PULL_PATIENCE_MS = 90_000;
/** Where meters report daily or hourly, so long without a frame is no silence yet. */
const FRAMES_PATIENCE_MS = 3_600_000;
const CRC_PACKETS_MIN = 20;
/** Noise that looks like a preamble is heard everywhere; so much of it is not. */
const CRC_SHARE_WARN = 0.6;
const CRC_SHARE_FAIL = 0.9;
const EU868_HZ = { low: 863_000_000, high: 870_000_000 };

const STANDS_ON = ["settings", "agent-running"];

export const AGENT_RULES: readonly GatewayRule[] = [
  {
    id: "gwmp-port",
    group: "agent",
    needs: ["settings"],
    judge: ({ agent, portHolders, settings }) => {
      if (settings.state !== "good") return undefined;
      const { port } = settings.settings.forwarder.listen;
      if (agent.state === "answers")
        return ok(said("doctor.portOurs", { port: agent.status.listen.port }), {
          port: agent.status.listen.port,
        });
      if (portHolders === undefined)
        return unknown(said("doctor.portUnseen", { port }), said("doctor.asRoot"), { port });
      const [holder] = portHolders;
      // Of another user's process only root sees which it is; it may well be the agent.
      if (holder !== undefined && holder.program === undefined)
        return unknown(said("doctor.portUnseen", { port }), said("doctor.asRoot"), { port });
      if (holder === undefined) return ok(said("doctor.portFree", { port }), { port });
      const program = holder.program ?? "?";
      const evidence = { port, program, pid: holder.pid ?? 0 };
      if (/edge-agent|agent\/main\.[jt]s/.test(program))
        return ok(said("doctor.portOurs", { port }), evidence);
      return fail(
        said("doctor.portTaken", { port, program }),
        said("doctor.portTakenNext", { program }),
        evidence,
      );
    },
  },
  {
    id: "agent-running",
    group: "agent",
    needs: ["settings", "gwmp-port"],
    judge: ({ agent, settings }) => {
      if (agent.state === "answers") {
        const { version, uptimeMs } = agent.status;
        return ok(said("doctor.agentRuns", { version, uptime: span(uptimeMs) }), { version, uptimeMs });
      }
      const { socket } = agent;
      if (agent.state === "mute") {
        const judge = agent.isForbidden ? unknown : fail;
        const next = agent.isForbidden ? said("doctor.asRoot") : said("doctor.agentNoSocketNext");
        return judge(said("doctor.agentMute", { socket, reason: agent.reason }), next, { socket });
      }
      // Which socket it would have stands in settings that this user may not read.
      if (settings.state !== "good") return undefined;
      if (agent.isRunning)
        return fail(said("doctor.agentNoSocket", { socket }), said("doctor.agentNoSocketNext"), { socket });
      return fail(said("doctor.agentGone", { socket }), said("doctor.agentGoneNext"), { socket });
    },
  },
  {
    id: "forwarder-firewall",
    group: "agent",
    needs: STANDS_ON,
    judge: (facts) => {
      const { forwarderFirewall: decision } = facts;
      if (isHeard(facts)) return ok(said("doctor.firewallHeard"));
      if (decision === undefined) return unknown(said("doctor.firewallUnread"), said("doctor.asRoot"));
      const evidence = { rule: decision.rule ?? "" };
      if (decision.verdict === "dropped")
        return fail(
          said("doctor.firewallForwarder", evidence),
          said("doctor.firewallForwarderNext"),
          evidence,
        );
      return decision.verdict === "accepted"
        ? ok(said("doctor.firewallOpen"), evidence)
        : unknown(said("doctor.firewallUnclear"), said("doctor.firewallUnclearNext"));
    },
  },
  {
    id: "pull-data",
    group: "agent",
    needs: [
      ...STANDS_ON,
      "forwarder-server",
      "forwarder-ports",
      "forwarder-eui",
      "forwarder-process",
      "forwarder-firewall",
      "forwarder-enabled",
      "forwarder-settings",
    ],
    judge: ({ agent }) => {
      if (agent.state !== "answers") return undefined;
      const { status } = agent;
      const alive = status.forwarders.filter((one) => one.alive);
      if (alive[0] !== undefined) {
        const { gatewayEui: eui, pullDataAgeMs = 0, pullPeriodMs } = alive[0];
        return ok(said("doctor.pullHeard", { eui, age: span(pullDataAgeMs) }), {
          eui,
          pullDataAgeMs,
          pullPeriodMs,
          forwarders: alive.length,
        });
      }
      const refused = counted(status, "gatewayRefused");
      if (refused > 0)
        return fail(said("doctor.pullRefused", { count: refused }), said("doctor.pullRefusedNext"), {
          refused,
        });
      const evidence = { uptimeMs: status.uptimeMs, datagramsRefused: counted(status, "datagramRefused") };
      const { port } = status.listen;
      const [silent] = status.forwarders;
      // One whose frames came first says PULL_DATA soon.
      const isYoung = status.uptimeMs < PULL_PATIENCE_MS;
      if (silent !== undefined && !(isYoung && silent.pullDataAgeMs === undefined)) {
        const { gatewayEui: eui, pullDataAgeMs = status.uptimeMs } = silent;
        return fail(
          said("doctor.pullStopped", { eui, age: span(pullDataAgeMs) }),
          said("doctor.pullNext", { port }),
          { ...evidence, eui, pullDataAgeMs },
        );
      }
      if (isYoung)
        return unknown(
          said("doctor.pullNotYet", { uptime: span(status.uptimeMs) }),
          said("doctor.pullNotYetNext"),
          evidence,
        );
      return fail(
        said("doctor.pullNever", { uptime: span(status.uptimeMs) }),
        said("doctor.pullNext", { port }),
        evidence,
      );
    },
  },
  {
    id: "push-ack",
    group: "agent",
    needs: [...STANDS_ON, "pull-data"],
    judge: (facts) => judgePushAck(facts),
  },
  {
    id: "frames",
    group: "agent",
    needs: [...STANDS_ON, "pull-data"],
    judge: ({ agent }) => (agent.state === "answers" ? judgeFrames(agent.status) : undefined),
  },
  {
    id: "crc",
    group: "agent",
    needs: [...STANDS_ON, "pull-data"],
    judge: ({ agent }) => (agent.state === "answers" ? judgeCrc(agent.status) : undefined),
  },
  {
    id: "channels-heard",
    group: "agent",
    needs: [...STANDS_ON, "frames"],
    judge: (facts) => judgeChannels(facts),
  },
  {
    id: "downlinks",
    group: "agent",
    needs: [...STANDS_ON, "pull-data"],
    judge: ({ agent }) => {
      if (agent.state !== "answers") return undefined;
      const { status } = agent;
      const refused = counted(status, "downlinkRefusedByForwarder");
      const accepted = counted(status, "downlinkAccepted");
      const evidence = { accepted, refused };
      if (accepted + refused === 0)
        return unknown(said("doctor.downlinksNone"), said("doctor.downlinksNoneNext"), evidence);
      if (refused <= accepted) return ok(said("doctor.downlinksGood", { accepted, refused }), evidence);
      const why = mostOf(status, "downlinkRefusedByForwarder");
      return warn(
        said("doctor.downlinksRefused", { refused, accepted, why }),
        said("doctor.downlinksRefusedNext"),
        { ...evidence, why },
      );
    },
  },
];

function judgeFrames(status: AgentStatus): Judgement {
  const good = status.forwarders.reduce((sum, { rxpk }) => sum + rxpk.ok, 0);
  const kept = counted(status, "frameKept");
  const ages = status.forwarders.flatMap(({ pushDataAgeMs }) => pushDataAgeMs ?? []);
  const ageMs = ages.length === 0 ? status.uptimeMs : Math.min(...ages);
  const refused = counted(status, "frameRefused");
  const evidence = { good, kept, refused, pushDataAgeMs: ageMs };
  if (good > 0 && kept === 0 && refused > 0) {
    const why = mostOf(status, "frameRefused");
    return fail(said("doctor.framesFiltered", { refused, why }), said("doctor.framesFilteredNext"), {
      ...evidence,
      why,
    });
  }
  if (good > 0 && ageMs < FRAMES_PATIENCE_MS)
    return ok(said("doctor.framesHeard", { count: good, age: span(ageMs) }), evidence);
  if (ageMs < FRAMES_PATIENCE_MS)
    return unknown(
      said("doctor.framesNotYet", { age: span(status.uptimeMs) }),
      said("doctor.framesNotYetNext"),
      evidence,
    );
  return fail(said("doctor.framesNone", { age: span(ageMs) }), said("doctor.framesNoneNext"), evidence);
}

/** The forwarder's own stat knows of frames that it did not pass on. */
function judgeCrc({ forwarders }: AgentStatus): Judgement {
  let [heard, good] = [0, 0];
  for (const { rxpk, stat } of forwarders) {
    const passedOn = rxpk.ok + rxpk.bad;
    const told = stat?.rxReceived ?? 0;
    heard += rxpk.bad > 0 ? passedOn : told;
    good += rxpk.bad > 0 ? rxpk.ok : Math.min(told, stat?.rxOk ?? told);
  }
  const share = heard === 0 ? 0 : (heard - good) / heard;
  const percent = Math.round(share * 100);
  const evidence = { packets: heard, badPercent: percent };
  if (heard < CRC_PACKETS_MIN)
    return unknown(said("doctor.crcFew", { heard }), said("doctor.framesNotYetNext"), evidence);
  const finding = said("doctor.crcShare", { percent, heard });
  if (share < CRC_SHARE_WARN) return ok(finding, evidence);
  return share < CRC_SHARE_FAIL
    ? warn(finding, said("doctor.crcNext"), evidence)
    : fail(finding, said("doctor.crcNext"), evidence);
}

function judgeChannels({ agent, radio }: Facts): Judgement | undefined {
  if (agent.state !== "answers") return undefined;
  const heard = (agent.status.health?.records?.radio ?? []).flatMap(({ channels }) => channels);
  const frequencies = heard.filter(({ ok: good }) => good > 0).map(({ frequencyHz }) => frequencyHz);
  if (frequencies.length === 0) return skipped(said("doctor.channelsNone"));
  const planned = radio.state === "read" ? radio.plan.frequenciesHz : undefined;
  const evidence = { channels: frequencies.length, frequenciesMhz: mhz(frequencies) };
  const strange = frequencies.filter((one) => planned !== undefined && !planned.includes(one));
  const isEu868 = planned?.every((one) => one >= EU868_HZ.low && one < EU868_HZ.high) ?? false;
  if (strange.length > 0 && isEu868)
    return warn(
      said("doctor.channelsStrange", { frequencies: sayMhz(strange) }),
      said("doctor.channelsStrangeNext"),
      evidence,
    );
  return ok(said("doctor.channelsHeard", { frequencies: sayMhz(frequencies) }), evidence);
}

/** The sum over all reasons. */
export function counted({ counters }: AgentStatus, name: string): number {
  const found = counters[name];
  if (found === undefined) return 0;
  return typeof found === "number" ? found : Object.values(found).reduce((sum, one) => sum + one, 0);
}

/** The reason that occurred most. */
function mostOf({ counters }: AgentStatus, name: string): string {
  const found = counters[name];
  if (found === undefined || typeof found === "number") return "?";
  const [most] = Object.entries(found).sort(([, a], [, b]) => b - a);
  return most?.[0] ?? "?";
}

/** The packet forwarder, as its own files and the box's processes show it. */
import { isLoopback } from "../../../setup/former-server.ts";
import { said } from "../../../text/said.ts";
import type { Facts, ForwarderSeen } from "../facts.ts";
import { fail, type GatewayRule, type Judgement, ok, skipped, unknown, warn } from "../rule.ts";

/** A forwarder that tells its figures more seldom makes them late for everybody. */
const STATISTICS_MS_MAX = 120_000;

type Read = Extract<ForwarderSeen, { readonly state: "read" }>;

/** Whether something is heard from a forwarder at all: then its files matter less. */
export function isHeard({ agent }: Facts): boolean {
  return agent.state === "answers" && agent.status.forwarders.some(({ alive }) => alive);
}

/** Which model it is was not recognised: what its profile says of files is a guess. */
function isGuessed({ settings }: Facts): boolean {
  const how = settings.state === "good" ? settings.profile?.how : undefined;
  return how === "unknown" || how === "ambiguous";
}

const FILE = "forwarder-settings";

export const FORWARDER_RULES: readonly GatewayRule[] = [
  {
    id: FILE,
    group: "forwarder",
    needs: ["settings", "firmware"],
    judge: (facts) => {
      const { forwarder } = facts;
      switch (forwarder.state) {
        case "elsewhere":
          return undefined;
        case "noFile": {
          const files = forwarder.looked.join(", ");
          const finding = said("doctor.forwarderNoFile", { files });
          const next = said("doctor.forwarderNoFileNext");
          return isHeard(facts) || isGuessed(facts)
            ? unknown(finding, next)
            : fail(finding, next, { looked: files });
        }
        case "several": {
          const files = forwarder.files.join(", ");
          return unknown(said("doctor.forwarderSeveral", { files }), said("doctor.forwarderSeveralNext"), {
            files,
          });
        }
        case "unreadable": {
          const { file, reason, isForbidden } = forwarder;
          const finding = said("doctor.forwarderUnreadable", { file, reason });
          if (isForbidden) return unknown(finding, said("doctor.asRoot"), { file });
          return fail(finding, said("doctor.forwarderUnreadableNext", { file }), { file });
        }
        case "read":
          return ok(said("doctor.forwarderRead", { file: forwarder.file }), { file: forwarder.file });
      }
    },
  },
  {
    id: "forwarder-enabled",
    group: "forwarder",
    needs: [FILE],
    judge: ({ forwarder }) => {
      if (forwarder.state !== "read") return withoutSettings(forwarder);
      const { switchedOff } = forwarder;
      if (switchedOff === undefined) return ok(said("doctor.forwarderOn"));
      return fail(
        said("doctor.forwarderOff", switchedOff),
        said("doctor.forwarderOffNext", switchedOff),
        switchedOff,
      );
    },
  },
  {
    id: "forwarder-server",
    group: "forwarder",
    needs: [FILE],
    judge: (facts) => {
      const { forwarder } = facts;
      if (forwarder.state !== "read") return withoutSettings(forwarder);
      const { server, agent, file, factoryHosts } = forwarder;
      const [host, wanted] = [server.host || "?", agent.host];
      const evidence = { file, server: host, agent: wanted };
      if (host === wanted || (isLoopback(host) && isLoopback(wanted)) || isOwnAddress(facts, host))
        return ok(said("doctor.serverIsAgent", { host }), evidence);
      const finding = factoryHosts.includes(host)
        ? said("doctor.serverFactory", { host })
        : said("doctor.serverElsewhere", { host });
      const judge = isHeardItself(facts) ? warn : fail;
      return judge(finding, said("doctor.forwarderNext", { agent: `${agent.host}:${agent.port}` }), evidence);
    },
  },
  {
    id: "forwarder-ports",
    group: "forwarder",
    needs: [FILE, "forwarder-server"],
    judge: (facts) => {
      const { forwarder } = facts;
      if (forwarder.state !== "read") return withoutSettings(forwarder);
      const { server, agent, file } = forwarder;
      const [up, down] = [server.uplinkPort ?? 0, server.downlinkPort ?? 0];
      const evidence = { file, uplinkPort: up, downlinkPort: down, agentPort: agent.port };
      if (up === agent.port && down === agent.port)
        return ok(said("doctor.portsGood", { port: agent.port }), evidence);
      const finding = said("doctor.portsWrong", { up, down, port: agent.port });
      const judge = isHeardItself(facts) ? warn : fail;
      return judge(finding, said("doctor.forwarderNext", { agent: `${agent.host}:${agent.port}` }), evidence);
    },
  },
  {
    id: "forwarder-eui",
    group: "forwarder",
    needs: [FILE],
    judge: (facts) => {
      const { forwarder, settings } = facts;
      if (settings.state !== "good") return undefined;
      const { gateway, forwarder: pinned } = settings.settings;
      const told = toldEui(facts);
      if (told === undefined) {
        if (forwarder.state === "elsewhere") return undefined;
        return judgeUntoldEui(facts, gateway.eui);
      }
      const { eui, file } = told;
      const evidence = { eui, from: file, ...(gateway.eui === "" ? {} : { label: gateway.eui }) };
      if (pinned.acceptEui.length > 0 && !pinned.acceptEui.includes(eui))
        return fail(
          said("doctor.euiNotAccepted", { eui }),
          said("doctor.euiNotAcceptedNext", { eui }),
          evidence,
        );
      if (gateway.eui !== "" && gateway.eui !== eui)
        return fail(
          said("doctor.euiOther", { eui, label: gateway.eui }),
          said("doctor.euiOtherNext", { label: gateway.eui }),
          evidence,
        );
      return ok(said("doctor.euiGood", { eui }), evidence);
    },
  },
  {
    id: "forwarder-statistics",
    group: "forwarder",
    needs: [FILE],
    judge: ({ forwarder }) => {
      if (forwarder.state !== "read") return withoutSettings(forwarder);
      if (forwarder.statisticsMs === undefined) return undefined;
      const { statisticsMs, file } = forwarder;
      const seconds = statisticsMs / 1e3;
      const evidence = { file, statisticsMs };
      if (statisticsMs > 0 && statisticsMs <= STATISTICS_MS_MAX)
        return ok(said("doctor.statisticsGood", { seconds }), evidence);
      return warn(
        said("doctor.statisticsSeldom", { seconds }),
        said("doctor.statisticsNext", { file }),
        evidence,
      );
    },
  },
  {
    id: "forwarder-process",
    group: "forwarder",
    needs: [FILE, "forwarder-enabled"],
    judge: (facts) => {
      const { forwarder } = facts;
      if (forwarder.state !== "read") return withoutSettings(forwarder);
      if (forwarder.program === undefined) return undefined;
      const { program, processes } = forwarder;
      const evidence = { program, processes: processes.length };
      if (processes.length > 0) return ok(said("doctor.processRuns", { program }), evidence);
      // Somebody speaks: under another name, or where we may not look.
      if (isHeard(facts)) return ok(said("doctor.processHeard", { program }), evidence);
      return fail(said("doctor.processGone", { program }), startNext(forwarder), evidence);
    },
  },
];

/** What hangs on settings that were not seen. @returns undefined where there are none to be seen */
function withoutSettings({ state }: Exclude<ForwarderSeen, Read>): Judgement | undefined {
  if (state === "elsewhere") return undefined;
  return skipped(said(state === "noFile" ? "doctor.forwarderNotFound" : "doctor.forwarderNotRead"));
}

/** The agent listens on all of this machine's addresses, and this is one of them. */
function isOwnAddress({ agent, settings, network }: Facts, host: string): boolean {
  const set = settings.state === "good" ? settings.settings.forwarder.listen.host : "";
  const listens = agent.state === "answers" ? agent.status.listen.host : set;
  if (listens !== "0.0.0.0" && listens !== "::") return false;
  return network.interfaces.some(({ addresses }) => addresses.includes(host));
}

/** This very forwarder speaks to the agent, whatever its files say: by a name, or since before they were changed. */
function isHeardItself({ agent, forwarder }: Facts): boolean {
  if (agent.state !== "answers" || forwarder.state !== "read") return false;
  const { eui } = forwarder;
  return agent.status.forwarders.some(
    ({ alive, gatewayEui }) => alive && (eui === undefined || eui === gatewayEui),
  );
}

function startNext({ restart, program = "?" }: Read) {
  return restart === undefined
    ? said("doctor.processNext", { program })
    : said("doctor.processRestart", { command: restart.join(" ") });
}

/** Neither its files nor one forwarder alone say which it has. @param label the EUI that is set, or "" */
function judgeUntoldEui({ agent }: Facts, label: string): Judgement {
  const heard = agent.state === "answers" ? agent.status.forwarders.map(({ gatewayEui }) => gatewayEui) : [];
  const evidence = { ...(label === "" ? {} : { label }), heard: heard.join(", ") };
  if (label !== "" && heard.includes(label)) return ok(said("doctor.euiGood", { eui: label }), evidence);
  const next = label === "" ? said("doctor.euiUnknownNext") : said("doctor.euiNotSaidNext");
  if (heard.length > 0) return unknown(said("doctor.euiSeveral", { euis: heard.join(", ") }), next, evidence);
  return label === ""
    ? unknown(said("doctor.euiUnknown"), next)
    : unknown(said("doctor.euiNotSaid", { eui: label }), next, evidence);
}

/** Of the forwarder's files, else as the only one that has spoken. */
function toldEui({ forwarder, agent }: Facts): { readonly eui: string; readonly file: string } | undefined {
  if (forwarder.state === "read" && forwarder.eui !== undefined)
    return { eui: forwarder.eui, file: forwarder.file };
  if (agent.state !== "answers") return undefined;
  const [first, ...others] = agent.status.forwarders;
  return first === undefined || others.length > 0 ? undefined : { eui: first.gatewayEui, file: "GWMP" };
}

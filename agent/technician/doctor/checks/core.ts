/** The road to one core, step by step, and what the core's side lets us do. */
import { said } from "../../../text/said.ts";
import type { CoreSeen, Facts, ServerSeen } from "../facts.ts";
import { type CoreRule, fail, ok, unknown, warn } from "../rule.ts";
import { judgeFiles, judgeTls } from "./certificates.ts";
import { judgeLogin, judgePublishRight, judgeSubscribeRight, takenBy } from "./rights.ts";

const NAME = "server-name";
const CONNECT = "server-connect";
const FILES = "certificate-files";

export const CORE_RULES: readonly CoreRule[] = [
  {
    id: NAME,
    group: "core",
    needs: ["settings", "interface", "route"],
    judgeCore: ({ servers }) => {
      const looked = servers.filter(({ lookup }) => lookup !== undefined);
      const good = looked.find(({ lookup }) => lookup?.ok);
      const dead = looked.filter(({ lookup }) => lookup?.ok === false);
      if (looked.length === 0) return undefined;
      const codes = dead
        .map(({ host, lookup }) => `${host} ${lookup?.ok === false ? lookup.code : ""}`)
        .join(", ");
      if (good?.lookup?.ok === true) {
        const addresses = good.lookup.addresses.join(", ");
        const evidence = { host: good.host, addresses, tookMs: good.lookup.tookMs };
        const finding = said("doctor.nameGood", { host: good.host, addresses });
        return dead.length === 0
          ? ok(finding, evidence)
          : warn(said("doctor.nameSome", { codes }), said("doctor.nameNext"), { ...evidence, dead: codes });
      }
      return fail(said("doctor.nameNone", { codes }), said("doctor.nameNext"), { dead: codes });
    },
  },
  {
    id: "server-firewall",
    group: "core",
    needs: ["settings", NAME],
    judgeCore: (core) => {
      const reached = reachedServer(core);
      if (reached !== undefined || core.route?.state === "connected") return ok(said("doctor.firewallOpen"));
      const dropped = core.servers.find(({ firewall }) => firewall?.verdict === "dropped");
      if (dropped !== undefined) {
        const rule = dropped.firewall?.rule ?? "";
        const port = dropped.port;
        return fail(
          said("doctor.firewallServer", { port, rule }),
          said("doctor.firewallServerNext", { port }),
          { rule, port },
        );
      }
      if (core.servers.every(({ firewall }) => firewall === undefined))
        return unknown(said("doctor.firewallUnread"), said("doctor.asRoot"));
      return core.servers.some(({ firewall }) => firewall?.verdict === "accepted")
        ? ok(said("doctor.firewallOpen"))
        : unknown(said("doctor.firewallUnclear"), said("doctor.firewallUnclearNext"));
    },
  },
  {
    id: CONNECT,
    group: "core",
    needs: ["settings", NAME, "server-firewall"],
    judgeCore: ({ servers, core }) => {
      if (core.kind === "gwmp") return undefined;
      const tried = servers.filter(({ tcp }) => tcp !== undefined);
      const good = tried.find(({ tcp }) => tcp?.ok);
      const dead = tried.filter(({ tcp }) => tcp?.ok === false);
      const codes = dead
        .map(({ host, port, tcp }) => `${host}:${port} ${tcp?.ok === false ? tcp.code : ""}`)
        .join(", ");
      if (good?.tcp?.ok === true) {
        const { host, port } = good;
        const evidence = { server: `${host}:${port}`, tookMs: good.tcp.tookMs };
        if (dead.length > 0)
          return warn(said("doctor.connectSome", { codes }), said("doctor.connectNext"), {
            ...evidence,
            dead: codes,
          });
        return ok(
          said("doctor.connectGood", { server: `${host}:${port}`, tookMs: good.tcp.tookMs }),
          evidence,
        );
      }
      if (tried.length === 0) return undefined;
      const refused = dead.every(({ tcp }) => tcp?.ok === false && tcp.code === "ECONNREFUSED");
      const next = refused ? said("doctor.connectRefusedNext") : said("doctor.connectNext");
      return fail(said("doctor.connectNone", { codes }), next, { dead: codes });
    },
  },
  {
    id: FILES,
    group: "core",
    needs: ["settings", "clock"],
    judgeCore: (core, { nowWallMs }) => judgeFiles(core, nowWallMs),
  },
  {
    id: "tls",
    group: "core",
    needs: ["settings", "clock", CONNECT, FILES],
    judgeCore: ({ servers, core }, { nowWallMs }) => {
      const secured = servers.filter(({ tls }) => tls !== undefined);
      if (secured.length === 0) return undefined;
      const trusted = secured.find(({ tls }) => tls?.ok && tls.distrust === undefined);
      return judgeTls((trusted ?? secured[0])!, core.caFile, nowWallMs);
    },
  },
  {
    id: "login",
    group: "core",
    needs: ["settings", NAME, CONNECT, "server-firewall", FILES, "tls"],
    judgeCore: (core) => judgeLogin(core),
  },
  {
    id: "client-id",
    group: "core",
    needs: ["settings", "agent-running", CONNECT, "tls", "login"],
    judgeCore: ({ core, route }) => {
      if (core.kind === "gwmp" || route === undefined) return undefined;
      const evidence = { alarms: route.alarms.join(", "), state: route.state };
      if (route.alarms.includes("takenOver"))
        return fail(said("doctor.takenOver"), said("doctor.takenOverNext"), evidence);
      if (route.alarms.includes("oftenClosed"))
        return fail(said("doctor.oftenClosed"), said("doctor.oftenClosedNext"), evidence);
      if (route.alarms.includes("closedAtOnce") && route.state !== "connected")
        return fail(said("doctor.closedAtOnce"), said("doctor.closedAtOnceNext"), evidence);
      return ok(said("doctor.clientIdGood"), evidence);
    },
  },
  {
    id: "core-link",
    group: "core",
    needs: [
      "settings",
      "agent-running",
      NAME,
      CONNECT,
      "server-firewall",
      FILES,
      "tls",
      "login",
      "client-id",
    ],
    judgeCore: ({ core, route }, { agent }) => {
      if (route === undefined) {
        if (agent.state !== "answers") return undefined;
        return unknown(said("doctor.linkNone"), said("doctor.linkNoneNext"));
      }
      const { state, server = "?", lastError = "?", roundTripMs } = route;
      const evidence = {
        state,
        server,
        ...(roundTripMs === undefined ? {} : { roundTripMs: Math.round(roundTripMs) }),
      };
      if (state === "connected") return ok(said("doctor.linkUp", { server }), evidence);
      // A first attempt; gwmp has no other.
      if (state === "connecting" && (core.kind === "gwmp" || route.lastError === undefined))
        return unknown(said("doctor.linkTrying", { server }), said("doctor.framesNotYetNext"), evidence);
      return fail(said("doctor.linkDown", { reason: lastError }), said("doctor.linkDownNext"), {
        ...evidence,
        lastError,
      });
    },
  },
  {
    id: "publish-right",
    group: "core",
    needs: ["settings", NAME, CONNECT, "tls", "login"],
    judgeCore: (core) => judgePublishRight(core),
  },
  {
    id: "own-topics-right",
    group: "core",
    needs: ["settings", NAME, CONNECT, "tls", "login"],
    judgeCore: ({ core, visit, route }, facts) => {
      if (core.kind === "gwmp") return undefined;
      if (core.mqttVersion === 4)
        return unknown(said("doctor.rightUnknowable"), said("doctor.rightUnknowableNext"));
      const code = visit?.ownReasonCode;
      if (code === undefined) {
        if (route?.alarms.includes("ownNamespaceSuspended"))
          return warn(said("doctor.ownSuspended"), said("doctor.ownNext"), {
            alarm: "ownNamespaceSuspended",
          });
        if (route?.state !== "connected")
          return unknown(said("doctor.visitNone"), said("doctor.visitNoneNext"));
        const taken = ownTaken(facts);
        return taken > 0
          ? ok(said("doctor.ownGood"), { taken })
          : unknown(said("doctor.visitHarms"), said("doctor.ownNotYetNext"), { taken });
      }
      return code >= 128
        ? warn(said("doctor.ownRefused", { code }), said("doctor.ownNext"), { reasonCode: code })
        : ok(said("doctor.ownGood"), { reasonCode: code });
    },
  },
  {
    id: "subscribe-right",
    group: "core",
    needs: ["settings", NAME, CONNECT, "tls", "login"],
    judgeCore: (core, facts) => judgeSubscribeRight(core, facts),
  },
  {
    id: "topic-prefix",
    group: "core",
    needs: ["settings", NAME, CONNECT, "tls", "login", "publish-right"],
    judgeCore: ({ core, visit }) => {
      const others = visit?.listenedPrefixes;
      if (core.kind === "gwmp" || others === undefined) return undefined;
      const prefix = shownPrefix(core.topicPrefix);
      if (others.length === 0)
        return unknown(said("doctor.prefixNobody"), said("doctor.prefixNobodyNext"), { prefix });
      const heard = others.map(shownPrefix).join(", ");
      const evidence = { prefix, listened: heard };
      // ChirpStack 4 has a prefix by region; version 3 and the Gateway Bridge had none.
      const next = others.includes("")
        ? said("doctor.prefixVersionNext")
        : said("doctor.prefixNext", { heard });
      return fail(said("doctor.prefixWrong", { prefix, heard }), next, evidence);
    },
  },
  {
    id: "subscriber",
    group: "core",
    needs: ["settings", NAME, CONNECT, "tls", "login", "publish-right", "topic-prefix"],
    judgeCore: ({ core, route, visit }) => {
      if (core.kind === "gwmp") return undefined;
      if (core.mqttVersion === 4)
        return unknown(said("doctor.rightUnknowable"), said("doctor.rightUnknowableNext"));
      if (route?.alarms.includes("noSubscriber") || visit?.eventReasonCode === 16)
        return fail(
          said("doctor.noSubscriber", { prefix: shownPrefix(core.topicPrefix) }),
          said("doctor.noSubscriberNext"),
          { reasonCode: 16 },
        );
      const taken = takenBy(route);
      if (taken > 0) return ok(said("doctor.subscriberTakes", { count: taken }), { taken });
      if (visit?.eventReasonCode === 0) return ok(said("doctor.subscriberThere"), { reasonCode: 0 });
      return unknown(said("doctor.subscriberUnknown"), said("doctor.subscriberUnknownNext"));
    },
  },
  {
    id: "commands-seen",
    group: "core",
    needs: ["settings", "agent-running", NAME, CONNECT, "tls", "login", "subscribe-right"],
    judgeCore: (_core, { agent }) => {
      if (agent.state !== "answers") return undefined;
      const found = agent.status.counters.downlinkCommand;
      const commands = typeof found === "number" ? found : 0;
      if (commands > 0) return ok(said("doctor.commandsSeen", { count: commands }), { commands });
      return unknown(said("doctor.commandsNone"), said("doctor.commandsNoneNext"), { commands });
    },
  },
];

/** What of the agent's own messages a broker took: an accepted PUBACK each, whether anybody listened or not. */
function ownTaken({ agent }: Facts): number {
  const sent = agent.state === "answers" ? agent.status.counters.ownSent : undefined;
  if (sent === undefined || typeof sent === "number") return 0;
  return Object.entries(sent).reduce(
    (sum, [reason, count]) => (/\.(taken|noSubscriber)$/.test(reason) ? sum + count : sum),
    0,
  );
}

function reachedServer({ servers }: CoreSeen): ServerSeen | undefined {
  return servers.find(({ tcp }) => tcp?.ok);
}

function shownPrefix(prefix: string): string {
  return prefix === "" ? '""' : prefix;
}

/** The road to one core, step by step, and what the core's side lets us do. */
import type { CertificateSeen, TlsSeen } from "../../../ports.ts";
import { type Said, said } from "../../../text/said.ts";
import type { CoreSeen, Facts, ServerSeen } from "../facts.ts";
import { type CoreRule, fail, type Judgement, ok, unknown, warn } from "../rule.ts";
import { dayOf, momentOf } from "./clock.ts";

const EXPIRY_WARN_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;

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

function takenBy(route: CoreSeen["route"]): number {
  return route === undefined ? 0 : route.courier.carriedLive + route.courier.replayed;
}

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

// ------------------------------------------------------------------------------------- certificates, TLS

function judgeFiles({ core, route, credentials }: CoreSeen, nowMs: number): Judgement | undefined {
  const { fault, isForbidden, ca, cert, keyFits } = credentials;
  // The agent's own user may have less right to them than whoever asks.
  if (route?.alarms.includes("credentialsUnreadable"))
    return fail(
      said("doctor.fileFault", { fault: fault ?? route.lastError ?? "?" }),
      said("doctor.fileFaultNext"),
      {
        alarm: "credentialsUnreadable",
      },
    );
  if (fault !== undefined && isForbidden)
    return unknown(said("doctor.fileFault", { fault }), said("doctor.asRoot"), { fault });
  if (fault !== undefined)
    return fail(said("doctor.fileFault", { fault }), said("doctor.fileFaultNext"), { fault });
  if (ca === undefined && cert === undefined) return undefined;
  if (ca === "unreadable")
    return fail(said("doctor.notACertificate", { file: core.caFile }), said("doctor.certificateNext"), {
      file: core.caFile,
    });
  if (cert === "unreadable")
    return fail(said("doctor.notACertificate", { file: core.certFile }), said("doctor.certificateNext"), {
      file: core.certFile,
    });
  if (keyFits === "unreadable")
    return fail(said("doctor.notAKey", { file: core.keyFile }), said("doctor.certificateNext"), {
      file: core.keyFile,
    });
  if (keyFits === false)
    return fail(
      said("doctor.keyOther", { file: core.keyFile, cert: core.certFile }),
      said("doctor.certificateNext"),
      { keyFits: false },
    );
  const all = [...(cert ?? []).slice(0, 1), ...(ca ?? [])];
  return (
    judgeDates(all, nowMs) ??
    ok(said("doctor.filesGood", { until: momentOf(soonest(all)) }), { validUntil: dayOf(soonest(all)) })
  );
}

function judgeDates(certificates: readonly CertificateSeen[], nowMs: number): Judgement | undefined {
  for (const { subject, validFromMs, validToMs } of certificates) {
    const evidence = { subject, validFrom: dayOf(validFromMs), validUntil: dayOf(validToMs) };
    if (nowMs > validToMs)
      return fail(
        said("doctor.expired", { subject, until: momentOf(validToMs) }),
        said("doctor.renewNext"),
        evidence,
      );
    if (nowMs < validFromMs)
      return fail(
        said("doctor.notYetValid", { subject, from: momentOf(validFromMs) }),
        said("doctor.notYetValidNext"),
        evidence,
      );
    if (validToMs - nowMs < EXPIRY_WARN_MS) {
      const days = Math.floor((validToMs - nowMs) / DAY_MS);
      return warn(said("doctor.expiresSoon", { subject, days }), said("doctor.renewNext"), {
        ...evidence,
        days,
      });
    }
  }
  return undefined;
}

function soonest(certificates: readonly CertificateSeen[]): number {
  return Math.min(...certificates.map(({ validToMs }) => validToMs));
}

function judgeTls({ host, port, tls }: ServerSeen, caFile: string, nowMs: number): Judgement {
  const server = `${host}:${port}`;
  const seen = tls as TlsSeen;
  if (!seen.ok)
    return fail(said("doctor.tlsFailed", { server, code: seen.code }), said("doctor.tlsFailedNext"), {
      server,
      code: seen.code,
      detail: seen.detail,
    });
  const [first] = seen.chain;
  const issuer = first?.issuer ?? "?";
  const evidence = {
    server,
    protocol: seen.protocol,
    subject: first?.subject ?? "?",
    issuer,
    ...(first === undefined ? {} : { validUntil: dayOf(first.validToMs) }),
    ...(seen.distrust === undefined ? {} : { distrust: seen.distrust }),
  };
  if (seen.distrust === "HOSTNAME_MISMATCH")
    return fail(
      said("doctor.tlsName", { host, subject: first?.subject ?? "?" }),
      said("doctor.tlsNameNext"),
      evidence,
    );
  if (seen.distrust === "CERT_HAS_EXPIRED" || seen.distrust === "CERT_NOT_YET_VALID")
    return (
      judgeDates(seen.chain, nowMs) ??
      fail(said("doctor.tlsDistrust", { issuer, code: seen.distrust }), said("doctor.renewNext"), evidence)
    );
  if (seen.distrust !== undefined) {
    const next =
      caFile === "" ? said("doctor.caMissingNext") : said("doctor.caOtherNext", { file: caFile, issuer });
    return fail(said("doctor.tlsDistrust", { issuer, code: seen.distrust }), next, evidence);
  }
  const dates = judgeDates(seen.chain.slice(0, 1), nowMs);
  return (
    dates ??
    ok(
      said("doctor.tlsGood", {
        server,
        protocol: seen.protocol,
        until: first === undefined ? "?" : momentOf(first.validToMs),
      }),
      evidence,
    )
  );
}

// ------------------------------------------------------------------------------------ who we are, and may

function judgeLogin({ core, route, visit }: CoreSeen): Judgement | undefined {
  if (core.kind === "gwmp") return undefined;
  const user = core.username || "-";
  const isNamed = core.username !== "";
  const refused = (detail: string): Said =>
    isNamed ? said("doctor.loginRefused", { user, detail }) : said("doctor.loginRefusedNoName", { detail });
  if (route?.state === "connected") {
    const finding = isNamed ? said("doctor.loginAgent", { user }) : said("doctor.loginAgentNoName");
    return ok(finding, { user, by: "agent" });
  }
  if (route?.alarms.includes("credentialsRefused")) {
    const detail = route.lastError ?? "?";
    return fail(refused(detail), said("doctor.loginNext"), {
      user,
      by: "agent",
    });
  }
  if (visit === undefined) return unknown(said("doctor.visitNone"), said("doctor.visitNoneNext"));
  const { clientId } = visit;
  const evidence = {
    user,
    clientId,
    ...(visit.closed?.reasonCode === undefined ? {} : { reasonCode: visit.closed.reasonCode }),
  };
  if (visit.connected)
    return ok(isNamed ? said("doctor.loginGood", { user }) : said("doctor.loginGoodNoName"), evidence);
  const { code = "closed", detail = "?", reasonCode } = visit.closed ?? {};
  // 133: client identifier not valid (MQTT 5); 2: identifier rejected (3.1.1).
  if (reasonCode === 133 || (core.mqttVersion === 4 && reasonCode === 2))
    return unknown(said("doctor.loginIdBound", { clientId }), said("doctor.loginIdBoundNext"), evidence);
  // The service's environment may have the password; a technician's shell has not.
  if (
    code === "credentials" &&
    core.username !== "" &&
    core.password === undefined &&
    core.passwordFile === ""
  )
    return unknown(said("doctor.loginNoPassword", { user }), said("doctor.loginNoPasswordNext"), evidence);
  if (code === "credentials") return fail(refused(detail), said("doctor.loginNext"), evidence);
  if (code === "tls" || core.certFile !== "")
    return fail(said("doctor.loginTls", { detail }), said("doctor.loginTlsNext"), evidence);
  if (reasonCode === 132 || reasonCode === 1)
    return fail(
      said("doctor.loginVersion", { version: core.mqttVersion === 4 ? "3.1.1" : "5" }),
      said("doctor.loginVersionNext"),
      evidence,
    );
  return fail(said("doctor.loginClosed", { detail }), said("doctor.loginClosedNext"), evidence);
}

function judgePublishRight({ core, route, visit }: CoreSeen): Judgement | undefined {
  if (core.kind === "gwmp") return undefined;
  if (route?.alarms.includes("uplinkRefused"))
    return fail(said("doctor.publishRefused"), said("doctor.publishNext", { topic: "event/up" }), {
      alarm: "uplinkRefused",
    });
  if (core.mqttVersion === 4)
    return unknown(said("doctor.rightUnknowable"), said("doctor.rightUnknowableNext"));
  const taken = takenBy(route);
  if (taken > 0) return ok(said("doctor.publishGood", { count: taken }), { taken });
  // Reason 16 is an answer to somebody who may.
  if (route?.alarms.includes("noSubscriber")) return ok(said("doctor.publishMay"), { reasonCode: 16 });
  const code = visit?.eventReasonCode;
  if (code === undefined) return unknown(said("doctor.publishUntried"), said("doctor.publishUntriedNext"));
  if (code >= 128)
    return unknown(said("doctor.publishOtherRefused", { code }), said("doctor.publishUntriedNext"), {
      reasonCode: code,
    });
  return ok(said("doctor.publishMay"), { reasonCode: code });
}

function judgeSubscribeRight({ core, route, visit }: CoreSeen, { agent }: Facts): Judgement | undefined {
  if (core.kind === "gwmp") return undefined;
  if (route?.alarms.includes("subscriptionRefused"))
    return fail(said("doctor.subscribeRefused"), said("doctor.publishNext", { topic: "command/+" }), {
      alarm: "subscriptionRefused",
    });
  const code = visit?.commandsReasonCode;
  if (code !== undefined && code >= 128)
    return fail(said("doctor.subscribeRefused"), said("doctor.publishNext", { topic: "command/+" }), {
      reasonCode: code,
    });
  const commands = agent.state === "answers" ? agent.status.counters.downlinkCommand : undefined;
  if (typeof commands === "number" && commands > 0)
    return ok(said("doctor.commandsSeen", { count: commands }), { commands });
  if (code === undefined)
    return route?.state === "connected"
      ? unknown(said("doctor.visitHarms"), said("doctor.subscribeAnythingNext"))
      : unknown(said("doctor.visitNone"), said("doctor.visitNoneNext"));
  // Who grants the commands of a gateway that does not exist has not looked at who we are.
  if ((visit?.strangersReasonCode ?? 128) < 128)
    return unknown(said("doctor.subscribeAnything"), said("doctor.subscribeAnythingNext"), {
      reasonCode: code,
      grantsAnything: true,
    });
  return ok(said("doctor.subscribeGood"), { reasonCode: code });
}

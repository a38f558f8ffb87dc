/** Whether a core's broker knows us, and what it lets us do: by what the agent has met, or by a visit under its name. */
import { type Said, said } from "../../../text/said.ts";
import type { CoreSeen, Facts } from "../facts.ts";
import { fail, type Judgement, ok, unknown } from "../rule.ts";

export function judgeLogin({ core, route, visit }: CoreSeen): Judgement | undefined {
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

export function judgePublishRight({ core, route, visit }: CoreSeen): Judgement | undefined {
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

export function judgeSubscribeRight(
  { core, route, visit }: CoreSeen,
  { agent }: Facts,
): Judgement | undefined {
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

/** Messages from the air that the broker has taken. */
export function takenBy(route: CoreSeen["route"]): number {
  return route === undefined ? 0 : route.courier.carriedLive + route.courier.replayed;
}

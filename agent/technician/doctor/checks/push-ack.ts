/**
 * The acknowledgements, from both ends: the share that the forwarder says it got (ackr of its stat), and how long the
 * agent took for them. Acknowledged at once, and yet not received: then the way back is closed, and downlinks go the
 * same way.
 *
 * Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4 (ackr: percentage of datagrams that were acknowledged);
 * its lora_pkt_fwd says 0 where it sent none.
 */
import type { AgentStatus } from "../../../control/answers.ts";
import { said } from "../../../text/said.ts";
import type { Facts } from "../facts.ts";
import { fail, type Judgement, ok, unknown, warn } from "../rule.ts";

/** Of one period of statistics; of fewer frames one lost datagram is no share. */
const FRAMES_MIN = 5;
const SHARE_FAIL_PERCENT = 50;
const SHARE_WARN_PERCENT = 90;
/** Kerlink's forwarder repeats after so long; no other that is known waits longer. */
const ACK_MS_MAX = 3_000;
/** The reference forwarder's, where the profile knows none. */
const ACK_WAIT_MS = 100;

export function judgePushAck({ agent, forwarder }: Facts): Judgement | undefined {
  if (agent.state !== "answers") return undefined;
  const { status } = agent;
  const alive = status.forwarders.filter((one) => one.alive);
  const [worst] = alive.toSorted((one, other) => (toldShare(one) ?? 101) - (toldShare(other) ?? 101));
  if (worst === undefined) return undefined;
  const percent = toldShare(worst);
  const slowestMs = Math.max(-1, ...alive.map(({ ackLatency }) => ackLatency?.recent?.p95Ms ?? -1));
  const tookMs = slowestMs < 0 ? undefined : Math.round(slowestMs);
  const evidence = {
    eui: worst.gatewayEui,
    ...(percent === undefined ? {} : { acknowledgedPercent: percent }),
    ...(tookMs === undefined ? {} : { p95Ms: tookMs }),
    withheld: alive.reduce((sum, one) => sum + one.acksWithheld, 0),
  };
  if (percent !== undefined && percent < SHARE_WARN_PERCENT) {
    const waitMs = (forwarder.state === "read" ? forwarder.ackWaitMs : undefined) ?? ACK_WAIT_MS;
    const isLost = tookMs !== undefined && tookMs <= waitMs && status.journal.failing === undefined;
    const finding = said("doctor.ackShare", { percent });
    if (!isLost) return warn(finding, said("doctor.ackSlowNext"), evidence);
    const judge = percent < SHARE_FAIL_PERCENT ? fail : warn;
    return judge(finding, said("doctor.ackLostNext", { port: status.listen.port }), evidence);
  }
  if (tookMs === undefined) return unknown(said("doctor.ackNone"), said("doctor.framesNotYetNext"), evidence);
  if (tookMs > ACK_MS_MAX)
    return warn(said("doctor.ackSlow", { tookMs }), said("doctor.ackSlowNext"), evidence);
  return percent === undefined
    ? ok(said("doctor.ackTook", { tookMs }), evidence)
    : ok(said("doctor.ackGood", { percent, tookMs }), evidence);
}

/**
 * What the forwarder says it got of its last period's; undefined where that is no figure yet. A period that began before
 * the agent did is not the agent's: as many datagrams must have come since as the period had frames, and some.
 */
function toldShare({ stat, datagrams }: AgentStatus["forwarders"][number]): number | undefined {
  const { ackRatePercent, rxForwarded = 0 } = stat ?? {};
  if (ackRatePercent === undefined || rxForwarded < FRAMES_MIN) return undefined;
  return datagrams.pushData >= rxForwarded + 2 ? ackRatePercent : undefined;
}

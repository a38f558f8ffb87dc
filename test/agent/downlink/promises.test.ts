/**
 * Goal: what downlinks.ts promises holds whatever cores, forwarders and time do.
 * Method: arbitrary sequences of commands, TX_ACKs (late, twice, of another token or gateway), restarts, silence
 * and time; a referee who knows no agent code but its answers judges each PULL_RESP at the moment it leaves.
 */
import fc from "fast-check";
import { test } from "vitest";
import { PENDING_PER_GATEWAY_MAX } from "../../../agent/downlink/downlinks.ts";
import type { TxStatus } from "../../../agent/lorawan/tx-status.ts";
import type { DownlinkCommand, DownlinkItem, DownlinkTiming } from "../../../agent/north/core.ts";
import { commandOf, contextHeard, itemOf, LR_FHSS, SESSION } from "./given.ts";
import { type RoadBack, roadBack, txError } from "./road-back.ts";

const EUIS = ["aa555a0000000001", "aa555a0000000002"] as const;
const MINUTE_MS = 60_000;

/** How the uplink that an item answers was heard. */
interface Uplink {
  readonly ageMs: number;
  /** How many restarts of the concentrator ago. */
  readonly sessionsAgo: number;
  readonly sameBoot: boolean;
  readonly delayed: boolean;
}

type ItemPlan =
  | { readonly timing: "delay"; readonly delayMs: number; readonly uplink: Uplink | undefined }
  | { readonly timing: "immediately" | "gpsEpoch" }
  | { readonly timing: "broken"; readonly fields: Partial<DownlinkItem> };

type Step =
  | {
      readonly step: "command";
      readonly gateway: number;
      readonly core: "main" | "second";
      readonly items: readonly ItemPlan[];
      readonly waitedMs: number;
      readonly unansweredMs: number;
    }
  | { readonly step: "txAck"; readonly back: number; readonly verdict: string }
  | { readonly step: "strayTxAck"; readonly gateway: number; readonly token: number }
  | { readonly step: "pass"; readonly ms: number }
  | { readonly step: "restart" | "forwarderGoes" | "forwarderComes" | "sessionLost" | "sessionKnown" }
  | { readonly step: "drop"; readonly gateway: number };

const ACCEPTING = ["", "\0", txError("NONE"), '{"txpk_ack":{"warn":"TX_POWER","value":14}}'];
const REFUSING = ["TOO_LATE", "COLLISION_PACKET", "TX_FREQ", "TX_POWER", "UNKNOWN", "nonsense"].map(txError);
const UNREADABLE = ["{", '{"txpk_ack":', "nonsense"];

const ageMs = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 3_000 }), weight: 5 },
  fc.integer({ min: 63 * MINUTE_MS, max: 72 * MINUTE_MS }),
  fc.integer({ min: 0, max: 3 * 24 * 60 * MINUTE_MS }),
);
const uplink = fc.record({
  ageMs,
  sessionsAgo: fc.constantFrom(0, 0, 0, 0, 0, 1),
  sameBoot: fc.oneof({ arbitrary: fc.constant(true), weight: 6 }, fc.boolean()),
  delayed: fc.oneof({ arbitrary: fc.constant(false), weight: 6 }, fc.boolean()),
});
const broken: Partial<DownlinkItem>[] = [
  { timing: undefined },
  { phyPayload: Buffer.alloc(0) },
  { phyPayload: Buffer.alloc(300) },
  { modulation: LR_FHSS },
  { frequencyHz: -1 },
];
const itemPlan: fc.Arbitrary<ItemPlan> = fc.oneof(
  fc.record({
    timing: fc.constant("delay" as const),
    delayMs: fc.constantFrom(1_000, 2_000, 5_000, 6_000, 15_000, 600_000),
    uplink: fc.option(uplink, { nil: undefined, freq: 8 }),
  }),
  fc.record({ timing: fc.constantFrom("immediately" as const, "gpsEpoch" as const) }),
  fc.record({ timing: fc.constant("broken" as const), fields: fc.constantFrom(...broken) }),
);
const gateway = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant("command" as const),
      gateway,
      core: fc.constantFrom("main" as const, "main" as const, "main" as const, "second" as const),
      items: fc.array(itemPlan, { maxLength: 4 }),
      waitedMs: fc.constantFrom(0, 0, 0, 1_999, 2_001),
      unansweredMs: fc.constantFrom(0, 0, 0, 5_000, 5_001),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      step: fc.constant("txAck" as const),
      back: fc.constantFrom(0, 0, 0, 0, 1, 2, 5),
      verdict: fc.constantFrom(...ACCEPTING, ...REFUSING, ...UNREADABLE),
    }),
  },
  fc.record({
    step: fc.constant("strayTxAck" as const),
    gateway,
    token: fc.integer({ min: 0, max: 65_535 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant("pass" as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 4_000 })),
    }),
  },
  fc.record({
    step: fc.constantFrom(
      "restart" as const,
      "forwarderGoes" as const,
      "forwarderComes" as const,
      "forwarderComes" as const,
      "sessionLost" as const,
      "sessionKnown" as const,
      "sessionKnown" as const,
    ),
  }),
  fc.record({ step: fc.constant("drop" as const), gateway }),
);

/** What the referee knows of one command. */
interface Watched {
  readonly command: DownlinkCommand;
  readonly plans: readonly ItemPlan[];
  readonly issuedMs: number;
  /** The concentrator's session when it was issued. */
  readonly session: number;
  /** Each item that went out: what the forwarder first said of it, in time. */
  readonly out: { readonly index: number; said: "nothing" | "accepted" | "refused" | "unreadable" }[];
  readonly answers: (readonly TxStatus[])[];
}

class Referee {
  readonly road: RoadBack;
  readonly watched: Watched[] = [];
  /** By position in road.sent. */
  readonly #owner: { readonly watched: Watched; readonly at: number }[] = [];

  constructor(road: RoadBack) {
    this.road = road;
    road.world.onSend = ({ txpk }) => this.#judgeSent(Buffer.from(String(txpk.data), "base64"));
  }

  command(plan: Extract<Step, { step: "command" }>): void {
    const { clock } = this.road;
    const downlinkId = this.watched.length;
    const items = plan.items.map((item, index) => itemOfPlan(this.road, item, downlinkId, index));
    const command = commandOf(clock, items, {
      coreId: plan.core,
      gatewayEui: EUIS[plan.gateway]!,
      downlinkId,
      arrivedMonotonicMs: clock.monotonicMs() - plan.waitedMs,
      unansweredMs: plan.unansweredMs,
    });
    const watched: Watched = {
      command,
      plans: plan.items,
      issuedMs: clock.monotonicMs(),
      session: sessionOf(this.road),
      out: [],
      answers: [],
    };
    this.watched.push(watched);
    this.road.downlinks.command(command, (ack) => watched.answers.push([...ack.statuses]));
  }

  txAck(back: number, verdict: string): void {
    const at = this.road.sent.length - 1 - back;
    const sent = this.road.sent[at];
    const owner = this.#owner[at];
    if (sent === undefined || owner === undefined) return;
    const out = owner.watched.out[owner.at]!;
    // What comes after the command was answered is too late to count.
    if (out.said === "nothing" && owner.watched.answers.length === 0) {
      out.said = ACCEPTING.includes(verdict)
        ? "accepted"
        : REFUSING.includes(verdict)
          ? "refused"
          : "unreadable";
    }
    this.road.downlinks.txAck(sent.gatewayEui, sent.token, verdict);
  }

  /** Called as the PULL_RESP leaves. */
  #judgeSent(payload: Buffer): void {
    const watched = this.watched[payload.readUInt16BE(0)]!;
    const index = payload[2]!;
    if (watched.answers.length > 0) throw new Error("sent after the command was answered");
    if (watched.command.coreId !== "main") throw new Error("sent for a core that may not transmit");
    const before = watched.out.at(-1);
    if (before !== undefined && before.said !== "refused") throw new Error(`sent again after ${before.said}`);
    if (before !== undefined && before.index >= index) throw new Error("sent out of order");
    this.#judgeFreshness(watched, index);
    watched.out.push({ index, said: "nothing" });
    this.#owner.push({ watched, at: watched.out.length - 1 });
  }

  #judgeFreshness({ command, plans, issuedMs, session }: Watched, index: number): void {
    const plan = plans[index]!;
    const nowMs = this.road.clock.monotonicMs();
    if (plan.timing === "broken") throw new Error("a broken item was sent");
    if (plan.timing !== "delay") {
      if (nowMs - command.arrivedMonotonicMs > 2_000) throw new Error("an old command was sent");
      if (command.unansweredMs > 5_000) throw new Error("a command from a silent connection was sent");
      return;
    }
    const heard = plan.uplink;
    if (heard === undefined) throw new Error("an answer to no uplink was sent");
    const agedMs = heard.ageMs + nowMs - issuedMs;
    if (heard.delayed || !heard.sameBoot) throw new Error("an answer to a replay was sent");
    if (session - heard.sessionsAgo !== this.road.world.session)
      throw new Error("an answer to another session was sent");
    const leftMs = plan.delayMs - agedMs;
    if (leftMs < 50 || leftMs > 512_000) throw new Error(`sent ${leftMs} ms before its moment`);
  }

  judgeEnd(): void {
    let emitted = 0;
    for (const { command, out, answers } of this.watched) {
      const [statuses] = answers;
      if (answers.length !== 1 || statuses === undefined) throw new Error(`${answers.length} answers`);
      if (statuses.length !== command.items.length) throw new Error("not one status per item");
      const accepted = out.filter(({ said }) => said === "accepted").map(({ index }) => index);
      const ok = statuses.flatMap((status, index) => (status === "OK" ? [index] : []));
      if (String(ok) !== String(accepted)) throw new Error(`OK ${ok}, but the forwarder took ${accepted}`);
      if (ok.length > 1) throw new Error("two items of one command on air");
      const ignored = statuses
        .map((status, index) => (status === "IGNORED" ? index : -1))
        .filter((at) => at >= 0);
      const after = ok.length === 0 ? [] : statuses.map((_, index) => index).filter((at) => at > ok[0]!);
      if (String(ignored) !== String(after)) throw new Error(`IGNORED ${ignored}, OK ${ok}`);
      emitted += ok.length;
    }
    const counted = EUIS.map((eui) => this.road.downlinks.takeTxStatistics(eui));
    const told = counted.reduce((sum, { txEmitted }) => sum + txEmitted, 0);
    if (told !== emitted) throw new Error(`${told} told to the statistics, ${emitted} emitted`);
  }
}

function itemOfPlan(road: RoadBack, plan: ItemPlan, downlinkId: number, index: number): DownlinkItem {
  const phyPayload = Buffer.alloc(14);
  phyPayload.writeUInt16BE(downlinkId, 0);
  phyPayload[2] = index;
  if (plan.timing === "broken") return itemOf({ phyPayload, ...plan.fields });
  if (plan.timing !== "delay") {
    const timing: DownlinkTiming =
      plan.timing === "immediately" ? { kind: "immediately" } : { kind: "gpsEpoch", gpsMs: 1_000_000 };
    return itemOf({ phyPayload, timing });
  }
  const { uplink: heard, delayMs } = plan;
  const timing: DownlinkTiming = { kind: "delay", delayMs };
  if (heard === undefined) return itemOf({ phyPayload, timing });
  const context = contextHeard(road.clock, {
    heardMonotonicMs: road.clock.monotonicMs() - heard.ageMs,
    concentratorSession: sessionOf(road) - heard.sessionsAgo,
    delayed: heard.delayed,
    ...(heard.sameBoot ? {} : { kernelBootId: "f".repeat(32) }),
  });
  return itemOf({ phyPayload, timing, context });
}

function sessionOf(road: RoadBack): number {
  return road.world.session ?? SESSION;
}

async function play(road: RoadBack, referee: Referee, one: Step): Promise<void> {
  switch (one.step) {
    case "command":
      return referee.command(one);
    case "txAck":
      return referee.txAck(one.back, one.verdict);
    case "strayTxAck": {
      const eui = EUIS[one.gateway]!;
      if (road.sent.some((sent) => sent.gatewayEui === eui && sent.token === one.token)) return;
      return road.downlinks.txAck(eui, one.token, "");
    }
    case "pass":
      return road.clock.advance(one.ms);
    case "restart":
      road.world.session = sessionOf(road) + 1;
      return;
    case "sessionLost":
      road.world.session = undefined;
      return;
    case "sessionKnown":
      road.world.session = sessionOf(road);
      return;
    case "forwarderGoes":
      road.world.connected = false;
      return;
    case "forwarderComes":
      road.world.connected = true;
      return;
    case "drop":
      return road.downlinks.drop(EUIS[one.gateway]!);
  }
}

test("each command is answered once, at most one of its items goes out, and nothing stale does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40, size: "max" }),
      fc.constantFrom(true, true, true, true, false),
      async (steps, hasTxAck) => {
        const road = roadBack({ hasTxAck });
        const referee = new Referee(road);
        for (const one of steps) {
          await play(road, referee, one);
          for (const eui of EUIS) {
            if (road.downlinks.pendingOf(eui) > PENDING_PER_GATEWAY_MAX) throw new Error("too many wait");
          }
        }
        // Longer than any window and its TX_ACK: 512 s ahead at most, and 1 s.
        await road.clock.advance(520_000);
        if (road.clock.pendingTimers > 0) throw new Error("something waits for ever");
        referee.judgeEnd();
      },
    ),
    { numRuns: process.env.LONG ? 10_000 : 1_000 },
  );
});

/**
 * Goal: the limits of what is in flight to a server behind Semtech UDP, each at its edge.
 * Method: a link that a test plays. What a server makes of it all: test/agent/agent-gwmp.test.ts.
 */
import { describe, expect, test } from "vitest";
import type { LiveUplink } from "../../../agent/downlink/live-uplinks.ts";
import type { Carried, Delivery } from "../../../agent/north/core.ts";
import {
  createGwmpFlight,
  DATAGRAMS_IN_FLIGHT_MAX,
  LATE_DATAGRAMS_MAX,
} from "../../../agent/north/gwmp-flight.ts";
import { REPLAY_OCTETS_MAX } from "../../../agent/north/gwmp-load.ts";
import { TRIES_MAX } from "../../../agent/north/gwmp-tries.ts";
import { LIVE_MS_MAX } from "../../../agent/north/gwmp-waiting.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { carriedOf, GATEWAY_EUI, LORA_RXPK } from "./carried.ts";

interface Sent {
  readonly token: [number, number];
  readonly rxpks: readonly { readonly tmst: number; readonly delayed?: boolean }[];
  readonly octets: number;
  readonly atMs: number;
}

const TIMEOUT_MS = 2_000;
const PRESENT_US = 77_000_000;

function rig() {
  const clock = new WorldClock();
  const sent: Sent[] = [];
  const live: LiveUplink[] = [];
  const counted: string[] = [];
  const link = {
    up: true,
    doubted: false,
    misses: 0,
    turnedAway: 0,
    send: (bytes: Uint8Array) => {
      const datagram = Buffer.from(bytes);
      const { rxpk: rxpks = [] } = JSON.parse(datagram.toString("utf8", 12));
      sent.push({
        token: [datagram[1]!, datagram[2]!],
        rxpks,
        octets: datagram.length,
        atMs: clock.monotonicMs(),
      });
      flight.sent();
      return true;
    },
    answered: () => {
      link.misses = 0;
    },
    missed: () => {
      link.misses += 1;
    },
    turnAway: () => {
      link.turnedAway += 1;
    },
  };
  const flight = createGwmpFlight({
    gatewayEui: GATEWAY_EUI,
    pushAckTimeoutMs: TIMEOUT_MS,
    clock,
    chance: new WorldRng(1).stream("flight"),
    count: (name, reason) => counted.push(`${name} ${reason ?? ""}`.trim()),
    alarms: { raise: () => undefined, clear: () => undefined },
    link,
    version: () => 2,
    presentTmstUs: () => PRESENT_US,
    uplinks: { sent: (uplink) => live.push(uplink) },
  });
  let sequence = 0;
  const send = (
    more: Partial<Carried> = {},
    rxpk: object = LORA_RXPK,
  ): { delivery: Delivery | undefined } => {
    const answer: { delivery: Delivery | undefined } = { delivery: undefined };
    sequence += 1;
    const carried = { ...carriedOf(rxpk, { frame: { sequence } }), ...more };
    void flight.send(carried).then((delivery) => {
      answer.delivery = delivery;
    });
    return answer;
  };
  return { clock, flight, link, sent, live, counted, send };
}

test("what comes in one turn goes in one datagram, what comes in the next in another", async () => {
  const { clock, sent, send } = rig();
  for (let frame = 0; frame < 3; frame++) send();
  await clock.advance(0);
  send();
  await clock.advance(1);
  expect(sent.map(({ rxpks }) => rxpks.length)).toEqual([3, 1]);
});

test("live frames and replays do not share a datagram, and live ones go first", async () => {
  const { clock, sent, live, send } = rig();
  send({ replay: true, ageMs: 60_000 });
  send();
  await clock.advance(1);
  expect(sent.map(({ rxpks }) => rxpks.map(({ tmst }) => tmst))).toEqual([[LORA_RXPK.tmst], [PRESENT_US]]);
  expect(live.map(({ tmstUs }) => tmstUs)).toEqual([LORA_RXPK.tmst]);
});

test(`a frame ${LIVE_MS_MAX} ms old goes live, an older one does not`, async () => {
  const { clock, sent, live, send } = rig();
  send({ ageMs: LIVE_MS_MAX });
  await clock.advance(10);
  send({ ageMs: LIVE_MS_MAX + 1 });
  await clock.advance(10);
  expect(sent.map(({ rxpks }) => rxpks[0]!.delayed)).toEqual([undefined, true]);
  expect(live).toHaveLength(1);
});

test(`at most ${DATAGRAMS_IN_FLIGHT_MAX} are unanswered; what waits goes together in the next`, async () => {
  const { clock, flight, sent, send } = rig();
  for (let frame = 0; frame < DATAGRAMS_IN_FLIGHT_MAX + 5; frame++) {
    send();
    await clock.advance(20);
  }
  expect(sent).toHaveLength(DATAGRAMS_IN_FLIGHT_MAX);
  expect(flight.inFlight).toBe(DATAGRAMS_IN_FLIGHT_MAX + 5);
  flight.acknowledged(sent[0]!.token);
  expect(sent.at(-1)!.rxpks).toHaveLength(5);
});

test("nothing while the link is doubted; what waited goes when it is no more", async () => {
  const { clock, flight, link, sent, send } = rig();
  link.doubted = true;
  expect(flight.slots).toBe(1);
  for (let frame = 0; frame < 4; frame++) {
    send();
    await clock.advance(20);
  }
  expect(sent).toEqual([]);
  link.doubted = false;
  flight.resume();
  await clock.advance(1);
  expect(sent.map(({ rxpks }) => rxpks.length)).toEqual([4]);
});

test("20,000 octets of frames in a datagram, and one frame however long it is", async () => {
  const { clock, sent, send } = rig();
  const long = { ...LORA_RXPK, "x-note": "x".repeat(9_000) };
  for (let frame = 0; frame < 3; frame++) send({}, long);
  const longer = { ...LORA_RXPK, "x-note": "x".repeat(30_000) };
  send({}, longer);
  await clock.advance(100);
  expect(sent.map(({ rxpks }) => rxpks.length)).toEqual([2, 1, 1]);
  expect(sent[0]!.octets).toBeLessThanOrEqual(20_100);
});

test(`replays go in datagrams of ${REPLAY_OCTETS_MAX} octets, which no road cuts to pieces`, async () => {
  const { clock, flight, sent, send } = rig();
  for (let frame = 0; frame < 40; frame++) send({ replay: true, ageMs: 60_000 });
  for (let round = 0; round < 40; round++) {
    await clock.advance(20);
    for (const { token } of [...sent]) flight.acknowledged(token);
  }
  expect(sent.reduce((sum, { rxpks }) => sum + rxpks.length, 0)).toBe(40);
  const octets = sent.map((datagram) => datagram.octets);
  expect(Math.max(...octets)).toBeLessThanOrEqual(REPLAY_OCTETS_MAX);
  // One more would not have gone in.
  expect(octets[0]! + octets[0]! / sent[0]!.rxpks.length).toBeGreaterThan(REPLAY_OCTETS_MAX);
});

test(`a frame is refused when it was sent ${TRIES_MAX} times in vain and others were not; never where nobody's was`, async () => {
  for (const othersPass of [true, false]) {
    const { clock, flight, sent, send } = rig();
    const answers: (Delivery | undefined)[] = [];
    for (let time = 0; time < TRIES_MAX; time++) {
      const carried = carriedOf(LORA_RXPK, { frame: { sequence: 999 }, replay: true });
      void flight.send(carried).then((delivery) => answers.push(delivery));
      await clock.advance(TIMEOUT_MS + 1);
      if (!othersPass) continue;
      send({ replay: true });
      await clock.advance(1);
      flight.acknowledged(sent.at(-1)!.token);
    }
    expect(answers.slice(0, -1)).not.toContain("refused");
    expect(answers.at(-1) === "refused").toBe(othersPass);
  }
});

test("a server that acknowledges stats alone takes nobody's frames: none of them is to blame", async () => {
  const { clock, flight, sent } = rig();
  const answers: (Delivery | undefined)[] = [];
  for (let time = 0; time < 2 * TRIES_MAX; time++) {
    const carried = carriedOf(LORA_RXPK, { frame: { sequence: 999 }, replay: true });
    void flight.send(carried).then((delivery) => answers.push(delivery));
    flight.sendStat("{}");
    flight.acknowledged(sent.at(-1)!.token);
    await clock.advance(TIMEOUT_MS + 1);
  }
  expect(answers).not.toContain("refused");
  expect(answers.at(-1)).toBe("noSubscriber");
});

test("a token that was answered belongs to its next datagram, however many are given up meanwhile", async () => {
  const { clock, flight, sent, counted, send } = rig();
  flight.sendStat("{}");
  const first = sent[0]!.token;
  flight.acknowledged(first);
  // The counter comes round.
  for (let datagram = 0; datagram < 65_535; datagram++) {
    send();
    await clock.advance(2);
    flight.acknowledged(sent.at(-1)!.token);
    sent.length = 0;
  }
  const answer = send();
  await clock.advance(20);
  expect(sent.at(-1)!.token).toEqual(first);
  for (let datagram = 0; datagram < LATE_DATAGRAMS_MAX; datagram++) flight.sendStat("{}");
  flight.acknowledged(first);
  await clock.advance(1);
  expect(answer.delivery).toBe("taken");
  expect(counted).toEqual([]);
});

test("a frame that fits no datagram is refused, not cut", async () => {
  const { clock, sent, send } = rig();
  const answer = send({ replay: true }, { ...LORA_RXPK, "x-note": "x".repeat(65_400) });
  await clock.advance(1);
  expect(answer.delivery).toBe("refused");
  expect(sent).toEqual([]);
});

describe("an acknowledgement", () => {
  test("of a datagram is that of all its frames", async () => {
    const { clock, flight, sent, send } = rig();
    const answers = [send(), send()];
    await clock.advance(1);
    flight.acknowledged(sent[0]!.token);
    await clock.advance(1);
    expect(answers.map(({ delivery }) => delivery)).toEqual(["taken", "taken"]);
    expect(flight.inFlight).toBe(0);
  });

  test("by a token that is not ours is counted and nothing else", async () => {
    const { clock, flight, sent, counted, send } = rig();
    const answer = send();
    await clock.advance(1);
    const [high, low] = sent[0]!.token;
    flight.acknowledged([high, low ^ 1]);
    await clock.advance(1);
    expect(answer.delivery).toBeUndefined();
    expect(counted).toEqual(["coreDatagramRefused unknownToken"]);
  });

  test("that does not come in time is awaited no more; when it comes, the next attempt is taken at once", async () => {
    const { clock, flight, link, sent, send } = rig();
    const answer = send();
    await clock.advance(TIMEOUT_MS - 1);
    expect(answer.delivery).toBeUndefined();
    await clock.advance(1);
    expect(answer.delivery).toBe("closed");
    expect(link.misses).toBe(1);
    flight.acknowledged(sent[0]!.token);
    const again = carriedOf(LORA_RXPK, { frame: { sequence: 1 }, ageMs: 5_000, replay: true });
    expect(await flight.send(again)).toBe("taken");
    expect(sent).toHaveLength(1);
  });

  test(`of the last ${LATE_DATAGRAMS_MAX} that were given up still counts, of older ones no more`, async () => {
    const { clock, flight, sent, counted, send } = rig();
    for (let frame = 0; frame <= LATE_DATAGRAMS_MAX; frame++) {
      send();
      await clock.advance(TIMEOUT_MS + 1);
    }
    flight.acknowledged(sent[0]!.token);
    expect(counted.at(-1)).toBe("coreDatagramRefused unknownToken");
    counted.length = 0;
    flight.acknowledged(sent[1]!.token);
    expect(counted).toEqual([]);
  });

  test("slower than the patience lengthens it, to four round trips", async () => {
    const { clock, flight, sent, send } = rig();
    send();
    await clock.advance(1_500);
    flight.acknowledged(sent[0]!.token);
    const answer = send();
    await clock.advance(4 * 1_500 - 1);
    expect(answer.delivery).toBeUndefined();
    await clock.advance(1);
    expect(answer.delivery).toBe("closed");
  });
});

test("a frame that was sent in vain goes alone, and not live again", async () => {
  const { clock, flight, sent, live, send } = rig();
  send();
  await clock.advance(TIMEOUT_MS);
  const again = carriedOf(LORA_RXPK, { frame: { sequence: 1 } });
  void flight.send(again);
  send({ replay: true });
  send({ replay: true });
  await clock.advance(1);
  expect(sent.map(({ rxpks }) => rxpks.length)).toEqual([1, 1, 2]);
  expect(sent[1]!.rxpks[0]!.delayed).toBe(true);
  expect(live).toHaveLength(1);
});

test("when the link is lost all in flight and all that waits is closed, and nothing is sent on it", async () => {
  const { clock, flight, link, sent, send } = rig();
  const answers = Array.from({ length: 12 }, () => send());
  await clock.advance(0);
  link.up = false;
  flight.lost();
  await clock.advance(60_000);
  expect(new Set(answers.map(({ delivery }) => delivery))).toEqual(new Set(["closed"]));
  expect(sent).toHaveLength(1);
  expect(await flight.send(carriedOf())).toBe("closed");
  expect([flight.slots, flight.inFlight]).toEqual([0, 0]);
});

test("a stat goes beside the frames, and its acknowledgement takes nothing", async () => {
  const { clock, flight, link, sent } = rig();
  expect(flight.sendStat('{"rxnb":1}')).toBe(true);
  flight.acknowledged(sent[0]!.token);
  await clock.advance(TIMEOUT_MS);
  expect(link.misses).toBe(0);
  link.up = false;
  expect(flight.sendStat('{"rxnb":1}')).toBe(false);
});

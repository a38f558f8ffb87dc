/** One socket to one server: what is asked, and which answer is one. The server is played by the test. */
import { expect, test } from "vitest";
import { AgentError } from "../../../agent/errors.ts";
import type { Downward } from "../../../agent/lorawan/gwmp.ts";
import { createGwmpAttempt, type LinkFault } from "../../../agent/north/gwmp-attempt.ts";
import { WorldClock } from "../../../simulator/world/clock.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import { GATEWAY_EUI } from "./carried.ts";

const [PUSH_DATA, PUSH_ACK, PULL_DATA, PULL_ACK] = [0, 1, 2, 4];

function rig(more: { first?: "pull" | "push"; isAlive?: boolean; isOld?: boolean; noRoad?: boolean } = {}) {
  const clock = new WorldClock();
  const sent: Buffer[] = [];
  const said: Downward[] = [];
  const faults: LinkFault[] = [];
  const seen = { answered: 0, refused: 0 };
  let hear = (_bytes: Buffer): void => undefined;
  let refuse = (): void => undefined;
  const attempt = createGwmpAttempt({
    first: more.first ?? "pull",
    address: async () => ({ to: { host: "10.0.0.5", port: 1700 }, isOld: more.isOld ?? false }),
    gatewayEui: GATEWAY_EUI,
    udp: {
      connect: async (_to, onDatagram, onRefused) => {
        if (more.noRoad) throw new AgentError("UDP_BIND", "no road");
        hear = onDatagram;
        refuse = onRefused;
        return { send: (bytes) => sent.push(Buffer.from(bytes)), close: async () => undefined };
      },
    },
    clock,
    chance: new WorldRng(1).stream("attempt"),
    count: () => undefined,
    forwarderIsAlive: () => more.isAlive ?? true,
    version: () => 2,
    onAnswered: () => {
      seen.answered += 1;
    },
    onSaid: (_attempt, what) => said.push(what),
    onRefused: () => {
      seen.refused += 1;
    },
    onSent: () => undefined,
  });
  /** An answer to the newest datagram of ours. */
  const answer = (kind: number, at = -1): void => {
    const [version, high, low] = sent.at(at)!;
    hear(Buffer.from([version!, high!, low!, kind]));
  };
  const kinds = (): number[] => sent.map((bytes) => bytes[3]!);
  return { attempt, clock, sent, said, faults, seen, answer, kinds, refuse: () => refuse() };
}

test("it asks by PULL_DATA while the forwarder lives, and by an empty PUSH_DATA while it does not", async () => {
  const asked = async (more: Parameters<typeof rig>[0]) => {
    const { attempt, kinds } = rig(more);
    await attempt.open();
    attempt.knock(() => undefined);
    return kinds();
  };
  expect(await asked({})).toEqual([PULL_DATA]);
  expect(await asked({ first: "push" })).toEqual([PUSH_DATA]);
  expect(await asked({ isAlive: false })).toEqual([PUSH_DATA]);
});

test("an ask keeps its token until it is answered, and counts PULL_DATAs in vain; then both are said", async () => {
  const { attempt, sent, kinds, answer, seen } = rig();
  await attempt.open();
  for (let ask = 0; ask < 6; ask++) attempt.ask();
  expect(new Set(sent.map((bytes) => bytes.toString("hex", 1, 3))).size).toBe(1);
  expect(kinds()).toEqual([...new Array(5).fill(PULL_DATA), PUSH_DATA, PULL_DATA]);
  expect(attempt.silentPulls).toBe(6);
  answer(PUSH_ACK);
  expect([seen.answered, attempt.asking, attempt.silentPulls]).toEqual([1, false, 6]);
  // Its other answer is none any more, but tells of the road down.
  answer(PULL_ACK);
  expect([seen.answered, attempt.silentPulls]).toEqual([1, 0]);
});

test("a PUSH_ACK of frames is no answer to a PULL_DATA that has the same token", async () => {
  const { attempt, said, answer, seen } = rig();
  await attempt.open();
  attempt.ask();
  answer(PUSH_ACK);
  expect([seen.answered, attempt.asking]).toEqual([0, true]);
  expect(said.map(({ kind }) => kind)).toEqual(["pushAck"]);
  answer(PULL_ACK);
  expect([seen.answered, attempt.asking]).toEqual([1, false]);
});

test("one PULL_DATA may be lost: it is said three times before nobody is there", async () => {
  const { attempt, clock, faults, kinds, answer, seen } = rig();
  await attempt.open();
  attempt.knock((fault) => faults.push(fault));
  await clock.advance(4_500);
  expect(kinds()).toEqual([PULL_DATA, PULL_DATA, PULL_DATA]);
  answer(PULL_ACK);
  await clock.advance(60_000);
  expect([faults, seen.answered, kinds().length]).toEqual([[], 1, 3]);
});

test("nobody there: said once, 5 s after the first ask, by why it may be", async () => {
  for (const isOld of [true, false]) {
    const { attempt, clock, faults } = rig({ isOld });
    await attempt.open();
    attempt.knock((fault) => faults.push(fault));
    await clock.advance(4_999);
    expect(faults).toEqual([]);
    await clock.advance(60_000);
    expect(faults).toEqual([isOld ? "noAddress" : "unanswered"]);
  }
  expect(await rig({ noRoad: true }).attempt.open()).toBe("noRoute");
});

test("after its end it says and hears nothing", async () => {
  const { attempt, clock, faults, answer, seen, refuse } = rig();
  await attempt.open();
  attempt.knock((fault) => faults.push(fault));
  attempt.end();
  answer(PULL_ACK);
  refuse();
  await clock.advance(60_000);
  expect([faults, seen]).toEqual([[], { answered: 0, refused: 0 }]);
});

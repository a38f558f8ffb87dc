import { expect, test } from "vitest";
import { frameWords } from "../../../../agent/web/page/frame-words.ts";
import { createSeen, isUplink, ROWS_MAX } from "../../../../agent/web/page/seen.ts";
import { speaking } from "../../../../agent/web/page/voice.ts";
import { EUI, madeUpFrame, madeUpStatus, madeUpUplink } from "../made-up-gateway.ts";

const VOICE = speaking("en");

function stateOf(...events: Parameters<ReturnType<typeof createSeen>["takeFrames"]>[0]["events"]): string {
  const seen = createSeen();
  seen.takeFrames({ events, left: 0 });
  return frameWords(seen.rows[0]!, VOICE).state;
}

const UPLINK = madeUpUplink(1, 0);
const CUSTODY = { kind: "custody", wallMs: 0, gatewayEui: EUI, sequence: 1 } as const;
const DELIVERED = { kind: "delivered", wallMs: 0, gatewayEui: EUI, sequence: 1, replay: false } as const;

test.each([
  ["heard", [UPLINK]],
  ["kept", [UPLINK, { ...CUSTODY, outcome: "held" }]],
  [
    "given up",
    [UPLINK, { ...DELIVERED, coreId: "a", delivery: "taken" }, { ...CUSTODY, outcome: "givenUp" }],
  ],
  [
    "taken by a, not taken by b: noSubscriber",
    [
      UPLINK,
      { ...DELIVERED, coreId: "a", delivery: "taken" },
      { ...DELIVERED, coreId: "b", delivery: "noSubscriber" },
    ],
  ],
  [
    "taken by a",
    [
      UPLINK,
      { ...DELIVERED, coreId: "a", delivery: "closed" },
      { ...DELIVERED, coreId: "a", delivery: "taken" },
    ],
  ],
  ["repeat", [{ ...UPLINK, verdict: "repeat" }]],
  ["not kept: noCore", [{ ...UPLINK, verdict: "refused", reason: "noCore" }]],
  ["heard", [UPLINK, { ...DELIVERED, gatewayEui: "0000000000000000", coreId: "a", delivery: "taken" }]],
] as const)("a frame is %s", (said, events) => {
  expect(stateOf(...events)).toBe(said);
});

test("what is kept is bounded, the oldest goes, and what still comes for it is for nobody", () => {
  const seen = createSeen();
  for (let frame = 0; frame < ROWS_MAX + 10; frame++)
    seen.takeFrames({ events: [madeUpFrame(frame, 0)[0]!], left: 1 });
  expect([seen.rows.length, seen.count, seen.left]).toEqual([ROWS_MAX, ROWS_MAX + 10, ROWS_MAX + 10]);
  seen.takeFrames({ events: [madeUpFrame(3, 0)[1]!, madeUpFrame(ROWS_MAX, 0)[1]!], left: 0 });
  const taken = seen.rows.filter(isUplink).filter(({ cores }) => cores.size > 0);
  expect(taken.map(({ event }) => event.sequence)).toEqual([ROWS_MAX]);
});

test("a fix is counted once while it stays where it is", () => {
  const seen = createSeen();
  const { gnss } = madeUpStatus().field;
  const say = (latitudeDeg: number): void =>
    seen.takeStatus({
      field: { gnss: { ...gnss, fix: { ...gnss!.fix!, position: { latitudeDeg, longitudeDeg: 1 } } } },
    } as never);
  for (const latitudeDeg of [1, 1, 2, 1]) say(latitudeDeg);
  expect(seen.fixes.map(({ latitudeDeg }) => latitudeDeg)).toEqual([1, 2, 1]);
});

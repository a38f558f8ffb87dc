/**
 * Goal: what a gateway heard reaches its core, each device's frames in order, and nothing waits for ever.
 * Method: the real courier and the real journal in the world; the core answers as each test says, time is moved.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClockState } from "../../../agent/frame/frame.ts";
import type { Delivery } from "../../../agent/north/core.ts";
import { type CourierRig, courierRig, deviceName } from "./courier-rig.ts";

const fCntsOf = (rig: CourierRig, device: number): number[] =>
  rig.sent.filter((sent) => sent.device === deviceName(device)).map(({ fCnt }) => fCnt);

describe("live frames", () => {
  test("go out at once, in the order they were heard, with no pause between them", async () => {
    const rig = await courierRig();
    rig.up();
    for (let fCnt = 1; fCnt <= 5; fCnt++) rig.hear(1, fCnt);
    await rig.clock.advance(0);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3, 4, 5]);
    expect(rig.sent.every(({ replay }) => !replay)).toBe(true);
    expect(rig.journal.stats()).toMatchObject({ memoryFrames: 0, storedTotal: 0 });
  });

  test("beyond the slots wait their turn, and none is forgotten", async () => {
    const rig = await courierRig();
    rig.slots = 2;
    rig.answer = () => undefined;
    rig.up();
    for (let device = 1; device <= 5; device++) rig.hear(device, 1);
    await rig.clock.advance(100);
    expect(rig.sent).toHaveLength(2);
    rig.answer = () => "taken";
    for (const sent of [...rig.sent]) sent.answer("taken");
    await rig.clock.advance(1_000);
    expect(new Set(rig.sent.map(({ device }) => device)).size).toBe(5);
    expect(rig.sent).toHaveLength(5);
  });
});

describe("after an outage", () => {
  test("each device's stored frames go oldest first, one at a time, half a second apart", async () => {
    const rig = await courierRig();
    for (let fCnt = 1; fCnt <= 4; fCnt++) {
      rig.hear(1, fCnt);
      await rig.clock.advance(10_000);
    }
    rig.up();
    await rig.clock.advance(5_000);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3, 4]);
    const gapsMs = rig.sent.slice(1).map((sent, i) => sent.atMs - rig.sent[i]!.atMs);
    expect(gapsMs.every((gapMs) => gapMs >= 500 && gapMs < 600)).toBe(true);
    expect(rig.sent.every(({ replay }) => replay)).toBe(true);
    expect(rig.journal.stats().storedFrames).toBe(0);
  });

  test("devices do not wait for each other", async () => {
    const rig = await courierRig();
    for (let device = 1; device <= 20; device++) for (let fCnt = 1; fCnt <= 3; fCnt++) rig.hear(device, fCnt);
    await rig.clock.advance(60_000);
    rig.up();
    // One after the other it would take half a minute.
    await rig.clock.advance(3_500);
    for (let device = 1; device <= 20; device++) expect(fCntsOf(rig, device)).toEqual([1, 2, 3]);
  });

  test("a live frame of a device with stored frames waits in its lane; one of another device does not", async () => {
    const rig = await courierRig();
    rig.hear(1, 1);
    rig.hear(1, 2);
    await rig.clock.advance(10_000);
    rig.up();
    await rig.clock.advance(10);
    rig.hear(1, 3);
    rig.hear(2, 9);
    await rig.clock.advance(0);
    expect(rig.sent.map(({ fCnt }) => fCnt)).toEqual([1, 9]);
    await rig.clock.advance(2_000);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3]);
  });

  test("frames in flight when the connection ended go again, in order, before what came later", async () => {
    const rig = await courierRig();
    rig.answer = () => undefined;
    rig.up();
    for (let fCnt = 1; fCnt <= 3; fCnt++) rig.hear(1, fCnt);
    await rig.clock.advance(5_000);
    rig.down();
    rig.hear(1, 4);
    await rig.clock.advance(5_000);
    rig.sent.length = 0;
    rig.answer = () => "taken";
    rig.up();
    await rig.clock.advance(5_000);
    expect(fCntsOf(rig, 1)).toEqual([1, 2, 3, 4]);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, memoryFrames: 0 });
  });
});

describe("joins", () => {
  test("die when an answer could no longer reach the device: 5 s less the round trip and 300 ms", async () => {
    const rig = await courierRig();
    rig.join("70b3d50000000001");
    await rig.clock.advance(4_599);
    rig.up();
    await rig.clock.advance(0);
    expect(rig.sent).toHaveLength(1);
    expect(rig.sent[0]!.carried.expiresInMs).toBeCloseTo(1, 5);

    const late = await courierRig();
    late.join("70b3d50000000001");
    await late.clock.advance(4_600);
    late.up();
    await late.clock.advance(1_000);
    expect(late.sent).toHaveLength(0);
    expect(late.counters.get("frameDropped", "joinExpired")).toBe(1);
    expect(late.journal.stats()).toMatchObject({ storedFrames: 0, memoryFrames: 0 });
  });

  test("held back by their forwarder, or in flight when the connection ended, are not sent again", async () => {
    const rig = await courierRig();
    rig.up();
    rig.join("70b3d50000000001", { delayed: true });
    rig.answer = () => undefined;
    rig.join("70b3d50000000002");
    await rig.clock.advance(100);
    expect(rig.sent.map(({ device }) => device)).toEqual(["70b3d50000000002"]);
    rig.down();
    rig.up();
    await rig.clock.advance(1_000);
    expect(rig.sent).toHaveLength(1);
    expect(rig.counters.get("frameDropped", "joinExpired")).toBe(2);
  });
});

describe("a core that does not take", () => {
  test("frames without subscriber are kept, tried again ever more slowly, and delivered when one comes", async () => {
    const rig = await courierRig();
    rig.answer = () => "noSubscriber";
    rig.up();
    for (let device = 1; device <= 50; device++) rig.hear(device, 1);
    await rig.clock.advance(10 * 60_000);
    expect(rig.journal.stats().storedFrames).toBe(50);
    expect(rig.sent.length).toBeLessThan(50 + 30);
    rig.answer = () => "taken";
    rig.sent.length = 0;
    await rig.clock.advance(40_000);
    expect(new Set(rig.sent.map(({ device }) => device)).size).toBe(50);
    expect(rig.journal.stats().storedFrames).toBe(0);
  });

  test("a frame that is refused three times while others pass is set aside, and its lane goes on", async () => {
    const rig = await courierRig();
    rig.answer = ({ device, fCnt }) => (device === deviceName(1) && fCnt === 1 ? "refused" : "taken");
    rig.up();
    rig.hear(1, 1);
    for (let round = 0; round < 20; round++) {
      rig.hear(2, round);
      await rig.clock.advance(2_000);
    }
    rig.hear(1, 2);
    await rig.clock.advance(2_000);
    // It meets a refusal with nothing passing in between, too, and those do not count.
    expect(fCntsOf(rig, 1).filter((fCnt) => fCnt === 1).length).toBeLessThanOrEqual(6);
    expect(fCntsOf(rig, 1).at(-1)).toBe(2);
    expect(fCntsOf(rig, 2)).toHaveLength(20);
    expect(rig.courier.status().setAside).toBe(1);
    expect(rig.journal.stats()).toMatchObject({ asideTotal: 1 });
  });

  test("a frame on which the connection ends at once is found, and its neighbours are not blamed", async () => {
    const rig = await courierRig();
    rig.answer = ({ device, fCnt }) => {
      if (device !== deviceName(7) || fCnt !== 1) return "taken";
      rig.clock.after(50, () => rig.down());
      rig.clock.after(1_500, () => rig.up());
      return undefined;
    };
    rig.up();
    rig.hear(7, 1);
    rig.hear(7, 2);
    for (let round = 0; round < 20; round++) {
      rig.hear(8, round);
      await rig.clock.advance(2_000);
    }
    expect(rig.courier.status().setAside).toBe(1);
    expect(fCntsOf(rig, 7).at(-1)).toBe(2);
    expect(fCntsOf(rig, 8)).toEqual(expect.arrayContaining(Array.from({ length: 20 }, (_, i) => i)));
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, asideTotal: 1 });
  });

  test("a join that was refused twice and has died leaves no suspicion behind: everybody flies again", async () => {
    const rig = await courierRig();
    rig.slots = 16;
    rig.answer = ({ device }) => (device === "70b3d50000000001" ? "refused" : "taken");
    rig.up();
    rig.hear(1, 1);
    await rig.clock.advance(100);
    rig.join("70b3d50000000001");
    await rig.clock.advance(700);
    rig.hear(2, 2);
    await rig.clock.advance(20_000);
    rig.hear(3, 3);
    await rig.clock.advance(100);
    rig.answer = () => undefined;
    for (let device = 100; device < 116; device++) rig.hear(device, 1);
    await rig.clock.advance(500);
    expect(rig.courier.status().inFlight).toBe(16);
  });

  test("when everything is refused no frame is blamed, and none is lost", async () => {
    const rig = await courierRig();
    rig.answer = () => "refused";
    rig.up();
    for (let device = 1; device <= 5; device++) rig.hear(device, 1);
    await rig.clock.advance(10 * 60_000);
    expect(rig.courier.status().setAside).toBe(0);
    rig.answer = () => "taken";
    await rig.clock.advance(60_000);
    expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, asideTotal: 0 });
  });
});

/** What may happen to a courier, drawn by chance. */
type Event =
  | { readonly kind: "hear"; readonly device: number; readonly repetition: boolean }
  | { readonly kind: "up" | "down" | "restart" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "step"; readonly byMs: number }
  | { readonly kind: "clock"; readonly state: ClockState }
  | { readonly kind: "echoes"; readonly echoes: boolean }
  | { readonly kind: "plan"; readonly aheadMs: number; readonly outageMs: number; readonly k: number }
  | { readonly kind: "answers"; readonly delivery: Delivery | undefined };

const of = <K extends string, R extends object>(kind: K, rest: { [F in keyof R]: fc.Arbitrary<R[F]> }) =>
  fc.record({ kind: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<{ kind: K } & R>;

const eventOf: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: of("hear", { device: fc.integer({ min: 1, max: 4 }), repetition: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("up" as const, "down" as const, "restart" as const) }),
  },
  {
    weight: 4,
    arbitrary: of("wait", {
      ms: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 400_000 })),
    }),
  },
  {
    weight: 2,
    arbitrary: of("answers", {
      delivery: fc.constantFrom<Delivery | undefined>("taken", "taken", "noSubscriber", undefined),
    }),
  },
  {
    weight: 1,
    arbitrary: of("plan", {
      aheadMs: fc.integer({ min: -30 * 60_000, max: 20 * 60_000 }),
      outageMs: fc.integer({ min: 60_000, max: 100 * 3_600_000 }),
      k: fc.constantFrom(60, 150, 300),
    }),
  },
  { weight: 1, arbitrary: of("step", { byMs: fc.integer({ min: -10 * 3_600_000, max: 10 * 3_600_000 }) }) },
  {
    weight: 1,
    arbitrary: of("clock", {
      state: fc.constantFrom<ClockState>("gps", "synchronised", "unsynchronised"),
    }),
  },
  { weight: 1, arbitrary: of("echoes", { echoes: fc.boolean() }) },
);

/** The longest that the rules of the drain can hold a frame, and some time for the lanes. */
const IN_THE_END_MS = 4 * 3_600_000;

test.each([
  ["lane by lane", { pairing: false }],
  ["on an axis", { pairing: true }],
  ["on an axis that it may propose, with a late topic", { pairing: true, mayPropose: true, late: true }],
])(
  "%s: whatever happens, every frame arrives in the end, and each device's in order",
  async (_how, settings) => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventOf, { maxLength: 60 }), async (events) => {
        const rig = await courierRig(settings);
        const heard = new Map<number, number>();
        const takenFCnts = new Map<string, number[]>();
        let delivery: Delivery | undefined = "taken";
        let isUp = false;
        rig.answer = (sent) => {
          if (delivery === "taken")
            takenFCnts.set(sent.device, [...(takenFCnts.get(sent.device) ?? []), sent.fCnt]);
          return delivery;
        };
        for (const event of events) {
          if (event.kind === "hear") {
            const known = heard.get(event.device) ?? 0;
            const isRepetition = event.repetition && known > 0;
            const fCnt = isRepetition ? known : known + 1;
            heard.set(event.device, fCnt);
            rig.hear(event.device, fCnt, { repetition: isRepetition });
          } else if (event.kind === "wait") await rig.clock.advance(event.ms);
          else if (event.kind === "answers") delivery = event.delivery;
          else if (event.kind === "step") rig.clock.stepWall(event.byMs);
          else if (event.kind === "clock") rig.clockState = event.state;
          else if (event.kind === "echoes") rig.echoes = event.echoes;
          else if (event.kind === "plan") {
            const t0Ms = rig.clock.wallMs() + event.aheadMs;
            rig.plan({ t0Ms, tFromMs: t0Ms - event.outageMs, k: event.k, by: "x", ratePerS: undefined });
          } else if (event.kind === "restart") {
            isUp = false;
            rig.restart();
          } else if ((event.kind === "up") !== isUp) {
            isUp = event.kind === "up";
            if (isUp) rig.up();
            else rig.down();
          }
        }
        if (isUp) rig.down();
        delivery = "taken";
        rig.up();
        await rig.clock.advance(IN_THE_END_MS);
        for (const [device, count] of heard) {
          const taken = takenFCnts.get(deviceName(device)) ?? [];
          const firstTimes = taken.filter((fCnt, i) => taken.indexOf(fCnt) === i);
          expect(firstTimes).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        }
        expect(rig.journal.stats()).toMatchObject({ storedFrames: 0, memoryFrames: 0, asideTotal: 0 });
        expect(rig.courier.status()).toMatchObject({ lanesBehind: 0, inFlight: 0 });
      }),
      { numRuns: process.env.LONG ? 1_000 : 40 },
    );
  },
);

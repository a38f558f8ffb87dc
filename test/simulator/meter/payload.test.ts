import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readW1, W1_FPORT, type W1Reading, w1ReadingAt, writeW1 } from "../../../simulator/meter/payload.ts";
import { createWater, drawHousehold } from "../../../simulator/meter/water.ts";
import { WorldRng } from "../../../simulator/world/rng.ts";
import meters from "../../vectors/meters.json" with { type: "json" };

interface Vector {
  readonly id: string;
  readonly vendor: string;
  readonly fPort: number;
  readonly bytes: string;
  readonly expected: { readonly data?: Published; readonly errors?: readonly string[] };
}
interface Published {
  readonly lastLogTime: string;
  readonly lastVolume: number;
  readonly firstLogTime: string;
  readonly firstLogVolume: number;
  readonly deltaVolumes: readonly (number | string)[];
}

const w1 = (meters.vectors as unknown as Vector[]).filter(
  ({ vendor, fPort, bytes }) => vendor === "axioma" && fPort === W1_FPORT && bytes.length === 94,
);
const good = w1.filter(({ expected }) => expected.errors?.length === 0);
const corrupted = w1.filter(({ expected }) => (expected.errors?.length ?? 0) > 0);
const octets = (hex: string) => Buffer.from(hex, "hex");

describe("the payload of the Qalcosonic W1", () => {
  test("two real uplinks and a corrupted one are at hand", () => {
    expect([good.length, corrupted.length]).toEqual([2, 1]);
  });

  test.each(good)("$id: is read as the public decoders read it", ({ bytes, expected }) => {
    const read = readW1(octets(bytes));
    if (!read.ok) throw new Error(read.fault);
    const { lastLogTime, lastVolume, firstLogTime, firstLogVolume, deltaVolumes } = expected.data!;
    const cut = deltaVolumes.findIndex((delta) => typeof delta === "string");
    expect(cut).toBeGreaterThan(3);
    expect({ ...read.value, hourlyLitres: read.value.hourlyLitres.slice(0, cut) }).toEqual({
      timeS: Date.parse(lastLogTime) / 1_000,
      status: 0,
      litres: lastVolume,
      logTimeS: Date.parse(firstLogTime) / 1_000,
      logLitres: firstLogVolume,
      hourlyLitres: deltaVolumes.slice(0, cut),
    });
    expect(read.value.hourlyLitres).toHaveLength(15);
  });

  test.each(good)("$id: is written octet by octet", ({ bytes }) => {
    const read = readW1(octets(bytes));
    if (!read.ok) throw new Error(read.fault);
    expect(writeW1(read.value).toString("hex")).toBe(bytes);
  });

  test.each(corrupted)("$id: is refused", ({ bytes }) => {
    expect(readW1(octets(bytes))).toEqual({ ok: false, fault: "implausible" });
  });

  test.each([46, 48])("%d octets are another kind of uplink", (length) => {
    expect(readW1(Buffer.alloc(length))).toEqual({ ok: false, fault: "wrongLength" });
  });

  const whole: W1Reading = {
    timeS: 15 * 3_600,
    status: 0,
    litres: 115,
    logTimeS: 0,
    logLitres: 100,
    hourlyLitres: Array.from({ length: 15 }, () => 1),
  };
  test.each([
    ["as it should be", {}, true],
    ["an index below what was logged", { litres: 114 }, false],
    ["hours that have not passed yet", { timeS: 15 * 3_600 - 1 }, false],
    ["a log that starts between hours", { logTimeS: 1, timeS: 16 * 3_600 }, false],
  ])("%s", (_what, changed, ok) => {
    expect(readW1(writeW1({ ...whole, ...changed })).ok).toBe(ok);
  });

  test("what a household's meter says comes back whole, at any time", () => {
    const fromMs = Date.UTC(2026, 0, 1);
    const water = createWater(drawHousehold(new WorldRng(3).stream("water"), fromMs));
    fc.assert(
      fc.property(fc.nat(400 * 86_400_000), (laterMs) => {
        const reading = w1ReadingAt(water, fromMs + laterMs);
        expect(readW1(writeW1(reading))).toEqual({ ok: true, value: reading });
        expect(reading.litres).toBe(water.litresAt(Math.floor((fromMs + laterMs) / 1_000) * 1_000));
      }),
    );
  });
});

import { expect, test } from "vitest";
import { FATE_CHARS } from "../../../agent/technician/fate.ts";
import { frameRow, headRow } from "../../../agent/technician/frame-row.ts";
import { makeWords } from "../../../agent/technician/words.ts";
import { BENCH_TEXTS } from "../../../agent/text/bench.ts";
import { makeText } from "../../../agent/text/text.ts";

test("every fate fits the last of 80 columns, in both languages", () => {
  const fates = Object.entries(BENCH_TEXTS).filter(([key]) => key.startsWith("fate."));
  for (const [key, { en, fr }] of fates)
    expect(Math.max(en.length, fr.length), key).toBeLessThanOrEqual(FATE_CHARS);
});

test.each(["en", "fr"] as const)(
  "the widest frame there is fills 80 columns and no more (%s)",
  (language) => {
    const t = makeText(language);
    const header = { mType: "rejoinRequest", devEui: "70b3d57ed0001234", fCnt: 65_535, fPort: 255 } as const;
    const sight = {
      wallMs: 0,
      header,
      rssiDbm: -139.6,
      snrDb: -21.25,
      spreadingFactor: 12,
      frequencyHz: 869_525_000,
    };
    const row = frameRow({ ...sight, sizeOctets: 255 }, "x".repeat(FATE_CHARS), makeWords(t), 80);
    expect(row).toHaveLength(80);
    expect(row).toContain("-140");
    expect(row).toMatch(/x{9}$/);
    expect(headRow(t, 80).length).toBeLessThanOrEqual(80);
    expect(headRow(t, 12)).toHaveLength(12);
  },
);

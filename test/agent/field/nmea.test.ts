/** NMEA sentences and epochs. Octets by others: the manufacturers' and gpsd's own examples. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEpochs } from "../../../agent/field/epoch.ts";
import { readSentence, type Sentence, unrolled } from "../../../agent/field/nmea.ts";
import { epochLines, sentence } from "./nmea-lines.ts";

function read(line: string): Sentence {
  const found = readSentence(line);
  if (!found.ok) throw new Error(found.fault);
  return found.value;
}

/** Octets, and what they mean, by others. */
const KNOWN = [
  {
    source: "NMEA 0183, as quoted by Dale DePriest and gpsd",
    line: "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47",
    value: { kind: "gga", time: "123519", quality: 1, satellites: 8, hdop: 0.9, altitudeM: 545.4 },
    place: [48.1173, 11.516667],
  },
  {
    source: "NMEA 0183, as quoted by Dale DePriest and gpsd",
    line: "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A",
    value: { kind: "rmc", valid: true, wallMs: Date.UTC(1994, 2, 23, 12, 35, 19) },
    place: [48.1173, 11.516667],
  },
  {
    source: "NMEA 0183, as quoted by Dale DePriest and gpsd",
    line: "$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39",
    value: { kind: "gsa", fix: "3d", hdop: 1.3 },
  },
  {
    source: "NMEA 0183, as quoted by Dale DePriest and gpsd",
    line: "$GPGSV,2,1,08,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,45*75",
    value: { kind: "gsv", talker: "GP", inView: 8, signal: "" },
  },
  {
    source: "SiRF NMEA Reference Manual",
    line: "$GPGGA,161229.487,3723.2475,N,12158.3416,W,1,07,1.0,9.0,M,,,,0000*18",
    value: { kind: "gga", time: "161229.487", satellites: 7, hdop: 1, altitudeM: 9 },
    place: [37.387458, -121.97236],
  },
] as const;

describe("a sentence", () => {
  test.each(KNOWN)("is read as its source has it: $line", ({ line, value, ...rest }) => {
    const found = read(line);
    expect(found).toMatchObject(value);
    if (!("place" in rest) || !("position" in found)) return;
    expect(found.position?.latitudeDeg).toBeCloseTo(rest.place[0], 5);
    expect(found.position?.longitudeDeg).toBeCloseTo(rest.place[1], 5);
  });

  test.each(["GP", "GN", "GL", "GA", "GB", "BD", "QZ"])("may come from the talker %s", (talker) => {
    expect(read(sentence(`${talker}GGA,000001,,,,,0,00,,,M,,M,,`))).toMatchObject({
      kind: "gga",
      quality: 0,
    });
  });

  test("without a fix has empty fields, which are not known and no fault", () => {
    expect(read(sentence("GNGGA,,,,,,0,00,99.99,,,,,,"))).toEqual({
      kind: "gga",
      time: undefined,
      quality: 0,
      satellites: 0,
      hdop: undefined,
      position: undefined,
      altitudeM: undefined,
    });
    expect(read(sentence("GNRMC,,V,,,,,,,,,,N"))).toMatchObject({ valid: false, wallMs: undefined });
  });

  test.each([
    ["an estimate", "E"],
    ["entered by hand", "M"],
    ["a simulator's", "S"],
  ])("%s is no fix, whatever its status says", (_what, mode) => {
    const line = sentence(`GPRMC,123519,A,4807.038,N,01131.000,E,,,230394,,,${mode}`);
    expect(read(line)).toMatchObject({ valid: false });
  });

  test.each([
    ["no sentence", "hello", "noSentence"],
    ["cut before its checksum", KNOWN[0].line.slice(0, -3), "cut"],
    ["cut within its checksum", KNOWN[0].line.slice(0, -1), "cut"],
    ["another figure than was sent", KNOWN[0].line.replace("123519", "123518"), "checksum"],
    ["a kind that we do not read", sentence("GPVTG,,T,,M,0.0,N,0.0,K"), "other"],
    ["a maker's own", sentence("PUBX,00,1"), "other"],
    ["letters where a figure must be", sentence("GPGGA,123519,,,,,x,08,0.9,,M,,M,,"), "field"],
    ["an hour that is none", sentence("GPGGA,243519,,,,,0,08,0.9,,M,,M,,"), "field"],
    ["minutes beyond sixty", sentence("GPGGA,123519,4860.0,N,01131.0,E,1,08,0.9,,M,,M,,"), "field"],
    ["a latitude beyond the pole", sentence("GPGGA,123519,9107.0,N,01131.0,E,1,08,0.9,,M,,M,,"), "field"],
    ["a hemisphere that is none", sentence("GPGGA,123519,4807.0,Q,01131.0,E,1,08,0.9,,M,,M,,"), "field"],
    ["half a position", sentence("GPGGA,123519,4807.0,N,,,1,08,0.9,,M,,M,,"), "field"],
  ] as const)("%s is a fault of its own", (_what, line, fault) => {
    expect(readSentence(line)).toEqual({ ok: false, fault });
  });

  test("that follows the rest of a line that was cut is read", () => {
    expect(read(`$GPGGA,1235${KNOWN[1].line}`)).toMatchObject({ kind: "rmc", valid: true });
  });

  test("of any octets never throws, and no flipped character passes the checksum", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void readSentence(text)));
    const line = KNOWN[0].line;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: line.length - 4 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const code = line.charCodeAt(at) ^ flip;
          const bent = line.slice(0, at) + String.fromCharCode(code) + line.slice(at + 1);
          expect(readSentence(bent).ok).toBe(false);
        },
      ),
    );
  });
});

describe("the time of a receiver", () => {
  test.each([
    ["230394", Date.UTC(1994, 2, 23, 12)],
    ["290228", Date.UTC(2028, 1, 29, 12)],
    ["300226", undefined],
    ["001326", undefined],
    ["", undefined],
  ])("of the date %s is %s", (date, wallMs) => {
    expect(read(sentence(`GPRMC,120000,A,4807.038,N,01131.000,E,,,${date},,,A`))).toMatchObject({ wallMs });
  });

  test("1,024 or 2,048 weeks ago is a counter that has rolled over; more is no time", () => {
    const now = Date.UTC(2026, 10, 22);
    const built = Date.UTC(2026, 5, 1);
    const weeks = (count: number): number => now - count * 7 * 86_400_000;
    expect(unrolled(now, built)).toBe(now);
    expect(unrolled(weeks(1_024), built)).toBe(now);
    expect(unrolled(weeks(2_048), built)).toBe(now);
    expect(unrolled(weeks(4 * 1_024), built)).toBeUndefined();
  });
});

describe("an epoch", () => {
  const SECOND = Date.UTC(2026, 10, 22, 12, 0, 0);
  const run = (lines: readonly string[]) => {
    const epochs = createEpochs();
    const ended = lines.flatMap((line) => {
      const found = readSentence(line);
      return (found.ok && epochs.add(found.value)) || [];
    });
    return { ended, rest: epochs.rest() };
  };

  test("is all of one second, and the satellites of all its talkers", () => {
    const lines = [0, 1, 2].flatMap((second) => epochLines(SECOND + second * 1_000));
    const { ended, rest } = run(lines);
    expect(ended).toHaveLength(1);
    expect(ended[0]).toMatchObject({
      isFix: true,
      satellites: 9,
      inView: 10,
      hdop: 0.92,
      altitudeM: 98.4,
      wallMs: SECOND + 1_000,
    });
    expect(rest).toMatchObject({ isFix: true, wallMs: SECOND + 2_000 });
  });

  test("of which the beginning was missed is not counted", () => {
    const [, , ...tail] = epochLines(SECOND);
    expect(run(tail)).toEqual({ ended: [], rest: undefined });
  });

  test.each([
    ["four satellites", { satellites: 4 }, true],
    ["three satellites", { satellites: 3 }, false],
    ["none", { fix: false }, false],
  ])("with %s: a fix %s", (_what, options, isFix) => {
    const { rest } = run([...epochLines(SECOND), ...epochLines(SECOND + 1_000, options)]);
    expect(rest?.isFix).toBe(isFix);
  });

  test("without any time, as before the first satellite, ends with the next", () => {
    const cold = epochLines(SECOND, { fix: false, clock: false });
    const { ended } = run([...cold, ...cold, ...cold, ...cold]);
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.every(({ isFix }) => !isFix)).toBe(true);
  });

  test("of a receiver that says RMC only is a fix by the receiver's own word", () => {
    const rmc = (second: number): string => epochLines(SECOND + second * 1_000)[0]!;
    expect(run([rmc(0), rmc(1), rmc(2)]).ended).toMatchObject([{ isFix: true, satellites: undefined }]);
  });
});

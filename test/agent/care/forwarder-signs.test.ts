/** When a forwarder is dead, and when somebody wants it to be. */
import { describe, expect, test } from "vitest";
import {
  type Heard,
  isStoppedOnPurpose,
  judge,
  type ProcessState,
  SILENT_MS_MIN,
} from "../../../agent/care/forwarder-signs.ts";

const HUNG_MS = 1_800_000;
const heard = (more: Partial<Heard> = {}): Heard => ({
  pullSource: { host: "127.0.0.1", port: 40_000 },
  pullPeriodMs: 10_000,
  pullDataAgeMs: 0,
  pushDataAgeMs: undefined,
  ...more,
});

describe("a forwarder", () => {
  test.each<[string, Partial<Heard>, ProcessState, string]>([
    ["that asks", { pullDataAgeMs: 9_000 }, "unknown", "well"],
    ["that has missed a few", { pullDataAgeMs: SILENT_MS_MIN - 1 }, "gone", "well"],
    ["whose process is gone", { pullDataAgeMs: SILENT_MS_MIN }, "gone", "dead"],
    ["whose process runs", { pullDataAgeMs: SILENT_MS_MIN }, "runs", "silent"],
    ["of whose process nobody knows", { pullDataAgeMs: SILENT_MS_MIN }, "unknown", "silent"],
    ["that hangs", { pullDataAgeMs: HUNG_MS }, "runs", "dead"],
    ["that asks each minute", { pullPeriodMs: 60_000, pullDataAgeMs: 599_999 }, "gone", "well"],
    ["that asked each minute", { pullPeriodMs: 60_000, pullDataAgeMs: 600_000 }, "gone", "dead"],
    ["that still sends frames", { pullDataAgeMs: 9_000_000, pushDataAgeMs: 20_000 }, "gone", "well"],
  ])("%s is %s", (_name, more, process, state) => {
    expect(judge([heard(more)], process, HUNG_MS).state).toBe(state);
  });

  test("of another box is not ours to judge, nor one that has only sent frames", () => {
    const silent = { pullDataAgeMs: 9_000_000 };
    for (const host of ["192.168.1.7", "10.0.0.1", "fd00::1", "128.0.0.1"]) {
      expect(judge([heard({ ...silent, pullSource: { host, port: 1 } })], "gone", HUNG_MS).state).toBe(
        "unheard",
      );
    }
    expect(judge([heard({ ...silent, pullSource: undefined })], "gone", HUNG_MS).state).toBe("unheard");
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) {
      expect(judge([heard({ ...silent, pullSource: { host, port: 1 } })], "gone", HUNG_MS).state).toBe(
        "dead",
      );
    }
  });

  test("beside one that lives is not dead", () => {
    expect(judge([heard({ pullDataAgeMs: 9_000_000 }), heard()], "gone", HUNG_MS)).toEqual({
      state: "well",
      silentMs: 0,
    });
  });
});

describe("somebody has stopped it", () => {
  test.each([
    ["inactive\n", true],
    ["deactivating\n", true],
    ["failed\n", false],
    ["activating\n", false],
    ["active\n", false],
    ["", false],
    // monit 5.2 and 5.27, as recorded by others.
    ["Process 'lorad'     running\nProcess 'lorafwd'             not monitored\n", true],
    ["Process 'lorafwd'   Running\nProcess 'lorad'               Not monitored\n", false],
    ["Process 'lorafwd'                   not monitored - stop pending\n", true],
    ["│ lorafwd                          │ Not monitored              │ Process       │\n", true],
    ["│ lorafwd                          │ Does not exist             │ Process       │\n", false],
    ["Process 'lorafwd-b'                 not monitored\nProcess 'lorafwd'  running\n", false],
    ["lorafwdXinactive\n", false],
  ])("%j: %s", (printed, is) => {
    expect(isStoppedOnPurpose(printed, "lorafwd")).toBe(is);
  });
});

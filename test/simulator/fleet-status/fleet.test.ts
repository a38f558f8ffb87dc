/**
 * Goal: what the operator is told of his gateways follows from what they said, and from what they left unsaid.
 * Method: reports that the agent writes (reports.ts), each on its topic, at times of the test's own.
 */
import { describe, expect, test } from "vitest";
import {
  createFleet,
  type Fleet,
  type FleetView,
  GATEWAYS_MAX,
} from "../../../simulator/fleet-status/fleet.ts";
import { readKnownGateways } from "../../../simulator/fleet-status/known-gateways.ts";
import { brokerAwayLine, fleetLines } from "../../../simulator/fleet-status/lines.ts";
import {
  AHEAD_MS_MAX,
  type Known,
  RATED_WITHIN_MS,
  SILENT_AFTER_INTERVALS,
} from "../../../simulator/fleet-status/row.ts";
import { alarms, fullReport, type Gateway, octets, smallReport } from "./reports.ts";

const NOW = Date.UTC(2026, 10, 16);
/** Half of November has passed. */
const MONTH_MS = 15 * 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const A = "7276ff0044010010";
const B = "7276ff0044010011";
const C = "7276ff0044010012";
const D = "7276ff0044010013";

type Said = Omit<Gateway, "eui" | "sentWallMs"> & { readonly sentAgoMs?: number };

function gateway(eui: string, { sentAgoMs = MINUTE_MS, ...said }: Said): Gateway {
  return { eui, sentWallMs: NOW - sentAgoMs, ...said };
}

function saySmall(fleet: Fleet, eui: string, said: Said = {}): void {
  fleet.tell(eui, "health", smallReport(gateway(eui, said)));
}

function sayFull(fleet: Fleet, eui: string, said: Said = {}): void {
  fleet.tell(eui, "health/full", fullReport(gateway(eui, said)));
}

/** As an agent does when both are due. */
function sayBoth(fleet: Fleet, eui: string, said: Said = {}): void {
  saySmall(fleet, eui, said);
  sayFull(fleet, eui, said);
}

function fleetOf(said: Readonly<Record<string, Said>>, known: Readonly<Record<string, Known>> = {}): Fleet {
  const fleet = createFleet(new Map(Object.entries(known)));
  for (const [eui, one] of Object.entries(said)) sayBoth(fleet, eui, one);
  return fleet;
}

function viewOf(...args: Parameters<typeof fleetOf>): FleetView {
  return fleetOf(...args).view(NOW);
}

function rowOf(view: FleetView, eui: string) {
  const row = view.gateways.find((one) => one.eui === eui);
  if (row === undefined) throw new Error(`${eui} is not shown`);
  return row;
}

describe("a gateway", () => {
  test("is as available as gateway, forwarder and worst core link were together", () => {
    const row = rowOf(viewOf({ [A]: { month: 0.9, forwarderMonth: 0.8, coreMonth: 0.5 } }), A);
    expect(row.availability).toBeCloseTo(0.36, 9);
    expect(row).toMatchObject({ state: "ok", meetsPromise: false });
  });

  test.each([
    [0.9997, true],
    [0.99969, false],
  ])("with %d keeps the promise: %s", (month, kept) => {
    expect(rowOf(viewOf({ [A]: { month } }), A).meetsPromise).toBe(kept);
  });

  test.each([
    ["as usual", undefined],
    ["every five minutes", 5 * MINUTE_MS],
    ["every minute", MINUTE_MS],
    ["every hour", HOUR_MS],
  ])("that reports %s is not lowered by its silence; one report too many missing, it is", (_, intervalMs) => {
    const every = intervalMs === undefined ? {} : { intervalMs };
    const silentAfterMs = SILENT_AFTER_INTERVALS * (intervalMs ?? 5 * MINUTE_MS);
    const last = rowOf(viewOf({ [A]: { ...every, sentAgoMs: silentAfterMs } }), A);
    expect(last).toMatchObject({ state: "ok", availability: 1 });
    const sentAgoMs = silentAfterMs + 1_000;
    const row = rowOf(viewOf({ [A]: { ...every, sentAgoMs } }), A);
    expect(row.state).toBe("silent");
    expect(row.availability).toBeCloseTo(1 - sentAgoMs / MONTH_MS, 9);
  });

  test("that was last heard in another month was not there in this one", () => {
    expect(rowOf(viewOf({ [A]: { sentAgoMs: MONTH_MS + 1_000 } }), A)).toMatchObject({ availability: 0 });
  });

  test("that should be there and says nothing is shown, with nothing", () => {
    const row = rowOf(viewOf({}, { [C]: { name: "Mill", commune: "Blois" } }), C);
    expect(row).toMatchObject({
      state: "neverReported",
      name: "Mill",
      availability: 0,
      meetsPromise: false,
    });
  });

  test.each([
    ["a silent forwarder", { forwarder: "silent" }],
    ["a core link that is down", { coreDown: true }],
  ] as const)("with %s is in trouble", (_, said) => {
    expect(rowOf(viewOf({ [A]: said }), A).state).toBe("trouble");
  });

  test("whose forwarder was never heard has heard no meter, and is worth nothing", () => {
    const row = rowOf(viewOf({ [A]: { forwarder: "unheard" } }), A);
    expect(row).toMatchObject({ state: "trouble", availability: 0, forwarderAlive: false });
  });

  test("is in trouble by a critical alarm, not by a warning; an empty set takes it back", () => {
    const fleet = fleetOf({ [A]: {} });
    fleet.tell(A, "alarms", alarms(A, "warning"));
    expect(rowOf(fleet.view(NOW), A).state).toBe("ok");
    fleet.tell(A, "alarms", alarms(A, "critical"));
    expect(rowOf(fleet.view(NOW), A).state).toBe("trouble");
    fleet.tell(A, "alarms", alarms(A));
    expect(rowOf(fleet.view(NOW), A).state).toBe("ok");
  });
});

describe("availability, which the full report alone tells,", () => {
  test.each(["small last", "full last"])("stays while small reports follow it: %s", (order) => {
    const fleet = createFleet(new Map());
    const full = () => sayFull(fleet, A, { sentAgoMs: 6 * MINUTE_MS, month: 0.5 });
    if (order === "small last") full();
    saySmall(fleet, A, { sentAgoMs: MINUTE_MS, month: 0.5 });
    if (order === "full last") full();
    const view = fleet.view(NOW);
    expect(rowOf(view, A)).toMatchObject({
      state: "ok",
      availability: 0.5,
      agentVersion: "0.1.0",
      reportAgeMs: MINUTE_MS,
      meetsPromise: false,
    });
    expect(view).toMatchObject({ availability: 0.5, meetsPromise: false });
  });

  test("is of the month, by the newest full report, whatever the clocks say", () => {
    const fleet = createFleet(new Map());
    sayFull(fleet, A, { sentAgoMs: -DAY_MS, month: 0.25 });
    sayFull(fleet, A, { month: 0.5 });
    expect(rowOf(fleet.view(NOW), A).availability).toBe(0.5);
  });

  test("is lowered by the silence since the last report of either size, and not before it", () => {
    const fleet = createFleet(new Map());
    sayFull(fleet, A, { sentAgoMs: 3 * HOUR_MS });
    saySmall(fleet, A, { sentAgoMs: 2 * HOUR_MS });
    const row = rowOf(fleet.view(NOW), A);
    expect(row.state).toBe("silent");
    expect(row.availability).toBeCloseTo(1 - (2 * HOUR_MS) / MONTH_MS, 9);
  });

  test("is lowered by a time without the agent that no full report has told yet", () => {
    const fleet = createFleet(new Map());
    sayFull(fleet, A, { sentAgoMs: 3 * HOUR_MS });
    saySmall(fleet, A, { sentAgoMs: 0, uptimeMs: HOUR_MS });
    const row = rowOf(fleet.view(NOW), A);
    expect(row.state).toBe("ok");
    expect(row.availability).toBeCloseTo(1 - (2 * HOUR_MS) / MONTH_MS, 9);
    saySmall(fleet, A, { sentAgoMs: 0, uptimeMs: HOUR_MS, maintenanceLeftMs: HOUR_MS });
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "maintenance", availability: 1 });
  });

  test("outlives a full report that has none, for its clock is not trusted yet", () => {
    const fleet = fleetOf({ [A]: { sentAgoMs: HOUR_MS, month: 0.5 } });
    sayBoth(fleet, A, { isUndated: true, uptimeMs: MINUTE_MS });
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "undated", availability: 0.5 });
    saySmall(fleet, A, { sentAgoMs: 0, uptimeMs: HOUR_MS });
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "ok", reportAgeMs: 0, availability: 0.5 });
  });

  test("of the month before is not taken for this month's", () => {
    const fleet = createFleet(new Map());
    sayFull(fleet, A, { sentAgoMs: MONTH_MS + 10 * MINUTE_MS, month: 0.5 });
    const beganMs = NOW - MONTH_MS;
    saySmall(fleet, A, { sentAgoMs: MONTH_MS - 20 * MINUTE_MS });
    expect(rowOf(fleet.view(beganMs + 20 * MINUTE_MS), A).availability).toBe(1);
    expect(rowOf(fleet.view(beganMs + 40 * MINUTE_MS), A).availability).toBeCloseTo(0.5, 9);
  });

  test("is waited for two days; a gateway that then still has none, or an old one, keeps no promise", () => {
    const waiting = createFleet(new Map());
    saySmall(waiting, A, { uptimeMs: RATED_WITHIN_MS });
    expect(waiting.view(NOW)).toMatchObject({ availability: undefined, meetsPromise: true });
    saySmall(waiting, A, { uptimeMs: RATED_WITHIN_MS + 1_000 });
    expect(waiting.view(NOW)).toMatchObject({ availability: undefined, meetsPromise: false });

    const old = createFleet(new Map());
    sayFull(old, A, { sentAgoMs: RATED_WITHIN_MS });
    saySmall(old, A, { sentAgoMs: 0 });
    expect(old.view(NOW)).toMatchObject({ availability: 1, meetsPromise: true });
    sayFull(old, A, { sentAgoMs: RATED_WITHIN_MS + 1_000 });
    expect(old.view(NOW)).toMatchObject({ availability: undefined, meetsPromise: false });
    sayBoth(old, B);
    expect(old.view(NOW)).toMatchObject({ availability: 1, meetsPromise: false });
  });

  test("of a gateway that has gone before it told any is lowered all the same", () => {
    const fleet = createFleet(new Map());
    saySmall(fleet, A, { sentAgoMs: 10 * DAY_MS });
    expect(rowOf(fleet.view(NOW), A).availability).toBeCloseTo(1 / 3, 9);
    saySmall(fleet, B, { isUndated: true, uptimeMs: MINUTE_MS });
    fleet.connection(B, false);
    expect(rowOf(fleet.view(NOW), B)).toMatchObject({ state: "off", meetsPromise: false });
  });

  test("of a gateway that went without a date is lowered since its figures", () => {
    const fleet = createFleet(new Map());
    sayFull(fleet, A, { sentAgoMs: 3 * DAY_MS });
    saySmall(fleet, A, { isUndated: true });
    fleet.connection(A, false);
    expect(rowOf(fleet.view(NOW), A).availability).toBeCloseTo(0.8, 9);
  });

  test("a gateway that was in maintenance all the month has none, and breaks nothing", () => {
    const view = viewOf({ [A]: { month: null, maintenanceLeftMs: HOUR_MS } });
    expect(rowOf(view, A)).toMatchObject({ state: "maintenance", availability: undefined });
    expect(view.meetsPromise).toBe(true);
  });
});

describe("maintenance", () => {
  test("lasts as long as it was announced for, and hides so long that the gateway is off", () => {
    const fleet = fleetOf({ [A]: { sentAgoMs: HOUR_MS, maintenanceLeftMs: HOUR_MS + 1_000 } });
    fleet.connection(A, false);
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "maintenance", availability: 1 });
    expect(rowOf(fleet.view(NOW + 1_000), A).state).toBe("off");
  });

  test("that ended ten days ago does not keep a dead gateway from being off, and lowered", () => {
    const fleet = fleetOf({ [A]: { sentAgoMs: 10 * DAY_MS, maintenanceLeftMs: HOUR_MS }, [B]: {} });
    fleet.connection(A, false);
    const [worst] = fleet.view(NOW).gateways;
    expect(worst).toMatchObject({ eui: A, state: "off" });
    // The hour of maintenance counts neither way.
    const wholeMs = MONTH_MS - HOUR_MS;
    expect(worst?.availability).toBeCloseTo((5 * DAY_MS) / wholeMs, 9);
    fleet.connection(A, undefined);
    expect(rowOf(fleet.view(NOW), A).state).toBe("silent");
  });

  test("without a date is believed only of a gateway that is there", () => {
    const fleet = fleetOf({ [A]: { isUndated: true, maintenanceLeftMs: HOUR_MS } });
    expect(rowOf(fleet.view(NOW), A).state).toBe("undated");
    fleet.connection(A, true);
    expect(rowOf(fleet.view(NOW), A).state).toBe("maintenance");
    fleet.connection(A, false);
    expect(rowOf(fleet.view(NOW), A).state).toBe("off");
  });
});

describe("what is retained", () => {
  test("and then taken back, is taken back alone", () => {
    const fleet = fleetOf({ [A]: { month: 0.5, maintenanceLeftMs: HOUR_MS } });
    fleet.tell(A, "health/full", new Uint8Array());
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "maintenance", availability: undefined });
    sayFull(fleet, A, { month: 0.5 });
    fleet.tell(A, "health", new Uint8Array());
    expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "ok", availability: 0.5 });
  });

  test("of a gateway that is no more, once all is taken back, shows it no more; unless it is listed", () => {
    const fleet = fleetOf({ [A]: {}, [B]: {} }, { [B]: {} });
    for (const eui of [A, B]) {
      fleet.tell(eui, "alarms", alarms(eui, "info"));
      fleet.connection(eui, false);
      for (const told of ["health", "health/full", "alarms"] as const)
        fleet.tell(eui, told, new Uint8Array());
      fleet.connection(eui, undefined);
    }
    expect(fleet.view(NOW).gateways).toMatchObject([{ eui: B, state: "neverReported", alarms: [] }]);
  });

  test("an off is stronger than a report before it", () => {
    const fleet = fleetOf({ [A]: {} });
    fleet.connection(A, false);
    expect(rowOf(fleet.view(NOW), A).state).toBe("off");
    fleet.connection(A, true);
    expect(rowOf(fleet.view(NOW), A).state).toBe("ok");
  });
});

test("a report from too far ahead dates nothing", () => {
  expect(rowOf(viewOf({ [A]: { sentAgoMs: -AHEAD_MS_MAX } }), A)).toMatchObject({
    state: "ok",
    reportAgeMs: 0,
  });
  expect(rowOf(viewOf({ [A]: { sentAgoMs: -AHEAD_MS_MAX - 1_000, month: 0.5 } }), A)).toMatchObject({
    state: "undated",
    reportAgeMs: undefined,
    availability: 0.5,
  });
});

test("cores that a small report had no room for are those of the full one", () => {
  const fleet = fleetOf({ [A]: { coreDown: true } });
  const { cores: _left, ...rest } = JSON.parse(Buffer.from(smallReport(gateway(A, {}))).toString());
  fleet.tell(A, "health", octets({ ...rest, omitted: ["rx", "cores"] }));
  expect(rowOf(fleet.view(NOW), A)).toMatchObject({ state: "trouble", coresDown: ["main"] });
});

test("what is no report is counted and harms nobody", () => {
  const fleet = fleetOf({ [A]: {} });
  const astray = { ...JSON.parse(Buffer.from(fullReport(gateway(A, {}))).toString()) };
  astray.availability.gateway.month = 7;
  const said = JSON.parse(Buffer.from(smallReport(gateway(A, {}))).toString());
  const intervals = [0, 59, 61.5, 3_601, 1e12, "60", null].map((intervalS) => ({ ...said, intervalS }));
  for (const bad of ["{", "[]", '{"version":2}', ...[astray, ...intervals].map((one) => JSON.stringify(one))])
    fleet.tell(A, "health", new TextEncoder().encode(bad));
  fleet.tell(A, "alarms", octets({ version: 1 }));
  fleet.tell(A, "health", Buffer.from([0xff, 0xfe]));
  fleet.tell(B, "health", Buffer.from("{"));
  const view = fleet.view(NOW);
  expect(view.unreadable).toBe(14);
  expect(view.gateways).toMatchObject([{ eui: A, state: "ok" }]);
});

test("the worst comes first: off, silent, unheard, in trouble, then by availability", () => {
  const fleet = fleetOf({ [A]: { month: 0.9 }, [B]: {}, [D]: {} }, { [C]: {} });
  fleet.connection(D, false);
  expect(fleet.view(NOW).gateways.map(({ eui }) => eui)).toEqual([D, C, A, B]);
});

describe("the promise", () => {
  test("is judged by the mean of a commune's gateways against 99.2 %, the whole against 99.97 %", () => {
    const known = { [A]: { commune: "Blois" }, [B]: { commune: "Blois" }, [C]: { commune: "Vendôme" } };
    const view = viewOf({ [A]: { month: 1 }, [B]: { month: 0.98 }, [C]: { month: 1 } }, known);
    expect(view.communes).toEqual([
      { commune: "Blois", gateways: 2, availability: 0.99, meetsPromise: false },
      { commune: "Vendôme", gateways: 1, availability: 1, meetsPromise: true },
    ]);
    expect(view.meetsPromise).toBe(false);
  });

  test("is kept where each gateway just keeps it, however many are added up", () => {
    const said = Object.fromEntries(
      [..."0123456"].map((digit) => [`${A.slice(1)}${digit}`, { month: 0.9997 }]),
    );
    expect(viewOf(said).meetsPromise).toBe(true);
  });

  test("counts a listed gateway that was never heard as 0", () => {
    const known = { [A]: { commune: "Blois" }, [B]: { commune: "Blois" }, [C]: { commune: "Blois" } };
    const view = viewOf({ [A]: {} }, known);
    expect(view.availability).toBeCloseTo(1 / 3, 9);
    expect(view.meetsPromise).toBe(false);
    expect(view.communes).toMatchObject([{ commune: "Blois", gateways: 3, meetsPromise: false }]);
    expect(view.communes[0]?.availability).toBeCloseTo(1 / 3, 9);
    expect(fleetLines(view).join("\n")).toMatch(/^7276ff0044010011 .*no report +0\.000 % !/m);
  });

  test("does not count one that is not listed and never reported: it may be another's", () => {
    const fleet = fleetOf({ [A]: {} });
    fleet.connection(B, true);
    const view = fleet.view(NOW);
    expect(view).toMatchObject({ availability: 1, meetsPromise: true });
    expect(rowOf(view, B)).toMatchObject({ state: "neverReported", availability: undefined });
  });

  test("does not count one that is planned, until its day, or until it reports", () => {
    const known = { [A]: { commune: "Blois" }, [B]: { commune: "Blois", sinceWallMs: NOW + 1 } };
    const fleet = fleetOf({ [A]: {} }, known);
    const view = fleet.view(NOW);
    expect(rowOf(view, B)).toMatchObject({ state: "planned", availability: undefined, meetsPromise: true });
    expect(view.communes).toEqual([{ commune: "Blois", gateways: 1, availability: 1, meetsPromise: true }]);
    expect(view).toMatchObject({ availability: 1, meetsPromise: true });
    expect(rowOf(fleet.view(NOW + 1), B)).toMatchObject({ state: "neverReported", availability: 0 });
    sayBoth(fleet, B, { month: 0.5 });
    expect(fleet.view(NOW)).toMatchObject({ availability: 0.75 });
    expect(viewOf({}, { [B]: { commune: "Blois", sinceWallMs: NOW + 1 } })).toMatchObject({
      communes: [],
      meetsPromise: true,
    });
  });

  test("is kept by no fleet of which nobody has spoken", () => {
    expect(viewOf({})).toMatchObject({ availability: undefined, meetsPromise: false });
    const view = viewOf({}, { [A]: { commune: "Blois" }, [B]: { commune: "Blois" } });
    expect(view).toMatchObject({ availability: 0, meetsPromise: false });
    expect(view.communes).toMatchObject([{ commune: "Blois", availability: 0, meetsPromise: false }]);
  });
});

test("a fleet is complete once all have reported that should be there", () => {
  expect(createFleet(new Map()).isComplete(NOW)).toBe(false);
  const fleet = fleetOf({ [A]: {} }, { [A]: {}, [B]: {}, [C]: { sinceWallMs: NOW + 1 } });
  fleet.connection(D, true);
  expect(fleet.isComplete(NOW)).toBe(false);
  saySmall(fleet, B);
  expect(fleet.isComplete(NOW)).toBe(true);
});

describe("the operator's list", () => {
  test.each([
    [
      '[[gateways]]\neui = "7276ff0044010010"',
      'list: no gateways in it; each is written [[gateway]], then eui = "7276ff0044010010"',
    ],
    ['[[gateway]]\nname = "Blois"', "list: gateway.0.eui: missing"],
    ['[[gateway]]\neui = "7276ff0044010010"\ncomune = "Blois"', "list: gateway.0.comune: unknown key"],
  ])("%j is told what is wrong with it", (text, why) => {
    expect(() => readKnownGateways(text, "list")).toThrow(why);
  });

  const read = (since: string) =>
    readKnownGateways(`[[gateway]]\neui = "${A.toUpperCase()}"\nsince = ${since}\n`, "list").get(A);

  test("may say from which day on a gateway is missed, as a date or as its text", () => {
    for (const since of ["2026-12-01", '"2026-12-01"'])
      expect(read(since)).toMatchObject({ sinceWallMs: Date.UTC(2026, 11, 1) });
    for (const since of ["2026-12-01T10:00:00Z", '"soon"', '"2026-13-01"', "2026"])
      expect(() => read(since)).toThrow("list: gateway.0.since: expected a day such as 2026-12-01");
  });

  test("is not longer than what is watched", () => {
    const list = (length: number) =>
      Array.from({ length }, (_, at) => `[[gateway]]\neui = "${String(at).padStart(16, "0")}"\n`).join("");
    expect(readKnownGateways(list(GATEWAYS_MAX), "list").size).toBe(GATEWAYS_MAX);
    expect(() => readKnownGateways(list(GATEWAYS_MAX + 1), "list")).toThrow(
      "expected 20000 gateways at most",
    );
  });
});

test("in words: one line a gateway, never rounded up to a promise that is not kept", () => {
  const lines = fleetLines(
    viewOf({ [A]: { month: 0.999699 } }, { [A]: { name: "Saint-Nicolas", commune: "Blois" } }),
  );
  expect(lines[1]).toMatch(/^7276ff0044010010 {2}Saint-Nicolas {2}ok +99\.969 % !/);
  expect(lines.join("\n")).toContain("99.969 % this month, 99.970 % promised: missed");
  expect(fleetLines(viewOf({ [A]: {}, [B]: {} }), 1)).toContain("and 1 more, none of them worse");
  expect(brokerAwayLine(NOW)).toContain("since 2026-11-16T00:00:00Z");
});

/**
 * Goal: what the operator is told of his gateways follows from what they said, and from what they left unsaid.
 * Method: reports as the published schema has them, at times of the test's own.
 */
import { describe, expect, test } from "vitest";
import {
  createFleet,
  type FleetView,
  type Known,
  SILENT_AFTER_MS,
} from "../../../simulator/fleet-status/fleet.ts";
import { fleetLines } from "../../../simulator/fleet-status/lines.ts";

const NOW = Date.UTC(2026, 10, 16);
/** Half of November has passed. */
const MONTH_MS = 15 * 86_400_000;
const A = "7276ff0044010010";
const B = "7276ff0044010011";
const C = "7276ff0044010012";

interface Said {
  readonly sentAgoMs?: number;
  readonly month?: number;
  readonly forwarder?: number;
  readonly core?: number;
  readonly more?: object;
}

function report({
  sentAgoMs = 60_000,
  month = 1,
  forwarder = 1,
  core = 1,
  more = {},
}: Said = {}): Uint8Array {
  return octets({
    version: 1,
    kind: "small",
    sentAt: `${new Date(NOW - sentAgoMs).toISOString().slice(0, 19)}Z`,
    forwarder: { alive: true },
    journal: { frames: 0 },
    cores: [{ id: "main", up: true, sinceS: 10 }],
    availability: { gateway: { month }, forwarder: { month: forwarder }, cores: { main: { month: core } } },
    ...more,
  });
}

const octets = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json));

function viewOf(
  said: Readonly<Record<string, Said>>,
  known: Readonly<Record<string, Known>> = {},
): FleetView {
  const fleet = createFleet(new Map(Object.entries(known)));
  for (const [eui, one] of Object.entries(said)) fleet.tell(eui, "health", report(one));
  return fleet.view(NOW);
}

const rowOf = (view: FleetView, eui: string) => view.gateways.find((row) => row.eui === eui);

describe("a gateway", () => {
  test("is as available as gateway, forwarder and worst core link were together", () => {
    const row = rowOf(viewOf({ [A]: { month: 0.9, forwarder: 0.8, core: 0.5 } }), A);
    expect(row?.availability).toBeCloseTo(0.36, 9);
    expect(row).toMatchObject({ state: "ok", meetsPromise: false });
  });

  test.each([
    [0.9997, true],
    [0.99969, false],
  ])("with %d keeps the promise: %s", (month, kept) => {
    expect(rowOf(viewOf({ [A]: { month } }), A)?.meetsPromise).toBe(kept);
  });

  test("that has just reported is not lowered by its silence; one report too many missing, it is", () => {
    expect(rowOf(viewOf({ [A]: { sentAgoMs: SILENT_AFTER_MS } }), A)).toMatchObject({
      state: "ok",
      availability: 1,
    });
    const sentAgoMs = SILENT_AFTER_MS + 1_000;
    const row = rowOf(viewOf({ [A]: { sentAgoMs } }), A);
    expect(row?.state).toBe("silent");
    expect(row?.availability).toBeCloseTo(1 - sentAgoMs / MONTH_MS, 9);
  });

  test("that was last heard in another month was not there in this one", () => {
    expect(rowOf(viewOf({ [A]: { sentAgoMs: MONTH_MS + 1_000 } }), A)).toMatchObject({ availability: 0 });
  });

  test("whose will has spoken is off, whatever it last reported; in maintenance it is that", () => {
    const fleet = createFleet(new Map());
    fleet.tell(A, "health", report());
    fleet.connection(A, false);
    expect(rowOf(fleet.view(NOW), A)?.state).toBe("off");
    fleet.tell(A, "health", report({ sentAgoMs: 0, more: { maintenance: { leftS: 60 } } }));
    expect(rowOf(fleet.view(NOW), A)?.state).toBe("maintenance");
  });

  test("that should be there and says nothing is shown, and promises nothing", () => {
    const row = rowOf(viewOf({}, { [C]: { name: "Mill", commune: "Blois" } }), C);
    expect(row).toMatchObject({ state: "neverReported", name: "Mill", meetsPromise: false });
  });

  test.each([
    ["a silent forwarder", { forwarder: { alive: false } }],
    ["a core link that is down", { cores: [{ id: "main", up: false, sinceS: 5 }] }],
  ])("with %s is in trouble", (_, more) => {
    expect(rowOf(viewOf({ [A]: { more } }), A)?.state).toBe("trouble");
  });

  test("is in trouble by a critical alarm, not by a warning; an empty set takes it back", () => {
    const fleet = createFleet(new Map());
    fleet.tell(A, "health", report());
    const alarm = (severity: string) =>
      octets({ version: 1, alarms: [{ id: "journalFailing", severity, evidence: {} }] });
    fleet.tell(A, "alarms", alarm("warning"));
    expect(rowOf(fleet.view(NOW), A)?.state).toBe("ok");
    fleet.tell(A, "alarms", alarm("critical"));
    expect(rowOf(fleet.view(NOW), A)?.state).toBe("trouble");
    fleet.tell(A, "alarms", octets({ version: 1, alarms: [] }));
    expect(rowOf(fleet.view(NOW), A)?.state).toBe("ok");
  });

  test("is shown by its latest report, in whatever order they come", () => {
    const fleet = createFleet(new Map());
    fleet.tell(A, "health", report({ sentAgoMs: 60_000, month: 0.5 }));
    fleet.tell(A, "health/full", report({ sentAgoMs: 3_600_000, month: 1 }));
    expect(rowOf(fleet.view(NOW), A)?.availability).toBe(0.5);
  });
});

test("what is no report is counted and harms nobody", () => {
  const fleet = createFleet(new Map());
  fleet.tell(A, "health", report());
  for (const bad of ["", "{", "[]", '{"version":2}', '{"version":1,"availability":{"gateway":{"month":7}}}'])
    if (bad !== "") fleet.tell(A, "health", new TextEncoder().encode(bad));
  fleet.tell(A, "alarms", octets({ version: 1 }));
  fleet.tell(A, "health", Buffer.from([0xff, 0xfe]));
  const view = fleet.view(NOW);
  expect(view.unreadable).toBe(6);
  expect(rowOf(view, A)?.state).toBe("ok");
});

test("the worst comes first: off, silent, unheard, in trouble, then by availability", () => {
  const fleet = createFleet(new Map([[C, {}]]));
  fleet.tell(A, "health", report({ month: 0.9 }));
  fleet.tell(B, "health", report({ month: 1 }));
  fleet.tell("7276ff0044010013", "health", report({ month: 1 }));
  fleet.connection("7276ff0044010013", false);
  expect(fleet.view(NOW).gateways.map(({ eui }) => eui)).toEqual(["7276ff0044010013", C, A, B]);
});

test("a commune is judged by the mean of its gateways against 99.2 %, the whole against 99.97 %", () => {
  const known = { [A]: { commune: "Blois" }, [B]: { commune: "Blois" }, [C]: { commune: "Vendôme" } };
  const view = viewOf({ [A]: { month: 1 }, [B]: { month: 0.98 }, [C]: { month: 1 } }, known);
  expect(view.communes).toEqual([
    { commune: "Blois", gateways: 2, availability: 0.99, meetsPromise: false },
    { commune: "Vendôme", gateways: 1, availability: 1, meetsPromise: true },
  ]);
  expect(view.meetsPromise).toBe(false);
});

test("a fleet, or a commune, of which nobody has spoken keeps no promise", () => {
  const view = viewOf({}, { [A]: { commune: "Blois" }, [B]: { commune: "Blois" } });
  expect(view).toMatchObject({ availability: undefined, meetsPromise: false });
  expect(view.communes).toMatchObject([{ commune: "Blois", meetsPromise: false }]);
});

test("in words: one line a gateway, never rounded up to a promise that is not kept", () => {
  const lines = fleetLines(
    viewOf({ [A]: { month: 0.999699 } }, { [A]: { name: "Saint-Nicolas", commune: "Blois" } }),
  );
  expect(lines[1]).toMatch(/^7276ff0044010010 {2}Saint-Nicolas {2}ok +99\.969 % !/);
  expect(lines.join("\n")).toContain("99.969 % this month, 99.970 % promised: missed");
  expect(fleetLines(viewOf({ [A]: {}, [B]: {} }), 1)).toContain("and 1 more, none of them worse");
});

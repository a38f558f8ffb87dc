import { describe, expect, test } from "vitest";
import { createGatherer, type Own, type Told } from "../../../../agent/health/alarms/gather.ts";
import { openHours } from "../../../../agent/health/alarms/hours.ts";
import type { Readings } from "../../../../agent/health/alarms/readings.ts";
import type { RouteStatus } from "../../../../agent/north/routes.ts";
import type { ForwarderStatus } from "../../../../agent/south/sessions.ts";
import { settingsOf } from "../../agent-world.ts";
import { EUI, NOON } from "./given.ts";

const MINUTE_MS = 60_000;

/** What the parts tell of a gateway, to be changed by each test. */
interface Gateway {
  nowMs: number;
  bad: number;
  told: { received: number; ok: number };
  dropped: Record<string, number>;
  found: boolean;
  missing: number;
  askedForNames: number;
  routes: Pick<RouteStatus, "id" | "state" | "lastError" | "alarms">[];
  temperatures: { name: string; value: number }[] | undefined;
  gather(own?: Partial<Own>): Readings;
}

function gateway(): Gateway {
  const settings = settingsOf();
  const status = { gatewayEui: EUI, alive: true, pullDataAgeMs: 4, stat: undefined } as ForwarderStatus;
  const ackLatency = { recent: { count: 3, p95Ms: 70 } } as ForwarderStatus["ackLatency"];
  const told: Told = {
    settings: () => settings,
    clockView: () => ({ state: "gps", source: "gps", lastJumpMs: undefined, offsetMs: 0 }),
    forwarders: () => [{ ...status, ackLatency }],
    cores: () => state.routes as RouteStatus[],
    journal: () =>
      ({ dropped: state.dropped, storedOctets: 5, storedFrames: 1, full: false }) as ReturnType<
        Told["journal"]
      >,
    isFound: () => state.found,
    subBandLoads: () => [{ gatewayEui: EUI, subBands: [{ subBand: "g3", airtimeUs: 1, limitUs: 2 }] }],
    field: () => ({
      system: state.temperatures && ({ temperatures: state.temperatures } as never),
    }),
    power: () => ({ state: "mains" }),
    records: () => ({
      radio: [
        {
          gatewayEui: EUI,
          crc: { ok: 10, bad: state.bad, none: 0 },
          told: { stats: 1, forwarded: 0, ...state.told },
        },
      ] as never,
      devices: [{ gatewayEui: EUI, missing: state.missing, known: 12 }] as never,
    }),
    silentDevAddrs: () => {
      state.askedForNames += 1;
      return ["26000001", "26000002", "26000003", "26000004", "26000005", "26000006"];
    },
    framesKept: () => 0,
  };
  const gatherer = createGatherer({ monotonicMs: () => 0 }, told, openHours());
  const state: Gateway = {
    nowMs: 0,
    bad: 0,
    told: { received: 0, ok: 0 },
    dropped: {},
    found: true,
    missing: 0,
    askedForNames: 0,
    routes: [],
    temperatures: undefined,
    gather: (own = {}) =>
      gatherer.gather({
        nowMs: state.nowMs,
        wallMs: NOON + state.nowMs,
        isTrusted: true,
        gatewayEuis: [EUI],
        forwarders: told.forwarders(),
        credentials: undefined,
        rebootedFrom: undefined,
        ...own,
      }),
  };
  return state;
}

describe("readings", () => {
  test("of bad CRCs those that the forwarder passes on, or those it only tells of, and of the last minutes", () => {
    const one = gateway();
    one.gather();
    one.nowMs += MINUTE_MS;
    Object.assign(one, { bad: 7 });
    expect(one.gather().forwarders[0]).toMatchObject({ crcBad: 7, received: 7 });
    one.nowMs += MINUTE_MS;
    one.told = { received: 500, ok: 100 };
    expect(one.gather().forwarders[0]).toMatchObject({ crcBad: 400, received: 490 });
    one.nowMs += 11 * MINUTE_MS;
    expect(one.gather().forwarders[0]).toMatchObject({ crcBad: 0, received: 0 });
  });

  test("a gateway that should be heard and is not has its reading all the same", () => {
    const missing = gateway().gather({ gatewayEuis: ["lost"], forwarders: [] }).forwarders;
    expect(missing).toMatchObject([{ gatewayEui: "lost", alive: false, pullDataAgeMs: undefined, acks: 0 }]);
  });

  test("what an earlier run dropped is no news when the disk is found at last", () => {
    const one = gateway();
    Object.assign(one, { found: false, dropped: { expired: 3 } });
    one.gather();
    Object.assign(one, { found: true, dropped: { expired: 9_000 }, nowMs: 1_000 });
    expect(one.gather().dropped).toEqual({ expired: 0 });
    Object.assign(one, { dropped: { expired: 9_002 }, nowMs: 2_000 });
    expect(one.gather().dropped).toEqual({ expired: 2 });
    one.nowMs += 61 * MINUTE_MS;
    expect(one.gather().dropped).toEqual({ expired: 0 });
  });

  test("the first frames that are ever dropped for a reason count", () => {
    const one = gateway();
    Object.assign(one, { found: true });
    one.gather();
    Object.assign(one, { dropped: { thinned: 12 }, nowMs: 1_000 });
    expect(one.gather().dropped).toEqual({ thinned: 12 });
  });

  test("a core is up while one gateway reaches it, down for as long as none does", () => {
    const one = gateway();
    const route = (state: RouteStatus["state"], alarms: string[] = []) => ({
      id: "main",
      state,
      lastError: undefined,
      alarms,
    });
    expect(one.gather().cores).toMatchObject([{ coreId: "main", state: "unknown" }]);
    one.routes = [route("waiting", ["unanswered"]), route("connected")];
    expect(one.gather().cores).toMatchObject([{ state: "up", downMs: 0, linkAlarms: ["unanswered"] }]);
    one.routes = [route("waiting", ["takenOver"]), route("connecting", ["takenOver"]), route("stopped")];
    one.gather();
    one.nowMs += 5_000;
    expect(one.gather().cores).toMatchObject([{ state: "down", downMs: 5_000, linkAlarms: ["takenOver"] }]);
  });

  test("the silent are named, five of them, and asked for only when their number has changed", () => {
    const one = gateway();
    expect(one.gather().devices).toEqual({ silent: 0, known: 12, first: [] });
    Object.assign(one, { missing: 6, nowMs: MINUTE_MS });
    expect(one.gather().devices?.first).toHaveLength(5);
    one.nowMs += 10 * MINUTE_MS;
    expect(one.gather().devices?.first).toHaveLength(5);
    expect(one.askedForNames).toBe(1);
  });

  test("of sensors with one name the hottest counts; before the box was read nothing is known", () => {
    const one = gateway();
    expect(one.gather().temperatures).toBeUndefined();
    one.temperatures = [
      { name: "cpu", value: 90 },
      { name: "cpu", value: 40 },
    ];
    expect(one.gather().temperatures).toEqual([{ name: "cpu", value: 90 }]);
  });
});

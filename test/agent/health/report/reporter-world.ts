/** A reporter in a world of its own: time that is moved, one broker's answers, and everything that is said written down. */
import type { Alarm, AlarmEvent } from "../../../../agent/health/alarms/alarm.ts";
import type { Outage } from "../../../../agent/health/availability/outages.ts";
import { createCounters } from "../../../../agent/health/counters.ts";
import type { ReportSource } from "../../../../agent/health/report/report.ts";
import { type Reporter, startReporter } from "../../../../agent/health/report/reporter.ts";
import type { Delivery, OwnMessage } from "../../../../agent/north/core.ts";
import { WorldClock } from "../../../../simulator/world/clock.ts";
import { WorldRng } from "../../../../simulator/world/rng.ts";
import { coreSettings } from "../../north/core-world.ts";
import type { AccountWorld } from "../availability/account-world.ts";
import { busyDevices, busyGateway, EUI } from "./busy-gateway.ts";

export interface Said {
  readonly coreId: string;
  readonly gatewayEui: string;
  readonly name: string;
  readonly retain: boolean;
  readonly atMs: number;
  readonly payload: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: read by tests that know what they sent.
  readonly json: any;
}

export interface ReporterWorld {
  readonly clock: WorldClock;
  readonly reporter: Reporter;
  readonly said: Said[];
  readonly notes: Map<string, string>;
  readonly counters: ReturnType<typeof createCounters>;
  /** What the broker answers. */
  answer: (message: OwnMessage, coreId: string) => Delivery | Promise<Delivery>;
  /** Cores that are connected; the server may change. */
  readonly up: Map<string, string>;
  alarms: Alarm[];
  outages: Outage[];
  isDated: boolean;
  source: Partial<ReportSource>;
  connect(coreId?: string, server?: string): void;
  disconnect(coreId?: string): void;
  happen(event: AlarmEvent["event"], alarm: Alarm): void;
  /** Of this name, or of all. */
  of(name: string, coreId?: string): Said[];
  /** The agent ends, and another process begins with the same notes. */
  restart(): void;
}

interface Options {
  readonly seed?: number;
  readonly gatewayEui?: string;
  /** Gateways of the same agent, connected as the first is. */
  readonly others?: readonly string[];
  /** Those that should be heard, whether they are or not. */
  readonly expected?: readonly string[];
  /** Whose outages are told, by whose notes; absent: those of `outages`. Its time is its own. */
  readonly account?: AccountWorld;
  readonly reportIntervalMs?: number;
  readonly fullIntervalMs?: number;
  readonly clock?: WorldClock;
}

export function reporterWorld({
  seed = 1,
  gatewayEui = EUI,
  others = [],
  expected = [],
  account,
  reportIntervalMs = 300_000,
  fullIntervalMs = 3_600_000,
  clock = new WorldClock(),
}: Options = {}): ReporterWorld {
  const said: Said[] = [];
  const notes = account?.notes.kept ?? new Map<string, string>();
  const gatewayEuis = [gatewayEui, ...others];
  const counters = createCounters();
  const up = new Map<string, string>();
  let listeners = new Set<(event: AlarmEvent) => void>();
  let life = 0;

  const begin = (): Reporter => {
    const mine = ++life;
    const listening = new Set<(event: AlarmEvent) => void>();
    listeners = listening;
    return startReporter({
      clock: {
        ...clock,
        wallMs: () => clock.wallMs(),
        monotonicMs: () => clock.monotonicMs(),
        kernelBootId: () => clock.kernelBootId(),
        sleep: (delayMs, signal) => clock.sleep(delayMs, signal),
        after: (delayMs, run) => clock.after(delayMs, () => mine === life && run()),
      },
      rng: new WorldRng(seed + mine - 1),
      counters,
      notes: account?.notes ?? {
        get: (name) => notes.get(name),
        set: (name, value) => notes.set(name, value),
      },
      cores: [
        coreSettings({ id: "main" }),
        coreSettings({ id: "backup" }),
        coreSettings({ id: "silent", health: false }),
        coreSettings({ id: "gwmp", kind: "gwmp" }),
      ],
      settings: { reportIntervalMs, fullIntervalMs } as never,
      source: () => {
        const busy = busyGateway(world.source);
        const { alarms, outages, isDated } = world;
        const availability = { ...busy.health.availability, isDated };
        const clockState = isDated ? "synchronised" : "unsynchronised";
        return {
          ...busy,
          clock: { ...busy.clock, state: clockState },
          health: { ...busy.health, alarms, outages, availability },
        };
      },
      refresh: async () => undefined,
      links: () =>
        [...up].flatMap(([id, server]) =>
          gatewayEuis.map((eui) => ({ id, gatewayEui: eui, state: "connected" as const, server })),
        ),
      isTimeTrusted: () => world.isDated,
      devices: busyDevices,
      leftOf: () => 0,
      health: {
        expected: () => expected,
        outagesAfter: (toldNumber) => account?.agent.outagesAfter(toldNumber),
        keepOutages: () => account?.agent.keepOutages(),
        onAlarm: (listener) => {
          listening.add(listener);
          return () => listening.delete(listener);
        },
        view: () => ({
          ...busyGateway().health,
          alarms: world.alarms,
          outages: account?.agent.outages() ?? world.outages,
          availability: { ...busyGateway().health.availability, isDated: world.isDated },
        }),
      },
      publish: async (coreId, eui, message) => {
        if (!up.has(coreId)) return "closed";
        const delivery = await world.answer(message, coreId);
        if (delivery === "closed" || delivery === "refused") return delivery;
        const payload = Buffer.from(message.payload);
        const { name, retain } = message;
        said.push({
          coreId,
          gatewayEui: eui,
          name,
          retain,
          atMs: clock.monotonicMs(),
          payload,
          json: JSON.parse(payload.toString()),
        });
        return delivery;
      },
    });
  };

  let reporter: Reporter | undefined;
  const world: ReporterWorld = {
    clock,
    get reporter() {
      return reporter!;
    },
    said,
    notes,
    counters,
    answer: () => "taken",
    up,
    alarms: [],
    outages: [],
    isDated: true,
    source: {},
    connect: (coreId = "main", server = "mqtt://first") => {
      up.set(coreId, server);
      for (const eui of gatewayEuis) reporter!.linkUp(coreId, eui);
    },
    disconnect: (coreId = "main") => {
      up.delete(coreId);
    },
    happen: (event, alarm) => {
      world.alarms = world.alarms.filter(({ id, subject }) => id !== alarm.id || subject !== alarm.subject);
      if (event !== "cleared") world.alarms.push(alarm);
      for (const listener of listeners) listener({ event, alarm, atWallMs: clock.wallMs() });
    },
    of: (name, coreId = "main") => said.filter((one) => one.name === name && one.coreId === coreId),
    restart: () => {
      reporter!.stop();
      reporter = begin();
      for (const coreId of up.keys()) for (const eui of gatewayEuis) reporter.linkUp(coreId, eui);
    },
  };
  reporter = begin();
  return world;
}

/**
 * The agent: the wiring diagram.
 *
 *   packet forwarder ──> south ──> journal ──> routes (a courier and a connection per core) ──> core
 *                          ▲                                                                     │
 *                          └──────────────── downlinks <──────────────────────────────────────────┘
 *
 * It makes the parts, joins them, starts and stops them, and answers on the control socket. What each part promises
 * stands in its own module; the doors to the world are given (ports.ts).
 */
import { applyLive, diffSettings, type SettingsDiff } from "./config/diff.ts";
import type { CoreSettings, Settings } from "./config/settings.ts";
import { type AgentStatus, answerControl } from "./control/answers.ts";
import { createDownlinks, type Downlinks } from "./downlink/downlinks.ts";
import { type Frame, laneOf } from "./frame/frame.ts";
import { type Counters, createCounters } from "./health/counters.ts";
import type { Journal } from "./journal/journal.ts";
import { openJournal } from "./journal/store-journal.ts";
import { gpsMsFromUtcMs } from "./lorawan/gps-time.ts";
import type { Phy } from "./lorawan/phy.ts";
import type { Rxpk } from "./lorawan/rxpk.ts";
import { createChirpstackMqtt } from "./north/chirpstack-mqtt.ts";
import { createRoutes, type Routes } from "./north/routes.ts";
import { createStatsTimers } from "./north/stats-timers.ts";
import type { Doors } from "./ports.ts";
import { createClockState, type WallClockState } from "./south/clock-state.ts";
import { createSouth, type South } from "./south/listener.ts";
import type { Keeper } from "./south/push-data.ts";

export interface AgentParts {
  readonly settings: Settings;
  readonly doors: Doors;
  readonly version: string;
  /** When this program was built, wall time. */
  readonly builtWallMs: number;
}

export interface Agent {
  /** Where packet forwarders are listened to. */
  readonly address: { readonly host: string; readonly port: number };
  status(): AgentStatus;
  /** Takes over what may change while running. @returns what changed now, and what waits for a restart. */
  reload(next: Settings): SettingsDiff;
  /** Says OFFLINE, commits what waits, closes everything. */
  stop(): Promise<void>;
}

/** @throws AgentError STORE_LOCKED, STORE_NEWER, STORE_IO, UDP_BIND, CONTROL_BIND; what was opened is closed again. */
export async function startAgent({
  settings: first,
  doors,
  version,
  builtWallMs,
}: AgentParts): Promise<Agent> {
  const { clock, log } = doors;
  let settings = first;
  const startedWallMs = clock.wallMs();
  const startedMonotonicMs = clock.monotonicMs();
  const counters = createCounters();
  const journal = await openJournal({
    ...doors,
    directory: settings.journal.path,
    cores: settings.cores.map(({ id }) => id),
    commitIntervalMs: settings.journal.commitIntervalMs,
  });
  const clockState = createClockState({ ...doors, settings: () => settings.clock, builtWallMs });
  const currentClockState = () => clockState.state(clock.wallMs(), clock.monotonicMs());
  const coreOf = (id: string): CoreSettings | undefined => settings.cores.find((core) => core.id === id);

  const stats = createStatsTimers({
    clock,
    isAlive: (gatewayEui) => south.isAlive(gatewayEui),
    take: (gatewayEui) => {
      const rx = south.takeRxStatistics(gatewayEui);
      return rx && { timeWallMs: clock.wallMs(), ...rx, ...downlinks.takeTxStatistics(gatewayEui) };
    },
    send: (gatewayEui, report) => routes.sendStats(gatewayEui, report),
  });
  const routes: Routes = createRoutes({
    cores: settings.cores,
    journal,
    clock,
    clockState: currentClockState,
    clockOffsetMs: () => clockState.view().offsetMs,
    counters,
    log: log.child({ part: "north" }),
    connect: (core, gatewayEui, handlers) =>
      createChirpstackMqtt({ ...doors, settings: core, gatewayEui, counters, handlers }),
    onDownlink: (command) => downlinks.command(command, (ack) => routes.sendTxAck(command.coreId, ack)),
    onStatsInterval: stats.set,
  });
  const downlinks: Downlinks = createDownlinks({
    clock,
    rng: doors.rng,
    log,
    counters,
    settings: () => settings,
    coreMayTransmit: (id) => coreOf(id)?.mayTransmit ?? false,
    currentSession: (gatewayEui, board) => south.currentSession(gatewayEui, board),
    gpsNowMs: () => (currentClockState() === "unsynchronised" ? undefined : gpsMsFromUtcMs(clock.wallMs())),
    gpsFloorMs: gpsMsFromUtcMs(builtWallMs),
    send: (gatewayEui, token, json) => south.sendPullResp(gatewayEui, token, json),
    hasTxAck: (gatewayEui) => south.hasTxAck(gatewayEui),
  });
  const keeper = createKeeper(journal, routes, settings, counters);

  const south: South = await closingOnFailure(
    () => journal.close(),
    () =>
      createSouth({
        ...doors,
        counters,
        settings: () => settings,
        notes: journal.notes,
        clockState,
        keeper,
        onGateway: (gatewayEui) => routes.ensure(gatewayEui),
        onTxAck: (gatewayEui, token, text) => downlinks.txAck(gatewayEui, token, text),
      }),
  );

  const status = (): AgentStatus => ({
    version,
    startedWallMs,
    uptimeMs: clock.monotonicMs() - startedMonotonicMs,
    listen: south.address,
    clock: { ...clockState.view(), kernelBootId: clock.kernelBootId() },
    forwarders: south.status(),
    cores: routes.status(),
    journal: journal.stats(),
    dutyCycle: south.gateways().map((gatewayEui) => ({
      gatewayEui,
      subBands: downlinks.dutyCycleLoads(gatewayEui),
    })),
    counters: counters.snapshot(),
  });
  /** From south to north: what is still on its way then finds its place. */
  const close = async (): Promise<void> => {
    clockState.stop();
    stats.stop();
    await south.close();
    downlinks.close();
    await routes.stop();
    await journal.close();
  };
  // A forwarder may have spoken already, and its gateway be on its way to the cores.
  const control = await closingOnFailure(close, () =>
    doors.control.serve(settings.control.socket, async (request) => answerControl(request, status)),
  );

  watchClock(clockState, doors);
  for (const gatewayEui of knownGateways(settings, journal)) routes.ensure(gatewayEui);

  return {
    address: south.address,
    status,
    reload: (next) => {
      const diff = diffSettings(settings, next);
      settings = applyLive(settings, next);
      for (const gatewayEui of south.reconfigure()) downlinks.drop(gatewayEui);
      return diff;
    },
    stop: async () => {
      await control.close();
      await close();
    },
  };
}

/** A frame is kept first and offered then: what a core takes at once must already have its number. */
function createKeeper(journal: Journal, routes: Routes, settings: Settings, counters: Counters): Keeper {
  const cores = settings.cores.map(({ id }) => id);
  return {
    keep: (draft, rxpk: Rxpk, phy: Phy | undefined, onCustody) => {
      const lane = laneOf(draft.gatewayEui, phy);
      const frame: Frame = journal.keep(draft, lane, cores, onCustody);
      counters.count("frameKept");
      routes.offer({ frame, rxpk, phy }, lane);
      return frame.sequence;
    },
    whenCustody: (sequence, onCustody) => journal.whenCustody(sequence, onCustody),
  };
}

/** Gateways to be served before their forwarder speaks: the settings' own, and those with frames to carry. */
function knownGateways(settings: Settings, journal: Journal): Set<string> {
  const known = new Set<string>();
  if (settings.gateway.eui !== "") known.add(settings.gateway.eui);
  for (const { id } of settings.cores) {
    for (const { lane } of journal.backlog(id)) known.add(lane.slice(0, lane.indexOf("/")));
  }
  return known;
}

function watchClock(clockState: WallClockState, { log }: Doors): void {
  clockState.onChange(({ state, source, lastJumpMs, offsetMs }) =>
    log.info({ part: "clock", state, source, lastJumpMs, offsetMs }, "clock state"),
  );
  clockState.start();
}

async function closingOnFailure<T>(close: () => Promise<void>, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }
}

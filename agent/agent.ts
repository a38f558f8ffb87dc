import { keepLogTail } from "./command/log-tail.ts";
import { applyLive, diffSettings, type SettingsDiff } from "./config/diff.ts";
import type { CoreSettings, Settings } from "./config/settings.ts";
import { openAgentDesk } from "./control/agent-desk.ts";
import type { AgentStatus } from "./control/answers.ts";
import { TEST_CORE } from "./control/downlink-test.ts";
import { createFeed } from "./control/feed.ts";
import { gatewaysWithBacklog, watchGuests } from "./control/guests.ts";
import { createDownlinks, type Downlinks } from "./downlink/downlinks.ts";
import type { AgentError } from "./errors.ts";
import { type CoreFilters, createCoreFilters } from "./frame/core-filters.ts";
import { type Frame, laneOf } from "./frame/frame.ts";
import { type Counters, createCounters } from "./health/counters.ts";
import { journalVital, type Vital } from "./health/pulse.ts";
import { createRecords } from "./health/records/records.ts";
import { createCrowding } from "./journal/crowding.ts";
import type { Journal } from "./journal/journal.ts";
import { openJournal } from "./journal/store-journal.ts";
import { gpsMsFromUtcMs } from "./lorawan/gps-time.ts";
import type { Phy } from "./lorawan/phy.ts";
import type { Rxpk } from "./lorawan/rxpk.ts";
import type { ConnectCore } from "./north/kinds.ts";
import { createRoutes, type Routes } from "./north/routes.ts";
import { createStatsTimers } from "./north/stats-timers.ts";
import { type Oversight, type ProgramParts, startOversight } from "./oversight.ts";
import type { Doors } from "./ports.ts";
import { createClockState, type WallClockState } from "./south/clock-state.ts";
import { createSouth, type South } from "./south/listener.ts";
import type { Keeper } from "./south/push-data.ts";
import { acceptedOf } from "./south/sessions.ts";

export interface AgentParts extends ProgramParts {
  readonly settings: Settings;
  /** Of all kinds that the settings have (north/kinds.ts). */
  readonly connectCore: ConnectCore;
  readonly doors: Doors;
  /** Another journal lies where ours was opened: whoever runs us should begin anew. */
  readonly onReplaced?: (error: AgentError) => void;
}

export interface Agent {
  /** Where packet forwarders are listened to. */
  readonly address: { readonly host: string; readonly port: number };
  status(): AgentStatus;
  /** What a supervisor's pulse is felt by (health/pulse.ts). */
  readonly vitals: readonly Vital[];
  /** Takes over what may change while running. @returns what changed now, and what waits for a restart. */
  reload(next: Settings): SettingsDiff;
  /**
   * Says OFFLINE, commits what waits, closes everything.
   * @returns false when the disk does not answer (Journal.close).
   */
  stop(): Promise<boolean>;
}

/**
 * A disk that refuses stops nobody: the journal then begins without its store.
 * @throws AgentError STORE_LOCKED, STORE_NEWER, UDP_BIND, CONTROL_BIND; what was opened is closed again.
 */
export async function startAgent({
  settings: first,
  connectCore,
  doors: given,
  onReplaced,
  ...program
}: AgentParts): Promise<Agent> {
  const { builtWallMs, version } = program;
  const tail = keepLogTail(given.log, given.clock);
  const doors: Doors = { ...given, log: tail.log };
  const { clock, log } = doors;
  let settings = first;
  const started = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  const counters = createCounters();
  const feed = createFeed(clock);
  const mayTransmit = (): boolean => settings.cores.some((core) => core.mayTransmit);
  const coreOf = (id: string): CoreSettings | undefined => settings.cores.find((core) => core.id === id);
  const maxAgeMsOf = (id: string): number => coreOf(id)?.maxAgeMs || settings.journal.maxAgeMs;
  const journal = await openJournal({
    ...doors,
    directory: settings.journal.path,
    cores: settings.cores.map(({ id }) => id),
    commitIntervalMs: settings.journal.commitIntervalMs,
    limits: () => ({ ...settings.journal, maxAgeMsOf }),
    comparableStates: () => clockState.comparableStates(),
    isInFlight: (coreId, lane) => routes.isInFlight(coreId, lane),
    version,
    mark: doors.marks?.open(`${settings.control.socket}.record`),
    ballast: true,
    ...(onReplaced === undefined ? {} : { onReplaced }),
  });
  const clockState = createClockState({ ...doors, settings: () => settings.clock, builtWallMs });
  const currentClockState = () => clockState.state(clock.wallMs(), clock.monotonicMs());

  const records = createRecords({
    ...doors,
    notes: journal.notes,
    isFound: () => journal.isFound,
    whenFound: journal.whenFound,
    clockState: currentClockState,
    isListening: (gatewayEui) => south.isAlive(gatewayEui),
    homeNetIds: () => settings.journal.homeNetIds,
    journal: journal.stats,
  });

  const stats = createStatsTimers({
    clock,
    isAlive: (gatewayEui) => south.isAlive(gatewayEui),
    take: (gatewayEui) => {
      const rx = south.takeRxStatistics(gatewayEui);
      return rx && { timeWallMs: clock.wallMs(), ...rx, ...downlinks.takeTxStatistics(gatewayEui) };
    },
    send: (gatewayEui, report) => routes.sendStats(gatewayEui, report),
  });
  /** What links and cores say before it is there finds nobody, as with an agent that is not there. */
  let oversight: Oversight | undefined;
  const routes: Routes = createRoutes({
    cores: settings.cores,
    journal,
    clock,
    clockState: currentClockState,
    clockOffsetMs: () => clockState.view().offsetMs,
    counters,
    log: log.child({ part: "north" }),
    connect: (core, gatewayEui, handlers) =>
      connectCore(
        records.links.watch(core.id, gatewayEui, {
          ...doors,
          settings: core,
          gatewayEui,
          counters,
          handlers,
          forwarder: {
            isAlive: () => south.isAlive(gatewayEui),
            version: () => south.version(gatewayEui),
            presentTmstUs: (board) => south.presentTmstUs(gatewayEui, board),
          },
        }),
      ),
    onDownlink: (command) => downlinks.command(command, (ack) => routes.sendTxAck(command.coreId, ack)),
    onTxpk: (request) => downlinks.pass(request),
    onLink: (coreId, gatewayEui, isUp) => oversight?.link(coreId, gatewayEui, isUp),
    onOwnCommand: (command) => oversight?.command(command),
    onExec: (command) => oversight?.exec(command),
    onStatsInterval: stats.set,
    onlooker: feed,
  });
  const downlinks: Downlinks = createDownlinks({
    clock,
    rng: doors.rng,
    log,
    counters,
    settings: () => settings,
    coreMayTransmit: (id) => (id === TEST_CORE ? mayTransmit() : (coreOf(id)?.mayTransmit ?? false)),
    currentSession: (gatewayEui, board) => south.currentSession(gatewayEui, board),
    gpsNowMs: () => (currentClockState() === "unsynchronised" ? undefined : gpsMsFromUtcMs(clock.wallMs())),
    gpsFloorMs: gpsMsFromUtcMs(builtWallMs),
    send: (gatewayEui, token, json) => south.sendPullResp(gatewayEui, token, json),
    hasTxAck: (gatewayEui) => south.hasTxAck(gatewayEui),
    transmissions: records.transmissions,
    onlooker: feed,
  });
  let coreFilters = createCoreFilters(settings.cores, settings.filter.lorawanOnly);
  const keeper = createKeeper(journal, routes, (phy) => coreFilters(phy), counters);

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
        mayLeave: (gatewayEui) => !knownGateways(settings, journal).has(gatewayEui),
        onGatewayGone: (gatewayEui) => {
          downlinks.drop(gatewayEui);
          stats.drop(gatewayEui);
          routes.remove(gatewayEui);
          records.drop(gatewayEui);
        },
        onTxAck: (gatewayEui, token, text) => downlinks.txAck(gatewayEui, token, text),
        onStat: (gatewayEui, text) => routes.passStat(gatewayEui, text),
        records,
        onlooker: feed,
      }),
  );

  const reload = (next: Settings): SettingsDiff => {
    const diff = diffSettings(settings, next);
    settings = applyLive(settings, next);
    coreFilters = createCoreFilters(settings.cores, settings.filter.lorawanOnly);
    for (const gatewayEui of south.reconfigure()) {
      downlinks.drop(gatewayEui);
      records.drop(gatewayEui);
    }
    return diff;
  };
  const guests = watchGuests({
    journal,
    clock,
    cores: settings.cores.map(({ id }) => id),
    isOwn: (gatewayEui) => settings.gateway.eui === gatewayEui || south.gateways().includes(gatewayEui),
    isTakenOver: (gatewayEui) =>
      routes.status().some((route) => route.gatewayEui === gatewayEui && route.alarms.includes("takenOver")),
    letGo: (gatewayEui) => {
      routes.remove(gatewayEui);
      records.links.drop(gatewayEui);
      oversight?.drop(gatewayEui);
    },
  });
  const askJournal = openAgentDesk({
    ...doors,
    journal,
    routes,
    guests,
    counters,
    clockState: currentClockState,
    coresOf: (phy) => coreFilters(phy),
    maxAgeMsOf,
  });
  /** From south to north: what is still on its way then finds its place. */
  const close = async (): Promise<boolean> => {
    clockState.stop();
    stats.stop();
    guests.stop();
    await oversight?.fallSilent();
    await south.close();
    downlinks.close();
    await routes.stop();
    oversight?.stop();
    records.stop();
    return journal.close();
  };
  const road = {
    ...{ started, journal, askJournal, clockState, records, routes, downlinks, south, counters, feed, tail },
    settings: () => settings,
    reload,
    mayTransmit,
  };
  const overseer = await closingOnFailure(close, () => startOversight(doors, road, program));
  oversight = overseer;
  // A forwarder may have spoken already, and its gateway be on its way to the cores.
  const control = await closingOnFailure(close, () =>
    doors.control.serve(settings.control.socket, overseer.answer),
  );

  watchClock(clockState, doors);
  records.start();
  const serveKnown = (): void => {
    const known = knownGateways(settings, journal);
    // Else nobody would tell the core of a forwarder that has not come back after a restart.
    const accepted = acceptedOf(settings.forwarder);
    const expected = overseer.expected().filter((gatewayEui) => accepted?.has(gatewayEui) ?? true);
    for (const gatewayEui of [...known, ...expected]) routes.ensure(gatewayEui);
    guests.watch(known, expected);
  };
  journal.whenFound(() => {
    south.found();
    overseer.found();
    serveKnown();
    routes.found();
  });
  serveKnown();

  return {
    address: south.address,
    status: overseer.status,
    vitals: [
      { name: "socket", answers: () => south.hearsItself() },
      { name: "control", answers: () => hearsCommands(doors, settings.control.socket) },
      journalVital(() => journal.stats()),
    ],
    reload,
    stop: async () => {
      await control.close();
      return close();
    },
  };
}

/** A frame is kept first and offered then: what a core takes at once must already have its number. */
function createKeeper(journal: Journal, routes: Routes, coresOf: CoreFilters, counters: Counters): Keeper {
  const crowding = createCrowding(journal);
  return {
    isWanted: (phy) => coresOf(phy).length > 0,
    keep: (draft, rxpk: Rxpk, phy: Phy | undefined, onCustody) => {
      const lane = crowding(laneOf(draft.gatewayEui, phy));
      const cores = coresOf(phy);
      const frame: Frame = journal.keep(draft, lane, cores, onCustody);
      counters.count("frameKept");
      routes.offer({ frame, rxpk, phy }, lane, cores);
      return frame.sequence;
    },
    whenCustody: (sequence, onCustody) => journal.whenCustody(sequence, onCustody),
  };
}

/** Gateways to be served before their forwarder speaks: the settings' own, and those with frames to carry. */
function knownGateways(settings: Settings, journal: Journal): Set<string> {
  const known = gatewaysWithBacklog(
    journal,
    settings.cores.map(({ id }) => id),
  );
  return settings.gateway.eui === "" ? known : new Set([settings.gateway.eui, ...known]);
}

function watchClock(clockState: WallClockState, { log }: Doors): void {
  clockState.onChange(({ state, source, lastJumpMs, offsetMs }) =>
    log.info({ part: "clock", state, source, lastJumpMs, offsetMs }, "clock state"),
  );
  clockState.start();
}

/** Any answer is one: nothing is asked for. */
async function hearsCommands({ control }: Doors, socketPath: string): Promise<boolean> {
  const answer = await control.ask(socketPath, { method: "GET", path: "/", body: undefined });
  return answer.status > 0;
}

async function closingOnFailure<T>(close: () => Promise<unknown>, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }
}

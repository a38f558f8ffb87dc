/**
 * Oversight: all who look at the agent at work, speak of it, and are asked about it. None of them is in the way of a
 * frame: the road that frames take is agent.ts, and this stands beside it.
 *
 *   field ──> health ──> reporter ──> cores          status, page, metrics, control socket <── who asks
 *               └──────> care (the forwarder)        commands <── cores
 */
import { type Care, startCare } from "./care/care.ts";
import { openCommands } from "./command/commands.ts";
import type { LogTail } from "./command/log-tail.ts";
import type { SettingsFile } from "./command/settings-file.ts";
import type { SettingsDiff } from "./config/diff.ts";
import type { ProfileInUse } from "./config/profile-defaults.ts";
import type { Settings } from "./config/settings.ts";
import { type AgentStatus, answerControl } from "./control/answers.ts";
import { answerDevices } from "./control/device-lines.ts";
import { answerDownlinkTest, type DownlinkTestParts } from "./control/downlink-test.ts";
import type { Feed } from "./control/feed.ts";
import { answerFeed } from "./control/feed-lines.ts";
import { answerMaintenance } from "./control/maintenance-answer.ts";
import type { Downlinks } from "./downlink/downlinks.ts";
import { startField } from "./field/field.ts";
import type { Counters } from "./health/counters.ts";
import { type Health, startHealth } from "./health/health.ts";
import type { Records } from "./health/records/records.ts";
import { startHistory } from "./health/report/history.ts";
import { historyFigures } from "./health/report/history-figures.ts";
import { type Reporter, startReporter } from "./health/report/reporter.ts";
import { readSoftware } from "./health/report/software.ts";
import type { OpenJournal } from "./journal/store-journal.ts";
import { startMetrics } from "./metrics/metrics.ts";
import type { ExecCommand, OwnCommand } from "./north/core.ts";
import type { Routes } from "./north/routes.ts";
import type { ControlAnswer, ControlRequest, Doors } from "./ports.ts";
import type { WallClockState } from "./south/clock-state.ts";
import type { South } from "./south/listener.ts";
import type { DoctorReport } from "./technician/doctor/report.ts";
import { startWeb } from "./web/web.ts";

/** The road as agent.ts has joined it. */
export interface Road {
  /** When the agent began to. */
  readonly started: { readonly wallMs: number; readonly monotonicMs: number };
  readonly settings: () => Settings;
  readonly reload: (next: Settings) => SettingsDiff;
  readonly journal: OpenJournal;
  readonly askJournal: (request: ControlRequest) => Promise<ControlAnswer | undefined>;
  readonly clockState: WallClockState;
  readonly records: Records;
  readonly routes: Routes;
  readonly downlinks: Downlinks;
  /** Some core may have this gateway transmit. */
  readonly mayTransmit: () => boolean;
  readonly south: South;
  readonly counters: Counters;
  readonly feed: Feed;
  readonly tail: LogTail;
}

/** What stands about the program and its box, and is not the road's. */
export interface ProgramParts {
  readonly version: string;
  /** Of what runs this program; absent: not known. */
  readonly nodeVersion?: string | undefined;
  /** When this program was built, wall time. */
  readonly builtWallMs: number;
  /** The profile that has given its part to the settings. */
  readonly profile?: ProfileInUse | undefined;
  /** Where the built local page is; absent: nowhere. */
  readonly pageFolder?: string | undefined;
  /** The doctor behind the page's button; absent: there is none. */
  readonly doctor?: (() => Promise<DoctorReport>) | undefined;
  /** Where the settings came from; absent: no core can change them. */
  readonly settingsFile?: SettingsFile;
}

export interface Oversight {
  status(): AgentStatus;
  /** To a question on the control socket. */
  answer(request: ControlRequest): Promise<ControlAnswer>;
  /** The link of a core came, or went. */
  link(coreId: string, gatewayEui: string, isUp: boolean): void;
  command(command: OwnCommand): void;
  exec(command: ExecCommand): void;
  /** The journal has found what an earlier run kept (Journal.whenFound). */
  found(): void;
  /** Gateways whose forwarder should be heard, by the settings or by what an earlier run heard. */
  expected(): readonly string[];
  /** A gateway is no longer served. */
  drop(gatewayEui: string): void;
  /** Asks and answers no more. Before the road is closed. */
  fallSilent(): Promise<void>;
  /** Writes down what is known last. Once the road is closed, and before the journal is. */
  stop(): void;
}

export async function startOversight(doors: Doors, road: Road, program: ProgramParts): Promise<Oversight> {
  const { clock, log } = doors;
  const { started, journal, clockState, records, routes, downlinks, south, counters, feed, tail } = road;
  const { version, nodeVersion, builtWallMs, profile, pageFolder, doctor, settingsFile } = program;
  const settings = road.settings();
  const currentClockState = () => clockState.state(clock.wallMs(), clock.monotonicMs());
  const isTimeTrusted = (): boolean => currentClockState() !== "unsynchronised";

  const field = await startField({ ...doors, settings, heldPorts: profile?.heldPorts ?? [], builtWallMs });
  const software = await readSoftware(doors.files, nodeVersion);
  const subBandLoads = () =>
    south.gateways().map((gatewayEui) => ({
      gatewayEui,
      subBands: downlinks.dutyCycleLoads(gatewayEui),
    }));
  const status = (): AgentStatus => ({
    version,
    software,
    profile,
    startedWallMs: started.wallMs,
    uptimeMs: clock.monotonicMs() - started.monotonicMs,
    listen: south.address,
    clock: { ...clockState.view(), kernelBootId: clock.kernelBootId() },
    forwarders: south.status(),
    cores: routes.status(),
    journal: journal.stats(),
    dutyCycle: subBandLoads(),
    counters: counters.snapshot(),
    field: field.status(),
    care: care.view(),
    health: health.view(),
    reports: reporter.view(),
  });
  const statusNow = async (): Promise<AgentStatus> => {
    await field.refresh();
    return status();
  };

  const health: Health = startHealth({
    ...doors,
    notes: journal.notes,
    isFound: () => journal.isFound,
    settings: road.settings,
    clockState,
    records,
    forwarders: south.status,
    cores: routes.status,
    journal: journal.stats,
    subBandLoads,
    field,
    power: () => care.view().power,
    framesKept: () => counters.get("frameKept"),
  });
  const care: Care = startCare({
    ...doors,
    settings: road.settings,
    profile,
    notes: journal.notes,
    historyKnown: () => journal.isFound,
    clockTrusted: isTimeTrusted,
    heard: south.status,
    hearsItself: () => south.hearsItself(),
    isMaintained: () => health.maintenance.current() !== undefined,
    commitNow: journal.commitNow,
  });
  const history = startHistory({
    clock,
    figures: () =>
      historyFigures({
        field: field.status(),
        cores: routes.status(),
        journal: journal.stats(),
        forwarders: south.status(),
      }),
  });
  const reporter: Reporter = startReporter({
    ...doors,
    counters,
    notes: journal.notes,
    cores: settings.cores,
    settings: settings.health,
    health,
    source: status,
    refresh: () => field.refresh(),
    links: routes.status,
    isTimeTrusted,
    devices: records.devices,
    voltagesFirst: [settings.care.supplyVoltage, settings.care.backupVoltage],
    leftOf: (coreId, gatewayEui) => framesWaiting(journal, coreId, gatewayEui),
    publish: routes.publishOwn,
  });
  // Those that came before anybody listened.
  for (const { id, gatewayEui, state } of routes.status())
    if (state === "connected") reporter.linkUp(id, gatewayEui);

  const commands = openCommands({
    ...doors,
    tail,
    counters,
    notes: journal.notes,
    notesWritten: journal.notesWritten,
    now: () => ({
      wallMs: clock.wallMs(),
      monotonicMs: clock.monotonicMs(),
      kernelBootId: clock.kernelBootId(),
      clockState: currentClockState(),
    }),
    settings: road.settings,
    settingsFile,
    reload: road.reload,
    routes,
    journal: road.askJournal,
    report: (gatewayEui) => reporter.onRequest(gatewayEui),
    maintenance: health.maintenance,
    restartForwarder: care.restartForwarder,
  });
  const web = startWeb({
    ...doors,
    settings,
    builtWallMs,
    folder: pageFolder,
    feed,
    status: statusNow,
    history: history.view,
    devices: () => records.devices(),
    maintenance: health.maintenance,
    doctor,
  });
  const metrics = startMetrics({ ...doors, settings: settings.metrics, status: statusNow });
  const testParts: DownlinkTestParts = {
    clock,
    feed,
    downlinks,
    mayTransmit: road.mayTransmit,
    log: log.child({ part: "control" }),
    forwarders: south.status,
    heardFrequenciesHz: (gatewayEui) =>
      records
        .view()
        .radio.filter((radio) => radio.gatewayEui === gatewayEui)
        .flatMap(({ channels }) => channels.map(({ frequencyHz }) => frequencyHz)),
  };

  return {
    status,
    answer: async (request) => {
      if (request.path === "/status") await field.refresh();
      return (
        (await road.askJournal(request)) ??
        answerFeed(request, feed, clock) ??
        (await answerDownlinkTest(request, testParts)) ??
        answerDevices(request, records, clock) ??
        answerMaintenance(request, health.maintenance) ??
        web.control(request) ??
        answerControl(request, { status, history: history.view, log: tail.lines })
      );
    },
    link: (coreId, gatewayEui, isUp) => {
      health.look();
      if (isUp) reporter.linkUp(coreId, gatewayEui);
    },
    command: commands.hear,
    exec: commands.hearExec,
    found: care.found,
    expected: health.expected,
    drop: reporter.drop,
    fallSilent: async () => {
      await Promise.all([web.close(), metrics.close()]);
      await Promise.all([field.stop(), care.stop(), commands.stop()]);
    },
    stop: () => {
      history.stop();
      reporter.stop();
      health.stop();
    },
  };
}

/** Stored, and not taken by this core. */
function framesWaiting(journal: OpenJournal, coreId: string, gatewayEui: string): number {
  let waiting = 0;
  for (const { lane, frames } of journal.backlog(coreId))
    if (lane.startsWith(`${gatewayEui}/`)) waiting += frames;
  return waiting;
}

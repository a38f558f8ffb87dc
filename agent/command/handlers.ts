/** What each command does, by its name. The table of them: catalogue.ts; who asks, and whether he may: desk.ts. */
import type { RestartResult } from "../care/forwarder-care.ts";
import type { SettingsDiff } from "../config/diff.ts";
import type { Settings } from "../config/settings.ts";
import type { Desk } from "../control/journal-desk.ts";
import type { Maintenance } from "../health/availability/maintenance.ts";
import type { Delivery } from "../north/core.ts";
import type { RouteStatus } from "../north/routes.ts";
import type { Clock } from "../ports.ts";
import type { CommandName, GivenTo } from "./catalogue.ts";
import { exportJournal, tellJournalStats, thinJournal } from "./journal-commands.ts";
import type { Now } from "./lifetime.ts";
import type { LogTail } from "./log-tail.ts";
import { tellLogTail } from "./log-tail-command.ts";
import { doMaintenance } from "./maintenance-command.ts";
import { doReplayPlan } from "./replay-plan-command.ts";
import { type Answer, done, failed, refused } from "./reply.ts";
import { changeSettings, type Sender } from "./settings-change.ts";
import type { SettingsFile } from "./settings-file.ts";
import { showSettings } from "./settings-show.ts";
import type { TrialWatch } from "./trial-watch.ts";

export interface HandlerParts {
  readonly clock: Clock;
  readonly tail: Pick<LogTail, "lines">;
  readonly now: () => Now;
  readonly settings: () => Settings;
  readonly file: SettingsFile | undefined;
  readonly watch: TrialWatch | undefined;
  readonly reload: (next: Settings) => SettingsDiff;
  readonly journal: Desk;
  /** The full report, JSON. */
  readonly report: (gatewayEui: string) => Promise<Uint8Array>;
  readonly maintenance: Maintenance;
  readonly restartForwarder: (why: string) => Promise<RestartResult>;
  readonly routes: () => readonly RouteStatus[];
  readonly proposePlan: (coreId: string, gatewayEui: string, plan: Uint8Array) => Promise<Delivery>;
}

export interface Asked extends Sender {
  /** Gives a part of the answer, before the last. @returns false when it did not arrive. */
  readonly say: (result: object) => Promise<boolean>;
}

export interface Done {
  readonly answer: Answer;
  /** What is to be done once it was given. */
  readonly after?: () => void;
}

export type Handlers = {
  readonly [Name in CommandName]: (
    given: GivenTo<Name>,
    asked: Asked,
  ) => Answer | Done | Promise<Answer | Done>;
};

export function createHandlers(parts: HandlerParts): Handlers {
  /** Two cores may ask at once, and there is one file. */
  let isChanging = false;

  async function changeAlone(
    given: GivenTo<"settings-change">,
    { id, coreId, gatewayEui }: Sender,
  ): Promise<Done> {
    if (isChanging) return { answer: refused("busy") };
    isChanging = true;
    try {
      return await changeSettings(parts, given, { id, coreId, gatewayEui });
    } finally {
      isChanging = false;
    }
  }

  return {
    health: async (_given, { gatewayEui }) =>
      done(JSON.parse(Buffer.from(await parts.report(gatewayEui)).toString("utf8"))),
    "log-tail": (given) => tellLogTail(parts.tail, given),
    settings: (given) => showSettings({ ...parts, trial: () => parts.watch?.current }, given),
    "settings-change": changeAlone,
    maintenance: (given, { coreId }) => doMaintenance(parts.maintenance, given, coreId, parts.now()),
    "journal-stats": () => tellJournalStats(parts.journal),
    "journal-thin": (given) => thinJournal(parts.journal, given),
    "journal-export": (given, { coreId, gatewayEui, say }) =>
      exportJournal(parts.journal, given, coreId, gatewayEui, say),
    "forwarder-restart": async ({ reason }, { coreId }) =>
      tellRestart(await parts.restartForwarder(`core ${coreId}: ${reason}`)),
    "replay-plan": (given, { coreId, gatewayEui }) =>
      doReplayPlan(
        { routes: parts.routes, propose: parts.proposePlan },
        given,
        coreId,
        gatewayEui,
        parts.now(),
      ),
  };
}

function tellRestart(result: RestartResult): Answer {
  if (result.ok) return done(result.asked ? { asked: true } : { restarted: true });
  const { fault, waitMs, exitCode } = result;
  if (waitMs !== undefined) return failed(fault, `not sooner than in ${Math.ceil(waitMs / 1e3)} s`);
  return failed(fault, exitCode === undefined ? undefined : `exit code ${exitCode}`);
}

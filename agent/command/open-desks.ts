/** The desks of commands.ts, with all they need: loaded when the first command comes. */

import { type AuditEntry, auditPath, openAudit } from "./audit.ts";
import type { CommandsParts } from "./commands.ts";
import type { Allowed } from "./desk.ts";
import { createCommandDesk } from "./desk.ts";
import { createExecDesk } from "./exec.ts";
import { createHandlers } from "./handlers.ts";
import { REPLY_LIFE_MS, writeReply } from "./reply.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { TrialNote } from "./trial-note.ts";
import { createTrialWatch, type TrialWatch } from "./trial-watch.ts";

/** What a core is not reached by, although its broker answers. */
const COMPLAINTS = ["noSubscriber", "uplinkRefused", "subscriptionRefused", "stateRefused"];

export function openDesks(parts: CommandsParts) {
  const { clock, log, now, settings, routes, settingsFile: file } = parts;
  const audit = openAudit({
    clock,
    clockState: () => now().clockState,
    log: log.child({ part: "command" }),
    lineFiles: parts.lineFiles,
    path: auditPath(settings().journal.path),
  });
  const allowed = (coreId: string): Allowed =>
    settings().cores.find(({ id }) => id === coreId)?.commands ?? "none";
  const watch = file && openWatch(parts, file, audit);
  // Taken back before there was a desk to note it.
  if (watch !== undefined && file?.trial?.state === "rolledBack")
    audit.note(entryOf(file.trial, "rolledBack"));
  const handlers = createHandlers({
    ...parts,
    file,
    watch,
    routes: routes.status,
    proposePlan: routes.proposePlan,
  });
  return {
    audit,
    watch,
    desk: createCommandDesk({ ...parts, audit, handlers, allowed, publish: routes.publishOwn }),
    exec: createExecDesk({
      ...parts,
      exec: parts.exec,
      audit,
      allowed,
      settings: () => settings().command,
      answer: routes.sendExec,
    }),
  };
}

function openWatch(
  { clock, log, now, routes, reload }: CommandsParts,
  file: SettingsFile,
  audit: ReturnType<typeof openAudit>,
): TrialWatch {
  return createTrialWatch({
    trial: file,
    clock,
    log: log.child({ part: "command" }),
    isReached: ({ coreId, gatewayEui }) =>
      routes
        .status()
        .some(
          ({ id, gatewayEui: of, state, alarms }) =>
            id === coreId &&
            of === gatewayEui &&
            state === "connected" &&
            !alarms.some((alarm) => COMPLAINTS.includes(alarm)),
        ),
    tell: (note, state) =>
      routes.publishOwn(note.coreId, note.gatewayEui, {
        name: "reply/settings-change",
        payload: writeReply(
          {
            id: note.id,
            command: "settings-change",
            ...(state === "confirmed"
              ? { outcome: "done", result: { state } }
              : { outcome: "failed", reason: note.why, result: { state, why: note.why } }),
          },
          now(),
        ),
        retain: false,
        expiresInMs: REPLY_LIFE_MS,
      }),
    returned: async ({ needsRestart }) => {
      if (needsRestart && file.restart !== undefined) return file.restart("settings taken back");
      const content = await file.files.read(file.settingsPath);
      const loaded = content && (await file.check(content.toString("utf8")));
      if (!loaded?.ok) return log.error({}, "settings taken back cannot be used");
      reload(loaded.settings);
      file.applied(loaded.settings);
    },
    ended: (note, state) => void audit.noteNow(entryOf(note, state)),
  });
}

function entryOf(
  { coreId, gatewayEui, id, why }: TrialNote,
  outcome: "confirmed" | "rolledBack",
): AuditEntry {
  return { core: coreId, gatewayEui, command: "settings-change", id, outcome, reason: why };
}

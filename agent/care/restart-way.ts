/**
 * How the forwarder of this box is restarted: by the profile's command where we may run it, or, where the agent has no
 * such right, by the file that root's own supervisor watches (packaging/). Never through a shell, never two at once with
 * setup or restore, which write the same forwarder's settings.
 *
 * When and how often: forwarder-care.ts.
 */
import type { ForwarderHelp } from "../config/profile-defaults.ts";
import { isAgentError } from "../errors.ts";
import type { Box, Claim, Commands, Files } from "../ports.ts";
import { CLAIM_PATH } from "../setup/one-at-a-time.ts";
import { wordsOf } from "../setup/switch-file.ts";
import type { RestartFault, RestartResult } from "./forwarder-care.ts";
import { isStoppedOnPurpose } from "./forwarder-signs.ts";

export interface RestartWay {
  /** none: there is no command. unsure: nobody has documented or measured it for this box. */
  readonly certainty: "none" | "unsure" | "sure";
  /** The profile names the process. */
  readonly knowsProcess: boolean;
  /** @returns undefined when nobody knows. */
  processRuns(): Promise<boolean | undefined>;
  /** Whether somebody wants the forwarder to be off. */
  intention(): Promise<Extract<RestartFault, "stopped" | "switchedOff"> | undefined>;
  /** @param onBegin called once all is ready for it, just before it is done. */
  restart(onBegin: () => void): Promise<RestartResult>;
}

export interface RestartWayParts {
  readonly commands: Commands;
  readonly files: Pick<Files, "read" | "stamp" | "replace">;
  readonly box: Pick<Box, "processes" | "claim"> | undefined;
  /** Of the profile in force; undefined where it has no forwarder. */
  readonly help: ForwarderHelp | undefined;
  /** Of the settings; wins over the profile's, and whoever wrote it is sure of it. Empty: none. */
  readonly ownCommand: readonly string[];
  /** Where root watches for our wish; it counts when it is there. */
  readonly requestPath: string;
  readonly wallMs: () => number;
}

/** Longer than monit and systemd take to restart a daemon. */
const RESTART_MS_MAX = 60_000;
const STATUS_MS_MAX = 10_000;

export function openRestartWay(parts: RestartWayParts): RestartWay {
  const { commands, files, box, help, ownCommand, requestPath } = parts;
  const command = ownCommand.length > 0 ? ownCommand : (help?.restart ?? []);
  const isSure = ownCommand.length > 0 || help?.isSure === true;

  return {
    certainty: command.length === 0 ? "none" : isSure ? "sure" : "unsure",
    knowsProcess: help?.process !== undefined && box !== undefined,
    processRuns: async () => {
      if (box === undefined || help?.process === undefined) return undefined;
      const all = await box.processes();
      return all.some(({ argv }) => baseName(argv[0] ?? "") === help.process);
    },
    intention: async () => {
      if (help?.switchFile !== undefined && help.switchOffKey !== undefined) {
        const text = (await textOf(files, help.switchFile)) ?? "";
        const [word] = wordsOf(text, help.switchOffKey) ?? [];
        if (/^(yes|true|1|on)$/i.test(word ?? "")) return "switchedOff";
      }
      const service = command.at(-1);
      if (help?.status === undefined || service === undefined) return undefined;
      const { stdout } = await commands.run(help.status, STATUS_MS_MAX);
      return isStoppedOnPurpose(stdout, service) ? "stopped" : undefined;
    },
    restart: async (onBegin) => {
      const claim = await claimed();
      if (claim?.ok === false) return { ok: false, fault: "setup" };
      try {
        onBegin();
        if (await isThere(files, requestPath)) return await request();
        const { exitCode } = await commands.run(command, RESTART_MS_MAX);
        return exitCode === 0 ? { ok: true } : { ok: false, fault: "failed", exitCode };
      } finally {
        if (claim?.ok) await claim.release();
      }
    },
  };

  async function claimed(): Promise<Claim | undefined> {
    try {
      return await box?.claim(CLAIM_PATH);
    } catch (error) {
      // No right to write there: somebody else's claim counts all the same.
      if (!isAgentError(error, "FILE_IO")) throw error;
      return (await isThere(files, CLAIM_PATH)) ? { ok: false, pid: 0 } : undefined;
    }
  }

  async function request(): Promise<RestartResult> {
    try {
      await files.replace(requestPath, Buffer.from(`${Math.round(parts.wallMs())}\n`));
      return { ok: true, asked: true };
    } catch (error) {
      if (!isAgentError(error, "FILE_IO")) throw error;
      return { ok: false, fault: "failed" };
    }
  }
}

async function textOf(files: Pick<Files, "read">, path: string): Promise<string | undefined> {
  const content = await files.read(path).catch(() => undefined);
  return content?.toString("latin1");
}

async function isThere(files: Pick<Files, "stamp">, path: string): Promise<boolean> {
  return (await files.stamp(path).catch(() => undefined)) !== undefined;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

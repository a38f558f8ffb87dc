/**
 * The programs of a simulated gateway: those that were put there, and no others. The mirror of agent/host/commands.ts.
 */
import type { CommandResult, Commands } from "../../agent/ports.ts";

const NO_SUCH_PROGRAM: CommandResult = { exitCode: 127, stdout: "" };

export class WorldCommands implements Commands {
  /** By the program's name. */
  readonly programs = new Map<string, (argv: readonly string[]) => CommandResult>();

  async run(argv: readonly string[], _timeoutMs: number): Promise<CommandResult> {
    return this.programs.get(argv[0]!)?.(argv) ?? NO_SUCH_PROGRAM;
  }
}

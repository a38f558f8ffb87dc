/** All that setup and restore need of the world, and what a person says on their command line. */
import type { Environment } from "../config/environment.ts";
import type { Box, Clock, Commands, ControlDoor, Files, Udp } from "../ports.ts";
import type { Translate } from "../text/text.ts";

export interface SetupDoors {
  /** The program's own: the profiles are read through it. */
  readonly files: Files;
  readonly box: Box;
  readonly commands: Commands;
  readonly control: ControlDoor;
  readonly udp: Udp;
  readonly clock: Clock;
  /** 64 hex digits. */
  readonly sha256: (content: Uint8Array) => string;
  readonly env: Environment;
  readonly t: Translate;
  /** Where the shipped profiles are; undefined when they were not found. */
  readonly folder: string | undefined;
  /** Standard output. */
  readonly print: (text: string) => Promise<void>;
  /** Standard error. */
  readonly writeError: (text: string) => void;
  /** Absent: nobody is there to be asked. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** The person wants it to end. */
  readonly interrupted: AbortSignal;
  readonly setExitCode: (code: number) => void;
}

export interface SetupArguments {
  /** The agent's settings file; absent: where the profile has it. */
  readonly config: string | undefined;
  readonly profile: string | undefined;
  readonly forwarderFile: string | undefined;
  /** Words of a command, divided by blanks. */
  readonly forwarderRestart: string | undefined;
  /** The core to be made in place of the server that is found; "none": no core. */
  readonly server: string | undefined;
  readonly listen: string | undefined;
  readonly unmanaged: boolean;
  /** Shows also the comments of a settings file that is made. */
  readonly verbose: boolean;
  /** A duration with its unit. */
  readonly wait: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export interface RestoreArguments {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

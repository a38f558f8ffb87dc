/** All that the doctor needs of the world. It only looks: nothing here is changed, taken or waited for without end. */
import type { Environment } from "../../config/environment.ts";
import type { Box, Clock, Commands, ControlDoor, Files, Mqtt, Reach, Rng, Udp } from "../../ports.ts";

export interface DoctorDoors {
  /** The agent's own: settings, profiles, certificates. */
  readonly files: Files;
  /** The gateway's files and processes. */
  readonly box: Box;
  readonly commands: Commands;
  readonly control: ControlDoor;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly mqtt: Mqtt;
  /** For questions to time servers, from a port that nobody else wants. */
  readonly udp: Udp;
  readonly reach: Reach;
  readonly env: Environment;
  /** Where the shipped profiles are; undefined when they were not found. */
  readonly folder: string | undefined;
  readonly settingsPath: string;
  /** The agent's control socket; absent: as the settings have it. */
  readonly socket?: string | undefined;
  readonly version: string;
  /** When this program was built, wall time. */
  readonly builtWallMs: number;
  /** Called with what is being looked at: for a person who waits. */
  readonly onStep?: (what: string) => void;
  /** Ids of checks; absent: all. */
  readonly only?: readonly string[] | undefined;
}

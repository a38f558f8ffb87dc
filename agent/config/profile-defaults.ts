/**
 * What the gateway's profile gives to the settings where file and environment say nothing. Types only: which profile
 * it is, and what stands in it, is known in agent/profile/.
 */
import type { Said } from "../text/text.ts";
import type { TomlValue } from "./kind.ts";

/** The profile in force. */
export interface ProfileInUse {
  /** undefined: no profile could be read. */
  readonly name: string | undefined;
  readonly title?: string | undefined;
  /**
   * set: named by the settings. recognised: by the files of this box. ambiguous, unknown: not recognised, and the
   * generic profile (or that of the family) stands in. missing: there are no profiles to look at.
   */
  readonly how: "set" | "recognised" | "ambiguous" | "unknown" | "missing";
  /** Names of the profiles that fit equally well, when it is ambiguous. */
  readonly candidates: readonly string[];
  /** Serial ports that others read: never opened by us. Absent: none is known. */
  readonly heldPorts?: readonly string[];
  /** How the forwarder of this box is restarted. Absent: the profile does not know. */
  readonly forwarder?: ForwarderHelp;
}

/** What is known of the forwarder of this box, to bring it back. */
export interface ForwarderHelp {
  /** A program and its arguments. */
  readonly restart: readonly string[];
  /** The command is documented or measured, and the box was recognised or its profile named. */
  readonly isSure: boolean;
  readonly status?: readonly string[];
  /** Name of its program. */
  readonly process?: string;
  readonly switchFile?: string;
  readonly switchOffKey?: string;
}

export type ProfileAnswer =
  | {
      readonly ok: true;
      readonly profile: ProfileInUse;
      /** TOML values by the key of the setting: `journal.commit_interval`. */
      readonly defaults: ReadonlyMap<string, TomlValue>;
    }
  | { readonly ok: false; readonly expected: Said; readonly nearest: string };

/** Asked with the value of gateway.profile. Never rejects for a file. */
export type AskProfile = (profile: string) => Promise<ProfileAnswer>;

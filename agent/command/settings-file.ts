/** The settings file of the running agent, as far as a core may see it and change it: what run.ts knows of it. Types only. */
import type { Loaded } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import type { TrialFiles } from "./trial.ts";
import type { TrialNote } from "./trial-note.ts";

export interface SettingsFile extends TrialFiles {
  /** Judges a text as if it were the file: with the environment and the gateway's profile. */
  readonly check: (tomlText: string) => Promise<Loaded>;
  /** What may change while running has been taken over from these. */
  readonly applied: (settings: Settings) => void;
  /** Ends the process in order, for its supervisor to start anew; absent: there is no supervisor. */
  readonly restart?: ((why: string) => void) | undefined;
  /** Of a change that is on trial, or whose end was not told yet. */
  readonly trial?: TrialNote | undefined;
}

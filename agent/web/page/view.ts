/** What a view of the page is, and what it is given. The views are in views/, one file each. */

import type { HistoryView } from "../../health/report/history.ts";
import type { ShownDevices, ShownDoctor, ShownRadio } from "../shown.ts";
import type { Seen } from "./seen.ts";
import type { Voice } from "./voice.ts";

/** What was asked for and last shown: export saves it, also when the agent has gone. */
export interface Fetched {
  devices?: ShownDevices;
  history?: HistoryView;
  radio?: ShownRadio;
  doctor?: ShownDoctor;
}

export interface Page {
  readonly voice: Voice;
  readonly seen: Seen;
  readonly fetched: Fetched;
  /** Says it to a screen reader, politely. */
  announce(text: string): void;
  /** Asks the reader in a dialog. @param action the words of the button that says yes. */
  confirm(question: string, action: string): Promise<boolean>;
}

export interface View {
  /** Also its address: #overview. */
  readonly id: string;
  readonly title: (voice: Voice) => string;
  /** Fills the element. */
  open(into: HTMLElement, page: Page): Open;
}

export interface Open {
  /** There is something new to be seen. At most twice a second. */
  readonly update?: () => void;
  /** The reader has gone elsewhere. */
  readonly close?: () => void;
}

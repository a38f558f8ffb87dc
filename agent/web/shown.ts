/**
 * What the page is told, and nothing else: the shapes that cross from the agent to the browser, as JSON. Both sides
 * import them; the page by type only.
 */
import type { AgentStatus } from "../control/answers.ts";
import type { FeedEvent } from "../control/feed-events.ts";
import type { AvailabilityView, SubjectAvailability } from "../health/availability/availability.ts";
import type { HealthView } from "../health/health.ts";
import type { DeviceView, RadioView } from "../health/records/view.ts";
import type { DoctorReport } from "../technician/doctor/report.ts";
import type { Way } from "./gate.ts";

/** The status at a glance. Counters and what only a developer reads stay behind. */
export interface ShownStatus
  extends Pick<
    AgentStatus,
    "version" | "startedWallMs" | "uptimeMs" | "clock" | "cores" | "journal" | "dutyCycle" | "field"
  > {
  /** By the gateway's clock, which ages are reckoned by. */
  readonly nowWallMs: number;
  /** Its name for people; absent where no profile is used. */
  readonly gateway?: string;
  readonly forwarders: readonly ShownForwarder[];
  readonly health: Pick<HealthView, "alarms" | "maintenance"> & {
    /** Of the running day and month of UTC. */
    readonly availability: ShownAvailability;
    /** The latest OUTAGES_SHOWN_MAX, the oldest of them first. */
    readonly outages: HealthView["outages"];
  };
}

export interface ShownAvailability extends Pick<AvailabilityView, "isDated"> {
  readonly subjects: readonly Pick<SubjectAvailability, "kind" | "coreId" | "state" | "day" | "month">[];
}

export type ShownForwarder = Pick<
  AgentStatus["forwarders"][number],
  "gatewayEui" | "alive" | "pullDataAgeMs" | "pushDataAgeMs" | "rxpk" | "stat"
>;

export interface ShownSession {
  readonly way: Way;
  readonly isIn: boolean;
}

export interface ShownFrames {
  readonly events: readonly FeedEvent[];
  /** Of this moment, for which there was no room. */
  readonly left: number;
}

export type ShownDoctor =
  | { readonly state: "never" }
  | { readonly state: "running"; readonly sinceWallMs: number }
  | { readonly state: "done"; readonly report: DoctorReport }
  | { readonly state: "failed"; readonly reason: string };

/** How frames came in since the agent started. */
export interface ShownRadio {
  readonly countedMs: number;
  readonly gateways: readonly Pick<
    RadioView,
    "gatewayEui" | "crc" | "channels" | "rates" | "rssiDbm" | "snrDb"
  >[];
}

export type ShownDevice = Pick<
  DeviceView,
  | "gatewayEui"
  | "devAddr"
  | "lastHeardAgeMs"
  | "heard"
  | "expected"
  | "lost"
  | "lastFCnt"
  | "spreadingFactor"
  | "lastRssiDbm"
  | "lastSnrDb"
  | "marginDb"
  | "typicalIntervalMs"
  | "silent"
>;

export interface ShownDevices {
  /** The latest heard first, at most DEVICES_SHOWN_MAX. */
  readonly devices: readonly ShownDevice[];
  readonly known: number;
}

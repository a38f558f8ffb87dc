/**
 * What was seen of a gateway: the doctor's eyes end here, and its judgement begins (examine.ts, checks/).
 *
 * Types only. Who looks, and where: looks/. What was not looked at is absent.
 */
import type { ProfileInUse } from "../../config/profile-defaults.ts";
import type { CoreSettings, Settings } from "../../config/settings.ts";
import type { Trouble, Warning } from "../../config/trouble.ts";
import type { AgentStatus } from "../../control/answers.ts";
import type { SystemReading } from "../../field/system.ts";
import type {
  BoxProcess,
  CertificateSeen,
  DiskSpace,
  LookedUp,
  MqttClosed,
  PortHolder,
  TcpSeen,
  TlsSeen,
} from "../../ports.ts";
import type { Address, ForwarderServer } from "../../setup/former-server.ts";
import type { ClockView } from "../../south/clock-state.ts";
import type { Said } from "../../text/said.ts";
import type { Decision } from "./firewall.ts";
import type { RadioPlan } from "./radio-plan.ts";

/**
 * The settings file: unreadable, wrong, or what stands in it. isForbidden, here and below: this user may not look, which
 * is no fault of the gateway.
 */
export type SettingsSeen =
  | { readonly state: "missing"; readonly path: string }
  | {
      readonly state: "unreadable";
      readonly path: string;
      readonly reason: Said | string;
      readonly isForbidden: boolean;
    }
  | { readonly state: "wrong"; readonly path: string; readonly troubles: readonly Trouble[] }
  | {
      readonly state: "good";
      readonly path: string;
      readonly settings: Settings;
      readonly warnings: readonly Warning[];
      readonly profile: ProfileInUse | undefined;
      /** The GNSS port is somebody's word, and not only the profile's, whose model may be sold without a receiver. */
      readonly isGnssSet: boolean;
    };

/** The packet forwarder's own files. elsewhere: it is not on this box, or the profile knows none. */
export type ForwarderSeen =
  | { readonly state: "elsewhere" }
  | { readonly state: "noFile"; readonly looked: readonly string[] }
  | { readonly state: "several"; readonly files: readonly string[] }
  | {
      readonly state: "unreadable";
      readonly file: string;
      readonly reason: Said | string;
      readonly isForbidden: boolean;
    }
  | {
      readonly state: "read";
      readonly file: string;
      readonly server: ForwarderServer;
      /** Where the agent listens, as the forwarder would say it. */
      readonly agent: Address;
      readonly isPointedAtAgent: boolean;
      /** Hosts that nobody has set: the factory's. */
      readonly factoryHosts: readonly string[];
      /** As it stands in its files or, where nothing does, on the box; 16 hex digits. */
      readonly eui: string | undefined;
      readonly statisticsMs: number | undefined;
      readonly heartbeatMs: number | undefined;
      /** So long it waits for a PUSH_ACK; undefined: the profile does not say. */
      readonly ackWaitMs: number | undefined;
      /** The switch file and its key, when they keep it from running. */
      readonly switchedOff: { readonly file: string; readonly key: string } | undefined;
      /** The program whose process is looked for; undefined: the profile does not say. */
      readonly program: string | undefined;
      readonly processes: readonly BoxProcess[];
      readonly restart: readonly string[] | undefined;
    };

/** The radio's own settings, such as lorad.json. */
export type RadioSeen =
  | { readonly state: "elsewhere" }
  | { readonly state: "noFile"; readonly looked: readonly string[] }
  | { readonly state: "unreadable"; readonly file: string }
  | { readonly state: "read"; readonly file: string; readonly plan: RadioPlan };

export type AgentSeen =
  | { readonly state: "answers"; readonly status: AgentStatus }
  /** It has the socket, and does not speak. */
  | {
      readonly state: "mute";
      readonly socket: string;
      readonly reason: string;
      readonly isForbidden: boolean;
    }
  | { readonly state: "silent"; readonly socket: string; readonly isRunning: boolean };

export interface NetworkSeen {
  /** With a default route, IPv4 or IPv6. */
  readonly routes: readonly string[];
  readonly interfaces: readonly {
    readonly name: string;
    /** As the kernel says it: up, down, dormant, unknown. */
    readonly state: string;
    readonly addresses: readonly string[];
  }[];
  /** Whether all that could be seen. */
  readonly isKnown: boolean;
}

export interface BoxSeen {
  /** Where the journal lies. */
  readonly disk: (DiskSpace & { readonly isReadOnly: boolean }) | undefined;
  readonly system: SystemReading | undefined;
  readonly processors: number | undefined;
  /** Version of the box's own system, as it says it itself. */
  readonly firmware: string | undefined;
}

/** One server of a core, looked at step by step: where one fails, the next are absent. */
export interface ServerSeen {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly isLoopback: boolean;
  readonly isTls: boolean;
  /** What the firewall's rules say of our way there; absent: they could not be read. */
  readonly firewall?: Decision;
  readonly lookup?: LookedUp & { readonly tookMs: number };
  readonly tcp?: TcpSeen;
  readonly tls?: TlsSeen;
}

export interface CredentialsSeen {
  /** Which file cannot be read, and why. */
  readonly fault?: string;
  /** It is this user who may not: the agent's may. */
  readonly isForbidden?: true;
  readonly ca?: readonly CertificateSeen[] | "unreadable";
  readonly cert?: readonly CertificateSeen[] | "unreadable";
  /** Whether the key belongs to the certificate; absent: there is none. */
  readonly keyFits?: boolean | "unreadable";
}

/** A second connection, with an id of its own, that said as little as it could. */
export interface VisitSeen {
  readonly url: string;
  readonly clientId: string;
  /** CONNACK came. */
  readonly connected: boolean;
  /** Why it was not, or ended too early. */
  readonly closed?: MqttClosed;
  /** PUBACK of a message in our own namespace; absent: no answer. */
  readonly ownReasonCode?: number;
  /** SUBACK for our own commands. */
  readonly commandsReasonCode?: number;
  /** SUBACK for commands of a gateway that is not ours; below 128: this broker grants anything. */
  readonly strangersReasonCode?: number;
  /** Prefixes, other than ours, on which somebody listens to this gateway's events. */
  readonly listenedPrefixes?: readonly string[];
  /** PUBACK of an event that no core knows; under our own prefix. */
  readonly eventReasonCode?: number;
}

export interface CoreSeen {
  readonly core: CoreSettings;
  /** Known from the settings, the forwarder or the agent. */
  readonly gatewayEui: string | undefined;
  /** What the running agent says of its own connection. */
  readonly route: AgentStatus["cores"][number] | undefined;
  readonly servers: readonly ServerSeen[];
  readonly credentials: CredentialsSeen;
  readonly visit?: VisitSeen;
}

export interface Facts {
  readonly settings: SettingsSeen;
  readonly agent: AgentSeen;
  readonly forwarder: ForwarderSeen;
  readonly radio: RadioSeen;
  /** Who has the port on which the agent is to listen; undefined: it could not be seen. */
  readonly portHolders: readonly PortHolder[] | undefined;
  /** What the firewall says of a forwarder's datagrams to the agent; undefined: its rules could not be read. */
  readonly forwarderFirewall: Decision | undefined;
  readonly network: NetworkSeen;
  readonly box: BoxSeen;
  readonly cores: readonly CoreSeen[];
  /** As the doctor has asked around itself, where no agent answers. */
  readonly clock: ClockView | undefined;
  /** By this gateway's clock. */
  readonly nowWallMs: number;
  readonly builtWallMs: number;
}

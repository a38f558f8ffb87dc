/**
 * What a gateway profile is: all that is known of one gateway model with one operating system, each fact with its
 * source and how sure it is.
 *
 * Types only. The table of facts (keys, kinds, labels) is facts.ts; reading the files: files.ts; which profile this
 * box has: recognise.ts; what of it becomes a default of the settings: defaults.ts. The files themselves are in
 * firmware-profiles/gateways/: a profile is a model file laid over the file of its system (systems/), so that what
 * all boxes of one system share is written once.
 *
 * What is not known is absent. Nothing here is invented to fill a gap.
 */
import type { TomlValue } from "../config/kind.ts";

/**
 * How sure a fact is. measured: tried by us (also under emulation). documented: read in the manufacturer's own
 * documentation, or in the source of the program concerned. reported: somebody else's note about a real unit.
 * assumed: inferred; to be checked on a unit.
 */
export const CERTAINTIES = ["measured", "documented", "reported", "assumed"] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export interface Fact<T> {
  readonly value: T;
  readonly source: string;
  readonly certainty: Certainty;
  /** What one should know with it; in English. */
  readonly note?: string;
}

/** A program and its arguments; never a line for a shell. */
export type Argv = readonly string[];

/** Where the gateway's EUI is written. */
export interface EuiSource {
  readonly file: string;
  /** env: lines `KEY=value`, with or without `export` and quotes. */
  readonly format: "toml" | "json" | "env";
  /** Dotted: `gateway.id`, `gateway_conf.gateway_ID`, `EUI64`. */
  readonly key: string;
}

export interface SerialPort {
  readonly path: string;
  readonly use: "gnss" | "modem" | "concentrator" | "other";
  /** Who reads it. "free": we may. A port has ONE reader: what one has read is gone for the other. */
  readonly reader: "forwarder" | "system" | "free";
}

/** What tells a model or a system, by one file (or folder). */
export interface Sign {
  readonly file: string;
  /** The file counts when it holds this text, whatever the case of its letters. Absent: when it exists. */
  readonly contains?: string;
  /** suggests: one of these must hold. requires: all must. excludes: none may. */
  readonly role: "suggests" | "requires" | "excludes";
}

/** What tells that somebody else (such as Wanesy Management Center) owns the forwarder's settings. */
export interface ManagementSign {
  readonly by: string;
  /** file: it exists. process: it runs. server: the forwarder's server is this one. */
  readonly kind: "file" | "process" | "server";
  readonly is: string;
  /** A decisive sign forbids to change the forwarder's settings; a hint asks the owner first. */
  readonly weight: "decisive" | "hint";
}

/** Behaviour of a forwarder that is not as the reference has it. The agent switches on these, never on a vendor. */
export const QUIRKS = [
  "tx-power-error-means-sent",
  "tx-ack-at-transmission",
  "tx-ack-trailing-nul",
  "rxpk-version-2",
  "stat-ackr-null",
  "own-store",
  "own-store-unmarked",
  "datagrams-with-many-frames",
] as const;
export type QuirkId = (typeof QUIRKS)[number];

export interface GatewayFacts {
  readonly board: {
    readonly cpu: Fact<string>;
    readonly architecture: Fact<"armv5" | "armv7" | "arm64" | "x64" | "any">;
    /** Octets. */
    readonly ram?: Fact<number>;
    /** Octets of the persistent partition that applications may use. */
    readonly userSpace?: Fact<number>;
    readonly concentrator?: Fact<string>;
    readonly txPowerMaxDbm?: Fact<number>;
    readonly backhaul?: Fact<string>;
  };
  readonly runs: {
    /** on-box: the agent runs on the gateway. companion: on a machine beside it. */
    readonly form: Fact<"on-box" | "companion">;
    /** Preferred first. */
    readonly packages: Fact<readonly ("ipk" | "deb" | "tarball")[]>;
    /** As the package manager calls it. */
    readonly packageArchitecture?: Fact<string>;
    readonly install?: Fact<string>;
    readonly afterUpgrade?: Fact<string>;
    /** Release line of Node that runs there, such as "22". */
    readonly node: Fact<string>;
    /** Its end of life, YYYY-MM-DD. */
    readonly nodeEnd: Fact<string>;
    /** bundled: Node, loader and libraries come with the agent. system: the system's own. */
    readonly nodeFrom: Fact<"bundled" | "system">;
    /** Octets above which the supervisor ends the agent. */
    readonly memoryMax: Fact<number>;
  };
  readonly paths: {
    /** Survives power cuts and firmware upgrades. */
    readonly data: Fact<string>;
    readonly install: Fact<string>;
    readonly settings: Fact<string>;
    readonly journal: Fact<string>;
    readonly logs?: Fact<readonly string[]>;
  };
  /** All absent where the forwarder is not on the same box. */
  readonly forwarder: {
    readonly program?: Fact<string>;
    /** Where its settings may lie, the likeliest first; the process line or switchFile knows better. */
    readonly settingsFiles?: Fact<readonly string[]>;
    readonly format?: Fact<"toml" | "json">;
    /** Shell variables: is it switched on, with which arguments. */
    readonly switchFile?: Fact<string>;
    readonly switchOffKey?: Fact<string>;
    readonly argumentsKey?: Fact<string>;
    /** The command line of this process names the settings file. */
    readonly process?: Fact<string>;
    readonly radioSettings?: Fact<readonly string[]>;
    /** Dotted keys of the settings file. */
    readonly serverKey?: Fact<string>;
    readonly uplinkPortKey?: Fact<string>;
    readonly downlinkPortKey?: Fact<string>;
    readonly euiKey?: Fact<string>;
    readonly heartbeatKey?: Fact<string>;
    readonly statisticsKey?: Fact<string>;
    readonly storeKey?: Fact<string>;
    readonly reportPowerKey?: Fact<string>;
    readonly restart?: Fact<Argv>;
    readonly start?: Fact<Argv>;
    readonly stop?: Fact<Argv>;
    readonly status?: Fact<Argv>;
    /** Shows its log. */
    readonly log?: Fact<Argv>;
    /** How long it waits for an acknowledgement, ms. */
    readonly ackWaitMs?: Fact<number>;
    /** Frames its own store holds. */
    readonly storeFrames?: Fact<number>;
    readonly datagramOctetsMax?: Fact<number>;
    /** How many servers one instance sends to. */
    readonly serversMax?: Fact<number>;
    /** How a second instance beside the first is run. */
    readonly instances?: Fact<string>;
  };
  readonly eui: { readonly sources: readonly Fact<EuiSource>[] };
  readonly gnss: {
    readonly receiver?: Fact<string>;
    readonly settings?: Fact<string>;
    readonly firstFix?: Fact<string>;
  };
  readonly serial: { readonly ports: readonly Fact<SerialPort>[] };
  readonly clock: { readonly keptBy?: Fact<string> };
  readonly modem: { readonly owner?: Fact<string>; readonly rule?: Fact<string> };
  readonly power: {
    readonly supply?: Fact<string>;
    readonly backup?: Fact<string>;
    readonly lossSignal?: Fact<string>;
    /** Prints the voltages of the rule in lossSignal. */
    readonly voltages?: Fact<Argv>;
    readonly temperatureFiles?: Fact<readonly string[]>;
  };
  readonly service: {
    readonly supervisor: Fact<"monit" | "systemd" | "manifest">;
    readonly reload?: Fact<Argv>;
    readonly afterTooManyRestarts?: Fact<string>;
  };
  readonly firewall: {
    readonly folder?: Fact<string>;
    readonly apply?: Fact<Argv>;
    readonly outgoing?: Fact<string>;
  };
  readonly management: { readonly signs: readonly Fact<ManagementSign>[] };
  readonly quirks: { readonly known: readonly Fact<QuirkId>[] };
}

/** A default that the profile gives to a setting; its key is that of the settings file, such as journal.max_size. */
export interface SettingDefault {
  readonly key: string;
  readonly fact: Fact<TomlValue>;
}

/** What only a unit can tell, and what to ask it. */
export interface OpenQuestion {
  readonly what: string;
  readonly ask: string;
}

export interface GatewayProfile extends GatewayFacts {
  /** What gateway.profile names: the model, and its system where it has several (kerlink-istation-keros5). */
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly system: string;
  readonly recognise: {
    readonly model: readonly Fact<Sign>[];
    readonly system: readonly Fact<Sign>[];
    /** For boxes of this system that no other model fits. */
    readonly fallback: boolean;
  };
  readonly settings: readonly SettingDefault[];
  readonly unknown: readonly OpenQuestion[];
}

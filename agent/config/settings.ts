/**
 * The checked settings: what the rest of the agent sees. Names follow the TOML keys of table.ts in camelCase, with
 * the unit added where the TOML carries it in the value ("48h" becomes maxAgeMs).
 */
/** Where the settings are, unless a command is told otherwise. */
export const SETTINGS_PATH = "/etc/edge-agent/agent.toml";

export interface Settings {
  readonly gateway: {
    /** 16 lower-case hex digits, or "" to take it from the forwarder. */
    readonly eui: string;
    readonly profile: string;
  };
  readonly forwarder: {
    readonly listen: { readonly host: string; readonly port: number };
    /** Empty: every EUI, at most gatewaysMax of them. Others get silence. */
    readonly acceptEui: readonly string[];
    readonly gatewaysMax: number;
    /** TX_POWER as an error means that the frame was sent with another power (Kerlink). */
    readonly txPowerErrorMeansSent: boolean;
  };
  readonly filter: {
    readonly crc: readonly ("ok" | "bad" | "none")[];
    /** Drop payloads that are no LoRaWAN frame. */
    readonly lorawanOnly: boolean;
    /** 6 hex digits each; empty: all. */
    readonly netIds: readonly string[];
    /** "26000000/7"; empty: all. A data frame passes when it is within a NetID's or one of these prefixes. */
    readonly devAddrPrefixes: readonly string[];
    /** Inclusive ranges of JoinEUI, 16 hex digits; empty: all. */
    readonly joinEuiRanges: readonly (readonly [string, string])[];
  };
  readonly journal: {
    readonly path: string;
    readonly maxAgeMs: number;
    readonly maxSizeOctets: number;
    readonly commitIntervalMs: number;
    readonly homeNetIds: readonly string[];
  };
  readonly cores: readonly CoreSettings[];
  readonly clock: {
    /** The clock counts as synchronised while this file exists; "" for none. */
    readonly probeFile: string;
    /** argv of a command that exits 0 when the clock is synchronised; empty for none. */
    readonly probeCommand: readonly string[];
    /** host or host:port; empty: SNTP is not asked. */
    readonly sntpServers: readonly string[];
  };
  readonly downlink: {
    readonly enforceDutyCycle: boolean;
  };
  readonly antenna: {
    /** Of the antenna on the mast; undefined: nobody has said. */
    readonly gainDbi: number | undefined;
    /** Of cable, connectors and lightning arrester between it and the gateway. */
    readonly cableLossDb: number | undefined;
  };
  readonly gnss: {
    /** NMEA comes from here; "": nowhere. */
    readonly port: string;
    readonly baud: number;
    readonly intervalMs: number;
  };
  readonly modem: {
    /** Answers AT commands; "": not asked. */
    readonly port: string;
    readonly baud: number;
    /** The program that owns the modem, asked where there is no port. */
    readonly manager: "none" | "ofono" | "modemmanager";
    readonly intervalMs: number;
  };
  readonly system: {
    /** argv of a command that prints voltages as `sensors` does; empty for none. */
    readonly voltagesCommand: readonly string[];
  };
  readonly care: {
    /** auto: where the command is documented or measured. always: also where it is only reported. */
    readonly restartForwarder: "auto" | "always" | "never";
    /** argv; empty: the profile's. */
    readonly restartCommand: readonly string[];
    /** In any 24 hours; 0: never. */
    readonly restartsPerDay: number;
    /** Silent for so long a forwarder is dead although its process runs. */
    readonly hungAfterMs: number;
    /** Name of the voltage that falls when the power is cut, and of that of the battery; "": none. */
    readonly supplyVoltage: string;
    readonly backupVoltage: string;
    /** Below it the supply is lost; 0: it is not judged. */
    readonly supplyLowMv: number;
  };
  readonly health: {
    /** How often the small report goes north. */
    readonly reportIntervalMs: number;
    /** How often the full one does. */
    readonly fullIntervalMs: number;
    /** Limits at which alarms are raised (agent/health/alarms/findings.ts). */
    readonly coreUnreachableAfterMs: number;
    readonly journalFillingPercent: number;
    readonly temperatureMaxC: number;
    readonly dutyCyclePercent: number;
    readonly crcBadPercent: number;
  };
  readonly web: {
    /** Where browsers find the local page; with an empty host: nowhere. */
    readonly listen: { readonly host: string; readonly port: number };
    /** PEM; both empty: the agent makes its own. */
    readonly certFile: string;
    readonly keyFile: string;
  };
  readonly metrics: {
    /** Where Prometheus finds them, a loopback address; with an empty host: nowhere. */
    readonly listen: { readonly host: string; readonly port: number };
  };
  readonly command: {
    /** What ChirpStack's exec may run: argv by name. */
    readonly exec: Readonly<Record<string, readonly string[]>>;
    readonly execTimeoutMs: number;
    /** Of each output. */
    readonly execOutputMaxOctets: number;
    /** Names of variables that a request may bring. */
    readonly execEnvironment: readonly string[];
  };
  readonly control: { readonly socket: string };
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
}

export type CoreKind = "chirpstack-mqtt" | "gwmp";

/** Settings that belong to one kind have their default with any other (cross.ts). */
export interface CoreSettings {
  readonly id: string;
  readonly kind: CoreKind;
  readonly servers: readonly string[];
  readonly topicPrefix: string;
  readonly mqttVersion: 4 | 5;
  readonly encoding: "protobuf" | "json";
  readonly username: string;
  /** From the environment only, and never printed; it wins over passwordFile. Absent: none was given. */
  readonly password?: string;
  readonly passwordFile: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** "" takes `edge-agent-<eui>-<core id>`-like one from the EUI. */
  readonly clientId: string;
  readonly keepaliveMs: number;
  readonly pubackTimeoutMs: number;
  /** gwmp: how often PULL_DATA is sent. */
  readonly pullIntervalMs: number;
  /** gwmp: how long a PUSH_ACK is waited for at least. */
  readonly pushAckTimeoutMs: number;
  readonly retryMaxMs: number;
  readonly statsIntervalMs: number;
  /** After an outage the frames kept go out on a time axis that all gateways share. */
  readonly replayPairing: boolean;
  /** May say by which plan, when nobody else has. */
  readonly replayProposal: boolean;
  /** Replayed frames a second and gateway at most; 0: no limit of its own. */
  readonly replayRateMaxPerS: number;
  /** Replays go to `edge/<eui>/late` as well. */
  readonly late: boolean;
  /** 0: the journal's. */
  readonly maxAgeMs: number;
  /** Which of the frames kept this core should have; as in Settings.filter. */
  readonly netIds: readonly string[];
  readonly devAddrPrefixes: readonly string[];
  readonly joinEuiRanges: readonly (readonly [string, string])[];
  /** Absent in the file: the first core may, others may not. */
  readonly mayTransmit: boolean;
  /** Gets reports of this gateway's health, alarms and outages. Absent in the file: the first core only. */
  readonly health: boolean;
  /** Which commands of `edge/<eui>/command/` are obeyed. Absent in the file: the first core may read. */
  readonly commands: "none" | "read" | "change";
}

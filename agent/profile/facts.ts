/**
 * THE table of facts: section, key, kind, and what people read. The reader, the JSON Schema, `profiles show` and the
 * page in firmware-profiles/ are made from it.
 *
 * The compiler holds it against profile.ts: every fact has its row, and each kind gives the fact's type. To add a
 * fact, add the field there and the row here.
 */
import * as settingKind from "../config/kind.ts";
import type { Entry } from "../text/entry.ts";
import * as kind from "./fact-kind.ts";
import {
  type EuiSource,
  type Fact,
  type GatewayFacts,
  type ManagementSign,
  QUIRKS,
  type SerialPort,
  type Sign,
} from "./profile.ts";

interface Row<T> {
  /** The TOML key within its section. */
  readonly key: string;
  readonly kind: kind.FactKind<T>;
  readonly label: Entry;
  /** A profile without it is not whole. */
  readonly required?: true;
  /** It stands there any number of times: `[[section.key]]`; the system's come after the model's. */
  readonly many?: true;
}
type OneRow<T> = Row<T> & { readonly many?: never };
type ManyRow<T> = Row<T> & { readonly many: true };

type RowOf<F> = F extends readonly Fact<infer T>[] ? ManyRow<T> : F extends Fact<infer T> ? OneRow<T> : never;
type RowsOf<Section> = { readonly [Field in keyof Section]-?: RowOf<NonNullable<Section[Field]>> };

interface SectionOf<Section> {
  readonly label: Entry;
  readonly rows: RowsOf<Section>;
}

export type SectionName = keyof GatewayFacts;

const { integer, size, duration, path, choice } = settingKind;
const paths = kind.several(path);
const octets = size("1MB", "1024GB");

export const FACTS: { readonly [Name in SectionName]: SectionOf<GatewayFacts[Name]> } = {
  board: {
    label: { en: "Board", fr: "Carte" },
    rows: {
      cpu: {
        key: "cpu",
        kind: kind.line,
        required: true,
        label: { en: "processor", fr: "processeur" },
      },
      architecture: {
        key: "architecture",
        kind: choice("armv5", "armv7", "arm64", "x64", "any"),
        required: true,
        label: { en: "architecture", fr: "architecture", same: true },
      },
      ram: { key: "ram", kind: octets, label: { en: "memory", fr: "mémoire vive" } },
      userSpace: {
        key: "user_space",
        kind: octets,
        label: { en: "room for applications", fr: "place pour les applications" },
      },
      concentrator: {
        key: "concentrator",
        kind: kind.line,
        label: { en: "concentrator", fr: "concentrateur" },
      },
      txPowerMaxDbm: {
        key: "tx_power_max_dbm",
        kind: integer(0, 36),
        label: { en: "largest conducted power, dBm", fr: "puissance conduite maximale, dBm" },
      },
      backhaul: { key: "backhaul", kind: kind.line, label: { en: "backhaul", fr: "liaison montante" } },
    },
  },
  runs: {
    label: { en: "The agent on it", fr: "L'agent sur cette passerelle" },
    rows: {
      form: {
        key: "form",
        kind: choice("on-box", "companion"),
        required: true,
        label: { en: "form", fr: "forme" },
      },
      packages: {
        key: "packages",
        kind: kind.several(choice("ipk", "deb", "tarball")),
        required: true,
        label: { en: "packages, the preferred first", fr: "paquets, le préféré d'abord" },
      },
      packageArchitecture: {
        key: "package_architecture",
        kind: kind.line,
        label: { en: "architecture of the package", fr: "architecture du paquet" },
      },
      install: { key: "install", kind: kind.line, label: { en: "to install", fr: "pour installer" } },
      afterUpgrade: {
        key: "after_upgrade",
        kind: kind.line,
        label: { en: "after a firmware upgrade", fr: "après une mise à jour du firmware" },
      },
      node: {
        key: "node",
        kind: kind.line,
        required: true,
        label: { en: "Node line", fr: "branche de Node" },
      },
      nodeEnd: {
        key: "node_end",
        kind: kind.day,
        required: true,
        label: { en: "end of life of that line", fr: "fin de vie de cette branche" },
      },
      nodeFrom: {
        key: "node_from",
        kind: choice("bundled", "system"),
        required: true,
        label: { en: "where Node comes from", fr: "origine de Node" },
      },
      memoryMax: {
        key: "memory_max",
        kind: octets,
        required: true,
        label: { en: "memory limit of the agent", fr: "plafond de mémoire de l'agent" },
      },
    },
  },
  paths: {
    label: { en: "Paths", fr: "Chemins" },
    rows: {
      data: {
        key: "data",
        kind: path,
        required: true,
        label: { en: "data partition", fr: "partition de données" },
      },
      install: { key: "install", kind: path, required: true, label: { en: "program", fr: "programme" } },
      settings: { key: "settings", kind: path, required: true, label: { en: "settings", fr: "réglages" } },
      journal: {
        key: "journal",
        kind: path,
        required: true,
        label: { en: "journal", fr: "journal", same: true },
      },
      logs: { key: "logs", kind: paths, label: { en: "logs", fr: "journaux du système" } },
    },
  },
  forwarder: {
    label: { en: "Packet forwarder", fr: "Packet forwarder", same: true },
    rows: {
      program: { key: "program", kind: kind.line, label: { en: "program", fr: "programme" } },
      settingsFiles: {
        key: "settings_files",
        kind: paths,
        label: {
          en: "settings files, the likeliest first",
          fr: "fichiers de réglages, le plus probable d'abord",
        },
      },
      format: {
        key: "format",
        kind: choice("toml", "json"),
        label: { en: "their format", fr: "leur format" },
      },
      switchFile: {
        key: "switch_file",
        kind: path,
        label: { en: "switches", fr: "fichier de commande" },
      },
      switchOffKey: {
        key: "switch_off_key",
        kind: kind.dottedKey,
        label: { en: "key that switches it off", fr: "clé qui le coupe" },
      },
      argumentsKey: {
        key: "arguments_key",
        kind: kind.dottedKey,
        label: { en: "key of its arguments", fr: "clé de ses arguments" },
      },
      process: {
        key: "process",
        kind: kind.line,
        label: {
          en: "process whose command line names the file",
          fr: "processus dont la ligne de commande nomme le fichier",
        },
      },
      radioSettings: {
        key: "radio_settings",
        kind: paths,
        label: { en: "radio settings", fr: "réglages radio" },
      },
      serverKey: {
        key: "server_key",
        kind: kind.dottedKey,
        label: { en: "key of the server", fr: "clé du serveur" },
      },
      uplinkPortKey: {
        key: "uplink_port_key",
        kind: kind.dottedKey,
        label: { en: "key of the uplink port", fr: "clé du port montant" },
      },
      downlinkPortKey: {
        key: "downlink_port_key",
        kind: kind.dottedKey,
        label: { en: "key of the downlink port", fr: "clé du port descendant" },
      },
      euiKey: { key: "eui_key", kind: kind.dottedKey, label: { en: "key of the EUI", fr: "clé de l'EUI" } },
      heartbeatKey: {
        key: "heartbeat_key",
        kind: kind.dottedKey,
        label: { en: "key of the PULL_DATA interval", fr: "clé de l'intervalle des PULL_DATA" },
      },
      statisticsKey: {
        key: "statistics_key",
        kind: kind.dottedKey,
        label: { en: "key of the stat interval", fr: "clé de l'intervalle des stat" },
      },
      storeKey: {
        key: "store_key",
        kind: kind.dottedKey,
        label: { en: "key of its own store", fr: "clé de sa propre réserve" },
      },
      reportPowerKey: {
        key: "report_power_key",
        kind: kind.dottedKey,
        label: { en: "key that makes TX_POWER a warning", fr: "clé qui fait de TX_POWER un avertissement" },
      },
      restart: { key: "restart", kind: kind.argv, label: { en: "to restart it", fr: "pour le relancer" } },
      start: { key: "start", kind: kind.argv, label: { en: "to start it", fr: "pour le lancer" } },
      stop: { key: "stop", kind: kind.argv, label: { en: "to stop it", fr: "pour l'arrêter" } },
      status: { key: "status", kind: kind.argv, label: { en: "to see it", fr: "pour voir son état" } },
      log: { key: "log", kind: kind.argv, label: { en: "to read its log", fr: "pour lire son journal" } },
      ackWaitMs: {
        key: "ack_wait",
        kind: duration("1ms", "1m"),
        label: { en: "waits for an acknowledgement", fr: "attend un acquittement" },
      },
      storeFrames: {
        key: "store_frames",
        kind: integer(0, 1_000_000),
        label: { en: "frames in its own store", fr: "trames dans sa propre réserve" },
      },
      datagramOctetsMax: {
        key: "datagram_octets_max",
        kind: integer(1, 65_507),
        label: { en: "largest datagram, octets", fr: "plus grand datagramme, octets" },
      },
      serversMax: {
        key: "servers_max",
        kind: integer(1, 64),
        label: { en: "servers at once", fr: "serveurs à la fois" },
      },
      instances: {
        key: "instances",
        kind: kind.line,
        label: { en: "a second instance", fr: "une seconde instance" },
      },
    },
  },
  eui: {
    label: { en: "EUI", fr: "EUI", same: true },
    rows: {
      sources: {
        key: "source",
        many: true,
        kind: kind.record<EuiSource>({
          file: path,
          format: choice("toml", "json", "env"),
          key: kind.dottedKey,
        }),
        label: { en: "written in", fr: "écrit dans" },
      },
    },
  },
  gnss: {
    label: { en: "GNSS", fr: "GNSS", same: true },
    rows: {
      receiver: { key: "receiver", kind: kind.line, label: { en: "receiver", fr: "récepteur" } },
      settings: { key: "settings", kind: path, label: { en: "settings", fr: "réglages" } },
      firstFix: { key: "first_fix", kind: kind.line, label: { en: "fix", fr: "point" } },
    },
  },
  serial: {
    label: { en: "Serial ports", fr: "Ports série" },
    rows: {
      ports: {
        key: "port",
        many: true,
        kind: kind.record<SerialPort>({
          path,
          use: choice("gnss", "modem", "concentrator", "other"),
          reader: choice("forwarder", "system", "free"),
        }),
        label: { en: "port (one reader each)", fr: "port (un seul lecteur chacun)" },
      },
    },
  },
  clock: {
    label: { en: "Clock", fr: "Horloge" },
    rows: { keptBy: { key: "kept_by", kind: kind.line, label: { en: "kept by", fr: "tenue par" } } },
  },
  modem: {
    label: { en: "Modem", fr: "Modem", same: true },
    rows: {
      owner: { key: "owner", kind: kind.line, label: { en: "owner", fr: "propriétaire" } },
      rule: { key: "rule", kind: kind.line, label: { en: "rule", fr: "règle" } },
    },
  },
  power: {
    label: { en: "Power", fr: "Alimentation" },
    rows: {
      supply: { key: "supply", kind: kind.line, label: { en: "supply", fr: "source" } },
      backup: { key: "backup", kind: kind.line, label: { en: "backup", fr: "secours" } },
      lossSignal: {
        key: "loss_signal",
        kind: kind.line,
        label: { en: "power is lost when", fr: "le courant est coupé quand" },
      },
      voltages: {
        key: "voltages",
        kind: kind.argv,
        label: { en: "to read the voltages", fr: "pour lire les tensions" },
      },
      temperatureFiles: {
        key: "temperature_files",
        kind: paths,
        label: { en: "temperature files", fr: "fichiers de température" },
      },
    },
  },
  service: {
    label: { en: "Supervisor", fr: "Superviseur" },
    rows: {
      supervisor: {
        key: "supervisor",
        kind: choice("monit", "systemd", "manifest"),
        required: true,
        label: { en: "program", fr: "programme" },
      },
      reload: {
        key: "reload",
        kind: kind.argv,
        label: { en: "to make it look again", fr: "pour qu'il relise" },
      },
      afterTooManyRestarts: {
        key: "after_too_many_restarts",
        kind: kind.line,
        label: { en: "a box that restarts again and again", fr: "une passerelle qui redémarre sans cesse" },
      },
    },
  },
  firewall: {
    label: { en: "Firewall", fr: "Pare-feu" },
    rows: {
      folder: { key: "folder", kind: path, label: { en: "folder of rules", fr: "dossier des règles" } },
      apply: { key: "apply", kind: kind.argv, label: { en: "to apply them", fr: "pour les appliquer" } },
      outgoing: { key: "outgoing", kind: kind.line, label: { en: "may leave", fr: "peut sortir" } },
    },
  },
  management: {
    label: { en: "Managed by others", fr: "Gérée par d'autres" },
    rows: {
      signs: {
        key: "sign",
        many: true,
        kind: kind.record<ManagementSign>({
          by: kind.line,
          kind: choice("file", "process", "server"),
          is: kind.line,
          weight: choice("decisive", "hint"),
        }),
        label: { en: "sign", fr: "signe" },
      },
    },
  },
  quirks: {
    label: { en: "Quirks", fr: "Particularités" },
    rows: {
      known: {
        key: "known",
        many: true,
        kind: choice(...QUIRKS),
        label: { en: "quirk", fr: "particularité" },
      },
    },
  },
};

export const SIGN: kind.FactKind<Sign> = kind.record<Sign>(
  { file: path, contains: kind.line, role: choice("suggests", "requires", "excludes") },
  ["contains"],
);

// ---------------------------------------------------------------------------------- walking the table

/** A row with the field it fills. */
export interface FactRow extends Row<never> {
  readonly field: string;
}

export const SECTIONS = Object.keys(FACTS) as readonly SectionName[];

/** @returns the rows of a section, or undefined when there is no such section. */
export function factsOf(section: string): readonly FactRow[] | undefined {
  return ROWS.get(section);
}

const ROWS = new Map<string, readonly FactRow[]>(
  SECTIONS.map((section) => [
    section,
    Object.entries(FACTS[section].rows as unknown as Record<string, Row<never>>).map(([field, row]) => ({
      ...row,
      field,
    })),
  ]),
);

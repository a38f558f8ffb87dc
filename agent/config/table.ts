/**
 * THE table of settings: key, kind (with its unit), default, meaning, and what may change live. Checks, the sample
 * file, `config print`, the JSON Schema and the README's part are all made from it, and nothing is written twice.
 *
 * The compiler holds it against settings.ts: every field has a row, and each kind gives the field's type. To add a
 * setting, add the field there and the row here. Checks between several settings: cross.ts.
 */
import type { Entry } from "../text/entry.ts";
import * as kind from "./kind.ts";
import type { CoreKind, CoreSettings, Settings } from "./settings.ts";

interface Row<T> {
  /** The TOML key within its table. */
  readonly key: string;
  readonly kind: kind.Kind<T>;
  /** As TOML; by the core's place in the file where it depends on that. undefined: the setting is absent. */
  readonly default: kind.TomlValue | undefined | ((coreIndex: number) => kind.TomlValue);
  /** There is no default, and the agent cannot start without; this is what the sample file shows. */
  readonly example?: kind.TomlValue;
  /** The sample file shows it as a set value even though it is the default. */
  readonly prominent?: true;
  /** A change is taken over on SIGHUP; otherwise by a restart only. */
  readonly live: boolean;
  /** It belongs to this kind of core alone, and must keep its default with any other. */
  readonly only?: CoreKind;
  /** Its value is never shown. Secrets come by the environment only, never by the file. */
  readonly secret: boolean;
  /** No core may change it: it makes the agent run a program, read a secret or trust somebody, or gives rights. */
  readonly local?: true;
  readonly meaning: Entry;
}

/** One row per field, of the field's type. */
type RowsOf<Fields> = { readonly [Field in keyof Fields]-?: Row<NonNullable<Fields[Field]>> };

/** The tables that stand once in a file. */
export type SingleTable = Exclude<keyof Settings, "cores">;

export const CORES_MAX = 8;

export const TABLES: { readonly [Table in SingleTable]: RowsOf<Settings[Table]> } = {
  gateway: {
    eui: {
      key: "eui",
      kind: kind.euiOrEmpty,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: "EUI of this gateway. Empty: as the packet forwarder says.",
        fr: "EUI de cette passerelle. Vide : celui qu'annonce le packet forwarder.",
      },
    },
    profile: {
      key: "profile",
      kind: kind.name(64),
      default: "auto",
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Gateway model, for its quirks and paths. auto: recognised at start.",
        fr: "Modèle de passerelle, pour ses particularités et ses chemins. auto : reconnu au démarrage.",
      },
    },
  },
  forwarder: {
    listen: {
      key: "listen",
      kind: kind.hostPort,
      default: "127.0.0.1:1700",
      live: false,
      secret: false,
      meaning: {
        en: "Where packet forwarders reach the agent (Semtech UDP, GWMP). Port 0 takes a free one.",
        fr: "Où les packet forwarders joignent l'agent (Semtech UDP, GWMP). Le port 0 en prend un libre.",
      },
    },
    acceptEui: {
      key: "accept_eui",
      kind: kind.list(kind.eui),
      default: [],
      live: true,
      secret: false,
      meaning: {
        en: "The only gateway EUIs that are heard; others get no answer. Empty: every EUI.",
        fr: "Seuls EUI de passerelle écoutés ; les autres restent sans réponse. Vide : tous.",
      },
    },
    gatewaysMax: {
      key: "gateways_max",
      kind: kind.integer(1, 1024),
      default: 16,
      live: true,
      secret: false,
      meaning: {
        en: "How many gateways may use this agent; any further EUI gets no answer.",
        fr: "Nombre de passerelles admises par cet agent ; tout EUI de plus reste sans réponse.",
      },
    },
    txPowerErrorMeansSent: {
      key: "tx_power_error_means_sent",
      kind: kind.boolean,
      default: false,
      live: true,
      secret: false,
      meaning: {
        en: "The forwarder reports TX_POWER as an error although it sent the downlink at another power (Kerlink lorafwd with report_tx_power = false).",
        fr: "Le forwarder signale TX_POWER comme une erreur alors qu'il a émis la trame descendante à une autre puissance (lorafwd de Kerlink avec report_tx_power = false).",
      },
    },
  },
  filter: {
    crc: {
      key: "crc",
      kind: kind.list(kind.choice("ok", "bad", "none"), 1),
      default: ["ok"],
      live: true,
      secret: false,
      meaning: {
        en: "Which frames are kept, by the state of their radio CRC.",
        fr: "Trames gardées, selon l'état de leur CRC radio.",
      },
    },
    lorawanOnly: {
      key: "lorawan_only",
      kind: kind.boolean,
      default: true,
      live: true,
      secret: false,
      meaning: {
        en: "Refuse payloads that are no LoRaWAN frame.",
        fr: "Refuser ce qui n'est pas une trame LoRaWAN.",
      },
    },
    netIds: {
      key: "net_ids",
      kind: kind.list(kind.netId),
      default: [],
      live: true,
      secret: false,
      meaning: {
        en: "Keep data frames of these NetIDs (or of dev_addr_prefixes). Both empty: all.",
        fr: "Garder les trames de données de ces NetID (ou de dev_addr_prefixes). Vides tous deux : toutes.",
      },
    },
    devAddrPrefixes: {
      key: "dev_addr_prefixes",
      kind: kind.list(kind.devAddrPrefix),
      default: [],
      live: true,
      secret: false,
      meaning: {
        en: "Keep data frames whose DevAddr begins so (or is of net_ids).",
        fr: "Garder les trames de données dont le DevAddr commence ainsi (ou relève de net_ids).",
      },
    },
    joinEuiRanges: {
      key: "join_eui_ranges",
      kind: kind.list(kind.joinEuiRange),
      default: [],
      live: true,
      secret: false,
      meaning: {
        en: "Keep joins whose JoinEUI lies in one of these ranges, both ends included. Empty: all.",
        fr: "Garder les joins dont le JoinEUI est dans une de ces plages, bornes comprises. Vide : tous.",
      },
    },
  },
  journal: {
    path: {
      key: "path",
      kind: kind.path,
      default: "/var/lib/edge-agent/journal",
      prominent: true,
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Folder in which frames wait for the core. One agent only may use it.",
        fr: "Dossier où les trames attendent le cœur de réseau. Un seul agent peut l'utiliser.",
      },
    },
    maxAgeMs: {
      key: "max_age",
      kind: kind.duration("1m", "365d"),
      default: "48h",
      live: true,
      secret: false,
      meaning: {
        en: "A frame that a core has not taken by then is given up for it; a [[core]] may have its own max_age.",
        fr: "Une trame qu'un cœur n'a pas prise passé ce délai est abandonnée pour lui ; un [[core]] peut avoir son propre max_age.",
      },
    },
    maxSizeOctets: {
      key: "max_size",
      kind: kind.size("8MB", "1024GB"),
      default: "512MB",
      live: true,
      secret: false,
      meaning: {
        en: "Size of the frames kept; from 90 % of it on they are thinned to 80 %: foreign ones first, then repetitions, MAC commands, and every second frame of each device, the older ones first. The folder may take 100 MB more.",
        fr: "Volume des trames gardées ; à partir de 90 %, elles sont éclaircies jusqu'à 80 % : d'abord les étrangères, puis les répétitions, les commandes MAC, et une trame sur deux de chaque capteur, les plus anciennes d'abord. Le dossier peut prendre 100 Mo de plus.",
      },
    },
    commitIntervalMs: {
      key: "commit_interval",
      kind: kind.duration("1ms", "10s"),
      default: "80ms",
      live: false,
      secret: false,
      meaning: {
        en: "A frame that no core has taken by then is written to disk. Longer spares the flash; stay below the time the forwarder waits for an acknowledgement.",
        fr: "Une trame qu'aucun cœur n'a prise passé ce délai est écrite sur disque. Plus long ménage la mémoire flash ; restez sous le délai d'acquittement du forwarder.",
      },
    },
    homeNetIds: {
      key: "home_net_ids",
      kind: kind.list(kind.netId),
      default: [],
      live: true,
      secret: false,
      meaning: {
        en: "Our NetIDs: when the journal is full, frames of others go first. Empty: none is foreign.",
        fr: "Nos NetID : quand le journal est plein, les trames des autres partent d'abord. Vide : aucune n'est étrangère.",
      },
    },
  },
  clock: {
    probeFile: {
      key: "probe_file",
      kind: kind.pathOrEmpty,
      default: "/run/systemd/timesync/synchronized",
      live: false,
      secret: false,
      meaning: {
        en: "The clock counts as synchronised while this file exists. Empty: not asked.",
        fr: "L'horloge est tenue pour synchronisée tant que ce fichier existe. Vide : non consulté.",
      },
    },
    probeCommand: {
      key: "probe_command",
      kind: kind.commandLine,
      default: [],
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Command and arguments that end with 0 when the clock is synchronised. Empty: none.",
        fr: "Commande et arguments qui finissent par 0 si l'horloge est synchronisée. Vide : aucune.",
      },
    },
    sntpServers: {
      key: "sntp_servers",
      kind: kind.list(kind.host),
      default: [],
      live: false,
      secret: false,
      meaning: {
        en: "Time servers to compare the clock with. Empty: none.",
        fr: "Serveurs de temps auxquels comparer l'horloge. Vide : aucun.",
      },
    },
  },
  downlink: {
    enforceDutyCycle: {
      key: "enforce_duty_cycle",
      kind: kind.boolean,
      default: false,
      live: true,
      secret: false,
      meaning: {
        en: "Refuse a downlink that would exceed the duty cycle of its ETSI sub-band. It is counted in any case.",
        fr: "Refuser une trame descendante qui dépasserait le rapport cyclique de sa sous-bande ETSI. Il est compté dans tous les cas.",
      },
    },
  },
  antenna: {
    gainDbi: {
      key: "gain",
      kind: kind.decibelsOrEmpty("dBi", -10, 30),
      default: "",
      live: true,
      secret: false,
      meaning: {
        en: "Gain of the antenna that is mounted, as its maker says. The doctor compares it with the forwarder's radio settings. Empty: not compared.",
        fr: "Gain de l'antenne montée, selon son fabricant. Le docteur le compare aux réglages radio du forwarder. Vide : pas de comparaison.",
      },
    },
    cableLossDb: {
      key: "cable_loss",
      kind: kind.decibelsOrEmpty("dB", 0, 30),
      default: "",
      live: true,
      secret: false,
      meaning: {
        en: "Loss of cable, connectors and arrester between antenna and gateway, compared likewise. Empty: not compared.",
        fr: "Pertes du câble, des connecteurs et du parafoudre entre l'antenne et la passerelle, comparées de même. Vide : pas de comparaison.",
      },
    },
  },
  gnss: {
    port: {
      key: "port",
      kind: kind.pathOrEmpty,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: "Port on which a GNSS receiver speaks NMEA and nobody else listens: what one reader has read is gone for the other. Empty: none; a profile may know one.",
        fr: "Port où un récepteur GNSS parle NMEA et que personne d'autre n'écoute : ce qu'un lecteur a lu est perdu pour l'autre. Vide : aucun ; un profil peut en connaître un.",
      },
    },
    baud: {
      key: "baud",
      kind: kind.integer(1_200, 921_600),
      default: 9_600,
      live: false,
      secret: false,
      meaning: {
        en: "Its speed in bits a second; of no matter to a port that is no serial line.",
        fr: "Son débit en bits par seconde ; sans effet sur un port qui n'est pas une ligne série.",
      },
    },
    intervalMs: {
      key: "interval",
      kind: kind.duration("10s", "1d"),
      default: "1m",
      live: false,
      secret: false,
      meaning: {
        en: "How often the receiver is listened to, for some three seconds each time. A lost fix is told after three times.",
        fr: "Fréquence d'écoute du récepteur, environ trois secondes à chaque fois. Une position perdue est annoncée au bout de trois fois.",
      },
    },
  },
  modem: {
    port: {
      key: "port",
      kind: kind.pathOrEmpty,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: "Serial port on which the cellular modem answers AT commands and nobody else asks. Empty: no AT command is ever sent.",
        fr: "Port série où le modem cellulaire répond aux commandes AT et que personne d'autre n'interroge. Vide : aucune commande AT n'est envoyée.",
      },
    },
    baud: {
      key: "baud",
      kind: kind.integer(1_200, 921_600),
      default: 115_200,
      live: false,
      secret: false,
      meaning: {
        en: "Its speed in bits a second; of no matter over USB.",
        fr: "Son débit en bits par seconde ; sans effet en USB.",
      },
    },
    manager: {
      key: "manager",
      kind: kind.choice("none", "ofono", "modemmanager"),
      default: "none",
      live: false,
      secret: false,
      meaning: {
        en: "The program that owns the modem, asked over D-Bus (dbus-send) where no port is set. It is only read, never told anything.",
        fr: "Le programme qui tient le modem, interrogé par D-Bus (dbus-send) si aucun port n'est donné. Il est seulement lu, jamais commandé.",
      },
    },
    intervalMs: {
      key: "interval",
      kind: kind.duration("30s", "1d"),
      default: "10m",
      live: false,
      secret: false,
      meaning: {
        en: "How often the modem, or its owner, is asked. Each time costs up to three short processes with a manager.",
        fr: "Fréquence d'interrogation du modem ou de son gestionnaire. Chaque fois coûte jusqu'à trois courts processus avec un gestionnaire.",
      },
    },
  },
  system: {
    voltagesCommand: {
      key: "voltages_command",
      kind: kind.commandLine,
      default: [],
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Command and arguments that print supply voltages as lm-sensors does, by names and factors that the kernel does not know; run at most every five minutes, when the status is asked for, and once to find care.supply_voltage. Empty: what the kernel shows.",
        fr: "Commande et arguments qui affichent les tensions d'alimentation comme lm-sensors, avec des noms et des facteurs que le noyau ignore ; lancée au plus toutes les cinq minutes, quand l'état est demandé, et une fois pour trouver care.supply_voltage. Vide : ce que montre le noyau.",
      },
    },
  },
  health: {
    reportIntervalMs: {
      key: "report_interval",
      kind: kind.duration("1m", "1h"),
      default: "5m",
      live: false,
      secret: false,
      meaning: {
        en: "How often the small health report goes to the cores that get one (core.health). Retained.",
        fr: "Période d'envoi du petit rapport de santé aux cœurs qui en reçoivent (core.health). Message retenu.",
      },
    },
    fullIntervalMs: {
      key: "full_interval",
      kind: kind.duration("5m", "1d"),
      default: "1h",
      live: false,
      secret: false,
      meaning: {
        en: "How often the full health report goes with it. Retained.",
        fr: "Période d'envoi du rapport de santé complet. Message retenu.",
      },
    },
    coreUnreachableAfterMs: {
      key: "core_unreachable_after",
      kind: kind.duration("10s", "1d"),
      default: "2m",
      live: true,
      secret: false,
      meaning: {
        en: "Alarm coreUnreachable: a core that is not reached for so long.",
        fr: "Alarme coreUnreachable : un cœur injoignable depuis si longtemps.",
      },
    },
    journalFillingPercent: {
      key: "journal_filling",
      kind: kind.integer(10, 89),
      default: 70,
      live: true,
      secret: false,
      meaning: {
        en: "Alarm journalFilling: percent of journal.max_size that is used. At 90 the journal is thinned.",
        fr: "Alarme journalFilling : pourcentage de journal.max_size occupé. À 90, le journal est éclairci.",
      },
    },
    temperatureMaxC: {
      key: "temperature_max",
      kind: kind.integer(30, 130),
      default: 85,
      live: true,
      secret: false,
      meaning: {
        en: "Alarm temperature: degrees Celsius of the hottest sensor of one name, in the box or the concentrator.",
        fr: "Alarme temperature : degrés Celsius du capteur le plus chaud de même nom, dans le boîtier ou le concentrateur.",
      },
    },
    dutyCyclePercent: {
      key: "duty_cycle_near",
      kind: kind.integer(10, 100),
      default: 80,
      live: true,
      secret: false,
      meaning: {
        en: "Alarm dutyCycleNear: percent of a sub-band's duty cycle used within the hour.",
        fr: "Alarme dutyCycleNear : pourcentage du rapport cyclique d'une sous-bande employé dans l'heure.",
      },
    },
    crcBadPercent: {
      key: "crc_bad",
      kind: kind.integer(30, 100),
      default: 80,
      live: true,
      secret: false,
      meaning: {
        en: "Alarm crcStorm: percent of the receptions of ten minutes whose CRC is bad, from a hundred bad ones on.",
        fr: "Alarme crcStorm : pourcentage des réceptions de dix minutes dont le CRC est faux, à partir de cent fausses.",
      },
    },
  },
  web: {
    listen: {
      key: "listen",
      kind: kind.hostPortOrEmpty,
      default: "127.0.0.1:1780",
      live: false,
      secret: false,
      meaning: {
        en: "Where a browser finds the local page. Beyond loopback it speaks TLS only, and asks for the code of `edge-agent web code`. Empty: no page.",
        fr: "Où un navigateur trouve la page locale. Hors de la boucle locale, seulement en TLS et avec le code de `edge-agent web code`. Vide : pas de page.",
      },
    },
    certFile: {
      key: "cert_file",
      kind: kind.pathOrEmpty,
      default: "",
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Certificate of the local page, PEM. Empty: the agent makes its own and keeps it beside the journal.",
        fr: "Certificat de la page locale, PEM. Vide : l'agent crée le sien et le garde à côté du journal.",
      },
    },
    keyFile: {
      key: "key_file",
      kind: kind.pathOrEmpty,
      default: "",
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Private key of that certificate, PEM.",
        fr: "Clé privée de ce certificat, PEM.",
      },
    },
  },
  metrics: {
    listen: {
      key: "listen",
      kind: kind.hostPortOrEmpty,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: 'Loopback address at which Prometheus finds metrics, such as "127.0.0.1:9464"; `GET /metrics`. Empty: none, and no memory for them.',
        fr: "Adresse de boucle locale où Prometheus trouve les métriques, par exemple « 127.0.0.1:9464 » ; `GET /metrics`. Vide : aucune, et pas de mémoire pour elles.",
      },
    },
  },
  care: {
    restartForwarder: {
      key: "restart_forwarder",
      kind: kind.choice("auto", "always", "never"),
      default: "auto",
      live: true,
      secret: false,
      meaning: {
        en: "Restart a dead packet forwarder of this box: auto where the gateway's profile has a documented or tested command, always also where its command is only reported, or never. Not during maintenance or setup, and not when somebody has stopped it.",
        fr: "Relancer un packet forwarder mort de cette passerelle : auto si le profil a une commande documentée ou essayée, always même si elle n'est que rapportée, ou never (jamais). Pas pendant une maintenance ou setup, ni si quelqu'un l'a arrêté.",
      },
    },
    restartCommand: {
      key: "restart_command",
      kind: kind.commandLine,
      default: [],
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Command and arguments that restart it, instead of the profile's. Empty: the profile's.",
        fr: "Commande et arguments qui le relancent, à la place de celle du profil. Vide : celle du profil.",
      },
    },
    restartsPerDay: {
      key: "restarts_per_day",
      kind: kind.integer(0, 12),
      default: 4,
      live: true,
      secret: false,
      meaning: {
        en: "How often at most in any 24 hours, also over restarts of the agent; between them 10 minutes, then 30, then 90.",
        fr: "Nombre maximal par 24 heures, même si l'agent redémarre ; entre deux, 10 minutes, puis 30, puis 90.",
      },
    },
    hungAfterMs: {
      key: "hung_after",
      kind: kind.duration("5m", "1d"),
      default: "30m",
      live: true,
      secret: false,
      meaning: {
        en: "A forwarder that has been silent for so long is dead although its process runs. One whose process is gone is dead after ten of its PULL_DATA periods, and three minutes at least.",
        fr: "Un forwarder muet depuis si longtemps est mort même si son processus tourne. Si le processus a disparu, après dix de ses périodes de PULL_DATA, trois minutes au moins.",
      },
    },
    supplyVoltage: {
      key: "supply_voltage",
      kind: kind.text,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: "Name of the voltage that falls when the power is cut, as the kernel or `sensors` calls it: then the journal commits at once. Empty: a power supply that the kernel knows is watched, if there is one beside a battery.",
        fr: "Nom de la tension qui tombe quand le courant est coupé, pour le noyau ou `sensors` : le journal écrit alors aussitôt. Vide : l'alimentation connue du noyau, s'il y en a une avec une batterie.",
      },
    },
    backupVoltage: {
      key: "backup_voltage",
      kind: kind.text,
      default: "",
      live: false,
      secret: false,
      meaning: {
        en: "Name of the battery's voltage: above that of the supply, the box runs on its battery. Empty: not compared.",
        fr: "Nom de la tension de la batterie : au-dessus de celle de l'alimentation, la passerelle est sur batterie. Vide : non comparée.",
      },
    },
    supplyLowMv: {
      key: "supply_low_mv",
      kind: kind.integer(0, 100_000),
      default: 0,
      live: false,
      secret: false,
      meaning: {
        en: "Millivolts below which the supply is lost, in five looks two seconds apart. 0: not judged.",
        fr: "Millivolts au-dessous desquels l'alimentation est perdue, en cinq lectures espacées de deux secondes. 0 : non jugée.",
      },
    },
  },
  command: {
    exec: {
      key: "exec",
      kind: kind.programs,
      default: {},
      live: true,
      secret: false,
      local: true,
      meaning: {
        en: 'Programs that a core with commands = change may have run by ChirpStack\'s exec, by a name of ours: { uptime = ["/usr/bin/uptime"] }. Each is run as it stands here, without a shell, one at a time.',
        fr: "Programmes qu'un cœur avec commands = change peut faire lancer par l'exec de ChirpStack, sous un nom à nous : { uptime = [\"/usr/bin/uptime\"] }. Chacun est lancé tel quel, sans shell, un seul à la fois.",
      },
    },
    execTimeoutMs: {
      key: "exec_timeout",
      kind: kind.duration("1s", "10m"),
      default: "30s",
      live: true,
      secret: false,
      local: true,
      meaning: {
        en: "Such a program is ended after that, with all that it has started.",
        fr: "Passé ce délai, un tel programme est arrêté avec tout ce qu'il a lancé.",
      },
    },
    execOutputMaxOctets: {
      key: "exec_output_max",
      kind: kind.size("1kB", "256kB"),
      default: "16kB",
      live: true,
      secret: false,
      local: true,
      meaning: {
        en: "What it may write to each of its two outputs; one that writes more is ended.",
        fr: "Ce qu'il peut écrire sur chacune de ses deux sorties ; au-delà, il est arrêté.",
      },
    },
    execEnvironment: {
      key: "exec_environment",
      kind: kind.list(kind.text),
      default: [],
      live: true,
      secret: false,
      local: true,
      meaning: {
        en: "Variables that a core may set for it. Empty: none; a request with any other is refused.",
        fr: "Variables qu'un cœur peut lui donner. Vide : aucune ; une demande qui en a d'autres est refusée.",
      },
    },
  },
  control: {
    socket: {
      key: "socket",
      kind: kind.socketPath,
      default: "/run/edge-agent/control.sock",
      live: false,
      secret: false,
      local: true,
      meaning: {
        en: "Unix socket by which commands ask the running agent.",
        fr: "Socket Unix par laquelle les commandes interrogent l'agent en marche.",
      },
    },
  },
  log: {
    level: {
      key: "level",
      kind: kind.choice("debug", "info", "warn", "error"),
      default: "info",
      live: true,
      secret: false,
      meaning: {
        en: "Least level of events shown. debug: one per frame.",
        fr: "Niveau minimal des événements affichés. debug : un par trame.",
      },
    },
  },
};

/** Each `[[core]]`, in the order of the file. */
export const CORE: RowsOf<CoreSettings> = {
  id: {
    key: "id",
    kind: kind.name(32),
    default: "main",
    prominent: true,
    live: false,
    secret: false,
    meaning: {
      en: "Name of this core in the journal, in messages and in reports. A new name is a new core: what waits for the old one is released.",
      fr: "Nom de ce cœur de réseau dans le journal, les messages et les rapports. Un nouveau nom est un nouveau cœur : ce qui attend l'ancien est libéré.",
    },
  },
  kind: {
    key: "kind",
    kind: kind.choice("chirpstack-mqtt", "gwmp"),
    default: "chirpstack-mqtt",
    prominent: true,
    live: false,
    secret: false,
    meaning: {
      en: "How this core is spoken to. chirpstack-mqtt: the gateway topics of ChirpStack v4. gwmp: Semtech UDP, as a packet forwarder would.",
      fr: "Façon de parler à ce cœur. chirpstack-mqtt : les topics passerelle de ChirpStack v4. gwmp : Semtech UDP, comme le ferait un packet forwarder.",
    },
  },
  servers: {
    key: "servers",
    kind: kind.list(kind.serverUrl, 1),
    default: undefined,
    example: ["mqtt://127.0.0.1:1883"],
    live: false,
    secret: false,
    meaning: {
      en: "MQTT brokers of this core (mqtt, mqtts, ws, wss), or its servers for kind gwmp (udp), the preferred one first.",
      fr: "Brokers MQTT de ce cœur (mqtt, mqtts, ws, wss), ou ses serveurs pour le type gwmp (udp), le préféré en premier.",
    },
  },
  topicPrefix: {
    key: "topic_prefix",
    kind: kind.topicPrefix,
    default: "eu868",
    prominent: true,
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "First part of the topics, as the core's region has it.",
      fr: "Début des topics, tel que le fixe la région du cœur.",
    },
  },
  mqttVersion: {
    key: "mqtt_version",
    kind: kind.mqttVersion,
    default: 5,
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: 'MQTT 5, or "3.1.1" (also written 4) for brokers that know no better: they cannot say that nobody took a frame.',
      fr: 'MQTT 5, ou "3.1.1" (aussi écrit 4) pour les brokers plus anciens : ils ne savent pas dire que personne n\'a pris une trame.',
    },
  },
  encoding: {
    key: "encoding",
    kind: kind.choice("protobuf", "json"),
    default: "protobuf",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "How messages are written; the core must expect the same. protobuf is a third of the size.",
      fr: "Écriture des messages ; le cœur doit attendre la même. protobuf pèse trois fois moins.",
    },
  },
  username: {
    key: "username",
    kind: kind.text,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "User name for the broker. Empty: none.",
      fr: "Identifiant auprès du broker. Vide : aucun.",
    },
  },
  password: {
    key: "password",
    kind: kind.text,
    default: undefined,
    only: "chirpstack-mqtt",
    live: false,
    secret: true,
    meaning: {
      en: "Password for the broker. It wins over password_file.",
      fr: "Mot de passe auprès du broker. Il l'emporte sur password_file.",
    },
  },
  passwordFile: {
    key: "password_file",
    kind: kind.pathOrEmpty,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    local: true,
    meaning: {
      en: "File with the password, read at each connection. Empty: none.",
      fr: "Fichier contenant le mot de passe, relu à chaque connexion. Vide : aucun.",
    },
  },
  caFile: {
    key: "ca_file",
    kind: kind.pathOrEmpty,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    local: true,
    meaning: {
      en: "Certificates (PEM) by which the broker is recognised. Empty: those of the system.",
      fr: "Certificats (PEM) qui authentifient le broker. Vide : ceux du système.",
    },
  },
  certFile: {
    key: "cert_file",
    kind: kind.pathOrEmpty,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    local: true,
    meaning: {
      en: "Client certificate (PEM), with key_file. Empty: none.",
      fr: "Certificat client (PEM), avec key_file. Vide : aucun.",
    },
  },
  keyFile: {
    key: "key_file",
    kind: kind.pathOrEmpty,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    local: true,
    meaning: { en: "Key (PEM) of cert_file.", fr: "Clé (PEM) de cert_file." },
  },
  clientId: {
    key: "client_id",
    kind: kind.text,
    default: "",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "MQTT client id. Empty: made from the gateway's EUI. Two connections with one id throw each other out.",
      fr: "Identifiant client MQTT. Vide : tiré de l'EUI de la passerelle. Deux connexions de même identifiant s'expulsent l'une l'autre.",
    },
  },
  keepaliveMs: {
    key: "keepalive",
    kind: kind.duration("1s", "1h"),
    default: "30s",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "After such a silence the broker is asked whether it is there (whole seconds).",
      fr: "Après un tel silence, on demande au broker s'il est là (secondes entières).",
    },
  },
  pubackTimeoutMs: {
    key: "puback_timeout",
    kind: kind.duration("1s", "10m"),
    default: "20s",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "A publish unanswered for so long ends the connection; the frame stays in the journal.",
      fr: "Une publication sans réponse si longtemps coupe la connexion ; la trame reste dans le journal.",
    },
  },
  pullIntervalMs: {
    key: "pull_interval",
    kind: kind.duration("1s", "5m"),
    default: "10s",
    only: "gwmp",
    live: false,
    secret: false,
    meaning: {
      en: "How often PULL_DATA is sent, while the packet forwarder lives: it keeps the road down open.",
      fr: "Période d'envoi de PULL_DATA, tant que le packet forwarder est en vie : il tient ouverte la voie descendante.",
    },
  },
  pushAckTimeoutMs: {
    key: "push_ack_timeout",
    kind: kind.duration("1s", "1m"),
    default: "2s",
    only: "gwmp",
    live: false,
    secret: false,
    meaning: {
      en: "A PUSH_DATA unanswered for so long (or four round trips, where that is longer) was not taken; its frames are sent again.",
      fr: "Un PUSH_DATA sans réponse si longtemps (ou quatre allers-retours, si c'est plus) n'est pas pris ; ses trames sont renvoyées.",
    },
  },
  retryMaxMs: {
    key: "retry_max",
    kind: kind.duration("1s", "1h"),
    default: "60s",
    live: false,
    secret: false,
    meaning: {
      en: "Longest wait between two attempts to connect; the waits double from 1 s, and chance spreads them.",
      fr: "Attente la plus longue entre deux tentatives de connexion ; elle double à partir de 1 s, étalée au hasard.",
    },
  },
  statsIntervalMs: {
    key: "stats_interval",
    kind: kind.duration("1s", "1d"),
    default: "30s",
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "How often the gateway's statistics are sent. At 30s they cost about 31 MB a month.",
      fr: "Période d'envoi des statistiques de la passerelle. À 30s, elles coûtent environ 31 Mo par mois.",
    },
  },
  replayPairing: {
    key: "replay_pairing",
    kind: kind.boolean,
    default: true,
    live: false,
    secret: false,
    meaning: {
      en: "After an outage, send what was kept on a time axis that all gateways share, so that none makes another's frames too old for the core. Needs a right clock; new data of up to ten minutes ride along. false: at once, device by device.",
      fr: "Après une coupure, émettre ce qui a été gardé sur un axe de temps commun à toutes les passerelles, pour qu'aucune ne rende les trames d'une autre trop vieilles pour le cœur. Demande une horloge juste ; les données nouvelles suivent pendant une dizaine de minutes. false : aussitôt, capteur par capteur.",
    },
  },
  replayProposal: {
    key: "replay_proposal",
    kind: kind.boolean,
    default: true,
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "May publish the time axis for all gateways (retained, edge/replay-plan) when none is there after an outage. Without that right each uses five-minute boundaries, on which a few disagree.",
      fr: "Peut publier l'axe de temps pour toutes les passerelles (message retenu, edge/replay-plan) s'il n'y en a pas après une coupure. Sans ce droit, chacune se cale sur des multiples de cinq minutes, et quelques-unes diffèrent.",
    },
  },
  replayRateMaxPerS: {
    key: "replay_rate_max",
    kind: kind.integer(0, 10_000),
    default: 0,
    live: false,
    secret: false,
    meaning: {
      en: "Kept frames sent per second at most, by each gateway. 0: as many as the time axis wants and the core answers.",
      fr: "Trames gardées émises par seconde au plus, par chaque passerelle. 0 : autant que l'axe de temps en veut et que le cœur en acquitte.",
    },
  },
  late: {
    key: "late",
    kind: kind.boolean,
    default: false,
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "Publish each replayed frame on edge/<eui>/late too, for a reader that recovers what the core refused because of its counter. Doubles the data of a replay.",
      fr: "Publier aussi chaque trame rejouée sur edge/<eui>/late, pour un lecteur qui récupère ce que le cœur a refusé à cause de son compteur. Double les données d'une reprise.",
    },
  },
  maxAgeMs: {
    key: "max_age",
    kind: kind.durationOrEmpty("1m", "365d"),
    default: "",
    live: true,
    secret: false,
    meaning: {
      en: "A frame not delivered to this core by then is given up for this core. Empty: as journal.max_age.",
      fr: "Une trame non remise à ce cœur passé ce délai est abandonnée pour ce cœur. Vide : comme journal.max_age.",
    },
  },
  netIds: {
    key: "net_ids",
    kind: kind.list(kind.netId),
    default: [],
    live: true,
    secret: false,
    meaning: {
      en: "This core gets data frames of these NetIDs (or of dev_addr_prefixes) only. Both empty: all. What no core gets is not kept.",
      fr: "Ce cœur ne reçoit que les trames de données de ces NetID (ou de dev_addr_prefixes). Vides tous deux : toutes. Ce qu'aucun cœur ne reçoit n'est pas gardé.",
    },
  },
  devAddrPrefixes: {
    key: "dev_addr_prefixes",
    kind: kind.list(kind.devAddrPrefix),
    default: [],
    live: true,
    secret: false,
    meaning: {
      en: "This core gets data frames whose DevAddr begins so (or is of net_ids).",
      fr: "Ce cœur reçoit les trames de données dont le DevAddr commence ainsi (ou relève de net_ids).",
    },
  },
  joinEuiRanges: {
    key: "join_eui_ranges",
    kind: kind.list(kind.joinEuiRange),
    default: [],
    live: true,
    secret: false,
    meaning: {
      en: "This core gets joins whose JoinEUI lies in one of these ranges, both ends included. Empty: all.",
      fr: "Ce cœur reçoit les joins dont le JoinEUI est dans une de ces plages, bornes comprises. Vide : tous.",
    },
  },
  mayTransmit: {
    key: "may_transmit",
    kind: kind.boolean,
    default: (coreIndex) => coreIndex === 0,
    live: true,
    secret: false,
    meaning: {
      en: "This core may send downlinks. Without a word: the first core only.",
      fr: "Ce cœur peut émettre des trames descendantes. Sans précision : le premier seulement.",
    },
  },
  health: {
    key: "health",
    kind: kind.boolean,
    default: (coreIndex) => coreIndex === 0,
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    meaning: {
      en: "This core gets reports of the gateway's health, its alarms and its outages, below edge/<eui>/. Without a word: the first core only.",
      fr: "Ce cœur reçoit les rapports de santé de la passerelle, ses alarmes et ses coupures, sous edge/<eui>/. Sans précision : le premier seulement.",
    },
  },
  commands: {
    key: "commands",
    kind: kind.choice("none", "read", "change"),
    default: (coreIndex) => (coreIndex === 0 ? "read" : "none"),
    only: "chirpstack-mqtt",
    live: false,
    secret: false,
    local: true,
    meaning: {
      en: "Commands on edge/<eui>/command/ that are obeyed: none, those that only read, or those that change something too. Without a word: read for the first core, none for others.",
      fr: "Commandes obéies sur edge/<eui>/command/ : none (aucune), read (celles qui ne font que lire) ou change (aussi celles qui modifient). Sans précision : read pour le premier cœur, none pour les autres.",
    },
  },
};

// ---------------------------------------------------------------------------------- walking the table

/** A row with its place: the TOML table it stands in, and the field it fills. */
export interface PlacedRow extends Row<unknown> {
  readonly field: string;
}

/** The TOML tables in the order of the sample file, `core` last: what follows `[[core]]` belongs to it. */
export const SINGLE_TABLES = Object.keys(TABLES) as SingleTable[];

/** @returns the rows of a table, or undefined when there is no such table. */
export function rowsOf(table: string): readonly PlacedRow[] | undefined {
  if (table === "core") return CORE_ROWS;
  return SINGLE_ROWS.get(table);
}

const placed = (rows: object): PlacedRow[] =>
  Object.entries(rows as Record<string, Row<unknown>>).map(([field, row]) => ({ ...row, field }));
const CORE_ROWS = placed(CORE);
const SINGLE_ROWS = new Map<string, readonly PlacedRow[]>(
  SINGLE_TABLES.map((table) => [table, placed(TABLES[table])]),
);

/** The default as TOML; undefined: the setting is absent unless it is given. */
export function defaultOf(row: PlacedRow, coreIndex: number): kind.TomlValue | undefined {
  return typeof row.default === "function" ? row.default(coreIndex) : row.default;
}

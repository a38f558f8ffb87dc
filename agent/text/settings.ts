/** What is said about settings: what was expected, and what is wrong. Their meanings: agent/config/table.ts. */
import type { Entry } from "./entry.ts";

export const SETTINGS_TEXTS = {
  // ------------------------------------------------------------------------------ what was expected
  "expected.toml": { en: "TOML ({detail})", fr: "du TOML ({detail})" },
  "expected.utf8": { en: "text in UTF-8", fr: "du texte en UTF-8" },
  "expected.fileSize": { en: "at most {max} octets of text", fr: "un texte d'au plus {max} octets" },
  "expected.table": { en: "a table, written [{table}]", fr: "une table, écrite [{table}]" },
  "expected.cores": {
    en: "one or more tables, each written [[core]]",
    fr: "une ou plusieurs tables, écrites chacune [[core]]",
  },
  "expected.coresMax": { en: "at most {max} cores", fr: "au plus {max} cœurs de réseau" },
  "expected.knownKey": {
    en: "a known key (the nearest is {nearest})",
    fr: "une clé connue (la plus proche est {nearest})",
  },
  "expected.knownTable": {
    en: "a known table (the nearest is {nearest})",
    fr: "une table connue (la plus proche est {nearest})",
  },
  "expected.knownVariable": {
    en: "a known variable (the nearest is {nearest})",
    fr: "une variable connue (la plus proche est {nearest})",
  },
  "expected.coreIndex": {
    en: "the number of a core, counted from 0: here 0 to {max}",
    fr: "le numéro d'un cœur de réseau, compté à partir de 0 : ici de 0 à {max}",
  },
  "expected.environmentOnly": {
    en: "nothing here: this secret is given by the environment variable {variable} only",
    fr: "rien ici : ce secret se donne par la seule variable d'environnement {variable}",
  },
  "expected.required": { en: "a value, such as {example}", fr: "une valeur, par exemple {example}" },
  "expected.text": { en: "text of at most {max} characters", fr: "un texte d'au plus {max} caractères" },
  "expected.name": {
    en: "lower-case letters, digits, - and _, at most {max}",
    fr: "des lettres minuscules, chiffres, - et _, au plus {max}",
  },
  "expected.topicPrefix": {
    en: "an MQTT topic without + and #, and without / at either end; or empty",
    fr: "un topic MQTT sans + ni #, et sans / au début ni à la fin ; ou vide",
  },
  "expected.eui": {
    en: 'an EUI of 16 hexadecimal digits, such as "7076ff0123456789"',
    fr: 'un EUI de 16 chiffres hexadécimaux, par exemple "7076ff0123456789"',
  },
  "expected.euiOrEmpty": {
    en: 'an EUI of 16 hexadecimal digits, such as "7076ff0123456789", or empty',
    fr: 'un EUI de 16 chiffres hexadécimaux, par exemple "7076ff0123456789", ou vide',
  },
  "expected.netId": {
    en: 'a NetID of 6 hexadecimal digits, such as "000013"',
    fr: 'un NetID de 6 chiffres hexadécimaux, par exemple "000013"',
  },
  "expected.devAddrPrefix": {
    en: 'a DevAddr prefix of 8 hexadecimal digits and its length in bits, such as "26000000/7"',
    fr: 'un préfixe de DevAddr de 8 chiffres hexadécimaux et sa longueur en bits, par exemple "26000000/7"',
  },
  "expected.joinEuiRange": {
    en: 'two EUIs, the lower one first, such as "70b3d57ed0000000-70b3d57ed0ffffff"',
    fr: 'deux EUI, le plus petit d\'abord, par exemple "70b3d57ed0000000-70b3d57ed0ffffff"',
  },
  "expected.durationOrEmpty": {
    en: 'a duration with its unit (ms, s, m, h or d), from "{min}" to "{max}", or empty',
    fr: "une durée avec son unité (ms, s, m, h ou d), de « {min} » à « {max} », ou vide",
  },
  "expected.duration": {
    en: 'a duration with its unit (ms, s, m, h or d), from "{min}" to "{max}"',
    fr: 'une durée avec son unité (ms, s, m, h ou d), de "{min}" à "{max}"',
  },
  "expected.size": {
    en: 'a size with its unit (kB, MB, GB, KiB, MiB or GiB), from "{min}" to "{max}"',
    fr: 'une taille avec son unité (kB, MB, GB, KiB, MiB ou GiB), de "{min}" à "{max}"',
  },
  "expected.decibelsOrEmpty": {
    en: 'a level with its unit, such as "2.6{unit}", from {min} to {max}, or empty',
    fr: 'un niveau avec son unité, par exemple "2.6{unit}", de {min} à {max}, ou vide',
  },
  "expected.integer": { en: "a whole number from {min} to {max}", fr: "un nombre entier de {min} à {max}" },
  "expected.boolean": { en: "true or false", fr: "true ou false" },
  "expected.choice": { en: "one of {choices}", fr: "une valeur parmi {choices}" },
  "expected.hostPort": {
    en: 'an address and a port, such as "127.0.0.1:1700" or "[::1]:1700"',
    fr: 'une adresse et un port, par exemple "127.0.0.1:1700" ou "[::1]:1700"',
  },
  "expected.hostPortOrEmpty": {
    en: 'an address and a port, such as "127.0.0.1:1780" or "[::1]:1780", or nothing',
    fr: 'une adresse et un port, par exemple "127.0.0.1:1780" ou "[::1]:1780", ou rien',
  },
  "expected.host": {
    en: 'a host, with or without a port, such as "pool.ntp.org" or "10.0.0.1:123"',
    fr: 'un hôte, avec ou sans port, par exemple "pool.ntp.org" ou "10.0.0.1:123"',
  },
  "expected.serverUrl": {
    en: 'a URL with mqtt, mqtts, ws, wss or udp, without user name and password, such as "mqtts://core.example:8883"',
    fr: 'une URL en mqtt, mqtts, ws, wss ou udp, sans identifiant ni mot de passe, par exemple "mqtts://core.example:8883"',
  },
  "expected.path": { en: "an absolute path", fr: "un chemin absolu" },
  "expected.pathOrEmpty": { en: "an absolute path, or empty", fr: "un chemin absolu, ou vide" },
  "expected.socketPath": {
    en: "an absolute path of at most {max} octets",
    fr: "un chemin absolu d'au plus {max} octets",
  },
  "expected.listSome": {
    en: "a list of 1 to {max}; each one: {element}",
    fr: "une liste de 1 à {max} ; pour chacun : {element}",
  },
  "expected.programs": {
    en: "a table of at most {max} programs: a name of letters, digits, - and _, and a list of the program and its arguments",
    fr: "une table d'au plus {max} programmes : un nom de lettres, chiffres, - et _, et une liste du programme et de ses arguments",
  },
  "expected.list": {
    en: "a list of at most {max}; each one: {element}",
    fr: "une liste d'au plus {max} ; pour chacun : {element}",
  },

  // -------------------------------------------------------------------- what does not go together
  "expected.distinct": { en: "each of them once", fr: "chacun une seule fois" },
  "expected.portOnce": {
    en: "another port than gnss.port: a serial port has one reader",
    fr: "un autre port que gnss.port : un port série n'a qu'un lecteur",
  },
  "expected.coreIdOnce": {
    en: "another id: core number {first} has this one",
    fr: "un autre id : le cœur numéro {first} porte déjà celui-ci",
  },
  "expected.loopback": {
    en: "a loopback address (127.0.0.1, ::1, localhost): nobody is asked for a password there; from afar, scrape through a tunnel",
    fr: "une adresse de boucle locale (127.0.0.1, ::1, localhost) : aucun mot de passe n'y est demandé ; de loin, passez par un tunnel",
  },
  "expected.pageKeyWithCert": {
    en: "cert_file and key_file together, or neither",
    fr: "cert_file et key_file ensemble, ou aucun des deux",
  },
  "expected.keyWithCert": {
    en: "key_file beside cert_file: a client certificate needs its key",
    fr: "key_file avec cert_file : un certificat client a besoin de sa clé",
  },
  "expected.certWithKey": {
    en: "cert_file beside key_file: a key needs its client certificate",
    fr: "cert_file avec key_file : une clé a besoin de son certificat client",
  },
  "expected.usernameWithPassword": {
    en: "a username beside the password: MQTT 3.1.1 knows no password alone",
    fr: "un username avec le mot de passe : MQTT 3.1.1 n'admet pas de mot de passe seul",
  },
  "expected.serverOfMqtt": {
    en: 'a URL with mqtt, mqtts, ws or wss; one with udp is for kind = "gwmp"',
    fr: 'une URL en mqtt, mqtts, ws ou wss ; une URL en udp va avec kind = "gwmp"',
  },
  "expected.serverOfGwmp": {
    en: 'a URL with udp, such as "udp://lns.example:1700", for kind = "gwmp"',
    fr: 'une URL en udp, par exemple "udp://lns.example:1700", pour kind = "gwmp"',
  },
  "expected.serverNotListen": {
    en: "another server: this is where the agent itself listens (forwarder.listen), and it would send to itself",
    fr: "un autre serveur : c'est là que l'agent lui-même écoute (forwarder.listen), il s'enverrait tout à lui-même",
  },
  "expected.onlyForKind": {
    en: 'nothing here: this setting belongs to kind = "{kind}"',
    fr: 'rien ici : ce réglage va avec kind = "{kind}"',
  },
  "expected.someCore": {
    en: 'a network core; add:  [[core]]  then  id = "main"  and  servers = ["mqtt://127.0.0.1:1883"]',
    fr: 'un cœur de réseau ; ajoutez :  [[core]]  puis  id = "main"  et  servers = ["mqtt://127.0.0.1:1883"]',
  },

  // ------------------------------------------------------------------------------------- the frame
  "trouble.withFound": {
    en: "expected {expected}; found {found}",
    fr: "attendu : {expected} ; trouvé : {found}",
  },
  "trouble.withoutFound": { en: "expected {expected}", fr: "attendu : {expected}" },
  "trouble.hidden": { en: "(hidden)", fr: "(masqué)" },
  "trouble.more": {
    en: "fewer troubles: only the first {max} are shown",
    fr: "moins d'erreurs : seules les {max} premières sont affichées",
  },
  "trouble.environment": { en: "environment, {variable}", fr: "environnement, {variable}" },
  "trouble.count": {
    en: "{path}: settings to correct: {count}",
    fr: "{path} : réglages à corriger : {count}",
  },

  // --------------------------------------------------------------------------------- what to beware
  "warning.listenNotLoopback": {
    en: "forwarder.listen {address} can be reached from outside: GWMP has no authentication; restrict it with a firewall and accept_eui",
    fr: "forwarder.listen {address} est joignable de l'extérieur : GWMP n'a pas d'authentification ; limitez l'accès par un pare-feu et accept_eui",
  },
  "warning.mqttVersion4": {
    en: 'core "{id}": over MQTT 3.1.1 the broker cannot say that nobody took a frame, so the promise of delivery is weaker; prefer mqtt_version = 5',
    fr: 'cœur "{id}" : en MQTT 3.1.1 le broker ne peut pas dire que personne n\'a pris une trame ; la garantie de remise est plus faible ; préférez mqtt_version = 5',
  },
  "warning.portHeld": {
    en: "{port} is read by another program of this gateway (profile {profile}) and will not be opened",
    fr: "{port} est lu par un autre programme de cette passerelle (profil {profile}) et ne sera pas ouvert",
  },
  "warning.passwordInClear": {
    en: 'core "{id}": the password crosses the network in clear to {server}; use mqtts or wss',
    fr: 'cœur "{id}" : le mot de passe circule en clair vers {server} ; utilisez mqtts ou wss',
  },
  "warning.certificateUnused": {
    en: 'core "{id}": certificate files are given, but no server uses mqtts or wss',
    fr: 'cœur "{id}" : des fichiers de certificat sont donnés, mais aucun serveur n\'utilise mqtts ou wss',
  },
  "warning.serverTwice": {
    en: 'core "{id}" has a server of core "{other}": it hears every frame twice, and sends downlinks to either',
    fr: 'cœur "{id}" : un de ses serveurs est aussi au cœur "{other}" : il entend chaque trame deux fois et envoie les downlinks à l\'un ou l\'autre',
  },
  "warning.fileMissing": {
    en: "{key}: there is no file {file}",
    fr: "{key} : le fichier {file} n'existe pas",
  },

  // ---------------------------------------------------------------------- sample and documentation
  "sample.title": {
    en: "Settings of edge-agent. A line that begins with # shows a default: remove the # to change it.",
    fr: "Réglages d'edge-agent. Une ligne qui commence par # montre une valeur par défaut : retirez le # pour la changer.",
  },
  "sample.check": {
    en: "Check with: edge-agent config check --config <this file>",
    fr: "À vérifier par : edge-agent config check --config <ce fichier>",
  },
  "sample.environment": {
    en: "Each setting can also be given by the environment: EDGE_AGENT_JOURNAL__PATH is journal.path, EDGE_AGENT_CORE__0__SERVERS the servers of the first core. Lists: separated by commas.",
    fr: "Chaque réglage peut aussi venir de l'environnement : EDGE_AGENT_JOURNAL__PATH est journal.path, EDGE_AGENT_CORE__0__SERVERS les serveurs du premier cœur. Listes : séparées par des virgules.",
  },
  "sample.value": { en: "Value: {expected}.", fr: "Valeur : {expected}." },
  "sample.only": {
    en: 'For kind = "{kind}" only.',
    fr: 'Pour kind = "{kind}" seulement.',
  },
  "sample.live": {
    en: "Can change without a restart (SIGHUP).",
    fr: "Peut changer sans redémarrage (SIGHUP).",
  },
  "sample.environmentOnly": {
    en: "By the environment only: {variable}.",
    fr: "Par l'environnement seulement : {variable}.",
  },
  "doc.key": { en: "key", fr: "clé" },
  "doc.default": { en: "default", fr: "défaut" },
  "doc.live": { en: "live", fr: "à chaud" },
  "doc.meaning": { en: "meaning", fr: "signification" },
  "doc.yes": { en: "yes", fr: "oui" },
  "doc.required": { en: "(required)", fr: "(obligatoire)" },
  "doc.none": { en: "(none)", fr: "(aucune)" },
  "origin.default": { en: "default", fr: "défaut" },
  "origin.file": { en: "file, line {line}", fr: "fichier, ligne {line}" },
  "origin.profile": { en: "profile {profile}", fr: "profil {profile}" },
  "origin.environment": { en: "environment, {variable}", fr: "environnement, {variable}" },
} as const satisfies Record<string, Entry>;

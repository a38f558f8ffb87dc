/** The help of the commands: what each does, and its options. */
import type { Entry } from "./entry.ts";

export const COMMAND_TEXTS = {
  "command.agent": {
    en: "Keeps every LoRaWAN frame of this gateway until the network core has it.",
    fr: "Garde chaque trame LoRaWAN de cette passerelle jusqu'à ce que le cœur de réseau l'ait reçue.",
  },
  "command.run": {
    en: "Run the agent until SIGTERM; SIGHUP reads the settings again",
    fr: "Lancer l'agent jusqu'à SIGTERM ; SIGHUP relit les réglages",
  },
  "command.status": {
    en: "Show what the running agent is doing: forwarders, cores, journal, clock",
    fr: "Montrer ce que fait l'agent en marche : forwarders, cœurs de réseau, journal, horloge",
  },
  "command.config": {
    en: "Write, check and show the settings",
    fr: "Écrire, vérifier et montrer les réglages",
  },
  "command.configInit": {
    en: "Write a sample settings file with every setting explained",
    fr: "Écrire un fichier de réglages modèle où chaque réglage est expliqué",
  },
  "command.configCheck": {
    en: "Check the settings and show every trouble",
    fr: "Vérifier les réglages et montrer toutes les erreurs",
  },
  "command.configPrint": {
    en: "Show the settings in force: defaults, profile, file and environment; secrets hidden",
    fr: "Montrer les réglages effectifs : défauts, profil, fichier et environnement ; secrets masqués",
  },
  "command.configSchema": {
    en: "Show the JSON Schema of the settings file",
    fr: "Montrer le JSON Schema du fichier de réglages",
  },
  "command.twice": {
    en: "{option} was given more than once: give it once.",
    fr: "{option} a été donné plusieurs fois : donnez-le une seule fois.",
  },
  "command.missing": { en: "Which command? See --help.", fr: "Quelle commande ? Voir --help." },
  "command.whichOf": {
    en: "{command}: which command? There are: {commands}. See: {command} --help",
    fr: "{command} : quelle commande ? Il y a : {commands}. Voir : {command} --help",
  },
  "command.noneOf": {
    en: "{command}: there is no command {given}. There are: {commands}. See: {command} --help",
    fr: "{command} : la commande {given} n'existe pas. Il y a : {commands}. Voir : {command} --help",
  },
  "command.seeHelp": { en: "see: {command} --help", fr: "voir : {command} --help" },
  "command.completion": {
    en: "Print a completion script for the shell",
    fr: "Afficher un script de complétion pour le shell",
  },
  "example.completion": {
    en: "commands and options complete from then on",
    fr: "commandes et options se complètent ensuite",
  },
  "example.init": { en: "write a settings file to edit", fr: "écrire un fichier de réglages à adapter" },
  "example.configCheck": { en: "is it good?", fr: "est-il bon ?" },
  "example.configPrint": {
    en: "the settings in force, and who has said each",
    fr: "les réglages effectifs, et d'où vient chacun",
  },
  "example.run": { en: "run the agent with it", fr: "lancer l'agent avec ce fichier" },
  "example.statusPlain": { en: "how is it?", fr: "comment va-t-elle ?" },
  "example.status": { en: "ask the running agent", fr: "interroger l'agent en marche" },
  "option.config": { en: "The settings file", fr: "Le fichier de réglages" },
  "option.lang": { en: "The language of messages", fr: "La langue des messages" },
  "option.json": {
    en: "One JSON document on standard output",
    fr: "Un document JSON sur la sortie standard",
  },
  "option.stdout": {
    en: "Write to standard output instead of a file",
    fr: "Écrire sur la sortie standard au lieu d'un fichier",
  },
  "option.force": { en: "Replace an existing file", fr: "Remplacer un fichier existant" },
  "option.origin": { en: "Say where each value comes from", fr: "Dire d'où vient chaque valeur" },
  "option.socket": { en: "The agent's control socket", fr: "La socket de contrôle de l'agent" },
  "config.written": { en: "{path} written", fr: "{path} écrit" },
  "config.good": { en: "{path}: the settings are good", fr: "{path} : les réglages sont bons" },
  "config.warning": { en: "beware: {warning}", fr: "attention : {warning}" },
  "config.printed": { en: "Settings in force, from {path}", fr: "Réglages effectifs, d'après {path}" },
} as const satisfies Record<string, Entry>;

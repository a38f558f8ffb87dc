/** What is said about gateway profiles. The labels of facts stand in agent/profile/facts.ts. */
import type { Entry } from "./entry.ts";

export const PROFILE_TEXTS = {
  "command.profiles": {
    en: "Show and check what is known of gateway models",
    fr: "Montrer et vérifier ce que l'on sait des modèles de passerelle",
  },
  "command.profilesList": {
    en: "List the gateway profiles, and which one this box has",
    fr: "Lister les profils de passerelle, et celui de cette machine",
  },
  "command.profilesShow": {
    en: "Show all facts of a profile with source and certainty",
    fr: "Montrer tous les faits d'un profil, avec source et certitude",
  },
  "command.profilesCheck": {
    en: "Check profile files and show every trouble",
    fr: "Vérifier des fichiers de profil et montrer toutes les erreurs",
  },
  "option.profileName": { en: "A name of the list", fr: "Un nom de la liste" },
  "option.profileFiles": {
    en: "Profile files; without any, those that are shipped",
    fr: "Fichiers de profil ; sans rien, ceux qui sont livrés",
  },
  "example.profilesList": { en: "which models there are", fr: "quels modèles il y a" },
  "example.profilesShow": {
    en: "what is known of one, and how surely",
    fr: "ce qu'on en sait, et avec quelle certitude",
  },
  "example.profilesCheck": { en: "check a file of your own", fr: "vérifier un fichier à soi" },
  "profiles.name": { en: "name", fr: "nom" },
  "profiles.form": { en: "form", fr: "forme" },
  "profiles.packages": { en: "packages", fr: "paquets" },
  "profiles.node": { en: "newest Node", fr: "Node le plus récent" },
  "profiles.nodeUntil": { en: "{node}, until {end}", fr: "{node}, jusqu'au {end}" },
  "profiles.here": {
    en: "This box is recognised as {name}, by {evidence}.",
    fr: "Cette machine est reconnue comme {name}, d'après {evidence}.",
  },
  "profiles.ambiguous": {
    en: "This box is not recognised for sure: {candidates} fit alike. Set gateway.profile.",
    fr: "Cette machine n'est pas reconnue avec certitude : {candidates} conviennent autant. Renseignez gateway.profile.",
  },
  "profiles.unknown": {
    en: "This box is not recognised: {name} is used unless gateway.profile says otherwise.",
    fr: "Cette machine n'est pas reconnue : {name} est appliqué, sauf si gateway.profile en décide autrement.",
  },
  "profiles.auto": {
    en: "auto is no profile: as gateway.profile it has the agent recognise the gateway by its files; edge-agent profiles list says as which",
    fr: "auto n'est pas un profil : dans gateway.profile, il fait reconnaître la passerelle à ses fichiers ; edge-agent profiles list dit laquelle",
  },
  "profiles.noSuch": {
    en: "there is no profile {name} (the nearest is {nearest}); see: edge-agent profiles list",
    fr: "il n'y a pas de profil {name} (le plus proche est {nearest}) ; voir : edge-agent profiles list",
  },
  "profiles.none": {
    en: "no gateway profile can be read; they belong beside the program, in firmware-profiles/gateways",
    fr: "aucun profil de passerelle lisible ; leur place est auprès du programme, dans firmware-profiles/gateways",
  },
  "profiles.labelled": { en: "{label}: {value}", fr: "{label} : {value}" },
  "profiles.note": { en: "note: {note}", fr: "note : {note}" },
  "profiles.settings": { en: "Defaults of the settings", fr: "Valeurs par défaut des réglages" },
  "profiles.openQuestions": { en: "What only a unit can tell", fr: "Ce que seul l'appareil peut dire" },
  "profiles.good": { en: "{path}: the profile is good", fr: "{path} : le profil est bon" },
  "profiles.troubles": { en: "troubles in profiles: {count}", fr: "erreurs dans les profils : {count}" },

  // ------------------------------------------------------------------------------ what was expected
  "expected.line": {
    en: "text on one line, 1 to {max} characters",
    fr: "un texte sur une ligne, de 1 à {max} caractères",
  },
  "expected.argv": {
    en: 'a command as a list of words, such as ["monit", "restart", "lorafwd"]',
    fr: 'une commande en liste de mots, par exemple ["monit", "restart", "lorafwd"]',
  },
  "expected.day": { en: 'a day, such as "2027-04-30"', fr: 'un jour, par exemple "2027-04-30"' },
  "expected.dottedKey": {
    en: 'the key of a setting, such as "gwmp.node"',
    fr: 'la clé d\'un réglage, par exemple "gwmp.node"',
  },
  "expected.record": {
    en: "a table with {keys}",
    fr: "une table avec {keys}",
  },
  "expected.fact": {
    en: "a fact: a table with value, source and certainty (and, if need be, note)",
    fr: "un fait : une table avec value, source et certainty (et, au besoin, note)",
  },
  "expected.facts": {
    en: "one or more facts, each written [[{table}]]",
    fr: "un ou plusieurs faits, écrits chacun [[{table}]]",
  },
  "expected.questions": {
    en: "one or more tables with what and ask, each written [[unknown]]",
    fr: "une ou plusieurs tables avec what et ask, écrites chacune [[unknown]]",
  },
  "expected.requiredFact": {
    en: "a fact here or in systems/{system}.toml, its value {value}",
    fr: "un fait ici ou dans systems/{system}.toml, de valeur : {value}",
  },
  "expected.readable": { en: "a file that can be read ({reason})", fr: "un fichier lisible ({reason})" },
  "expected.profileFile": {
    en: "a profile file; there is none",
    fr: "un fichier de profil ; il n'y en a pas",
  },
  "expected.profile": {
    en: "auto, or the name of a profile (the nearest is {nearest}); see: edge-agent profiles list",
    fr: "auto, ou le nom d'un profil (le plus proche est {nearest}) ; voir : edge-agent profiles list",
  },
  "expected.defaultable": {
    en: "a setting that a profile may give a default: {known}",
    fr: "un réglage auquel un profil peut donner une valeur par défaut : {known}",
  },
} as const satisfies Record<string, Entry>;

/** What is said when the world fails (agent/errors.ts) and nothing can go on. */
import type { Entry } from "./entry.ts";

export const ERROR_TEXTS = {
  "error.settingsUnusable": {
    en: "the settings of {path} cannot be used",
    fr: "les réglages de {path} sont inutilisables",
  },
  "error.settingsMissing": {
    en: "there is no settings file {path}; make one with: edge-agent config init --config {path}",
    fr: "le fichier de réglages {path} n'existe pas ; créez-le par : edge-agent config init --config {path}",
  },
  "error.fileRead": { en: "{path} cannot be read: {reason}", fr: "lecture de {path} impossible : {reason}" },
  "error.fileWrite": {
    en: "{path} cannot be written: {reason}",
    fr: "écriture de {path} impossible : {reason}",
  },
  "file.refused": { en: "{path}: {reason}", fr: "{path} : {reason}" },
  "file.denied": {
    en: "this user may not; try with sudo, or another path",
    fr: "cet utilisateur n'en a pas le droit ; essayez avec sudo, ou un autre chemin",
  },
  "file.noFolder": {
    en: "there is no such folder; make it first, or name another",
    fr: "ce dossier n'existe pas ; créez-le d'abord, ou nommez-en un autre",
  },
  "file.notFolder": {
    en: "a part of this path is a file and no folder; look at how it is written",
    fr: "une partie de ce chemin est un fichier et non un dossier ; vérifiez son écriture",
  },
  "file.isFolder": {
    en: "this is a folder; name a file within it",
    fr: "c'est un dossier ; nommez un fichier à l'intérieur",
  },
  "file.diskFull": {
    en: "the disk is full; make room, or name a folder on another disk",
    fr: "le disque est plein ; faites de la place, ou nommez un dossier sur un autre disque",
  },
  "file.readOnly": {
    en: "this disk can only be read; name a folder on another one",
    fr: "ce disque est en lecture seule ; nommez un dossier sur un autre disque",
  },
  "error.fileExists": {
    en: "{path} exists already; --force replaces it",
    fr: "{path} existe déjà ; --force le remplace",
  },
  "error.portTaken": {
    en: "the address {address} is taken, or is not one of this machine: is another agent or a network server running?",
    fr: "l'adresse {address} est déjà prise, ou n'appartient pas à cette machine : un autre agent ou un serveur de réseau tourne-t-il ?",
  },
  "error.journalHeld": {
    en: "the journal {path} is held by {holder}: only one agent may use it",
    fr: "le journal {path} est tenu par {holder} : un seul agent peut l'utiliser",
  },
  "error.journalDamaged": {
    en: "the journal {path} is damaged and cannot be opened: {reason}",
    fr: "le journal {path} est endommagé et ne s'ouvre pas : {reason}",
  },
  "error.journalNewer": {
    en: "the journal {path} was written by a newer version of edge-agent",
    fr: "le journal {path} a été écrit par une version plus récente d'edge-agent",
  },
  "error.diskRefused": {
    en: "the disk refused the journal {path}: {reason}",
    fr: "le disque a refusé le journal {path} : {reason}",
  },
  "error.controlSocket": {
    en: "the control socket {socket} cannot be opened: {reason}",
    fr: "la socket de contrôle {socket} ne s'ouvre pas : {reason}",
  },
  "error.noAgent": {
    en: "no agent answers on {socket};\nis it running, and may you open this socket?",
    fr: "aucun agent ne répond sur {socket} ;\nest-il lancé, et avez-vous le droit d'ouvrir cette socket ?",
  },
  "error.unexpected": {
    en: "a bug: please report what follows. {detail}",
    fr: "une anomalie du programme : merci de signaler ce qui suit. {detail}",
  },
} as const satisfies Record<string, Entry>;

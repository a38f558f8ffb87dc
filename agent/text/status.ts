/** What `edge-agent status` says to people. */
import type { Entry } from "./entry.ts";

export const STATUS_TEXTS = {
  "status.agent": {
    en: "edge-agent {version}, running for {uptime}",
    fr: "edge-agent {version}, en marche depuis {uptime}",
  },
  "status.forwarders": { en: "Packet forwarders", fr: "Packet forwarders", same: true },
  "status.noForwarder": {
    en: "no packet forwarder has spoken yet",
    fr: "aucun packet forwarder ne s'est encore manifesté",
  },
  "status.forwarderAlive": { en: "{eui}  heard {age} ago", fr: "{eui}  entendu il y a {age}" },
  "status.forwarderSilent": { en: "{eui}  silent for {age}", fr: "{eui}  silencieux depuis {age}" },
  "status.cores": { en: "Network cores", fr: "Cœurs de réseau" },
  "status.coreConnected": {
    en: "{id}  connected to {server} for {age}",
    fr: "{id}  connecté à {server} depuis {age}",
  },
  "status.coreConnecting": { en: "{id}  connecting to {server}", fr: "{id}  connexion à {server} en cours" },
  "status.coreWaiting": {
    en: "{id}  out of reach for {age}: {reason}",
    fr: "{id}  injoignable depuis {age} : {reason}",
  },
  "status.coreStopped": { en: "{id}  stopped", fr: "{id}  arrêté" },
  "status.journal": { en: "Journal", fr: "Journal", same: true },
  "status.journalEmpty": {
    en: "empty: everything heard has been delivered",
    fr: "vide : tout ce qui a été entendu a été remis",
  },
  "status.journalHolds": {
    en: "{frames} frames kept, {size}, the oldest heard {age} ago",
    fr: "{frames} trames gardées, {size}, la plus ancienne entendue il y a {age}",
  },
  "status.clock": { en: "Clock", fr: "Horloge" },
  "status.clockGps": { en: "set by GPS", fr: "calée sur le GPS" },
  "status.clockSynchronised": { en: "synchronised", fr: "synchronisée" },
  "status.clockUnsynchronised": {
    en: "not synchronised: times are not to be trusted",
    fr: "non synchronisée : les heures ne sont pas fiables",
  },
  "status.journalMemory": {
    en: "{frames} frames in memory, not yet acknowledged to the forwarder",
    fr: "{frames} trames en mémoire, pas encore acquittées au forwarder",
  },
  "status.journalFailing": { en: "the disk refuses: {reason}", fr: "le disque refuse : {reason}" },
  "status.journalLost": {
    en: "{frames} frames could not be read when the journal was opened",
    fr: "{frames} trames étaient illisibles à l'ouverture du journal",
  },
  "status.coreWork": {
    en: "{live} live and {replayed} replayed taken, {behind} devices behind, {inFlight} in flight",
    fr: "{live} en direct et {replayed} rejouées reçues, {behind} capteurs en retard, {inFlight} en vol",
  },
  "status.coreReturning": {
    en: "back after an outage: agreeing with the other gateways when to replay",
    fr: "de retour après une coupure : accord avec les autres passerelles sur le moment de rejouer",
  },
  "status.coreReplaying": {
    en: "replays {k} times as fast on the time axis of all gateways, caught up in {left}",
    fr: "rejoue {k} fois plus vite sur l'axe de temps commun aux passerelles, à jour dans {left}",
  },
  "status.counters": { en: "Counters", fr: "Compteurs" },
  "status.alarms": { en: "Alarms", fr: "Alarmes" },
} as const satisfies Record<string, Entry>;

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
  "status.noCore": {
    en: "none yet: each waits for the EUI of the gateway (a packet forwarder's first word, or gateway.eui)",
    fr: "aucun pour l'instant : chacun attend l'EUI de la passerelle (premier mot d'un packet forwarder, ou gateway.eui)",
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
    en: "taken: {live} live, {replayed} replayed; devices behind: {behind}; in flight: {inFlight}",
    fr: "trames prises : {live} en direct, {replayed} rejouées ; capteurs en retard : {behind} ; en cours d'envoi : {inFlight}",
  },
  "status.coreReturning": {
    en: "back after an outage: agreeing with the other gateways when to replay",
    fr: "de retour après une coupure : accord avec les autres passerelles sur le moment de rejouer",
  },
  "status.coreReplaying": {
    en: "replays {k} times as fast on the time axis of all gateways, caught up in {left}",
    fr: "rejoue {k} fois plus vite sur le calendrier de rejeu commun aux passerelles, à jour dans {left}",
  },
  "status.counters": { en: "Counters", fr: "Compteurs" },
  "status.alarm": { en: "alarm: {what} ({code})", fr: "alarme : {what} ({code})" },
  "alarm.noSubscriber": {
    en: "the broker is there, but nobody has subscribed to our events",
    fr: "le broker répond, mais personne n'est abonné à nos évènements",
  },
  "alarm.uplinkRefused": {
    en: "the broker refuses our uplinks: look at its access list",
    fr: "le broker refuse nos trames montantes : voir sa liste d'accès",
  },
  "alarm.reportRefused": {
    en: "the broker refuses our stats or acknowledgements",
    fr: "le broker refuse nos statistiques ou nos acquittements",
  },
  "alarm.stateRefused": {
    en: "the broker refuses our state (state/conn)",
    fr: "le broker refuse notre état (state/conn)",
  },
  "alarm.subscriptionRefused": {
    en: "the broker refuses our subscription: no downlink can come",
    fr: "le broker refuse notre abonnement : aucune trame descendante ne peut arriver",
  },
  "alarm.willRefused": {
    en: "the broker refuses our last will",
    fr: "le broker refuse notre testament (last will)",
  },
  "alarm.ownNamespaceSuspended": {
    en: "the broker does not want our own topics (edge/…); frames go on",
    fr: "le broker ne veut pas de nos propres topics (edge/…) ; les trames continuent",
  },
  "alarm.credentialsUnreadable": {
    en: "a password or certificate file cannot be read",
    fr: "un fichier de mot de passe ou de certificat est illisible",
  },
  "alarm.credentialsRefused": {
    en: "the broker refuses our name, password or certificate",
    fr: "le broker refuse notre nom, mot de passe ou certificat",
  },
  "alarm.takenOver": {
    en: "somebody else uses our client id",
    fr: "quelqu'un d'autre utilise notre identifiant client",
  },
  "alarm.oftenClosed": {
    en: "the connection ends again and again; perhaps another client has our id",
    fr: "la connexion se coupe sans cesse ; un autre client a peut-être notre identifiant",
  },
  "alarm.closedAtOnce": {
    en: "the broker closes the connection at once",
    fr: "le broker ferme aussitôt la connexion",
  },
  "alarm.unanswered": {
    en: "the far side does not answer any more",
    fr: "l'autre côté ne répond plus",
  },
} as const satisfies Record<string, Entry>;

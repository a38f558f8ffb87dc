/** What `edge-agent status` says to people. */
import type { Entry } from "./entry.ts";

export const STATUS_TEXTS = {
  "status.agent": {
    en: "edge-agent {version}, running for {uptime}",
    fr: "edge-agent {version}, en marche depuis {uptime}",
  },
  "status.gateway": { en: "Gateway", fr: "Passerelle" },
  "status.profileSet": {
    en: "{title} (profile {name}, as set)",
    fr: "{title} (profil {name}, d'après les réglages)",
  },
  "status.profileRecognised": {
    en: "{title} (profile {name}, recognised)",
    fr: "{title} (profil {name}, reconnu)",
  },
  "status.profileAmbiguous": {
    en: "not recognised for sure: {candidates} fit alike, {name} is used; set gateway.profile",
    fr: "reconnaissance incertaine : {candidates} conviennent autant, {name} est appliqué ; renseignez gateway.profile",
  },
  "status.profileUnknown": {
    en: "model not recognised, profile {name} is used; see: edge-agent profiles list",
    fr: "modèle non reconnu, le profil {name} est appliqué ; voir : edge-agent profiles list",
  },
  "status.profileMissing": {
    en: "no gateway profiles beside the program: plain defaults are used",
    fr: "aucun profil de passerelle auprès du programme : simples valeurs par défaut",
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
  "fault.unanswered": {
    en: "it does not answer (a firewall, or another server's address?)",
    fr: "il ne répond pas (un pare-feu, ou l'adresse d'un autre serveur ?)",
  },
  "fault.portRefused": {
    en: "its machine answers, but nothing listens on that UDP port",
    fr: "sa machine répond, mais rien n'écoute sur ce port UDP",
  },
  "fault.pushUnanswered": {
    en: "it answers, but takes no frames: is this gateway registered there?",
    fr: "il répond, mais ne prend aucune trame : cette passerelle y est-elle déclarée ?",
  },
  "fault.noAddress": {
    en: "nobody knows the address of that name (DNS)",
    fr: "personne ne connaît l'adresse de ce nom (DNS)",
  },
  "fault.noRoute": {
    en: "this gateway has no road to it (is the backhaul up?)",
    fr: "cette passerelle n'a pas de route vers lui (le lien réseau est-il actif ?)",
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
  "status.journalEmptied": { en: "empty", fr: "vide" },
  "status.journalDropped": { en: "given up: {frames} {why}", fr: "abandonnées : {frames} {why}" },
  "status.journalFull": {
    en: "full: frames are carried, but not stored, and not acknowledged before a core has taken them",
    fr: "plein : les trames sont transmises, mais ni stockées, ni acquittées avant qu'un cœur les ait prises",
  },
  "status.journalHolds": {
    en: "frames kept: {frames}, {size}, the oldest heard {age} ago",
    fr: "trames gardées : {frames}, {size}, la plus ancienne entendue il y a {age}",
  },
  "status.clock": { en: "Clock", fr: "Horloge" },
  "status.clockGps": { en: "set by GPS", fr: "calée sur le GPS" },
  "status.clockSynchronised": { en: "synchronised", fr: "synchronisée" },
  "status.clockUnsynchronised": {
    en: "not synchronised: times are not to be trusted",
    fr: "non synchronisée : les heures ne sont pas fiables",
  },
  "status.journalMemory": {
    en: "frames in memory, not yet acknowledged to the forwarder: {frames}",
    fr: "trames en mémoire, pas encore acquittées au forwarder : {frames}",
  },
  "status.journalFailing": { en: "the disk refuses: {reason}", fr: "le disque refuse : {reason}" },
  "status.journalLost": {
    en: "frames that could not be read when the journal was opened: {frames}",
    fr: "trames illisibles à l'ouverture du journal : {frames}",
  },
  "status.coreWork": {
    en: "taken: {live} live, {replayed} replayed; devices behind: {behind}; in flight: {inFlight}",
    fr: "trames prises : {live} en direct, {replayed} rejouées ; capteurs en retard : {behind} ; en cours d'envoi : {inFlight}",
  },
  "status.coreProbing": {
    en: "back after an outage: the oldest frame goes first and alone, the others wait for its answer",
    fr: "de retour après une coupure : la plus ancienne trame part seule, les autres attendent sa réponse",
  },
  "status.coreNotTaking": {
    en: "in reach, but it takes no frames yet",
    fr: "joignable, mais ne prend encore aucune trame",
  },
  "status.coreBlind": {
    en: "this gateway's clock is not to be trusted: it replays after the others, in {left}",
    fr: "l'horloge de cette passerelle n'est pas fiable : elle rejoue après les autres, dans {left}",
  },
  "status.coreCatchingUp": {
    en: "sends what is left of its stored frames, up to {rate} a second",
    fr: "envoie ce qui reste des trames gardées, jusqu'à {rate} par seconde",
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
  "alarm.pushUnanswered": {
    en: "the server answers PULL_DATA, but acknowledges no frames (PUSH_ACK): is this gateway registered there?",
    fr: "le serveur répond à PULL_DATA, mais n'acquitte aucune trame (PUSH_ACK) : cette passerelle y est-elle déclarée ?",
  },
  "alarm.pullUnanswered": {
    en: "the server takes frames, but does not answer PULL_DATA: downlinks may not come",
    fr: "le serveur prend les trames, mais ne répond pas à PULL_DATA : les downlinks n'arriveront peut-être pas",
  },
  "alarm.unanswered": {
    en: "the far side does not answer any more",
    fr: "l'autre côté ne répond plus",
  },
} as const satisfies Record<string, Entry>;

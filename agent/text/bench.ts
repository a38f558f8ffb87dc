/** What the technician's bench says: frames, watch, devices, bundle, downlink-test, survey. */
import type { Entry } from "./entry.ts";

export const BENCH_TEXTS = {
  // -------------------------------------------------------------------------------------------- help
  "command.frames": {
    en: "Show frames as they are heard, or those that wait in the journal",
    fr: "Montrer les trames à mesure qu'elles sont entendues, ou celles du journal",
  },
  "command.watch": {
    en: "Watch the gateway live on the whole screen",
    fr: "Observer la passerelle en direct, en plein écran",
  },
  "command.devices": {
    en: "Show the devices heard of late: last heard, loss, SF, margin, interval",
    fr: "Montrer les capteurs entendus récemment : dernier message, pertes, SF, marge, intervalle",
  },
  "command.bundle": {
    en: "Put into one archive what support needs, without secrets",
    fr: "Réunir dans une archive ce dont le support a besoin, sans secrets",
  },
  "command.downlinkTest": {
    en: "Send one test frame by radio, after a question, and show what the forwarder says",
    fr: "Émettre une trame d'essai par radio, après confirmation, et montrer la réponse du forwarder",
  },
  "command.maintenance": {
    en: "Announce planned maintenance, which counts neither as up nor as down",
    fr: "Annoncer une maintenance prévue, qui ne compte ni en marche ni en panne",
  },
  "option.maintenanceWhat": {
    en: "What to do: show whether one is announced, begin one, or end it",
    fr: "Quoi faire : voir si une est annoncée, en commencer une, ou y mettre fin",
  },
  "option.maintenanceFor": {
    en: "How long at most, required to begin: 90m, 2h, up to 7d; it ends by itself",
    fr: "Durée maximale, requise pour commencer : 90m, 2h, jusqu'à 7d ; elle finit d'elle-même",
  },
  "option.maintenanceReason": {
    en: "What is done, for the operator",
    fr: "Ce qui est fait, pour l'exploitant",
  },
  "example.maintenanceBegin": { en: "before climbing", fr: "avant de monter" },
  "example.maintenanceEnd": { en: "done sooner", fr: "fini plus tôt" },
  "maintenance.none": { en: "No maintenance is announced.", fr: "Aucune maintenance n'est annoncée." },
  "maintenance.forMissing": {
    en: "--for is required to begin: how long at most, such as --for 2h, up to 7d",
    fr: "--for est requis pour commencer : la durée maximale, par exemple --for 2h, jusqu'à 7d",
  },
  "maintenance.replaces": {
    en: "It replaces the former one: {former}",
    fr: "Elle remplace la précédente : {former}",
  },
  "maintenance.forHowLong": {
    en: "--for: expected a duration with its unit, up to 7d, such as 2h; found {found}",
    fr: "--for : une durée avec son unité est attendue, jusqu'à 7d, par exemple 2h ; reçu {found}",
  },
  "command.survey": {
    en: "Walk with a test device: a row per frame, figures, CSV and a picture",
    fr: "Mesurer la couverture avec un capteur d'essai : une ligne par trame, chiffres, CSV et graphique",
  },
  "option.devAddrPrefix": {
    en: "Only these devices: a DevAddr, its first digits (2601) or bits (26000000/7)",
    fr: "Seulement ces capteurs : un DevAddr, ses premiers chiffres (2601) ou bits (26000000/7)",
  },
  "option.devEuiPrefix": {
    en: "Only joins of this DevEUI, or of those that begin so",
    fr: "Seulement les joins de ce DevEUI, ou de ceux qui commencent ainsi",
  },
  "option.netId": {
    en: "Only devices of this network (000013)",
    fr: "Seulement les capteurs de ce réseau (000013)",
  },
  "option.type": {
    en: "Only frames of this type; may be repeated",
    fr: "Seulement les trames de ce type ; répétable",
  },
  "option.rssiMin": { en: "Not weaker than, dBm", fr: "Pas plus faibles que, dBm" },
  "option.rssiMax": { en: "Not stronger than, dBm", fr: "Pas plus fortes que, dBm" },
  "option.sf": {
    en: "Only this spreading factor; may be repeated",
    fr: "Seulement ce facteur d'étalement ; répétable",
  },
  "option.fromJournal": {
    en: "What waits in the journal instead (of the settings, or in this folder)",
    fr: "Plutôt ce qui attend dans le journal (celui des réglages, ou ce dossier)",
  },
  "option.keys": {
    en: "Decrypt with these session keys: TOML or CSV of DevAddr, NwkSKey, AppSKey",
    fr: "Déchiffrer avec ces clés de session : TOML ou CSV de DevAddr, NwkSKey, AppSKey",
  },
  "option.jsonLines": { en: "JSON, one document per line", fr: "JSON, un document par ligne" },
  "example.frames": { en: "the weak ones of one network", fr: "les trames faibles d'un réseau" },
  "example.framesJoin": { en: "does my meter try to join?", fr: "mon compteur tente-t-il un join ?" },
  "example.framesKeys": { en: "what my own devices say", fr: "ce que disent mes propres capteurs" },

  // ------------------------------------------------------------------------------------------- agent
  "bench.noAgent": {
    en: "no agent answers on {socket}. Start it (systemctl start edge-agent, on KerOS: monit start edge-agent, or: edge-agent run --config {config}), or say where it listens with --socket; you may lack the right to open the socket (try sudo)",
    fr: "aucun agent ne répond sur {socket}. Lancez-le (systemctl start edge-agent, sous KerOS : monit start edge-agent, ou : edge-agent run --config {config}), ou indiquez sa socket avec --socket ; il vous manque peut-être le droit de l'ouvrir (essayez sudo)",
  },
  "bench.agentGone": {
    en: "the agent went away: {reason}. See: edge-agent status",
    fr: "l'agent ne répond plus : {reason}. Voir : edge-agent status",
  },
  "bench.stopped": { en: "it was stopped", fr: "il a été arrêté" },

  // ------------------------------------------------------------------------------------------ frames
  "frames.headTime": { en: "time", fr: "heure" },
  "frames.headDevice": { en: "device", fr: "capteur" },
  "frames.headType": { en: "type", fr: "type", same: true },
  "frames.headOctets": { en: "oct", fr: "oct", same: true },
  "frames.headFate": { en: "fate", fr: "sort" },
  "frames.badDevAddr": {
    en: "{option}: {given} is no DevAddr: up to 8 hex digits, or 8 with a number of bits (26000000/7)",
    fr: "{option} : {given} n'est pas un DevAddr : 8 chiffres hexadécimaux au plus, ou 8 et un nombre de bits (26000000/7)",
  },
  "frames.badNetId": {
    en: "--net-id: {given} is no NetID: 6 hex digits",
    fr: "--net-id : {given} n'est pas un NetID : 6 chiffres hexadécimaux",
  },
  "frames.badNumber": {
    en: "{option} {given}: a number, such as {example}",
    fr: "{option} {given} : un nombre, par exemple {example}",
  },
  "frames.dropped": {
    en: "(events not shown: {events}; this terminal was too slow)",
    fr: "(évènements non montrés : {events} ; ce terminal était trop lent)",
  },
  "frames.noKeys": {
    en: "there is no file {path}; see the format with: edge-agent frames --help",
    fr: "le fichier {path} n'existe pas ; le format : edge-agent frames --help",
  },
  "frames.keysTooLong": {
    en: "{path} is too long for a file of keys",
    fr: "{path} est trop long pour un fichier de clés",
  },
  "frames.keysOpen": {
    en: "beware: others on this machine can read {path}; chmod 600 {path}",
    fr: "attention : d'autres peuvent lire {path} sur cette machine ; chmod 600 {path}",
  },
  "frames.keysText": { en: "neither TOML nor CSV", fr: "ni TOML ni CSV" },
  "frames.keysDevAddr": {
    en: "DevAddr: 8 hex digits wanted",
    fr: "DevAddr : 8 chiffres hexadécimaux attendus",
  },
  "frames.keysKey": {
    en: "NwkSKey and AppSKey (1.1: FNwkSIntKey, SNwkSIntKey, NwkSEncKey and AppSKey): 32 hex digits each wanted",
    fr: "NwkSKey et AppSKey (1.1 : FNwkSIntKey, SNwkSIntKey, NwkSEncKey et AppSKey) : 32 chiffres hexadécimaux attendus pour chacune",
  },
  "frames.keysNone": {
    en: "no keys in it; wanted for each device: dev_addr,nwk_skey,app_skey; see: edge-agent frames --help",
    fr: "aucune clé ; attendu pour chaque capteur : dev_addr,nwk_skey,app_skey ; voir : edge-agent frames --help",
  },
  "frames.keysFile": { en: "{path}: {why}", fr: "{path} : {why}" },
  "frames.keysLine": { en: "{path}, line {number}: {why}", fr: "{path}, ligne {number} : {why}" },
  "frames.keysTable": { en: "{path}, table {number}: {why}", fr: "{path}, table {number} : {why}" },
  "frames.keysRead": { en: "devices with keys: {count}", fr: "capteurs dont les clés sont lues : {count}" },
  "frames.keysUnused": {
    en: "none of the frames shown is of a device whose keys are in {path}; devices heard: edge-agent devices",
    fr: "aucune trame montrée ne vient d'un capteur dont les clés sont dans {path} ; capteurs entendus : edge-agent devices",
  },
  "frames.keysFormat": {
    en: 'Keys: CSV lines "dev_addr,nwk_skey,app_skey", or TOML: [26011bda] nwk_skey = "…" app_skey = "…"; LoRaWAN 1.1: dev_addr, f_nwk_s_int_key, s_nwk_s_int_key, nwk_s_enc_key, app_s_key. They are never shown, and payloads leave the agent only with --keys.',
    fr: 'Clés : lignes CSV « dev_addr,nwk_skey,app_skey », ou TOML : [26011bda] nwk_skey = "…" app_skey = "…" ; LoRaWAN 1.1 : dev_addr, f_nwk_s_int_key, s_nwk_s_int_key, nwk_s_enc_key, app_s_key. Elles ne sont jamais montrées, et les données ne quittent l\'agent qu\'avec --keys.',
  },
  "frames.micBad": {
    en: "MIC wrong: other keys, or LoRaWAN 1.1, which has four",
    fr: "MIC faux : autres clés, ou LoRaWAN 1.1, qui en a quatre",
  },
  "frames.micBad11": { en: "MIC wrong: other keys", fr: "MIC faux : autres clés" },
  "frames.micHalf": {
    en: "{said} (it acknowledges: only half of its MIC could be checked)",
    fr: "{said} (elle acquitte : seule la moitié du MIC est vérifiable)",
  },
  "frames.micUnknown": {
    en: "MIC not to be checked: a LoRaWAN 1.1 downlink that acknowledges",
    fr: "MIC invérifiable : trame descendante LoRaWAN 1.1 qui acquitte",
  },
  "frames.opened": { en: "FCnt {fCnt}, payload {payload}", fr: "FCnt {fCnt}, contenu {payload}" },
  "frames.openedEmpty": { en: "FCnt {fCnt}, no payload", fr: "FCnt {fCnt}, sans contenu" },

  // -------------------------------------------------------------------------------------------- fate
  "fate.kept": { en: "kept", fr: "gardée" },
  "fate.repeat": { en: "repeat", fr: "répétée" },
  "fate.repetition": { en: "NbTrans", fr: "NbTrans", same: true },
  "fate.refused": { en: "refused", fr: "refusée" },
  "fate.waits": { en: "waits", fr: "attend" },
  "fate.taken": { en: "taken", fr: "prise" },
  "fate.replayed": { en: "replayed", fr: "rejouée" },
  "fate.expired": { en: "expired", fr: "périmée" },
  "fate.notTaken": { en: "not taken", fr: "non prise" },
  "fate.onDisk": { en: "on disk", fr: "disque" },
  "fate.givenUp": { en: "given up", fr: "abandon" },

  // ----------------------------------------------------------------------------------------- devices
  "option.silent": { en: "Only those that have fallen silent", fr: "Seulement ceux qui se sont tus" },
  "option.sortDevices": {
    en: "Which devices come first",
    fr: "Quels capteurs d'abord : last, silent, loss (pertes), margin, interval, heard, device",
  },
  "option.csv": { en: "CSV on standard output", fr: "CSV sur la sortie standard" },
  "example.devices": { en: "which lose the most?", fr: "lesquels perdent le plus ?" },
  "example.devicesCsv": { en: "all of them, for a spreadsheet", fr: "tous, pour un tableur" },
  "devices.headLast": { en: "last heard", fr: "entendu" },
  "devices.headEvery": { en: "every", fr: "chaque" },
  "devices.headHeard": { en: "heard", fr: "reçues" },
  "devices.headLost": { en: "lost", fr: "pertes" },
  "devices.headMargin": { en: "margin", fr: "marge" },
  "devices.percent": { en: "{share}%", fr: "{share} %" },
  "devices.decibels": { en: "{margin} dB", fr: "{margin} dB", same: true },
  "devices.none": {
    en: "no device was heard yet; see: edge-agent frames, edge-agent status",
    fr: "aucun capteur entendu pour l'instant ; voir : edge-agent frames, edge-agent status",
  },
  "devices.noneFits": {
    en: "none of the devices heard fits",
    fr: "aucun des capteurs entendus ne correspond",
  },
  "devices.jsonOrCsv": {
    en: "--json or --csv: which of the two?",
    fr: "--json ou --csv : lequel des deux ?",
  },
  "devices.more": {
    en: "{shown} of {fitting} devices; all: --limit 0",
    fr: "{shown} capteurs sur {fitting} ; tous : --limit 0",
  },
  "devices.legend": {
    en: "lost: counters that the device used and nobody here heard. margin: SNR above what its SF needs. !: silent, it used to talk.",
    fr: "pertes : compteurs utilisés par le capteur et non entendus ici. marge : SNR au-dessus du besoin de son SF. ! : muet, il parlait d'habitude.",
  },

  // ------------------------------------------------------------------------------------------- watch
  "watch.noTerminal": {
    en: "watch needs a terminal to draw on; without one: edge-agent frames --json, edge-agent status",
    fr: "watch a besoin d'un terminal ; sans terminal : edge-agent frames --json, edge-agent status",
  },
  "watch.title": {
    en: "edge-agent {version}  {eui}  up {uptime}",
    fr: "edge-agent {version}  {eui}  depuis {uptime}",
  },
  "watch.noForwarder": { en: "no packet forwarder yet", fr: "pas encore de packet forwarder" },
  "watch.coreConnected": { en: "{id} connected for {age}", fr: "{id} connecté depuis {age}" },
  "watch.coreConnecting": { en: "{id} connecting", fr: "{id} connexion" },
  "watch.coreAway": { en: "{id} out of reach for {age}", fr: "{id} injoignable depuis {age}" },
  "watch.coreStopped": { en: "{id} stopped", fr: "{id} arrêté" },
  "watch.noCore": { en: "no core yet", fr: "pas encore de cœur" },
  "watch.backlog": {
    en: "frames waiting: {frames}, the oldest {age}",
    fr: "trames en attente : {frames}, la plus ancienne {age}",
  },
  "watch.backlogEmpty": { en: "nothing waits", fr: "rien en attente" },
  "watch.both": { en: "{first}; {second}", fr: "{first} ; {second}" },
  "watch.counted": {
    en: "heard: {heard}, repeats: {repeated}, refused: {refused}",
    fr: "entendues : {heard}, répétées : {repeated}, refusées : {refused}",
  },
  "watch.rate": { en: "{rate}/min, {counted}", fr: "{rate}/min, {counted}", same: true },
  "watch.paused": { en: "PAUSED (p goes on)", fr: "PAUSE (p reprend)" },
  "watch.filter": { en: "filter:", fr: "filtre :" },
  "watch.sorted": { en: "by {by}", fr: "par {by}" },
  "watch.sortRssi": { en: "RSSI", fr: "RSSI", same: true },
  "watch.sortSnr": { en: "SNR", fr: "SNR", same: true },
  "watch.missed": { en: "events not shown: {events}", fr: "évènements non montrés : {events}" },
  "watch.nothing": { en: "nothing heard yet that fits", fr: "rien d'entendu qui corresponde" },
  "watch.downlinks": { en: "downlinks", fr: "trames descendantes" },
  "watch.inMs": { en: "in {ms} ms", fr: "dans {ms} ms" },
  "watch.awaited": { en: "sent, not answered yet", fr: "envoyée, pas encore de réponse" },
  "watch.unanswered": {
    en: "no answer came, it may be on air",
    fr: "aucune réponse, elle est peut-être partie",
  },
  "watch.unreadable": {
    en: "unreadable answer, it may be on air",
    fr: "réponse illisible, elle est peut-être partie",
  },
  "watch.commanded": { en: "commanded", fr: "demandée" },
  "watch.gone": {
    en: "the agent does not answer; trying again. See: edge-agent status",
    fr: "l'agent ne répond plus ; nouvel essai. Voir : edge-agent status",
  },
  "watch.keys": {
    en: "f filter  p pause  s sort  up/down scroll  h help  q quit",
    fr: "f filtrer  p pause  s trier  haut/bas défiler  h aide  q quitter",
  },
  "watch.help": {
    en: "f or /   filter: the first digits of a DevAddr or DevEUI, join, data, confirmed,\n         sf12, or a reason such as crcBad; several words must all fit\nesc      no filter\np        pause, and go on\ns        sort by time, device, RSSI, SNR\nup down  scroll; page up, page down\nq        quit\n\nkept: it is safe in memory, and waits for its core. on disk: it waits there.\ntaken, replayed: a core has it. repeat: the forwarder says it again (+1).\nNbTrans: the device itself sent it again. given up: memory was full.",
    fr: "f ou /   filtrer : le début d'un DevAddr ou DevEUI, join, data, confirmed,\n         sf12, ou un motif comme crcBad ; tous les mots doivent correspondre\néchap    sans filtre\np        pause, et reprise\ns        trier par heure, capteur, RSSI, SNR\nhaut bas défiler ; page haut, page bas\nq        quitter\n\ngardée : en mémoire, elle attend son cœur. disque : elle y attend, écrite.\nprise, rejouée : un cœur l'a. répétée : le forwarder la redit (+1).\nNbTrans : le capteur l'a émise à nouveau. abandon : la mémoire était pleine.",
  },
  "example.watch": { en: "q leaves it, h shows the keys", fr: "q pour quitter, h pour les touches" },

  // --------------------------------------------------------------------------------------- downlink-test
  "option.gateway": {
    en: "The gateway, where this agent serves several",
    fr: "La passerelle, si cet agent en sert plusieurs",
  },
  "option.frequency": { en: "MHz; default: 869.525 (RX2)", fr: "MHz ; par défaut : 869,525 (RX2)" },
  "option.testSf": { en: "Spreading factor; default: 9", fr: "Facteur d'étalement ; par défaut : 9" },
  "option.power": { en: "dBm EIRP; default: 14", fr: "dBm PIRE ; par défaut : 14" },
  "example.downlinkTest": {
    en: "asks, sends, and shows the answer",
    fr: "demande, émet, et montre la réponse",
  },
  "downlinkTest.question": {
    en: "Gateway {eui} will send one test frame now: {mhz} MHz, SF{sf}, {power} dBm EIRP, {airtime} ms on air, of a type that devices ignore. Is an antenna mounted? Send it? [y/N]",
    fr: "La passerelle {eui} va émettre maintenant une trame d'essai : {mhz} MHz, SF{sf}, {power} dBm PIRE, {airtime} ms, d'un type que les capteurs ignorent. Une antenne est-elle montée ? Émettre ? [o/N]",
  },
  "downlinkTest.nobody": {
    en: "nobody is there to be asked; --yes sends without a question (with an antenna mounted)",
    fr: "personne à qui demander ; --yes émet sans confirmation (antenne montée)",
  },
  "downlinkTest.notSent": { en: "nothing was sent", fr: "rien n'a été émis" },
  "downlinkTest.sent": {
    en: "Sent: the forwarder took the frame, and said so after {ms} ms.",
    fr: "Émise : le forwarder a pris la trame, et l'a dit après {ms} ms.",
  },
  "downlinkTest.refused": { en: "Not sent: {why}.", fr: "Non émise : {why}." },
  "downlinkTest.unanswered": {
    en: "Handed to the forwarder, and no answer came: it may be on air.",
    fr: "Confiée au forwarder, et aucune réponse n'est venue : elle est peut-être partie.",
  },
  "downlinkTest.unreadable": {
    en: "Handed to the forwarder, whose answer could not be read: it may be on air.",
    fr: "Confiée au forwarder, dont la réponse est illisible : elle est peut-être partie.",
  },
  "downlinkTest.power": { en: "power", fr: "puissance" },
  "downlinkTest.powerAsked": {
    en: "{power} dBm EIRP, as asked (the forwarder named no other)",
    fr: "{power} dBm PIRE, comme demandé (rien d'autre du forwarder)",
  },
  "downlinkTest.powerWished": { en: "{power} dBm EIRP wanted", fr: "{power} dBm PIRE voulus" },
  "downlinkTest.powerWhole": {
    en: "{power} dBm EIRP for the {wished} wanted: forwarders take whole dBm",
    fr: "{power} dBm PIRE pour {wished} voulus : un forwarder prend des dBm entiers",
  },
  "downlinkTest.powerTold": { en: "{power} dBm, says the forwarder", fr: "{power} dBm, dit le forwarder" },
  "downlinkTest.onAir": { en: "on air", fr: "radio" },
  "downlinkTest.share": { en: "duty cycle", fr: "rapport cyclique" },
  "downlinkTest.shareSaid": {
    en: "sub-band {band}: {used} of {limit} s used in the last hour",
    fr: "sous-bande {band} : {used} s sur {limit} utilisées dans l'heure",
  },
  "downlinkTest.nextRefused": {
    en: "See: edge-agent doctor, and the forwarder's log",
    fr: "Voir : edge-agent doctor, et le journal du forwarder",
  },
  "downlinkTest.badWish": {
    en: "not sent: the spreading factor is 7 to 12",
    fr: "non émise : le facteur d'étalement va de 7 à 12",
  },
  "downlinkTest.noForwarder": {
    en: "not sent: no packet forwarder has spoken to the agent; see: edge-agent doctor",
    fr: "non émise : aucun packet forwarder ne parle à l'agent ; voir : edge-agent doctor",
  },
  "downlinkTest.unknownGateway": {
    en: "not sent: the agent knows no such gateway, but {gateways}",
    fr: "non émise : l'agent ne connaît pas cette passerelle, mais {gateways}",
  },
  "downlinkTest.severalGateways": {
    en: "not sent: which gateway? --gateway with one of {gateways}",
    fr: "non émise : quelle passerelle ? --gateway avec l'une de {gateways}",
  },
  "downlinkTest.forwarderSilent": {
    en: "not sent: the packet forwarder ({gateways}) is silent; see: edge-agent doctor",
    fr: "non émise : le packet forwarder ({gateways}) est silencieux ; voir : edge-agent doctor",
  },
  "downlinkTest.mayNotTransmit": {
    en: "not sent: no core may transmit through this gateway (may_transmit), so neither may a test",
    fr: "non émise : aucun cœur n'a le droit d'émettre par cette passerelle (may_transmit), un essai non plus",
  },
  "downlinkTest.otherRegion": {
    en: "not sent: the frames heard are not of EU863-870, and this test knows no other region's limits",
    fr: "non émise : les trames entendues ne sont pas d'EU863-870, et cet essai ne connaît pas les limites d'une autre région",
  },
  "downlinkTest.outsideBands": {
    en: "not sent: the frequency lies in no sub-band of EU863-870",
    fr: "non émise : la fréquence n'est dans aucune sous-bande d'EU863-870",
  },
  "downlinkTest.tooStrong": {
    en: "not sent: this sub-band allows {limit} dBm EIRP",
    fr: "non émise : cette sous-bande permet {limit} dBm PIRE",
  },
  "downlinkTest.tooWeak": {
    en: "not sent: no forwarder goes below {limit} dBm",
    fr: "non émise : aucun forwarder ne descend sous {limit} dBm",
  },
  "downlinkTest.dutyCycle": {
    en: "not sent: the duty cycle of this sub-band is used up for this hour; see: edge-agent status --json",
    fr: "non émise : le rapport cyclique de cette sous-bande est épuisé pour cette heure ; voir : edge-agent status --json",
  },

  "refusal.tooLate": {
    en: "it came too late for the forwarder",
    fr: "elle arrivait trop tard pour le forwarder",
  },
  "refusal.tooEarly": {
    en: "it came too early for the forwarder",
    fr: "elle arrivait trop tôt pour le forwarder",
  },
  "refusal.collisionPacket": {
    en: "another frame is to be sent at that moment",
    fr: "une autre trame doit partir à ce moment",
  },
  "refusal.collisionBeacon": {
    en: "a beacon is to be sent at that moment",
    fr: "une balise (beacon) doit partir à ce moment",
  },
  "refusal.frequency": {
    en: "this radio does not send on that frequency",
    fr: "cette radio n'émet pas sur cette fréquence",
  },
  "refusal.power": {
    en: "this radio does not send with that power",
    fr: "cette radio n'émet pas à cette puissance",
  },
  "refusal.gpsUnlocked": {
    en: "the gateway has no time from GNSS",
    fr: "la passerelle n'a pas l'heure du GNSS",
  },
  "refusal.queueFull": {
    en: "too many downlinks are waiting already",
    fr: "trop de trames descendantes attendent déjà",
  },
  "refusal.dutyCycle": {
    en: "the duty cycle of this sub-band is used up for this hour",
    fr: "le rapport cyclique de cette sous-bande est épuisé pour cette heure",
  },
  "refusal.channelBusy": {
    en: "others were sending on this channel",
    fr: "d'autres émettaient sur ce canal",
  },
  "refusal.noForwarder": {
    en: "the packet forwarder no longer asks for downlinks",
    fr: "le packet forwarder ne demande plus de trames descendantes",
  },
  "refusal.mayNotTransmit": {
    en: "no core may transmit through this gateway",
    fr: "aucun cœur n'a le droit d'émettre par cette passerelle",
  },
  "refusal.closed": { en: "the agent is stopping", fr: "l'agent s'arrête" },
  "refusal.other": { en: "the forwarder says {word}", fr: "le forwarder dit {word}" },

  // ------------------------------------------------------------------------------------------ bundle
  "option.bundleOut": {
    en: "The archive; default: edge-agent-EUI-DATE.tar.gz in this folder",
    fr: "L'archive ; par défaut : edge-agent-EUI-DATE.tar.gz dans ce dossier",
  },
  "option.payloads": {
    en: "Also the frames that wait in the journal, with their (encrypted) payloads",
    fr: "Aussi les trames du journal, avec leurs contenus (chiffrés)",
  },
  "example.bundle": {
    en: "says what is inside; send it to support",
    fr: "dit ce qu'elle contient ; à envoyer au support",
  },
  "bundle.written": { en: "{path} written, {size}. Inside:", fr: "{path} écrit, {size}. Contenu :" },
  "bundle.missing": { en: "Not inside:", fr: "Absent :" },
  "bundle.tooLong": { en: "too long for the archive", fr: "trop long pour l'archive" },
  "bundle.manifest": { en: "what is inside", fr: "le contenu" },
  "bundle.settings": { en: "settings in force, secrets hidden", fr: "réglages effectifs, secrets masqués" },
  "bundle.status": { en: "the running agent's state and health", fr: "état et santé de l'agent en marche" },
  "bundle.journal": { en: "the journal in figures", fr: "le journal en chiffres" },
  "bundle.devices": {
    en: "devices heard (addresses, no payloads)",
    fr: "capteurs entendus (adresses, sans contenus)",
  },
  "bundle.log": { en: "the last lines of the log", fr: "les dernières lignes du journal d'évènements" },
  "bundle.doctor": { en: "the doctor's report", fr: "le rapport de doctor" },
  "bundle.forwarder": {
    en: "the packet forwarder's settings, secrets hidden",
    fr: "réglages du packet forwarder, secrets masqués",
  },
  "bundle.frames": { en: "frames of the journal, with payloads", fr: "trames du journal, avec contenus" },
  "bundle.noForwarder": {
    en: "no packet forwarder recognised on this machine",
    fr: "aucun packet forwarder reconnu sur cette machine",
  },

  // ------------------------------------------------------------------------------------------ survey
  "option.surveyDevAddr": { en: "The test device's DevAddr", fr: "Le DevAddr du capteur d'essai" },
  "option.surveyDevEui": {
    en: "Its DevEUI: its joins are followed",
    fr: "Son DevEUI : ses joins sont suivis",
  },
  "option.surveyCsv": {
    en: "Write the rows to this file too",
    fr: "Écrire aussi les lignes dans ce fichier",
  },
  "option.surveySvg": { en: "Draw RSSI and SNR into this file", fr: "Dessiner RSSI et SNR dans ce fichier" },
  "option.surveyLimit": {
    en: "End after so many frames; 0: with Ctrl-C",
    fr: "Finir après ce nombre de trames ; 0 : par Ctrl-C",
  },
  "example.survey": {
    en: "Ctrl-C ends the walk and writes the files",
    fr: "Ctrl-C termine la mesure et écrit les fichiers",
  },
  "survey.whichDevice": {
    en: "which test device? --dev-addr or --dev-eui; those heard: edge-agent devices",
    fr: "quel capteur d'essai ? --dev-addr ou --dev-eui ; ceux entendus : edge-agent devices",
  },
  "survey.listening": {
    en: "listening for {device}; Ctrl-C ends",
    fr: "à l'écoute de {device} ; Ctrl-C termine",
  },
  "survey.nothing": {
    en: "nothing of this device was heard. Is it switched on, and is this its address? See: edge-agent frames",
    fr: "rien d'entendu de ce capteur. Est-il allumé, est-ce bien son adresse ? Voir : edge-agent frames",
  },
  "survey.frames": { en: "frames", fr: "trames" },
  "survey.framesHeard": { en: "{heard} heard", fr: "{heard} entendues" },
  "survey.delivery": {
    en: "{heard} heard of {expected} sent (PDR {share}%)",
    fr: "{heard} entendues sur {expected} émises (PDR {share} %)",
  },
  "survey.figures": {
    en: "min {min}  mean {mean}  max {max}",
    fr: "min {min}  moyenne {mean}  max {max}",
  },
  "survey.written": { en: "{path} written", fr: "{path} écrit" },
  "survey.title": { en: "Survey of {device}, {when}", fr: "Mesure de {device}, {when}" },
  "survey.axisFrames": { en: "frame", fr: "trame" },
} as const satisfies Record<string, Entry>;

/** What `edge-agent doctor` says: what it found, and the next thing to do. */
import type { Entry } from "./entry.ts";

export const DOCTOR_TEXTS = {
  "command.doctor": {
    en: "Check everything from the antenna to the core, and name the first thing that is broken",
    fr: "Tout vérifier, de l'antenne au cœur de réseau, et nommer la première chose en panne",
  },
  "option.watch": { en: "Look again and again, until Ctrl-C", fr: "Recommencer sans cesse, jusqu'à Ctrl-C" },
  "option.only": {
    en: "Only this check (again for several); those it stands on are looked at too",
    fr: "Seulement ce contrôle (répétable) ; ceux dont il dépend sont faits aussi",
  },
  "example.doctor": {
    en: "from the mast: what is broken?",
    fr: "au pied du mât : qu'est-ce qui est en panne ?",
  },
  "example.doctorWatch": { en: "while you work on it", fr: "pendant l'intervention" },
  "example.doctorOnly": { en: "two checks alone", fr: "deux contrôles seulement" },
  "example.doctorJson": {
    en: "for a script; the exit code is 1 when something is broken",
    fr: "pour un script ; code de sortie 1 si quelque chose est en panne",
  },
  "doctor.noSuchCheck": {
    en: 'there is no check "{id}", and none with a name like it; edge-agent doctor shows them all.',
    fr: "il n'y a pas de contrôle « {id} », ni de nom approchant ; edge-agent doctor les montre tous.",
  },
  "doctor.noSuchCheckNear": {
    en: 'there is no check "{id}"; the nearest: {near}.',
    fr: "il n'y a pas de contrôle « {id} » ; le plus proche : {near}.",
  },
  "doctor.allChecks": { en: "All: {all}", fr: "Tous : {all}" },

  // ------------------------------------------------------------------------------------ the report
  "doctor.title": {
    en: "edge-agent doctor {version}, {date}",
    fr: "edge-agent doctor {version}, {date}",
    same: true,
  },
  "doctor.looking": { en: "looking at {what} …", fr: "examen : {what} …" },
  "doctor.firstBroken": { en: "First broken: {id}: {finding}.", fr: "Première panne : {id} : {finding}." },
  "doctor.next": { en: "next: {next}", fr: "à faire : {next}" },
  "doctor.allGood": {
    en: "Nothing is broken; good: {ok}, to look at: {warn}, not to be known from here: {unknown}.",
    fr: "Rien n'est en panne ; bon : {ok}, à regarder : {warn}, impossible à savoir d'ici : {unknown}.",
  },
  "doctor.tally": {
    en: "broken: {fail}, to look at: {warn}, good: {ok}, unknown: {unknown}, skipped: {skipped}",
    fr: "en panne : {fail}, à regarder : {warn}, bon : {ok}, inconnu : {unknown}, sauté : {skipped}",
  },
  "doctor.hardlyExamined": {
    en: "Hardly anything could be examined: sudo edge-agent doctor",
    fr: "Presque rien n'a pu être examiné : sudo edge-agent doctor",
  },
  "doctor.partlyExamined": {
    en: "Not everything could be examined: sudo edge-agent doctor",
    fr: "Tout n'a pas pu être examiné : sudo edge-agent doctor",
  },
  "doctor.verdictOk": { en: "ok", fr: "bon" },
  "doctor.verdictWarn": { en: "warn", fr: "à voir" },
  "doctor.verdictFail": { en: "FAIL", fr: "PANNE" },
  "doctor.verdictUnknown": { en: "?", fr: "?", same: true },
  "doctor.verdictSkipped": { en: "-", fr: "-", same: true },
  "doctor.groupSettings": { en: "Settings", fr: "Réglages" },
  "doctor.groupRadio": { en: "Radio", fr: "Radio", same: true },
  "doctor.groupForwarder": { en: "Packet forwarder", fr: "Packet forwarder", same: true },
  "doctor.groupAgent": { en: "Agent", fr: "Agent", same: true },
  "doctor.groupClock": { en: "Clock and position", fr: "Horloge et position" },
  "doctor.groupBackhaul": { en: "Backhaul", fr: "Liaison montante" },
  "doctor.groupCore": { en: "Network core", fr: "Cœur de réseau" },
  "doctor.groupBox": { en: "Box", fr: "Boîtier" },
  "doctor.skippedBecause": {
    en: "not looked at: {because} comes first",
    fr: "pas examiné : {because} passe d'abord",
  },
  "doctor.notExamined": {
    en: "not examined: {because} comes first",
    fr: "non examiné : {because} passe d'abord",
  },
  "doctor.list": { en: "{first}, {rest}", fr: "{first} ; {rest}" },
  "doctor.mhz": { en: "{mhz}", fr: "{mhz}", same: true },
  "doctor.forwarderNotFound": {
    en: "needs the forwarder's settings, which were not found",
    fr: "demande les réglages du forwarder, qui n'ont pas été trouvés",
  },
  "doctor.forwarderNotRead": {
    en: "needs the forwarder's settings, which could not be read",
    fr: "demande les réglages du forwarder, qui n'ont pas pu être lus",
  },
  "doctor.moment": {
    en: "{year}-{month}-{day} {time}",
    fr: "{day}/{month}/{year} {time}",
  },
  "doctor.notHere": { en: "there is nothing of it on this gateway", fr: "sans objet sur cette passerelle" },
  "doctor.asRoot": {
    en: "run the command as root: this user may not see it",
    fr: "lancez la commande en root : cet utilisateur ne peut pas le voir",
  },

  // ---------------------------------------------------------------------------------- the settings
  "doctor.settingsGood": { en: "{path} is good", fr: "{path} est bon" },
  "doctor.settingsMissing": { en: "{path} is not there", fr: "{path} n'existe pas" },
  "doctor.settingsMissingNext": {
    en: "name the file with --config, or write one: edge-agent config init --config {path}",
    fr: "indiquez le fichier par --config, ou écrivez-en un : edge-agent config init --config {path}",
  },
  "doctor.settingsUnreadable": {
    en: "{path} cannot be read: {reason}",
    fr: "{path} est illisible : {reason}",
  },
  "doctor.settingsWrong": {
    en: "{path} is wrong; lines to correct: {count}, the first at {key}",
    fr: "{path} est faux ; à corriger : {count}, d'abord {key}",
  },
  "doctor.settingsWrongNext": {
    en: "edge-agent config check --config {path}",
    fr: "edge-agent config check --config {path}",
    same: true,
  },
  "doctor.settingsWarned": {
    en: "{path} is good, but beware of {key}: {what}",
    fr: "{path} est bon, mais attention à {key} : {what}",
  },
  "doctor.profileKnown": { en: "the gateway is known: {name}", fr: "la passerelle est connue : {name}" },
  "doctor.profileMissing": {
    en: "no gateway profiles beside the program",
    fr: "aucun profil de passerelle auprès du programme",
  },
  "doctor.profileMissingNext": {
    en: "install the package anew: firmware-profiles/ is missing",
    fr: "réinstallez le paquet : il manque firmware-profiles/",
  },
  "doctor.profileAmbiguous": {
    en: "the model is not sure: {candidates}",
    fr: "modèle incertain : {candidates}",
  },
  "doctor.profileUnknown": {
    en: "the model is not recognised; {name} is used",
    fr: "modèle non reconnu ; {name} est appliqué",
  },
  "doctor.profileNext": {
    en: "set gateway.profile to a name of: edge-agent profiles list",
    fr: "renseignez gateway.profile d'après : edge-agent profiles list",
  },

  "doctor.firmwareIs": { en: "the box runs {firmware}", fr: "le boîtier tourne sous {firmware}" },
  "doctor.firmwareOther": {
    en: "the box runs {firmware}, which is not what the profile {profile} is for",
    fr: "le boîtier tourne sous {firmware}, ce que le profil {profile} ne décrit pas",
  },
  "doctor.firmwareOtherNext": {
    en: "set gateway.profile to {profile}, and restart the agent; or leave it empty, to be recognised",
    fr: "mettez gateway.profile à {profile}, et relancez l'agent ; ou laissez-le vide, il sera reconnu",
  },
  "doctor.firmwareUnknownNext": {
    en: "upgrade the firmware: no profile is made for this one (edge-agent profiles list)",
    fr: "mettez le firmware à jour : aucun profil n'est fait pour celui-ci (edge-agent profiles list)",
  },
  "doctor.firmwareOld": {
    en: "the box runs {firmware}: Kerlink's packet forwarder comes with KerOS 4.3 only",
    fr: "le boîtier tourne sous {firmware} : le packet forwarder de Kerlink n'arrive qu'avec KerOS 4.3",
  },
  "doctor.firmwareOldNext": {
    en: "upgrade the firmware (kerosd -u), when somebody can come back to the site",
    fr: "mettez le firmware à jour (kerosd -u), quand quelqu'un pourra revenir sur site",
  },

  // ----------------------------------------------------------------------------------------- radio
  "doctor.channelsGood": { en: "{count} channels, all of {region}", fr: "{count} canaux, tous en {region}" },
  "doctor.channelsRead": {
    en: "{count} channels in {file}; their region is not known here",
    fr: "{count} canaux dans {file} ; leur région n'est pas connue ici",
  },
  "doctor.noChannels": { en: "{file} switches no channel on", fr: "{file} n'active aucun canal" },
  "doctor.channelsOutside": {
    en: "outside {region}: {frequencies} MHz",
    fr: "hors de {region} : {frequencies} MHz",
  },
  "doctor.channelsMissing": {
    en: "devices of {region} join on channels that are off: {frequencies} MHz",
    fr: "les capteurs {region} font leur join sur des canaux coupés : {frequencies} MHz",
  },
  "doctor.channelPlanNext": {
    en: "put the frequency plan of the region into {file}, and restart the radio",
    fr: "mettez le plan de fréquences de la région dans {file} et relancez la radio",
  },
  "doctor.levelGood": {
    en: "{key} {told} {unit} is what is mounted",
    fr: "{key} {told} {unit} correspond à ce qui est monté",
  },
  "doctor.levelTooMuch": {
    en: "{key} is {told} {unit}, mounted is {mounted} {unit}: the gateway radiates more than allowed",
    fr: "{key} vaut {told} {unit}, monté : {mounted} {unit} ; la passerelle rayonne plus que permis",
  },
  "doctor.levelTooLittle": {
    en: "{key} is {told} {unit}, mounted is {mounted} {unit}: downlinks are weaker than they could be",
    fr: "{key} vaut {told} {unit}, monté : {mounted} {unit} ; les downlinks sont plus faibles que possible",
  },
  "doctor.levelNext": {
    en: "set {key} to {mounted} in {file}; or, where that is right, correct {setting}",
    fr: "mettez {key} à {mounted} dans {file} ; ou, s'il est juste, corrigez {setting}",
  },
  "doctor.levelNotTold": { en: "{file} does not say {key}", fr: "{file} ne dit pas {key}" },
  "doctor.levelNotToldNext": {
    en: "add {key} to {file}, where this radio knows it",
    fr: "ajoutez {key} à {file}, si cette radio le connaît",
  },
  "doctor.levelNotSet": {
    en: "{key} is {told} {unit}; nobody has said what is mounted",
    fr: "{key} vaut {told} {unit} ; personne n'a dit ce qui est monté",
  },
  "doctor.levelNotSetNext": {
    en: "look at the mast, and write it into the settings: {setting}",
    fr: "regardez le mât, et notez-le dans les réglages : {setting}",
  },
  "doctor.radioUnreadable": {
    en: "{file} is no radio settings that can be read",
    fr: "{file} n'est pas un réglage radio lisible",
  },
  "doctor.radioUnreadableNext": {
    en: "compare {file} with its factory template",
    fr: "comparez {file} à son modèle d'usine",
  },
  "doctor.radioNoFile": {
    en: "no radio settings found ({files})",
    fr: "aucun réglage radio trouvé ({files})",
  },
  "doctor.radioNoFileNext": {
    en: "look where the radio program has its channels",
    fr: "cherchez où le programme radio a ses canaux",
  },

  // ------------------------------------------------------------------------------------- forwarder
  "doctor.forwarderRead": { en: "settings read from {file}", fr: "réglages lus dans {file}" },
  "doctor.forwarderNoFile": {
    en: "no settings of a packet forwarder ({files})",
    fr: "aucun réglage de packet forwarder ({files})",
  },
  "doctor.forwarderNoFileNext": {
    en: "install or activate the packet forwarder, or set gateway.profile to the right model",
    fr: "installez ou activez le packet forwarder, ou indiquez le bon modèle dans gateway.profile",
  },
  "doctor.forwarderSeveral": {
    en: "several settings files, none known to be in use: {files}",
    fr: "plusieurs fichiers de réglages, aucun reconnu comme actif : {files}",
  },
  "doctor.forwarderSeveralNext": {
    en: "look at the command line of the forwarder's process",
    fr: "regardez la ligne de commande du processus du forwarder",
  },
  "doctor.forwarderUnreadable": {
    en: "{file} cannot be read: {reason}",
    fr: "{file} est illisible : {reason}",
  },
  "doctor.forwarderUnreadableNext": {
    en: "correct {file}: the forwarder cannot read it either",
    fr: "corrigez {file} : le forwarder ne peut pas le lire non plus",
  },
  "doctor.forwarderOn": { en: "it is switched on", fr: "il est activé" },
  "doctor.forwarderOff": {
    en: "it is switched off by {key} in {file}",
    fr: "il est coupé par {key} dans {file}",
  },
  "doctor.forwarderOffNext": {
    en: "set {key} to no in {file}, and start it",
    fr: "mettez {key} à no dans {file}, et lancez-le",
  },
  "doctor.serverIsAgent": { en: "it sends to {host}: the agent", fr: "il envoie à {host} : l'agent" },
  "doctor.serverFactory": {
    en: "it sends to {host}, where the factory has pointed it",
    fr: "il envoie à {host}, sa valeur d'usine",
  },
  "doctor.serverElsewhere": {
    en: "it sends to {host}, and not to the agent",
    fr: "il envoie à {host}, et non à l'agent",
  },
  "doctor.forwarderNext": {
    en: "point it at the agent ({agent}): sudo edge-agent setup",
    fr: "dirigez-le vers l'agent ({agent}) : sudo edge-agent setup",
  },
  "doctor.portsGood": { en: "both ports are {port}", fr: "les deux ports sont {port}" },
  "doctor.portsWrong": {
    en: "it sends to ports {up} (up) and {down} (down); the agent listens on {port}",
    fr: "il envoie aux ports {up} (montant) et {down} (descendant) ; l'agent écoute sur {port}",
  },
  "doctor.euiGood": { en: "the EUI is {eui}", fr: "l'EUI est {eui}" },
  "doctor.euiUnknown": { en: "no EUI is set, and none was heard", fr: "aucun EUI réglé, aucun entendu" },
  "doctor.euiUnknownNext": {
    en: "write the label's EUI into gateway.eui, or wait for the forwarder's first word",
    fr: "notez l'EUI de l'étiquette dans gateway.eui, ou attendez le premier mot du forwarder",
  },
  "doctor.euiNotSaid": {
    en: "the EUI set is {eui}; the forwarder has not said anything yet",
    fr: "l'EUI réglé est {eui} ; le forwarder n'a encore rien dit",
  },
  "doctor.euiNotSaidNext": {
    en: "its first word will tell whether it has the same: look again then",
    fr: "son premier mot dira s'il a le même : recommencez alors",
  },
  "doctor.euiSeveral": { en: "several EUIs are heard: {euis}", fr: "plusieurs EUI sont entendus : {euis}" },
  "doctor.euiOther": {
    en: "the forwarder says {eui}, the settings (label) say {label}",
    fr: "le forwarder dit {eui}, les réglages (étiquette) disent {label}",
  },
  "doctor.euiOtherNext": {
    en: "read the label; correct the forwarder's EUI, or gateway.eui ({label})",
    fr: "lisez l'étiquette ; corrigez l'EUI du forwarder, ou gateway.eui ({label})",
  },
  "doctor.euiNotAccepted": {
    en: "{eui} is not among forwarder.accept_eui: it gets silence",
    fr: "{eui} n'est pas dans forwarder.accept_eui : il n'a que le silence",
  },
  "doctor.euiNotAcceptedNext": {
    en: "add {eui} to forwarder.accept_eui, or correct the forwarder",
    fr: "ajoutez {eui} à forwarder.accept_eui, ou corrigez le forwarder",
  },
  "doctor.statisticsGood": {
    en: "it tells its figures every {seconds} s",
    fr: "il donne ses chiffres toutes les {seconds} s",
  },
  "doctor.statisticsSeldom": {
    en: "it tells its figures every {seconds} s: too seldom, a core may show it offline",
    fr: "il donne ses chiffres toutes les {seconds} s : trop rare, un cœur peut l'afficher hors ligne",
  },
  "doctor.statisticsNext": {
    en: "set its period of statistics to 30 s in {file}",
    fr: "mettez sa période de statistiques à 30 s dans {file}",
  },
  "doctor.processRuns": { en: "{program} runs", fr: "{program} tourne" },
  "doctor.processHeard": {
    en: "no process {program}, but a forwarder is heard",
    fr: "pas de processus {program}, mais un forwarder est entendu",
  },
  "doctor.processGone": { en: "{program} does not run", fr: "{program} ne tourne pas" },
  "doctor.processNext": {
    en: "start {program}, and look at its log",
    fr: "lancez {program}, et lisez son journal",
  },
  "doctor.processRestart": { en: "{command}, then look at its log", fr: "{command}, puis lisez son journal" },

  // ----------------------------------------------------------------------------------------- agent
  "doctor.portOurs": { en: "UDP port {port} is the agent's", fr: "le port UDP {port} est à l'agent" },
  "doctor.portFree": { en: "UDP port {port} is free", fr: "le port UDP {port} est libre" },
  "doctor.portUnseen": {
    en: "who has UDP port {port} cannot be seen",
    fr: "impossible de voir qui a le port UDP {port}",
  },
  "doctor.portTaken": {
    en: "UDP port {port} is taken by: {program}",
    fr: "le port UDP {port} est pris par : {program}",
  },
  "doctor.portTakenNext": {
    en: "stop it ({program}), or give the agent another port: forwarder.listen",
    fr: "arrêtez-le ({program}), ou donnez un autre port à l'agent : forwarder.listen",
  },
  "doctor.agentRuns": {
    en: "edge-agent {version} runs, for {uptime}",
    fr: "edge-agent {version} tourne, depuis {uptime}",
  },
  "doctor.agentMute": {
    en: "the agent's socket {socket} gives no answer: {reason}",
    fr: "la socket {socket} de l'agent ne répond pas : {reason}",
  },
  "doctor.agentNoSocket": {
    en: "an agent runs, but not on {socket}",
    fr: "un agent tourne, mais pas sur {socket}",
  },
  "doctor.agentNoSocketNext": {
    en: "name its settings with --config; if they are these, restart it",
    fr: "indiquez ses réglages par --config ; si ce sont ceux-ci, relancez-le",
  },
  "doctor.agentGone": {
    en: "the agent does not run (nobody on {socket})",
    fr: "l'agent ne tourne pas (personne sur {socket})",
  },
  "doctor.agentGoneNext": {
    en: "start it (systemctl or monit start edge-agent), and look at its log",
    fr: "lancez-le (systemctl ou monit start edge-agent), et lisez son journal",
  },
  "doctor.firewallHeard": {
    en: "datagrams of a forwarder arrive",
    fr: "les datagrammes d'un forwarder arrivent",
  },
  "doctor.firewallOpen": {
    en: "no rule of the firewall is in the way",
    fr: "aucune règle du pare-feu ne gêne",
  },
  "doctor.firewallUnread": {
    en: "the rules of the firewall could not be read",
    fr: "les règles du pare-feu n'ont pas pu être lues",
  },
  "doctor.firewallUnclear": {
    en: "the rules of the firewall are not understood",
    fr: "les règles du pare-feu ne sont pas comprises",
  },
  "doctor.firewallUnclearNext": { en: "look at them: iptables -S", fr: "regardez-les : iptables -S" },
  "doctor.firewallForwarder": {
    en: "the firewall drops what a forwarder sends: {rule}",
    fr: "le pare-feu jette ce qu'envoie un forwarder : {rule}",
  },
  "doctor.firewallForwarderNext": {
    en: "let UDP to the agent's port in on the forwarder's interface (firewall folder of the box)",
    fr: "laissez entrer l'UDP vers le port de l'agent sur l'interface du forwarder (dossier du pare-feu)",
  },
  "doctor.pullHeard": { en: "PULL_DATA of {eui}, {age} ago", fr: "PULL_DATA de {eui}, il y a {age}" },
  "doctor.pullRefused": {
    en: "datagrams of EUIs that are not accepted: {count}",
    fr: "datagrammes d'EUI non acceptés : {count}",
  },
  "doctor.pullRefusedNext": {
    en: "compare the forwarder's EUI with forwarder.accept_eui, and with gateways_max",
    fr: "comparez l'EUI du forwarder à forwarder.accept_eui, et à gateways_max",
  },
  "doctor.pullStopped": {
    en: "no PULL_DATA of {eui} for {age}",
    fr: "plus de PULL_DATA de {eui} depuis {age}",
  },
  "doctor.pullNever": {
    en: "no PULL_DATA since the agent started, {uptime} ago",
    fr: "aucun PULL_DATA depuis le départ de l'agent, il y a {uptime}",
  },
  "doctor.pullNotYet": {
    en: "no PULL_DATA yet; the agent runs for {uptime} only",
    fr: "pas encore de PULL_DATA ; l'agent ne tourne que depuis {uptime}",
  },
  "doctor.pullNotYetNext": {
    en: "wait for two minutes, then again",
    fr: "attendez deux minutes, puis recommencez",
  },
  "doctor.pullNext": {
    en: "restart the packet forwarder; see whether it sends: tcpdump -ni any udp port {port}",
    fr: "relancez le packet forwarder ; voyez s'il envoie : tcpdump -ni any udp port {port}",
  },
  "doctor.framesHeard": {
    en: "good frames: {count}, the last {age} ago",
    fr: "bonnes trames : {count}, la dernière il y a {age}",
  },
  "doctor.framesNotYet": { en: "no good frame yet, in {age}", fr: "aucune bonne trame en {age}" },
  "doctor.framesNotYetNext": {
    en: "wait, or make a device send",
    fr: "attendez, ou faites émettre un capteur",
  },
  "doctor.framesNone": { en: "no frame for {age}", fr: "aucune trame depuis {age}" },
  "doctor.framesNoneNext": {
    en: "antenna and cable first (is it screwed on?), then the log of the radio program",
    fr: "d'abord l'antenne et son câble (est-elle vissée ?), puis le journal du programme radio",
  },
  "doctor.framesFiltered": {
    en: "frames heard: {refused}, none kept: {why}",
    fr: "trames entendues : {refused}, aucune gardée : {why}",
  },
  "doctor.framesFilteredNext": {
    en: "look at [filter] in the settings: whose frames should pass?",
    fr: "regardez [filter] dans les réglages : quelles trames doivent passer ?",
  },
  "doctor.crcShare": {
    en: "{percent} % of {heard} packets are damaged (CRC)",
    fr: "{percent} % de {heard} paquets sont abîmés (CRC)",
  },
  "doctor.crcFew": {
    en: "too few packets for a share ({heard})",
    fr: "trop peu de paquets pour un taux ({heard})",
  },
  "doctor.crcNext": {
    en: "look for a loose or wet connector, a wrong antenna, a transmitter nearby",
    fr: "cherchez un connecteur lâche ou humide, une antenne inadaptée, un émetteur proche",
  },
  "doctor.channelsHeard": {
    en: "heard on {frequencies} MHz",
    fr: "entendu sur {frequencies} MHz",
  },
  "doctor.channelsNone": { en: "no frame heard yet", fr: "aucune trame entendue encore" },
  "doctor.channelsStrange": {
    en: "heard on channels that the radio settings do not have: {frequencies} MHz",
    fr: "entendu sur des canaux absents des réglages radio : {frequencies} MHz",
  },
  "doctor.channelsStrangeNext": {
    en: "restart the radio: it runs with older settings",
    fr: "relancez la radio : elle tourne avec d'anciens réglages",
  },
  "doctor.ackGood": {
    en: "the forwarder got {percent} % of the acknowledgements; 95 % left within {tookMs} ms",
    fr: "le forwarder a reçu {percent} % des acquittements ; 95 % partis en moins de {tookMs} ms",
  },
  "doctor.ackTook": {
    en: "95 % of the acknowledgements left within {tookMs} ms; the forwarder does not say how many it got",
    fr: "95 % des acquittements partis en moins de {tookMs} ms ; le forwarder ne dit pas combien il en a reçu",
  },
  "doctor.ackNone": {
    en: "nothing was acknowledged in the last five minutes",
    fr: "rien n'a été acquitté ces cinq dernières minutes",
  },
  "doctor.ackShare": {
    en: "the forwarder got {percent} % of the acknowledgements (ackr)",
    fr: "le forwarder n'a reçu que {percent} % des acquittements (ackr)",
  },
  "doctor.ackLostNext": {
    en: "they left in time: what stands in the way back, from UDP port {port} to the forwarder? downlinks take it too",
    fr: "ils sont partis à temps : qu'est-ce qui barre le retour, du port UDP {port} au forwarder ? les downlinks y passent aussi",
  },
  "doctor.ackSlow": {
    en: "acknowledgements take {tookMs} ms: a forwarder waits 3 s at most, and repeats",
    fr: "les acquittements prennent {tookMs} ms : un forwarder attend 3 s au plus, et répète",
  },
  "doctor.ackSlowNext": {
    en: "the disk is slow, or refuses: see the check journal, dmesg, and top",
    fr: "le disque est lent, ou refuse : voir le contrôle journal, dmesg, et top",
  },
  "doctor.downlinksNone": { en: "no downlink yet", fr: "pas encore de downlink" },
  "doctor.downlinksNoneNext": {
    en: "make a device join, or send a confirmed frame",
    fr: "faites faire un join à un capteur, ou une trame confirmée",
  },
  "doctor.downlinksGood": {
    en: "downlinks sent: {accepted}, refused by the forwarder: {refused}",
    fr: "downlinks émis : {accepted}, refusés par le forwarder : {refused}",
  },
  "doctor.downlinksRefused": {
    en: "downlinks refused by the forwarder: {refused}, sent: {accepted}; {why}",
    fr: "downlinks refusés par le forwarder : {refused}, émis : {accepted} ; {why}",
  },
  "doctor.downlinksRefusedNext": {
    en: "TOO_LATE: a slow backhaul; TX_FREQ, TX_POWER: the core's plan does not fit this radio",
    fr: "TOO_LATE : liaison lente ; TX_FREQ, TX_POWER : le plan du cœur ne convient pas à cette radio",
  },

  // ----------------------------------------------------------------------------------------- clock
  "doctor.clockGood": { en: "{date} UTC, by {source}", fr: "{date} UTC, d'après {source}" },
  "doctor.clockPast": {
    en: "the clock says {date} UTC: before this program was built ({built})",
    fr: "l'horloge dit {date} UTC : avant la construction de ce programme ({built})",
  },
  "doctor.clockOff": { en: "the clock is {seconds} s off", fr: "l'horloge est décalée de {seconds} s" },
  "doctor.clockUnsure": { en: "{date} UTC; nothing vouches for it", fr: "{date} UTC ; rien ne le garantit" },
  "doctor.clockNotYet": {
    en: "{date} UTC; nothing has vouched for it yet",
    fr: "{date} UTC ; rien ne le garantit encore",
  },
  "doctor.clockNotYetNext": {
    en: "wait for a quarter of an hour, then again",
    fr: "attendez un quart d'heure, puis recommencez",
  },
  "doctor.clockPlausible": { en: "{date} UTC, which can be", fr: "{date} UTC, ce qui se peut" },
  "doctor.clockAlone": {
    en: "the running agent would know whether it is right",
    fr: "l'agent en marche saurait si elle est juste",
  },
  "doctor.clockNext": {
    en: "let NTP through (UDP 123), or set clock.sntp_servers; GNSS also sets it where the box has one",
    fr: "laissez passer NTP (UDP 123), ou réglez clock.sntp_servers ; le GNSS la règle aussi, s'il y en a un",
  },
  "doctor.gnssFix": {
    en: "position known, satellites: {satellites}",
    fr: "position connue, satellites : {satellites}",
  },
  "doctor.gnssNotAsked": {
    en: "only a running agent reads {port}",
    fr: "seul un agent en marche lit {port}",
  },
  "doctor.gnssAbsent": {
    en: "{port} is not there: some of these models have no GNSS",
    fr: "{port} n'existe pas : certains de ces modèles n'ont pas de GNSS",
  },
  "doctor.gnssAbsentNext": {
    en: "where this one has none, say so: gnss.port empty; else look at its GNSS program",
    fr: "si celui-ci n'en a pas, dites-le : gnss.port vide ; sinon voyez son programme GNSS",
  },
  "doctor.gnssNoPort": { en: "{port} cannot be opened: {reason}", fr: "{port} ne s'ouvre pas : {reason}" },
  "doctor.gnssSilent": {
    en: "nothing has come from {port} for {age}",
    fr: "rien ne vient de {port} depuis {age}",
  },
  "doctor.gnssGarbage": {
    en: "what comes from {port} is no NMEA, for {age}",
    fr: "ce qui vient de {port} n'est pas du NMEA, depuis {age}",
  },
  "doctor.gnssLost": {
    en: "no position for {age}, satellites in view: {inView}",
    fr: "pas de position depuis {age}, satellites en vue : {inView}",
  },
  "doctor.gnssNotYet": {
    en: "searching, satellites in view: {inView}",
    fr: "recherche en cours, satellites en vue : {inView}",
  },
  "doctor.gnssNotYetNext": {
    en: "a first fix may take 15 minutes",
    fr: "la première position peut prendre 15 minutes",
  },
  "doctor.gnssPortNext": {
    en: "is the GNSS program running, and is no other reading this port? set gnss.port, or empty it",
    fr: "le programme GNSS tourne-t-il, personne d'autre ne lit-il ce port ? réglez gnss.port, ou videz-le",
  },
  "doctor.gnssBaudNext": {
    en: "try another gnss.baud (4800, 9600, 115200)",
    fr: "essayez un autre gnss.baud (4800, 9600, 115200)",
  },
  "doctor.gnssSkyNext": {
    en: "look at the GNSS antenna: a free sky, a good connector, no water",
    fr: "regardez l'antenne GNSS : ciel dégagé, bon connecteur, pas d'eau",
  },

  // -------------------------------------------------------------------------------------- backhaul
  "doctor.coreIsHere": {
    en: "the core is on this machine: no road is needed",
    fr: "le cœur est sur cette machine : aucune route nécessaire",
  },
  "doctor.roadIsGood": { en: "a core is reached all the same", fr: "un cœur est joint malgré tout" },
  "doctor.interfaceUp": { en: "{name} is up: {address}", fr: "{name} est active : {address}" },
  "doctor.interfaceDown": {
    en: "no interface with an address ({interfaces})",
    fr: "aucune interface avec une adresse ({interfaces})",
  },
  "doctor.interfaceNext": {
    en: "cable, switch port and PoE; for cellular: SIM and APN",
    fr: "câble, port du switch et PoE ; en cellulaire : SIM et APN",
  },
  "doctor.routeGood": { en: "default route by {name}", fr: "route par défaut par {name}" },
  "doctor.routeNone": { en: "there is no default route", fr: "il n'y a pas de route par défaut" },
  "doctor.routeNext": {
    en: "has DHCP given a gateway? is the modem connected? see: ip route",
    fr: "le DHCP a-t-il donné une passerelle ? le modem est-il connecté ? voir : ip route",
  },
  "doctor.networkUnseen": {
    en: "the interfaces could not be seen",
    fr: "les interfaces n'ont pas pu être vues",
  },
  "doctor.modemNotAsked": {
    en: "only a running agent asks the modem",
    fr: "seul un agent en marche interroge le modem",
  },
  "doctor.modemNotYet": { en: "the modem is being asked ({by})", fr: "le modem est interrogé ({by})" },
  "doctor.modemSilent": { en: "no modem answers ({by})", fr: "aucun modem ne répond ({by})" },
  "doctor.modemNext": {
    en: "is the modem powered, and is modem.port or modem.manager right?",
    fr: "le modem est-il alimenté, modem.port ou modem.manager est-il juste ?",
  },
  "doctor.modemNotRegistered": {
    en: "the modem is not registered: {registration}",
    fr: "le modem n'est pas enregistré : {registration}",
  },
  "doctor.modemNoSignal": {
    en: "the modem tells no signal ({by})",
    fr: "le modem ne donne pas de signal ({by})",
  },
  "doctor.simNext": {
    en: "SIM (seated, active, PIN), APN, and coverage of this operator here",
    fr: "SIM (en place, active, PIN), APN, et couverture de cet opérateur ici",
  },
  "doctor.signalGrade": { en: "signal {grade}, {level} dBm", fr: "signal {grade}, {level} dBm", same: true },
  "doctor.signalNext": {
    en: "move or turn the cellular antenna, or fit an outdoor one",
    fr: "déplacez ou tournez l'antenne cellulaire, ou posez-en une à l'extérieur",
  },

  // ------------------------------------------------------------------------------------------ core
  "doctor.nameGood": { en: "{host} is {addresses}", fr: "{host} est {addresses}" },
  "doctor.nameNone": { en: "nobody knows the name: {codes}", fr: "personne ne connaît le nom : {codes}" },
  "doctor.nameSome": {
    en: "not all names are known: {codes}",
    fr: "tous les noms ne sont pas connus : {codes}",
  },
  "doctor.nameNext": {
    en: "look for a typing error in core.servers, and at /etc/resolv.conf: does DNS (port 53) answer?",
    fr: "cherchez une faute de frappe dans core.servers, puis voyez /etc/resolv.conf : le DNS (port 53) répond-il ?",
  },
  "doctor.firewallServer": {
    en: "this gateway's firewall drops what goes to port {port}: {rule}",
    fr: "le pare-feu de cette passerelle jette ce qui va au port {port} : {rule}",
  },
  "doctor.firewallServerNext": {
    en: "let TCP to port {port} out (firewall folder of the box), or use MQTT over WebSocket on 443",
    fr: "laissez sortir TCP vers le port {port} (dossier du pare-feu), ou MQTT sur WebSocket en 443",
  },
  "doctor.connectGood": { en: "{server} answers in {tookMs} ms", fr: "{server} répond en {tookMs} ms" },
  "doctor.connectNone": { en: "no connection: {codes}", fr: "pas de connexion : {codes}" },
  "doctor.connectSome": {
    en: "not all servers answer: {codes}",
    fr: "tous les serveurs ne répondent pas : {codes}",
  },
  "doctor.connectNext": {
    en: "address and port right? a firewall on the way? from another machine: nc -vz <server> <port>",
    fr: "adresse et port justes ? un pare-feu en chemin ? depuis une autre machine : nc -vz <serveur> <port>",
  },
  "doctor.connectRefusedNext": {
    en: "the machine answers, but nothing listens there: is the broker running, is the port right (1883, 8883 with TLS)?",
    fr: "la machine répond, mais rien n'écoute : le broker tourne-t-il, le port est-il juste (1883, 8883 avec TLS) ?",
  },
  "doctor.fileFault": { en: "{fault}", fr: "{fault}", same: true },
  "doctor.fileFaultNext": {
    en: "put the file there, readable by the agent's user",
    fr: "mettez-y le fichier, lisible par l'utilisateur de l'agent",
  },
  "doctor.notACertificate": {
    en: "{file} is no certificate in PEM",
    fr: "{file} n'est pas un certificat PEM",
  },
  "doctor.notAKey": {
    en: "{file} is no private key in PEM, or is locked by a password",
    fr: "{file} n'est pas une clé privée PEM, ou elle est protégée par mot de passe",
  },
  "doctor.keyOther": { en: "{file} is not the key of {cert}", fr: "{file} n'est pas la clé de {cert}" },
  "doctor.certificateNext": {
    en: "copy the files anew, as the core's operator issued them",
    fr: "recopiez les fichiers tels que l'exploitant du cœur les a émis",
  },
  "doctor.filesGood": {
    en: "certificates and key are good, until {until}",
    fr: "certificats et clé bons, jusqu'au {until}",
  },
  "doctor.expired": {
    en: "the certificate of {subject} expired on {until}",
    fr: "le certificat de {subject} a expiré le {until}",
  },
  "doctor.expiresSoon": {
    en: "the certificate of {subject} expires soon; days left: {days}",
    fr: "le certificat de {subject} expire bientôt ; jours restants : {days}",
  },
  "doctor.notYetValid": {
    en: "the certificate of {subject} begins on {from} only",
    fr: "le certificat de {subject} ne commence que le {from}",
  },
  "doctor.notYetValidNext": {
    en: "look at this gateway's clock first",
    fr: "regardez d'abord l'horloge de cette passerelle",
  },
  "doctor.renewNext": {
    en: "have it renewed by whoever issued it",
    fr: "faites-le renouveler par celui qui l'a émis",
  },
  "doctor.tlsGood": {
    en: "{server} speaks {protocol}, its certificate is good until {until}",
    fr: "{server} parle {protocol}, son certificat est bon jusqu'au {until}",
  },
  "doctor.tlsFailed": { en: "{server}: no TLS ({code})", fr: "{server} : pas de TLS ({code})" },
  "doctor.tlsFailedNext": {
    en: "does this port speak TLS at all (8883), or plain MQTT (1883)? else a client certificate is wanted",
    fr: "ce port parle-t-il TLS (8883), ou MQTT en clair (1883) ? sinon un certificat client est exigé",
  },
  "doctor.tlsName": {
    en: "the server's certificate is for {subject}, and not for {host}",
    fr: "le certificat du serveur est pour {subject}, et non pour {host}",
  },
  "doctor.tlsNameNext": {
    en: "write the server's name in core.servers as its certificate has it",
    fr: "écrivez le nom du serveur dans core.servers comme dans son certificat",
  },
  "doctor.tlsDistrust": {
    en: "the server's certificate is not trusted ({code}); issued by {issuer}",
    fr: "le certificat du serveur n'est pas de confiance ({code}) ; émis par {issuer}",
  },
  "doctor.caMissingNext": {
    en: "set core.ca_file to the certificate of the core's own authority",
    fr: "réglez core.ca_file sur le certificat de l'autorité du cœur",
  },
  "doctor.caOtherNext": {
    en: "{file} is of another authority: get that of {issuer}",
    fr: "{file} est d'une autre autorité : procurez-vous celle de {issuer}",
  },
  "doctor.loginAgent": {
    en: "the agent is logged in as {user}",
    fr: "l'agent est connecté en tant que {user}",
  },
  "doctor.loginAgentNoName": {
    en: "the agent is logged in without a user name",
    fr: "l'agent est connecté sans nom d'utilisateur",
  },
  "doctor.loginGoodNoName": {
    en: "the broker lets us in without a user name",
    fr: "le broker nous laisse entrer sans nom d'utilisateur",
  },
  "doctor.loginRefusedNoName": {
    en: "the broker refuses us without a user name: {detail}",
    fr: "le broker nous refuse sans nom d'utilisateur : {detail}",
  },
  "doctor.loginGood": { en: "the broker lets {user} in", fr: "le broker laisse entrer {user}" },
  "doctor.loginRefused": {
    en: "the broker refuses {user}: {detail}",
    fr: "le broker refuse {user} : {detail}",
  },
  "doctor.loginNext": {
    en: "compare core.username and password_file with the broker's; a broker may also bind an account to a client id",
    fr: "comparez core.username et password_file à ceux du broker ; il peut aussi lier un compte à un identifiant client",
  },
  "doctor.loginNoPassword": {
    en: "{user} was refused without a password, and none stands in the settings",
    fr: "{user} refusé sans mot de passe, et les réglages n'en ont pas",
  },
  "doctor.loginNoPasswordNext": {
    en: "if the service has it in its environment, only the running agent can tell: start it",
    fr: "si le service l'a dans son environnement, seul l'agent lancé peut le dire : lancez-le",
  },
  "doctor.loginIdBound": {
    en: "the broker does not want the doctor's own client id ({clientId})",
    fr: "le broker ne veut pas de l'identifiant du docteur ({clientId})",
  },
  "doctor.loginIdBoundNext": {
    en: "it binds client ids; only the agent itself can tell: start it",
    fr: "il lie les identifiants ; seul l'agent peut le dire : lancez-le",
  },
  "doctor.loginTls": {
    en: "the broker ended it after the handshake: {detail}",
    fr: "le broker a coupé après la poignée de main : {detail}",
  },
  "doctor.loginTlsNext": {
    en: "it does not take our client certificate: issued by its authority, and not revoked?",
    fr: "il n'accepte pas notre certificat client : émis par son autorité, et non révoqué ?",
  },
  "doctor.loginVersion": {
    en: "the broker does not speak MQTT {version}",
    fr: "le broker ne parle pas MQTT {version}",
  },
  "doctor.loginVersionNext": {
    en: "set core.mqtt_version to the other one",
    fr: "réglez core.mqtt_version sur l'autre",
  },
  "doctor.loginClosed": {
    en: "the broker lets nobody in: {detail}",
    fr: "le broker ne laisse entrer personne : {detail}",
  },
  "doctor.loginClosedNext": {
    en: "is it MQTT that listens there, with or without TLS as core.servers says? see the broker's log",
    fr: "est-ce bien MQTT qui écoute, avec ou sans TLS comme le dit core.servers ? voir le journal du broker",
  },
  "doctor.visitNone": {
    en: "not tried: the doctor had no connection of its own",
    fr: "pas essayé : le docteur n'a pas eu de connexion à lui",
  },
  "doctor.visitNoneNext": {
    en: "the broker's log and access list tell",
    fr: "le journal et la liste d'accès du broker le disent",
  },
  "doctor.visitHarms": {
    en: "not tried: the agent is connected; a second connection could throw it out",
    fr: "pas essayé : l'agent est connecté ; une seconde connexion pourrait le déconnecter",
  },
  "doctor.clientIdGood": {
    en: "nobody else uses the agent's client id",
    fr: "personne d'autre n'utilise l'identifiant de l'agent",
  },
  "doctor.takenOver": {
    en: "somebody else took the agent's client id over",
    fr: "quelqu'un d'autre a pris l'identifiant de l'agent",
  },
  "doctor.takenOverNext": {
    en: "find the second one (an old forwarder, a copy of this gateway), or set core.client_id",
    fr: "trouvez l'autre (ancien forwarder, copie de cette passerelle), ou réglez core.client_id",
  },
  "doctor.oftenClosed": { en: "the connection ends again and again", fr: "la connexion se coupe sans cesse" },
  "doctor.oftenClosedNext": {
    en: "a second client with this id, or a bad road: compare with the broker's log",
    fr: "un second client avec cet identifiant, ou une mauvaise liaison : comparez au journal du broker",
  },
  "doctor.closedAtOnce": {
    en: "the broker ends the connection at once",
    fr: "le broker coupe aussitôt la connexion",
  },
  "doctor.closedAtOnceNext": {
    en: "its access list closes on what we say first (state/conn, command/#): see its log",
    fr: "sa liste d'accès coupe sur nos premiers mots (state/conn, command/#) : voir son journal",
  },
  "doctor.linkUp": { en: "the agent is connected to {server}", fr: "l'agent est connecté à {server}" },
  "doctor.linkDown": {
    en: "the agent is not connected: {reason}",
    fr: "l'agent n'est pas connecté : {reason}",
  },
  "doctor.linkDownNext": {
    en: "it tries again by itself; if all before this is good, restart it",
    fr: "il réessaie de lui-même ; si tout ce qui précède est bon, relancez-le",
  },
  "doctor.linkTrying": { en: "the agent is connecting to {server}", fr: "l'agent se connecte à {server}" },
  "doctor.linkNone": {
    en: "the agent has no connection for it yet: it waits for the gateway's EUI",
    fr: "l'agent n'a pas encore de connexion : il attend l'EUI de la passerelle",
  },
  "doctor.linkNoneNext": {
    en: "it comes with the forwarder's first word, or from gateway.eui",
    fr: "il vient avec le premier mot du forwarder, ou de gateway.eui",
  },
  "doctor.publishGood": {
    en: "frames that the core's side has taken: {count}",
    fr: "trames prises du côté du cœur : {count}",
  },
  "doctor.publishMay": {
    en: "the broker lets us publish our events",
    fr: "le broker nous laisse publier nos évènements",
  },
  "doctor.publishRefused": {
    en: "the broker refuses our frames (event/up)",
    fr: "le broker refuse nos trames (event/up)",
  },
  "doctor.publishNext": {
    en: "its access list must let this account use [prefix/]gateway/<EUI>/{topic}",
    fr: "sa liste d'accès doit permettre à ce compte [préfixe/]gateway/<EUI>/{topic}",
  },
  "doctor.publishUntried": {
    en: "no frame has gone yet, and none is made up",
    fr: "aucune trame n'est encore partie, et aucune n'est inventée",
  },
  "doctor.publishUntriedNext": {
    en: "a frame of a real device will tell: look again after it",
    fr: "une trame d'un vrai capteur le dira : recommencez ensuite",
  },
  "doctor.publishOtherRefused": {
    en: "an event that no core knows is refused (reason {code}); event/up may be let through",
    fr: "un évènement inconnu de tout cœur est refusé (raison {code}) ; event/up passe peut-être",
  },
  "doctor.rightUnknowable": {
    en: "cannot be known: MQTT 3.1.1 has no reason codes, its broker acknowledges what it throws away",
    fr: "impossible à connaître : MQTT 3.1.1 n'a pas de codes de raison, son broker acquitte ce qu'il jette",
  },
  "doctor.rightUnknowableNext": {
    en: "use a broker with MQTT 5 (core.mqtt_version = 5)",
    fr: "prenez un broker en MQTT 5 (core.mqtt_version = 5)",
  },
  "doctor.ownGood": { en: "our own topics (edge/…) are taken", fr: "nos propres topics (edge/…) sont pris" },
  "doctor.ownRefused": {
    en: "the broker refuses our own topics (edge/…), reason {code}; frames go all the same",
    fr: "le broker refuse nos propres topics (edge/…), raison {code} ; les trames passent quand même",
  },
  "doctor.ownSuspended": {
    en: "the broker refuses our own topics (edge/…), or closes on them; frames go all the same",
    fr: "le broker refuse nos propres topics (edge/…), ou coupe dessus ; les trames passent quand même",
  },
  "doctor.ownNotYetNext": {
    en: "the agent's next report of health will tell: look again after it",
    fr: "le prochain rapport de santé de l'agent le dira : recommencez ensuite",
  },
  "doctor.ownNext": {
    en: "for health, alarms and late frames: let this account write [prefix/]edge/<EUI>/#",
    fr: "pour la santé, les alarmes et les trames tardives : ce compte doit écrire [préfixe/]edge/<EUI>/#",
  },
  "doctor.subscribeGood": {
    en: "the broker lets us hear our commands",
    fr: "le broker nous laisse écouter nos commandes",
  },
  "doctor.subscribeRefused": {
    en: "the broker refuses our subscription: no downlink can come",
    fr: "le broker refuse notre abonnement : aucun downlink ne peut venir",
  },
  "doctor.subscribeAnything": {
    en: "granted; but this broker grants any subscription, and may still pass nothing on",
    fr: "accordé ; mais ce broker accorde tout abonnement, et peut ne rien transmettre",
  },
  "doctor.subscribeAnythingNext": {
    en: "a downlink that arrives will tell",
    fr: "un downlink qui arrive le dira",
  },
  "doctor.prefixWrong": {
    en: "nobody listens under {prefix}, but somebody does under {heard}",
    fr: "personne n'écoute sous {prefix}, mais quelqu'un sous {heard}",
  },
  "doctor.prefixNext": {
    en: "set core.topic_prefix to {heard}, or the core's topic prefix to ours",
    fr: "réglez core.topic_prefix sur {heard}, ou le préfixe du cœur sur le nôtre",
  },
  "doctor.prefixVersionNext": {
    en: "a core without prefix: set core.topic_prefix empty; if it is ChirpStack 3, it does not know these messages: version 4 is needed",
    fr: "un cœur sans préfixe : videz core.topic_prefix ; si c'est ChirpStack 3, il ne connaît pas ces messages : il faut la version 4",
  },
  "doctor.prefixNobody": {
    en: "nobody listens under any usual prefix",
    fr: "personne n'écoute sous aucun préfixe usuel",
  },
  "doctor.prefixNobodyNext": {
    en: "compare core.topic_prefix with the core's own settings",
    fr: "comparez core.topic_prefix aux réglages du cœur",
  },
  "doctor.noSubscriber": {
    en: "the broker is there, but nobody has subscribed under {prefix} (reason 16): frames wait here",
    fr: "le broker est là, mais personne n'est abonné sous {prefix} (raison 16) : les trames attendent ici",
  },
  "doctor.noSubscriberNext": {
    en: "is the core running, and connected to this broker, with this topic prefix?",
    fr: "le cœur tourne-t-il, connecté à ce broker, avec ce préfixe de topics ?",
  },
  "doctor.subscriberTakes": {
    en: "somebody listens; frames taken: {count}",
    fr: "quelqu'un écoute ; trames prises : {count}",
  },
  "doctor.subscriberThere": {
    en: "somebody listens to this gateway's events",
    fr: "quelqu'un écoute les évènements de cette passerelle",
  },
  "doctor.subscriberUnknown": {
    en: "whether anybody listens has not shown yet",
    fr: "on ne sait pas encore si quelqu'un écoute",
  },
  "doctor.subscriberUnknownNext": { en: "the next frame will tell", fr: "la prochaine trame le dira" },
  "doctor.commandsSeen": {
    en: "commands from the core: {count}",
    fr: "commandes venues du cœur : {count}",
  },
  "doctor.commandsNone": { en: "no command from the core yet", fr: "aucune commande du cœur pour l'instant" },
  "doctor.commandsNoneNext": {
    en: "a join would bring one; if none ever comes: is this gateway registered there, with the same version (ChirpStack 4)?",
    fr: "un join en ferait venir une ; si rien ne vient jamais : la passerelle y est-elle déclarée, avec la même version (ChirpStack 4) ?",
  },

  // ------------------------------------------------------------------------------------------- box
  "doctor.diskWritable": { en: "{path} can be written", fr: "{path} est inscriptible" },
  "doctor.diskUnseen": {
    en: "the disk of {path} could not be seen",
    fr: "le disque de {path} n'a pas pu être vu",
  },
  "doctor.diskReadOnly": {
    en: "the disk of {path} is read-only",
    fr: "le disque de {path} est en lecture seule",
  },
  "doctor.diskReadOnlyNext": {
    en: "see dmesg: a worn flash is remounted so; save the journal (edge-agent journal export), then replace",
    fr: "voir dmesg : une flash usée est remontée ainsi ; sauvez le journal (edge-agent journal export), puis remplacez",
  },
  "doctor.diskFree": { en: "{free} MB of {total} MB free", fr: "{free} Mo libres sur {total} Mo" },
  "doctor.diskFreeNext": {
    en: "find what fills it: du -xsh {path}/../*",
    fr: "trouvez ce qui le remplit : du -xsh {path}/../*",
  },
  "doctor.inodesFree": {
    en: "files that may still be made: {free}",
    fr: "fichiers qui peuvent encore être créés : {free}",
  },
  "doctor.inodesNext": {
    en: "find the folder with very many small files: df -i",
    fr: "trouvez le dossier aux très nombreux petits fichiers : df -i",
  },
  "doctor.journalEmpty": {
    en: "empty: everything heard has been delivered",
    fr: "vide : tout ce qui a été entendu a été remis",
  },
  "doctor.journalHolds": {
    en: "frames that wait: {count}, the oldest for {age}; {percent} % full",
    fr: "trames en attente : {count}, la plus ancienne depuis {age} ; plein à {percent} %",
  },
  "doctor.journalFilling": { en: "{percent} % full", fr: "plein à {percent} %" },
  "doctor.journalFull": {
    en: "full ({percent} %): frames are thinned, or not kept at all",
    fr: "plein ({percent} %) : des trames sont éclaircies, ou plus gardées du tout",
  },
  "doctor.journalFullNext": {
    en: "bring the core back; or carry it home: edge-agent journal export",
    fr: "rétablissez le cœur ; ou emportez-le : edge-agent journal export",
  },
  "doctor.journalFailing": {
    en: "the disk refuses the journal: {reason}",
    fr: "le disque refuse le journal : {reason}",
  },
  "doctor.journalFailingNext": {
    en: "see dmesg and df; the agent tries again by itself",
    fr: "voir dmesg et df ; l'agent réessaie de lui-même",
  },
  "doctor.journalLost": {
    en: "frames that could not be read any more: {count}",
    fr: "trames qui n'étaient plus lisibles : {count}",
  },
  "doctor.journalLostNext": {
    en: "edge-agent journal verify, with the agent stopped; a flash that forgets wants replacing",
    fr: "edge-agent journal verify, agent arrêté ; une flash qui oublie est à remplacer",
  },
  "doctor.memoryFree": {
    en: "{free} MB of {total} MB free for new work",
    fr: "{free} Mo disponibles sur {total} Mo",
  },
  "doctor.memoryNext": {
    en: "see what takes it: top; the supervisor restarts what grows too large",
    fr: "voyez ce qui la prend : top ; le superviseur relance ce qui devient trop gros",
  },
  "doctor.load": { en: "load {load}, processors: {cores}", fr: "charge {load}, processeurs : {cores}" },
  "doctor.loadNext": { en: "see what runs: top", fr: "voyez ce qui tourne : top" },
  "doctor.temperature": { en: "{name}: {celsius} °C", fr: "{name} : {celsius} °C" },
  "doctor.temperatureNext": { en: "shade and air for the box", fr: "de l'ombre et de l'air pour le boîtier" },
  "doctor.supply": { en: "supply {volts} V", fr: "alimentation {volts} V" },
  "doctor.onBattery": {
    en: "it runs on its battery (supply {volts} V), for minutes only",
    fr: "elle tourne sur sa batterie (alimentation {volts} V), pour quelques minutes",
  },
  "doctor.onBatteryNext": {
    en: "look at PoE injector, cable and fuse",
    fr: "regardez l'injecteur PoE, le câble et le fusible",
  },
} as const satisfies Record<string, Entry>;

/** What `edge-agent setup` and `edge-agent restore` say to people. */
import type { Entry } from "./entry.ts";

export const SETUP_TEXTS = {
  // ------------------------------------------------------------------------------------------- help
  "command.setup": {
    en: "Point the packet forwarder at the agent; the server it has now becomes a core. Shows, asks, keeps a backup, undoes itself when nothing arrives",
    fr: "Diriger le packet forwarder vers l'agent ; son serveur actuel devient un cœur. Montre, demande, garde une copie, se défait si rien n'arrive",
  },
  "command.restore": {
    en: "Put back what setup has changed, and restart the packet forwarder",
    fr: "Remettre ce que setup a changé, et relancer le packet forwarder",
  },
  "option.setupConfig": {
    en: "The agent's settings file; where the gateway's profile has it, unless given",
    fr: "Le fichier de réglages de l'agent ; à défaut, celui du profil de la passerelle",
  },
  "option.setupProfile": {
    en: "The gateway's profile; recognised, unless given",
    fr: "Le profil de la passerelle ; reconnu, à défaut",
  },
  "option.forwarderFile": {
    en: "The forwarder's settings file; found, unless given",
    fr: "Le fichier de réglages du forwarder ; trouvé, à défaut",
  },
  "option.forwarderRestart": {
    en: "The command that restarts the forwarder, words divided by blanks; the profile's, unless given",
    fr: "La commande qui relance le forwarder, mots séparés par des espaces ; à défaut, celle du profil",
  },
  "option.formerServer": {
    en: 'The core to be made, such as udp://lns.example:1700, or "none"; the forwarder\'s server, unless given',
    fr: "Le cœur à créer, comme udp://lns.example:1700, ou « none » ; à défaut, le serveur du forwarder",
  },
  "option.listen": {
    en: "Where the agent listens, such as 127.0.0.1:1701; as its settings say, unless given",
    fr: "Où l'agent écoute, comme 127.0.0.1:1701 ; à défaut, selon ses réglages",
  },
  "option.wait": {
    en: "How long to wait for PULL_DATA, such as 90s; the forwarder's heartbeat and 30 s, unless given",
    fr: "Combien de temps attendre un PULL_DATA, comme 90s ; à défaut, la période du forwarder et 30 s",
  },
  "option.unmanaged": {
    en: "I know that nobody manages this gateway from afar, whatever hints there are",
    fr: "Je sais que personne ne gère cette passerelle à distance, quels que soient les indices",
  },
  "option.setupVerbose": {
    en: "Show also the comments of a settings file that is made",
    fr: "Montrer aussi les commentaires d'un fichier de réglages créé",
  },
  "option.restoreForce": {
    en: "Put back also what somebody has changed since",
    fr: "Remettre aussi ce que quelqu'un a changé depuis",
  },
  "option.quiet": { en: "Say only what went wrong", fr: "Ne dire que ce qui a échoué" },
  "example.setupDryRun": {
    en: "what it would do; changes nothing",
    fr: "ce qui serait fait ; ne change rien",
  },
  "example.setup": { en: "show, ask, do", fr: "montrer, demander, faire" },
  "example.setupFile": { en: "the second of two forwarders", fr: "le second de deux forwarders" },
  "example.restore": { en: "back to the former server", fr: "retour au serveur d'avant" },
  "example.restoreQuiet": {
    en: "as packages do before they go",
    fr: "comme les paquets avant leur retrait",
  },

  // --------------------------------------------------------------------------------------- the plan
  "setup.box": { en: "Gateway: {title} ({name})", fr: "Passerelle : {title} ({name})" },
  "setup.usedFiles": {
    en: "The packet forwarder's settings: {files} ({how})",
    fr: "Réglages du packet forwarder : {files} ({how})",
  },
  "setup.howProcess": {
    en: "as the running process {process} has them",
    fr: "ceux du processus {process} en marche",
  },
  "setup.howSwitch": { en: "as {file} says", fr: "selon {file}" },
  "setup.howList": {
    en: "the profile's; no process and no switch says which",
    fr: "ceux du profil ; ni processus ni fichier de commande ne dit lesquels",
  },
  "setup.howNamed": { en: "as you say", fr: "ceux que vous nommez" },
  "setup.formerCore": {
    en: "Its server {server} stays: the agent passes everything on to it, and downlinks back ({url})",
    fr: "Son serveur {server} reste : l'agent lui transmet tout, et rend ses trames descendantes ({url})",
  },
  "setup.formerNone": {
    en: "Its server {server} becomes no core",
    fr: "Son serveur {server} ne devient pas un cœur",
  },
  "setup.newServer": {
    en: "It will speak to the agent at {address}",
    fr: "Il parlera à l'agent sur {address}",
  },
  "setup.noteAlready": {
    en: "the forwarder speaks to the agent's address already: there is no former server to pass on to",
    fr: "le forwarder parle déjà à l'adresse de l'agent : il n'y a pas de serveur antérieur à qui transmettre",
  },
  "setup.noteUnset": {
    en: "{server} is the factory's value, or nobody listens there: no server loses anything, and none is made a core",
    fr: "{server} est la valeur d'usine, ou personne n'y écoute : aucun serveur ne perd rien, et aucun ne devient un cœur",
  },
  "setup.noteSample": {
    en: "{path} is made with an example core: say there where your core is",
    fr: "{path} est créé avec un cœur d'exemple : indiquez-y où est le vôtre",
  },
  "setup.noteSilent": {
    en: "the core {id} has may_transmit = false: its downlinks will not reach the radio",
    fr: "le cœur {id} a may_transmit = false : ses trames descendantes n'atteindront pas la radio",
  },
  "setup.noteSeveral": {
    en: "the cores {ids} may all transmit; of cores that know the same devices only one should (may_transmit)",
    fr: "les cœurs {ids} peuvent tous émettre ; de ceux qui connaissent les mêmes capteurs, un seul devrait (may_transmit)",
  },
  "setup.hint": {
    en: "hint that {by} manages this gateway: {sign}",
    fr: "indice que {by} gère cette passerelle : {sign}",
  },
  "setup.newFile": {
    en: "New file {path}; the lines that are no comments (all of it: --verbose):",
    fr: "Nouveau fichier {path} ; les lignes qui ne sont pas des commentaires (tout : --verbose) :",
  },
  "setup.ownChange": { en: "The agent's own settings:", fr: "Les réglages de l'agent :" },
  "setup.forwarderChange": {
    en: "==> THE PACKET FORWARDER'S SETTINGS CHANGE:",
    fr: "==> LES RÉGLAGES DU PACKET FORWARDER CHANGENT :",
  },
  "setup.commands": { en: "Commands that will run:", fr: "Commandes qui seront lancées :" },
  "setup.keptIn": { en: "What is there now is kept in {path}", fr: "L'état actuel est gardé dans {path}" },
  "setup.coreComment": {
    en: "The server that the packet forwarder spoke to before edge-agent.",
    fr: "Le serveur auquel le packet forwarder parlait avant edge-agent.",
  },
  "setup.unchanged": {
    en: "nothing to change: {files} points at the agent",
    fr: "rien à changer : {files} désigne l'agent",
  },
  "setup.nothingChanged": { en: "Nothing was changed.", fr: "Rien n'a été changé." },
  "setup.reallyChange": { en: "Do this? (yes/no)", fr: "Le faire ? (oui/non)" },
  "setup.reallyUnmanaged": {
    en: "Perhaps {by} manages this gateway ({sign}); then its network server would be cut off. Go on all the same? (yes/no)",
    fr: "{by} gère peut-être cette passerelle ({sign}) ; son serveur de réseau serait alors coupé. Continuer quand même ? (oui/non)",
  },

  // -------------------------------------------------------------------------------------- refusals
  "setup.sayYes": {
    en: "nobody is here to be asked: --yes does it without a question, --dry-run shows it",
    fr: "personne n'est là pour répondre : --yes le fait sans question, --dry-run le montre",
  },
  "setup.whichProfile": {
    en: "this gateway looks like several: {candidates}; say which with --profile NAME",
    fr: "cette passerelle ressemble à plusieurs : {candidates} ; précisez par --profile NOM",
  },
  "setup.elsewhere": {
    en: "the profile {profile} has no packet forwarder on this machine: point the gateway's forwarder at this machine's address by hand, and let forwarder.listen be that address",
    fr: "le profil {profile} n'a pas de packet forwarder sur cette machine : dirigez à la main celui de la passerelle vers l'adresse de cette machine, et mettez cette adresse dans forwarder.listen",
  },
  "setup.noForwarder": {
    en: "no settings of a packet forwarder found (profile {profile}; looked for {files}); name them with --forwarder-file FILE, or say which gateway this is with --profile NAME (edge-agent profiles list)",
    fr: "aucun réglage de packet forwarder trouvé (profil {profile} ; cherché : {files}) ; nommez-les par --forwarder-file FICHIER, ou précisez la passerelle par --profile NOM (edge-agent profiles list)",
  },
  "setup.noNamedFile": {
    en: "--forwarder-file {file}: no file that can be read; look at how it is written, and try with sudo",
    fr: "--forwarder-file {file} : aucun fichier lisible ; vérifiez son écriture, et essayez avec sudo",
  },
  "setup.busy": {
    en: "another setup or restore is at work (process {pid}): nothing was changed",
    fr: "un autre setup ou restore est en cours (processus {pid}) : rien n'a été changé",
  },
  "setup.changedSince": {
    en: "{path} was changed by somebody else meanwhile: nothing was changed here; try again",
    fr: "{path} a été modifié par ailleurs entre-temps : rien n'a été changé ici ; recommencez",
  },
  "setup.misfit": {
    en: "{file} is no settings file of the profile {profile} (wanted: {format} with {key}); say which gateway this is with --profile NAME, nearest: {nearest} (all: edge-agent profiles list)",
    fr: "{file} n'est pas un fichier de réglages du profil {profile} (attendu : {format} avec {key}) ; précisez la passerelle par --profile NOM, les plus proches : {nearest} (tous : edge-agent profiles list)",
  },
  "setup.several": {
    en: "several packet forwarders, or settings that differ:\n  {files}\nsay which with --forwarder-file FILE",
    fr: "plusieurs packet forwarders, ou des réglages qui diffèrent :\n  {files}\nprécisez par --forwarder-file FICHIER",
  },
  "setup.switchedOff": {
    en: "the packet forwarder is switched off in {file} ({key}): switch it on first",
    fr: "le packet forwarder est coupé dans {file} ({key}) : mettez-le d'abord en marche",
  },
  "setup.managed": {
    en: "{by} manages this gateway ({sign}): the forwarder's server is its to set, and to change it here would cut the network server off. Have the server set to the agent there, or take the gateway out of its management first",
    fr: "{by} gère cette passerelle ({sign}) : c'est lui qui fixe le serveur du forwarder, et le changer ici couperait le serveur de réseau. Faites-y mettre l'agent comme serveur, ou retirez d'abord la passerelle de sa gestion",
  },
  "setup.maybeManaged": {
    en: "perhaps {by} manages this gateway ({sign}); if you know that nobody does, say --unmanaged",
    fr: "{by} gère peut-être cette passerelle ({sign}) ; si vous savez que ce n'est pas le cas, ajoutez --unmanaged",
  },
  "setup.signProcess": { en: "the process {is} runs", fr: "le processus {is} tourne" },
  "setup.signServer": { en: "the forwarder's server is {is}", fr: "le serveur du forwarder est {is}" },
  "setup.signFile": { en: "there is {is}", fr: "{is} existe" },
  "setup.portTaken": {
    en: "{address} is taken by another program, and no agent answers: give the agent another port with --listen HOST:PORT, or stop that program",
    fr: "{address} est occupé par un autre programme, et aucun agent ne répond : donnez à l'agent un autre port par --listen HÔTE:PORT, ou arrêtez ce programme",
  },
  "setup.portFree": {
    en: "forwarder.listen in {path} takes any free port: give it one to be pointed at, with --listen HOST:PORT",
    fr: "forwarder.listen dans {path} prend un port libre quelconque : donnez-lui-en un à désigner, par --listen HÔTE:PORT",
  },
  "setup.twoPorts": {
    en: "the server {server} takes uplinks and downlinks on two ports, and a core knows one: say which with --server udp://HOST:PORT, or --server none to give it up",
    fr: "le serveur {server} prend les trames montantes et descendantes sur deux ports, et un cœur n'en connaît qu'un : précisez par --server udp://HÔTE:PORT, ou --server none pour y renoncer",
  },
  "setup.unclearServer": {
    en: "the server {server} cannot be made a core as it stands: say it with --server udp://HOST:PORT, or --server none to give it up",
    fr: "le serveur {server} ne peut pas devenir un cœur tel quel : précisez par --server udp://HÔTE:PORT, ou --server none pour y renoncer",
  },
  "setup.badServer": {
    en: "--server {given}: wanted is udp://HOST:PORT, or none",
    fr: "--server {given} : attendu udp://HÔTE:PORT, ou none",
  },
  "setup.badListen": {
    en: "--listen {given}: wanted is {expected}",
    fr: "--listen {given} : attendu {expected}",
  },
  "setup.badWait": {
    en: "--wait {given}: wanted is a duration with its unit, at most 10m",
    fr: "--wait {given} : attendu une durée avec son unité, au plus 10m",
  },
  "setup.noRestart": {
    en: "the profile {profile} does not know how the packet forwarder is restarted: say it with --forwarder-restart",
    fr: "le profil {profile} ne sait pas relancer le packet forwarder : précisez par --forwarder-restart",
  },
  "setup.noRights": {
    en: "{path} may not be changed by you; as root: sudo edge-agent setup",
    fr: "vous n'avez pas le droit de changer {path} ; en root : sudo edge-agent setup",
  },
  "setup.readOnly": {
    en: "{path} lies on a file system that is read-only: nothing was changed",
    fr: "{path} est sur un système de fichiers en lecture seule : rien n'a été changé",
  },
  "setup.volatile": {
    en: "{path} lies in memory: the way back would be gone with the next power cut, so nothing was changed",
    fr: "{path} est en mémoire : le retour serait perdu à la prochaine coupure, rien n'a donc été changé",
  },
  "setup.expectedJson": {
    en: "a JSON object (comments are allowed), each key once",
    fr: "un objet JSON (commentaires admis), chaque clé une fois",
  },
  "setup.editByHand": {
    en: "a form in which this key can be set without touching anything else: set it by hand",
    fr: "une forme où cette clé se change sans toucher au reste : changez-la à la main",
  },

  // -------------------------------------------------------------------------------------- progress
  "setup.kept": { en: "what was there is kept in {path}", fr: "l'état antérieur est gardé dans {path}" },
  "setup.written": { en: "{path} changed", fr: "{path} changé" },
  "setup.putBack": { en: "{path} is as it was", fr: "{path} est comme avant" },
  "setup.running": { en: "running: {command}", fr: "lancé : {command}" },
  "setup.commandFailed": {
    en: "{command} ended with {exitCode}",
    fr: "{command} s'est terminé par {exitCode}",
  },
  "setup.waiting": {
    en: "waiting up to {seconds} s for the forwarder's PULL_DATA at {address}",
    fr: "attente d'un PULL_DATA du forwarder sur {address}, {seconds} s au plus",
  },
  "setup.noAgent": {
    en: "no agent runs here yet, so nobody would carry what the forwarder hears",
    fr: "aucun agent ne tourne encore ici : personne ne transporterait ce que le forwarder entend",
  },

  // --------------------------------------------------------------------------------------- the end
  "setup.arrived": {
    en: "The packet forwarder {eui} speaks to the agent.",
    fr: "Le packet forwarder {eui} parle à l'agent.",
  },
  "setup.startAgent": {
    en: "START THE AGENT NOW, or the forwarder speaks to nobody: {command}",
    fr: "LANCEZ L'AGENT MAINTENANT, sinon le forwarder ne parle à personne : {command}",
  },
  "setup.howBack": {
    en: "The way back: sudo edge-agent restore",
    fr: "Pour revenir en arrière : sudo edge-agent restore",
  },
  "setup.failed": { en: "failed: {why}", fr: "échec : {why}" },
  "setup.interrupted": { en: "interrupted", fr: "interrompu" },
  "setup.worldFailed": { en: "{reason}", fr: "{reason}", same: true },
  "setup.agentNotRestarted": {
    en: "the running agent could not be restarted, and would not know its new settings; stop it, and try again",
    fr: "l'agent en marche n'a pas pu être relancé, et ignorerait ses nouveaux réglages ; arrêtez-le, et recommencez",
  },
  "setup.agentNotUp": {
    en: "the agent did not answer within {seconds} s after its restart; its log says why",
    fr: "l'agent n'a pas répondu dans les {seconds} s après sa relance ; son journal dit pourquoi",
  },
  "setup.agentElsewhere": {
    en: "the agent came up at {listens}: it does not run with the settings of {path}",
    fr: "l'agent écoute sur {listens} : il ne tourne pas avec les réglages de {path}",
  },
  "setup.forwarderNotRestarted": {
    en: "the packet forwarder could not be restarted by: {command}",
    fr: "le packet forwarder n'a pas pu être relancé par : {command}",
  },
  "setup.nothingArrived": {
    en: "no PULL_DATA arrived within {seconds} s",
    fr: "aucun PULL_DATA n'est arrivé en {seconds} s",
  },
  "setup.undone": {
    en: "Everything is as it was before, and the packet forwarder was restarted with it. To look at:\n  {looks}",
    fr: "Tout est comme avant, et le packet forwarder a été relancé ainsi. À regarder :\n  {looks}",
  },
  "restore.byHand": {
    en: "THE FORMER FILES ARE BACK, BUT THE PACKET FORWARDER DOES NOT RUN AS BEFORE. Its network server may be cut off.\nRun by hand, as root:\n  {command}",
    fr: "LES FICHIERS D'AVANT SONT REMIS, MAIS LE PACKET FORWARDER NE TOURNE PAS COMME AVANT. Son serveur de réseau est peut-être coupé.\nLancez à la main, en root :\n  {command}",
  },
  "setup.byHand": {
    en: "THE PACKET FORWARDER DOES NOT RUN AS BEFORE. Its network server may be cut off.\nRun by hand, as root:\n  edge-agent restore\n  {command}\nThe former files are in {folder}",
    fr: "LE PACKET FORWARDER NE TOURNE PAS COMME AVANT. Son serveur de réseau est peut-être coupé.\nLancez à la main, en root :\n  edge-agent restore\n  {command}\nLes fichiers d'avant sont dans {folder}",
  },

  // --------------------------------------------------------------------------------------- restore
  "restore.nothing": {
    en: "nothing to restore: setup has changed nothing here",
    fr: "rien à remettre : setup n'a rien changé ici",
  },
  "restore.willRun": { en: "Then: {command}", fr: "Puis : {command}" },
  "restore.changed": {
    en: "{files} changed since setup, so nothing was put back; --force does it all the same",
    fr: "{files} modifié depuis setup, rien n'a donc été remis ; --force le fait quand même",
  },
  "restore.reallyChanged": {
    en: "{files} changed since setup; those changes would be lost. Put back all the same? (yes/no)",
    fr: "{files} modifié depuis setup ; ces changements seraient perdus. Remettre quand même ? (oui/non)",
  },
  "restore.noRights": {
    en: "{path} may not be changed by you; as root: sudo edge-agent restore",
    fr: "vous n'avez pas le droit de changer {path} ; en root : sudo edge-agent restore",
  },
  "restore.left": {
    en: "left as their owner has them since setup: {files}",
    fr: "laissés tels que leur propriétaire les a mis depuis setup : {files}",
  },
  "restore.ended": {
    en: "The packet forwarder was left alone; what setup had kept is gone.",
    fr: "Le packet forwarder n'a pas été touché ; les copies de setup sont effacées.",
  },
  "restore.done": {
    en: "Everything is as it was before setup, and the packet forwarder was restarted.",
    fr: "Tout est comme avant setup, et le packet forwarder a été relancé.",
  },
} as const satisfies Record<string, Entry>;

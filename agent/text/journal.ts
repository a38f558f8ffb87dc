/** What `edge-agent journal …` says to people. */
import type { Entry } from "./entry.ts";

export const JOURNAL_TEXTS = {
  // ------------------------------------------------------------------------------------------- help
  "command.journal": {
    en: "Look into the journal, carry its frames elsewhere, check it",
    fr: "Consulter le journal, emporter ses trames, le vérifier",
  },
  "command.journalStats": {
    en: "What the journal holds, for which cores, and what left it",
    fr: "Ce que contient le journal, pour quels cœurs, et ce qui en est sorti",
  },
  "command.journalList": {
    en: "One line per device: frames that wait, their ages, counters, reception",
    fr: "Une ligne par capteur : trames en attente, âges, compteurs, réception",
  },
  "command.journalShow": {
    en: "Everything of single frames: header, times, radio, which cores have yet to take them",
    fr: "Le détail de trames : en-tête, heures, radio, cœurs qui doivent encore les prendre",
  },
  "command.journalExport": {
    en: "Write the frames to a file: JSONL to be imported elsewhere, or CSV for a spreadsheet",
    fr: "Écrire les trames dans un fichier : JSONL à importer ailleurs, ou CSV pour un tableur",
  },
  "command.journalImport": {
    en: "Take in the frames of another gateway's export (JSONL); what is here already is passed over",
    fr: "Reprendre les trames exportées d'une autre passerelle (JSONL) ; celles déjà présentes sont ignorées",
  },
  "command.journalVerify": {
    en: "Read everything and compare; changes nothing, ends with 1 when something is wrong",
    fr: "Tout lire et comparer ; ne change rien, se termine par 1 en cas d'anomalie",
  },
  "command.journalThin": {
    en: "Make the journal smaller, as it does itself when it is full: least valuable frames first",
    fr: "Alléger le journal comme il le fait lui-même une fois plein : trames les moins utiles d'abord",
  },
  "journal.onDisk": {
    en: "What is shown and exported lies on disk. Frames that are only in memory, not yet acknowledged to the forwarder, are counted by stats.",
    fr: "Ce qui est montré et exporté se trouve sur le disque. Les trames seulement en mémoire, pas encore acquittées au forwarder, sont comptées par stats.",
  },
  "option.journal": {
    en: "The journal's folder, opened directly; no settings are read",
    fr: "Le dossier du journal, ouvert directement ; aucun réglage n'est lu",
  },
  "option.devAddr": { en: "Only this DevAddr (8 hex digits)", fr: "Seulement ce DevAddr (8 chiffres hexa)" },
  "option.devEui": {
    en: "Only joins of this DevEUI (16 hex digits)",
    fr: "Seulement les joins de ce DevEUI (16 chiffres hexa)",
  },
  "option.sort": { en: "Which devices come first", fr: "Quels capteurs d'abord" },
  "option.limit": { en: "At most so many; 0: all", fr: "Au plus ce nombre ; 0 : tout" },
  "option.sequence": {
    en: "The frame's number, as --dev-addr shows it and export has it (4294967296 or more)",
    fr: "Le numéro de la trame, que montrent --dev-addr et l'export (4294967296 ou plus)",
  },
  "option.aside": {
    en: "Those that were set aside instead: unreadable, a core choked on them, or the agent did",
    fr: "Plutôt celles mises de côté : illisibles, ou que le cœur ou l'agent n'a pas digérées",
  },
  "option.format": {
    en: "jsonl can be imported again, csv cannot",
    fr: "jsonl peut être réimporté, pas csv",
  },
  "option.separator": {
    en: "Between the fields of CSV (tab: also by its name); a French spreadsheet wants ;",
    fr: "Entre les champs du CSV (tabulation : aussi « tab ») ; un tableur français attend ;",
  },
  "option.out": {
    en: "The file; it appears whole or not at all. -: standard output",
    fr: "Le fichier ; il apparaît entier ou pas du tout. - : sortie standard",
  },
  "option.since": {
    en: "Heard since: a date (2026-11-22T18:00Z) or how long ago (48h). Frames of unknown time stay in",
    fr: "Entendues depuis : une date (2026-11-22T18:00Z) ou une durée (48h). Celles d'heure inconnue restent",
  },
  "option.until": { en: "Heard before: as --since", fr: "Entendues avant : comme --since" },
  "option.remove": {
    en: "Remove from the journal what is safely in the file",
    fr: "Retirer du journal ce qui est sûrement dans le fichier",
  },
  "option.files": {
    en: "Files made by export; - is standard input",
    fr: "Fichiers issus d'export ; - : entrée standard",
  },
  "option.dryRun": { en: "Only say what would be done", fr: "Dire seulement ce qui serait fait" },
  "option.again": {
    en: "Also what was imported before and has left the journal since",
    fr: "Aussi ce qui a déjà été importé et a depuis quitté le journal",
  },
  "option.to": {
    en: "How large it may stay: a size (100MB), or a share of what it is now (50%)",
    fr: "Taille à garder : une taille (100MB), ou une part de l'actuelle (50%)",
  },
  "option.yes": { en: "Do not ask", fr: "Ne pas demander" },
  "example.journalStats": { en: "how much waits, and for whom", fr: "ce qui attend, et pour qui" },
  "example.journalList": {
    en: "all devices, the longest waiting first",
    fr: "tous les capteurs, la plus longue attente d'abord",
  },
  "example.journalShow": {
    en: "the frames of one device, with their numbers",
    fr: "les trames d'un capteur, avec leurs numéros",
  },
  "example.journalExport": {
    en: "carry a cut-off gateway's readings home",
    fr: "rapporter les relevés d'une passerelle isolée",
  },
  "example.journalCsv": { en: "for a spreadsheet", fr: "pour un tableur" },
  "example.journalImport": { en: "into another gateway", fr: "dans une autre passerelle" },
  "example.journalVerify": { en: "while no agent runs", fr: "sans agent en marche" },
  "example.journalThin": { en: "what would go?", fr: "qu'est-ce qui partirait ?" },

  // ------------------------------------------------------------------------------------------ access
  "journal.throughAgent": {
    en: "through the running agent ({place})",
    fr: "par l'agent en marche ({place})",
  },
  "journal.onFolder": {
    en: "no agent runs: directly on {place}",
    fr: "aucun agent en marche : directement sur {place}",
  },
  "journal.none": { en: "there is no journal in {path}", fr: "il n'y a pas de journal dans {path}" },
  "journal.notAllowed": {
    en: "the journal {path} may not be opened by this user: run the command as root, or as the agent's user",
    fr: "cet utilisateur n'a pas le droit d'ouvrir le journal {path} : lancez la commande en root, ou comme l'utilisateur de l'agent",
  },
  "journal.held": {
    en: "the journal {path} is held by {holder}; ask that agent: --socket, or its --config",
    fr: "le journal {path} est tenu par {holder} ; interrogez cet agent : --socket, ou son --config",
  },
  "journal.damaged": {
    en: "the journal {path} is damaged ({reason}). Nothing was changed. Start the agent (edge-agent run): it saves what is readable and says what was lost",
    fr: "le journal {path} est endommagé ({reason}). Rien n'a été modifié. Lancez l'agent (edge-agent run) : il sauve ce qui est lisible et dit ce qui est perdu",
  },
  "journal.diskFull": {
    en: "the disk of {path} is full, and the store wants some room even to be read. Nothing was changed. Free a few megabytes there (the file ballast in it, if there is one, is kept for that), then again",
    fr: "le disque de {path} est plein, et la base demande un peu de place même pour être lue. Rien n'a été modifié. Libérez-y quelques mégaoctets (le fichier ballast qui s'y trouve, s'il existe, est là pour cela), puis recommencez",
  },
  "journal.noCores": {
    en: "{path} does not say for which cores it keeps frames: name the settings with --config",
    fr: "{path} ne dit pas pour quels cœurs il garde les trames : indiquez les réglages par --config",
  },
  "journal.refused": { en: "the agent refuses: {reason}", fr: "l'agent refuse : {reason}" },
  "journal.oldAgent": {
    en: "the running agent does not know this command: it is of an older version",
    fr: "l'agent en marche ne connaît pas cette commande : sa version est plus ancienne",
  },
  "journal.cutShort": {
    en: "the answer ended before its end",
    fr: "la réponse s'est arrêtée avant la fin",
  },

  // ------------------------------------------------------------------------------------------- stats
  "journal.folder": { en: "Folder", fr: "Dossier" },
  "journal.frames": { en: "Frames", fr: "Trames" },
  "journal.size": { en: "Size", fr: "Taille" },
  "journal.sizeSaid": {
    en: "{records} in records; {folder} on disk, {free} free",
    fr: "{records} d'enregistrements ; {folder} sur le disque, {free} libres",
  },
  "journal.devices": { en: "Devices", fr: "Capteurs" },
  "journal.oldest": { en: "Oldest", fr: "Plus ancienne" },
  "journal.oldestSaid": { en: "arrived {when}, {age} ago", fr: "arrivée {when}, il y a {age}" },
  "journal.waitFor": { en: "Wait for {core}", fr: "Pour {core}" },
  "journal.aside": { en: "Set aside", fr: "Mises de côté" },
  "journal.ever": { en: "Ever stored", fr: "Écrites en tout" },
  "journal.everSaid": {
    en: "{added}, of which {removed} have left",
    fr: "{added}, dont {removed} reparties",
  },
  "journal.dropped": { en: "Dropped", fr: "Abandonnées" },
  "journal.droppedNone": { en: "none", fr: "aucune" },
  "journal.commits": { en: "Commits", fr: "Écritures" },
  "journal.commitsBare": { en: "{commits} by this agent", fr: "{commits} par cet agent" },
  "journal.commitsSaid": {
    en: "{commits} by this agent, the last took {ms} ms",
    fr: "{commits} par cet agent, la dernière en {ms} ms",
  },
  "journal.memory": { en: "In memory", fr: "En mémoire" },
  "journal.failing": { en: "Disk", fr: "Disque" },
  "drop.expired": { en: "too old for a core", fr: "trop vieilles pour un cœur" },
  "drop.joinExpired": { en: "joins nobody can answer any more", fr: "joins devenus sans réponse possible" },
  "drop.foreign": { en: "of foreign networks", fr: "de réseaux étrangers" },
  "drop.copy": { en: "repetitions of the device", fr: "répétitions du capteur" },
  "drop.fport0": { en: "MAC commands only", fr: "commandes MAC seules" },
  "drop.thinned": {
    en: "every second of a device's older half",
    fr: "une sur deux, dans la moitié ancienne",
  },
  "drop.lastResort": { en: "first or last of a device", fr: "première ou dernière d'un capteur" },

  // -------------------------------------------------------------------------------------------- list
  "journal.headDevice": { en: "Device", fr: "Capteur" },
  "journal.headFrames": { en: "Frames", fr: "Trames" },
  "journal.headOldest": { en: "Oldest", fr: "Première" },
  "journal.headNewest": { en: "Newest", fr: "Dernière" },
  "journal.listEmpty": { en: "no frames wait", fr: "aucune trame en attente" },
  "journal.listMore": {
    en: "{shown} of {lanes} devices shown, {frames} frames in all; --limit 0 shows all",
    fr: "capteurs affichés : {shown} sur {lanes}, trames en tout : {frames} ; --limit 0 les montre tous",
  },
  "journal.gateway": { en: "Gateway {eui}", fr: "Passerelle {eui}" },
  "journal.notLorawan": { en: "other", fr: "autres" },

  // -------------------------------------------------------------------------------------------- show
  "journal.showNone": {
    en: "no such frame is in the journal",
    fr: "aucune trame de ce genre dans le journal",
  },
  "journal.showNoSequence": {
    en: "no frame {sequence} is in the journal; the numbers of a device's frames: edge-agent journal show --dev-addr …",
    fr: "pas de trame {sequence} dans le journal ; les numéros des trames d'un capteur : edge-agent journal show --dev-addr …",
  },
  "journal.showMore": {
    en: "there are more, frames shown: {shown}; --limit 0 shows all",
    fr: "il y en a d'autres, trames montrées : {shown} ; --limit 0 les montre toutes",
  },
  "journal.frame": { en: "Frame {sequence}: {what}", fr: "Trame {sequence} : {what}" },
  "journal.unreadable": {
    en: "unreadable ({fault}), {size} octets",
    fr: "illisible ({fault}), {size} octets",
  },
  "journal.choked": {
    en: "a core choked on it, or it could not be carried (the log says which); it was for {cores}",
    fr: "un cœur ne l'a pas digérée, ou elle n'a pas pu être transmise (le log le dit) ; elle était pour {cores}",
  },
  "journal.heard": { en: "heard", fr: "entendue" },
  "journal.arrived": { en: "arrived", fr: "arrivée" },
  "journal.byGps": { en: "{when} (GPS)", fr: "{when} (GPS)", same: true },
  "journal.byClock": { en: "{when} (the gateway's clock was right)", fr: "{when} (horloge juste)" },
  "journal.repaired": {
    en: "{when} (made true: the clock was wrong then, and is right now)",
    fr: "{when} (rétablie : l'horloge était fausse, elle est juste depuis)",
  },
  "journal.timeUnknown": {
    en: "not known: the gateway's clock was not to be trusted",
    fr: "inconnue : l'horloge de la passerelle n'était pas fiable",
  },
  "journal.arrivedSaid": {
    en: "{when} by its clock ({clock}); {age} ms after it was heard",
    fr: "{when} à son horloge ({clock}) ; {age} ms après l'écoute",
  },
  "journal.clockGps": { en: "set by GPS", fr: "calée sur le GPS" },
  "journal.clockSynchronised": { en: "synchronised", fr: "synchronisée" },
  "journal.clockUnsynchronised": { en: "unsynchronised", fr: "non synchronisée" },
  "journal.radio": { en: "radio", fr: "radio", same: true },
  "journal.header": { en: "header", fr: "en-tête" },
  "journal.confirmed": { en: "confirmed", fr: "confirmée" },
  "journal.unconfirmed": { en: "unconfirmed", fr: "non confirmée" },
  "journal.marks": { en: "marks", fr: "marques" },
  "journal.markDelayed": {
    en: "held back by the forwarder, or brought in",
    fr: "retenue par le forwarder, ou importée",
  },
  "journal.markRepetition": {
    en: "a repetition by the device (NbTrans)",
    fr: "répétition du capteur (NbTrans)",
  },
  "journal.from": { en: "from", fr: "origine" },
  "journal.fromSaid": {
    en: "gateway {eui}, concentrator session {session}, boot {boot}",
    fr: "passerelle {eui}, session {session} du concentrateur, démarrage {boot}",
  },
  "journal.waits": { en: "waits for", fr: "attendue par" },

  // ---------------------------------------------------------------------------------- export, import
  "journal.exported": { en: "{frames} frames written to {path}", fr: "{frames} trames écrites : {path}" },
  "journal.exportedUnknown": {
    en: "{frames} of them without a time of reception: their clock was not to be trusted",
    fr: "dont {frames} sans heure de réception : leur horloge n'était pas fiable",
  },
  "journal.exportedUndated": {
    en: "{frames} of them without a time of reception, so kept in despite --since/--until: their clock was not to be trusted",
    fr: "dont {frames} sans heure de réception, donc gardées malgré --since/--until : leur horloge n'était pas fiable",
  },
  "journal.stdout": { en: "standard output", fr: "la sortie standard" },
  "journal.noFile": {
    en: "there is no file {path}; name one that edge-agent journal export has written, or - for standard input",
    fr: "il n'y a pas de fichier {path} ; nommez-en un écrit par edge-agent journal export, ou - pour l'entrée standard",
  },
  "journal.noFolder": {
    en: "the folder {folder} does not exist",
    fr: "le dossier {folder} n'existe pas",
  },
  "journal.exportedBroken": {
    en: "{frames} records could not be read and are marked in the file",
    fr: "{frames} enregistrements illisibles, marqués dans le fichier",
  },
  "journal.leftOut": {
    en: "{frames} records could not be read and are left out (--format jsonl keeps their octets)",
    fr: "{frames} enregistrements illisibles laissés de côté (--format jsonl garde leurs octets)",
  },
  "journal.removed": {
    en: "{frames} frames removed from the journal",
    fr: "{frames} trames retirées du journal",
  },
  "journal.notRemovedYet": {
    en: "{path} is whole, but the frames are still in the journal: the disk refuses ({reason}). Make room on it, and the running agent removes them by itself; if it is stopped before that, export with --remove again",
    fr: "{path} est complet, mais les trames sont encore dans le journal : le disque refuse ({reason}). Faites-y de la place, et l'agent en marche les retire de lui-même ; s'il est arrêté avant, exportez à nouveau avec --remove",
  },
  "journal.notRemoved": {
    en: "{path} is whole, but the frames are still in the journal: the disk refuses ({reason}). Make room on it, then export with --remove again",
    fr: "{path} est complet, mais les trames sont encore dans le journal : le disque refuse ({reason}). Faites-y de la place, puis exportez à nouveau avec --remove",
  },
  "journal.removeNeedsFile": {
    en: "--remove needs a file: --out FILE",
    fr: "--remove demande un fichier : --out FICHIER",
  },
  "journal.removeNotAside": {
    en: "--remove does not remove what was set aside",
    fr: "--remove ne retire pas ce qui est mis de côté",
  },
  "journal.removeNotCsv": {
    en: "--remove needs --format jsonl: CSV cannot be imported again",
    fr: "--remove demande --format jsonl : le CSV ne peut pas être réimporté",
  },
  "journal.progress": { en: "{done} frames", fr: "{done} trames" },
  "journal.imported": { en: "{frames} frames imported", fr: "{frames} trames importées" },
  "journal.wouldImport": {
    en: "{frames} frames would be imported",
    fr: "{frames} trames seraient importées",
  },
  "journal.passedOver": {
    en: "{frames} passed over: here already, or imported before",
    fr: "{frames} ignorées : déjà présentes, ou importées auparavant",
  },
  "journal.refusedLines": {
    en: "lines that cannot be imported: {lines}",
    fr: "lignes impossibles à importer : {lines}",
  },
  "journal.refusedLine": { en: "{file}:{line}: {what} ({fault})", fr: "{file}:{line} : {what} ({fault})" },
  "line.notJson": { en: "no JSON", fr: "pas du JSON" },
  "line.csv": {
    en: "this looks like CSV: only JSONL can be imported",
    fr: "ceci ressemble à du CSV : seul le JSONL peut être importé",
  },
  "line.tooLong": { en: "too long for a frame", fr: "trop longue pour une trame" },
  "line.notAFrame": { en: "no frame of an export", fr: "pas une trame d'un export" },
  "line.newerFormat": {
    en: "written by a newer version: update this one first",
    fr: "écrite par une version plus récente : mettez d'abord celle-ci à jour",
  },
  "line.unreadableRecord": {
    en: "a record that could not be read where it came from",
    fr: "un enregistrement déjà illisible à l'origine",
  },
  "line.badRxpk": { en: "its rxpk cannot be read", fr: "son rxpk est illisible" },
  "line.tooOld": {
    en: "older than max_age here: it would be dropped at once",
    fr: "plus vieille que max_age ici : elle serait abandonnée aussitôt",
  },
  "line.unwanted": {
    en: "the filters here keep it from every core",
    fr: "les filtres d'ici l'écartent de tous les cœurs",
  },
  "line.tooManyGateways": {
    en: "of too many gateways for one import",
    fr: "de trop de passerelles pour un seul import",
  },
  "journal.refusedMore": { en: "and {lines} more", fr: "et {lines} autres" },
  "journal.inTheirName": {
    en: "They go to the cores in the name of {gateways}: until they are delivered, that gateway must not be connected itself",
    fr: "Elles vont aux cœurs au nom de {gateways} : jusqu'à leur remise, cette passerelle ne doit pas être connectée elle-même",
  },
  "journal.badTime": {
    en: "{option} {given}: a date such as 2026-11-22T18:00Z, or a duration such as 48h",
    fr: "{option} {given} : une date comme 2026-11-22T18:00Z, ou une durée comme 48h",
  },
  "journal.badAddress": {
    en: "{option} {given}: {digits} hexadecimal digits",
    fr: "{option} {given} : {digits} chiffres hexadécimaux",
  },
  "journal.badNumber": {
    en: "{option} {given}: a whole number, 0 or more, such as {example}",
    fr: "{option} {given} : un nombre entier, 0 ou plus, par exemple {example}",
  },
  "journal.showWhat": {
    en: "which frames? A sequence, --dev-addr, --dev-eui or --aside",
    fr: "quelles trames ? Un numéro, --dev-addr, --dev-eui ou --aside",
  },
  "journal.interrupted": { en: "interrupted", fr: "interrompu" },

  // ------------------------------------------------------------------------------------------ verify
  "journal.sound": {
    en: "sound: {records} records, {size}, each with its index entry; {aside} set aside",
    fr: "sain : {records} enregistrements, {size}, chacun avec son entrée d'index ; {aside} mis de côté",
  },
  "journal.notCompared": {
    en: "frames came and went meanwhile: the counters were not compared",
    fr: "des trames sont arrivées ou parties entre-temps : les compteurs n'ont pas été comparés",
  },
  "journal.unsound": {
    en: "{count} troubles in {records} records",
    fr: "{count} anomalies dans {records} enregistrements",
  },
  "trouble.unreadable": {
    en: "records that cannot be read: {count}",
    fr: "enregistrements illisibles : {count}",
  },
  "trouble.notIndexed": {
    en: "records without an index entry, which nobody would find: {count}",
    fr: "enregistrements sans entrée d'index, que personne ne trouverait : {count}",
  },
  "trouble.withoutRecord": {
    en: "index entries whose record is gone: {count}",
    fr: "entrées d'index dont l'enregistrement a disparu : {count}",
  },
  "trouble.damagedEntry": {
    en: "damaged index entries: {count}",
    fr: "entrées d'index endommagées : {count}",
  },
  "trouble.damagedNote": { en: "damaged notes: {count}", fr: "notes endommagées : {count}" },
  "trouble.frames": {
    en: "the counters promise {promised} frames, {found} were found",
    fr: "les compteurs promettent {promised} trames, {found} ont été trouvées",
  },
  "trouble.noTally": { en: "the counters are gone", fr: "les compteurs ont disparu" },
  "journal.whatToDo": {
    en: "What to do: export what can be read (edge-agent journal export), then restart the agent: it repairs the journal and says what was lost",
    fr: "Que faire : exporter ce qui se lit (edge-agent journal export), puis redémarrer l'agent : il répare le journal et dit ce qui est perdu",
  },

  // -------------------------------------------------------------------------------------------- thin
  "journal.badGoal": {
    en: "--to {given}: a size such as 100MB, or a share such as 50%",
    fr: "--to {given} : une taille comme 100MB, ou une part comme 50%",
  },
  "journal.wouldGo": { en: "Would go, of {size}:", fr: "Partiraient, sur {size} :" },
  "journal.gone": { en: "Gone, of {size}:", fr: "Parties, sur {size} :" },
  "journal.leaves": { en: "{size} stay", fr: "{size} restent" },
  "journal.nothingGoes": { en: "nothing: it is small enough", fr: "rien : le journal est assez petit" },
  "journal.reallyThin": {
    en: "These frames will be lost. Thin the journal? [y/N]",
    fr: "Ces trames seront perdues. Alléger le journal ? [o/N]",
  },
  "journal.sayYes": {
    en: "nobody to ask: --yes says that these frames may go",
    fr: "personne à qui demander : --yes dit que ces trames peuvent partir",
  },
  "journal.notThinned": { en: "nothing was changed", fr: "rien n'a été modifié" },
} as const satisfies Record<string, Entry>;

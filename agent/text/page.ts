/** What the local page says (agent/web/page/). What the doctor, the alarms and the status say stands with them. */
import type { Entry } from "./entry.ts";

export const PAGE_TEXTS = {
  // --------------------------------------------------------------------------------------------- edge-agent web
  "command.web": { en: "The local page", fr: "La page locale" },
  "command.webCode": {
    en: "Say where the local page is, and the one-time code that lets a browser in",
    fr: "Dire où est la page locale, et le code à usage unique qui y laisse entrer un navigateur",
  },
  "example.webCode": {
    en: "address, code and certificate's fingerprint, to be typed and compared on a phone",
    fr: "adresse, code et empreinte du certificat, à saisir et à comparer sur un téléphone",
  },
  "web.off": {
    en: 'There is no local page: [web] listen is empty.\nTo switch it on: listen = "127.0.0.1:1780" under [web] in\n{path}, then: systemctl restart edge-agent\n(on KerOS: monit restart edge-agent)',
    fr: "Il n'y a pas de page locale : [web] listen est vide.\nPour l'activer : listen = \"127.0.0.1:1780\" sous [web] dans\n{path}, puis : systemctl restart edge-agent\n(sous KerOS : monit restart edge-agent)",
  },
  "web.closed": {
    en: "The local page is not open: {reason}",
    fr: "La page locale n'est pas ouverte : {reason}",
  },
  "web.loopback": {
    en: "{url} on this machine, without a code. From a laptop: ssh -L {port}:127.0.0.1:{port} <gateway>",
    fr: "{url} sur cette machine, sans code. Depuis un portable : ssh -L {port}:127.0.0.1:{port} <passerelle>",
  },
  "web.url": { en: "Page         {url}", fr: "Page         {url}", same: true },
  "web.code": {
    en: "Code         {code}   (once, within {age})",
    fr: "Code         {code}   (une fois, dans les {age})",
  },
  "web.fingerprint": { en: "Certificate  SHA-256 {fingerprint}", fr: "Certificat   SHA-256 {fingerprint}" },

  // --------------------------------------------------------------------------------------------- frame
  "page.skip": { en: "Skip to content", fr: "Aller au contenu" },
  "page.views": { en: "Views", fr: "Vues" },
  "page.language": { en: "Language", fr: "Langue" },
  "page.leave": { en: "Sign out", fr: "Se déconnecter" },
  "page.loading": { en: "Waiting for the agent …", fr: "En attente de l'agent …" },
  "page.live": { en: "Live", fr: "En direct" },
  "page.gone": {
    en: "The agent does not answer. What you see is {age} old. Trying again …",
    fr: "L'agent ne répond pas. Ce que vous voyez date de {age}. Nouvel essai …",
  },
  "page.goneAtOnce": {
    en: "The agent does not answer. Trying again …",
    fr: "L'agent ne répond pas. Nouvel essai …",
  },
  "page.full": {
    en: "The agent answers, but as many browsers as it serves look already. Close one of them; this page tries again.",
    fr: "L'agent répond, mais autant de navigateurs qu'il en sert regardent déjà. Fermez-en un ; cette page réessaie.",
  },
  "page.back": { en: "The agent answers again.", fr: "L'agent répond de nouveau." },
  "page.failed": { en: "That did not work: {reason}", fr: "Cela n'a pas marché : {reason}" },
  "page.unknown": { en: "not known", fr: "inconnu" },
  "page.cancel": { en: "Cancel", fr: "Annuler" },
  "page.ago": { en: "{age} ago", fr: "il y a {age}" },

  // --------------------------------------------------------------------------------------------- code
  "page.signIn": { en: "One-time code", fr: "Code à usage unique" },
  "page.signInHow": {
    en: "On the gateway, run “edge-agent web code”. Compare the fingerprint it prints with the one your browser shows for this page's certificate, then enter the code.",
    fr: "Sur la passerelle, lancez « edge-agent web code ». Comparez l'empreinte affichée avec celle que votre navigateur montre pour le certificat de cette page, puis saisissez le code.",
  },
  "page.code": { en: "Code", fr: "Code", same: true },
  "page.enter": { en: "Enter", fr: "Entrer" },
  "page.codeWrong": {
    en: "That is not the code, or it is no longer good. A new one: edge-agent web code",
    fr: "Ce n'est pas le code, ou il n'est plus valable. Un nouveau : edge-agent web code",
  },
  "page.codeWait": {
    en: "Too many wrong codes. Try again in {age}.",
    fr: "Trop de codes erronés. Réessayez dans {age}.",
  },
  "page.sessionOver": {
    en: "Your session is over. Enter a new code.",
    fr: "Votre session est terminée. Saisissez un nouveau code.",
  },

  // --------------------------------------------------------------------------------------------- overview
  "page.overview": { en: "Overview", fr: "Aperçu" },
  "page.allWell": { en: "Everything works", fr: "Tout fonctionne" },
  "page.someTrouble": { en: "Look at what is marked", fr: "Voyez ce qui est signalé" },
  "page.bigTrouble": { en: "Something is broken", fr: "Quelque chose est en panne" },
  "page.part": { en: "Part", fr: "Élément" },
  "page.outagesNone": { en: "none that is remembered", fr: "aucune en mémoire" },
  "page.alarms": { en: "Alarms", fr: "Alarmes" },
  "page.critical": { en: "critical", fr: "critique" },
  "page.warning": { en: "warning", fr: "avertissement" },
  "page.info": { en: "information", fr: "information", same: true },
  "page.since": { en: "since {moment}", fr: "depuis le {moment}" },
  "page.running": {
    en: "edge-agent {version}, running for {age}",
    fr: "edge-agent {version}, en marche depuis {age}",
  },
  "page.crc": {
    en: "frames heard: {ok} with a good CRC, {bad} damaged ({percent} %), {none} without",
    fr: "trames entendues : {ok} au CRC juste, {bad} abîmées ({percent} %), {none} sans CRC",
  },
  "page.roundTrip": { en: "round trip {ms} ms", fr: "aller-retour {ms} ms" },
  "page.dutyCycle": { en: "Duty cycle", fr: "Rapport cyclique" },
  "page.dutyCycleLine": {
    en: "sub-band {subBand}: {percent} % of what an hour allows",
    fr: "sous-bande {subBand} : {percent} % de ce qu'une heure permet",
  },
  "page.maintenance": { en: "Maintenance", fr: "Maintenance", same: true },
  "page.maintenanceNone": {
    en: "Not announced. While it is, outages count as planned.",
    fr: "Non annoncée. Pendant ce temps, les coupures comptent comme prévues.",
  },
  "page.maintenanceUntil": {
    en: "Announced until {moment}: {reason}",
    fr: "Annoncée jusqu'au {moment} : {reason}",
  },
  "page.minutes": { en: "Minutes", fr: "Minutes", same: true },
  "page.reason": { en: "Reason", fr: "Motif" },
  "page.begin": { en: "Announce …", fr: "Annoncer …" },
  "page.end": { en: "End it …", fr: "Y mettre fin …" },
  "page.beginSure": {
    en: "Announce maintenance of {minutes} minutes? The core is told, and outages count as planned.",
    fr: "Annoncer une maintenance de {minutes} minutes ? Le cœur de réseau en est averti, et les coupures comptent comme prévues.",
  },
  "page.endSure": { en: "End the maintenance now?", fr: "Mettre fin à la maintenance maintenant ?" },
  "page.beginDo": { en: "Announce", fr: "Annoncer" },
  "page.endDo": { en: "End it", fr: "Y mettre fin" },

  // --------------------------------------------------------------------------------------------- frames
  "page.frames": { en: "Frames", fr: "Trames" },
  "page.framesLive": { en: "Live frames, the latest first", fr: "Trames en direct, la dernière d'abord" },
  "page.framesWait": {
    en: "Nothing heard since this page was opened.",
    fr: "Rien entendu depuis l'ouverture de cette page.",
  },
  "page.framesSeen": {
    en: "{count} since this page was opened.",
    fr: "{count} depuis l'ouverture de cette page.",
  },
  "page.framesLeft": {
    en: "{left} too many to be shown.",
    fr: "{left} de trop pour être montrées.",
  },
  "page.pause": { en: "Pause", fr: "Pause", same: true },
  "page.goOn": { en: "Go on", fr: "Reprendre" },
  "page.filter": { en: "Show only (DevAddr, DevEUI)", fr: "Ne montrer que (DevAddr, DevEUI)" },
  "page.time": { en: "Time", fr: "Heure" },
  "page.device": { en: "Device", fr: "Capteur" },
  "page.kind": { en: "Type", fr: "Type", same: true },
  "page.frequency": { en: "MHz", fr: "MHz", same: true },
  "page.size": { en: "Octets", fr: "Octets", same: true },
  "page.state": { en: "State", fr: "État" },
  "page.kept": { en: "heard", fr: "entendue" },
  "page.held": { en: "kept", fr: "gardée" },
  "page.taken": { en: "taken by {core}", fr: "prise par {core}" },
  "page.notTaken": { en: "not taken by {core}: {why}", fr: "non prise par {core} : {why}" },
  "page.repeated": { en: "repeat", fr: "répétée" },
  "page.turnedAway": { en: "not kept: {why}", fr: "non gardée : {why}" },
  "page.givenUp": { en: "given up", fr: "abandonnée" },
  "page.downFrom": { en: "downlink of {core}", fr: "descendante de {core}" },
  "page.downSent": { en: "sent to the forwarder", fr: "confiée au forwarder" },
  "page.downAnswer": { en: "forwarder: {statuses}", fr: "forwarder : {statuses}" },

  // --------------------------------------------------------------------------------------------- signal
  "page.signal": { en: "Signal", fr: "Signal", same: true },
  "page.rssiPlot": { en: "RSSI (dBm) by spreading factor", fr: "RSSI (dBm) par facteur d'étalement" },
  "page.snrPlot": { en: "SNR (dB) by spreading factor", fr: "SNR (dB) par facteur d'étalement" },
  "page.sfPlot": { en: "Frames by spreading factor", fr: "Trames par facteur d'étalement" },
  "page.signalOf": {
    en: "The last {count} frames heard while this page was open.",
    fr: "Les {count} dernières trames entendues pendant que cette page était ouverte.",
  },
  "page.signalLive": { en: "While this page is open", fr: "Depuis l'ouverture de cette page" },
  "page.sinceStart": { en: "Since the agent started", fr: "Depuis le démarrage de l'agent" },
  "page.sinceStartOf": { en: "{count} frames in {age}.", fr: "{count} trames en {age}." },
  "page.rssiClasses": { en: "Frames by RSSI (dBm)", fr: "Trames par RSSI (dBm)" },
  "page.snrClasses": { en: "Frames by SNR (dB)", fr: "Trames par SNR (dB)" },
  "page.classFigures": { en: "Figures of the plots", fr: "Chiffres des graphiques" },
  "page.classBelow": { en: "below {to}", fr: "moins de {to}" },
  "page.classFrom": { en: "{from} and more", fr: "{from} et plus" },
  "page.classBetween": { en: "{from} to {to}", fr: "de {from} à {to}" },
  "page.byChannel": { en: "By channel", fr: "Par canal" },
  "page.byRate": { en: "By data rate", fr: "Par débit" },
  "page.rate": { en: "Data rate", fr: "Débit" },
  "page.damaged": { en: "Damaged", fr: "Abîmées" },
  "page.spreadingFactor": { en: "Spreading factor", fr: "Facteur d'étalement" },
  "page.share": { en: "Share", fr: "Part" },
  "page.median": { en: "{figure}, median", fr: "{figure}, médiane" },
  "page.weakest": { en: "{figure}, weakest", fr: "{figure}, le plus faible" },

  // --------------------------------------------------------------------------------------------- history
  "page.history": { en: "24 hours", fr: "24 heures" },
  "page.historyNone": {
    en: "No sample yet: one is taken every five minutes.",
    fr: "Aucun relevé encore : il y en a un toutes les cinq minutes.",
  },
  "page.byHour": { en: "By the hour", fr: "Heure par heure" },
  "page.signalPlot": { en: "Backhaul signal (dBm)", fr: "Signal du lien réseau (dBm)" },
  "page.roundTripPlot": { en: "Round trip to the core (ms)", fr: "Aller-retour vers le cœur (ms)" },
  "page.crcPlot": { en: "Damaged frames (%)", fr: "Trames abîmées (%)" },
  "page.journalPlot": { en: "Frames in the journal", fr: "Trames dans le journal" },
  "page.heardPlot": { en: "Frames heard", fr: "Trames entendues" },

  // --------------------------------------------------------------------------------------------- doctor
  "page.doctor": { en: "Doctor", fr: "Diagnostic" },
  "page.doctorWhat": {
    en: "Looks at everything between the antenna and the core, in the order data flows. It opens connections to the cores, and changes nothing.",
    fr: "Examine tout ce qu'il y a entre l'antenne et le cœur de réseau, dans l'ordre où vont les données. Il ouvre des connexions vers les cœurs et ne change rien.",
  },
  "page.doctorStart": { en: "Examine …", fr: "Examiner …" },
  "page.doctorSure": {
    en: "Start the examination? It takes up to a minute.",
    fr: "Lancer l'examen ? Il dure jusqu'à une minute.",
  },
  "page.doctorDo": { en: "Start", fr: "Lancer" },
  "page.doctorRuns": { en: "Examining …", fr: "Examen en cours …" },
  "page.doctorNever": {
    en: "Not examined since the agent started.",
    fr: "Aucun examen depuis le démarrage de l'agent.",
  },
  "page.doctorWell": { en: "Nothing is broken.", fr: "Rien n'est en panne." },
  "page.doctorBroken": { en: "The first that is broken: {id}", fr: "Le premier élément en panne : {id}" },
  "page.doctorAt": { en: "Examined {moment}, in {age}", fr: "Examen du {moment}, en {age}" },
  "page.next": { en: "What to do:", fr: "Que faire :" },
  "page.ok": { en: "good", fr: "bon" },
  "page.warn": { en: "look", fr: "à voir" },
  "page.fail": { en: "broken", fr: "en panne" },
  "page.cannotKnow": { en: "cannot be known", fr: "indéterminé" },
  "page.skipped": { en: "skipped", fr: "non examiné" },

  // --------------------------------------------------------------------------------------------- devices
  "page.devices": { en: "Devices", fr: "Capteurs" },
  "page.devicesNone": { en: "No device has been heard yet.", fr: "Aucun capteur entendu pour l'instant." },
  "page.devicesCount": {
    en: "{count} devices, the latest heard first",
    fr: "{count} capteurs, le dernier entendu d'abord",
  },
  "page.devicesMore": { en: "Only the first {max} are shown.", fr: "Seuls les {max} premiers sont montrés." },
  "page.filterDevices": { en: "Show only (DevAddr)", fr: "Ne montrer que (DevAddr)" },
  "page.silent": { en: "silent", fr: "silencieux" },
  "page.lastHeard": { en: "Last heard", fr: "Entendu" },
  "page.heard": { en: "Heard", fr: "Reçues" },
  "page.lost": { en: "Lost", fr: "Perdues" },
  "page.interval": { en: "Every", fr: "Toutes les" },
  "page.margin": { en: "Margin dB", fr: "Marge dB" },

  // --------------------------------------------------------------------------------------------- position
  "page.position": { en: "Position", fr: "Position", same: true },
  "page.noGnss": {
    en: "No receiver is set up ([gnss] port).",
    fr: "Aucun récepteur n'est configuré ([gnss] port).",
  },
  "page.latitude": { en: "Latitude", fr: "Latitude", same: true },
  "page.longitude": { en: "Longitude", fr: "Longitude", same: true },
  "page.altitude": { en: "Altitude", fr: "Altitude", same: true },
  "page.satellites": { en: "Satellites in use", fr: "Satellites utilisés" },
  "page.inView": { en: "Satellites in view", fr: "Satellites en vue" },
  "page.fixAge": { en: "Fix", fr: "Position acquise" },
  "page.spread": {
    en: "Fixes since this page was opened: {count}, within {metres} m. North is up.",
    fr: "Positions depuis l'ouverture de cette page : {count}, dans un rayon de {metres} m. Le nord est en haut.",
  },

  // --------------------------------------------------------------------------------------------- export
  "page.export": { en: "Export", fr: "Export", same: true },
  "page.exportWhat": {
    en: "Saves what this page has shown, on this phone or computer.",
    fr: "Enregistre ce que cette page a montré, sur ce téléphone ou cet ordinateur.",
  },
  "page.exportNothing": { en: "nothing yet", fr: "rien encore" },
  "page.exportAs": { en: "{what} as {form}", fr: "{what} en {form}" },
  "page.rows": { en: "{count} rows", fr: "{count} lignes" },
} as const satisfies Record<string, Entry>;

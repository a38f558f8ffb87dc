/**
 * What each alarm of the gateway means, and what to do about it (agent/health/alarms/). The links' own alarms stand in
 * status.ts.
 */
import type { Entry } from "./entry.ts";

export const ALARM_TEXTS = {
  "alarm.forwarderSilent": {
    en: "the packet forwarder says nothing: this gateway hears no meter",
    fr: "le packet forwarder ne dit plus rien : cette passerelle n'entend aucun compteur",
  },
  "alarmTodo.forwarderSilent": {
    en: "Is it running, and does it point at the agent (edge-agent doctor)? Restart it; if it dies again, its own log says why.",
    fr: "Tourne-t-il, et pointe-t-il vers l'agent (edge-agent doctor) ? Le redémarrer ; s'il retombe, son propre journal dit pourquoi.",
  },
  "alarm.fewerFrames": {
    en: "far fewer frames than this gateway hears at this hour on other days",
    fr: "bien moins de trames que cette passerelle n'en entend à cette heure les autres jours",
  },
  "alarmTodo.fewerFrames": {
    en: "Look at the antenna, its cable and its lightning arrester, and at what was built around it. If neighbours hear fewer too, look at the meters.",
    fr: "Voir l'antenne, son câble, son parafoudre, et ce qu'on a construit autour. Si les voisines entendent moins aussi, voir les compteurs.",
  },
  "alarm.crcStorm": {
    en: "most receptions are damaged: something nearby disturbs the radio",
    fr: "la plupart des réceptions sont abîmées : quelque chose perturbe la radio à proximité",
  },
  "alarmTodo.crcStorm": {
    en: "When does it begin and end each day? Look for a new transmitter, power supply or LED lamp near the antenna; compare the channels (edge-agent watch).",
    fr: "À quelle heure cela commence-t-il et cesse-t-il ? Chercher un émetteur, une alimentation ou un éclairage LED récents près de l'antenne ; comparer les canaux (edge-agent watch).",
  },
  "alarm.clockWrong": {
    en: "the clock is wrong, or nobody vouches for it: kept frames may go without their time of reception",
    fr: "l'horloge est fausse, ou personne ne la confirme : les trames gardées peuvent partir sans leur heure de réception",
  },
  "alarmTodo.clockWrong": {
    en: "Is a time server reached, and does the box ask it? With GNSS: does the receiver have a fix? After a long outage of the backhaul it mends itself.",
    fr: "Un serveur de temps est-il joignable, et le boîtier l'interroge-t-il ? Avec GNSS : le récepteur a-t-il une position ? Après une longue coupure du réseau, cela se répare seul.",
  },
  "alarm.gnssLost": {
    en: "the GNSS receiver has lost its position, or says nothing",
    fr: "le récepteur GNSS a perdu sa position, ou ne dit plus rien",
  },
  "alarmTodo.gnssLost": {
    en: "Look at the GNSS antenna and its view of the sky. Class B and fine timestamps do not work meanwhile; readings are not lost.",
    fr: "Voir l'antenne GNSS et sa vue du ciel. La classe B et l'horodatage fin ne marchent pas en attendant ; aucun relevé n'est perdu.",
  },
  "alarm.coreUnreachable": {
    en: "the network core is not reached: frames are kept here until it is",
    fr: "le cœur de réseau est injoignable : les trames sont gardées ici jusqu'à son retour",
  },
  "alarmTodo.coreUnreachable": {
    en: "Look at the backhaul first (modem, SIM, cable, edge-agent status), then at the broker. Frames older than max_age are given up.",
    fr: "Voir d'abord le réseau (modem, SIM, câble, edge-agent status), puis le broker. Les trames plus vieilles que max_age sont abandonnées.",
  },
  "alarm.coreRefusing": {
    en: "the core answers, and refuses what we say or who we are",
    fr: "le cœur répond, mais refuse ce que nous disons ou qui nous sommes",
  },
  "alarmTodo.coreRefusing": {
    en: "Compare name, password, certificate and access list with those of a gateway that works; is this gateway registered in the core?",
    fr: "Comparer nom, mot de passe, certificat et liste d'accès avec ceux d'une passerelle qui marche ; cette passerelle est-elle déclarée dans le cœur ?",
  },
  "alarm.coreNoSubscriber": {
    en: "the broker is there, but the network core does not listen: frames are kept here",
    fr: "le broker est là, mais le cœur de réseau n'écoute pas : les trames sont gardées ici",
  },
  "alarmTodo.coreNoSubscriber": {
    en: "Start the network core, and look at its subscription and topic prefix. Nothing has to be done at the gateway.",
    fr: "Démarrer le cœur de réseau, vérifier son abonnement et son préfixe de topic. Rien à faire sur la passerelle.",
  },
  "alarm.clientTakenOver": {
    en: "somebody else connects with our client id: each throws the other out",
    fr: "quelqu'un d'autre se connecte avec notre identifiant client : chacun éjecte l'autre",
  },
  "alarmTodo.clientTakenOver": {
    en: "Find the second one: a copied settings file, a swapped gateway still running, a bridge from before. Stop it, or give it another client_id.",
    fr: "Trouver l'autre : réglages copiés, ancienne passerelle encore allumée, pont d'avant. L'arrêter, ou lui donner un autre client_id.",
  },
  "alarm.credentialsExpiring": {
    en: "a certificate ends soon: after that the core is not reached any more",
    fr: "un certificat expire bientôt : ensuite, le cœur ne sera plus joignable",
  },
  "alarmTodo.credentialsExpiring": {
    en: "Renew it and put the new file in its place; the agent notices by itself and connects anew. The date is in the evidence.",
    fr: "Le renouveler et remplacer le fichier ; l'agent s'en aperçoit seul et se reconnecte. La date est dans les indices.",
  },
  "alarm.journalFilling": {
    en: "the journal fills: before long it will have to drop frames",
    fr: "le journal se remplit : il devra bientôt abandonner des trames",
  },
  "alarmTodo.journalFilling": {
    en: "Bring the core back. If that takes long, raise journal.max_size or fetch the frames (edge-agent journal export).",
    fr: "Rétablir le cœur. Si cela dure, augmenter journal.max_size ou récupérer les trames (edge-agent journal export).",
  },
  "alarm.journalThinning": {
    en: "frames were dropped before the core had them: too old, or no room left",
    fr: "des trames ont été abandonnées avant que le cœur les ait : trop vieilles, ou plus de place",
  },
  "alarmTodo.journalThinning": {
    en: "Bring the core back. The evidence says by which rule how many went; indexes are cumulative, so a meter's next reading tells its consumption.",
    fr: "Rétablir le cœur. Les indices disent par quelle règle et combien ; les index étant cumulés, le relevé suivant d'un compteur donne sa consommation.",
  },
  "alarm.journalFailing": {
    en: "the journal cannot be written: frames that the core does not take at once may be lost with the power",
    fr: "le journal ne s'écrit plus : les trames que le cœur ne prend pas aussitôt peuvent se perdre avec le courant",
  },
  "alarmTodo.journalFailing": {
    en: "Is the disk full, read-only or worn out (edge-agent doctor)? The forwarder keeps what is not acknowledged, if it has a store.",
    fr: "Le disque est-il plein, en lecture seule ou usé (edge-agent doctor) ? Le forwarder garde ce qui n'est pas acquitté, s'il a une mémoire.",
  },
  "alarm.ackLate": {
    en: "frames are acknowledged to the forwarder later than they should be: the disk is slow, or the processor busy",
    fr: "les trames sont acquittées au forwarder plus tard que prévu : disque lent, ou processeur occupé",
  },
  "alarmTodo.ackLate": {
    en: "What else uses disk and processor (edge-agent status)? A flash that gets slow is near its end. Beyond 3 s Kerlink's forwarder repeats.",
    fr: "Qui d'autre use disque et processeur (edge-agent status) ? Une mémoire flash qui ralentit est près de sa fin. Au-delà de 3 s, le forwarder de Kerlink répète.",
  },
  "alarm.temperature": {
    en: "the gateway is too hot",
    fr: "la passerelle est trop chaude",
  },
  "alarmTodo.temperature": {
    en: "Sun, a dead fan, a closed vent, a processor at full load? Beyond its range the radio goes off frequency and the flash ages.",
    fr: "Soleil, ventilateur mort, aération bouchée, processeur à pleine charge ? Hors de sa plage, la radio dérive et la flash vieillit.",
  },
  "alarm.onBattery": {
    en: "the supply is gone: the gateway runs on its battery, for a minute or so",
    fr: "l'alimentation est coupée : la passerelle est sur sa batterie, pour une minute environ",
  },
  "alarmTodo.onBattery": {
    en: "Look at the breaker, the PoE injector and the site's supply. What was received is on disk.",
    fr: "Voir le disjoncteur, l'injecteur PoE et l'alimentation du site. Ce qui a été reçu est sur le disque.",
  },
  "alarm.reboot": {
    en: "the box has booted again",
    fr: "le boîtier a redémarré",
  },
  "alarmTodo.reboot": {
    en: "Nothing, if somebody did it; the outage beside it says whether the power was cut. If it comes often: supply, watchdog, firmware.",
    fr: "Rien, si quelqu'un l'a voulu ; la coupure notée à côté dit si le courant a manqué. Si cela se répète : alimentation, watchdog, micrologiciel.",
  },
  "alarm.dutyCycleNear": {
    en: "the gateway has nearly used up what the law lets it transmit in this sub-band",
    fr: "la passerelle a presque épuisé ce que la loi lui permet d'émettre dans cette sous-bande",
  },
  "alarmTodo.dutyCycleNear": {
    en: "Which core sends so much: confirmed uplinks, ADR that does not settle, multicast? Beyond the limit downlinks are refused where downlink.enforce_duty_cycle is on.",
    fr: "Quel cœur émet tant : montées confirmées, ADR qui ne se stabilise pas, multicast ? Au-delà, les downlinks sont refusés si downlink.enforce_duty_cycle est actif.",
  },
  "alarm.deviceSilent": {
    en: "devices that used to talk have been silent for a day and three of their intervals",
    fr: "des capteurs qui parlaient sont muets depuis un jour et trois de leurs intervalles",
  },
  "alarmTodo.deviceSilent": {
    en: "edge-agent devices lists them. A neighbour may hear them now; else battery, a closed manhole, or a meter that was replaced.",
    fr: "edge-agent devices en donne la liste. Une voisine les entend peut-être ; sinon pile, regard fermé ou compteur remplacé.",
  },
} as const satisfies Record<string, Entry>;

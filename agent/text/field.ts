/** What `edge-agent status` says of the gateway itself: GNSS, modem, the box. */
import type { Entry } from "./entry.ts";

export const FIELD_TEXTS = {
  "field.gnss": { en: "GNSS", fr: "GNSS", same: true },
  "field.gnssStarting": { en: "not yet listened to ({port})", fr: "pas encore écouté ({port})" },
  "field.gnssNoPort": {
    en: "{port} cannot be opened for {age}: {reason}",
    fr: "{port} ne s'ouvre pas depuis {age} : {reason}",
  },
  "field.gnssSilent": {
    en: "nothing comes from {port} for {age} (is the receiver powered?)",
    fr: "rien ne vient de {port} depuis {age} (le récepteur est-il alimenté ?)",
  },
  "field.gnssGarbage": {
    en: "what comes from {port} is no NMEA (is gnss.baud right?), for {age}",
    fr: "ce qui vient de {port} n'est pas du NMEA (gnss.baud est-il juste ?), depuis {age}",
  },
  "field.gnssSearching": {
    en: "searching for {age}, satellites in use {used}, in view {inView} (a first fix may take 15 minutes)",
    fr: "recherche depuis {age}, satellites utilisés {used}, en vue {inView} (la première position peut demander 15 minutes)",
  },
  "field.gnssFix": {
    en: "fix for {age}, satellites in use {used}, in view {inView}, HDOP {hdop}",
    fr: "position acquise depuis {age}, satellites utilisés {used}, en vue {inView}, HDOP {hdop}",
  },
  "field.gnssLost": {
    en: "fix lost for {age}, satellites in use {used}, in view {inView}",
    fr: "position perdue depuis {age}, satellites utilisés {used}, en vue {inView}",
  },
  "field.gnssPosition": {
    en: "{latitude}, {longitude}, {altitude} m, {age} ago",
    fr: "{latitude}, {longitude}, {altitude} m, il y a {age}",
  },
  "field.gnssClock": {
    en: "this gateway's clock differs from it by {seconds} s",
    fr: "l'horloge de cette passerelle s'en écarte de {seconds} s",
  },
  "field.modem": { en: "Modem", fr: "Modem", same: true },
  "field.modemStarting": { en: "not yet asked ({by})", fr: "pas encore interrogé ({by})" },
  "field.modemNoPort": {
    en: "{by} cannot be used for {age}: {reason}",
    fr: "{by} est inutilisable depuis {age} : {reason}",
  },
  "field.modemNoManager": { en: "{by} does not answer for {age}", fr: "{by} ne répond pas depuis {age}" },
  "field.modemNoModem": {
    en: "{by} has no modem that is switched on, for {age}",
    fr: "{by} n'a aucun modem en marche, depuis {age}",
  },
  "field.modemSilent": {
    en: "no answer to AT on {by} for {age}",
    fr: "pas de réponse à AT sur {by} depuis {age}",
  },
  "field.modemGarbage": {
    en: "what comes from {by} is no AT (is modem.baud right?), for {age}",
    fr: "ce qui vient de {by} n'est pas de l'AT (modem.baud est-il juste ?), depuis {age}",
  },
  "field.modemNetwork": {
    en: "{registration}, {operator}, {technology}, asked {age} ago",
    fr: "{registration}, {operator}, {technology}, interrogé il y a {age}",
  },
  "field.modemSignal": { en: "signal {grade}: {figures}", fr: "signal {grade} : {figures}" },
  "field.modemNoSignal": { en: "signal unknown", fr: "signal inconnu" },
  "registration.home": { en: "registered", fr: "enregistré" },
  "registration.roaming": { en: "registered, roaming", fr: "enregistré, en itinérance" },
  "registration.searching": { en: "searching for a network", fr: "recherche d'un réseau" },
  "registration.denied": {
    en: "refused by the network (SIM, subscription?)",
    fr: "refusé par le réseau (SIM, abonnement ?)",
  },
  "registration.none": { en: "not registered", fr: "non enregistré" },
  "registration.unknown": { en: "registration unknown", fr: "enregistrement inconnu" },
  "grade.excellent": { en: "excellent", fr: "excellent", same: true },
  "grade.good": { en: "good", fr: "bon" },
  "grade.fair": { en: "fair", fr: "passable" },
  "grade.poor": { en: "poor", fr: "mauvais" },
  "field.system": { en: "This box", fr: "Ce boîtier" },
  "field.firmware": { en: "firmware {firmware}", fr: "firmware {firmware}", same: true },
  "field.load": { en: "processor {percent} %, load {load}", fr: "processeur {percent} %, charge {load}" },
  "field.memory": { en: "memory: {free} free of {total}", fr: "mémoire : {free} libres sur {total}" },
  "field.disk": {
    en: "disk of the journal: {free} free of {total}",
    fr: "disque du journal : {free} libres sur {total}",
  },
  "field.temperatures": { en: "temperature: {values}", fr: "température : {values}" },
  "field.voltages": { en: "voltages: {values}", fr: "tensions : {values}" },
  "field.interface": {
    en: "{name}: {rx} received, {tx} sent, errors {errors}",
    fr: "{name} : {rx} reçus, {tx} envoyés, erreurs {errors}",
  },
  "field.interfaceBackhaul": {
    en: "{name} (backhaul): {rx} received, {tx} sent, errors {errors}",
    fr: "{name} (lien montant) : {rx} reçus, {tx} envoyés, erreurs {errors}",
  },
} as const satisfies Record<string, Entry>;

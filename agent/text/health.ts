/** What `edge-agent status` says of the gateway's health. What alarms mean: alarms.ts. */
import type { Entry } from "./entry.ts";

export const HEALTH_TEXTS = {
  "health.alarms": { en: "Alarms", fr: "Alarmes" },
  "health.noAlarm": { en: "none stands", fr: "aucune en cours" },
  "health.critical": { en: "CRITICAL", fr: "CRITIQUE" },
  "health.warning": { en: "warning", fr: "attention" },
  "health.info": { en: "for your information", fr: "pour information" },
  "health.alarm": {
    en: "{severity}, for {age}: {what} ({code}{subject})",
    fr: "{severity}, depuis {age} : {what} ({code}{subject})",
  },
  "health.maintenance": {
    en: "Planned maintenance until {until}: {reason} (by {by})",
    fr: "Maintenance prévue jusqu'au {until} : {reason} (par {by})",
  },
  "health.maintenanceBare": {
    en: "Planned maintenance until {until} (by {by})",
    fr: "Maintenance prévue jusqu'au {until} (par {by})",
  },
  "health.availability": { en: "Availability (UTC)", fr: "Disponibilité (UTC)" },
  "health.subject": { en: "of", fr: "de" },
  "health.day": { en: "today", fr: "ce jour" },
  "health.month": { en: "this month", fr: "ce mois" },
  "health.year": { en: "this year", fr: "cette année" },
  "health.down": { en: "down this month", fr: "arrêt ce mois" },
  "health.now": { en: "now", fr: "maintenant" },
  "health.gateway": { en: "gateway", fr: "passerelle" },
  "health.forwarder": { en: "packet forwarder", fr: "forwarder" },
  "health.core": { en: "core {id}", fr: "cœur {id}" },
  "health.up": { en: "up", fr: "en marche" },
  "health.isDown": { en: "down", fr: "en panne" },
  "health.unknown": { en: "unknown", fr: "inconnu" },
  "health.undated": {
    en: "The clock is not trusted yet: days and months may be put right later.",
    fr: "L'horloge n'est pas encore sûre : jours et mois pourront être corrigés plus tard.",
  },
  "health.outages": { en: "Last outages", fr: "Dernières coupures" },
  "health.outage": { en: "{from}, {length}: {kind}", fr: "{from}, {length} : {kind}" },
  "health.outageLasts": { en: "{from}, it lasts: {kind}", fr: "{from}, en cours : {kind}" },
  "outage.gatewayOff": { en: "the gateway was shut down", fr: "passerelle arrêtée" },
  "outage.powerCut": { en: "the power was cut", fr: "coupure de courant" },
  "outage.restart": { en: "the agent was restarted", fr: "agent redémarré" },
  "outage.crash": { en: "the agent crashed", fr: "plantage de l'agent" },
  "outage.backhaulDown": { en: "no link to core {core}", fr: "plus de lien vers le cœur {core}" },
  "outage.forwarderSilent": { en: "the forwarder was silent", fr: "forwarder muet" },
  "outage.planned": { en: "{kind} (planned)", fr: "{kind} (prévue)" },
  "health.radio": { en: "On the air", fr: "Sur les ondes" },
  "health.received": {
    en: "{gateway}: {ok} frames, {bad} with a bad CRC ({share} %), {none} without",
    fr: "{gateway} : {ok} trames, {bad} au CRC faux ({share} %), {none} sans CRC",
  },
  "health.sent": {
    en: "{gateway}: {received} downlinks asked for, {emitted} taken by the forwarder",
    fr: "{gateway} : {received} downlinks demandés, {emitted} pris par le forwarder",
  },
  "health.ack": {
    en: "PUSH_ACK after {smoothed} ms, {longest} ms at most",
    fr: "PUSH_ACK après {smoothed} ms, {longest} ms au plus",
  },
  "health.subBand": {
    en: "duty cycle of {band}: {used} % of what is allowed in an hour",
    fr: "duty cycle de {band} : {used} % de ce qui est permis en une heure",
  },
  "health.devices": { en: "Devices", fr: "Appareils" },
  "health.devicesSeen": {
    en: "{day} heard in 24 h, {fortnight} in 14 days; {fresh} new; {silent} fell silent, {missing} without a new join",
    fr: "{day} entendus en 24 h, {fortnight} en 14 jours ; {fresh} nouveaux ; {silent} devenus muets, {missing} sans nouveau join",
  },
  "health.devicesLost": {
    en: "{lost} of {expected} frame counters never heard here ({share} %)",
    fr: "{lost} compteurs de trames sur {expected} jamais entendus ici ({share} %)",
  },
  "health.backhaul": { en: "Over the backhaul", fr: "Sur le réseau" },
  "health.traffic": {
    en: "{month}: {sent} sent, {received} received",
    fr: "{month} : {sent} envoyés, {received} reçus",
  },
  "health.projected": {
    en: "{octets} both ways by the end of the month at this rate",
    fr: "{octets} au total en fin de mois à ce rythme",
  },
  "health.care": { en: "Self-care", fr: "Autonomie" },
  "health.restarts": {
    en: "the forwarder was restarted {times} times in 24 h ({most} allowed)",
    fr: "forwarder redémarré {times} fois en 24 h ({most} permises)",
  },
  "health.onBattery": {
    en: "the supply is lost: running on the battery for {age}",
    fr: "alimentation perdue : sur batterie depuis {age}",
  },
} as const satisfies Record<string, Entry>;

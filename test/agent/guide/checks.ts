/**
 * The guide's list of the doctor's checks: which there are, in which order and group, is the doctor's own table; what
 * each asks, and what to do when the answer is no, stands here in the guide's words.
 */
import { RULES } from "../../../agent/technician/doctor/table.ts";
import { isTextKey, type Language, makeText } from "../../../agent/text/text.ts";

/** The question, and what to do when the answer is no. */
type Words = readonly [asks: string, otherwise: string];

const CHECKS: Readonly<Record<string, Readonly<Record<Language, Words>>>> = {
  settings: {
    en: ["Are the agent's settings there, and good?", "`edge-agent config check` says line and key."],
    fr: [
      "Les réglages de l'agent sont-ils là, et bons ?",
      "`edge-agent config check` dit la ligne et la clé.",
    ],
  },
  profile: {
    en: ["Is this gateway's model known?", "Set `gateway.profile`; `edge-agent profiles list` has them."],
    fr: [
      "Le modèle de la passerelle est-il connu ?",
      "Réglez `gateway.profile` ; `edge-agent profiles list` les donne.",
    ],
  },
  firmware: {
    en: [
      "Is the box's system the one that the profile is for?",
      "Set `gateway.profile` to the one that is named. Which version is good is your site's policy.",
    ],
    fr: [
      "Le système du boîtier est-il celui du profil ?",
      "Mettez `gateway.profile` à celui qui est nommé. Quelle version est bonne, votre site en décide.",
    ],
  },
  "channel-plan": {
    en: [
      "Are the radio's channels those of the region?",
      "Put the region's plan into the radio's file, restart it.",
    ],
    fr: [
      "Les canaux de la radio sont-ils ceux de la région ?",
      "Mettez le plan de la région dans le fichier de la radio, relancez-la.",
    ],
  },
  "antenna-gain": {
    en: [
      "Does the radio know the antenna that is mounted?",
      "Look at the mast. Correct the radio's file, or `antenna.gain`.",
    ],
    fr: [
      "La radio connaît-elle l'antenne montée ?",
      "Regardez le mât. Corrigez le fichier de la radio, ou `antenna.gain`.",
    ],
  },
  "cable-loss": {
    en: ["And its cable?", "The same, with `antenna.cable_loss`."],
    fr: ["Et son câble ?", "De même, avec `antenna.cable_loss`."],
  },
  "forwarder-settings": {
    en: ["Has the packet forwarder settings that can be read?", "Correct them: it cannot read them either."],
    fr: [
      "Le packet forwarder a-t-il des réglages lisibles ?",
      "Corrigez-les : lui non plus ne peut pas les lire.",
    ],
  },
  "forwarder-enabled": {
    en: ["Is it switched on?", "On KerOS: `DISABLE_LORAFWD`."],
    fr: ["Est-il activé ?", "Sous KerOS : `DISABLE_LORAFWD`."],
  },
  "forwarder-server": {
    en: ["Does it send to the agent? (172.17.0.1 is what the factory left.)", "`sudo edge-agent setup`."],
    fr: ["Envoie-t-il à l'agent ? (172.17.0.1 est resté de l'usine.)", "`sudo edge-agent setup`."],
  },
  "forwarder-ports": {
    en: ["On the right ports, both of them?", "`sudo edge-agent setup`."],
    fr: ["Sur les bons ports, montant et descendant ?", "`sudo edge-agent setup`."],
  },
  "forwarder-eui": {
    en: ["Is its EUI that of the label?", "Read the label. Correct the forwarder, or `gateway.eui`."],
    fr: [
      "Son EUI est-il celui de l'étiquette ?",
      "Lisez l'étiquette. Corrigez le forwarder, ou `gateway.eui`.",
    ],
  },
  "forwarder-statistics": {
    en: ["Does it tell its figures often enough?", "Every 30 s, in its file."],
    fr: ["Donne-t-il ses chiffres assez souvent ?", "Toutes les 30 s, dans son fichier."],
  },
  "forwarder-process": {
    en: ["Does it run?", "Start it; read its log."],
    fr: ["Tourne-t-il ?", "Lancez-le ; lisez son journal."],
  },
  "gwmp-port": {
    en: [
      "Is the agent's UDP port free for it?",
      "Stop the program that is named, or change `forwarder.listen`.",
    ],
    fr: [
      "Le port UDP de l'agent est-il libre pour lui ?",
      "Arrêtez le programme nommé, ou changez `forwarder.listen`.",
    ],
  },
  "agent-running": {
    en: ["Does the agent run?", "`systemctl start edge-agent`; on KerOS `monit start edge-agent`."],
    fr: ["L'agent tourne-t-il ?", "`systemctl start edge-agent` ; sous KerOS `monit start edge-agent`."],
  },
  "forwarder-firewall": {
    en: ["Does the firewall let the forwarder in?", "Let UDP to the agent's port in."],
    fr: ["Le pare-feu laisse-t-il entrer le forwarder ?", "Laissez entrer l'UDP vers le port de l'agent."],
  },
  "pull-data": {
    en: ["Does the forwarder say PULL_DATA to the agent?", "Restart the forwarder; wait two minutes."],
    fr: ["Le forwarder dit-il PULL_DATA à l'agent ?", "Relancez le forwarder ; attendez deux minutes."],
  },
  "push-ack": {
    en: [
      "Do the agent's acknowledgements reach the forwarder, and in time?",
      "In time and not received: a rule of the firewall on the way back. Late: the disk is slow.",
    ],
    fr: [
      "Les acquittements de l'agent arrivent-ils au forwarder, et à temps ?",
      "À temps et pas reçus : une règle du pare-feu sur le retour. En retard : le disque est lent.",
    ],
  },
  frames: {
    en: [
      "Are frames heard, and kept?",
      "Antenna and cable first. Heard and not kept: `[filter]` in the settings.",
    ],
    fr: [
      "Des trames sont-elles entendues, et gardées ?",
      "D'abord antenne et câble. Entendues et non gardées : `[filter]` dans les réglages.",
    ],
  },
  crc: {
    en: ["Are they whole?", "A loose or wet connector, a wrong antenna, a transmitter nearby."],
    fr: [
      "Sont-elles entières ?",
      "Un connecteur lâche ou mouillé, une mauvaise antenne, un émetteur voisin.",
    ],
  },
  "channels-heard": {
    en: ["Are they on the channels of the plan?", "Restart the radio: it runs with older settings."],
    fr: ["Sont-elles sur les canaux du plan ?", "Relancez la radio : elle tourne avec d'anciens réglages."],
  },
  downlinks: {
    en: [
      "Does the forwarder send what the core commands?",
      "TOO_LATE: a slow backhaul. TX_FREQ, TX_POWER: the core's plan does not fit this radio.",
    ],
    fr: [
      "Le forwarder émet-il ce que le cœur demande ?",
      "TOO_LATE : liaison lente. TX_FREQ, TX_POWER : le plan du cœur ne va pas à cette radio.",
    ],
  },
  clock: {
    en: ["Is the time right, within ten seconds?", "Let NTP through (UDP 123), or set `clock.sntp_servers`."],
    fr: [
      "L'heure est-elle juste, à dix secondes près ?",
      "Laissez passer NTP (UDP 123), ou réglez `clock.sntp_servers`.",
    ],
  },
  gnss: {
    en: ["Does the GNSS receiver know where it is?", "Its antenna: free sky, good connector, no water."],
    fr: ["Le récepteur GNSS sait-il où il est ?", "Son antenne : ciel dégagé, bon connecteur, pas d'eau."],
  },
  interface: {
    en: ["Has an interface an address?", "Cable, switch, PoE; cellular: SIM and APN."],
    fr: ["Une interface a-t-elle une adresse ?", "Câble, switch, PoE ; cellulaire : SIM et APN."],
  },
  route: {
    en: ["Is there a way out?", "`ip route`: has DHCP given a gateway, is the modem connected?"],
    fr: [
      "Y a-t-il une route vers l'extérieur ?",
      "`ip route` : DHCP a-t-il donné une passerelle, le modem est-il connecté ?",
    ],
  },
  signal: {
    en: [
      "Is the modem registered, the signal good enough?",
      "SIM, APN, coverage; turn or move the cellular antenna.",
    ],
    fr: [
      "Modem inscrit, signal suffisant ?",
      "SIM, APN, couverture ; tournez ou déplacez l'antenne cellulaire.",
    ],
  },
  "server-name": {
    en: [
      "Does DNS know the broker's name?",
      "A typing error in `servers`? Does `/etc/resolv.conf` name a living server?",
    ],
    fr: [
      "Le DNS connaît-il le nom du broker ?",
      "Une faute de frappe dans `servers` ? `/etc/resolv.conf` nomme-t-il un serveur vivant ?",
    ],
  },
  "server-firewall": {
    en: ["Does this box's firewall let us out?", "Let TCP to the broker's port out, or use `wss` on 443."],
    fr: [
      "Le pare-feu du boîtier nous laisse-t-il sortir ?",
      "Laissez sortir le TCP vers le port du broker, ou `wss` sur 443.",
    ],
  },
  "server-connect": {
    en: [
      "Does the broker's port answer?",
      "Refused: the broker does not run, or the port is wrong. Silence: a firewall on the way.",
    ],
    fr: [
      "Le port du broker répond-il ?",
      "Refus : le broker ne tourne pas, ou mauvais port. Silence : un pare-feu en chemin.",
    ],
  },
  "certificate-files": {
    en: [
      "Are certificates, key and password file there, and good?",
      "Copy them anew, as the operator issued them.",
    ],
    fr: [
      "Certificats, clé et mot de passe sont-ils là, et bons ?",
      "Recopiez-les, tels que l'opérateur les a fournis.",
    ],
  },
  tls: {
    en: [
      "Is the broker's certificate trusted, for this name, not expired?",
      "The right `ca_file`; the right name in `servers`; or it wants renewing.",
    ],
    fr: [
      "Le certificat du broker est-il reconnu, à ce nom, non expiré ?",
      "Le bon `ca_file` ; le bon nom dans `servers` ; ou il est à renouveler.",
    ],
  },
  login: {
    en: [
      "Does the broker let us in?",
      "`username`, `password_file`, client certificate: compare with the broker's.",
    ],
    fr: [
      "Le broker nous laisse-t-il entrer ?",
      "`username`, `password_file`, certificat client : comparez avec le broker.",
    ],
  },
  "client-id": {
    en: ["Has nobody else our client id?", "Find the other one: an old forwarder, a copy of this gateway."],
    fr: [
      "Personne d'autre n'a notre identifiant client ?",
      "Trouvez l'autre : un ancien forwarder, une copie de cette passerelle.",
    ],
  },
  "core-link": {
    en: ["Is the agent connected?", "It tries again by itself. If all above is good, restart it."],
    fr: [
      "L'agent est-il connecté ?",
      "Il réessaie de lui-même. Si tout ce qui précède est bon, relancez-le.",
    ],
  },
  "publish-right": {
    en: ["Does the broker take our frames?", "Its access list must let us write `gateway/<EUI>/event/up`."],
    fr: [
      "Le broker prend-il nos trames ?",
      "Sa liste d'accès doit permettre d'écrire `gateway/<EUI>/event/up`.",
    ],
  },
  "own-topics-right": {
    en: ["And health and alarms?", "Let us write `edge/<EUI>/#`. Frames go all the same."],
    fr: ["Et la santé, les alarmes ?", "Permettez d'écrire `edge/<EUI>/#`. Les trames partent quand même."],
  },
  "subscribe-right": {
    en: [
      "May we hear the core's commands?",
      "Without it no downlink comes: let us read `gateway/<EUI>/command/+`.",
    ],
    fr: [
      "Pouvons-nous entendre les commandes du cœur ?",
      "Sinon aucun downlink : permettez de lire `gateway/<EUI>/command/+`.",
    ],
  },
  "topic-prefix": {
    en: ["Do agent and core say the same prefix?", "Set `topic_prefix` to the one that is named (`eu868`)."],
    fr: [
      "L'agent et le cœur ont-ils le même préfixe ?",
      "Mettez `topic_prefix` à celui qui est nommé (`eu868`).",
    ],
  },
  subscriber: {
    en: ["Does the core listen at all?", "Nothing is broken here: call who runs the core. Frames are kept."],
    fr: [
      "Le cœur écoute-t-il seulement ?",
      "Rien n'est en panne ici : appelez l'exploitant du cœur. Les trames sont gardées.",
    ],
  },
  "commands-seen": {
    en: ["Has the core ever commanded something?", "If never: is this gateway registered there?"],
    fr: ["Le cœur a-t-il déjà commandé quelque chose ?", "Si jamais : la passerelle y est-elle déclarée ?"],
  },
  "disk-writable": {
    en: ["Can the disk be written?", "A worn flash goes read-only: export the journal, replace the box."],
    fr: [
      "Le disque est-il inscriptible ?",
      "Une flash usée passe en lecture seule : exportez le journal, remplacez le boîtier.",
    ],
  },
  "disk-space": {
    en: ["Is there room?", "Find what fills it: `du -xsh /*`."],
    fr: ["Y a-t-il de la place ?", "Trouvez ce qui le remplit : `du -xsh /*`."],
  },
  inodes: {
    en: ["For new files, too?", "`df -i`: a folder with very many small files."],
    fr: ["Pour de nouveaux fichiers aussi ?", "`df -i` : un dossier aux très nombreux petits fichiers."],
  },
  journal: {
    en: ["Is the journal well, and not full?", "Bring the core back, or carry the frames home (see above)."],
    fr: [
      "Le journal va-t-il bien, sans être plein ?",
      "Rétablissez le cœur, ou emportez les trames (voir plus haut).",
    ],
  },
  memory: {
    en: ["Is memory free?", "`top` names who takes it."],
    fr: ["Reste-t-il de la mémoire ?", "`top` dit qui la prend."],
  },
  processor: {
    en: ["Has the processor time?", "`top`."],
    fr: ["Le processeur a-t-il du temps ?", "`top`."],
  },
  temperature: {
    en: ["Is the box cool enough?", "Shade and air."],
    fr: ["Le boîtier est-il assez frais ?", "De l'ombre et de l'air."],
  },
  power: {
    en: ["Is the supply there?", "PoE injector, cable, fuse: it runs on its battery, for minutes."],
    fr: [
      "L'alimentation est-elle là ?",
      "Injecteur PoE, câble, fusible : elle est sur batterie, pour quelques minutes.",
    ],
  },
};

/** @returns the list as Markdown, one check a line. @throws for a check that it has no words for, or words without one. */
export function checkList(language: Language): string {
  const t = makeText(language);
  const ids = RULES.map(({ id }) => id);
  const forgotten = Object.keys(CHECKS).filter((id) => !ids.includes(id));
  if (forgotten.length > 0) throw new Error(`the doctor has no such check any more: ${forgotten.join(", ")}`);
  const lines: string[] = [];
  for (const [at, { id, group }] of RULES.entries()) {
    const words = CHECKS[id]?.[language];
    if (words === undefined) throw new Error(`say in ${import.meta.filename} what the check ${id} asks`);
    if (RULES[at - 1]?.group !== group) lines.push("", `**${groupTitle(t, group)}**`, "");
    lines.push(`- \`${id}\`: ${words[0]}`, `  → ${words[1]}`);
  }
  return lines.join("\n").trim();
}

function groupTitle(t: ReturnType<typeof makeText>, group: string): string {
  const key = `doctor.group${group[0]!.toUpperCase()}${group.slice(1)}`;
  if (!isTextKey(key)) throw new Error(`no text ${key}`);
  return t.say({ key, params: {} });
}

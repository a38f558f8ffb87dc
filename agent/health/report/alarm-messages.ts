/**
 * What is said of alarms: each event as it happens, and the set that stands. Pure; when it is sent: mailbox.ts.
 *
 * What an alarm means and what to do about it is text, and stays here (agent/text/alarms.ts): its id is enough on the road.
 */
import type { Alarm, AlarmEvent } from "../alarms/alarm.ts";
import { rounded, seconds, utcText } from "./compact.ts";
import { type AlarmInMessage, type AlarmMessage, type AlarmsMessage, VERSION } from "./message.ts";

/** Of the JSON of a set; beyond, the least grave alarms are only counted. */
export const ALARMS_OCTETS_MAX = 4_096;
const TEXT_CHARACTERS_MAX = 64;
const EVIDENCE_MAX = 12;

export interface Speaker {
  readonly gatewayEui: string;
  readonly wallMs: number;
  /** false: no moment is told. */
  readonly isTimeTrusted: boolean;
}

/** @param ageMs how long ago it happened. */
export function alarmMessage({ event, alarm }: AlarmEvent, ageMs: number, speaker: Speaker): Buffer {
  const { gatewayEui, wallMs, isTimeTrusted } = speaker;
  const message: AlarmMessage = {
    version: VERSION,
    gatewayId: gatewayEui,
    event,
    ...(isTimeTrusted ? { at: utcText(wallMs - ageMs) } : {}),
    ageS: seconds(ageMs),
    ...inMessage(alarm, isTimeTrusted),
  };
  return Buffer.from(JSON.stringify(message));
}

/** @param alarms the gravest first. */
export function alarmsMessage(alarms: readonly Alarm[], speaker: Speaker): Buffer {
  const { gatewayEui, wallMs, isTimeTrusted } = speaker;
  for (let told = alarms.length; ; told--) {
    const message: AlarmsMessage = {
      version: VERSION,
      gatewayId: gatewayEui,
      ...(isTimeTrusted ? { sentAt: utcText(wallMs) } : {}),
      alarms: alarms.slice(0, told).map((alarm) => inMessage(alarm, isTimeTrusted)),
      ...(told === alarms.length ? {} : { more: alarms.length - told }),
    };
    const payload = Buffer.from(JSON.stringify(message));
    if (payload.length <= ALARMS_OCTETS_MAX || told === 0) return payload;
  }
}

/** Changes when an alarm comes, goes or worsens, and not with its figures. */
export function fingerprintOf(alarms: readonly Alarm[]): string {
  return alarms.map(({ id, subject, severity }) => `${id}/${subject ?? ""}/${severity}`).join(" ");
}

function inMessage(
  { id, subject, severity, sinceWallMs, evidence }: Alarm,
  isTimeTrusted: boolean,
): AlarmInMessage {
  const figures = Object.entries(evidence)
    .slice(0, EVIDENCE_MAX)
    .map(([name, value]) => [
      name,
      typeof value === "number" ? rounded(value) : value.slice(0, TEXT_CHARACTERS_MAX),
    ]);
  return {
    id,
    ...(subject === undefined ? {} : { subject: subject.slice(0, TEXT_CHARACTERS_MAX) }),
    severity,
    ...(isTimeTrusted ? { since: utcText(sinceWallMs) } : {}),
    evidence: Object.fromEntries(figures),
  };
}

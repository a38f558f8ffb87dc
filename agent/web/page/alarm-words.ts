/** An alarm in words: what it means and what to do. One without words of its own is said by its name. */
import type { Alarm } from "../../health/alarms/alarm.ts";
import { isTextKey, type Translate } from "../../text/text.ts";

export function sayAlarm(alarm: Alarm, t: Translate): { readonly what: string; readonly next: string } {
  const say = (key: string): string | undefined =>
    isTextKey(key) ? t.say({ key, params: alarm.evidence }) : undefined;
  const what = say(`alarm.${alarm.id}`) ?? alarm.id;
  return {
    what: alarm.subject === undefined ? what : `${what} (${alarm.subject})`,
    next: say(`alarmTodo.${alarm.id}`) ?? "",
  };
}

/**
 * The devices that were heard, line by line, for `edge-agent devices`:
 *
 *   GET /devices   {"kind":"head","wallMs":…}  {"kind":"device",…DeviceView}…  {"kind":"join",…JoinView}…
 *                  {"kind":"end","devices":n,"joins":n}
 *
 * The one heard last comes first. What is counted: health/records/devices.ts.
 */
import type { Records } from "../health/records/records.ts";
import type { Clock, ControlAnswer, ControlRequest, Lines } from "../ports.ts";

const LINES_AT_ONCE = 128;

/** @returns undefined: something else was asked. */
export function answerDevices(
  request: ControlRequest,
  records: Pick<Records, "devices" | "joins">,
  clock: Pick<Clock, "wallMs">,
): ControlAnswer | undefined {
  if (request.method !== "GET" || request.path !== "/devices") return undefined;
  return { status: 200, body: undefined, lines: tell(records, clock) };
}

async function* tell(records: Pick<Records, "devices" | "joins">, clock: Pick<Clock, "wallMs">): Lines {
  yield [{ kind: "head", wallMs: clock.wallMs() }];
  const devices = records.devices();
  for (let at = 0; at < devices.length; at += LINES_AT_ONCE)
    yield devices.slice(at, at + LINES_AT_ONCE).map((device) => ({ kind: "device", ...device }));
  const joins = records.joins();
  yield joins.map((join) => ({ kind: "join", ...join }));
  yield [{ kind: "end", devices: devices.length, joins: joins.length }];
}

/**
 * Why a connection of mqtt.js ended, in the words of the Mqtt port. Pure; the connection is in mqtt.ts.
 */
import type { MqttClosed } from "../ports.ts";

const UNREACHABLE = new Set([
  ...["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN", "EADDRNOTAVAIL"],
  ...["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ETIMEDOUT"],
]);

/** Codes of OpenSSL and of X.509 verification as Node gives them. */
const TLS_CODE =
  /^(ERR_(TLS|SSL|OSSL)|EPROTO$|CERT|ERROR_IN_CERT|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|INVALID_|HOSTNAME)/;

/** Bad user name or password, not authorized; of MQTT 5 and of 3.1.1. */
const CREDENTIALS = new Set([134, 135, 140, 4, 5]);

const SESSION_TAKEN_OVER = 142;

/** @param connected whether CONNACK had come: before it, a reason code is the CONNACK's own. */
export function closedByError(error: unknown, connected: boolean): MqttClosed {
  const { message: detail, code } = error as Error & { code?: string | number };
  if (typeof code === "number") {
    if (connected) return { code: "protocol", detail, reasonCode: code };
    return { code: CREDENTIALS.has(code) ? "credentials" : "refused", detail, reasonCode: code };
  }
  if (code === undefined) {
    if (/timeout/i.test(detail)) return { code: "timeout", detail };
    return { code: connected ? "protocol" : "refused", detail };
  }
  if (UNREACHABLE.has(code)) return { code: "unreachable", detail };
  return { code: TLS_CODE.test(code) ? "tls" : "closed", detail };
}

/** @param reasonCode of the broker's DISCONNECT (MQTT 5). */
export function closedByDisconnect(reasonCode = 0): MqttClosed {
  if (reasonCode === SESSION_TAKEN_OVER) {
    return { code: "takenOver", detail: "another client took the client id over", reasonCode };
  }
  return { code: "closed", detail: `the broker said DISCONNECT, reason ${reasonCode}`, reasonCode };
}

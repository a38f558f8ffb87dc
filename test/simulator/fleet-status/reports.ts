/**
 * What gateways say to the operator, as the agent itself writes it: small and full reports of its own hand, alarms of the
 * published shape. Each is held against its published schema before it is used.
 */
import type { Account } from "../../../agent/health/availability/account.ts";
import { type ReportSource, writeFull, writeSmall } from "../../../agent/health/report/report.ts";
import { busyGateway } from "../../agent/health/report/busy-gateway.ts";
import { compileSchema, faultsOf, readSchema } from "../../json-schemas.ts";

const report = compileSchema(readSchema("agent/health/report/health.schema.json"));
const alarmSet = compileSchema(readSchema("agent/health/report/alarms.schema.json"));

export interface Gateway {
  readonly eui: string;
  readonly sentWallMs: number;
  /** Between small reports; absent: as usual. */
  readonly intervalMs?: number;
  /** Of the agent. */
  readonly uptimeMs?: number;
  /** Of the running month; null: in planned maintenance all the month. */
  readonly month?: number | null;
  readonly forwarderMonth?: number;
  readonly coreMonth?: number;
  /** "unheard": no packet forwarder has ever spoken. */
  readonly forwarder?: "alive" | "silent" | "unheard";
  readonly coreDown?: boolean;
  readonly maintenanceLeftMs?: number;
  /** The clock is not trusted. */
  readonly isUndated?: boolean;
}

export function smallReport(gateway: Gateway): Uint8Array {
  return sound(report, writeSmall(sourceOf(gateway), momentOf(gateway)));
}

export function fullReport(gateway: Gateway): Uint8Array {
  return sound(report, writeFull(sourceOf(gateway), { ...momentOf(gateway), devices: [] }));
}

export function alarms(eui: string, ...severities: ("info" | "warning" | "critical")[]): Uint8Array {
  const standing = severities.map((severity) => ({ id: "onBattery", severity, evidence: {} }));
  return sound(alarmSet, octets({ version: 1, gatewayId: eui, alarms: standing }));
}

export function octets(json: unknown): Buffer {
  return Buffer.from(JSON.stringify(json));
}

function sound(schema: Parameters<typeof faultsOf>[0], payload: Buffer): Buffer {
  const faults = faultsOf(schema, payload);
  if (faults.length > 0) throw new Error(`no agent says this: ${faults.join("; ")}`);
  return payload;
}

function momentOf({ eui, sentWallMs, intervalMs }: Gateway) {
  return { gatewayEui: eui, wallMs: sentWallMs, intervalMs, leftOf: () => 0 };
}

function sourceOf(gateway: Gateway): ReportSource {
  const { eui, sentWallMs, uptimeMs = 30 * 86_400_000, isUndated = false, maintenanceLeftMs } = gateway;
  const busy = busyGateway();
  const isUnheard = gateway.forwarder === "unheard";
  return {
    ...busy,
    uptimeMs,
    clock: { ...busy.clock, state: isUndated ? "unsynchronised" : "synchronised" },
    forwarders: isUnheard
      ? []
      : [{ ...busy.forwarders[0]!, gatewayEui: eui, alive: gateway.forwarder !== "silent" }],
    cores: [
      { ...busy.cores[0]!, gatewayEui: eui, state: gateway.coreDown === true ? "waiting" : "connected" },
    ],
    health: {
      ...busy.health,
      availability: {
        utcDay: "2026-11-16",
        isDated: !isUndated,
        subjects: [
          { kind: "gateway", state: "up", ...periods(gateway.month ?? undefined, gateway.month !== null) },
          {
            kind: "forwarder",
            state: "up",
            ...(isUnheard ? NEVER : periods(gateway.forwarderMonth, gateway.month !== null)),
          },
          {
            kind: "core",
            coreId: "main",
            state: "up",
            ...periods(gateway.coreMonth, gateway.month !== null),
          },
        ],
      },
      maintenance:
        maintenanceLeftMs === undefined
          ? undefined
          : { sinceWallMs: 0, untilWallMs: sentWallMs + maintenanceLeftMs, reason: "antenna", by: "main" },
    },
  };
}

/** Days and years otherwise than months: whoever takes one for the other is seen. */
function periods(month = 1, isCounted = true) {
  return {
    day: account(0.111),
    month: account(isCounted ? month : undefined),
    year: account(0.222),
  };
}

const account = (availability: number | undefined): Account => ({
  upMs: 1,
  downMs: 1,
  maintenanceMs: 0,
  unknownMs: 0,
  availability,
});
const NEVER = { day: account(undefined), month: account(undefined), year: account(undefined) };

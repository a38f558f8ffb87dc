/**
 * The kinds of core, each loaded only where the settings have one: ChirpStack's messages and MQTT cost memory that a
 * gateway with a core behind Semtech UDP alone need not spend.
 *
 * To add a kind: one file that gives a CoreConnection, one line here, one word in agent/config/table.ts.
 */
import type { CoreKind } from "../config/settings.ts";
import type { ChirpstackMqttParts } from "./chirpstack-mqtt.ts";
import type { CoreConnection } from "./core.ts";
import type { GwmpParts } from "./gwmp.ts";

export type ConnectCore = (parts: ChirpstackMqttParts & GwmpParts) => CoreConnection;

const LOADERS: Readonly<Record<CoreKind, () => Promise<ConnectCore>>> = {
  "chirpstack-mqtt": async () => (await import("./chirpstack-mqtt.ts")).createChirpstackMqtt,
  gwmp: async () => (await import("./gwmp.ts")).createGwmp,
};

/** @returns what makes the connection of any core of these kinds; it does not start it. */
export async function loadKinds(kinds: readonly CoreKind[]): Promise<ConnectCore> {
  const loaded = new Map<CoreKind, ConnectCore>();
  for (const kind of new Set(kinds)) loaded.set(kind, await LOADERS[kind]());
  return (parts) => loaded.get(parts.settings.kind)!(parts);
}

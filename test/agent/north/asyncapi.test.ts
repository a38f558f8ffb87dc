/**
 * Goal: the published document of the MQTT contract (agent/north/asyncapi.json) is sound, and is what the agent does.
 * Method: the document is held against AsyncAPI's own JSON Schema. A whole agent lives through ten hours in the world, and
 * everything that its broker was told is held against the document: topic, retain flag, payload. What the agent listens to
 * is held against it too, and no channel may be one that never carried anything.
 */
import { createRequire } from "node:module";
import { join, normalize } from "node:path";
import { Ajv } from "ajv";
import { beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../../agent/command/catalogue.ts";
import type { MqttMessage } from "../../../agent/ports.ts";
import { closed, compileSchema, faultsOf, readSchema } from "../../json-schemas.ts";
import { EUI } from "../agent-world.ts";
import { downlinkFrame } from "../chirpstack.ts";
import { openCommandWorld } from "../command/command-world.ts";
import { judge } from "./judge.ts";

const require = createRequire(import.meta.url);
const FOLDER = "agent/north";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Operation {
  readonly action: "send" | "receive";
  readonly channel: { readonly $ref: string };
  readonly bindings: { readonly mqtt: { readonly qos: number; readonly retain?: boolean } };
}

interface Message {
  readonly name: string;
  readonly contentType: string;
  readonly payload?: { readonly schema: object };
}

interface Document {
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

const DOCUMENT = readSchema(`${FOLDER}/asyncapi.json`) as Document;
const CHANNELS = Object.entries(DOCUMENT.channels);
const nameIn = ($ref: string): string => $ref.split("/").at(-1)!;
const operationsOf = (channel: string, action: Operation["action"]): Operation[] =>
  Object.values(DOCUMENT.operations).filter(
    (one) => nameIn(one.channel.$ref) === channel && one.action === action,
  );
const messageOf = (channel: Channel): Message =>
  DOCUMENT.components.messages[nameIn(Object.values(channel.messages)[0]!.$ref)]!;

/** The filter by which everything of a channel is heard, for this gateway. */
function filterOf({ address }: Channel): string {
  return address.replace("{prefix}", "eu868").replace("{gatewayEui}", EUI).replace("{name}", "+");
}

function patternOf(channel: Channel): RegExp {
  return new RegExp(`^${filterOf(channel).replaceAll("+", "[^/]+")}$`);
}

/** A schema with whatever it takes from other files in its place. */
function inlined(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map(inlined);
  if (typeof schema !== "object" || schema === null) return schema as never;
  if ("$ref" in schema && typeof schema.$ref === "string") return inlined(resolve(schema.$ref));
  return Object.fromEntries(Object.entries(schema).map(([name, one]) => [name, inlined(one)]));
}

/** What a $ref to a file leads to. */
function resolve($ref: string): object {
  const [path, fragment = ""] = $ref.split("#");
  let found: unknown = readSchema(normalize(join(FOLDER, path!)));
  for (const step of fragment.split("/").filter((one) => one !== ""))
    found = (found as Record<string, unknown>)[step];
  if (typeof found !== "object" || found === null) throw new Error(`${$ref} leads nowhere`);
  return found;
}

describe("the document", () => {
  test("is AsyncAPI 3.0.0 by AsyncAPI's own schema", () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(require("@asyncapi/specs/schemas/3.0.0-without-$id.json"));
    validate(DOCUMENT);
    expect(validate.errors ?? []).toEqual([]);
    validate({ ...DOCUMENT, channels: { up: { address: 5 } } });
    expect(validate.errors).not.toBeNull();
  });

  test("leads nowhere that is not there", () => {
    const refs = [...JSON.stringify(DOCUMENT).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    for (const ref of refs) {
      if (!ref.startsWith("#")) {
        expect(() => compileSchema(inlined(resolve(ref))), ref).not.toThrow();
        continue;
      }
      let found: unknown = DOCUMENT;
      for (const step of ref.slice(2).split("/")) found = (found as Record<string, unknown>)[step];
      expect(found, ref).toBeDefined();
    }
  });

  test("has every command that the agent knows, and its reply", () => {
    const refs = JSON.stringify(DOCUMENT.components.messages);
    for (const name of Object.keys(COMMANDS))
      for (const part of ["command", "reply"])
        expect(refs).toContain(`"../command/commands.schema.json#/$defs/${name}-${part}"`);
  });

  test("has an operation for every channel, at QoS 1, and no two channels share a topic", () => {
    for (const [name] of CHANNELS)
      expect(operationsOf(name, "send").length + operationsOf(name, "receive").length).toBeGreaterThan(0);
    for (const { bindings } of Object.values(DOCUMENT.operations)) expect(bindings.mqtt.qos).toBe(1);
    for (const [name, channel] of CHANNELS)
      expect(CHANNELS.filter(([, other]) => patternOf(other).test(filterOf(channel)))).toEqual([
        [name, channel],
      ]);
  });
});

describe("ten hours of a gateway", () => {
  /** What the agent said, and what it listened to. */
  let said: readonly (MqttMessage & { readonly channel: string | undefined })[] = [];
  const filters = new Set<string>();
  /** By whom a message was said that the broker took. */
  const byCore: MqttMessage[] = [];

  beforeAll(async () => {
    const world = await openCommandWorld({
      core: "late = true",
      tables: '[command]\nexec = { uptime = ["/usr/bin/uptime"] }',
    });
    const core = world.core();
    const { broker } = core;
    broker.subackCode = (filter) => {
      filters.add(filter);
      return undefined;
    };
    broker.listen("eu868/edge/#", (message) => {
      if (message.topic.includes("/command/")) byCore.push(message);
    });
    broker.listen(`eu868/gateway/${EUI}/event/#`);
    const tell = (topic: string, payload: Uint8Array): void => {
      byCore.push({ topic, payload: Buffer.from(payload), retain: false });
      broker.publish({ topic, payload, qos: 1 });
    };

    // A new connection, so that its filters are seen.
    broker.die();
    await world.pass(10_000);
    broker.revive();
    await world.pass(2 * MINUTE_MS);

    // Live, and a downlink.
    world.heardForwarder.push(world.rxpk());
    await world.pass(5_000);
    const frame = downlinkFrame(7, [{ delayMs: undefined }]);
    frame.setGatewayId(EUI);
    tell(`eu868/gateway/${EUI}/command/down`, frame.serializeBinary());
    await world.clock.advance(100);
    world.heardForwarder.txAck();
    const configuration = new judge.GatewayConfiguration();
    configuration.setGatewayId(EUI);
    configuration.setVersion("v1");
    tell(`eu868/gateway/${EUI}/command/config`, configuration.serializeBinary());
    const exec = new judge.GatewayCommandExecRequest();
    exec.setGatewayId(EUI);
    exec.setCommand("uptime");
    exec.setExecId(3);
    tell(`eu868/gateway/${EUI}/command/exec`, exec.serializeBinary());
    await world.pass(10_000);
    for (const name of ["health", "settings", "journal-stats", "log-tail", "nonsense"])
      await world.send(name);
    await world.send("maintenance", { action: "show" });
    await world.send("maintenance", { action: "begin", reason: "antenna", durationS: 60 });
    await world.send("journal-thin", { toPercent: 50 });
    await world.send("replay-plan", { action: "show" });
    await world.pass(2 * HOUR_MS);

    // The road is down for half an hour, and what was kept is replayed.
    broker.die();
    for (let minute = 0; minute < 30; minute++) {
      world.heardForwarder.push(world.rxpk({ devAddr: "26015678", fCnt: minute }));
      await world.pass(MINUTE_MS);
    }
    broker.revive();
    await world.pass(30 * MINUTE_MS);

    // The forwarder falls silent, which is an alarm, and comes back.
    await world.clock.advance(HOUR_MS);
    await world.pass(HOUR_MS);

    // A power cut, which is an outage.
    world.cutPower();
    await world.clock.advance(10 * MINUTE_MS);
    await world.start();
    await world.pass(4 * HOUR_MS);
    await world.stop();

    said = broker.taken.map((message) => ({
      ...message,
      channel: CHANNELS.find(([, channel]) => patternOf(channel).test(message.topic))?.[0],
    }));
  }, 120_000);

  test("says nothing on a topic that the document does not have", () => {
    const strangers = said.filter(({ channel }) => channel === undefined).map(({ topic }) => topic);
    expect(new Set(strangers)).toEqual(new Set());
    const unsaid = said.filter(({ channel }) => operationsOf(channel!, "send").length === 0);
    expect(unsaid.map(({ topic }) => topic)).toEqual([]);
  });

  test("retains what the document says is retained, and nothing else", () => {
    const wrong = said.filter(
      ({ channel, retain }) => operationsOf(channel!, "send")[0]!.bindings.mqtt.retain !== retain,
    );
    expect(wrong.map(({ topic }) => topic)).toEqual([]);
  });

  test("uses every channel of the document", () => {
    const sent = new Set(said.map(({ channel }) => channel));
    const sending = CHANNELS.map(([name]) => name).filter((name) => operationsOf(name, "send").length > 0);
    expect(sending.filter((name) => !sent.has(name))).toEqual([]);
  });

  test("listens to what the document says it receives, and to nothing else", () => {
    const receiving = CHANNELS.filter(([name]) => operationsOf(name, "receive").length > 0);
    expect([...filters].sort()).toEqual(receiving.map(([, channel]) => filterOf(channel)).sort());
  });

  test.each(CHANNELS)("says on %s what the document says, and nothing beside", (name, channel) => {
    const message = messageOf(channel);
    const mine = said.filter((one) => one.channel === name);
    if (message.payload === undefined) {
      expect(message.contentType).toBe("application/octet-stream");
      const heard = byCore.filter(({ topic }) => patternOf(channel).test(topic));
      for (const { payload } of [...mine, ...heard]) expect(gatewayIn(message.name, payload)).toBe(EUI);
      return;
    }
    expect(message.contentType).toBe("application/json");
    const schema = inlined(message.payload.schema);
    const published = compileSchema(schema);
    const ours = compileSchema(closed(schema));
    for (const { topic, payload } of byCore)
      if (patternOf(channel).test(topic)) expect(faultsOf(published, payload), topic).toEqual([]);
    const faults = mine.flatMap(({ payload }) => [
      ...faultsOf(published, payload),
      ...faultsOf(ours, payload),
    ]);
    expect(new Set(faults)).toEqual(new Set());
  });
});

/** Decodes it by the definitions that ChirpStack publishes. @returns the gateway it names. */
function gatewayIn(name: string, payload: Uint8Array): string {
  switch (name) {
    case "gw.UplinkFrame":
      return judge.UplinkFrame.deserializeBinary(payload).getRxInfo()!.getGatewayId();
    case "gw.GatewayStats":
      return judge.GatewayStats.deserializeBinary(payload).getGatewayId();
    case "gw.DownlinkTxAck":
      return judge.DownlinkTxAck.deserializeBinary(payload).getGatewayId();
    case "gw.GatewayCommandExecResponse":
      return judge.GatewayCommandExecResponse.deserializeBinary(payload).getGatewayId();
    case "gw.ConnState":
      return judge.ConnState.deserializeBinary(payload).getGatewayId();
    case "gw.DownlinkFrame":
      return judge.DownlinkFrame.deserializeBinary(payload).getGatewayId();
    case "gw.GatewayConfiguration":
      return judge.GatewayConfiguration.deserializeBinary(payload).getGatewayId();
    case "gw.GatewayCommandExecRequest":
      return judge.GatewayCommandExecRequest.deserializeBinary(payload).getGatewayId();
    default:
      throw new Error(`${name} is no message of ChirpStack's`);
  }
}

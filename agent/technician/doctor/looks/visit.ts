/**
 * A visit to a broker: a second connection beside the agent's, under a name of its own, that tries what we may do and
 * does no harm.
 *
 * Never the agent's client id: the broker would throw the agent out. No frame is made up: what is published is an empty
 * message in our own namespace and, to learn whether a core listens, an empty event of a kind that no core knows: a core
 * looks at the last word of the topic, and drops what it does not know (ChirpStack 4 writes one line "Unknown event type"
 * into its log, and does nothing else; chirpstack/src/gateway/backend/mqtt.rs, message_callback). Nothing that others publish is subscribed to:
 * a subscriber of events would make the broker say that somebody has the agent's frames (reason 16 would be silenced).
 */
import type { CoreSettings } from "../../../config/settings.ts";
import { chirpstackTopics } from "../../../north/chirpstack-topics.ts";
import type { Credentials } from "../../../north/credentials.ts";
import type { MqttClosed, MqttLink } from "../../../ports.ts";
import type { DoctorDoors } from "../doors.ts";
import type { VisitSeen } from "../facts.ts";
import { seenInTime } from "../seen-in-time.ts";

const CONNECT_MS_MAX = 5_000;
const ANSWER_MS_MAX = 2_000;
const SETTLE_MS = 200;
const NO_MATCHING_SUBSCRIBERS = 16;
/** Nobody's. */
const STRANGER = "ffffffffffffffff";
/** The last word of topics that are only tried. */
const TRIAL = "doctor";
/**
 * What cores call their regions. Source: chirpstack/chirpstack, chirpstack/configuration/region_*.toml; "": version 3, and
 * whoever left it empty.
 */
const USUAL_PREFIXES = [
  ...[
    "",
    "eu868",
    "as923",
    "as923_2",
    "as923_3",
    "as923_4",
    "au915_0",
    "au915_1",
    "cn470_10",
    "cn779",
    "eu433",
  ],
  ...["in865", "ism2400", "kr920", "ru864", "us915_0", "us915_1"],
];

export interface VisitAsks {
  readonly core: CoreSettings;
  readonly gatewayEui: string | undefined;
  readonly url: string;
  readonly proof: Partial<Credentials>;
  readonly looksForListeners: boolean;
}

type Tried = { -readonly [Name in keyof VisitSeen]: VisitSeen[Name] };

/** @param tell is given what was tried as soon as the connection is up, or is not; what comes later is filled in. */
export async function visit(
  doors: DoctorDoors,
  asks: VisitAsks,
  tell: (seen: VisitSeen) => void,
): Promise<void> {
  const { clock, rng, mqtt } = doors;
  const { core, url, proof } = asks;
  const { stamp: _, ...credentials } = proof;
  const chance = rng.stream("doctor").below(0x10000).toString(16).padStart(4, "0");
  const clientId = `edge-agent-doctor-${asks.gatewayEui ?? "0"}-${chance}`;
  const seen: Tried = { url, clientId, connected: false };
  let link: MqttLink | undefined;
  const up = new Promise<boolean>((resolve) => {
    link = mqtt.connect(
      {
        url,
        version: core.mqttVersion,
        clientId,
        ...credentials,
        keepaliveS: 30,
        connectTimeoutMs: CONNECT_MS_MAX,
      },
      {
        onConnected: () => resolve(true),
        onMessage: () => undefined,
        onClosed: (why: MqttClosed) => {
          seen.closed ??= why;
          resolve(false);
        },
      },
    );
  });
  seen.connected = await seenInTime(clock, CONNECT_MS_MAX + SETTLE_MS, up, false);
  tell(seen);
  if (seen.connected && link !== undefined) {
    // A broker that wants a client certificate may say so after the connection seemed to be there.
    await clock.sleep(SETTLE_MS);
    await tryRights(doors, link, seen, asks);
    link.close("politely");
  } else link?.close("abruptly");
}

async function tryRights(
  { clock }: DoctorDoors,
  link: MqttLink,
  seen: Tried,
  asks: VisitAsks,
): Promise<void> {
  const { core, gatewayEui } = asks;
  if (gatewayEui === undefined) return;
  const topics = chirpstackTopics(core.topicPrefix, gatewayEui);
  const subscribe = async (topic: string): Promise<number | undefined> =>
    (await seenInTime(clock, ANSWER_MS_MAX, link.subscribe([topic], 1), undefined))?.[0];
  const publish = async (topic: string): Promise<number | undefined> => {
    const message = { topic, payload: new Uint8Array(0), qos: 1, expiryS: 1 } as const;
    const answer = await seenInTime(clock, ANSWER_MS_MAX, link.publish(message), {
      outcome: "closed",
    } as const);
    return answer.outcome === "acknowledged" ? answer.reasonCode : undefined;
  };
  assign(seen, "commandsReasonCode", await subscribe(topics.down));
  if (core.mqttVersion === 4) return;
  assign(seen, "ownReasonCode", await publish(topics.own + TRIAL));
  if (asks.looksForListeners) {
    const event = (prefix: string): string => chirpstackTopics(prefix, gatewayEui).up.replace(/up$/, TRIAL);
    assign(seen, "eventReasonCode", await publish(event(core.topicPrefix)));
    if (seen.eventReasonCode === NO_MATCHING_SUBSCRIBERS) {
      const others = USUAL_PREFIXES.filter((prefix) => prefix !== core.topicPrefix);
      const codes = await Promise.all(others.map((prefix) => publish(event(prefix))));
      seen.listenedPrefixes = others.filter((_prefix, at) => codes[at] === 0);
    }
  }
  assign(seen, "strangersReasonCode", await subscribe(chirpstackTopics(core.topicPrefix, STRANGER).down));
}

function assign<Name extends keyof Tried>(seen: Tried, name: Name, value: Tried[Name] | undefined): void {
  if (value !== undefined) seen[name] = value;
}

/**
 * The whole in the simulated world: meters, air, two gateways with the real agent behind each, broker and rig core, and
 * the judges who watch. What happens in it is the voyage's (voyage.ts) or the proof's affair.
 *
 *   meters ~~ air ~~> forwarders ──UDP──> agents ──MQTT over their roads──> broker ──> rig core
 */
import { createHash } from "node:crypto";
import { createAir } from "../../simulator/air/air.ts";
import { createRigCore } from "../../simulator/core/core.ts";
import type { CoreEvent } from "../../simulator/core/core-event.ts";
import type { GatewayEvent } from "../../simulator/gateway/gateway-event.ts";
import { createLedger, type Ledger } from "../../simulator/ledger.ts";
import { createFleet, drawMembers, type Fleet } from "../../simulator/meter/fleet.ts";
import type { MeterEvent } from "../../simulator/meter/meter-event.ts";
import { createWorld, moving, type World } from "../../simulator/world/doors.ts";
import { createWorldLog, type WorldLog } from "../../simulator/world/log.ts";
import type { WorldBroker } from "../../simulator/world/mqtt.ts";
import { type Custody, createCustody } from "./custody.ts";
import type { GatewayDraw, VoyageDraw } from "./draw.ts";
import { createEmissions } from "./emissions.ts";
import { createLate, type Late } from "./late.ts";
import { createSecond, type Second } from "./second.ts";
import { BROKER, createSite, type Site, TOPIC_PREFIX } from "./site.ts";

export const CORE_CLIENT_ID = "meter-fleet-core";
const MINUTE_MS = 60_000;
const EVENTS_KEPT = 60;

export interface VoyageWorldOptions
  extends Pick<
    VoyageDraw,
    | "meters"
    | "intervalMin"
    | "hearing"
    | "confirmedShare"
    | "downlinkShare"
    | "usesRx2"
    | "pairing"
    | "proposal"
    | "late"
    | "second"
    | "secondBy"
    | "maxAge"
    | "maxSizeOctets"
  > {
  readonly seed: number;
  readonly gateways: readonly GatewayDraw[];
  readonly onCoreEvent?: (event: CoreEvent) => void;
  readonly onHeard?: (eui: string) => void;
}

export interface VoyageWorld extends World {
  readonly broker: WorldBroker;
  readonly sites: readonly Site[];
  readonly fleet: Fleet;
  readonly ledger: Ledger;
  readonly custody: Custody;
  /** The core beside the first, and what it was promised. */
  readonly second: Second | undefined;
  readonly late: Late;
  readonly log: WorldLog;
  readonly story: Story;
  /** What should not have been, so far. */
  readonly findings: readonly string[];
  find(what: string): void;
  /** What nobody should have thrown. */
  bug(error: unknown): void;
  /** Agents, then forwarders, then the meters one by one. */
  start(metersOverMs: number): Promise<void>;
}

export async function openVoyageWorld(options: VoyageWorldOptions): Promise<VoyageWorld> {
  const { seed } = options;
  const world = createWorld(seed);
  const { clock, rng, mqtt } = world;
  const story = createStory(() => clock.monotonicMs());
  const findings: string[] = [];
  const find = (what: string): void => {
    story.tell(`FINDING ${what}`);
    findings.push(what);
  };
  const bug = (error: unknown): void => find(`bug: ${error instanceof Error ? error.stack : String(error)}`);

  const broker = mqtt.broker(BROKER);
  broker.remembers = false;
  const ledger = createLedger({ meters: options.meters });
  const custody = createCustody(() => clock.monotonicMs());
  const second = await createSecond(world, options, find);
  const judges = second === undefined ? [custody] : [custody, second.custody];
  const emissions = createEmissions();
  const late = createLate(find);
  const log = createWorldLog(({ level, event, fields }) => {
    story.tell(`log ${level} ${event} ${fields.gatewayEui ?? ""}`);
  });
  broker.onTaken = (message, matched) => {
    if (matched) custody.taken(message.topic, message.payload);
  };

  const air = createAir({ clock, rng, hearing: options.hearing });
  const members = drawMembers(rng, options.meters, clock.wallMs());
  const core = createRigCore({
    mqtt,
    broker: { url: BROKER, clientId: CORE_CLIENT_ID },
    topicPrefix: TOPIC_PREFIX,
    clock,
    rng,
    log,
    devices: members.map(({ identity }) => identity),
    settings: {
      usesRx2: options.usesRx2,
      downlinkShare: options.downlinkShare,
      confirmedDownlinkShare: 0.5,
    },
    onEvent: (event) => {
      story.tell(event);
      ledger.core(event);
      if (event.kind === "delivered") late.delivered(event);
      else if (event.kind === "recovered") late.recovered(event);
      options.onCoreEvent?.(event);
    },
    onRecovered: () => undefined,
  });
  core.start();
  await moving(clock, core.whenSubscribed());

  const onGatewayEvent = (event: GatewayEvent): void => {
    if (event.kind !== "pushSent" && event.kind !== "pushAcknowledged") story.tell(event);
    ledger.gateway(event);
    if (event.kind === "heard") {
      for (const judge of judges) judge.heard(event.eui, event.phyPayload, event.trueUs / 1_000);
      emissions.heard(event.eui, event.phyPayload, event.trueUs);
      options.onHeard?.(event.eui);
    } else if (event.kind === "downlinkAccepted") emissions.accepted(event.eui, event.token);
    else if (event.kind === "emitted") {
      const wrong = emissions.emitted(event.eui, event.token, event.phyPayload, event.startUs);
      if (wrong !== undefined) find(wrong);
    }
  };
  const sites = options.gateways.map((draw, number): Site => {
    const eui = (): string => sites[number]!.eui;
    return createSite({
      world,
      air,
      number,
      seed,
      draw,
      plan: options,
      log,
      watch: {
        onReceived: (bytes, { port }) => {
          for (const judge of judges) judge.received(eui(), bytes, port);
        },
        onSent: (bytes, { port }) => {
          for (const judge of judges) judge.sent(eui(), bytes, port);
        },
        onPublished: (topic, payload) => custody.published(eui(), topic, payload),
      },
      onGatewayEvent,
      onConcentratorRestart: () => emissions.restarted(eui()),
      onUp: () => {
        story.tell(`up ${eui()}`);
        ledger.agentUp(eui());
      },
      onDown: (how) => {
        story.tell(`down ${eui()} ${how}`);
        ledger.agentDown(eui());
        for (const judge of judges) judge.ended(eui());
      },
      onBug: bug,
    });
  });
  const fleet = createFleet({
    members,
    settings: {
      schedule: { intervalMs: options.intervalMin * MINUTE_MS, jitterMs: options.intervalMin * 10_000 },
      confirmedShare: options.confirmedShare,
      joinDataRates: [3, 4, 5],
    },
    clock,
    rng,
    air,
    onEvent: (event) => {
      story.tell(event);
      ledger.meter(event);
    },
  });
  return {
    ...world,
    broker,
    sites,
    fleet,
    ledger,
    custody,
    second,
    late,
    log,
    story,
    findings,
    find,
    bug,
    start: async (metersOverMs) => {
      for (const site of sites) site.start();
      await clock.advance(1_000);
      for (const site of sites) await site.forwarder.start();
      fleet.start(metersOverMs);
    },
  };
}

/** Nothing waits on it any more, neither in the agent nor in the forwarder. */
export function isQuiet({ agent, forwarder }: Site): boolean {
  if (agent === undefined || forwarder.status().heldFrames > 0) return false;
  const { journal } = agent.status();
  return journal.storedFrames + journal.memoryFrames === 0;
}

// --------------------------------------------------------------------------------------------- the story

/** Everything that happened, in order: as a hash, and the end of it. */
export interface Story {
  tell(event: string | MeterEvent | GatewayEvent | CoreEvent): void;
  hash(): string;
  last(): readonly string[];
}

function createStory(nowMs: () => number): Story {
  const hash = createHash("sha256");
  const last: string[] = [];
  return {
    tell: (event) => {
      const line = `${nowMs().toFixed(3)} ${typeof event === "string" ? event : lineOf(event)}`;
      hash.update(line);
      last.push(line);
      if (last.length > EVENTS_KEPT) last.shift();
    },
    hash: () => hash.digest("hex").slice(0, 16),
    last: () => last,
  };
}

function lineOf(event: MeterEvent | GatewayEvent | CoreEvent): string {
  const { kind, ...fields } = event;
  const words: string[] = [kind];
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Uint8Array) words.push(`${name}=${Buffer.from(value).toString("hex")}`);
    else if (name !== "reading") words.push(`${name}=${value}`);
  }
  return words.join(" ");
}

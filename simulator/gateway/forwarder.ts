/**
 * A virtual gateway: a concentrator on the air and a packet forwarder on the network, whom any GWMP server believes.
 *
 * Wiring only: what is heard is in concentrator.ts, what is sent in transmitter.ts, the two roads in upstream.ts and
 * downstream.ts, and how this forwarder behaves in manner.ts. As with the reference forwarder there are two sockets:
 * PUSH_DATA leaves by one, all else by the other, so a server that answers to the wrong one is not heard.
 */
import type { Clock, Rng, Timer, Udp, UdpPeer, UdpSocket } from "../../agent/ports.ts";
import type { Air } from "../air/air.ts";
import { createConcentrator } from "./concentrator.ts";
import { createDownstream } from "./downstream.ts";
import type { GatewayEventSink } from "./gateway-event.ts";
import type { Gps } from "./gps.ts";
import { type Manner, REFERENCE } from "./manner.ts";
import { EU868_PLAN, type RadioPlan } from "./radio-plan.ts";
import { type Counts, createStatistics, type Location } from "./statistics.ts";
import { createTransmitter } from "./transmitter.ts";
import { createUpstream } from "./upstream.ts";

export interface ForwarderOptions {
  /** 16 lower-case hex digits; also its name on air. */
  readonly eui: string;
  /** A numeric address: the sockets are connected, datagrams from elsewhere are not heard. */
  readonly server: UdpPeer;
  readonly udp: Udp;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly air: Air;
  readonly manner?: Manner;
  /** The address its sockets are bound to. Default 127.0.0.1. */
  readonly host?: string;
  readonly plan?: RadioPlan;
  /** How much faster than true the concentrator's crystal runs. Default 0. */
  readonly driftPpm?: number;
  /** Without one there is no time, no tmms, and no downlink at a GPS time. */
  readonly gps?: Gps;
  readonly beaconPeriodS?: number;
  /** Told in stat. */
  readonly location?: Location;
  readonly onEvent?: GatewayEventSink;
}

/** Since the forwarder was made. */
interface ForwarderStatus extends Readonly<Counts> {
  readonly heldFrames: number;
  readonly socketRestarts: number;
}

export interface Forwarder {
  readonly eui: string;
  /** Binds the sockets and turns the concentrator on. @throws AgentError UDP_BIND */
  start(): Promise<void>;
  /** Hears and says nothing more. What lies in a store stays there for the next start. */
  stop(): Promise<void>;
  /** The concentrator starts again: its counter from 0, with nothing planned. */
  restartConcentrator(): void;
  status(): ForwarderStatus;
}

interface Sockets {
  readonly push: UdpSocket;
  readonly pull: UdpSocket;
}

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { eui, server, udp, clock, rng, air, gps, location } = options;
  const manner = options.manner ?? REFERENCE;
  const plan = options.plan ?? EU868_PLAN;
  const emit: GatewayEventSink = options.onEvent ?? (() => undefined);
  const chance = rng.stream(`gwmp/${eui}`);
  const statistics = createStatistics(manner);
  const { counts } = statistics;
  let sockets: Sockets | undefined;
  let running = false;
  let onAir = false;
  let statTimer: Timer | undefined;
  let bootWallMs = 0;
  let timeoutsInARow = 0;
  let socketRestarts = 0;

  const sendBy = (which: keyof Sockets) => (bytes: Buffer) => {
    sockets?.[which].send(bytes, server);
    return sockets !== undefined;
  };
  const onAnswered = (): void => {
    timeoutsInARow = 0;
  };
  const onTimeout = (): void => {
    timeoutsInARow++;
    if (timeoutsInARow === manner.socketRestartAfterTimeouts) void restartSockets();
  };
  const common = { eui, clock, chance, manner, counts, emit, onAnswered, onTimeout };

  const upstream = createUpstream({ ...common, send: sendBy("push") });
  const concentrator = createConcentrator({
    name: eui,
    clock,
    plan,
    gps,
    driftPpm: options.driftPpm ?? 0,
    onHeard: (frame) => {
      counts.rxnb++;
      counts.rxok++;
      const { phyPayload, tmst, trueUs } = frame;
      emit({ kind: "heard", eui, phyPayload, tmst, trueUs });
      upstream.take(frame);
    },
  });
  const transmitter = createTransmitter({
    name: eui,
    clock,
    air,
    plan,
    gps,
    beaconPeriodS: options.beaconPeriodS,
    counter: () => concentrator.counter,
    onEmitted: (order) => downstream.onEmitted(order),
    onNotEmitted: (order, reason) => downstream.onNotEmitted(order, reason),
  });
  const downstream = createDownstream({
    ...common,
    send: sendBy("pull"),
    submit: transmitter.submit,
    abilities: () => ({ gpsLocked: gps?.locked() ?? false, txChains: plan.txChains }),
  });

  const openSockets = async (): Promise<void> => {
    const at = { host: options.host ?? "127.0.0.1", port: 0 };
    const hear = (listen: (bytes: Buffer) => void) => (bytes: Buffer, from: UdpPeer) => {
      if (running && from.port === server.port && from.host === server.host) listen(bytes);
    };
    const push = await udp.bind(at, hear(upstream.onDatagram));
    sockets = { push, pull: await udp.bind(at, hear(downstream.onDatagram)) };
  };

  const closeSockets = async (): Promise<void> => {
    const open = sockets;
    sockets = undefined;
    await Promise.all([open?.push.close(), open?.pull.close()]);
  };

  const restartSockets = async (): Promise<void> => {
    timeoutsInARow = 0;
    socketRestarts++;
    downstream.stop();
    await closeSockets();
    if (!running) return;
    await openSockets();
    // It may have been stopped meanwhile.
    if (running) downstream.start();
    else await closeSockets();
  };

  const report = (): void => {
    const facts = { wallMs: clock.wallMs(), bootWallMs, location, pingMs: upstream.pingMs };
    upstream.report(statistics.takeStat(facts));
    statTimer = clock.after(manner.statMs, report);
  };

  return {
    eui,
    start: async () => {
      await openSockets();
      running = true;
      bootWallMs = clock.wallMs();
      if (!onAir) air.addGateway(concentrator);
      onAir = true;
      concentrator.start();
      upstream.start();
      downstream.start();
      statTimer = clock.after(manner.statMs, report);
    },
    stop: async () => {
      running = false;
      statTimer?.cancel();
      concentrator.stop();
      transmitter.clear();
      upstream.stop();
      downstream.stop();
      await closeSockets();
    },
    restartConcentrator: () => {
      transmitter.clear();
      upstream.concentratorRestarted();
      concentrator.start();
    },
    status: () => ({ ...counts, heldFrames: upstream.heldFrames, socketRestarts }),
  };
}

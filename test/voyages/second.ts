/**
 * The second core of a voyage: a broker of its own and somebody who listens, or a server behind Semtech UDP, and the judge
 * of what it was promised. What it does with its frames is nobody's affair; that it gets them all, and only those it
 * should have, is.
 */
import { readGatewayMessage } from "../../simulator/core/gateway-messages.ts";
import type { World } from "../../simulator/world/doors.ts";
import { openLns } from "../gwmp-lns.ts";
import { type Custody, createCustody } from "./custody.ts";
import type { VoyageDraw } from "./draw.ts";
import { EUIS, SECOND_BROKER, SECOND_LNS, SECOND_PREFIX } from "./site.ts";

export interface Second {
  readonly custody: Custody;
  /** Whether it is there at all. */
  lives(is: boolean): void;
  /** Whether somebody takes frames. */
  listens(is: boolean): void;
  /** What no agent should have said to it. */
  faults(): readonly string[];
}

const JOIN_REQUEST = 0b000;

/** @returns undefined where the voyage has none. */
export async function createSecond(
  world: World,
  { second, secondBy }: Pick<VoyageDraw, "second" | "secondBy">,
  find: (what: string) => void,
): Promise<Second | undefined> {
  if (second === "none") return undefined;
  const custody = createCustody(() => world.clock.monotonicMs());
  const hears = (phyPayload: Buffer): void => {
    const isJoin = phyPayload[0]! >> 5 === JOIN_REQUEST;
    if (isJoin && second === "data") find("the second core got a join that it should not have");
  };
  return secondBy === "mqtt" ? brokerOf(world, custody, hears, find) : lnsOf(world, custody, hears);
}

function brokerOf(
  { mqtt }: World,
  custody: Custody,
  hears: (phyPayload: Buffer) => void,
  find: (what: string) => void,
): Second {
  const broker = mqtt.broker(SECOND_BROKER);
  broker.remembers = false;
  broker.onTaken = ({ topic, payload }, matched) => {
    if (!topic.startsWith(`${SECOND_PREFIX}/`)) find(`the second core heard of ${topic}`);
    const read = readGatewayMessage(topic, Buffer.from(payload));
    if (read.ok && read.value.kind === "up") hears(read.value.copy.phyPayload);
    if (matched) custody.taken(topic, payload);
  };
  let end: (() => void) | undefined;
  const listens = (is: boolean): void => {
    if (is) end ??= broker.listen(`${SECOND_PREFIX}/gateway/+/event/+`);
    else {
      end?.();
      end = undefined;
    }
  };
  listens(true);
  return {
    custody,
    lives: (is) => {
      if (is) broker.revive();
      else if (broker.alive) broker.die();
    },
    listens,
    faults: () => [],
  };
}

async function lnsOf(
  { udp, clock }: World,
  custody: Custody,
  hears: (phyPayload: Buffer) => void,
): Promise<Second> {
  const lns = await openLns({
    udp,
    clock,
    at: SECOND_LNS,
    euis: EUIS,
    onUplink: ({ eui, rxpk }) => {
      const data = String(rxpk.data);
      hears(Buffer.from(data, "base64"));
      if (lns.answersPush) custody.takenBy(eui, data);
    },
  });
  return {
    custody,
    lives: (is) => {
      lns.listens = is;
    },
    listens: (is) => {
      lns.answersPush = is;
    },
    faults: () => lns.faults,
  };
}

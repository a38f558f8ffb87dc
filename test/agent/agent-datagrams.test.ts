/**
 * Goal: whatever octets come, and whatever becomes of core and power meanwhile, the agent does not fall, gives no
 * PUSH_ACK for an admitted frame that has no custody, and loses no good rxpk beside a bad one.
 * Method: chance over the whole agent in the world (fast-check prints its seed). Datagrams are real ones of
 * test/vectors/gwmp.json, changed octet by octet and rxpk by rxpk, and octets by chance. Custody is judged at the
 * moment a PUSH_ACK leaves, from outside: by what a power cut would leave on the disk, and by what both cores have
 * taken.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPhy } from "../../agent/lorawan/phy.ts";
import { splitPushBody } from "../../agent/lorawan/push-body.ts";
import { readRxpk } from "../../agent/lorawan/rxpk.ts";
import {
  type AgentWorld,
  coreToml,
  dataPhy,
  openAgentWorld,
  settingsOf,
  type WorldForwarder,
} from "./agent-world.ts";
import { vectors } from "./lorawan/vectors.ts";

const RUNS = process.env.LONG ? 2_000 : 250;
const CORES = ["main", "second"] as const;
const { datagrams, bodies } = vectors("gwmp.json") as {
  datagrams: { hex: string }[];
  bodies: { json: string }[];
};
const DATAGRAMS = datagrams.map(({ hex }) => Buffer.from(hex, "hex"));
/** Texts of rxpks as forwarders have written them. */
const RXPKS = [
  ...DATAGRAMS.filter((octets) => octets[3] === 0).map((octets) => octets.subarray(12)),
  ...bodies.map(({ json }) => Buffer.from(json)),
].flatMap((body) => splitPushBody(body).rxpks);

// ------------------------------------------------------------------------------------------- by chance

/** What happens to some octets. */
interface Edit {
  readonly kind: "set" | "insert" | "delete" | "cut";
  /** Where, in thousandths of the length. */
  readonly at: number;
  /** What is set or inserted. */
  readonly octet: number;
  /** How many are deleted. */
  readonly count: number;
}

/** Octets that matter in JSON come more often than others. */
const octet = fc.oneof(
  fc.constantFrom(...Buffer.from('{}[]",:\\0-9.eE ntu\0')),
  fc.integer({ min: 0, max: 255 }),
);
const at = fc.integer({ min: 0, max: 999 });
const count = fc.integer({ min: 1, max: 8 });
const editOf = (...kinds: Edit["kind"][]): fc.Arbitrary<Edit> =>
  fc.record({ kind: fc.constantFrom(...kinds), at, octet, count });
const edit = editOf("set", "insert", "delete");

function edited(octets: Buffer, edits: readonly Edit[]): Buffer {
  let bytes: Buffer = octets;
  for (const one of edits) {
    const place = Math.floor((one.at * bytes.length) / 1_000);
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
    if (one.kind === "cut") bytes = Buffer.from(before);
    else if (one.kind === "delete") bytes = Buffer.concat([before, after.subarray(one.count)]);
    else bytes = Buffer.concat([before, Buffer.of(one.octet), after.subarray(one.kind === "set" ? 1 : 0)]);
  }
  return bytes;
}

/** One element of an rxpk array: "good" is sound and like no other, "bad" a real one that was changed. */
const element = fc.oneof(
  fc.record({ kind: fc.constant("good" as const), device: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    kind: fc.constant("bad" as const),
    of: fc.constantFrom(...RXPKS),
    edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
  }),
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      elements: fc.array(element, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("raw" as const),
      octets: fc.oneof(
        fc
          .tuple(
            fc.constantFrom(...DATAGRAMS),
            fc.array(editOf("set", "insert", "delete", "cut"), { maxLength: 5 }),
          )
          .map(([octets, edits]) => edited(octets, edits)),
        fc.uint8Array({ maxLength: 60 }).map((octets) => Buffer.from(octets)),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("coreDown" as const, "coreUp" as const),
      core: fc.constantFrom(...CORES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("powerCut" as const, "restart" as const, "pull" as const, "again" as const),
    }),
  },
);
const story = fc.array(fc.tuple(step, fc.integer({ min: 0, max: 3_000 })), { minLength: 1, maxLength: 25 });

// --------------------------------------------------------------------------------------------- the judge

/** Frames that every admission keeps: sound, with a sound CRC, data frames upward. As PHYPayloads, hex. */
function keptOf(body: Buffer): string[] {
  return splitPushBody(body).rxpks.flatMap((text) => {
    const rxpk = readRxpk(text);
    if (!rxpk.ok || rxpk.value.crc !== "ok") return [];
    const phy = readPhy(rxpk.value.payload);
    const isUplink = phy.ok && phy.value.kind === "data" && phy.value.up;
    return isUplink ? [rxpk.value.payload.toString("hex")] : [];
  });
}

/** PHYPayloads (hex) that every core has. */
function takenByAll(world: AgentWorld): Set<string> {
  const [first, ...others] = CORES.map((id) => new Set(world.core(id).ups.map(({ phy }) => phy)));
  return new Set([...first!].filter((phy) => others.every((taken) => taken.has(phy))));
}

/** Watches each PUSH_ACK as it leaves. */
function watchAcks(world: AgentWorld, forwarder: WorldForwarder) {
  const bodiesByToken = new Map<string, Buffer>();
  const withoutCustody: string[] = [];
  const acknowledged = new Set<string>();
  world.onSent = (bytes, { port }) => {
    if (bytes[3] !== 1 || port !== forwarder.upPort) return;
    const body = bodiesByToken.get(Buffer.from(bytes).toString("hex", 1, 3));
    if (body === undefined) return;
    const taken = takenByAll(world);
    for (const phy of keptOf(body)) {
      acknowledged.add(phy);
      if (!taken.has(phy) && !world.durable.has(phy)) withoutCustody.push(phy);
    }
  };
  return {
    withoutCustody,
    acknowledged,
    push: (body: Buffer): void => {
      bodiesByToken.set(forwarder.pushBody(body), body);
    },
  };
}

/** Good rxpks are live, each with a PHYPayload of its own, of a few devices. */
function bodyOf(world: AgentWorld, elements: readonly Element[], good: string[]): Buffer {
  const texts = elements.flatMap((one) => {
    if (one.kind === "bad") {
      const bad = edited(Buffer.from(one.of), one.edits);
      return hidesItsNeighbour(bad.toString("latin1")) ? [] : [bad];
    }
    const phy = dataPhy(`2601000${one.device}`, good.length);
    good.push(phy);
    return [Buffer.from(world.rxpk({ phy }))];
  });
  const separated = texts.flatMap((text, i) => (i === 0 ? [text] : [Buffer.from(","), text]));
  return Buffer.concat([Buffer.from('{"rxpk":['), ...separated, Buffer.from("]}")]);
}

/** A text that ends behind a colon or within an array takes what follows for its own: no reader could tell. */
function hidesItsNeighbour(text: string): boolean {
  const open: string[] = [];
  for (const [bracket] of text.matchAll(/[{}[\]]/g)) {
    if (bracket === "{" || bracket === "[") open.push(bracket);
    else if (open.at(-1) === (bracket === "}" ? "{" : "[")) open.pop();
  }
  return open.at(-1) === "[" || /:\s*$/.test(text);
}

type Element = typeof element extends fc.Arbitrary<infer E> ? E : never;
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

async function live(world: AgentWorld, forwarder: WorldForwarder, steps: Story) {
  const watch = watchAcks(world, forwarder);
  const stranger = await world.forwarder();
  const good: string[] = [];
  /** Good ones that a power cut may have taken with it: only their acknowledgement would have been a promise. */
  const unpromised = new Set<string>();
  let last: Buffer = Buffer.from("{}");
  for (const [step, pauseMs] of steps) {
    switch (step.do) {
      case "push":
        last = bodyOf(world, step.elements, good);
        watch.push(last);
        break;
      case "again":
        watch.push(last);
        break;
      case "raw":
        stranger.raw(step.octets);
        break;
      case "pull":
        forwarder.pull();
        break;
      case "coreDown":
        world.core(step.core).broker.die();
        break;
      case "coreUp":
        world.core(step.core).broker.revive();
        break;
      case "powerCut":
        world.cutPower();
        for (const phy of good) if (!watch.acknowledged.has(phy)) unpromised.add(phy);
        await world.start();
        break;
      case "restart":
        await world.stop();
        await world.start();
        break;
    }
    await world.clock.advance(pauseMs);
  }
  return { ...watch, good, unpromised };
}

describe("datagrams by chance, with cores that come and go", () => {
  test("nothing falls, nothing is acknowledged without custody, nothing good is lost", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const settings = settingsOf({ cores: CORES.map((id) => coreToml(id)) });
        const world = await openAgentWorld({ settings });
        const forwarder = await world.forwarder();
        const { good, unpromised, acknowledged, withoutCustody } = await live(world, forwarder, steps);
        expect(withoutCustody).toEqual([]);

        for (const id of CORES) world.core(id).broker.revive();
        for (let minute = 0; minute < 10 && !isIdle(world); minute++) await world.clock.advance(60_000);
        expect(isIdle(world), "all carried").toBe(true);
        const arrived = takenByAll(world);
        expect([...acknowledged].filter((phy) => !arrived.has(phy))).toEqual([]);
        expect(good.filter((phy) => !arrived.has(phy) && !unpromised.has(phy))).toEqual([]);
        expect(world.log.filter(({ level }) => level === "error")).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});

function isIdle(world: AgentWorld): boolean {
  const { storedFrames, memoryFrames } = world.agent.status().journal;
  return storedFrames + memoryFrames === 0;
}

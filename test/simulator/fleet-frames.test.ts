/**
 * Goal: lora-packet, which none of us wrote, finds every frame of a fleet's day good, with keys it derived itself.
 * Method: a few meters live a day with a core on the same air; then somebody who has nothing but their AppKeys and
 * what was on air follows it frame by frame.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { readPhy } from "../../agent/lorawan/phy.ts";
import { fullFCnt } from "../../simulator/meter/data-frames.ts";
import type { SessionKeys10 } from "../../simulator/meter/keys.ts";
import { type Life, liveOnAir, type Said } from "./fleet-on-air.ts";
import { judge } from "./meter/judge-frames.ts";

const METERS = 4;
const DAY_MS = 24 * 3_600_000;
const INTERVAL_MS = 15 * 60_000;
const JOIN_ACCEPT_DELAY_US = 5_000_000;
const COMMAND = Buffer.from("0102030405", "hex");

/** What somebody who listens knows of one session. */
interface Overheard {
  readonly devEui: string;
  readonly keys: SessionKeys10;
  lastUp: number | undefined;
  lastDown: number | undefined;
}

interface HeardUplink {
  readonly devEui: string;
  readonly devAddr: string;
  readonly startUs: number;
  readonly fCnt: number;
  readonly confirmed: boolean;
  readonly ack: boolean;
  readonly fPort: number | null;
  readonly payload: string;
}

let life: Life;
const counts = { requests: 0, accepts: 0, downlinks: 0, commands: 0 };
const uplinks: HeardUplink[] = [];
const sessions = new Map<string, Overheard>();

beforeAll(async () => {
  life = await liveOnAir({
    seed: 24,
    meters: METERS,
    lives: 1,
    lifeMs: DAY_MS,
    hearing: 0.95,
    settings: { schedule: { intervalMs: INTERVAL_MS, jitterMs: 60_000 }, confirmedShare: 0.3 },
    prepare: (core, members) => {
      for (const { identity } of members)
        for (const confirmed of [true, false])
          core.enqueue(identity.devEui, { fPort: 7, payload: COMMAND, confirmed });
    },
  });
  overhear();
});

describe("a fleet's day, frame by frame before lora-packet:", () => {
  test("every request, acceptance, uplink and downlink has a good MIC", () => {
    expect(counts.accepts).toBeGreaterThanOrEqual(METERS);
    expect(counts.requests).toBeGreaterThanOrEqual(counts.accepts);
    expect(counts.commands).toBeGreaterThanOrEqual(2 * METERS);
    expect(counts.downlinks).toBeGreaterThan(0.2 * uplinks.length);
    const { accepts, requests, downlinks } = counts;
    expect(accepts + requests + downlinks + uplinks.length).toBe(life.said.length);
  });

  test("a day has its readings, and each is on air as its meter meant it", () => {
    const meant = life.events.flatMap((event) => {
      if (event.kind !== "uplinkSent") return [];
      const { devEui, devAddr, startUs, fCnt, confirmed, ack, fPort, payload } = event;
      return [{ devEui, devAddr, startUs, fCnt, confirmed, ack, fPort, payload: payload.toString("hex") }];
    });
    expect(uplinks).toEqual(meant);
    const readings = new Set(uplinks.map(({ devAddr, fCnt }) => `${devAddr}/${fCnt}`));
    expect(readings.size).toBeGreaterThan(0.95 * METERS * (DAY_MS / INTERVAL_MS));
    expect(uplinks.length).toBeGreaterThan(readings.size);
    expect(uplinks.some(({ ack }) => ack)).toBe(true);
    expect(new Set(uplinks.map(({ confirmed }) => confirmed))).toEqual(new Set([true, false]));
  });

  test("the meters' session keys are those that lora-packet derives", () => {
    for (const [devAddr, keys] of life.sessions) expect(keys).toEqual(sessions.get(devAddr)!.keys);
    expect(life.sessions.size).toBe(METERS);
  });
});

function overhear(): void {
  /** Requests by the moment at which their answer is due. */
  const asked = new Map<number, { readonly devEui: string; readonly devNonce: number }>();
  for (const said of life.said) {
    const read = readPhy(said.phyPayload);
    if (!read.ok) throw new Error(`on air and unreadable: ${said.phyPayload.toString("hex")}`);
    const phy = read.value;
    if (phy.kind === "joinRequest") {
      const request = judge.joinRequest(said.phyPayload, appKeyOf(phy.devEui));
      expect(request).toMatchObject({ micGood: true, devEui: said.from });
      asked.set(said.startUs + said.airtimeUs + JOIN_ACCEPT_DELAY_US, request);
      counts.requests += 1;
    } else if (phy.kind === "data") {
      overhearData(said);
    } else {
      overhearAccept(said.phyPayload, asked.get(said.startUs)!);
    }
  }
}

/** Nothing in a join-accept says whom it is for: only when it comes tells. */
function overhearAccept(
  phyPayload: Buffer,
  to: { readonly devEui: string; readonly devNonce: number },
): void {
  const { devEui, devNonce } = to;
  const accept = judge.joinAccept(phyPayload, appKeyOf(devEui));
  expect(accept.micGood).toBe(true);
  const keys = judge.sessionKeys(appKeyOf(devEui), accept, devNonce);
  sessions.set(accept.devAddr, { devEui, keys, lastUp: undefined, lastDown: undefined });
  counts.accepts += 1;
}

function overhearData({ phyPayload, from, startUs }: Said): void {
  const phy = readPhy(phyPayload);
  if (!phy.ok || phy.value.kind !== "data") throw new Error("not a data frame");
  const { devAddr, up } = phy.value;
  const session = sessions.get(devAddr)!;
  const fCnt = fullFCnt(up ? session.lastUp : session.lastDown, phy.value.fCnt);
  const judged = judge.data(phyPayload, session.keys, fCnt);
  expect(judged).toMatchObject({ micGood: true, devAddr });
  if (up) session.lastUp = fCnt;
  else session.lastDown = fCnt;
  if (up) {
    expect(session.devEui).toBe(from);
    const { fPort, ack, payload } = judged;
    const confirmed = judged.mType.startsWith("Confirmed");
    uplinks.push({ devEui: from, devAddr, startUs, fCnt, confirmed, ack, fPort, payload });
    return;
  }
  counts.downlinks += 1;
  if (judged.fPort === null) return;
  expect([judged.fPort, judged.payload]).toEqual([7, COMMAND.toString("hex")]);
  counts.commands += 1;
}

function appKeyOf(devEui: string): string {
  const member = life.members.find(({ identity }) => identity.devEui === devEui);
  return member!.identity.appKey.toString("hex");
}

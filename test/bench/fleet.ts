/**
 * What the simulator can do on one core: joins and encrypted uplinks a second, both ends of each, and datagrams a
 * second of one virtual gateway, each beside the machine's own floor of the same run (fleet-floor.ts).
 *
 * Aim: 50,000 encrypted uplinks/s on one core.
 */
import assert from "node:assert/strict";
import { type Phy, readPhy } from "../../agent/lorawan/phy.ts";
import { createDevices } from "../../simulator/core/devices.ts";
import { judgeCounter } from "../../simulator/core/frame-counter.ts";
import { answerJoin } from "../../simulator/core/join-server.ts";
import { completeSettings } from "../../simulator/core/settings.ts";
import { type CmacKey, cmacKey } from "../../simulator/meter/cmac.ts";
import { isDataMicGood, openData } from "../../simulator/meter/data-frames.ts";
import { drawMembers, type FleetMember } from "../../simulator/meter/fleet.ts";
import { readJoinAccept, writeJoinRequest } from "../../simulator/meter/join-frames.ts";
import { readW1, W1_FPORT, w1ReadingAt, writeW1 } from "../../simulator/meter/payload.ts";
import { composeUplink, openSession, type Session } from "../../simulator/meter/session.ts";
import { createWater } from "../../simulator/meter/water.ts";
import { WorldRng } from "../../simulator/world/rng.ts";
import { median, say } from "./figure.ts";
import { joinFloor, uplinkFloor } from "./fleet-floor.ts";
import { benchGateway } from "./fleet-gateway.ts";
import type { Effort } from "./main.ts";

const CORE = completeSettings();
const METERS = 1_000;
const FROM_MS = Date.UTC(2026, 0, 12, 6);
const INTERVAL_MS = 3_600_000;
const TIMES = 3;
const RUN_MS = 800;
/** Between two looks at the clock. */
const BATCH = 100;

type Data = Extract<Phy, { kind: "data" }>;

export async function benchFleet(effort: Effort): Promise<void> {
  const members = drawMembers(new WorldRng(1), METERS, FROM_MS);
  const runMs = RUN_MS * effort;
  for (const [bench, reads] of [
    ["fleet.uplinks", false],
    ["fleet.uplinks.with-reading", true],
  ] as const) {
    const uplinks = beside(uplinksOf(members, reads), uplinkFloor(), runMs);
    const of = "node:crypto alone, both ends' AES, ciphers kept";
    say(bench, uplinks.value, "uplinks/s", { value: uplinks.floor, of });
  }
  const joins = beside(joinsOf(members), joinFloor(), runMs);
  say("fleet.joins", joins.value, "joins/s", { value: joins.floor, of: "node:crypto alone, both ends' AES" });
  await benchGateway(effort);
}

/** A join whole: request written, verified, answered; the answer read; both ends with their session. */
function joinsOf(members: readonly FleetMember[]): () => void {
  const identities = members.map(({ identity }) => identity);
  const devices = createDevices(identities, CORE.netId, new WorldRng(2).stream("dev-addrs"));
  const appKeys = identities.map(({ appKey }) => cmacKey(appKey));
  let joins = 0;
  return () => {
    const at = joins % METERS;
    const devNonce = Math.floor(joins++ / METERS) & 0xffff;
    const identity = identities[at]!;
    const device = devices.get(identity.devEui)!;
    const request = writeJoinRequest({ ...identity, devNonce }, appKeys[at]!);
    const phy = readPhy(request);
    assert.ok(phy.ok && phy.value.kind === "joinRequest");
    const answer = answerJoin(device, phy.value, request, devices.drawDevAddr(), CORE);
    assert.ok(answer.ok);
    devices.open(device, answer.value.session);
    const session = sessionFrom(answer.value.accept, devNonce, appKeys[at]!);
    assert.equal(session.devAddr, answer.value.session.devAddr);
  };
}

/**
 * An uplink whole: the meter reads its index, writes, encrypts and signs; the core verifies, decrypts and reads.
 * @param reads false: every uplink says the same, which leaves the frame alone.
 */
function uplinksOf(members: readonly FleetMember[], reads: boolean): () => void {
  const meters = members.map(({ identity, household }) => ({
    session: sessionOf(identity.appKey),
    water: createWater(household),
    next: 0,
  }));
  const always = w1ReadingAt(meters[0]!.water, FROM_MS);
  const alwaysPayload = writeW1(always);
  let uplinks = 0;
  return () => {
    const meter = meters[uplinks % METERS]!;
    const { session, water } = meter;
    const hour = Math.floor(uplinks++ / METERS);
    const reading = reads ? w1ReadingAt(water, FROM_MS + hour * INTERVAL_MS) : always;
    const payload = reads ? writeW1(reading) : alwaysPayload;
    const { bytes } = composeUplink(session, { confirmed: false, fPort: W1_FPORT, payload });
    const phy = readPhy(bytes) as { readonly ok: true; readonly value: Data };
    const isMicGood = (fCnt: number): boolean => isDataMicGood(bytes, session.keys.nwkSKey, fCnt);
    const verdict = judgeCounter(meter.next, phy.value.fCnt, isMicGood);
    assert.equal(verdict.kind, "accepted");
    const opened = openData(bytes, phy.value, session.keys, meter.next++).payload as Buffer;
    if (!reads) return assert.ok(opened.equals(alwaysPayload));
    const read = readW1(opened);
    assert.ok(read.ok && read.value.litres === reading.litres);
  };
}

function sessionOf(appKeyOctets: Buffer): Session {
  const identity = { devEui: "02f1ee0000000001", joinEui: "02f1ee0000000001", appKey: appKeyOctets };
  const devices = createDevices([identity], CORE.netId, new WorldRng(3).stream("dev-addrs"));
  const appKey = cmacKey(appKeyOctets);
  const request = writeJoinRequest({ ...identity, devNonce: 0 }, appKey);
  const device = devices.get(identity.devEui)!;
  const answer = answerJoin(device, { ...identity, devNonce: 0 }, request, devices.drawDevAddr(), CORE);
  assert.ok(answer.ok);
  return sessionFrom(answer.value.accept, 0, appKey);
}

function sessionFrom(accept: Buffer, devNonce: number, appKey: CmacKey): Session {
  const read = readJoinAccept(accept, { encryption: appKey });
  assert.ok(read.ok);
  return openSession(read.value, devNonce, appKey);
}

/** Both a second, measured in turn, so that a busy moment of the machine hits both. */
function beside(work: () => void, floor: () => void, runMs: number): { value: number; floor: number } {
  const values: number[] = [];
  const floors: number[] = [];
  // Warm first.
  perSecond(work, runMs / 4);
  perSecond(floor, runMs / 4);
  for (let i = 0; i < TIMES; i++) {
    values.push(perSecond(work, runMs));
    floors.push(perSecond(floor, runMs));
  }
  return { value: median(values), floor: median(floors) };
}

/** Of one core: by processor time, so that whoever shares the machine does not count. */
function perSecond(work: () => void, runMs: number): number {
  const from = process.cpuUsage();
  let done = 0;
  let tookMs = 0;
  while (tookMs < runMs) {
    for (let i = 0; i < BATCH; i++) work();
    done += BATCH;
    const { user, system } = process.cpuUsage(from);
    tookMs = (user + system) / 1e3;
  }
  return (done * 1e3) / tookMs;
}

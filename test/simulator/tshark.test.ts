/**
 * Goal: whoever listens to the fleet with the keys and a decoder that none of us wrote finds every frame good and
 * reads in it what the meter meant.
 * Method: a fleet lives three lives with a core on the same air; all that was on air goes into a pcap, and Wireshark's
 * own LoRaWAN dissector verifies and decrypts it with the session keys of each meter in turn.
 *
 * tshark 4.0 neither opens join-accepts nor reads data frames without FPort: those are for lora-packet
 * (fleet-frames.test.ts).
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Life, liveOnAir, type Said } from "./fleet-on-air.ts";
import { writePcap } from "./pcap.ts";

const METERS = 5;
const LIVES = 3;
const MISSING =
  "tshark is not installed, and this test needs it: `npm run verify` installs it, or `apt-get install tshark`";
const MIC = { bad: "0", good: "1", noKey: "2" };
const FIELDS = ["lorawan.mic.status", "lorawan.frmpayload_decrypted", "loratap.channel.frequency"] as const;
/** MHDR, JoinEUI: those and DevAddr tell tshark which key to take. */
const JOIN_KEYED_OCTETS = 9;
const DATA_KEYED_OCTETS = 5;
const MTYPE_JOIN_REQUEST = 0;
const MTYPE_JOIN_ACCEPT = 1;
const UPLINK_MTYPES = [2, 4];

/** What tshark says of one frame: the MIC's status, the payload as hex, the frequency. */
type Verdict = readonly [mic: string, payload: string, frequencyHz: string];

let directory: string;
let life: Life;
/** What tshark can read, in the order of the pcap. */
let frames: readonly Said[];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "tshark-"));
  life = await liveOnAir({
    seed: 270,
    meters: METERS,
    lives: LIVES,
    lifeMs: 600_000,
    hearing: 0.9,
    settings: {
      schedule: { intervalMs: 60_000, jitterMs: 2_000 },
      confirmedShare: 0.4,
      dutyCycle: "waived",
    },
    prepare: (core, members) => {
      for (const { identity } of members)
        core.enqueue(identity.devEui, { fPort: 10, payload: Buffer.from("valve open"), confirmed: true });
    },
  });
  frames = life.said.filter(
    ({ phyPayload }) => mTypeOf(phyPayload) !== MTYPE_JOIN_ACCEPT && hasFPort(phyPayload),
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("tshark, with the session keys,", () => {
  test("finds every MIC good and reads what was meant, meter by meter", async () => {
    const meant = payloadsMeant();
    const said = frames.filter(({ phyPayload }) => mTypeOf(phyPayload) !== MTYPE_JOIN_REQUEST);
    expect(said.length).toBeGreaterThan(METERS * LIVES * 8);
    expect(said.some(({ phyPayload }) => mTypeOf(phyPayload) === 4)).toBe(true);
    expect(life.events.some((event) => event.kind === "uplinkSent" && event.attempt > 1)).toBe(true);
    expect(life.sessions.size).toBe(METERS * LIVES);

    const byMeter = await Promise.all(
      life.members.map(async ({ identity: { devEui } }) => {
        const verdicts = await askTshark(`${devEui}.pcap`, frames, devEui);
        return frames.flatMap((frame, at) => {
          if (ownerOf(frame.phyPayload) !== devEui) return [];
          const expected = [MIC.good, meant.get(frame) ?? "", String(frame.frequencyHz)];
          expect(verdicts[at]).toEqual(expected);
          return [frame];
        });
      }),
    );
    expect(byMeter.flat()).toHaveLength(frames.length);
  });

  test("has no key for the others", async () => {
    const [first] = life.members;
    const verdicts = await askTshark("others.pcap", frames, first!.identity.devEui);
    const others = verdicts.filter((_, at) => {
      const { phyPayload } = frames[at]!;
      // The fleet has one JoinEUI: with it tshark takes the first meter's AppKey for everybody's.
      return mTypeOf(phyPayload) !== MTYPE_JOIN_REQUEST && ownerOf(phyPayload) !== first!.identity.devEui;
    });
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others.map(([mic]) => mic))).toEqual(new Set([MIC.noKey]));
  });

  test.each([
    ["a join-request", (mType: number) => mType === MTYPE_JOIN_REQUEST, JOIN_KEYED_OCTETS],
    ["an unconfirmed uplink", (mType: number) => mType === 2, DATA_KEYED_OCTETS],
    ["a confirmed uplink", (mType: number) => mType === 4, DATA_KEYED_OCTETS],
  ])("finds %s bad with one bit flipped, wherever it is", async (what, isOne, fromOctet) => {
    const frame = frames.find(({ phyPayload }) => isOne(mTypeOf(phyPayload)))!;
    // The first five octets of a data frame choose the key; the sixth says how long the header is.
    const from = fromOctet === DATA_KEYED_OCTETS ? fromOctet + 1 : fromOctet;
    const spoiled = Array.from({ length: frame.phyPayload.length - from }, (_, at) => {
      const phyPayload = Buffer.from(frame.phyPayload);
      phyPayload[from + at]! ^= 1 << (at % 8);
      return { ...frame, phyPayload };
    });
    const verdicts = await askTshark(`${what}.pcap`, [frame, ...spoiled], ownerOf(frame.phyPayload));
    expect(verdicts.map(([mic]) => mic)).toEqual([MIC.good, ...spoiled.map(() => MIC.bad)]);
  });
});

/** The clear payload of each data frame, hex, by what its sender told of it. */
function payloadsMeant(): Map<Said, string> {
  const uplinks = new Map(
    life.events.flatMap((event) =>
      event.kind === "uplinkSent"
        ? [[`${event.devEui}/${event.startUs}`, event.payload.toString("hex")]]
        : [],
    ),
  );
  const downlink = Buffer.from("valve open").toString("hex");
  return new Map(
    frames
      .filter(({ phyPayload }) => mTypeOf(phyPayload) !== MTYPE_JOIN_REQUEST)
      .map((frame) => {
        const isUplink = UPLINK_MTYPES.includes(mTypeOf(frame.phyPayload));
        return [frame, isUplink ? uplinks.get(`${frame.from}/${frame.startUs}`)! : downlink];
      }),
  );
}

/** The DevEUI of the meter it is from or to. */
function ownerOf(phyPayload: Buffer): string {
  if (mTypeOf(phyPayload) === MTYPE_JOIN_REQUEST) return reversed(phyPayload.subarray(9, 17));
  const devAddr = reversed(phyPayload.subarray(1, 5));
  const joined = life.events.find((event) => event.kind === "joined" && event.devAddr === devAddr);
  return joined!.devEui;
}

function mTypeOf(phyPayload: Buffer): number {
  return phyPayload[0]! >> 5;
}

function hasFPort(phyPayload: Buffer): boolean {
  return phyPayload.length > 12 + (phyPayload[5]! & 0x0f);
}

function reversed(octets: Uint8Array): string {
  return Buffer.from(octets).reverse().toString("hex");
}

/** @returns its verdicts, in the order of the frames, with the keys of this meter alone. */
async function askTshark(name: string, of: readonly Said[], devEui: string): Promise<Verdict[]> {
  const file = join(directory, name.replaceAll(" ", "-"));
  writeFileSync(file, writePcap(of));
  const words = [
    ...["-n", "-r", file, "-T", "fields", "-E", "separator=,"],
    ...FIELDS.flatMap((field) => ["-e", field]),
    ...keysOf(devEui).flatMap((key) => ["-o", `uat:encryption_keys_lorawan:${key}`]),
  ];
  // A user's own keys and habits must not speak here.
  const env = { ...process.env, WIRESHARK_CONFIG_DIR: directory };
  const { stdout } = await promisify(execFile)("tshark", words, { env, maxBuffer: 16 * 1024 * 1024 }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new Error(MISSING) : error;
    },
  );
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(",") as unknown as Verdict);
}

/** DevAddr (octets as on air), NwkSKey, AppSKey, JoinEUI (as on air); of a join-request the AppKey for both. */
function keysOf(devEui: string): string[] {
  const { joinEui, appKey } = life.members.find(({ identity }) => identity.devEui === devEui)!.identity;
  const onAir = (hex: string): string => reversed(Buffer.from(hex, "hex"));
  const root = [onAir("00000000"), appKey.toString("hex"), appKey.toString("hex"), onAir(joinEui)];
  const sessions = [...life.sessions].map(([devAddr, { nwkSKey, appSKey }]) => {
    const isHers = life.events.some(
      (event) => event.kind === "joined" && event.devAddr === devAddr && event.devEui === devEui,
    );
    const key = [onAir(devAddr), nwkSKey.toString("hex"), appSKey.toString("hex"), "0000000000000000"];
    return isHers ? [key] : [];
  });
  return [root, ...sessions.flat()].map((fields) => fields.map((field) => `"${field}"`).join(","));
}

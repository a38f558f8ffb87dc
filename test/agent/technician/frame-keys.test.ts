/**
 * Judges: the published frames of test/vectors/data-frames.json where they have keys, lora-packet's own writing, and for
 * 1.1 the fleet's own cipher (simulator/meter/), which has nothing of lora-packet.
 */
import loraPacketModule from "lora-packet";
import { describe, expect, test } from "vitest";
import { readKeys } from "../../../agent/technician/frame-keys.ts";
import { openFrames } from "../../../agent/technician/frame-opener.ts";
import { cmacKey, micAt, micOf, putMic } from "../../../simulator/meter/cmac.ts";
import { dataKeys, writeDataFrame } from "../../../simulator/meter/data-frames.ts";
import vectors from "../../vectors/data-frames.json" with { type: "json" };

const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;
const NWK = "44024241ed4ce9a68c6a8bc055233fd3";
const APP = "ec925802ae430ca77fd3dd73cb2cc588";
const OTHER = "00112233445566778899aabbccddeeff";
const THIRD = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/** The frame of lora-packet's own README, whose payload is "test". */
const README_FRAME = Buffer.from("40f17dbe4900020001954378762b11ff0d", "hex");

function frame(fCnt: number, payload: string): Buffer {
  const high = Buffer.alloc(2);
  high.writeUInt16LE(fCnt >>> 16);
  return loraPacket.fromFields(
    {
      ...{ MType: "Unconfirmed Data Up", DevAddr: Buffer.from("26011bda", "hex"), FPort: 2, payload },
      ...{ FCtrl: { ADR: false, ADRACKReq: false, ACK: false, FPending: false }, FCnt: fCnt & 0xffff },
    },
    Buffer.from(APP, "hex"),
    Buffer.from(NWK, "hex"),
    undefined,
    high,
  ).PHYPayload!;
}

describe("a file of keys", () => {
  test.each([
    ["CSV with a head", `dev_addr,nwk_skey,app_skey\n26011bda,${NWK},${APP}\n`],
    ["CSV in another order", `AppSKey;DevAddr;NwkSKey\n${APP};26011BDA;${NWK}\r\n`],
    ["CSV without a head, with comments", `# mine\n0x26011bda, ${NWK}, ${APP}\n\n`],
    ["TOML", `[26011bda]\nnwk_skey = "${NWK}"\napp_skey = "${APP}"\n`],
    [
      "TOML, as people copy keys",
      `["26:01:1B:DA"]\nnwk_skey = "${NWK.toUpperCase()}"\napp_skey = "${APP.replace(/../g, "$& ").trim()}"\n`,
    ],
  ])("%s", (_what, text) => {
    const read = readKeys(text);
    if (!read.ok) throw new Error(JSON.stringify(read.fault));
    expect([...read.value]).toEqual([
      ["26011bda", { version: "1.0", nwkSKey: Buffer.from(NWK, "hex"), appSKey: Buffer.from(APP, "hex") }],
    ]);
  });

  const HEAD_11 = "dev_addr,f_nwk_s_int_key,s_nwk_s_int_key,nwk_s_enc_key,app_s_key";
  test.each([
    ["CSV with a head", `${HEAD_11}\n26011bda,${NWK},${OTHER},${THIRD},${APP}\n`],
    ["CSV without a head", `26011bda;${NWK};${OTHER};${THIRD};${APP}\n`],
    [
      "CSV beside 1.0",
      `DevAddr,NwkSKey,AppSKey,NwkSEncKey,SNwkSIntKey,FNwkSIntKey\n26011bda,,${APP},${THIRD},${OTHER},${NWK}`,
    ],
    [
      "TOML",
      `[26011bda]\nFNwkSIntKey = "${NWK}"\ns_nwk_s_int_key = "${OTHER}"\nnwk_senc_key = "${THIRD}"\napp_skey = "${APP}"\n`,
    ],
  ])("of LoRaWAN 1.1: %s", (_what, text) => {
    const [fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey] = [NWK, OTHER, THIRD, APP].map((hex) =>
      Buffer.from(hex, "hex"),
    );
    const read = readKeys(text);
    if (!read.ok) throw new Error(JSON.stringify(read.fault));
    expect([...read.value]).toEqual([
      ["26011bda", { version: "1.1", fNwkSIntKey, sNwkSIntKey, nwkSEncKey, appSKey }],
    ]);
  });

  test("three network keys that are one are the NwkSKey of a 1.0 session", () => {
    const read = readKeys(`${HEAD_11}\n26011bda,${NWK},${NWK},${NWK},${APP}\n`);
    expect(read.ok && read.value.get("26011bda")?.version).toBe("1.0");
  });

  test.each([
    ["nothing", ""],
    ["blank lines", "\n \n"],
    ["only a comment", "# mine\n"],
    ["only a head", "dev_addr,nwk_skey,app_skey\n"],
  ])("with %s has no keys, and that is a fault", (_what, text) => {
    expect(readKeys(text)).toEqual({ ok: false, fault: { fault: "noKeys" } });
  });

  test.each([
    [
      "a key too short",
      `26011bda,${NWK},${APP.slice(2)}`,
      { place: { unit: "line", number: 1 }, fault: "badKey" },
    ],
    [
      "no DevAddr",
      `dev_addr,nwk_skey,app_skey\n26011bd,${NWK},${APP}`,
      { place: { unit: "line", number: 2 }, fault: "badDevAddr" },
    ],
    ["a table without keys", "[26011bda]\n", { place: { unit: "table", number: 1 }, fault: "badKey" }],
    [
      "a key of the four missing",
      `26011bda,${NWK},,${OTHER},${APP}`,
      { place: { unit: "line", number: 1 }, fault: "badKey" },
    ],
    [
      "no TOML",
      `[26011bda]\nnwk_skey = ${NWK}\n`,
      { place: { unit: "line", number: 2 }, fault: "notReadable" },
    ],
  ])("%s is told by its place, and never shows a key", (_what, text, fault) => {
    const read = readKeys(text);
    expect(read).toEqual({ ok: false, fault });
    expect(JSON.stringify(read)).not.toContain(NWK.slice(0, 8));
  });
});

describe("frames opened with keys", () => {
  const ring = (text: string) => {
    const read = readKeys(text);
    if (!read.ok) throw new Error(read.fault.fault);
    return read.value;
  };

  test("lora-packet's published frame says what its README says", async () => {
    const open = await openFrames(ring(`49be7df1,${NWK},${APP}`));
    const opened = open("49be7df1", README_FRAME);
    expect(opened).toMatchObject({ mic: "good", fCnt: 2 });
    expect(opened?.mic === "good" && opened.frmPayload?.toString()).toBe("test");
  });

  test("the high half of the counter is found, and remembered", async () => {
    const open = await openFrames(ring(`26011bda,${NWK},${APP}`));
    for (const fCnt of [3, 0x1_0003, 0x1_0004, 0x3f_0001]) {
      const opened = open("26011bda", frame(fCnt, "water"));
      expect(opened).toMatchObject({ mic: "good", fCnt });
      expect(opened?.mic === "good" && opened.frmPayload?.toString()).toBe("water");
    }
    expect(open("26011bda", frame(0x40_0001, "water"))).toEqual({ mic: "bad", version: "1.0" });
  });

  test("other keys open nothing, and of a stranger nothing is said", async () => {
    const open = await openFrames(ring(`26011bda,${OTHER},${APP}`));
    expect(open("26011bda", frame(1, "water"))).toEqual({ mic: "bad", version: "1.0" });
    expect(open("26011bdb", frame(1, "water"))).toBeUndefined();
  });
});

interface Vector11 {
  readonly id: string;
  readonly version: string;
  readonly keys: {
    readonly FNwkSIntKey?: string;
    readonly SNwkSIntKey: string;
    readonly NwkSEncKey?: string;
    readonly AppSKey?: string;
  };
  readonly fcnt32: number;
  readonly plain: string | null;
  readonly plainKey?: string;
  readonly decoded: { readonly devAddr: string };
  readonly phyPayload: string;
}

describe("frames of LoRaWAN 1.1 opened with their four keys", () => {
  const published = (vectors.frames as unknown as Vector11[]).filter(({ version }) => version === "1.1");
  const octets = (hex: string) => Buffer.from(hex, "hex");
  const opener = ({ keys, decoded: { devAddr } }: Pick<Vector11, "keys" | "decoded">) =>
    openFrames(
      new Map([
        [
          devAddr,
          {
            version: "1.1",
            // Some publish no more keys than their frame needs.
            fNwkSIntKey: octets(keys.FNwkSIntKey ?? OTHER),
            sNwkSIntKey: octets(keys.SNwkSIntKey),
            nwkSEncKey: octets(keys.NwkSEncKey ?? OTHER),
            appSKey: octets(keys.AppSKey ?? OTHER),
          },
        ],
      ]),
    );

  test.each(published)("$id: as published", async (vector) => {
    const { phyPayload, plain, plainKey, fcnt32, decoded } = vector;
    const opened = (await opener(vector))(decoded.devAddr, octets(phyPayload));
    expect(opened).toMatchObject({ mic: "good", fCnt: fcnt32 });
    // One source encrypts FPort 0 with the wrong key, one gives no key for it.
    if (plainKey !== undefined || plain === null) return;
    const { frmPayload } = opened as { frmPayload?: Buffer };
    expect(frmPayload?.toString("hex") ?? "").toBe(plain);
  });

  test.each(published)(
    "$id: a wrong MIC, another key and a changed payload are found out",
    async (vector) => {
      const { phyPayload, keys, decoded } = vector;
      const { devAddr } = decoded;
      for (const at of [-1, -4, -5]) {
        const changed = octets(phyPayload);
        changed[changed.length + at]! ^= 0x55;
        expect((await opener(vector))(devAddr, changed)).toEqual({ mic: "bad", version: "1.1" });
      }
      const others = { ...keys, SNwkSIntKey: THIRD };
      expect((await opener({ keys: others, decoded }))(devAddr, octets(phyPayload))).toMatchObject({
        mic: "bad",
      });
    },
  );

  const session = {
    decoded: { devAddr: "26011bda" },
    keys: { FNwkSIntKey: NWK, SNwkSIntKey: OTHER, NwkSEncKey: THIRD, AppSKey: APP },
  };
  interface Told {
    readonly confFCnt?: number;
    readonly txDr?: number;
    readonly txCh?: number;
    readonly ack?: boolean;
    readonly up?: boolean;
  }

  /** LoRaWAN 1.1, 4.4: an uplink's MIC is CMAC(SNwkSIntKey, B1)[0..1] | CMAC(FNwkSIntKey, B0)[0..1]. */
  function frame11(fCnt: number, { confFCnt = 0, txDr = 0, txCh = 0, ack = false, up = true }: Told): Buffer {
    const keys = dataKeys({ nwkSKey: octets(NWK), appSKey: octets(APP) });
    const what = { up, confirmed: false, devAddr: "26011bda", fCnt, fPort: 2, ack };
    const frame = writeDataFrame({ ...what, payload: Buffer.from("water") }, keys);
    const micStart = frame.length - 4;
    const block = Buffer.alloc(16);
    block[0] = 0x49;
    block.writeUInt16LE(confFCnt, 1);
    if (up) block.set([txDr, txCh], 3);
    block[5] = up ? 0 : 1;
    frame.copy(block, 6, 1, 5);
    block.writeUInt32LE(fCnt, 10);
    block[15] = micStart;
    const serving = micOf(cmacKey(octets(OTHER)), block, frame, 0, micStart);
    const forwarding = micAt(frame, micStart);
    const mic = up ? ((serving & 0xffff) | ((forwarding & 0xffff) << 16)) >>> 0 : serving;
    putMic(frame, micStart, mic);
    return frame;
  }

  test("whatever the data rate and the channel, and beyond 16 bits of the counter", async () => {
    const open = await opener(session);
    const frames: [number, Told][] = [
      [3, {}],
      [0xffff, { txDr: 5, txCh: 7 }],
      [0x1_0003, { txCh: 15 }],
      [0x1_0004, { txDr: 15, txCh: 95 }],
      [0x3f_0001, { txDr: 2, txCh: 3 }],
    ];
    for (const [fCnt, told] of frames) {
      const opened = open("26011bda", frame11(fCnt, told));
      expect(opened, String(fCnt)).toMatchObject({ mic: "good", fCnt });
      expect(opened?.mic === "good" && opened.frmPayload?.toString()).toBe("water");
    }
  });

  test("of one that acknowledges only the half that FNwkSIntKey makes is judged, and that is said", async () => {
    const phy = frame11(0x1_0005, { confFCnt: 7, txDr: 5, txCh: 2, ack: true });
    expect((await opener(session))("26011bda", phy)).toEqual({
      ...{ mic: "half", fCnt: 0x1_0005 },
      frmPayload: Buffer.from("water"),
    });
    const down = frame11(5, { confFCnt: 7, ack: true, up: false });
    expect((await opener(session))("26011bda", down)).toEqual({ mic: "unknown" });
  });

  test("keys of 1.0 do not open it, nor those of 1.1 a frame of 1.0", async () => {
    const read = readKeys(`26011bda,${NWK},${APP}`);
    if (!read.ok) throw new Error(read.fault.fault);
    const open = await openFrames(read.value);
    expect(open("26011bda", frame11(3, { txDr: 5, txCh: 7 }))).toEqual({ mic: "bad", version: "1.0" });
    expect((await opener(session))("26011bda", frame(3, "water"))).toEqual({ mic: "bad", version: "1.1" });
  });
});

/** Judge: the published frames of test/vectors/data-frames.json where they have keys, and lora-packet's own writing. */
import loraPacketModule from "lora-packet";
import { describe, expect, test } from "vitest";
import { openFrames, readKeys } from "../../../agent/technician/frame-keys.ts";

const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;
const NWK = "44024241ed4ce9a68c6a8bc055233fd3";
const APP = "ec925802ae430ca77fd3dd73cb2cc588";
const OTHER = "00112233445566778899aabbccddeeff";

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
    expect(
      [...read.value].map(([devAddr, keys]) => [
        devAddr,
        keys.nwkSKey.toString("hex"),
        keys.appSKey.toString("hex"),
      ]),
    ).toEqual([["26011bda", NWK, APP]]);
  });

  test.each([
    ["a key too short", `26011bda,${NWK},${APP.slice(2)}`, { where: "line 1", fault: "badKey" }],
    [
      "no DevAddr",
      `dev_addr,nwk_skey,app_skey\n26011bd,${NWK},${APP}`,
      { where: "line 2", fault: "badDevAddr" },
    ],
    ["a table without keys", "[26011bda]\n", { where: "table 1", fault: "badKey" }],
    ["no TOML", `[26011bda]\nnwk_skey = ${NWK}\n`, { where: "line 2", fault: "notReadable" }],
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
    expect(open("26011bda", frame(0x40_0001, "water"))).toEqual({ mic: "bad" });
  });

  test("other keys open nothing, and of a stranger nothing is said", async () => {
    const open = await openFrames(ring(`26011bda,${OTHER},${APP}`));
    expect(open("26011bda", frame(1, "water"))).toEqual({ mic: "bad" });
    expect(open("26011bdb", frame(1, "water"))).toBeUndefined();
  });
});

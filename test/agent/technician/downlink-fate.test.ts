/** Goal: whoever sends a downlink is told what is known of it, and no more. */
import { expect, test } from "vitest";
import { statusOfTxError } from "../../../agent/downlink/tx-status.ts";
import type { BenchDoors } from "../../../agent/technician/bench-doors.ts";
import { doubtOf, withReason } from "../../../agent/technician/downlink-fate.ts";
import { testDownlink } from "../../../agent/technician/downlink-test.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";

const PLAN = {
  ...{ gatewayEui: "7276ff0044010010", frequencyHz: 869_525_000, spreadingFactor: 9, powerDbm: 14 },
  ...{ airtimeUs: 200_000, phyPayload: "e0", subBand: "P", usedUs: 0, limitUs: 360_000_000 },
};

/** What the command prints when the agent says so. */
async function printed(said: object, language: Language = "en"): Promise<{ text: string; code: number }> {
  const seen = { text: "", code: 0 };
  const doors: Partial<BenchDoors> = {
    control: {
      ask: async () => ({ status: 200, body: { ok: true, plan: PLAN, said } }),
    } as unknown as BenchDoors["control"],
    ...{ env: {}, t: makeText(language), columns: () => undefined, writeError: () => undefined },
    interrupted: new AbortController().signal,
    print: async (text) => {
      seen.text += text;
    },
    setExitCode: (code) => {
      seen.code = code;
    },
  };
  await testDownlink(doors as BenchDoors, { config: "", socket: "/a", yes: true, json: false });
  return seen;
}

test.each(["txAckMissing", "protocolWithoutTxAck", "gatewayGone"])(
  "nobody answered (%s): it may be on air, and no more is said",
  async (reason) => {
    const said = { status: "INTERNAL_ERROR", reason, tookMs: 3_000 };
    const { text, code } = await printed(said);
    expect(code).toBe(1);
    expect(text).toMatch(/^Handed to the forwarder, and no answer came: it may be on air\.\n/);
    expect(text).not.toMatch(/not sent|INTERNAL_ERROR|tx_?ack/i);
    // What may have been sent counts.
    expect(text).toContain("0.2 of 360 s");
    const french = await printed(said, "fr");
    expect(french.text).toMatch(/^Confiée au forwarder, et aucune réponse .* peut-être partie\.\n/);
    expect(french.text).not.toMatch(/non émise|INTERNAL_ERROR|tx_?ack/i);
  },
);

test("an answer that cannot be read is one, and leaves it open too", async () => {
  const { text } = await printed({ status: "INTERNAL_ERROR", reason: "txAckUnreadable", tookMs: 3 });
  expect(text).toMatch(/^Handed to the forwarder, whose answer could not be read: it may be on air\.\n/);
});

test("a refusal is said once, with the forwarder's own word only where it is another", async () => {
  const once = await printed({ status: "COLLISION_PACKET", reason: "COLLISION_PACKET", tookMs: 3 });
  expect(once.text).toMatch(/^Not sent: COLLISION_PACKET\.\n {2}tx_ack +COLLISION_PACKET\n/);
  expect(statusOfTxError("SEND_LBT")).toBe("INTERNAL_ERROR");
  const other = await printed({ status: "INTERNAL_ERROR", reason: "SEND_LBT", tookMs: 3 });
  expect(other.text).toMatch(/^Not sent: SEND_LBT\.\n {2}tx_ack +INTERNAL_ERROR \(SEND_LBT\)\n/);
  expect(withReason("TOO_LATE, COLLISION_PACKET", "COLLISION_PACKET")).toBe("TOO_LATE, COLLISION_PACKET");
  expect(doubtOf("COLLISION_PACKET")).toBeUndefined();
  expect(doubtOf("constructor")).toBeUndefined();
});

/** Goal: whoever sends a downlink is told what is known of it, and no more. */
import { expect, test } from "vitest";
import { statusOfTxError } from "../../../agent/downlink/tx-status.ts";
import { TX_STATUSES } from "../../../agent/lorawan/tx-status.ts";
import type { BenchDoors } from "../../../agent/technician/bench-doors.ts";
import { doubtOf, withReason } from "../../../agent/technician/downlink-fate.ts";
import { testDownlink } from "../../../agent/technician/downlink-test.ts";
import { type Language, makeText } from "../../../agent/text/text.ts";

const PLAN = {
  ...{ gatewayEui: "7276ff0044010010", frequencyHz: 869_525_000, spreadingFactor: 9, powerDbm: 14 },
  ...{ airtimeUs: 200_000, phyPayload: "e0", subBand: "P", usedUs: 0, limitUs: 360_000_000 },
};

/** What the command prints when the agent says so. */
async function printed(
  said: object,
  language: Language = "en",
  { power, plan = PLAN }: { readonly power?: string; readonly plan?: object } = {},
): Promise<{ text: string; code: number }> {
  const seen = { text: "", code: 0 };
  const doors: Partial<BenchDoors> = {
    control: {
      ask: async () => ({ status: 200, body: { ok: true, plan, said } }),
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
  await testDownlink(doors as BenchDoors, { config: "", socket: "/a", power, yes: true, json: false });
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

test("a refusal is said in words, with the forwarder's own word below", async () => {
  const once = await printed({ status: "COLLISION_PACKET", reason: "COLLISION_PACKET", tookMs: 3 });
  expect(once.text).toMatch(
    /^Not sent: another frame is to be sent at that moment\.\n {2}tx_ack +COLLISION_PACKET\n/,
  );
  expect(statusOfTxError("SEND_LBT")).toBe("INTERNAL_ERROR");
  const other = await printed({ status: "INTERNAL_ERROR", reason: "SEND_LBT", tookMs: 3 });
  expect(other.text).toMatch(
    /^Not sent: others were sending on this channel\.\n {2}tx_ack +INTERNAL_ERROR \(SEND_LBT\)\n/,
  );
  expect(withReason("TOO_LATE, COLLISION_PACKET", "COLLISION_PACKET")).toBe("TOO_LATE, COLLISION_PACKET");
  expect(doubtOf("COLLISION_PACKET")).toBeUndefined();
  expect(doubtOf("constructor")).toBeUndefined();
});

test.each(TX_STATUSES.filter((status) => !["OK", "IGNORED", "INTERNAL_ERROR"].includes(status)))(
  "%s has words in both languages",
  async (status) => {
    for (const language of ["en", "fr"] as const) {
      const { text } = await printed({ status, reason: status, tookMs: 3 }, language);
      const [verdict = ""] = text.split("\n");
      expect(verdict).toMatch(/^(Not sent|Non émise) ?: \S+ \S+ .*\.$/);
      expect(verdict).not.toContain(status);
    }
  },
);

test("a word that we do not know is the forwarder's", async () => {
  const { text } = await printed({ status: "INTERNAL_ERROR", reason: "E_42", tookMs: 3 }, "fr");
  expect(text).toMatch(/^Non émise : le forwarder dit E_42\.\n/);
});

test("what the agent itself refuses is no tx_ack, and nothing is said to have gone out as asked", async () => {
  const { text, code } = await printed({ status: "TX_POWER", reason: "power", tookMs: 0 }, "fr");
  expect(code).toBe(1);
  expect(text).toMatch(/^Non émise : cette radio n'émet pas à cette puissance\.\n/);
  expect(text).not.toMatch(/tx_ack|comme demandé|TX_POWER|\bpower\b/);
  expect(text).toContain("14 dBm PIRE voulus");
});

test("as asked is what was asked and was sent", async () => {
  const sent = { status: "OK", tookMs: 3 };
  expect((await printed(sent, "fr", { power: "14" })).text).toContain("14 dBm PIRE, comme demandé");
  const less = (await printed(sent, "fr", { power: "14,5" })).text;
  expect(less).toContain("14 dBm PIRE pour 14,5 voulus : un forwarder prend des dBm entiers");
  expect(less).not.toContain("comme demandé");
  const english = (await printed(sent, "en", { power: "14.5" })).text;
  expect(english).toContain("14 dBm EIRP for the 14.5 wanted");
  const refused = await printed({ status: "TX_POWER", reason: "TX_POWER", tookMs: 3 }, "fr", { power: "14" });
  expect(refused.text).not.toContain("comme demandé");
});

test("a limit is written as the language writes figures", async () => {
  let text = "";
  const doors: Partial<BenchDoors> = {
    control: {
      ask: async () => ({ status: 200, body: { ok: false, fault: "tooStrong", limit: 29.15 } }),
    } as unknown as BenchDoors["control"],
    ...{ env: {}, t: makeText("fr"), interrupted: new AbortController().signal },
    writeError: (said) => {
      text += said;
    },
    setExitCode: () => undefined,
  };
  await testDownlink(doors as BenchDoors, { config: "", socket: "/a", yes: true, json: false });
  expect(text).toBe("non émise : cette sous-bande permet 29,15 dBm PIRE\n");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readUpward } from "../../../agent/lorawan/gwmp.ts";
import { readTxAck, TX_ACK_WORD_CHARS_MAX, writeTxAckBody } from "../../../agent/lorawan/tx-ack.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

const GWMP = vectors("gwmp.json");
const ACCEPTED = { outcome: "accepted" };
const ackOf = (said: unknown) => valueOrFault(readTxAck(JSON.stringify({ txpk_ack: said })));

describe("TX_ACKs written by others", () => {
  const EXPECTED: Record<string, object> = {
    "tx-ack-empty": ACCEPTED,
    "tx-ack-trailing-zero": ACCEPTED,
    "tx-ack-collision-beacon": { outcome: "error", error: "COLLISION_BEACON" },
    "helium-tx-ack-zero": ACCEPTED,
  };
  // biome-ignore lint/suspicious/noExplicitAny: a vector
  const acks = GWMP.datagrams.filter(({ expected }: any) => expected.type === "TX_ACK");

  test("are all here", () => {
    expect(acks.map(({ id }: { id: string }) => id)).toEqual(Object.keys(EXPECTED));
  });

  test.each(acks as { id: string; hex: string }[])("$id is read and written again", ({ id, hex }) => {
    const datagram = valueOrFault(readUpward(Buffer.from(hex, "hex")));
    const body = datagram.kind === "txAck" ? datagram.body : "not a TX_ACK";
    const ack = valueOrFault(readTxAck(body));
    expect(ack).toEqual(EXPECTED[id]);
    expect(writeTxAckBody(ack)).toBe(body);
  });

  test("a warning says that it was sent, and how loud", () => {
    const { json } = GWMP.bodies.find(({ id }: { id: string }) => id === "proto-txack-warn");
    const ack = valueOrFault(readTxAck(json));
    expect(ack).toEqual({ outcome: "warn", warn: "TX_POWER", powerDbm: 20 });
    expect(writeTxAckBody(ack)).toBe(json);
  });
});

describe("a TX_ACK's quirks", () => {
  test.each([
    "",
    "\0",
    " \0\n",
    '{"txpk_ack":{}}',
    '{"txpk_ack":{"error":""}}',
    '{"txpk_ack":{"error":"NONE"}}',
  ])("%j is an acceptance", (text) => expect(valueOrFault(readTxAck(text))).toEqual(ACCEPTED));

  test("null, none and an empty warning are an acceptance too", () => {
    for (const ack of [{ error: null }, { error: "none", warn: null }, { warn: "" }, { warn: "NONE" }]) {
      expect(ackOf(ack)).toEqual(ACCEPTED);
    }
  });

  test("Kerlink says power instead of value; it may be missing", () => {
    expect(ackOf({ warn: "TX_POWER", power: 14 })).toEqual({
      outcome: "warn",
      warn: "TX_POWER",
      powerDbm: 14,
    });
    expect(ackOf({ warn: "TX_POWER" })).toEqual({ outcome: "warn", warn: "TX_POWER", powerDbm: undefined });
  });

  test("an error keeps its spelling, is never longer than a log line likes, and outweighs a warning", () => {
    expect(ackOf({ error: "Some_New_Error", warn: "TX_POWER" })).toEqual({
      outcome: "error",
      error: "Some_New_Error",
    });
    expect(ackOf({ error: 7 })).toEqual({ outcome: "error", error: "7" });
    expect(ackOf({ error: "x".repeat(TX_ACK_WORD_CHARS_MAX) })).toHaveProperty(
      "error.length",
      TX_ACK_WORD_CHARS_MAX,
    );
    expect(ackOf({ error: "x".repeat(TX_ACK_WORD_CHARS_MAX + 1) })).toHaveProperty(
      "error.length",
      TX_ACK_WORD_CHARS_MAX,
    );
  });

  test("what cannot be read is never an acceptance", () => {
    expect(faultOf(readTxAck("{"))).toBe("badJson");
    expect(faultOf(readTxAck("OK"))).toBe("badJson");
    expect(faultOf(readTxAck("[]"))).toBe("notAnObject");
    expect(faultOf(readTxAck("{}"))).toBe("noTxpkAck");
    expect(faultOf(readTxAck('{"txpk_ack":"TOO_LATE"}'))).toBe("noTxpkAck");
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const read = readTxAck(text);
        if (read.ok) expect(text.replaceAll(/[\0 \n\r\t]/g, "")).toBe("");
      }),
    );
  });
});

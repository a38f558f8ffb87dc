import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DATAGRAM_OCTETS_MAX,
  type Downward,
  PULL_RESP_OCTETS_MAX,
  readDownward,
  readUpward,
  type Token,
  type Upward,
  writePullAck,
  writePullData,
  writePullResp,
  writePushAck,
  writePushData,
  writeTxAck,
} from "../../../agent/lorawan/gwmp.ts";
import { faultOf, valueOrFault, vectors } from "./vectors.ts";

const KINDS: Record<string, string> = {
  PUSH_DATA: "pushData",
  PULL_DATA: "pullData",
  TX_ACK: "txAck",
  PUSH_ACK: "pushAck",
  PULL_ACK: "pullAck",
  PULL_RESP: "pullResp",
};

interface DatagramVector {
  id: string;
  hex: string;
  reply?: string;
  malformed?: boolean;
  expected: {
    version: number;
    token: string;
    type: string;
    id: number;
    gatewayEui?: string;
    json?: unknown;
    trailingZero?: boolean;
  };
}

const DATAGRAMS: DatagramVector[] = vectors("gwmp.json").datagrams;
const SOUND = DATAGRAMS.filter(({ malformed }) => malformed !== true);
const MALFORMED = DATAGRAMS.filter(({ malformed }) => malformed === true);
const isDownward = (type: string) => type === "PUSH_ACK" || type === "PULL_ACK" || type === "PULL_RESP";

function read(vector: DatagramVector): Upward | Downward {
  const bytes = Buffer.from(vector.hex, "hex");
  return valueOrFault<Upward | Downward>(
    isDownward(vector.expected.type) ? readDownward(bytes) : readUpward(bytes),
  );
}

function write(datagram: Upward | Downward): Buffer {
  const { kind, version, token } = datagram;
  switch (kind) {
    case "pushData":
      return writePushData(version, token, datagram.gatewayEui, datagram.body);
    case "pullData":
      return writePullData(version, token, datagram.gatewayEui);
    case "txAck":
      return writeTxAck(version, token, datagram.gatewayEui, datagram.body);
    case "pushAck":
      return writePushAck(version, token);
    case "pullAck":
      return writePullAck(version, token);
    case "pullResp":
      return writePullResp(version, token, datagram.body);
  }
}

describe("datagrams written by others", () => {
  test("are all here", () => {
    expect(DATAGRAMS.length).toBe(21);
    expect([SOUND.length, MALFORMED.length]).toEqual([18, 3]);
  });

  test("are bodies of four kinds, each walked in the test of its reader", () => {
    const kinds = vectors("gwmp.json").bodies.map(({ json }: { json: string }) =>
      Object.keys(JSON.parse(json)),
    );
    expect(kinds.flat().length).toBe(23);
    const count = (kind: string) => kinds.flat().filter((key: string) => key === kind).length;
    expect(["rxpk", "stat", "txpk", "txpk_ack"].map(count)).toEqual([9, 3, 10, 1]);
  });

  test.each(SOUND)("$id is read", (vector) => {
    const datagram = read(vector);
    const { expected } = vector;
    expect(datagram.kind).toBe(KINDS[expected.type]);
    expect(datagram.version).toBe(expected.version);
    expect(Buffer.from(datagram.token).toString("hex")).toBe(expected.token);
    if (expected.gatewayEui !== undefined) expect(datagram).toHaveProperty("gatewayEui", expected.gatewayEui);
    const body = "body" in datagram ? datagram.body.toString() : "";
    expect(body === "" ? undefined : JSON.parse(body)).toEqual(expected.json);
  });

  test.each(SOUND)("$id is written again, octet for octet", (vector) => {
    const octets = write(read(vector)).toString("hex");
    expect(octets + (vector.expected.trailingZero === true ? "00" : "")).toBe(vector.hex);
  });

  test.each(MALFORMED)("$id is a fault both ways", ({ hex }) => {
    const bytes = Buffer.from(hex, "hex");
    expect([faultOf(readUpward(bytes)), faultOf(readDownward(bytes))]).toEqual(["tooShort", "wrongVersion"]);
  });

  test("the replies they name are what we write", () => {
    const replies = DATAGRAMS.filter(({ reply }) => reply !== undefined);
    expect(replies.map(({ id }) => id)).toEqual(["push-data-rxpk-mqttfwd", "pull-resp-mqttfwd"]);
    const push = read(replies[0]!);
    expect(writePushAck(push.version, push.token).toString("hex")).toBe(replies[0]!.reply);
    const resp = read(replies[1]!);
    expect(writeTxAck(resp.version, resp.token, "0102030405060708").toString("hex")).toBe(replies[1]!.reply);
  });
});

describe("what forwarders do at the edges", () => {
  const PULL_DATA = "029f9202aa555a0102030405";
  const up = (hex: string) => readUpward(Buffer.from(hex, "hex"));

  test("blanks and NUL behind any datagram are dropped, those of the EUI are not", () => {
    expect(up(`${PULL_DATA}0000200d0a`)).toEqual(up(PULL_DATA));
    expect(valueOrFault(up("0200010200000000000000200000")).gatewayEui).toBe("0000000000000020");
    const push = valueOrFault(up(`02000100aa555a0102030405${Buffer.from("{} \0").toString("hex")}`));
    expect(push.kind === "pushData" && push.body.toString()).toBe("{}");
    expect(valueOrFault(readDownward(Buffer.from("0200010100", "hex"))).kind).toBe("pushAck");
  });

  test("each fault has its octets", () => {
    expect(faultOf(up(PULL_DATA.slice(0, -2)))).toBe("tooShort");
    expect(faultOf(up(""))).toBe("tooShort");
    expect(faultOf(up(`${PULL_DATA}7b`))).toBe("tooLong");
    expect(faultOf(up(PULL_DATA.replace(/^02/, "00")))).toBe("wrongVersion");
    expect(faultOf(up(PULL_DATA.replace(/^02/, "03")))).toBe("wrongVersion");
    for (const kind of ["01", "03", "04", "06", "ff"]) {
      expect(faultOf(up(PULL_DATA.replace(/^(.{6})02/, `$1${kind}`))), kind).toBe("unknownKind");
    }
    expect(faultOf(readDownward(Buffer.from("02000102", "hex")))).toBe("unknownKind");
    expect(faultOf(readDownward(Buffer.from("0200010177", "hex")))).toBe("tooLong");
    expect(faultOf(readDownward(Buffer.from("020001", "hex")))).toBe("tooShort");
  });

  test("the largest UDP payload is read, one octet more is not", () => {
    const largest = Buffer.alloc(DATAGRAM_OCTETS_MAX, "x");
    Buffer.from("02000100aa555a0102030405", "hex").copy(largest);
    const read = valueOrFault(readUpward(largest));
    expect(read.kind === "pushData" && read.body.length).toBe(DATAGRAM_OCTETS_MAX - 12);
    expect(faultOf(readUpward(Buffer.concat([largest, Buffer.from("x")])))).toBe("tooLong");
    expect(faultOf(readDownward(Buffer.concat([largest, Buffer.from("x")])))).toBe("tooLong");
    expect(PULL_RESP_OCTETS_MAX).toBe(999);
  });

  test("whatever is written is read as it was", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const token: fc.Arbitrary<Token> = fc.tuple(octet, octet);
    const version = fc.constantFrom<1 | 2>(1, 2);
    const eui = fc
      .uint8Array({ minLength: 8, maxLength: 8 })
      .map((bytes) => Buffer.from(bytes).toString("hex"));
    const body = fc.json();
    fc.assert(
      fc.property(version, token, eui, body, (v, t, gatewayEui, json) => {
        const base = { version: v, token: t, gatewayEui };
        expect(valueOrFault(readUpward(writePullData(v, t, gatewayEui)))).toEqual({
          kind: "pullData",
          ...base,
        });
        const push = valueOrFault(readUpward(writePushData(v, t, gatewayEui, json)));
        expect(push).toEqual({ kind: "pushData", ...base, body: Buffer.from(json) });
        const ack = valueOrFault(readUpward(writeTxAck(v, t, gatewayEui, json)));
        expect(ack).toEqual({ kind: "txAck", ...base, body: json });
        const resp = valueOrFault(readDownward(writePullResp(v, t, json)));
        expect(resp).toEqual({ kind: "pullResp", version: v, token: t, body: json });
        expect(valueOrFault(readDownward(writePullAck(v, t)))).toEqual({
          kind: "pullAck",
          version: v,
          token: t,
        });
        expect(valueOrFault(readDownward(writePushAck(v, t)))).toEqual({
          kind: "pushAck",
          version: v,
          token: t,
        });
      }),
    );
  });

  test("no octets make it throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(0, 1, 2, 3), (bytes, version) => {
        const datagram = Buffer.from([version, ...bytes]);
        readUpward(datagram);
        readDownward(datagram);
      }),
    );
  });
});

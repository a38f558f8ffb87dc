/** UDP on a real gateway: sockets of the kernel, on free ports. */
import { describe, expect, onTestFinished, test } from "vitest";
import { openUdp } from "../../../agent/host/udp.ts";
import type { UdpPeer } from "../../../agent/ports.ts";

/** The longest payload that IPv4 lets UDP carry. */
const DATAGRAM_OCTETS_MAX = 65_507;

function open() {
  const errors: Error[] = [];
  const udp = openUdp((error) => errors.push(error));
  return {
    errors,
    bind: async (at: UdpPeer, onDatagram: (bytes: Buffer, from: UdpPeer) => void = () => undefined) => {
      const socket = await udp.bind(at, onDatagram);
      let closed: Promise<void> | undefined;
      const close = (): Promise<void> => {
        closed ??= socket.close();
        return closed;
      };
      onTestFinished(close);
      return { ...socket, close };
    },
  };
}

const LOOPBACK = { host: "127.0.0.1", port: 0 };

/** A datagram as it arrives, with its sender. */
function hear() {
  let tell: (heard: { bytes: Buffer; from: UdpPeer }) => void = () => undefined;
  const heard = new Promise<{ bytes: Buffer; from: UdpPeer }>((resolve) => {
    tell = resolve;
  });
  return { heard, onDatagram: (bytes: Buffer, from: UdpPeer) => tell({ bytes, from }) };
}

describe.each(["127.0.0.1", "::1"])("a socket on %s", (host) => {
  test("says which port it got, hears, and knows who spoke", async () => {
    const { bind } = open();
    const { heard, onDatagram } = hear();
    const ours = await bind({ host, port: 0 }, onDatagram);
    const other = await bind({ host, port: 0 });
    expect(ours.address).toMatchObject({ host, port: expect.any(Number) });
    expect(ours.address.port).toBeGreaterThan(0);
    other.send(Buffer.from("0212340", "utf8"), ours.address);
    expect(await heard).toEqual({ bytes: Buffer.from("0212340", "utf8"), from: other.address });
  });
});

test("the longest datagram there is comes whole", async () => {
  const { bind } = open();
  const { heard, onDatagram } = hear();
  const ours = await bind(LOOPBACK, onDatagram);
  const other = await bind(LOOPBACK);
  const long = Buffer.alloc(DATAGRAM_OCTETS_MAX, 0x5a);
  other.send(long, ours.address);
  expect((await heard).bytes.equals(long)).toBe(true);
});

test("a port that is taken is a failure with a code, and says which", async () => {
  const { bind } = open();
  const { address } = await bind(LOOPBACK);
  await expect(bind(address)).rejects.toMatchObject({
    code: "UDP_BIND",
    message: expect.stringContaining(`127.0.0.1:${address.port}`),
  });
});

test("so is an address that is not ours", async () => {
  await expect(open().bind({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({ code: "UDP_BIND" });
});

describe("what cannot be sent is told and otherwise ignored", () => {
  test.each([
    ["to port 0, which anybody can write into a datagram as its source", 10, { host: "127.0.0.1", port: 0 }],
    ["a datagram longer than UDP carries", DATAGRAM_OCTETS_MAX + 1, { host: "127.0.0.1", port: 9 }],
  ])("%s", async (_what, octets, to) => {
    const { bind, errors } = open();
    const { heard, onDatagram } = hear();
    const ours = await bind(LOOPBACK, onDatagram);
    ours.send(Buffer.alloc(octets), to);
    // It still works.
    ours.send(Buffer.from("after"), ours.address);
    await heard;
    expect(errors).toHaveLength(1);
  });

  test("after it was closed", async () => {
    const { bind, errors } = open();
    const ours = await bind(LOOPBACK);
    await ours.close();
    ours.send(Buffer.from("late"), ours.address);
    expect(errors).toHaveLength(1);
  });
});

test("once closed, its port is free", async () => {
  const { bind } = open();
  const { address, close } = await bind(LOOPBACK);
  await close();
  expect((await bind(address)).address).toEqual(address);
});
